//! Answers against those of onnxruntime 1.32.0, kept in `models/expected.json`, which `python onnx/tests/models/make.py` writes.

mod common;

use common::{ask, load, observations};
use nines_sim::Sessions;
use std::collections::BTreeMap;

#[test]
fn a_model_answers_as_onnxruntime_does() {
    let expected: BTreeMap<String, Vec<f64>> = serde_json::from_str(include_str!("models/expected.json")).unwrap();
    // Largest difference: none where every operator rounds once; a few units in the last place where sums have an order of their own, or
    // where a function is a polynomial of each maker's choice.
    for (name, most) in [("idm", 0.0), ("mlp", 1e-6), ("normed", 2e-6), ("attention", 2e-6), ("gru", 1e-6)] {
        let model = load(name).unwrap();
        let mut session = model.open().unwrap();
        for step in [1, 2] {
            let actions = ask(&mut *session, &observations(5));
            let answered = (0..5).flat_map(|w| actions.row(w)[..2].to_vec()).map(f64::from);
            let theirs = &expected[&format!("{name}.{step}")];
            assert_eq!(theirs.len(), 10);
            let worst = answered.zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(worst <= most, "{name}, step {step}: differs by {worst:e} from onnxruntime, more than {most:e}");
        }
    }
}
