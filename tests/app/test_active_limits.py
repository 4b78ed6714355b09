"""What holds the craft back: as events, and summed up."""

import pytest

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, link_pb2, power_pb2
from qiki_hil.app.active_limits import ActiveLimitReader, InhibitedTimes
from qiki_hil.app.event_text import event_text
from qiki_hil.kernels import FRESH_NODES, FRESH_POWER_DETAIL, CycleScanner
from qiki_hil.telemetry import make_event
from tests.scenario.synthetic import rows, synthetic_columns

NAMES = ("battery", "core", "pdu")


def record(
    limits: int = 1,
    clusters: tuple[int, ...] = (0, 0, 0, 0),
    *,
    dry: bool = False,
    detail: power_pb2.PowerDetail | None = None,
    tripped: int | None = None,
) -> cycle_pb2.CycleRecord:
    control = cycle_pb2.Control(
        rcs_power_limits=limits, cluster_limits=clusters, working_mass_low=dry
    )
    feedback = cycle_pb2.Feedback(power_detail=detail)
    feedback.fresh = FRESH_POWER_DETAIL if detail else 0
    if tripped is not None:
        feedback.fresh |= FRESH_NODES
        feedback.nodes_tripped = tripped
    return cycle_pb2.CycleRecord(control=control, feedback=feedback)


def said(
    reader: ActiveLimitReader, record: cycle_pb2.CycleRecord
) -> list[tuple[list[str], str, bool]]:
    return [(list(c.subjects), c.reason, c.active) for c in reader.read(record)]


def test_a_limit_is_told_when_it_begins_and_when_it_is_over_and_not_in_between() -> None:
    reader = ActiveLimitReader(NAMES)
    assert said(reader, record()) == []
    assert said(reader, record(limits=8)) == [(["nozzles"], "CAP_LOW", True)]
    assert said(reader, record(limits=8)) == []
    assert said(reader, record()) == [(["nozzles"], "CAP_LOW", False)]


def test_clusters_with_one_reason_are_told_together() -> None:
    reader = ActiveLimitReader(NAMES)
    assert said(reader, record(clusters=(1, 0, 1, 2))) == [
        (["C1", "C3"], "RCS_CLUSTER_HOT_DERATED", True),
        (["C4"], "RCS_CLUSTER_HOT_TRIPPED", True),
    ]
    assert said(reader, record(clusters=(0, 0, 1, 2))) == [
        (["C1"], "RCS_CLUSTER_HOT_DERATED", False)
    ]


def test_the_shared_peak_and_rests_are_a_matter_of_course() -> None:
    reader = ActiveLimitReader(NAMES)
    assert said(reader, record(limits=1, clusters=(4, 4, 4, 4))) == []


def test_loads_faults_trips_and_a_dry_tank_are_told() -> None:
    reader = ActiveLimitReader(NAMES)
    detail = power_pb2.PowerDetail(low_soc_loads=0b1_1000, pdu_overcurrent_loads=0b10, faults=0b100)
    assert said(reader, record(dry=True, detail=detail, tripped=0b110)) == [
        (["nozzles"], "WORKING_MASS_LOW", True),
        (["power"], "BATTERY_DISCHARGE_LIMIT", True),
        (["radar", "transponder"], "low_soc", True),
        (["motion"], "pdu_overcurrent", True),
        (["core", "pdu"], "THERMAL_TRIP", True),
    ]
    # A record without a report of them ends nothing.
    assert said(reader, record(dry=True)) == []
    assert said(reader, record(dry=True, detail=power_pb2.PowerDetail(), tripped=0b10)) == [
        (["power"], "BATTERY_DISCHARGE_LIMIT", False),
        (["radar", "transponder"], "low_soc", False),
        (["motion"], "pdu_overcurrent", False),
        (["pdu"], "THERMAL_TRIP", False),
    ]


def test_the_scanner_points_out_the_records_in_which_a_limit_changes() -> None:
    shed = power_pb2.PowerDetail(low_soc_loads=8, shed=8)
    records = [
        record(),
        record(limits=9),
        record(limits=9, clusters=(4, 0, 0, 0)),  # a rest
        record(limits=8),  # the shared peak
        record(limits=8, clusters=(0, 1, 0, 0)),
        record(limits=8, clusters=(0, 1, 0, 0), detail=shed),
        record(limits=8, clusters=(0, 1, 0, 0)),
        record(limits=8, clusters=(0, 1, 0, 0), detail=shed, tripped=2),
        record(limits=8, clusters=(0, 1, 0, 0), dry=True),
        record(limits=8, clusters=(0, 1, 0, 0), dry=True, detail=power_pb2.PowerDetail()),
    ]
    packet = link_pb2.LoopPacket(cycles=records).SerializeToString()
    _, notable = CycleScanner().scan(packet)
    assert notable == [0, 1, 4, 5, 7, 8, 9]


def test_in_words() -> None:
    event = make_event(
        "r",
        "urn:x",
        1,
        events_pb2.LimitChanged(subjects=["C1", "C3"], reason="COOLDOWN", active=True),
        tick=0,
        time_ns=0,
        unix_ns=0,
    )
    assert event_text(event) == "C1, C3: COOLDOWN"
    assert event.severity == events_pb2.SEVERITY_WARNING
    event.limit_changed.active = False
    assert event_text(event) == "C1, C3: COOLDOWN is over"


def test_what_stands_down_on_a_craft_that_is_not_as_described_is_said_once() -> None:
    reader = ActiveLimitReader()
    seen = record()
    assert said(reader, seen) == []
    seen.control.model_mismatch = 2
    assert said(reader, seen) == [(["motion evidence"], "MODEL_MISMATCH", True)]
    assert said(reader, seen) == []
    seen.control.model_mismatch = 1
    assert said(reader, seen) == [
        (["planned pulses"], "MODEL_MISMATCH", True),
        (["motion evidence"], "MODEL_MISMATCH", False),
    ]


def inhibited_s(*parts):
    times = InhibitedTimes()
    for columns in parts:
        times.take(columns)
    return times.seconds()


def test_times_are_summed_up_by_who_and_why() -> None:
    columns = synthetic_columns(4.0, 100.0)
    assert inhibited_s(columns) == {}
    columns["rcs_power_limits"][100:150] = 9
    columns["cluster_limits"][20:40, 2] = 1 | 4
    columns["loads_shed"][0:10] = 1 << 3
    columns["working_mass_low"][390:] = True
    columns["model_mismatch"][200:300] = 1
    assert inhibited_s(columns) == pytest.approx(
        {
            "nozzles CAP_LOW": 0.5,
            "nozzles WORKING_MASS_LOW": 0.1,
            "planned pulses MODEL_MISMATCH": 1.0,
            "C3 RCS_CLUSTER_HOT_DERATED": 0.2,
            "shed radar": 0.1,
        }
    )
    halves = [rows(columns, half) for half in (slice(0, 205), slice(205, 400))]
    assert list(inhibited_s(*halves)) == list(inhibited_s(columns))
    assert inhibited_s(*halves) == pytest.approx(inhibited_s(columns))
    nothing = {name: values[:0] for name, values in columns.items()}
    assert inhibited_s(nothing) == {}
