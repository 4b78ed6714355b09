"""Campaign files: which scenarios are flown how often, and what is dispersed.

`docs/campaigns.md` describes every key. Loading reports all problems at once, each with its
line and path. A loaded campaign holds its scenarios and its craft, so later changes of
their files cannot change it.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qiki_hil.campaign.dispersions import DispersedFault, distribution_problems
from qiki_hil.campaign.distributions import Distribution
from qiki_hil.document import (
    Problem,
    Problems,
    ShippedFiles,
    as_texts,
    dump,
    parse,
    validated,
)
from qiki_hil.errors import CampaignError, CampaignFileError, ScenarioError, SpecError
from qiki_hil.kernels import RATE_MAX_HZ, RATE_MIN_HZ
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec

CASES_MAX = 10_000_000
SEED_MAX = 2**63 - 1

_FILES = ShippedFiles("campaign", "campaigns", CampaignError)
Sound = TypeVar("Sound", bound=BaseModel)


class Entries(BaseModel):
    """The keys of a campaign file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    description: str = ""
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = 0
    cases: Annotated[int, Field(ge=1, le=CASES_MAX)]
    require: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    bot: str = "dodeca-01"
    rate_hz: Annotated[int, Field(ge=RATE_MIN_HZ, le=RATE_MAX_HZ)] = 500
    scenarios: Annotated[list[str], Field(min_length=1)]
    dispersions: dict[str, Distribution] = {}
    faults: list[DispersedFault] = []


@dataclass(frozen=True)
class Campaign:
    """A campaign, loaded and found to fit together."""

    entries: Entries
    spec: BotSpec
    scenarios: tuple[Scenario, ...]

    @cached_property
    def nominal_json(self) -> str:
        """The nominal craft in the form that the core reads."""
        return self.spec.core_json()

    @classmethod
    def shipped(cls) -> list[str]:
        """Names of the campaigns that come with the package."""
        return _FILES.names()

    @classmethod
    def load(cls, name_or_path: str | Path) -> Self:
        """A shipped campaign by name, or one from a file.

        Raises `CampaignError` with every problem found.
        """
        found = _FILES.read(name_or_path)
        folder = found.path.parent if found.path else Path()
        return cls.from_text(found.text, found.source, folder=folder)

    @classmethod
    def from_text(cls, text: str, source: str, *, folder: Path) -> Self:
        """A campaign from YAML. Files that it names are looked up from `folder`."""
        document = parse(text, source, CampaignFileError, start="give name, cases, scenarios, ...")
        data, problems = document.data, list(document.problems)
        entries, found = validated(Entries, data)
        spec = _spec(data, folder, problems)
        scenarios = _scenarios(data, folder, problems)
        problems += [*found, *_range_problems(data, scenarios)]
        if problems or entries is None or spec is None:
            raise CampaignFileError(source, as_texts(problems, document.lines))
        return cls(entries, spec, tuple(scenarios.values()))

    def changed(self, *, cases: int | None = None, seed: int | None = None) -> Self:
        """The campaign with another number of cases or master seed."""
        update = {"cases": cases, "seed": seed}
        given = {key: value for key, value in update.items() if value is not None}
        return type(self)(self.entries.model_copy(update=given), self.spec, self.scenarios)

    def to_yaml(self, bot: str, scenarios: list[str]) -> str:
        """The campaign as YAML that loads to the same one; `bot` and `scenarios` say where the
        craft and the scenarios are kept."""
        data = self.entries.model_dump(mode="json", exclude_none=True)
        data |= {"bot": bot, "scenarios": scenarios}
        return dump(data)


def _spec(data: dict[str, Any], folder: Path, problems: list[Problem]) -> BotSpec | None:
    name = data.get("bot", "dodeca-01")
    if not isinstance(name, str):
        return None
    try:
        return BotSpec.load(_place(name, folder))
    except SpecError as error:
        problems.append(Problem(("bot",), str(error)))
        return None


def _scenarios(data: dict[str, Any], folder: Path, problems: list[Problem]) -> dict[str, Scenario]:
    found: dict[str, Scenario] = {}
    names = data.get("scenarios")
    for index, name in enumerate(names if isinstance(names, list) else []):
        path = ("scenarios", index)
        if not isinstance(name, str):
            continue
        try:
            scenario = Scenario.load(_place(name, folder))
        except ScenarioError as error:
            problems.append(Problem(path, str(error)))
            continue
        if scenario.name in found:
            problems.append(Problem(path, f"'{scenario.name}' is the name of two scenarios"))
        if not scenario.expect:
            problems.append(Problem(path, f"'{scenario.name}' expects nothing: no case could fail"))
        found[scenario.name] = scenario
    return found


def _range_problems(data: dict[str, Any], scenarios: dict[str, Scenario]) -> Problems:
    """Distributions beyond their quantity's range, and faults after the end of a run."""
    given = data.get("dispersions")
    given = given if isinstance(given, dict) else {}
    distributions = {str(key): _sound(Distribution, item) for key, item in given.items()}
    for key, words in distribution_problems(distributions):
        yield Problem(("dispersions", key), words)
    faults = data.get("faults")
    shortest = min((s.duration_s for s in scenarios.values()), default=float("inf"))
    for index, item in enumerate(faults if isinstance(faults, list) else []):
        fault = _sound(DispersedFault, item)
        if fault is not None and fault.latest_s >= shortest:
            yield Problem(
                ("faults", index, "at_s"),
                f"must be before the end of every scenario ({shortest:g} s),"
                f" not up to {fault.latest_s:g}",
            )


def _sound(model: type[Sound], item: object) -> Sound | None:
    """The item as a model, None where it is not valid; `Entries` reports what is wrong with it."""
    try:
        return model.model_validate(item)
    except ValidationError:
        return None


def _place(name: str, folder: Path) -> str:
    """A shipped name stays as it is; a path is relative to the campaign's folder."""
    if "/" in name or name.endswith((".yaml", ".yml")):
        place = str(folder / name)
        return place if "/" in place else f"./{place}"
    return name
