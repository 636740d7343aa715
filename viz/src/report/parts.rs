//! Small pieces that sections share.

use maud::{Markup, html};

pub(crate) use crate::answer::{UNSEEN_OUTSIDE, mark};
pub use crate::numbers::counted;
use crate::numbers::{Round, nines, probability, probability_interval};
use crate::summary::{EstimateKind, NineState, Nines, Probability};

/// What stands where there is no number.
pub const NONE: &str = "–";

/// A box that scrolls sideways by itself, also with the keyboard.
pub fn scroll(label: &str, inner: Markup) -> Markup {
    html! { div.scroll role="region" aria-label=(label) tabindex="0" { (inner) } }
}

/// Style class of a state.
pub fn class(state: NineState) -> &'static str {
    match state {
        NineState::Demonstrated => "yes",
        NineState::Refuted => "no",
        NineState::Open => "open",
    }
}

/// Sign of a state.
pub fn sign(state: NineState) -> &'static str {
    match state {
        NineState::Demonstrated => "■",
        NineState::Refuted => "✗",
        NineState::Open => "○",
    }
}

/// An estimate in words of numbers.
pub fn estimate(p: &Probability) -> String {
    match (p.kind, p.estimate) {
        (EstimateKind::None, _) | (_, None) => NONE.into(),
        (_, Some(e)) => probability(e, Round::Nearest),
    }
}

/// Its two-sided interval.
pub fn interval(p: &Probability) -> String {
    if p.kind == EstimateKind::None { NONE.into() } else { probability_interval(p.lower, p.upper) }
}

/// A kebab-case or snake_case word for people.
pub fn words(name: &str) -> String {
    name.replace(['-', '_'], " ")
}

/// The first characters of a hash, after its algorithm.
pub fn short_hash(hash: &str) -> String {
    let digits = hash.rsplit(':').next().unwrap_or(hash);
    digits.chars().take(12).collect()
}

/// Estimated nines per encounter, with the mark of [`UNSEEN_OUTSIDE`] where it applies.
pub fn encounter_estimated(n: Nines, p: Option<&Probability>) -> String {
    n.estimated.map_or(NONE.into(), |e| nines(e) + mark(p))
}
