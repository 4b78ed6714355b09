//! What holds under any load: seeded random crafts, demands and steps.

use crate::common::{booked_j, craft};
use qiki_craft::Craft;
use qiki_power::{Demand, Fault, LOADS, Load, Member, PowerReport, PowerSystem};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

const CRAFTS: u64 = 200;
const STEPS: usize = 500;

struct Chance(Pcg64Mcg);

impl Chance {
    fn within(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        low + (high - low) * unit
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.0.next_u64().is_multiple_of(n)
    }
}

fn any_craft(chance: &mut Chance) -> Craft {
    let mut craft = craft();
    let p = &mut craft.power;
    p.battery_capacity_wh = chance.within(0.05, 50.0);
    p.battery_soc_init = chance.within(0.0, 1.0);
    p.battery_charge_max_w = chance.within(0.0, 5e3);
    p.battery_discharge_max_w = chance.within(0.0, 30e3);
    p.supercap_capacity_wh = chance.within(0.0, 15.0);
    p.supercap_soc_init = chance.within(0.0, 1.0);
    p.supercap_charge_max_w = chance.within(0.0, 5e3);
    p.supercap_discharge_max_w = chance.within(0.0, 30e3);
    p.bus_current_max_a = chance.within(3.0, 8.0);
    p.motion_w_per_mps = chance.within(0.0, 40.0);
    p.base_in_w = chance.within(0.0, 400.0);
    p.dock_soft_start_s = chance.within(0.0, 1.0);
    p.peak_max_w = chance.within(100.0, 60e3);
    for node in &mut craft.thermal.nodes {
        node.init_c = chance.within(-60.0, node.trip_c + 5.0);
    }
    craft
}

fn any_demand(chance: &mut Chance) -> Demand {
    let odd = [f64::NAN, f64::INFINITY, -5.0];
    let mut demand = Demand {
        speed_mps: chance.within(0.0, 5.0),
        mcqpu_ratio: chance.within(-0.2, 1.5),
        radar_on: !chance.one_in(4),
        transponder_on: !chance.one_in(4),
        nbl_active: !chance.one_in(4),
        nbl_max_w: chance.within(0.0, 40.0),
        rcs_cluster_w: std::array::from_fn(|_| chance.within(0.0, 17e3)),
        dock_connected: chance.one_in(2),
    };
    if chance.one_in(50) {
        demand.rcs_cluster_w[0] = odd[chance.0.next_u64() as usize % odd.len()];
        demand.speed_mps = f64::NAN;
    }
    if chance.one_in(3) {
        demand.rcs_cluster_w = [0.0; 4];
    }
    demand
}

fn within_limits(craft: &Craft, r: &PowerReport) {
    let p = &craft.power;
    assert!((0.0..=1.0).contains(&r.battery_soc) && (0.0..=1.0).contains(&r.supercap_soc));
    assert!(r.bus_v >= p.bus_min_v && r.bus_v <= p.bus_nominal_v);
    assert!(r.battery_discharge_w <= p.battery_discharge_max_w);
    assert!(r.battery_charge_w <= p.battery_charge_max_w);
    assert!(r.supercap_discharge_w <= p.supercap_discharge_max_w);
    assert!(r.supercap_charge_w <= p.supercap_charge_max_w);
    assert!(r.dock_w <= r.dock_offer_w && r.dock_a <= p.dock_current_max_a + 1e-9);
    assert!(r.unserved_w == 0.0 || r.spill_w == 0.0);
    for value in [r.unserved_w, r.spill_w, r.dock_w, r.rcs_budget.power_w] {
        assert!(value >= 0.0);
    }
    assert!(r.rcs_budget.power_w <= p.peak_max_w);
}

fn loads_within_limits(craft: &Craft, r: &PowerReport) {
    let p = &craft.power;
    let most = [
        p.base_out_w,
        f64::INFINITY,
        p.mcqpu_w,
        p.radar_w,
        p.transponder_w,
        p.nbl_w,
        p.peak_max_w,
        p.supercap_charge_max_w,
    ];
    for load in Load::ALL.iter().copied() {
        let (requested_w, supplied_w) = (r.requested_w[load as usize], r.supplied_w(load));
        assert!(
            supplied_w >= 0.0 && supplied_w <= requested_w && supplied_w <= most[load as usize]
        );
        assert!(!r.shed.has(load) || (supplied_w == 0.0 && requested_w > 0.0));
        let denied = r.shed.has(load) || r.throttled.has(load);
        assert_eq!(denied, !r.reasons[load as usize].is_empty());
        if supplied_w < requested_w && load != Load::SupercapCharge {
            assert!(denied, "{load:?}: less without a reason");
        }
    }
    if !r.faults.has(Fault::PduOvercurrent) {
        let avionics_w = r.load_w - r.supplied_w(Load::Rcs);
        assert!(avionics_w <= r.pdu_limit_w + 1e-9);
        assert!(r.power_out_w() <= p.peak_max_w + 1e-9);
    }
}

#[test]
fn any_craft_under_any_demand_keeps_its_balance_and_its_limits() {
    let mut seen = [0u32; LOADS];
    for seed in 0..CRAFTS {
        let mut chance = Chance(Pcg64Mcg::seed_from_u64(seed));
        let craft = any_craft(&mut chance);
        let mut system = PowerSystem::new(&craft.power, &craft.thermal, 0.04).unwrap();
        for _ in 0..STEPS {
            let demand = any_demand(&mut chance);
            let span_s = chance.within(0.005, 0.04);
            let before_j = system.stored_j();
            let r = *system.step(&demand, span_s);
            let gained_j = system.stored_j() - before_j;
            assert!(
                (gained_j - booked_j(&r, span_s)).abs() < 1e-9,
                "seed {seed}"
            );
            within_limits(&craft, &r);
            loads_within_limits(&craft, &r);
            for load in r.shed.union(r.throttled).iter() {
                seen[load as usize] += 1;
            }
        }
    }
    for load in [
        Load::Motion,
        Load::Radar,
        Load::Transponder,
        Load::Nbl,
        Load::Rcs,
    ] {
        assert!(
            seen[load as usize] > 1000,
            "{load:?} was hardly ever denied: {seen:?}"
        );
    }
}

#[test]
fn the_same_demands_give_the_same_bits() {
    let run = || {
        let mut chance = Chance(Pcg64Mcg::seed_from_u64(7));
        let craft = any_craft(&mut chance);
        let mut system = PowerSystem::new(&craft.power, &craft.thermal, 0.02).unwrap();
        for _ in 0..STEPS {
            system.step(&any_demand(&mut chance), 0.02);
        }
        *system.report()
    };
    assert_eq!(run(), run());
}
