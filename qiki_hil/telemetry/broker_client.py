"""A client of nats-py that keeps to TLS where the URL says so.

nats-py takes `tls://` for `nats://`: it changes to TLS only where the server asks for it, and
otherwise sends user and password in plain text.
"""

from typing import Any

import nats.js.errors
from nats.aio.client import Client

from qiki_hil.errors import BrokerError
from qiki_hil.telemetry.broker_url import demands_tls


class BrokerClient(Client):
    """Connects to `url` by TLS or not at all where it begins with `tls://`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._demands_tls = demands_tls(url)

    async def _process_info(self, info: dict[str, Any], initial_connection: bool = False) -> None:
        # Comes before the client decides on TLS and before it sends anything.
        if self._demands_tls and initial_connection:
            if not (info.get("tls_required") or info.get("tls_available")):
                raise BrokerError(
                    "the server has no TLS, and tls:// allows nothing else; nothing was sent."
                    " Give nats:// for plain text"
                )
            info["tls_required"] = True
        await super()._process_info(info, initial_connection)


def error_text(error: BaseException) -> str:
    """The message of an exception; of a group, that of its first one."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, TimeoutError):
        return "the broker did not answer in time"
    if isinstance(error, nats.js.errors.APIError) and error.description:
        return error.description
    return str(error) or type(error).__name__
