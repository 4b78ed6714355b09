"""What is a NATS URL, and what is shown of one."""

import pytest

from qiki_hil.errors import BrokerError
from qiki_hil.telemetry.broker_url import checked, redacted


def test_the_url_is_shown_without_its_secrets() -> None:
    assert redacted("nats://user:secret@host:4222") == "nats://host:4222"


def test_the_client_gets_the_scheme_in_small_letters() -> None:
    assert checked("TLS://user:secret@host:4222") == "tls://user:secret@host:4222"


@pytest.mark.parametrize(
    "url",
    [
        *("", "localhost:4222", "http://host", "nats://", "nats://h:x"),
        *("ws://host:80", "wss://host:443", "nats://a b", "nats://a b:4222", "nats://a\tb"),
        *("nats://a\nb", "nats://a..b", f"nats://{'x' * 64}:4222", "nats://a\u00a0b"),
        "nats://a\x1b[31mb:4222",
    ],
)
def test_what_cannot_be_reached_is_refused(url: str) -> None:
    with pytest.raises(BrokerError, match=r"expected something like nats://127.0.0.1:4222") as told:
        redacted(url)
    assert str(told.value).isprintable()


def test_what_is_no_url_is_told_without_its_secrets() -> None:
    with pytest.raises(BrokerError, match="not a NATS URL: 'ws://host:80'") as told:
        checked("ws://user:secret@host:80")
    assert "secret" not in str(told.value)
