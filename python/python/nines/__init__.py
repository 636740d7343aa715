"""nines: which nine has a driving policy reached, how sure is that, and what stands in the way of the next?

- :func:`estimate`: the failure probability of any function, with limits, however rare failures are.
- :func:`run`: a policy against scenarios; :func:`load`: a campaign that was run before.
- :func:`drive`: a policy that is a function, through one scenario; :class:`BuiltIn`: a built-in policy that can be asked.
- :mod:`nines.ray`: campaigns in shards on a cluster.
- :mod:`nines.gym`: training environments for Gymnasium.
"""

from __future__ import annotations

from ._estimate import Estimate, estimate
from ._native import VERSION as __version__
from ._policy import ACTION, ACTION_RANGE, CLASSES, EGO, OBJECT, PRIOR, BuiltIn, Observations, Outcome, drive
from ._progress import Progress
from ._run import Campaign, Rollouts, load, run
from .errors import CampaignError, InputError, NinesError, NotFoundError, PolicyError, StoreError, UsageError

__all__ = [
    "ACTION",
    "ACTION_RANGE",
    "CLASSES",
    "EGO",
    "OBJECT",
    "PRIOR",
    "BuiltIn",
    "Campaign",
    "CampaignError",
    "Estimate",
    "InputError",
    "NinesError",
    "NotFoundError",
    "Observations",
    "Outcome",
    "PolicyError",
    "Progress",
    "Rollouts",
    "StoreError",
    "UsageError",
    "__version__",
    "drive",
    "estimate",
    "load",
    "run",
]
