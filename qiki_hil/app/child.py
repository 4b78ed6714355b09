"""The loop process as its supervisor sees it."""

import asyncio
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.children import ignore_stop_signals, python_module
from qiki_hil.control.link import CYCLES_TAG, PACKET_MAX_BYTES, make_pair

PACKETS_PER_TURN = 16
"""Packets received before the event loop serves anything else."""
STOP_TIMEOUT_S = 3.0


class LoopChild:
    """Starts the loop process, receives what it sends, and knows how it ended."""

    def __init__(self, run_directory: Path, on_cycles: Callable[[bytes], None]) -> None:
        self._directory = run_directory
        self._on_cycles = on_cycles
        self._log = run_directory / "loop.log"
        self._socket: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._link_closed = asyncio.Event()
        self.started: link_pb2.LoopStarted | None = None
        self.ended: link_pb2.LoopEnded | None = None

    async def start(self) -> None:
        """Starts the process; it reads its parts from the run directory."""
        ours, theirs = make_pair()
        ours.setblocking(False)
        # Requests are accepted from here on: they wait in the socket until the loop reads them.
        self._socket = ours
        with theirs, self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *python_module(
                    "qiki_hil.app.loop_process", str(self._directory), str(theirs.fileno())
                ),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=ignore_stop_signals,
            )
        asyncio.get_running_loop().add_reader(ours.fileno(), self._receive)

    @property
    def pid(self) -> int:
        """Process id of the loop."""
        return self._process.pid if self._process else 0

    def request(self, request: link_pb2.LoopRequest) -> bool:
        """Sends a request; False where the loop does not take any."""
        if self._socket is None:
            return False
        try:
            self._socket.send(request.SerializeToString())
        except OSError:
            return False
        return True

    async def wait(self) -> None:
        """Returns when the loop has closed the link and ended; one that does not end is killed."""
        await self._link_closed.wait()
        if self._process is not None:
            try:
                await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    def kill(self) -> None:
        """Ends the process at once. It cannot close its valves; the nodes do so by themselves."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    def terminate(self) -> None:
        """Asks the process to end with SIGTERM, for where the link does not answer."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    def resume(self) -> None:
        """Lets a process that was stopped with SIGSTOP go on."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGCONT)

    def exit_report(self) -> str:
        """How the process ended, and what it printed. Removes its log."""
        printed = self._log.read_text(errors="replace").strip() if self._log.exists() else ""
        self._log.unlink(missing_ok=True)
        code = self._process.returncode if self._process else None
        return "\n".join(part for part in (f"loop process ended with code {code}", printed) if part)

    def _receive(self) -> None:
        assert self._socket is not None
        for _ in range(PACKETS_PER_TURN):
            try:
                packet = self._socket.recv(PACKET_MAX_BYTES)
            except BlockingIOError:
                return
            except ConnectionResetError:
                # The loop ended with a request unread. That is told once, and ahead of what the
                # loop had sent before, with its last words.
                continue
            except OSError:
                packet = b""
            if not packet:
                self._close_link()
                return
            self._dispatch(packet)

    def _dispatch(self, packet: bytes) -> None:
        if packet[0] == CYCLES_TAG:
            self._on_cycles(packet)
            return
        status = link_pb2.LoopPacket.FromString(packet)
        if status.HasField("started"):
            self.started = status.started
        if status.HasField("ended"):
            self.ended = status.ended

    def _close_link(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
        self._link_closed.set()
