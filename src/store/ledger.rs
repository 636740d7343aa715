//! `ledger.parquet`: the tallies of all scenarios, one row each, ascending by scenario and index.

use super::{StoreError, write_whole};
use crate::campaign::Tally;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::json::{ReaderBuilder, WriterBuilder, writer::LineDelimited};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

const SCHEMA: &str = "nines.ledger/1";

/// Writes the ledger of a campaign.
pub fn write_ledger(path: &Path, seed: u64, tallies: &[Tally]) -> Result<(), StoreError> {
    let damaged = |e: &dyn ToString| StoreError::damaged(path, e.to_string());
    let mut bytes = Vec::new();
    let batch = to_batch(tallies).map_err(|e| damaged(&e))?;
    let mut writer =
        ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties(SCHEMA, &[("nines.seed", seed.to_string())])))
            .map_err(|e| damaged(&e))?;
    writer.write(&batch).and_then(|()| writer.close()).map_err(|e| damaged(&e))?;
    write_whole(path, &bytes)
}

/// Reads the ledger of a campaign.
pub fn read_ledger(path: &Path) -> Result<Vec<Tally>, StoreError> {
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    from_file(file).map_err(|e| StoreError::damaged(path, e))
}

fn from_file(file: File) -> Result<Vec<Tally>, Box<dyn std::error::Error>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
    let mut lines = Vec::new();
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(&mut lines);
    for batch in reader {
        writer.write(&batch?)?;
    }
    writer.finish()?;
    drop(writer);
    lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(|line| Ok(serde_json::from_slice(line)?)).collect()
}

fn to_batch(tallies: &[Tally]) -> Result<RecordBatch, arrow::error::ArrowError> {
    let schema = Arc::new(schema());
    let mut decoder = ReaderBuilder::new(schema.clone()).with_batch_size(tallies.len().max(1)).build_decoder()?;
    decoder.serialize(tallies)?;
    Ok(decoder.flush()?.unwrap_or_else(|| RecordBatch::new_empty(schema)))
}

/// Properties that every Parquet file of a campaign is written with: they decide its bytes.
pub(super) fn properties(schema: &str, more: &[(&str, String)]) -> WriterProperties {
    let mut pairs = vec![KeyValue::new("nines.schema".into(), schema.to_string())];
    pairs.extend(more.iter().map(|(key, value)| KeyValue::new((*key).into(), value.clone())));
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(1 << 21))
        .set_key_value_metadata(Some(pairs))
        .build()
}

fn schema() -> Schema {
    use DataType::{Float64, Int64, UInt16, UInt32, UInt64, Utf8};
    let bins = || list(vec![field("bin", UInt32, "0.1 s or 0.1 m/s", "its lower end"), count("count", "rollouts in it")]);
    Schema::new(vec![
        field("scenario", Utf8, "", "name of the scenario"),
        count("first_rollout", "index of the first rollout of the row"),
        count("rollouts", "rollouts of the row"),
        count("failures", "failed among them, faults included"),
        count("faults", "ended in a fault of the policy"),
        count("stored", "rows stored of them in the parts"),
        field("digest", UInt64, "", "sum modulo 2^64 of SplitMix64(digest ^ index) over the rollouts"),
        count("world_steps", "steps of single worlds"),
        count(
            "batch_dependent",
            "batch calls that faulted while no world of theirs faults alone, and rollouts that differ alone",
        ),
        count("unrepeatable", "rollouts that were driven again and came out otherwise each time"),
        field(
            "strata",
            list(vec![
                field("stratum", UInt16, "", "index into strata of summary.json"),
                count("rollouts", ""),
                count("failures", ""),
                count("faults", ""),
                field("time_lost_us", Int64, "us", "time lost against free driving"),
                count("harsh_brakes", ""),
                count("needless_stops", ""),
                count("stranded", "the end place was not reached in time"),
            ]),
            "",
            "counts by combination of latent states",
        ),
        field(
            "causes",
            list(vec![
                field("criterion", Utf8, "", "failed first"),
                Field::new("with", Utf8, true),
                count("failures", ""),
                count("first", "index of the first one"),
                count("worst", "index of the one with the smallest margin"),
                field("worst_margin", Float64, "1", "its margin"),
            ]),
            "",
            "failures by cause",
        ),
        field("fault_kinds", list(vec![field("kind", Utf8, "", ""), count("rollouts", "")]), "", "faults by kind"),
        field("impact_speed_umps", Int64, "um/s", "sum of the impact speeds of failures given the hazard"),
        field("impact_speed", bins(), "", "the same, by bins of 0.1 m/s"),
        field("time_lost", bins(), "", "rollouts by time lost, in bins of 0.1 s"),
    ])
}

/// Columns of the file: name, type, unit and meaning of each.
pub fn ledger_columns() -> Value {
    columns(SCHEMA, &schema())
}

/// Columns of a table: name, type, unit and meaning of each.
pub(super) fn columns(name: &str, schema: &Schema) -> Value {
    let one = |field: &Arc<Field>| {
        let of = |key: &str| field.metadata().get(key).cloned();
        json!({
            "name": field.name(),
            "type": field.data_type().to_string(),
            "nullable": field.is_nullable(),
            "unit": of("unit"),
            "description": of("description"),
        })
    };
    json!({"schema": name, "columns": schema.fields().iter().map(one).collect::<Vec<_>>()})
}

fn list(fields: Vec<Field>) -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Struct(fields.into()), false)))
}

fn count(name: &str, description: &str) -> Field {
    field(name, DataType::UInt64, "1", description)
}

pub(super) fn field(name: &str, of: DataType, unit: &str, description: &str) -> Field {
    let pairs = [("unit", unit), ("description", description)];
    let metadata: HashMap<String, String> =
        pairs.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| ((*k).into(), (*v).into())).collect();
    Field::new(name, of, false).with_metadata(metadata)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::testing::{outcome, template};
    use crate::store::read;

    #[test]
    fn what_is_written_is_read_and_equal_ledgers_have_equal_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let template = template();
        let tallies: Vec<Tally> = (0..3)
            .map(|k| {
                let mut tally = Tally::of(&template, &(k * 400..(k + 1) * 400).map(outcome).collect::<Vec<_>>());
                tally.digest |= 1 << 63; // beyond what a signed number holds
                tally
            })
            .collect();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        write_ledger(&a, 7, &tallies).unwrap();
        write_ledger(&b, 7, &tallies).unwrap();
        assert_eq!(read_ledger(&a).unwrap(), tallies);
        assert_eq!(read(&a).unwrap(), read(&b).unwrap());
        assert_eq!(read_ledger(&a).unwrap()[0].causes[0].worst_margin.to_bits(), tallies[0].causes[0].worst_margin.to_bits());
    }

    #[test]
    fn a_campaign_without_a_rollout_has_a_ledger_without_rows() {
        let dir = tempfile::tempdir().unwrap();
        write_ledger(&dir.path().join("a"), 7, &[]).unwrap();
        assert_eq!(read_ledger(&dir.path().join("a")).unwrap(), []);
    }

    #[test]
    fn a_truncated_ledger_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write_ledger(&path, 7, &[]).unwrap();
        let bytes = read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(matches!(read_ledger(&path), Err(StoreError::Damaged { .. })));
    }
}
