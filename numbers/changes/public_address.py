"""Can the world reach this URL? By its host alone, nobody is asked."""

from ipaddress import ip_address
from urllib.parse import urlsplit

_PRIVATE_ENDINGS = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid")


def why_private(url: str) -> str:
    """Why it is of no use to a provider, "" where it looks as if it were.

    RFC 6761 and RFC 6762 name the endings that lead nowhere from outside.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        is_named = "." in host and not host.endswith(_PRIVATE_ENDINGS)
        return "" if is_named else f"{host or 'no host'} is known to this machine or house alone"
    return "" if address.is_global else f"{host} is not an address of the world's"
