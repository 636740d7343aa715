//! What the very first observation tells of the hazard, cues aside: what exists, what it is, how large it is, where it is, limits,
//! zones, signals, weather. (What cues tell is judged apart; what shows later is what an encounter is about.)

use super::astray::apart_m;
use super::budget::{Budget, Cut};
use super::glance::{Glance, Of, glance};
use super::{SEED, Tried, evenly, policy};
use nines_scenarios::{Code, Diagnostic, Severity};
use nines_sim::{Job, Sampling, Stratum, Template};

/// Encounters with the hazard, and as many without.
const DRAWS: u64 = 512;
/// How many times as probable with the hazard as without what is shown may be: above it, the hazard is evident.
const MOST: f64 = 20.0;
/// Share of the encounters with the hazard that may be told so.
const SHARE: f64 = 0.25;
/// States without the hazard that are rarer than this among them are no twins of it.
const RARE: f64 = 0.01;
/// Values are compared in that many equal parts of those with the hazard: ranges that lie apart have no value in common.
const PARTS: usize = 8;
/// Fewer encounters than this in which something is there tell nothing of how it looks.
const LEAST: usize = 64;
/// Encounters with the hazard in which it is looked for who comes into the way, and how near that is, m.
const DRIVES: u64 = 32;
const TOUCHES_M: f64 = 0.5;
/// The tag of scenarios whose hazard is a rule of the road that holds.
const LAW: &str = "law";

/// Something that tells.
struct Told {
    of: Of,
    /// That something is missing, rather than that it is there.
    missing: bool,
    path: String,
    what: String,
    share: f64,
}

impl Told {
    /// The actor of which it tells that it is there, where, or how fast.
    fn actor(&self) -> Option<usize> {
        match self.of {
            Of::There(k) | Of::Motion(k) if !self.missing => Some(k),
            _ => None,
        }
    }
}

pub(super) fn look(of: &Tried, budget: &Budget) -> Result<Vec<Diagnostic>, Cut> {
    let Tried { scenario, template, places } = *of;
    let (hazard, others) = (of_hazard(template), others(template));
    if !scenario.has_hazard() || hazard.strata.is_empty() || others.strata.is_empty() {
        return Ok(Vec::new());
    }
    let own_zones = scenario.zones.len();
    let (with, without) = (first(&hazard, own_zones, budget)?, first(&others, own_zones, budget)?);
    let mut told: Vec<Told> = with.iter().zip(&without).filter_map(|(a, b)| compare(a, b)).collect();
    // Where the hazard is a rule that holds, what makes it hold is for all to see.
    let law = scenario.tags.iter().any(|tag| tag == LAW);
    told.retain(|t| !(law && t.of == Of::Map));
    if told.iter().any(|t| t.actor().is_some()) {
        // Who comes into the ego's way is the hazard itself: that it is there, where and how fast may be seen. That somebody is
        // missing tells of others, and what it looks like is no part of what it does.
        let itself = in_the_way(&hazard, budget)?;
        told.retain(|t| !t.actor().is_some_and(|k| itself[k]));
    }
    Ok(told.into_iter().map(|Told { path, what, share, .. }| {
        let message = format!(
            "the first observation gives the hazard away: {what}, in {:.0}% of the encounters with the hazard and hardly ever without",
            100.0 * share
        );
        let help = "let a harmless state show the same, or let it not depend on the state: what the hazard alone shows need not be anticipated";
        places.diagnostic(Severity::Warning, Code::StateShows, &path, message, help.to_owned())
    }).collect())
}

/// The strata with the hazard, as often as they are.
fn of_hazard(template: &Template) -> Template {
    let strata = template.strata.iter().filter(|s| s.weight > 0.0 && s.hazard).cloned().collect();
    Template { strata, ..template.clone() }
}

/// Those without it, alike often: any of them may be the twin that makes the hazard hard to tell.
fn others(template: &Template) -> Template {
    let total: f64 = template.strata.iter().filter(|s| !s.hazard).map(|s| s.weight).sum();
    evenly(template, |s: &Stratum| !s.hazard && s.weight > RARE * total)
}

/// What is shown at the start of some encounters.
fn first(template: &Template, own_zones: usize, budget: &Budget) -> Result<Vec<Glance>, Cut> {
    // A policy that faults at once ends the rollout after its first steps.
    let Some(policy) = policy("nan", &[("step".to_owned(), 0.0)]) else { return Ok(Vec::new()) };
    let job = Job { template, policy: (&policy).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
    let mut all: Vec<Glance> = Vec::new();
    for k in 0..DRAWS {
        let drawn = template.draw(SEED, Sampling::Mc, k);
        let states = &template.strata[usize::from(drawn.stratum)].states;
        let one = glance(template, own_zones, &drawn.params, states, &budget.trace_start(&job, k)?);
        if all.is_empty() {
            all = one;
        } else {
            all.iter_mut().zip(one).for_each(|(all, one)| all.values.extend(one.values));
        }
    }
    Ok(all)
}

/// Actors that come into the way of a policy, with the hazard, that drives as if the road were empty.
fn in_the_way(template: &Template, budget: &Budget) -> Result<Vec<bool>, Cut> {
    let mut out = vec![false; template.actors.len()];
    let Some(blind) = policy("blind", &[]) else { return Ok(out) };
    let job = Job { template, policy: (&blind).into(), seed: SEED, sampling: Sampling::Mc, batch: 1, chosen: None };
    for k in 0..DRIVES {
        let trace = budget.trace(&job, k)?;
        for (actor, met) in out.iter_mut().enumerate().filter(|(_, met)| !**met) {
            *met = apart_m(&trace, actor, budget)?.is_some_and(|m| m < TOUCHES_M);
        }
    }
    Ok(out)
}

/// Whether what is shown with the hazard is hardly ever shown without.
fn compare(with: &Glance, without: &Glance) -> Option<Told> {
    let tell = |what: String, count: usize, missing: bool| {
        let share = count as f64 / DRAWS as f64;
        (share >= SHARE).then(|| Told { of: with.of, missing, path: with.path.clone(), what, share })
    };
    let shown = |of: &Glance| of.values.iter().flatten().copied().collect::<Vec<f64>>();
    let (a, b, all) = (shown(with), shown(without), DRAWS as usize);
    match with.there {
        Some(word) if evident(a.len(), all, b.len(), all) => tell(format!("{} is {word}", with.name), a.len(), false),
        Some(word) if evident(all - a.len(), all, all - b.len(), all) => {
            tell(format!("{} is not {word}", with.name), all - a.len(), true)
        }
        None if a.len() >= LEAST && b.len() >= LEAST => {
            let own = apart(&a, &b, with.resolution);
            tell(format!("{} is {}, without it {}", with.name, range(&own), range(&b)), own.len(), false)
        }
        _ => None,
    }
}

/// Whether a count of one sample is so much more probable than in the other, were there one more in that.
fn evident(count: usize, of: usize, other: usize, of_other: usize) -> bool {
    count as f64 / of as f64 >= MOST * (other + 1) as f64 / of_other as f64
}

/// The values of one sample that the other hardly ever takes, by what they are at a resolution, or by parts.
fn apart(a: &[f64], b: &[f64], resolution: f64) -> Vec<f64> {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let near =
        |low: f64, high: f64| b.partition_point(|x| *x <= high + resolution) - b.partition_point(|x| *x < low - resolution);
    let evidently = |part: &&[f64]| match part {
        [low, .., high] => evident(part.len(), a.len(), near(*low, *high), b.len()),
        _ => false,
    };
    let atoms = a.chunk_by(|x, y| (x / resolution).round() == (y / resolution).round()).filter(evidently).flatten();
    let parts = a.chunks(a.len().div_ceil(PARTS)).filter(evidently).flatten();
    let (atoms, parts): (Vec<f64>, Vec<f64>) = (atoms.copied().collect(), parts.copied().collect());
    if atoms.len() > parts.len() { atoms } else { parts }
}

/// The least and the largest of some values.
fn range(of: &[f64]) -> String {
    let (low, high) = of.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(*x), h.max(*x)));
    let text = |x: f64| format!("{}", (x * 100.0).round() / 100.0);
    if text(low) == text(high) { text(low) } else { format!("{} to {}", text(low), text(high)) }
}
