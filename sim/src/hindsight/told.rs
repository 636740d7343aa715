//! What the policy was told of a hazard: whether an observation has it nearer to the truth than to the harmless twin.

use super::evident::{PLACE_M, SPEED_MPS, Sign, length, sign_of};
use super::glance::{Glance, Shown};
use super::trunk::Trunk;
use crate::block::Block;
use crate::math::single;
use crate::observation::Class;
use crate::template::Template;

/// Whether the observation of a step tells of something that differed when it was measured, at or after the step at which the hazard became
/// evident: it is nearer to the truth than to the twin.
pub(super) fn tells(template: &Template, trunk: &Trunk, real: &[Glance], twin: &[Glance], evident: usize, at: usize) -> bool {
    let Some(measured) = at.checked_sub(template.latency_steps.max(1) as usize).filter(|m| *m >= evident) else { return false };
    let (Some(real), Some(twin)) = (real.get(measured), twin.get(measured)) else { return false };
    (0..template.actors.len()).any(|j| {
        let (r, t) = (&real.actors[j], &twin.actors[j]);
        let (Some(sign), Some(told)) = (sign_of(&template.actors[j], r, t), Told::of(&trunk.steps[at], j)) else { return false };
        let class = Class::ALL[r.looks[5] as usize];
        match sign {
            Sign::Motion => is_taken_for(class, told.class) && told.off(r) < told.off(t),
            Sign::Presence => is_taken_for(class, told.class),
            Sign::Looks => told.looks[..5] == r.looks[..5] && told.class == class,
            Sign::Cue(kind) => {
                let shown = template.actors[j].cues.iter().zip(&r.cues).find(|(cue, _)| cue.kind == kind);
                shown.is_some_and(|(_, shown)| told.cues[kind as usize] == single(shown.level))
            }
            _ => false,
        }
    })
}

/// What an observation says of an actor, in the world frame.
pub(super) struct Told {
    pub x: f64,
    pub y: f64,
    vx: f64,
    vy: f64,
    pub sigma: f64,
    pub class: Class,
    looks: [f64; 5],
    cues: [f64; 5],
}

impl Told {
    pub fn of(block: &Block<1>, actor: usize) -> Option<Self> {
        let (e, o) = (block.ego.get(0), block.slots[actor].object.get(0));
        let turn = |x: f64, y: f64| (x * e.cos - y * e.sin, x * e.sin + y * e.cos);
        let ((x, y), (vx, vy)) = (turn(o.x_m, o.y_m), turn(o.vx_mps, o.vy_mps));
        (o.seen != 0.0).then(|| Self {
            x: e.x + x,
            y: e.y + y,
            vx,
            vy,
            sigma: o.sigma_m,
            class: Class::ALL[o.class as usize],
            looks: [o.brake_lamp, o.indicator, o.warning_lamp, o.stop_arm, o.beacon],
            cues: [o.gaze, o.posture, o.gesture, o.intention, o.lamp],
        })
    }

    /// How far it is off, in the units in which a difference is evident.
    fn off(&self, from: &Shown) -> f64 {
        let place = length(self.x - from.x, self.y - from.y) / PLACE_M;
        let speed = length(self.vx - from.vx, self.vy - from.vy) / SPEED_MPS;
        length(place, speed)
    }
}

/// Whether a class that is named asks for the same caution as the true one.
pub(super) fn is_taken_for(truth: Class, named: Class) -> bool {
    truth == named || (kind_of(truth).is_some() && kind_of(truth) == kind_of(named))
}

/// Classes that are driven around alike; `None` for those that stand alone.
fn kind_of(class: Class) -> Option<u8> {
    Some(match class {
        Class::Child | Class::Adult | Class::Cyclist | Class::Rider | Class::Motorcycle => 0,
        Class::Car | Class::Van | Class::Truck | Class::Bus | Class::Train => 1,
        Class::Animal | Class::Stroller | Class::Debris | Class::Barrier => 2,
        Class::Ball | Class::Litter => 3,
        // What they are is a rule of its own.
        Class::SchoolBus | Class::Officer | Class::EmergencyVehicle => return None,
    })
}
