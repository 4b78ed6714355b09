//! What is taken as a craft description, and what is said of one that is not.

use qiki_craft::{Craft, CraftError, HeatSource, ModulatorConfig};
use serde_json::{Value, json};

const SHIPPED: &str = include_str!("../fixtures/dodeca-01.json");

/// The error after a change to the description that ships.
fn refused(change: impl Fn(&mut Value)) -> String {
    let mut value: Value = serde_json::from_str(SHIPPED).unwrap();
    change(&mut value);
    Craft::from_json(&value.to_string())
        .unwrap_err()
        .to_string()
}

#[test]
fn the_craft_that_ships_is_read_as_it_is_written() {
    let craft = Craft::from_json(SHIPPED).unwrap();
    assert_eq!(craft.thrusters.len(), 16);
    assert_eq!(craft.mass.dry_kg, 420.0);
    assert_eq!(craft.mass.inertia_kgm2[1], [0.0, 210.0, 0.0]);
    assert_eq!(
        craft.thrusters[14].force_direction_body,
        [0.949521196792, 0.313702879876, 0.0]
    );
    let clusters: Vec<usize> = craft.thrusters.iter().map(|t| t.cluster).collect();
    assert_eq!(clusters, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    let node = craft
        .thermal
        .nodes
        .iter()
        .find(|n| n.name == "rcs_c02")
        .unwrap();
    assert_eq!(node.heat[0].source, HeatSource::RcsCluster1W);
    assert_eq!(craft.power.bus_nominal_v, 28.0);
}

#[test]
fn an_unknown_key_is_named_with_those_that_are_known() {
    let text = refused(|v| v["control"]["modulator"]["gain"] = json!(4.5));
    assert!(
        text.starts_with("craft description: unknown field `gain`, expected one of "),
        "{text}"
    );
    assert!(text.contains("`km`, `tau_s`, `u_on`, `u_off`"), "{text}");
    for path in [
        "/mass",
        "/power",
        "/thermal",
        "/sensors",
        "/sensors/rates",
        "/thrusters/3",
        "/control/attitude/limits",
        "",
    ] {
        let text = refused(|v| v.pointer_mut(path).unwrap()["surprise"] = json!(1));
        assert!(text.contains("unknown field `surprise`"), "{path}: {text}");
    }
}

#[test]
fn each_firing_rule_is_read_with_its_parameters() {
    let read = |rule: Value| {
        let mut value: Value = serde_json::from_str(SHIPPED).unwrap();
        value["control"]["modulator"] = rule;
        let craft = Craft::from_json(&value.to_string()).unwrap();
        craft.control.modulator
    };
    assert_eq!(
        read(json!({"kind": "pwpf", "km": 4.5, "tau_s": 0.15, "u_on": 0.45, "u_off": 0.15})),
        ModulatorConfig::Pwpf {
            km: 4.5,
            tau_s: 0.15,
            u_on: 0.45,
            u_off: 0.15
        }
    );
    assert_eq!(
        read(json!({"band_s": 0.04, "kind": "bang_bang"})),
        ModulatorConfig::BangBang { band_s: 0.04 }
    );
    assert_eq!(
        read(json!({"kind": "schmitt", "level_on": 0.75, "level_off": 0.25})),
        ModulatorConfig::Schmitt {
            level_on: 0.75,
            level_off: 0.25
        }
    );
    assert_eq!(
        read(json!({"kind": "remainder"})),
        ModulatorConfig::Remainder {}
    );
}

#[test]
fn a_firing_rule_that_is_unknown_or_not_complete_is_refused() {
    let rule = |rule: Value| refused(|v| v["control"]["modulator"] = rule.clone());
    let text = rule(json!({"kind": "pwm"}));
    assert!(text.contains("unknown variant `pwm`"), "{text}");
    assert!(text.contains("`pwpf`, `bang_bang`, `schmitt`, `remainder`"));
    let text = rule(json!({"band_s": 0.04}));
    assert!(text.contains("missing field `kind`"), "{text}");
    let text = rule(json!({"kind": "bang_bang"}));
    assert!(text.contains("missing field `band_s`"), "{text}");
    let text = rule(json!({"kind": "remainder", "band_s": 0.04}));
    assert!(text.contains("unknown field `band_s`"), "{text}");
}

#[test]
fn a_missing_key_is_named() {
    let text = refused(|v| {
        v["mass"].as_object_mut().unwrap().remove("isp_s");
    });
    assert!(
        text.starts_with("craft description: missing field `isp_s`"),
        "{text}"
    );
}

#[test]
fn a_wrong_number_of_thrusters_says_how_many_are_needed() {
    for count in [0, 15, 17] {
        let text = refused(|v| {
            let thrusters = v["thrusters"].as_array_mut().unwrap();
            let one = thrusters[0].clone();
            thrusters.resize(count, one);
        });
        let expected =
            format!("craft description: thrusters: {count} given, 16 needed (4 clusters of 4)");
        assert_eq!(text, expected);
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    let text = refused(|v| v["mass"]["dry_kg"] = json!("heavy"));
    assert!(
        text.contains("invalid type: string \"heavy\", expected f64"),
        "{text}"
    );
    let text = refused(|v| v["mass"]["com_m_body"] = json!([0.0, 0.0]));
    assert!(text.contains("expected an array of length 3"), "{text}");
    let text = refused(|v| v["thermal"]["nodes"][0]["heat"][0]["source"] = json!("sun"));
    assert!(text.contains("unknown variant `sun`"), "{text}");
}

#[test]
fn broken_json_is_refused_with_its_place() {
    let error = Craft::from_json("{\"mass\": {\n  \"dry_kg\": ,").unwrap_err();
    assert!(matches!(error, CraftError::Json(_)));
    assert_eq!(
        error.to_string(),
        "craft description: expected value at line 2 column 13"
    );
    let text = Craft::from_json("").unwrap_err().to_string();
    assert!(
        text.starts_with("craft description: EOF while parsing"),
        "{text}"
    );
}
