//! The table of a run, what it means per encounter and per mile, and where its failures were lost.

use super::Style;
use super::table::{Column, Row, table_sparing};
use crate::answer::{UNSEEN_OUTSIDE, mark};
use crate::numbers::{Round, count, counted, nines, part, probabilities_apart, probability, probability_interval, seconds};
use crate::summary::{Attribution, Calibration, EstimateKind, Limits, ScenarioSummary, Summary};

const fn column(group: &'static str, head: &'static str, right: bool, gap: usize) -> Column {
    // The cause and the name give way before a column is lost.
    let least = match head.as_bytes() {
        b"cause" => 10,
        b"scenario" => 16,
        _ => usize::MAX,
    };
    Column { group, head, right, gap, least }
}

/// Column of the estimated nines per encounter.
const ENCOUNTER_ESTIMATED: usize = 8;
/// What hindsight says gives way first: the cost of caution has to stand beside the nines. The last column first.
const SPARE: [usize; 2] = [6, 3];

const COLUMNS: [Column; 11] = [
    column("", "scenario", false, 0),
    column("given the hazard", "P(fail)", false, 2),
    column("", "95% interval", false, 2),
    column("", "avoid.", false, 2),
    column("nines", "dem.", true, 2),
    column("", "est.", true, 1),
    column("", "ceil", true, 1),
    column("encounter", "dem.", true, 2),
    column("", "est.", true, 1),
    column("", "lost", true, 2),
    column("", "cause", false, 2),
];

/// The scenarios of a campaign in the order in which they need work: fewest demonstrated nines first.
pub fn by_need(summary: &Summary) -> Vec<&ScenarioSummary> {
    let mut scenarios: Vec<_> = summary.scenarios.iter().collect();
    let estimate = |s: &ScenarioSummary| s.hazard.probability.estimate.unwrap_or(f64::INFINITY);
    scenarios.sort_by(|a, b| {
        let nines = a.nines.demonstrated.total_cmp(&b.nines.demonstrated);
        nines.then(estimate(b).total_cmp(&estimate(a))).then(a.name.cmp(&b.name))
    });
    scenarios
}

/// One line for each scenario: probability, nines, time lost, main cause.
pub fn run_table(summary: &Summary, style: Style) -> String {
    let scenarios = by_need(summary);
    let mut rows: Vec<Row> = scenarios.iter().map(|s| Row { cells: cells(s, style), state: None }).collect();
    // A mark stands to the right of the digits, which stay below each other.
    if rows.iter().any(|row| row.cells[ENCOUNTER_ESTIMATED].ends_with('*')) {
        for cell in rows.iter_mut().map(|row| &mut row.cells[ENCOUNTER_ESTIMATED]).filter(|cell| !cell.ends_with('*')) {
            cell.push(' ');
        }
    }
    let head: String = format!("{} interval", crate::numbers::confidence(summary.confidence));
    let mut text = table_sparing(&COLUMNS, &rows, &SPARE, style);
    text = text.replacen("95% interval", &format!("{head:12}"), 1);
    // The column may have been left out.
    if text.contains('*') {
        text += &style.wrap(UNSEEN_OUTSIDE);
    }
    for scenario in scenarios {
        text += &searched(scenario, style);
        let p = &scenario.hazard.probability;
        if let (Some(estimate), Some(reach)) = (p.estimate, p.reach)
            && reach > estimate
        {
            let [seen, unseen] = probabilities_apart([(estimate, Round::Nearest), (reach, Round::Up)]);
            text += &style.cut(&format!("{}: {seen} where the search went; up to {unseen} unseen", scenario.name), style.width);
            text.push('\n');
        }
    }
    text
}

/// By what a search came to its figure, and whether that is to be trusted.
fn searched(scenario: &ScenarioSummary, style: Style) -> String {
    let Some(search) = &scenario.search else { return String::new() };
    let evaluations = counted(search.evaluations, "evaluation");
    let by = match search.method.as_str() {
        "mc" => format!("drawn at random in the end, which demonstrates; {evaluations}"),
        method => format!("by {method}, {evaluations}"),
    };
    let trust = if search.ok { String::new() } else { format!("; not to be trusted: {}", search.warnings.join(", ")) };
    style.cut(&format!("{}: {by}{trust}", scenario.name), style.width) + "\n"
}

fn cells(scenario: &ScenarioSummary, style: Style) -> Vec<String> {
    let none = || style.none().to_string();
    let p = &scenario.hazard.probability;
    let estimated = |n: Option<f64>| n.map_or_else(none, nines);
    let encounter = scenario.encounter.as_ref().map(|e| e.nines);
    let (estimate, interval) = match p.kind {
        EstimateKind::None => (none(), none()),
        _ => (p.estimate.map_or_else(none, |e| probability(e, Round::Nearest)), probability_interval(p.lower, p.upper)),
    };
    vec![
        scenario.name.clone(),
        estimate,
        interval,
        scenario.avoidable.as_ref().map_or_else(none, |a| probability(a.probability, Round::Nearest)),
        nines(scenario.nines.demonstrated),
        estimated(scenario.nines.estimated),
        estimated(scenario.ceiling_nines),
        encounter.map_or_else(none, |n| nines(n.demonstrated)),
        encounter.map_or_else(none, |n| n.estimated.map_or_else(none, |e| nines(e) + mark(scenario.probability.as_ref()))),
        scenario.caution.map_or_else(none, |c| seconds(c.mean_time_lost_s)),
        cause(scenario).unwrap_or_else(none),
    ]
}

/// The main cause in a word: the criterion, and with whom. Most failures are collisions, which need not be named where it says with whom.
fn cause(scenario: &ScenarioSummary) -> Option<String> {
    let first = scenario.causes.first()?;
    let criterion = first.criterion.replace('_', " ");
    Some(match &first.with {
        Some(with) if first.criterion == "collision" => with.clone(),
        Some(with) => format!("{with}, {criterion}"),
        None => criterion,
    })
}

/// What the campaign means in each ODD, and what safety cost.
pub fn odd_lines(summary: &Summary, style: Style) -> String {
    let mut lines: Vec<String> = summary.odds.iter().flat_map(|odd| super::odd::lines(odd, style)).collect();
    let lost = lost_to(summary).map(|(kinds, of)| style.join(&[format!("lost to  {kinds}"), of], style.width));
    lines.extend(lost);
    lines.extend(believed(summary, style));
    if summary.odds.is_empty() {
        lines.extend(caution_span(summary));
    }
    lines.iter().map(|line| line.clone() + "\n").collect()
}

/// How what the policy stated of the hazard compares with always stating its share; `None` where it stated nothing.
fn believed(summary: &Summary, style: Style) -> Option<String> {
    let held: Vec<&Calibration> = summary.scenarios.iter().flat_map(|s| s.calibration.iter().flatten()).collect();
    let parts = match held[..] {
        [] => return None,
        [c] => {
            let limits = |l: Limits| format!("[{:+.2}, {:+.2}]", l.lower, l.upper);
            vec![
                format!("beliefs  Brier {:.3}, skill {:+.2} {}", c.brier, c.brier_skill, limits(c.brier_skill_limits)),
                format!("log loss {:.3}, skill {:+.2} {}", c.log_loss, c.log_loss_skill, limits(c.log_loss_skill_limits)),
                format!("{} of {} rollouts", count(c.statements), count(c.rollouts)),
            ]
        }
        _ => {
            let skills = || held.iter().map(|c| c.brier_skill);
            let (least, most) = (skills().fold(f64::INFINITY, f64::min), skills().fold(f64::NEG_INFINITY, f64::max));
            // Below 0 whatever chance did.
            let (above, below) = (
                held.iter().filter(|c| c.brier_skill_limits.lower > 0.0).count(),
                held.iter().filter(|c| c.brier_skill_limits.upper < 0.0).count(),
            );
            vec![
                format!("beliefs  Brier skill {least:+.2} to {most:+.2} against the base rate, by scenario"),
                format!("surely above 0 in {above}, below in {below} of {}", held.len()),
            ]
        }
    };
    Some(style.join(&parts, style.width))
}

/// Where the failures of a campaign were lost, the largest share first, and how many are known: each that was analysed stands for as many
/// of its scenario as that has for each. `None` where none was analysed.
pub fn lost_to(summary: &Summary) -> Option<(String, String)> {
    let known: Vec<&Attribution> = summary.scenarios.iter().filter_map(|s| s.attribution.as_ref()).collect();
    let sum =
        |of: fn(&Attribution) -> u64| known.iter().map(|a| of(a) as f64 * a.failures as f64 / a.analysed as f64).sum::<f64>();
    let mut kinds = [
        ("anticipation", sum(|a| a.anticipation)),
        ("reaction", sum(|a| a.reaction)),
        ("perception", sum(|a| a.perception)),
        ("unavoidable", sum(|a| a.unavoidable)),
    ];
    let total: f64 = kinds.iter().map(|(_, n)| n).sum();
    kinds.sort_by(|a, b| b.1.total_cmp(&a.1));
    let words: Vec<String> =
        kinds.iter().filter(|(_, n)| *n > 0.0).map(|(kind, n)| format!("{kind} {}", part(n / total))).collect();
    let (analysed, failures) = (known.iter().map(|a| a.analysed).sum(), summary.totals.failures);
    (!known.is_empty()).then(|| (words.join(", "), format!("in hindsight, {} of {}", count(analysed), count(failures))))
}

/// Where no ODD was asked for: the span of the time lost over scenarios, since a mean would need their exposures.
fn caution_span(summary: &Summary) -> Option<String> {
    let lost: Vec<f64> = summary.scenarios.iter().filter_map(|s| s.caution).map(|c| c.mean_time_lost_s).collect();
    let (least, most) = (lost.iter().copied().reduce(f64::min)?, lost.iter().copied().reduce(f64::max)?);
    Some(match summary.scenarios.len() {
        1 => format!("caution  {} lost per encounter", seconds(most)),
        _ => format!("caution  {least:.1} to {} lost per encounter, by scenario", seconds(most)),
    })
}
