//! A committed table tells what differs from it, and is changed by groups only.

use std::path::PathBuf;

use crate::common::references::{Results, Table};

/// A table of its own for a test, with results of `hop` and of `spin` in it.
fn table(name: &str) -> (Table, PathBuf) {
    let path = std::env::temp_dir().join(format!("{name}-{}.csv", std::process::id()));
    std::fs::remove_file(&path).unwrap_or_default();
    let table = Table::at(&path);
    table.write(&spin());
    table.write(&hop(1.0 / 3.0, 31));
    (table, path)
}

fn hop(miss_m: f64, pulses: u64) -> Results {
    let mut hop = Results::of("hop");
    hop.add(
        "far",
        &[("miss", miss_m, "m"), ("pulses", pulses as f64, "")],
    );
    hop
}

fn spin() -> Results {
    let mut spin = Results::of("spin");
    spin.add("", &[("rate", 1e-7, "rad/s")]);
    spin
}

#[test]
fn a_table_is_sorted_and_keeps_six_digits() {
    let (table, path) = table("sorted");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines = [
        "case,figure,value,unit",
        "hop far,miss,0.333333,m",
        "hop far,pulses,31,",
        "spin,rate,0.0000001,rad/s",
        "",
    ];
    assert_eq!(text, lines.join("\n"));
    assert!(table.differences(&spin()).is_empty());
    assert!(table.differences(&hop(0.333_333_4, 31)).is_empty());
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_difference_is_told_with_case_figure_old_and_new() {
    let (table, path) = table("told");
    let lines = table.differences(&hop(0.333_334, 32));
    let expected = [
        "hop far: miss: 0.333333 m in the table, 0.333334 m now",
        "hop far: pulses: 31 in the table, 32 now",
    ];
    assert_eq!(lines, expected);
    let mut other = Results::of("hop");
    other.add("far", &[("miss", 1.0 / 3.0, "km")]);
    other.add("near", &[("miss", 0.5, "m")]);
    let expected = [
        "hop far: miss: 0.333333 m in the table, 0.333333 km now",
        "hop near: miss: not in the table, 0.5 m now",
        "hop far: pulses: 31 in the table, but no such figure is left",
    ];
    assert_eq!(table.differences(&other), expected);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn results_replace_those_of_their_test_and_no_others() {
    let (table, path) = table("replaced");
    let mut near = Results::of("hop");
    near.add("near", &[("miss", 0.5, "m")]);
    table.write(&near);
    let text = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(rows, ["hop near,miss,0.5,m", "spin,rate,0.0000001,rad/s"]);
    std::fs::remove_file(path).unwrap();
}
