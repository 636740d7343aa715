//! Two significant digits that never flatter: limits are rounded outwards.
//!
//! For people; files carry full precision.

/// The number with two significant decimal digits at or below `value`, which is not negative.
pub fn round_down_2(value: f64) -> f64 {
    let (rounded, step) = nearest_2(value);
    if rounded <= value {
        return rounded;
    }
    // Below a power of ten the steps are smaller: under 1.0e-3 comes 9.9e-4.
    let is_power_of_ten = format!("{rounded:.1e}").starts_with("1.0");
    decimal(&format!("{:.1e}", rounded - if is_power_of_ten { 0.1 * step } else { step }))
}

/// The number with two significant decimal digits at or above `value`, which is not negative.
pub fn round_up_2(value: f64) -> f64 {
    let (rounded, step) = nearest_2(value);
    if rounded < value { decimal(&format!("{:.1e}", rounded + step)) } else { rounded }
}

/// A probability as `1.3e-2`, rounded to the nearest two digits; `0` and `1` as such.
pub fn shown(probability: f64) -> String {
    if probability == 0.0 || probability == 1.0 { format!("{probability:.0}") } else { format!("{probability:.1e}") }
}

/// A lower limit as `1.2e-2`, rounded down.
pub fn shown_down(lower: f64) -> String {
    shown(round_down_2(lower))
}

/// An upper limit as `1.5e-2`, rounded up.
pub fn shown_up(upper: f64) -> String {
    shown(round_up_2(upper))
}

/// An interval as `[1.2e-2, 1.5e-2]`, rounded outwards.
pub fn shown_interval(lower: f64, upper: f64) -> String {
    format!("[{}, {}]", shown_down(lower), shown_up(upper))
}

/// A number of ordinary size, such as a rate per million miles, with two digits and no exponent: `8.0`, `28`, `0.35`.
pub fn plain(value: f64) -> String {
    let decimals = if value == 0.0 { 0 } else { usize::try_from(1 - exponent(value)).unwrap_or(0) };
    format!("{:.decimals$}", nearest_2(value).0)
}

/// `value` to the nearest two digits, and the size of one step of the second digit.
fn nearest_2(value: f64) -> (f64, f64) {
    if value == 0.0 || !value.is_finite() {
        return (value, 0.0);
    }
    (decimal(&format!("{value:.1e}")), decimal(&format!("1e{}", exponent(value) - 1)))
}

/// The decimal exponent of `value` once rounded to two digits.
fn exponent(value: f64) -> i32 {
    let text = format!("{value:.1e}");
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// Reads a number that was written above, exactly.
fn decimal(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_rounded_outwards() {
        assert_eq!(shown_interval(0.012064, 0.014073), "[1.2e-2, 1.5e-2]");
        assert_eq!(shown_interval(0.0, 7.3775e-5), "[0, 7.4e-5]");
        assert_eq!(shown_interval(0.0, 1.0), "[0, 1]");
        assert_eq!(shown_interval(6.5629e-4, 1.0e-3_f64.next_up()), "[6.5e-4, 1.1e-3]");
    }

    #[test]
    fn two_digits_stay_as_they_are() {
        for mantissa in 10..100 {
            for exponent in -320..10 {
                let value: f64 = format!("{mantissa}e{exponent}").parse().unwrap();
                assert_eq!((round_down_2(value), round_up_2(value)), (value, value), "{value:e}");
            }
        }
    }

    #[test]
    fn a_step_may_change_the_exponent() {
        assert_eq!(round_up_2(0.0991), 0.1);
        assert_eq!(shown_up(0.0991), "1.0e-1");
        assert_eq!(round_down_2(9.99e-4), 9.9e-4);
        assert_eq!(round_down_2(1e-3_f64.next_down()), 9.9e-4);
        assert_eq!(round_up_2(0.991), 1.0);
    }

    #[test]
    fn rates_are_shown_without_exponent() {
        assert_eq!(plain(7.995), "8.0");
        assert_eq!(plain(round_down_2(2.23)), "2.2");
        assert_eq!(plain(round_up_2(27.98)), "28");
        assert_eq!(plain(0.3456), "0.35");
        assert_eq!(plain(1234.0), "1200");
        assert_eq!(plain(0.0), "0");
    }
}
