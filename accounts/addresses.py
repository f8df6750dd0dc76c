"""Where a request comes from: the one place that knows, for lockout and audit log."""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - a name for "not known", nothing listens there


def address_of(request: HttpRequest) -> str:
    """The visitor's address, always one that parses.

    X-Forwarded-For is anybody's word: it counts only as far as trusted proxies (TRUSTED_PROXIES, addresses or networks) wrote it, read
    from the right; the first address that is not a proxy of ours is the visitor. A peer without an address (unix socket) is UNKNOWN."""
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    networks = _networks(tuple(settings.TRUSTED_PROXIES))
    if peer is None or not _trusted(peer, networks):
        return str(peer or UNKNOWN)
    for written in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        hop = _parsed(written)
        if hop is None:
            break
        peer = hop
        if not _trusted(hop, networks):
            break
    return str(peer)


def _parsed(text: str):
    try:
        address = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple:
    return tuple(ipaddress.ip_network(proxy.strip(), strict=False) for proxy in proxies if proxy.strip())


def _trusted(address, networks: tuple) -> bool:
    return any(address in network for network in networks if network.version == address.version)
