//! Rates per kilometre on a log axis: each scenario, the sum, and human rates as lines beside them.

use maud::{Markup, html};

use crate::numbers::{confidence, percent};
use crate::report::parts::{scroll, words};
use crate::report::svg::{Scale, line, picture, power_of_ten, px, text};
use crate::summary::{BenchmarkLine, OddScenario, OddSummary};

const WIDTH: f64 = 900.0;
const LEFT: f64 = 232.0;
const RIGHT: f64 = 66.0;
const TOP: f64 = 44.0;
const ROW: f64 = 26.0;
/// Most scenarios with a row of their own: those with the largest part of the failures. The table has all.
const MOST_ROWS: usize = 30;

/// The letter of a benchmark: in the chart, and in the table that says what it is.
pub fn letter(k: usize) -> String {
    char::from_u32('A' as u32 + k as u32 % 26).map(String::from).unwrap_or_default()
}

/// A share as a percentage; what is not nothing is not shown as such.
pub fn small_percent(share: f64) -> String {
    if share > 0.0 && share < 0.000_5 { "<0.1%".into() } else { percent(share) }
}

/// Picture and caption.
pub fn figure(odd: &OddSummary) -> Markup {
    let shown = odd.scenarios.len().min(MOST_ROWS);
    html! {
        figure {
            (scroll(&format!("Chart of rates in {}", odd.name), plot(odd, &odd.scenarios[..shown])))
            figcaption {
                "Failures per kilometre: dots are estimates, bars two-sided " (odd.rate_per_km.map_or("95%".into(), |r| confidence(r.confidence)))
                " intervals that carry sampling, priors and exposures. To the right of a row stands the scenario's share of the failures. Further left is better. "
                @if !odd.human_rates().is_empty() {
                    "Upright lines are human rates, by the letters of the table below; a dashed one is for scale alone, and the table says why. "
                }
                @for (k, b) in odd.human_rates().iter().enumerate() { @if k > 0 { ", " } strong { (letter(k)) } " " (words(&b.severity)) " (" (b.counts) ")" }
                @if !odd.human_rates().is_empty() { ". " }
                @if shown < odd.scenarios.len() { "The " (shown) " scenarios with most failures are drawn; the table has all." }
            }
        }
    }
}

/// First and last power of ten that hold everything drawn; of limits that reach down to nothing the lowest are cut.
fn decades(odd: &OddSummary, scenarios: &[OddScenario]) -> (i32, i32) {
    let of_scenarios = scenarios.iter().filter_map(|s| s.rate_per_km).flat_map(|r| [r.estimate, r.upper]);
    let of_sum = odd.rate_per_km.iter().flat_map(|r| [r.lower, r.upper]);
    let of_humans = odd.human_rates().iter().flat_map(|b| [b.per_km_from, b.per_km_to]);
    let values: Vec<f64> = of_scenarios.chain(of_sum).chain(of_humans).filter(|x| *x > 0.0 && x.is_finite()).collect();
    let low = values.iter().copied().fold(1e-3, f64::min).log10().floor().clamp(-15.0, -3.0);
    let high = values.iter().copied().fold(1e-15, f64::max).log10().ceil().clamp(low + 2.0, 3.0);
    (low as i32, high as i32)
}

fn plot(odd: &OddSummary, scenarios: &[OddScenario]) -> Markup {
    let (low, high) = decades(odd, scenarios);
    let x = Scale::new((f64::from(low), f64::from(high)), (LEFT, WIDTH - RIGHT));
    let at = |rate: f64| if rate > 0.0 { x.at(rate.log10()) } else { LEFT };
    let sum = TOP + ROW * scenarios.len() as f64 + 8.0;
    let bottom = sum + ROW + 4.0;
    let letters = bottom + 14.0;
    let description = format!(
        "One row for each of {} with the estimate and interval of its failures per kilometre, and a row for their sum, on a logarithmic axis from {} to {} per kilometre, with {} beside them. The tables below hold the same numbers.",
        crate::numbers::counted(scenarios.len() as u64, "scenario"),
        power_of_ten(low),
        power_of_ten(high),
        crate::numbers::counted(odd.human_rates().len() as u64, "human rate")
    );
    let every = if high - low > 12 { 2 } else { 1 };
    let inner = html! {
        @for k in (0..scenarios.len()).step_by(2) {
            rect.row x="0" y=(px(TOP + ROW * k as f64)) width=(px(WIDTH)) height=(px(ROW)) {}
        }
        @for d in (low..=high).filter(|d| (d - low) % every == 0) {
            (line("grid", (x.at(f64::from(d)), TOP - 4.0), (x.at(f64::from(d)), bottom)))
            (text(x.at(f64::from(d)), TOP - 10.0, "middle", true, &power_of_ten(d)))
        }
        (text(LEFT - 30.0, TOP - 10.0, "end", true, "failures per km"))
        (text(LEFT, TOP - 28.0, "start", true, "better"))
        (text(WIDTH - RIGHT, TOP - 28.0, "end", true, "worse"))
        @for (k, b) in odd.human_rates().iter().enumerate() { (human(b, (at(b.per_km_from), at(b.per_km_to)), bottom)) (text(at(b.per_km_to), letters + lift(odd, k, &at), "middle", false, &letter(k))) }
        @for (k, s) in scenarios.iter().enumerate() {
            @let y = TOP + ROW * (k as f64 + 0.5);
            (text(LEFT - 12.0, y + 4.5, "end", false, &s.name))
            @match &s.rate_per_km {
                Some(r) => { (bar((r.estimate, r.lower, r.upper), y, &at, "")) }
                None => { (text(LEFT + 8.0, y + 4.5, "start", true, "not driven")) }
            }
            @if let Some(share) = s.share_of_failures { (text(WIDTH - 4.0, y + 4.5, "end", true, &small_percent(share))) }
        }
        @if let Some(r) = &odd.rate_per_km {
            (line("rule", (0.0, sum - 4.0), (WIDTH, sum - 4.0)))
            text.b x=(px(LEFT - 12.0)) y=(px(sum + ROW / 2.0 + 4.5)) text-anchor="end" { "sum of " (odd.scenarios.len()) }
            (bar((r.estimate, r.lower, r.upper), sum + ROW / 2.0, &at, "sum"))
        }
    };
    let rows_of_letters = (0..odd.human_rates().len()).map(|k| lift(odd, k, &at)).fold(0.0, f64::max);
    picture(
        &format!("rates-{}", odd.name),
        (WIDTH, letters + rows_of_letters + 6.0),
        "Failures per kilometre",
        &description,
        inner,
    )
}

/// How far a letter moves down so that it covers none of those before it.
fn lift(odd: &OddSummary, k: usize, at: &dyn Fn(f64) -> f64) -> f64 {
    let place = |k: usize| at(odd.benchmarks[k].per_km_to);
    let mut rows: Vec<Vec<f64>> = Vec::new();
    let mut own = 0;
    for i in 0..=k {
        let free = |row: &Vec<f64>| row.iter().all(|x| (x - place(i)).abs() > 14.0);
        own = rows.iter().position(free).unwrap_or(rows.len());
        if own == rows.len() {
            rows.push(Vec::new());
        }
        rows[own].push(place(i));
    }
    14.0 * own as f64
}

fn human(b: &BenchmarkLine, (from, to): (f64, f64), bottom: f64) -> Markup {
    let class = if b.comparable { "human" } else { "human dashed" };
    html! {
        @if to - from > 1.0 { rect.span x=(px(from)) y=(px(TOP - 4.0)) width=(px(to - from)) height=(px(bottom - TOP + 4.0)) {} }
        (line(class, (from, TOP - 4.0), (from, bottom)))
        @if to - from > 1.0 { (line(class, (to, TOP - 4.0), (to, bottom))) }
    }
}

/// Estimate and interval of a rate: an arrow to the left where there is no lower limit, or none that fits.
fn bar((estimate, lower, upper): (f64, f64, f64), y: f64, at: &dyn Fn(f64) -> f64, class: &str) -> Markup {
    let (left, right) = (at(lower), at(upper));
    let bar = format!("bar {class}");
    html! {
        (line(&bar, (left, y), (right, y)))
        (line("cap", (right, y - 5.0), (right, y + 5.0)))
        @if left > LEFT { (line("cap", (left, y - 5.0), (left, y + 5.0))) }
        @else { path.dot d=(format!("M{} {} l10 -5 v10 z", px(LEFT - 4.0), px(y))) {} }
        @if estimate > 0.0 { circle.dot cx=(px(at(estimate))) cy=(px(y)) r="5" {} }
        @else { circle.hollow cx=(px(right)) cy=(px(y)) r="4.5" {} }
    }
}

/// A bar of the three shares of an interval's width.
pub fn shares(odd: &str, shares: [f64; 3]) -> Markup {
    let names = ["sampling", "priors", "exposures"];
    let mut from = 0.0;
    let parts: Vec<(f64, f64, &str, usize)> = shares
        .iter()
        .zip(names)
        .enumerate()
        .map(|(k, (share, name))| {
            let part = (from * WIDTH, share * WIDTH, name, k);
            from += share;
            part
        })
        .collect();
    let inner = html! {
        @for (x, width, name, k) in parts {
            rect class=(format!("share s{k}")) x=(px(x)) y="0" width=(px(width)) height="22" {}
            // A word is about 7 px a letter.
            @if width > 7.0 * name.len() as f64 + 12.0 { text.on x=(px(x + width / 2.0)) y="15" text-anchor="middle" { (name) } }
        }
    };
    let description =
        names.iter().zip(shares).map(|(name, share)| format!("{name} {}", percent(share))).collect::<Vec<_>>().join(", ");
    picture(&format!("shares-{odd}"), (WIDTH, 22.0), "What the interval's width comes from", &description, inner)
}
