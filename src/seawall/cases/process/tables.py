"""Every process measure, in a literal table."""

from seawall.cases.process import activities, durations, graph, variants
from seawall.core.measure import Measure


def measures() -> tuple[Measure, ...]:
    """Every process measure that is SQL; conformance needs a machine, and is a replay."""
    return (
        durations.summary(),
        variants.measure(),
        graph.edges(),
        graph.ends(),
        activities.measure(),
        activities.rework(),
        durations.by_case(),
        durations.throughput(),
        graph.handovers(),
        graph.bottlenecks(),
    )
