//! What the built-in policies keep of the past, and what they make of an object.

use crate::lanes::record;
use crate::math::{max, sel};
use crate::observation::{EgoView, Object};
use crate::template::DT;

/// Below any evidence that there is.
pub(crate) const NO_EVIDENCE: f64 = -1e3;

record! {
    /// Memory of a policy about the world as a whole. All zero at the start of a rollout.
    Memory, MemoryLanes {
        /// Acceleration allowed so far in this step, m/s^2.
        accel,
        /// Target speed so far in this step, m/s.
        target,
        /// The strongest evidence in this step that somebody comes into the way, log odds; a very small number where nobody is about. What
        /// the policy's belief rests on.
        evidence,
        /// Steps answered so far.
        clock,
        /// Time for which the ego has to brake on for an emergency, s.
        emergency_s,
        /// Acceleration of that emergency, m/s^2.
        emergency_accel,
        /// Place of a remembered danger (a ball that went by), ahead of the rear axle, m.
        alarm_s,
        /// Time for which it is remembered, s.
        alarm_left_s,
        /// Lateral offset that the policy would like so far in this step, to the left, m.
        aside_left,
        /// The same to the right, m, negative. Two of them, so that the order of objects does not matter.
        aside_right,
        /// Place of the nearest new danger of this step, ahead of the rear axle, m.
        alarm_next_s,
        /// Time for which an officer's sign to go on is remembered, s.
        waved_s,
        /// 1 where the rule of a reference driver sees a danger in this step.
        danger,
        /// Deceleration that it asks for, m/s^2.
        demand,
        /// Time for which a reference driver has seen the danger, up to its delay, s.
        reacting_s,
        /// Time since it last saw one, s.
        calm_s,
        /// Deceleration that it last asked for, m/s^2.
        braking,
        /// Acceleration before the danger, m/s^2.
        held,
    }
}

record! {
    /// Memory of a policy about one object: a track. All zero at the start of a rollout.
    Track, TrackLanes {
        /// 1 where the object is known: seen now, or not long ago.
        known,
        /// Time since it was seen, s.
        age,
        /// Centre ahead of the rear axle along the route, m.
        s,
        /// Centre to the left of the route, m.
        d,
        /// Speed along the route, m/s.
        vs,
        /// Speed to the left of the route, m/s.
        vd,
        /// Half of its extent along the route, m.
        half_s,
        /// Half of its extent across the route, m.
        half_d,
        /// Height, m.
        height,
        /// Standard deviation of its position, m.
        sigma,
        /// Probability that it is a person.
        person,
        /// Probability that it is a child.
        child,
        /// 1 for vehicles.
        vehicle,
        /// 1 for school buses.
        school_bus,
        /// 1 for balls.
        ball,
        /// Probability that it may be driven over.
        litter,
        /// Brake lamps.
        brake,
        /// Indicator.
        indicator,
        /// Stop arm.
        stop_arm,
        /// 1 for those whose gestures are orders.
        officer,
        /// Their last order: 1 to go on, 2 to stop, 0 none.
        order,
        /// Evidence that it will come into the way, log odds over the prior.
        evidence,
        /// 1 once the lasting cue has been counted.
        counted,
        /// Time until the passing cue counts again, s.
        recount_s,
        /// How hard it brakes, smoothed, m/s^2.
        slowing,
        /// Time for which it has braked hard, s.
        slowing_s,
        /// Evidence from motion that it will come into the way, log odds.
        surprise,
    }
}

/// Brings a track up to date with this step's observation. A track that is not seen goes on as it moved for `hold_s`.
#[inline(always)]
pub(crate) fn follow(hold_s: f64, ego: &EgoView, o: &Object, m: &mut Track) {
    let seen = o.seen != 0.0;
    let again = seen & (m.known != 0.0);
    let along = ego.speed_mps * DT;
    let (ps, pd) = (m.s - along + m.vs * DT, m.d + m.vd * DT);
    // Speeds are smoothed, but little: their errors last longer than any smoothing that still answers in time.
    let blend = |new: f64, old: f64| sel(again, old + 0.8 * (new - old), new);
    m.age = sel(seen, 0.0, m.age + DT);
    m.s = sel(seen, o.route_s_m, ps);
    m.d = sel(seen, o.route_d_m, pd);
    m.vs = sel(seen, blend(o.route_vs_mps, m.vs), m.vs);
    m.vd = sel(seen, blend(o.route_vd_mps, m.vd), m.vd);
    let (c, s) = (o.heading_cos.abs(), o.heading_sin.abs());
    m.half_s = sel(seen, o.half_length_m * c + o.half_width_m * s, m.half_s);
    m.half_d = sel(seen, o.half_length_m * s + o.half_width_m * c, m.half_d);
    m.height = sel(seen, o.height_m, m.height);
    m.sigma = sel(seen, o.sigma_m, m.sigma);
    let is = |class: f64| o.class == class;
    let (p, rest) = (o.class_probability, 1.0 - o.class_probability);
    // Numbers of `Class`: 0 child, 1 adult, 2 cyclist, 3 to 7 vehicles, 7 school bus, 8 ball, 9 debris, 10 litter, 11 animal,
    // 12 motorcycle, 13 emergency vehicle, 14 rider, 15 officer, 16 barrier, 17 stroller, 18 train.
    let person = sel((o.class <= 2.0) | is(11.0) | is(14.0) | is(15.0) | is(17.0), 1.0, 0.0);
    let vehicle = ((o.class >= 3.0) & (o.class <= 7.0)) | is(12.0) | is(13.0) | is(18.0);
    let child = sel(is(0.0), p, sel(is(1.0), rest, 0.0));
    m.person = sel(seen, person, m.person);
    m.child = sel(seen, child, m.child);
    m.vehicle = sel(seen, sel(vehicle, 1.0, 0.0), m.vehicle);
    m.school_bus = sel(seen & is(7.0), 1.0, m.school_bus);
    m.ball = sel(seen & is(8.0), 1.0, m.ball);
    let litter = sel(is(10.0), p, sel(is(9.0) | is(8.0), rest, 0.0));
    m.litter = sel(seen, litter, m.litter);
    m.brake = sel(seen, o.brake_lamp, m.brake);
    m.indicator = sel(seen, o.indicator, m.indicator);
    m.stop_arm = sel(seen, o.stop_arm, m.stop_arm);
    m.officer = sel(seen, sel(is(15.0), 1.0, 0.0), m.officer);
    m.order = sel(seen & is(15.0) & (o.gesture >= 0.0), o.gesture, m.order);
    m.recount_s = max(m.recount_s - DT, 0.0);
    // What is forgotten is forgotten wholly: an object that is neither seen nor known leaves nothing to work on.
    let known = seen | ((m.known != 0.0) & (m.age <= hold_s));
    m.known = 1.0;
    m.keep_if(known);
}
