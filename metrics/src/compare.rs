//! Is policy B better or worse than policy A, on the same points, and in which scenarios?
//!
//! Each scenario asks two questions: given the hazard, and otherwise. The questions of one kind are a family: their exact two-sided
//! p-values are corrected by Holm's method ([`crate::holm()`]) and held against `1 - confidence`. Where both policies fail equally often
//! everywhere, a family says "worse" of any scenario with at most half of that probability, and both together with all of it: whoever
//! changed nothing is told "worse" in at most 5% of comparisons at 95% (`docs/compare.md` has the study).
//!
//! **Margin**: "B fails at most R times as often as A given the hazard" is shown of all scenarios by showing it of each at the full
//! confidence (intersection-union), as [`crate::gate()`] does.

use crate::{Confidence, Error, Paired, holm};

/// What a comparison shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// B fails less often.
    Better,
    /// B fails more often.
    Worse,
    /// Neither is shown. It does not mean that they are equal.
    NotToldApart,
}

/// How many times as often B may fail.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Margin(f64);

impl Margin {
    /// Checks a ratio.
    ///
    /// # Errors
    /// [`Error::Margin`] unless it is a finite number of at least 1.
    pub fn new(ratio: f64) -> Result<Self, Error> {
        if ratio >= 1.0 && ratio.is_finite() { Ok(Self(ratio)) } else { Err(Error::Margin(ratio)) }
    }

    /// The ratio.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// What was counted of a scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Points with the hazard.
    pub hazard: Paired,
    /// Points without it; no points where every one is a hazard.
    pub other: Paired,
    /// Whether the counts mean what they say. Else nothing good is said of B, and what is worse still is.
    pub trusted: bool,
}

/// The answer to one question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// The two-sided p-value ([`Paired::p_value`]).
    pub p_value: f64,
    /// The same after Holm's correction over the scenarios.
    pub p_holm: f64,
    /// What is shown.
    pub change: Change,
}

/// The answers for one scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Given the hazard.
    pub hazard: Tested,
    /// Otherwise; `None` without such points.
    pub other: Option<Tested>,
    /// One-sided upper limit of P(B) / P(A) given the hazard; `None` where nothing bounds it.
    pub ratio_upper: Option<f64>,
    /// Whether B is shown to stay within the margin, where one was asked for.
    pub within_margin: Option<bool>,
}

/// The answers for a set of scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// One for each scenario, in the order given.
    pub scenarios: Vec<Compared>,
    /// Worse where any scenario is, given the hazard or otherwise; better where one is, none is worse, and all are trusted.
    pub change: Change,
    /// Whether B is shown to stay within the margin in every scenario, where one was asked for.
    pub within_margin: Option<bool>,
}

/// Compares two policies over a set of scenarios at one confidence for the set.
pub fn compare(pairs: &[Pair], confidence: Confidence, margin: Option<Margin>) -> Comparison {
    let with_other: Vec<bool> = pairs.iter().map(|pair| pair.other.points() > 0).collect();
    let given: Vec<Paired> = pairs.iter().map(|pair| pair.hazard).collect();
    let otherwise: Vec<Paired> = pairs.iter().zip(&with_other).filter(|(_, with)| **with).map(|(pair, _)| pair.other).collect();
    let (given, mut otherwise) = (family(&given, confidence), family(&otherwise, confidence).into_iter());
    let scenarios: Vec<Compared> = pairs
        .iter()
        .zip(given)
        .zip(with_other)
        .map(|((pair, hazard), with_other)| {
            let believed = |tested: Tested| match tested.change {
                Change::Better if !pair.trusted => Tested { change: Change::NotToldApart, ..tested },
                _ => tested,
            };
            let ratio_upper = pair.hazard.ratio_upper(confidence.one_sided());
            let within = |margin: Margin| pair.trusted && ratio_upper.is_some_and(|ratio| ratio <= margin.get());
            Compared {
                hazard: believed(hazard),
                other: if with_other { otherwise.next().map(believed) } else { None },
                ratio_upper,
                within_margin: margin.map(within),
            }
        })
        .collect();
    let any = |change| scenarios.iter().any(|s| s.hazard.change == change || s.other.is_some_and(|o| o.change == change));
    let change = if any(Change::Worse) {
        Change::Worse
    } else if any(Change::Better) && pairs.iter().all(|pair| pair.trusted) {
        Change::Better
    } else {
        Change::NotToldApart
    };
    let within = |_| !scenarios.is_empty() && scenarios.iter().all(|s| s.within_margin == Some(true));
    let within_margin = margin.map(within);
    Comparison { scenarios, change, within_margin }
}

/// The tests of one kind of question.
fn family(tables: &[Paired], confidence: Confidence) -> Vec<Tested> {
    let p_values: Vec<f64> = tables.iter().map(|table| table.p_value()).collect();
    let tested = |((table, p_value), p_holm): ((&Paired, f64), f64)| {
        let change = match table.only_b() > table.only_a() {
            _ if p_holm > confidence.one_sided().get() => Change::NotToldApart,
            true => Change::Worse,
            false => Change::Better,
        };
        Tested { p_value, p_holm, change }
    };
    tables.iter().zip(p_values.iter().copied()).zip(holm(&p_values)).map(tested).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(hazard: [u64; 4], other: [u64; 4]) -> Pair {
        let table = |[both, only_a, only_b, neither]: [u64; 4]| Paired::new(both, only_a, only_b, neither).unwrap();
        Pair { hazard: table(hazard), other: table(other), trusted: true }
    }

    fn at_95(pairs: &[Pair], margin: Option<f64>) -> Comparison {
        compare(pairs, Confidence::new(0.95).unwrap(), margin.map(|ratio| Margin::new(ratio).unwrap()))
    }

    const CLEAN: [u64; 4] = [0, 0, 0, 50_000];

    #[test]
    fn better_worse_and_not_told_apart() {
        let pairs =
            [pair([354, 298, 9, 49_339], CLEAN), pair([94, 2, 55, 49_849], [0, 1, 0, 49_999]), pair([40, 12, 15, 49_933], CLEAN)];
        let got = at_95(&pairs, None);
        let changes: Vec<Change> = got.scenarios.iter().map(|s| s.hazard.change).collect();
        assert_eq!(changes, [Change::Better, Change::Worse, Change::NotToldApart]);
        assert_eq!((got.change, got.within_margin), (Change::Worse, None));
        assert_eq!(at_95(&pairs[..1], None).change, Change::Better);
    }

    #[test]
    fn what_one_scenario_shows_may_not_be_shown_among_many() {
        // 6 to 0 has the p-value 2/64, above 0.05 / 2.
        let narrow = pair([0, 0, 6, 1000], [0; 4]);
        assert_eq!(at_95(&[narrow], None).change, Change::Worse);
        assert_eq!(at_95(&[narrow, pair(CLEAN, CLEAN)], None).change, Change::NotToldApart);
    }

    #[test]
    fn worse_without_the_hazard_is_worse() {
        let got = at_95(&[pair([100, 90, 10, 49_800], [0, 0, 40, 49_960])], None);
        assert_eq!(got.scenarios[0].hazard.change, Change::Better);
        assert_eq!(got.scenarios[0].other.map(|o| o.change), Some(Change::Worse));
        assert_eq!(got.change, Change::Worse);
    }

    #[test]
    fn nothing_good_is_said_of_what_is_not_trusted() {
        let mut better = pair([100, 90, 10, 49_800], CLEAN);
        better.trusted = false;
        let got = at_95(&[better], Some(3.0));
        assert_eq!((got.change, got.within_margin), (Change::NotToldApart, Some(false)));
        let sound = pair([100, 90, 10, 49_800], CLEAN);
        assert_eq!(at_95(&[better, sound], None).change, Change::NotToldApart);
        let mut worse = pair([100, 10, 90, 49_800], CLEAN);
        worse.trusted = false;
        assert_eq!(at_95(&[worse], None).change, Change::Worse);
    }

    #[test]
    fn a_margin_is_shown_of_all_or_not_at_all() {
        let near = pair([600, 30, 34, 49_336], CLEAN);
        assert_eq!(at_95(&[near, near], Some(1.2)).within_margin, Some(true));
        assert_eq!(at_95(&[near, near], Some(1.01)).within_margin, Some(false));
        // Where A never fails no ratio is bounded.
        assert_eq!(at_95(&[near, pair(CLEAN, CLEAN)], Some(100.0)).within_margin, Some(false));
        assert_eq!(at_95(&[], Some(100.0)).within_margin, Some(false));
        assert!(Margin::new(0.99).is_err() && Margin::new(f64::NAN).is_err() && Margin::new(f64::INFINITY).is_err());
    }

    #[test]
    fn scenarios_without_other_points_do_not_count_in_that_family() {
        let pairs = [pair([0, 0, 0, 100], [0; 4]), pair([0, 0, 0, 50], [0, 0, 6, 44])];
        let got = at_95(&pairs, None);
        assert_eq!(got.scenarios[0].other, None);
        let p_holm = got.scenarios[1].other.map(|o| o.p_holm).unwrap();
        assert!((p_holm - 0.03125).abs() < 1e-15, "{p_holm}");
    }
}
