//! How many kinds there are among things that were counted, if kinds were equally frequent.

/// The effective number of kinds, `1 / sum of squared shares`: as many as there are where all are equally frequent, near 1 where
/// one of them has nearly all. 0 where nothing was counted. Weights below zero or not finite count as none.
///
/// Source: M. O. Hill, "Diversity and evenness", Ecology 54 (1973) 427-432 (his number of order 2; the inverse of Simpson's index).
pub fn effective_kinds(weights: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut squares) = (0.0, 0.0);
    for weight in weights.into_iter().filter(|w| w.is_finite() && *w > 0.0) {
        sum += weight;
        squares += weight * weight;
    }
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::effective_kinds;

    #[test]
    fn equal_kinds_all_count_and_rare_ones_hardly() {
        assert_eq!(effective_kinds([5.0; 4]), 4.0);
        assert_eq!(effective_kinds([7.0]), 1.0);
        assert_eq!(effective_kinds([]), 0.0);
        // 1 / (0.9² + 10 * 0.01²) = 1 / 0.811
        let rare = effective_kinds(std::iter::once(90.0).chain([1.0; 10]));
        assert!((rare - 1.0 / 0.811).abs() < 1e-12, "{rare}");
        assert_eq!(effective_kinds([f64::NAN, -1.0, 2.0, 2.0]), 2.0);
    }
}
