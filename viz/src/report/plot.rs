//! Pictures with two axes. Places are percentages of the frame, so that a picture is as wide as there is room and its words keep their size.

use maud::{Markup, html};

use super::strip::{anchor, pct};

/// A frame with name and description for those who do not see it; `size` is a style class that gives its height.
pub fn plot(id: &str, size: &str, title: &str, description: &str, inner: Markup) -> Markup {
    let (title_id, desc_id) = (format!("{id}-title"), format!("{id}-desc"));
    html! {
        div.plot.(size) {
            svg role="img" aria-labelledby=(title_id) aria-describedby=(desc_id) {
                title id=(title_id) { (title) }
                desc id=(desc_id) { (description) }
                (inner)
            }
        }
    }
}

/// Upright lines and the words below them; what the numbers count stands at the end of the row below.
pub fn x_axis(ticks: &[(f64, String)], what: &str) -> Markup {
    html! {
        @for (x, words) in ticks {
            line.grid x1=(pct(*x)) x2=(pct(*x)) y1="0" y2="100%" {}
            text.m x=(pct(*x)) y="100%" dy="16" text-anchor=(anchor(*x)) { (words) }
        }
        text.m x="100%" y="100%" dy="32" text-anchor="end" { (what) }
    }
}

/// Level lines and the words left of them; what the numbers count stands above.
pub fn y_axis(ticks: &[(f64, String)], what: &str) -> Markup {
    html! {
        @for (y, words) in ticks {
            line.grid x1="0" x2="100%" y1=(pct(*y)) y2=(pct(*y)) {}
            text.m x="0" y=(pct(*y)) dx="-8" dy="4" text-anchor="end" { (words) }
        }
        text.m x="0" y="0" dx="-26" dy="-12" { (what) }
    }
}

/// A line through points, and a band between two lines: places in percent. They are stretched with the frame, their strokes are not.
pub fn line_and_band(line: &[(f64, f64)], band: &[(f64, f64)]) -> Markup {
    let points = |all: &[(f64, f64)]| all.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ");
    html! {
        svg x="0" y="0" width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none" {
            polygon.band points=(points(band)) {}
            polyline.line points=(points(line)) {}
        }
    }
}

/// A point with its name.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    /// Percent of the width.
    pub x: f64,
    /// Percent of the height.
    pub y: f64,
    /// Name.
    pub words: &'a str,
}

/// The narrowest frame that labels are placed for, and the height of one that is tall, px.
const NARROW: (f64, f64) = (290.0, 340.0);
/// Width of a letter and height of a line, px.
const LETTER: (f64, f64) = (6.6, 15.0);

/// Names beside those points that have room for them even where the frame is narrow.
pub fn labels(points: &[Labelled]) -> Markup {
    html! {
        @for (k, left) in placed(points) {
            @let p = &points[k];
            text.name x=(pct(p.x)) y=(pct(p.y)) dx=(if left { "-8" } else { "8" }) dy="4" text-anchor=(if left { "end" } else { "start" }) { (p.words) }
        }
    }
}

/// Which points are named, and whether to the left of them: none of the names covers another one or a point. Those at the ends come first.
fn placed(points: &[Labelled]) -> Vec<(usize, bool)> {
    let px: Vec<(f64, f64)> = points.iter().map(|p| (p.x / 100.0 * NARROW.0, p.y / 100.0 * NARROW.1)).collect();
    let apart = |k: usize| {
        let far = |j: usize| (px[j].0 - px[k].0).hypot(px[j].1 - px[k].1);
        (0..px.len()).filter(|j| *j != k).map(far).fold(f64::INFINITY, f64::min)
    };
    let mut order: Vec<usize> = (0..px.len()).collect();
    order.sort_by(|a, b| apart(*b).total_cmp(&apart(*a)));
    let mut taken: Vec<[f64; 4]> = px.iter().map(|(x, y)| [x - 5.0, x + 5.0, y - 5.0, y + 5.0]).collect();
    let mut out = Vec::new();
    for k in order {
        let (x, y) = px[k];
        let wide = LETTER.0 * points[k].words.chars().count() as f64;
        for left in [false, true] {
            let from = if left { x - 8.0 - wide } else { x + 8.0 };
            let own = [from, from + wide, y - 0.5 * LETTER.1, y + 0.5 * LETTER.1];
            let free = |other: &[f64; 4]| own[1] < other[0] || own[0] > other[1] || own[3] < other[2] || own[2] > other[3];
            if own[0] >= 0.0 && own[1] <= NARROW.0 + 6.0 && taken.iter().all(free) {
                taken.push(own);
                out.push((k, left));
                break;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_covers_no_other_and_no_point() {
        let at = |x, y, words| Labelled { x, y, words };
        // Two points side by side: the names go to the outer sides. A third between them finds no room.
        let all = [at(40.0, 50.0, "left-one"), at(60.0, 50.0, "right-one"), at(50.0, 50.0, "between-both")];
        let mut placed = placed(&all);
        placed.sort_unstable();
        assert_eq!(placed, [(0, true), (1, false)]);
    }

    #[test]
    fn a_name_stays_within() {
        assert_eq!(placed(&[Labelled { x: 98.0, y: 10.0, words: "at-the-edge" }]), [(0, true)]);
    }
}
