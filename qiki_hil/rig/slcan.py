"""Emulated nodes in a process of their own, behind a serial line, in real time.

The way to them is that of a USB adapter: slcan on a tty. The emulator is bound to
this process by its standard input: when that ends, however this process died, the emulator closes
its valves and ends.
"""

import json
import select
import subprocess
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from qiki_hil.children import ignore_stop_signals, python_module
from qiki_hil.drivers.slcanbus import SlcanBus
from qiki_hil.errors import RigError
from qiki_hil.kernels import VALVE_FAULTS
from qiki_hil.rig.base import Fault, InitialState, not_open
from qiki_hil.rig.can import CanRig
from qiki_hil.rig.emulator.setup import Setup
from qiki_hil.spec import BotSpec

STOP_TIMEOUT_S = 2.0
DYING_S = 1.0


class SlcanRig(CanRig):
    """A CAN rig that brings its own craft along."""

    def __init__(
        self,
        name: str,
        spec: BotSpec,
        *,
        seed: int,
        initial: InitialState,
        bitrate: int,
        max_load_ratio: float,
        tty_baudrate: int,
        start_timeout_s: float,
    ) -> None:
        super().__init__(
            name,
            self._join_bus,
            bitrate=bitrate,
            max_load_ratio=max_load_ratio,
            node_names=spec.thermal.node_names,
        )
        self._craft_json = spec.core_json()
        self._seed = seed
        self._initial = initial
        self._tty_baudrate = tty_baudrate
        self._start_timeout_s = start_timeout_s
        self._emulator: subprocess.Popen[bytes] | None = None
        self._emulator_counters: dict[str, int] = {}

    def close(self) -> None:
        """Says DISARMED and ends the emulator, which closes its valves and says so."""
        super().close()
        self._stop_emulator()

    def inject(self, fault: Fault) -> None:
        """Valves can get stuck here."""
        fault.check_kind(VALVE_FAULTS, self.name)
        if self._emulator is None or self._emulator.stdin is None:
            raise not_open(self.name)
        try:
            self._emulator.stdin.write(json.dumps(asdict(fault)).encode() + b"\n")
        except OSError as error:
            raise RigError(f"rig {self.name}: the emulator is gone ({error})") from error

    @property
    def counters(self) -> dict[str, int]:
        """Those of a `CanRig`; after `close` also the emulator's, as `emulator_...`."""
        return super().counters | self._emulator_counters

    def _join_bus(self) -> SlcanBus:
        path = self._start_emulator()
        try:
            return SlcanBus.open(path, bitrate=self._bitrate, tty_baudrate=self._tty_baudrate)
        except RigError:
            self._stop_emulator()
            raise

    def _start_emulator(self) -> str:
        self._emulator_counters = {}
        # A session of its own: Ctrl-C in the terminal is for the loop, which then closes down
        # in order; the nodes must live until it has.
        self._emulator = subprocess.Popen(
            python_module("qiki_hil.rig.emulator"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=ignore_stop_signals,
            bufsize=0,
        )
        setup = Setup(self._craft_json, self._period_s, self._seed, self._initial)
        with suppress(BrokenPipeError):  # it died at once: the answer below tells why
            _pipe(self._emulator.stdin).write(setup.to_line())
        path = self._answer(self._start_timeout_s).get("pty")
        if not isinstance(path, str):
            reason = self._reason_of_failed_start()
            raise RigError(f"rig {self.name}: the emulator did not start: {reason}")
        return path

    def _answer(self, timeout_s: float) -> dict[str, Any]:
        """The next line of the emulator; empty where none comes in time."""
        if self._emulator is None:
            return {}
        stdout = _pipe(self._emulator.stdout)
        line = b""
        while not line.endswith(b"\n") and select.select([stdout], [], [], timeout_s)[0]:
            piece = stdout.read(4096)
            if not piece:
                break
            line += piece
        with suppress(ValueError):
            answer = json.loads(line)
            return answer if isinstance(answer, dict) else {}
        return {}

    def _reason_of_failed_start(self) -> str:
        """Why an emulator has not answered; it is gone afterwards."""
        emulator, self._emulator = self._emulator, None
        if emulator is None:
            return "no process"
        too_late = f"no answer within {self._start_timeout_s:g} s"
        try:
            # The end of its input ends an emulator that was only slow.
            _, stderr = emulator.communicate(timeout=DYING_S)
        except subprocess.TimeoutExpired:
            emulator.kill()
            emulator.communicate()
            return too_late
        lines = stderr.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else too_late

    def _stop_emulator(self) -> None:
        if self._emulator is None:
            return
        _pipe(self._emulator.stdin).close()
        counters = self._answer(STOP_TIMEOUT_S).get("counters", {})
        self._emulator_counters = {f"emulator_{name}": n for name, n in counters.items()}
        emulator, self._emulator = self._emulator, None
        try:
            emulator.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            emulator.kill()
            emulator.wait()
        for pipe in (emulator.stdout, emulator.stderr):
            _pipe(pipe).close()


def _pipe(pipe: Any) -> Any:
    if pipe is None:
        raise RigError("the emulator has no pipe; it was not started by this rig")
    return pipe
