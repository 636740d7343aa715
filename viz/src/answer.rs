//! The answer of a campaign in two sentences, for all who show it.

use crate::numbers::{confidence, nines, reliability};
use crate::summary::{NineState, Probability, SeedFrom, Status, Summary};
use crate::terminal::{by_need, state_at};

/// What the mark behind estimated nines per encounter says.
pub(crate) const UNSEEN_OUTSIDE: &str =
    "* no failure outside the hazard was seen, and it counts as none there; the demonstrated nines do not rest on that";

/// The warning that the mark stands for.
pub(crate) const NO_FAILURE_OUTSIDE_HAZARD: &str = "no-failure-outside-hazard";

/// `*` where estimated nines count what was not seen as not there.
pub(crate) fn mark(p: Option<&Probability>) -> &'static str {
    let unseen = p.is_some_and(|p| p.diagnostics.warnings.iter().any(|w| w == NO_FAILURE_OUTSIDE_HAZARD));
    if unseen { "*" } else { "" }
}

/// What a march over scenarios does not do.
pub(crate) const JUDGED_ALONE: &str = "each judged by itself; nines gate corrects refutations for their number";

/// What a margin is, next to the commands that show one.
pub(crate) const MARGIN: &str = "A margin says how far a rollout stayed from failing: it has no dimension, and 1 is a distance of 1 m to the nearest \
    thing that could be harmed (at most 10), or the like of another criterion. At or below 0 the rollout failed; at a contact it is minus the \
    impact speed in m/s. The worst failure has the smallest margin.";

/// Where a campaign stands.
pub(crate) struct Answer {
    /// The nine that every scenario has.
    pub nine: u32,
    /// State of the next nine.
    pub state: NineState,
    /// The same in a sentence.
    pub reached: String,
    /// Who lacks the next one.
    pub next: String,
}

/// "1 nine", "3 nines".
pub(crate) fn nines_word(n: u32) -> String {
    if n == 1 { "1 nine".into() } else { format!("{n} nines") }
}

/// The nine per hazard that every scenario has, and who lacks the next one.
pub(crate) fn answer(summary: &Summary) -> Answer {
    let scenarios = by_need(summary);
    let Some(worst) = scenarios.first() else {
        return Answer { nine: 0, state: NineState::Open, reached: "No scenario was driven.".into(), next: String::new() };
    };
    let all_at = |n: u32| scenarios.iter().all(|s| state_at(s, n) == NineState::Demonstrated);
    let reached = (1..=15).take_while(|&n| all_at(n)).last().unwrap_or(0);
    let next = reached + 1;
    let number = |state| scenarios.iter().filter(|s| state_at(s, next) == state).count();
    let (refuted, open, of) = (number(NineState::Refuted), number(NineState::Open), scenarios.len());
    let level = confidence(summary.confidence);
    let standing = match (refuted, open) {
        (0, _) if of == 1 => "open".into(),
        (_, 0) if of == 1 => "refuted".into(),
        (0, open) => format!("open in {open} of {of}"),
        (refuted, 0) => format!("refuted by {refuted} of {of}"),
        (refuted, open) => format!("refuted by {refuted} of {of} and open in {open}"),
    };
    let estimated = worst.nines.estimated.map_or("no failure seen".into(), |e| format!("{} estimated", nines(e)));
    let (everywhere, least) = if of == 1 { ("", "") } else { (" in every scenario", "The least is demonstrated in ") };
    Answer {
        nine: reached,
        state: if refuted > 0 { NineState::Refuted } else { NineState::Open },
        reached: match reached {
            0 => format!("Not one nine per hazard is demonstrated{everywhere}."),
            n => format!(
                "{} per hazard {} demonstrated{everywhere}: at least {} of the hazards are mastered, at {level} confidence.",
                if n == 1 { "One nine".into() } else { nines_word(n) },
                if n == 1 { "is" } else { "are" },
                reliability(n)
            ),
        },
        next: format!(
            "The next one ({}) is {standing}. {least}{}: {} nines demonstrated, {estimated}.",
            reliability(next),
            worst.name,
            nines(worst.nines.demonstrated)
        ),
    }
}

/// What a reader must know before believing anything.
pub(crate) fn doubts(summary: &Summary) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    match summary.status {
        Status::Complete | Status::Decided => {}
        Status::Stopped => list.push("Stopped by too many policy faults: the rest was not driven.".into()),
        Status::Interrupted => list.push("Interrupted: the budget was not driven to its end.".into()),
        Status::Partial => list.push("A shard: a part of a campaign, to be merged.".into()),
    }
    if !summary.reproducible {
        list.push(
            "Not reproducible: a deadline struck, or the policy depends on its batch, on a clock or on a generator of its own."
                .into(),
        );
    }
    if summary.seed_from == SeedFrom::Chosen {
        list.push("Points chosen by hand: the seed was given, not derived from the inputs.".into());
    }
    if !summary.policy.not_covered.is_empty() {
        list.push(format!("The fingerprint does not cover {}.", summary.policy.not_covered.join(", ")));
    }
    for s in &summary.scenarios {
        let diagnostics = &s.hazard.probability.diagnostics;
        if !diagnostics.ok {
            let why = diagnostics.warnings.join(", ");
            list.push(format!("The estimate of {} fails its diagnostics ({why}) and must not be used.", s.name));
        }
    }
    list.extend(summary.warnings.iter().cloned());
    list
}
