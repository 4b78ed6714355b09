"""A CAN rig on a bus of which the test plays the other side."""

import itertools
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qiki_hil.drivers.canbus import CanBus
from qiki_hil.errors import RigError
from qiki_hil.kernels import FRESH_POWER, FRESH_RATES, Feedback, ValveCommand
from qiki_hil.rig import Fault, InitialState, NodeState, Rig, RigConfig, make_rig
from qiki_hil.rig.feedback_frames import FeedbackDecoder
from qiki_hil.wire import Catalogue, CheckedFrame, E2eChecker, E2eProtector
from tests.rig.contract import SPEC

numbers = itertools.count()
CATALOGUE = Catalogue.shipped()
RATES = {"rate_x": 0.5, "rate_y": -0.25, "rate_z": 0.125}
POWER = {"battery_soc": 0.5, "supercap_soc": 0.25, "bus_voltage": 28.0, "load": 400.0}
HEARTBEAT = {"node_state": 1, "mode": 0}


class Peer:
    """The nodes' end of the bus."""

    def __init__(self, channel: str) -> None:
        self.bus = CanBus.open("virtual", channel, bitrate=1_000_000)
        self._protector = E2eProtector(CATALOGUE)
        self._checker = E2eChecker(CATALOGUE)

    def send(self, name: str, values: dict[str, float]) -> None:
        self.bus.send([self._protector.protect(name, values)])

    def heard(self) -> list[CheckedFrame]:
        received = [self._checker.check(raw) for raw in self.bus.drain()]
        return [r for r in received if r is not None]


@pytest.fixture
def both() -> Iterator[tuple[Rig, Peer]]:
    channel = f"test-can-rig-{next(numbers)}"
    text = f"kind: can\ninterface: virtual\nchannel: {channel}\nname: bench\n"
    rig = make_rig(RigConfig.parse(text), SPEC, seed=0)
    peer = Peer(channel)
    rig.open(0.002)
    yield rig, peer
    rig.close()
    peer.bus.close()


def test_opening_says_disarmed_with_the_period(both: tuple[Rig, Peer]) -> None:
    (received,) = both[1].heard()
    assert received.frame.signals["arm_word"].text(received.values["arm_word"]) == "DISARMED"
    assert received.values["period"] == 2000


def test_frames_fill_the_feedback(both: tuple[Rig, Peer]) -> None:
    rig, peer = both
    feedback = Feedback()
    peer.send("NAV_RATES", RATES)
    peer.send(
        "VALVE_STATUS_C3",
        {f"open_time_n{n}": 400 * n for n in range(4)} | {"fault_bits": 0b1010, "node_state": 3},
    )
    rig.read(feedback)
    assert feedback.fresh == FRESH_RATES | 0x400
    assert feedback.rates_rps_body == (0.5, -0.25, 0.125)
    assert feedback.open_time_us[8:12] == (0, 400, 800, 1200)
    assert feedback.valve_fault == 0b1010 << 8
    assert feedback.node_state == (0, 0, 3, 0)
    rig.read(feedback)
    assert feedback.fresh == 0


def test_power_waits_for_the_propellant(both: tuple[Rig, Peer]) -> None:
    rig, peer = both
    feedback = Feedback()
    peer.send("POWER", POWER)
    rig.read(feedback)
    assert feedback.fresh == 0
    peer.send("PROPELLANT", {"propellant": 11.5})
    peer.send("POWER", POWER)
    rig.read(feedback)
    assert feedback.fresh == FRESH_POWER
    assert feedback.power == (0.5, 0.25, 28.0, 400.0, 11.5)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("NAV_RATES", RATES | {"rate_y": float("nan")}),
        ("NAV_POSITION", {"position_x": 600.0, "position_y": 0.0, "position_z": 0.0}),
        ("NAV_VELOCITY", {"velocity_x": 0.0, "velocity_y": -40.0, "velocity_z": 0.0}),
        ("THERMAL", {f"cluster_temp_c{c}": 300.0 for c in range(1, 5)}),
    ],
)
def test_a_value_that_a_node_does_not_have_is_not_fresh(
    both: tuple[Rig, Peer], name: str, values: dict[str, float]
) -> None:
    rig, peer = both
    feedback = Feedback()
    peer.send(name, values)
    rig.read(feedback)
    assert feedback.fresh == 0
    assert rig.counters["not_available"] == 1


def test_an_attitude_that_no_quaternion_has_is_dropped(both: tuple[Rig, Peer]) -> None:
    rig, peer = both
    feedback = Feedback()
    peer.send("NAV_ATTITUDE", {"largest": 3, "small_a": 0.7, "small_b": 0.7, "small_c": 0.7})
    rig.read(feedback)
    assert feedback.fresh == 0
    assert rig.counters["implausible"] == 1


@given(data=st.binary(min_size=8, max_size=8))
@pytest.mark.parametrize("name", CATALOGUE.frames)
def test_no_payload_makes_the_rig_raise(name: str, data: bytes) -> None:
    frame = CATALOGUE[name]
    FeedbackDecoder().decode(name, frame.decode(data[: frame.length]), Feedback())


@pytest.mark.parametrize("rate_hz", [100, 199, 1001])
def test_a_rate_out_of_range_is_refused(rate_hz: int) -> None:
    rig = make_rig(RigConfig.load("virtual"), SPEC, seed=0)
    with pytest.raises(RigError, match=rf"rate {rate_hz} Hz; 200\.\.1000 allowed"):
        rig.open(1 / rate_hz)


@pytest.mark.parametrize("kind", ["sim", "virtual"])
def test_an_initial_state_that_cannot_be_is_refused(kind: str) -> None:
    initial = InitialState(position_m_world=(float("nan"), 0.0, 0.0))
    rig = make_rig(RigConfig.load(kind), SPEC, seed=0, initial=initial)
    with pytest.raises(RigError, match=r"simulated craft: .*position_m_world"):
        rig.open(0.002)
    rig.close()


def test_an_uptime_that_goes_back_is_a_restart(both: tuple[Rig, Peer]) -> None:
    rig, peer = both
    for uptime_s in (5, 6, 0, 1):
        peer.send("HEARTBEAT_NAV", HEARTBEAT | {"uptime": uptime_s})
    rig.read(Feedback())
    assert rig.counters["node_restarts"] == 1


def test_closing_says_disarmed_and_zero_to_every_node(both: tuple[Rig, Peer]) -> None:
    rig, peer = both
    rig.write(ValveCommand(True, [2000] * 16))
    peer.heard()
    rig.close()
    words = {r.frame.name: r.values for r in peer.heard()}
    assert words["ARMING"]["arm_word"] == CATALOGUE["ARMING"].signals["arm_word"].number("DISARMED")
    for cluster in "1234":
        values = words[f"VALVE_COMMAND_C{cluster}"]
        assert [values[f"on_time_n{n}"] for n in range(4)] == [0, 0, 0, 0]
    assert rig.counters["frames_sent"] > 0


def test_each_nozzle_has_its_own_place_in_the_commands(both: tuple[Rig, Peer]) -> None:
    rig, peer = both
    rig.write(ValveCommand(True, [100 + n for n in range(16)]))
    values = {r.frame.name: r.values for r in peer.heard()}
    told = [values[f"VALVE_COMMAND_C{n // 4 + 1}"][f"on_time_n{n % 4}"] for n in range(16)]
    assert told == [100 + n for n in range(16)]


def test_hardware_takes_no_faults(both: tuple[Rig, Peer]) -> None:
    with pytest.raises(RigError, match="rig bench: fault stuck_open cannot be put into it"):
        both[0].inject(Fault("stuck_open"))


class Talker(threading.Thread):
    """Four nodes that report one state each, 200 times a second, until told to stop."""

    def __init__(self, channel: str, states: list[int]) -> None:
        super().__init__(daemon=True)
        self._peer = Peer(channel)
        self._states = states
        self._over = threading.Event()

    def run(self) -> None:
        closed = {f"open_time_n{n}": 0 for n in range(4)} | {"fault_bits": 0}
        while not self._over.wait(0.005):
            for number, state in enumerate(self._states, start=1):
                self._peer.send(f"VALVE_STATUS_C{number}", closed | {"node_state": state})

    def stop(self) -> None:
        self._over.set()
        self.join()
        self._peer.bus.close()


def opened_beside(states: list[int]) -> None:
    """Opens a rig at 400 Hz on a bus of such nodes."""
    channel = f"test-can-rig-{next(numbers)}"
    text = f"kind: can\ninterface: virtual\nchannel: {channel}\nname: bench\n"
    talker = Talker(channel, states)
    talker.start()
    rig = make_rig(RigConfig.parse(text), SPEC, seed=0)
    try:
        rig.open(1 / 400)
    finally:
        rig.close()
        talker.stop()


def test_a_rig_whose_nodes_all_say_fault_is_not_opened() -> None:
    complaint = (
        r"rig bench: valve node\(s\) C1, C2, C3, C4 say FAULT to a loop of 400 Hz: they run at "
        "another rate; give them and the loop the same"
    )
    with pytest.raises(RigError, match=complaint):
        opened_beside([NodeState.FAULT] * 4)


def test_a_rig_with_a_node_that_does_not_say_fault_is_opened() -> None:
    opened_beside([NodeState.FAULT] * 3 + [NodeState.SILENT])
