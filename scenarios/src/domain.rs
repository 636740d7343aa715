//! What the values of a field may be, and trying them on draws of the parameters.

use crate::diagnostic::{Code, Problems};
use crate::expression::{Expression, Operator, number_text};
use crate::node::Span;
use crate::scope::{Scope, Tried};
use nines_sim::Template;

/// What the values of a field may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Domain {
    /// Finite, or infinite for "never".
    Any,
    /// Finite.
    Finite,
    /// Finite and above zero.
    Positive,
    /// From zero on; infinite for "never".
    FromZero,
    /// From 0 to 1.
    Unit,
    /// One of two numbers.
    Either(f64, f64),
    /// 0 or 1; infinite for as the actor is by itself.
    OwnOrFlag,
}

impl Domain {
    /// The domain of a field of behaviour, by its name and default.
    pub fn of(field: &str, default: f64) -> Domain {
        match field {
            "direction" => Domain::Either(-1.0, 1.0),
            "active" | "harmful" | "sounds" if default.is_infinite() => Domain::OwnOrFlag,
            "limit_mps" | "friction" if default.is_infinite() => Domain::FromZero,
            "heeds_ego" | "indicates" | "turn_back" | "warning" | "in_force" | "brake_lamp" | "stop_arm" | "beacon" => {
                Domain::Either(0.0, 1.0)
            }
            "light" | "miss_share" | "confusion" => Domain::Unit,
            "desired_speed_mps" | "limit_mps" | "end_m" | "friction" | "headway_s" | "accel_mps2" | "comfort_mps2"
            | "brake_mps2" | "change_s" | "wander_time_s" | "noise_time_s" | "miss_mean_s" | "half_fov_rad"
            | "range_vehicle_m" | "range_person_m" | "sensor_height_m" | "min_gap_m" => Domain::Positive,
            "speed_mps" | "start_speed_mps" | "desired_mps" | "lag_s" | "lawful_wait_s" | "hesitate_s" | "wander_m"
            | "decel_mps2" | "go_lag_s" | "position_noise_m" | "speed_noise_mps" | "brake_event_mps2" | "brake_to_mps"
            | "yield_tta_s" | "hesitate_at_m" | "stop_at_m" | "lateral_mps" | "within_m" | "sway_m" => Domain::FromZero,
            _ if default.is_infinite() => Domain::Any,
            "accept_tta_s" | "accept_gap_m" | "abort_at" => Domain::Any,
            _ => Domain::Finite,
        }
    }

    fn holds(self, x: f64) -> bool {
        match self {
            Domain::Any => !x.is_nan(),
            Domain::Finite => x.is_finite(),
            Domain::Positive => x.is_finite() && x > 0.0,
            Domain::FromZero => x >= 0.0,
            Domain::Unit => (0.0..=1.0).contains(&x),
            Domain::Either(a, b) => x == a || x == b,
            Domain::OwnOrFlag => x == 0.0 || x == 1.0 || x == f64::INFINITY,
        }
    }

    fn words(self) -> String {
        match self {
            Domain::Any => "must be a number".to_owned(),
            Domain::Finite => "must be finite".to_owned(),
            Domain::Positive => "must be above zero".to_owned(),
            Domain::FromZero => "must not be negative".to_owned(),
            Domain::Unit => "must be from 0 to 1".to_owned(),
            Domain::Either(a, b) => format!("must be {} or {}", number_text(a), number_text(b)),
            Domain::OwnOrFlag => "must be 0 or 1".to_owned(),
        }
    }
}

/// Draws of the parameters that each value is tried on, beside the strata.
const DRAWS: usize = 96;

/// Evaluates every value of the file on draws of the parameters, and reports the first draw that leaves its domain.
pub(crate) fn try_values(scope: &Scope, template: &Template, problems: &mut Problems) {
    let draws: Vec<Vec<f64>> = (0..DRAWS).map(|k| draw(template, k)).collect();
    try_task(scope, template, &draws, problems);
    try_zones(scope, template, &draws, problems);
    try_counts(scope, template, problems);
    for tried in &scope.tried {
        try_roots(tried, scope, template, &draws, problems);
        try_divisions(tried, scope, template, &draws, problems);
        let value = scope.lower(&tried.value);
        let bad = template.strata.iter().enumerate().find_map(|(k, stratum)| {
            let share = if value.constant().is_some() { 1 } else { DRAWS };
            let mut mine = draws[..share].iter();
            let params = mine.find(|p| !tried.domain.holds(value.at(p, &stratum.states)))?;
            Some((k, params, value.at(params, &stratum.states)))
        });
        let Some((stratum, params, x)) = bad else { continue };
        let with = settings_of(&tried.value, scope, template, stratum, params);
        let code = if tried.domain == Domain::Positive { Code::NotPositive } else { Code::OutOfRange };
        let help = if with.is_empty() { "" } else { "bound the parameter, or use `max(…)`" };
        let message = format!("`{}` is {x:.4}{with}, but {}", tried.what, tried.domain.words());
        problems.error(code, tried.at, message, help);
    }
}

/// Whether something is divided by zero, which would be infinite, and so mean "never", or nothing.
fn try_divisions(tried: &Tried, scope: &Scope, template: &Template, draws: &[Vec<f64>], problems: &mut Problems) {
    let value = &tried.value;
    let mut divides = false;
    value.divisors(&mut |_| divides = true);
    if !divides {
        return;
    }
    let found = every(template, draws).find_map(|(k, params)| {
        let at = |e: &Expression| scope.lower(e).at(params, &template.strata[k].states);
        let state = |latent: &str| state_in(template, k, latent);
        value.zero_divisor(&at, &state).map(|of| (k, params, of))
    });
    let Some((k, params, of)) = found else { return };
    let with = settings_of(of, scope, template, k, params);
    let message = format!("`{}` divides by zero{with}: `{of}` is 0", tried.what);
    problems.error(Code::OutOfRange, tried.at, message, "bound what it divides by, `max(0.1, …)`; for never write `inf`");
}

/// Every stratum with every draw.
fn every<'a>(template: &'a Template, draws: &'a [Vec<f64>]) -> impl Iterator<Item = (usize, &'a Vec<f64>)> {
    (0..template.strata.len()).flat_map(|k| draws.iter().map(move |params| (k, params)))
}

/// The state of a latent variable in a stratum.
fn state_in<'a>(template: &'a Template, stratum: usize, latent: &str) -> Option<&'a str> {
    let l = template.latents.iter().position(|l| l.name == latent)?;
    template.latents[l].states.get(usize::from(template.strata[stratum].states[l])).map(String::as_str)
}

/// Whether a root is taken of something negative, which would count as 0 and be seen nowhere.
fn try_roots(tried: &Tried, scope: &Scope, template: &Template, draws: &[Vec<f64>], problems: &mut Problems) {
    let mut roots = false;
    tried.value.roots(&mut |_| roots = true);
    if !roots {
        return;
    }
    let found = every(template, draws).find_map(|(k, params)| {
        let at = |e: &Expression| scope.lower(e).at(params, &template.strata[k].states);
        let state = |latent: &str| state_in(template, k, latent);
        tried.value.negative_root(&at, &state).map(|(of, x)| (k, params, of, x))
    });
    let Some((k, params, of, x)) = found else { return };
    let with = settings_of(of, scope, template, k, params);
    let message = format!("`{}` takes the square root of {x:.4}{with}, which would count as 0", tried.what);
    problems.error(
        Code::OutOfRange,
        tried.at,
        message,
        "say what holds there: `sqrt(max(0, …))`, or `if(CONDITION, sqrt(…), …)`",
    );
}

/// Fastest speed that a file may ask of the ego, m/s, and longest time until the horizon, s: what is beyond has no end.
const FASTEST_MPS: f64 = 150.0;
const LONGEST_S: f64 = 3_600.0;

/// Whether the ego's task is one of this world in every draw.
fn try_task(scope: &Scope, template: &Template, draws: &[Vec<f64>], problems: &mut Problems) {
    let place = |what: &str| scope.tried.iter().find(|t| t.what == what).map_or(Span::default(), |t| t.at);
    for stratum in &template.strata {
        for params in draws {
            let e = template.ego.bind(params, &stratum.states);
            let horizon = e.end_m / e.desired_speed_mps.max(0.1) + e.lawful_wait_s;
            let (what, message) = if !(..=FASTEST_MPS).contains(&e.start_speed_mps) {
                (
                    "ego.start_speed_mps",
                    format!("the ego starts at {:e} m/s, but at most {FASTEST_MPS} are allowed", e.start_speed_mps),
                )
            } else if !(..=LONGEST_S).contains(&horizon) {
                ("ego.end_m", format!("the ego would take {horizon:.3e} s to its end place, but at most {LONGEST_S} are allowed"))
            } else {
                continue;
            };
            problems.error(Code::OutOfRange, place(what), message, "is the unit right?");
            return;
        }
    }
}

/// Whether groups have room for all that are counted: the others would be missing, which is seen nowhere.
fn try_counts(scope: &Scope, template: &Template, problems: &mut Problems) {
    for (count, most, at) in &scope.counts {
        let value = scope.lower(count);
        let all = template.strata.iter().enumerate().flat_map(|(k, s)| draws(template).map(move |p| (k, s, p)));
        let highest = all.map(|(k, s, p)| (value.at(&p, &s.states), k, p)).max_by(|a, b| a.0.total_cmp(&b.0));
        // A count is rounded: a member is there from half of it on.
        let Some((x, k, params)) = highest.filter(|(x, ..)| *x >= *most as f64 + 0.5) else { continue };
        let with = settings_of(count, scope, template, k, &params);
        let message =
            format!("`count` is up to {}{with}, but there are at most {most} members: those above are cut off unseen", x.round());
        problems.warning(Code::OutOfRange, *at, message, "raise `most`, or bound the count: `min(…)`");
    }
}

/// Whether every zone ends behind its beginning; one that is empty in some draws is not there in them.
fn try_zones(scope: &Scope, template: &Template, draws: &[Vec<f64>], problems: &mut Problems) {
    let written = |what: &str| scope.tried.iter().filter(|t| t.what == what).collect::<Vec<_>>();
    let (begins, ends) = (written("zone.from_m"), written("zone.to_m"));
    // Those of a road template come first, and are right.
    let own = template.zones.iter().skip(template.zones.len().saturating_sub(ends.len()));
    for ((zone, begin), end) in own.zip(begins).zip(ends) {
        let span = |k: usize, params: &[f64]| {
            let states = &template.strata[k].states;
            (zone.spec.from_m.at(params, states), zone.spec.to_m.at(params, states))
        };
        let every = (0..template.strata.len()).flat_map(|k| draws.iter().map(move |params| (k, params)));
        let Some((k, params)) = every.into_iter().find(|(k, params)| span(*k, params).0 > span(*k, params).1) else { continue };
        let (from, to) = span(k, params);
        let both = Expression::Pair(Operator::Sub, Box::new(end.value.clone()), Box::new(begin.value.clone()));
        let with = settings_of(&both, scope, template, k, params);
        let message = format!("the zone begins at {from:.4} and ends at {to:.4}{with}");
        problems.error(Code::BoundsReversed, end.at, message, "`to_m` lies beyond `from_m`, both along the route");
    }
}

/// ` with name = value, …` for the names that a value uses in a draw; empty for a value without names.
pub(crate) fn settings_of(value: &Expression, scope: &Scope, template: &Template, stratum: usize, params: &[f64]) -> String {
    let mut names = Vec::new();
    value.names(&mut |n| {
        if !names.iter().any(|known| known == n) {
            names.push(n.to_owned());
        }
    });
    let known: Vec<String> = names.iter().map(|n| setting(n, scope, template, stratum, params)).collect();
    if known.is_empty() { String::new() } else { format!(" with {}", known.join(", ")) }
}

/// Draws from the inner 99.8% of every parameter.
pub(crate) fn draws(template: &Template) -> impl Iterator<Item = Vec<f64>> {
    (0..DRAWS).filter(|k| !(1..=10).contains(k)).map(|k| draw(template, k))
}

/// `name = value` of a parameter, a named value or a latent variable.
fn setting(name: &str, scope: &Scope, template: &Template, stratum: usize, params: &[f64]) -> String {
    if let Some(k) = template.params.iter().position(|p| p.name == name) {
        return format!("{name} = {:.4}", params[k]);
    }
    if let Some((_, value)) = scope.values.iter().find(|(v, _)| v == name) {
        return format!("{name} = {:.4}", scope.lower(value).at(params, &template.strata[stratum].states));
    }
    let state = template.latents.iter().position(|l| l.name == name).map(|k| {
        let chosen = template.strata[stratum].states[k];
        template.latents[k].states[chosen as usize].as_str()
    });
    format!("{name} = {}", state.unwrap_or("?"))
}

/// A draw of all parameters: the ends and the middle first, then points spread evenly (a Weyl sequence per parameter).
fn draw(template: &Template, k: usize) -> Vec<f64> {
    let z = |j: usize| match k {
        0 => 0.0,
        1 => -3.5,
        2 => 3.5,
        3..=10 => {
            if (k + j).is_multiple_of(2) {
                3.0
            } else {
                -3.0
            }
        }
        _ => {
            // Square roots of different whole numbers without squares are independent over the rationals.
            let step = ((j * j + 1) as f64).sqrt() + 0.618_033_988_749_894_9 * (j + 1) as f64;
            let u = (k as f64 * step).fract();
            nines_sim::math::normal_quantile(0.001 + 0.998 * u)
        }
    };
    let mut out: Vec<f64> = (0..template.params.len()).map(z).collect();
    template.values(&mut out);
    out
}
