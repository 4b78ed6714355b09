"""The simulated craft, for people: numbers in, numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qiki_hil._core import NOZZLES, PlantCore, Truth
from qiki_hil.kernels.copying import HoldsCore
from qiki_hil.kernels.craft import CraftSource

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class PlantState:
    """Where the simulated craft is at one instant."""

    time_s: float
    position_m_world: Float64
    """(3,) centre of mass, m, world."""
    velocity_mps_world: Float64
    """(3,) m/s, world."""
    attitude_xyzw: Float64
    """(4,) scalar last, body to world."""
    rates_rps_body: Float64
    """(3,) rad/s, body."""
    mass_kg: float
    propellant_kg: float
    com_m_body: Float64
    """(3,) centre of mass from the geometric centre, m, body."""
    inertia_kgm2: Float64
    """(3, 3) about the centre of mass, kg·m², body."""
    valve_open: NDArray[np.bool_]
    """(16,) whether each valve is open."""
    temperatures_c: dict[str, float]
    battery_soc: float
    supercap_soc: float
    bus_v: float
    load_w: float


class Plant(HoldsCore):
    """A craft in free flight, moved ahead in fixed steps by valve on-times.

    >>> plant = Plant(BotSpec.load("dodeca-01"), dt_s=0.002, seed=1)
    >>> plant.step(np.zeros(16))
    >>> plant.state.position_m_world
    array([0., 0., 0.])
    """

    def __init__(
        self,
        spec: CraftSource,
        *,
        dt_s: float = 0.002,
        seed: int = 0,
        position_m_world: Sequence[float] = (0.0, 0.0, 0.0),
        velocity_mps_world: Sequence[float] = (0.0, 0.0, 0.0),
        attitude_xyzw: Sequence[float] = (0.0, 0.0, 0.0, 1.0),
        rates_rps_body: Sequence[float] = (0.0, 0.0, 0.0),
    ) -> None:
        """Raises ValueError where a number is unusable; the text says which and why."""
        self.dt_s = dt_s
        self.core = PlantCore(
            spec.core_json(),
            dt_s,
            seed,
            position_m_world,
            velocity_mps_world,
            attitude_xyzw,
            rates_rps_body,
        )
        self._truth = Truth()

    def step(self, on_time_s: ArrayLike) -> None:
        """Moves one step ahead. `on_time_s`: (16,) how long each valve is open in this step,
        s, 0..dt_s; where the opening lies in the step is told in `ValveCommand`. Raises
        ValueError where the shape is another or a value is not finite."""
        on_time = np.ascontiguousarray(on_time_s, dtype=np.float64)
        if on_time.shape != (NOZZLES,):
            raise ValueError(f"on_time_s: shape {on_time.shape} given, ({NOZZLES},) needed")
        if not np.isfinite(on_time).all():
            bad = int(np.flatnonzero(~np.isfinite(on_time))[0])
            raise ValueError(
                f"on_time_s[{bad}]: {on_time[bad]} given, seconds 0..{self.dt_s} needed"
            )
        self.core.step(on_time)

    @property
    def state(self) -> PlantState:
        """The present state; a copy."""
        core, truth = self.core, self._truth
        core.truth(truth)
        power = core.power
        return PlantState(
            time_s=core.time_s,
            position_m_world=np.array(truth.position_m_world),
            velocity_mps_world=np.array(truth.velocity_mps_world),
            attitude_xyzw=np.array(truth.attitude_xyzw),
            rates_rps_body=np.array(truth.rates_rps_body),
            mass_kg=truth.mass_kg,
            propellant_kg=core.propellant_kg,
            com_m_body=np.array(core.com_m_body),
            inertia_kgm2=core.inertia_kgm2,
            valve_open=np.array(core.valve_open),
            temperatures_c=core.temperatures_c,
            battery_soc=power["battery_soc"],
            supercap_soc=power["supercap_soc"],
            bus_v=power["bus_v"],
            load_w=power["load_w"],
        )
