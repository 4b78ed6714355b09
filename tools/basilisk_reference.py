"""Flies a firing sequence in Basilisk and writes the reference table for the plant's tests.

    python tools/basilisk_reference.py            writes tests/plant/data/basilisk_firing.csv
    python tools/basilisk_reference.py --time     prints Basilisk's cost per step as well

Needs `bsk` (Basilisk) in the interpreter that runs it, and nothing of this project. The sequence
and the craft are `tests/plant/data/basilisk_case.json`: instant valves, firings that begin and end
on ticks, no propellant loss (the craft's specific impulse is out of reach; Basilisk gets the full
mass as one rigid hub and no tank).

How the two descriptions meet:

* Basilisk's body frame B has its origin in the geometric centre, as the craft's has. The hub's
  centre of mass lies at `r_BcB_B`, its inertia is about that point, the thrusters sit at their
  positions in B. The state begins with and the table holds the centre of mass (`r_CN_N`,
  `v_CN_N`).
* `sigma_BN` are modified Rodrigues parameters of the turn from N to B, whose matrix takes world
  components to body components. The quaternion with the same axis and angle turns body vectors
  into world vectors (the matrix of one is the transpose of the other's), so
  `q = (2 s, 1 - s.s) / (1 + s.s)`, scalar last. Its sign is chosen to run on smoothly.
* A thruster reads its command after the spacecraft has been integrated up to that instant, so it
  gets the lower priority, and each command is written one step before the tick it is for. Open
  nozzles get more time than they need and are ended by a command of zero: the end of a counted
  on-time would fall on a stage of the integrator and cost a sixth of a step.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from Basilisk.architecture import messaging
from Basilisk.simulation import spacecraft, thrusterDynamicEffector
from Basilisk.utilities import SimulationBaseClass
from numpy.typing import NDArray

DATA = Path(__file__).parent.parent / "tests" / "plant" / "data"
CASE_PATH = DATA / "basilisk_case.json"
TABLE_PATH = DATA / "basilisk_firing.csv"
# Position and velocity of the centre of mass in the world, attitude body to world, body rates.
COLUMNS = "time_s,x_m,y_m,z_m,vx_mps,vy_mps,vz_mps,qx,qy,qz,qw,wx_rps,wy_rps,wz_rps"
LONG_S = 1000.0
NANOSECONDS = 1_000_000_000

Float64 = NDArray[np.float64]


def mass_properties(mass: dict[str, Any]) -> tuple[float, Float64, Float64]:
    """Mass, kg, centre of mass, m, body, and inertia about it, kg·m², of dry craft and tank."""
    dry, propellant = mass["dry_kg"], mass["propellant_kg"]
    total = dry + propellant
    com_dry, tank = np.array(mass["com_m_body"]), np.array(mass["tank_m_body"])
    com = (dry * com_dry + propellant * tank) / total
    inertia = np.array(mass["inertia_kgm2"])
    for kg, place in ((dry, com_dry), (propellant, tank)):
        arm = place - com
        inertia = inertia + kg * (arm @ arm * np.eye(3) - np.outer(arm, arm))
    return total, com, inertia


def sigma_of_quaternion(quaternion_xyzw: Float64) -> Float64:
    """Modified Rodrigues parameters of the turn from world to body axes."""
    unit = quaternion_xyzw / np.linalg.norm(quaternion_xyzw)
    return np.asarray(unit[:3] / (1.0 + unit[3]))


def quaternion_of_sigma(sigma: Float64) -> Float64:
    """The quaternion, scalar last, body to world, of `sigma_BN`."""
    square = float(sigma @ sigma)
    return np.array([*(2.0 * sigma), 1.0 - square]) / (1.0 + square)


class Flight:
    """One Basilisk simulation of a case."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.case = case
        self.dt_ns = round(case["dt_s"] * NANOSECONDS)
        self.sim = SimulationBaseClass.SimBaseClass()
        process = self.sim.CreateNewProcess("dynamics")
        process.addTask(self.sim.CreateNewTask("step", self.dt_ns))
        self.craft = self._hub()
        self.thrusters = self._thrusters()
        self.craft.addDynamicEffector(self.thrusters)
        self.commands = messaging.THRArrayOnTimeCmdMsg()
        self.thrusters.cmdsInMsg.subscribeTo(self.commands)
        self.sim.AddModelToTask("step", self.craft, 10)
        self.sim.AddModelToTask("step", self.thrusters, 5)
        self.sim.InitializeSimulation()

    def _hub(self) -> Any:
        craft = spacecraft.Spacecraft()
        craft.ModelTag = "craft"
        mass, com, inertia = mass_properties(self.case["craft"]["mass"])
        attitude = np.array(self.case["attitude_xyzw"])
        hub = craft.hub
        hub.mHub = mass
        hub.r_BcB_B = column(com)
        hub.IHubPntBc_B = inertia.tolist()
        hub.r_CN_NInit = column(np.array(self.case["position_m_world"]))
        hub.v_CN_NInit = column(np.array(self.case["velocity_mps_world"]))
        hub.sigma_BNInit = column(sigma_of_quaternion(attitude))
        hub.omega_BN_BInit = column(np.array(self.case["rates_rps_body"]))
        return craft

    def _thrusters(self) -> Any:
        effector = thrusterDynamicEffector.ThrusterDynamicEffector()
        effector.ModelTag = "thrusters"
        for thruster in self.case["craft"]["thrusters"]:
            config = thrusterDynamicEffector.THRSimConfig()
            config.thrLoc_B = column(np.array(thruster["position_m_body"]))
            config.thrDir_B = column(np.array(thruster["force_direction_body"]))
            config.MaxThrust = thruster["thrust_max_n"]
            config.MinOnTime = self.case["dt_s"]
            config.steadyIsp = self.case["craft"]["mass"]["isp_s"]
            effector.addThruster(config)
        return effector

    def run(self) -> Float64:
        """(rows, 14) float64: the columns of the table."""
        changes = edges(self.case)
        open_now = [0.0] * len(self.case["craft"]["thrusters"])
        rows = range(0, self.case["ticks"] + 1, self.case["row_every"])
        table = []
        stops = {tick - 1 for tick in changes if tick > 0} | set(rows)
        self._command(changes.get(0, {}), open_now, 0)
        for stop in sorted(stops):
            self.sim.ConfigureStopTime(stop * self.dt_ns)
            self.sim.ExecuteSimulation()
            if stop in rows:
                table.append(self._row(stop, table[-1] if table else None))
            if stop + 1 in changes:
                self._command(changes[stop + 1], open_now, stop + 1)
        return np.array(table)

    def _command(self, change: dict[int, bool], open_now: list[float], tick: int) -> None:
        for nozzle, is_open in change.items():
            open_now[nozzle] = LONG_S if is_open else 0.0
        payload = messaging.THRArrayOnTimeCmdMsgPayload()
        payload.OnTimeRequest = open_now
        self.commands.write(payload, tick * self.dt_ns)

    def _row(self, tick: int, before: list[float] | None) -> list[float]:
        state = self.craft.scStateOutMsg.read()
        quaternion = quaternion_of_sigma(np.array(state.sigma_BN))
        if before is not None and quaternion @ np.array(before[7:11]) < 0.0:
            quaternion = -quaternion
        place = [*state.r_CN_N, *state.v_CN_N]
        return [tick * self.case["dt_s"], *place, *quaternion, *state.omega_BN_B]


def edges(case: dict[str, Any]) -> dict[int, dict[int, bool]]:
    """By tick: which nozzle opens (True) or closes (False) at its start."""
    changes: dict[int, dict[int, bool]] = {}
    for nozzle, first, ticks in case["firings"]:
        changes.setdefault(first, {})[nozzle] = True
        changes.setdefault(first + ticks, {})[nozzle] = False
    return changes


def column(vector: Float64) -> list[list[float]]:
    """A vector as Basilisk takes it."""
    return [[float(c)] for c in vector]


def seconds_per_step(case: dict[str, Any]) -> float:
    """Wall time of one Basilisk step with all nozzles on and no stops between."""
    flight = Flight(case)
    nozzles = range(len(case["craft"]["thrusters"]))
    flight._command(dict.fromkeys(nozzles, True), [0.0] * len(nozzles), 0)
    flight.sim.ConfigureStopTime(case["ticks"] * flight.dt_ns)
    begin = time.perf_counter()
    flight.sim.ExecuteSimulation()
    return (time.perf_counter() - begin) / case["ticks"]


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=TABLE_PATH)
    parser.add_argument("--time", action="store_true", help="print the cost of a step as well")
    options = parser.parse_args()
    case = json.loads(CASE_PATH.read_text())
    table = Flight(case).run()
    if not all(math.isfinite(value) for value in table.flat):
        sys.exit("Basilisk gave numbers that are not finite")
    np.savetxt(options.out, table, fmt="%.13g", delimiter=",", header=COLUMNS, comments="")
    sys.stdout.write(f"{len(table)} rows -> {options.out}\n")
    if options.time:
        cost_us = min(seconds_per_step(case) for _ in range(3)) * 1e6
        sys.stdout.write(f"{cost_us:.2f} us per step\n")


if __name__ == "__main__":
    main()
