"""An approach in DOCK keeps to what a docking allows at contact, on crafts off their books.

Bounds: initial contact conditions of the International Docking System Standard IDD Rev E (closing
rate 0.05 to 0.10 m/s at contact, lateral rate 0.04 m/s, rates 0.20 deg/s), as transcribed in public
papers; the standard itself was not at hand.
"""

import numpy as np
import pytest

from qiki_hil.campaign import Campaign, fly, make_case

LATERAL_MPS = 0.04
RATE_DPS = 0.2
FORWARD_MPS = 0.125
"""A tenth of free flight's limit, and what single sets of pulses add to it; no contact is made."""
COASTING_S = 0.08
"""Without a command for so long the craft coasts; inside a set of pulses it turns faster."""

SCENARIO = """\
name: approach
duration_s: 60
commands:
  - {at_s: 0.5, do: arm}
  - {at_s: 1.0, do: hold}
  - {at_s: 10.0, do: mode DOCK}
  - {at_s: 10.1, do: goto 2 0 0}
expect:
  - {name: arrives, signal: position_error_m, from_s: 50, to_s: 60, max: 0.1}
"""
CAMPAIGN = """\
name: approaches
seed: 7
cases: 8
scenarios: [./approach.yaml]
dispersions:
  dry_mass_percent: {normal: [0, 1.5]}
  inertia_percent: {normal: [0, 2]}
  thrust_percent: {normal: [0, 3]}
  misalignment_deg: {normal: [0, 0.5]}
  open_delay_ms: {uniform: [-0.5, 0.5]}
  close_delay_ms: {uniform: [-0.5, 0.5]}
  noise_scale: {uniform: [0.5, 1.5]}
  bias_scale: {uniform: [0, 2]}
"""
CASES = range(8)


@pytest.fixture(scope="module")
def approaches(tmp_path_factory):
    folder = tmp_path_factory.mktemp("approaches")
    (folder / "approach.yaml").write_text(SCENARIO)
    (folder / "approaches.yaml").write_text(CAMPAIGN)
    return Campaign.load(str(folder / "approaches.yaml"))


@pytest.mark.parametrize("index", CASES)
def test_an_approach_keeps_to_the_contact_envelope(approaches, index):
    columns = fly(make_case(approaches, index))
    approach = columns["time_s"] > 10.1
    forward, *lateral = columns["true_velocity_mps"][approach].T
    rates_dps = np.degrees(np.linalg.norm(columns["true_rates_rps"], axis=1))
    coasting = rates_dps[approach & coasts(columns)]
    assert len(coasting) > 0.5 * approach.sum(), "the craft hardly coasts"
    assert 0.05 < forward.max() <= FORWARD_MPS
    assert np.hypot(*lateral).max() <= LATERAL_MPS
    assert np.percentile(coasting, 99) <= RATE_DPS
    assert np.linalg.norm(columns["true_velocity_mps"][-1]) <= 0.02
    assert abs(columns["true_position_m"][-1][0] - 2.0) <= 0.1


def coasts(columns):
    """(ticks,) bool: no nozzle has been commanded for `COASTING_S`."""
    span = round(COASTING_S / columns["period_s"][0])
    commanded = columns["on_time_us"].any(axis=1)
    return np.convolve(commanded, np.ones(span))[: len(commanded)] == 0
