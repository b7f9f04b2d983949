"""Decide for many callers at once: who waits while one batch is decided is in the next one.

A batch costs the same few transactions however many applications are in it, so a busier hour makes larger
batches and not a longer queue. One thread decides, with stores of its own; callers hold a promise each.

What is true at any time, and why:

1. *Bounded.* No more than `waiting_most` wait, nor more than are decided in time at the pace of the last batches, on
   a slow machine as on a quick one. Who comes then is refused at once (`UnableToTake`), before anything was done for
   him: he may come again, here or elsewhere. So is who waited too long for his turn, for the pace may fall while he waits:
   with all that he brought, or, once some of it began, with nothing of it.
2. *Durable before answered.* A promise is kept with what `deciding.decide_all` returned, and that returns
   when the entries are durable. Killed before: nobody was told, and told again it is the same decision.
3. *Once.* The application's id is the key of its act; brought twice, in one batch or in two, in this process
   or another, it has one entry, and both callers have it.
4. *Everyone for himself.* Where a batch fails as a whole, it is halved until who fails is alone; the others
   have their decisions. Terms that differ (policy, machine, country, unit) are never in one batch.
5. *A store that failed is opened anew.* The whole batch is told of the failure, for its rows may be kept or
   not; the next one begins with fresh connections.
6. *Nobody is left behind.* `stop` refuses newcomers, decides those who wait, then closes the stores.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, Thread
from time import monotonic
from typing import Final

from seawall.acts import deciding
from seawall.acts.admitting import Application
from seawall.acts.deciding import Decided, Desk, Order
from seawall.acts.signing import checked, now
from seawall.core.problem import Unable
from seawall.core.text import Text, verbatim
from seawall.ledger.store import UnableToOpenStore, UnableToReadStore, UnableToWriteStore
from seawall.records.starting import FAILURE, UnableToUseRecords
from seawall.vault.database import UnableToReachDatabase

TOGETHER_LEAST: Final = 32
"""Applications that may always wait. A shorter batch says at most how quick it is: the rest of it is ways to the stores."""
TOGETHER_MOST: Final = 128
"""Applications in one batch: a bound on how long the first of them waits for the last, 0.1 to 0.3 s."""
WAITING_MOST: Final = 512
"""Applications that wait, unless told otherwise."""
PATIENCE_S: Final = 0.65
"""How long somebody may wait for his turn: with his batch it is less than a second."""
_FAILURES: Final = (
    *(UnableToOpenStore, UnableToReadStore, UnableToWriteStore),
    *(UnableToReachDatabase, FAILURE),
)
"""What the stores raise when they fail; halving a batch would only meet it again."""


@dataclass(frozen=True)
class Terms:
    """What applications have in common that may be decided together: an `Order` without its time.

    Attributes:
        policy: the id of a published policy.
        by: who decides: a machine's name, as it stands in the ledger.
        country: whose identity numbers and telephones, where a value does not say so itself.
        unit: the part of the institution that it is decided for; the whole of it where None.

    Raises:
        UnableToSignAs: `by` is no name to act under.
    """

    policy: str
    by: str
    country: str
    unit: str | None = None

    def __post_init__(self) -> None:
        """Refuse a name here, in its caller's thread."""
        checked(self.by)

    def order(self, at: datetime) -> Order:
        """The order of a batch that is decided at a time (UTC)."""
        return Order(self.policy, self.by, at, self.country, unit=self.unit)


@dataclass(eq=False)
class _Request:
    """What came at once, at a time: refused as a whole, or not at all once some of it began."""

    terms: Terms
    at: float
    begun: bool = False


@dataclass(eq=False)
class _Waiting:
    """An application in the queue, and the promise that its caller holds."""

    application: Application
    request: _Request
    promise: Future[Decided] = field(default_factory=Future)


_Batch = Sequence[_Waiting]


class Pace:
    """How quickly batches are decided, of late: a quarter of it is the last one's, for one may have met a stall."""

    def __init__(self) -> None:
        self._each_s = 0.0

    def tell(self, count: int, seconds: float) -> None:
        """What a batch took; a short one can only say that it is quicker than was thought."""
        if not count:
            return
        each = seconds / count
        if count >= TOGETHER_LEAST or each < self._each_s:
            self._each_s += (each - self._each_s) / 4 if self._each_s else each

    def within(self, seconds: float, most: int) -> int:
        """How many are decided in some time: not more than told, which it is where nothing is known yet."""
        if not self._each_s:
            return most
        return min(most, max(TOGETHER_LEAST, int(seconds / self._each_s)))


class Gatherer:
    """Takes applications from any thread, decides them in its own.

    Args:
        opened: opens the stores, in the thread that decides; leaving it closes them.
        waiting_most: how many may wait.
        patience_s: how long somebody may wait for his turn, in seconds, where more wait than `TOGETHER_LEAST`.
        clock: the time (UTC) at which a batch is decided.
        timer: seconds, from anywhere on.
    """

    def __init__(
        self,
        opened: Callable[[], AbstractContextManager[Desk]],
        *,
        waiting_most: int = WAITING_MOST,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], datetime] = now,
        timer: Callable[[], float] = monotonic,
    ) -> None:
        self._opened = opened
        self._most = waiting_most
        self._patience_s = patience_s
        self._clock = clock
        self._timer = timer
        self._pace = Pace()
        self._in_hand = 0
        self._waiting: deque[_Waiting] = deque()
        self._changed = Condition()
        self._stopped = False
        # It must not keep a process alive that ends without `stop`: what was promised is durable.
        self._thread = Thread(target=self._work, name="decisions", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many applications wait for the next batches."""
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether the turn of whoever comes now would come too late, however little he brings."""
        in_time = self._pace.within(self._patience_s, self._most + TOGETHER_MOST)
        return self._in_hand + len(self._waiting) > in_time

    def take(self, applications: Sequence[Application], terms: Terms) -> list[Future[Decided]]:
        """Take all of some applications, or none; a promise for each, in order.

        A promise that is cancelled before its batch begins is not decided.

        Raises:
            UnableToTake: too many wait, or this was stopped; nothing was done.
        """
        request = _Request(terms, self._timer())
        came = [_Waiting(each, request) for each in applications]
        with self._changed:
            if self._stopped or self.full or len(self._waiting) + len(came) > self._most:
                raise UnableToTake(len(self._waiting), stopped=self._stopped)
            self._waiting.extend(came)
            self._changed.notify()
        return [each.promise for each in came]

    def stop(self) -> None:
        """Take nobody any more; return when all who waited are answered and the stores are closed."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        batch: _Batch | None = ()
        while batch is not None:
            try:
                with self._opened() as desk:
                    while batch is not None:
                        begun = self._timer()
                        self._decide(desk, batch)
                        self._pace.tell(len(batch), self._timer() - begun)
                        batch = self._next()
            except Exception as failed:  # noqa: BLE001 - whatever it is, callers are told, and it goes on
                why = _said(failed)
                for each in batch or ():
                    _refuse(each, why)
                batch = self._next()

    def _next(self) -> _Batch | None:
        """The next batch, of whoever waits longest and all on his terms; None once stopped and done."""
        with self._changed:
            self._in_hand = 0
            self._changed.wait_for(lambda: self._waiting or self._stopped)
            if not self._waiting:
                return None
            self._refuse_late()
            terms, batch = self._waiting[0].request.terms, list[_Waiting]()
            for _ in range(len(self._waiting)):
                each = self._waiting.popleft()
                fits = each.request.terms == terms and len(batch) < TOGETHER_MOST
                (batch if fits else self._waiting).append(each)
            self._in_hand = len(batch)
            for each in batch:
                each.request.begun = True
        return [each for each in batch if each.promise.set_running_or_notify_cancel()]

    def _refuse_late(self) -> None:
        """Refuse requests that waited too long, as long as more wait than a batch takes anyway.

        One that began is decided to its end: its caller is told that all of it was done, or nothing.
        """
        late = self._timer() - self._patience_s
        while len(self._waiting) > TOGETHER_LEAST:
            request = self._waiting[0].request
            if request.begun or request.at >= late:
                return
            while self._waiting and self._waiting[0].request is request:
                each = self._waiting.popleft()
                if each.promise.set_running_or_notify_cancel():
                    each.promise.set_exception(UnableToTake(len(self._waiting), stopped=False))

    def _decide(self, desk: Desk, batch: _Batch) -> None:
        """Decide a batch and keep its promises; raises only where a store failed."""
        if not batch:
            return
        order = batch[0].request.terms.order(self._clock())
        try:
            decided = deciding.decide_all(desk, [each.application for each in batch], order)
        except _FAILURES:
            raise
        except Exception as refused:  # noqa: BLE001 - one application's fault is its own
            half = len(batch) // 2
            if not half:
                _refuse(batch[0], refused)
            for some in (batch[:half], batch[half:]) if half else ():
                self._decide(desk, some)
            return
        for each, told in zip(batch, decided, strict=True):
            each.promise.set_result(told)


def _said(failed: Exception) -> Exception:
    """The office's database fails in Django's words, which may quote a row: its callers are told the kind only."""
    kind = type(failed).__name__
    return UnableToUseRecords(verbatim(kind)) if isinstance(failed, FAILURE) else failed


def _refuse(waiting: _Waiting, why: Exception) -> None:
    """Tell a caller why he has no decision, unless he has one."""
    if not waiting.promise.done():
        waiting.promise.set_exception(why)


class UnableToTake(Unable, RuntimeError):
    """Nobody more can be taken now; nothing was done for who came."""

    def __init__(self, waiting: int, *, stopped: bool) -> None:
        super().__init__(_STOPPING if stopped else _FULL, count=waiting)


_FULL: Final = Text(
    en="no more applications are taken now: {count} wait already; come again in a second",
    zh="暂不再受理申请：已有 {count} 笔在等待；请一秒后重试",
)
_STOPPING: Final = Text(
    en="no more applications are taken now: it is being stopped; come again in a second",
    zh="暂不再受理申请：服务正在停止；请一秒后重试",
)
