"""The figures chosen for power and heat keep the promises their decision makes."""

import pytest

from qiki_hil.spec import BotSpec
from qiki_hil.spec.planes import CLUSTER_NODES

G0_MPS2 = 9.80665
PULSE_WINDOW_S = 0.5
RECHARGE_WINDOW_S = 4.0

bots = pytest.mark.parametrize("name", BotSpec.shipped())


def _cluster_power_w(spec: BotSpec, cluster: int) -> float:
    nozzles = spec.thrusters[4 * cluster : 4 * cluster + 4]
    return sum(t.power_w_per_n * t.thrust_max_n for t in nozzles)


@bots
def test_battery_and_supercapacitor_together_carry_the_peak(name: str) -> None:
    power = BotSpec.load(name).power
    assert power.battery_discharge_max_w + power.supercap_discharge_max_w == power.peak_max_w


@bots
def test_the_supercapacitor_holds_the_peak_for_two_pulse_windows_and_refills_in_time(
    name: str,
) -> None:
    power = BotSpec.load(name).power
    pulse_j = power.supercap_discharge_max_w * PULSE_WINDOW_S
    above_hold_j = (power.supercap_soc_init - 0.3) * power.supercap_capacity_wh * 3600
    assert above_hold_j > 2 * pulse_j
    assert power.supercap_charge_max_w * RECHARGE_WINDOW_S > pulse_j


@bots
def test_all_nozzles_at_once_ask_for_more_than_the_peak_so_the_limit_binds(name: str) -> None:
    spec = BotSpec.load(name)
    assert sum(_cluster_power_w(spec, c) for c in range(4)) > spec.power.peak_max_w


@bots
@pytest.mark.parametrize("cluster", range(4))
def test_the_longest_burn_of_a_whole_cluster_comes_near_its_trip(name: str, cluster: int) -> None:
    spec = BotSpec.load(name)
    node = spec.thermal.nodes[CLUSTER_NODES[cluster]]
    burn_j = _cluster_power_w(spec, cluster) * spec.thrusters[0].valve.max_on_s
    hottest_c = node.init_c + burn_j * node.heat[0].gain / node.heat_capacity_j_per_k
    assert node.trip_c - 20.0 < hottest_c < node.trip_c


@bots
def test_a_whole_tank_spread_over_the_clusters_trips_none_even_without_cooling(name: str) -> None:
    spec = BotSpec.load(name)
    impulse_ns = spec.mass.propellant_kg * spec.mass.isp_s * G0_MPS2
    share_j = impulse_ns * spec.thrusters[0].power_w_per_n / 4
    for cluster_node in CLUSTER_NODES:
        node = spec.thermal.nodes[cluster_node]
        assert node.init_c + share_j * node.heat[0].gain / node.heat_capacity_j_per_k < node.trip_c


@bots
def test_cluster_and_hull_together_take_the_published_share_of_the_heat(name: str) -> None:
    nodes = BotSpec.load(name).thermal.nodes
    for cluster_node in CLUSTER_NODES:
        total = nodes[cluster_node].heat[0].gain + nodes["hull"].heat[0].gain
        assert total == pytest.approx(0.35)


@bots
def test_the_avionics_bus_carries_every_load_down_to_where_a_low_battery_sheds(name: str) -> None:
    power = BotSpec.load(name).power
    loads_w = sum(
        (power.base_out_w, power.mcqpu_w, power.radar_w, power.transponder_w, power.nbl_w)
    )
    sag_v = (power.bus_nominal_v - power.bus_min_v) * power.battery_shed_soc
    assert power.bus_current_max_a * (power.bus_min_v + sag_v) >= loads_w


@bots
def test_the_hysteresis_of_the_boost_gate_outlasts_four_power_steps_at_full_discharge(
    name: str,
) -> None:
    power = BotSpec.load(name).power
    band_j = power.supercap_gate_hysteresis * power.supercap_capacity_wh * 3600
    assert band_j / power.supercap_discharge_max_w > 4 * 0.02


@bots
@pytest.mark.parametrize("cluster", range(4))
def test_the_longest_burn_of_a_whole_cluster_is_hardly_derated(name: str, cluster: int) -> None:
    spec = BotSpec.load(name)
    node = spec.thermal.nodes[CLUSTER_NODES[cluster]]
    burn_j = _cluster_power_w(spec, cluster) * spec.thrusters[0].valve.max_on_s
    hottest_c = node.init_c + burn_j * node.heat[0].gain / node.heat_capacity_j_per_k
    assert (node.trip_c - hottest_c) / (node.trip_c - node.warn_c) > 0.2
