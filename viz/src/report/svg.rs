//! What charts share: scales, decades, and the frame that names and describes a picture.

use maud::{Markup, html};

/// A map from values to pixels.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    /// Maps `from.0..from.1` to `to.0..to.1`, linearly.
    pub fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to }
    }

    /// Pixels of a value, kept within the picture.
    pub fn at(&self, x: f64) -> f64 {
        let share = ((x - self.from.0) / (self.from.1 - self.from.0)).clamp(0.0, 1.0);
        self.to.0 + share * (self.to.1 - self.to.0)
    }
}

/// A coordinate with one decimal.
pub fn px(x: f64) -> String {
    format!("{x:.1}")
}

/// A power of ten with its exponent raised: `10⁻³`.
pub fn power_of_ten(exponent: i32) -> String {
    match exponent {
        0 => "1".into(),
        1 => "10".into(),
        n => {
            let raised = |c: char| match c {
                '-' => '⁻',
                '1' => '¹',
                '2' => '²',
                '3' => '³',
                c => char::from_u32('⁰' as u32 + c.to_digit(10).unwrap_or(0)).unwrap_or(c),
            };
            format!("10{}", n.to_string().chars().map(raised).collect::<String>())
        }
    }
}

/// A picture with name and description for those who do not see it.
pub fn picture(id: &str, (width, height): (f64, f64), title: &str, description: &str, inner: Markup) -> Markup {
    let (title_id, desc_id) = (format!("{id}-title"), format!("{id}-desc"));
    html! {
        svg viewBox=(format!("0 0 {width} {height}")) role="img" aria-labelledby=(format!("{title_id} {desc_id}")) {
            title id=(title_id) { (title) }
            desc id=(desc_id) { (description) }
            (inner)
        }
    }
}

/// Text at a place; `anchor` is `start`, `middle` or `end`.
pub fn text(x: f64, y: f64, anchor: &str, muted: bool, content: &str) -> Markup {
    html! { text.m[muted] x=(px(x)) y=(px(y)) text-anchor=(anchor) { (content) } }
}

/// A straight line of a class.
pub fn line(class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> Markup {
    html! { line class=(class) x1=(px(x1)) y1=(px(y1)) x2=(px(x2)) y2=(px(y2)) {} }
}

/// A step of a linear axis with few round ticks up to `most`.
pub fn tick_step(most: f64) -> f64 {
    let rough = (most / 6.0).max(1e-6);
    let unit = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|k| k * unit).into_iter().find(|&s| s >= rough).unwrap_or(10.0 * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_raised() {
        assert_eq!(power_of_ten(-3), "10⁻³");
        assert_eq!(power_of_ten(-12), "10⁻¹²");
        assert_eq!(power_of_ten(0), "1");
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(tick_step(6.4), 2.0);
        assert_eq!(tick_step(0.9), 0.2);
        assert_eq!(tick_step(30.0), 5.0);
    }

    #[test]
    fn a_scale_keeps_within_the_picture() {
        let scale = Scale::new((0.0, 10.0), (100.0, 200.0));
        assert_eq!(scale.at(5.0), 150.0);
        assert_eq!(scale.at(-1.0), 100.0);
    }
}
