"""Many queues of steps over one book: what they begin with in common is run once."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pyarrow as pa

from seawall.core.engine import Engine
from seawall.core.steps import Step, Steps


def answers(engine: Engine, queues: Sequence[Steps]) -> Iterator[pa.Table]:
    """Every queue's answer, in order.

    A first step that several queues have word for word is run once, and its rows are kept in this
    process's memory until the last answer is given; so a first step should sum up, not list.

    Args:
        engine: runs the steps; what is kept is shown to it as relations named `shared_…`.
        queues: what is asked.
    """
    uses = Counter(queue.queue[0] for queue in queues)
    often = [step for step, count in uses.items() if count > 1]
    kept = {step: f"shared_{turn}" for turn, step in enumerate(often)}
    done: set[Step] = set()
    for queue in queues:
        first, *rest = queue.queue
        if first not in kept or not rest:
            yield engine.table(queue)
            continue
        if first not in done:
            engine.show(kept[first], engine.table(Steps((first,))))
            done.add(first)
        yield engine.table(Steps((Step(first.name, f"SELECT * FROM {kept[first]}"), *rest)))
