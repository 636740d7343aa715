//! Encounters by latent state, each group in its colour: warm with the hazard, cool without.

use super::PreviewRollout;
use nines_sim::Template;

/// Encounters of one colour.
#[derive(Debug)]
pub struct Group {
    /// States in words: `dashing`, or `light=runs, driver=late` where there are several latent variables.
    pub name: String,
    /// Strata that belong to it.
    pub strata: Vec<usize>,
    /// Whether they are the hazard.
    pub hazard: bool,
    /// Colour.
    pub color: &'static str,
}

const HAZARDS: [&str; 4] = ["#cf222e", "#e36209", "#bf3989", "#8a5a00"];
const OTHERS: [&str; 5] = ["#1f6feb", "#1a7f37", "#8250df", "#0a7ea4", "#6e7781"];
/// Most groups of a picture; strata beyond are those of the last one.
const MOST: usize = 7;

/// Groups of the strata that were drawn, those with the hazard first.
pub fn of(template: &Template, rollouts: &[PreviewRollout]) -> Vec<Group> {
    let drawn: Vec<usize> = (0..template.strata.len()).filter(|k| rollouts.iter().any(|r| r.stratum == *k)).collect();
    let all: Vec<usize> = (0..template.latents.len()).collect();
    let telling: Vec<usize> = all.iter().copied().filter(|l| decides(template, *l)).collect();
    let by = if drawn.len() <= MOST || telling.is_empty() { all } else { telling };
    let mut out: Vec<Group> = Vec::new();
    for hazard in [true, false] {
        for &k in drawn.iter().filter(|k| template.strata[**k].hazard == hazard) {
            let name = name(template, k, &by);
            let full = out.len() == MOST;
            let known = out.iter().position(|g| g.name == name && g.hazard == hazard);
            match known.or_else(|| full.then_some(MOST - 1)) {
                Some(at) => {
                    out[at].strata.push(k);
                    if known.is_none() {
                        out[at].name = "others".to_owned();
                    }
                }
                None => out.push(Group { name, strata: vec![k], hazard, color: "" }),
            }
        }
    }
    let (mut warm, mut cool) = (0, 0);
    for group in &mut out {
        let (colors, next) = if group.hazard { (&HAZARDS[..], &mut warm) } else { (&OTHERS[..], &mut cool) };
        group.color = colors[*next % colors.len()];
        *next += 1;
    }
    out
}

/// Whether a change of this latent variable alone can make the hazard.
fn decides(template: &Template, latent: usize) -> bool {
    let alone = |a: &[u8], b: &[u8]| a.iter().zip(b).enumerate().all(|(l, (x, y))| l == latent || x == y);
    template.strata.iter().any(|a| template.strata.iter().any(|b| a.hazard != b.hazard && alone(&a.states, &b.states)))
}

fn name(template: &Template, stratum: usize, by: &[usize]) -> String {
    let state = |l: &usize| {
        let latent = &template.latents[*l];
        let state = &latent.states[usize::from(template.strata[stratum].states[*l])];
        if by.len() == 1 { state.clone() } else { format!("{}={state}", latent.name) }
    };
    let name = by.iter().map(state).collect::<Vec<_>>().join(", ");
    if name.is_empty() { "all encounters".to_owned() } else { name }
}
