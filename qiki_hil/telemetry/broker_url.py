"""What may stand behind --nats, and how it is shown."""

from urllib.parse import SplitResult, urlsplit

from qiki_hil.errors import BrokerError

SCHEMES = ("nats", "tls")


def checked(url: str) -> str:
    """The URL as the client takes it: its scheme in small letters. Raises BrokerError where
    nothing can be reached with it."""
    return _parts(url).geturl()


def redacted(url: str) -> str:
    """The URL without user and password, so that it can be shown. Raises BrokerError where nothing
    can be reached with it."""
    parts = _parts(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def demands_tls(url: str) -> bool:
    """Whether nothing may be sent to the broker in plain text."""
    return urlsplit(url).scheme == "tls"


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in SCHEMES and _is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        usable = False
    # urlsplit leaves out line breaks and tabs; a space passes.
    if not usable or not url.isprintable() or " " in url:
        raise BrokerError(
            f"not a NATS URL: {without_secrets(url)!r}; expected something like "
            "nats://127.0.0.1:4222, or tls://HOST:4222"
        )
    return parts


def without_secrets(url: str) -> str:
    """A text that is no URL, without what looks like a user and a password."""
    scheme, mark, rest = url.rpartition("://")
    return scheme + mark + rest.rpartition("@")[2]


def _is_host(name: str) -> bool:
    """Whether a name can be looked up; UnicodeError, a ValueError, where a part of it cannot."""
    return bool(name) and name.isprintable() and bool(name.encode("idna"))
