"""What a rig adds to a tick."""

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import can
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benches import craft
from benches.ledger import Ledger
from benches.runs import HOLD, assert_complete, fly
from qiki_hil.kernels import NOZZLES, Feedback, ValveCommand
from qiki_hil.rig import InitialState, Rig, RigConfig, make_rig
from qiki_hil.rig.feedback_frames import COMMAND_FRAMES
from qiki_hil.spec import BotSpec
from qiki_hil.wire import Catalogue, bus_load

ROUNDS = 7
TICKS = 3000
SETTLE_TICKS = 50
ARMED_AT_S = 0.5
"""When the scenario of the benches arms."""
BITRATE = 1_000_000
LOOP_FRAMES = ("ARMING", "HEARTBEAT_CONTROLLER")
LOSSES = ("lost", "dropped", "failed", "bad_crc", "bad_counter", "bad_length", "unknown_id")
ARMED = ValveCommand(True, [craft.PERIOD_US] * NOZZLES)
CHANNELS = count()


def best_us(action: Callable[[], None], times: int) -> float:
    """The least time of one call, us, over some rounds of many calls."""
    best_s = float("inf")
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(times):
            action()
        best_s = min(best_s, (time.perf_counter() - begin) / times)
    return best_s * 1e6


def open_rig(kind: str) -> Rig:
    """A rig of that kind with its valves open and its sensors heard."""
    rig = make_rig(RigConfig.load(kind), BotSpec.load("dodeca-01"), seed=1, initial=InitialState())
    rig.open(craft.PERIOD_S)
    feedback = Feedback()
    heard = 0
    for _ in range(SETTLE_TICKS):
        rig.read(feedback)
        heard |= feedback.fresh
        rig.write(ARMED)
    rig.read(feedback)
    assert heard, "no sensor was heard"
    assert feedback.open_time_us == (craft.PERIOD_US,) * NOZZLES, "not every valve is open"
    return rig


def tick_us(benchmark: BenchmarkFixture, rig: Rig) -> float:
    """The least time of read and write, us."""
    feedback = Feedback()

    def tick() -> None:
        rig.read(feedback)
        rig.write(ARMED)

    benchmark.pedantic(tick, rounds=ROUNDS, iterations=TICKS)  # type: ignore[no-untyped-call]
    assert benchmark.stats is not None
    return float(benchmark.stats.stats.min) * 1e6


@pytest.mark.usefixtures("one_cpu")
def test_the_sim_rig_costs_little_more_than_its_plant(
    benchmark: BenchmarkFixture, ledger: Ledger
) -> None:
    plant = craft.make_plant()
    plant_us = best_us(lambda: plant.command(ARMED), TICKS)
    rig = open_rig("sim")
    ours_us = tick_us(benchmark, rig)
    rig.close()
    ledger.judge(
        "sim_tick_vs_plant_step",
        "sim rig: read and write",
        f"{ours_us:.2f} us",
        f"plant step {plant_us:.2f} us",
        ours_us / plant_us,
    )


@pytest.mark.usefixtures("one_cpu")
def test_the_virtual_rig_costs_little_more_than_its_bus(
    benchmark: BenchmarkFixture, ledger: Ledger
) -> None:
    rig = open_rig("virtual")
    before, ticks_before = frames(rig), ROUNDS * TICKS
    ours_us = tick_us(benchmark, rig)
    per_tick = (frames(rig) - before) / ticks_before
    rig.close()
    assert not any(n for name, n in rig.counters.items() if "bad" in name or "failed" in name)
    bus_us = bare_bus_us() * per_tick
    ledger.judge(
        "virtual_tick_vs_bare_bus",
        f"virtual rig: read and write ({per_tick:.1f} frames a tick)",
        f"{ours_us:.0f} us, {per_tick / ours_us * 1e6:,.0f} frames/s",
        f"python-can alone {bus_us:.0f} us",
        ours_us / bus_us,
    )


def frames(rig: Rig) -> int:
    """Frames that went over the bus so far, both ways."""
    return rig.counters["frames_sent"] + rig.counters["frames_received"]


def bare_bus_us() -> float:
    """One frame sent and received over python-can's virtual bus, us."""
    channel = f"bench-{next(CHANNELS)}"
    message = can.Message(arbitration_id=0x101, data=bytes(range(8)), is_extended_id=False)
    with (
        can.Bus(interface="virtual", channel=channel) as sender,
        can.Bus(interface="virtual", channel=channel) as receiver,
    ):

        def exchange() -> None:
            sender.send(message)
            assert receiver.recv(0) is not None

        return best_us(exchange, TICKS)


@pytest.mark.parametrize("rate_hz", [200, 500])
def test_slcan_carries_all_frames_of_the_loop(ledger: Ledger, tmp_path: Path, rate_hz: int) -> None:
    seconds = 6
    options = ["--rig", "slcan", "--scenario", str(HOLD), "--rate", str(rate_hz)]
    summary = fly(tmp_path, *options, "--duration", str(seconds))
    assert_complete(summary)
    counters = summary["rig_counters"]
    assert counters["emulator_frames_received"] == counters["frames_sent"]
    assert not {name: n for name, n in counters.items() if n and name.endswith(LOSSES)}
    down = counters["frames_sent"] / frames_from_loop(rate_hz, summary["ticks"] / rate_hz)
    up = counters["frames_received"] / frames_from_nodes(rate_hz, counters["emulator_ticks"])
    rate = (counters["frames_sent"] + counters["frames_received"]) / summary["wall_s"]
    read, write = (summary["timing"][part]["p50_us"] for part in ("read", "write"))
    what = f"slcan at {rate_hz} Hz: read {read:.0f}, write {write:.0f} us (p50)"
    ours = f"{rate:,.0f} frames/s, none lost"
    peer = f"due by the DBC: commands {down:.3f}, reports {up:.3f}"
    if rate_hz == RigConfig.load("slcan").rate_hz:
        ledger.judge("slcan_frames_vs_due", what, ours, peer, min(down, up))
    else:
        ledger.note(what, ours, peer, min(down, up))


def frames_from_loop(rate_hz: int, seconds: float) -> float:
    """Due from the controller: valve commands from arming on, all others always."""
    due = due_per_s(rate_hz)
    valves = sum(due[name] for name in COMMAND_FRAMES)
    return valves * (seconds - ARMED_AT_S) + sum(due[name] for name in LOOP_FRAMES) * seconds


def frames_from_nodes(rate_hz: int, ticks: int) -> float:
    """Due from the nodes in their own ticks."""
    reports = due_per_s(rate_hz).items()
    ours = (*COMMAND_FRAMES, *LOOP_FRAMES)
    return sum(n for name, n in reports if name not in ours) * ticks / rate_hz


def due_per_s(rate_hz: int) -> dict[str, float]:
    """Frames a second by name, as the DBC has them."""
    load = bus_load(Catalogue.shipped(), rate_hz, BITRATE)
    return {frame.frame.name: frame.rate_hz for frame in load.frames}
