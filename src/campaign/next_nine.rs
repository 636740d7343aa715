//! The next-nine budget: which failure modes must go, in which share.

use nines_metrics::{Confidence, Demand, Sample, Weighted};
use nines_viz::{ModeSummary, NextNine, NextNineItem};

/// What a scenario adds to a failure probability.
pub(super) struct Contribution<'a> {
    pub scenario: &'a str,
    /// Share of the encounters.
    pub weight: f64,
    pub sample: &'a Sample,
    /// Share of the failure probability.
    pub share: f64,
    /// Which part of that is given the hazard.
    pub of_hazard: f64,
    /// Failures without and with the hazard.
    pub failures: [u64; 2],
    /// `None` where modes are not told apart.
    pub modes: Option<&'a [ModeSummary]>,
}

/// The budget of a scenario alone, given the hazard.
pub(super) fn of_scenario(name: &str, given: &Sample, modes: &[ModeSummary], confidence: Confidence) -> Option<NextNine> {
    let one = Contribution {
        scenario: name,
        weight: 1.0,
        sample: given,
        share: 1.0,
        of_hazard: 1.0,
        failures: [0, given.failures()],
        modes: Some(modes).filter(|modes| !modes.is_empty()),
    };
    next_nine(given.point()?, &[one], confidence)
}

/// The first nine that an estimate does not reach, and the shortest list of what has to go until the rest reaches it.
pub(super) fn next_nine(point: f64, all: &[Contribution], confidence: Confidence) -> Option<NextNine> {
    let (nine, allowed) = (1..=15).find_map(|nine| {
        let allowed = Demand::nines(nine.into()).ok()?.allowed();
        (point > allowed).then_some((nine, allowed))
    })?;
    let mut items: Vec<NextNineItem> = all.iter().flat_map(items).collect();
    items.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| (&a.scenario, &a.mode).cmp(&(&b.scenario, &b.mode))));
    let (mut rest, mut budget) = (point, Vec::new());
    for item in items {
        if rest <= allowed {
            break;
        }
        rest -= item.share * point;
        budget.push(item);
    }
    let without_budget = all.iter().map(|one| gone(one, &budget)).collect();
    Some(NextNine {
        nine,
        must_fall_by: point / allowed,
        upper_without_budget: upper(all, without_budget, confidence),
        upper_without_failures: upper(all, all.iter().map(|one| one.failures).collect(), confidence),
        budget,
    })
}

/// The modes of a scenario; its failures without the hazard are one item, and so are all where modes are not told apart.
fn items(one: &Contribution) -> Vec<NextNineItem> {
    let item = |mode: Option<String>, share: f64, without_hazard: bool| NextNineItem {
        scenario: one.scenario.into(),
        mode,
        share,
        without_hazard,
    };
    let Some(modes) = one.modes.filter(|modes| !modes.is_empty() || one.failures[1] == 0) else {
        return vec![item(None, one.share, false)].into_iter().filter(|item| item.share > 0.0).collect();
    };
    let given = modes.iter().map(|mode| item(Some(mode.id.clone()), one.share * one.of_hazard * mode.share, false));
    given.chain([item(None, one.share * (1.0 - one.of_hazard), true)]).filter(|item| item.share > 0.0).collect()
}

/// Failures of a scenario that go with a budget, without and with the hazard. A mode's share is rounded down to whole failures.
fn gone(one: &Contribution, budget: &[NextNineItem]) -> [u64; 2] {
    let own = |item: &&NextNineItem| item.scenario == one.scenario;
    let all = budget.iter().filter(own).any(|item| item.mode.is_none() && !item.without_hazard);
    let other = all || budget.iter().filter(own).any(|item| item.without_hazard);
    let gone = |mode: &&ModeSummary| budget.iter().any(|item| item.mode.as_ref() == Some(&mode.id));
    let modes = one.modes.unwrap_or_default();
    let share: f64 = modes.iter().filter(gone).map(|mode| mode.share).sum();
    let [without, with] = one.failures;
    let hazard = match modes.iter().filter(gone).count() {
        _ if all => with,
        number if number == modes.len() && number > 0 => with,
        // Shares of counts come back as those counts.
        _ => (with as f64 * share + 1e-6).floor() as u64,
    };
    [if other { without } else { 0 }, hazard]
}

/// The one-sided upper limit of the mix without so many failures.
fn upper(all: &[Contribution], gone: Vec<[u64; 2]>, confidence: Confidence) -> Option<f64> {
    let left =
        all.iter().zip(gone).map(|(one, gone)| Some((one.weight, one.sample.without(gone)?))).collect::<Option<Vec<_>>>()?;
    let alpha = confidence.one_sided();
    Some(match &left[..] {
        // One alone is no mix.
        [(_, sample)] => sample.upper(alpha),
        _ => Sample::Weighted(Weighted::new(left).ok()?).upper(alpha),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nines_metrics::{Counts, Prior, TwoGroup};
    use std::collections::BTreeMap;

    fn modes(scenario: &str, shares: &[f64]) -> Vec<ModeSummary> {
        let one = |(k, share): (usize, &f64)| ModeSummary {
            id: format!("{scenario}/mode-{}", k + 1),
            share: *share,
            share_lower: 0.0,
            share_upper: 1.0,
            failures: 1,
            cause: "collision".into(),
            latent: BTreeMap::new(),
            representative: format!("{scenario}/1"),
            parameters: Vec::new(),
            sensitivity: Vec::new(),
        };
        shares.iter().enumerate().map(one).collect()
    }

    fn confidence() -> Confidence {
        Confidence::new(0.95).unwrap()
    }

    fn half(rollouts: u64, failures: u64) -> Sample {
        Sample::half(Counts::new(rollouts, failures).unwrap())
    }

    #[test]
    fn a_scenario_loses_its_largest_modes_until_the_nine_is_reached() {
        // 300 of 100,000 are 0.003, three times what three nines allow: without 60% and 20% 0.0006 are left.
        let next = of_scenario("a", &half(100_000, 300), &modes("a", &[0.6, 0.2, 0.15, 0.05]), confidence()).unwrap();
        assert_eq!((next.nine, next.budget.len()), (3, 2));
        assert!((next.must_fall_by - 3.0).abs() < 1e-12);
        assert_eq!(next.budget.iter().map(|b| b.mode.as_deref()).collect::<Vec<_>>(), [Some("a/mode-1"), Some("a/mode-2")]);
        // scipy.stats.beta.isf(0.05, 61, 99940), -math.expm1(math.log(0.05) / 100000)
        assert!((next.upper_without_budget.unwrap() / UPPER_60 - 1.0).abs() < 1e-9, "{next:?}");
        assert!((next.upper_without_failures.unwrap() / UPPER_0 - 1.0).abs() < 1e-9);
        assert_eq!(next.outlook(), nines_viz::Outlook::Demonstrated(next.upper_without_budget.unwrap()));
    }

    const UPPER_60: f64 = 0.0007438427844635175;
    const UPPER_0: f64 = 2.9956874019427958e-05;

    #[test]
    fn where_rollouts_are_too_few_whatever_goes_that_is_said() {
        let next = of_scenario("a", &half(1_000, 2), &modes("a", &[1.0]), confidence()).unwrap();
        assert_eq!((next.nine, next.budget.len()), (3, 1));
        // Without a failure of 1,000 up to 0.003 could fail.
        assert!(matches!(next.outlook(), nines_viz::Outlook::TooFew(least) if (0.00299..0.003).contains(&least)), "{next:?}");
        assert!(of_scenario("a", &half(1_000, 0), &[], confidence()).is_none());
    }

    #[test]
    fn an_odd_takes_the_modes_of_all_scenarios_by_exposure_prior_and_probability() {
        let prior = |w| Prior::new(w, w, w, confidence()).unwrap();
        let group = |other, hazard, w| {
            Sample::TwoGroup(TwoGroup::new(Counts::new(10_000, other).unwrap(), Counts::new(10_000, hazard).unwrap(), prior(w)))
        };
        // a: 0.1 * 0.02 + 0.9 * 0.001 = 0.0029; b: 0.5 * 0.004 = 0.002. Three quarters of the encounters are a: 0.002675 in all.
        let (a, b) = (group(10, 200, 0.1), group(0, 40, 0.5));
        let (of_a, of_b) = (modes("a", &[0.5, 0.5]), modes("b", &[0.75, 0.25]));
        let point = 0.75 * 0.0029 + 0.25 * 0.002;
        let all = [
            Contribution {
                scenario: "a",
                weight: 0.75,
                sample: &a,
                share: 0.75 * 0.0029 / point,
                of_hazard: 0.002 / 0.0029,
                failures: [10, 200],
                modes: Some(&of_a),
            },
            Contribution {
                scenario: "b",
                weight: 0.25,
                sample: &b,
                share: 0.25 * 0.002 / point,
                of_hazard: 1.0,
                failures: [0, 40],
                modes: Some(&of_b),
            },
        ];
        let next = next_nine(point, &all, confidence()).unwrap();
        // By hand, of the ODD: each mode of a 0.75 * 0.1 * 0.02 / 2 = 0.00075, a without the hazard 0.75 * 0.9 * 0.001 = 0.000675,
        // those of b 0.000375 and 0.000125. Without the two modes of a 0.001175 are left, without the third 0.0005.
        let names: Vec<String> = next.budget.iter().map(NextNineItem::name).collect();
        assert_eq!((next.nine, names), (3, vec!["a/mode-1".into(), "a/mode-2".into(), "a without the hazard".into()]));
        for (item, wanted) in next.budget.iter().zip([0.00075, 0.00075, 0.000675]) {
            assert!((item.share * point / wanted - 1.0).abs() < 1e-12, "{item:?}");
        }
        let left = Weighted::new(vec![(0.75, group(0, 0, 0.1)), (0.25, group(0, 40, 0.5))]).unwrap();
        assert_eq!(next.upper_without_budget, Some(Sample::Weighted(left).upper(confidence().one_sided())));
    }

    #[test]
    fn where_modes_are_not_told_apart_the_scenario_is_named() {
        let sample = half(10_000, 50);
        let one = Contribution {
            scenario: "a",
            weight: 1.0,
            sample: &sample,
            share: 1.0,
            of_hazard: 1.0,
            failures: [0, 50],
            modes: None,
        };
        let next = next_nine(0.005, &[one], confidence()).unwrap();
        assert_eq!(next.budget.iter().map(NextNineItem::name).collect::<Vec<_>>(), ["a"]);
        assert_eq!(next.upper_without_budget, next.upper_without_failures);
    }
}
