"""A small campaign with everything in it that a campaign can have."""

from pathlib import Path

import pytest

from qiki_hil.campaign import Campaign

SCENARIO = """\
name: hop
duration_s: 6
initial: {rates_dps_body: [0.5, 0, 0]}
commands:
  - {at_s: 0.5, do: arm}
  - {at_s: 1.0, do: goto 0.5 0 0}
faults:
  - {at_s: 2.0, kind: node_silent, cluster: 1, until_s: 2.1}
expect:
  - {name: armed, signal: armed, at_s: 1, equals: true}
  - {name: stays near, signal: position_error_m, max: 5}
  - {name: no nozzle given up, signal: isolated_count, to_s: 5, reduce: last, equals: 0}
"""
CAMPAIGN = """\
name: small
seed: 7
cases: 12
require: 0.25
scenarios: [./hop.yaml, rest_to_rest_slew]
dispersions:
  dry_mass_percent: {normal: [0, 2]}
  com_m_body: {normal: [0, 0.005]}
  inertia_percent: {normal: [0, 3]}
  thrust_percent: {normal: [0, 2]}
  misalignment_deg: {normal: [0, 0.5]}
  open_delay_ms: {uniform: [-0.5, 0.5]}
  noise_scale: {uniform: [0.5, 2]}
  bias_scale: {uniform: [0, 2]}
  position_m_world: {uniform: [-0.1, 0.1]}
  attitude_rpy_deg: {uniform: [-2, 2]}
faults:
  - {kind: stuck_closed, probability: 0.5, at_s: {uniform: [0, 2]}, lasts_s: 1}
  - {kind: stuck_open, probability: 0.2, at_s: {uniform: [1, 2]}, among: [3, 4]}
  - {kind: lost_frames, probability: 0.5, at_s: 0, among: [10, 20]}
  - {kind: nav_dropout, probability: 0.5, at_s: {uniform: [1, 3]}, lasts_s: 0.05}
"""


@pytest.fixture
def campaign_file(tmp_path: Path) -> Path:
    (tmp_path / "hop.yaml").write_text(SCENARIO)
    path = tmp_path / "small.yaml"
    path.write_text(CAMPAIGN)
    return path


@pytest.fixture
def campaign(campaign_file: Path) -> Campaign:
    return Campaign.load(campaign_file)
