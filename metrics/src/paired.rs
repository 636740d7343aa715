//! Two policies on the same points: the exact test and the limits that follow from the paired table.
//!
//! Of `n` independent points each is met by A and by B. Both fail in `both`, one alone in `only_a` and `only_b`, so that
//! `P(B) - P(A) = P(only B) - P(only A)`: points that both master or both fail say nothing about the difference.
//!
//! **Test** (McNemar's, exact): given that one alone fails, it is B with probability 1/2 where both fail equally often.
//!
//! **Limits of the difference**: it is `D (2 s - 1)` with `D` the probability that one alone fails and `s` the share of B in it. `only_a
//! + only_b` is binomial with `D`, and given that sum `only_b` is binomial with `s`. Each gets half the error (Bonferroni):
//!
//! ```text
//! upper = D* (2 s_upper - 1),   D* = D_upper where s_upper >= 1/2, else D_lower;   the lower limit is its mirror image
//! ```
//!
//! One limit of `D` is enough: where the difference is positive, `s_upper < 1/2` is a miss of `s` already; where it is not, an upper
//! limit above 0 misses nothing. So each limit misses with probability at most its error for every table, zero cells included.
//!
//! **Limits of the ratio** `P(B) / P(A) = (1 - a) / (1 - b)`, with `a` and `b` the shares of A alone and of B alone among the points
//! that somebody fails: `only_a` and `only_b` are binomial given the number of these, and again each gets half the error.
//!
//! **Watched** ([`Paired::under`]): the same with confidence sequences ([`crate::sequence`]) in the place of each binomial's limits and
//! tail, so that test and limits hold however often somebody looks before the campaigns are extended. Points come one after the other,
//! and so do those that one alone fails: each binomial is a sequence of its own. Shares are mixed uniformly, `D` as the plan says.
//!
//! Sources: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", Psychometrika
//! 12 (1947) 153-157. The limits are Clopper and Pearson's ([`crate::binomial`]) of the two binomials; coverage in `docs/compare.md`.

use crate::two_group::{mix, split};
use crate::{Alpha, Confidence, Counts, Error, Mixture, Plan, Prior};

/// How many of the points that both policies met were failed by whom, and when one may look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Paired {
    both: u64,
    only_a: u64,
    only_b: u64,
    neither: u64,
    plan: Plan,
}

/// A difference of failure probabilities, B minus A, with its limits, each of which misses in at most half the error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// As observed; `None` without a point.
    pub estimate: Option<f64>,
    /// Lower limit, at least -1.
    pub lower: f64,
    /// Upper limit, at most 1.
    pub upper: f64,
}

impl Paired {
    /// Checks a table, whose number of points was set before anybody looked.
    ///
    /// # Errors
    /// [`Error::TooManyRollouts`] above [`Counts::MAX_ROLLOUTS`] points.
    pub fn new(both: u64, only_a: u64, only_b: u64, neither: u64) -> Result<Self, Error> {
        let points = [only_a, only_b, neither].into_iter().try_fold(both, u64::checked_add).unwrap_or(u64::MAX);
        if points > Counts::MAX_ROLLOUTS {
            return Err(Error::TooManyRollouts(points));
        }
        Ok(Self { both, only_a, only_b, neither, plan: Plan::Fixed })
    }

    /// The same under the plan of its campaigns.
    pub fn under(self, plan: Plan) -> Self {
        Self { plan, ..self }
    }

    /// How shares are judged: they are no failure probabilities, so that a demand says nothing of them.
    fn shares(self) -> Plan {
        match self.plan {
            Plan::Fixed => Plan::Fixed,
            Plan::Watched(_) => Plan::Watched(Mixture::UNIFORM),
        }
    }

    /// Points that both fail.
    pub fn both(self) -> u64 {
        self.both
    }

    /// Points that A alone fails.
    pub fn only_a(self) -> u64 {
        self.only_a
    }

    /// Points that B alone fails.
    pub fn only_b(self) -> u64 {
        self.only_b
    }

    /// Points that nobody fails.
    pub fn neither(self) -> u64 {
        self.neither
    }

    /// Points that both met.
    pub fn points(self) -> u64 {
        self.both + self.only_a + self.only_b + self.neither
    }

    /// Failures of A.
    pub fn failures_a(self) -> u64 {
        self.both + self.only_a
    }

    /// Failures of B.
    pub fn failures_b(self) -> u64 {
        self.both + self.only_b
    }

    /// All points of two tables of one plan.
    ///
    /// # Errors
    /// As [`Paired::new`].
    pub fn and(self, more: Paired) -> Result<Self, Error> {
        let sum = |a: u64, b: u64| a.saturating_add(b);
        let only = (sum(self.only_a, more.only_a), sum(self.only_b, more.only_b));
        let all = Self::new(sum(self.both, more.both), only.0, only.1, sum(self.neither, more.neither))?;
        Ok(all.under(self.plan))
    }

    /// The two-sided p-value against "both fail equally often": twice that of the larger of `only_a` and `only_b` under a fair coin, at
    /// most 1. McNemar's exact test; of a watched plan `2 / M` of the sequence, which holds at every look.
    pub fn p_value(self) -> f64 {
        let larger = self.only_a.max(self.only_b);
        (2.0 * self.shares().at_least(of(self.only_a + self.only_b, larger), 0.5)).min(1.0)
    }

    /// `P(B) - P(A)` with both limits.
    pub fn difference(self, confidence: Confidence) -> Difference {
        let alpha = confidence.each_side();
        Difference { estimate: self.point(), lower: self.lower(alpha), upper: self.upper(alpha) }
    }

    /// The observed difference; `None` without a point.
    pub fn point(self) -> Option<f64> {
        let points = self.points();
        (points > 0).then(|| (self.only_b as f64 - self.only_a as f64) / points as f64)
    }

    /// The upper limit of the difference; 1 without a point.
    pub fn upper(self, alpha: Alpha) -> f64 {
        let (half, alone) = (alpha.times(0.5), self.only_a + self.only_b);
        let lean = 2.0 * self.shares().upper(of(alone, self.only_b), half) - 1.0;
        let discordant = of(self.points(), alone);
        lean * if lean >= 0.0 { self.plan.upper(discordant, half) } else { self.plan.lower(discordant, half) }
    }

    /// The lower limit of the difference; -1 without a point.
    pub fn lower(self, alpha: Alpha) -> f64 {
        // Without the sign of a zero.
        0.0 - self.mirrored().upper(alpha)
    }

    /// The upper limit of `P(B) / P(A)`; `None` where none follows: A fails nowhere, or so rarely that B may fail any number of times
    /// as often.
    pub fn ratio_upper(self, alpha: Alpha) -> Option<f64> {
        let (half, somebody) = (alpha.times(0.5), self.both + self.only_a + self.only_b);
        let lower = |failures| self.shares().lower(of(somebody, failures), half);
        let a_fails = lower(self.failures_a());
        (a_fails > 0.0).then(|| (1.0 - lower(self.only_a)) / a_fails)
    }

    fn mirrored(self) -> Self {
        Self { only_a: self.only_b, only_b: self.only_a, ..self }
    }
}

/// Counts of a part of a table, which [`Paired::new`] has checked as a whole.
fn of(rollouts: u64, failures: u64) -> Counts {
    Counts::new(rollouts, failures).unwrap_or_default()
}

/// The tables of two independent halves and the prior that weighs them.
///
/// `P(B) - P(A) = (1-w) d0 + w d1`, with limits as those of [`crate::TwoGroup`]: the same split of the error, each limit at the end
/// of the prior's interval that widens it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedHalves {
    /// The half without the hazard.
    pub other: Paired,
    /// The half with it.
    pub hazard: Paired,
    /// How often nature brings the hazard.
    pub prior: Prior,
}

impl PairedHalves {
    /// The difference per encounter with both limits.
    pub fn difference(&self, confidence: Confidence) -> Difference {
        let (a0, a1) = split(self.prior, confidence.each_side());
        let ends = |d0: f64, d1: f64| [self.prior.lower(), self.prior.upper()].map(|w| mix(w, d0, d1));
        let [low, high] = ends(self.other.lower(a0), self.hazard.lower(a1));
        let lower = low.min(high);
        let [low, high] = ends(self.other.upper(a0), self.hazard.upper(a1));
        let point = |d0| Some(mix(self.prior.estimate(), d0, self.hazard.point()?));
        Difference { estimate: self.other.point().and_then(point), lower, upper: low.max(high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(both: u64, only_a: u64, only_b: u64, neither: u64) -> Paired {
        Paired::new(both, only_a, only_b, neither).unwrap()
    }

    fn at_95() -> Confidence {
        Confidence::new(0.95).unwrap()
    }

    #[test]
    fn nothing_that_differs_says_nothing() {
        let same = paired(500, 0, 0, 49_500);
        assert_eq!((same.p_value(), same.point()), (1.0, Some(0.0)));
        let Difference { lower, upper, .. } = same.difference(at_95());
        // One alone fails in less than 1 - (0.0125)^(1/50000), whoever it is.
        assert!(lower == -upper && (8.7e-5..8.8e-5).contains(&upper), "{lower} {upper}");
    }

    #[test]
    fn no_point_leaves_everything_open() {
        let none = Paired::default();
        assert_eq!(none.difference(at_95()), Difference { estimate: None, lower: -1.0, upper: 1.0 });
        assert_eq!((none.p_value(), none.ratio_upper(at_95().one_sided())), (1.0, None));
    }

    #[test]
    fn five_against_none_is_not_enough_and_six_are() {
        // 2 / 2^5 and 2 / 2^6
        assert!((paired(0, 0, 5, 95).p_value() - 0.0625).abs() < 1e-15);
        assert!((paired(0, 6, 0, 94).p_value() - 0.03125).abs() < 1e-15);
    }

    #[test]
    fn a_mirrored_table_has_mirrored_limits() {
        let (table, alpha) = (paired(30, 12, 47, 911), Alpha::new(0.025).unwrap());
        assert_eq!(table.mirrored().upper(alpha), -table.lower(alpha));
        assert_eq!(table.mirrored().p_value(), table.p_value());
        assert!(table.lower(alpha) > 0.0 && table.upper(alpha) < 1.0);
    }

    #[test]
    fn a_ratio_is_bounded_only_where_a_fails() {
        let alpha = at_95().one_sided();
        assert_eq!(paired(0, 0, 7, 993).ratio_upper(alpha), None);
        assert_eq!(paired(0, 0, 0, 1000).ratio_upper(alpha), None);
        // All 652 fail both: at most 1 / 0.025^(1/652) times as often.
        let ratio = paired(652, 0, 0, 49_348).ratio_upper(alpha).unwrap();
        assert!((ratio - 1.0 / libm::pow(0.025, 1.0 / 652.0)).abs() < 1e-12, "{ratio}");
        assert!(paired(0, 40, 0, 960).ratio_upper(alpha).unwrap() < 0.2);
    }

    #[test]
    fn halves_are_weighed_at_the_end_of_the_prior_that_widens() {
        let prior = Prior::new(0.2, 0.1, 0.4, at_95()).unwrap();
        let halves = PairedHalves { other: paired(0, 0, 0, 5000), hazard: paired(0, 5, 200, 795), prior };
        let each = at_95().each_side().times(0.5);
        let got = halves.difference(at_95());
        assert_eq!(got.upper, 0.6 * halves.other.upper(each) + 0.4 * halves.hazard.upper(each));
        assert_eq!(got.lower, 0.9 * halves.other.lower(each) + 0.1 * halves.hazard.lower(each));
        assert_eq!(got.estimate, Some(0.2 * 0.195));
    }

    #[test]
    fn a_watched_table_asks_for_more() {
        // M = 2^m / (m + 1) where B alone fails all m: 2 (m + 1) / 2^m.
        let watched = |table: Paired| table.under(Plan::Watched(Mixture::of(None).unwrap()));
        assert!((watched(paired(0, 0, 8, 92)).p_value() - 18.0 / 256.0).abs() < 1e-12);
        assert_eq!((watched(paired(0, 5, 5, 90)).p_value(), watched(Paired::default()).p_value()), (1.0, 1.0));
        for table in [paired(30, 12, 47, 911), paired(0, 0, 6, 994), paired(652, 0, 0, 49_348), paired(7, 300, 20, 49_673)] {
            let (wide, narrow) = (watched(table).difference(at_95()), table.difference(at_95()));
            assert!(wide.lower < narrow.lower && narrow.upper < wide.upper, "{table:?}: {wide:?} {narrow:?}");
            assert!(watched(table).p_value() >= table.p_value());
            let alpha = at_95().one_sided();
            let ratio = |table: Paired| table.ratio_upper(alpha).unwrap_or(f64::INFINITY);
            assert!(ratio(watched(table)) >= ratio(table), "{table:?}");
        }
        let halves = PairedHalves {
            other: watched(paired(0, 0, 0, 5000)),
            hazard: watched(paired(0, 5, 200, 795)),
            prior: Prior::new(0.2, 0.1, 0.4, at_95()).unwrap(),
        };
        assert!(halves.difference(at_95()).upper > 0.4 * halves.hazard.upper(at_95().each_side()));
        assert_eq!(watched(paired(1, 2, 3, 4)).and(watched(paired(0, 0, 1, 9))), Paired::new(1, 2, 4, 13).map(watched));
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        assert!(Paired::new(u64::MAX, 1, 0, 0).is_err());
        assert!(Paired::new(0, 0, Counts::MAX_ROLLOUTS, 1).is_err());
        assert!(paired(0, 0, 0, 9).and(paired(1, 2, 3, 4)) == Paired::new(1, 2, 3, 13));
    }
}
