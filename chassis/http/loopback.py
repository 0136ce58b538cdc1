"""Which host names mean this very machine, decided without asking a name server."""

import ipaddress


def is_loopback(host: str) -> bool:
    """True for "localhost" and for literal loopback addresses, never for a name that has to be resolved."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
