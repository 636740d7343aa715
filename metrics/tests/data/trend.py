"""Tables for tests/trend.rs: `python3 metrics/tests/data/trend.py` in the root of the repository, with SciPy 1.11 or later.

Part 1: where sampling errors vanish, limits of a line are those of least squares: scipy.stats.linregress and Fieller's theorem.
Part 2: the same likelihood by Gauss-Legendre quadrature in pieces (scipy.integrate.fixed_quad) and Nelder-Mead (scipy.optimize.minimize).
"""

import math
from pathlib import Path

import numpy as np
from scipy import integrate, optimize, stats

HERE = Path(__file__).parent
N = 4_000_000_000_000_000


def least_squares():
    lines = ["confidence,slope,cost_lower,cost_upper,due,due_upper,versions (effort:failures of 4e15)"]
    for confidence, efforts, nines in [
        (0.95, [100, 200, 300], [0.91, 2.02, 2.98]),
        (0.90, [120, 310, 705], [0.95, 1.6, 2.05]),
        (0.95, [10, 20, 30, 40, 50], [0.5, 1.3, 1.1, 2.4, 2.2]),
        (0.95, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [0.3, 0.9, 0.8, 1.4, 1.9, 1.7, 2.4, 2.9, 3.0, 3.1]),
        (0.80, [100, 150, 400, 410], [1.0, 1.1, 1.0, 1.3]),
    ]:
        failures = [round(N * 10.0**-y) for y in nines]
        x, y = np.array(efforts, float), -np.log10(np.array(failures) / N)
        r = stats.linregress(x, y)
        m = len(x)
        t = stats.t.isf((1 - confidence) / 2, m - 2)
        low, high = r.slope - t * r.stderr, r.slope + t * r.stderr
        due = (4 - r.intercept) / r.slope - x[-1]
        s2 = np.sum((y - r.intercept - r.slope * x) ** 2) / (m - 2)
        sxx = np.sum((x - x.mean()) ** 2)
        # Fieller: (a + b x0 - 4)^2 <= t^2 s^2 (1/m + (x0 - mean)^2 / sxx)

        def out(x0):
            return (y.mean() + r.slope * (x0 - x.mean()) - 4) ** 2 - t * t * s2 * (1 / m + (x0 - x.mean()) ** 2 / sxx)

        upper = math.inf if low <= 0 else optimize.brentq(out, due + x[-1], due + x[-1] + 1e7) - x[-1]
        versions = " ".join(f"{e}:{k}" for e, k in zip(efforts, failures))
        cost_upper = math.inf if low <= 0 else 1 / low
        figures = [confidence, r.slope, 1 / high, cost_upper, due, upper]
        lines.append(",".join(repr(float(x)) for x in figures) + f",{versions}")
    (HERE / "trend_least_squares.csv").write_text("\n".join(lines) + "\n")


def log_marginal(n, k, mean, scatter):
    """ln of the binomial likelihood (over its maximum) averaged over Normal(mean, scatter): Gauss-Legendre in pieces."""
    top = (k * math.log(k / n) if k else 0.0) + ((n - k) * math.log1p(-k / n) if k < n else 0.0)

    def ln_weight(y):
        u = math.log(10) * np.maximum(y, 0.0)
        with np.errstate(divide="ignore"):
            passed = (n - k) * np.log(-np.expm1(-u)) if k < n else 0.0
        return passed - k * u - top - 0.5 * ((y - mean) / scatter) ** 2

    grid = np.linspace(mean - 9 * scatter, mean + 9 * scatter, 4001)
    if k:
        centre, width = -math.log10(k / n), 1 / math.sqrt(k)
        grid = np.append(grid, np.linspace(max(centre - 9 * width, 1e-9), centre + 9 * width, 2001))
    values = ln_weight(grid)
    best = values.max()
    inside = np.sort(grid[values > best - 40])
    points = np.linspace(inside[0], inside[-1], 25)
    pieces = zip(points, points[1:])
    total = sum(integrate.fixed_quad(lambda y: np.exp(ln_weight(y) - best), a, b, n=30)[0] for a, b in pieces)
    return best + math.log(total) - math.log(scatter) - 0.5 * math.log(2 * math.pi)


def likelihood(history, level, slope, scatter):
    last = history[-1][0]
    return sum(log_marginal(n, k, level + slope * (x - last), scatter) for x, n, k in history)


def climb(f, starts):
    best = None
    for start in starts:
        r = optimize.minimize(f, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-8, "maxiter": 4000})
        best = r if best is None or r.fun < best.fun else best
    return best


def bounded(ln_scatter):
    return math.exp(min(max(ln_scatter, math.log(1e-3)), math.log(10)))


def with_scipy():
    histories = [
        [(120, 6528, 690), (310, 6528, 140), (705, 6528, 31)],
        [(100, 5000, 1600), (200, 5000, 700), (300, 5000, 90), (400, 5000, 41), (500, 5000, 0)],
        [(100, 2000, 300), (200, 2000, 340), (300, 2000, 20), (400, 2000, 3), (500, 2000, 0), (600, 2000, 1)],
        [(50, 400, 380), (80, 400, 300), (120, 400, 120), (200, 400, 60)],
    ]
    lines = ["versions (effort:rollouts:failures),slope,scatter,at_cost,deviance,cost_lower,cost_upper"]
    for history in histories:
        failed = [(x, n, k) for x, n, k in history if k]
        last, m = history[-1][0], max(3, sum(k >= 5 for _, _, k in history))
        x = np.array([v[0] - last for v in failed], float)
        y = np.array([-math.log10(k / n) for _, n, k in failed])
        slope, level = np.polyfit(x, y, 1)
        span = history[-1][0] - history[0][0]
        free = climb(lambda v: -likelihood(history, v[0], v[1] / span, bounded(v[2])), [[level, slope * span, ln] for ln in (-4.0, -1.5)])

        def deviance(b):
            middle = y.mean() - b * x.mean()
            r = climb(lambda v: -likelihood(history, v[0], b, bounded(v[1])), [[middle, ln] for ln in (-3.0, -0.5)])
            return 2 * (r.fun - free.fun)

        t = stats.t.isf(0.025, m - 2)
        most = m * math.log1p(t * t / (m - 2))
        best = free.x[1] / span
        at = 1.5 * best
        step = best
        while deviance(best + step) < most:
            step *= 2
        high = optimize.brentq(lambda b: deviance(b) - most, best, best + step, xtol=best * 1e-5)
        if deviance(0.0) <= most:
            upper = math.inf
        else:
            upper = 1 / optimize.brentq(lambda b: deviance(b) - most, 0.0, best, xtol=best * 1e-5)
        versions = " ".join(f"{a}:{n}:{k}" for a, n, k in history)
        figures = [best, bounded(free.x[2]), 1 / at, deviance(at), 1 / high, upper]
        lines.append(f"{versions}," + ",".join(repr(float(x)) for x in figures))
        print(lines[-1], flush=True)
    (HERE / "trend_scipy.csv").write_text("\n".join(lines) + "\n")


least_squares()
with_scipy()
