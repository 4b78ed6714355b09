"""The power plane's detail and the thermal nodes over the bus."""

from itertools import pairwise
from math import isnan, nan

import pytest

from qiki_hil._pb.qiki.telemetry.v1 import power_pb2
from qiki_hil.kernels import FRESH_NODES, FRESH_POWER_DETAIL, Feedback
from qiki_hil.rig.power_frames import (
    BUS_NODES,
    DETAIL_FRAMES,
    NODE_FRAMES,
    PowerDecoder,
    PowerReporter,
    detail_frames,
    node_frames,
)
from qiki_hil.wire import Catalogue, Values

CATALOGUE = Catalogue.shipped()
DETAIL = power_pb2.PowerDetail(
    requested=power_pb2.LoadPowers(base_w=60, radar_w=18),
    supplied=power_pb2.LoadPowers(
        base_w=60,
        motion_w=12.5,
        mcqpu_w=35,
        radar_w=18,
        transponder_w=6,
        nbl_w=20.25,
        rcs_w=42_000,
        supercap_charge_w=0,
    ),
    base_in_w=30,
    dock_in_w=249.75,
    battery_w=22_500,
    supercap_w=19_358,
    unserved_w=4,
    spill_w=10,
    bus_a=5.1875,
    pdu_limit_w=160.75,
    shed=0b0010_1000,
    throttled=0b0100_0010,
    low_soc_loads=0b1000,
    thermal_overheat_loads=0b10_0000,
    nbl_budget_loads=0b10_0000,
    pdu_overcurrent_loads=0b0100_0010,
    faults=0b1001,
    low_soc=True,
    dock_connected=True,
    dock_closed=True,
    dock_soft_start_ratio=0.5,
    dock_offer_w=250,
    dock_v=28,
    dock_a=8.90625,
    nbl_active=True,
    nbl_allowed=True,
    nbl_budget_w=20,
    rcs_allowance=2,
    rcs_budget_w=44_860,
    rcs_budget_limits=0b101_0001,
)
TEMPS_C = [20.0, 25.5, -60.0, -50.0625, 24.0, 21.0, 22.0, 23.0, 24.5, 19.9375]


def told(temp_c: list[float] = TEMPS_C, warned: int = 0, tripped: int = 0) -> Feedback:
    feedback = Feedback()
    feedback.set_power_detail(DETAIL.SerializeToString())
    feedback.set_nodes(temp_c, warned, tripped)
    return feedback


def carried(frames: list[tuple[str, Values]]) -> list[tuple[str, Values]]:
    """After encode and decode."""
    return [(name, CATALOGUE[name].decode(CATALOGUE[name].encode(v))) for name, v in frames]


def filled(frames: list[tuple[str, Values]], decoder: PowerDecoder | None = None) -> Feedback:
    feedback = Feedback()
    decoder = decoder or PowerDecoder()
    for name, values in frames:
        assert decoder.decode(name, values, feedback)
    return feedback


def test_what_the_bus_carries_of_a_detail_comes_back() -> None:
    feedback = filled(carried(detail_frames(told())))
    assert feedback.fresh == FRESH_POWER_DETAIL
    expected = power_pb2.PowerDetail()
    expected.CopyFrom(DETAIL)
    # Neither has a frame: absent, not zero.
    expected.ClearField("requested")
    expected.ClearField("dock_offer_w")
    assert power_pb2.PowerDetail.FromString(feedback.power_detail) == expected


def test_a_supercapacitor_that_charges_is_a_load() -> None:
    charging = power_pb2.PowerDetail(supercap_w=-3000, battery_w=-120)
    feedback = Feedback()
    feedback.set_power_detail(charging.SerializeToString())
    seen = power_pb2.PowerDetail.FromString(filled(carried(detail_frames(feedback))).power_detail)
    assert (seen.supercap_w, seen.battery_w) == (-3000, -120)
    assert seen.supplied.supercap_charge_w == 3000


@pytest.mark.parametrize("lost", range(len(DETAIL_FRAMES)))
def test_a_report_that_lost_a_frame_is_dropped_and_the_next_one_counts(lost: int) -> None:
    decoder = PowerDecoder()
    frames = carried(detail_frames(told()))
    assert filled(frames[:lost] + frames[lost + 1 :], decoder).fresh == 0
    assert filled(frames, decoder).fresh == FRESH_POWER_DETAIL


@pytest.mark.parametrize("lost", [0, 1])
def test_nodes_are_taken_whole_or_not_at_all(lost: int) -> None:
    decoder = PowerDecoder()
    frames = carried(node_frames(told(), BUS_NODES))
    assert filled([frames[1 - lost]], decoder).fresh == 0
    if lost == 1:
        # The first frame of a report does not go with the second of another.
        assert filled([frames[0], frames[1]], decoder).fresh == FRESH_NODES


def test_nodes_come_back_with_the_clusters_from_their_own_frame() -> None:
    decoder = PowerDecoder()
    decoder.note_clusters(TEMPS_C[5:9])
    feedback = filled(carried(node_frames(told(warned=0x201, tripped=0x102), BUS_NODES)), decoder)
    assert feedback.nodes == (TEMPS_C, 0x201, 0x102)


def test_clusters_that_were_not_heard_are_not_known() -> None:
    temp_c, _, _ = filled(carried(node_frames(told(), BUS_NODES))).nodes
    assert [isnan(t) for t in temp_c] == [False] * 5 + [True] * 4 + [False]


def test_nodes_are_told_by_name_whatever_their_order() -> None:
    names = ["supercap", "laser", "battery"]
    sent = node_frames(told([19.0, 99.0, 21.0], warned=0b010, tripped=0b101), names)
    decoder = PowerDecoder(names)
    temp_c, warned, tripped = filled(carried(sent), decoder).nodes
    assert (temp_c[0], temp_c[2]) == (19.0, 21.0)
    assert isnan(temp_c[1]), "there is no place for it on the bus"
    assert (warned, tripped) == (0, 0b101)
    at_home = filled(carried(sent)).nodes
    assert at_home[2] == 1 << BUS_NODES.index("supercap") | 1 << BUS_NODES.index("battery")
    assert isnan(at_home[0][BUS_NODES.index("core")])


def test_a_temperature_beyond_the_frame_is_not_available() -> None:
    temp_c, _, _ = filled(carried(node_frames(told([nan, 300.0, *TEMPS_C[2:]]), BUS_NODES))).nodes
    assert isnan(temp_c[0])
    assert isnan(temp_c[1])
    assert temp_c[2] == -60.0


def test_other_frames_are_left_to_others() -> None:
    assert not PowerDecoder().decode("POWER", {}, Feedback())


def test_frames_go_out_one_a_tick_at_their_own_pace() -> None:
    reporter = PowerReporter(CATALOGUE, 500.0)
    feedback = told()
    sent: dict[int, str] = {}
    for tick in range(2000):
        names = [name for name, _ in reporter.reports(tick, feedback)]
        assert len(names) <= 1
        sent |= dict.fromkeys([tick], names[0]) if names else {}
    ticks = [tick for tick, name in sent.items() if name == "POWER_LOADS"]
    assert ticks[0] == 0
    assert [b - a for a, b in pairwise(ticks[1:])] == [500] * (len(ticks) - 2)
    assert list(sent.values())[:8] == [*DETAIL_FRAMES, *NODE_FRAMES]
    for name, per_2000 in (("POWER_SHED", 4), ("THERMAL_NODES_2", 2)):
        assert abs(list(sent.values()).count(name) - per_2000) <= 1


def test_nothing_goes_out_before_there_is_anything_to_tell() -> None:
    reporter = PowerReporter(CATALOGUE, 500.0)
    silent = Feedback()
    silent.set_power(0.8, 0.9, 27.0, 139.0, 12.0)
    assert not [name for tick in range(1500) for name, _ in reporter.reports(tick, silent)]


def test_a_report_is_of_one_instant() -> None:
    reporter = PowerReporter(CATALOGUE, 500.0)
    feedback = told()
    first = dict(reporter.reports(0, feedback))
    feedback.set_power_detail(power_pb2.PowerDetail(battery_w=1).SerializeToString())
    for tick in range(1, len(DETAIL_FRAMES)):
        first |= dict(reporter.reports(tick, feedback))
    assert first["POWER_FLOWS"]["battery"] == 22_500
