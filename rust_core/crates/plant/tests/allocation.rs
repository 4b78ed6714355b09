//! After construction nothing is allocated.

use crate::common::{at_rest, craft};
use qiki_craft::{Feedback, ValveCommand};
use qiki_plant::ValveFault;

#[test]
fn commanding_sensing_and_reading_allocate_nothing() {
    let mut craft = craft();
    craft.mass.isp_s = 60.0;
    craft.sensors.rates.noise_std = 1e-3;
    craft.sensors.attitude.noise_std = 1e-3;
    for (i, thruster) in craft.thrusters.iter_mut().enumerate() {
        // Delays of many ticks and unequal ones, to fill the queues.
        thruster.open_delay_s = 0.03 + 0.001 * i as f64;
        thruster.close_delay_s = 0.04;
        (thruster.rise_s, thruster.fall_s) = (0.008, 0.006);
    }
    let mut plant = at_rest(&craft);
    let mut feedback = Feedback::default();
    let counted = allocation_counter::measure(|| {
        for tick in 0..5000u32 {
            plant.sense(&mut feedback);
            // An edge of every valve in every tick.
            let on_time_us = std::array::from_fn(|n| 1 + (tick * 7 + n as u32) % 1998);
            plant.command(&ValveCommand {
                armed: tick % 500 != 0,
                on_time_us,
            });
            plant
                .set_valve_fault(tick as usize % 16, ValveFault::StuckOpen, tick % 3 == 0)
                .unwrap();
            let seen = plant.temperatures_c().count() as f64 + plant.power().bus_v;
            assert!(seen > 0.0 && plant.truth().mass_kg > 0.0 && plant.com_m_body()[2] != 0.0);
        }
    });
    assert_eq!(counted.count_total, 0);
}
