//! The summary as Markdown: `summary.md`, and the summary page of a CI job.

use crate::answer::{MARGIN, UNSEEN_OUTSIDE, answer, doubts, mark, nines_word};
use crate::numbers::{
    Round, confidence, count, counted, nines, part, part_interval, percent, probability, quantity, quantity_interval, seconds,
};
use crate::report::rates::KM_PER_MILLION_MILES;
use crate::report::{ReportContext, parts, title};
use crate::summary::{NextNine, OddSummary, ScenarioSummary, Summary};
use crate::terminal::{by_need, lost_to};

/// The whole text.
pub fn markdown(summary: &Summary, context: &ReportContext) -> String {
    let answer = answer(summary);
    let mut out = format!("# {}\n\n**{}** {}\n", escape(&title(summary)), escape(&answer.reached), escape(&answer.next));
    for doubt in doubts(summary) {
        out += &format!("\n> {}\n", escape(&doubt));
    }
    if !summary.scenarios.is_empty() {
        out += &table(summary);
        if summary.scenarios.iter().any(|s| !mark(s.probability.as_ref()).is_empty()) {
            out += &format!("\n{}\n", escape(UNSEEN_OUTSIDE));
        }
        if summary.scenarios.len() > 1 {
            out += "\nEach scenario is judged by itself; `nines gate` corrects refutations for their number.\n";
        }
    }
    if let Some((kinds, of)) = lost_to(summary) {
        out += &format!("\nFailures lost to {kinds} ({of}).\n");
    }
    for odd in &summary.odds {
        out += &of_odd(odd);
    }
    out += &modes(summary);
    let worst: Vec<&str> = by_need(summary).iter().filter_map(|s| s.causes.first()).take(3).map(|c| c.worst.as_str()).collect();
    if !worst.is_empty() {
        let lines: Vec<String> =
            worst.iter().map(|address| format!("    nines replay {} {address} --open\n", context.folder)).collect();
        out += &format!("\nWorst failures:\n\n{}\n{MARGIN}\n", lines.concat());
    }
    out += &format!(
        "\n{}, {}, {}; {} ({}), seed {} ({}), {}.\n",
        counted(summary.totals.rollouts, "rollout"),
        counted(summary.totals.failures, "failure"),
        counted(summary.totals.policy_faults, "policy fault"),
        escape(&summary.method),
        escape(&summary.plan),
        summary.seed,
        summary.seed_from.name(),
        summary.status.name()
    );
    out + &format!("\n{} See `{}`.\n", escape(&summary.validity.statement), summary.validity.see.replace('`', ""))
}

/// Figures of an ODD, human rates beside them, and what was not looked at.
fn of_odd(odd: &OddSummary) -> String {
    let alone = odd.alone().map_or(String::new(), |alone| format!(", {alone}"));
    let mut out = format!("\n## {}{alone}\n\n", escape(&odd.name));
    if let (Some(p), Some(n)) = (&odd.probability, odd.nines) {
        out += &format!(
            "Per encounter {} {} fail: {} nines demonstrated{}, {} estimated, at the stated exposures of {}.",
            parts::estimate(p),
            parts::interval(p),
            nines(n.demonstrated),
            if odd.left_out.is_empty() { String::new() } else { format!(" of {}", odd.counted()) },
            escape(&parts::encounter_estimated(n, Some(p))),
            odd.counted()
        );
    }
    if let Some(rate) = &odd.rate_per_million_miles {
        let value = quantity(rate.estimate, Round::Nearest);
        out += &format!(" {value} failures per million miles {}", quantity_interval(rate.lower, rate.upper));
        out += &odd.alone().map_or(String::new(), |alone| format!(" {alone}"));
        if !odd.left_out.is_empty() {
            out += &format!(", without {}", escape(&odd.left_out.join(", ")));
            if let Some((most, _)) = odd.left_out_per_million_miles() {
                let most = quantity(most, Round::Up);
                out += &format!(", which may add at most {most} per million miles, were every encounter of them a failure");
            }
        }
        out += ".";
    }
    if let Some(next) = &odd.next_nine {
        out += &format!(" {}", must_go(next));
    }
    out += "\n";
    if !odd.human_rates().is_empty() {
        out += "\n| Human rate | per million miles | per million km | severity | counts | what it must not be taken for |\n|---|---:|---:|---|---|---|\n";
        for b in odd.human_rates() {
            let per = |km: f64| {
                let [from, to] = [b.per_km_from, b.per_km_to].map(|x| quantity(x * km, Round::Nearest));
                if from == to { from } else { format!("{from} to {to}") }
            };
            let cells =
                [escape(&b.name), per(KM_PER_MILLION_MILES), per(1e6), escape(&b.severity), escape(&b.counts), escape(&b.caveat)];
            out += &format!("| {} |\n", cells.join(" | "));
        }
        out += "\nThe sum counts the encounters that were modelled, and failures of any severity: it is no crash rate.\n";
    }
    let c = &odd.coverage;
    if c.values > 0 {
        let gaps: Vec<String> =
            c.rows.iter().filter(|r| r.scenarios.is_empty()).map(|r| format!("{}.{}", r.attribute, r.value)).collect();
        out += &format!("\n{} of {} values of its taxonomy are exercised", c.values_exercised, c.values);
        out += &if gaps.is_empty() { ".\n".into() } else { format!("; by no scenario: {}.\n", escape(&gaps.join(", "))) };
    }
    out
}

/// What must go for the next nine, in a sentence.
fn must_go(next: &NextNine) -> String {
    let items: Vec<String> =
        next.budget.iter().map(|item| format!("{} ({})", escape(&item.name()), percent(item.share))).collect();
    let outlook = next.outlook().sentence().map_or(String::new(), |sentence| format!(" {sentence}"));
    let by = quantity(next.must_fall_by, Round::Up);
    format!("For {} the failure probability must fall {by}-fold: {} must go.{outlook}", nines_word(next.nine), items.join(", "))
}

/// Modes that are listed of each scenario.
const MODES: usize = 5;

/// Failure modes, the scenarios that need work most first.
fn modes(summary: &Summary) -> String {
    let scenarios: Vec<&ScenarioSummary> =
        by_need(summary).into_iter().filter(|s| s.modes.as_ref().is_some_and(|modes| !modes.is_empty())).collect();
    if scenarios.is_empty() {
        return String::new();
    }
    let mut out =
        "\n## Failure modes given the hazard\n\n| Mode | Share | 95% | What fails | Where |\n|---|---:|---|---|---|\n".to_owned();
    for mode in scenarios.iter().flat_map(|s| s.modes.iter().flatten().take(MODES)) {
        let states = crate::report::mode_states(mode);
        let cause =
            if states.is_empty() { parts::words(&mode.cause) } else { format!("{}, {states}", parts::words(&mode.cause)) };
        let why: Vec<String> =
            mode.sensitivity.iter().map(|s| format!("{} {} ({:.2})", s.parameter, s.side.words(), s.index)).collect();
        let limits = part_interval(mode.share_lower, mode.share_upper);
        out += &format!(
            "| {} | {} | {limits} | {} | {} |\n",
            escape(&mode.id),
            part(mode.share),
            escape(&cause),
            escape(&why.join(", "))
        );
    }
    let more: usize = scenarios.iter().map(|s| s.modes.as_ref().map_or(0, Vec::len).saturating_sub(MODES)).sum();
    if more > 0 {
        out += &format!("\n{} more in `summary.json`.\n", counted(more as u64, "mode"));
    }
    for s in &scenarios {
        if let (Some(next), true) = (&s.next_nine, summary.odds.is_empty()) {
            out += &format!("\n{}: {}\n", escape(&s.name), must_go(next));
        }
    }
    out
}

fn table(summary: &Summary) -> String {
    let mut out = format!(
        "\n| Scenario | P(fail) per hazard | {} | Avoidable | Demonstrated | Estimated | Ceiling | Per encounter: dem. | est. | Time lost | Main cause |\n",
        confidence(summary.confidence)
    );
    out += "|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---|\n";
    for s in by_need(summary) {
        out += &row(s);
    }
    out
}

fn row(s: &ScenarioSummary) -> String {
    let p = &s.hazard.probability;
    let none = || parts::NONE.to_string();
    let estimated = |n: Option<f64>| n.map_or_else(none, nines);
    let encounter = s.encounter.as_ref().map(|e| e.nines);
    let cause = s.causes.first().map_or_else(none, |c| {
        let with = c.with.as_ref().map_or(String::new(), |with| format!(" with {}", parts::words(with)));
        escape(&format!("{}{with} ({})", parts::words(&c.criterion), count(c.failures)))
    });
    let unseen = match (p.reach, p.estimate) {
        (Some(reach), Some(e)) if reach > e => format!(" (up to {} unseen)", probability(reach, Round::Up)),
        _ => String::new(),
    };
    let cells = [
        escape(&s.name),
        parts::estimate(p) + &unseen,
        parts::interval(p),
        s.avoidable.as_ref().map_or_else(none, |a| probability(a.probability, Round::Nearest)),
        nines(s.nines.demonstrated),
        estimated(s.nines.estimated),
        estimated(s.ceiling_nines),
        encounter.map_or_else(none, |n| nines(n.demonstrated)),
        encounter.map_or_else(none, |n| escape(&parts::encounter_estimated(n, s.probability.as_ref()))),
        s.caution.map_or_else(none, |c| seconds(c.mean_time_lost_s)),
        cause,
    ];
    format!("| {} |\n", cells.join(" | "))
}

/// Text that Markdown and HTML leave as it is, on one line.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_and_the_answer() {
        let context = ReportContext { folder: "campaigns/a".into(), ..ReportContext::default() };
        let text = markdown(&crate::sample::campaign(), &context);
        assert!(
            text.starts_with("# common-sense on whole-city\n\n**One nine per hazard is demonstrated in every scenario"),
            "{text}"
        );
        assert!(text.contains(
            "\n| child-at-curb | 1.3e-2 | [1.2e-2, 1.5e-2] | 1.2e-2 | 1.8 | 1.8 | 3.1 | 4.2 | 7.7 | 0.9 s | collision with child (587) |\n"
        ));
        assert!(text.contains("    nines replay campaigns/a ball-between-cars/70211 --open\n"));
        assert!(text.contains("nines demonstrated of 6 of 8 scenarios, "), "{text}");
        assert!(text.contains("8.0 failures per million miles [2.2, 28], without ball-between-cars"));
        assert!(
            text.contains(
                "\n| Any injury, freeways | 0.69 to 2.4 | 0.43 to 1.5 | injury | crashed vehicles | Counts every crash"
            ),
            "{text}"
        );
        assert!(text.contains("\n2 of 3 values of its taxonomy are exercised; by no scenario: junction.roundabout.\n"));
    }

    #[test]
    fn every_row_has_as_many_cells_whatever_the_names() {
        let mut campaign = crate::sample::campaign();
        campaign.scenarios[0].name = "a|b\n<script>".into();
        let text = markdown(&campaign, &ReportContext::default());
        // Behind it stands that of the human rates.
        let rows: Vec<&str> = text.lines().skip_while(|l| !l.starts_with('|')).take_while(|l| l.starts_with('|')).collect();
        assert_eq!(rows.len(), 2 + 8);
        for row in rows {
            assert_eq!(row.replace("\\|", "").matches('|').count(), 12, "{row}");
        }
        assert!(!text.contains("<script"));
    }
}
