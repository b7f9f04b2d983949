"""What is counted and timed, for Prometheus: requests as they come, and what stands in the stores when asked.

Where several processes serve, each counts for itself, and `PROMETHEUS_MULTIPROC_DIR` names a folder in which
their counts come together; the library reads it when it is imported.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from seawall.acts.alert_cases import KIND as ALERT
from seawall.console import place
from seawall.core.problem import Unable
from seawall.records import counting

_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Bounds of the histogram: 0.1 and 1 are those that are promised of decisions."""
_SECOND_US: Final = 1_000_000
_OWN = CollectorRegistry()
METRICS: Final = {
    "seawall_requests_total": "Requests answered, by route, method and status.",
    "seawall_request_seconds": "How long answers took, by route.",
    "seawall_decisions_total": "Decisions given to machines, by outcome.",
    "seawall_open_cases": "Cases that are open, by kind.",
    "seawall_open_alerts": "Alerts that are open.",
    "seawall_errands_waiting": "What follows from events and waits to be done, by task.",
    "seawall_work_waiting": "Background work that is not over.",
    "seawall_work_last_done_seconds": "When each of the schedule's entries was last done, Unix time.",
    "seawall_decisions_waiting": "Applications that wait for a decision in this process.",
    "seawall_facts_waiting": "Batches of facts that this process takes in or lets wait.",
    "seawall_ledger_entries": "Entries in the ledger.",
}
"""Everything that is told, by its name, and what it means."""
REQUESTS = Counter("seawall_requests", METRICS["seawall_requests_total"], ("route", "method", "status"),
                   registry=_OWN)  # fmt: skip
SECONDS = Histogram("seawall_request_seconds", METRICS["seawall_request_seconds"], ("route",),
                    registry=_OWN, buckets=_SECONDS)  # fmt: skip
DECISIONS = Counter(
    "seawall_decisions", METRICS["seawall_decisions_total"], ("outcome",), registry=_OWN
)
_METHODS: Final = frozenset({"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"})


def measured(
    answer: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Count and time every request, by its route: an id in an address makes no series of its own."""

    def told(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = answer(request)
        found = request.resolver_match
        route = found.route if found else "-"
        method = request.method if request.method in _METHODS else "-"
        SECONDS.labels(route).observe(time.perf_counter() - begun)
        REQUESTS.labels(route, method, response.status_code).inc()
        return response

    return told


class _Standing(Collector):
    """What stands in the stores now: counted when somebody asks, and alike in every process."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        cases = counting.open_cases()
        yield _by("seawall_open_cases", "kind", cases)
        yield _one("seawall_open_alerts", cases.get(ALERT, 0))
        yield _by("seawall_errands_waiting", "task", counting.waiting_errands())
        yield _one("seawall_work_waiting", counting.waiting_work())
        done = {plan: at_us / _SECOND_US for plan, at_us in counting.last_done().items()}
        yield _by("seawall_work_last_done_seconds", "entry", done)
        yield _one("seawall_decisions_waiting", place.live().waiting)
        yield _one("seawall_facts_waiting", place.inlet().turns.here)
        try:
            yield _one("seawall_ledger_entries", place.cases().desk.ledger.size)
        except Unable:  # what cannot be read is left out: a gap in a chart is seen, a nought is not
            return


def _by(name: str, label: str, counts: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, METRICS[name], labels=[label])
    for each, count in sorted(counts.items()):
        family.add_metric([each], count)
    return family


def _one(name: str, count: int) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, METRICS[name], value=count)


def text() -> bytes:
    """All of it, in Prometheus's text form."""
    standing = CollectorRegistry()
    standing.register(_Standing())
    counted = _OWN
    if _VARIABLE in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return generate_latest(counted) + generate_latest(standing)
