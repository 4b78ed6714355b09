"""What passes `bot check` flies, is previewed, mapped and explained, at every rate of the loop."""

from random import Random
from typing import Any

import pytest

from qiki_hil.errors import SpecError, SpecFileError
from qiki_hil.spec import Answers, BotSpec, generate
from tests.spec.extremes import RATES_HZ, changed, combined, content, numbers, use

SAMPLED = 24
"""Each number in so many is tried, another part of them for each bot. All of them take minutes."""


@pytest.mark.parametrize(("part", "name"), list(enumerate(BotSpec.shipped())))
def test_what_the_check_accepts_can_be_used(part: int, name: str) -> None:
    data = content(name)
    accepted = 0
    for index, number in enumerate(numbers(data)):
        if index % SAMPLED != part:
            continue
        for value in number.values:
            try:
                spec = BotSpec.from_mapping(changed(data, number.path, value))
            except SpecFileError:
                continue
            accepted += 1
            use(spec, RATES_HZ[accepted % len(RATES_HZ)])
    assert accepted > 10


@pytest.mark.parametrize(("seed", "name"), list(enumerate(BotSpec.shipped())))
def test_what_the_check_accepts_together_can_be_used(seed: int, name: str) -> None:
    data, random = content(name), Random(seed)
    ranges = [number for number in numbers(data) if number.low is not None]
    for rate_hz in RATES_HZ * 2:
        use(BotSpec.from_mapping(combined(data, ranges, random)), rate_hz)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1e-300, 1e300])
def test_a_number_beyond_its_range_is_told_with_line_value_and_range(value: float) -> None:
    written = {1e300: "1.0e+300", 1e-300: "1.0e-300"}.get(value, str(value))
    yaml = {"nan": ".nan", "inf": ".inf"}.get(written, written)
    text = BotSpec.load("dodeca-01").to_yaml().replace("isp_s: 60.0", f"isp_s: {yaml}")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "isp_s" in row)
    with pytest.raises(SpecFileError) as caught:
        BotSpec.parse(text, "mine.yaml")
    words = f"mass.isp_s: must be within 1..100000 s, got {value!r} (line {line})"
    assert caught.value.problems == [words]


@pytest.mark.parametrize(
    "answers",
    [
        {"dry_kg": 1e-300},
        {"dry_kg": 0.1},
        {"dry_kg": 1e6},
        {"inradius_m": 1e300},
        {"inradius_m": 0.01},
        {"inradius_m": 100.0},
        {"thrust_n": 1e-3},
        {"thrust_n": 1e6},
        {"propellant_kg": 1e6},
        {"propellant_kg": 0.0},
        {"cant_deg": 1e-12},
        {"cant_deg": 0.1},
        {"cant_deg": 89.9},
    ],
    ids=str,
)
def test_what_is_made_of_answers_can_be_used_or_is_refused(answers: dict[str, Any]) -> None:
    try:
        spec = generate(Answers(id="mine", **answers))
    except SpecError:
        return
    use(BotSpec.parse(spec.to_yaml()), 500)
