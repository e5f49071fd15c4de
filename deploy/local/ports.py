"""Ports for the servers of a machine: the one a person expects, or else a free one.

Free ports come from below the range from which the system takes the client side of connections.
From inside that range, a client that calls a stopped server again and again can be given the
server's own port, connect to itself and keep the server from coming back.
"""

import errno
import random
import socket
from collections.abc import Collection

LOOPBACK = "127.0.0.1"
"""The embedded platform listens here only: its servers ask for no password."""

FREE_PORTS = range(20_000, 32_000)
"""Above what well-known servers use, below 32768 where Linux begins its ephemeral ports."""


def free_port(taken: Collection[int] = ()) -> int:
    """Find a port that nothing listens on and that is not in `taken`.

    Raises:
        OSError: every port of `FREE_PORTS` is in use.
    """
    first = random.SystemRandom().randrange(len(FREE_PORTS))
    for offset in range(len(FREE_PORTS)):
        port = FREE_PORTS[(first + offset) % len(FREE_PORTS)]
        if port not in taken and is_free(port):
            return port
    raise OSError(errno.EADDRINUSE, f"no free port in {FREE_PORTS.start}-{FREE_PORTS.stop}")


def preferred_or_free(preferred: int, taken: Collection[int] = ()) -> int:
    """Take the port a person expects, or a free one when something listens on it already."""
    if preferred not in taken and is_free(preferred):
        return preferred
    return free_port(taken)


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def accepts_connections(port: int, timeout_seconds: float = 0.5) -> bool:
    """Tell whether a server answers on this port of the loopback address."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout_seconds):
            return True
    except OSError:
        return False
