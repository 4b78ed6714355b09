"""`Controller`, the controller for people, and its records."""

import numpy as np
import pytest

from qiki_hil import BotSpec, Controller, Plant
from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.command import parse_command
from qiki_hil.kernels import CycleDecoder, CycleScanner, Feedback, ReplayCore, decode_cycles
from qiki_hil.kernels.controller import period_us
from qiki_hil.store.run_store import cycle_checksum

SPEC = BotSpec.load("dodeca-01")


def encoded(text: str, number: int = 1) -> bytes:
    command = parse_command(text)
    command.command_id = number
    return command.SerializeToString()


class Flight:
    """Plant and controller in a closed loop."""

    def __init__(self) -> None:
        self.controller = Controller(SPEC)
        self.plant = Plant(SPEC, dt_s=0.002, seed=3, rates_rps_body=(0.05, -0.02, 0.03))
        self.feedback = Feedback()

    def tick(self, command: bytes | None = None) -> tuple[int, ...]:
        self.plant.core.sense(self.feedback)
        valves = self.controller.step(self.feedback, command)
        self.plant.core.command(valves)
        assert valves.armed == self.controller.armed
        return valves.on_time_us

    def fly(self) -> None:
        """Half a second with something in it."""
        commands = {100: encoded("arm"), 101: encoded("hold", 2)}
        for tick in range(250):
            self.tick(commands.get(tick))


def test_it_is_silent_until_it_is_armed() -> None:
    flight = Flight()
    for _ in range(200):
        assert flight.tick() == (0,) * 16
        assert not flight.controller.armed
    assert flight.controller.mode == command_pb2.FLIGHT_MODE_IDLE


def test_armed_and_told_to_hold_it_fires_to_stop_the_tumbling() -> None:
    flight = Flight()
    flight.fly()
    assert flight.controller.armed
    assert flight.controller.mode == command_pb2.FLIGHT_MODE_MANOEUVRE
    fired = any(any(flight.tick()) for _ in range(500))
    assert fired
    before = np.linalg.norm([0.05, -0.02, 0.03])
    assert np.linalg.norm(flight.plant.state.rates_rps_body) < before
    assert flight.controller.wrench_demanded.shape == (6,)
    assert flight.controller.thrust_n.shape == (16,)
    assert (flight.controller.thrust_n >= 0.0).all()
    assert (flight.controller.thrust_n <= SPEC.thrust_max_n + 1e-6).all()


def test_records_are_one_packet_with_every_tick() -> None:
    flight = Flight()
    flight.fly()
    packet = link_pb2.LoopPacket.FromString(flight.controller.take_record())
    assert [record.tick for record in packet.cycles] == list(range(250))
    assert [record.time_ns for record in packet.cycles] == [t * 2_000_000 for t in range(250)]
    assert packet.cycles[100].command.WhichOneof("action") == "arm"
    assert packet.cycles[100].control.replies[0].status == command_pb2.COMMAND_STATUS_ACCEPTED
    assert flight.controller.take_record() == b""


def test_records_are_split_shown_as_columns_and_replayed() -> None:
    flight = Flight()
    flight.fly()
    rows, notable = CycleScanner().scan(flight.controller.take_record())
    assert [tick for tick, _, _, _ in rows] == list(range(250))
    assert {0, 100, 101} <= set(notable)
    assert len(notable) < 20
    assert [checksum for *_, checksum in rows] == [cycle_checksum(*row[:3]) for row in rows]
    blobs = [blob for _, _, blob, _ in rows]
    columns = decode_cycles(blobs)
    assert columns["on_time_us"].shape == (250, 16)
    assert columns["armed"].tolist() == [tick >= 100 for tick in range(250)]
    assert columns["wakeup_ns"].tolist() == [-1] * 250
    assert np.isnan(columns["true_mass_kg"]).all()
    core = ReplayCore(SPEC.core_json(), 2000)
    assert [core.step(blob) for blob in blobs] == [None] * 250


def test_a_replay_that_starts_in_the_middle_comes_out_otherwise() -> None:
    flight = Flight()
    flight.fly()
    rows, _ = CycleScanner().scan(flight.controller.take_record())
    assert ReplayCore(SPEC.core_json(), 2000).step(rows[150][2]) is not None


@pytest.mark.parametrize("rate_hz", [199.0, 1001.0, 0.0, -500.0, float("nan"), float("inf")])
def test_a_rate_out_of_range_is_refused(rate_hz: float) -> None:
    with pytest.raises(ValueError, match=r"rate_hz: .* given, 200\.\.1000 needed"):
        Controller(SPEC, rate_hz=rate_hz)


@pytest.mark.parametrize(("rate_hz", "us"), [(200, 5000), (500, 2000), (1000, 1000), (300, 3333)])
def test_a_period_is_whole_microseconds(rate_hz: float, us: int) -> None:
    assert period_us(rate_hz) == us


@pytest.mark.parametrize("noise", [b"\xff\xff\xff", b"\x08", b"\x52\x7f"])
def test_bytes_that_are_no_command_are_refused_and_the_controller_lives_on(noise: bytes) -> None:
    flight = Flight()
    flight.tick()
    with pytest.raises(ValueError, match=r"decode|invalid|buffer"):
        flight.controller.step(flight.feedback, noise)
    flight.tick()


def test_a_command_with_a_number_that_is_none_is_rejected_with_a_reason() -> None:
    flight = Flight()
    flight.fly()
    flight.controller.take_record()
    command = command_pb2.Command(command_id=9)
    command.go_to_pose.position_m_world.x = float("nan")
    flight.tick(command.SerializeToString())
    (record,) = link_pb2.LoopPacket.FromString(flight.controller.take_record()).cycles
    replies = {reply.command_id: reply for reply in record.control.replies}
    assert replies[9].status == command_pb2.COMMAND_STATUS_REJECTED
    assert replies[9].reason == command_pb2.REASON_CODE_CMD_VALIDATION_FAILED


@pytest.mark.parametrize("noise", [b"\x12\x00", b"\x0a", b"\x0a\x05\x00", b"\x0a\x02\x08"])
def test_bytes_that_are_no_packet_are_refused(noise: bytes) -> None:
    with pytest.raises(ValueError, match=r"packet|cycle record"):
        CycleScanner().scan(noise)


def test_columns_of_no_records_have_no_rows() -> None:
    columns = decode_cycles([])
    assert {len(values) for values in columns.values()} == {0}
    assert columns["thrust_n"].shape == (0, 16)


@pytest.mark.parametrize("rows", [1, 7, 100])
def test_a_run_that_is_decoded_in_parts_has_the_columns_of_the_whole(rows: int) -> None:
    flight = Flight()
    flight.fly()
    # Every tenth record has all that a rig tells; the others leave out what was told before.
    records = link_pb2.LoopPacket.FromString(flight.controller.take_record()).cycles
    for record in records:
        if record.tick % 10 != 3:
            record.ClearField("feedback")
    blobs = [record.SerializeToString() for record in records]
    decoder = CycleDecoder()
    parts = [decoder.decode(blobs[first : first + rows]) for first in range(0, 250, rows)]
    assert not len(decoder.decode([])["tick"])
    for name, column in decode_cycles(blobs).items():
        joined = np.concatenate([part[name] for part in parts])
        np.testing.assert_array_equal(joined, column, err_msg=name, strict=True)


def test_bytes_that_are_no_record_are_refused() -> None:
    with pytest.raises(ValueError, match="cycle record 0: failed to decode"):
        decode_cycles([b"\xff"])
    with pytest.raises(ValueError, match="cycle record: failed to decode"):
        ReplayCore(SPEC.core_json(), 2000).step(b"\xff")


def test_a_craft_that_is_no_craft_is_refused() -> None:
    class Nothing:
        def core_json(self) -> str:
            return "{}"

    with pytest.raises(ValueError, match="missing field"):
        Controller(Nothing())
