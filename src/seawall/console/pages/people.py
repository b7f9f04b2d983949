"""People: who works here and may what; who is added, changes, leaves; whose access was reviewed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from seawall.acts import staffing
from seawall.acts.staffing import Newcomer
from seawall.cases.kind import MACHINE
from seawall.console import access, factors, place, routing, ways_in
from seawall.console.asking import Request, see_other, signed
from seawall.console.exporting import answer
from seawall.core.institution import HOUSE, inside
from seawall.core.measure import Column
from seawall.core.period import moment_at
from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.office import packs
from seawall.records import people_register as register
from seawall.records.models import Person
from seawall.records.people_register import Asked
from seawall.reports.sheet import Sheet

_COLUMNS = (
    Column("name", "label", Text(en="Name", zh="用户名")),
    Column("shown", "label", Text(en="Person", zh="姓名")),
    Column("roles", "label", Text(en="Roles", zh="角色")),
    Column("unit", "label", Text(en="Unit", zh="单位")),
    Column("active", "label", Text(en="May sign in", zh="可登录")),
    Column("factor", "label", Text(en="Second factor", zh="双因素")),
    Column("last_login", "label", Text(en="Last sign-in", zh="最近登录")),
    Column("reviewed", "label", Text(en="Last review", zh="最近复核")),
)


@dataclass(frozen=True)
class Seen:
    """A person as the list shows him."""

    person: Person
    roles: tuple[Text, ...]
    unit: Text | str
    factor: bool
    must: bool
    asked: Asked | None

    @property
    def came_in(self) -> bool:
        """Whether he has set a password, or signed in without one."""
        return self.person.last_login is not None or self.person.has_usable_password()

    @property
    def lacks(self) -> bool:
        """Whether he must have a second factor, and has none."""
        return self.must and not self.factor and self.person.is_active


def listing(request: Request) -> HttpResponseBase:
    """Everybody within the reader's unit, first whom one person alone gave roles.

    The file has no more than the page, which shows all, so it asks for no more.
    """
    people = sorted(Person.objects.all(), key=lambda each: (not each.alone, each.name))
    seen = _seen([each for each in people if access.sees(request.user, each.unit)])
    file = answer(request, _sheet(seen), needs="users.read")
    return file or render(request, "console/people/list.html", {"people": seen})


def matrix(request: Request) -> HttpResponse:
    """Which role may what."""
    declared, titles = access.declared(), packs.roles().titles
    columns = [
        (titles[role], declared.roles[role].privileged, declared.of([role]))
        for role in declared.roles
    ]
    rows = [
        (name, title, [name in may for _, _, may in columns])
        for name, title in declared.permissions.items()
    ]
    return render(request, "console/people/matrix.html", {"columns": columns, "rows": rows})


def page(request: Request, name: str) -> HttpResponse:
    """One person: what he may, and what can be done about it."""
    return _page(request, found(request, name))


def adding(request: Request) -> HttpResponse:
    """The form of a newcomer."""
    return render(request, "console/people/add.html", _choices(request))


def add(request: Request) -> HttpResponse:
    """Add somebody; his page then shows the link by which he sets a password."""
    form = request.POST
    who = Newcomer(
        form.get("name", "").strip(),
        form.get("shown", "").strip()[:120],
        _roles(request),
        _unit(request),
        _email(form.get("email", "")),
    )
    act = signed(request, "person.add")
    staffing.add(place.ledger(), who, act, confirming=access.confirming())
    return see_other(reverse("person", args=[who.name]))


def assign(request: Request, name: str) -> HttpResponse:
    """Ask that a person has other roles, or another unit."""
    found(request, name)
    act, wanted = signed(request, "person.assign"), (_roles(request), _unit(request))
    staffing.assign(place.ledger(), name, wanted, act, confirming=access.confirming())
    return see_other(reverse("person", args=[name]))


def leave(request: Request, name: str) -> HttpResponse:
    """A person does not sign in any more, or does so again."""
    if request.POST.get("do") == "return":
        return _let_in(request, name, staffing.come_back)
    found(request, name)
    act = signed(request, "person.leave")
    staffing.leave(place.ledger(), name, act, reason=_reason(request))
    return see_other(reverse("person", args=[name]))


def reset(request: Request, name: str) -> HttpResponse:
    """A person who lost his password or his second factor is let in anew."""
    return _let_in(request, name, staffing.reset)


def _let_in(request: Request, name: str, act: Callable[..., bool]) -> HttpResponse:
    """A person without a password and without a factor, who waits for a second person; not oneself."""
    person, how = found(request, name), signed(request, "person.let_in")
    done = act(place.ledger(), name, how, reason=_reason(request), confirming=access.confirming())
    # Sent again, the act is not done again; but the first time it may have been stopped here, between it and this.
    if done or not register.came_in(name):
        ways_in.forget(person)
    return see_other(reverse("person", args=[name]))


def _reason(request: Request) -> str:
    return request.POST.get("reason", "").strip()[:500]


def review(request: Request, name: str) -> HttpResponse:
    """Say that somebody's access was looked at."""
    found(request, name)
    note, keeps = request.POST.get("note", "").strip()[:500], request.POST.get("keeps") == "yes"
    staffing.review(place.ledger(), name, signed(request, "person.review"), keeps=keeps, note=note)
    return see_other(reverse("people"))


def invite(request: Request, name: str) -> HttpResponse:
    """Make a link by which a person sets his password, and show it once."""
    person = found(request, name)
    act = signed(request, "person.invite")
    if not staffing.invite(place.ledger(), name, act, confirming=access.confirming()):
        return see_other(reverse("person", args=[name]))
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    uidb36, _, token = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
    return _page(request, person, link=place.home().settings.console.origin + path)


def _page(request: Request, person: Person, *, link: str = "") -> HttpResponse:
    (seen,) = _seen([person])
    declared = access.declared()
    may = declared.of(access.roles(person))
    return render(request, "console/people/page.html", {
        "seen": seen, "person": person, "link": link, "own": person.name == request.user.name,
        "titles": packs.roles().titles, "unit_titles": declared.units,
        "permissions": [title for name, title in declared.permissions.items() if name in may],
        "ways": _ways(request, name=person.name),
        **_choices(request), "has": seen.asked.roles if seen.asked else access.roles(person),
        "wanted_unit": seen.asked.unit if seen.asked else person.unit,
    })  # fmt: skip


def _ways(request: Request, *, name: str) -> ways_in.Ways | None:
    """By what a person comes in, for who lets people in or reviews them."""
    concerned = {"users.review", "users.manage"} & access.permissions(request.user)
    return ways_in.ways_in([name])[name] if concerned else None


def _choices(request: Request) -> dict[str, Any]:
    titles, declared = packs.roles().titles, access.declared()
    return {
        "roles": [
            (role, titles[role], declared.roles[role].privileged)
            for role in declared.roles
            if role != MACHINE
        ],
        "units": [
            (unit, title)
            for unit, title in declared.units.items()
            if inside(unit, request.user.unit)
        ],
    }


def _roles(request: Request) -> tuple[str, ...]:
    """The roles that a form gives.

    Raises:
        UnableToCombine: one person cannot have them together.
    """
    known = set(access.declared().roles) - {MACHINE}
    roles = tuple(sorted(known.intersection(request.POST.getlist("roles"))))
    if (alone := access.declared().apart(roles)) is not None:
        raise UnableToCombine(packs.roles().titles[alone])
    return roles


def _unit(request: Request) -> str:
    """The unit that a form gives: one of the institution's, within the reader's own."""
    unit = request.POST.get("unit", "") or HOUSE
    routing.owned(request, unit)
    if unit not in access.declared().units:
        raise Http404
    return unit


def _email(text: str) -> str | None:
    """An address as it is kept: in small letters; None where it is none."""
    try:
        validate_email(text.strip())
    except ValidationError:
        return None
    return text.strip().lower()


def found(request: Request, name: str) -> Person:
    """A person whom the reader may see.

    Raises:
        Http404: there is none.
    """
    person = Person.objects.filter(name=name).first()
    if person is None:
        raise Http404
    routing.owned(request, person.unit)
    return person


def _seen(people: Sequence[Person]) -> list[Seen]:
    titles, units = packs.roles().titles, access.declared().units
    held = Authenticator.objects.filter(user__in=people, type__in=factors.KINDS)
    having = set(held.values_list("user_id", flat=True))
    return [
        Seen(person, tuple(titles.get(role, verbatim(role)) for role in sorted(access.roles(person))),
             units.get(person.unit, person.unit), person.pk in having, access.privileged(person),
             register.asked_of(person.asked))
        for person in people
    ]  # fmt: skip


def _sheet(seen: list[Seen]) -> Sheet:
    rows = (
        (one.person.name, one.person.shown, ", ".join(sorted(access.roles(one.person))), one.person.unit,
         one.person.is_active, one.factor, one.person.last_login, moment_at(one.person.reviewed_us))
        for one in seen
    )  # fmt: skip
    return Sheet(Text(en="People and access", zh="人员与权限"), _COLUMNS, rows)


class UnableToCombine(Unable, ValueError):
    """One person would be his own check."""

    def __init__(self, role: Text) -> None:
        super().__init__(
            Text(
                en="{role} goes with no other role: one person would be his own check",
                zh="“{role}”不得与其他角色兼任：同一人不得自我监督",
            ),
            role=role,
        )
