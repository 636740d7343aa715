//! Failure probabilities with intervals of proven coverage, the nines that follow, and exposure arithmetic.
//!
//! This crate knows nothing of driving: it sees counts of rollouts and failures, natural shares and exposures. Every interval
//! holds at the stated confidence for every true probability, whatever the number of failures, zero included; the coverage
//! study is in `docs/intervals.md`. All elementary functions come from the portable `libm` crate, so that equal counts give
//! equal bits on every machine.
//!
//! | module | holds |
//! |---|---|
//! | [`belief`] | stated probabilities against the truth: Brier score, log loss, skill, calibration curve |
//! | [`Counts`], [`Confidence`], [`Alpha`] | what was counted, and how sure one wants to be; checked once, where they enter |
//! | [`binomial`] | exact Clopper-Pearson limits, exact tests |
//! | [`sequence`], [`Plan`] | limits that hold however often one looks, and which of both a campaign uses |
//! | [`Prior`], [`TwoGroup`] | limits of `(1-w) p0 + w p1` from two independent halves |
//! | [`Sample`] | the forms of random sampling with their limits: plain, two groups, a weighted mix |
//! | [`Estimate`] | the result, which cannot be built without its interval |
//! | [`Nines`], [`digits`] | `-log10` of a probability; roundings that never flatter |
//! | [`march`] | nine by nine: demonstrated, refuted, or what it still takes |
//! | [`trend`] | what a nine costs over successive versions, and when the next one is due |
//! | [`gate()`] | is the demanded nine demonstrated in every scenario? |
//! | [`Paired`], [`PairedHalves`] | two policies on the same points: exact test, limits of the difference and of the ratio |
//! | [`compare()`] | is one of them better or worse, in which scenarios? |
//! | [`holm()`] | correction for the choice among many tests |
//! | [`Exposure`], [`Rate`] | encounters per kilometre, failures per kilometre |
//! | [`modes`] | which kinds of failures there are, how much each weighs, and which inputs make it |
//! | [`RateSum`] | failures per kilometre over several scenarios |
//!
//! ```
//! use nines_metrics::{Confidence, Counts, Nines, Sample};
//!
//! let sample = Sample::half(Counts::new(50_000, 0)?);
//! let estimate = sample.estimate(Confidence::new(0.95)?);
//! assert_eq!(estimate.demonstrated().shown(), "4.2");
//! assert_eq!(Nines::of(1.0e-3).shown(), "3.0");
//! # Ok::<(), nines_metrics::Error>(())
//! ```

#![cfg_attr(test, allow(clippy::disallowed_methods))]

pub mod belief;
mod beta;
pub mod binomial;
mod compare;
mod counts;
pub mod digits;
mod error;
mod estimate;
mod exposure;
mod gate;
mod holm;
mod level;
mod march;
pub mod modes;
mod nines;
mod normal;
mod paired;
mod plan;
mod prior;
pub mod rare;
mod rate;
mod sample;
mod searched;
pub mod sequence;
mod sum;
pub mod trend;
mod two_group;
mod weighted;

pub use compare::{Change, Compared, Comparison, Margin, Pair, Tested, compare};
pub use counts::Counts;
pub use error::Error;
pub use estimate::{Assumption, Diagnostics, Estimate, Interval, Kind, NO_FAILURE_OUTSIDE_HAZARD};
pub use exposure::{Exposure, km_needed};
pub use gate::{Answer, Demand, Gate, Question, Verdict, gate};
pub use holm::holm;
pub use level::{Alpha, Confidence};
pub use march::{MARCH_NINES, MarchRow, State, march, reliability};
pub use nines::Nines;
pub use normal::factor_at;
pub use paired::{Difference, Paired, PairedHalves};
pub use plan::Plan;
pub use prior::Prior;
pub use rate::{KM_PER_MILE, Rate, UpperFactors, within};
pub use sample::Sample;
pub use searched::{Rest, Searched};
pub use sequence::Mixture;
pub use sum::{RateSum, Summand};
pub use two_group::TwoGroup;
pub use weighted::Weighted;
