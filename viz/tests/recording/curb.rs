//! A child that runs out from behind a parked van, recorded from a trace written by hand.

use nines_sim::testing::{actor, street};
use nines_sim::*;

/// Step of the contact, 0.1 s each.
pub const CONTACT_STEP: usize = 48;

pub fn template() -> Template {
    let signal = SignalSpec { line_m: 95.0.into(), ..SignalSpec::default() };
    let fixed = || Motion::Fixed(FixedSpec::default());
    Template {
        name: "child-at-curb".into(),
        params: vec![],
        copula: Copula::default(),
        latents: vec![Latent { name: "intent".into(), states: vec!["playing".into(), "dashing".into()] }],
        strata: [false, true].map(|hazard| Stratum { states: vec![u8::from(hazard)], hazard, weight: 1.0 }).to_vec(),
        road: street(0.0),
        ego: EgoSpec::default(),
        sensing: SensingSpec::default(),
        latency_steps: 2,
        signals: vec![signal],
        zones: vec![Zone::new(ZoneKind::Crosswalk, 88.0, 92.0)],
        actors: vec![
            ActorTemplate { occludes: true, ..actor("van", Class::Van, [5.2, 2.0, 2.2], fixed()) },
            actor("child", Class::Child, [0.4, 0.5, 1.15], fixed()),
            actor("oncoming", Class::Car, [4.5, 1.8, 1.45], fixed()),
            actor("absent", Class::Ball, [0.2, 0.2, 0.2], fixed()),
        ],
        criteria: vec![Criterion::Collision, Criterion::OffRoad, Criterion::Speeding, Criterion::NoProgress],
        harsh_limit_mps2: 9.0,
        hazard_prior: None,
        demands: Vec::new(),
    }
}

fn traced(name: &str, class: Class, active: bool, occludes: bool, [length_m, width_m, height_m]: [f64; 3]) -> TracedActor {
    TracedActor { name: name.into(), class, active, occludes, length_m, width_m, height_m }
}

/// Where the ego, and its speed, stand at a step: 12 m/s, braking at 6 m/s^2 from step 36 on.
fn ego_at(step: usize) -> (f64, f64) {
    let braked = (step as f64 - 36.0).max(0.0) * DT;
    (12.0 * step as f64 * DT - 3.0 * braked * braked, 12.0 - 6.0 * braked)
}

pub fn frame(step: usize) -> Frame {
    let time_s = step as f64 * DT;
    let (x_m, speed_mps) = ego_at(step);
    let child_y = (-4.5 + 3.0 * (time_s - 3.2).max(0.0)).min(0.3);
    let visible = child_y > -2.9 && step > 36;
    let detected = visible && step > 38;
    let still = |x_m, y_m, visible| ActorFrame {
        x_m,
        y_m,
        heading_rad: 0.0,
        vx_mps: 0.0,
        vy_mps: 0.0,
        visible,
        detected: visible,
        lamps: [0.0; 5],
        class: Class::Child,
        size_m: [0.4, 0.5, 1.15],
        active: true,
        mode: None,
        fired: None,
        observed: None,
    };
    let observed = detected.then_some(Observed {
        x_m: 57.7,
        y_m: child_y - 0.2,
        vx_mps: 0.2,
        vy_mps: 2.7,
        class: if step < 42 { Class::Adult } else { Class::Child },
        cues: [0.0, 0.6, f64::NAN, 0.7, f64::NAN],
    });
    let seen = |x_m: f64, y_m: f64, vx_mps: f64, class| Observed {
        x_m: x_m + 0.2,
        y_m: y_m - 0.1,
        vx_mps,
        vy_mps: 0.0,
        class,
        cues: [f64::NAN; 5],
    };
    let van = ActorFrame {
        lamps: [0.0, 0.0, f64::from(u8::from(step > 20)), 0.0, 0.0],
        observed: Some(seen(53.0, -2.9, 0.0, Class::Van)),
        class: Class::Van,
        size_m: [5.2, 2.0, 2.2],
        ..still(53.0, -2.9, true)
    };
    let x = 95.0 - 9.0 * time_s;
    let car = ActorFrame {
        heading_rad: std::f64::consts::PI,
        vx_mps: -9.0,
        observed: Some(seen(x, 3.5, -9.0, Class::Car)),
        class: Class::Car,
        size_m: [4.5, 1.8, 1.45],
        ..still(x, 3.5, true)
    };
    let child = ActorFrame {
        heading_rad: 1.57,
        vy_mps: if step > 32 { 3.0 } else { 0.0 },
        detected,
        observed,
        ..still(57.5, child_y, visible)
    };
    let gap = (57.5 - (x_m + 3.7)).max(0.0).hypot((child_y + 0.9).min(0.0));
    let mut margins = [1.0; CRITERIA];
    margins[0] = if step >= CONTACT_STEP { -4.9 } else { gap.min(10.0) };
    margins[2] = 1.5;
    margins[5] = 3.3;
    margins[6] = (x_m - 120.0) / 120.0;
    Frame {
        time_s,
        ego: EgoFrame {
            x_m,
            y_m: 0.0,
            heading_rad: 0.0,
            speed_mps,
            accel_mps2: if step > 36 { -6.0 } else { 0.0 },
            curvature: 0.0,
            s_m: x_m,
            d_m: 0.0,
        },
        signs: [0.0; 3],
        action: if step == CONTACT_STEP { [f64::NAN; 2] } else { [if step > 35 { -6.0 } else { 0.0 }, 0.0] },
        belief: if step > 30 { 0.7 } else { 0.1 },
        actors: vec![van, child, car, still(0.0, 0.0, false)],
        signals: vec![if step < 25 {
            0
        } else if step < 40 {
            1
        } else {
            2
        }],
        margins,
        distance_m: gap,
        digest: step as u64,
    }
}

pub fn trace() -> Trace {
    Trace {
        zones: vec![TracedZone { kind: ZoneKind::Crosswalk, from_m: 88.0, to_m: 92.0 }],
        signal_lines_m: vec![95.0],
        actors: vec![
            traced("van", Class::Van, true, true, [5.2, 2.0, 2.2]),
            traced("child", Class::Child, true, false, [0.4, 0.5, 1.15]),
            traced("oncoming", Class::Car, true, true, [4.5, 1.8, 1.45]),
            traced("absent", Class::Ball, false, false, [0.2, 0.2, 0.2]),
        ],
        ego_length_m: 4.6,
        ego_width_m: 1.85,
        ego_centre_m: 1.4,
        half_fov_rad: 1.0,
        range_m: (150.0, 60.0),
        frames: (0..=CONTACT_STEP).map(frame).collect(),
    }
}

pub fn outcome() -> Outcome {
    Outcome {
        rollout: 70_211,
        stratum: 1,
        verdict: Verdict::Fail,
        cause: Some(Criterion::Collision),
        with: Some(1),
        fault: None,
        margin: -4.9,
        margins: frame(CONTACT_STEP).margins,
        steps: CONTACT_STEP as u32,
        end_s: CONTACT_STEP as f64 * DT,
        failed_s: Some(CONTACT_STEP as f64 * DT),
        impact_speed_mps: Some(4.9),
        injury_risk: Some(0.013),
        min_distance_m: 0.0,
        min_ttc_s: Some(0.0),
        max_decel_mps2: 6.0,
        travelled_m: 53.0,
        time_lost_s: 1.4,
        harsh_brakes: 0,
        needless_stops: 0,
        digest: 0x5eed,
        actions: Vec::new(),
    }
}
