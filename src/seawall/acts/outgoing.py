"""Where messages may go: out of the house, and not to its own machines by mistake or by a stranger's wish.

Server-side request forgery (CWE-918; OWASP Top 10 2021, A10): an address that leads to the machine itself, to the
institution's own network or to a cloud's metadata would let whoever sets it ask there in our name. A name is looked up
when something is sent, since whom it leads to can change; between this look-up and the sender's own a name server
could still answer otherwise, so the network's own rules should say the same.
"""

import ipaddress
import socket

from seawall.core.text import Text


def refused(host: str | None) -> Text | None:
    """Why nothing is sent to a host; None where it may.

    >>> refused("127.0.0.1").en
    '127.0.0.1 is inside the house: say internal = true where it is meant'
    >>> refused("1.1.1.1") is None
    True
    """
    if not host:
        return None  # a service whose address the library knows, such as a messenger's
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, proto=socket.IPPROTO_TCP)
    except OSError:
        return _UNKNOWN.filled(host=host)
    inside = any(not _leads_out(each[4][0]) for each in found)
    return _INSIDE.filled(host=host) if inside else None


def _leads_out(address: str | int) -> bool:
    ip = ipaddress.ip_address(str(address).partition("%")[0])
    reached = _within(ip) if isinstance(ip, ipaddress.IPv6Address) else ip
    return reached.is_global and not reached.is_multicast and not ip.is_multicast


def _within(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 address only carries, and a gateway or the system itself goes to."""
    if any(ip in each for each in _CARRIERS):
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


_CARRIERS = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))
"""NAT64's well-known prefix (RFC 6052, 2.1), and IPv4-compatible addresses (RFC 4291, 2.5.5.1)."""
_INSIDE = Text(
    en="{host} is inside the house: say internal = true where it is meant",
    zh="{host} 位于机构内部：如确有需要，请设置 internal = true",
)
_UNKNOWN = Text(en="nobody knows the name {host}", zh="无法解析名称 {host}")
