//! Holm's correction for the choice among many tests.
//!
//! Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979) 65-70.

/// Holm's adjusted p-values, in the order given: `max over j <= i of min(1, (m - j) p_(j))`, j from 0 in ascending order.
///
/// Rejecting where they are at most `alpha` rejects any true hypothesis with probability at most `alpha`, whatever depends on what.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max((p_values.len() - rank) as f64 * p_values[index]).min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_adjusts_as_in_the_textbook() {
        // By hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 raised to the one before.
        let got = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (got, expected) in got.into_iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((got - expected).abs() < 1e-15, "{got} instead of {expected}");
        }
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }
}
