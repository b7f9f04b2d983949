"""The shipped packs by id, and packs from files."""

import json
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel

from seawall.cases import drill as drill_module
from seawall.cases import evidence as evidence_module
from seawall.cases import exercise as exercise_module
from seawall.cases import playbook as playbook_module
from seawall.cases import playbook_cases, playbook_checks
from seawall.cases.calendar import Calendar
from seawall.cases.drill import Drill, Score
from seawall.cases.playbook import Playbook
from seawall.cases.roles import Roles
from seawall.cases.statute import Statute, Statutes
from seawall.conduct.rules import Rules
from seawall.core import pack
from seawall.core import problems as pack_problems
from seawall.core.problem import Place, UnableToUseInput, refusal
from seawall.policy import problems as policy_problems
from seawall.policy import reading
from seawall.policy.cases import SUFFIX, Cases
from seawall.policy.declaration import Sheet
from seawall.policy.program import Program
from seawall.portfolio.conventions import Conventions
from seawall.portfolio.mapping import Mapping
from seawall.portfolio.watching import Watching
from seawall.resilience.settings import Settings
from seawall.simulator.declaration import Lender
from seawall.warning import checking
from seawall.warning.indicator import Indicator
from seawall.warning.naming import Names, Values
from seawall.warning.routing import Examples, Routing

Declared = TypeVar("Declared", bound=BaseModel)
PACKS = Path(__file__).parents[1] / "packs"


OVERLAYS_MOST = 8


def conventions() -> Conventions:
    """The shipped conventions."""
    return pack.read(PACKS / "conventions" / "delinquency.yaml", Conventions)


def watching() -> Watching:
    """The shipped look-backs and counts of trends."""
    return pack.read(PACKS / "conventions" / "watching.yaml", Watching)


def conduct() -> Rules:
    """The shipped limits of conduct."""
    return pack.read(PACKS / "conventions" / "conduct.yaml", Rules)


def resilience() -> Settings:
    """The shipped settings of machines, accesses and duties."""
    return pack.read(PACKS / "conventions" / "resilience.yaml", Settings)


def mappings() -> dict[str, Path]:
    """The shipped mapping packs, by id."""
    return {path.stem: path for path in sorted((PACKS / "mappings").glob("*.yaml"))}


def mapping(name: str) -> Mapping:
    """A shipped mapping by its id, or one from a file.

    Raises:
        UnableToUseInput: the file is not a mapping.
    """
    return pack.read(_named(name, mappings()), Mapping)


def indicators(folder: Path | None = None) -> list[pack.Placed[Indicator]]:
    """Every indicator in a folder and below it, by path; the shipped ones where None.

    Raises:
        UnableToUseInput: a file is no indicator, or does not lie where its risk and id say.
    """
    paths = sorted((folder or PACKS / "indicators").rglob("*.yaml"))
    sheets = [pack.read_placed(path, Indicator) for path in paths]
    if found := [problem for sheet in sheets for problem in checking.misplaced(sheet)]:
        raise UnableToUseInput(tuple(found))
    return sheets


def routing() -> tuple[pack.Placed[Routing], pack.Placed[Examples]]:
    """Who is told of alerts, and the cases beside that."""
    examples = pack.read_placed(PACKS / "routing.cases.yaml", Examples)
    return pack.read_placed(PACKS / "routing.yaml", Routing), examples


def backtest(name: str, model: type[Declared]) -> Declared:
    """One of the packs that backtests count by."""
    return pack.read(PACKS / "backtest" / f"{name}.yaml", model)


def lender() -> Lender:
    """The shipped synthetic lender."""
    return pack.read(PACKS / "simulator" / "lender.yaml", Lender)


def calendars() -> dict[str, Path]:
    """The shipped working calendars, by id."""
    every = sorted((PACKS / "calendars").glob("*.yaml"))
    return {path.stem: path for path in every if not path.name.endswith(SUFFIX)}


def calendar(name: str) -> Calendar:
    """A shipped working calendar by its id, or one from a file.

    Raises:
        UnableToUseInput: the file is not a calendar.
    """
    return pack.read(_named(name, calendars()), Calendar)


def statutes() -> dict[str, Statute]:
    """The shipped limits of law, by id."""
    return pack.read(PACKS / "limits" / "statutory.yaml", Statutes).limits


def policies() -> dict[str, Path]:
    """The shipped policies and overlays, by id."""
    every = sorted((PACKS / "policies").glob("*.yaml"))
    return {path.stem: path for path in every if not path.name.endswith(SUFFIX)}


def policy(name: str) -> Program:
    """A shipped policy by its id, or one from a file; an overlay with what it extends.

    Raises:
        UnableToUseInput: the text is not a policy; carries every problem with its place.
    """
    path = _named(name, policies())
    sheets = [pack.read_placed(path, Sheet)]
    while (base := sheets[0].declared.extends) is not None:
        names = [sheet.declared.id for sheet in sheets]
        below = path.with_name(f"{base}.yaml")
        where = sheets[0].place("extends")
        if base in names or len(sheets) > OVERLAYS_MOST:
            listed = ", ".join(names)
            raise refusal(policy_problems.BASE_CIRCLE, where, limit=OVERLAYS_MOST, names=listed)
        if not below.is_file():
            raise refusal(policy_problems.BASE_MISSING, where, name=base)
        sheets.insert(0, pack.read_placed(below, Sheet))
    return reading.program(sheets)


def policy_cases(name: str) -> pack.Placed[Cases] | None:
    """The cases beside a policy; None where there are none."""
    path = policies().get(name, Path(name))
    beside = cases_beside(path)
    return pack.read_placed(beside, Cases) if beside.is_file() else None


def cases_beside(policy: Path) -> Path:
    """Where the cases of a policy's file stand, if there are any."""
    return policy.with_name(f"{policy.stem}{SUFFIX}")


def policy_schema(of: Literal["policy", "cases"]) -> str:
    """The JSON Schema of policy files, or of the cases beside them."""
    model = Sheet if of == "policy" else Cases
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(),
    }
    return json.dumps(schema, ensure_ascii=False, indent=1)


def roles() -> Roles:
    """What people may act as: in cases, playbooks and routes alike."""
    return pack.read(PACKS / "roles" / "roles.yaml", Roles)


@cache
def names() -> Values:
    """What people call the values of segments."""
    return pack.read(PACKS / "conventions" / "names.yaml", Names).values


def evidence() -> evidence_module.Rules:
    """Which files may be attached to cases."""
    return pack.read(PACKS / "evidence" / "evidence.yaml", evidence_module.Rules)


def playbooks() -> dict[str, Path]:
    """The shipped playbooks, by id."""
    every = sorted((PACKS / "playbooks").glob("*.yaml"))
    return {path.stem: path for path in every if not path.name.endswith(SUFFIX)}


def playbook(name: str) -> Playbook:
    """A shipped playbook by its id, or one from a file.

    Raises:
        UnableToUseInput: the text is not a playbook; carries every problem with its place.
    """
    placed = pack.read_placed(_named(name, playbooks()), playbook_module.Sheet)
    return playbook_checks.playbook(placed, roles=roles().names)


def playbook_cases_beside(path: Path) -> pack.Placed[playbook_cases.Cases]:
    """The cases beside a playbook's file.

    Raises:
        UnableToUseInput: there are none, or they cannot be read.
    """
    return pack.read_placed(cases_beside(path), playbook_cases.Cases)


def drills() -> dict[str, Path]:
    """The shipped drills, by id."""
    return {path.stem: path for path in sorted((PACKS / "drills").glob("*.yaml"))}


def drill(name: str) -> Drill:
    """A shipped drill by its id, or one from a file, with the playbook it exercises.

    Raises:
        UnableToUseInput: the text is not a drill, or its playbook is not one.
    """
    placed = pack.read_placed(_named(name, drills()), drill_module.Sheet)
    return drill_module.drill(placed, playbook(placed.declared.playbook))


def exercise(path: Path) -> Score:
    """The score of an exercise, from its record.

    Raises:
        UnableToUseInput: the file is no record, or not of the drill that it names.
    """
    placed = pack.read_placed(path, exercise_module.Record)
    return exercise_module.scored(placed, drill(placed.declared.drill))


def _named(name: str, shipped: dict[str, Path]) -> Path:
    """A shipped pack by its id, or a file by its path."""
    path = shipped.get(name, Path(name))
    if not path.suffix and not path.exists():
        raise refusal(pack_problems.PACK_UNKNOWN, Place(name), known=", ".join(shipped))
    return path
