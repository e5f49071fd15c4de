"""Where a webhook may go: the guard against being sent into our own network (SSRF).

Promises: the address that is connected to is the address that was checked (a name that resolves to
another one a moment later changes nothing), and it belongs to the public internet, unless private
addresses are allowed for development.

Source: OWASP Server-Side Request Forgery prevention; IANA special-purpose address registries
through ``ipaddress``; RFC 6052 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo).
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from services.notifications.errors import EndpointUrlInvalid
from shared.errors import FieldError

RESOLVE_SECONDS = 5.0
"""A name server that takes longer is as good as away."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_CARRIERS = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10")
)
# Carry an IPv4 address inside, or are site-local of old; `is_global` lets them pass.
_ODD_IPV4 = ipaddress.ip_network("192.0.0.0/24")
# IETF protocol assignments: partly global by the registry, never a partner's server.

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefusedError(Exception):
    """The destination does not exist for us; ``reason`` is a word for the delivery's log."""

    def __init__(self, reason: str) -> None:
        """Keep the word."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Destination:
    """A checked destination: connect to ``url``, which names an address, as ``host``."""

    url: str
    host: str
    """For TLS: the name that the certificate must have."""
    authority: str
    """For the header Host."""


def require_url(url: str, *, allow_private: bool) -> None:
    """Let pass a URL that may be an endpoint's; its name is resolved only when it is called.

    Raises:
        EndpointUrlInvalid: 422, with the reason.
    """
    message = _fault(url, allow_private=allow_private)
    if message is not None:
        raise EndpointUrlInvalid(errors=[FieldError("/url", EndpointUrlInvalid.code, message)])


async def resolve(url: str, *, allow_private: bool) -> Destination:
    """Resolve and check; every address of the name must pass, and the first is taken.

    Raises:
        AddressRefusedError: ``url_refused``, ``name_unknown`` or ``address_refused``.
    """
    if _fault(url, allow_private=allow_private) is not None:
        raise AddressRefusedError("url_refused")
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
    addresses = await _addresses(host, port)
    if not allow_private and not all(is_public(each) for each in addresses):
        raise AddressRefusedError("address_refused")
    return _destination(parts, host, addresses[0])


def is_public(address: Address) -> bool:
    """Tell whether the address is one host on the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _CARRIERS):
            return False
    elif address in _ODD_IPV4:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _fault(url: str, *, allow_private: bool) -> str | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    allowed = ("https", "http") if allow_private else ("https",)
    if parts.scheme not in allowed:
        return f"must begin with {' or '.join(f'{scheme}://' for scheme in allowed)}"
    if not host or not url.isascii() or any(char.isspace() for char in url):
        return "needs a host name, in ASCII"
    if "@" in parts.netloc or parts.fragment:
        return "must not contain a user, a password or a fragment"
    literal = _literal(host)
    if literal is not None and not allow_private and not is_public(literal):
        return "must not name a private address"
    return None


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


async def _addresses(host: str, port: int) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise AddressRefusedError("name_unknown") from error
    texts = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
    if not texts:
        raise AddressRefusedError("name_unknown")
    return [ipaddress.ip_address(text) for text in texts]


def _destination(parts: SplitResult, host: str, address: Address) -> Destination:
    literal = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - IPv6
    port = f":{parts.port}" if parts.port is not None else ""
    connect = parts._replace(netloc=literal + port).geturl()
    return Destination(connect, host, parts.netloc)
