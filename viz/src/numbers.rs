//! Numbers for people: two digits, limits rounded outwards, nines rounded towards zero, thousands separated.
//!
//! Rounding is done on the shortest decimal form of the number, so that 0.02 is never shown as 2.1e-2.

/// Which way a number is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// To the nearest: estimates.
    Nearest,
    /// Down: lower limits.
    Down,
    /// Up: upper limits.
    Up,
}

/// The leading `kept` digits of a positive number and the exponent of its first one.
fn leading(x: f64, kept: usize, round: Round) -> (u64, i32) {
    let text = format!("{x:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: Vec<u32> = mantissa.chars().filter_map(|c| c.to_digit(10)).collect();
    let at = |i: usize| digits.get(i).copied().unwrap_or(0);
    let mut value = (0..kept).fold(0, |value, i| value * 10 + u64::from(at(i)));
    let up = match round {
        Round::Nearest => at(kept) >= 5,
        Round::Down => false,
        Round::Up => digits.iter().skip(kept).any(|&d| d > 0),
    };
    value += u64::from(up);
    if value == 10u64.pow(kept as u32) {
        (value, exponent) = (value / 10, exponent + 1);
    }
    (value, exponent)
}

/// Two significant digits of a positive number: `(mantissa from 10 to 99, exponent of its first digit)`.
fn two(x: f64, round: Round) -> (u64, i32) {
    leading(x, 2, round)
}

/// A probability: `1.3e-2`, `0.52`, `0`, `1`. Only 1 itself is shown as `1`: what lies below has as many digits as that takes.
pub fn probability(p: f64, round: Round) -> String {
    probability_digits(p, 2, round)
}

fn probability_digits(p: f64, kept: usize, round: Round) -> String {
    if p.is_nan() {
        return "?".into();
    }
    if p <= 0.0 {
        return "0".into();
    }
    if p >= 1.0 {
        return "1".into();
    }
    // No f64 below 1 has 17 nines, so that some number of digits holds it.
    let enough = (kept..=17).find(|&kept| leading(p, kept, round).1 < 0).unwrap_or(17);
    let (value, exponent) = leading(p, enough, round);
    let digits = value.to_string();
    if exponent == -1 { format!("0.{digits}") } else { format!("{}.{}e{exponent}", &digits[..1], &digits[1..]) }
}

/// Probabilities that a reader will compare: with two digits, or up to four where different ones would look alike.
pub fn probabilities_apart<const N: usize>(values: [(f64, Round); N]) -> [String; N] {
    let shown = |kept| values.map(|(p, round)| probability_digits(p, kept, round));
    let apart = |texts: &[String; N]| (0..N).all(|a| (0..a).all(|b| values[a].0 == values[b].0 || texts[a] != texts[b]));
    (2..4).map(shown).find(apart).unwrap_or_else(|| shown(4))
}

/// A difference of probabilities: `-5.8e-3`, `+2.0e-4`, `0`; limits are rounded outwards on either side of zero.
pub fn difference(d: f64, round: Round) -> String {
    let round = match round {
        Round::Down if d < 0.0 => Round::Up,
        Round::Up if d < 0.0 => Round::Down,
        round => round,
    };
    let size = probability(d.abs(), round);
    if d < 0.0 {
        format!("-{size}")
    } else if d > 0.0 {
        format!("+{size}")
    } else {
        size
    }
}

/// A two-sided interval of a difference of probabilities, rounded outwards: `[-6.6e-3, -5.0e-3]`.
pub fn difference_interval(lower: f64, upper: f64) -> String {
    format!("[{}, {}]", difference(lower, Round::Down), difference(upper, Round::Up))
}

/// A p-value: `0.031`, `2.3e-4`, `< 1e-9`; rounded up, so that it never looks more convincing than it is.
pub fn p_value(p: f64) -> String {
    if p < 1e-9 { "< 1e-9".into() } else { probability(p, Round::Up) }
}

/// A two-sided interval of a probability, rounded outwards: `[1.2e-2, 1.5e-2]`.
pub fn probability_interval(lower: f64, upper: f64) -> String {
    format!("[{}, {}]", probability(lower, Round::Down), probability(upper, Round::Up))
}

/// Any positive quantity with two digits: `8.0`, `28`, `0.031`, `4,200`, `1.1e-10`.
pub fn quantity(x: f64, round: Round) -> String {
    if !x.is_finite() {
        return if x > 0.0 { "∞".into() } else { "?".into() };
    }
    if x < 0.0 {
        let mirrored = match round {
            Round::Nearest => Round::Nearest,
            Round::Down => Round::Up,
            Round::Up => Round::Down,
        };
        return format!("-{}", quantity(-x, mirrored));
    }
    if x == 0.0 {
        return "0".into();
    }
    let (value, exponent) = two(x, round);
    match exponent {
        1..=5 => count(value * 10u64.pow(exponent as u32 - 1)),
        0 => format!("{}.{}", value / 10, value % 10),
        -3..=-1 => format!("0.{}{value}", "0".repeat((-1 - exponent) as usize)),
        _ => format!("{}.{}e{exponent}", value / 10, value % 10),
    }
}

/// An interval of any positive quantity, rounded outwards: `[2.2, 28]`.
pub fn quantity_interval(lower: f64, upper: f64) -> String {
    format!("[{}, {}]", quantity(lower, Round::Down), quantity(upper, Round::Up))
}

/// Nines with one decimal, towards zero: 2.97 is `2.9`.
pub fn nines(x: f64) -> String {
    if x.is_nan() {
        return "?".into();
    }
    // The tiny addition keeps 2.3 from becoming 2.2 because 2.3 * 10 is a hair below 23; it is far below what one rollout moves.
    let tenths = (x.max(0.0) * 10.0 + 1e-9).floor();
    format!("{:.1}", tenths / 10.0)
}

/// A count with thousands separators: `100,000`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A count with its noun: `1 scenario`, `8 scenarios`.
pub fn counted(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(n), if n == 1 { "" } else { "s" })
}

/// A count in few characters, rounded up: `9,120`, `182k`, `5.9M`.
pub fn compact(n: u64) -> String {
    let scaled = |unit: u64, suffix: &str| {
        let tenths = n.div_ceil(unit / 10);
        if tenths < 100 {
            format!("{}.{}{suffix}", tenths / 10, tenths % 10)
        } else {
            format!("{}{suffix}", count(n.div_ceil(unit)))
        }
    };
    match n {
        0..10_000 => count(n),
        10_000..1_000_000 => scaled(1_000, "k"),
        1_000_000..1_000_000_000 => scaled(1_000_000, "M"),
        _ => scaled(1_000_000_000, "G"),
    }
}

/// A share as a percentage: `65%`, `6.0%`, `0.3%`.
pub fn percent(share: f64) -> String {
    // Adding zero turns the negative zero of an empty sum into a plain one.
    let p = share * 100.0 + 0.0;
    if p == 0.0 || p >= 9.95 { format!("{p:.0}%") } else { format!("{p:.1}%") }
}

/// The share of a part of something: what is not all is never shown as 100%.
pub fn part(share: f64) -> String {
    if (0.995..1.0).contains(&share) { ">99%".into() } else { percent(share) }
}

/// Limits of a share, rounded outwards: `[96%, 98%]`.
pub fn part_interval(lower: f64, upper: f64) -> String {
    // A hair's breadth of rounding is no reason for another digit.
    let digits = |p: f64| if p >= 0.0995 { 100.0 } else { 1000.0 };
    let down = (lower * digits(lower) + 1e-9).floor() / digits(lower);
    let up = (upper * digits(upper) - 1e-9).ceil() / digits(upper);
    format!("[{}, {}]", percent(down), percent(up.min(1.0)))
}

/// A confidence as a percentage without needless zeros: `95%`, `99.9%`.
pub fn confidence(c: f64) -> String {
    let text = format!("{:.4}", c * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A time with one decimal: `0.4 s`.
pub fn seconds(s: f64) -> String {
    format!("{s:.1} s")
}

/// The reliability of a nine: `90%`, `99.9%`.
pub fn reliability(nine: u32) -> String {
    match nine {
        0 => "0%".into(),
        1 => "90%".into(),
        2 => "99%".into(),
        n => format!("99.{}%", "9".repeat(n as usize - 2)),
    }
}

/// The first few of many names: `a, b, c, d and 3 more`.
pub fn few(names: &[impl AsRef<str>]) -> String {
    const SHOWN: usize = 4;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_rounded_outwards() {
        assert_eq!(probability_interval(0.012064, 0.014073), "[1.2e-2, 1.5e-2]");
        assert_eq!(probability_interval(0.0, 7.31e-5), "[0, 7.4e-5]");
        assert_eq!(probability_interval(0.02, 0.03), "[2.0e-2, 3.0e-2]");
        assert_eq!(probability_interval(0.9912, 0.9912), "[0.99, 0.992]");
        assert_eq!(quantity_interval(2.23, 27.01), "[2.2, 28]");
        assert_eq!(probability(9.96e-4, Round::Nearest), "1.0e-3");
        assert_eq!(probability(9.96e-4, Round::Down), "9.9e-4");
        assert_eq!(probability(1.0, Round::Up), "1");
    }

    #[test]
    fn differences_are_rounded_outwards_on_either_side() {
        assert_eq!(difference_interval(-0.00661, -0.00502), "[-6.7e-3, -5.0e-3]");
        assert_eq!(difference_interval(-0.00661, 0.00502), "[-6.7e-3, +5.1e-3]");
        assert_eq!(difference(0.0, Round::Nearest), "0");
        assert_eq!([p_value(0.0312), p_value(1e-12), p_value(1.0)], ["3.2e-2", "< 1e-9", "1"]);
    }

    #[test]
    fn only_certainty_is_shown_as_certain() {
        assert_eq!(probability(0.996, Round::Nearest), "0.996");
        assert_eq!(probability(0.99951, Round::Up), "0.9996");
        assert_eq!(probability(0.9951, Round::Down), "0.99");
        for round in [Round::Nearest, Round::Down, Round::Up] {
            assert_ne!(probability(1.0 - f64::EPSILON / 2.0, round), "1");
            assert_ne!(probability(f64::MIN_POSITIVE, round), "0");
        }
    }

    #[test]
    fn numbers_to_compare_are_kept_apart() {
        let pair = |a, b| probabilities_apart([(a, Round::Down), (b, Round::Nearest)]);
        assert_eq!(pair(0.012, 0.001), ["1.2e-2", "1.0e-3"]);
        assert_eq!(pair(0.01012, 0.01), ["1.01e-2", "1.00e-2"]);
        assert_eq!(pair(0.010_01, 0.01), ["1.001e-2", "1.000e-2"]);
        assert_eq!(pair(0.010_000_1, 0.01), ["1.000e-2", "1.000e-2"]);
        assert_eq!(pair(0.01, 0.01), ["1.0e-2", "1.0e-2"]);
    }

    #[test]
    fn nines_are_rounded_towards_zero() {
        assert_eq!(nines(2.97), "2.9");
        assert_eq!(nines(2.999999), "2.9");
        assert_eq!(nines(-(1.0f64.log10())), "0.0");
        for k in 0..100 {
            let x = k as f64 / 10.0;
            assert_eq!(nines(x), format!("{x:.1}"));
        }
    }

    #[test]
    fn quantities_keep_two_digits() {
        let nearest = |x| quantity(x, Round::Nearest);
        assert_eq!(nearest(7.995), "8.0");
        assert_eq!(nearest(28.0), "28");
        assert_eq!(nearest(4158.0), "4,200");
        assert_eq!(nearest(0.031), "0.031");
        assert_eq!(nearest(1.095e-10), "1.1e-10");
        assert_eq!(nearest(1_046_362.0), "1.0e6");
        assert_eq!(quantity(-0.123, Round::Down), "-0.13");
    }

    #[test]
    fn counts_are_separated_and_compacted() {
        assert_eq!(count(800_000), "800,000");
        assert_eq!(count(12), "12");
        assert_eq!(compact(181_001), "182k");
        assert_eq!(compact(5_891_462), "5.9M");
        assert_eq!(compact(9_120), "9,120");
        assert_eq!(compact(1_234_000_000_000), "1,234G");
    }

    #[test]
    fn parts_are_never_all_and_their_limits_are_rounded_outwards() {
        assert_eq!([part(1.0), part(0.9999), part(0.97), part(0.033)], ["100%", ">99%", "97%", "3.3%"].map(String::from));
        assert_eq!(part_interval(0.9996, 1.0), "[99%, 100%]");
        assert_eq!(part_interval(0.02755, 0.03899), "[2.7%, 3.9%]");
        assert_eq!(part_interval(0.25, 0.6101), "[25%, 62%]");
    }

    #[test]
    fn words_for_shares() {
        assert_eq!(percent(0.654), "65%");
        assert_eq!(percent(0.06), "6.0%");
        assert_eq!(percent(-0.0), "0%");
        assert_eq!(confidence(0.95), "95%");
        assert_eq!(confidence(0.999), "99.9%");
        assert_eq!(reliability(4), "99.99%");
    }
}
