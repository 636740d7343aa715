//! A picture as a document of its own: shapes and words become SVG, with few digits and without what cannot be seen.

use std::fmt::Write;

/// Typeface of pictures, and what stands in for it.
const FONT: &str = "DejaVu Sans, Verdana, sans-serif";

/// Text.
pub const INK: &str = "#1c1f24";
/// Quiet text and axes.
pub const MUTED: &str = "#5d6470";
/// Grid lines.
pub const GRID: &str = "#e3e5e9";

/// What lies nearer than this to a line lies on it, px.
const UNSEEN: f64 = 0.35;

/// A point of the picture, px.
pub type Px = (f64, f64);

/// A picture that is being drawn.
#[derive(Debug)]
pub struct Canvas {
    width: f64,
    body: String,
    clips: usize,
}

impl Canvas {
    /// An empty picture.
    pub fn new(width: f64) -> Self {
        Self { width, body: String::new(), clips: 0 }
    }

    /// A rectangle; `style` holds attributes.
    pub fn rect(&mut self, (x, y): Px, (w, h): Px, style: &str) {
        let (x, y, w, h) = (short(x), short(y), short(w.max(0.0)), short(h.max(0.0)));
        self.push(&format!(r#"<rect x="{x}" y="{y}" width="{w}" height="{h}" {style}/>"#));
    }

    /// A straight line.
    pub fn line(&mut self, a: Px, b: Px, style: &str) {
        let (x1, y1, x2, y2) = (short(a.0), short(a.1), short(b.0), short(b.1));
        self.push(&format!(r#"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {style}/>"#));
    }

    /// A closed shape.
    pub fn polygon(&mut self, points: &[Px], style: &str) {
        self.push(&format!(r#"<polygon points="{}" {style}/>"#, list(points)));
    }

    /// A line through points, without those that make no difference to the eye.
    pub fn polyline(&mut self, points: &[Px], style: &str) {
        let kept = thinned(points);
        if kept.len() > 1 {
            self.push(&format!(r#"<polyline points="{}" fill="none" {style}/>"#, list(&kept)));
        }
    }

    /// A disc.
    pub fn disc(&mut self, (x, y): Px, r: f64, style: &str) {
        self.push(&format!(r#"<circle cx="{}" cy="{}" r="{}" {style}/>"#, short(x), short(y), short(r)));
    }

    /// Words; `anchor` is `start`, `middle` or `end`.
    pub fn text(&mut self, (x, y): Px, anchor: &str, size: f64, style: &str, words: &str) {
        let (x, y, words) = (short(x), short(y), escaped(words));
        let anchor = if anchor == "start" { String::new() } else { format!(r#" text-anchor="{anchor}""#) };
        self.push(&format!(r#"<text x="{x}" y="{y}"{anchor} font-size="{}" {style}>{words}</text>"#, short(size)));
    }

    /// Shapes that share attributes.
    pub fn group(&mut self, style: &str, draw: impl FnOnce(&mut Canvas)) {
        self.push(&format!("<g {style}>"));
        draw(self);
        self.push("</g>");
    }

    /// Shapes of which only what lies within a rectangle is seen.
    pub fn clipped(&mut self, (x, y): Px, (w, h): Px, draw: impl FnOnce(&mut Canvas)) {
        self.clips += 1;
        let id = format!("c{}", self.clips);
        self.push(&format!(r#"<clipPath id="{id}">"#));
        self.rect((x, y), (w, h), "");
        self.push("</clipPath>");
        self.group(&format!(r#"clip-path="url(#{id})""#), draw);
    }

    /// The document, on white, with a name and a description for those who do not see it.
    pub fn finish(self, height: f64, title: &str, description: &str) -> String {
        let (w, h) = (short(self.width), short(height));
        format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" "#,
                "font-family=\"{font}\">\n<title>{title}</title>\n<desc>{description}</desc>\n",
                "<rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n{body}</svg>\n"
            ),
            w = w,
            h = h,
            font = FONT,
            title = escaped(title),
            description = escaped(description),
            body = self.body
        )
    }

    /// The same to be put into a page: without what makes it a document of its own.
    pub fn inline(self, height: f64, title: &str, description: &str) -> String {
        let (w, h) = (short(self.width), short(height));
        let (title, description) = (escaped(title), escaped(description));
        let body = self.body.replace(">\n", ">");
        format!(r#"<svg viewBox="0 0 {w} {h}" role="img"><title>{title}</title><desc>{description}</desc>{body}</svg>"#)
    }

    fn push(&mut self, element: &str) {
        let _ = writeln!(self.body, "{}", element.replace(" />", "/>").replace(" >", ">"));
    }
}

/// Width of words, px: DejaVu Sans is about 0.6 em wide, capitals and digits a little more.
pub fn words_width(words: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | '\'' | '|' | ' ' => 0.32,
        'm' | 'w' | 'M' | 'W' => 0.95,
        c if c.is_uppercase() => 0.70,
        _ => 0.61,
    };
    size * words.chars().map(em).sum::<f64>()
}

/// A linear map from values to pixels.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    from: (f64, f64),
    to: (f64, f64),
}

impl Axis {
    /// Maps `from.0..from.1` to `to.0..to.1`.
    pub fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        let most = if from.1 - from.0 > 1e-9 { from.1 } else { from.0 + 1.0 };
        Self { from: (from.0, most), to }
    }

    /// Pixel of a value.
    pub fn at(&self, x: f64) -> f64 {
        self.to.0 + (x - self.from.0) / (self.from.1 - self.from.0) * (self.to.1 - self.to.0)
    }

    /// Pixels of its ends.
    pub fn ends(&self) -> (f64, f64) {
        self.to
    }

    /// Round values within it, about as many as asked for, and their words.
    pub fn ticks(&self, about: usize) -> Vec<(f64, String)> {
        let rough = (self.from.1 - self.from.0) / about.max(1) as f64;
        let unit = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0].map(|k| k * unit).into_iter().find(|s| *s >= 0.999 * rough).unwrap_or(10.0 * unit);
        let digits = (-step.log10().floor()).clamp(0.0, 9.0) as usize;
        let first = (self.from.0 / step - 1e-9).ceil() as i64;
        let last = (self.from.1 / step + 1e-9).floor() as i64;
        (first..=last.min(first + 50)).map(|k| (k as f64 * step, format!("{:.digits$}", k as f64 * step))).collect()
    }
}

/// A coordinate with one decimal at most.
fn short(x: f64) -> String {
    let text = format!("{x:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".into(),
        Some(whole) => whole.into(),
        None => text,
    }
}

fn list(points: &[Px]) -> String {
    points.iter().map(|(x, y)| format!("{},{}", short(*x), short(*y))).collect::<Vec<_>>().join(" ")
}

fn escaped(words: &str) -> String {
    let allowed = |c: &char| *c >= ' ' && !matches!(*c, '\u{fffe}' | '\u{ffff}');
    words.chars().filter(allowed).collect::<String>().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Points that keep a line within a third of a pixel of itself (Ramer 1972, Douglas and Peucker 1973).
pub fn thinned(points: &[Px]) -> Vec<Px> {
    let mut keep = vec![false; points.len()];
    let mut open = Vec::new();
    if let Some(last) = points.len().checked_sub(1) {
        (keep[0], keep[last]) = (true, true);
        open.push((0, last));
    }
    while let Some((from, to)) = open.pop() {
        let (a, b) = (points[from], points[to]);
        let far = (from + 1..to).map(|k| (from_segment(points[k], a, b), k)).max_by(|x, y| x.0.total_cmp(&y.0));
        if let Some((_, k)) = far.filter(|(distance, _)| *distance > UNSEEN) {
            keep[k] = true;
            open.extend([(from, k), (k, to)]);
        }
    }
    points.iter().zip(keep).filter(|(_, keep)| *keep).map(|(p, _)| *p).collect()
}

fn from_segment(p: Px, a: Px, b: Px) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let along = ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / (dx * dx + dy * dy).max(1e-12);
    let t = along.clamp(0.0, 1.0);
    (p.0 - a.0 - t * dx).hypot(p.1 - a.1 - t * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_difference_is_left_out() {
        let straight: Vec<Px> = (0..100).map(|k| (f64::from(k), 2.0 * f64::from(k))).collect();
        assert_eq!(thinned(&straight), [(0.0, 0.0), (99.0, 198.0)]);
        let corner = [(0.0, 0.0), (5.0, 0.1), (10.0, 0.0), (10.0, 10.0)];
        assert_eq!(thinned(&corner), [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]);
        assert_eq!(thinned(&[]), []);
    }

    #[test]
    fn ticks_are_round_and_within() {
        let words = |from: (f64, f64), n| Axis::new(from, (0.0, 1.0)).ticks(n).into_iter().map(|(_, w)| w).collect::<Vec<_>>();
        assert_eq!(words((0.0, 10.0), 5), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(words((-0.2, 0.9), 4), ["0.0", "0.5"]);
        assert_eq!(words((62.0, 82.0), 4), ["65", "70", "75", "80"]);
        assert_eq!(words((5.0, 5.0), 4), ["5.0", "5.5", "6.0"]);
        assert_eq!(Axis::new((0.0, 10.0), (100.0, 0.0)).at(2.5), 75.0);
    }

    #[test]
    fn words_cannot_break_the_document() {
        let mut canvas = Canvas::new(10.0);
        canvas.text((1.0, 2.25), "start", 9.0, "", "a < b & \u{1}c");
        let svg = canvas.finish(5.0, "<t>", "");
        assert!(svg.contains(r#"<text x="1" y="2.2" font-size="9">a &lt; b &amp; c</text>"#), "{svg}");
        assert!(svg.contains("<title>&lt;t&gt;</title>"));
    }
}
