//! What `nines replay --why` says.

#[cfg(feature = "rrd")]
use crate::campaign::scored_belief;
use crate::campaign::{Campaign, PointChange, Replayed, hindsight_of, smallest_change_of};
use nines_sim::hindsight::{Attribution, Evidence, Hindsight, Sign};
use nines_viz::numbers::{Round, count, quantity};
use nines_viz::{ReplayChange, ReplayParameter, ReplayWhy};

/// Parameters of a change that are named.
const NAMED: usize = 6;

/// Why a rollout failed.
pub struct Why {
    /// In hindsight, where that has something to say.
    pub hindsight: Option<Hindsight>,
    /// The smallest change of its parameters found with which it passes.
    change: Option<PointChange>,
}

impl Why {
    /// Looks for it; `None` where the rollout passed.
    pub fn of(campaign: &Campaign, replayed: &Replayed) -> Option<Self> {
        let failed = replayed.outcome.failed();
        failed.then(|| Self { hindsight: hindsight_of(campaign, replayed), change: smallest_change_of(campaign, replayed) })
    }

    /// As JSON has it.
    pub fn summary(&self, replayed: &Replayed) -> ReplayWhy {
        let found = self.hindsight.as_ref();
        let evidence = found.and_then(|h| h.evidence.as_ref());
        let last = found.and_then(|h| h.avoidable.as_ref());
        let parameter = |(name, was, now, by_sd): &(String, f64, f64, f64)| ReplayParameter {
            name: name.clone(),
            was: *was,
            now: *now,
            by_sd: *by_sd,
        };
        ReplayWhy {
            attribution: found.map(|h| h.attribution.name().into()),
            evident_s: evidence.map(|e| e.since_s),
            evident_by: evidence.map(|e| sign(replayed, e)),
            perceived_s: found.and_then(|h| h.perceived_s),
            avoidable_until_s: last.map(|last| last.until_s),
            plan: last.map(|last| last.plan.words()),
            change: self.change.as_ref().map(|found| ReplayChange {
                length_sd: found.change.length,
                evaluations: found.change.evaluations,
                parameters: found.parameters.iter().map(parameter).collect(),
            }),
        }
    }
}

/// Why a rollout failed, line by line.
pub fn lines(why: Option<&Why>, replayed: &Replayed) -> String {
    let Some(why) = why else { return "why      it passed\n".into() };
    let mut out = match &why.hindsight {
        Some(found) => hindsight(replayed, found),
        None if replayed.outcome.fault.is_some() => "why      a fault of the policy, which no plan mends\n".into(),
        None => "why      not by how it moved, which is all that the plans of hindsight change\n".into(),
    };
    out += &change(why.change.as_ref(), replayed);
    out
}

/// The moments of hindsight, and that at which the policy's belief is scored, for a recording; `None` where there are neither.
#[cfg(feature = "rrd")]
pub fn marks(campaign: &Campaign, replayed: &Replayed) -> Option<nines_viz::Marks> {
    let (found, scored_s) = (hindsight_of(campaign, replayed), scored_belief(campaign, replayed).map(|found| found.at_s));
    if found.is_none() && scored_s.is_none() {
        return None;
    }
    Some(nines_viz::Marks {
        evident_s: found.and_then(|found| found.evidence).map(|evidence| evidence.since_s),
        perceived_s: found.and_then(|found| found.perceived_s),
        avoidable_until_s: found.and_then(|found| found.avoidable).map(|last| last.until_s),
        scored_s,
        words: found.map_or(String::new(), |found| reason(found.attribution)),
    })
}

fn reason(attribution: Attribution) -> String {
    let why = match attribution {
        Attribution::Unavoidable => "no plan of hindsight avoids it, from the first step on",
        Attribution::Anticipation => "avoidable only before the hazard was evident",
        Attribution::Perception => "evident in time, but not perceived in time",
        Attribution::Reaction => "perceived in time, answered late or wrongly",
    };
    format!("{}: {why}", attribution.name())
}

fn hindsight(replayed: &Replayed, found: &Hindsight) -> String {
    let mut out = format!("why      {}\n", reason(found.attribution));
    out += &match &found.evidence {
        Some(evidence) => format!("evident  {:.1} s   {}\n", evidence.since_s, sign(replayed, evidence)),
        None => "evident  never: nothing in sight told it from the harmless\n".into(),
    };
    out += &match found.perceived_s {
        Some(s) if found.evidence.is_some_and(|e| e.of.is_none()) => format!("told     {s:.1} s   to the policy\n"),
        Some(s) => format!("told     {s:.1} s   to the policy, near to the truth\n"),
        None => "told     never: no observation had it near to the truth\n".into(),
    };
    out + &match &found.avoidable {
        Some(last) => format!("avoid    {:.1} s   the last moment: {}\n", last.until_s, last.plan.words()),
        None => "avoid    never\n".into(),
    }
}

/// By what the hazard showed.
fn sign(replayed: &Replayed, evidence: &Evidence) -> String {
    let template = &replayed.scenario.template;
    let actor = evidence.of.and_then(|k| template.actors.get(usize::from(k))).map_or("it", |actor| actor.name.as_str());
    let harmless = match evidence.twin {
        Some(stratum) => format!("with {}", crate::store::stratum_name(template, usize::from(stratum))),
        None => "in a harmless world".into(),
    };
    match evidence.sign {
        Sign::Motion => format!("{actor} is elsewhere or moves otherwise than {harmless}"),
        Sign::Presence => format!("{actor} is in sight, and not there {harmless}"),
        Sign::Looks => format!("{actor} looks otherwise than {harmless}"),
        Sign::Cue(kind) => format!("{actor} shows a {} more than 20 times rarer {harmless}", kind.name()),
        Sign::Conditions => format!("sight, light or grip are others than {harmless}"),
        Sign::Signal => format!("a signal is another than {harmless}"),
        Sign::Sound => format!("a sound is heard, and is not {harmless}"),
        Sign::Course => format!("{actor} is in sight and on a course to be met (the hazard made no difference)"),
        Sign::Sight => format!("{actor} is in sight (the hazard made no difference)"),
        Sign::Rules => "what was asked for is known from the start (the hazard made no difference)".into(),
    }
}

fn change(found: Option<&PointChange>, replayed: &Replayed) -> String {
    if replayed.driver.is_none() {
        return "change   not looked for: the policy is not there to be asked\n".into();
    }
    if replayed.scenario.template.params.is_empty() {
        return "change   none: the scenario has no parameters\n".into();
    }
    let Some(found) = found else {
        return "change   none found: it fails on every straight way to the medians, and with each parameter alone moved by up to 3 sd\n".into();
    };
    let signed = |x: f64| if x < 0.0 { format!("-{}", value(-x)) } else { value(x) };
    let mut out = String::new();
    for (k, (name, was, now, by)) in found.parameters.iter().take(NAMED).enumerate() {
        let head = if k == 0 { "change" } else { "" };
        out += &format!("{head:<8} {name} from {} to {}, {by:+.2} sd\n", signed(*was), signed(*now));
    }
    if found.parameters.len() > NAMED {
        out += &format!("         and {} more\n", found.parameters.len() - NAMED);
    }
    let points = count(found.change.evaluations);
    out + &format!(
        "         it then passes; {:.2} sd in all. None of it can be left out or made smaller alone;\n         a local search over {points} points, so that others may be nearer\n",
        found.change.length
    )
}

/// With four digits, so that small changes show.
fn value(x: f64) -> String {
    if x == 0.0 || (1e-3..1e4).contains(&x) {
        let digits = if x >= 1000.0 {
            0
        } else if x >= 100.0 {
            1
        } else if x >= 10.0 {
            2
        } else {
            3
        };
        format!("{x:.digits$}")
    } else {
        quantity(x, Round::Nearest)
    }
}
