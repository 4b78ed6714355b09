"""Profiles on paper: numbers against the closed forms, and the plan's own bookkeeping."""

import math

import pytest

from qiki_hil._pb.qiki.commands.v1 import command_pb2 as pb
from qiki_hil.command import parse_command
from qiki_hil.kernels import ProfilePreview, ProfileRefusedError, ThrustMap, preview_profile
from qiki_hil.spec import BotSpec

SPEC = BotSpec.load("dodeca-01")
EXHAUST_MPS = 60.0 * 9.80665


def preview(text: str, spec: BotSpec = SPEC) -> ProfilePreview:
    return preview_profile(spec, parse_command(text).SerializeToString())


def test_a_group_gives_what_the_rocket_equation_says() -> None:
    found = preview("profile ztt.forward 50 4s")
    entry = ThrustMap.from_spec(SPEC).economy["+X"]
    gross_n, net_n = 0.5 * entry.gross_n, 0.5 * entry.ceiling
    used_kg = gross_n * 4.0 / EXHAUST_MPS
    speed = net_n / gross_n * EXHAUST_MPS * math.log(432.0 / (432.0 - used_kg))
    assert found.end == "given"
    assert found.total.nozzles == tuple(entry.nozzles)
    assert found.total.propellant_kg == pytest.approx(used_kg, rel=2e-3)
    assert found.total.delta_v_mps == pytest.approx(speed, rel=2e-3)
    assert found.total.delta_v_mps_body[0] == pytest.approx(found.total.delta_v_mps, rel=1e-6)
    assert found.total.gross_mps / found.total.delta_v_mps == pytest.approx(gross_n / net_n)
    assert found.total.energy_j == pytest.approx(17.5 * gross_n * 4.0, rel=2e-3)
    assert found.total.time_s == pytest.approx(4.1, abs=0.02)


def test_a_push_by_its_axis_is_previewed_like_a_profile_of_one_segment() -> None:
    assert preview("rcs.forward 50 2s") == preview("profile forward 50 2s")


def test_what_is_spent_is_missing_afterwards() -> None:
    found = preview("profile forward 60 1s; port 40 1s; down 50 500ms ramp_out=0.2")
    used = sum(segment.spent.propellant_kg for segment in found.segments)
    assert found.after.propellant_kg == pytest.approx(12.0 - used)
    assert found.after == found.segments[-1].after
    assert sum(s.spent.time_s for s in found.segments) == pytest.approx(found.total.time_s)
    starts = [segment.at_s for segment in found.segments]
    assert starts == sorted(starts)


def test_a_long_full_push_is_split_and_says_so() -> None:
    found = preview("profile ztt.aft 100 5s")
    (hit,) = found.limits
    assert (hit.reason, hit.rests, hit.segment) == (pb.REASON_CODE_NOZZLE_RESTING, True, 0)
    assert hit.at_s == pytest.approx(3.0, abs=0.02)
    assert found.total.rest_s == pytest.approx(hit.for_s) == pytest.approx(1.0, abs=0.02)
    unsplit = preview("profile ztt.aft 98 5s")
    assert unsplit.limits == ()
    assert unsplit.total.delta_v_mps == pytest.approx(0.98 * found.total.delta_v_mps, rel=5e-3)


def test_a_warm_cluster_splits_a_push_before_it_trips() -> None:
    found = preview("profile up 70 7500ms")
    assert [hit.reason for hit in found.limits] == [pb.REASON_CODE_RCS_CLUSTER_HOT]
    # The temperature is predicted between reports, too high by what heats in up to 0.1 s: 3 K.
    assert 107.0 <= max(found.cluster_max_c) < 110.0
    assert found.end == "given"


def test_more_than_the_tank_holds_is_not_given() -> None:
    found = preview("profile forward 50 60s")
    assert (found.end, found.reason) == ("late", pb.REASON_CODE_WORKING_MASS_LOW)
    assert found.after.propellant_kg == pytest.approx(0.0, abs=0.02)


def test_a_push_that_ends_at_once_knows_heat_and_charge_from_the_beginning() -> None:
    mass = SPEC.mass.model_copy(update={"propellant_kg": 0.02})
    found = preview("profile up 60 1s", SPEC.model_copy(update={"mass": mass}))
    assert found.total.time_s < 0.02
    assert found.cluster_max_c == pytest.approx((20.0,) * 4)
    assert found.supercap_min_soc == SPEC.power.supercap_soc_init


def test_a_craft_that_cannot_push_refuses_with_the_reason() -> None:
    power = SPEC.power.model_copy(update={"supercap_soc_init": 0.1})
    weak = SPEC.model_copy(update={"power": power})
    with pytest.raises(ProfileRefusedError) as caught:
        preview("profile forward 50 1s", weak)
    assert caught.value.reason == pb.REASON_CODE_CAP_LOW


@pytest.mark.parametrize("text", ["arm", "goto 1 2 3"])
def test_what_is_no_push_has_no_preview(text: str) -> None:
    with pytest.raises(ValueError, match="command: a push or a thrust profile is needed"):
        preview(text)


def test_bytes_that_are_no_command_are_refused() -> None:
    with pytest.raises(ValueError, match="decode"):
        preview_profile(SPEC, b"\xff\xff\xff")
