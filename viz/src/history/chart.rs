//! The march as a picture: nines over effort, what is demonstrated and what is estimated, and the line with its next nine.

use maud::{DOCTYPE, PreEscaped, html};

use super::{EffortKind, History, HistoryTrend};
use crate::canvas::{Axis, Canvas, GRID, INK, MUTED, words_width};
use crate::numbers::{Round, confidence, nines};
use crate::terminal::{history_answer, history_effort};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 500.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 32.0;
const TOP: f64 = 100.0;
const BOTTOM: f64 = 84.0;
/// Demonstrated, estimated and the line: told apart by form too.
const DEMONSTRATED: &str = "#1a7f37";
const ESTIMATED: &str = "#0b5cad";
const LINE: &str = "#8a5a00";
/// The page is light, as the picture in it is.
const STYLE: &str = "body{margin:0 auto;max-width:60rem;padding:1.5rem 1.25rem 3rem;background:#fbfbf9;color:#1c1f24;font:1rem/1.55 system-ui,\
    \"Segoe UI\",Roboto,\"Noto Sans\",\"DejaVu Sans\",sans-serif}h1{font-size:1.9rem;line-height:1.2;margin:.2rem 0 .6rem}figure{margin:1rem 0}\
    svg{display:block;width:100%;height:auto}.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}\
    th,td{padding:.28rem .85rem .28rem 0;text-align:left;border-bottom:1px solid #d9dbdf;white-space:nowrap}tbody th{font-weight:500}td.n,th.n{text-align:right}";

/// The picture as a document of its own.
pub fn history_svg(history: &History) -> String {
    let last = history.versions.last().map_or(0.0, |v| v.effort);
    let first = history.versions.first().map_or(0.0, |v| v.effort).min(0.0);
    let (span, ahead) = (last - first, history.trend.as_ref().and_then(|t| t.next_nine_in.estimate).unwrap_or(0.0));
    // The next nine is shown where it is not too far out.
    let most = last + if ahead <= 2.0 * span { 1.08 * ahead } else { 0.0 };
    let x = Axis::new((first, (most + 0.04 * span).max(first + 1.0)), (LEFT, WIDTH - RIGHT));
    let top = history.versions.iter().flat_map(|v| [Some(v.demonstrated), v.estimated_upper]).flatten().fold(1.0, f64::max);
    let top = history.trend.as_ref().map_or(top, |t| top.max(f64::from(t.next_nine))).ceil().min(16.0);
    let y = Axis::new((0.0, top), (HEIGHT - BOTTOM, TOP));
    let mut canvas = Canvas::new(WIDTH);
    let title = "Nines over effort";
    canvas.text((LEFT - 44.0, 26.0), "start", 17.0, &format!(r#"fill="{INK}" font-weight="bold""#), title);
    legend(&mut canvas, history);
    frame(&mut canvas, history, x, y, top as u32);
    if let Some(trend) = &history.trend {
        line(&mut canvas, history, trend, x, y);
    }
    points(&mut canvas, history, x, y);
    canvas.finish(HEIGHT, title, &description(history))
}

fn description(history: &History) -> String {
    let each = history.versions.iter().map(|v| {
        let estimated = v.estimated.map_or("nothing failed".into(), |n| format!("{} estimated", nines(n)));
        format!("{}: {} nines demonstrated, {estimated}", v.version, nines(v.demonstrated))
    });
    format!("{}. {}", each.collect::<Vec<_>>().join("; "), history_answer(history))
}

fn legend(canvas: &mut Canvas, history: &History) {
    let mut at = LEFT - 38.0;
    let level = confidence(history.confidence);
    let entries = [
        (DEMONSTRATED, "demonstrated in every scenario"),
        (ESTIMATED, &*format!("estimated in the worst scenario, with {level} limits")),
        (LINE, "line through all versions"),
    ];
    for (k, (colour, words)) in entries.into_iter().enumerate().take(if history.trend.is_some() { 3 } else { 2 }) {
        match k {
            0 => canvas.rect((at - 5.0, 43.0), (10.0, 10.0), &format!(r#"fill="{colour}""#)),
            1 => canvas.disc((at, 48.0), 5.0, &format!(r#"fill="none" stroke="{colour}" stroke-width="2""#)),
            _ => canvas.line(
                (at - 8.0, 48.0),
                (at + 8.0, 48.0),
                &format!(r#"stroke="{colour}" stroke-width="2" stroke-dasharray="6 3""#),
            ),
        }
        canvas.text((at + 14.0, 52.5), "start", 13.0, &format!(r#"fill="{INK}""#), words);
        at += 46.0 + words_width(words, 13.0);
    }
}

fn frame(canvas: &mut Canvas, history: &History, x: Axis, y: Axis, top: u32) {
    let muted = format!(r#"fill="{MUTED}""#);
    // A nine a line; below two of them, fifths.
    for (value, words) in y.ticks(top.max(4) as usize) {
        let at = y.at(value);
        canvas.line((LEFT, at), (WIDTH - RIGHT, at), &format!(r#"stroke="{GRID}""#));
        canvas.text((LEFT - 10.0, at + 4.5), "end", 13.0, &muted, &words);
    }
    for (value, words) in x.ticks(8) {
        if history.effort != EffortKind::Versions || value.fract() == 0.0 {
            canvas.text((x.at(value), HEIGHT - BOTTOM + 20.0), "middle", 13.0, &muted, &words);
        }
    }
    canvas.text(((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 18.0), "middle", 13.0, &muted, history.effort.words());
    canvas.text((LEFT - 44.0, TOP - 14.0), "start", 13.0, &muted, "nines, given the hazard");
}

fn line(canvas: &mut Canvas, history: &History, trend: &HistoryTrend, x: Axis, y: Axis) {
    let last = history.versions.last().map_or(0.0, |v| v.effort);
    let at = |effort: f64| (x.at(effort), y.at(trend.nines + trend.slope * (effort - last)));
    let from = history.versions.first().map_or(0.0, |v| v.effort);
    let to = trend.next_nine_in.estimate.map_or(last, |more| last + more);
    let (left, top) = (LEFT, TOP);
    canvas.clipped((left, top), (WIDTH - RIGHT - left, HEIGHT - BOTTOM - top), |canvas| {
        canvas.line(at(from), at(to), &format!(r#"stroke="{LINE}" stroke-width="2" stroke-dasharray="6 3""#));
        if trend.next_nine_in.estimate.is_some() {
            let height = y.at(f64::from(trend.next_nine));
            let end = trend.next_nine_in.upper.map_or(WIDTH, |upper| x.at(last + upper));
            canvas.line(
                (x.at(last + trend.next_nine_in.lower), height),
                (end, height),
                &format!(r#"stroke="{LINE}" stroke-width="6" stroke-opacity="0.35""#),
            );
            canvas.disc((x.at(to), height), 4.5, &format!(r#"fill="{LINE}""#));
        }
    });
    if trend.next_nine_in.estimate.is_some_and(|more| more > 0.0 && x.at(to) < WIDTH - RIGHT) {
        let more = history_effort(to - last, history.effort, Round::Nearest);
        let words = format!("nine {}: in {more}", trend.next_nine);
        canvas.text((x.at(to) - 6.0, y.at(f64::from(trend.next_nine)) - 10.0), "end", 13.0, &format!(r#"fill="{INK}""#), &words);
    }
}

fn points(canvas: &mut Canvas, history: &History, x: Axis, y: Axis) {
    let mut free_from = f64::NEG_INFINITY;
    for version in &history.versions {
        let at = x.at(version.effort);
        let stroke = format!(r#"stroke="{ESTIMATED}" stroke-width="2""#);
        let upper = version.estimated_upper.map_or(TOP, |upper| y.at(upper).max(TOP));
        canvas.line((at, y.at(version.estimated_lower)), (at, upper), &stroke);
        match version.estimated {
            Some(estimated) => canvas.disc((at, y.at(estimated)), 5.0, &format!(r##"fill="#fff" {stroke}"##)),
            // Nothing failed: at least so many.
            None => canvas.polygon(&[(at - 5.0, TOP + 9.0), (at + 5.0, TOP + 9.0), (at, TOP)], &format!(r#"fill="{ESTIMATED}""#)),
        }
        canvas.rect((at - 5.0, y.at(version.demonstrated) - 5.0), (10.0, 10.0), &format!(r#"fill="{DEMONSTRATED}""#));
        // A name that would run into the one before it is left out: the table has them all.
        let width = words_width(&version.version, 12.0);
        let middle = at.clamp(LEFT + width / 2.0, (WIDTH - RIGHT - width / 2.0).max(LEFT + width / 2.0));
        if middle - width / 2.0 > free_from {
            canvas.text((middle, HEIGHT - BOTTOM + 36.0), "middle", 12.0, &format!(r#"fill="{INK}""#), &version.version);
            free_from = middle + width / 2.0 + 6.0;
        }
    }
}

/// A page with the picture, the table and the answer.
pub fn history_html(history: &History) -> String {
    let svg = history_svg(history);
    let unit = history.effort;
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "The march – nines" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { h1 { "The march of " (history.versions.last().map_or("no policy", |v| &v.policy)) } p { (history_answer(history)) } }
                main {
                    figure { (PreEscaped(svg)) }
                    div.scroll tabindex="0" {
                        table {
                            thead { tr {
                                th { "version" } th.n { "effort" } th.n { "demonstrated" } th { "least in" } th.n { "estimated" } th { "most failures in" }
                                th.n { "failed" } th { "the last nine took" }
                            } }
                            tbody {
                                @for v in &history.versions {
                                    tr {
                                        th scope="row" { (v.version) }
                                        td.n { (history_effort(v.effort, unit, Round::Nearest)) }
                                        td.n { (nines(v.demonstrated)) }
                                        td { (v.demonstrated_by) }
                                        td.n { (v.estimated.map_or("–".into(), nines)) }
                                        td { (v.worst) }
                                        td.n { (crate::numbers::count(v.failures)) " of " (crate::numbers::count(v.rollouts)) }
                                        td { @match &v.last_nine {
                                            Some(n) => { (history_effort(n.effort, unit, Round::Nearest)) " since " (n.since) },
                                            None => { "–" },
                                        } }
                                    }
                                }
                            }
                        }
                    }
                    p { "Nines are given the hazard, in the worst scenario of those that every version was tried in as they are (" (history.scenarios.len()) "); effort in "
                        (unit.words()) "." }
                    @if !history.left_out.is_empty() {
                        p { "Not compared: "
                            (history.left_out.iter().map(|s| format!("{} ({})", s.name, s.why)).collect::<Vec<_>>().join(", ")) "." }
                    }
                    @for warning in &history.warnings { p { (warning) } }
                }
            }
        }
    }
    .into_string()
}
