"""nines: which nine has a driving policy reached, how sure is that, and what stands in the way of the next?

- :func:`estimate`: the failure probability of any function, with limits, however rare failures are.
"""

from __future__ import annotations

from ._estimate import Estimate, estimate
from ._native import VERSION as __version__
from ._progress import Progress
from .errors import CampaignError, InputError, NinesError, NotFoundError, PolicyError, StoreError, UsageError

__all__ = [
    "CampaignError",
    "Estimate",
    "InputError",
    "NinesError",
    "NotFoundError",
    "PolicyError",
    "Progress",
    "StoreError",
    "UsageError",
    "__version__",
    "estimate",
]
