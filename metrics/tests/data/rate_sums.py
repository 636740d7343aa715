"""Rates of four scenarios added up, by other means than ours: `python3 rate_sums.py` (NumPy, SciPy). See `docs/intervals.md`.

First the limits that `metrics/tests/odd.rs` expects, from a million independent draws; then how often limits of sums miss, here and by
squared distances of the scenarios' own limits (MOVER), where exposures alone are uncertain.
"""

import numpy as np
from scipy.stats import beta, norm

rng = np.random.default_rng(1)
N = 50_000
# Failures of the halves without and with the hazard, prior with its 90% factor, exposure per km with its 90% factor.
SCENARIOS = [(0, 652, 1.4e-6, 10, 6e-3, 6), (3, 96, 0.2, 1.2, 1.5e-2, 2), (1, 8, 0.9, 1.05, 2e-5, 5), (0, 0, 4e-5, 10, 7e-3, 3)]
AT_95 = norm.ppf(0.975) / norm.ppf(0.95)


def cp(k, alpha):
    return (beta.ppf(alpha, k, N - k + 1) if k else 0.0), beta.isf(alpha, k + 1, N - k)


def two_group(k0, k1, w, factor, alpha):
    share = 0.1 if w < 0.01 else 0.5
    (l0, u0), (l1, u1) = cp(k0, (1 - share) * alpha), cp(k1, share * alpha)
    ends = w / factor**AT_95, min(1.0, w * factor**AT_95)
    return min((1 - w) * l0 + w * l1 for w in ends), max((1 - w) * u0 + w * u1 for w in ends)


def mix(alpha):
    exposures = np.array([s[4] for s in SCENARIOS])
    limits = np.array([two_group(*s[:4], alpha / len(SCENARIOS)) for s in SCENARIOS])
    return exposures / exposures.sum() @ limits


def rates(draws=1_000_000):
    total, weighted, upper, one_more, point = np.zeros(draws), np.zeros(draws), np.zeros(draws), np.zeros(draws), 0.0
    for k0, k1, w, wf, e, ef in SCENARIOS:
        spread = np.log(ef) / norm.ppf(0.95)
        x = np.exp(spread * rng.standard_normal(draws))
        p0, p1 = (rng.beta(k, N - k + 1, draws) if k else np.zeros(draws) for k in (k0, k1))
        ends = w / wf**AT_95, min(1.0, w * wf**AT_95)
        mixed = [(1 - w) * p0 + w * p1 for w in ends]
        low, high = np.minimum(*mixed), np.maximum(*mixed)
        point += e * ((1 - w) * k0 + w * k1) / N
        upper += e * x * high
        one_more = np.maximum(one_more, e * x * max(1 - ends[0], ends[1]) / N)
        total += e * low
        weighted += e * low * x  # a symmetric exposure: exchanged sides are the same
    upper += one_more * rng.exponential(size=draws)
    lower = total**2 / weighted
    return point, [np.quantile(lower, a) for a in (0.025, 0.05)], [np.quantile(upper, a) for a in (0.975, 0.95)]


point = sum(s[4] * ((1 - s[2]) * s[0] + s[2] * s[1]) / N for s in SCENARIOS) / sum(s[4] for s in SCENARIOS)
print("mix per encounter", point, *(f"{alpha}: {mix(alpha)}" for alpha in (0.025, 0.05)))
print("rate per km", *rates())

for factor in (2, 4, 8.46):
    spread = np.log(factor) / 1.959964
    points = np.exp(spread * rng.standard_normal((4000, 20)))
    for scenarios in (2, 6, 20):
        for name, rate in (("equal", np.ones(scenarios)), ("one is ten times the others", np.r_[10.0, np.ones(scenarios - 1)])):
            missed = {}
            for reading in ("statements", "truths"):
                off = np.exp(spread * rng.standard_normal((2000, scenarios)))
                stated, truth = (rate * off, np.full(2000, rate.sum())) if reading == "statements" else (np.tile(rate, (2000, 1)), (rate * off).sum(1))
                total = stated.sum(1)
                ours = np.array([np.quantile(points[:, :scenarios] @ (s / s.sum()), 0.975) for s in stated])
                up = np.sqrt(((stated * (factor - 1)) ** 2).sum(1))
                down = np.sqrt(((stated * (1 - 1 / factor)) ** 2).sum(1))
                for method, low, high in (("ours", total / ours, total * ours), ("MOVER", total - down, total + up)):
                    missed[method, reading] = f"{100 * (low > truth).mean():.1f}, {100 * (high < truth).mean():.1f}"
            print(f"factor {factor}, {scenarios} rates, {name}: lower, upper misses %", missed)
