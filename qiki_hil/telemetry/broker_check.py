"""Asks a broker before a run whether it can take what the run will publish."""

import asyncio
import ssl
from contextlib import suppress

import nats.errors
from nats.js.errors import ServerError, ServiceUnavailableError

from qiki_hil.errors import BrokerError
from qiki_hil.telemetry.broker_client import BrokerClient, error_text
from qiki_hil.telemetry.broker_url import checked, redacted
from qiki_hil.telemetry.streams import StreamRetention, ensure_streams

CHECK_TIMEOUT_S = 2.0
# The close must also end when the server does not answer.
CLOSE_TIMEOUT_S = 1.0
# What may be otherwise in a moment: a server that is not there yet, or has no leader.
PASSING = (OSError, ServerError, ServiceUnavailableError)


async def check_broker(url: str, timeout_s: float = CHECK_TIMEOUT_S) -> None:
    """Sets the streams up. Raises BrokerError where the broker is there and will never take
    them: no TLS where `url` demands it, a wrong password, no JetStream. A broker that is not there
    is no error, for it may come while the run goes on."""
    client = BrokerClient(url)
    try:
        async with asyncio.timeout(timeout_s):
            await client.connect(checked(url), allow_reconnect=False, error_cb=give_up)
            await ensure_streams(client.jetstream(timeout=timeout_s), StreamRetention())
    except ssl.SSLError as error:
        raise BrokerError(f"--nats {redacted(url)}: TLS failed: {error_text(error)}") from error
    except PASSING:
        return
    except (BrokerError, nats.errors.Error) as error:
        raise BrokerError(f"--nats {redacted(url)}: {error_text(error)}") from error
    finally:
        with suppress(Exception):  # a client that never connected may refuse to close
            await asyncio.wait_for(client.close(), CLOSE_TIMEOUT_S)


async def give_up(error: Exception) -> None:
    """Otherwise nats-py tries a server that is not there again until the timeout."""
    raise error
