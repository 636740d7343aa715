//! Whether the rows of a compiled model are independent, to the bit: a row's answer must not change with its place, nor with what
//! stands in the other rows, nor with the number of rows that it was compiled for.
//!
//! All of it happens. A mean over the first axis mixes worlds. A sum along a row is made of partial sums that begin where the memory is
//! aligned, so that its last bit changes with the row's place.

use crate::plan::Plan;
use nines_sim::ObservationBatch;
use nines_sim::batch::{EGO_FIELDS, OBJECT_FIELDS, PRIOR_FIELDS};
use nines_sim::{EGO_LAYOUT, LayoutField, MAX_ACTORS, OBJECT_LAYOUT, PRIOR_LAYOUT};

/// Scales of the numbers that are tried: large ones saturate a network, and hide a difference.
const SCALES: [f64; 3] = [1.0, 0.1, 0.001];

/// Whether rows are independent, as far as trying can tell. A run that fails tells nothing here: it will be a fault of a rollout.
pub(crate) fn independent(plan: &Plan) -> bool {
    let rows = plan.rows;
    let forward: Vec<usize> = (0..rows).collect();
    let backward: Vec<usize> = (0..rows).rev().collect();
    // The even rows as before, other worlds in the odd ones.
    let others: Vec<usize> = (0..rows).map(|row| row + (row % 2) * rows).collect();
    SCALES.iter().all(|scale| {
        let answers = |order: &[usize]| answers(plan, rows, *scale, order);
        let (Some(a), Some(b), Some(c)) = (answers(&forward), answers(&backward), answers(&others)) else { return true };
        (0..rows).all(|row| a[row] == b[rows - 1 - row] && (row % 2 == 1 || a[row] == c[row]))
    })
}

/// Whether a smaller plan of a model answers the bits of the larger one, as far as trying can tell: kernels are chosen by size.
pub(crate) fn agree(large: &Plan, small: &Plan) -> bool {
    let order: Vec<usize> = (0..large.rows).collect();
    SCALES.iter().all(|scale| answers(large, large.rows, *scale, &order) == answers(small, large.rows, *scale, &order))
}

/// Bits of what a plan answers to worlds in an order, out of twice `rows` worlds.
fn answers(plan: &Plan, rows: usize, scale: f64, order: &[usize]) -> Option<Vec<Vec<u32>>> {
    let batch = observations(2 * rows, scale);
    let memory: Vec<f32> = (0..batch.worlds * plan.state).map(|k| spread(k) as f32 - 0.5).collect();
    let mut bits = Vec::new();
    for block in order.chunks(plan.rows) {
        let answer = plan.run(&batch, block, &memory).ok()?;
        for row in 0..block.len() {
            let part = |of: &[f32], width: usize| of[row * width..(row + 1) * width].to_vec();
            let all = [part(&answer.actions, plan.fields), part(&answer.state, plan.state)].concat();
            bits.push(all.into_iter().map(f32::to_bits).collect());
        }
    }
    Some(bits)
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
        priors: (0..worlds * PRIOR_FIELDS).map(|k| within(&PRIOR_LAYOUT[k % PRIOR_FIELDS], k)).collect(),
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
