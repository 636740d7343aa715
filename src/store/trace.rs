//! A trace as a table: one row per step.

use super::ledger::{field, properties};
use super::{StoreError, write_whole};
use arrow::array::{Array, ArrayRef, BooleanArray, DictionaryArray, Float64Array, RecordBatch, UInt32Array, UInt64Array};
use arrow::datatypes::{Field, Int32Type, Schema};
use nines_sim::{Criterion, Fired, Frame, Motion, Template, Trace};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

const SCHEMA: &str = "nines.trace/1";

/// Whether a file is a trace, by its own word.
pub fn is_trace(path: &Path) -> bool {
    let pairs = || {
        let file = File::open(path).ok()?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).ok()?;
        builder.metadata().file_metadata().key_value_metadata().cloned()
    };
    pairs().is_some_and(|pairs| pairs.iter().any(|pair| pair.key == "nines.schema" && pair.value.as_deref() == Some(SCHEMA)))
}

/// Writes a trace. Its last `margin` is that of the rollout's row.
pub fn write_trace(path: &Path, template: &Template, trace: &Trace) -> Result<(), StoreError> {
    let damaged = |e: String| StoreError::damaged(path, e);
    let batch = to_batch(template, trace).map_err(|e| damaged(e.to_string()))?;
    let properties = properties(SCHEMA, &[("nines.scenario", template.name.clone())]);
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).map_err(|e| damaged(e.to_string()))?;
    writer.write(&batch).and_then(|()| writer.close()).map_err(|e| damaged(e.to_string()))?;
    write_whole(path, &bytes)
}

fn to_batch(template: &Template, trace: &Trace) -> Result<RecordBatch, arrow::error::ArrowError> {
    let frames = &trace.frames;
    let mut columns: Vec<(Field, ArrayRef)> = Vec::new();
    let mut add = |name: &str, unit: &str, description: &str, array: ArrayRef| {
        columns.push((field(name, array.data_type().clone(), unit, description).with_nullable(array.is_nullable()), array));
    };
    let numbers = |of: &dyn Fn(&Frame) -> f64| -> ArrayRef { Arc::new(Float64Array::from_iter_values(frames.iter().map(of))) };
    add("step", "1", "steps since the start", Arc::new(UInt32Array::from_iter_values(0..frames.len() as u32)));
    add("time_s", "s", "", numbers(&|f| f.time_s));
    add("ego_x_m", "m", "rear axle", numbers(&|f| f.ego.x_m));
    add("ego_y_m", "m", "rear axle", numbers(&|f| f.ego.y_m));
    add("ego_heading_rad", "rad", "", numbers(&|f| f.ego.heading_rad));
    add("ego_speed_mps", "m/s", "", numbers(&|f| f.ego.speed_mps));
    add("ego_accel_mps2", "m/s^2", "", numbers(&|f| f.ego.accel_mps2));
    add("ego_s_m", "m", "along the route", numbers(&|f| f.ego.s_m));
    add("ego_d_m", "m", "to the left of the route", numbers(&|f| f.ego.d_m));
    add("action_accel_mps2", "m/s^2", "asked for by the policy; NaN where it gave none", numbers(&|f| f.action[0]));
    add("action_curvature", "1/m", "asked for by the policy; NaN where it gave none", numbers(&|f| f.action[1]));
    add("belief", "1", "stated by the policy; NaN where it states none", numbers(&|f| f.belief));
    add("distance_m", "m", "to the nearest harmful actor", numbers(&|f| f.distance_m));
    let fails = |k: &usize| template.criteria.contains(&Criterion::ALL[*k]);
    let smallest = |f: &Frame| (0..Criterion::ALL.len()).filter(fails).map(|k| f.margins[k]).fold(f64::INFINITY, f64::min);
    add("margin", "1", "smallest so far of the criteria that fail the scenario", numbers(&smallest));
    for (k, criterion) in Criterion::ALL.iter().enumerate() {
        add(&format!("margin_{}", criterion.name()), "1", "smallest so far", numbers(&|f| f.margins[k]));
    }
    for (k, actor) in trace.actors.iter().enumerate().filter(|(_, actor)| actor.active) {
        let name = |what: &str| format!("actor_{}_{what}", actor.name);
        add(&name("x_m"), "m", "centre", numbers(&|f| f.actors[k].x_m));
        add(&name("y_m"), "m", "centre", numbers(&|f| f.actors[k].y_m));
        add(&name("heading_rad"), "rad", "", numbers(&|f| f.actors[k].heading_rad));
        add(&name("vx_mps"), "m/s", "", numbers(&|f| f.actors[k].vx_mps));
        add(&name("vy_mps"), "m/s", "", numbers(&|f| f.actors[k].vy_mps));
        let truths =
            |of: &dyn Fn(&Frame) -> bool| -> ArrayRef { Arc::new(BooleanArray::from_iter(frames.iter().map(|f| Some(of(f))))) };
        add(&name("visible"), "", "in a free line of sight", truths(&|f| f.actors[k].visible));
        add(&name("detected"), "", "measured in this step", truths(&|f| f.actors[k].detected));
        let words = |of: &dyn Fn(&Frame) -> Option<String>| -> ArrayRef {
            Arc::new(
                frames.iter().map(of).collect::<Vec<_>>().iter().map(Option::as_deref).collect::<DictionaryArray<Int32Type>>(),
            )
        };
        if let Motion::Agent(agent) = &template.actors[k].motion {
            let mode = |f: &Frame| f.actors[k].mode.and_then(|m| agent.modes.get(usize::from(m))).map(|m| m.name.clone());
            add(&name("mode"), "", "what it does", words(&mode));
        }
        let fired = |f: &Frame| f.actors[k].fired.map(Fired::name);
        add(&name("fired"), "", "the trigger that set it going, or ended its mode, in the step before", words(&fired));
    }
    add("digest", "", "of the trace so far", Arc::new(UInt64Array::from_iter_values(frames.iter().map(|f| f.digest))));
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}
