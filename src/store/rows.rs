//! `rollouts/*/*.parquet`: one row per stored rollout.

use super::ledger::{columns, field, properties};
use super::{StoreError, write_whole};
use crate::campaign::{Analyst, Because, Believed, Kept, SharedChosen, SharedSample, belief_name};
use arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Float32Builder, Float64Array, Float64Builder, ListArray, ListBuilder, RecordBatch,
    StringArray, StructArray, UInt32Array, UInt64Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Float32Type, Float64Type, Int32Type, Schema, UInt32Type, UInt64Type};
use nines_sim::hindsight::Hindsight;
use nines_sim::random::Link;
use nines_sim::{Concrete, Criterion, Sampling, Template};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, PoisonError};

pub(super) const SCHEMA: &str = "nines.rollouts/1";
/// Rows that are turned into columns at a time; the row group is one whatever their number.
pub(super) const SLICE: usize = 1 << 16;

/// What rows are made of besides outcomes.
#[derive(Clone, Debug)]
pub struct RowContext<'a> {
    /// Scenario.
    pub template: &'a Template,
    /// Seed of the campaign.
    pub seed: u64,
    /// How latent states are drawn.
    pub sampling: Sampling,
    /// Natural over sampling probability of a stratum without the hazard and of one with it; `None` without natural priors.
    pub weights: Option<[f64; 2]>,
    /// Concrete scenarios that a search chose.
    pub chosen: Option<SharedChosen>,
    /// Those of them that its estimate rests on, once it has one.
    pub sample: Option<SharedSample>,
    /// Whether what the policy answered is kept of failures: it is not one of this program.
    pub answers: bool,
    /// Who looks back at failures, if anybody does.
    pub hindsight: Option<Analyst<'a>>,
    /// Whose beliefs are taken, if anybody's are.
    pub beliefs: Option<Analyst<'a>>,
}

/// What is found out of some rollouts before their rows are written, by index.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Why they failed.
    pub hindsight: BTreeMap<u64, Hindsight>,
    /// What the policy believed.
    pub beliefs: BTreeMap<u64, Believed>,
}

/// Writes rows, ascending by index, with what is known of some of them besides.
pub fn write_rows(path: &Path, context: &RowContext, rows: &[Kept], known: &Known) -> Result<(), StoreError> {
    let damaged = |e: String| StoreError::damaged(path, e);
    let mut bytes = Vec::new();
    let empty = to_batch(context, &[], known).map_err(|e| damaged(e.to_string()))?;
    let pairs = [("nines.scenario", context.template.name.clone()), ("nines.seed", context.seed.to_string())];
    let mut writer =
        ArrowWriter::try_new(&mut bytes, empty.schema(), Some(properties(SCHEMA, &pairs))).map_err(|e| damaged(e.to_string()))?;
    for slice in rows.chunks(SLICE) {
        let batch = to_batch(context, slice, known).map_err(|e| damaged(e.to_string()))?;
        writer.write(&batch).map_err(|e| damaged(e.to_string()))?;
    }
    writer.close().map_err(|e| damaged(e.to_string()))?;
    write_whole(path, &bytes)
}

/// Columns of the files: name, type, unit and meaning of each. A scenario adds `latent_<name>` and `param_<name_unit>`.
pub fn rows_columns() -> Value {
    columns(SCHEMA, &Schema::new(to_columns(None, &[], &Known::default()).fields))
}

struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn add(&mut self, name: &str, unit: &str, description: &str, nullable: bool, array: ArrayRef) {
        self.fields.push(field(name, array.data_type().clone(), unit, description).with_nullable(nullable));
        self.arrays.push(array);
    }

    fn f64(&mut self, name: &str, unit: &str, description: &str, values: impl Iterator<Item = f64>) {
        self.add(name, unit, description, false, Arc::new(Float64Array::from_iter_values(values)));
    }

    fn maybe_f64(&mut self, name: &str, unit: &str, description: &str, values: impl Iterator<Item = Option<f64>>) {
        self.add(name, unit, description, true, Arc::new(Float64Array::from_iter(values)));
    }

    fn u64(&mut self, name: &str, unit: &str, description: &str, values: impl Iterator<Item = u64>) {
        self.add(name, unit, description, false, Arc::new(UInt64Array::from_iter_values(values)));
    }

    fn u32(&mut self, name: &str, unit: &str, description: &str, values: impl Iterator<Item = u32>) {
        self.add(name, unit, description, false, Arc::new(UInt32Array::from_iter_values(values)));
    }

    fn word<'s>(&mut self, name: &str, description: &str, nullable: bool, values: impl Iterator<Item = Option<&'s str>>) {
        self.add(name, "", description, nullable, Arc::new(values.collect::<DictionaryArray<Int32Type>>()));
    }
}

fn to_batch(context: &RowContext, rows: &[Kept], known: &Known) -> Result<RecordBatch, arrow::error::ArrowError> {
    let columns = to_columns(Some(context), rows, known);
    RecordBatch::try_new(Arc::new(Schema::new(columns.fields)), columns.arrays)
}

/// The columns of some rows; without a scenario, and then without rows, those that all scenarios share.
fn to_columns(context: Option<&RowContext>, rows: &[Kept], known: &Known) -> Columns {
    let chosen = context.and_then(|c| c.chosen.as_ref()).map(|chosen| chosen.read().unwrap_or_else(PoisonError::into_inner));
    let chosen = chosen.as_deref();
    let draw = |row: &Kept| context.map(|c| c.template.concrete(c.seed, c.sampling, chosen, row.outcome.rollout));
    let drawn: Vec<Concrete> = rows.iter().filter_map(draw).collect();
    let template = context.map(|c| c.template);
    let all_strata = template.map_or(&[][..], |t| &t.strata);
    let strata: Vec<String> = template.map_or(Vec::new(), |t| (0..t.strata.len()).map(|k| stratum_name(t, k)).collect());
    let all = || rows.iter().map(|row| &row.outcome);
    let mut c = Columns { fields: Vec::new(), arrays: Vec::new() };

    c.u64("rollout", "1", "index in the scenario", all().map(|o| o.rollout));
    c.word("stored_because", "the first reason that holds", false, rows.iter().map(|row| Some(row.because.name())));
    c.u32("stands_for", "1", "rollouts of its kind that the row represents", rows.iter().map(|row| row.stands_for));
    c.word("stratum", "combination of latent states", false, all().map(|o| strata.get(o.stratum as usize).map(String::as_str)));
    let weight = |o: &nines_sim::Outcome| {
        let hazard = all_strata.get(o.stratum as usize).is_some_and(|s| s.hazard);
        let natural = context.and_then(|c| c.weights).map(|[other, given]| if hazard { given } else { other })?;
        if chosen.is_some_and(|chosen| chosen.at(o.rollout).is_some()) {
            // What was chosen on the way of a search has no weight of its own.
            let sample = context.and_then(|c| c.sample.as_ref()).and_then(|sample| sample.get())?;
            return sample.weight(o.rollout).map(|ratio| ratio * natural);
        }
        Some(natural)
    };
    c.maybe_f64("weight", "1", "likelihood ratio times natural over sampling probability of its stratum", all().map(weight));
    c.add("point", "1", "parameter coordinates in standard normal space", false, points(&drawn));
    c.add(
        "lineage",
        "1",
        "rollouts whose noise its own is put together from; empty where it is its own",
        false,
        lineages(&drawn),
    );
    c.word("verdict", "pass, fail or fault", false, all().map(|o| Some(o.verdict.name())));
    c.word("cause", "criterion failed first", true, all().map(|o| o.cause.map(Criterion::name)));
    c.f64("margin", "1", "smallest margin of the criteria that fail the scenario", all().map(|o| o.margin));
    for (k, criterion) in Criterion::ALL.iter().enumerate() {
        let has = template.is_some_and(|t| t.criteria.contains(criterion));
        let margins = all().map(|o| has.then_some(o.margins[k]));
        c.maybe_f64(&format!("margin_{}", criterion.name()), "1", "margin of one criterion", margins);
    }
    c.u32("steps", "1", "steps driven", all().map(|o| o.steps));
    c.f64("end_s", "s", "time of the end", all().map(|o| o.end_s));
    c.maybe_f64("failed_s", "s", "time of the first failure", all().map(|o| o.failed_s));
    c.maybe_f64("impact_speed_mps", "m/s", "relative speed at the first contact", all().map(|o| o.impact_speed_mps));
    c.maybe_f64("injury_risk", "1", "risk of a fatal injury of the person struck", all().map(|o| o.injury_risk));
    c.maybe_f64("min_distance_m", "m", "smallest distance to a harmful actor", all().map(|o| Some(o.min_distance_m)));
    c.maybe_f64("min_ttc_s", "s", "smallest time to collision", all().map(|o| o.min_ttc_s));
    c.maybe_f64("max_decel_mps2", "m/s^2", "hardest braking", all().map(|o| Some(o.max_decel_mps2)));
    c.maybe_f64("travelled_m", "m", "distance along the route", all().map(|o| Some(o.travelled_m)));
    c.f64("time_lost_s", "s", "time lost against driving freely", all().map(|o| o.time_lost_s));
    c.u32("harsh_brakes", "1", "harsh brakes", all().map(|o| o.harsh_brakes));
    c.u32("needless_stops", "1", "needless stops", all().map(|o| o.needless_stops));
    let back = || rows.iter().map(|row| known.hindsight.get(&row.outcome.rollout));
    c.word("attribution", "by hindsight, of failures analysed", true, back().map(|h| Some(h?.attribution.name())));
    c.maybe_f64("evident_s", "s", "when the hazard became evident", back().map(|h| Some(h?.evidence?.since_s)));
    c.maybe_f64("avoidable_until_s", "s", "last moment of avoidance", back().map(|h| Some(h?.avoidable?.until_s)));
    let believed = || rows.iter().map(|row| known.beliefs.get(&row.outcome.rollout));
    c.maybe_f64("stated_s", "s", "time up to which statements count as beliefs", believed().map(|b| b?.at_s));
    if let Some(name) = template.and_then(belief_name) {
        let about = "probability of the hazard that the policy stated last, up to stated_s";
        c.maybe_f64(&format!("belief_{name}"), "1", about, believed().map(|b| b?.belief));
        let about = "share of the rollouts that hold the hazard, as the policy was told";
        c.maybe_f64(&format!("base_rate_{name}"), "1", about, believed().map(|b| b?.base_rate));
    }
    c.word("fault", "kind of the policy's fault", true, all().map(|o| o.fault.map(|(kind, _)| kind.name())));
    let steps = UInt32Array::from_iter(all().map(|o| o.fault.map(|(_, step)| step)));
    c.add("fault_step", "1", "step of the fault", true, Arc::new(steps));
    c.f64("remote_help_s", "s", "supervised time", all().map(|_| 0.0));
    for (k, latent) in template.map_or(&[][..], |t| &t.latents).iter().enumerate() {
        let state = |o: &nines_sim::Outcome| {
            let stratum = all_strata.get(o.stratum as usize)?;
            latent.states.get(*stratum.states.get(k)? as usize).map(String::as_str)
        };
        c.word(&format!("latent_{}", latent.name), "hidden state", false, all().map(state));
    }
    for (k, param) in template.map_or(&[][..], |t| &t.params).iter().enumerate() {
        let values = drawn.iter().map(|concrete| concrete.params.get(k).copied().unwrap_or(f64::NAN));
        c.f64(&format!("param_{}", param.name), "", "parameter of the concrete scenario", values);
    }
    c.u64("digest", "", "of the whole trace", all().map(|o| o.digest));
    if context.is_none_or(|c| c.answers) {
        let about = "of failures under a policy that is not built in: what it answered, 6 values a step (`nines schema action`)";
        c.add("actions", "", about, false, answers(rows));
    }
    c
}

fn answers(rows: &[Kept]) -> ArrayRef {
    let item = Field::new("item", DataType::Float32, false);
    let mut list = ListBuilder::new(Float32Builder::new()).with_field(item);
    for row in rows {
        // Of passes only beliefs are needed, which are columns.
        list.values().append_slice(if row.outcome.failed() { &row.outcome.actions } else { &[] });
        list.append(true);
    }
    Arc::new(list.finish())
}

/// The states of a stratum in words: `intent=dashing`, several joined by `,`, or `all`.
pub fn stratum_name(template: &Template, stratum: usize) -> String {
    let states = template.strata.get(stratum).map_or(&[][..], |s| &s.states);
    let words = template.latents.iter().zip(states).map(|(latent, state)| {
        let state = latent.states.get(*state as usize).map_or("", String::as_str);
        format!("{}={state}", latent.name)
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "all".into() } else { words.join(",") }
}

fn points(drawn: &[Concrete]) -> ArrayRef {
    let item = Field::new("item", DataType::Float64, false);
    let mut list = ListBuilder::new(Float64Builder::new()).with_field(item);
    for concrete in drawn {
        list.values().append_slice(&concrete.point);
        list.append(true);
    }
    Arc::new(list.finish())
}

fn lineages(drawn: &[Concrete]) -> ArrayRef {
    let fields = vec![Field::new("key", DataType::UInt64, false), Field::new("rho", DataType::Float64, false)];
    let item = Field::new("item", DataType::Struct(fields.clone().into()), false);
    let links: Vec<_> = drawn.iter().flat_map(|concrete| &concrete.lineage).collect();
    let keys: ArrayRef = Arc::new(UInt64Array::from_iter_values(links.iter().map(|(rollout, _)| *rollout)));
    let shares: ArrayRef = Arc::new(Float64Array::from_iter_values(links.iter().map(|(_, rho)| *rho)));
    let values = StructArray::new(fields.into(), vec![keys, shares], None);
    let offsets = OffsetBuffer::from_lengths(drawn.iter().map(|concrete| concrete.lineage.len()));
    Arc::new(ListArray::new(Arc::new(item), offsets, Arc::new(values), None))
}

/// What is read back of a row: enough to run it again and to compare.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRow {
    /// Index in the scenario.
    pub rollout: u64,
    /// Why it is stored.
    pub because: Because,
    /// How many rollouts it represents.
    pub stands_for: u32,
    /// Combination of latent states, as [`stratum_name`] has it.
    pub stratum: String,
    /// Independent standard normal coordinates of the parameters.
    pub point: Vec<f64>,
    /// Rollouts whose noise its own is put together from, with what is kept of those before.
    pub lineage: Vec<Link>,
    /// Verdict.
    pub verdict: String,
    /// Criterion failed first.
    pub cause: Option<String>,
    /// Smallest margin.
    pub margin: f64,
    /// Margins of the scenario's criteria, in the order of [`Criterion::ALL`].
    pub margins: Vec<Option<f64>>,
    /// Steps driven.
    pub steps: u32,
    /// Digest of the trace.
    pub digest: u64,
    /// Kind of the policy's fault.
    pub fault: Option<String>,
    /// What the policy answered, where that was kept.
    pub actions: Vec<f32>,
}

/// Reads the rows of a file.
pub fn read_rows(path: &Path) -> Result<Vec<StoredRow>, StoreError> {
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    from_file(file).map_err(|e| StoreError::damaged(path, e))
}

fn from_file(file: File) -> Result<Vec<StoredRow>, Box<dyn std::error::Error>> {
    let mut rows = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file)?.build()? {
        let batch = batch?;
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| format!("it has no column {name}"));
        let (rollout, digest) = (numbers::<UInt64Type>(column("rollout")?)?, numbers::<UInt64Type>(column("digest")?)?);
        let (stands_for, steps) = (numbers::<UInt32Type>(column("stands_for")?)?, numbers::<UInt32Type>(column("steps")?)?);
        let (because, verdict, cause) = (words(column("stored_because")?)?, words(column("verdict")?)?, words(column("cause")?)?);
        let stratum = words(column("stratum")?)?;
        let points = column("point")?.as_list_opt::<i32>().ok_or("a column has another type")?;
        let lineages = column("lineage")?.as_list_opt::<i32>().ok_or("a column has another type")?;
        let margin = numbers::<Float64Type>(column("margin")?)?;
        let fault = words(column("fault")?)?;
        let actions =
            batch.column_by_name("actions").map(|column| column.as_list_opt::<i32>().ok_or("a column has another type"));
        let actions = actions.transpose()?;
        let margins =
            Criterion::ALL.iter().map(|criterion| numbers::<Float64Type>(column(&format!("margin_{}", criterion.name()))?));
        let margins = margins.collect::<Result<Vec<_>, _>>()?;
        let need = || "a value is missing";
        for k in 0..batch.num_rows() {
            let name = because[k].as_deref().ok_or_else(need)?;
            rows.push(StoredRow {
                rollout: rollout[k].ok_or_else(need)?,
                because: *Because::ALL.iter().find(|b| b.name() == name).ok_or("stored_because holds an unknown word")?,
                stands_for: stands_for[k].ok_or_else(need)?,
                stratum: stratum[k].clone().ok_or_else(need)?,
                point: numbers::<Float64Type>(&points.value(k))?.into_iter().collect::<Option<_>>().ok_or_else(need)?,
                lineage: links(&lineages.value(k)).ok_or_else(need)?,
                verdict: verdict[k].clone().ok_or_else(need)?,
                cause: cause[k].clone(),
                margin: margin[k].ok_or_else(need)?,
                margins: margins.iter().map(|column| column[k]).collect(),
                steps: steps[k].ok_or_else(need)?,
                digest: digest[k].ok_or_else(need)?,
                fault: fault[k].clone(),
                actions: match actions {
                    Some(lists) => {
                        let values = numbers::<Float32Type>(&lists.value(k))?;
                        values.into_iter().collect::<Option<_>>().ok_or_else(need)?
                    }
                    None => Vec::new(),
                },
            });
        }
    }
    Ok(rows)
}

/// A failure as modes are made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredFailure {
    /// Index in the scenario.
    pub rollout: u64,
    /// How many rollouts it represents.
    pub stands_for: u32,
    /// Combination of latent states, as [`stratum_name`] has it.
    pub stratum: String,
    /// Independent standard normal coordinates of the parameters.
    pub point: Vec<f64>,
    /// Criterion failed first.
    pub cause: String,
}

/// Some columns of a file, in batches.
fn only(file: File, columns: &[&str]) -> Result<ParquetRecordBatchReader, Box<dyn std::error::Error>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let places = columns.iter().map(|name| builder.schema().index_of(name)).collect::<Result<Vec<_>, _>>()?;
    let mask = ProjectionMask::roots(builder.parquet_schema(), places);
    Ok(builder.with_projection(mask).build()?)
}

/// Reads the rows of a file that failed and of which `margin`, a column, is not above 0.
pub fn read_failures(path: &Path, margin: &str) -> Result<Vec<StoredFailure>, StoreError> {
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    failures(file, margin).map_err(|e| StoreError::damaged(path, e))
}

fn failures(file: File, margin: &str) -> Result<Vec<StoredFailure>, Box<dyn std::error::Error>> {
    let mut all = Vec::new();
    for batch in only(file, &["rollout", "stands_for", "stratum", "point", "verdict", "cause", "fault", margin])? {
        let batch = batch?;
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| format!("it has no column {name}"));
        let (rollout, stands_for) = (numbers::<UInt64Type>(column("rollout")?)?, numbers::<UInt32Type>(column("stands_for")?)?);
        let (stratum, verdict, cause) = (words(column("stratum")?)?, words(column("verdict")?)?, words(column("cause")?)?);
        let (margins, fault) = (numbers::<Float64Type>(column(margin)?)?, words(column("fault")?)?);
        let points = column("point")?.as_list_opt::<i32>().ok_or("a column has another type")?;
        let need = || "a value is missing";
        for k in 0..batch.num_rows() {
            let failed = verdict[k].as_deref() != Some("pass") && (margins[k].is_some_and(|m| m <= 0.0) || fault[k].is_some());
            if failed {
                all.push(StoredFailure {
                    rollout: rollout[k].ok_or_else(need)?,
                    stands_for: stands_for[k].ok_or_else(need)?,
                    stratum: stratum[k].clone().ok_or_else(need)?,
                    point: numbers::<Float64Type>(&points.value(k))?.into_iter().collect::<Option<_>>().ok_or_else(need)?,
                    cause: cause[k].clone().ok_or_else(need)?,
                });
            }
        }
    }
    Ok(all)
}

/// Indices of the rows of a file that failed.
pub fn read_failed(path: &Path) -> Result<Vec<u64>, StoreError> {
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    failed(file).map_err(|e| StoreError::damaged(path, e))
}

fn failed(file: File) -> Result<Vec<u64>, Box<dyn std::error::Error>> {
    let mut all = Vec::new();
    for batch in only(file, &["rollout", "verdict"])? {
        let batch = batch?;
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| format!("it has no column {name}"));
        let (rollout, verdict) = (numbers::<UInt64Type>(column("rollout")?)?, words(column("verdict")?)?);
        let chosen = rollout.into_iter().zip(verdict).filter(|(_, verdict)| verdict.as_deref() != Some("pass"));
        all.extend(chosen.map(|(index, _)| index.ok_or("a value is missing")).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(all)
}

/// A failure that was analysed in hindsight.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredHindsight {
    /// Index in the scenario.
    pub rollout: u64,
    /// Combination of latent states, as [`stratum_name`] has it.
    pub stratum: String,
    /// Where it was lost.
    pub attribution: String,
    /// When the hazard became evident, s.
    pub evident_s: Option<f64>,
    /// Last moment of avoidance, s.
    pub avoidable_until_s: Option<f64>,
}

/// Reads the rows of a file that were analysed in hindsight.
pub fn read_hindsight(path: &Path) -> Result<Vec<StoredHindsight>, StoreError> {
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    hindsight_of(file).map_err(|e| StoreError::damaged(path, e))
}

fn hindsight_of(file: File) -> Result<Vec<StoredHindsight>, Box<dyn std::error::Error>> {
    let mut all = Vec::new();
    for batch in only(file, &["rollout", "stratum", "attribution", "evident_s", "avoidable_until_s"])? {
        let batch = batch?;
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| format!("it has no column {name}"));
        let (rollout, stratum) = (numbers::<UInt64Type>(column("rollout")?)?, words(column("stratum")?)?);
        let attribution = words(column("attribution")?)?;
        let (evident, until) = (column("evident_s")?, column("avoidable_until_s")?);
        let (evident, until) = (numbers::<Float64Type>(evident)?, numbers::<Float64Type>(until)?);
        for (k, attribution) in attribution.into_iter().enumerate() {
            let Some(attribution) = attribution else { continue };
            all.push(StoredHindsight {
                rollout: rollout[k].ok_or("a value is missing")?,
                stratum: stratum[k].clone().ok_or("a value is missing")?,
                attribution,
                evident_s: evident[k],
                avoidable_until_s: until[k],
            });
        }
    }
    Ok(all)
}

/// A rollout whose beliefs were looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredBelief {
    /// Index in the scenario.
    pub rollout: u64,
    /// Combination of latent states, as [`stratum_name`] has it.
    pub stratum: String,
    /// The probability of the hazard that was stated; `None` where none was.
    pub belief: Option<f64>,
    /// Share of the rollouts that hold it; `None` where the rollout is not scored.
    pub base_rate: Option<f64>,
    /// Time up to which statements count, s.
    pub at_s: Option<f64>,
}

/// Reads the rows of a file up to an index, with their beliefs by that name; none where the file has no such columns.
pub fn read_beliefs(path: &Path, name: &str, most: u64) -> Result<Vec<StoredBelief>, StoreError> {
    let file = File::open(path).map_err(StoreError::io("read", path))?;
    beliefs_of(file, name, most).map_err(|e| StoreError::damaged(path, e))
}

fn beliefs_of(file: File, name: &str, most: u64) -> Result<Vec<StoredBelief>, Box<dyn std::error::Error>> {
    let named = ["rollout", "stratum", &format!("belief_{name}"), &format!("base_rate_{name}"), "stated_s"].map(str::to_owned);
    let schema = ParquetRecordBatchReaderBuilder::try_new(file.try_clone()?)?.schema().clone();
    let mut all = Vec::new();
    if named.iter().any(|column| schema.column_with_name(column).is_none()) {
        return Ok(all);
    }
    for batch in only(file, &named.each_ref().map(String::as_str))? {
        let batch = batch?;
        let column = |k: usize| batch.column_by_name(&named[k]).ok_or_else(|| format!("it has no column {}", named[k]));
        let (rollout, stratum) = (numbers::<UInt64Type>(column(0)?)?, words(column(1)?)?);
        let [belief, base_rate, at_s] = [column(2)?, column(3)?, column(4)?].map(numbers::<Float64Type>);
        let (belief, base_rate, at_s) = (belief?, base_rate?, at_s?);
        for k in 0..batch.num_rows() {
            let rollout = rollout[k].ok_or("a value is missing")?;
            if rollout >= most {
                return Ok(all);
            }
            let stratum = stratum[k].clone().ok_or("a value is missing")?;
            all.push(StoredBelief { rollout, stratum, belief: belief[k], base_rate: base_rate[k], at_s: at_s[k] });
        }
    }
    Ok(all)
}

pub(super) fn numbers<T: arrow::datatypes::ArrowPrimitiveType>(array: &ArrayRef) -> Result<Vec<Option<T::Native>>, String> {
    let array = array.as_primitive_opt::<T>().ok_or("a column has another type")?;
    Ok(array.iter().collect())
}

fn links(array: &ArrayRef) -> Option<Vec<Link>> {
    let array = array.as_struct_opt()?;
    let keys = numbers::<UInt64Type>(array.column_by_name("key")?).ok()?;
    let shares = numbers::<Float64Type>(array.column_by_name("rho")?).ok()?;
    keys.into_iter().zip(shares).map(|(rollout, rho)| Some((rollout?, rho?))).collect()
}

pub(super) fn words(array: &ArrayRef) -> Result<Vec<Option<String>>, String> {
    let array = array.as_dictionary_opt::<Int32Type>().ok_or("a column has another type")?;
    let array = array.downcast_dict::<StringArray>().ok_or("a column has another type")?;
    Ok(array.into_iter().map(|word| word.map(str::to_owned)).collect())
}
