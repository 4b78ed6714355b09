"""Campaign files: which scenarios are flown how often, and what is dispersed.

`docs/campaigns.md` describes every key. Loading reports all problems at once, each with its
line and path. A loaded campaign holds its scenarios and its craft, so it means the same for ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qiki_hil.campaign.dispersions import DispersedFault, spread_problems
from qiki_hil.campaign.spread import Spread
from qiki_hil.command.tokens import allowed_words
from qiki_hil.document.textfile import TextFileError, read_text
from qiki_hil.document.yaml_lines import Path as YamlPath
from qiki_hil.document.yaml_lines import line_of, load_with_lines, path_text
from qiki_hil.errors import QikiError, ScenarioError, SpecError
from qiki_hil.kernels.controller import RATE_MAX_HZ, RATE_MIN_HZ
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec

CASES_MAX = 10_000_000
SEED_MAX = 2**63 - 1

Problem = tuple[YamlPath, str]
Sound = TypeVar("Sound", bound=BaseModel)


class CampaignFileError(QikiError):
    """A campaign file is broken. `problems` holds every one found, with line and path."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = problems
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"campaign {source}: {len(problems)} problem(s)\n{lines}")


class Entries(BaseModel):
    """What stands in a campaign file."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
    description: str = ""
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = 0
    cases: Annotated[int, Field(ge=1, le=CASES_MAX)]
    require: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    bot: str = "dodeca-01"
    rate_hz: Annotated[int, Field(ge=RATE_MIN_HZ, le=RATE_MAX_HZ)] = 500
    scenarios: Annotated[list[str], Field(min_length=1)]
    dispersions: dict[str, Spread] = {}
    faults: list[DispersedFault] = []


@dataclass(frozen=True)
class Campaign:
    """A campaign, loaded and found to fit together."""

    entries: Entries
    spec: BotSpec
    scenarios: tuple[Scenario, ...]

    @cached_property
    def nominal_json(self) -> str:
        """The craft as the core reads it."""
        return self.spec.core_json()

    @classmethod
    def shipped(cls) -> list[str]:
        """Names of the campaigns that come with the package."""
        names = (entry.name for entry in _shipped_folder().iterdir())
        return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))

    @classmethod
    def load(cls, name_or_path: str | Path) -> Self:
        """A shipped campaign by name, or one from a file (anything with a slash or .yaml).

        Raises `CampaignFileError` with every problem found, QikiError where there is no file.
        """
        source = str(name_or_path)
        if isinstance(name_or_path, Path) or "/" in source or source.endswith((".yaml", ".yml")):
            path = Path(name_or_path)
            return cls.from_text(_read(path), source, folder=path.parent)
        if source not in cls.shipped():
            raise QikiError(
                f"campaign '{source}' does not ship with the package"
                f"{allowed_words(source, cls.shipped())}, or the path of a .yaml file"
            )
        text = (_shipped_folder() / f"{source}.yaml").read_text(encoding="utf-8")
        return cls.from_text(text, f"{source}.yaml", folder=Path())

    @classmethod
    def from_text(cls, text: str, source: str, *, folder: Path) -> Self:
        """A campaign from YAML. Files that it names are looked up from `folder`."""
        try:
            data, lines, doubles = load_with_lines(text)
        except (yaml.YAMLError, ValueError) as error:
            words = " ".join(str(error).split())
            raise CampaignFileError(source, [f"is not YAML: {words}"]) from None
        if not isinstance(data, dict):
            raise CampaignFileError(source, ["must be a mapping with name, cases, scenarios, ..."])
        problems: list[Problem] = list(doubles)
        entries = None
        try:
            entries = Entries.model_validate(data)
        except ValidationError as error:
            problems += _problems_of(error)
        spec = _spec(data, folder, problems)
        scenarios = _scenarios(data, folder, problems)
        problems += _range_problems(data, scenarios)
        if problems or entries is None or spec is None:
            located = sorted(
                (line_of(lines, path), path_text(path), words)
                for path, words in dict.fromkeys(problems)
            )
            raise CampaignFileError(
                source, [f"line {line}, {path}: {words}" for line, path, words in located]
            )
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
        return yaml.safe_dump(data, sort_keys=False, allow_unicode=True)


def _problems_of(error: ValidationError) -> Iterator[Problem]:
    """Pydantic's findings in this package's words."""
    for item in error.errors():
        path: YamlPath = tuple(part for part in item["loc"] if part not in ("float", "Spread"))
        if item["type"] == "extra_forbidden":
            keys = Entries.model_fields if len(path) == 1 else _keys_at(path)
            yield path, f"is no key here{allowed_words(str(path[-1]), keys)}"
            continue
        words = item["msg"].removeprefix("Value error, ")
        words = words[:1].lower() + words[1:] if words.startswith("Input ") else words
        if item["type"] not in ("missing", "value_error"):
            words = f"{words}, not {item['input']!r}"
        yield path, words


def _keys_at(path: YamlPath) -> list[str]:
    model = DispersedFault if path[0] == "faults" and len(path) == 3 else Spread
    return list(model.model_fields)


def _spec(data: dict[str, Any], folder: Path, problems: list[Problem]) -> BotSpec | None:
    name = data.get("bot", "dodeca-01")
    if not isinstance(name, str):
        return None
    try:
        return BotSpec.load(_place(name, folder))
    except SpecError as error:
        problems.append((("bot",), str(error)))
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
            problems.append((path, str(error)))
            continue
        if scenario.name in found:
            problems.append((path, f"'{scenario.name}' is the name of two scenarios"))
        if not scenario.expect:
            problems.append((path, f"'{scenario.name}' expects nothing: no case could fail"))
        found[scenario.name] = scenario
    return found


def _range_problems(data: dict[str, Any], scenarios: dict[str, Scenario]) -> Iterator[Problem]:
    """What goes further than a craft, or a run, does."""
    given = data.get("dispersions")
    given = given if isinstance(given, dict) else {}
    spreads = {str(key): _sound(Spread, item) for key, item in given.items()}
    for key, words in spread_problems(spreads):
        yield ("dispersions", key), words
    faults = data.get("faults")
    shortest = min((s.duration_s for s in scenarios.values()), default=float("inf"))
    for index, item in enumerate(faults if isinstance(faults, list) else []):
        fault = _sound(DispersedFault, item)
        if fault is not None and fault.latest_s >= shortest:
            yield (
                ("faults", index, "at_s"),
                f"must be before the end of every scenario ({shortest:g} s),"
                f" not up to {fault.latest_s:g}",
            )


def _sound(model: type[Sound], item: object) -> Sound | None:
    """The item where it can be read; what is wrong with one that cannot is said elsewhere."""
    try:
        return model.model_validate(item)
    except ValidationError:
        return None


def _place(name: str, folder: Path) -> str:
    """A name that ships stays what it is; a path is taken from the campaign's folder."""
    if "/" in name or name.endswith((".yaml", ".yml")):
        place = str(folder / name)
        return place if "/" in place else f"./{place}"
    return name


def _shipped_folder() -> Traversable:
    return files("qiki_hil") / "data" / "rigs" / "campaigns"


def _read(path: Path) -> str:
    try:
        return read_text(path, "YAML")
    except TextFileError as error:
        raise QikiError(f"campaign {path}: {error}") from None
