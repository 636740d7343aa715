//! Whether it is the inputs of a point that make its margin small, or hidden noise.

use super::meter::Meter;
use super::pool::Pool;

/// Points that are asked once more.
const AGAIN: usize = 48;

/// What of a small margin comes back when the same inputs are asked again, with other noise: the realised heritability of quantitative
/// genetics, response to selection over selection (Falconer, Mackay 1996, "Introduction to Quantitative Genetics", chapter 11), of the
/// ranks of the points with the smallest margins. It is 1 where noise plays no part and about 0 where nothing else does; its standard
/// error is at most `0.29 / √48 / 0.5`, which is 0.08. `None` where all margins are alike, or too few are known.
///
/// Mean ranks need no unit and no scale, and a small margin is what a search follows: where it does not come back, none can.
pub(crate) fn heritability(meter: &mut Meter<'_>, pool: &Pool) -> Option<f64> {
    if pool.len() < 4 * AGAIN || meter.left() < AGAIN {
        return None;
    }
    let mut sorted = pool.margins().to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut order: Vec<usize> = (0..pool.len()).collect();
    order.sort_by(|a, b| pool.margins()[*a].total_cmp(&pool.margins()[*b])); // stable: of ties the first
    order.truncate(AGAIN);
    let again = meter.margins(&pool.points().select(order.iter().copied()));
    let below_middle = |margins: &mut dyn Iterator<Item = f64>| margins.map(|g| 0.5 - rank(&sorted, g)).sum::<f64>();
    let selection = below_middle(&mut order.iter().map(|k| pool.margins()[*k]));
    let response = below_middle(&mut again.into_iter());
    (selection > 0.0).then(|| response / selection)
}

/// The share of the sorted margins below one, of those equal to it half.
fn rank(sorted: &[f64], margin: f64) -> f64 {
    let (below, upto) = (sorted.partition_point(|g| *g < margin), sorted.partition_point(|g| *g <= margin));
    0.5 * (below + upto) as f64 / sorted.len() as f64
}
