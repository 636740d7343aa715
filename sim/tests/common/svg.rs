//! Pictures of verdicts: panels of coloured cells with common axes, as SVG.

use std::fmt::Write;

/// An axis of all panels: what it shows, from and to, cells along it, and values to be named.
pub struct Axis {
    pub title: &'static str,
    pub from: f64,
    pub to: f64,
    pub cells: usize,
    pub ticks: &'static [f64],
}

/// A picture of panels in rows and columns, which are named.
pub struct Picture<'a> {
    pub title: &'a str,
    pub subtitle: &'a str,
    pub columns: &'a [String],
    pub rows: &'a [&'a str],
    pub x: &'a [Axis],
    pub y: Axis,
    /// Colour and meaning of each kind of cell, by its number.
    pub legend: &'a [(&'a str, &'a str)],
    pub panel_px: (f64, f64),
}

const LEFT: f64 = 104.0;
const TOP: f64 = 104.0;
const GAP: f64 = 16.0;
const INK: &str = "#24313a";
const FAINT: &str = "#6b7780";

impl Picture<'_> {
    /// Draws it; `kind` says of row, column, and cell along x and y what it is.
    pub fn draw(&self, kind: impl Fn(usize, usize, usize, usize) -> usize) -> String {
        let (w, h) = self.panel_px;
        let (columns, rows) = (self.columns.len(), self.rows.len());
        let width = LEFT + columns as f64 * (w + GAP) + 4.0;
        let height = TOP + rows as f64 * (h + GAP) + 44.0;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
             font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\">\n<title>{}</title>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
            self.title
        );
        text(&mut out, (16.0, 28.0), "start", 17.0, INK, "font-weight=\"600\"", self.title);
        text(&mut out, (16.0, 47.0), "start", 12.0, FAINT, "", self.subtitle);
        let mut at = 16.0;
        for (colour, meaning) in self.legend {
            rect(&mut out, (at, 60.0), (12.0, 12.0), colour);
            text(&mut out, (at + 17.0, 70.5), "start", 12.0, INK, "", meaning);
            at += 38.0 + 6.5 * meaning.chars().count() as f64;
        }
        let bottom = TOP + rows as f64 * (h + GAP) - GAP;
        for (c, name) in self.columns.iter().enumerate() {
            let (left, x) = (LEFT + c as f64 * (w + GAP), &self.x[c.min(self.x.len() - 1)]);
            text(&mut out, (left + 0.5 * w, TOP - 8.0), "middle", 12.0, INK, "font-weight=\"600\"", name);
            for tick in x.ticks {
                let px = left + w * (tick - x.from) / (x.to - x.from);
                text(&mut out, (px, bottom + 15.0), "middle", 11.0, FAINT, "", &format!("{tick}"));
            }
            for r in 0..rows {
                let top = TOP + r as f64 * (h + GAP);
                self.panel(&mut out, (left, top), x, |i, j| kind(r, c, i, j));
            }
        }
        for (r, name) in self.rows.iter().enumerate() {
            let top = TOP + r as f64 * (h + GAP);
            text(&mut out, (16.0, top + 0.5 * h + 4.0), "start", 12.0, INK, "font-weight=\"600\"", name);
            for tick in self.y.ticks {
                let px = top + h * (self.y.to - tick) / (self.y.to - self.y.from);
                text(&mut out, (LEFT - 5.0, px + 4.0), "end", 11.0, FAINT, "", &format!("{tick}"));
            }
        }
        let middle = LEFT + 0.5 * (columns as f64 * (w + GAP) - GAP);
        text(&mut out, (middle, bottom + 36.0), "middle", 12.0, FAINT, "", self.x[0].title);
        text(&mut out, (16.0, TOP - 8.0), "start", 12.0, FAINT, "", self.y.title);
        out.push_str("</svg>\n");
        out
    }

    /// Cells of one kind that lie side by side are one rectangle.
    fn panel(&self, out: &mut String, (left, top): (f64, f64), x: &Axis, kind: impl Fn(usize, usize) -> usize) {
        let (w, h) = self.panel_px;
        let (dx, dy) = (w / x.cells as f64, h / self.y.cells as f64);
        // A cell reaches a little under the next one, so that no seam shows; the picture is drawn from the top.
        rect(out, (left, top), (w, h), self.legend[0].0);
        for j in (0..self.y.cells).rev() {
            let mut i = 0;
            while i < x.cells {
                let (first, k) = (i, kind(i, j));
                while i < x.cells && kind(i, j) == k {
                    i += 1;
                }
                if k > 0 {
                    let place = (left + first as f64 * dx, top + h - (j + 1) as f64 * dy);
                    rect(out, place, ((i - first) as f64 * dx, dy + if j > 0 { 0.5 } else { 0.0 }), self.legend[k].0);
                }
            }
        }
        let _ = writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" fill=\"none\" stroke=\"{FAINT}\"/>"
        );
    }
}

fn rect(out: &mut String, (x, y): (f64, f64), (w, h): (f64, f64), colour: &str) {
    let _ = writeln!(out, "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{w:.2}\" height=\"{h:.2}\" fill=\"{colour}\"/>");
}

fn text(out: &mut String, (x, y): (f64, f64), anchor: &str, size: f64, colour: &str, more: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" fill=\"{colour}\" {more}>{words}</text>"
    );
}
