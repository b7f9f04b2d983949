"""Who answers an application: the policy in force, alone or in a trial; and what they know of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from seawall.acts import judging
from seawall.acts.admitting import Application, Values
from seawall.acts.in_force import Policies, Ready, UnableToDecideBy
from seawall.acts.judging import Judge
from seawall.core.problem import Problem
from seawall.core.text import Text
from seawall.policy import application
from seawall.policy import problems as policy_problems
from seawall.policy.decider import Decider
from seawall.policy.trial import Arms, Role, Trial
from seawall.policy.window import EventStore


@dataclass(frozen=True)
class Case:
    """An application, with tokens in the place of personal values, and who answers it.

    Attributes:
        values: by name, of what those who answer ask for.
        deciders: first the one whose answer counts, then a trial's shadows.
    """

    values: Values
    deciders: Sequence[tuple[Role, Ready]]

    @property
    def ready(self) -> Ready:
        """The policy whose answer counts."""
        return self.deciders[0][1]


class Panel:
    """The policies that answer at one time.

    Args:
        policies: finds them.
        champion: the id of the policy asked.
        at: the versions in force then answer, of challengers and shadows too.
        trial: in which the champion is.

    Raises:
        UnableToDecideBy: one of them is not in force, or none of the champion's inputs is the
            customer's token.
    """

    def __init__(
        self, policies: Policies, champion: str, at: datetime, trial: Trial | None
    ) -> None:
        first = policies.at(champion, at)
        self._ready = {id(first.decider): first}
        arms = None
        if trial is not None:
            if trial.challengers and first.program.customer is None:
                raise UnableToDecideBy(
                    champion,
                    Text(
                        en="a trial needs its `customer`, the token's input",
                        zh="试验需要 `customer`，即客户令牌的输入项",
                    ),
                )
            others = [policies.at(each.policy, at) for each in trial.challengers]
            shadows = [policies.at(each, at) for each in trial.shadows]
            self._ready |= {id(each.decider): each for each in (*others, *shadows)}
            arms = Arms(trial, first.decider, _deciders(others), _deciders(shadows))
        self._judge = Judge(first.decider, arms)
        self.keys = frozenset(name for each in self._ready.values() for name in each.keys)

    def case(self, values: Mapping[str, object]) -> Case:
        """An application before those who answer it."""
        asked = Values((name, value) for name, value in values.items() if name in self.keys)
        deciders = judging.deciders(self._judge, asked)
        return Case(asked, [(role, self._ready[id(decider)]) for role, decider in deciders])


def _deciders(ready: Sequence[Ready]) -> tuple[Decider, ...]:
    return tuple(each.decider for each in ready)


def known(events: EventStore, asked: Sequence[tuple[Ready, Values]]) -> list[dict[str, object]]:
    """What policies know of applications: inputs as they were read, and features as of their time.

    What an application says of the past itself does not count: it is looked up.
    """
    read = [_inputs(ready, values) for ready, values in asked]
    asks = [
        judging.asks(ready.features, ready.program, inputs)
        for (ready, _), inputs in zip(asked, read, strict=True)
    ]
    totals = iter(events.totals([ask for some in asks for ask in some]))
    return [
        inputs | ready.features.values(some, [next(totals) for _ in some])
        for (ready, _), inputs, some in zip(asked, read, asks, strict=True)
    ]


def _inputs(ready: Ready, values: Values) -> dict[str, object]:
    inputs = Values((name, values[name]) for name in ready.program.inputs if name in values)
    return application.read(ready.program, inputs)[0]


def missed(one: Application, case: Case) -> Iterator[Problem]:
    """Inputs that cannot be read, or lie outside the policy's limits: by their names only."""
    program = case.ready.program
    inputs = Values((name, v) for name, v in case.values.items() if name in program.inputs)
    known, strange = application.read(program, inputs)
    for name in strange:
        facts: dict[str, object] = {"kind": program.types[name].kind}
        yield one.problem(policy_problems.VALUE_UNREADABLE, value=name, **facts)
    for name in application.outside(program, known):
        yield one.problem(policy_problems.VALUE_OUTSIDE, value=name)
