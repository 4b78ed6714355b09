"""The Rust core. Import it through `qiki_hil.kernels`, never directly."""

from collections.abc import Sequence
from typing import Any, NoReturn, Self, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Float64 = NDArray[np.float64]

__all__ = [
    "CLUSTERS",
    "CLUSTER_LIMITS",
    "FAULT_KINDS",
    "FAULT_SENSORS",
    "FRESH_ACCELERATION",
    "FRESH_ATTITUDE",
    "FRESH_NODES",
    "FRESH_POSITION",
    "FRESH_POWER",
    "FRESH_POWER_DETAIL",
    "FRESH_RATES",
    "FRESH_THERMAL",
    "FRESH_VALVES_0",
    "FRESH_VELOCITY",
    "MAP_EXACT_FORCE_N",
    "MAP_EXACT_TORQUE_NM",
    "MAP_FORCE_TOLERANCE_N",
    "MAP_TORQUE_TOLERANCE_NM",
    "NODES_MAX",
    "NOZZLES",
    "NOZZLES_PER_CLUSTER",
    "POWER_FAULTS",
    "POWER_LOADS",
    "RATE_MAX_HZ",
    "RATE_MIN_HZ",
    "RCS_ALLOWANCES",
    "RCS_LIMITS",
    "SHED_REASONS",
    "VALVE_FAULTS",
    "Allocation",
    "Allocator",
    "AutoAllocation",
    "ControllerCore",
    "CycleDecoder",
    "CycleScanner",
    "FaultInjectorCore",
    "Feedback",
    "MapSet",
    "ModulatorCore",
    "PlantCore",
    "PulseAllocator",
    "ReplayCore",
    "ThrustMapCore",
    "TrackerCore",
    "Truth",
    "ValveCommand",
    "__version__",
    "bench_allocator",
    "bench_controller_step",
    "bench_exponentials",
    "bench_modulator_step",
    "check_fault",
    "crc8_j1850",
    "decode_cycles",
    "fly_case",
    "lock_memory",
    "preview_profile",
    "sharpen_timers",
    "wait_until_ns",
]

NOZZLES: int
CLUSTERS: int
NODES_MAX: int
NOZZLES_PER_CLUSTER: int
RATE_MIN_HZ: int
RATE_MAX_HZ: int
MAP_EXACT_FORCE_N: float
MAP_EXACT_TORQUE_NM: float
MAP_FORCE_TOLERANCE_N: float
MAP_TORQUE_TOLERANCE_NM: float
FRESH_RATES: int
FRESH_ACCELERATION: int
FRESH_ATTITUDE: int
FRESH_POSITION: int
FRESH_VELOCITY: int
FRESH_POWER: int
FRESH_THERMAL: int
FRESH_POWER_DETAIL: int
FRESH_NODES: int
# Valve status of cluster 0; that of cluster c is this bit shifted left by c.
FRESH_VALVES_0: int
# Kinds of faults: what each is put on (nozzle, sensor, cluster, percent), and what it does.
FAULT_KINDS: dict[str, tuple[str, str]]
VALVE_FAULTS: tuple[str, ...]
FAULT_SENSORS: tuple[str, ...]
# Words of the power plane; the i-th is that of bit i, or of number i.
POWER_LOADS: tuple[str, ...]
SHED_REASONS: tuple[str, ...]
POWER_FAULTS: tuple[str, ...]
RCS_LIMITS: tuple[str, ...]
CLUSTER_LIMITS: tuple[str, ...]
RCS_ALLOWANCES: tuple[str, ...]
__version__: str

def crc8_j1850(data: bytes) -> int:
    """CRC-8/SAE-J1850 (poly 0x1D, init 0xFF, xorout 0xFF) of `data`."""

@final
class Feedback:
    """All that a rig tells the controller in one tick. Made once and filled again every tick.

    A setter marks its part as fresh; `clear` unmarks everything (the values stay).
    Setters take finite floats in SI units; attitudes are (x, y, z, w), body to world.
    """

    def __new__(cls) -> Self: ...
    def clear(self) -> None:
        """Marks everything as not fresh. A rig calls it first in every `read`."""
    def set_rates(self, x: float, y: float, z: float) -> None:
        """Body rates, rad/s, body."""
    def set_acceleration(self, x: float, y: float, z: float) -> None:
        """Specific force at the centre of mass, m/s², body."""
    def set_attitude(self, x: float, y: float, z: float, w: float) -> None:
        """Attitude quaternion, scalar last, body to world."""
    def set_position(self, x: float, y: float, z: float) -> None:
        """Centre of mass, m, world."""
    def set_velocity(self, x: float, y: float, z: float) -> None:
        """Velocity of the centre of mass, m/s, world."""
    def set_valves(
        self, cluster: int, open_time_us: Sequence[int], fault_bits: int, node_state: int
    ) -> None:
        """Status of one cluster: (4,) measured open time in the last tick, µs; bit i of
        `fault_bits` is nozzle i of the cluster; `node_state` 0 offline, 1 silent, 2 armed,
        3 failsafe, 4 fault. Raises ValueError where cluster or length are wrong."""
    def set_power(
        self,
        battery_soc: float,
        supercap_soc: float,
        bus_v: float,
        load_w: float,
        propellant_kg: float,
    ) -> None:
        """States of charge 0..1, bus voltage V, load W, propellant kg."""
    def set_cluster_temps(self, c0: float, c1: float, c2: float, c3: float) -> None:
        """Cluster temperatures, °C."""
    def set_power_detail(self, message: bytes) -> None:
        """An encoded `qiki.telemetry.v1.PowerDetail`. Raises ValueError where it is none."""
    def set_nodes(self, temp_c: Sequence[float], warned: int, tripped: int) -> None:
        """Temperatures of the thermal nodes in the order of the craft's description, °C, NaN where
        not known; bit i of `warned` and `tripped` is node i. Raises ValueError for more than 32."""
    @property
    def fresh(self) -> int:
        """What arrived in this tick: a sum of the `FRESH_...` bits."""
    @property
    def rates_rps_body(self) -> tuple[float, float, float]:
        """(3,) angular rate of the body, rad/s, body."""
    @property
    def acceleration_mps2_body(self) -> tuple[float, float, float]:
        """(3,) specific force at the centre of mass, m/s², body."""
    @property
    def attitude_xyzw(self) -> tuple[float, float, float, float]:
        """(4,) attitude, scalar last, body to world."""
    @property
    def position_m_world(self) -> tuple[float, float, float]:
        """(3,) centre of mass, m, world."""
    @property
    def velocity_mps_world(self) -> tuple[float, float, float]:
        """(3,) velocity of the centre of mass, m/s, world."""
    @property
    def open_time_us(self) -> tuple[int, ...]:
        """(16,) how long each valve was measured open in the last tick, µs."""
    @property
    def valve_fault(self) -> int:
        """Bit n: the node reports a fault of valve n."""
    @property
    def node_state(self) -> tuple[int, ...]:
        """(4,) state of the valve nodes, as in `set_valves`."""
    @property
    def power(self) -> tuple[float, float, float, float, float]:
        """In the order of `set_power`."""
    @property
    def cluster_temp_c(self) -> tuple[float, ...]:
        """(4,) temperature of each cluster, °C."""
    @property
    def power_detail(self) -> bytes:
        """As in `set_power_detail`."""
    @property
    def nodes(self) -> tuple[list[float], int, int]:
        """In the order of `set_nodes`."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class ValveCommand:
    """All that the controller tells a rig in one tick.

    At most one edge per tick: a valve that is open at the start of the tick stays open for
    its on-time and then closes; a valve that is closed opens its on-time before the end of
    the tick and stays open. Zero is closed, the whole period is open.
    """

    def __new__(cls, armed: bool = False, on_time_us: Sequence[int] | None = None) -> Self: ...
    @property
    def armed(self) -> bool:
        """Whether the nodes may open valves at all."""
    @property
    def on_time_us(self) -> tuple[int, ...]:
        """(16,) µs."""
    def cluster_on_time_us(self, cluster: int) -> tuple[int, int, int, int]:
        """(4,) on-times of one cluster, µs. Raises ValueError where there is no such cluster."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Truth:
    """What a simulated rig knows and a controller never sees."""

    def __new__(cls) -> Self: ...
    @property
    def position_m_world(self) -> tuple[float, float, float]:
        """(3,) centre of mass, m, world."""
    @property
    def velocity_mps_world(self) -> tuple[float, float, float]:
        """(3,) velocity of the centre of mass, m/s, world."""
    @property
    def attitude_xyzw(self) -> tuple[float, float, float, float]:
        """(4,) attitude, scalar last, body to world."""
    @property
    def rates_rps_body(self) -> tuple[float, float, float]:
        """(3,) angular rate of the body, rad/s, body."""
    @property
    def mass_kg(self) -> float:
        """Mass with the propellant that is left, kg."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

def check_fault(kind: str, target: int, sensor: str) -> None:
    """Raises ValueError where there is no such fault. Of `target` and `sensor` only the one counts
    that the kind is put on."""

@final
class FaultInjectorCore:
    """The faults between a rig and the controller: takes reports away from the feedback and closes
    the valves of silent nodes in the command. The same seed loses the same reports."""

    def __new__(cls, seed: int) -> Self: ...
    def set(self, kind: str, target: int, sensor: str, active: bool) -> None:
        """Begins or ends a fault. Raises ValueError where there is no such fault, or where the
        craft carries it out by itself."""
    @property
    def idle(self) -> bool:
        """No fault is on: what the rig reports is what the controller gets."""
    @property
    def suppressed(self) -> int:
        """Parts of feedbacks that were taken away so far."""
    def filter_feedback(self, reported: Feedback, feedback: Feedback) -> None:
        """Fills `feedback` with what the faults leave of `reported`."""
    def filter_command(self, command: ValveCommand) -> ValveCommand:
        """The command, without the valves of silent nodes."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class PlantCore:
    """The simulated craft. `qiki_hil.Plant` is its public face.

    Raises ValueError where the description or a number is unusable.
    """

    def __new__(
        cls,
        craft_json: str,
        dt_s: float,
        seed: int,
        position_m_world: Sequence[float],
        velocity_mps_world: Sequence[float],
        attitude_xyzw: Sequence[float],
        rates_rps_body: Sequence[float],
    ) -> Self: ...
    def command(self, command: ValveCommand) -> None:
        """Moves one tick ahead under this valve command."""
    def step(self, on_time_s: ArrayLike) -> None:
        """Moves one tick ahead; `on_time_s` is (16,) float64, s, armed."""
    def sense(self, feedback: Feedback) -> None:
        """Fills in what the sensors report at the present tick; clears `feedback` first."""
    def truth(self, truth: Truth) -> None:
        """Fills in the state of the craft as it is, without any sensor."""
    def set_valve_fault(self, nozzle: int, kind: str, active: bool) -> None:
        """Begins a fault of a valve, one of `VALVE_FAULTS`, or ends it. A fault that has begun
        several times lasts until it has ended as often. Of different ones that hold the valve, or
        change what its sensor says, the one that began last counts."""
    @property
    def tick(self) -> int:
        """Ticks since the start."""
    @property
    def time_s(self) -> float:
        """Time since the start, s."""
    @property
    def propellant_kg(self) -> float:
        """Propellant that is left, kg."""
    @property
    def com_m_body(self) -> tuple[float, float, float]:
        """(3,) centre of mass from the geometric centre, m, body."""
    @property
    def inertia_kgm2(self) -> _Float64:
        """(3, 3) about the present centre of mass, kg·m², body."""
    @property
    def open_time_us(self) -> tuple[int, ...]:
        """(16,) how long each valve was open in the last tick, µs; a throttled one by its level."""
    @property
    def valve_open(self) -> tuple[bool, ...]:
        """(16,) whether each valve is open at this instant."""
    @property
    def throttleable(self) -> tuple[bool, ...]:
        """(16,) whether each nozzle takes a level and not only on and off."""
    @property
    def temperatures_c(self) -> dict[str, float]:
        """Temperature of each thermal node by name, °C."""
    @property
    def power(self) -> dict[str, float]:
        """battery_soc, supercap_soc, bus_v, load_w, rcs_w."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class ControllerCore:
    """Controller and record encoder. `qiki_hil.Controller` is its public face.

    Raises ValueError where the craft cannot be controlled at this period.
    """

    def __new__(cls, craft_json: str, period_us: int, records_per_packet: int = 1) -> Self: ...
    def step(
        self,
        tick: int,
        time_ns: int,
        period_ns: int,
        feedback: Feedback,
        valves: ValveCommand,
        command: bytes | None = None,
        truth: Truth | None = None,
        timing: tuple[int, int, int, int, int, int] | None = None,
    ) -> None:
        """One tick. `valves` is filled in; `command` is an encoded `qiki.commands.v1.Command`;
        `timing` is (wakeup, read, step, write, send, ns; overruns) of the cycle before. The
        record is appended to the packet. Raises ValueError where `command` cannot be decoded."""
    def take_packet(self) -> bytes:
        """The records since the last call, as one `qiki.telemetry.v1.LoopPacket`."""
    @property
    def mode(self) -> int:
        """`qiki.commands.v1.FlightMode`."""
    @property
    def armed(self) -> bool:
        """Whether the last command arms the nodes."""
    @property
    def inhibit_reason(self) -> int:
        """`qiki.commands.v1.ReasonCode`."""
    @property
    def wrench_demanded(self) -> _Float64:
        """(6,) N and N·m, body."""
    @property
    def thrust_n(self) -> _Float64:
        """(16,) N."""
    @property
    def isolated(self) -> int:
        """Bit n: nozzle n is out of the allocation."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class PulseAllocator:
    """Which pulses make an impulse, where a nozzle gives nothing or at least its shortest pulse.

    `effectiveness`: (6, 16), per newton. `price`: (6,), what an error of one N·s and one N·m·s is
    worth in N·s of thrust, above 0. At most `nodes_max` linear programs are solved for an answer.
    Raises ValueError where a shape or a number is not usable. See `docs/math/pulses.md`.
    """

    def __new__(cls, effectiveness: ArrayLike, price: ArrayLike, nodes_max: int = 600) -> Self: ...
    def solve(
        self, impulse: ArrayLike, least_ns: ArrayLike, most_ns: ArrayLike
    ) -> tuple[_Float64, _Float64, int, bool] | None:
        """Pulses for `impulse` (6,), N·s and N·m·s: each nozzle gives 0, or from `least_ns` to
        `most_ns` (16,).

        Returns their impulses (16,) N·s, what they give together (6,), the programs solved, and
        whether the answer is proved to be within 2 % of the best; None where a number is not
        usable."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class ModulatorCore:
    """A bank of modulators. `qiki_hil.Modulator` is its public face.

    `times` is shortest opening, shortest pause, longest opening, s. The makers raise ValueError
    where the rule cannot drive such a valve, or the tick is too long.
    """

    @staticmethod
    def pwpf(
        count: int,
        period_us: int,
        times: tuple[float, float, float],
        parameters: tuple[float, float, float, float],
    ) -> ModulatorCore:
        """`parameters`: km, tau_s, u_on, u_off."""
    @staticmethod
    def bang_bang(
        count: int, period_us: int, times: tuple[float, float, float], band_s: float
    ) -> ModulatorCore:
        """`band_s`: impulse residual at which a valve opens, s at full thrust."""
    @staticmethod
    def schmitt(
        count: int,
        period_us: int,
        times: tuple[float, float, float],
        level_on: float,
        level_off: float,
    ) -> ModulatorCore:
        """`level_on`, `level_off`: levels at which a valve opens and closes."""
    @staticmethod
    def remainder(count: int, period_us: int, times: tuple[float, float, float]) -> ModulatorCore:
        """A valve opens when it owes its shortest pulse."""
    def step(self, level: ArrayLike, closed: int = 0) -> _Float64:
        """One tick. `level`: (count,) float64, contiguous, of full thrust; bit n of `closed`:
        valve n must be closed. Returns (count,) on-times, s."""
    @property
    def open_mask(self) -> int:
        """Bit n: valve n is commanded open at this instant."""
    @property
    def residual_s(self) -> _Float64 | None:
        """(count,) s at full thrust; None under PWPF."""
    @property
    def dropped_s(self) -> _Float64 | None:
        """(count,) s at full thrust; None under PWPF."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class TrackerCore:
    """A radar tracker. `qiki_hil.Tracker` is its public face.

    `noise`: standard deviations of range m, bearing deg, elevation deg, range rate m/s.
    `detection`: probability of detection, clutter per frame. `field`: least and most range m, least
    and most elevation deg, most range rate m/s. Raises ValueError naming what does not fit.
    """

    def __new__(
        cls,
        noise: tuple[float, float, float, float],
        detection: tuple[float, float],
        field: tuple[float, float, float, float, float],
        association: str,
    ) -> Self: ...
    def update(
        self,
        time_s: float,
        detections: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
        own_pose: ArrayLike | None = None,
    ) -> str:
        """Takes a frame: `detections` are the columns range m, bearing deg, elevation deg and range
        rate m/s, (N,) float64 each, and `own_pose` (13,) float64: position m and velocity m/s,
        world; attitude (x, y, z, w); standard deviations m, m/s, deg. Returns `taken`, `late` or
        `no_numbers`. Raises ValueError where a shape does not fit; releases the GIL."""
    def tracks(self) -> _Float64:
        """(M, 30) float64, a row for each published track: id, status, position (3,) m, velocity
        (3,) m/s, covariance of position (9,) m², of velocity (9,) m²/s², existence, quality, age s,
        misses."""
    @property
    def reasons(self) -> list[tuple[int, str, float]]:
        """By track: why it has its status, in words, and since when, s."""
    @property
    def refused(self) -> list[tuple[str, int]]:
        """What was refused so far, by name."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

def bench_modulator_step(modulator: ModulatorCore, level: ArrayLike, steps: int) -> float:
    """Mean time of a step inside Rust, ns; the modulator moves ahead by `steps` ticks."""

def bench_exponentials(count: int, steps: int) -> float:
    """Mean time of `count` exponentials inside Rust, ns: a yardstick."""

@final
class ReplayCore:
    """Feeds recorded inputs through a fresh controller."""

    def __new__(cls, craft_json: str, period_us: int) -> Self: ...
    def step(self, recorded: bytes) -> bytes | None:
        """Replays one encoded `CycleRecord`; returns the record as it comes out now, None where
        it is the same to the bit. Raises ValueError where the bytes are not a record."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class CycleScanner:
    """Splits packets into records and points out those in which something happened."""

    def __new__(cls) -> Self: ...
    def scan(self, packet: bytes) -> tuple[list[tuple[int, int, bytes, int]], list[int]]:
        """The records of a `LoopPacket` as (tick, time_ns, encoded record, checksum), and the
        indices of those with a command, a reply, an overrun, or a mode, arming, hold reason,
        isolation, refusal of the guard or node state that is not as in the record before. The
        checksum is the CRC-32 of zlib over tick and time, as little-endian numbers of 8 bytes, and
        the record. Raises ValueError where the bytes are something else."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class CycleDecoder:
    """Turns the records of one run into columns, part after part."""

    def __new__(cls) -> Self: ...
    def decode(self, records: list[bytes]) -> dict[str, NDArray[np.generic]]:
        """The next encoded `CycleRecord`s as columns, one row per record. What a record leaves out
        is as in the record before, also where that came with another call. Raises ValueError where
        one is not a record."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

def decode_cycles(records: list[bytes]) -> dict[str, NDArray[np.generic]]:
    """Encoded `CycleRecord`s as columns, one row per record; see `qiki_hil.kernels.Columns`."""

def fly_case(
    truth_json: str,
    nominal_json: str,
    period_us: int,
    seed: int,
    position_m_world: Sequence[float],
    velocity_mps_world: Sequence[float],
    attitude_xyzw: Sequence[float],
    rates_rps_body: Sequence[float],
    ticks: int,
    timeline: Sequence[tuple[int, bytes | None, tuple[str, int, str, bool] | None]],
    wanted: Sequence[str] | None = None,
) -> dict[str, NDArray[np.generic]]:
    """Flies a case in closed loop, without Python between the ticks and without the interpreter's
    lock: the craft of `truth_json` under a controller that believes in `nominal_json`, as on the
    simulated rig with its fault injector. `timeline` holds, by tick, an encoded
    `qiki.commands.v1.Command` or a fault (kind, target, sensor, active). Returns the columns that
    `decode_cycles` would make of the run's records, bit for bit: all of them, or those that are
    `wanted` by name, which takes less time and memory. Raises ValueError where a craft, a number,
    an entry or a name is unusable."""

def preview_profile(craft_json: str, command: bytes) -> dict[str, Any]:
    """What a push or a thrust profile (an encoded `qiki.commands.v1.Command`) would do to a craft
    at the beginning of a run; `qiki_hil.kernels.preview_profile` is its face. Only `refused`, a
    reason code, where the controller would not take it. Raises ValueError where craft or command
    are unusable."""

def bench_controller_step(
    craft_json: str, period_us: int, ticks: int, commands: list[bytes]
) -> NDArray[np.int64]:
    """Closed loop of plant and controller in Rust; (ticks,) ns of each step with its record."""

def wait_until_ns(deadline_ns: int) -> None:
    """Sleeps until the monotonic clock shows `deadline_ns`; a signal ends the sleep early."""

def lock_memory() -> None:
    """Keeps every page of the process in memory. Raises OSError where that is not permitted."""

def sharpen_timers() -> None:
    """Asks the kernel not to round this thread's wake-ups. Raises OSError where it refuses."""

@final
class Allocation:
    """What an allocation came to. Arrays are copies."""

    @property
    def thrust_n(self) -> _Float64:
        """(16,) thrust of each nozzle, N; as many as the effectiveness has columns."""
    @property
    def wrench(self) -> _Float64:
        """(6,) what the thrusts give: force N, torque N·m."""
    @property
    def wrench_error(self) -> _Float64:
        """(6,) asked less given: force N, torque N·m."""
    @property
    def fuel_n(self) -> float:
        """Sum of the thrusts, N."""
    @property
    def status(self) -> str:
        """`optimal` (met with the least fuel), `saturated` (out of reach: least error, then least
        fuel), `iteration_limit` or `bad_input` (zero thrust)."""
    @property
    def iterations(self) -> int:
        """Pivots, sub-problems and steps of all stages."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Allocator:
    """Exact thrust allocation for one geometry: first the least weighted wrench error `|S (B f -
    w)|` within bounds and power, then the least fuel `sum f` among the answers.

    Keeps the last basis as the start of the next solve; the answer does not depend on it.
    Source: docs/math/allocation.md.

    `effectiveness` (6, n) force and torque per newton, body, n <= 16; `thrust_max_n` (n,) N;
    `scale` (6,) weights, 1/N and 1/(N·m), by default 1/100 and 1/50; `power_w_per_n` (n,) and
    `power_max_w` limit the electrical power. Raises ValueError naming what does not fit.
    """

    def __new__(
        cls,
        effectiveness: ArrayLike,
        thrust_max_n: ArrayLike,
        scale: ArrayLike | None = None,
        power_w_per_n: ArrayLike | None = None,
        power_max_w: float | None = None,
    ) -> Self: ...
    @classmethod
    def from_spec(cls, spec: object) -> Allocator:
        """For a BotSpec: its effectiveness, thrusts, weights and power."""
    def solve(
        self, wrench: ArrayLike, lo: ArrayLike | None = None, hi: ArrayLike | None = None
    ) -> Allocation:
        """`wrench` (6,) force N, torque N·m, body; `lo`, `hi` (n,) bounds, N: a nozzle that is out
        has hi 0, one that is stuck open lo = hi. Raises ValueError for a wrong shape; numbers that
        cannot be used give the status `bad_input`."""
    def solve_along(
        self,
        wrench: ArrayLike,
        lo: ArrayLike | None = None,
        hi: ArrayLike | None = None,
        torque_max_nm: float = ...,
    ) -> Allocation:
        """The largest part of `wrench` in its own direction, with no torque above
        `torque_max_nm`."""
    def solve_batch(
        self, wrenches: ArrayLike, lo: ArrayLike | None = None, hi: ArrayLike | None = None
    ) -> _Float64:
        """`wrenches` (N, 6) to thrusts (N, n), N; releases the GIL."""
    def reach(
        self, wrench: ArrayLike, lo: ArrayLike | None = None, hi: ArrayLike | None = None
    ) -> float:
        """The largest factor by which `wrench` can be had, 0 where it cannot be had at all."""
    @property
    def prices(self) -> _Float64:
        """(6,) thrust that one more newton or newton metre of each axis would cost, N, at the last
        answer that was `optimal`."""
    @property
    def power_price(self) -> float:
        """Thrust that one watt more would save, N, at the same answer; 0 where power does not
        limit it."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

def bench_allocator(allocator: Allocator, wrenches: ArrayLike) -> float:
    """Mean time of a solve of `wrenches` (N, 6) inside Rust, ns, healthy bounds."""

@final
class MapSet:
    """One entry of a map: nozzles that push together, each with its thrust at the set's ceiling.
    Less than the ceiling is had by scaling all of them down. Arrays are copies."""

    @property
    def direction(self) -> str:
        """+X .. -Z, +roll .. -yaw; body."""
    @property
    def exists(self) -> bool:
        """False where the geometry has nothing along the direction; then all else is zero."""
    @property
    def exact(self) -> bool:
        """Nothing is left over, within `MAP_EXACT_FORCE_N` and `MAP_EXACT_TORQUE_NM`."""
    @property
    def nozzles(self) -> list[int]:
        """Those that push."""
    @property
    def thrust_n(self) -> _Float64:
        """(16,) thrust of each nozzle at the ceiling, N."""
    @property
    def ceiling(self) -> float:
        """What the set gives along its direction, N or N·m."""
    @property
    def wrench(self) -> _Float64:
        """(6,) force N, torque N·m about the centre of mass, body, at the ceiling."""
    @property
    def gross_n(self) -> float:
        """Sum of the thrusts, N."""
    @property
    def power_w(self) -> float:
        """Electrical power at the ceiling, W."""
    @property
    def leftover_force_n(self) -> float:
        """Length of the force across the direction, N; all force for a torque."""
    @property
    def leftover_torque_nm(self) -> float:
        """Length of the torque across the direction, N·m; all torque for a force."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class AutoAllocation:
    """What an allocation by sets came to. Arrays are copies, directions are names."""

    @property
    def thrust_n(self) -> _Float64:
        """(16,) thrust of each nozzle, N."""
    @property
    def wrench(self) -> _Float64:
        """(6,) what the thrusts give: force N, torque N·m, body."""
    @property
    def status(self) -> str:
        """`met`, `saturated` (scaled down, denied a direction, or by a set that is not exact),
        or `bad_input` (not finite: zero thrust)."""
    @property
    def scale(self) -> float:
        """What part of the wrench is given in its own direction, denied ones aside, 0..1."""
    @property
    def lost(self) -> list[str]:
        """Directions that no set serves with the nozzles there are."""
    @property
    def denied(self) -> list[str]:
        """Those of them that were asked for."""
    @property
    def economy(self) -> list[str]:
        """Directions served by their economy set, in whole or in part."""
    @property
    def full(self) -> list[str]:
        """Directions served by their full set, in whole or in part."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...

@final
class ThrustMapCore:
    """Both maps of one geometry. `qiki_hil.kernels.ThrustMap` is its face.

    `effectiveness` (6, 16) force and torque per newton about the centre of mass, body;
    `thrust_max_n` (16,) N, 0 for a nozzle that is not there; `power_w_per_n` (16,) W/N. Raises
    ValueError naming what does not fit.
    """

    def __new__(
        cls, effectiveness: ArrayLike, thrust_max_n: ArrayLike, power_w_per_n: ArrayLike
    ) -> Self: ...
    @classmethod
    def from_craft(cls, craft_json: str) -> ThrustMapCore:
        """For a craft with a full tank. Raises ValueError where the text is not a craft."""
    @property
    def economy(self) -> list[MapSet]:
        """(12) the sets with the fewest nozzles, +X, -X, +Y .. +yaw, -yaw."""
    @property
    def full(self) -> list[MapSet]:
        """(12) the sets spread over as many as the geometry lets them be, in the same order."""
    def lost(self, unavailable: int) -> list[str]:
        """Directions without any set when the nozzles of this mask (bit n: nozzle n) are out."""
    def allocate(
        self, wrench: ArrayLike, unavailable: int = 0, power_max_w: float = ...
    ) -> AutoAllocation:
        """`wrench` (6,) force N, torque N·m, body; `unavailable` a mask of nozzles; `power_max_w`
        of all nozzles together, W. Raises ValueError for a wrong shape."""
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...
    def __reduce__(self) -> NoReturn: ...
