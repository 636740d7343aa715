//! `searches/*.parquet`: the margin of each evaluation of a search, in order. With the seed they are all it takes to check its answer.

use super::ledger::{columns, field, properties};
use super::{StoreError, write_whole};
use arrow::array::{Array, AsArray, Float64Array, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

const SCHEMA: &str = "nines.searches/1";

fn schema() -> Schema {
    Schema::new(vec![field("margin", DataType::Float64, "1", "of the limit state; a failure at or below 0")])
}

/// The columns of the files.
pub fn margins_columns() -> Value {
    columns(SCHEMA, &schema())
}

/// Writes the margins of a search.
pub fn write_margins(path: &Path, scenario: &str, margins: &[f64]) -> Result<(), StoreError> {
    let damaged = |e: &dyn ToString| StoreError::damaged(path, e.to_string());
    let schema = Arc::new(schema());
    let mut bytes = Vec::new();
    let pairs = [("nines.scenario", scenario.to_owned())];
    let mut writer =
        ArrowWriter::try_new(&mut bytes, schema.clone(), Some(properties(SCHEMA, &pairs))).map_err(|e| damaged(&e))?;
    let column = Arc::new(Float64Array::from_iter_values(margins.iter().copied()));
    let batch = RecordBatch::try_new(schema, vec![column]).map_err(|e| damaged(&e))?;
    writer.write(&batch).and_then(|()| writer.close()).map_err(|e| damaged(&e))?;
    write_whole(path, &bytes)
}

/// Reads the margins of a search.
pub fn read_margins(path: &Path) -> Result<Vec<f64>, StoreError> {
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    from_file(file).map_err(|e| StoreError::damaged(path, e))
}

fn from_file(file: File) -> Result<Vec<f64>, Box<dyn std::error::Error>> {
    let mut margins = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file)?.build()? {
        let batch = batch?;
        let column = batch.column_by_name("margin").ok_or("it has no column margin")?;
        let column = column.as_primitive_opt::<Float64Type>().ok_or("a column has another type")?;
        if column.null_count() > 0 {
            return Err("a value is missing".into());
        }
        margins.extend(column.values());
    }
    Ok(margins)
}
