//! One machine's part of a campaign: a range of chunks of each scenario.

use super::CHUNK;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Part `number` of `of`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// Which, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

/// Most shards of a campaign: array jobs of cluster schedulers end well below.
const MOST: u32 = 1 << 20;

impl Shard {
    /// Its chunks of a scenario of so many rollouts; they may be none. The ranges of all shards are the scenario's chunks, each once.
    pub fn chunks(self, rollouts: u64) -> Range<u64> {
        let chunks = u128::from(rollouts.div_ceil(CHUNK));
        // Below 2^45 chunks, so that the quotient fits again.
        let up_to = |k: u32| (chunks * u128::from(k) / u128::from(self.of.max(1))) as u64;
        up_to(self.number.saturating_sub(1))..up_to(self.number)
    }

    /// Its rollouts of such a scenario.
    pub fn rollouts(self, rollouts: u64) -> Range<u64> {
        let chunks = self.chunks(rollouts);
        (chunks.start * CHUNK).min(rollouts)..(chunks.end * CHUNK).min(rollouts)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        match parts {
            Some((number, of)) if of <= MOST && (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err(format!("expected K/N with 1 <= K <= N <= {MOST}, as in 3/64")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shards_of_a_scenario_are_its_chunks_each_once() {
        for rollouts in [1, 256, 257, 2000, 100_000, 999_999_999, 1 << 53] {
            for of in [1, 2, 7, 9, 64, 1000] {
                let mut next = 0;
                let mut sizes = Vec::new();
                for number in 1..=of {
                    let chunks = Shard { number, of }.chunks(rollouts);
                    assert_eq!(chunks.start, next);
                    next = chunks.end;
                    sizes.push(chunks.end - chunks.start);
                }
                assert_eq!(next, rollouts.div_ceil(CHUNK));
                assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{rollouts} over {of}");
                assert_eq!(Shard { number: of, of }.rollouts(rollouts).end, rollouts);
            }
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        assert_eq!("3/64".parse(), Ok(Shard { number: 3, of: 64 }));
        for text in ["0/2", "3/2", "1", "1/", "/2", "a/b", "-1/2", "1/99999999", "1/2/3"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
