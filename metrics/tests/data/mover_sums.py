"""How often MOVER limits at 95% of a sum of log-normal rates miss it: `python3 mover_sums.py` (NumPy). See `docs/intervals.md`.

Sampling error is left out: each rate is known within a factor f (95%) by its exposure alone.
"""

import numpy as np

rng = np.random.default_rng(1)
for factor in (2, 4, 8.46):
    spread = np.log(factor) / 1.959964
    for scenarios in (2, 6, 20):
        for name, rates in (("equal", np.ones(scenarios)), ("one is ten times the others", np.r_[10.0, np.ones(scenarios - 1)])):
            estimates = rates * np.exp(spread * rng.standard_normal((200_000, scenarios)))
            total = estimates.sum(1)
            upper = total + np.sqrt(((estimates * (factor - 1)) ** 2).sum(1))
            lower = total - np.sqrt(((estimates * (1 - 1 / factor)) ** 2).sum(1))
            low, high = 100 * (lower > rates.sum()).mean(), 100 * (upper < rates.sum()).mean()
            print(f"factor {factor}, {scenarios} rates, {name}: lower misses {low:.1f}%, upper misses {high:.1f}%")
