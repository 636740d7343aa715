//! What a campaign means in an ODD: per encounter, per mile, and what of it was not looked at.

use super::Style;
use super::march::painted;
use super::modes::must_go;
use crate::numbers::{Round, confidence, percent, probabilities_apart, quantity, quantity_interval, seconds};
use crate::summary::{NineState, OddSummary};

/// The lines of an ODD, none wider than the terminal.
pub fn lines(odd: &OddSummary, style: Style) -> Vec<String> {
    let mut lines = vec![head(odd, style)];
    let last_demonstrated = odd.march.iter().rev().find(|s| s.state == NineState::Demonstrated);
    let next = odd.march.iter().find(|s| s.state != NineState::Demonstrated);
    for step in last_demonstrated.into_iter().chain(next) {
        let mut notes = match (step.state, &odd.probability) {
            (NineState::Open, Some(p)) => open(odd, p.estimate, step.nine, step.rollouts_needed),
            (_, Some(p)) => {
                let limits = [(p.one_sided_lower, Round::Down), (p.one_sided_upper, Round::Up)];
                let [lower, upper] = probabilities_apart(limits);
                let level = confidence(p.confidence);
                match odd.left_out.is_empty() {
                    true => vec![format!("between {lower} and {upper} fail (each at {level})")],
                    // Shorter, beside of what it is said.
                    false => vec![format!("{lower} to {upper} fail"), format!("each at {level}")],
                }
            }
            (_, None) => Vec::new(),
        };
        // A gate says undecided where scenarios are left out: what the line says, it says of the others.
        if !odd.left_out.is_empty() {
            notes.insert(0, format!("of {}", odd.counted()));
        }
        lines.push(painted(step.nine, &step.reliability, step.state, &notes, style));
    }
    lines.extend(odd.next_nine.as_ref().map(|next| must_go(next, style)));
    lines.extend(rates(odd, style));
    lines.extend(bound(odd).map(|line| style.cut(&line, style.width)));
    if let Some(c) = odd.caution {
        let q = |x| quantity(x, Round::Nearest);
        let parts = [
            format!("caution  {} lost per encounter", seconds(c.mean_time_lost_s)),
            format!("per 100 km {} harsh brakes", q(c.harsh_brakes_per_100_km)),
            format!("{} needless stops", q(c.needless_stops_per_100_km)),
        ];
        lines.push(style.join(&parts, style.width));
    }
    if odd.coverage.values > 0 {
        let parts = [
            format!("coverage {} of {} values of its taxonomy exercised", odd.coverage.values_exercised, odd.coverage.values),
            format!("nines odd coverage {}", odd.name),
        ];
        lines.push(style.join(&parts, style.width));
    }
    lines
}

fn head(odd: &OddSummary, style: Style) -> String {
    let mut head = format!("{}, per encounter: {}", odd.name, odd.counted());
    if !odd.excluded.is_empty() {
        head += &format!(", {} excluded", odd.excluded.len());
    }
    if !odd.left_out.is_empty() {
        let left: Vec<&str> = odd.left_out.iter().map(String::as_str).collect();
        let room = style.width.saturating_sub(head.chars().count() + " (not )".len());
        head += &format!(" (not {})", style.names(&left, room));
    }
    style.cut(&head, style.width)
}

/// What an open nine still takes, and who weighs most in it.
fn open(odd: &OddSummary, estimate: Option<f64>, nine: u32, needed: Option<u64>) -> Vec<String> {
    let allowed = 10f64.powi(-(nine as i32));
    let heaviest = odd.scenarios.first().and_then(|s| Some(format!("{} is {}", percent(s.share_of_failures?), s.name)));
    match (needed, estimate) {
        (Some(n), _) => vec![format!("{} more rollouts", crate::numbers::count(n))],
        (None, Some(e)) if e > allowed => {
            [Some(format!("must fall {}-fold", quantity(e / allowed, Round::Up))), heaviest].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

fn rates(odd: &OddSummary, style: Style) -> Vec<String> {
    let Some(miles) = &odd.rate_per_million_miles else { return Vec::new() };
    let main = if miles.estimate > 0.0 {
        let value = quantity(miles.estimate, Round::Nearest);
        format!("{value} failures per million miles {}", quantity_interval(miles.lower, miles.upper))
    } else {
        format!("no failure seen: at most {} per million miles", quantity(miles.upper, Round::Up))
    };
    let others = [("km", odd.rate_per_km), ("hour", odd.rate_per_hour), ("trip", odd.rate_per_trip)];
    let others: Vec<String> = others
        .iter()
        .filter_map(|(per, rate)| {
            let rate = rate.as_ref()?;
            let (value, interval) = (quantity(rate.estimate, Round::Nearest), quantity_interval(rate.lower, rate.upper));
            Some(if rate.estimate > 0.0 { format!("{value} per {per} {interval}") } else { format!("{interval} per {per}") })
        })
        .collect();
    if let Some(alone) = odd.alone() {
        // Per km and hour would be taken for those of the ODD's roads.
        return vec![style.cut(&format!("{main} {alone}"), style.width)];
    }
    vec![style.join(&[vec![main], exposures(odd).into_iter().collect()].concat(), style.width), style.join(&others, style.width)]
}

/// How much the scenarios that are left out may add.
fn bound(odd: &OddSummary) -> Option<String> {
    let (most, unknown) = odd.left_out_per_million_miles()?;
    let rest = if unknown > 0 { format!(", {unknown} not known") } else { String::new() };
    let most = quantity(most, Round::Up);
    Some(format!("left out: at most {most} more per million miles, if every encounter fails{rest}"))
}

/// How well the exposures are known.
fn exposures(odd: &OddSummary) -> Option<String> {
    let all = odd.scenarios.len();
    match odd.scenarios.iter().filter(|s| s.exposure.kind == "assumption").count() {
        0 => None,
        1 if all == 1 => Some("the exposure is an assumption".into()),
        1 => Some(format!("1 of {all} exposures is an assumption")),
        n if n == all => Some(format!("all {n} exposures are assumptions")),
        n => Some(format!("{n} of {all} exposures are assumptions")),
    }
}
