"""Shipped specifications, what follows from them, and the hash."""

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from qiki_hil.spec import BotSpec
from qiki_hil.spec.generate import nozzles

ROOT = Path(__file__).parents[2]
CRAFT_RS = ROOT / "rust_core" / "crates" / "craft" / "src" / "craft.rs"
DEFAULT = BotSpec.load("dodeca-01")
TEXT = DEFAULT.to_yaml()


def content() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(TEXT)
    return data


def test_two_specifications_ship_and_load_by_name_and_by_path() -> None:
    assert BotSpec.shipped() == ("dodeca-01", "dodeca-table")
    for name in BotSpec.shipped():
        path = ROOT / "rigs" / "bots" / f"{name}.yaml"
        assert BotSpec.load(name) == BotSpec.load(path) == BotSpec.load(str(path))
        assert BotSpec.load(name).metadata.id == name


def test_effectiveness_is_force_and_torque_about_the_centre_of_mass_per_newton() -> None:
    assert DEFAULT.effectiveness.shape == (6, 16)
    assert DEFAULT.effectiveness.dtype == np.float64
    for index, thruster in enumerate(DEFAULT.thrusters):
        force = np.array(thruster.force_direction_body)
        arm = np.array(thruster.position_m_body) - (0.0, 0.0, 0.1)
        assert np.allclose(DEFAULT.effectiveness[:3, index], force)
        assert np.allclose(DEFAULT.effectiveness[3:, index], np.cross(arm, force))
    assert DEFAULT.thrust_max_n.tolist() == [240.0] * 16


def test_a_tank_off_the_centre_moves_the_centre_of_mass() -> None:
    data = content()
    data["mass"]["tank_m_body"] = [0.36, 0.0, 0.1]
    spec = BotSpec.from_mapping(data)
    assert np.allclose(spec.com_m_body, [0.01, 0.0, 0.1])


def test_arrays_and_fields_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        DEFAULT.effectiveness[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        DEFAULT.thrust_max_n[0] = 1.0
    with pytest.raises(ValidationError, match="frozen"):
        DEFAULT.mass.dry_kg = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(("name", "geometry", "thrust_n"), [
    ("dodeca-01", "canted", 240.0),
    ("dodeca-table", "table", 260.0),
])  # fmt: skip
def test_shipped_nozzles_are_those_the_generator_makes(
    name: str, geometry: Any, thrust_n: float
) -> None:
    spec = BotSpec.load(name)
    for thruster, row in zip(spec.thrusters, nozzles(geometry, thrust_n, 40.0, 1.05), strict=True):
        for key, value in row.items():
            assert np.allclose(getattr(thruster, key), value, rtol=0, atol=1e-9)


def test_the_core_object_has_exactly_the_fields_of_the_rust_structs() -> None:
    text = CRAFT_RS.read_text(encoding="utf-8")
    structs, rules = _rust_structs(text), _rust_rules(text)

    def compare(value: Any, kind: str) -> None:
        if kind == "ModulatorConfig":
            assert value.keys() == {"kind", *rules[value["kind"]]}
        elif kind in structs:
            assert value.keys() == structs[kind].keys(), kind
            for key, inner in structs[kind].items():
                compare(value[key], inner)
        elif inner := re.match(r"Vec<(\w+)>", kind):
            assert value
            for item in value:
                compare(item, inner[1])
        else:
            sizes = {"f64": (), "usize": (), "String": (), "Vec3": (3,), "[Vec3; 3]": (3, 3)}
            sizes |= {"HeatSource": (), "LoopAllocation": (), "bool": (), "[String; 2]": (2,)}
            assert np.shape(value) == sizes[kind]

    for name in BotSpec.shipped():
        compare(json.loads(BotSpec.load(name).core_json()), "Craft")
    for rule in RULES:
        compare(json.loads(_with_rule(rule).core_json()), "Craft")
    assert {rule["kind"] for rule in RULES} == rules.keys()


def _rust_structs(text: str) -> dict[str, dict[str, str]]:
    return {
        name: dict(re.findall(r"pub (\w+): ([^,\n]+),\n", body))
        for name, body in re.findall(r"pub struct (\w+) \{(.*?\n)\}", text, re.DOTALL)
    }


def _rust_rules(text: str) -> dict[str, list[str]]:
    """Kind and parameters of each variant of `ModulatorConfig`."""
    (body,) = re.findall(r"pub enum ModulatorConfig \{(.*?)\n\}", text, re.DOTALL)
    return {
        re.sub(r"\B([A-Z])", r"_\1", name).lower(): re.findall(
            r"^ +(\w+): f64,", fields, re.MULTILINE
        )
        for name, fields in re.findall(r"^    (\w+) \{(.*?)\}", body, re.DOTALL | re.MULTILINE)
    }


RULES: list[dict[str, Any]] = [
    {"kind": "pwpf", "km": 7.5, "tau_s": 0.55, "u_on": 0.45, "u_off": 0.05},
    {"kind": "bang_bang", "band_s": 0.04},
    {"kind": "schmitt", "level_on": 0.75, "level_off": 0.25},
    {"kind": "remainder"},
]


def _with_rule(rule: dict[str, Any]) -> BotSpec:
    data = content()
    data["control"]["modulator"] = rule
    return BotSpec.from_mapping(data)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["kind"])
def test_a_firing_rule_is_written_read_back_and_part_of_the_hash(rule: dict[str, Any]) -> None:
    spec = _with_rule(rule)
    assert spec.control.modulator.model_dump() == rule
    assert BotSpec.parse(spec.to_yaml()) == spec
    assert json.loads(spec.core_json())["control"]["modulator"] == rule
    assert (spec.hash == DEFAULT.hash) == (spec == DEFAULT)


def test_a_nozzle_that_takes_a_level_is_on_or_off_no_more() -> None:
    data = content()
    data["thrusters"][3]["throttleable"] = True
    spec = BotSpec.from_mapping(data)
    throttleable = [t["throttleable"] for t in json.loads(spec.core_json())["thrusters"]]
    assert throttleable == [index == 3 for index in range(16)]
    assert spec.hash != DEFAULT.hash
    assert BotSpec.parse(spec.to_yaml()) == spec


def test_the_pulses_of_throttled_nozzles_are_nobodys_limit() -> None:
    data = content()
    data["control"]["modulator"] = {"kind": "bang_bang", "band_s": 0.02}
    data["thruster_defaults"]["throttleable"] = True
    assert BotSpec.from_mapping(data).control.modulator.kind == "bang_bang"


def test_the_core_object_carries_valve_timing_and_sensor_errors() -> None:
    core = json.loads(DEFAULT.core_json())
    assert core["thrusters"][5]["min_on_s"] == 0.03
    assert core["thrusters"][5]["power_w_per_n"] == 17.5
    assert core["sensors"]["rates"] == {"rate_hz": 250, "noise_std": 2e-4, "bias_std": 5e-5}
    assert core["sensors"]["position"]["noise_std"] == 0.005
    sources = {n["name"]: [h["source"] for h in n["heat"]] for n in core["thermal"]["nodes"]}
    assert sources["rcs_c01"] == ["rcs_cluster0_w"]
    assert sources["rcs_c04"] == ["rcs_cluster3_w"]


def test_writing_and_reading_back_gives_an_equal_specification() -> None:
    for name in BotSpec.shipped():
        spec = BotSpec.load(name)
        again = BotSpec.parse(spec.to_yaml())
        assert again == spec
        assert again.hash == spec.hash
        assert again.to_yaml() == spec.to_yaml()


def test_shared_values_stand_once_and_a_row_may_differ() -> None:
    assert "thruster_defaults" in TEXT
    assert TEXT.count("min_on_s") == 1
    data = content()
    data["thrusters"][3]["valve"] = {"min_on_s": 0.02}
    spec = BotSpec.from_mapping(data)
    assert spec.thrusters[3].valve.min_on_s == 0.02
    assert spec.thrusters[3].valve.max_on_s == 3.0
    assert spec.thrusters[2].valve.min_on_s == 0.03
    assert BotSpec.parse(spec.to_yaml()) == spec


def test_yaml_numbers_and_words_mean_what_they_look_like() -> None:
    text = TEXT.replace("mode_init: 'ON'", "mode_init: ON")
    text = text.replace("bias_std_rad: 0.0001", "bias_std_rad: 1e-4").replace("240.0", "240")
    assert text != TEXT
    assert BotSpec.parse(text) == DEFAULT


def test_a_direction_within_tolerance_is_normalised_once_and_for_all() -> None:
    data = content()
    data["thrusters"][0]["force_direction_body"] = [0.6478, -0.4027, -0.6516]
    spec = BotSpec.from_mapping(data)
    assert math.hypot(*spec.thrusters[0].force_direction_body) == pytest.approx(1, abs=1e-15)
    assert BotSpec.parse(spec.to_yaml()).hash == spec.hash


def test_the_hash_does_not_depend_on_the_title() -> None:
    data = content()
    data["metadata"]["title"] = "Another name"
    assert BotSpec.from_mapping(data).hash == DEFAULT.hash
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", DEFAULT.hash)


def test_the_hash_does_not_depend_on_the_order_of_names() -> None:
    data = content()
    data["event_bus"]["channels"].reverse()
    data["components"]["registrar"]["consumes"].reverse()
    assert BotSpec.from_mapping(data).hash == DEFAULT.hash


def _shuffled(value: Any, draw: Any) -> Any:
    if isinstance(value, dict):
        keys = draw(st.permutations(list(value)))
        return {key: _shuffled(value[key], draw) for key in keys}
    if isinstance(value, list):
        return [_shuffled(item, draw) for item in value]
    return value


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_the_order_of_keys_changes_neither_hash_nor_core(data: st.DataObject) -> None:
    spec = BotSpec.from_mapping(_shuffled(content(), data.draw))
    assert spec.hash == DEFAULT.hash
    assert json.loads(spec.core_json()) == json.loads(DEFAULT.core_json())


def _numbers(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [p for key, item in value.items() for p in _numbers(item, (*path, key))]
    if isinstance(value, list):
        return [p for key, item in enumerate(value) for p in _numbers(item, (*path, key))]
    return [path] if isinstance(value, float) else []


SCALARS = [
    path
    for path in _numbers(content())
    if path[0] in {"power", "control", "sensors", "docking", "thermal"}
]


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from(SCALARS))
def test_every_number_that_changes_behaviour_changes_the_hash(path: tuple[Any, ...]) -> None:
    data = content()
    # Room to move, where a default sits on its limit.
    data["power"]["supercap_discharge_max_w"] = 23000.0
    data["control"]["rcs_power_max_w"] = 44000.0
    before = BotSpec.from_mapping(data).hash
    target: Any = data
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = target[path[-1]] * (1.0 - 1e-7) or 0.01
    assert BotSpec.from_mapping(data).hash != before


def test_direct_construction_is_checked_as_well() -> None:
    mass = DEFAULT.mass.model_copy(update={"inertia_kgm2": ((1, 0, 0), (0, 1, 0), (0, 0, 9))})
    sections = {name: getattr(DEFAULT, name) for name in BotSpec.model_fields}
    with pytest.raises(ValidationError, match="no body has one greater than the other two"):
        BotSpec(**(sections | {"mass": mass}))


def test_a_copy_with_another_mass_works_everything_out_anew() -> None:
    spec = BotSpec.load("dodeca-01")
    worked_out = spec.hash, spec.com_m_body.copy(), spec.effectiveness.copy()
    mass = spec.mass.model_copy(update={"com_m_body": (0.1, 0.0, 0.0)})
    changed = spec.model_copy(update={"mass": mass})
    assert changed.hash != worked_out[0]
    assert not np.allclose(changed.com_m_body, worked_out[1])
    assert not np.allclose(changed.effectiveness, worked_out[2])
    again = changed.model_copy(update={"mass": spec.mass})
    assert again.hash == worked_out[0]
    np.testing.assert_array_equal(again.effectiveness, worked_out[2])
