"""The kinds of case by id: the shipped ones, those of a home laid over them, and kinds from files."""

import json
from pathlib import Path
from typing import Literal

from seawall.cases import kind_problems, reading
from seawall.cases.kind import Kind
from seawall.cases.reading import House
from seawall.cases.scenario import SUFFIX, Scenarios
from seawall.core import pack
from seawall.core import problems as pack_problems
from seawall.core.problem import Place, Problem, refusal
from seawall.office import packs

FOLDER = packs.PACKS / "kinds"


def kinds(own: Path | None = None) -> dict[str, Path]:
    """The kinds by id: the shipped ones, and those of a home's folder, which replace shipped ones of their name."""
    every = (*sorted(FOLDER.glob("*.yaml")), *(sorted(own.glob("*.yaml")) if own else ()))
    return {path.stem: path for path in every if not path.name.endswith(SUFFIX)}


def of_home(own: Path) -> dict[str, Kind]:
    """Every kind that is in force in a home, by id.

    Raises:
        UnableToUseInput: a text is no kind, or stands in a file of another name.
    """
    around = house(own)
    found = {name: pack.read_placed(path, Kind) for name, path in kinds(own).items()}
    for name, placed in found.items():
        if placed.declared.id != name:
            facts = {"named": name, "id": placed.declared.id}
            raise refusal(kind_problems.FILE_NAMED_OTHERWISE, placed.place("id"), **facts)
    return {name: reading.kind(placed, around) for name, placed in found.items()}


def house(own: Path | None = None) -> House:
    """What kinds may speak of."""
    return House(
        roles=packs.roles().names,
        kinds=frozenset(kinds(own)),
        statutes=packs.statutes(),
        calendars=frozenset(packs.calendars()),
    )


def kind(name: str) -> Kind:
    """A shipped kind by its id, or one from a file.

    Raises:
        UnableToUseInput: the text is no kind; carries every problem with its place.
    """
    return reading.kind(_placed(name), house())


def problems(name: str) -> tuple[Problem, ...]:
    """Everything that is wrong with a kind, warnings too.

    Raises:
        UnableToUseInput: the text cannot be read at all.
    """
    return reading.problems(_placed(name), house())


def scenarios(name: str) -> pack.Placed[Scenarios] | None:
    """The cases beside a kind; None where there are none."""
    path = _path(name)
    beside = path.with_name(f"{path.stem}{SUFFIX}")
    return pack.read_placed(beside, Scenarios) if beside.is_file() else None


def schema(of: Literal["kind", "cases"]) -> str:
    """The JSON Schema of files of kinds, or of the cases beside them."""
    model = Kind if of == "kind" else Scenarios
    draft = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps({"$schema": draft, **model.model_json_schema()}, ensure_ascii=False, indent=1)


def _placed(name: str) -> pack.Placed[Kind]:
    return pack.read_placed(_path(name), Kind)


def _path(name: str) -> Path:
    path = kinds().get(name, Path(name))
    if not path.suffix and not path.exists():
        raise refusal(pack_problems.PACK_UNKNOWN, Place(name), known=", ".join(kinds()))
    return path
