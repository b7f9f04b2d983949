"""A generator of load with an open loop: requests are sent when they are due, however slow the answers are.

    python -m bench.open_loop HOST PORT < plan > answers

Each line of the plan is a JSON list: when it is due (seconds from the start), and the request's bytes in Latin-1.
What a request took is measured from when it was *due*, so a stall of the server, or of this process, counts for
everybody who came meanwhile ("coordinated omission" left out nobody). One thread, epoll, connections kept open: some
tens of microseconds a request. Answers are JSON lists: when it was due, seconds until its answer was whole, seconds
it was sent late, status (0: no answer), whether it says `Retry-After`.
"""

import json
import select
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WAIT_SECONDS = 30.0
"""How long to wait for the last answers."""
_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


@dataclass(eq=False)
class _Connection:
    """A connection, and the request that waits on it."""

    socket: socket.socket
    number: int = -1
    begun: float = 0.0
    buffer: bytes = b""

    def whole(self, came: bytes) -> tuple[int, bool] | None:
        """Status and whether to come again, once the answer is whole."""
        self.buffer += came
        head, end, body = self.buffer.partition(_END)
        if not end:
            return None
        told = head.lower()
        length = int(told[told.index(_LENGTH) + len(_LENGTH) :].partition(b"\r\n")[0])
        if len(body) < length:
            return None
        self.buffer = b""
        return int(head[9:12]), b"\r\nretry-after: " in told


class Loop:
    """Sends a plan to an address.

    Args:
        address: host and port.
        plan: when each is due, ascending, and its bytes.
    """

    def __init__(self, address: tuple[str, int], plan: Sequence[tuple[float, bytes]]) -> None:
        self._address = address
        self._plan = plan
        self._poll = select.epoll()
        self._open: dict[int, _Connection] = {}
        self._idle: list[_Connection] = []
        self._waiting = 0
        self.answers: list[list[Any]] = [[due, 0.0, 0.0, 0, False] for due, _ in plan]

    def run(self) -> None:
        """Send everything; returns when all are answered, or `WAIT_SECONDS` after the last was due."""
        start, sent = time.perf_counter() + 0.1, 0
        until = start + self._plan[-1][0] + WAIT_SECONDS
        while sent < len(self._plan) or self._waiting:
            now = time.perf_counter()
            while sent < len(self._plan) and start + self._plan[sent][0] <= now:
                self._send(sent, start)
                sent += 1
                now = time.perf_counter()
            if now > until:
                return
            last = sent >= len(self._plan)
            self._receive((until if last else start + self._plan[sent][0]) - now)

    def _send(self, number: int, start: float) -> None:
        due, request = self._plan[number]
        connection = self._idle.pop() if self._idle else self._connected()
        connection.number, connection.begun = number, start + due
        self.answers[number][2] = time.perf_counter() - connection.begun
        self._waiting += 1
        try:
            connection.socket.sendall(request)
        except OSError:
            self._drop(connection)

    def _connected(self) -> _Connection:
        made = socket.create_connection(self._address)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._poll.register(made.fileno(), select.EPOLLIN)
        found = self._open[made.fileno()] = _Connection(made)
        return found

    def _receive(self, seconds: float) -> None:
        for number, _ in self._poll.poll(max(0.0, seconds)):
            connection = self._open[number]
            try:
                came = connection.socket.recv(65_536)
            except OSError:
                came = b""
            if not came:
                self._drop(connection)
            elif (found := connection.whole(came)) is not None:
                answer = self.answers[connection.number]
                answer[1] = time.perf_counter() - connection.begun
                answer[3], answer[4] = found
                connection.number = -1
                self._waiting -= 1
                self._idle.append(connection)

    def _drop(self, connection: _Connection) -> None:
        """The server went away: a request that waits has no answer."""
        self._poll.unregister(connection.socket.fileno())
        del self._open[connection.socket.fileno()]
        connection.socket.close()
        if connection in self._idle:
            self._idle.remove(connection)
        if connection.number >= 0:
            self._waiting -= 1


def main(host: str, port: str) -> None:
    """Read the plan, send it, write the answers, and then the processor's seconds that it took."""
    plan = [(due, text.encode("latin-1")) for due, text in map(json.loads, sys.stdin)]
    loop, spent = Loop((host, int(port)), plan), time.process_time()
    loop.run()
    used = time.process_time() - spent
    for each in loop.answers:
        print(json.dumps(each))
    print(json.dumps({"processor_s": used}))


if __name__ == "__main__":
    main(*sys.argv[1:])
