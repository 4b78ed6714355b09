"""The loop process: `python -m qiki_hil.app.loop_process RUN_DIRECTORY SOCKET_FD`.

It reads spec, rig and scenario from the run's own directory, so what a run was made from is
what is kept of it. Then it owns its process: no asyncio, no thread, no file, until it ends.
"""

import signal
import socket
import sys
from pathlib import Path

from qiki_hil import clock
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.control import realtime
from qiki_hil.control.link import LoopLink
from qiki_hil.control.loop import Loop
from qiki_hil.control.pacer import DeadlinePacer, FreePacer, Pacer
from qiki_hil.control.scenario import Scenario
from qiki_hil.errors import QikiError
from qiki_hil.kernels import ControllerCore
from qiki_hil.kernels.controller import period_us
from qiki_hil.rig import FaultInjector, InitialState, Rig, RigConfig, make_rig
from qiki_hil.spec import BotSpec
from qiki_hil.store import RunDirectory

SIMULATED_BATCH = 64
"""Records in a packet where time is simulated."""


def main() -> int:
    """Runs one loop; the exit code says whether it was set up."""
    run = RunDirectory.open(Path(sys.argv[1]))
    end = socket.socket(fileno=int(sys.argv[2]))
    free_running = run.manifest.speed == "max"
    link = LoopLink(end, wait=free_running)
    rig: Rig | None = None
    try:
        rig, loop = _set_up(run, link, free_running)
    except (QikiError, ValueError) as error:
        if rig is not None:
            rig.close()
        ended = link_pb2.LoopEnded(
            end=link_pb2.LOOP_END_SETUP_FAILED, detail=str(error), valves_closed=True
        )
        link.send_words(link_pb2.LoopPacket(ended=ended))
        return 2
    link.send_words(link_pb2.LoopPacket(ended=loop.run()))
    return 0


def _set_up(run: RunDirectory, link: LoopLink, free_running: bool) -> tuple[Rig, Loop]:
    manifest = run.manifest
    spec = BotSpec.load(run.path / "spec.yaml")
    config = RigConfig.load(run.path / "rig.yaml")
    scenario = Scenario.load(run.path / "scenario.yaml")
    period = period_us(manifest.rate_hz)
    batch = SIMULATED_BATCH if free_running else 1
    controller = ControllerCore(spec.core_json(), period, batch)
    initial = InitialState(
        position_m_world=scenario.initial.position_m_world,
        velocity_mps_world=scenario.initial.velocity_mps_world,
        attitude_xyzw=scenario.initial.attitude_xyzw,
        rates_rps_body=scenario.initial.rates_rps_body,
    )
    rig = FaultInjector(
        make_rig(config, spec, seed=manifest.seed, initial=initial), seed=manifest.seed
    )
    rig.open(period * 1e-6)
    words = [realtime.quiet_memory()] if free_running else realtime.prepare()
    link.send_words(
        link_pb2.LoopPacket(
            started=link_pb2.LoopStarted(
                realtime=words,
                start_unix_ns=clock.unix_ns(),
                start_monotonic_ns=clock.monotonic_ns(),
            )
        )
    )
    loop = Loop(
        rig,
        controller,
        link,
        _pacer(manifest.speed, period),
        clock.monotonic_ns,
        period_us=period,
        ticks=scenario.ticks(period * 1e-6),
        timeline=scenario.timeline(period * 1e-6),
        records_per_packet=batch,
        timed=not free_running,
    )
    _obey_signals(loop)
    return rig, loop


def _pacer(speed: float | str, period: int) -> Pacer:
    period_ns = period * 1000
    if isinstance(speed, str):
        return FreePacer(period_ns)
    return DeadlinePacer(round(period_ns / speed), clock.monotonic_ns)


def _obey_signals(loop: Loop) -> None:
    """SIGTERM ends the loop in order. Ctrl-C reaches the whole terminal group: it is the
    supervisor that answers it, by asking for a stop."""

    def stop(*_: object) -> None:
        loop.stop_requested = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
