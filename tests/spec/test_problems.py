"""What a broken specification is told: every problem at once, where it is, what would be right."""

import copy
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qiki_hil.errors import SpecError, SpecFileError
from qiki_hil.spec import BotSpec

CONTENT: dict[str, Any] = yaml.safe_load(BotSpec.load("dodeca-01").to_yaml())
Change = Callable[[dict[str, Any]], Any]


def problems(*changes: Change) -> list[str]:
    data = copy.deepcopy(CONTENT)
    for change in changes:
        change(data)
    with pytest.raises(SpecFileError) as caught:
        BotSpec.from_mapping(data, "bot")
    return caught.value.problems


def put(value: Any, *path: str | int) -> Change:
    def change(data: dict[str, Any]) -> None:
        target: Any = data
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    def change(data: dict[str, Any]) -> None:
        target: Any = data
        for key in path[:-1]:
            target = target[key]
        del target[path[-1]]

    return change


def alike(data: dict[str, Any]) -> None:
    """All nozzles push through one point: no torque is left."""
    for row in data["thrusters"]:
        row["position_m_body"] = [0.0, 0.0, 0.1]


def one_sided(data: dict[str, Any]) -> None:
    for row in data["thrusters"]:
        x, y, z = row["force_direction_body"]
        row["force_direction_body"] = [x, y, -abs(z)]


HULL = ("hull", "faces")
MODULATOR = ("control", "modulator")
CASES: list[tuple[Change, str]] = [
    (put([0.0, 0.0, 1.2], "thrusters", 3, "force_direction_body"),
     "thrusters[3].force_direction_body: length 1.2, must be 1 ± 0.01: divide by its length"),
    (put([0.0, 0.0, 0.0], "thrusters", 3, "force_direction_body"),
     "thrusters[3].force_direction_body: length 0, must be 1 ± 0.01: give a direction"),
    (put(float("nan"), "mass", "com_m_body", 2),
     "mass.com_m_body[2]: must be within -100..100 m, got nan"),
    (put(-420.0, "mass", "dry_kg"), "mass.dry_kg: must be within 0.1..1e+06 kg, got -420.0"),
    (put("420", "mass", "dry_kg"), "mass.dry_kg: must be a valid number, got '420'"),
    (put(True, "mass", "dry_kg"), "mass.dry_kg: must be a valid number, got True"),
    (put([1.0, 2.0], "mass", "com_m_body"), "mass.com_m_body[2]: missing"),
    (put([[215.0, 1.0, 0.0], [0.0, 210.0, 0.0], [0.0, 0.0, 205.0]], "mass", "inertia_kgm2"),
     "mass.inertia_kgm2: not symmetric; an inertia matrix equals its transpose"),
    (put([[100.0, 0.0, 0.0], [0.0, 100.0, 0.0], [0.0, 0.0, 205.0]], "mass", "inertia_kgm2"),
     "mass.inertia_kgm2: principal moments 100, 100, 205: no body has one greater than the other "
     "two together"),
    (put([[-5.0, 0.0, 0.0], [0.0, 100.0, 0.0], [0.0, 0.0, 105.0]], "mass", "inertia_kgm2"),
     "mass.inertia_kgm2: principal moments -5, 100, 105: not positive definite; each must be "
     "greater than 0"),
    (drop("thrusters", 15),
     "thrusters: 15 given, must be 16: 4 clusters of 4, in index order"),
    (put(0, "thrusters", 4, "cluster"),
     "thrusters[4].cluster: 0, must be 1: cluster c has nozzles 4c to 4c+3"),
    (put(4, "thrusters", 4, "cluster"), "thrusters[4].cluster: must be less than 4, got 4"),
    (alike, "thrusters: the effectiveness matrix has rank 3, must be 6: add other positions or "
     "directions"),
    (one_sided, "thrusters: no combination gives a wrench along force ("),
    (put("yes", "thruster_defaults", "throttleable"),
     "thruster_defaults.throttleable: must be a valid boolean, got 'yes'"),
    (put(0.003, "thruster_defaults", "valve", "min_on_s"),
     "thruster_defaults.valve.min_on_s: must be within 0.006..10 s, got 0.003"),
    (put(2, "thruster_defaults", "valve", "open_delay_s"),
     "thruster_defaults.valve.open_delay_s: must be 0 or within 1e-06..0.1 s, got 2.0"),
    (put(1e300, "thrusters", 3, "position_m_body", 1),
     "thrusters[3].position_m_body[1]: must be within -100..100 m, got 1e+300"),
    (put(1e5, "thrusters", 3, "thrust_max_n"),
     "thrusters[3].thrust_max_n: the nozzle alone gives 238.1 m/s², at most 100 m/s² is allowed; "
     "see mass.dry_kg"),
    (put([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], "mass", "inertia_kgm2"),
     "thruster_defaults.thrust_max_n: the nozzle alone gives 184.8 rad/s², at most 100 rad/s² is "
     "allowed; see mass.inertia_kgm2"),
    (put(0.05, "thermal", "nodes", "rcs_c02", "heat_capacity_j_per_k"),
     "thermal.nodes.rcs_c02.heat_capacity_j_per_k: 0.05 J/K, must be at least 0.105 J/K for what "
     "cools the node, its couplings and ambient_exchange_w_per_k"),
    (put(0.01, "thruster_defaults", "valve", "max_on_s"),
     "thruster_defaults.valve.max_on_s: 0.01 s, must be greater than min_on_s, 0.03 s"),
    (put(0.02, "thruster_defaults", "valve", "min_om_s"),
     "thruster_defaults.valve.min_om_s: unknown key; did you mean min_on_s?"),
    (drop("thruster_defaults", "valve", "rise_s"),
     "thruster_defaults.valve.rise_s: missing"),
    (put(3, "thruster_defaults"), "thruster_defaults: must be a mapping, got 3"),
    (put(200.0, "thruster_defaults", "power_w_per_n"),
     "thruster_defaults.power_w_per_n: the nozzle draws 48000 W, more than "
     "control.rcs_power_max_w, 45000 W: it could never open"),
    (put(0.5, *MODULATOR, "tau_s"),
     "control.modulator: shortest pulse -tau_s ln(1 - (u_on - u_off)/km) = 27.40 ms, must be at "
     "least the valves' min_on_s, 30 ms: raise tau_s or u_on - u_off, or lower km"),
    (put(0.45, *MODULATOR, "u_off"),
     "control.modulator.u_off: 0.45, must be less than u_on, 0.45"),
    (put(0.4, *MODULATOR, "km"),
     "control.modulator.km: 0.4, must be greater than u_on, 0.45: no level would fire"),
    (put(-0.1, *MODULATOR, "u_off"),
     "control.modulator.u_off: must be 0 or within 1e-06..10000, got -0.1"),
    (put(0.1, *MODULATOR, "u_of"),
     "control.modulator.u_of: unknown key; did you mean u_off?"),
    (drop(*MODULATOR, "kind"), "control.modulator.kind: missing"),
    (put("pwm", *MODULATOR, "kind"),
     "control.modulator.kind: must be 'pwpf', 'bang_bang', 'schmitt', 'remainder', got 'pwm'"),
    (put("pwpf", *MODULATOR), "control.modulator: must be a mapping, got 'pwpf'"),
    (put({"kind": "bang_bang", "band_s": 0.02}, *MODULATOR),
     "control.modulator.band_s: shortest pulse and pause are band_s = 20 ms, must be at least the "
     "valves' min_on_s, 30 ms, and min_off_s, 30 ms"),
    (put({"kind": "schmitt", "level_on": 0.25, "level_off": 0.25}, *MODULATOR),
     "control.modulator.level_off: 0.25, must be less than level_on, 0.25"),
    (put({"kind": "schmitt", "level_on": 1.1, "level_off": 0.25}, *MODULATOR),
     "control.modulator.level_on: must be within 0..1, got 1.1"),
    (put({"kind": "remainder", "band_s": 0.04}, *MODULATOR),
     "control.modulator.band_s: unknown key; allowed: kind"),
    (put(28.0, "power", "bus_min_v"),
     "power.bus_min_v: 28 V, must be less than bus_nominal_v, 28 V"),
    (put(0.3, "power", "battery_shed_soc"),
     "power.battery_shed_soc: 0.3, must be less than battery_restore_soc, 0.3"),
    (put(0.16, "power", "supercap_gate_hysteresis"),
     "power.supercap_gate_hysteresis: 0.16, must be at most 0.15: half of supercap_boost_soc - "
     "supercap_hold_soc"),
    (put(4.0, "power", "bus_current_max_a"),
     "power.bus_current_max_a: 4 A at 22 V carry 88 W, but base_out_w and mcqpu_w, which are "
     "never shed, draw 95 W"),
    (put(140.0, "power", "battery_discharge_max_w"),
     "power.peak_max_w: 45000 W, but battery, supercapacitor and base give 22670 W"),
    (put(46000.0, "control", "rcs_power_max_w"),
     "control.rcs_power_max_w: 46000 W, must be at most power.peak_max_w, 45000 W"),
    (put(1.5, "power", "battery_soc_init"),
     "power.battery_soc_init: must be within 0..1, got 1.5"),
    (drop("thermal", "nodes", "rcs_c03"),
     "thermal.nodes.rcs_c03: missing; every bot has it"),
    (put(["core", "cor"], "thermal", "couplings", 0, "between"),
     "thermal.couplings[0].between: thermal node cor is unknown; known: battery, core, "),
    (put(["core", "core"], "thermal", "couplings", 0, "between"),
     "thermal.couplings[0].between: core is named 2 times; name it once"),
    (put(["pdu", "core"], "thermal", "couplings", 1, "between"),
     "thermal.couplings: core and pdu is named 2 times; name it once"),
    (put(95.0, "thermal", "nodes", "core", "init_c"),
     "thermal.nodes.core.init_c: 95 °C, must be less than trip_c, 90 °C"),
    (put(90.0, "thermal", "nodes", "core", "warn_c"),
     "thermal.nodes.core.warn_c: 90 °C, must be less than trip_c, 90 °C"),
    (put(-60.0, "thermal", "nodes", "core", "warn_c"),
     "thermal.nodes.core.warn_c: -60 °C, must be more than ambient_c, -60 °C: the node would never "
     "cool to it"),
    (put("rcs_cluster4_w", "thermal", "nodes", "rcs_c01", "heat", 0, "source"),
     "thermal.nodes.rcs_c01.heat[0].source: must be 'mcqpu_w', 'nbl_w', "),
    (put([0.0, 0.0, 1.0], *HULL, "F03", "outward_normal_body"),
     "hull.faces.F03.outward_normal_body: 58.28° from F00; between faces of a regular "
     "dodecahedron there are 63.43°, 116.57° or 180°"),
    (drop(*HULL, "F11"), "hull.faces.F11: missing; every bot has it"),
    (put(CONTENT["hull"]["faces"]["F00"], *HULL, "F12"),
     "hull.faces.F12: no such face; a dodecahedron has F00..F11"),
    (put("bayonet", *HULL, "F06", "role"),
     "hull.faces: 3 with role bayonet (F00, F01, F06), must be 2, opposite each other"),
    (lambda d: (put("utility", *HULL, "F01", "role")(d), put("bayonet", *HULL, "F06", "role")(d)),
     "hull.faces: bayonets F00 and F06 are 63.43° apart, must be 180°"),
    (put("F20", "docking", "ports", "A", "face"),
     "docking.ports.A.face: face F20 is unknown; known: F00, F01, "),
    (put("F08", "docking", "ports", "A", "face"),
     "docking.ports.A.face: face F08 has role radiator, must be bayonet"),
    (put("F01", "docking", "ports", "A", "face"),
     "docking.ports: F01 is named 2 times; name it once"),
    (drop("docking", "ports", "B"),
     "docking.ports: 1 given, must be 2: one on each bayonet face"),
    (put(["soft", "soft"], "docking", "capture_modes"),
     "docking.capture_modes: soft is named 2 times; name it once"),
    (put("F99", "mounts", "star_tracker", "face"),
     "mounts.star_tracker.face: face F99 is unknown; known: F00, "),
    (put("nose", "sensors", "rates", "mount"),
     "sensors.rates.mount: mount nose is unknown; known: imu, nav_receiver, "),
    (put("nose", "transponder", "mount"), "transponder.mount: mount nose is unknown; known: imu"),
    (put(1001.0, "sensors", "rates", "rate_hz"),
     "sensors.rates.rate_hz: must be within 0.01..1000 Hz, got 1001.0"),
    (put(0.0, "sensors", "thermal_rate_hz"),
     "sensors.thermal_rate_hz: must be within 0.01..1000 Hz, got 0.0"),
    (drop("components", "shields"), "components.shields: missing; every bot has it"),
    (put(["dc_bus", "dc_bus"], "components", "imu", "consumes"),
     "components.imu.consumes: dc_bus is named 2 times; name it once"),
    (put(["plasma"], "components", "imu", "consumes"),
     "components.imu.consumes: plasma is neither provided by a component nor a channel of "
     "event_bus"),
    (lambda d: d["event_bus"]["channels"].remove("TrackSet"),
     "event_bus.channels: TrackSet is missing; every bot has it"),
    (lambda d: d["event_bus"]["channels"].append("TrackSet"),
     "event_bus.channels: TrackSet is named 2 times; name it once"),
    (put(16, "can", "nav_node_id"), "can: node id 16 is used 2 times; give each its own"),
    (put(128, "can", "nav_node_id"),
     "can.nav_node_id: must be less than or equal to 127, got 128"),
    (put([16, 17], "can", "cluster_node_ids"),
     "can.cluster_node_ids: must have at least 4 items after validation, not 2, got [16, 17]"),
    (put("a b", "metadata", "id"),
     "metadata.id: must be a name of letters, digits, '.', '_' and '-', got 'a b'"),
    (put({}, "powr"), "powr: unknown key; did you mean power?"),
    (drop("power"), "power: missing"),
    (put(3, "hull"), "hull: must be a mapping, got 3"),
    (put({}, "hull", "faces", "F 1"),
     "hull.faces.F 1: must be a name of letters, digits, '.', '_' and '-', got 'F 1'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "text"), CASES, ids=[text[:60] for _, text in CASES])
def test_a_broken_value_is_named_with_what_would_be_right(change: Change, text: str) -> None:
    found = problems(change)
    assert any(problem.startswith(text) for problem in found), found


def test_problems_of_all_sections_come_at_once_schema_and_meaning_together() -> None:
    found = problems(
        put(-1.0, "hull", "inradius_m"),
        put(0.5, *MODULATOR, "tau_s"),
        put(16, "can", "nav_node_id"),
        put([0.0, 0.0, 1.2], "mounts", "imu", "boresight_body"),
        put(["plasma"], "components", "imu", "consumes"),
        put([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 9.0]], "mass", "inertia_kgm2"),
    )
    starts = ("hull.inradius_m", "control.mod", "can:", "mounts.imu", "components.imu", "mass.in")
    assert len(found) == len(starts)
    for start in starts:
        assert any(problem.startswith(start) for problem in found), start


def test_one_wrong_face_is_blamed_once_and_no_other_with_it() -> None:
    found = problems(put([0.0, 0.0, 1.0], *HULL, "F05", "outward_normal_body"))
    assert len([p for p in found if "outward_normal_body" in p]) == 1


def test_the_error_names_file_and_number_of_problems() -> None:
    with pytest.raises(SpecFileError) as caught:
        BotSpec.parse("powr: {}\n", "bots/mine.yaml")
    assert str(caught.value).startswith("bots/mine.yaml: 15 problem(s)\n  - ")


NAMES = ("hull", "mass", "power", "thermal", "docking", "sensors", "control", "can", "event_bus")
JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(section=st.sampled_from(NAMES), junk=JUNK)
def test_any_junk_in_a_section_is_a_problem_of_that_section(section: str, junk: Any) -> None:
    assert any(p.startswith(section) for p in problems(put(junk, section)))


@settings(max_examples=60, deadline=None)
@given(row=st.integers(0, 15), junk=JUNK)
def test_any_junk_in_a_thruster_row_is_a_problem_of_that_row(row: int, junk: Any) -> None:
    assert any(p.startswith(f"thrusters[{row}]") for p in problems(put(junk, "thrusters", row)))


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet=":-{}[]&*!|>'\"%@#,? \n\tab01.~<=", max_size=60))
def test_any_text_either_loads_or_is_a_spec_error(text: str) -> None:
    with pytest.raises(SpecError):
        BotSpec.parse(text)


TEXTS = [
    ("", "is empty; start from `qiki-hil bot init`"),
    ("# nothing\n", "is empty; start from `qiki-hil bot init`"),
    ("- 1\n- 2\n", "must be a mapping of keys (line 1)"),
    ("hull: {a: 1\nmass: [", "is not YAML: expected ',' or '}', but got ':' (line 2, column 5)"),
    ("a: 1\n---\nb: 2\n", "is not YAML: but found another document (line 2, column 1)"),
    ("hull: \x01\n", "is not YAML: unacceptable character #x0001"),
    ("[" * 3000, "is nested too deeply"),
]


@pytest.mark.parametrize(("text", "problem"), TEXTS)
def test_text_that_is_no_mapping_is_one_plain_problem(text: str, problem: str) -> None:
    with pytest.raises(SpecFileError) as caught:
        BotSpec.parse(text)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(problem)


def test_a_tag_is_a_problem_and_nothing_is_made_of_it() -> None:
    with pytest.raises(SpecFileError) as caught:
        BotSpec.parse("hull: !!python/object:os.system x\n")
    words = "hull: tag !!python/object:os.system is not known here; leave it out (line 1)"
    assert words in caught.value.problems


def test_problems_carry_the_line_of_the_nearest_key() -> None:
    text = BotSpec.load("dodeca-01").to_yaml()
    lines = text.replace("dry_kg: 420.0", "dry_kg: 0").splitlines()
    with pytest.raises(SpecFileError) as caught:
        BotSpec.parse("\n".join(lines))
    line = next(i for i, text in enumerate(lines, 1) if "dry_kg" in text)
    words = f"mass.dry_kg: must be within 0.1..1e+06 kg, got 0.0 (line {line})"
    assert caught.value.problems == [words]


def test_keys_given_twice_are_found_at_every_depth_with_both_lines() -> None:
    text = BotSpec.load("dodeca-01").to_yaml()
    text = text.replace("  dry_kg: 420.0\n", "  dry_kg: 420.0\n  dry_kg: 1.0\n") + "can: 3\n"
    first = next(i for i, line in enumerate(text.splitlines(), 1) if "dry_kg" in line)
    with pytest.raises(SpecFileError) as caught:
        BotSpec.parse(text)
    assert len(caught.value.problems) == 2
    assert caught.value.problems[0] == (
        f"mass.dry_kg: given twice, lines {first} and {first + 1}; keep one (line {first})"
    )
    assert caught.value.problems[1].startswith("can: given twice")


def test_aliases_are_refused_before_they_unfold() -> None:
    bomb = "a0: &a0 [1]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
    )
    for text in (bomb, "hull: &h\n  faces: *h\n"):
        with pytest.raises(SpecError, match=r"aliases \(\*name\) are not used .*\(line 2, col"):
            BotSpec.parse(text)


def test_files_that_are_none_are_told_apart(tmp_path: Path) -> None:
    def problem_of(path: Path | str) -> str:
        with pytest.raises(SpecError) as caught:
            BotSpec.load(path)
        return str(caught.value).removeprefix(f"bot {path}: ")

    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"\x89PNG\xff\x00")
    assert problem_of(tmp_path) == "is a directory; give a YAML file"
    assert problem_of(binary) == "is not UTF-8 text (byte 0); give a YAML file"
    ships = (
        "; did you mean 'dodeca-01'? Allowed: dodeca-01, dodeca-table, or the path of a .yaml file"
    )
    assert problem_of("dodeca-02") == f"bot 'dodeca-02' does not ship with the package{ships}"
    assert problem_of(binary / "x") == "cannot be read: Not a directory"
    assert problem_of("a/\0b") == "cannot be read: embedded null byte"
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "big").write_text("a" * (1024 * 1024 + 1))
    for name in (tmp_path / "fifo", "/dev/zero"):
        assert problem_of(name) == "is not a regular file; give a YAML file"
    assert problem_of(tmp_path / "loop").startswith("cannot be read: Too many levels of symbolic")
    assert problem_of(tmp_path / "big") == "is larger than 1024 KiB; give a YAML file"
    assert problem_of("").startswith("bot '' does not ship with the package. Allowed: dodeca-01")
