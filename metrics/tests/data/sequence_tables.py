"""Writes the table that `tests/sequence.rs` compares with: `python3 sequence_tables.py` in this folder (mpmath 1.3.0).

The limits are found by bisection of ln M_n(p) = ln(1/alpha) with 60 digits, M_n(p) straight from its definition by log-gamma functions.
"""

import csv
from mpmath import exp, log, loggamma, log1p, mp, mpf

mp.dps = 60
ALPHAS = [1e-12, 0.005, 0.025, 0.05, 0.5]
SIZES = [1, 2, 10, 256, 50_000, 10**6, 10**8, 10**10]
P0 = [1.0, 1e-2, 1e-3, 1e-4, 1e-6, 1e-9, 1e-12]


def failures(n):
    some = [0, 1, 2, 10, 43, 652, n // 1000, n // 10, n // 2, n - 1, n]
    return sorted({k for k in some if 0 <= k <= n})


def ln_beta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def ln_mixed(n, k, p0):
    b = 1 / mpf(p0)
    return log(b) + ln_beta(k + 1, n - k + b)


def ln_martingale(n, k, mixed, t):
    """At the probability whose logit is t: ln p = -ln(1 + e^-t), ln(1-p) = -ln(1 + e^t)."""
    return mixed + k * log1p(exp(-t)) + (n - k) * log1p(exp(t))


def root(below, inside, miss):
    """Between a logit at which the martingale is too large and one at which it is not."""
    for _ in range(130):
        middle = (below + inside) / 2
        below, inside = (middle, inside) if miss(middle) > 0 else (below, middle)
    return 1 / (1 + exp(-inside))


def limits(n, k, p0, alpha):
    mixed = ln_mixed(n, k, p0)
    far = mpf(690)
    at = log(mpf(k) / (n - k)) if 0 < k < n else (-far if k == 0 else far)
    miss = lambda t: ln_martingale(n, k, mixed, t) + log(mpf(alpha))
    lower = mpf(0) if k == 0 else root(-far, at, miss)
    upper = mpf(1) if k == n else root(far, at, miss)
    return lower, upper


with open("sequence.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["rollouts", "failures", "p0", "alpha", "lower", "upper"])
    for n in SIZES:
        for k in failures(n):
            for p0 in P0:
                for alpha in ALPHAS:
                    lower, upper = limits(n, k, p0, alpha)
                    rows.writerow([n, k, p0, alpha, repr(float(lower)), repr(float(upper))])
