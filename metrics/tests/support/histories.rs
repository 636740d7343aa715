//! Simulated histories of a campaign that is looked at after every chunk: for the tests of the sequence and its study.

use nines_metrics::{Confidence, Counts, Demand, Plan, Sample, Verdict};

/// The confidence of all verdicts.
pub fn at_95() -> Confidence {
    Confidence::new(0.95).unwrap()
}

/// Counts that are possible.
pub fn counts(rollouts: u64, failures: u64) -> Counts {
    Counts::new(rollouts, failures).unwrap()
}

/// SplitMix64, so that histories are the same everywhere.
pub struct Random(pub u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Rollouts up to and with the next failure.
    pub fn gap(&mut self, p: f64) -> u64 {
        (self.unit().ln() / (-p).ln_1p()).ceil().max(1.0) as u64
    }
}

/// Rollouts between two looks.
pub const CHUNK: u64 = 256;
/// Histories of a study.
pub const HISTORIES: u64 = 1000;

/// Verdicts after every chunk: failures up to which a demand is demonstrated (`None`: not even without any), and from which it is
/// refuted.
pub fn thresholds(nines: f64, plan: Plan, looks: u64) -> Vec<(Option<u64>, u64)> {
    let demand = Demand::nines(nines).unwrap();
    let verdict = |n, k| demand.decided(&Sample::all(counts(n, k)).under(plan), at_95(), 1);
    let (mut most, mut least) = (None, 1);
    let mut all = Vec::new();
    for n in (1..=looks).map(|look| look * CHUNK) {
        // Both rise with the rollouts.
        while verdict(n, most.map_or(0, |most: u64| most + 1)) == Some(Verdict::Demonstrated) {
            most = Some(most.map_or(0, |most| most + 1));
        }
        while verdict(n, least) != Some(Verdict::Refuted) {
            least += 1;
        }
        all.push((most, least));
    }
    all
}

/// For each history at a true probability the rollouts at which the demand was first demonstrated, and first refuted.
pub fn first(p: f64, seed: u64, thresholds: &[(Option<u64>, u64)]) -> Vec<(Option<u64>, Option<u64>)> {
    let history = |history: u64| {
        let mut random = Random(seed ^ history << 32);
        let (mut failures, mut next) = (0, random.gap(p));
        let (mut demonstrated, mut refuted) = (None, None);
        for (n, (most, least)) in (1..).map(|look| look * CHUNK).zip(thresholds) {
            while next <= n {
                failures += 1;
                next += random.gap(p);
            }
            if demonstrated.is_none() && most.is_some_and(|most| failures <= most) {
                demonstrated = Some(n);
            }
            if refuted.is_none() && failures >= *least {
                refuted = Some(n);
            }
        }
        (demonstrated, refuted)
    };
    (0..HISTORIES).map(history).collect()
}

/// How many histories ever show it demonstrated, and refuted.
pub fn ever(p: f64, seed: u64, thresholds: &[(Option<u64>, u64)]) -> (u64, u64) {
    let all = first(p, seed, thresholds);
    let of = |is: fn(&(Option<u64>, Option<u64>)) -> bool| all.iter().filter(|one| is(one)).count() as u64;
    (of(|one| one.0.is_some()), of(|one| one.1.is_some()))
}
