"""Who asks from the campus network. Pure but for the settings that name the networks.

Behind a proxy the address of the asker stands in X-Forwarded-For, which anybody can forge: it is
read from its end, as far as the hops are proxies of ours (TRUSTED_PROXIES), and not further.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def within(address: Address, networks: Iterable[str]) -> bool:
    """Test if an address lies in one of the networks, written as CIDR."""
    return any(address in ip_network(net.strip()) for net in networks)


def address_of(remote: str, forwarded: str, proxies: Iterable[str]) -> Address | None:
    """Return the address of whoever asks, None where it cannot be told."""
    trusted = list(proxies)
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    try:
        address = _plain(remote)
        while hops and within(address, trusted):
            address = _plain(hops.pop())
    except ValueError:
        return None
    return address


def _plain(text: str) -> Address:
    """Return the address; an IPv4 address in IPv6's clothes (::ffff:10.0.0.1) is taken out."""
    address = ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


def asker(request: HttpRequest) -> Address | None:
    """Return the address of whoever sent the request."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return address_of(request.META.get("REMOTE_ADDR", ""), forwarded, settings.TRUSTED_PROXIES)


def on_campus(request: HttpRequest) -> bool:
    """Test if the request comes from the campus network (CAMPUS_NETWORKS)."""
    address = asker(request)
    return address is not None and within(address, settings.CAMPUS_NETWORKS)
