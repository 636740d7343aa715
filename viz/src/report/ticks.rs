//! Words and steps of axes.

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
}
