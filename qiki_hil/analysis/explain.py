"""Why an allocation came out as it did.

Where the wrench is met, thrust is the currency. With the shadow prices y of the axes and l of a
watt, one newton of nozzle j is worth `b_j'y` and costs `1 + l p_j`; what it costs more than it is
worth is its reduced cost. Where the wrench is out of reach, error is the currency: with the scaled
error r, one newton of nozzle j takes `(S b_j)'r / |r|` of it away, and costs the watts that another
nozzle would make better use of.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qiki_hil.analysis.availability import Availability
from qiki_hil.analysis.axes import HALF_AXES, HalfAxis
from qiki_hil.errors import QikiError
from qiki_hil.kernels import NOZZLES, Allocation, Allocator
from qiki_hil.spec import BotSpec

Float64 = NDArray[np.float64]

_AT_BOUND_N = 1e-5
_EVEN = 1e-6
"""Worth and cost that differ by less than this part are even; costs that only break ties, 1e-7 of
a newton, stay below it."""
_STEP = 1e-2
"""N or N·m by which the wrench is moved to see what more of an axis costs."""
_JUST_INSIDE = 1.0 - 1e-9
_BINDS = 1.0 - 1e-7


@dataclass(frozen=True, slots=True)
class NozzleReason:
    """One nozzle of an allocation, and why it pushes as hard as it does."""

    nozzle: int
    thrust_n: float
    thrust_max_n: float
    share: float
    """Of all thrust, 0..1."""
    state: str
    """`off`, `between`, `full`, `out` or `stuck open`."""
    worth: float
    """What one newton of it is worth: N of thrust elsewhere, or scaled error taken away."""
    cost: float
    """What one newton of it costs, in the same unit."""
    words: str

    @property
    def reduced_cost(self) -> float:
        """What it costs more than it is worth."""
        return self.cost - self.worth


@dataclass(frozen=True, slots=True)
class AxisPrice:
    """What one more newton or newton metre along a half-axis costs."""

    axis: HalfAxis
    thrust_n: float | None
    """N of thrust, negative where it saves some; None where it is not to be had."""

    @property
    def words(self) -> str:
        """As a sentence."""
        more = f"one more {self.axis.unit_words} {self.axis.words}"
        if self.thrust_n is None:
            return f"{more} is not to be had"
        if abs(self.thrust_n) < 5e-4:
            return f"{more} costs nothing"
        verb = "costs" if self.thrust_n > 0.0 else "saves"
        return f"{more} {verb} {abs(self.thrust_n):.2f} N of thrust"


@dataclass(frozen=True, slots=True)
class Explanation:
    """An allocation and the reasons for it. Wrenches are (6,) float64, N and N·m, body."""

    availability: Availability
    demanded: Float64
    allocated: Float64
    error: Float64
    """Demanded less allocated."""
    error_scaled: float
    """Its weighted size, which the first stage makes as small as it can."""
    status: str
    fuel_n: float
    power_w: float
    power_max_w: float
    power_price: float
    """Thrust that one watt more would save, N; 0 where power does not limit it."""
    reach: float | None
    """How many times the wrench demanded could be had in its own direction; None for no wrench, or
    where nozzles that are stuck open cannot be cancelled."""
    nozzles: tuple[NozzleReason, ...]
    prices: tuple[AxisPrice, ...]
    """Empty where the wrench is out of reach: then no thrust buys more of it."""

    @property
    def met(self) -> bool:
        """Whether all of the wrench is allocated."""
        return self.status == "optimal"

    @property
    def power_binds(self) -> bool:
        """Whether the power limit is reached."""
        return self.power_w >= self.power_max_w * _BINDS

    def limits(self) -> list[str]:
        """What stands in the way, a sentence each."""
        full = [str(n.nozzle) for n in self.nozzles if n.state == "full"]
        found = [f"at full thrust: nozzle {', '.join(full)}"] if full else []
        if self.power_binds:
            saved = self.power_price * 1e3
            gain = f"; one more kilowatt would save {saved:.2f} N" if saved > 0.0 else ""
            found.append(f"electrical power: all {self.power_max_w:.0f} W are used{gain}")
        if self.availability != Availability():
            found.append(str(self.availability))
        return found

    def room(self) -> str:
        """How far the wrench could grow, as a sentence."""
        if self.reach is None:
            zero = not self.demanded.any()
            return (
                "no wrench is demanded for"
                if zero and self.met
                else "the nozzles that are stuck open cannot be cancelled: no wrench is to be had"
            )
        if self.met:
            return f"the same wrench could grow to {self.reach:.2f} times its size"
        return f"in its own direction {self.reach:.1%} of the wrench can be had"


def explain(
    spec: BotSpec,
    force_n: Sequence[float],
    torque_nm: Sequence[float],
    availability: Availability | None = None,
    along: bool = False,
) -> Explanation:
    """Solves for force and torque, both (3,), N and N·m, body, and explains the answer.

    `along` keeps the direction of a wrench that is out of reach instead of the least error.

    Raises:
        QikiError: for numbers that are not finite, and where the craft cannot be solved for.
    """
    demanded = np.array([*force_n, *torque_nm], dtype=np.float64)
    if demanded.shape != (6,) or not np.isfinite(demanded).all():
        raise QikiError(f"wrench: {demanded.tolist()} given, six finite numbers needed")
    availability = availability or Availability()
    return _Case(spec, availability, demanded).explain(along)


class _Case:
    def __init__(self, spec: BotSpec, availability: Availability, demanded: Float64) -> None:
        self.spec, self.availability, self.demanded = spec, availability, demanded
        self.allocator = Allocator.from_spec(spec)
        self.lo, self.hi = availability.bounds(spec.thrust_max_n)
        self.power_w_per_n = np.array([t.power_w_per_n for t in spec.thrusters])
        control = spec.control
        self.power_max_w = control.rcs_power_max_w
        self.scale = np.repeat([control.force_weight_per_n, control.torque_weight_per_nm], 3)

    def solve(self, wrench: Float64) -> Allocation:
        return self.allocator.solve(wrench, self.lo, self.hi)

    def explain(self, along: bool) -> Explanation:
        solve = self.allocator.solve_along if along else self.allocator.solve
        answer = solve(self.demanded, self.lo, self.hi)
        if answer.status not in ("optimal", "saturated"):
            least_w = float(self.power_w_per_n @ self.lo)
            raise QikiError(
                f"{self.spec.metadata.id}: no allocation ({answer.status}); nozzles that are stuck "
                f"open take {least_w:.0f} W, the limit is {self.power_max_w:.0f} W"
            )
        # With --along the wrench given is on the edge of reach; its prices are those inside.
        part_met = along and answer.status == "saturated"
        priced = answer.wrench * _JUST_INSIDE if part_met else self.demanded
        in_thrust = self.solve(priced).status == "optimal"
        worth, cost = self._in_thrust() if in_thrust else self._in_error(answer)
        power_price = self.allocator.power_price if in_thrust else 0.0
        return Explanation(
            availability=self.availability,
            demanded=self.demanded,
            allocated=answer.wrench,
            error=answer.wrench_error,
            error_scaled=float(np.linalg.norm(self.scale * answer.wrench_error)),
            status=answer.status,
            fuel_n=answer.fuel_n,
            power_w=float(self.power_w_per_n @ answer.thrust_n),
            power_max_w=self.power_max_w,
            power_price=power_price,
            reach=self._reach(),
            nozzles=tuple(
                self._reason(n, answer, float(worth[n]), float(cost[n]), in_thrust)
                for n in range(NOZZLES)
            ),
            prices=self._prices(answer) if answer.status == "optimal" else (),
        )

    def _in_thrust(self) -> tuple[Float64, Float64]:
        worth = self.spec.effectiveness.T @ self.allocator.prices
        cost = 1.0 + self.allocator.power_price * self.power_w_per_n
        return worth, cost

    def _in_error(self, answer: Allocation) -> tuple[Float64, Float64]:
        residual = self.scale * answer.wrench_error
        columns = self.scale[:, None] * self.spec.effectiveness
        worth: Float64 = columns.T @ residual / np.linalg.norm(residual)
        per_w = 0.0
        if self.power_w_per_n @ answer.thrust_n >= self.power_max_w * _BINDS:
            # A nozzle between its bounds tells what a watt is worth.
            room = np.minimum(answer.thrust_n - self.lo, self.hi - answer.thrust_n)
            teller = int(np.argmax(np.where(self.power_w_per_n > 0.0, room, -1.0)))
            per_w = max(worth[teller] / self.power_w_per_n[teller], 0.0)
        return worth, per_w * self.power_w_per_n

    def _reason(
        self, nozzle: int, answer: Allocation, worth: float, cost: float, in_thrust: bool
    ) -> NozzleReason:
        thrust = float(answer.thrust_n[nozzle])
        state = self._state(nozzle, thrust)
        return NozzleReason(
            nozzle,
            thrust,
            float(self.spec.thrust_max_n[nozzle]),
            thrust / answer.fuel_n if answer.fuel_n > 0.0 else 0.0,
            state,
            worth,
            cost,
            (_thrust_words if in_thrust else _error_words)(state, worth, cost),
        )

    def _state(self, nozzle: int, thrust: float) -> str:
        if nozzle in self.availability.out:
            return "out"
        if nozzle in self.availability.stuck_open:
            return "stuck open"
        if thrust <= _AT_BOUND_N:
            return "off"
        return "full" if thrust >= self.hi[nozzle] - _AT_BOUND_N else "between"

    def _reach(self) -> float | None:
        if not self.demanded.any() or self.solve(np.zeros(6)).status != "optimal":
            return None
        return self.allocator.reach(self.demanded, self.lo, self.hi)

    def _prices(self, answer: Allocation) -> tuple[AxisPrice, ...]:
        """By one small step each: where the optimum is a corner, up and down differ."""
        prices = []
        for axis in HALF_AXES:
            moved = self.solve(self.demanded + axis.wrench(_STEP))
            met = moved.status == "optimal"
            price = (moved.fuel_n - answer.fuel_n) / _STEP if met else None
            prices.append(AxisPrice(axis, price))
        return tuple(prices)


def _thrust_words(state: str, worth: float, cost: float) -> str:
    even = abs(cost - worth) <= _EVEN * (1.0 + abs(worth))
    if state == "between":
        return "worth what it costs"
    if state == "off":
        if even:
            return "worth what it costs, but not needed"
        return "takes more than it gives" if worth < 0.0 else "costs more than it is worth"
    if state == "full":
        return (
            "worth what it costs, all of it" if even else "worth more than it costs; no more left"
        )
    if state == "out":
        return (
            f"would save {worth - cost:.2f} N a newton"
            if worth > cost and not even
            else "not missed"
        )
    if even:
        return "stuck, and of use as it is"
    return "stuck, and of use" if worth > cost else "stuck; the others work against it"


def _error_words(state: str, worth: float, cost: float) -> str:
    even = abs(cost - worth) <= 1e-9
    if state == "between":
        return "balances the error: more or less of it adds to it"
    if state == "off":
        if even:
            return "changes nothing in the error, and costs fuel"
        return "would add to the error" if worth <= 0.0 else "others use the watts better"
    if state == "full":
        return "would take more of the error away; no more left"
    if state == "out":
        return "would take some of the error away" if worth > cost and not even else "not missed"
    return "stuck, and of use" if worth > 0.0 else "stuck, and adds to the error"
