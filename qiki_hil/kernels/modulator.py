"""Modulators, for people: thrust in, valve on-times out."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qiki_hil._core import ModulatorCore
from qiki_hil.kernels.copying import HoldsCore

Float64 = NDArray[np.float64]

COUNT_MAX = 64
"""Most valves of one modulator."""

RULES: dict[str, dict[str, float]] = {
    "pwpf": {"km": 7.5, "tau_s": 0.55, "u_on": 0.45, "u_off": 0.05},
    "bang_bang": {"band_s": 0.04},
    "schmitt": {"level_on": 0.75, "level_off": 0.25},
    "remainder": {},
}
"""The firing rules, with their parameters and what these are where nothing is given."""


class Modulator(HoldsCore):
    """A bank of on/off valves under one firing rule; each valve has its own state.

    >>> modulator = Modulator("remainder", n=2, dt_s=0.002, thrust_max_n=240.0)
    >>> modulator.step([0.0, 240.0])
    array([0., 0.])
    """

    def __init__(
        self,
        kind: str,
        n: int,
        dt_s: float,
        *,
        thrust_max_n: ArrayLike | None = None,
        min_on_s: float = 0.03,
        min_off_s: float = 0.03,
        max_on_s: float = 3.0,
        **rule: float,
    ) -> None:
        """A modulator at rest: all closed, no impulse residual, and allowed to open at once.

        `kind`: one of `RULES`, whose parameters go into `rule`; see docs/math/modulation.md.
        `n`: 1..64 valves. `dt_s`: the tick, s, taken in whole microseconds (`period_us`), and
        shorter than `min_on_s` and `min_off_s`. `thrust_max_n`: scalar or (n,) float64, N;
        without it `step` takes fractions of full thrust. `min_on_s`, `min_off_s`, `max_on_s`:
        the valve's shortest opening, shortest pause and longest opening, s.

        Raises ValueError where the rule or a parameter is unknown, or where the parameters would
        ask the valve for what it cannot do; the text says which and why.
        """
        if not 1 <= n <= COUNT_MAX:
            raise ValueError(f"n: {n} given, 1..{COUNT_MAX} needed")
        if not 0.0 < dt_s <= 1.0:
            raise ValueError(f"dt_s: {dt_s} given, more than 0 and at most 1 s needed")
        self.kind, self.n = kind, n
        self.period_us = round(dt_s * 1e6)
        self.dt_s = self.period_us * 1e-6
        self.rule = _parameters(kind, rule)
        self.core = _core(
            kind, n, self.period_us, (min_on_s, min_off_s, max_on_s), tuple(self.rule.values())
        )
        self._thrust_max_n = None if thrust_max_n is None else _thrust_max(thrust_max_n, n)

    def step(self, command: ArrayLike, closed: ArrayLike | None = None) -> Float64:
        """One tick: how long each valve is open in it.

        `command`: (n,) float64, fraction of full thrust 0..1, or N where `thrust_max_n` was
        given; what is beyond 0..1 counts as its end, what is no finite number as 0. `closed`:
        (n,) bool, valves that must be closed in this tick, whatever their shortest opening; what
        they owe is dropped. Returns (n,) float64, s, whole microseconds within 0..dt_s: a valve
        that was open at the start of the tick closes after this time, a closed one opens this
        time before the end. Raises ValueError where a shape is another.
        """
        level = np.ascontiguousarray(command, dtype=np.float64)
        self._check("command", level.shape)
        if self._thrust_max_n is not None:
            level = level / self._thrust_max_n
        return self.core.step(level, 0 if closed is None else self._mask(closed))

    @property
    def open(self) -> NDArray[np.bool_]:
        """(n,) bool, whether each valve is commanded open at this instant."""
        mask = self.core.open_mask
        return np.array([mask >> n & 1 == 1 for n in range(self.n)])

    @property
    def residual_s(self) -> Float64 | None:
        """(n,) float64, impulse residual: demanded and not given yet, s at full thrust; negative
        where a valve gave more than was demanded. None under PWPF, which has none."""
        return self.core.residual_s

    @property
    def dropped_s(self) -> Float64 | None:
        """(n,) float64, impulse demanded that will not be given, s at full thrust. None under
        PWPF. The sum of commands, times dt_s, is the sum of on-times + residual + dropped."""
        return self.core.dropped_s

    def _mask(self, closed: ArrayLike) -> int:
        flags = np.asarray(closed, dtype=np.bool_)
        self._check("closed", flags.shape)
        return sum(1 << int(n) for n in np.flatnonzero(flags))

    def _check(self, name: str, shape: tuple[int, ...]) -> None:
        if shape != (self.n,):
            raise ValueError(f"{name}: shape {shape} given, ({self.n},) needed")


def edges_us(on_time_s: ArrayLike, period_us: int) -> list[NDArray[np.int64]]:
    """When valves that start closed open and close, put together from their on-times.

    `on_time_s`: (ticks, n) float64, s, as `Modulator.step` returns them. Returns n arrays of
    int64, µs from the first tick, in turn of an opening and a closing. Raises ValueError where
    an on-time does not lie in its tick.
    """
    on_time_us = np.rint(np.asarray(on_time_s, dtype=np.float64) * 1e6).astype(np.int64)
    if on_time_us.ndim != 2 or on_time_us.min(initial=0) < 0:
        raise ValueError(f"on_time_s: shape {on_time_us.shape} given, (ticks, n) >= 0 needed")
    if on_time_us.max(initial=0) > period_us:
        raise ValueError(f"on_time_s: {on_time_us.max()} us given in a tick of {period_us} us")
    return [_edges_us(column.tolist(), period_us) for column in on_time_us.T]


def _edges_us(on_time_us: list[int], period_us: int) -> NDArray[np.int64]:
    edges, is_open = [], False
    for tick, on_us in enumerate(on_time_us):
        if on_us != (period_us if is_open else 0):
            edges.append(tick * period_us + (on_us if is_open else period_us - on_us))
            is_open = not is_open
    return np.array(edges, dtype=np.int64)


def _parameters(kind: str, given: dict[str, float]) -> dict[str, float]:
    if kind not in RULES:
        raise ValueError(f"kind: '{kind}' given, one of {', '.join(RULES)} needed")
    known = RULES[kind]
    unknown = [name for name in given if name not in known]
    if unknown:
        needed = ", ".join(known) or "none"
        raise ValueError(f"{kind}: unknown parameter {', '.join(unknown)}; it takes {needed}")
    return {name: float(given.get(name, value)) for name, value in known.items()}


def _core(
    kind: str,
    count: int,
    period_us: int,
    times: tuple[float, float, float],
    parameters: tuple[float, ...],
) -> ModulatorCore:
    if kind == "pwpf":
        km, tau_s, u_on, u_off = parameters
        return ModulatorCore.pwpf(count, period_us, times, (km, tau_s, u_on, u_off))
    if kind == "bang_bang":
        return ModulatorCore.bang_bang(count, period_us, times, *parameters)
    if kind == "schmitt":
        return ModulatorCore.schmitt(count, period_us, times, *parameters)
    return ModulatorCore.remainder(count, period_us, times)


def _thrust_max(thrust_max_n: ArrayLike, count: int) -> Float64:
    given = np.asarray(thrust_max_n, dtype=np.float64)
    if given.shape not in ((), (count,)):
        raise ValueError(f"thrust_max_n: shape {given.shape} given, () or ({count},) needed")
    if not (np.isfinite(given).all() and (given > 0.0).all()):
        raise ValueError(f"thrust_max_n: {given} given, positive finite numbers needed, N")
    return np.ascontiguousarray(np.broadcast_to(given, (count,)))
