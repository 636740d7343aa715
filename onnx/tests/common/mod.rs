//! What the tests of models share.
#![allow(dead_code, reason = "each test uses some of it")]

use nines_onnx::{Model, OnnxError, Options};
use nines_sim::batch::{EGO_FIELDS, OBJECT_FIELDS, PRIOR_FIELDS};
use nines_sim::testing::child_at_kerb;
use nines_sim::{
    ActionBatch, BatchPolicy, Driven, Job, MAX_ACTORS, ObservationBatch, Outcome, Pilot, PolicyFault, Sampling, Sessions, drive,
};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// A model of these tests.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/models/{name}.onnx"))
}

/// Loads it.
pub fn load(name: &str) -> Result<Model, OnnxError> {
    Model::load(&path(name), &BTreeMap::new(), &Options::default())
}

/// A policy in Rust: a function of a world's observation.
#[derive(Clone, Copy)]
pub struct Native(pub fn(&ObservationBatch, usize) -> [f32; 2]);

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("Native")
    }
}

impl Sessions for Native {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Ok(Box::new(*self))
    }
}

impl BatchPolicy for Native {
    fn start(&mut self, _: u32) {}

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        for w in 0..observations.worlds {
            let [accel, curvature] = (self.0)(observations, w);
            actions.set_row(w, [accel, curvature, 0.0, 0.0, 0.0, f32::NAN]);
        }
        Ok(())
    }
}

/// Drives 300 rollouts of a child at the kerb of a bent street.
pub fn driven(policy: &dyn Sessions, batch: usize) -> Driven {
    driven_of(policy, batch, 300)
}

/// Drives the first rollouts of a child at the kerb of a bent street.
pub fn driven_of(policy: &dyn Sessions, batch: usize, rollouts: u64) -> Driven {
    let template = child_at_kerb(0.008);
    let job = Job {
        template: &template,
        policy: Pilot::External(policy),
        seed: 11,
        sampling: Sampling::Stratified,
        batch,
        chosen: None,
    };
    drive(&job, 0..rollouts)
}

/// First rollout whose outcome differs in any bit. A belief that is not stated is no number, which equals none.
pub fn differs(a: &[Outcome], b: &[Outcome]) -> Option<u64> {
    assert_eq!(a.len(), b.len());
    let bits = |o: &Outcome| o.actions.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let rest = |o: &Outcome| Outcome { actions: Vec::new(), ..o.clone() };
    a.iter().zip(b).find(|(a, b)| bits(a) != bits(b) || rest(a) != rest(b)).map(|(a, _)| a.rollout)
}

/// Multiples of the golden ratio without their whole part, as `make.py` has them.
pub fn spread(count: usize, low: f64, high: f64) -> Vec<f32> {
    (0..count).map(|k| (low + (high - low) * (k as f64 * 0.618_033_988_749_894_9).fract()) as f32).collect()
}

/// The observations that `make.py` asks onnxruntime about, `worlds` of them.
pub fn observations(worlds: usize) -> ObservationBatch {
    ObservationBatch {
        worlds,
        slots: (0..worlds as u32).collect(),
        seeds: vec![0; worlds],
        first: vec![0; worlds],
        priors: spread(worlds * PRIOR_FIELDS, 0.0, 1.0),
        ego: spread(worlds * EGO_FIELDS, -20.0, 20.0),
        objects: spread(worlds * MAX_ACTORS * OBJECT_FIELDS, -20.0, 20.0),
        mask: spread(worlds * MAX_ACTORS, 0.0, 1.0).iter().map(|v| u8::from(*v < 0.5)).collect(),
        ids: vec![0; worlds * MAX_ACTORS],
    }
}

/// The worlds of a batch in another order or number.
pub fn chosen(from: &ObservationBatch, worlds: &[usize]) -> ObservationBatch {
    fn rows<T: Copy>(of: &[T], width: usize, worlds: &[usize]) -> Vec<T> {
        worlds.iter().flat_map(|w| &of[w * width..(w + 1) * width]).copied().collect()
    }
    ObservationBatch {
        worlds: worlds.len(),
        slots: rows(&from.slots, 1, worlds),
        seeds: rows(&from.seeds, 1, worlds),
        first: rows(&from.first, 1, worlds),
        priors: rows(&from.priors, PRIOR_FIELDS, worlds),
        ego: rows(&from.ego, EGO_FIELDS, worlds),
        objects: rows(&from.objects, MAX_ACTORS * OBJECT_FIELDS, worlds),
        mask: rows(&from.mask, MAX_ACTORS, worlds),
        ids: rows(&from.ids, MAX_ACTORS, worlds),
    }
}

/// Asks a session once.
pub fn ask(session: &mut dyn BatchPolicy, observations: &ObservationBatch) -> ActionBatch {
    let mut actions = ActionBatch::zeros(observations.worlds);
    session.act(observations, &mut actions).unwrap();
    actions
}

/// Bits of an answer.
pub fn bits(actions: &ActionBatch, w: usize) -> [u32; 6] {
    actions.row(w).map(f32::to_bits)
}

fn ego(observations: &ObservationBatch, w: usize) -> &[f32] {
    &observations.ego[w * EGO_FIELDS..(w + 1) * EGO_FIELDS]
}

fn steering(e: &[f32]) -> f32 {
    (e[6] - e[3] * 0.01 - e[4] * 0.2).clamp(-0.15, 0.15)
}

/// `cruise` of `make.py`: one operation of `f32` for one operator.
pub fn cruise(observations: &ObservationBatch, w: usize) -> [f32; 2] {
    let e = ego(observations, w);
    [((e[10] - e[0]) * 0.5).clamp(-3.0, 1.5), steering(e)]
}

/// `idm` of `make.py`.
pub fn idm(observations: &ObservationBatch, w: usize) -> [f32; 2] {
    let e = ego(observations, w);
    let (v, v0) = (e[0], e[10].max(1.0));
    let mut worst = 0.0f32;
    for n in 0..MAX_ACTORS {
        let at = w * MAX_ACTORS + n;
        let o = &observations.objects[at * OBJECT_FIELDS..(at + 1) * OBJECT_FIELDS];
        let gap = o[8] - o[12] - 3.8;
        if (o[9] - e[3]).abs() < 1.5 && gap > -3.0 && observations.mask[at] != 0 {
            let wanted = (v * 1.5 + v * (v - o[10]) * 0.25).max(0.0) + 2.0;
            let ratio = wanted * gap.max(0.1).recip();
            worst = worst.max(ratio * ratio);
        }
    }
    let r = v * v0.recip();
    let r2 = r * r;
    [((1.0 - r2 * r2 - worst) * 1.5).clamp(-5.0, 1.5), steering(e)]
}
