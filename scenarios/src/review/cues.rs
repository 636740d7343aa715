//! Cues that give the hazard away. Measured ones are weak: a look tells 1.4 (adults) to 2.1 (seniors), computed from JAAD.

use super::Findings;
use crate::diagnostic::Code;
use crate::expression::number_text;
use crate::format::LogicalScenario;
use nines_sim::{Cue, CueBy};

/// Largest ratio of likelihoods of one draw that passes.
const MOST: f64 = 20.0;
/// Levels rarer than this given the hazard may tell all.
const RARE: f64 = 0.01;

pub(super) fn look(s: &LogicalScenario, findings: &mut Findings) {
    if !s.has_hazard() {
        return;
    }
    for (actor, compiled) in s.actors.iter().zip(&s.template.actors) {
        // What depends on the mode shows what is happening, not what will.
        let by_state = compiled.cues.iter().enumerate().filter_map(|(k, cue)| match cue.by {
            CueBy::Latent(latent) => Some((k, cue, usize::from(latent))),
            CueBy::Mode => None,
        });
        for (k, cue, latent) in by_state {
            let hazard = mixture(s, true, cue, latent);
            let other = mixture(s, false, cue, latent);
            let ratios = hazard.iter().zip(&other).map(|(h, o)| if *h < RARE { 0.0 } else { h / o });
            let worst = ratios.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
            let Some((level, ratio)) = worst.filter(|(_, ratio)| *ratio > MOST) else { continue };
            let (shown, kind) = (number_text(cue.levels[level]), cue.kind.name());
            let times = if ratio.is_finite() {
                format!("{ratio:.0} times as probable with the hazard as without")
            } else {
                "never shown without the hazard".to_owned()
            };
            let message = format!("`{kind}` of `{}` gives the hazard away: level {shown} is {times}", actor.name);
            let help = "measured cues are weak, a look has a ratio of 1.4 to 2.1: let the harmless states show it too";
            let path = format!("actors.{}.cues.{k}.likelihood", actor.name);
            findings.warn(Code::CueReveals, &path, message, help);
        }
    }
}

/// Probability of each level given the hazard or given none, by how often nature (or the design) takes each state.
fn mixture(s: &LogicalScenario, hazard: bool, cue: &Cue, latent: usize) -> Vec<f64> {
    let strata = || s.template.strata.iter().filter(|x| x.hazard == hazard);
    let total: f64 = strata().map(|x| x.weight).sum();
    let count = strata().count() as f64;
    let mut out = vec![0.0; cue.levels.len()];
    for x in strata() {
        // Where nature takes none of them, all count alike.
        let weight = if total > 0.0 { x.weight / total } else { 1.0 / count };
        let row = &cue.likelihood[usize::from(x.states[latent])];
        out.iter_mut().zip(row).for_each(|(sum, p)| *sum += weight * p);
    }
    out
}
