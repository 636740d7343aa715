//! Units of values by the last words of their names, where these contradict each other or the field. What holds a number in a product may
//! be of any unit: `2 * ego_speed_mps` may be a way of 2 s.

use crate::expression::{Expression, Operator};

/// A unit: how much of m, s and radians it is, and the powers of these.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Unit {
    scale: f64,
    m: i8,
    s: i8,
    rad: i8,
}

const fn unit(scale: f64, m: i8, s: i8, rad: i8) -> Unit {
    Unit { scale, m, s, rad }
}

/// Last words of names, with the unit and how it is written in text.
const UNITS: [(&str, Unit, &str); 14] = [
    ("mps", unit(1.0, 1, -1, 0), "m/s"),
    ("kmh", unit(1.0 / 3.6, 1, -1, 0), "km/h"),
    ("kph", unit(1.0 / 3.6, 1, -1, 0), "km/h"),
    ("mph", unit(0.447_04, 1, -1, 0), "mph"),
    ("mps2", unit(1.0, 1, -2, 0), "m/s^2"),
    ("m", unit(1.0, 1, 0, 0), "m"),
    ("km", unit(1_000.0, 1, 0, 0), "km"),
    ("cm", unit(0.01, 1, 0, 0), "cm"),
    ("mm", unit(0.001, 1, 0, 0), "mm"),
    ("ft", unit(0.304_8, 1, 0, 0), "ft"),
    ("s", unit(1.0, 0, 1, 0), "s"),
    ("ms", unit(0.001, 0, 1, 0), "ms"),
    ("rad", unit(1.0, 0, 0, 1), "radians"),
    ("deg", unit(std::f64::consts::PI / 180.0, 0, 0, 1), "degrees"),
];

/// The unit that a name ends with.
fn of_name(name: &str) -> Option<Unit> {
    let (_, last) = name.rsplit_once(['_', '.'])?;
    UNITS.iter().find(|(word, ..)| *word == last).map(|(_, unit, _)| *unit)
}

/// As it is written in text.
fn text(unit: Unit) -> String {
    let known = UNITS.iter().find(|(_, u, _)| u.is(unit)).map(|(.., text)| (*text).to_owned());
    known.unwrap_or_else(|| "another unit".to_owned())
}

impl Unit {
    /// The same quantity.
    fn alike(self, other: Unit) -> bool {
        (self.m, self.s, self.rad) == (other.m, other.s, other.rad)
    }

    /// The same unit.
    fn is(self, other: Unit) -> bool {
        self.alike(other) && (self.scale / other.scale - 1.0).abs() < 1e-9
    }
}

/// What is known of the unit of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Of {
    Unit(Unit),
    /// A number: of whatever is asked for.
    Any,
    Unknown,
}

/// A contradiction: what is wrong, and the edit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mismatch {
    pub message: String,
    pub help: String,
}

/// What contradicts in a value of the field `what`.
pub(crate) fn mismatch(what: &str, value: &Expression) -> Option<Mismatch> {
    let mut found = None;
    if let Expression::Choice { of, .. } = value {
        return of.iter().find_map(|(_, e)| mismatch(what, e));
    }
    let of = infer(value, &mut found);
    if found.is_some() {
        return found;
    }
    let (Of::Unit(given), Some(wanted)) = (of, of_name(what)) else { return None };
    (!given.is(wanted)).then(|| Mismatch {
        message: format!("`{what}` is in {}, but `{value}` is in {} by its name", text(wanted), text(given)),
        help: match given.alike(wanted) {
            true => format!("write `{}`", converted(value, given, wanted)),
            false => "another value is meant, or it is named by another unit than it has".to_owned(),
        },
    })
}

/// A value as it is written in another unit.
fn converted(value: &Expression, from: Unit, to: Unit) -> String {
    let text = match value {
        Expression::Name(name) => name.clone(),
        other => format!("({other})"),
    };
    let factor = from.scale / to.scale;
    let round = |x: f64| (x * 1e6).round() / 1e6;
    if from.rad == 1 && from.scale < 1.0 {
        return format!("{text} * pi / 180");
    }
    if factor < 1.0 { format!("{text} / {}", round(1.0 / factor)) } else { format!("{text} * {}", round(factor)) }
}

/// The unit of a value; the first contradiction in it.
fn infer(e: &Expression, found: &mut Option<Mismatch>) -> Of {
    match e {
        Expression::Number(_) => Of::Any,
        Expression::Name(name) => of_name(name).map_or(Of::Unknown, Of::Unit),
        Expression::Choice { of, .. } => of.iter().fold(Of::Any, |all, (_, e)| together(all, infer(e, found), e, found)),
        Expression::Sqrt(a) => match infer(a, found) {
            Of::Unit(u) if u.m % 2 == 0 && u.s % 2 == 0 && u.rad == 0 => Of::Unit(unit(u.scale.sqrt(), u.m / 2, u.s / 2, 0)),
            _ => Of::Unknown,
        },
        Expression::If(three) => {
            infer(&three[0], found);
            let (then, otherwise) = (infer(&three[1], found), infer(&three[2], found));
            together(then, otherwise, e, found)
        }
        Expression::Pair(op, a, b) => {
            let (left, right) = (infer(a, found), infer(b, found));
            match (op, left, right) {
                (Operator::Add | Operator::Sub | Operator::Min | Operator::Max, ..) => together(left, right, e, found),
                (Operator::Less, ..) => {
                    together(left, right, e, found);
                    Of::Unknown
                }
                (Operator::Mul, Of::Any, Of::Any) | (Operator::Div, Of::Any, Of::Any) => Of::Any,
                (Operator::Mul, Of::Unit(x), Of::Unit(y)) => product(x, y, 1),
                (Operator::Div, Of::Unit(x), Of::Unit(y)) => product(x, y, -1),
                _ => Of::Unknown,
            }
        }
    }
}

/// What a sum is of, or one of two.
fn together(a: Of, b: Of, e: &Expression, found: &mut Option<Mismatch>) -> Of {
    match (a, b) {
        (Of::Unit(x), Of::Unit(y)) if !x.is(y) => {
            found.get_or_insert_with(|| Mismatch {
                message: format!("`{e}` puts {} and {} together, by the names in it", text(x), text(y)),
                help: "write them in one unit; is `*` or `/` meant?".to_owned(),
            });
            Of::Unknown
        }
        (Of::Unit(x), Of::Unit(_) | Of::Any) | (Of::Any, Of::Unit(x)) => Of::Unit(x),
        (Of::Any, Of::Any) => Of::Any,
        _ => Of::Unknown,
    }
}

/// Angles are arcs as well as numbers, and what has no unit may be anything.
fn product(x: Unit, y: Unit, power: i8) -> Of {
    let scale = if power > 0 { x.scale * y.scale } else { x.scale / y.scale };
    let out = unit(scale, x.m + power * y.m, x.s + power * y.s, 0);
    if x.rad != 0 || y.rad != 0 || (out.m, out.s) == (0, 0) { Of::Unknown } else { Of::Unit(out) }
}

/// The names among some that end with the same unit as another, and how one of another unit is converted.
pub(crate) fn of_the_same<'a>(name: &str, names: &[&'a str]) -> Vec<&'a str> {
    let Some(wanted) = of_name(name) else { return Vec::new() };
    names.iter().copied().filter(|n| of_name(n).is_some_and(|u| u.is(wanted))).collect()
}

/// How a name is written in the unit of another; `None` where the two are of one unit, or of none.
pub(crate) fn as_unit_of(name: &str, wanted: &str) -> Option<String> {
    let (from, to) = (of_name(name)?, of_name(wanted)?);
    (from.alike(to) && !from.is(to)).then(|| converted(&Expression::Name(name.to_owned()), from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(what: &str, text: &str) -> Option<String> {
        mismatch(what, &crate::parser::parse(text).expect("an expression").0).map(|m| format!("{} / {}", m.message, m.help))
    }

    #[test]
    fn names_of_contradicting_units_are_found() {
        for (what, text, said) in [
            ("ego.start_speed_mps", "ego_speed_kmh", "write `ego_speed_kmh / 3.6`"),
            (
                "ego.start_speed_mps",
                "ego_speed_mph",
                "write `ego_speed_mph * 0.44704`".replace("* 0.44704", "/ 2.236936").as_str(),
            ),
            ("child.dir_rad", "turn_deg", "write `turn_deg * pi / 180`"),
            ("child.speed_mps", "child_s_m", "`child.speed_mps` is in m/s, but `child_s_m` is in m by its name"),
            ("child.go_gap_m", "ego_speed_mps + (reach_s + meet_s)", "puts m/s and s together"),
            ("child.go_gap_m", "ego_speed_kmh * reach_s", "by its name"),
            ("child.s_m", "a_m + b_cm", "puts m and cm together"),
            ("child.s_m", "if(a_s < 2, a_m, b_s)", "puts m and s together"),
            ("child.s_m", "max(a_m, b_mps * c_s / d_s)", "puts m and m/s together"),
        ] {
            assert!(told(what, text).is_some_and(|t| t.contains(said)), "{what}: {text}: {:?}", told(what, text));
        }
    }

    #[test]
    fn what_may_be_meant_is_passed_over() {
        for (what, text) in [
            ("ego.start_speed_mps", "ego_speed_kmh / 3.6"),
            ("child.go_gap_m", "2 * ego_speed_mps"),
            ("child.go_gap_m", "ego_speed_mps * (reach_s + meet_s)"),
            ("child.go_gap_m", "ego_speed_mps * ego_speed_mps / (2 * brake_mps2) + gap_m"),
            ("child.go_gap_m", "ego_speed_mps * ego_speed_mps / brake_mps2 + gap_m"),
            ("values.reach_s", "sqrt(2 * reach_m / slope_mps2)"),
            ("values.reach_s", "sqrt(reach_m / slope_mps2) + 1"),
            ("child.s_m", "count * gap_m"),
            ("child.s_m", "20"),
            ("child.active", "a_m < b_m"),
            ("child.dir_rad", "pi / 2 + turn_rad"),
        ] {
            assert_eq!(told(what, text), None, "{what}: {text}");
        }
    }
}
