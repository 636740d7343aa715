"""Writes the tables that `tests/paired.rs` compares with: `python3 paired_tables.py` in this folder (SciPy 1.17.1, statsmodels 0.15.0,
mpmath 1.4.1).

- `mcnemar.csv`: the exact test by `statsmodels.stats.contingency_tables.mcnemar(exact=True)`, equal to `scipy.stats.binomtest`.
- `paired_limits.csv`: limits of difference and ratio from `scipy.stats.beta`, by the formulas of `docs/compare.md`. Where up to 60
  failed SciPy's upper limits are the start of Newton's method in mpmath: of 5e8 points they are off by up to 4.1e-9.
- `holm.csv`: `statsmodels.stats.multitest.multipletests(method="holm")`, one family a line, p-values and adjusted ones.
"""

import csv

import numpy as np
from mpmath import betainc, exp, log, log1p, loggamma, mp, mpf
from scipy.stats import beta, binomtest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

mp.dps = 40
TABLES = [
    (both, a, b, n - both - a - b)
    for n in [100, 50_000, 5 * 10**8]
    for both in [0, 3, 40]
    for a, b in [(0, 0), (0, 1), (1, 0), (2, 2), (0, 6), (13, 1), (7, 9), (30, 22)]
] + [(354, 298, 9, 49_339), (94, 2, 55, 49_849), (9000, 8000, 8200, 24_800), (0, 100_000, 102_000, 10**9)]


def lower(k, n, a):
    return 0.0 if k == 0 else beta.ppf(a, k, n - k + 1)


def upper(k, n, a):
    if k == n:
        return 1.0
    x = beta.isf(a, k + 1, n - k)
    return x if k > 60 else newton(mpf(float(x)), k + 1, n - k, 1 - mpf(float(a)))


def newton(x, a, b, below):
    """The quantile of Beta(a, b) near x."""
    for _ in range(2):
        ln_density = (a - 1) * log(x) + (b - 1) * log1p(-x) + loggamma(a + b) - loggamma(a) - loggamma(b)
        x -= (betainc(a, b, 0, x, regularized=True) - below) / exp(ln_density)
    return float(x)


def difference_upper(n, a, b, alpha):
    lean = 2 * upper(b, a + b, alpha / 2) - 1
    return lean * (upper if lean >= 0 else lower)(a + b, n, alpha / 2)


def ratio_upper(both, a, b, alpha):
    n = both + a + b
    fails = lower(both + a, n, alpha / 2)
    return (1 - lower(a, n, alpha / 2)) / fails if fails > 0 else None


with open("mcnemar.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["both", "only_a", "only_b", "neither", "p_value"])
    for both, a, b, none in TABLES:
        p = mcnemar([[none, a], [b, both]], exact=True).pvalue
        if a + b > 0:
            assert abs(p - binomtest(a, a + b).pvalue) <= 1e-9 * p
        out.writerow([both, a, b, none, repr(float(p))])

with open("paired_limits.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["both", "only_a", "only_b", "neither", "alpha", "lower", "upper", "ratio_upper"])
    for both, a, b, none in TABLES:
        n = both + a + b + none
        for alpha in [0.05, 0.025, 0.0005]:
            limits = -difference_upper(n, b, a, alpha), difference_upper(n, a, b, alpha)
            ratio = ratio_upper(both, a, b, alpha)
            out.writerow([both, a, b, none, alpha, *(repr(float(x)) for x in limits), "" if ratio is None else repr(float(ratio))])

random = np.random.default_rng(1)
with open("holm.csv", "w") as file:
    for m in [1, 2, 5, 20, 72]:
        for _ in range(4):
            p = random.uniform(size=m) ** 3
            p[random.uniform(size=m) < 0.2] = 1.0
            adjusted = multipletests(p, method="holm")[1]
            file.write(" ".join(repr(float(x)) for x in p) + "," + " ".join(repr(float(x)) for x in adjusted) + "\n")
