"""CloudEvents 1.0 over NATS: written in binary mode, read in binary and in structured mode.

Binary mode: the payload is the data, the attributes are headers (`ce-id`, `ce-source`, ...). The
header `Nats-Msg-Id` repeats the id, so that JetStream recognises a message sent twice.
Structured mode: content type application/cloudevents+json, everything in one JSON object.

Source: CloudEvents specification 1.0.2 and its NATS protocol binding 1.0.2.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

SPEC_VERSION = "1.0"
JSON_TYPE = "application/json"
STRUCTURED_TYPE = "application/cloudevents+json"
MESSAGE_ID = "Nats-Msg-Id"
PREFIX = "ce-"
REQUIRED = ("id", "source", "type", "specversion")
# Printable ASCII without space, double quote and percent stays as it is in a header value.
SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"%')
NS_PER_S = 1_000_000_000


@dataclass(frozen=True)
class CloudEvent:
    """One event. `time_unix_ns` is None where the sender gave no time; on the wire it has
    milliseconds. `extensions` holds every attribute that has no field here."""

    id: str
    source: str
    type: str
    data: bytes
    time_unix_ns: int | None = None
    data_content_type: str = JSON_TYPE
    extensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Malformed:
    """What came is no CloudEvent; `reason` is short enough to count by."""

    reason: str


def headers_of(event: CloudEvent) -> dict[str, str]:
    """Headers of the event in binary mode; the payload beside them is `event.data`."""
    attributes = {
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "specversion": SPEC_VERSION,
        "datacontenttype": event.data_content_type,
        **event.extensions,
    }
    if event.time_unix_ns is not None:
        attributes["time"] = format_time(event.time_unix_ns)
    headers = {f"{PREFIX}{name}": quote(value, safe=SAFE) for name, value in attributes.items()}
    return headers | {MESSAGE_ID: headers["ce-id"]}


def parse(headers: Mapping[str, str] | None, payload: bytes) -> CloudEvent | Malformed:
    """Reads a message in either mode. Never raises on what came from the wire."""
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    if lower.get("content-type", "").partition(";")[0].strip() == STRUCTURED_TYPE:
        return parse_structured(payload)
    attributes = {
        name.removeprefix(PREFIX): unquote(value)
        for name, value in lower.items()
        if name.startswith(PREFIX)
    }
    return assemble(attributes, payload)


def parse_structured(payload: bytes) -> CloudEvent | Malformed:
    """Reads the JSON format. `data` that is JSON comes back as compact JSON bytes."""
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return Malformed("structured mode: not JSON")
    if not isinstance(body, dict):
        return Malformed("structured mode: not a JSON object")
    if "data_base64" in body and "data" in body:
        return Malformed("structured mode: both data and data_base64")
    try:
        data = structured_data(body)
    except (TypeError, ValueError, binascii.Error):
        return Malformed("structured mode: data_base64 is not base64")
    names = body.keys() - {"data", "data_base64"}
    return assemble({name: attribute_text(body[name]) for name in names}, data)


def structured_data(body: dict[str, Any]) -> bytes:
    if "data_base64" in body:
        return base64.b64decode(body["data_base64"], validate=True)
    if "data" not in body:
        return b""
    data, content_type = body["data"], body.get("datacontenttype", JSON_TYPE)
    if isinstance(data, str) and "json" not in str(content_type):
        return data.encode()
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def attribute_text(value: object) -> str:
    """Attributes of the JSON format may be numbers and booleans; in headers they are text."""
    return value if isinstance(value, str) else json.dumps(value)


def assemble(attributes: dict[str, str], data: bytes) -> CloudEvent | Malformed:
    for name in REQUIRED:
        if not attributes.get(name):
            return Malformed(f"attribute {name} is missing")
    if attributes["specversion"] != SPEC_VERSION:
        return Malformed("specversion is not 1.0")
    time_unix_ns = None
    if "time" in attributes:
        time_unix_ns = parse_time(attributes["time"])
        if time_unix_ns is None:
            return Malformed("time is not RFC 3339")
    known = {*REQUIRED, "time", "datacontenttype"}
    return CloudEvent(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        data=data,
        time_unix_ns=time_unix_ns,
        data_content_type=attributes.get("datacontenttype", JSON_TYPE),
        extensions={name: value for name, value in attributes.items() if name not in known},
    )


def format_time(unix_ns: int) -> str:
    """RFC 3339 in UTC with milliseconds."""
    seconds, rest_ns = divmod(unix_ns, NS_PER_S)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest_ns // 1_000_000:03d}Z"


def parse_time(text: str) -> int | None:
    """Unix time of an RFC 3339 text, to the microsecond; None where it is something else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    passed = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (passed.days * 86_400 + passed.seconds) * NS_PER_S + passed.microseconds * 1_000
