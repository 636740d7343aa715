//! Drives a small scenario and writes what was observed, and what a built-in policy would do there: lessons for a model to imitate it.
//!
//! `cargo run --release -p nines-onnx --example teach -- FOLDER TEACHER ROLLOUTS FIRST [MODEL.onnx]`
//!
//! writes `ego.npy`, `objects.npy`, `mask.npy` and `actions.npy` into a folder: `[steps, 25]`, `[steps, 4, 26]`, `[steps, 4]` and `[steps, 2]`,
//! f32. With a model it is the model that drives, and the teacher says at each step what it would have done instead: so the model learns to
//! recover from its own mistakes (Ross, Gordon and Bagnell 2011, "DAgger").
#![expect(clippy::print_stdout, reason = "a program that says what it did")]

use nines_onnx::{Model, Options};
use nines_sim::batch::{EGO_FIELDS, OBJECT_FIELDS, Packed};
use nines_sim::testing::child_at_kerb;
use nines_sim::{
    ActionBatch, BatchPolicy, BuiltIn, Job, MAX_ACTORS, ObservationBatch, PolicyFault, Sampling, Sessions, drive_batch,
};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::path::Path;

/// Objects that are kept of each observation: more than the scenario has.
const KEPT: usize = 4;
/// Bends of the street, 1/m.
const BENDS: [f64; 3] = [0.0, 0.008, -0.008];

/// A teacher beside whoever drives.
struct Lesson<'a> {
    teacher: Packed,
    pilot: Option<Box<dyn BatchPolicy + 'a>>,
    ego: Vec<f32>,
    objects: Vec<f32>,
    mask: Vec<f32>,
    actions: Vec<f32>,
}

impl BatchPolicy for Lesson<'_> {
    fn start(&mut self, slot: u32) {
        self.teacher.start(slot);
        if let Some(pilot) = &mut self.pilot {
            pilot.start(slot);
        }
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        let mut taught = ActionBatch::zeros(observations.worlds);
        self.teacher.act(observations, &mut taught)?;
        self.ego.extend(&observations.ego);
        for w in 0..observations.worlds {
            let at = w * MAX_ACTORS;
            assert!(observations.mask[at + KEPT..at + MAX_ACTORS].iter().all(|m| *m == 0), "more than {KEPT} objects are seen");
            self.objects.extend(&observations.objects[at * OBJECT_FIELDS..(at + KEPT) * OBJECT_FIELDS]);
            self.mask.extend(observations.mask[at..at + KEPT].iter().map(|m| f32::from(*m)));
            self.actions.extend(&taught.row(w)[..2]);
        }
        match &mut self.pilot {
            Some(pilot) => pilot.act(observations, actions),
            None => {
                *actions = taught;
                Ok(())
            }
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, teacher, rollouts, first, model @ ..] = &words[..] else {
        return Err("usage: teach FOLDER TEACHER ROLLOUTS FIRST [MODEL.onnx]".into());
    };
    let (folder, rollouts, first) = (Path::new(folder), rollouts.parse::<u64>()?, first.parse::<u64>()?);
    let policy = BuiltIn::new(teacher, &[])?;
    let load = |path: &String| Model::load(Path::new(path), &BTreeMap::new(), &Options::default());
    let model = model.first().map(load).transpose()?;
    let pilot = model.as_ref().map(|model| model.open()).transpose()?;
    let (ego, objects, mask, actions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut lesson = Lesson { teacher: Packed::new(policy), pilot, ego, objects, mask, actions };
    for (k, bend) in BENDS.iter().enumerate() {
        let template = child_at_kerb(*bend);
        let job = Job {
            template: &template,
            policy: (&policy).into(),
            seed: 1,
            sampling: Sampling::Stratified,
            batch: 256,
            chosen: None,
        };
        let from = first + k as u64 * rollouts;
        drive_batch(&job, &mut lesson, from..from + rollouts);
    }
    let steps = lesson.ego.len() / EGO_FIELDS;
    std::fs::create_dir_all(folder)?;
    npy(&folder.join("ego.npy"), &[steps, EGO_FIELDS], &lesson.ego)?;
    npy(&folder.join("objects.npy"), &[steps, KEPT, OBJECT_FIELDS], &lesson.objects)?;
    npy(&folder.join("mask.npy"), &[steps, KEPT], &lesson.mask)?;
    npy(&folder.join("actions.npy"), &[steps, 2], &lesson.actions)?;
    println!("{steps} steps of {} rollouts in {}", 3 * rollouts, folder.display());
    Ok(())
}

/// Writes an array in NumPy's format, version 1.0: magic number, length of the header, header padded to 64 bytes, numbers.
fn npy(path: &Path, shape: &[usize], numbers: &[f32]) -> std::io::Result<()> {
    let shape = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&(header.len() as u16).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    numbers.iter().try_for_each(|v| file.write_all(&v.to_le_bytes()))?;
    file.flush()
}
