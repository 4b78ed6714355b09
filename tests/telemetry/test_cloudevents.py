"""CloudEvents in both modes; whatever comes from the wire is a value or a reason."""

import base64
import json

import pytest
from hypothesis import given, strategies

from qiki_hil.telemetry.cloudevents import CloudEvent, Malformed, format_time, headers_of, parse

EVENT = CloudEvent(
    id="evt-1",
    source="urn:qiki-hil:dodeca-01",
    type="qiki.events.v1.ModeChanged",
    data=b'{"x":1}',
    time_unix_ns=1_763_771_160_250_000_000,
    extensions={"range": "RR_LR"},
)
HEADERS = {
    "ce-id": "evt-1",
    "ce-source": "urn:qiki-hil:dodeca-01",
    "ce-type": "qiki.events.v1.ModeChanged",
    "ce-specversion": "1.0",
    "ce-time": "2025-11-22T00:26:00.250Z",
    "ce-datacontenttype": "application/json",
    "ce-range": "RR_LR",
    "Nats-Msg-Id": "evt-1",
}
STRUCTURED = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
BODY = {"id": "1", "source": "/s", "type": "t", "specversion": "1.0"}


def structured(body: object) -> CloudEvent | Malformed:
    return parse(STRUCTURED, json.dumps(body).encode())


def test_binary_mode_puts_the_attributes_into_headers() -> None:
    assert headers_of(EVENT) == HEADERS


def test_binary_mode_reads_back_what_it_wrote() -> None:
    assert parse(headers_of(EVENT), EVENT.data) == EVENT


def test_header_names_are_read_in_any_case() -> None:
    assert parse({name.upper(): value for name, value in HEADERS.items()}, EVENT.data) == EVENT


@given(strategies.text(min_size=1))
def test_any_text_survives_as_an_attribute_in_printable_ascii(text: str) -> None:
    event = CloudEvent(id=text, source="/s", type="t", data=b"")
    headers = headers_of(event)
    assert headers["ce-id"].isascii()
    assert headers["ce-id"].isprintable()
    assert parse(headers, b"") == event


def test_structured_mode_reads_json_data_text_data_and_base64() -> None:
    expected = CloudEvent(id="1", source="/s", type="t", data=b'{"x":[1,2]}')
    assert structured(BODY | {"data": {"x": [1, 2]}}) == expected
    plain = structured(BODY | {"data": "hello", "datacontenttype": "text/plain"})
    assert isinstance(plain, CloudEvent)
    assert plain.data == b"hello"
    binary = structured(BODY | {"data_base64": base64.b64encode(b"\x00\xff").decode()})
    assert isinstance(binary, CloudEvent)
    assert binary.data == b"\x00\xff"


def test_structured_mode_keeps_extensions_as_text() -> None:
    event = structured(BODY | {"attempt": 3, "last": True})
    assert isinstance(event, CloudEvent)
    assert event.extensions == {"attempt": "3", "last": "true"}


def test_a_time_may_be_in_any_zone() -> None:
    event = structured(BODY | {"time": "2025-11-22T03:26:00.25+03:00"})
    assert isinstance(event, CloudEvent)
    assert event.time_unix_ns == EVENT.time_unix_ns


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ([], "structured mode: not a JSON object"),
        ({"source": "/s", "type": "t", "specversion": "1.0"}, "attribute id is missing"),
        (BODY | {"source": ""}, "attribute source is missing"),
        (BODY | {"specversion": "0.3"}, "specversion is not 1.0"),
        (BODY | {"time": "yesterday"}, "time is not RFC 3339"),
        (BODY | {"time": "2025-11-22T00:26:00"}, "time is not RFC 3339"),
        (BODY | {"data_base64": "*"}, "structured mode: data_base64 is not base64"),
        (BODY | {"data_base64": 7}, "structured mode: data_base64 is not base64"),
        (BODY | {"data": 1, "data_base64": ""}, "structured mode: both data and data_base64"),
    ],
)
def test_what_is_no_event_has_a_reason(body: object, reason: str) -> None:
    assert structured(body) == Malformed(reason)


def test_a_message_without_headers_has_a_reason() -> None:
    assert parse(None, b"anything") == Malformed("attribute id is missing")


@given(
    strategies.dictionaries(strategies.text(), strategies.text()) | strategies.just(STRUCTURED),
    strategies.binary(),
)
def test_no_bytes_raise(headers: dict[str, str], payload: bytes) -> None:
    assert isinstance(parse(headers, payload), CloudEvent | Malformed)


def test_times_are_written_in_utc_with_milliseconds() -> None:
    assert format_time(999_999) == "1970-01-01T00:00:00.000Z"
    assert format_time(-1) == "1969-12-31T23:59:59.999Z"
