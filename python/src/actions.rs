//! Actions of Python, as the engine takes them.

use nines::campaign::nearest;
use nines_sim::batch::ACTION_FIELDS;
use nines_sim::{ACTION_LAYOUT, ACTION_NEEDED, ActionBatch};
use numpy::{PyArrayDyn, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Fields of an action in the order of its columns, each with its range. The first two must be given.
pub const FIELDS: [(&str, (f64, f64)); ACTION_FIELDS] = {
    let mut fields = [("", (0.0, 0.0)); ACTION_FIELDS];
    let mut k = 0;
    while k < ACTION_FIELDS {
        fields[k] = (ACTION_LAYOUT[k].name, (ACTION_LAYOUT[k].low, ACTION_LAYOUT[k].high));
        k += 1;
    }
    fields
};

/// Reads the actions for `n` worlds: an array `[n, 2]` to `[n, 6]`, or a dictionary of arrays `[n]`; float32, or float64, which is rounded.
/// Values out of range are the engine's to judge.
pub fn read_actions(answer: &Bound<'_, PyAny>, n: usize, actions: &mut ActionBatch) -> PyResult<()> {
    if let Ok(named) = answer.cast::<PyDict>() {
        return read_named(named, n, actions);
    }
    let expected = || {
        format!(
            "expected an array of shape ({n}, 2) to ({n}, {ACTION_FIELDS}) with the columns {}, or a dictionary of them",
            names()
        )
    };
    let Ok(array) = answer.cast::<PyUntypedArray>() else {
        return Err(PyTypeError::new_err(format!("actions are {}; {}", answer.get_type().name()?, expected())));
    };
    let &[worlds, fields] = array.shape() else {
        return Err(PyValueError::new_err(format!("actions have shape {:?}; {}", array.shape(), expected())));
    };
    if worlds != n || !(ACTION_NEEDED..=FIELDS.len()).contains(&fields) {
        return Err(PyValueError::new_err(format!("actions have shape ({worlds}, {fields}); {}", expected())));
    }
    let values = numbers(answer, "actions")?;
    for (k, value) in values.into_iter().enumerate() {
        actions.rows_mut()[k % fields][k / fields] = value;
    }
    Ok(())
}

fn read_named(named: &Bound<'_, PyDict>, n: usize, actions: &mut ActionBatch) -> PyResult<()> {
    let mut found = 0;
    for (k, (name, _)) in FIELDS.iter().enumerate() {
        let Some(answer) = named.get_item(name)? else {
            if k < ACTION_NEEDED {
                return Err(PyValueError::new_err(format!("actions have no `{name}`; they are {}", names())));
            }
            continue;
        };
        let values = numbers(&answer, name)?;
        if values.len() != n {
            return Err(PyValueError::new_err(format!("`{name}` has {} values, not one for each of {n} worlds", values.len())));
        }
        actions.rows_mut()[k].copy_from_slice(&values);
        found += 1;
    }
    if found < named.len() {
        let known = |key: &String| FIELDS.iter().any(|(name, _)| name == key);
        let keys: Vec<String> = named.keys().iter().map(|key| key.to_string()).collect();
        let stray = keys.iter().find(|key| !known(key)).cloned().unwrap_or_default();
        let meant = nearest(&stray, FIELDS.iter().map(|(name, _)| *name))
            .map_or(String::new(), |near| format!(" (did you mean `{near}`?)"));
        return Err(PyValueError::new_err(format!("actions have no field `{stray}`{meant}; they are {}", names())));
    }
    Ok(())
}

fn names() -> String {
    FIELDS.map(|(name, _)| name).join(", ")
}

/// All numbers of an array in C order, read by index: strides and Fortran order do not matter.
fn numbers(array: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<f32>> {
    if let Ok(single) = array.cast::<PyArrayDyn<f32>>() {
        return Ok(single.try_readonly()?.as_array().iter().copied().collect());
    }
    if let Ok(double) = array.cast::<PyArrayDyn<f64>>() {
        return Ok(double.try_readonly()?.as_array().iter().map(|v| *v as f32).collect());
    }
    let what = match array.cast::<PyUntypedArray>() {
        Ok(array) => format!("an array of dtype {}", array.dtype()),
        Err(_) => array.get_type().name()?.to_string(),
    };
    Err(PyTypeError::new_err(format!("`{name}` must be an array of dtype float32, not {what}")))
}
