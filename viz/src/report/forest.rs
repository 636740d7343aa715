//! The forest plot: failure probability given the hazard of each scenario, with intervals on a log axis.

use maud::{Markup, html};

use super::parts::{NONE, UNSEEN_OUTSIDE, encounter_estimated, estimate, interval, mark, scroll};
use super::svg::{Scale, line, picture, power_of_ten, px, text};
use crate::answer::nines_word;
use crate::numbers::{confidence, count, nines};
use crate::summary::{EstimateKind, ScenarioSummary, Summary};
use crate::terminal::by_need;

const WIDTH: f64 = 900.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 48.0;
const ROW: f64 = 30.0;

/// Picture and table.
pub fn section(summary: &Summary) -> Markup {
    let scenarios = by_need(summary);
    if scenarios.is_empty() {
        return html! {};
    }
    let level = confidence(summary.confidence);
    html! {
        section aria-labelledby="hazards" {
            h2 id="hazards" { "How often it fails, given the hazard" }
            figure {
                (scroll("Chart of failure probabilities", plot(&scenarios, &level)))
                figcaption { "Dots are estimates, bars two-sided " (level) " intervals. A hollow end with an arrow to the left: no failure was seen, and only the "
                    "upper limit is known. Further left is better; each decade is a nine." }
            }
            (scroll("Failure probabilities by scenario", table(&scenarios, &level)))
            @if scenarios.iter().any(|s| !mark(s.probability.as_ref()).is_empty()) { p { small { (UNSEEN_OUTSIDE) } } }
        }
    }
}

fn decades(scenarios: &[&ScenarioSummary]) -> (i32, i32) {
    let driven = scenarios.iter().map(|s| &s.hazard.probability).filter(|p| p.kind != EstimateKind::None);
    let values: Vec<f64> = driven.flat_map(|p| [p.lower, p.upper]).filter(|&x| x > 0.0).collect();
    let low = values.iter().copied().fold(1.0, f64::min).log10().floor().clamp(-12.0, -1.0);
    let high = values.iter().copied().fold(1e-12, f64::max).log10().ceil().clamp(low, 0.0);
    let (low, high) = (low as i32, high as i32);
    (low.min(high - 3), high)
}

fn plot(scenarios: &[&ScenarioSummary], level: &str) -> Markup {
    let (low, high) = decades(scenarios);
    let x = Scale::new((f64::from(low), f64::from(high)), (LEFT, WIDTH - RIGHT));
    let bottom = TOP + ROW * scenarios.len() as f64;
    let description = format!(
        "One row for each of {} with the estimate and the {level} interval of the failure probability given the hazard, on a logarithmic axis from {} to {}. The table below holds the same numbers.",
        crate::numbers::counted(scenarios.len() as u64, "scenario"),
        power_of_ten(low),
        power_of_ten(high)
    );
    let inner = html! {
        @for k in (0..scenarios.len()).step_by(2) {
            rect.row x="0" y=(px(TOP + ROW * k as f64)) width=(px(WIDTH)) height=(px(ROW)) {}
        }
        @for d in low..=high {
            @let at = x.at(f64::from(d));
            (line("grid", (at, TOP - 4.0), (at, bottom)))
            (text(at, TOP - 26.0, "middle", true, &if d < 0 { nines_word(d.unsigned_abs()) } else { "0 nines".into() }))
            (text(at, TOP - 10.0, "middle", true, &power_of_ten(d)))
        }
        @for (k, s) in scenarios.iter().enumerate() { (row(s, TOP + ROW * (k as f64 + 0.5), x, f64::from(low))) }
    };
    picture("forest", (WIDTH, bottom + 6.0), "Failure probability given the hazard, by scenario", &description, inner)
}

fn row(s: &ScenarioSummary, y: f64, x: Scale, low: f64) -> Markup {
    let p = &s.hazard.probability;
    let log = |p: f64| if p > 0.0 { x.at(p.log10()) } else { x.at(low) };
    let (left, right) = (log(p.lower), log(p.upper));
    let seen = p.estimate.filter(|&e| e > 0.0);
    html! {
        (text(LEFT - 12.0, y + 4.5, "end", false, &s.name))
        @if p.kind == EstimateKind::None {
            (text(LEFT + 8.0, y + 4.5, "start", true, "not driven"))
        } @else {
            (line("bar", (left, y), (right, y)))
            (line("cap", (right, y - 6.0), (right, y + 6.0)))
            @if p.lower > 0.0 { (line("cap", (left, y - 6.0), (left, y + 6.0))) }
            @else { path.dot d=(format!("M{} {} l11 -6 v12 z", px(left - 4.0), px(y))) {} }
            @match seen {
                Some(e) => { circle.dot cx=(px(log(e))) cy=(px(y)) r="5.5" {} }
                None => { circle.hollow cx=(px(right)) cy=(px(y)) r="5" {} }
            }
        }
    }
}

fn table(scenarios: &[&ScenarioSummary], level: &str) -> Markup {
    html! {
        table {
            caption { "Failure probability given the hazard and per encounter, with two-sided " (level) " intervals. Per encounter weights the hazard with "
                "how often nature shows it; where that is unknown the figure does not exist." }
            thead {
                tr {
                    th scope="col" rowspan="2" { "Scenario" }
                    th scope="colgroup" colspan="5" { "Given the hazard" }
                    th scope="colgroup" colspan="4" { "Per encounter" }
                }
                tr {
                    th.n scope="col" { "Failed" } th.n scope="col" { "P(fail)" } th scope="col" { "Interval" }
                    th.n scope="col" { "Dem." } th.n scope="col" { "Est." }
                    th.n scope="col" { "P(fail)" } th scope="col" { "Interval" } th.n scope="col" { "Dem." } th.n scope="col" { "Est." }
                }
            }
            tbody { @for s in scenarios {
                @let e = s.encounter.as_ref();
                tr {
                    th scope="row" { a href=(format!("#{}", s.name)) { (s.name) } }
                    td.n { (count(s.hazard.failures)) " of " (count(s.hazard.rollouts)) }
                    td.n { (estimate(&s.hazard.probability)) }
                    td.w { (interval(&s.hazard.probability)) }
                    td.n { (nines(s.nines.demonstrated)) }
                    td.n { (s.nines.estimated.map_or(NONE.into(), nines)) }
                    td.n { (s.probability.as_ref().map_or(NONE.into(), estimate)) }
                    td.w { (s.probability.as_ref().map_or(NONE.into(), interval)) }
                    td.n { (e.map_or(NONE.into(), |e| nines(e.nines.demonstrated))) }
                    td.n { (e.map_or(NONE.into(), |e| encounter_estimated(e.nines, s.probability.as_ref()))) }
                }
            } }
        }
    }
}
