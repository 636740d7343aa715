"""Limit states with known failure probabilities as NumPy functions.

Written so that they take the same floating-point operations in the same order as `studies/src/problems.rs`: sums go from left to right
(`cumsum`; `sum` would go pairwise). Those with an exponential function (`ROUNDED`) agree but for the last bits of NumPy's.
"""

import numpy as np


def total(u):
    return np.cumsum(u, axis=1)[:, -1]


def squares(u):
    return total(u * u)


def branches(u, c, k):
    plus, minus = u[:, 0] + u[:, 1], u[:, 0] - u[:, 1]
    bend = c + minus * minus / 10.0
    return np.minimum(bend - np.abs(plus) / np.sqrt(2.0), k - np.abs(minus))


def uneven(u):
    i = np.arange(1.0, u.shape[1] + 1.0)
    norm = np.sqrt(total(1.0 / i[None, :])[0])
    return 6.0 - total(u / np.sqrt(i)) / norm


def highest_ar(u):
    x = u[:, 0].copy()
    highest = x.copy()
    for t in range(1, u.shape[1]):
        x = 0.9 * x + np.sqrt(0.19) * u[:, t]
        highest = np.maximum(highest, x)
    return highest


def stopping(u, median, sigma):
    v = np.maximum(13.9 + 1.5 * u[:, 0], 0.1)
    latency = 0.4 * np.exp(0.3 * u[:, 1])
    brake = 7.0 * np.exp(0.1 * u[:, 2])
    distance = v * median * np.exp(sigma * u[:, 3])
    needed = v * latency + v * v / (2.0 * brake)
    left = np.maximum(distance - v * latency, 0.0)
    return np.where(distance > needed, distance - needed, -np.sqrt(np.maximum(v * v - 2.0 * brake * left, 0.0)))


def two_slopes(u):
    g1 = np.where(u[:, 0] > 3.5, 4.0 - u[:, 0], 0.85 - 0.1 * u[:, 0])
    g2 = np.where(u[:, 1] > 2.0, 0.5 - 0.1 * u[:, 1], 2.3 - u[:, 1])
    return np.minimum(g1, g2)


def small_island(u):
    far = np.sqrt((u[:, 0] + 3.2) * (u[:, 0] + 3.2) + squares(u[:, 1:]))
    slope = np.maximum(3.0 - u[:, 0], 0.2)
    return np.where(far < 1.3, np.minimum(slope, far - 1.0), slope)


def island_behind(u):
    far = np.sqrt((u[:, 0] + 3.0) * (u[:, 0] + 3.0) + (u[:, 1] + 2.0) * (u[:, 1] + 2.0))
    slope = 5.2 - u[:, 0]
    return np.where(far < 0.8, np.minimum(slope, far - 0.5), slope)


#: Name: number of inputs, limit state.
PROBLEMS = {
    "D01": (2, lambda u: 2.5 - (u[:, 0] + u[:, 1]) / np.sqrt(2.0)),
    "D02": (100, lambda u: 4.75 - total(u) / 10.0),
    "D03": (200, uneven),
    "D04": (50, lambda u: np.minimum(4.0 - total(u[:, :25]) / 5.0, 4.3 + total(u[:, 25:]) / 5.0)),
    "D05": (2, lambda u: branches(u, 3.0, 7.0 / np.sqrt(2.0))),
    "D06": (2, lambda u: branches(u, 5.0, 5.0 * np.sqrt(2.0))),
    "D07": (2, lambda u: 5.0 - u[:, 1] - (u[:, 0] - 0.1) * (u[:, 0] - 0.1) / 2.0),
    "D08": (100, lambda u: 7.0 - u[:, 0] - squares(u[:, 1:]) / 40.0),
    "D09": (20, lambda u: 8.0 - np.sqrt(squares(u))),
    "D10": (20, lambda u: 5.5 - np.abs(u).max(axis=1)),
    "D11": (50, lambda u: np.maximum(3.0 - total(u[:, :25]) / 5.0, 3.0 - total(u[:, 25:]) / 5.0)),
    "D12": (10, lambda u: np.minimum(4.5 - total(u) / np.sqrt(10.0), 2.0)),
    "D13": (20, lambda u: np.ceil(4.5 - total(u) / np.sqrt(20.0))),
    "D14": (200, lambda u: 5.5 - highest_ar(u)),
    "D15": (200, lambda u: 4.5 - np.cumsum(u, axis=1).max(axis=1) / np.sqrt(200.0)),
    "D16": (201, lambda u: 7.5 - np.exp(0.25 * u[:, 0]) * highest_ar(u[:, 1:])),
    "D17": (4, lambda u: stopping(u, 4.0, 0.25)),
    "D18": (4, lambda u: stopping(u, 6.0, 0.2)),
    "D19": (2, two_slopes),
    "D20": (5, small_island),
    "D21": (2, island_behind),
}

#: Those whose exponential function may differ in its last bits.
ROUNDED = {"D16", "D17", "D18"}
