//! Sums over the window and the variance that goes with them, by hand.

use qiki_craft::NOZZLES;

use crate::residual::thrust::Levels;
use crate::residual::window::Window;

/// Of the window's 50 ms, 4 % are forgotten in a tick.
const DT_S: f64 = 0.002;
const N: usize = 3;

fn at(value: f64) -> [f64; NOZZLES] {
    let mut each = [0.0; NOZZLES];
    each[N] = value;
    each
}

fn full_n() -> [f64; NOZZLES] {
    [200.0; NOZZLES]
}

/// Ticks in which nozzle `N` is expected at these levels.
fn window(levels: &[f64], uncertain: u16) -> Window {
    let mut window = Window::new(DT_S);
    for level in levels {
        let levels = Levels {
            expected: at(*level),
            commanded: at(0.5 * level),
        };
        window.add(&levels, uncertain, &full_n());
    }
    window
}

fn close(is: f64, expected: f64) {
    assert!((is - expected).abs() < 1e-12, "{is}, not {expected}");
}

#[test]
fn four_hundredths_are_forgotten_in_a_tick_and_the_tick_is_added() {
    let window = window(&[0.5, 1.0, 0.0], 0);
    let kept = 0.96;
    close(window.length_s, ((kept + 1.0) * kept + 1.0) * DT_S);
    close(window.expected_s[N], (0.5 * kept + 1.0) * kept * DT_S);
    close(window.commanded_s[N], (0.25 * kept + 0.5) * kept * DT_S);
    assert_eq!(window.expected_s[N + 1], 0.0);
}

#[test]
fn a_tick_as_long_as_the_window_leaves_nothing_of_the_one_before() {
    for dt_s in [0.05, 0.2] {
        let mut window = Window::new(dt_s);
        for level in [1.0, 0.25] {
            let levels = Levels {
                expected: at(level),
                commanded: at(level),
            };
            window.add(&levels, 0, &full_n());
        }
        close(window.length_s, dt_s);
        close(window.expected_s[N], 0.25 * dt_s);
    }
}

/// Of 200 N: 6 % of what was expected, and 2 ms of each edge.
#[test]
fn the_variance_is_that_of_the_thrust_and_that_of_its_edges() {
    let thrust = |expected_s: f64| (0.06 * 200.0 * expected_s).powi(2);
    let edge = |height: f64| (height * 200.0 * 0.002).powi(2);
    let forgotten = 0.96 * 0.96;
    let variance = |levels: &[f64]| window(levels, 0).model_variance(&full_n());
    close(variance(&[]), 0.0);
    close(variance(&[0.5]), thrust(0.001) + edge(0.5));
    let twice = thrust(0.001 * 1.96) + edge(0.5) * forgotten;
    close(variance(&[0.5, 0.5]), twice);
    let fallen = thrust(0.001 * 1.96 * 0.96) + edge(0.5) * forgotten * forgotten + edge(0.5);
    close(variance(&[0.5, 0.5, 0.0]), fallen);
    let risen = thrust(0.002 + 0.00096) + edge(0.5) * forgotten + edge(0.5);
    close(variance(&[0.5, 1.0]), risen);
}

#[test]
fn variances_of_nozzles_add_and_their_impulses_where_it_is_not_known_whether_they_obey() {
    let both = |uncertain: u16| {
        let mut window = Window::new(DT_S);
        let mut levels = Levels {
            expected: at(0.5),
            commanded: at(0.5),
        };
        levels.expected[9] = 1.0;
        for _ in 0..2 {
            window.add(&levels, uncertain, &full_n());
        }
        window.model_variance(&full_n())
    };
    let known = both(0);
    let one = |level: f64| (0.06 * 200.0 * level * 0.00392).powi(2) + (level * 0.4 * 0.96).powi(2);
    close(known, one(0.5) + one(1.0));
    // 0.4 N·s in a tick at full level, for 1.96 ticks.
    close(both(1 << N), known + (0.5 * 0.4 * 1.96f64).powi(2));
    close(both(1 << N | 1 << 9), known + (1.5 * 0.4 * 1.96f64).powi(2));
    close(both(1 << 7), known);
}

#[test]
fn a_new_window_holds_nothing_and_knows_the_levels_so_that_going_on_is_no_edge() {
    let mut window = window(&[0.5, 0.5], u16::MAX);
    window.begin();
    assert_eq!(
        (window.length_s, window.expected_s, window.commanded_s),
        (0.0, [0.0; 16], [0.0; 16])
    );
    close(window.model_variance(&full_n()), 0.0);
    let levels = Levels {
        expected: at(0.5),
        commanded: at(0.5),
    };
    window.add(&levels, 0, &full_n());
    close(window.length_s, DT_S);
    close(
        window.model_variance(&full_n()),
        (0.06 * 200.0 * 0.001f64).powi(2),
    );
}
