"""A person's own page."""

from collections.abc import Callable

from django.test import Client

from seawall.records.models import Person

As = Callable[[str], Client]


def test_a_person_chooses_language_and_colours(as_: As) -> None:
    bob = as_("bob")
    assert "Your settings" in bob.get("/me/").text
    answer = bob.post(
        "/me/change", {"language": "zh", "theme": "dark", "time_zone": "Asia/Shanghai"}
    )
    assert answer.status_code == 303
    text = bob.get("/me/").text
    assert "个人设置" in text
    assert 'data-theme="dark"' in text
    assert Person.objects.get(name="bob").time_zone == "Asia/Shanghai"


def test_what_cannot_be_chosen_changes_nothing(as_: As) -> None:
    erin = as_("erin")
    erin.post("/me/change", {"language": "tlh", "theme": "pink", "time_zone": "Mars/Olympus"})
    person = Person.objects.get(name="erin")
    assert (person.language, person.theme, person.time_zone) == ("en", "auto", "UTC")


def test_a_language_is_changed_without_leaving_the_site(as_: As) -> None:
    answer = as_("frank").post(
        "/language", {"language": "zh", "next": "https://elsewhere.example/"}
    )
    assert answer.headers["Location"] == "/"


def test_nobody_sees_a_page_before_signing_in() -> None:
    answer = Client().get("/me/")
    assert answer.headers["Location"].startswith("/accounts/login/")
