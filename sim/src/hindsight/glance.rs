//! What of a world is there to be seen in a step, whoever looks.

use crate::block::Block;
use crate::sense::visible;
use crate::template::{Cue, CueBy, CueKind, KNOT_STEPS, Template};

/// A world in a step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Glance {
    /// Actors in the order of the template.
    pub actors: Vec<Shown>,
    /// States of the signals.
    pub signals: Vec<u8>,
    /// Whether somebody is heard.
    pub sound: bool,
    /// How far people are seen, light, friction.
    pub conditions: [f64; 3],
}

/// An actor in a step.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    /// In sight: there, in range, in the field of view and not hidden.
    pub visible: bool,
    pub active: bool,
    pub x: f64,
    pub y: f64,
    pub vx: f64,
    pub vy: f64,
    /// Lamps, stop arm, class.
    pub looks: [f64; 6],
    /// Of each of its cues: what it shows, whether it can be read from here, and the likelihoods by which that was drawn.
    pub cues: Vec<ShownCue>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ShownCue {
    pub level: f64,
    pub readable: bool,
    /// Row of [`Cue::likelihood`].
    pub row: usize,
}

/// Looks at a world step by step.
pub(super) struct Onlooker<'t> {
    template: &'t Template,
    states: &'t [u8],
    /// Rows by which the cues of each actor were drawn last.
    rows: Vec<Vec<usize>>,
}

impl<'t> Onlooker<'t> {
    /// In a world of that stratum.
    pub fn new(template: &'t Template, stratum: u16) -> Self {
        let rows = template.actors.iter().map(|a| vec![0; a.cues.len()]).collect();
        Self { template, states: &template.strata[usize::from(stratum)].states, rows }
    }

    /// The next step, once the world has sensed.
    pub fn look(&mut self, block: &Block<1>) -> Glance {
        let step = block.step[0];
        let actors = self.template.actors.iter().zip(&block.slots).zip(&mut self.rows).map(|((a, slot), rows)| {
            let (p, l, sight, e) = (slot.pose.get(0), slot.lamps.get(0), slot.sight.get(0), slot.errors.get(0));
            let seen = visible(&sight);
            let cues = a.cues.iter().zip(rows).map(|(cue, row)| {
                if begins(cue, step) {
                    *row = match cue.by {
                        CueBy::Latent(latent) => usize::from(self.states[usize::from(latent)]),
                        CueBy::Mode => usize::from(slot.mode(0).unwrap_or(0)),
                    };
                }
                let level = match cue.kind {
                    CueKind::Gaze => e.gaze,
                    CueKind::Posture => e.posture,
                    CueKind::Gesture => e.gesture,
                    CueKind::Intention => e.intention,
                    CueKind::Lamp => e.lamp,
                };
                ShownCue { level, readable: seen && level >= 0.0 && sight.r < cue.range_m, row: *row }
            });
            Shown {
                visible: seen,
                active: slot.shape.active[0] != 0.0,
                x: p.x,
                y: p.y,
                vx: p.vx,
                vy: p.vy,
                looks: [l.brake, l.indicator, l.warning, l.stop_arm, l.beacon, slot.class[0][0]],
                cues: cues.collect(),
            }
        });
        let view = &block.view;
        Glance {
            actors: actors.collect(),
            signals: block.signal_states(0).collect(),
            sound: view.sound[0] != 0.0,
            conditions: [view.sight_m[0], view.light[0], view.friction[0]],
        }
    }
}

/// Whether a window of the cue begins in that step.
fn begins(cue: &Cue, step: u64) -> bool {
    let window = u64::from(cue.window_knots) * KNOT_STEPS;
    step == 0 || (window > 0 && step.is_multiple_of(window))
}
