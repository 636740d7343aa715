"""Writes the table that `tests/sequence.rs` compares with: `python3 confseq_tables.py` in this folder (confseq 0.0.11).

confseq mixes over Beta(r / (1 - p), r / p) of the probability that is tested, ours over Beta(1, 1 / p0) whatever is tested. At
p = p0 / (1 + p0) and r = 1 - p both are the same martingale. Where it has reached 1 / alpha, p is a limit at error alpha: the upper
one where fewer failed than p has it, else the lower one, and then alpha is the p-value too.
"""

import csv
from math import exp, log1p, log

from confseq.boundaries import beta_binomial_log_mixture

P0 = [1.0, 0.1, 1e-2, 1e-3, 1e-4]
SIZES = [1, 10, 256, 2048, 50_000]
FAILURES = [0, 1, 2, 5, 10, 43, 120, 652]


def ln_martingale(n, k, p):
    """confseq takes r through the time at which its normal mixture would be narrowest."""
    q, error = 1 - p, 0.05
    r = q + p * q
    v_opt = r * (2 * log(1 / error) + log1p(2 * log(1 / error)))
    return float(beta_binomial_log_mixture(k - n * p, n * p * q, v_opt, p, q, error, False))


with open("confseq.csv", "w", newline="") as file:
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["rollouts", "failures", "p0", "p", "alpha"])
    for n in SIZES:
        for k in sorted({k for k in FAILURES + [n // 2, n] if k <= n}):
            for p0 in P0:
                p = p0 / (1 + p0)
                reached = ln_martingale(n, k, p)
                if 0.1 < reached < 500:
                    rows.writerow([n, k, p0, repr(p), repr(exp(-reached))])
