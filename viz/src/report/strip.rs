//! Charts whose rows are rows of a table: each row holds a strip on an axis that all share.
//!
//! Places along a strip are percentages, so that it is as wide as there is room while words and marks keep their size; rows break over pages as those
//! of any table do, and the numbers stand beside the marks.

use maud::{Markup, html};

/// A map from values to percent of a strip's width.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    from: f64,
    to: f64,
}

impl Axis {
    /// From the left end's value to the right end's.
    pub fn new(from: f64, to: f64) -> Self {
        Self { from, to: if to == from { from + 1.0 } else { to } }
    }

    /// Percent of the width, kept within it.
    pub fn at(&self, x: f64) -> f64 {
        100.0 * ((x - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// The same of a probability or rate on an axis of decimal logarithms; nothing lies at the left end.
    pub fn log(&self, p: f64) -> f64 {
        if p > 0.0 { self.at(p.log10()) } else { 0.0 }
    }
}

/// A percentage as an attribute.
pub fn pct(x: f64) -> String {
    let text = format!("{:.2}", x + 0.0); // no negative zero
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Lines that every strip of a chart has, defined once.
pub fn grid(id: &str, lines: &[f64]) -> Markup {
    html! {
        svg.defs aria-hidden="true" width="0" height="0" { defs { g id=(id) {
            @for &x in lines { line.grid x1=(pct(x)) x2=(pct(x)) y1="0" y2="100%" {} }
        } } }
    }
}

/// The strip of a row: the grid below, the marks above it. What it shows stands as numbers in the same row.
pub fn strip(grid: &str, told: &str, marks: Markup) -> Markup {
    html! {
        td.strip { svg aria-hidden="true" {
            @if !told.is_empty() { title { (told) } }
            use href=(format!("#{grid}")) {}
            (marks)
        } }
    }
}

/// The head of the strips: words at places.
pub fn head(what: &str, labels: &[(f64, String)]) -> Markup {
    // Where the strip is narrow only every second of many words has room.
    let many = labels.len() > 4 && labels.iter().any(|(_, words)| words.chars().count() > 2);
    html! {
        th.strip.axis scope="col" {
            span.vh { (what) }
            svg aria-hidden="true" { @for (k, (x, words)) in labels.iter().enumerate() {
                text.alt[many && k % 2 == 1] x=(pct(*x)) y="14" text-anchor=(anchor(*x)) { (words) }
            } }
        }
    }
}

/// Which side of a word lies at its place, so that it stays within.
pub fn anchor(x: f64) -> &'static str {
    if x < 4.0 {
        "start"
    } else if x > 96.0 {
        "end"
    } else {
        "middle"
    }
}

/// Estimate and interval: a dot on a bar. Without a failure a hollow end, and the bar goes out to the left.
pub fn interval(axis: &Axis, estimate: f64, lower: f64, upper: f64) -> Markup {
    let (left, right) = (axis.log(lower), axis.log(upper));
    html! {
        line.bar x1=(pct(left)) x2=(pct(right)) y1="50%" y2="50%" {}
        @if left <= 0.0 { svg.at x="0" y="50%" { path.dot d="M-3 0l8-5v10z" {} } }
        @if estimate > 0.0 { circle.dot cx=(pct(axis.log(estimate))) cy="50%" r="4.5" {} }
        @else { circle.hollow cx=(pct(right)) cy="50%" r="4.5" {} }
    }
}

/// Ends of a decimal axis that holds all these values, whole decades, at least `least` of them.
pub fn decades(values: impl Iterator<Item = f64>, least: i32) -> (i32, i32) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for x in values.filter(|x| *x > 0.0 && x.is_finite()) {
        (low, high) = (low.min(x.log10()), high.max(x.log10()));
    }
    if low > high {
        return (-least, 0);
    }
    let (low, high) = (low.floor().max(-15.0) as i32, high.ceil().max(-14.0) as i32);
    (low.min(high - least), high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_at_their_share_of_the_width() {
        let axis = Axis::new(-4.0, 0.0);
        assert_eq!((axis.log(1e-2), axis.log(0.0), axis.log(1e-9), axis.at(0.0)), (50.0, 0.0, 0.0, 100.0));
        assert_eq!([pct(50.0), pct(33.333_3), pct(0.0)], ["50%", "33.33%", "0%"]);
    }

    #[test]
    fn decades_hold_all_values_and_are_not_too_few() {
        assert_eq!(decades([3e-4, 0.2, 0.0].into_iter(), 3), (-4, 0));
        assert_eq!(decades([3e-4].into_iter(), 3), (-6, -3));
        assert_eq!(decades([].into_iter(), 3), (-3, 0));
    }
}
