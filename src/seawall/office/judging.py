"""Who decides, and what would have been decided: policies over applications of now and of the past."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from seawall.acts import replaying
from seawall.acts.judging import Judge
from seawall.core import pack
from seawall.core.problem import refusal
from seawall.core.text import Text, verbatim
from seawall.office import pages
from seawall.office.homes import Home
from seawall.office.measuring import read
from seawall.office.packs import policy
from seawall.policy import problems as policy_problems
from seawall.policy.decider import Decider
from seawall.policy.program import Program
from seawall.policy.trial import Arms, Trial
from seawall.reports import replay


def judge(at: Home, program: Program, trial: Path | None) -> Judge:
    """Who decides by a policy: it alone or in a trial, with the events that a home keeps.

    Raises:
        UnableToUseInput: the trial, or a policy in it, cannot be read.
    """
    champion = Decider(program)
    arms = None
    if trial is not None:
        arms = _arms(champion, pack.read_placed(trial, Trial), trial.parent)
    every = [champion, *((*arms.challengers, *arms.shadows) if arms else ())]
    looks_back = any(each.program.features for each in every)
    return Judge(champion, arms, at.events(every) if looks_back else None)


def _arms(champion: Decider, placed: pack.Placed[Trial], folder: Path) -> Arms:
    declared = placed.declared
    if declared.challengers and champion.program.customer is None:
        where = placed.place("challengers")
        raise refusal(policy_problems.TRIAL_NO_CUSTOMER, where, policy=champion.program.id)

    def decider(name: str) -> Decider:
        beside = folder / name
        return Decider(policy(str(beside) if beside.is_file() else name))

    return Arms(
        trial=declared,
        champion=champion,
        challengers=tuple(decider(each.policy) for each in declared.challengers),
        shadows=tuple(decider(name) for name in declared.shadows),
    )


@dataclass(frozen=True)
class Asked:
    """What a replay is asked to look at.

    Attributes:
        on: a file of applications; the book where None.
        where: a condition on applications, in the expression language; all where None.
        as_of: of a book: later applications and outcomes are not seen; its last month-end where
            None.
        scratch: a folder of the home's scratch space; replays at one time need one each.
    """

    on: Path | None = None
    where: str | None = None
    as_of: date | None = None
    scratch: str = "replay"


def replayed(at: Home, program: Program, asked: Asked, against: Program | None) -> replay.Told:
    """Replay a policy over past applications.

    Args:
        at: whose book, and whose scratch space; what was decided stays there, in `asked.scratch`.
        program: the policy.
        asked: which applications.
        against: another policy; what was decided then where None.

    Raises:
        UnableToReadEmptyBook: nothing was ever brought in.
        UnableToUseInput: the file holds no applications, or the condition cannot be read.
    """
    scratch = at.folder / "scratch" / asked.scratch
    scratch.mkdir(parents=True, exist_ok=True)
    if asked.on is None:
        reading = read(at, asked.as_of)
        past = replaying.book_past(reading.engine, reading.as_of, at.conventions, scratch)
        over = _BOOK.filled(day=reading.as_of)
    else:
        past = replaying.file_past(at.engine(), program, asked.on, scratch)
        over = verbatim(asked.on.name)
    if asked.where is not None:
        past = replaying.only(past, program, asked.where)
        over = _WHERE.filled(over=over, where=asked.where)
    times = at.conventions.unlent_times_as_bad
    done = replaying.replay(past, program, against=against, times_as_bad=times)
    return replay.Told(
        title=program.title,
        policy=f"{program.id} {program.digest[:12]}",
        past=over,
        other=_other(done),
        measures=done.measures,
        answers=done.answers,
        absent={name: program.titles[name] for name in done.absent},
    )


def _other(done: replaying.Replayed) -> Text:
    if done.other is not None:
        named = f"{done.other.id} {done.other.digest[:12]}"
        return verbatim(named)
    return _THEN if "replay_swaps" in done.measures else _NOTHING


def write_replay(told: replay.Told, target: Path) -> Path:
    """Write a replay's report as one HTML file; returns where it is."""
    return pages.write(replay.leaf(told), target)


_BOOK = Text(en="the book as of {day}", zh="截至{day}的账册")
_WHERE = Text(en="{over} where {where}", zh="{over}（{where}）")
_THEN = Text(en="what was decided then", zh="当时的决定")
_NOTHING = Text(en="nothing", zh="无")
