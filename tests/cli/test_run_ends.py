"""Every way in which a run can end before its time: in words, with the valves closed, and with
no process left."""

import ctypes
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from qiki_hil.app.replay import replay
from qiki_hil.app.supervisor import STOP_GRACE_S
from qiki_hil.store import RunDirectory, RunStatus
from tests.runs import Flight, events, flight, only_run, records, until

pytestmark = pytest.mark.serial("ends of real-time runs, which must come within seconds")

LOOP = "qiki_hil.app.loop_process"
BROKER = "nats-server --jetstream"
EMULATOR = "qiki_hil.rig.emulator"
PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207
WALL = 0x40000000


def flying(one: Flight) -> Flight:
    """Returns when the valves are in use."""
    one.heard("hold: accepted")
    return one


def whole(run: RunDirectory) -> None:
    """Every record from the first to the last is there, and means what it says."""
    assert len(records(run)) > 100
    assert replay(run.path).identical


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_stopped_ends_in_order(
    root: Path, long: Path, number: signal.Signals
) -> None:
    with flight("run", "--scenario", long, "--runs", root) as one:
        flying(one).signal(number)
        assert one.end() == 130
        one.all_gone()
    assert "ABORTED long on sim" in one.text
    assert "ended: stopped by the operator" in one.text
    assert "valves: closed" in one.text
    run = only_run(root)
    assert run.manifest.status == RunStatus.ABORTED
    assert json.loads((run.path / "summary.json").read_text())["valves_closed"]
    assert events(run, "run_ended")[0].run_ended.valves_closed
    whole(run)


def test_ctrl_c_reaches_every_process_of_the_terminal_and_the_run_still_ends_in_order(
    root: Path, long: Path
) -> None:
    with flight("run", "--rig", "slcan", "--scenario", long, "--json", "--runs", root) as one:
        # As early as can be: the loop is still being set up.
        until(lambda: one.processes(LOOP), "a loop process")
        os.killpg(one.process.pid, signal.SIGINT)
        assert one.end() == 130
        one.all_gone()
    summary = json.loads(one.text)
    assert summary["status"] == "aborted"
    assert summary["end"] == "stopped by the operator"
    assert summary["rig_counters"]["emulator_valves_open"] == 0


def test_a_loop_that_is_killed_is_a_failed_run_that_says_who_closes_the_valves(
    root: Path, long: Path
) -> None:
    with flight("run", "--scenario", long, "--runs", root) as one:
        os.kill(flying(one).only(LOOP), signal.SIGKILL)
        assert one.end() == 1
        one.all_gone()
    assert "FAILED long on sim" in one.text
    assert "loop process ended with code -9; the nodes close their valves by themselves" in one.text
    assert "valves: NOT CONFIRMED CLOSED" in one.text
    run = only_run(root)
    assert run.manifest.status == RunStatus.FAILED
    summary = json.loads((run.path / "summary.json").read_text())
    assert summary["ticks"] == summary["records"] == len(records(run))
    assert summary["simulated_s"] > 0.2
    assert not (run.path / "loop.log").exists()
    whole(run)


def test_a_loop_that_hangs_is_ended_by_the_third_request(root: Path, long: Path) -> None:
    with flight("run", "--scenario", long, "--runs", root, "--nats", "off") as one:
        hold_still(flying(one).only(LOOP))
        for _ in range(3):
            one.signal(signal.SIGINT)
            # Signals of one kind that come together count as one.
            until(taken(one.process.pid, signal.SIGINT), "the signal was taken")
        assert one.end(timeout_s=STOP_GRACE_S) == 1
        one.all_gone()
    assert "the nodes close their valves by themselves" in one.text
    assert only_run(root).manifest.status == RunStatus.FAILED


def test_a_loop_that_hangs_does_not_make_one_request_wait_for_ever(root: Path, long: Path) -> None:
    with flight("run", "--scenario", long, "--runs", root, "--nats", "off") as one:
        hold_still(flying(one).only(LOOP))
        one.signal(signal.SIGTERM)
        assert one.end(timeout_s=STOP_GRACE_S + 5.0) == 1
        one.all_gone()
    assert "valves: NOT CONFIRMED CLOSED" in one.text
    assert only_run(root).manifest.status == RunStatus.FAILED


def test_a_loop_that_hangs_in_its_set_up_leaves_nothing(root: Path, long: Path) -> None:
    with flight("run", "--scenario", long, "--runs", root, "--nats", "off") as one:
        until(lambda: one.processes(LOOP), "a loop process")
        hold_still(one.only(LOOP))
        one.signal(signal.SIGTERM)
        assert one.end(timeout_s=STOP_GRACE_S + 5.0) == 130
        one.all_gone()
    assert "interrupted before the loop began; nothing is kept" in one.errors
    assert list(root.iterdir()) == []


def test_a_loop_that_somebody_stopped_goes_on_to_close_its_valves(root: Path, long: Path) -> None:
    with flight("run", "--scenario", long, "--runs", root, "--nats", "off") as one:
        os.kill(flying(one).only(LOOP), signal.SIGSTOP)
        one.signal(signal.SIGTERM)
        assert one.end(timeout_s=STOP_GRACE_S) == 130
        one.all_gone()
    assert "ABORTED long on sim" in one.text
    assert "valves: closed" in one.text
    whole(only_run(root))


def hold_still(pid: int) -> None:
    """Stops a process as a debugger does: SIGCONT does not let it go on, only SIGKILL ends it."""
    libc = ctypes.CDLL(None, use_errno=True)
    for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
        if libc.ptrace(request, pid, None, None):
            pytest.skip(f"no process can be traced here: {os.strerror(ctypes.get_errno())}")

    def bury() -> None:
        """A debugger hears of the end first; only then does the parent."""
        while not os.WIFSIGNALED(os.waitpid(pid, WALL)[1]):
            pass

    threading.Thread(target=bury, daemon=True).start()


def test_what_ends_every_process_of_a_service_ends_the_run_in_order(root: Path, long: Path) -> None:
    """Also where the loop, asked directly, is faster than the supervisor: its last words are read
    past the reset of the link."""
    for number in range(6):
        with flight("run", "--scenario", long, "--runs", root, "--nats", "off") as one:
            os.killpg(flying(one).process.pid, signal.SIGTERM)
            assert one.end() == 130, (number, one.text)
            one.all_gone()
        assert "valves: closed" in one.text


def test_a_service_manager_may_end_every_process_at_once(root: Path, long: Path) -> None:
    """As systemd does with those of a control group: emulator and broker are among them."""
    with flight("run", "--rig", "slcan", "--scenario", long, "--runs", root) as one:
        for pid in sorted(flying(one).processes()):
            os.kill(pid, signal.SIGTERM)
        assert one.end() == 130, one.text + one.errors
        one.all_gone()
    assert "valves: closed" in one.text
    assert "Traceback" not in one.errors
    assert replay(only_run(root).path).identical


def taken(pid: int, number: signal.Signals) -> Callable[[], bool]:
    """Whether no such signal waits for a process, which sleeps, or has ended of it."""

    def condition() -> bool:
        status = Path(f"/proc/{pid}/status").read_text()
        fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        pending = int(fields["SigPnd"], 16) | int(fields["ShdPnd"], 16)
        return not pending >> (number - 1) & 1 and fields["State"][0] in "SZ"

    return condition


@pytest.mark.parametrize("rig", ["sim", "slcan"])
def test_a_supervisor_that_is_killed_takes_every_process_with_it(
    root: Path, long: Path, rig: str
) -> None:
    with flight("run", "--rig", rig, "--scenario", long, "--runs", root) as one:
        flying(one)
        assert len(one.processes(BROKER)) == 2  # the server and its guard
        assert len(one.processes(EMULATOR)) == (rig == "slcan")
        one.signal(signal.SIGKILL)
        until(lambda: not one.processes(LOOP), "the loop ends by itself", timeout_s=2.0)
        one.all_gone()
    run = only_run(root)
    assert run.manifest.status == RunStatus.FAILED
    log = (run.path / "loop.log").read_text()
    assert log.startswith("the supervisor was lost; valves closed after ")
    assert not (run.path / "summary.json").exists()
    # What was committed before is whole.
    assert replay(run.path).identical


def test_a_supervisor_that_is_killed_at_full_speed_does_not_leave_the_loop_waiting(
    root: Path, tmp_path: Path
) -> None:
    scenario = tmp_path / "day.yaml"
    scenario.write_text("name: day\nduration_s: 86400\n")
    command = ("run", "--scenario", scenario, "--speed", "max", "--runs", root, "--nats", "off")
    with flight(*command) as one:
        one.heard("mode IDLE")
        one.signal(signal.SIGKILL)
        one.all_gone()
    assert only_run(root).manifest.status == RunStatus.FAILED


def test_an_emulator_that_is_killed_is_a_rig_that_failed(root: Path, long: Path) -> None:
    with flight("run", "--rig", "slcan", "--scenario", long, "--runs", root) as one:
        os.kill(flying(one).only(EMULATOR), signal.SIGKILL)
        assert one.end() == 1
        one.all_gone()
    assert "ended: the rig failed – " in one.text
    assert "the bus is gone" in one.text
    assert only_run(root).manifest.status == RunStatus.FAILED


def test_a_terminal_that_goes_away_ends_the_run_in_order(root: Path, long: Path) -> None:
    with flight("run", "--scenario", long, "--runs", root, "--nats", "off") as one:
        os.killpg(flying(one).process.pid, signal.SIGHUP)
        assert one.end() == 130
        one.all_gone()
    run = only_run(root)
    assert run.manifest.status == RunStatus.ABORTED
    assert json.loads((run.path / "summary.json").read_text())["valves_closed"]
    whole(run)


def test_a_loop_that_is_asked_past_its_supervisor_was_stopped_on_request(
    root: Path, long: Path
) -> None:
    with flight("run", "--scenario", long, "--runs", root, "--nats", "off") as one:
        os.kill(flying(one).only(LOOP), signal.SIGTERM)
        assert one.end() == 130
        one.all_gone()
    assert "ended: stopped on request" in one.text
