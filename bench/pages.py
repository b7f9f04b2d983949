"""How long pages of the portfolio take on a large book: cold, from a warmed home, and once more.

    python bench/pages.py [LOANS] [HOME]        default: 1000000, in a folder that is removed afterwards

Pages are asked for as a browser would, through Django with all that stands before a view, signed in with a second
factor. Warm is what most people meet: the worker computed answers ahead after the book changed. Figures go to
`bench/results/pages.json` and, as a table, to `bench/results/pages.md`.
"""

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from http import HTTPStatus
from pathlib import Path

from seawall.console import configuring

configuring.prepare({"SECRET_KEY": "of a benchmark only", "ALLOWED_HOSTS": ["*"]})

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret  # noqa: E402 - Django is told first
from django.test import Client  # noqa: E402
from tests.console.signing import sign_in  # noqa: E402

from seawall.acts import staffing  # noqa: E402
from seawall.acts.signing import Signed, now  # noqa: E402
from seawall.acts.simulating import make_lender  # noqa: E402
from seawall.acts.staffing import Newcomer  # noqa: E402
from seawall.console import place  # noqa: E402
from seawall.office import homes, packs  # noqa: E402
from seawall.office.answering import Answers  # noqa: E402
from seawall.office.homes import Home  # noqa: E402
from seawall.records import starting  # noqa: E402
from seawall.records.models import Person  # noqa: E402
from seawall.simulator.truth import Plan  # noqa: E402

RESULTS = Path(__file__).parent / "results"
BAR_MS = 1_000
AGAIN = 20
PAGES = (
    "/portfolio/", "/portfolio/?by=channel", "/portfolio/vintage/", "/portfolio/vintage/?by=channel",
    "/portfolio/roll_rate/", "/portfolio/transition/", "/portfolio/concentration/", "/portfolio/growth/?by=region",
    "/portfolio/collections/",
)  # fmt: skip
SELECTED = (
    "/portfolio/growth/?channel=app", "/portfolio/vintage/?channel=app", "/portfolio/?product=instalment",
)  # fmt: skip


def main(loans: int, folder: Path) -> None:
    """Measure, store and print the figures."""
    home = _home(folder, loans)
    clock = time.perf_counter()
    Answers(home).warm(lambda *_: None)
    warmed = time.perf_counter() - clock
    place.choose(home)
    client = sign_in(Client(), Person.objects.get(name="alice"))
    client.get("/me/")
    rows = [_page(client, path, ahead=path in PAGES) for path in (*PAGES, *SELECTED)]
    figures = {
        "loans": loans, "warm_up_s": round(warmed, 1), "pages": rows,
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
    }  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "pages.json").write_text(json.dumps(figures, indent=1) + "\n")
    (RESULTS / "pages.md").write_text(_table(figures, rows))
    print(_table(figures, rows))


def _home(folder: Path, loans: int) -> Home:
    """The home at the folder, with a book; what is there already is used."""
    if not folder.exists():
        homes.make(folder, "lender.example/ledger")
    home = homes.home(folder)
    if not home.book.snapshot().tables:
        make_lender(home.desk(), Plan(loans=loans), packs.lender(), progress=lambda *_: None)
    starting.start(home.records)
    starting.migrate()
    if not Person.objects.filter(name="alice").exists():
        alice = Newcomer("alice", "Alice", ("chief_risk_officer",), "house")
        staffing.add(home.ledger, alice, Signed("add:alice", "root", now()), confirming=())
        place.choose(home)
        TOTP.activate(Person.objects.get(name="alice"), generate_totp_secret())
    return home


def _page(client: Client, path: str, *, ahead: bool) -> dict[str, object]:
    """One page's first time in this process, and its median and worst after that; in milliseconds."""
    times, cpu = [], time.process_time()
    for _ in range(1 + AGAIN):
        clock = time.perf_counter()
        answer = client.get(path)
        times.append(1_000 * (time.perf_counter() - clock))
        assert answer.status_code == HTTPStatus.OK, path  # noqa: S101 - or figures mean nothing
    first, *again = times
    return {
        "page": path, "computed_ahead": ahead, "first_ms": round(first), "again_ms": round(statistics.median(again)),
        "worst_ms": round(max(again)), "cpu_ms": round(1_000 * (time.process_time() - cpu) / len(times)),
        "kilobytes": len(answer.content) // 1_024,
    }  # fmt: skip


def _table(figures: dict[str, object], rows: list[dict[str, object]]) -> str:
    head = "| " + " | ".join(rows[0]) + " |\n|---|---|" + "---:|" * (len(rows[0]) - 2)
    lines = ["| " + " | ".join(f"{value}" for value in row.values()) + " |" for row in rows]
    slow = [row["page"] for row in rows if float(str(row["worst_ms"])) > BAR_MS]
    note = (
        f"{figures['loans']:,} loans, {os.cpu_count()} cores; computed ahead in {figures['warm_up_s']} s; "
        f"{figures['peak_gb']} GB. The bar: warm pages ≤ {BAR_MS:,} ms; over it: {', '.join(map(str, slow)) or 'none'}. "
        "What is not computed ahead is computed when it is first asked for."
    )
    return "\n".join(("# Pages of the portfolio", "", head, *lines, "", note, ""))


if __name__ == "__main__":
    asked = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        main(
            int(asked[0]) if asked else 1_000_000,
            Path(asked[1] if asked[1:] else f"{scratch}/home"),
        )
