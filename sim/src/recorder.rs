//! Writes the trace of a world that is driven alone.

use crate::block::Block;
use crate::ego::{EGO_CENTRE_M, EGO_LENGTH_M, EGO_WIDTH_M};
use crate::judge::{FAR_M, distance_now};
use crate::observation::Class;
use crate::sense::visible;
use crate::template::{DT, Sensing0};
use crate::trace::{ActorFrame, EgoFrame, Frame, Observed, Trace, TracedActor};

/// Gathers frames.
pub(crate) struct Recorder {
    trace: Trace,
}

impl Recorder {
    /// `sensing` is what the world was bound to.
    pub fn new(block: &Block<1>, sensing: &Sensing0) -> Self {
        let t = block.template();
        let actor = |(slot, a): (&crate::block::Slot<1>, &crate::template::ActorTemplate)| {
            let shape = slot.shape.get(0);
            TracedActor {
                name: a.name.clone(),
                class: a.class,
                active: slot.exists(0),
                occludes: a.occludes,
                length_m: 2.0 * shape.half_l,
                width_m: 2.0 * shape.half_w,
                height_m: shape.height,
            }
        };
        Self {
            trace: Trace {
                actors: block.slots.iter().zip(&t.actors).map(actor).collect(),
                ego_length_m: EGO_LENGTH_M,
                ego_width_m: EGO_WIDTH_M,
                ego_centre_m: EGO_CENTRE_M,
                half_fov_rad: sensing.half_fov_rad,
                zones: block.zones(0),
                signal_lines_m: block.signal_lines_m(0),
                range_m: (sensing.range_vehicle_m, sensing.range_person_m),
                frames: Vec::new(),
            },
        }
    }

    /// The truth as it stands.
    fn truth(&self, block: &Block<1>) -> Frame {
        let e = block.ego.get(0);
        let actors = block.slots.iter().enumerate().map(|(j, s)| {
            let p = s.pose.get(0);
            let (l, b) = (s.lamps.get(0), s.shape.get(0));
            ActorFrame {
                x_m: p.x,
                y_m: p.y,
                heading_rad: libm::atan2(p.sin, p.cos),
                vx_mps: p.vx,
                vy_mps: p.vy,
                visible: false,
                detected: false,
                lamps: [l.brake, l.indicator, l.warning, l.stop_arm, l.beacon],
                class: Class::ALL[s.class[0][0] as usize],
                size_m: [2.0 * b.half_l, 2.0 * b.half_w, b.height],
                active: b.active != 0.0,
                mode: s.mode(0),
                fired: block.fired(j),
                observed: None,
            }
        });
        Frame {
            time_s: block.step[0] as f64 * DT,
            ego: EgoFrame {
                x_m: e.x,
                y_m: e.y,
                heading_rad: e.h,
                speed_mps: e.v,
                accel_mps2: e.a,
                curvature: e.k,
                s_m: e.s,
                d_m: e.d,
            },
            action: [f64::NAN; 2],
            signs: [0.0; 3],
            belief: f64::NAN,
            actors: actors.collect(),
            signals: block.signal_states(0).collect(),
            // Progress is not judged before the end.
            margins: block.margins(0, 1.0),
            distance_m: block
                .slots
                .iter()
                .map(|s| (s.pose.get(0), s.shape.get(0)))
                .filter(|(_, b)| b.harmful != 0.0)
                .map(|(p, b)| distance_now(&e, &p, &b))
                .fold(FAR_M, f64::min),
            digest: block.digest[0],
        }
    }

    /// The truth at the start of a step, and what its observation says.
    pub fn sensed(&self, block: &Block<1>) -> Frame {
        let mut frame = self.truth(block);
        let e = block.ego.get(0);
        for (a, s) in frame.actors.iter_mut().zip(&block.slots) {
            a.visible = visible(&s.sight.get(0));
            a.detected = a.visible && s.errors.missing[0] == 0.0 && block.sees();
            let o = s.object.get(0);
            if o.seen != 0.0 {
                let turn = |x: f64, y: f64| (x * e.cos - y * e.sin, x * e.sin + y * e.cos);
                let ((x, y), (vx, vy)) = (turn(o.x_m, o.y_m), turn(o.vx_mps, o.vy_mps));
                let cue = |v: f64| if v < 0.0 { f64::NAN } else { v };
                a.observed = Some(Observed {
                    x_m: e.x + x,
                    y_m: e.y + y,
                    vx_mps: vx,
                    vy_mps: vy,
                    class: Class::ALL[o.class as usize],
                    cues: [o.gaze, o.posture, o.gesture, o.intention, o.lamp].map(cue),
                });
            }
        }
        frame
    }

    /// Adds what the policy answered, and keeps the frame.
    pub fn decided(&mut self, mut frame: Frame, block: &Block<1>, belief: f64) {
        let a = block.action.get(0);
        frame.action = [a.accel, a.curvature];
        frame.signs = [a.lamp, a.horn, a.help];
        frame.belief = belief;
        self.trace.frames.push(frame);
    }

    /// Adds the state after the last step.
    pub fn finish(mut self, block: &Block<1>) -> Trace {
        let mut last = self.truth(block);
        let outcome = block.unload(0);
        last.margins = outcome.margins;
        // Nothing is sensed any more: the last frame repeats what was seen last.
        if let Some(before) = self.trace.frames.last() {
            for (a, b) in last.actors.iter_mut().zip(&before.actors) {
                (a.visible, a.detected, a.observed) = (b.visible, b.detected, b.observed);
            }
        }
        self.trace.frames.push(last);
        self.trace
    }
}
