"""Policies: functions of Python, and built-in ones that Python can ask."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Union

from . import _native
from ._arguments import whole
from ._record import Record, as_records
from .errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Observations = _native.Observations

#: Columns of ``observations.ego`` by name: ``observations.ego[:, nines.EGO["speed_mps"]]``.
EGO: dict[str, int] = _native.EGO
#: Columns of ``observations.objects`` by name: ``observations.objects[..., nines.OBJECT["x_m"]]``.
OBJECT: dict[str, int] = _native.OBJECT
#: Columns of ``observations.priors`` by name: ``observations.priors[:, nines.PRIOR["base_rate"]]``.
PRIOR: dict[str, int] = _native.PRIOR
#: Columns of actions by name.
ACTION: dict[str, int] = {name: column for column, (name, _) in enumerate(_native.ACTION)}
#: Smallest and largest value of each column of actions; anything else is a fault of the policy.
ACTION_RANGE: dict[str, tuple[float, float]] = dict(_native.ACTION)
#: Classes of objects, in the order of their numbers in the column ``class``.
CLASSES: list[str] = _native.CLASSES

#: Observations in, actions out: an array ``[n, 2]`` (acceleration in m/s², curvature in 1/m, positive to the left) to ``[n, 6]`` (lamp, horn,
#: help), or a dictionary of arrays ``[n]`` by the names of :data:`ACTION`.
Policy = Callable[[Observations], Union["NDArray[np.float32]", Mapping[str, "NDArray[np.float32]"]]]


class Outcome(Record):
    """What a rollout leaves behind: ``verdict``, ``cause``, ``margin``, ``margins``, caution, as in ``docs/campaign.md``."""

    rollout: int
    stratum: str
    hazard: bool
    latents: Record
    verdict: str
    cause: str | None
    margin: float
    margins: Record
    steps: int
    end_s: float
    fault: str | None
    digest: int

    def __repr__(self) -> str:
        why = f" by {self.cause}" if self.cause else ""
        return f"<Outcome of rollout {self.rollout}: {self.verdict}{why}, margin {self.margin:.3g}, {self.end_s:.1f} s>"


class BuiltIn:
    """A built-in policy that can be asked for actions: a baseline beside one's own.

    It remembers by session slot. Call :meth:`start` with a slot when a rollout begins in it.

    Args:
        text: its name, with settings after a colon: ``"idm-aeb:headway_s=1.2"``.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._native = _native.BuiltInPolicy(text)

    @property
    def name(self) -> str:
        """Its name."""
        return self._native.name

    @property
    def settings(self) -> dict[str, float]:
        """All settings as they are."""
        return self._native.settings

    def start(self, slot: int) -> None:
        """A new rollout begins in this slot."""
        self._native.start(slot)

    def __call__(self, observations: Observations | Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """The actions ``[n, 6]`` for a batch of observations, or ``[6]`` for those of a single world, as :class:`nines.gym.NinesEnv` gives
        them. Without ``slots`` the world in row ``w`` has slot ``w``."""
        if isinstance(observations, Mapping):
            single = observations["ego"].ndim == 1
            arrays = {name: array[None] if single else array for name, array in observations.items()}
            if "ids" in arrays:
                arrays["ids"] = arrays["ids"].astype("uint32", copy=False)
            actions = self._native.act(arrays)
            return actions[0] if single else actions
        return self._native.act(observations)

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy remembers nothing of rollouts under way.
        return (BuiltIn, (self._text,))

    def __repr__(self) -> str:
        return f"nines.BuiltIn({self.name!r})"


def drive(
    policy: Policy | str,
    scenario: str,
    rollouts: int | range = 256,
    *,
    seed: int = 0,
    method: Literal["stratified", "mc"] = "stratified",
    batch: int = 256,
    on_fault: Literal["raise", "count"] = "raise",
) -> list[Outcome]:
    """Drives a policy through one scenario and gives what each rollout leaves behind; no campaign, no files.

    Rollouts are those of :func:`nines.run` with the same seed and method: the same points for every policy.

    Args:
        policy: a function of :class:`nines.Observations`, asked once a step for all worlds of the batch, or the name of a policy as for
            :func:`nines.run`. If it has ``start(slot)``, that is called when a rollout begins in a session slot, whose memory is then void.
            Arrays that it is told are its own to keep.
        scenario: name of the catalogue, or a path.
        rollouts: how many, or which: ``range(1000, 2000)``. Even ones have no hazard, odd ones have one (``method="stratified"``).
        seed: 0 to 2**53 - 1.
        method: ``stratified``, or ``mc``: all from the natural priors.
        batch: most worlds at once; never changes a result, unless the policy looks at its neighbours.
        on_fault: ``raise``: the first exception of the policy comes out as itself. ``count``: it is a fault of that rollout.

    Returns:
        The outcomes, by index.
    """
    which = rollouts if isinstance(rollouts, range) else range(whole("rollouts", rollouts, 1, 2**32))
    if which.step != 1 or which.start < 0:
        raise UsageError("`rollouts` must be a number, or a range of indices one after the other", 2)
    if on_fault not in ("raise", "count"):
        raise UsageError(f"`on_fault` must be raise or count, not {on_fault!r}", 2)
    text, batch_dependent, exception = _native.drive(
        policy,
        scenario,
        which.start,
        which.stop,
        whole("seed", seed, 0, 2**53 - 1),
        method,
        whole("batch", batch, 1, 65536),
    )
    if exception is not None and on_fault == "raise":
        raise exception
    if batch_dependent:
        warnings.warn(
            f"{batch_dependent} calls faulted although none of their worlds faults alone: the policy depends on its batch",
            stacklevel=2,
        )
    return [Outcome(as_records(one)) for one in json.loads(text)]
