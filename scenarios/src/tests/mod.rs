//! Tests of whole files.

mod agents;
mod catalogue;
mod conditional;
mod diagnostics;
mod distributions;
mod environment;
mod explain;
mod geometry;
mod inline;
mod library;
mod odds;
mod parameters;
mod reference;
mod review;
mod roads;
mod rules;
mod schema;
mod slight;
mod slips;
mod tables;
mod variants;

use crate::{LogicalScenario, check};
use nines_sim::Template;
use nines_sim::math::normal_quantile;

/// A scenario of the catalogue, which has no problems.
fn scenario(name: &str) -> LogicalScenario {
    let entry = crate::catalogue().into_iter().find(|e| e.name == name).expect("a scenario of that name");
    let checked = check(entry.text, entry.file);
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    entry.read().expect("no error")
}

/// Standard normal numbers for tests, by SplitMix64.
struct Normals(u64);

impl Normals {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
        normal_quantile(((x >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0)
    }

    /// Parameters of a concrete scenario.
    fn draw(&mut self, t: &Template) -> Vec<f64> {
        let mut out: Vec<f64> = t.params.iter().map(|_| self.next()).collect();
        t.values(&mut out);
        out
    }
}

/// Index of the stratum whose first latent variable has that state.
fn stratum(t: &Template, state: &str) -> Vec<u8> {
    let k = t.latents[0].states.iter().position(|s| s == state).expect("a state of that name");
    t.strata.iter().find(|s| s.states[0] as usize == k).expect("its stratum").states.clone()
}
