//! The rows of a campaign as one Arrow table, handed out through the PyCapsule interface: read from the Parquet files as they are
//! asked for.

use crate::error::raised;
use arrow::array::{ArrayRef, DictionaryArray, Int32Array, RecordBatch, RecordBatchReader, StringArray, new_null_array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ffi::FFI_ArrowSchema;
use arrow::ffi_stream::FFI_ArrowArrayStream;
use nines::campaign::NEAREST_FILE;
use nines::cli::{Exit, Failure};
use nines::store::StoreError;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The column in front of those of the files.
const SCENARIO: &str = "scenario";
/// Rows handed out at a time.
const BATCH: usize = 1 << 16;

/// Rows of some scenarios of a campaign: the columns of all, null where a scenario lacks one.
#[pyclass(frozen, module = "nines._native")]
pub struct Rollouts {
    files: Vec<Part>,
    schema: SchemaRef,
    rows: usize,
}

/// A file of rows.
#[derive(Clone, Debug)]
struct Part {
    scenario: String,
    path: PathBuf,
}

impl Part {
    fn open(&self) -> Result<ParquetRecordBatchReaderBuilder<File>, Failure> {
        let io = |source| StoreError::Io { what: "read", path: self.path.clone(), source };
        let file = File::open(&self.path).map_err(io)?;
        ParquetRecordBatchReaderBuilder::try_new(file)
            .map_err(|why| StoreError::Damaged { path: self.path.clone(), why: why.to_string() }.into())
    }
}

#[pymethods]
impl Rollouts {
    #[new]
    fn new(py: Python<'_>, folder: PathBuf, scenarios: Vec<String>) -> PyResult<Self> {
        py.detach(|| Self::of(&folder, &scenarios)).map_err(raised)
    }

    fn __len__(&self) -> usize {
        self.rows
    }

    /// Names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.schema).map_err(unexpected)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// `requested_schema` is what the caller would like best; the columns have one form.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        _ = requested_schema;
        let reader = Reader { left: self.files.iter().cloned().collect(), current: None, schema: Arc::clone(&self.schema) };
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }
}

impl Rollouts {
    fn of(folder: &Path, scenarios: &[String]) -> Result<Self, Failure> {
        let mut files = Vec::new();
        for scenario in scenarios {
            let of = folder.join("rollouts").join(scenario);
            let io = |source| StoreError::Io { what: "read", path: of.clone(), source };
            let mut paths: Vec<PathBuf> =
                fs::read_dir(&of).map_err(io)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>().map_err(io)?;
            paths.retain(|path| path.extension().is_some_and(|end| end == "parquet"));
            // Parts by their number, then the nearest misses among all that is not in them.
            paths.sort_by_key(|path| (path.ends_with(NEAREST_FILE), path.clone()));
            files.extend(paths.into_iter().map(|path| Part { scenario: scenario.clone(), path }));
        }
        let (mut schemas, mut rows) = (Vec::new(), 0);
        for part in &files {
            let builder = part.open()?;
            rows += usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
            schemas.push(Arc::clone(builder.schema()));
        }
        let schema = union(&schemas).map_err(|why| Failure::new(Exit::Bug, why))?;
        Ok(Self { files, schema: Arc::new(schema), rows })
    }
}

/// The columns of all files, in the order in which they are met; null is allowed where one file lacks the column.
fn union(schemas: &[SchemaRef]) -> Result<Schema, String> {
    let words = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let mut fields = vec![Field::new(SCENARIO, words, false)];
    for field in schemas.iter().flat_map(|schema| schema.fields()) {
        match fields.iter().find(|known| known.name() == field.name()) {
            Some(known) if known.data_type() != field.data_type() => {
                return Err(format!("the column {} has two types", field.name()));
            }
            Some(_) => {}
            None => {
                let everywhere = schemas.iter().all(|schema| schema.column_with_name(field.name()).is_some());
                fields.push((**field).clone().with_nullable(field.is_nullable() || !everywhere));
            }
        }
    }
    // What tells a row apart is first, what identifies its trace is last.
    if let Some(at) = fields.iter().position(|field| field.name() == "digest") {
        let digest = fields.remove(at);
        fields.push(digest);
    }
    Ok(Schema::new(fields))
}

fn unexpected(error: ArrowError) -> PyErr {
    raised(Failure::new(Exit::Bug, error))
}

/// Reads file after file.
struct Reader {
    left: VecDeque<Part>,
    current: Option<(String, ParquetRecordBatchReader)>,
    schema: SchemaRef,
}

impl Reader {
    /// Opens the next file; `None` after the last.
    fn next_file(&mut self) -> Option<Result<(), ArrowError>> {
        let part = self.left.pop_front()?;
        let opened = part.open().map_err(|failure| ArrowError::ExternalError(failure.message.into()));
        let reader = opened.and_then(|builder| Ok(builder.with_batch_size(BATCH).build()?));
        Some(reader.map(|reader| self.current = Some((part.scenario, reader))))
    }

    /// A batch of a file with the columns of all.
    fn widened(&self, scenario: &str, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let rows = batch.num_rows();
        let name = DictionaryArray::try_new(Int32Array::from(vec![0; rows]), Arc::new(StringArray::from(vec![scenario])))?;
        let named = std::iter::once(Arc::new(name) as ArrayRef);
        let others = self.schema.fields().iter().skip(1).map(|field| match batch.column_by_name(field.name()) {
            Some(column) => Arc::clone(column),
            None => new_null_array(field.data_type(), rows),
        });
        RecordBatch::try_new(Arc::clone(&self.schema), named.chain(others).collect())
    }
}

impl Iterator for Reader {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((scenario, reader)) = &mut self.current {
                if let Some(batch) = reader.next() {
                    let scenario = scenario.clone();
                    return Some(batch.and_then(|batch| self.widened(&scenario, &batch)));
                }
                self.current = None;
            }
            if let Err(error) = self.next_file()? {
                return Some(Err(error));
            }
        }
    }
}

impl RecordBatchReader for Reader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
