//! Policies that are functions of Python, and built-in ones for Python.

use crate::actions::read_actions;
use crate::error::raised;
use crate::observations::{Observations, read_observations};
use nines::cli::built_in_policy;
use nines_sim::batch::{ACTION_FIELDS, Packed};
use nines_sim::{ActionBatch, BatchPolicy, BuiltIn, FaultKind, ObservationBatch, PolicyFault, Sessions};
use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::exceptions::{PyException, PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// A function `f(observations) -> actions`, or an object that is called so and may have `start(slot)`, which hears of rollouts that begin.
///
/// What it raises is its fault. The first exception is kept, for whoever wants to see it; one that is no error (a keyboard
/// interrupt) ends every later call at once.
pub struct PyPolicy {
    call: Py<PyAny>,
    start: Option<Py<PyAny>>,
    /// Slots in which `start` raised: their worlds have no policy.
    broken: HashSet<u32>,
    /// The arrays of the last call.
    told: Option<Observations>,
    raised: Arc<Raised>,
    /// Which of the sessions of one object it is: they have slots of their own.
    seat: Option<Seat>,
}

/// The exception of a policy that was raised first, or that asks to stop.
#[derive(Debug, Default)]
pub struct Raised(Mutex<Option<PyErr>>);

impl Raised {
    fn put(&self, py: Python<'_>, error: &PyErr) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if first.is_none() || (!is_error(py, error) && first.as_ref().is_some_and(|first| is_error(py, first))) {
            *first = Some(error.clone_ref(py));
        }
    }

    /// Whether somebody asks to stop.
    pub fn asks_to_stop(&self, py: Python<'_>) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|error| !is_error(py, error))
    }

    /// The exception, if there was one.
    pub fn take(&self) -> Option<PyErr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Errors are results; `KeyboardInterrupt`, `SystemExit` and the like are meant for whoever called.
fn is_error(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyException>(py)
}

impl PyPolicy {
    /// The policy, and where its exceptions can be had.
    pub fn new(call: &Bound<'_, PyAny>) -> PyResult<(Self, Arc<Raised>)> {
        if !call.is_callable() {
            let message = format!("a policy must be a function of observations, not {}", call.get_type().name()?);
            return Err(PyTypeError::new_err(message));
        }
        let start = call.getattr_opt("start")?.filter(|start| start.is_callable()).map(Bound::unbind);
        let raised = Arc::<Raised>::default();
        Ok((
            Self {
                call: call.clone().unbind(),
                start,
                broken: HashSet::new(),
                told: None,
                raised: Arc::clone(&raised),
                seat: None,
            },
            raised,
        ))
    }

    /// The slot that Python is told for slot 0.
    fn first_slot(&self) -> u32 {
        self.seat.as_ref().map_or(0, |seat| seat.number * SLOTS)
    }

    /// Asks it for the actions of a batch.
    fn ask(&mut self, py: Python<'_>, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), Raise> {
        if let Some(slot) = observations.slots.iter().find(|slot| self.broken.contains(slot)) {
            return Err(PyRuntimeError::new_err(format!("`start({slot})` raised")).into());
        }
        let told = match self.first_slot() {
            0 => Observations::copied(py, observations, self.told.take())?,
            first => {
                let slots = observations.slots.iter().map(|slot| first + slot).collect();
                Observations::copied(py, &ObservationBatch { slots, ..observations.clone() }, self.told.take())?
            }
        };
        let answer = self.call.bind(py).call1((told.again(py),))?;
        self.told = Some(told);
        // An answer that does not fit is another fault than an exception of the policy's own.
        read_actions(&answer, observations.worlds, actions).map_err(|error| Raise { kind: FaultKind::BadReply, error })
    }

    /// Runs a call; what it raises is kept, and is a fault with its traceback.
    fn guarded(&mut self, call: impl FnOnce(&mut Self, Python<'_>) -> Result<(), Raise>) -> Result<(), PolicyFault> {
        Python::attach(|py| {
            if self.raised.asks_to_stop(py) {
                return Err(PolicyFault::new(FaultKind::Panic, "stopped"));
            }
            call(self, py).map_err(|Raise { kind, error }| {
                self.raised.put(py, &error);
                PolicyFault::new(kind, traceback(py, &error))
            })
        })
    }
}

/// An exception, and the fault that it is.
struct Raise {
    kind: FaultKind,
    error: PyErr,
}

impl From<PyErr> for Raise {
    fn from(error: PyErr) -> Self {
        Raise { kind: FaultKind::Panic, error }
    }
}

/// What Python would print of an exception.
fn traceback(py: Python<'_>, error: &PyErr) -> String {
    let lines = py.import("traceback").and_then(|module| module.call_method1("format_exception", (error.value(py),)));
    let text = lines.and_then(|lines| lines.extract::<Vec<String>>());
    text.map_or_else(|_| error.to_string(), |lines| lines.concat().trim_end().to_owned())
}

impl BatchPolicy for PyPolicy {
    fn start(&mut self, slot: u32) {
        // What is raised here is not heard of: the first step shows it.
        self.broken.insert(slot);
        _ = self.guarded(|policy, py| {
            let told = policy.first_slot() + slot;
            policy.start.as_ref().map_or(Ok(()), |start| start.call1(py, (told,)).map(drop))?;
            policy.broken.remove(&slot);
            Ok(())
        });
    }

    fn act(&mut self, observations: &ObservationBatch, actions: &mut ActionBatch) -> Result<(), PolicyFault> {
        self.guarded(|policy, py| policy.ask(py, observations, actions))
    }

    fn renew(&mut self) -> Result<(), PolicyFault> {
        self.broken.clear();
        Ok(())
    }
}

/// Most slots of a session: as many worlds as a batch may have.
const SLOTS: u32 = 1 << 16;

/// The number of a session among those that are open, free again once it is dropped.
struct Seat {
    number: u32,
    taken: Arc<Mutex<BTreeSet<u32>>>,
}

impl Seat {
    /// The lowest number that is free.
    fn take(taken: &Arc<Mutex<BTreeSet<u32>>>) -> Self {
        let mut all = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let number = (0..).find(|n| !all.contains(n)).unwrap_or(0); // there are fewer sessions than numbers
        all.insert(number);
        Self { number, taken: Arc::clone(taken) }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

/// A policy in Python as something that opens sessions. All of them ask the same object, each with slots of its own: what it remembers
/// belongs to slots, and `start` says when that is void.
pub struct PySessions {
    call: Py<PyAny>,
    raised: Arc<Raised>,
    taken: Arc<Mutex<BTreeSet<u32>>>,
}

impl PySessions {
    /// Sessions of a callable, and where its exceptions can be had.
    pub fn new(call: &Bound<'_, PyAny>) -> PyResult<(Self, Arc<Raised>)> {
        let (_, raised) = PyPolicy::new(call)?;
        Ok((Self { call: call.clone().unbind(), raised: Arc::clone(&raised), taken: Arc::default() }, raised))
    }
}

impl fmt::Debug for PySessions {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("PySessions")
    }
}

impl Sessions for PySessions {
    fn open(&self) -> Result<Box<dyn BatchPolicy + '_>, PolicyFault> {
        Python::attach(|py| {
            let (mut policy, _) =
                PyPolicy::new(self.call.bind(py)).map_err(|error| PolicyFault::new(FaultKind::Panic, error.to_string()))?;
            policy.raised = Arc::clone(&self.raised);
            policy.seat = Some(Seat::take(&self.taken));
            Ok(Box::new(policy) as Box<dyn BatchPolicy>)
        })
    }
}

/// A built-in policy that Python can ask.
#[pyclass(module = "nines._native")]
pub struct BuiltInPolicy {
    packed: Packed,
    policy: BuiltIn,
}

#[pymethods]
impl BuiltInPolicy {
    #[new]
    fn new(text: &str) -> PyResult<Self> {
        let policy = built_in_policy(text).map_err(raised)?;
        Ok(Self { packed: Packed::new(policy), policy })
    }

    /// Its name.
    #[getter]
    fn name(&self) -> &'static str {
        self.policy.name()
    }

    /// All settings as they are.
    #[getter]
    fn settings(&self) -> std::collections::BTreeMap<&'static str, f64> {
        self.policy.settings().into_iter().collect()
    }

    /// A new rollout begins in this slot: what is remembered of it is void.
    fn start(&mut self, slot: u32) {
        self.packed.start(slot);
    }

    /// The actions for a batch of observations: `[n, 6]` float32.
    fn act<'py>(&mut self, py: Python<'py>, observations: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyArray2<f32>>> {
        let observations = read_observations(observations)?;
        let n = observations.worlds;
        let mut actions = ActionBatch::zeros(n);
        self.packed.act(&observations, &mut actions).map_err(|fault| PyRuntimeError::new_err(fault.to_string()))?;
        let values = (0..n).flat_map(|w| actions.row(w)).collect();
        PyArray1::from_vec(py, values).reshape([n, ACTION_FIELDS])
    }
}
