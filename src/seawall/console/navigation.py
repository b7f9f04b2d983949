"""Where one may go from anywhere: the pages at the side, for whoever may see them."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from seawall.core.text import Text


@dataclass(frozen=True)
class Place:
    """A page at the side: its route, what it needs, its title, and the drawing that goes with it."""

    route: str
    needs: str
    title: Text
    sign: str


PLACES: Final = (
    Place("today", "today.read", Text(en="Today", zh="今日"), "today"),
    Place("portfolio", "portfolio.read", Text(en="Portfolio", zh="资产组合"), "portfolio"),
    Place("decisions", "decisions.read", Text(en="Decisions", zh="决策"), "decisions"),
    Place("policies", "policies.read", Text(en="Policies", zh="策略"), "policies"),
    Place("indicators", "indicators.read", Text(en="Indicators", zh="预警指标"), "indicators"),
    Place("alerts", "alerts.read", Text(en="Alerts", zh="预警"), "alerts"),
    Place("cases", "cases.read", Text(en="Cases", zh="案件"), "cases"),
    Place("drills", "drills.read", Text(en="Drills", zh="演练"), "drills"),
    Place("ledger", "ledger.read", Text(en="Ledger", zh="账本"), "ledger"),
    Place("people", "users.read", Text(en="People", zh="人员"), "people"),
    Place("settings", "settings.read", Text(en="Settings", zh="设置"), "settings"),
)
OF_UNITS: Final = frozenset({"today.read", "cases.read", "decisions.read", "users.read"})
"""What somebody outside the house may still see: what belongs to his own unit."""


@dataclass(frozen=True)
class Link:
    """A page at the side, as it is shown."""

    href: str
    title: Text
    sign: str
    here: bool


def of(may: frozenset[str], here: str) -> tuple[Link, ...]:
    """The pages that somebody may see, with the one that he is on."""
    seen = [(reverse(place.route), place) for place in PLACES if place.needs in may]
    return tuple(
        Link(
            href,
            place.title,
            place.sign,
            here=here == href or (here.startswith(href) and href != "/"),
        )
        for href, place in seen
    )
