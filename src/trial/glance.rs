//! What the first observation of an encounter says, as numbers: of the map and the weather, and of every actor in view.

use nines_sim::{Class, Template, Trace, ZoneKind};

/// What something says something of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Limits, zones, signals, weather, the ego's task.
    Map,
    /// That an actor is in view, or is not.
    There(usize),
    /// Where an actor is, and how fast.
    Motion(usize),
    /// What an actor looks like.
    Look,
}

/// One thing that is shown, in some encounters.
pub(super) struct Glance {
    pub of: Of,
    /// As messages call it.
    pub name: String,
    /// Where the file says it.
    pub path: String,
    /// What it is where there is a value, for what is there or not; else the values are compared.
    pub there: Option<&'static str>,
    /// What differs by less looks alike.
    pub resolution: f64,
    /// One of each encounter; none where it is not shown.
    pub values: Vec<Option<f64>>,
}

impl Glance {
    fn value(of: Of, path: String, resolution: f64, value: Option<f64>) -> Self {
        Self { of, name: format!("`{}`", path.trim_start_matches("actors.")), path, there: None, resolution, values: vec![value] }
    }

    fn there(of: Of, name: String, path: String, word: &'static str, is: bool) -> Self {
        Self { of, name, path, there: Some(word), resolution: 1.0, values: vec![is.then_some(1.0)] }
    }
}

/// What one encounter shows at its start. The last `own_zones` zones are those of the file.
pub(super) fn glance(template: &Template, own_zones: usize, params: &[f64], states: &[u8], trace: &Trace) -> Vec<Glance> {
    let at = |v: &nines_sim::Value| v.at(params, states);
    let (ego, sensing) = (&template.ego, &template.sensing);
    let mut out: Vec<Glance> = [
        ("ego.limit_mps", &ego.limit_mps, 0.1),
        ("ego.desired_speed_mps", &ego.desired_speed_mps, 0.1),
        ("ego.start_speed_mps", &ego.start_speed_mps, 0.1),
        ("ego.start_d_m", &ego.start_d_m, 0.1),
        ("ego.end_m", &ego.end_m, 0.5),
        ("sensing.friction", &sensing.friction, 0.01),
        ("sensing.light", &sensing.light, 0.01),
        ("sensing.range_person_m", &sensing.range_person_m, 0.5),
    ]
    .into_iter()
    .map(|(path, value, resolution)| Glance::value(Of::Map, path.to_owned(), resolution, Some(at(value))))
    .collect();
    for (k, zone) in template.zones.iter().rev().take(own_zones).rev().enumerate().filter(|(_, z)| z.kind != ZoneKind::Slippery) {
        let spec = &zone.spec;
        let (from, to, limit) = (at(&spec.from_m), at(&spec.to_m), at(&spec.limit_mps));
        let holds = limit.is_finite() && at(&spec.in_force) != 0.0 && to > from;
        let path = |field: &str| format!("zones.{k}.{field}");
        out.push(Glance::there(Of::Map, format!("the limit of `zones.{k}`"), path("in_force"), "in force", holds));
        out.push(Glance::value(Of::Map, path("limit_mps"), 0.1, Some(limit).filter(|_| holds)));
        let told = holds || matches!(zone.kind, ZoneKind::Crosswalk | ZoneKind::Junction);
        out.push(Glance::value(Of::Map, path("from_m"), 0.5, Some(from).filter(|_| told && to > from)));
    }
    let Some(frame) = trace.frames.first() else { return out };
    for (k, (signal, state)) in template.signals.iter().zip(&frame.signals).enumerate() {
        out.push(Glance::value(Of::Map, format!("signals.{k}.line_m"), 0.5, Some(at(&signal.line_m))));
        out.push(Glance {
            name: format!("the state of `signals.{k}`"),
            ..Glance::value(Of::Map, format!("signals.{k}.amber_s"), 0.5, Some(f64::from(*state)))
        });
    }
    for (k, (actor, now)) in template.actors.iter().zip(&frame.actors).enumerate() {
        let seen = now.active && now.visible;
        let path = |field: &str| format!("actors.{}.{field}", actor.name);
        let value =
            |of: Of, field: &str, resolution: f64, x: f64| Glance::value(of, path(field), resolution, Some(x).filter(|_| seen));
        out.push(Glance::there(Of::There(k), format!("`{}`", actor.name), path("active"), "in view", seen));
        out.push(value(Of::Motion(k), "s_m", 0.5, now.x_m));
        out.push(value(Of::Motion(k), "d_m", 0.5, now.y_m));
        out.push(value(Of::Motion(k), "speed_mps", 0.5, libm::hypot(now.vx_mps, now.vy_mps)));
        out.push(value(Of::Motion(k), "heading_rad", 0.3, now.heading_rad));
        out.push(Glance { name: format!("the class of `{}`", actor.name), ..value(Of::Look, "class", 0.5, class(now.class)) });
        for (field, x) in ["length_m", "width_m", "height_m"].into_iter().zip(now.size_m) {
            // A size is measured with an error of a tenth.
            out.push(value(Of::Look, field, 0.1 * x.max(0.1), x));
        }
        // How far away it is when it is first seen, and how often it changes its class, tell these.
        for (field, x, resolution) in [
            ("range_factor", at(&actor.range_factor), 0.05),
            ("confusion", Some(at(&actor.confusion)).filter(|x| *x >= 0.0).unwrap_or(at(&sensing.confusion)), 0.02),
        ] {
            let x = Some(x).filter(|_| now.active);
            out.push(Glance::value(Of::Look, path(field), resolution, x));
        }
        for (lamp, x) in ["brake_lamp", "indicator", "warning", "stop_arm", "beacon"].into_iter().zip(now.lamps) {
            out.push(value(Of::Look, lamp, 0.5, x));
        }
    }
    out
}

/// Number of a class.
fn class(of: Class) -> f64 {
    f64::from(of as u8)
}
