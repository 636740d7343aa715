//! Correlated parameters: a Gaussian copula over their standard normal coordinates.

/// Smallest share of a coordinate's variance that those before it may leave over.
const LEAST: f64 = 1e-10;

/// Correlations of parameters in standard normal space.
///
/// The coordinates that are drawn are independent: they are the point of a concrete scenario. A correlated coordinate is a
/// weighted sum of its own and of those of correlated parameters before it (a row of the Cholesky factor), standard normal again,
/// so that each parameter keeps its distribution. The first one of a group keeps its own coordinate, and so does every parameter
/// without correlations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Copula {
    /// By parameter, rising.
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    param: usize,
    /// Parameter up to this one, and the weight of its coordinate.
    weights: Vec<(usize, f64)>,
}

impl Copula {
    /// Correlations by pairs of parameters; pairs that are not given are uncorrelated. Each pair is given once, its parameters differ.
    ///
    /// # Errors
    /// The parameter whose correlations contradict those of the parameters before it: the matrix is not positive definite.
    pub fn new(pairs: &[(usize, usize, f64)]) -> Result<Self, usize> {
        let mut params: Vec<usize> = pairs.iter().flat_map(|(a, b, _)| [*a, *b]).collect();
        params.sort_unstable();
        params.dedup();
        let n = params.len();
        let place = |param: usize| params.partition_point(|p| *p < param);
        let mut matrix = vec![vec![0.0; n]; n];
        for (a, b, rho) in pairs {
            let (i, j) = (place(*a), place(*b));
            matrix[i.max(j)][i.min(j)] = *rho;
        }
        let mut factor = vec![vec![0.0; n]; n];
        for i in 0..n {
            let mut left = 1.0;
            for j in 0..i {
                let sum: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
                factor[i][j] = (matrix[i][j] - sum) / factor[j][j];
                left -= factor[i][j] * factor[i][j];
            }
            if left < LEAST || left.is_nan() {
                return Err(params[i]);
            }
            factor[i][i] = left.sqrt();
        }
        let row = |i: usize| {
            let weights: Vec<(usize, f64)> =
                (0..=i).filter(|j| factor[i][*j] != 0.0).map(|j| (params[j], factor[i][j])).collect();
            Row { param: params[i], weights }
        };
        Ok(Self { rows: (0..n).map(row).filter(|r| r.weights.len() > 1).collect() })
    }

    /// Turns independent coordinates into correlated ones.
    pub fn apply(&self, coordinates: &mut [f64]) {
        // From the last on, as a row reads its own and earlier coordinates.
        for row in self.rows.iter().rev() {
            coordinates[row.param] = row.weights.iter().map(|(k, w)| w * coordinates[*k]).sum();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The product of the factor with its transpose is the matrix.
    #[test]
    fn the_rows_give_the_correlations_back() {
        let pairs = [(5, 2, 0.6), (2, 9, -0.3), (9, 5, 0.4), (1, 3, -0.99)];
        let copula = Copula::new(&pairs).expect("positive definite");
        let column = |k: usize| {
            let mut z = [0.0; 10];
            z[k] = 1.0;
            copula.apply(&mut z);
            z
        };
        let columns: Vec<[f64; 10]> = (0..10).map(column).collect();
        for i in 0..10 {
            for j in 0..10 {
                let product: f64 = columns.iter().map(|c| c[i] * c[j]).sum();
                let given = pairs.iter().find(|(a, b, _)| (*a, *b) == (i, j) || (*b, *a) == (i, j)).map(|(.., rho)| *rho);
                let rho = if i == j { 1.0 } else { given.unwrap_or(0.0) };
                assert!((product - rho).abs() < 1e-14, "{i} {j}: {product}, not {rho}");
            }
        }
    }

    #[test]
    fn what_no_distribution_has_is_refused_at_the_parameter_that_contradicts() {
        assert_eq!(Copula::new(&[(0, 1, 0.9), (1, 2, 0.9)]), Err(2));
        assert_eq!(Copula::new(&[(0, 1, 0.9), (1, 2, 0.9), (0, 2, -0.9)]), Err(2));
        assert!(Copula::new(&[(0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.7)]).is_ok());
        assert_eq!(Copula::new(&[(4, 7, 1.0)]), Err(7));
        assert_eq!(Copula::new(&[(4, 7, f64::NAN)]), Err(7));
    }

    #[test]
    fn parameters_without_correlations_keep_their_coordinates() {
        let mut z = [0.3, -1.2, 2.5, 0.7];
        Copula::new(&[(1, 2, 0.5)]).expect("positive definite").apply(&mut z);
        assert_eq!((z[0], z[1], z[3]), (0.3, -1.2, 0.7));
        assert_ne!(z[2], 2.5);
        let before = z;
        Copula::default().apply(&mut z);
        assert_eq!(z, before);
    }
}
