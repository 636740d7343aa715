//! Is the demanded nine demonstrated, in every scenario?
//!
//! "All hold" is shown by showing each at the full confidence: to be wrong in saying so takes a limit that is wrong where the claim
//! is (intersection-union, Berger 1982). "At least one fails" picks the worst of many, so refutations are corrected by Holm's
//! method: the p-values in ascending order are held against `alpha / m`, `alpha / (m-1)`, ..., up to the first that is not below.
//!
//! Sources: R. L. Berger, "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24 (1982) 295-300. S. Holm, "A
//! simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979) 65-70.

use serde::{Deserialize, Serialize};

use crate::march::{needed, needed_clean};
use crate::nines::probability_of;
use crate::{Confidence, Error, Sample, holm};

/// The answer to a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The one-sided upper limit is at or below what is allowed.
    Demonstrated,
    /// The one-sided lower limit is above it.
    Refuted,
    /// Neither.
    Undecided,
}

/// How many nines are demanded; not necessarily whole.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Demand(f64);

impl Demand {
    /// Checks a demand.
    ///
    /// # Errors
    /// [`Error::Nines`] unless it lies above 0 and is at most 300.
    pub fn nines(nines: f64) -> Result<Self, Error> {
        if nines > 0.0 && nines <= 300.0 { Ok(Self(nines)) } else { Err(Error::Nines(nines)) }
    }

    /// The number of nines.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The failure probability that it allows, `10^-nines`.
    pub fn allowed(self) -> f64 {
        probability_of(self.0)
    }

    /// The verdict on one sample alone, at the full confidence.
    pub fn judge(self, sample: &Sample, confidence: Confidence) -> Verdict {
        let alpha = confidence.one_sided();
        if sample.rollouts() > 0 && sample.upper_with_reach(alpha) <= self.allowed() {
            Verdict::Demonstrated
        } else if sample.is_sound() && sample.lower(alpha) > self.allowed() {
            Verdict::Refuted
        } else {
            Verdict::Undecided
        }
    }

    /// Whether a scenario may end here, as one of so many of a campaign: demonstrated, or refuted so clearly that [`gate()`] refutes it
    /// after Holm's correction whatever the others come to. Under [`crate::Plan::Watched`] this may be asked after every rollout.
    pub fn decided(self, sample: &Sample, confidence: Confidence, scenarios: usize) -> Option<Verdict> {
        match self.judge(sample, confidence) {
            Verdict::Refuted if scenarios > 1 => {
                // Holm's factor is at most the number of scenarios.
                let p_value = sample.refutation_p_value(self.allowed()) * scenarios as f64;
                (p_value < confidence.one_sided().get()).then_some(Verdict::Refuted)
            }
            Verdict::Undecided => None,
            verdict => Some(verdict),
        }
    }

    /// Further rollouts until it is demonstrated, if failures go on at the rates observed so far, and if none fails; see
    /// [`crate::MarchRow`].
    pub fn rollouts_needed(self, sample: &Sample, confidence: Confidence) -> (Option<u64>, Option<u64>) {
        let alpha = confidence.one_sided();
        (needed(sample, self.allowed(), alpha), needed_clean(sample, self.allowed(), alpha))
    }
}

impl TryFrom<f64> for Demand {
    type Error = Error;

    fn try_from(nines: f64) -> Result<Self, Error> {
        Self::nines(nines)
    }
}

impl From<Demand> for f64 {
    fn from(demand: Demand) -> f64 {
        demand.0
    }
}

/// What is asked of one scenario.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What is demanded.
    pub demand: Demand,
    /// What was counted.
    pub sample: &'a Sample,
    /// Whether its diagnostics passed ([`crate::Estimate::can_demonstrate`]); else it is never demonstrated, and a search refutes nothing.
    pub trusted: bool,
}

/// The answer for one scenario.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The verdict; refuted only where it is so after Holm's correction.
    pub verdict: Verdict,
    /// The p-value against the claim that the demand holds here, uncorrected.
    pub p_value: f64,
    /// The same after Holm's correction: the smallest error of the whole set at which this scenario is refuted.
    pub p_holm: f64,
}

/// The answer for a set of scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// Demonstrated if each is, refuted if any is after correction, else undecided. Nothing asked is undecided.
    pub verdict: Verdict,
    /// One answer per question, in the same order.
    pub answers: Vec<Answer>,
}

/// Answers for a set of scenarios, each with its own demand, at one confidence for the set.
pub fn gate(questions: &[Question<'_>], confidence: Confidence) -> Gate {
    // What rests on a search that is not to be trusted speaks against nothing.
    let mute = |asked: &Question<'_>| asked.sample.is_searched() && !asked.trusted;
    let p_value = |asked: &Question<'_>| if mute(asked) { 1.0 } else { asked.sample.refutation_p_value(asked.demand.allowed()) };
    let p_values: Vec<f64> = questions.iter().map(p_value).collect();
    let answers: Vec<Answer> = questions
        .iter()
        .zip(p_values.iter().zip(holm(&p_values)))
        .map(|(asked, (&p_value, p_holm))| {
            // A refutation of one scenario alone is by its limit, so that equality falls as the limit says.
            let verdict = match asked.demand.judge(asked.sample, confidence) {
                Verdict::Demonstrated if asked.trusted => Verdict::Demonstrated,
                _ if mute(asked) => Verdict::Undecided,
                Verdict::Refuted if questions.len() == 1 || p_holm < confidence.one_sided().get() => Verdict::Refuted,
                _ => Verdict::Undecided,
            };
            Answer { verdict, p_value, p_holm }
        })
        .collect();
    let all = |wanted| !answers.is_empty() && answers.iter().all(|answer| answer.verdict == wanted);
    let verdict = if answers.iter().any(|answer| answer.verdict == Verdict::Refuted) {
        Verdict::Refuted
    } else if all(Verdict::Demonstrated) {
        Verdict::Demonstrated
    } else {
        Verdict::Undecided
    };
    Gate { verdict, answers }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Counts;

    fn half(failures: u64) -> Sample {
        Sample::half(Counts::new(50_000, failures).unwrap())
    }

    fn ask<'a>(nines: f64, samples: &'a [Sample]) -> Vec<Question<'a>> {
        let demand = Demand::nines(nines).unwrap();
        samples.iter().map(|sample| Question { demand, sample, trusted: true }).collect()
    }

    fn at_95() -> Confidence {
        Confidence::new(0.95).unwrap()
    }

    #[test]
    fn one_undecided_scenario_leaves_the_set_undecided() {
        let samples = [half(0), half(43)];
        let gate = gate(&ask(3.0, &samples), at_95());
        assert_eq!(gate.verdict, Verdict::Undecided);
        assert_eq!(gate.answers[0].verdict, Verdict::Demonstrated);
    }

    #[test]
    fn a_narrow_refutation_does_not_survive_the_choice_among_many() {
        // scipy.stats.binom.sf(63, 50_000, 1e-3) = 0.0318: below 0.05, above 0.05 / 3
        let alone = [half(64)];
        assert_eq!(gate(&ask(3.0, &alone), at_95()).verdict, Verdict::Refuted);
        let many = [half(64), half(45), half(45)];
        assert_eq!(gate(&ask(3.0, &many), at_95()).verdict, Verdict::Undecided);
    }

    #[test]
    fn nothing_is_demonstrated_without_rollouts_or_trust() {
        let empty = [Sample::all(Counts::default())];
        assert_eq!(gate(&ask(1.0, &empty), at_95()).verdict, Verdict::Undecided);
        let clean = half(0);
        let question = Question { demand: Demand::nines(1.0).unwrap(), sample: &clean, trusted: false };
        assert_eq!(gate(&[question], at_95()).verdict, Verdict::Undecided);
        assert_eq!(gate(&[], at_95()).verdict, Verdict::Undecided);
    }

    #[test]
    fn what_ends_a_scenario_stands_whatever_the_others_come_to() {
        let demand = Demand::nines(3.0).unwrap();
        let refuting = (50..200).map(half).filter(|s| demand.decided(s, at_95(), 3) == Some(Verdict::Refuted));
        let samples: Vec<Sample> = refuting.take(1).flat_map(|first| [first, half(64), half(60)]).collect();
        assert_eq!(samples.len(), 3);
        assert_eq!(gate(&ask(3.0, &samples), at_95()).answers[0].verdict, Verdict::Refuted);
        assert_eq!(demand.decided(&half(64), at_95(), 1), Some(Verdict::Refuted));
        assert_eq!(demand.decided(&half(64), at_95(), 3), None);
        assert_eq!(demand.decided(&half(0), at_95(), 3), Some(Verdict::Demonstrated));
        assert_eq!(demand.decided(&half(45), at_95(), 3), None);
    }

    #[test]
    fn demands_of_nothing_are_refused() {
        assert_eq!(Demand::nines(0.0), Err(Error::Nines(0.0)));
        assert!(Demand::nines(f64::NAN).is_err());
        assert_eq!(Demand::nines(3.0).unwrap().allowed(), 1e-3);
    }
}
