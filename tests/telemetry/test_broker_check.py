"""Whether a broker can take a run is asked before it, of real servers."""

from pathlib import Path

import pytest

from qiki_hil.errors import BrokerError
from qiki_hil.telemetry import PrivateBroker, TelemetryPublisher, check_broker
from qiki_hil.telemetry.streams import EVENTS_STREAM, TELEMETRY_STREAM
from tests.telemetry.conftest import FAST, event, jetstream, stored, until
from tests.telemetry.servers import listener, nats_server

DATA = Path(__file__).parent / "data"
CERTIFICATE = DATA / "loopback_certificate.pem"
TLS = ("--tls", "--tlscert", str(CERTIFICATE), "--tlskey", str(DATA / "loopback_key.pem"))
NO_TLS = (
    "the server has no TLS, and tls:// allows nothing else; nothing was sent."
    " Give nats:// for plain text"
)
NO_JETSTREAM = (
    "the broker has no JetStream, which keeps telemetry and events;"
    " start it with `nats-server --jetstream`"
)


async def refusal(url: str) -> str:
    with pytest.raises(BrokerError) as told:
        await check_broker(url)
    return str(told.value)


async def test_a_broker_that_takes_runs_gets_its_streams(broker: PrivateBroker) -> None:
    await check_broker(broker.url)
    assert await stored(broker.url, EVENTS_STREAM) == 0


async def test_a_broker_that_is_not_there_may_come_later() -> None:
    await check_broker("nats://127.0.0.1:1")
    await check_broker("nats://host.invalid:4222")


async def test_a_server_without_jetstream_is_refused_by_name(tmp_path: Path) -> None:
    with nats_server(tmp_path) as where:
        assert await refusal(f"nats://{where}") == f"--nats nats://{where}: {NO_JETSTREAM}"


async def test_a_wrong_password_is_refused_and_not_shown(tmp_path: Path) -> None:
    login = ("--user", "u", "--pass", "right", "--jetstream", "--store_dir", str(tmp_path))
    with nats_server(tmp_path, *login) as where:
        text = await refusal(f"nats://u:wrong@{where}")
        assert text == f"--nats nats://{where}: nats: 'Authorization Violation'"


async def test_streams_of_somebody_else_are_refused(broker: PrivateBroker) -> None:
    async with jetstream(broker.url) as context:
        await context.add_stream(name=TELEMETRY_STREAM, subjects=["other"])
    assert "is there but lacks the subject(s)" in await refusal(broker.url)


async def test_something_that_is_no_broker_is_refused() -> None:
    async with listener({}) as (where, _):
        assert "did not answer" not in await refusal(f"tls://{where}")


async def test_tls_to_a_server_without_it_is_refused(broker: PrivateBroker) -> None:
    where = broker.url.removeprefix("nats://")
    assert await refusal(f"tls://u:secret@{where}") == f"--nats tls://{where}: {NO_TLS}"


@pytest.mark.parametrize("info", [{}, {"tls_required": False, "auth_required": True}])
async def test_nothing_is_sent_in_plain_text_where_the_url_says_tls(
    info: dict[str, object],
) -> None:
    async with listener(info) as (where, heard):
        assert NO_TLS in await refusal(f"tls://u:secret@{where}")
        publisher = TelemetryPublisher(f"TLS://u:secret@{where}", timing=FAST)
        publisher.start()
        publisher.publish_event(event(1))
        await until(lambda: publisher.stats.last_error != "")
        assert publisher.stats.last_error == NO_TLS
        await publisher.close(0)
    assert heard == b""


@pytest.mark.parametrize("info", [{"tls_required": True}, {"tls_available": True}])
async def test_a_handshake_is_all_that_a_server_with_tls_sees_first(
    info: dict[str, object],
) -> None:
    async with listener(info) as (where, heard):
        await check_broker(f"tls://u:secret@{where}")
    assert heard[:2] == b"\x16\x03"  # a TLS handshake record
    assert b"secret" not in heard


@pytest.mark.parametrize("scheme", ["tls", "nats"])
async def test_a_run_is_published_by_tls_to_a_server_whose_certificate_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    options = ("--jetstream", "--store_dir", str(tmp_path), *TLS)
    with nats_server(tmp_path, *options) as where:
        text = await refusal(f"{scheme}://{where}")
        assert f"--nats {scheme}://{where}: TLS failed: " in text
        assert "self-signed certificate" in text
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        publisher = TelemetryPublisher(f"{scheme}://{where}")
        publisher.start()
        publisher.publish_event(event(1))
        await until(lambda: publisher.stats.acked == 1)
        await publisher.close()
