//! Prints what a tick of the plant costs: `cargo run --release -p qiki-plant --example step_cost`.
//!
//! Two loads: all valves closed, and sixteen valves pulsing with thrust that slews. Both sense.
#![allow(clippy::print_stdout)]

use std::time::Instant;

use qiki_craft::{Craft, Feedback, NOZZLES, ValveCommand};
use qiki_plant::{InitialState, Plant};

const CASE: &str = include_str!("../../../../tests/plant/data/basilisk_case.json");
const TICKS: u32 = 500_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let case: serde_json::Value = serde_json::from_str(CASE)?;
    let mut craft = Craft::from_json(&case["craft"].to_string())?;
    craft.mass.isp_s = 6e4;
    craft.sensors.rates.noise_std = 1e-4;
    craft.sensors.attitude.noise_std = 1e-4;
    for thruster in &mut craft.thrusters {
        (thruster.open_delay_s, thruster.close_delay_s) = (0.005, 0.005);
        (thruster.rise_s, thruster.fall_s) = (0.008, 0.008);
    }
    println!(
        "closed:  {:.3} us per tick",
        microseconds_per_tick(&craft, 0)?
    );
    println!(
        "pulsing: {:.3} us per tick",
        microseconds_per_tick(&craft, 1300)?
    );
    Ok(())
}

/// Nozzle n pulses 20 ticks on and 20 off, a tick later than nozzle n - 1.
fn microseconds_per_tick(craft: &Craft, on_us: u32) -> Result<f64, Box<dyn std::error::Error>> {
    let mut plant = Plant::new(craft, 0.002, 1, &InitialState::default())?;
    let mut feedback = Feedback::default();
    let begin = Instant::now();
    for tick in 0..TICKS {
        plant.sense(&mut feedback);
        let on_time_us = std::array::from_fn(|n| pulse_us(tick + NOZZLES as u32 - n as u32, on_us));
        plant.command(&ValveCommand {
            armed: true,
            on_time_us,
        });
    }
    Ok(begin.elapsed().as_secs_f64() * 1e6 / f64::from(TICKS))
}

fn pulse_us(tick: u32, on_us: u32) -> u32 {
    match tick % 40 {
        0 | 20 => on_us,
        1..20 if on_us > 0 => 2000,
        _ => 0,
    }
}
