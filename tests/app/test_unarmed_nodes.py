"""Nodes that run at another rate than the controller: they are heard, and open no valve."""

import numpy as np

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2, link_pb2
from qiki_hil.app.loop_process import numbered
from qiki_hil.control.link import InProcessLink
from qiki_hil.control.loop import Loop
from qiki_hil.control.pacer import FreePacer
from qiki_hil.kernels import CLUSTERS, ControllerCore, CycleScanner, decode_cycles
from qiki_hil.rig import RigConfig, make_rig
from qiki_hil.rig.emulator.valve_node import ValveNode
from qiki_hil.rig.virtual import VirtualRig
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.openings import Openings
from qiki_hil.spec import BotSpec

PERIOD_US = 2500
SPEC = BotSpec.load("dodeca-01")
SCENARIO = """\
name: at_another_rate
duration_s: 6
commands:
  - {at_s: 0.1, do: arm}
  - {at_s: 0.2, do: hold}
  - {at_s: 0.7, do: brake}
  - {at_s: 1.5, do: hold}
  - {at_s: 2.0, do: rcs.forward 100 1s}
"""


def flown(node_period_us: int) -> tuple[list[bytes], link_pb2.LoopEnded]:
    """The records of a run against nodes of this period, and how it ended."""
    scenario = Scenario.from_text(SCENARIO, "scenario", folder=None)
    rig = make_rig(RigConfig.load("virtual"), SPEC, seed=1)
    assert isinstance(rig, VirtualRig)
    rig.open(PERIOD_US * 1e-6)
    rig.nodes.valve_nodes = tuple(ValveNode(node_period_us, 60) for _ in range(CLUSTERS))
    blobs: list[bytes] = []
    scanner = CycleScanner()
    loop = Loop(
        rig,
        ControllerCore(SPEC.core_json(), PERIOD_US, 64),
        InProcessLink(lambda packet: blobs.extend(row[2] for row in scanner.scan(packet)[0])),
        FreePacer(PERIOD_US * 1000),
        lambda: 0,
        period_us=PERIOD_US,
        ticks=scenario.ticks(PERIOD_US * 1e-6),
        timeline=numbered(scenario.timeline(PERIOD_US * 1e-6)),
        records_per_packet=64,
        timed=False,
    )
    return blobs, loop.run()


def replies(blobs: list[bytes]) -> dict[int, list[tuple[str, str]]]:
    """What was said of each command, without the prefixes."""
    said: dict[int, list[tuple[str, str]]] = {}
    for blob in blobs:
        for reply in cycle_pb2.CycleRecord.FromString(blob).control.replies:
            status = command_pb2.CommandStatus.Name(reply.status)
            reason = command_pb2.ReasonCode.Name(reply.reason)
            said.setdefault(reply.command_id, []).append(
                (status.removeprefix("COMMAND_STATUS_"), reason.removeprefix("REASON_CODE_"))
            )
    return said


def test_a_craft_that_cannot_fire_is_not_flown_and_claims_nothing() -> None:
    blobs, ended = flown(node_period_us=2 * PERIOD_US)
    said = replies(blobs)
    assert said[1][-1] == ("EFFECT_TIMEOUT", "EFFECT_TIMEOUT")
    assert said[2][-1] == ("ABORTED", "SUPERSEDED"), "the hold is not confirmed"
    # At rest it is, by its rates.
    assert said[3][-1] == ("EFFECT_CONFIRMED", "UNSPECIFIED")
    assert said[4] == said[5] == [("REJECTED", "NOT_ARMED")]
    columns = decode_cycles(blobs)
    armed_s = np.count_nonzero(columns["armed"]) * PERIOD_US * 1e-6
    assert 0.9 < armed_s < 1.1
    assert columns["mode"][-1] == command_pb2.FLIGHT_MODE_SAFE
    assert columns["inhibit_reason"][-1] == command_pb2.REASON_CODE_NODE_NOT_ARMED
    assert not Openings()(columns).any()
    assert ended.valves_closed, "each node says FAULT, and closed"


def test_the_same_craft_with_nodes_of_its_own_rate_flies() -> None:
    blobs, ended = flown(node_period_us=PERIOD_US)
    said = replies(blobs)
    assert said[1][-1] == said[5][-1] == ("EFFECT_CONFIRMED", "UNSPECIFIED")
    assert Openings()(decode_cycles(blobs)).any()
    assert ended.valves_closed
