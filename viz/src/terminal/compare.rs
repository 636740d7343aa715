//! A comparison of two policies, line by line; the last line is the answer.

use super::Style;
use super::table::{Column, Row, table};
use crate::compare::{Compare, CompareDifference, ComparePaired, CompareScenario, CompareVerdict};
use crate::numbers::{Round, count, counted, difference, difference_interval, p_value, seconds};
use crate::summary::NineState;

const fn column(group: &'static str, head: &'static str, right: bool, gap: usize) -> Column {
    Column { group, head, right, gap, least: usize::MAX }
}

const COUNTS: [Column; 10] = [
    column("", "scenario", false, 0),
    column("B is", "", false, 2),
    column("given the hazard, failed by", "A", true, 2),
    column("", "B", true, 2),
    column("", "only A", true, 2),
    column("", "only B", true, 2),
    column("", "p (Holm)", true, 2),
    column("otherwise", "only A", true, 3),
    column("", "only B", true, 2),
    column("", "p (Holm)", true, 2),
];

/// Columns up to the end of those given the hazard.
const GIVEN: usize = 7;

const DIFFERENCES: [Column; 7] = [
    column("", "B minus A", false, 0),
    column("given the hazard", "P(fail)", true, 2),
    column("", "interval", false, 2),
    column("per encounter", "P(fail)", true, 2),
    column("", "interval", false, 2),
    column("lost", "A", true, 2),
    column("", "B", true, 2),
];

fn state(verdict: CompareVerdict) -> NineState {
    match verdict {
        CompareVerdict::Better => NineState::Demonstrated,
        CompareVerdict::NotToldApart => NineState::Open,
        CompareVerdict::Worse => NineState::Refuted,
    }
}

/// The halves in which something was counted.
fn halves(s: &CompareScenario) -> impl Iterator<Item = &ComparePaired> {
    std::iter::once(&s.hazard).chain(s.otherwise.as_ref())
}

/// What is said of a scenario in its row: what is worse comes first.
fn said(s: &CompareScenario) -> (CompareVerdict, &'static str) {
    let otherwise = s.otherwise.as_ref().map_or(CompareVerdict::NotToldApart, |half| half.verdict);
    match (s.verdict, otherwise) {
        (CompareVerdict::Worse, _) => (CompareVerdict::Worse, "worse"),
        (_, CompareVerdict::Worse) => (CompareVerdict::Worse, "worse otherwise"),
        _ if s.doubt.is_some() => (CompareVerdict::NotToldApart, "in doubt"),
        (CompareVerdict::Better, _) => (CompareVerdict::Better, "better"),
        (_, CompareVerdict::Better) => (CompareVerdict::Better, "better otherwise"),
        _ => (CompareVerdict::NotToldApart, "not told apart"),
    }
}

/// One line for each scenario of which something is shown (`verbose`: for all), what it means per encounter, and the answer.
pub fn compare(compare: &Compare, verbose: bool, style: Style) -> String {
    let mut told: Vec<&CompareScenario> =
        compare.scenarios.iter().filter(|s| verbose || s.doubt.is_some() || said(s).0 != CompareVerdict::NotToldApart).collect();
    let most_certain = |s: &CompareScenario| halves(s).map(|half| half.p_holm).fold(1.0, f64::min);
    told.sort_by(|a, b| said(a).0.cmp(&said(b).0).then(most_certain(a).total_cmp(&most_certain(b))).then(a.name.cmp(&b.name)));
    let mut out = String::new();
    if !told.is_empty() {
        let rows: Vec<Row> = told.iter().map(|s| Row { cells: counts(s, style), state: Some(state(said(s).0)) }).collect();
        let whole = table(&COUNTS, &rows, style);
        // Half of a group would be misread: what does not fit goes as a whole.
        let fits = whole.lines().nth(1).is_some_and(|heads| heads.matches("p (Holm)").count() == 2);
        out += &if fits { whole } else { table(&COUNTS[..GIVEN], &rows, style) };
    }
    let rest = compare.scenarios.len() - told.len();
    if rest > 0 {
        let others = if told.is_empty() { counted(rest as u64, "scenario") } else { counted(rest as u64, "other") };
        out += &style.cut(&format!("{others} not told apart{}", if verbose { "" } else { " (-v lists them)" }), style.width);
        out.push('\n');
    }
    if !told.is_empty() {
        let rows: Vec<Row> = told.iter().map(|s| Row { cells: differences(s, style), state: None }).collect();
        out.push('\n');
        out += &table(&DIFFERENCES, &rows, style);
    }
    if let Some(margin) = compare.margin {
        for s in compare.scenarios.iter().filter(|s| s.within_margin == Some(false)) {
            let upper = s.ratio_upper.map_or("any number of times".into(), |ratio| format!("{} times", up(ratio)));
            let line = format!("{} {}: may fail {upper} as often, {} allowed", style.sign(NineState::Open), s.name, margin.ratio);
            out += &(style.paint(NineState::Open, &style.cut(&line, style.width)) + "\n");
        }
    }
    let shown = answer_state(compare);
    out + &style.paint(shown, &format!("{} {}", style.sign(shown), compare_answer(compare))) + "\n"
}

/// A ratio with three decimals, rounded up.
fn up(ratio: f64) -> String {
    if ratio < 1000.0 { format!("{:.3}", (ratio * 1000.0).ceil() / 1000.0) } else { "more than 999".into() }
}

fn answer_state(compare: &Compare) -> NineState {
    match (compare.verdict, compare.margin) {
        (CompareVerdict::Worse, _) => NineState::Refuted,
        (_, Some(margin)) if !margin.shown => NineState::Open,
        _ if compare.scenarios.iter().any(|s| s.doubt.is_some()) => NineState::Open,
        (CompareVerdict::Better, _) | (_, Some(_)) => NineState::Demonstrated,
        (CompareVerdict::NotToldApart, None) => NineState::Open,
    }
}

fn counts(s: &CompareScenario, style: Style) -> Vec<String> {
    let h = &s.hazard;
    let mut cells = vec![s.name.clone(), said(s).1.into()];
    cells.extend([h.failures_a, h.failures_b, h.only_a, h.only_b].map(count));
    cells.push(p_value(h.p_holm));
    match &s.otherwise {
        Some(o) => cells.extend([count(o.only_a), count(o.only_b), p_value(o.p_holm)]),
        None => cells.extend([style.none(); 3].map(str::to_owned)),
    }
    cells
}

fn differences(s: &CompareScenario, style: Style) -> Vec<String> {
    let pair = |d: Option<&CompareDifference>| match d {
        Some(d) => [
            d.estimate.map_or(style.none().into(), |estimate| difference(estimate, Round::Nearest)),
            difference_interval(d.lower, d.upper),
        ],
        None => [style.none().into(), String::new()],
    };
    let mut cells = vec![s.name.clone()];
    cells.extend(pair(Some(&s.hazard.difference)));
    cells.extend(pair(s.encounter.as_ref()));
    let lost = [s.time_lost.mean_a_s, s.time_lost.mean_b_s];
    cells.extend(lost.map(|time| time.map_or(style.none().into(), seconds)));
    cells
}

/// The answer in one sentence: "B against A, per hazard, on the same points: better in 1, worse in 1, not told apart in 6".
pub fn compare_answer(compare: &Compare) -> String {
    let number = |verdict| compare.scenarios.iter().filter(|s| s.verdict == verdict).count();
    let (better, worse) = (number(CompareVerdict::Better), number(CompareVerdict::Worse));
    let open = number(CompareVerdict::NotToldApart);
    let parts = [(better, "better in"), (worse, "worse in"), (open, "not told apart in")];
    let words: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{words} {n}")).collect();
    let mut out = format!("B against A, per hazard, on the same points: {}", words.join(", "));
    let otherwise =
        |verdict| compare.scenarios.iter().filter(|s| s.otherwise.as_ref().is_some_and(|o| o.verdict == verdict)).count();
    match otherwise(CompareVerdict::Worse) {
        0 => {}
        n => out += &format!("; without the hazard worse in {n}"),
    }
    if let Some(margin) = compare.margin {
        let (within, of) = (compare.scenarios.iter().filter(|s| s.within_margin == Some(true)).count(), compare.scenarios.len());
        out += &match margin.shown {
            true => format!("; at most {} times as often", margin.ratio),
            false => format!("; at most {} times as often shown in {within} of {of}", margin.ratio),
        };
    }
    match compare.scenarios.iter().filter(|s| s.doubt.is_some()).count() {
        0 => out,
        n => out + &format!("; in doubt in {n}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{COMPARE_SCHEMA, CompareCampaign, CompareMargin, CompareTimeLost};
    use CompareVerdict::{Better, NotToldApart, Worse};

    fn half(verdict: CompareVerdict, [both, only_a, only_b]: [u64; 3], p: f64) -> ComparePaired {
        ComparePaired {
            verdict,
            rollouts: 50_000,
            failures_a: both + only_a,
            failures_b: both + only_b,
            both,
            only_a,
            only_b,
            neither: 50_000 - both - only_a - only_b,
            p_value: p,
            p_holm: p,
            difference: between((only_b as f64 - only_a as f64) / 5e4),
            regressed: Vec::new(),
        }
    }

    fn between(estimate: f64) -> CompareDifference {
        let (lower, upper) = (estimate - 9e-4, estimate + 9e-4);
        CompareDifference { estimate: Some(estimate), lower, upper, confidence: 0.95, interval: "paired-exact".into() }
    }

    fn scenario(name: &str, hazard: ComparePaired, otherwise: Option<ComparePaired>) -> CompareScenario {
        let (verdict, encounter) = (hazard.verdict, otherwise.as_ref().map(|_| between(-8e-9)));
        let (why, ratio_upper, within_margin, doubt) = (None, Some(1.0421), None, None);
        let time_lost = CompareTimeLost { mean_a_s: Some(0.41), mean_b_s: None };
        CompareScenario {
            name: name.into(),
            verdict,
            hazard,
            otherwise,
            encounter,
            why,
            ratio_upper,
            within_margin,
            time_lost,
            doubt,
        }
    }

    fn sample() -> Compare {
        let side = || CompareCampaign {
            campaign: "sha256:0".into(),
            policy: "common-sense".into(),
            settings: Default::default(),
            fingerprint: "sha256:1".into(),
            reproducible: true,
        };
        Compare {
            schema: COMPARE_SCHEMA.into(),
            verdict: Worse,
            margin: None,
            confidence: 0.95,
            seed: 7,
            method: "stratified".into(),
            plan: "fixed".into(),
            a: side(),
            b: side(),
            driven_again: 0,
            scenarios: vec![
                scenario("child-at-curb", half(Better, [354, 298, 9], 1e-70), Some(half(NotToldApart, [0, 0, 0], 1.0))),
                scenario("cut-in-short-headway", half(Worse, [94, 2, 55], 1e-12), Some(half(NotToldApart, [0, 1, 0], 1.0))),
                scenario("debris-at-night", half(NotToldApart, [3, 2, 3], 1.0), None),
            ],
        }
    }

    #[test]
    fn the_table_names_what_changed_and_the_last_line_answers() {
        let text = compare(&sample(), false, Style { width: 100, ..Style::default() });
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].starts_with("scenario") && lines[1].contains("only A  only B  p (Holm)"), "{text}");
        assert!(lines[2].starts_with("child-at-curb         better"), "{text}");
        assert!(lines[3].starts_with("cut-in-short-headway  worse    96  149       2      55    < 1e-9"), "{text}");
        assert_eq!(lines[4], "1 other not told apart (-v lists them)");
        assert!(text.contains("-5.8e-3  [-6.7e-3, -4.8e-3]") && text.contains("-8.0e-9"), "{text}");
        assert!(text.contains("  0.4 s  –\n"), "{text}");
        assert!(text.ends_with("✗ B against A, per hazard, on the same points: better in 1, worse in 1, not told apart in 1\n"));
        assert!(compare(&sample(), true, Style::default()).contains("debris-at-night"));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_what_b_is_stays() {
        for width in [30, 60, 80] {
            let text = compare(&sample(), true, Style { width, ..Style::default() });
            let lines: Vec<&str> = text.lines().collect();
            assert!(lines[..lines.len() - 1].iter().all(|line| line.chars().count() <= width), "{text}");
            assert!(width < 60 || lines[3..5].iter().any(|line| line.contains("worse")), "{text}");
        }
    }

    #[test]
    fn worse_without_the_hazard_leads_the_row_and_a_margin_the_lines_before_the_answer() {
        let mut asked = sample();
        asked.scenarios[0].otherwise = Some(half(Worse, [0, 0, 40], 1e-9));
        asked.scenarios[2].within_margin = Some(false);
        asked.margin = Some(CompareMargin { ratio: 1.04, shown: false });
        let text = compare(&asked, false, Style::default());
        assert!(text.contains("child-at-curb         worse otherwise"), "{text}");
        assert!(text.contains("○ debris-at-night: may fail 1.043 times as often, 1.04 allowed"), "{text}");
        let answer = text.lines().last().unwrap_or_default();
        assert!(answer.ends_with("; without the hazard worse in 1; at most 1.04 times as often shown in 0 of 3"), "{answer}");
    }
}
