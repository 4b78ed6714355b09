"""What is written is read back the same, whatever it looks like."""

import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qiki_hil.campaign import Campaign
from qiki_hil.document import dump, parse
from qiki_hil.errors import DocumentError
from qiki_hil.rig import RigConfig
from qiki_hil.scenario import Scenario
from qiki_hil.spec import BotSpec
from tests.runs import fly, write_scenario

# Surrogates have no UTF-8.
TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=30)
LOOKALIKES = st.from_regex(
    r"[-+]?(0o?|0x|\.)?[0-9a-f_:]{1,4}(\.[0-9]{0,2})?([eE][-+]?[0-9]{1,2})?", fullmatch=True
) | st.sampled_from(["yes", "on", "NO", "~", "null", "", ".inf", "1e3", "0o17", "=", "<<", "y"])
EDGES = st.sampled_from(
    [
        *(
            "",
            " ",
            " before",
            "after ",
            "\t",
            "\n",
            "two\nlines\n",
            "a: b",
            "a:",
            ": a",
            "# no comment",
        ),
        *(
            "a #b",
            "- x",
            "? x",
            "!tag",
            "&a",
            "*a",
            "%x",
            "@x",
            "`x",
            "{",
            "}",
            "[",
            "]",
            ",",
            "|",
            ">",
        ),
        *("'", '"', "'quoted'", '"quoted"', "\\", "---", "...", "<<", "="),
        *("true", "False", "yes", "off", "null", "~", "1e3", "1_000", "0b1", "0o17", "010", "0x1F"),
        *(
            "1.",
            ".5",
            "-0",
            "+1",
            ".inf",
            "-.INF",
            ".nan",
            "2024-01-02",
            "2024-01-02 03:04:05",
            "1:30",
        ),
        *("é", "日本", "😀", "\u2028", "\x85", "\ufeff", "\x00", "\x1b"),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | LOOKALIKES | EDGES
DATA = st.dictionaries(
    TEXTS | LOOKALIKES | EDGES,
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(TEXTS | LOOKALIKES, inner, max_size=4)
        ),
        max_leaves=10,
    ),
    min_size=1,
    max_size=5,
)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True)


def same(a: Any, b: Any) -> bool:
    """Equal with types, and not a number equal to itself."""
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, dict) and isinstance(b, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


@settings(max_examples=300, deadline=None)
@given(data=DATA)
@example(data={"name": "1e3", "other": "0o17", "third": "on"})
def test_plain_data_is_read_back_the_same(data: dict[str, Any]) -> None:
    document = parse(dump(data), "test", DocumentError)
    assert document.problems == []
    assert same(document.data, data)


@given(text=LOOKALIKES | EDGES)
def test_a_text_is_a_text_to_readers_of_either_version(text: str) -> None:
    assert yaml.safe_load(dump({"a": text})) == {"a": text}
    assert parse(dump({"a": text}), "test", DocumentError).data == {"a": text}


@settings(deadline=None)
@given(name=TEXTS | LOOKALIKES | EDGES, words=TEXTS | EDGES)
def test_a_rig_is_read_back_the_same(name: str, words: str) -> None:
    rig = RigConfig.load("sim").model_copy(update={"name": name, "description": words})
    assert RigConfig.parse(rig.to_yaml()) == rig


@settings(deadline=None, max_examples=30)
@given(bot_id=NAMES | st.sampled_from(["1e3", "0o17", "12", "0x1F", "1.5", "2024-01-02"]))
def test_a_bot_is_read_back_the_same(bot_id: str) -> None:
    bot = BotSpec.load("dodeca-01")
    named = bot.model_copy(update={"metadata": bot.metadata.model_copy(update={"id": bot_id})})
    assert BotSpec.parse(named.to_yaml()).metadata.id == bot_id


@pytest.mark.parametrize("bot_id", ["1e3", "0o17"])
def test_a_bot_whose_name_looks_like_a_number_flies_and_is_replayed(
    bot_id: str, tmp_path: Path
) -> None:
    text = BotSpec.load("dodeca-01").to_yaml().replace("id: dodeca-01", f'id: "{bot_id}"')
    (tmp_path / "bot.yaml").write_text(text, encoding="utf-8")
    scenario = write_scenario(tmp_path / "brief.yaml", "name: brief\nduration_s: 0.2\n")
    run = fly(
        *("run", "--bot", tmp_path / "bot.yaml", "--scenario", scenario, "--speed", "max"),
        *("--nats", "off", "--runs", tmp_path / "runs"),
    )
    assert run.end() == 0, run.errors
    (kept,) = (tmp_path / "runs").iterdir()
    assert BotSpec.load(kept / "spec.yaml").metadata.id == bot_id
    assert fly("replay", kept).end() == 0


@settings(deadline=None, max_examples=30)
@given(
    key=NAMES | st.sampled_from(["1e3", "0o17", "12", "0x1F", "1.5", "2024-01-02", "null", "on"]),
    words=(TEXTS | LOOKALIKES | EDGES).filter(bool),
)
def test_every_text_of_a_bot_is_read_back_the_same(key: str, words: str) -> None:
    bot = BotSpec.load("dodeca-01")
    imu = bot.components["imu"].model_copy(update={"type": words, "provides": (key,)})
    changed = bot.model_copy(
        update={
            "metadata": bot.metadata.model_copy(update={"id": key, "title": words}),
            "transponder": bot.transponder.model_copy(update={"id": key}),
            "components": bot.components | {"imu": imu, f"{key}x": imu, key: imu},
            "mounts": bot.mounts | {key: bot.mounts["imu"]},
        }
    )
    written = parse(changed.to_yaml(), "again", DocumentError).data
    for name in ("metadata", "transponder", "components", "mounts"):
        wanted = changed.model_dump(mode="json", exclude_none=True)[name]
        assert same(written[name], wanted)


@settings(deadline=None, max_examples=30)
@given(words=TEXTS | LOOKALIKES | EDGES, bot=TEXTS | EDGES, scenario=LOOKALIKES | EDGES)
def test_a_campaign_is_written_as_it_is(words: str, bot: str, scenario: str) -> None:
    campaign = Campaign.load("hold")
    entries = campaign.entries.model_copy(update={"description": words})
    text = Campaign(entries, campaign.spec, campaign.scenarios).to_yaml(bot, [scenario])
    data = parse(text, "again", DocumentError).data
    assert (data["description"], data["bot"], data["scenarios"]) == (words, bot, [scenario])
    names = campaign.entries.bot, list(campaign.entries.scenarios)
    text = Campaign(entries, campaign.spec, campaign.scenarios).to_yaml(*names)
    assert Campaign.from_text(text, "again", folder=Path()).entries == entries


@settings(deadline=None)
@given(words=TEXTS | LOOKALIKES | EDGES, value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_scenario_is_read_back_the_same(words: str, value: float) -> None:
    scenario = Scenario.load("demo")
    first = scenario.expect[0].model_copy(
        update={"name": words[:80] or "x", "signal": "speed_mps", "max": value, "equals": None}
    )
    changed = scenario.model_copy(update={"description": words, "expect": [first]})
    assert Scenario.from_text(changed.to_yaml(), "again", folder=None) == changed


@pytest.mark.parametrize("bits", [2**53 + 1, -(2**63), 2**64 - 1])
def test_integers_keep_every_digit(bits: int) -> None:
    assert parse(dump({"seed": bits}), "test", DocumentError).data == {"seed": bits}
