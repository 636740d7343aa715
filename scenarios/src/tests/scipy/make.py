"""Writes quantiles.txt: distributions as SciPy computes them, for distributions.rs. Run as `python3 make.py > quantiles.txt`.

Of each distribution: its text in a scenario file, its quantiles at the standard normal coordinates of the first line, pairs of a
value and the probability below it, and mean, variance and kurtosis."""

import math

import numpy as np
from scipy import optimize, stats

COORDINATES = [-8, -6, -4.5, -3, -2, -1.2, -0.4, 0, 0.4, 1.2, 2, 3, 4.5, 6, 8]
INF = math.inf


class Plain:
    """A frozen distribution of SciPy, by its tails."""

    def __init__(self, of):
        self.of = of

    def at(self, lower, upper):
        return np.where(lower < upper, self.of.ppf(np.minimum(lower, 0.5)), self.of.isf(np.minimum(upper, 0.5)))

    def tails(self, x):
        return self.of.cdf(x), self.of.sf(x)

    def moments(self):
        """Mean, variance, kurtosis."""
        mean, variance, excess = self.of.stats(moments="mvk")
        return mean, variance, excess + 3


class Mirrored(Plain):
    """One whose `isf` is 1 - p in disguise: the upper tail is the lower one of its mirror image."""

    def __init__(self, of, image):
        super().__init__(of)
        self.image = image

    def at(self, lower, upper):
        return np.where(lower < upper, self.of.ppf(np.minimum(lower, 0.5)), -self.image.ppf(np.minimum(upper, 0.5)))


class Counts(Plain):
    """SciPy's `isf` of counts is that of 1 - q: one off where q has no digits left."""

    def at(self, lower, upper):
        def one(p, q):
            if p < q:
                return self.of.ppf(p)
            k = self.of.isf(q)
            while self.of.sf(k) > q:
                k += 1
            while self.of.sf(k - 1) <= q:
                k -= 1
            return k

        return np.vectorize(one)(lower, upper)


class Cut:
    def __init__(self, whole, low, high):
        self.whole, self.low, self.high = whole, low, high
        (self.la, self.ua), (self.lb, self.ub) = whole.tails(low), whole.tails(high)

    def at(self, lower, upper):
        inside = self.whole.at(self.la * upper + self.lb * lower, self.ua * upper + self.ub * lower)
        return np.clip(inside, self.low, self.high)

    def tails(self, x):
        lower, upper = self.whole.tails(x)
        if self.la < 0.5:
            below, share = lower - self.la, self.lb - self.la
        else:
            below, share = self.ua - upper, self.ua - self.ub
        return np.clip(below / share, 0, 1), np.clip((upper - self.ub) / share, 0, 1)

    def moments(self):
        # Trapezoid rule over the coordinate; what lies beyond 8.2 is less than 1e-15 of the mass.
        z = np.linspace(-8.2, 8.2, 2001)
        x, density = self.at(*tails(z)), stats.norm.pdf(z)
        mean = np.trapezoid(x * density, z)
        about = lambda k: np.trapezoid((x - mean) ** k * density, z)
        return mean, about(2), about(4) / about(2) ** 2


class Mixed:
    def __init__(self, *parts):
        self.parts = parts

    def tails(self, x):
        both = [(w, d.tails(x)) for w, d in self.parts]
        return sum(w * t[0] for w, t in both), sum(w * t[1] for w, t in both)

    def at(self, lower, upper):
        # Parts follow each other on the axis, or the quantile would not be the sampled one.
        def one(p, q):
            side, goal = (0, p) if p < q else (1, q)
            gap = lambda x: self.tails(x)[side] - goal
            return optimize.brentq(gap, self.low, self.high, xtol=1e-14, rtol=1e-14)

        return np.vectorize(one)(lower, upper)

    def moments(self):
        all = [(w, *d.moments()) for w, d in self.parts]
        mean = sum(w * m for w, m, _, _ in all)
        variance = sum(w * (v + (m - mean) ** 2) for w, m, v, _ in all)
        # No part here is skew enough for its third moment to matter to the tolerance that the kurtosis sets.
        fourth = sum(w * (k * v * v + 6 * v * (m - mean) ** 2 + (m - mean) ** 4) for w, m, v, k in all)
        return mean, variance, fourth / variance**2

    def over(self, low, high):
        self.low, self.high = low, high
        return self


def histogram(edges, weights):
    width = np.diff(edges)
    whole = np.array(weights) / np.sum(weights) / width
    image = (whole[::-1], -np.array(edges)[::-1])
    return Mirrored(stats.rv_histogram((whole, edges), density=True), stats.rv_histogram(image, density=True))


def uniform(low, high):
    return Plain(stats.uniform(low, high - low))


def triangular(low, mode, high):
    share = (mode - low) / (high - low)
    return Mirrored(stats.triang(share, low, high - low), stats.triang(1 - share, -high, high - low))


def cases():
    """Text, distribution, and the quantiles at which the cumulative distribution is compared."""
    usual = [0.001, 0.05, 0.3, 0.5, 0.8, 0.99, 0.9999]
    # Near an infinite density an error of x is a large one of p.
    upper, middle, lower = [0.7, 0.8, 0.9, 0.99, 0.9999], [0.4, 0.5, 0.6], [0.001, 0.1, 0.3]
    yield "dist: uniform, low: 8.3, high: 13.9", uniform(8.3, 13.9), usual
    yield "dist: normal, mean: 2, sd: 0.5", Plain(stats.norm(2, 0.5)), usual
    for mean, sd, low, high in [(3, 0.7, 1.4, 5), (0, 4, -10, 15), (0, 1, 6.5, 9), (0, 1, -INF, 0.5), (10, 2, 4, INF)]:
        bounds = "".join(f", {n}: {x}" for n, x in (("low", low), ("high", high)) if math.isfinite(x))
        name = "truncated_normal" if math.isfinite(low) and math.isfinite(high) else "normal"
        # SciPy's `truncnorm.isf` errs by 1e-9 far out: the quantile of the whole normal does not.
        yield f"dist: {name}, mean: {mean}, sd: {sd}{bounds}", Cut(Plain(stats.norm(mean, sd)), low, high), usual
    yield "dist: lognormal, median: 4, sigma: 0.25", Plain(stats.lognorm(0.25, scale=4)), usual
    yield "dist: lognormal, median: 4, sigma: 0.25, low: 2.5, high: 9", Cut(Plain(stats.lognorm(0.25, scale=4)), 2.5, 9), usual
    yield "dist: lognormal, median: 1.2, sigma: 1.5, low: 0.4", Cut(Plain(stats.lognorm(1.5, scale=1.2)), 0.4, INF), usual
    yield "dist: exponential, mean: 2", Plain(stats.expon(scale=2)), usual
    yield "dist: exponential, mean: 2, high: 5", Plain(stats.truncexpon(2.5, scale=2)), usual
    yield "dist: exponential, mean: 2, low: 1", Cut(Plain(stats.expon(scale=2)), 1, INF), usual
    for shape, mean in [(2, 25), (3, 1.2), (1, 2), (0.5, 1), (0.1, 1), (40, 7), (1000, 3)]:
        of = Plain(stats.gamma(shape, scale=mean / shape))
        yield f"dist: gamma, shape: {shape}, mean: {mean}", of, upper if shape < 1 else usual
    gamma = Plain(stats.gamma(2, scale=12.5))
    yield "dist: gamma, shape: 2, mean: 25, low: 5, high: 80", Cut(gamma, 5, 80), usual
    yield "dist: gamma, shape: 2, mean: 25, low: 120", Cut(gamma, 120, INF), usual
    for shape, scale in [(2, 8), (1, 3), (0.7, 1), (0.1, 1), (3.6, 10), (300, 1)]:
        yield f"dist: weibull, shape: {shape}, scale: {scale}", Plain(stats.weibull_min(shape, scale=scale)), upper if shape < 1 else usual
    yield "dist: weibull, shape: 2, scale: 8, low: 3, high: 12", Cut(Plain(stats.weibull_min(2, scale=8)), 3, 12), usual
    for alpha, beta in [(2, 5), (1, 1), (0.5, 0.5), (0.1, 3), (3, 0.3), (30, 2), (1000, 1000), (800, 0.5), (0.1, 1000)]:
        of, image = stats.beta(alpha, beta), stats.beta(beta, alpha, loc=-1)
        where = {(False, False): usual, (True, False): upper, (False, True): lower, (True, True): middle}[alpha < 1, beta < 1]
        yield f"dist: beta, alpha: {alpha}, beta: {beta}", Mirrored(of, image), where
    yield "dist: beta, alpha: 2, beta: 5, low: 10, high: 14", Mirrored(stats.beta(2, 5, 10, 4), stats.beta(5, 2, -14, 4)), usual
    for low, mode, high in [(0, 1, 4), (-2, -2, 3), (5, 6, 6)]:
        yield f"dist: triangular, low: {low}, mode: {mode}, high: {high}", triangular(low, mode, high), usual
    for mean in [0.3, 5, 80, 1000]:
        yield f"dist: poisson, mean: {mean}", Counts(stats.poisson(mean)), []
    edges, weights = [0, 1, 2, 5, 9], [3, 10, 6, 0.001]
    yield f"dist: histogram, edges: {edges}, weights: {weights}", histogram(edges, weights), usual
    probabilities, values = [0, 0.05, 0.5, 0.95, 1], [0.2, 0.9, 1.4, 2.8, 6]
    quantiles = histogram(values, np.diff(probabilities))
    yield f"dist: quantiles, probabilities: {probabilities}, values: {values}", quantiles, usual
    shares = np.array([4, 3, 2, 1]) / 10
    yield "dist: choice, values: [1, 2, 3, 7], weights: [4, 3, 2, 1]", Plain(stats.rv_discrete(values=([1, 2, 3, 7], shares))), []
    parts = [(0.90, 2, 4), (0.09, 4, 6), (0.01, 6, 9)]
    text = ", ".join(f"{{weight: {w}, dist: uniform, low: {a}, high: {b}}}" for w, a, b in parts)
    yield f"dist: mixture, parts: [{text}]", Mixed(*((w, uniform(a, b)) for w, a, b in parts)).over(2, 9), usual
    bulk, far = Cut(Plain(stats.norm(1, 0.3)), 0, 2), Cut(gamma, 2, INF)
    text = "{weight: 0.8, dist: normal, mean: 1, sd: 0.3, low: 0, high: 2}, {weight: 0.2, dist: gamma, shape: 2, mean: 25, low: 2}"
    yield f"dist: mixture, parts: [{text}]", Mixed((0.8, bulk), (0.2, far)).over(0, 1000), usual


def tails(z):
    small = stats.norm.cdf(-np.abs(z))
    return np.where(z < 0, small, 1 - small), np.where(z < 0, 1 - small, small)


def row(numbers):
    return " ".join(repr(float(x)) for x in numbers)


def main():
    print(row(COORDINATES))
    for text, of, probabilities in cases():
        print(f"{{{text}}}")
        print(row(of.at(*tails(np.array(COORDINATES)))))
        xs = [float(f"{float(of.at(np.float64(p), np.float64(1 - p))):.6g}") for p in probabilities]
        print(row(n for x in xs for n in (x, of.tails(x)[0])))
        print(row(of.moments()))


main()
