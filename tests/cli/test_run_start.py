"""What ends a run, or the whole program, while it is only starting."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qiki_hil.app.run.directory import RESERVE
from qiki_hil.clock import monotonic_ns
from qiki_hil.kernels import wait_until_ns
from qiki_hil.store import RunDirectory, RunStatus
from qiki_hil.store.lock import LOCK
from tests.runs import Flight, flight, fly, until

pytestmark = pytest.mark.serial("signals at moments of real time")

CORE = "_core.abi3.so"
LOOP = "qiki_hil.app.loop_process"
MS = 1_000_000
END_S = 20.0


def after(start_ns: int, milliseconds: int) -> None:
    wait_until_ns(start_ns + milliseconds * MS)


def all_ended(root: Path) -> None:
    """No directory says that its run goes on, and none has anything reserved."""
    for path in root.iterdir() if root.exists() else ():
        assert RunDirectory.open(path).manifest.status == RunStatus.ABORTED
        assert not [name for name in (RESERVE, LOCK) if (path / name).exists()]


@pytest.mark.parametrize("milliseconds", range(0, 1000, 50))
def test_ctrl_c_at_any_moment_of_the_start_ends_the_run(
    root: Path, long: Path, milliseconds: int
) -> None:
    with flight("run", "--scenario", long, "--runs", root) as one:
        until(lambda: CORE in Path(f"/proc/{one.process.pid}/maps").read_text(), "the core")
        after(monotonic_ns(), milliseconds)
        one.signal(signal.SIGINT)
        assert one.end(END_S) == 130, one.text + one.errors
        one.all_gone()
    assert "Traceback" not in one.errors
    all_ended(root)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_requests_in_set_up_leave_nothing_that_looks_like_a_run_under_way(
    root: Path, long: Path, number: signal.Signals
) -> None:
    with flight("run", "--scenario", long, "--runs", root) as one:
        until(lambda: root.exists() and list(root.glob("*/run.json")), "a run directory")
        one.signal(number)
        assert one.end(END_S) == 130, one.text + one.errors
        one.all_gone()
    all_ended(root)


@pytest.mark.parametrize("milliseconds", range(0, 300, 20))
@pytest.mark.parametrize("words", [["bot", "show"], ["campaign", "hold", "--cases", "4000"]])
def test_ctrl_c_while_the_program_is_loaded_is_one_word(
    tmp_path: Path, words: list[str], milliseconds: int
) -> None:
    """From the moment on in which the interpreter has loaded the first module of the package."""
    script = (
        "import sys; from qiki_hil import __main__ as program\n"
        "program.leave_on_interrupt(); print('begins', flush=True); program.main()"
    )
    one = subprocess.Popen(
        [sys.executable, "-P", "-c", script, *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert one.stdout is not None
    assert one.stdout.readline() == b"begins\n"
    after(monotonic_ns(), milliseconds)
    one.send_signal(signal.SIGINT)
    _, complaint = one.communicate(timeout=END_S)
    assert b"Traceback" not in complaint
    assert one.returncode == 130 or (one.returncode == 0 and words[0] == "bot"), complaint


def test_little_is_loaded_before_ctrl_c_has_an_answer() -> None:
    script = (
        "import sys; from qiki_hil import __main__\n"
        "print([name for name in ('click', 'numpy', 'pydantic', 'qiki_hil._core')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, check=True)
    assert done.stdout == b"[]\n"


def test_the_next_command_tells_a_run_that_was_killed_from_one_that_goes_on(
    root: Path, long: Path, short: Path
) -> None:
    with flight("run", "--scenario", long, "--runs", root, "--nats", "off") as living:
        living.heard("hold: accepted")
        (alive,) = root.iterdir()
        with flight("run", "--scenario", long, "--runs", root, "--nats", "off") as killed:
            killed.heard("hold: accepted")
            end_without_a_word(killed)
        (dead,) = set(root.iterdir()) - {alive}
        assert RunDirectory.open(alive).manifest.status == RunStatus.RUNNING
        assert RunDirectory.open(dead).manifest.status == RunStatus.KILLED
        assert f"run {dead.name} is killed;" in fly("replay", dead).text

        following = fly("run", "--scenario", short, "--speed", "max", "--runs", root)
        assert following.end() == 0
        assert f"the run {dead} was killed; what it recorded is kept" in following.errors
        assert alive.name not in following.errors
        assert '"status": "killed"' in (dead / "run.json").read_text()
        assert '"status": "running"' in (alive / "run.json").read_text()
        assert not [name for name in (RESERVE, LOCK) if (dead / name).exists()]
        living.signal(signal.SIGINT)
        assert living.end() == 130


def end_without_a_word(one: Flight) -> None:
    """Ends loop and supervisor, so that neither can say how the run ended."""
    for pid in (one.only(LOOP), one.process.pid):
        os.kill(pid, signal.SIGSTOP)
    for pid in (one.only(LOOP), one.process.pid):
        os.kill(pid, signal.SIGKILL)
    one.all_gone()


def test_a_file_in_the_working_directory_is_never_imported(root: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "short.yaml"
    scenario.write_text("name: short\nduration_s: 0.2\n")
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("can", "serial", "socket", "pickle", "numpy", "multiprocessing", "qiki_hil"):
        (trap / f"{name}.py").write_text(f"open({str(tmp_path / name)!r}, 'w')\n")
    for rig in ("slcan", "virtual"):
        one = fly("run", "--rig", rig, "--scenario", scenario, "--runs", root, cwd=trap)
        assert one.end() == 0, one.text + one.errors
    words = ("--cases", 2, "--jobs", 2, "--out", tmp_path / "out")
    assert fly("campaign", "hold", *words, cwd=trap).end() in (0, 1)
    assert not [path for path in tmp_path.iterdir() if path.stem in ("can", "serial", "socket")]
    assert {path.name for path in tmp_path.iterdir()} == {"short.yaml", "trap", "runs", "out"}
