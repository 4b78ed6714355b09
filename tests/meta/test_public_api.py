"""What users of the package may rely on; it changes only on purpose."""

import ast
import inspect
import sys
from pathlib import Path

import qiki_hil
from qiki_hil import BotSpec, Controller, Plant, RadarModel, Tracker, kernels

ROOT = Path(__file__).parents[2]
STUBS = ROOT / "qiki_hil/_core.pyi"


def public(kind: type) -> set[str]:
    """Names that a class shows."""
    return {name for name in vars(kind) if not name.startswith("_")}


def test_the_package_has_these_names_and_no_others() -> None:
    assert qiki_hil.__all__ == [
        "Allocator",
        "BotSpec",
        "Controller",
        "Modulator",
        "OwnPose",
        "Plant",
        "RadarModel",
        "Tracker",
        "__version__",
    ]
    assert all(hasattr(qiki_hil, name) for name in qiki_hil.__all__)


def test_the_plant_is_made_and_moved_so() -> None:
    assert str(inspect.signature(Plant.__init__)) == (
        "(self, spec: qiki_hil.kernels.craft.CraftSource, *, dt_s: float = 0.002, seed: int = 0, "
        "position_m_world: collections.abc.Sequence[float] = (0.0, 0.0, 0.0), "
        "velocity_mps_world: collections.abc.Sequence[float] = (0.0, 0.0, 0.0), "
        "attitude_xyzw: collections.abc.Sequence[float] = (0.0, 0.0, 0.0, 1.0), "
        "rates_rps_body: collections.abc.Sequence[float] = (0.0, 0.0, 0.0)) -> None"
    )
    assert public(Plant) == {"state", "step"}
    assert list(inspect.signature(Plant.step).parameters) == ["self", "on_time_s"]
    assert [field.name for field in kernels.PlantState.__dataclass_fields__.values()] == [
        *("time_s", "position_m_world", "velocity_mps_world", "attitude_xyzw", "rates_rps_body"),
        *("mass_kg", "propellant_kg", "com_m_body", "inertia_kgm2", "valve_open"),
        *("temperatures_c", "battery_soc", "supercap_soc", "bus_v", "load_w"),
    ]


def test_the_controller_is_made_and_stepped_so() -> None:
    assert str(inspect.signature(Controller.__init__)) == (
        "(self, spec: qiki_hil.kernels.craft.CraftSource, *, rate_hz: float = 500.0) -> None"
    )
    assert public(Controller) == {
        *("step", "take_record", "armed", "mode", "thrust_n", "wrench_demanded")
    }
    assert list(inspect.signature(Controller.step).parameters) == ["self", "feedback", "command"]


def test_the_tracker_is_made_and_fed_so() -> None:
    assert list(inspect.signature(RadarModel).parameters) == [
        *("range_std_m", "bearing_std_deg", "elev_std_deg", "vr_std_mps", "prob_detection"),
        *("clutter_per_frame", "range_min_m", "range_max_m", "elev_min_deg", "elev_max_deg"),
        "vr_max_mps",
    ]
    assert list(inspect.signature(Tracker.__init__).parameters) == ["self", "model", "association"]
    assert public(Tracker) == {"dtype", "update", "tracks", "reasons", "refused"}
    assert list(inspect.signature(Tracker.update).parameters) == [
        *("self", "time_s", "range_m", "bearing_deg", "elev_deg", "vr_mps", "own_pose")
    ]
    assert Tracker.dtype.names == (
        *("track_id", "status", "position_m_world", "velocity_mps_world"),
        *("position_covariance_m2", "velocity_covariance_m2ps2", "existence_ratio"),
        *("quality_ratio", "age_s", "miss_count"),
    )


def test_a_botspec_answers_these_questions() -> None:
    spec = BotSpec.load("dodeca-01")
    assert spec.effectiveness.shape == (6, 16)
    assert spec.thrust_max_n.shape == (16,)
    assert spec.hash.startswith("sha256:")
    assert list(inspect.signature(BotSpec.load).parameters) == ["name_or_path"]


def stub_names() -> dict[str, set[str]]:
    """Names at the top of the stubs, with the members of classes."""
    found: dict[str, set[str]] = {}
    for node in ast.parse(STUBS.read_text()).body:
        if isinstance(node, ast.ClassDef):
            members = [m.name for m in node.body if isinstance(m, ast.FunctionDef)]
            found[node.name] = {name for name in members if not name.startswith("_")}
        elif isinstance(node, ast.FunctionDef):
            found[node.name] = set()
        elif isinstance(node, ast.AnnAssign):
            assert isinstance(node.target, ast.Name)
            found[node.target.id] = set()
    return found


def test_the_stubs_name_what_the_extension_has_and_nothing_else() -> None:
    core = sys.modules["qiki_hil._core"]
    real = {name for name in vars(core) if not name.startswith("__") or name == "__version__"}
    stubs = stub_names()
    assert set(stubs) == real
    for name, members in stubs.items():
        value = getattr(core, name)
        if inspect.isclass(value):
            assert members == {member for member in vars(value) if not member.startswith("_")}, name


FOR_BENCHES = {
    *("bench_allocator", "bench_controller_step", "bench_exponentials", "bench_modulator_step"),
    "PulseAllocator",
}
"""What only `benches/` use; they take it from the core."""


def test_kernels_hands_on_everything_of_the_core_but_what_is_for_benches() -> None:
    assert set(stub_names()) - set(kernels.__all__) == FOR_BENCHES
