//! The model of `examples/onnx_policy` drives nearly as its teacher does, as its README says.

use nines_onnx::{Model, Options};
use nines_sim::testing::child_at_kerb;
use nines_sim::{BuiltIn, Job, Pilot, Sampling, drive};
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn the_example_drives_nearly_as_its_teacher() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/onnx_policy/model.onnx");
    let model = Model::load(&path, &BTreeMap::new(), &Options { largest_bytes: 200_000 }).unwrap();
    let teacher = BuiltIn::new("idm-aeb", &[]).unwrap();
    let template = child_at_kerb(0.0);
    let failed = |policy: Pilot| -> Vec<bool> {
        let job = Job { template: &template, policy, seed: 2, sampling: Sampling::Stratified, batch: 256, chosen: None };
        drive(&job, 0..1000).outcomes.iter().map(|o| o.failed()).collect()
    };
    let (ours, theirs) = (failed(Pilot::External(&model)), failed(Pilot::BuiltIn(&teacher)));
    let agree = ours.iter().zip(&theirs).filter(|(a, b)| a == b).count();
    // 995 here; another kind of processor may round otherwise.
    assert!(agree >= 985, "{agree} of 1000 verdicts agree");
    assert!(theirs.iter().filter(|f| **f).count() > 100, "where nobody fails, agreement says nothing");
}
