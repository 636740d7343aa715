//! Worlds that Python steps: what the training environments are made of.

use crate::actions::read_actions;
use crate::drive::{sampling, template};
use crate::error::usage;
use crate::observations::Observations;
use crate::outcome::outcome_json;
use nines_sim::{ActionBatch, Outcome};
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;

/// Figures of a world so far, in the order of the columns that [`Worlds::so_far`] gives.
pub const SO_FAR: [&str; 8] =
    ["steps", "travelled_m", "end_m", "time_lost_s", "harsh_brakes", "needless_stops", "margin", "failed"];

/// Worlds of one scenario, a slot each.
#[pyclass(module = "nines._native")]
pub struct Worlds {
    worlds: nines_sim::Worlds,
    slots: u32,
}

#[pymethods]
impl Worlds {
    #[new]
    fn new(scenario: &str, seed: u64, method: &str, slots: u32) -> PyResult<Self> {
        Ok(Self { worlds: nines_sim::Worlds::new(template(scenario)?.into(), seed, sampling(method)?, slots), slots })
    }

    /// Name of the scenario.
    #[getter]
    fn scenario(&self) -> String {
        self.worlds.template().name.clone()
    }

    /// Begins a rollout in a slot.
    fn reset(&mut self, slot: u32, rollout: u64) -> PyResult<()> {
        if slot >= self.slots {
            return Err(usage(format!("there is no slot {slot}; there are {}", self.slots)));
        }
        self.worlds.reset(slot, rollout);
        Ok(())
    }

    /// What the worlds are told: a row for each slot that holds one.
    fn observe(&mut self, py: Python<'_>) -> PyResult<Observations> {
        Observations::moved(py, self.worlds.take_observations())
    }

    /// Drives each world a step on. Gives the slots whose worlds ended, each with its outcome as JSON.
    fn step(&mut self, py: Python<'_>, actions: &Bound<'_, PyAny>) -> PyResult<Vec<(u32, String)>> {
        let n = self.worlds.held();
        let mut batch = ActionBatch::zeros(n);
        read_actions(actions, n, &mut batch)?;
        let ended = py.detach(|| self.worlds.step(&batch));
        let template = self.worlds.template();
        Ok(ended.into_iter().map(|(slot, outcome)| (slot, outcome_json(template, &outcome).to_string())).collect())
    }

    /// Figures of the worlds so far, `[slots, 8]` float64: NaN where a slot holds none.
    fn so_far<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let row = |slot| match (self.worlds.so_far(slot), self.worlds.end_m(slot)) {
            (Some(outcome), Some(end_m)) => figures(&outcome, end_m),
            _ => [f64::NAN; SO_FAR.len()],
        };
        PyArray1::from_vec(py, (0..self.slots).flat_map(row).collect()).reshape([self.slots as usize, SO_FAR.len()])
    }
}

fn figures(o: &Outcome, end_m: f64) -> [f64; SO_FAR.len()] {
    [
        f64::from(o.steps),
        o.travelled_m,
        end_m,
        o.time_lost_s,
        f64::from(o.harsh_brakes),
        f64::from(o.needless_stops),
        o.margin,
        f64::from(u8::from(o.failed())),
    ]
}
