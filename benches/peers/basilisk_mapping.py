"""What Basilisk's mapping of a torque, or of a force and a torque, to thrusters costs in its own
scheduler: a task with the module less a task without.

    python basilisk_mapping.py CRAFT.json        prints us per call of both

Needs `bsk` (Basilisk) in the interpreter that runs it, and nothing of this project; CRAFT.json is
what the core gets of a BotSpec. Both modules take a pseudo-inverse and shift the thrusts until none
is negative: no least fuel. `thrForceMapping` maps a torque alone, with an inverse of
three by three; `forceTorqueThrForceMapping` maps all six axes.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from Basilisk.architecture import messaging
from Basilisk.fswAlgorithms import forceTorqueThrForceMapping, thrForceMapping
from Basilisk.utilities import SimulationBaseClass, fswSetupThrusters

TORQUE_CALLS = 200_000
WRENCH_CALLS = 5_000
REPEATS = 5
TICK_NS = 1_000_000
FORCE_N = [60.0, -20.0, 10.0]
TORQUE_NM = [8.0, -5.0, 3.0]


def messages(craft: dict[str, Any]) -> dict[str, Any]:
    """The messages that a mapping reads, by the name of its input."""
    fswSetupThrusters.clearSetup()
    for nozzle in craft["thrusters"]:
        fswSetupThrusters.create(
            nozzle["position_m_body"], nozzle["force_direction_body"], nozzle["thrust_max_n"]
        )
    vehicle = messaging.VehicleConfigMsgPayload(CoM_B=craft["mass"]["com_m_body"])
    torque = messaging.CmdTorqueBodyMsgPayload(torqueRequestBody=TORQUE_NM)
    force = messaging.CmdForceBodyMsgPayload(forceRequestBody=FORCE_N)
    return {
        "thrConfigInMsg": fswSetupThrusters.writeConfigMessage(),
        "vehConfigInMsg": messaging.VehicleConfigMsg().write(vehicle),
        "cmdTorqueInMsg": messaging.CmdTorqueBodyMsg().write(torque),
        "cmdForceInMsg": messaging.CmdForceBodyMsg().write(force),
    }


def torque_mapping() -> Any:
    """`thrForceMapping`, which maps a torque about all three axes."""
    module = thrForceMapping.thrForceMapping()
    module.thrForceSign = +1
    module.controlAxes_B = np.eye(3).ravel().tolist()
    return module


def us_per_call(module: Any | None, inputs: dict[str, Any], calls: int) -> float:
    """Processor time of a tick whose only work is `module`, us."""
    sim = SimulationBaseClass.SimBaseClass()
    sim.CreateNewProcess("bench").addTask(sim.CreateNewTask("tick", TICK_NS))
    if module is not None:
        for name, message in inputs.items():
            if hasattr(module, name):
                getattr(module, name).subscribeTo(message)
        sim.AddModelToTask("tick", module)
    sim.InitializeSimulation()
    best = float("inf")
    for repeat in range(1, REPEATS + 1):
        sim.ConfigureStopTime(repeat * calls * TICK_NS)
        begin = time.process_time()
        sim.ExecuteSimulation()
        best = min(best, (time.process_time() - begin) / calls * 1e6)
    return best


def check_torque(module: Any, craft: dict[str, Any]) -> None:
    """Ends with an error where the mapping gave nothing like the torque it was asked for. Its shift
    alters the torque of a craft whose nozzles all together do not cancel."""
    thrust = np.array(module.thrForceCmdOutMsg.read().thrForce)[: len(craft["thrusters"])]
    places = np.array([n["position_m_body"] for n in craft["thrusters"]])
    arms = places - np.array(craft["mass"]["com_m_body"])
    forces = np.array([n["force_direction_body"] for n in craft["thrusters"]]) * thrust[:, None]
    given = np.cross(arms, forces).sum(axis=0)
    if not np.allclose(given, TORQUE_NM, atol=0.1 * np.linalg.norm(TORQUE_NM)):
        sys.exit(f"thrForceMapping gave {given} N·m, asked for {TORQUE_NM}")


def main() -> None:
    """Prints both costs."""
    craft = json.loads(Path(sys.argv[1]).read_text())
    inputs = messages(craft)
    empty_us = us_per_call(None, inputs, TORQUE_CALLS)
    torque = torque_mapping()
    torque_us = us_per_call(torque, inputs, TORQUE_CALLS) - empty_us
    check_torque(torque, craft)
    wrench = forceTorqueThrForceMapping.forceTorqueThrForceMapping()
    wrench_us = us_per_call(wrench, inputs, WRENCH_CALLS) - empty_us
    sys.stdout.write(f"torque {torque_us:.3f} us per call\nwrench {wrench_us:.3f} us per call\n")


if __name__ == "__main__":
    main()
