"""The emulator in a process of its own, in real time: a few seconds in all."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from qiki_hil.clock import monotonic_ns
from qiki_hil.errors import RigError
from qiki_hil.kernels import ValveCommand, wait_until_ns
from qiki_hil.rig import Fault, Rig, RigConfig, make_rig
from qiki_hil.rig.slcan import SlcanRig
from tests.rig.contract import FAILSAFE, SPEC, Loop, RigContract

SECOND_NS = 1_000_000_000


class TestSlcanRig(RigContract):
    kind = "slcan"
    rate_hz = 200
    settle_ticks = 40

    def valves_open(self, rig: Rig) -> int:
        return rig.counters["emulator_valves_open"]

    def test_the_nodes_close_by_themselves_when_writes_stop(self, loop: Loop) -> None:
        loop.until(lambda f: min(f.open_time_us) > 0, self.command(True), 3 * self.settle_ticks)
        # Three periods, one on the way there and one on the way back, and what a busy
        # machine adds.
        loop.until(loop.all_in(FAILSAFE), None, 5 + self.settle_ticks)
        loop.until(lambda f: max(f.open_time_us) == 0, None, self.settle_ticks)

    def test_the_emulator_takes_faults_and_tells_its_counters(self, rig: Rig, loop: Loop) -> None:
        rig.inject(Fault("stuck_open", target=0))
        loop.until(lambda f: f.open_time_us[0] > 0, ValveCommand(), 3 * self.settle_ticks)
        rig.inject(Fault("stuck_open", target=0, active=False))
        rig.close()
        assert rig.counters["emulator_ticks"] > 0
        assert rig.counters["emulator_bad_crc"] == 0
        with pytest.raises(RigError, match="not open"):
            rig.inject(Fault("stuck_open", target=0))

    def test_an_emulator_that_dies_is_an_error_for_the_writer(self, rig: Rig, loop: Loop) -> None:
        loop.until(lambda f: f.fresh > 0, ValveCommand(), 50)
        assert isinstance(rig, SlcanRig)
        assert rig._emulator is not None
        os.kill(rig._emulator.pid, signal.SIGKILL)
        with pytest.raises(RigError, match="the bus is gone"):
            loop.until(lambda _: False, self.command(True), 100)
        rig.close()

    def test_an_emulator_that_stands_still_does_not_hold_the_loop(
        self, rig: Rig, loop: Loop
    ) -> None:
        loop.until(lambda f: f.fresh > 0, ValveCommand(), 50)
        assert isinstance(rig, SlcanRig)
        assert rig._emulator is not None
        os.kill(rig._emulator.pid, signal.SIGSTOP)
        command = self.command(True)
        start_ns = monotonic_ns()
        for _ in range(300):
            rig.read(loop.feedback)
            rig.write(command)
        assert monotonic_ns() - start_ns < 2 * SECOND_NS
        assert rig.counters["send_failed"] > 0
        os.kill(rig._emulator.pid, signal.SIGCONT)

    def test_a_craft_that_the_emulator_cannot_make_is_told(self) -> None:
        rig = self.make()
        assert isinstance(rig, SlcanRig)
        rig._craft_json = "{}"
        with pytest.raises(RigError, match="rig slcan: the emulator did not start: emulator: "):
            rig.open(self.period_s)


def test_an_emulator_that_starts_too_slowly_is_told_and_ended() -> None:
    config = RigConfig.parse("kind: slcan\nstart_timeout_s: 0.001\n")
    rig = make_rig(config, SPEC, seed=1)
    with pytest.raises(RigError, match=r"did not start: no answer within 0\.001 s"):
        rig.open(1 / 200)
    rig.close()


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_emulator_ends_with_its_parent_however_it_ends(number: signal.Signals) -> None:
    script = textwrap.dedent(
        """
        import sys
        from qiki_hil.rig import RigConfig, make_rig
        from qiki_hil.spec import BotSpec
        rig = make_rig(RigConfig.load("slcan"), BotSpec.load("dodeca-01"), seed=1)
        rig.open(1 / 200)
        print(rig._emulator.pid, flush=True)
        sys.stdin.read()
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        emulator = int(parent.stdout.readline())
        assert alive(emulator)
        parent.send_signal(number)
        parent.wait()
    deadline_ns = monotonic_ns() + 5 * SECOND_NS
    while alive(emulator) and monotonic_ns() < deadline_ns:
        wait_until_ns(monotonic_ns() + SECOND_NS // 100)
    assert not alive(emulator)


def test_no_frame_is_lost_on_the_line() -> None:
    contract = TestSlcanRig()
    rig = contract.make()
    rig.open(contract.period_s)
    loop = Loop(rig, contract.period_s)
    for _ in range(150):
        loop.tick(contract.command(True))
    rig.close()
    counters = rig.counters
    assert counters["frames_received"] > 400
    assert counters["lost"] == counters["emulator_lost"] == 0
    assert counters["garbage_lines"] == counters["emulator_garbage_lines"] == 0
    assert counters["emulator_frames_dropped"] == 0
