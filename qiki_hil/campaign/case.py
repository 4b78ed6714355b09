"""One case of a campaign: a function of the campaign and the case's number alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil.campaign.craft import dispersed
from qiki_hil.campaign.dispersions import drawn_numbers
from qiki_hil.campaign.distributions import Draws
from qiki_hil.campaign.file import Campaign
from qiki_hil.errors import QikiError
from qiki_hil.kernels.controller import period_us
from qiki_hil.rig import InitialState
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.model import Fault, Initial

SEED_BITS = 63
Entry = tuple[int, bytes | None, tuple[str, int, str, bool] | None]


@dataclass(frozen=True)
class Case:
    """What is flown: the scenario with what this case draws, and two crafts."""

    index: int
    seed: int
    scenario: Scenario
    """With the start, the faults and the seed of this case."""
    numbers: dict[str, float]
    """What was drawn, by name."""
    faults: tuple[Fault | None, ...]
    """One for each dispersed fault; None where the case does not have it."""
    truth_json: str
    """The craft that flies."""
    nominal_json: str
    """The craft that the controller is configured for."""
    period_us: int

    @property
    def initial(self) -> InitialState:
        """The state at the start."""
        return InitialState.of(self.scenario.initial)

    def timeline(self) -> list[Entry]:
        """Commands and faults as the core takes them."""
        return list(self._entries())

    def _entries(self) -> Iterator[Entry]:
        for tick, message in self.scenario.timeline(self.period_us * 1e-6):
            if isinstance(message, command_pb2.Command):
                yield tick, message.SerializeToString(), None
            else:
                fault = (message.kind, message.target, message.sensor, message.active)
                yield tick, None, fault


def make_case(campaign: Campaign, index: int) -> Case:
    """Case `index` (0 and up). Raises QikiError where the campaign has no such case."""
    entries = campaign.entries
    if not 0 <= index < entries.cases:
        raise QikiError(f"case {index}: the campaign has cases 0..{entries.cases - 1}")
    draws = Draws(entries.seed, index)
    scenario = campaign.scenarios[index % len(campaign.scenarios)]
    numbers = drawn_numbers(entries.dispersions, draws)
    seed = draws.bits("seed", SEED_BITS)
    faults = tuple(
        fault.drawn(draws, f"faults[{number}]", scenario.duration_s)
        for number, fault in enumerate(entries.faults)
    )
    nominal_json = campaign.nominal_json
    return Case(
        index=index,
        seed=seed,
        scenario=scenario.model_copy(
            update={
                "seed": seed,
                "initial": _moved(scenario.initial, numbers),
                "faults": [*scenario.faults, *(fault for fault in faults if fault)],
            }
        ),
        numbers=numbers,
        faults=faults,
        truth_json=dispersed(nominal_json, numbers),
        nominal_json=nominal_json,
        period_us=period_us(entries.rate_hz),
    )


def _moved(initial: Initial, numbers: dict[str, float]) -> Initial:
    """The initial state with the numbers of the case added."""

    def added(key: str, parts: tuple[str, str, str]) -> tuple[float, ...]:
        values = getattr(initial, key)
        return tuple(
            value + numbers.get(f"{key}.{part}", 0.0)
            for value, part in zip(values, parts, strict=True)
        )

    axes = ("x", "y", "z")
    return Initial.model_validate(
        {
            "position_m_world": added("position_m_world", axes),
            "velocity_mps_world": added("velocity_mps_world", axes),
            "attitude_rpy_deg": added("attitude_rpy_deg", ("roll", "pitch", "yaw")),
            "rates_dps_body": added("rates_dps_body", axes),
        }
    )
