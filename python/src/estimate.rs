//! Failure probabilities of a limit state that is a Python function.

use crate::error::{raised, usage};
use nines::campaign::nearest;
use nines::cli::{Exit, Failure};
use nines_metrics::Confidence;
use nines_metrics::rare::{
    Answer, Auto, CrossEntropy, Estimator, LimitState, Neyman, Plain, Points, Progress, Qmc, Request, Subset,
};
use numpy::{PyArray1, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods, ToPyArray};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::ops::ControlFlow;

const METHODS: [&(dyn Estimator + Sync); 6] = [&Auto, &Plain, &Qmc, &Neyman, &CrossEntropy, &Subset];

/// Estimates how probable it is that `g`, of `dim` standard normal inputs, is at most 0. The answer is JSON; `tell` hears of every batch.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "the arguments of the Python function, which have names and defaults there")]
pub fn estimate(
    py: Python<'_>,
    g: Py<PyAny>,
    dim: usize,
    method: &str,
    budget: u64,
    confidence: f64,
    seed: u64,
    relative_error: f64,
    tell: Option<Py<PyAny>>,
) -> PyResult<String> {
    let estimator = METHODS.into_iter().find(|one| one.name() == method).ok_or_else(|| unknown(method))?;
    let confidence = Confidence::new(confidence).map_err(usage)?;
    let request = Request { budget, target: relative_error, confidence, seed };
    // Not held while an estimator computes: other threads of Python may go on.
    let answer = py.detach(|| {
        let failed = RefCell::new(None);
        let mut state = Margin { g: &g, dim, failed: &failed };
        let answer = estimator.estimate(&mut state, &request, &mut |progress| {
            if failed.borrow().is_none()
                && let Err(error) = say(tell.as_ref(), progress)
            {
                failed.replace(Some(error));
            }
            if failed.borrow().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        failed.into_inner().map_or(Ok(answer), Err)
    })?;
    Ok(in_words(&answer).to_string())
}

fn unknown(method: &str) -> PyErr {
    let names = METHODS.map(Estimator::name);
    let failure = Failure::new(Exit::Usage, format!("there is no method `{method}`"));
    let meant = nearest(method, names).map_or(String::new(), |name| format!("did you mean `{name}`? "));
    raised(failure.help(format!("{meant}it is one of {}", names.join(", "))))
}

fn say(tell: Option<&Py<PyAny>>, progress: Progress<'_>) -> PyResult<()> {
    let Some(tell) = tell else { return Ok(()) };
    Python::attach(|py| tell.call1(py, (progress.evaluations, progress.stage)).map(drop))
}

/// The answer with the names of `summary.json`.
fn in_words(answer: &Answer) -> Value {
    let (e, d) = (&answer.estimate, &answer.detail);
    json!({
        "estimate": e.estimate(),
        "lower": e.lower(),
        "upper": e.upper(),
        "one_sided_lower": e.one_sided_lower(),
        "one_sided_upper": e.one_sided_upper(),
        "reach": e.reach(),
        "upper_with_reach": e.upper_with_reach(),
        "confidence": e.confidence(),
        "evaluations": answer.evaluations,
        "method": answer.method,
        "kind": e.kind(),
        "interval": e.interval(),
        "assumptions": e.assumptions(),
        "nines": {"demonstrated": e.demonstrated().get(), "estimated": e.estimated().map(|nines| nines.get())},
        "diagnostics": e.diagnostics(),
        "detail": {
            "relative_error": Some(d.error).filter(|error| error.is_finite()),
            "freedom": d.freedom,
            "sample": d.sample,
            "failures": d.failures,
            "effective_sample": d.effective,
            "largest_weight": d.largest_weight,
            "pareto_shape": d.tail,
            "components": d.components,
            "replicates": d.replicates,
            "acceptance": d.acceptance,
            "heritability": d.heritability,
            "plain_equivalent": d.plain_equivalent,
        },
    })
}

/// A Python function of points. An exception, its own or of whoever is told of progress, ends it.
struct Margin<'a> {
    g: &'a Py<PyAny>,
    dim: usize,
    failed: &'a RefCell<Option<PyErr>>,
}

impl LimitState for Margin<'_> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn margins(&mut self, points: &Points, out: &mut [f64]) {
        if self.failed.borrow().is_none()
            && let Err(error) = Python::attach(|py| self.ask(py, points, out))
        {
            self.failed.replace(Some(error));
        }
        if self.failed.borrow().is_some() {
            // The estimator hears of it after this batch, and nothing comes of what it makes of these.
            out.fill(f64::INFINITY);
        }
    }
}

impl Margin<'_> {
    fn ask(&self, py: Python<'_>, points: &Points, out: &mut [f64]) -> PyResult<()> {
        // A keyboard interrupt while the estimator computed.
        py.check_signals()?;
        // An array of its own: the function may keep it, or write into it.
        let array = points.values().to_pyarray(py).reshape([points.len(), self.dim])?;
        let answer = self.g.bind(py).call1((array,))?;
        margins(&answer, points.len(), out)?;
        let bad = out.iter().filter(|margin| margin.is_nan()).count();
        if let Some(first) = out.iter().position(|margin| margin.is_nan()) {
            let at = points.row(first).to_pyarray(py);
            let message = format!("`g` gave NaN for {bad} of {} points, first (row {first}) for {at}", points.len());
            return Err(PyValueError::new_err(message));
        }
        Ok(())
    }
}

/// Reads what `g` returned: an array of shape `(n,)` of float64. It is read by index, so that strides do not matter.
fn margins(answer: &Bound<'_, PyAny>, n: usize, out: &mut [f64]) -> PyResult<()> {
    let expected = format!("expected a NumPy array of shape ({n},) and dtype float64: one margin for each of {n} points");
    let Ok(array) = answer.cast::<PyUntypedArray>() else {
        return Err(PyTypeError::new_err(format!("`g` returned {}; {expected}", answer.get_type().name()?)));
    };
    if array.shape() != [n] {
        let shape = array.getattr("shape")?;
        let help = if array.shape() == [n, 1] { " (drop the last axis, as in `margins[:, 0]`)" } else { "" };
        return Err(PyValueError::new_err(format!("`g` returned an array of shape {shape}; {expected}{help}")));
    }
    let Ok(values) = array.cast::<PyArray1<f64>>() else {
        let message = format!("`g` returned an array of dtype {}; {expected} (`.astype(np.float64)` makes it so)", array.dtype());
        return Err(PyTypeError::new_err(message));
    };
    let values = values.try_readonly()?;
    values.as_array().iter().zip(out).for_each(|(from, to)| *to = *from);
    Ok(())
}
