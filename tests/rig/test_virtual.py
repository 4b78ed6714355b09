import pytest
import yaml

from qiki_hil.errors import RigError
from qiki_hil.kernels import CLUSTERS, NOZZLES, Feedback, ValveCommand
from qiki_hil.rig import Rig, RigConfig, make_rig
from qiki_hil.rig.virtual import VirtualRig
from qiki_hil.spec import BotSpec
from qiki_hil.wire import Catalogue, RawFrame
from tests.rig.contract import FAILSAFE, SPEC, TUMBLING, LockstepContract, Loop, snapshot
from tests.rig.quantised import QuantisedRig

CATALOGUE = Catalogue.shipped()


class TestVirtualRig(LockstepContract):
    kind = "virtual"

    def valves_open(self, rig: Rig) -> int:
        assert isinstance(rig, VirtualRig)
        return sum(rig.plant.valve_open)


@pytest.fixture
def virtual() -> VirtualRig:
    rig = make_rig(RigConfig.load("virtual"), SPEC, seed=5, initial=TUMBLING)
    assert isinstance(rig, VirtualRig)
    return rig


def starve(rig: VirtualRig) -> None:
    """A tick in which the controller says nothing."""
    rig._exchange()


def node_frames(rig: VirtualRig) -> list[RawFrame]:
    """What the controller has sent and no node has taken yet."""
    assert rig._node_bus is not None
    return rig._node_bus.drain()


@pytest.mark.parametrize("rate_hz", [200, 300, 500])
def test_it_reports_what_the_simulated_rig_reports_through_the_frames(rate_hz: int) -> None:
    rigs = [make_rig(RigConfig.load(k), SPEC, seed=5, initial=TUMBLING) for k in ("virtual", "sim")]
    rigs[1] = QuantisedRig(rigs[1])
    feedbacks = [Feedback(), Feedback()]
    for rig in rigs:
        rig.open(1 / rate_hz)
    whole_us = int(1e6 / rate_hz)
    for tick in range(3 * rate_hz):
        for rig, feedback in zip(rigs, feedbacks, strict=True):
            rig.read(feedback)
        assert snapshot(feedbacks[0]) == snapshot(feedbacks[1]), tick
        on_time_us = [(0, 700, whole_us)[(tick // 30 + n) % 3] for n in range(NOZZLES)]
        command = ValveCommand(rate_hz // 2 < tick < 5 * rate_hz // 2, on_time_us)
        for rig in rigs:
            rig.write(command)
    for rig in rigs:
        rig.close()


def test_levels_of_throttled_nozzles_pass_the_bus_as_they_are() -> None:
    data = yaml.safe_load(SPEC.to_yaml())
    for row in data["thrusters"][::2]:
        row["throttleable"] = True
    spec = BotSpec.from_mapping(data)
    rigs = [make_rig(RigConfig.load(k), spec, seed=5, initial=TUMBLING) for k in ("virtual", "sim")]
    feedbacks = [Feedback(), Feedback()]
    for rig in rigs:
        rig.open(0.002)
    for tick in range(400):
        for rig, feedback in zip(rigs, feedbacks, strict=True):
            rig.read(feedback)
        bus, direct = (feedback.open_time_us for feedback in feedbacks)
        # The status frame counts in steps of 4 us.
        assert all(abs(a - b) <= 2 for a, b in zip(bus, direct, strict=True)), tick
        # What was written three ticks ago: the valve takes two, and reports the tick before.
        if tick > 350:
            assert direct[::2] == (tick - 3,) * 8
        levels = [tick if n % 2 == 0 else 2000 for n in range(NOZZLES)]
        for rig in rigs:
            rig.write(ValveCommand(tick > 100, levels))
    for rig in rigs:
        rig.close()


def test_the_nodes_close_by_themselves_within_three_periods(virtual: VirtualRig) -> None:
    contract = TestVirtualRig()
    virtual.open(0.002)
    loop = Loop(virtual, 0.002)
    loop.until(lambda f: min(f.open_time_us) > 0, contract.command(True), 20)
    for _ in range(2):
        starve(virtual)
        assert loop.tick().node_state == (2,) * CLUSTERS
    starve(virtual)
    assert loop.tick().node_state == (FAILSAFE,) * CLUSTERS
    for _ in range(10):
        starve(virtual)
    assert max(loop.tick().open_time_us) == 0
    assert not any(virtual.plant.valve_open)
    loop.until(lambda f: min(f.open_time_us) > 0, contract.command(True), 20)
    virtual.close()


def test_no_valve_command_is_sent_before_arming(
    virtual: VirtualRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(VirtualRig, "_exchange", lambda _: None)
    virtual.open(0.002)
    for _ in range(600):
        virtual.write(ValveCommand(False, [2000] * NOZZLES))
    names = [CATALOGUE.by_id[frame.frame_id].name for frame in node_frames(virtual)]
    assert set(names) == {"ARMING", "HEARTBEAT_CONTROLLER"}
    assert names.count("ARMING") == 13  # tick 0, then ten a second
    assert names.count("HEARTBEAT_CONTROLLER") == 2


def test_arming_and_disarming_are_said_at_once(
    virtual: VirtualRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(VirtualRig, "_exchange", lambda _: None)
    virtual.open(0.002)
    virtual.write(ValveCommand())
    node_frames(virtual)

    def said(command: ValveCommand) -> list[str]:
        virtual.write(command)
        frames = node_frames(virtual)
        return [CATALOGUE.by_id[frame.frame_id].name for frame in frames]

    commands = [f"VALVE_COMMAND_C{c + 1}" for c in range(CLUSTERS)]
    assert said(ValveCommand(True, [2000] * NOZZLES)) == ["ARMING", *commands]
    assert said(ValveCommand(True, [2000] * NOZZLES)) == commands
    assert said(ValveCommand()) == ["ARMING", *commands]
    assert said(ValveCommand()) == []


def test_garbage_frames_are_counted_and_change_nothing(virtual: VirtualRig) -> None:
    virtual.open(0.002)
    loop = Loop(virtual, 0.002)
    loop.tick(ValveCommand())
    assert virtual._node_bus is not None
    status = CATALOGUE["VALVE_STATUS_C1"].frame_id
    virtual._node_bus.send(
        [
            RawFrame(status, bytes(8)),
            RawFrame(status, b"\x01"),
            RawFrame(0x555, b"x"),
            RawFrame(0x1FFFFFFF, bytes(8), extended=True),
        ]
    )
    loop.tick(ValveCommand())
    counters = virtual.counters
    assert (counters["bad_crc"], counters["bad_length"], counters["unknown_id"]) == (1, 1, 2)
    virtual.close()


def test_two_rigs_side_by_side_do_not_hear_each_other() -> None:
    config = RigConfig.load("virtual")
    pair = [make_rig(config, SPEC, seed=s, initial=TUMBLING) for s in (1, 2)]
    for rig in pair:
        rig.open(0.002)
    feedback = Feedback()
    for _ in range(5):
        pair[0].write(ValveCommand(True, [2000] * NOZZLES))
    pair[1].read(feedback)
    assert feedback.node_state == (1,) * CLUSTERS
    assert pair[1].counters["lost"] == 0
    for rig in pair:
        rig.close()


@pytest.mark.parametrize("rate_hz", [501, 1000])
def test_a_rate_that_overloads_the_bus_is_refused_with_the_one_that_fits(
    virtual: VirtualRig, rate_hz: int
) -> None:
    with pytest.raises(RigError) as caught:
        virtual.open(1 / rate_hz)
    assert f"rig virtual: {rate_hz} Hz loads a bus of 1000000 bit/s to " in str(caught.value)
    assert str(caught.value).endswith(
        "%, 60% allowed: the highest rate that fits is 500 Hz; beyond it use CAN FD"
    )


def test_a_bus_that_is_too_slow_for_any_rate_is_refused() -> None:
    config = RigConfig.parse("kind: virtual\nbitrate: 125000\n")
    rig = make_rig(config, SPEC, seed=1)
    with pytest.raises(RigError, match="no rate from 200 Hz up fits; use a faster bus"):
        rig.open(1 / 200)
