//! The layout of observations and actions as a document: `nines schema observation`, `nines schema action`, and the tables of
//! `docs/observation.md`.

use nines_sim::batch::{ACTION_FIELDS, EGO_FIELDS, OBJECT_FIELDS, PRIOR_FIELDS};
use nines_sim::{
    ACTION_LAYOUT, ACTION_NEEDED, ACTION_SCHEMA, Class, EGO_LAYOUT, LayoutField, MAX_ACTORS, OBJECT_LAYOUT, OBSERVATION_SCHEMA,
    PRIOR_LAYOUT,
};
use serde_json::{Value, json};

/// What a policy is given: arrays with their shapes, `n` worlds at once, and the fields of their rows.
pub fn observation_schema() -> Value {
    let arrays = json!([
        array("ego", "f32", &["n".into(), EGO_FIELDS.to_string()], "the ego, the road, the weather"),
        array(
            "objects",
            "f32",
            &["n".into(), MAX_ACTORS.to_string(), OBJECT_FIELDS.to_string()],
            "objects, the oldest first; 0 beyond"
        ),
        array("mask", "u8", &["n".into(), MAX_ACTORS.to_string()], "1 where a row holds an object"),
        array(
            "ids",
            "u32",
            &["n".into(), MAX_ACTORS.to_string()],
            "identities, from 0 in the order of first sight, within a rollout"
        ),
        array(
            "slots",
            "u32",
            &["n".into()],
            "place of the world in the session: the same over a rollout, taken by another after it"
        ),
        array("first", "u8", &["n".into()], "1 in the first step of a rollout: whatever was remembered of the slot is void"),
        array(
            "priors",
            "f32",
            &["n".into(), PRIOR_FIELDS.to_string()],
            "what is known of the hazard before anything is seen; the same in all rollouts of a scenario"
        ),
        array("seeds", "u64", &["n".into()], "seed of the rollout, for policies that draw: the same whenever it is driven again"),
    ]);
    let classes: Vec<&str> = Class::ALL.iter().map(|class| class.name()).collect();
    json!({
        "schema": OBSERVATION_SCHEMA,
        "step_s": nines_sim::DT,
        "arrays": arrays,
        "ego": fields(&EGO_LAYOUT),
        "objects": fields(&OBJECT_LAYOUT),
        "priors": fields(&PRIOR_LAYOUT),
        "classes": classes,
    })
}

/// What a policy answers: one row a world. Fields beyond the first two may be left out, and then are 0, or no belief.
pub fn action_schema() -> Value {
    json!({
        "schema": ACTION_SCHEMA,
        "arrays": [array("actions", "f32", &["n".into(), ACTION_FIELDS.to_string()], "one row a world, in the order of the observation")],
        "required": ACTION_NEEDED,
        "actions": fields(&ACTION_LAYOUT),
    })
}

fn array(name: &str, of: &str, shape: &[String], about: &str) -> Value {
    json!({"name": name, "type": of, "shape": shape, "description": about})
}

fn fields(layout: &[LayoutField]) -> Vec<Value> {
    let one = |f: &LayoutField| {
        let frame = (!f.frame.is_empty()).then_some(f.frame);
        json!({"name": f.name, "unit": f.unit, "frame": frame, "low": f.low, "high": f.high, "description": f.about})
    };
    layout.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::select;
    use nines_sim::batch::Packed;
    use nines_sim::{ActionBatch, BatchPolicy, BuiltIn, Job, ObservationBatch, PolicyFault, Sampling, drive_batch};
    use std::path::Path;

    /// Drives as `common-sense` and notes what is beyond the ranges of the layout.
    struct Ranges(Packed, Vec<String>);

    impl BatchPolicy for Ranges {
        fn start(&mut self, slot: u32) {
            self.0.start(slot);
        }
        fn act(&mut self, o: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
            let mut check = |layout: &[LayoutField], row: &[f32]| {
                for (field, value) in layout.iter().zip(row.iter().map(|v| f64::from(*v))) {
                    if !(field.low..=field.high).contains(&value) && self.1.len() < 10 {
                        self.1.push(format!("{} is {value}", field.name));
                    }
                }
            };
            o.priors.chunks(PRIOR_FIELDS).for_each(|row| check(&PRIOR_LAYOUT, row));
            o.ego.chunks(EGO_FIELDS).for_each(|row| check(&EGO_LAYOUT, row));
            for (row, mask) in o.objects.chunks(OBJECT_FIELDS).zip(&o.mask) {
                if *mask == 1 {
                    check(&OBJECT_LAYOUT, row);
                } else {
                    assert!(row.iter().all(|v| *v == 0.0), "padding is zero");
                }
            }
            self.0.act(o, actions)
        }
    }

    #[test]
    fn what_is_observed_over_the_catalogue_lies_in_the_ranges() {
        let policy = BuiltIn::new("common-sense", &[]).unwrap();
        for one in select(&[]).unwrap() {
            let template = one.scenario.compile();
            let job = Job {
                template: &template,
                policy: (&policy).into(),
                seed: 3,
                sampling: Sampling::Stratified,
                chosen: None,
                batch: 16,
            };
            let mut ranges = Ranges(Packed::new(policy), Vec::new());
            drive_batch(&job, &mut ranges, 0..32);
            assert_eq!(ranges.1, Vec::<String>::new(), "{}", template.name);
        }
    }

    /// The tables of the page are those of the program; `UPDATE=1` writes them.
    #[test]
    fn the_page_holds_the_layout() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/observation.md");
        let page = std::fs::read_to_string(&path).unwrap();
        let (mut fresh, mut rest) = (String::new(), &page[..]);
        let tables = [
            ("arrays", arrays_table()),
            ("ego", table(&EGO_LAYOUT)),
            ("objects", table(&OBJECT_LAYOUT)),
            ("classes", classes()),
            ("priors", table(&PRIOR_LAYOUT)),
            ("actions", table(&ACTION_LAYOUT)),
        ];
        for (name, text) in tables {
            let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
            let at = rest.find(&begin).unwrap() + begin.len();
            fresh += &rest[..at];
            fresh += &text;
            rest = &rest[rest.find(&end).unwrap()..];
        }
        fresh += rest;
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        assert!(fresh == page || std::env::var_os("UPDATE").is_some(), "UPDATE=1 cargo test writes {}", path.display());
    }

    fn table(layout: &[LayoutField]) -> String {
        let mut out = "| | field | unit | frame | range | meaning |\n|---|---|---|---|---|---|\n".to_owned();
        for (k, f) in layout.iter().enumerate() {
            out += &format!("| {k} | `{}` | {} | {} | {} to {} | {} |\n", f.name, f.unit, f.frame, f.low, f.high, f.about);
        }
        out
    }

    fn arrays_table() -> String {
        let schema = observation_schema();
        let mut out = "| array | type | shape | holds |\n|---|---|---|---|\n".to_owned();
        for one in schema["arrays"].as_array().unwrap() {
            let text = |key: &str| one[key].as_str().unwrap();
            let shape: Vec<&str> = one["shape"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            out += &format!("| `{}` | {} | [{}] | {} |\n", text("name"), text("type"), shape.join(", "), text("description"));
        }
        out
    }

    fn classes() -> String {
        let named: Vec<String> = Class::ALL.iter().enumerate().map(|(k, class)| format!("{k} `{}`", class.name())).collect();
        named.join(", ") + "\n"
    }
}
