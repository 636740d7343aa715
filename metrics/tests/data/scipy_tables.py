"""Writes the tables that `tests/scipy.rs` compares with: `python3 scipy_tables.py` in this folder (SciPy 1.14.1, mpmath 1.3.0).

Values are SciPy's (`beta.ppf`, `beta.isf`, `binom.sf`), with two exceptions:

- For 1 to 10 failures the limits are found by mpmath from the finite sum, with 60 digits. There SciPy's root finder is off by up to
  1.4e-8 (upper limit of 1 in 1e9, alpha 0.3), or gives up: 2 of 10 at alpha 1e-200 has the lower limit sqrt(1e-200 / 45), and SciPy
  says 2.4e-52. The column `scipy_off` holds its relative difference. Where SciPy gives nan (all but 1 to 10 failed), the limit is
  that of the passes, mirrored.
- p-values within a standard deviation of one half are left out from 1e9 rollouts on: SciPy has 0.50000403785 for 5e9 of 1e10 at 0.5,
  the truth is 0.5 + pmf / 2 = 0.50000398942, which a test of its own holds.
"""

import csv
from math import isnan
from mpmath import binomial, exp, log, mp, mpf
from scipy.stats import beta, binom

mp.dps = 60
ALPHAS = [1e-200, 1e-12, 1e-6, 0.0125, 0.025, 0.05, 0.3, 0.5, 0.9]
SIZES = [1, 2, 3, 10, 100, 1234, 50_000, 10**6, 10**9, 10**10]


def failures(n):
    some = [0, 1, 2, 3, 10, 43, 652, n // 1000, n // 10, n // 3, n // 2, n - 11, n - 10, n - 2, n - 1, n]
    return sorted({k for k in some if 0 <= k <= n})


def mass(j, n, p):
    return binomial(n, j) * p**j * (1 - p) ** (n - j)


def at_most(k, n, p):
    return sum(mass(j, n, p) for j in range(k + 1))


def at_least(k, n, p):
    if p * n > mpf("1e-3"):
        return 1 - at_most(k - 1, n, p)
    return sum(mass(j, n, p) for j in range(k, min(n, k + 30) + 1))  # p n is small: the next terms do not matter


def root(f):
    """The p in (0, 1) at which an increasing function is zero, by bisection of the logit."""
    low, high = mpf(-520), mpf(520)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if f(1 / (1 + exp(-middle))) < 0 else (low, middle)
    return 1 / (1 + exp(-low))


def limits(k, n, alpha):
    lower = 0.0 if k == 0 else float(beta.ppf(alpha, k, n - k + 1))
    upper = 1.0 if k == n else float(beta.isf(alpha, k + 1, n - k))
    if not (1 <= k <= 10 and k < n):
        if isnan(upper):
            upper = float(1 - mpf(limits(n - k, n, alpha)[0]))
        return lower, upper, 0.0
    exact_lower = float(root(lambda p: at_least(k, n, p) - mpf(alpha)))
    exact_upper = float(root(lambda p: mpf(alpha) - at_most(k, n, p)))
    off = max(abs(lower / exact_lower - 1), abs(upper / exact_upper - 1))
    return exact_lower, exact_upper, off


with open("clopper_pearson.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["rollouts", "failures", "alpha", "lower", "upper", "scipy_off"])
    for n in SIZES:
        for k in failures(n):
            for alpha in ALPHAS:
                lower, upper, off = limits(k, n, alpha)
                rows.writerow([n, k, alpha, repr(lower), repr(upper), f"{off:.1e}"])

with open("p_values.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["rollouts", "failures", "p", "at_least"])
    for n in SIZES:
        for k in failures(n):
            for p in [1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.1, 0.5, 0.9]:
                value = float(binom.sf(k - 1, n, p))
                if 1e-290 < value and not (n >= 10**9 and 0.15 < value < 0.85):
                    rows.writerow([n, k, p, repr(value)])
