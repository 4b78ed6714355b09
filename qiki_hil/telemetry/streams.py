"""The JetStream streams and how they are set up."""

from dataclasses import dataclass

from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError, ServiceUnavailableError

from qiki_hil.errors import BrokerError

TELEMETRY_STREAM = "QIKI_TELEMETRY_V1"
EVENTS_STREAM = "QIKI_EVENTS_V1"
SNAPSHOT_SUBJECT = "qiki.telemetry"
SUBJECTS = {
    TELEMETRY_STREAM: [SNAPSHOT_SUBJECT, f"{SNAPSHOT_SUBJECT}.>"],
    EVENTS_STREAM: ["qiki.events.v1.>"],
}
DUPLICATE_WINDOW_S = 120.0


@dataclass(frozen=True)
class StreamRetention:
    """How much a stream keeps; the oldest messages are removed first. 10 MiB hold some four minutes
    of snapshots at 10 Hz. That is enough for consumers to catch up; the durable record of a run is
    its event store."""

    max_bytes: int = 10 * 1024 * 1024
    max_age_s: float = 3600.0


async def ensure_streams(jetstream: JetStreamContext, retention: StreamRetention) -> None:
    """Adds the streams that are missing; an existing one keeps its settings, because they are its
    owner's. Raises BrokerError where the broker has no JetStream or an existing stream lacks our
    subjects, and the errors of nats-py."""
    try:
        await add_missing(jetstream, retention)
    except ServiceUnavailableError as error:
        if error.description:  # JetStream is there and says what is wrong
            raise
        raise BrokerError(
            "the broker has no JetStream, which keeps telemetry and events;"
            " start it with `nats-server --jetstream`"
        ) from error


async def add_missing(jetstream: JetStreamContext, retention: StreamRetention) -> None:
    """See `ensure_streams`."""
    for name, subjects in SUBJECTS.items():
        try:
            found = (await jetstream.stream_info(name)).config.subjects or []
        except NotFoundError:
            await jetstream.add_stream(stream_config(name, retention))
            continue
        missing = [subject for subject in subjects if subject not in found]
        if missing:
            raise BrokerError(
                f"stream {name} is there but lacks the subject(s) {', '.join(missing)};"
                " add them to it, or remove the stream"
            )


def stream_config(name: str, retention: StreamRetention) -> StreamConfig:
    return StreamConfig(
        name=name,
        subjects=SUBJECTS[name],
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_bytes=retention.max_bytes,
        max_age=retention.max_age_s,
        # JetStream refuses a window longer than the age.
        duplicate_window=min(DUPLICATE_WINDOW_S, retention.max_age_s),
    )
