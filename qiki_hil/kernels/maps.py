"""Thrust map and torque map, for people: which nozzles push along and about each axis."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from qiki_hil._core import NOZZLES, AutoAllocation, MapSet, ThrustMapCore
from qiki_hil.kernels.copying import HoldsCore
from qiki_hil.kernels.craft import CraftSource


class ThrustMap(HoldsCore):
    """The nozzle sets of a craft's twelve directions, and allocation by them alone.

    Directions are +X, -X, +Y, -Y, +Z, -Z (force) and +roll, -roll, +pitch, -pitch, +yaw, -yaw
    (torque about +X, -X, ...), body. Each has an economy set, with as few nozzles as can do it
    (ZTT along an axis, ZFR about one), and a full set, spread over the nozzles (FTG, FRG).
    Source: docs/math/maps.md.
    """

    def __init__(
        self, effectiveness: ArrayLike, thrust_max_n: ArrayLike, power_w_per_n: ArrayLike
    ) -> None:
        """`effectiveness`: (6, 16) float64, force and torque about the centre of mass per newton,
        body. `thrust_max_n`: (16,) float64, N, 0 for a nozzle that is not there.
        `power_w_per_n`: (16,) float64, W/N. Raises ValueError naming what does not fit."""
        self._core = ThrustMapCore(
            np.asarray(effectiveness, dtype=np.float64),
            np.asarray(thrust_max_n, dtype=np.float64),
            np.asarray(power_w_per_n, dtype=np.float64),
        )
        self._keep()

    def _keep(self) -> None:
        self._economy = MappingProxyType({s.direction: s for s in self._core.economy})
        self._full = MappingProxyType({s.direction: s for s in self._core.full})

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Itself: a map does not change."""
        return self

    @classmethod
    def from_spec(cls, spec: CraftSource) -> Self:
        """For a BotSpec with a full tank: the map that the controller uses."""
        made = cls.__new__(cls)
        made._core = ThrustMapCore.from_craft(spec.core_json())
        made._keep()
        return made

    @property
    def economy(self) -> Mapping[str, MapSet]:
        """By direction, the set with the fewest nozzles."""
        return self._economy

    @property
    def full(self) -> Mapping[str, MapSet]:
        """By direction, the set spread over the nozzles."""
        return self._full

    def lost(self, unavailable: Iterable[int]) -> list[str]:
        """Directions that have no set left without these nozzles. Raises ValueError for a nozzle
        that does not exist."""
        return self._core.lost(_mask(unavailable))

    def allocate(
        self,
        wrench: ArrayLike,
        unavailable: Iterable[int] = (),
        power_max_w: float = float("inf"),
    ) -> AutoAllocation:
        """Gives a wrench by superposing sets, as the controller does in AUTO.

        `wrench`: (6,) float64, force N, torque N·m about the centre of mass, body.
        `unavailable`: nozzles that must not be used. `power_max_w`: all nozzles together, W.
        Raises ValueError for a wrong shape or a nozzle that does not exist.
        """
        asked = np.asarray(wrench, dtype=np.float64)
        return self._core.allocate(asked, _mask(unavailable), power_max_w)


def _mask(nozzles: Iterable[int]) -> int:
    mask = 0
    for nozzle in nozzles:
        if not 0 <= nozzle < NOZZLES:
            raise ValueError(f"nozzle {nozzle}: does not exist; 0 to {NOZZLES - 1} do")
        mask |= 1 << nozzle
    return mask
