//! Values beyond what is known of roads, vehicles and people. The bounds are wide (engineering judgement): what leaves them is
//! a slip of a unit or a sign far more often than a rare world.

use super::Findings;
use crate::actor::{ActorKind, ActorSpec, COMMON, usual_size};
use crate::diagnostic::Code;
use crate::domain::draws;
use crate::expression::{Expression, Operator, number_text};
use crate::format::{LogicalScenario, Scenario};
use crate::scope::Scope;
use nines_sim::{Class, Criterion, LaneKind, Value};

/// A whole turn, with room for what rounding adds, radians.
const TURN: f64 = 2.0 * std::f64::consts::PI + 1e-6;
/// Longer or wider than this, m, a person lies.
const LIES_M: f64 = 1.0;
/// Speed wished for over the limit that passes for how people drive.
const OVER_LIMIT: f64 = 1.1;

/// Fastest of a class, m/s.
fn fastest(class: Class) -> f64 {
    match class {
        Class::Child => 7.0,
        Class::Adult | Class::Officer | Class::Stroller => 10.0,
        Class::Cyclist | Class::Rider => 20.0,
        Class::Animal => 25.0,
        Class::Ball | Class::Debris | Class::Litter | Class::Barrier => 30.0,
        Class::Truck | Class::Bus | Class::SchoolBus => 42.0,
        Class::Van => 60.0,
        _ => 70.0,
    }
}

/// Bounds of a field of an actor.
fn of_actor(field: &str, class: Class, lies: bool) -> Option<(f64, f64)> {
    let size = usual_size(class);
    // Things and animals come in all sizes.
    let fixed_size =
        !matches!(class, Class::Animal | Class::Ball | Class::Barrier | Class::Debris | Class::Litter | Class::Train);
    let by_size = |k: usize| fixed_size.then(|| (0.4 * size[k], 2.5 * size[k]));
    Some(match field {
        "speed_mps" | "desired_mps" => (0.0, fastest(class)),
        // People push and ride things.
        "length_m" | "width_m" if class.is_small() && fixed_size => (0.1, 2.5),
        "length_m" => by_size(0)?,
        "width_m" => by_size(1)?,
        // Who lies is as high as a body is thick.
        "height_m" if lies && fixed_size => (0.15, 2.5 * size[2]),
        "height_m" => by_size(2)?,
        "accel_mps2" => (0.1, 10.0),
        "comfort_mps2" => (0.3, 6.0),
        "brake_mps2" | "brake_event_mps2" => (0.3, 12.0),
        "headway_s" => (0.1, 6.0),
        "min_gap_m" => (0.2, 15.0),
        "change_s" => (0.5, 20.0),
        "lag_s" => (0.0, 2.0),
        "range_factor" => (0.05, 5.0),
        "heading_rad" | "dir_rad" | "faces_rad" => (-TURN, TURN),
        _ => return None,
    })
}

fn of_ego(field: &str) -> Option<(f64, f64)> {
    Some(match field {
        "start_speed_mps" | "limit_mps" => (0.0, 50.0),
        // Longer or slower ones are no encounters.
        "desired_speed_mps" => (0.5, 50.0),
        "end_m" => (5.0, 5_000.0),
        "lawful_wait_s" => (0.0, 300.0),
        "brake_mps2" => (2.0, 12.0),
        _ => return None,
    })
}

fn of_sensing(field: &str) -> Option<(f64, f64)> {
    Some(match field {
        "friction" => (0.05, 1.2),
        "range_vehicle_m" | "range_person_m" => (5.0, 400.0),
        "half_fov_rad" => (0.2, std::f64::consts::PI + 1e-9),
        "position_noise_m" => (0.0, 3.0),
        "speed_noise_mps" => (0.0, 5.0),
        "noise_time_s" | "miss_mean_s" => (0.0, 20.0),
        "miss_share" => (0.0, 0.5),
        "confusion" => (0.0, 0.5),
        "sensor_height_m" => (0.2, 4.5),
        _ => return None,
    })
}

/// A value to be tried, where it stands, its bounds, and the value that says whether it matters at all.
struct Trial<'a> {
    path: String,
    what: String,
    value: &'a Expression,
    bounds: (f64, f64),
    of: String,
    active: Option<&'a Expression>,
}

pub(super) fn look(s: &LogicalScenario, findings: &mut Findings) {
    let scope = scope(s);
    for trial in trials(s) {
        let (low, high) = trial.bounds;
        let Some((x, with)) = outside(s, &scope, &trial) else { continue };
        let message = format!("`{}` is {}{with}, beyond what is known of {}", trial.what, number_text(x), trial.of);
        let help = match trial.path.ends_with("_rad") {
            true => "angles are in radians: write `90 * pi / 180` for 90 degrees, or `pi / 2`".to_owned(),
            false => format!("from {} to {} is plausible; is the unit right?", number_text(short(low)), number_text(short(high))),
        };
        findings.warn(Code::ImplausibleValue, &trial.path, message, help);
    }
    for (k, lane) in s.road.lanes.iter().enumerate() {
        if lane.kind == LaneKind::Traffic && !(2.0..=7.0).contains(&lane.width_m) {
            let message = format!("a traffic lane of {} m is beyond what is known of roads", number_text(lane.width_m));
            let path = format!("road.lanes.{k}.width_m");
            findings.warn(Code::ImplausibleValue, &path, message, "from 2 to 7 m is plausible");
        }
    }
    for path in s.road.paths.iter().filter(|p| p.heading_rad.abs() > TURN) {
        let message = format!("the path `{}` begins at a heading of {}", path.name, number_text(path.heading_rad));
        let place = format!("road.paths.{}.heading_rad", path.name);
        findings.warn(
            Code::ImplausibleValue,
            &place,
            message,
            "angles are in radians: `pi / 2` is a quarter turn to the left, 1.5708",
        );
    }
    speeding(s, &scope, findings);
    if s.latency_s > 1.5 {
        let message = format!("`latency_s` is {}, beyond what is known of sensors", number_text(s.latency_s));
        findings.warn(Code::ImplausibleValue, "sensing.latency_s", message, "from 0.1 to 1.5 is plausible");
    }
}

/// An ego that wishes to drive well beyond its limit, where nothing says that this is the case to be tried.
fn speeding(s: &LogicalScenario, scope: &Scope, findings: &mut Findings) {
    // That speeding fails is usual, and does not say that the ego is asked for it; a demand on its speed does.
    let meant = s.criteria.contains(&Criterion::SituationSpeed)
        || ["limit", "speeding", "too fast"].iter().any(|word| s.description.contains(word));
    let (Some(wish), Some(limit)) = (s.ego.get("desired_speed_mps"), s.ego.get("limit_mps")) else { return };
    if meant {
        return;
    }
    let both = Expression::Pair(Operator::Div, Box::new(wish.clone()), Box::new(limit.clone()));
    let value = scope.lower(&both);
    let every = draws(&s.template).flat_map(|params| (0..s.template.strata.len()).map(move |k| (k, params.clone())));
    let at = |(k, params): &(usize, Vec<f64>)| value.at(params, &s.template.strata[*k].states);
    let Some(found) = every.into_iter().find(|draw| at(draw) > OVER_LIMIT) else { return };
    let with = crate::domain::settings_of(&both, scope, &s.template, found.0, &found.1);
    let most = scope.lower(limit).at(&found.1, &s.template.strata[found.0].states);
    let message = format!("the ego wishes to drive at {:.2} times its limit of {most:.4} m/s{with}", at(&found));
    let help = "lower `desired_speed_mps`, or say `limit_mps`; where an ego that is asked to speed is meant, say so in `description` (\"limit\")";
    findings.warn(Code::ImplausibleValue, "ego.desired_speed_mps", message, help);
}

fn trials(s: &Scenario) -> Vec<Trial<'_>> {
    let mut out = Vec::new();
    for (section, settings, bounds) in
        [("ego", &s.ego, of_ego as fn(&str) -> Option<(f64, f64)>), ("sensing", &s.sensing, of_sensing)]
    {
        for (field, value) in &settings.0 {
            let Some(bounds) = bounds(field) else { continue };
            let path = format!("{section}.{field}");
            let of = if section == "ego" { "cars" } else { "roads and sensors" }.to_owned();
            out.push(Trial { what: path.clone(), path, value, bounds, of, active: None });
        }
    }
    for actor in &s.actors {
        out.extend(actor_trials(actor));
    }
    out
}

fn actor_trials<'a>(actor: &'a ActorSpec) -> impl Iterator<Item = Trial<'a>> {
    let common = COMMON.iter().map(|(name, ..)| *name).zip(&actor.common);
    let active = common.clone().find(|(name, _)| *name == "active").map(|(_, value)| value);
    let is_person = matches!(actor.class, Class::Child | Class::Adult | Class::Officer);
    let long = |(name, value): (&str, &Expression)| {
        matches!(name, "length_m" | "width_m") && matches!(value, Expression::Number(x) if *x > LIES_M)
    };
    let lies = is_person && common.clone().any(long);
    let all = common.chain(actor.settings.0.iter().map(|(name, value)| (*name, value)));
    let trial = move |(below, class, field, value): (&str, Class, &str, &'a Expression)| {
        let bounds = of_actor(field, class, lies)?;
        let what = format!("{}{below}.{field}", actor.name);
        let path =
            format!("actors.{}{}.{field}", actor.name, if below.is_empty() { String::new() } else { format!(".modes{below}") });
        Some(Trial { path, what, value, bounds, of: format!("class `{}`", class.name()), active })
    };
    let own = all.filter_map(move |(field, value)| trial(("", actor.class, field, value)));
    let modes = if let ActorKind::Agent { modes, .. } = &actor.kind { &modes[..] } else { &[] };
    own.chain(modes.iter().flat_map(move |mode| {
        let class = mode.class.unwrap_or(actor.class);
        // Infinite values keep what the actor is by itself.
        let said = mode.pace.0.iter().chain(&mode.look.0).filter(|(_, v)| *v != Expression::Number(f64::INFINITY));
        said.filter_map(|(field, value)| trial((&format!(".{}", mode.name), class, field, value))).collect::<Vec<_>>()
    }))
}

/// A bound without the digits that its arithmetic leaves behind.
fn short(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}

/// The names of a scenario, for lowering its values once more.
pub(crate) fn scope(s: &Scenario) -> Scope {
    let states = |l: &crate::LatentVariable| l.states.iter().map(|state| state.name.clone()).collect();
    Scope {
        parameters: s.parameters.iter().map(|p| p.name.clone()).collect(),
        values: s.values.clone(),
        latents: s.latents.iter().map(|l| (l.name.clone(), states(l))).collect(),
        ..Scope::default()
    }
}

/// The first draw in which a value leaves its bounds: the value, and what it was drawn with.
fn outside(s: &LogicalScenario, scope: &Scope, trial: &Trial) -> Option<(f64, String)> {
    let (low, high) = trial.bounds;
    let value = scope.lower(trial.value);
    let active = trial.active.map(|a| scope.lower(a));
    // What is infinite is never, or not said.
    let inside = |x: f64| x.is_infinite() || (low..=high).contains(&x);
    if let Some(x) = value.constant() {
        return (!inside(x) && active.is_none_or(|a| a != Value::Const(0.0))).then(|| (x, String::new()));
    }
    for params in draws(&s.template) {
        for (k, stratum) in s.template.strata.iter().enumerate() {
            let x = value.at(&params, &stratum.states);
            let matters = active.as_ref().is_none_or(|a| a.at(&params, &stratum.states) != 0.0);
            if matters && !inside(x) {
                let with = crate::domain::settings_of(trial.value, scope, &s.template, k, &params);
                return Some(((x * 1e3).round() / 1e3, with));
            }
        }
    }
    None
}
