"""Failure probabilities of any function."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from . import _native
from ._arguments import real, whole
from ._progress import Progress, ProgressChoice, reporting
from ._record import Record, as_records

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Ways to estimate a failure probability.
Method = Literal["auto", "mc", "qmc", "neyman", "ce", "subset"]

#: Points ``[n, dim]`` in, margins ``[n]`` out.
LimitState = Callable[["NDArray[np.float64]"], "NDArray[np.float64]"]


class Estimate(Record):
    """A failure probability with its limits, its kind and its doubts: attributes, which are keys too.

    ``lower`` and ``upper`` hold together at ``confidence``; ``one_sided_lower`` and ``one_sided_upper`` each alone.
    """

    #: The probability; ``None`` where the method came to none.
    estimate: float | None
    lower: float
    upper: float
    one_sided_lower: float
    one_sided_upper: float
    #: Mass that a failure region could have without having been seen; ``None`` of random sampling.
    reach: float | None
    #: ``upper`` with ``reach`` on top; ``None`` of random sampling.
    upper_with_reach: float | None
    confidence: float
    #: Points at which the limit state was asked for, pilot and checks included; never more than the budget.
    evaluations: int
    #: The method whose sample gave the estimate.
    method: str
    #: ``sampled`` (random sampling, exact limits) or ``estimated`` (under ``assumptions``).
    kind: str
    #: How the limits were formed.
    interval: str
    assumptions: list[str]
    #: ``demonstrated`` (by random sampling alone, else 0) and ``estimated`` nines.
    nines: Record
    #: ``ok`` and ``warnings``: an estimate that is not ok is not to be believed.
    diagnostics: Record
    #: What a statistician asks for: final sample, effective sample, weights, replicates.
    detail: Record

    def __repr__(self) -> str:
        found = "no estimate" if self.estimate is None else f"{self.estimate:.3g}"
        doubt = "" if self.diagnostics.ok else f"; not to be believed: {', '.join(self.diagnostics.warnings)}"
        return (
            f"<{type(self).__name__}: {found} [{self.lower:.3g}, {self.upper:.3g}] at {self.confidence:g}, "
            f"by {self.method} with {self.evaluations:,} evaluations{doubt}>"
        )


def estimate(
    g: LimitState,
    dim: int,
    *,
    method: Method = "auto",
    budget: int = 200_000,
    confidence: float = 0.95,
    seed: int = 0,
    relative_error: float = 0.1,
    progress: ProgressChoice = None,
) -> Estimate:
    """Estimates how probable a failure is: ``P(g(U) <= 0)`` for ``dim`` independent standard normal inputs ``U``.

    Args:
        g: the limit state. It is called with points, a float64 array ``[n, dim]`` in C order that belongs to it, and returns their
            margins, a float64 array ``[n]``; failure is a margin at or below 0. Margins should shrink towards failures, so that a
            search can follow them; they may be infinite, and never NaN. A point has the same margin in every batch.
        dim: number of inputs. Other distributions are functions of these: ``scipy.stats.lognorm.ppf(scipy.stats.norm.cdf(u))``.
        method: ``auto`` chooses; ``mc`` is plain random sampling, which alone demonstrates; ``qmc``, ``neyman``, ``ce``
            (cross-entropy) and ``subset`` are described in ``docs/estimators.md``.
        budget: most points at which ``g`` is asked for.
        confidence: of the limits, 0.5 to below 1.
        seed: 0 to 2**53 - 1; equal seeds give equal bits.
        relative_error: standard error over the estimate with which a search is content, 0.01 to 1.
        progress: a function that is called with a :class:`nines.Progress` after each batch, ``True`` for a bar of tqdm, ``False`` for
            nothing; by default a bar in notebooks that have tqdm.

    Returns:
        The :class:`Estimate`. Look at ``diagnostics.ok`` before its figures, and at ``reach`` beside ``upper``: a search cannot have
        seen a failure region that nothing leads to.

    Raises:
        TypeError, ValueError: where ``g`` returns something else than margins; what ``g`` raises comes out as it is.
        nines.UsageError: for an argument that cannot be.

    Example:
        >>> import numpy as np, nines
        >>> r = nines.estimate(lambda u: 4.5 - u.sum(axis=1) / np.sqrt(10), 10, seed=1)
        >>> r.lower < 3.4e-6 < r.upper, r.diagnostics.ok
        (True, True)
    """
    if not callable(g):
        raise TypeError(f"`g` must be a function of points, not {g!r}")
    budget = whole("budget", budget, 1, 2**53)
    with reporting(progress, budget, "eval") as report:
        tell = None if report is None else lambda done, stage: report(Progress(done, budget, stage))
        text = _native.estimate(
            g,
            whole("dim", dim, 1, 1_000_000),
            method,
            budget,
            real("confidence", confidence, 0.5, 1.0 - 1e-12),
            whole("seed", seed, 0, 2**53 - 1),
            real("relative_error", relative_error, 0.01, 1.0),
            tell,
        )
    answer: dict[str, Any] = json.loads(text)
    return Estimate(as_records(answer))
