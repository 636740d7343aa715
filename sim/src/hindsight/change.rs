//! The smallest change of a failure that makes it pass: a local search in the standard normal space of the parameters.
//!
//! Latent states and noise stay as they are. Along straight ways, to the medians of all coordinates together and of each alone to either
//! side, the first point that passes is looked for; of the nearest of these every coordinate is then put back as far as it goes. What comes
//! out is minimal one coordinate at a time: none can be put back wholly, nor nearer by more than a hundredth of a standard deviation. A
//! smaller change in another direction may exist.

/// Steps of the look along a way; what passes between two of them is not seen.
const LOOKS: usize = 24;
/// How far each coordinate alone is moved to either side, standard deviations; to its median if that is farther.
const FARTHEST: f64 = 3.0;
/// How near the edge of passing is found, standard deviations.
const NEAR: f64 = 0.01;

/// A change of the parameters, in standard normal space.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where it passes.
    pub point: Vec<f64>,
    /// Coordinates that are changed, the largest change first.
    pub changed: Vec<usize>,
    /// Length of the change.
    pub length: f64,
    /// Points that were driven.
    pub evaluations: u64,
}

/// Searches the smallest change of a point that fails. `None` where nothing on the ways passes.
pub fn smallest_change(point: &[f64], mut passes: impl FnMut(&[f64]) -> bool) -> Option<Change> {
    let mut evaluations = 0;
    let mut passes = |z: &[f64]| {
        evaluations += 1;
        passes(z)
    };
    let dim = point.len();
    let alone = |k: usize, by: f64| (0..dim).map(|j| if j == k { by } else { 0.0 }).collect::<Vec<f64>>();
    let sides = |k: usize| [-1.0, 1.0].map(|side| alone(k, side * FARTHEST.max(-side * point[k])));
    let ways = std::iter::once(point.iter().map(|z| -z).collect()).chain((0..dim).flat_map(sides));
    let mut best: Option<(f64, Vec<f64>)> = None;
    for way in ways {
        let whole = length(&way);
        let at = |share: f64| point.iter().zip(&way).map(|(z, by)| z + share * by).collect::<Vec<f64>>();
        let Some(share) = first(whole, &mut |share| passes(&at(share))) else { continue };
        if best.as_ref().is_none_or(|(known, _)| share * whole < *known) {
            best = Some((share * whole, at(share)));
        }
    }
    let (_, mut z) = best?;
    // The smallest changes first: they are what can be done without.
    loop {
        let before = z.clone();
        let mut order: Vec<usize> = (0..dim).filter(|k| z[*k] != point[*k]).collect();
        order.sort_by(|a, b| (z[*a] - point[*a]).abs().total_cmp(&(z[*b] - point[*b]).abs()).then(a.cmp(b)));
        for k in order {
            let away = z[k] - point[k];
            let put = |share: f64| {
                let mut back = z.clone();
                back[k] = point[k] + share * away;
                back
            };
            if passes(&put(0.0)) {
                z[k] = point[k];
                continue;
            }
            // It passes with all of its change, and fails with none.
            let (mut fails, mut enough) = (0.0, 1.0);
            while (enough - fails) * away.abs() > NEAR {
                let middle = 0.5 * (fails + enough);
                if passes(&put(middle)) { enough = middle } else { fails = middle }
            }
            z[k] = point[k] + enough * away;
        }
        let moved = z.iter().zip(&before).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        if moved <= NEAR {
            break;
        }
    }
    let by: Vec<f64> = z.iter().zip(point).map(|(a, b)| a - b).collect();
    let mut changed: Vec<usize> = (0..dim).filter(|k| by[*k] != 0.0).collect();
    changed.sort_by(|a, b| by[*b].abs().total_cmp(&by[*a].abs()).then(a.cmp(b)));
    Some(Change { length: length(&by), point: z, changed, evaluations })
}

/// The first share of a way that passes, to [`NEAR`].
fn first(whole: f64, passes: &mut dyn FnMut(f64) -> bool) -> Option<f64> {
    if whole == 0.0 {
        return None;
    }
    let reached = (1..=LOOKS).find(|k| passes(*k as f64 / LOOKS as f64))?;
    let (mut fails, mut enough) = ((reached - 1) as f64 / LOOKS as f64, reached as f64 / LOOKS as f64);
    while (enough - fails) * whole > NEAR {
        let middle = 0.5 * (fails + enough);
        if passes(middle) { enough = middle } else { fails = middle }
    }
    Some(enough)
}

fn length(z: &[f64]) -> f64 {
    z.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half spaces and a corner, whose nearest points are known.
    #[test]
    fn the_change_is_minimal_one_coordinate_at_a_time() {
        // Only one coordinate matters: the nearest point of `z[1] < 1` from (2, 3).
        let one = smallest_change(&[2.0, 3.0], |z| z[1] < 1.0).expect("passes at the median");
        assert_eq!((one.changed.as_slice(), one.point[0]), (&[1][..], 2.0));
        assert!((one.length - 2.0).abs() <= 2.0 * NEAR, "{one:?}");
        // Both are needed.
        let both = smallest_change(&[2.0, -3.0, 0.5], |z| z[0] < 1.0 && z[1] > -2.0).expect("passes at the median");
        assert_eq!(both.changed.len(), 2);
        assert!((both.length - 2f64.sqrt()).abs() <= 4.0 * NEAR, "{both:?}");
        // Away from the median as well.
        let away = smallest_change(&[1.0, 0.0], |z| z[1] > 1.5).expect("passes");
        assert!((away.length - 1.5).abs() <= 2.0 * NEAR && away.changed == [1], "{away:?}");
        // A gap within the failures that is wider than the look is found, not the far side.
        let near = smallest_change(&[4.0], |z| z[0] < 0.5 || (2.0..3.0).contains(&z[0])).expect("passes");
        assert!((near.point[0] - 3.0).abs() <= 2.0 * NEAR, "{near:?}");
        assert!(smallest_change(&[1.0, 1.0], |_| false).is_none() && smallest_change(&[], |_| true).is_none());
    }
}
