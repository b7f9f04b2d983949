"""A look at a policy's text while somebody edits it: read, typed, and checked as far as is quick.

The whole check (`check.findings`) proves what it says of rules by a solver, and takes its time; this
one reads the text and searches its tables, within a second, and says what it left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath

from seawall.core import pack, problems
from seawall.core.pack import Placed
from seawall.core.problem import Place, Problem, UnableToUseInput, refusal
from seawall.core.text import Text
from seawall.policy import problems as policy_problems
from seawall.policy.cases import SUFFIX, Cases, Verdict, verdicts
from seawall.policy.decider import Decider
from seawall.policy.declaration import Sheet
from seawall.policy.finding import Finding, Grade, Proof
from seawall.policy.program import Program
from seawall.policy.reach import domains
from seawall.policy.readable import Readable, readable

SECONDS = 1.0
CHARACTERS_MOST = 200_000
"""Of a text that is looked at while it is written; the shipped policies have 20,000."""


@dataclass(frozen=True)
class Sketch:
    """A policy's text as it stands in an editor.

    Attributes:
        policy: the policy that is edited: its text must be this one's.
        name: what problems call the text, such as `loan.yaml`.
        beneath: the texts of what it extends, by name, the base first.
        cases: the text of its cases; empty where there are none.
    """

    policy: str
    name: str
    text: str
    beneath: Mapping[str, str] = field(default_factory=dict)
    cases: str = ""
    cases_name: str = "cases.yaml"

    @classmethod
    def of(cls, policy: str, texts: Mapping[str, str]) -> "Sketch":
        """The texts of a version, its own file and its cases to be edited; none for a new policy."""
        held = dict(texts)
        beside = next((name for name in held if name.endswith(SUFFIX)), f"{policy}{SUFFIX}")
        of_cases = held.pop(beside, "")
        name = next(reversed(held), f"{policy}.yaml")
        own = held.pop(name, "")
        return cls(policy, name, own, held, of_cases, beside)

    @property
    def texts(self) -> dict[str, str]:
        """All its files, as a version keeps them: the base first, the cases last."""
        own = {**self.beneath, self.name: self.text}
        return {**own, self.cases_name: self.cases} if self.cases.strip() else own

    @cached_property
    def sheets(self) -> Sequence[Placed[Sheet]]:
        """Its files, read.

        Raises:
            UnableToUseInput: one of them is too long or no sheet; what one extends is not the one before
                it; the edited one is another policy's.
        """
        for name, text in self.texts.items():
            if len(text) > CHARACTERS_MOST:
                raise refusal(problems.PACK_TOO_LARGE, Place(name, 1), limit=CHARACTERS_MOST)
        files = {**self.beneath, self.name: self.text}
        found = [pack.parse_placed(text, name, Sheet) for name, text in files.items()]
        below: str | None = None
        for sheet in found:
            extends = sheet.declared.extends
            if extends != below:
                where = sheet.place("extends" if extends else "id")
                raise refusal(policy_problems.BASE_MISSING, where, name=extends or below)
            below = PurePath(sheet.name).stem
        if (said := found[-1].declared.id) != self.policy:
            where = found[-1].place("id")
            raise refusal(policy_problems.OTHER_POLICY, where, found=said, wanted=self.policy)
        return found


@dataclass(frozen=True)
class Mark:
    """Something to see at a place of a text; `proof` is None for what keeps it from being read."""

    place: Place
    grade: Grade
    code: str
    message: Text
    remedy: Text
    proof: Proof | None = None


@dataclass(frozen=True)
class Glance:
    """What a look found.

    Attributes:
        marks: in the order of the text; those of the edited file first.
        policy: what the text says, to be read; None where it cannot be read.
        whole: whether time was enough for the quick findings.
    """

    marks: tuple[Mark, ...]
    policy: Readable | None
    whole: bool = True


@dataclass(frozen=True)
class Tried:
    """What became of the cases of a text: their verdicts, or why there are none."""

    verdicts: tuple[Verdict, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def failed(self) -> int:
        """How many came out otherwise than expected."""
        return sum(bool(each.wrong) for each in self.verdicts)


def glance(sketch: Sketch, *, seconds: float = SECONDS) -> Glance:
    """Look at a text.

    Args:
        sketch: the text.
        seconds: after so many no further table is searched.
    """
    try:
        policy = readable(sketch.sheets)
    except UnableToUseInput as error:
        return Glance(_sorted(sketch, map(_problem, error.problems)), None)
    found, searched = _quick(policy.program, seconds)
    marks = (finding_mark(policy.program, each) for each in found)
    return Glance(_sorted(sketch, marks), policy, whole=searched)


def whole(sketch: Sketch, *, seconds: float | None = None) -> tuple[Mark, ...]:
    """The whole check of a text, by the solver too, its cases taken as examples.

    Args:
        sketch: the text.
        seconds: when to stop asking the solver; as `check.findings` where None.

    Raises:
        UnableToUseInput: it is no policy, or its cases cannot be read.
    """
    from seawall.policy import check  # noqa: PLC0415 - the solver takes half a second to load

    program = readable(sketch.sheets).program
    examples: list[dict[str, object]] = []
    if sketch.cases.strip():
        examples = pack.parse_placed(sketch.cases, sketch.cases_name, Cases).declared.applications
    found = check.findings(program, examples=examples, seconds=seconds or check.SECONDS)
    return _sorted(sketch, (finding_mark(program, each) for each in found))


def tried(sketch: Sketch) -> Tried:
    """Run the cases of a text on it."""
    try:
        program = readable(sketch.sheets).program
        sheet = pack.parse_placed(sketch.cases, sketch.cases_name, Cases)
    except UnableToUseInput as error:
        return Tried((), _sorted(sketch, map(_problem, error.problems)))
    return Tried(tuple(verdicts(Decider(program), sheet)))


def _quick(program: Program, seconds: float) -> tuple[list[Finding], bool]:
    """What is found by searching tables, one after the other while there is time; whether that was all."""
    # The solver takes half a second to load, which no other reader of a policy need spend.
    from seawall.policy import check, proving, table_check  # noqa: PLC0415

    clock, known = proving.Clock(seconds), domains(program)
    found = list(check.unused(program))
    for table in check.searched(program):
        if clock.left <= 0:
            return found, False
        found += table_check.findings(program, table, known, clock)
    return found, True


def finding_mark(program: Program, found: Finding) -> Mark:
    """A finding as a mark; one about the whole policy stands at the head of its own file."""
    place = found.place or Place(program.files[-1], 1, column=1)
    return Mark(place, found.grade, found.kind.code, found.message, found.remedy, found.proof)


def _problem(problem: Problem) -> Mark:
    kind = problem.kind
    return Mark(problem.where, kind.severity, kind.code, problem.message, problem.remedy)


def _sorted(sketch: Sketch, marks: Iterator[Mark]) -> tuple[Mark, ...]:
    def order(mark: Mark) -> tuple[bool, str, int, int]:
        place = mark.place
        column = place.column if isinstance(place.column, int) else 0
        return place.file != sketch.name, place.file, place.line or 0, column

    return tuple(sorted(marks, key=order))
