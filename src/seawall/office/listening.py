"""Whether a port can be listened at, asked before anything is done that needs it."""

import socket

from seawall.core.problem import Unable
from seawall.core.text import Text


def refuse_taken(host: str, port: int) -> None:
    """Refuse a port that somebody listens at: a server's processes would only fail, one after the other.

    Raises:
        UnableToListen: another program listens there, or the system forbids it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise UnableToListen(host, port) from None


class UnableToListen(Unable, OSError):
    """Another program listens at the port, or it may not be used."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            Text(
                en="cannot listen at {host}:{port}: another program does, or the system forbids it; "
                "choose another with --port",
                zh="无法监听 {host}:{port}：端口已被占用或系统不允许；请用 --port 另选端口",
            ),
            host=host,
            port=port,
        )
