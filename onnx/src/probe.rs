//! Whether the rows of a compiled model are independent, to the bit: a row's answer must not change with its place, nor with what
//! stands in the other rows.
//!
//! Either happens. A mean over the first axis mixes worlds. A sum along a row is made of partial sums that begin where the memory is
//! aligned, so that its last bit changes with the row's place.

use crate::plan::Plan;
use nines_sim::ObservationBatch;
use nines_sim::batch::{EGO_FIELDS, OBJECT_FIELDS};
use nines_sim::{EGO_LAYOUT, LayoutField, MAX_ACTORS, OBJECT_LAYOUT};

/// Scales of the numbers that are tried: large ones saturate a network, and hide a difference.
const SCALES: [f64; 3] = [1.0, 0.1, 0.001];

/// Whether rows are independent, as far as trying can tell. A run that fails tells nothing here: it will be a fault of a rollout.
pub(crate) fn independent(plan: &Plan) -> bool {
    SCALES.iter().all(|scale| {
        let batch = observations(2 * plan.rows, *scale);
        let memory: Vec<f32> = (0..batch.worlds * plan.state).map(|k| spread(k) as f32 - 0.5).collect();
        let run = |worlds: &[usize]| plan.run(&batch, worlds, &memory).ok();
        let forward: Vec<usize> = (0..plan.rows).collect();
        let backward: Vec<usize> = (0..plan.rows).rev().collect();
        // The even rows as before, other worlds in the odd ones.
        let others: Vec<usize> = (0..plan.rows).map(|row| row + (row % 2) * plan.rows).collect();
        let (Some(a), Some(b), Some(c)) = (run(&forward), run(&backward), run(&others)) else { return true };
        let same = |row: usize, width: usize, a: &[f32], b: &[f32], at: usize| {
            let bits =
                |of: &[f32], row: usize| of[row * width..(row + 1) * width].iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            bits(a, row) == bits(b, at)
        };
        let held = |a: &crate::plan::Answer, b: &crate::plan::Answer, row: usize, at: usize| {
            same(row, plan.fields, &a.actions, &b.actions, at) && same(row, plan.state, &a.state, &b.state, at)
        };
        (0..plan.rows).all(|row| held(&a, &b, row, plan.rows - 1 - row) && (row % 2 == 1 || held(&a, &c, row, row)))
    })
}

/// Rows spread over the layout's ranges: no two alike, and no draw needed.
fn observations(worlds: usize, scale: f64) -> ObservationBatch {
    let within = |field: &LayoutField, k: usize| {
        // Places and speeds as they are on a road, not as far as they may be told.
        let (low, high) = (field.low.max(-50.0), field.high.min(50.0));
        (scale * (low + (high - low) * spread(k))) as f32
    };
    let flag = |k: usize| u8::from(spread(k) < 0.5);
    ObservationBatch {
        worlds,
        slots: (0..worlds as u32).collect(),
        seeds: (0..worlds as u64).collect(),
        first: (0..worlds).map(flag).collect(),
        ego: (0..worlds * EGO_FIELDS).map(|k| within(&EGO_LAYOUT[k % EGO_FIELDS], k)).collect(),
        objects: (0..worlds * MAX_ACTORS * OBJECT_FIELDS).map(|k| within(&OBJECT_LAYOUT[k % OBJECT_FIELDS], k)).collect(),
        mask: (0..worlds * MAX_ACTORS).map(flag).collect(),
        ids: (0..worlds * MAX_ACTORS).map(|k| (k % MAX_ACTORS) as u32).collect(),
    }
}

/// Multiples of the golden ratio without their whole part: they lie evenly in [0, 1).
fn spread(k: usize) -> f64 {
    (k as f64 * 0.618_033_988_749_894_9).fract()
}
