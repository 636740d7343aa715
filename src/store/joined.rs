//! Rows of shards on their way into the table of the whole campaign: read in batches, thinned, written as one file with the bytes that
//! a run alone gives it. No more than a slice of rows is held besides what the Parquet writer has encoded.

use super::ledger::properties;
use super::rows::{SCHEMA, SLICE, numbers, words};
use super::{StoreError, write_whole};
use crate::campaign::Because;
use arrow::array::{
    ArrayRef, AsArray, BooleanArray, DictionaryArray, Float32Builder, ListBuilder, RecordBatch, RecordBatchReader, UInt32Array,
};
use arrow::compute::{concat_batches, filter_record_batch, nullif};
use arrow::datatypes::{Field, Float32Type, Float64Type, Int32Type, Schema, SchemaRef, UInt64Type};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows that are read at a time.
const BATCH: usize = 1 << 13;

/// The rows of a file, in batches.
pub struct Rows {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
}

/// Some consecutive rows, and what of them decides whether they stay.
pub struct RowsBatch {
    /// Indices, ascending.
    pub rollouts: Vec<u64>,
    /// Whether each failed.
    pub failed: Vec<bool>,
    /// Whether each failed by a fault of the policy.
    pub faulted: Vec<bool>,
    /// Smallest margin of each.
    pub margins: Vec<f64>,
    batch: RecordBatch,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Why it is stored.
    pub because: Because,
    /// How many of its kind it represents.
    pub stands_for: u32,
    /// Whether what the policy answered stays with it.
    pub answers: bool,
    /// Whether what hindsight says of it stays with it, if it can be analysed without those answers or they stay.
    pub hindsight: bool,
}

impl Rows {
    /// Opens a file of rows.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let file = File::open(path).map_err(StoreError::io("read", path))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|builder| builder.with_batch_size(BATCH).build());
        Ok(Self { path: path.into(), reader: reader.map_err(|e| StoreError::damaged(path, e))? })
    }

    fn batch(&self, batch: RecordBatch) -> Result<RowsBatch, String> {
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| format!("it has no column {name}"));
        let rollouts = numbers::<UInt64Type>(column("rollout")?)?.into_iter().collect::<Option<Vec<_>>>();
        let margins = numbers::<Float64Type>(column("margin")?)?.into_iter().collect::<Option<Vec<_>>>();
        let verdicts = words(column("verdict")?)?.into_iter().collect::<Option<Vec<_>>>();
        let (Some(rollouts), Some(margins), Some(verdicts)) = (rollouts, margins, verdicts) else {
            return Err("a value is missing".into());
        };
        let failed = verdicts.iter().map(|verdict| verdict != "pass").collect();
        let faulted = verdicts.iter().map(|verdict| verdict == "fault").collect();
        Ok(RowsBatch { rollouts, failed, faulted, margins, batch })
    }
}

impl Iterator for Rows {
    type Item = Result<RowsBatch, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.reader.next()?.map_err(|e| e.to_string());
        Some(read.and_then(|batch| self.batch(batch)).map_err(|e| StoreError::damaged(&self.path, e)))
    }
}

/// A file of rows that is put together from those of shards.
pub struct JoinedRows {
    path: PathBuf,
    /// The file of a shard whose columns it has.
    like: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<Vec<u8>>,
    waiting: Vec<RecordBatch>,
    rows: usize,
}

impl JoinedRows {
    /// Begins a file whose rows are as those of `like`, a file of a shard.
    pub fn begin(path: &Path, like: &Rows, scenario: &str, seed: u64) -> Result<Self, StoreError> {
        // Without what the reader adds to it: the pairs of the file's own metadata.
        let schema = Arc::new(Schema::new(like.reader.schema().fields().clone()));
        let pairs = [("nines.scenario", scenario.to_owned()), ("nines.seed", seed.to_string())];
        let writer = ArrowWriter::try_new(Vec::new(), schema.clone(), Some(properties(SCHEMA, &pairs)));
        let writer = writer.map_err(|e| StoreError::damaged(path, e))?;
        Ok(Self { path: path.into(), like: like.path.clone(), schema, writer, waiting: Vec::new(), rows: 0 })
    }

    /// Takes in rows of a file, each as its fate says; those without one are left out.
    pub fn push(&mut self, rows: &Rows, batch: &RowsBatch, fates: &[Option<Fate>]) -> Result<(), StoreError> {
        if batch.batch.schema_ref().fields() != self.schema.fields() {
            // Which of both was changed is not to be seen here.
            let why = format!("its columns are not those of {}, so one of both was changed", self.like.display());
            return Err(StoreError::damaged(&rows.path, why));
        }
        let kept = kept(&self.schema, &batch.batch, fates);
        self.take(kept.map_err(|e| StoreError::damaged(&rows.path, e))?).map_err(|e| StoreError::damaged(&self.path, e))
    }

    /// Rows are written in slices, as a run does: where a slice ends decides where a page ends.
    fn take(&mut self, batch: RecordBatch) -> Result<(), Box<dyn std::error::Error>> {
        let mut from = 0;
        while self.rows + batch.num_rows() - from >= SLICE {
            let some = SLICE - self.rows;
            self.waiting.push(batch.slice(from, some));
            self.rows += some;
            from += some;
            self.write()?;
        }
        if from < batch.num_rows() {
            self.rows += batch.num_rows() - from;
            self.waiting.push(batch.slice(from, batch.num_rows() - from));
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        self.writer.write(&concat_batches(&self.schema, &self.waiting)?)?;
        self.waiting.clear();
        self.rows = 0;
        Ok(())
    }

    /// Writes what is left, and the file.
    pub fn finish(mut self) -> Result<(), StoreError> {
        if self.rows > 0 {
            self.write().map_err(|e| StoreError::damaged(&self.path, e))?;
        }
        let bytes = self.writer.into_inner().map_err(|e| StoreError::damaged(&self.path, e))?;
        write_whole(&self.path, &bytes)
    }
}

fn kept(schema: &SchemaRef, batch: &RecordBatch, fates: &[Option<Fate>]) -> Result<RecordBatch, ArrowError> {
    let mask: BooleanArray = fates.iter().map(|fate| Some(fate.is_some())).collect();
    let batch = filter_record_batch(batch, &mask)?;
    let fates: Vec<&Fate> = fates.iter().flatten().collect();
    // Of a policy that is a pure function answers are not kept, and not needed.
    let by_answers = schema.column_with_name("actions").is_some();
    let unsaid: BooleanArray = fates.iter().map(|fate| Some(!fate.hindsight || by_answers && !fate.answers)).collect();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| -> Result<ArrayRef, ArrowError> {
        Ok(match field.name().as_str() {
            "stored_because" => {
                Arc::new(fates.iter().map(|fate| Some(fate.because.name())).collect::<DictionaryArray<Int32Type>>())
            }
            "stands_for" => Arc::new(UInt32Array::from_iter_values(fates.iter().map(|fate| fate.stands_for))),
            "attribution" | "evident_s" | "avoidable_until_s" => nullif(column, &unsaid)?,
            "actions" if fates.iter().any(|fate| !fate.answers) => some_answers(column, &fates)?,
            _ => column.clone(),
        })
    });
    RecordBatch::try_new(schema.clone(), columns.collect::<Result<Vec<_>, _>>()?)
}

/// What the policy answered, where it stays.
fn some_answers(column: &ArrayRef, fates: &[&Fate]) -> Result<ArrayRef, ArrowError> {
    let wrong = || ArrowError::SchemaError("the column actions has another type".into());
    let lists = column.as_list_opt::<i32>().ok_or_else(wrong)?;
    let item = Field::new("item", arrow::datatypes::DataType::Float32, false);
    let mut list = ListBuilder::new(Float32Builder::new()).with_field(item);
    for (k, fate) in fates.iter().enumerate() {
        if fate.answers {
            let values = lists.value(k);
            list.values().append_slice(values.as_primitive_opt::<Float32Type>().ok_or_else(wrong)?.values());
        }
        list.append(true);
    }
    Ok(Arc::new(list.finish()))
}
