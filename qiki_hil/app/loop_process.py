"""The loop process: `python -m qiki_hil.app.loop_process RUN_DIRECTORY SOCKET_FD`.

It reads spec, rig and scenario from the run's own directory, so that what is kept of a run is what
it was made from. While the loop runs there is no asyncio, no thread and no file in this process:
each of them could delay a valve command.
"""

import signal
import socket
import sys
from itertools import count
from pathlib import Path

from qiki_hil import clock
from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.control import realtime
from qiki_hil.control.closing import not_closed
from qiki_hil.control.link import SIMULATED_RECORDS_PER_PACKET, SocketLink
from qiki_hil.control.loop import Loop, Timeline
from qiki_hil.control.pacer import DeadlinePacer, FreePacer, Pacer
from qiki_hil.errors import QikiError
from qiki_hil.kernels import ControllerCore
from qiki_hil.kernels.controller import period_us
from qiki_hil.rig import FaultInjector, InitialState, RigConfig, make_rig
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec
from qiki_hil.store import RunDirectory, RunStatus


def main() -> int:
    """Runs one loop; the exit code says whether it was set up."""
    run = RunDirectory.open(Path(sys.argv[1]))
    end = socket.socket(fileno=int(sys.argv[2]))
    free_running = run.manifest.speed == "max"
    link = SocketLink(end, wait=free_running)
    try:
        loop = _set_up(run, link, free_running)
    except (QikiError, ValueError) as error:
        ended = link_pb2.LoopEnded(end=link_pb2.LOOP_END_SETUP_FAILED, detail=str(error))
        link.send_status(link_pb2.LoopPacket(ended=ended))
        return 2
    ended = loop.run()
    link.send_status(link_pb2.LoopPacket(ended=ended))
    if link.lost:
        _conclude_alone(run, ended)
    return 0


def _conclude_alone(run: RunDirectory, ended: link_pb2.LoopEnded) -> None:
    """Records how the run ended where the supervisor, which would do so, is gone."""
    valves = not_closed(ended) or "valves closed"
    # Standard error goes to the loop's log in the run's directory.
    sys.stderr.write(f"the supervisor was lost; {valves} after {ended.ticks} ticks\n")
    run.set_status(RunStatus.FAILED)


def _set_up(run: RunDirectory, link: SocketLink, free_running: bool) -> Loop:
    manifest = run.manifest
    spec = BotSpec.load(run.path / "spec.yaml")
    config = RigConfig.load(run.path / "rig.yaml")
    scenario = Scenario.load(run.path / "scenario.yaml")
    period = period_us(manifest.rate_hz)
    batch = SIMULATED_RECORDS_PER_PACKET if free_running else 1
    controller = ControllerCore(spec.core_json(), period, batch)
    initial = InitialState.of(scenario.initial)
    rig = FaultInjector(
        make_rig(config, spec, seed=manifest.seed, initial=initial), seed=manifest.seed
    )
    rig.open(period * 1e-6)
    measures = [realtime.quiet_memory()] if free_running else realtime.prepare()
    link.send_status(
        link_pb2.LoopPacket(
            started=link_pb2.LoopStarted(
                realtime_measures=measures,
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
        timeline=numbered(scenario.timeline(period * 1e-6)),
        records_per_packet=batch,
        timed=not free_running,
    )
    _stop_on_sigterm(loop)
    return loop


def numbered(timeline: Timeline) -> Timeline:
    """The timeline with the commands of the scenario numbered from 1; replies carry the number."""
    numbers = count(1)
    for _, message in timeline:
        if isinstance(message, command_pb2.Command):
            message.command_id, message.source = next(numbers), "scenario"
    return timeline


def _pacer(speed: float | str, period: int) -> Pacer:
    period_ns = period * 1000
    if isinstance(speed, str):
        return FreePacer(period_ns)
    return DeadlinePacer(round(period_ns / speed), clock.monotonic_ns)


def _stop_on_sigterm(loop: Loop) -> None:
    """SIGTERM ends the loop in order. Signals from a terminal are left to the supervisor."""
    signal.signal(signal.SIGTERM, lambda *_: loop.stop())


if __name__ == "__main__":
    sys.exit(main())
