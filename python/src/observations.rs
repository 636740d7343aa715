//! Observations as NumPy arrays, and back.

use nines_sim::batch::{EGO_FIELDS, OBJECT_FIELDS, PRIOR_FIELDS};
use nines_sim::{EgoView, MAX_ACTORS, Object, ObservationBatch, PRIOR_LAYOUT};
use numpy::{Element, PyArray, PyArray1, PyArray2, PyArray3, PyArrayDyn, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What a policy is told: the arrays of one step, a row for each world. They belong to whoever keeps them.
#[pyclass(frozen, module = "nines._native")]
pub struct Observations {
    /// `[n, 25]` float32: the ego, the road and the weather (`nines.EGO` names the columns).
    #[pyo3(get)]
    ego: Py<PyArray2<f32>>,
    /// `[n, 32, 26]` float32: objects, oldest first (`nines.OBJECT` names the columns); zero where there is none.
    #[pyo3(get)]
    objects: Py<PyArray3<f32>>,
    /// `[n, 32]` uint8: 1 where a row of `objects` holds one.
    #[pyo3(get)]
    mask: Py<PyArray2<u8>>,
    /// `[n, 32]` uint32: identities of the objects, constant over a rollout.
    #[pyo3(get)]
    ids: Py<PyArray2<u32>>,
    /// `[n]` uint32: session slot of each world, constant over its rollout: what a policy remembers belongs to it.
    #[pyo3(get)]
    slots: Py<PyArray1<u32>>,
    /// `[n]` uint8: 1 in the first step of a rollout.
    #[pyo3(get)]
    first: Py<PyArray1<u8>>,
    /// `[n]` uint64: seed of each rollout, for policies that draw.
    #[pyo3(get)]
    seeds: Py<PyArray1<u64>>,
    /// `[n, 2]` float32: share of the rollouts that hold the hazard, and how often nature shows it; -1 where that is not known.
    #[pyo3(get)]
    priors: Py<PyArray2<f32>>,
}

#[pymethods]
impl Observations {
    fn __len__(&self, py: Python<'_>) -> usize {
        self.slots.bind(py).len()
    }

    fn __getitem__(&self, py: Python<'_>, name: &str) -> PyResult<Py<PyAny>> {
        match name {
            "ego" => Ok(self.ego.clone_ref(py).into_any()),
            "objects" => Ok(self.objects.clone_ref(py).into_any()),
            "mask" => Ok(self.mask.clone_ref(py).into_any()),
            "ids" => Ok(self.ids.clone_ref(py).into_any()),
            "slots" => Ok(self.slots.clone_ref(py).into_any()),
            "first" => Ok(self.first.clone_ref(py).into_any()),
            "seeds" => Ok(self.seeds.clone_ref(py).into_any()),
            "priors" => Ok(self.priors.clone_ref(py).into_any()),
            _ => Err(PyKeyError::new_err(format!("observations have {}, no `{name}`", self.keys().join(", ")))),
        }
    }

    /// The names of the arrays.
    fn keys(&self) -> [&'static str; 8] {
        ["ego", "objects", "mask", "ids", "slots", "first", "seeds", "priors"]
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("<Observations of {} worlds>", self.__len__(py))
    }
}

impl Observations {
    /// Moves a batch into arrays: nothing is copied.
    pub fn moved(py: Python<'_>, batch: ObservationBatch) -> PyResult<Self> {
        let n = batch.worlds;
        Ok(Self {
            ego: PyArray1::from_vec(py, batch.ego).reshape([n, EGO_FIELDS])?.unbind(),
            objects: PyArray1::from_vec(py, batch.objects).reshape([n, MAX_ACTORS, OBJECT_FIELDS])?.unbind(),
            mask: PyArray1::from_vec(py, batch.mask).reshape([n, MAX_ACTORS])?.unbind(),
            ids: PyArray1::from_vec(py, batch.ids).reshape([n, MAX_ACTORS])?.unbind(),
            slots: PyArray1::from_vec(py, batch.slots).unbind(),
            first: PyArray1::from_vec(py, batch.first).unbind(),
            seeds: PyArray1::from_vec(py, batch.seeds).unbind(),
            priors: PyArray1::from_vec(py, batch.priors).reshape([n, PRIOR_FIELDS])?.unbind(),
        })
    }

    /// Copies a batch into arrays. The engine's own memory is never handed out: it is overwritten in the next step, and a policy may keep
    /// what it is told. The arrays of an earlier call are filled again where they have the right size and nobody has kept them.
    pub fn copied(py: Python<'_>, batch: &ObservationBatch, earlier: Option<Self>) -> PyResult<Self> {
        let n = batch.worlds;
        let (mut ego, mut objects, mut mask) = (None, None, None);
        let (mut ids, mut slots, mut first, mut seeds, mut priors) = (None, None, None, None, None);
        if let Some(earlier) = earlier {
            (ego, objects, mask) = (Some(earlier.ego), Some(earlier.objects), Some(earlier.mask));
            (ids, slots, first) = (Some(earlier.ids), Some(earlier.slots), Some(earlier.first));
            (seeds, priors) = (Some(earlier.seeds), Some(earlier.priors));
        }
        Ok(Self {
            ego: filled(py, &batch.ego, [n, EGO_FIELDS], ego)?,
            objects: filled(py, &batch.objects, [n, MAX_ACTORS, OBJECT_FIELDS], objects)?,
            mask: filled(py, &batch.mask, [n, MAX_ACTORS], mask)?,
            ids: filled(py, &batch.ids, [n, MAX_ACTORS], ids)?,
            slots: filled(py, &batch.slots, [n], slots)?,
            first: filled(py, &batch.first, [n], first)?,
            seeds: filled(py, &batch.seeds, [n], seeds)?,
            priors: filled(py, &batch.priors, [n, PRIOR_FIELDS], priors)?,
        })
    }

    /// Other references to the same arrays.
    pub fn again(&self, py: Python<'_>) -> Self {
        Self {
            ego: self.ego.clone_ref(py),
            objects: self.objects.clone_ref(py),
            mask: self.mask.clone_ref(py),
            ids: self.ids.clone_ref(py),
            slots: self.slots.clone_ref(py),
            first: self.first.clone_ref(py),
            seeds: self.seeds.clone_ref(py),
            priors: self.priors.clone_ref(py),
        }
    }
}

type Dims<const D: usize> = numpy::ndarray::Dim<[usize; D]>;

/// An array with these values: the earlier one, if it is nobody else's.
fn filled<T: Element + Copy, const D: usize>(
    py: Python<'_>,
    values: &[T],
    shape: [usize; D],
    earlier: Option<Py<PyArray<T, Dims<D>>>>,
) -> PyResult<Py<PyArray<T, Dims<D>>>>
where
    Dims<D>: numpy::ndarray::Dimension,
    [usize; D]: numpy::ndarray::IntoDimension<Dim = Dims<D>>,
{
    if let Some(array) = earlier.filter(|array| array.bind(py).shape() == shape)
        && is_free(array.bind(py))?
    {
        array.bind(py).try_readwrite()?.as_slice_mut()?.copy_from_slice(values);
        return Ok(array);
    }
    // Memory of its own, so that whether somebody has kept it can be told from its references.
    let array = PyArray::<T, Dims<D>>::zeros(py, shape, false);
    array.try_readwrite()?.as_slice_mut()?.copy_from_slice(values);
    Ok(array.unbind())
}

/// Whether an array, or a view of it, is held by nobody but the caller.
fn is_free(array: &Bound<'_, PyAny>) -> PyResult<bool> {
    // One reference of the caller's, one of the call itself.
    let count: usize = array.py().import("sys")?.call_method1("getrefcount", (array,))?.extract()?;
    Ok(count <= 2)
}

/// Reads observations that Python hands in: an [`Observations`], or a mapping with the same names. Without `slots` world `w` has slot `w`.
pub fn read_observations(from: &Bound<'_, PyAny>) -> PyResult<ObservationBatch> {
    let get = |name: &str| from.get_item(name);
    let ego = get("ego")?;
    let n = ego.cast::<PyUntypedArray>().ok().filter(|a| a.ndim() == 2).map(|a| a.shape()[0]);
    let n = n.ok_or_else(|| PyValueError::new_err(format!("`ego` must be an array of shape (n, {EGO_FIELDS})")))?;
    let slots = match get("slots") {
        Ok(slots) => values(&slots, "slots", &[n])?,
        Err(_) => (0..n as u32).collect(),
    };
    // Nothing that drives here draws, or heeds where a rollout begins.
    let or_zero = |name: &str| get(name).map_or_else(|_| Ok(vec![0; n]), |array| values(&array, name, &[n]));
    Ok(ObservationBatch {
        worlds: n,
        slots,
        first: or_zero("first")?,
        seeds: get("seeds").map_or_else(|_| Ok(vec![0; n]), |array| values(&array, "seeds", &[n]))?,
        // Unknown where they are left out.
        priors: get("priors")
            .map_or_else(|_| Ok(vec![-1.0; n * PRIOR_FIELDS]), |array| values(&array, "priors", &[n, PRIOR_FIELDS]))?,
        ego: values(&ego, "ego", &[n, EGO_FIELDS])?,
        objects: values(&get("objects")?, "objects", &[n, MAX_ACTORS, OBJECT_FIELDS])?,
        mask: values(&get("mask")?, "mask", &[n, MAX_ACTORS])?,
        ids: values(&get("ids")?, "ids", &[n, MAX_ACTORS])?,
    })
}

/// The values of an array in C order, whatever its strides.
fn values<T: Element + Copy>(array: &Bound<'_, PyAny>, name: &str, shape: &[usize]) -> PyResult<Vec<T>> {
    let expected = || format!("`{name}` must be an array of shape {shape:?} and dtype {}", T::get_dtype(array.py()));
    let typed = array.cast::<PyArrayDyn<T>>().map_err(|_| PyTypeError::new_err(expected()))?;
    if typed.shape() != shape {
        return Err(PyValueError::new_err(expected()));
    }
    Ok(typed.try_readonly()?.as_array().iter().copied().collect())
}

/// Names of the columns of `ego`, of `objects` and of `priors`.
pub fn columns(py: Python<'_>) -> PyResult<[Bound<'_, PyDict>; 3]> {
    let named = |fields: &[&str]| {
        let columns = PyDict::new(py);
        fields.iter().enumerate().try_for_each(|(k, name)| columns.set_item(name, k))?;
        Ok::<_, PyErr>(columns)
    };
    // Whether an object is seen is the mask.
    Ok([named(EgoView::FIELDS)?, named(&Object::FIELDS[1..])?, named(&PRIOR_LAYOUT.map(|field| field.name))?])
}
