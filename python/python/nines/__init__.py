"""nines: which nine has a driving policy reached, how sure is that, and what stands in the way of the next?

- :func:`estimate`: the failure probability of any function, with limits, however rare failures are.
- :func:`run`: a policy against scenarios; :func:`load`: a campaign that was run before.
"""

from __future__ import annotations

from ._estimate import Estimate, estimate
from ._native import VERSION as __version__
from ._progress import Progress
from ._run import Campaign, Rollouts, load, run
from .errors import CampaignError, InputError, NinesError, NotFoundError, PolicyError, StoreError, UsageError

__all__ = [
    "Campaign",
    "CampaignError",
    "Estimate",
    "InputError",
    "NinesError",
    "NotFoundError",
    "PolicyError",
    "Progress",
    "Rollouts",
    "StoreError",
    "UsageError",
    "__version__",
    "estimate",
    "load",
    "run",
]
