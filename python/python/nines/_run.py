"""Campaigns: a policy against scenarios, with everything that it produced."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from . import _identity, _native
from ._arguments import words
from ._policy import Policy
from ._progress import Progress, ProgressChoice, reporting
from ._record import Record, as_records
from .errors import NotFoundError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

#: Names, globs or paths: one or several.
Names = Union[str, "os.PathLike[str]", Iterable[Union[str, "os.PathLike[str]"]], None]


class Rollouts:
    """The stored rollouts of a campaign: an Arrow table, read from its files whenever it is asked for.

    It has the PyCapsule interface (``__arrow_c_stream__``), so that ``pyarrow.table(rows)``, ``polars.DataFrame(rows)``,
    ``pandas.DataFrame.from_arrow(rows)`` and DuckDB read it. ``docs/campaign.md`` says what the columns mean; ``scenario`` comes before
    them, and a column that a scenario lacks (``latent_…``, ``param_…``) is null in its rows.

    A row stands for ``stands_for`` rollouts: weight by it, or failures count for too much.
    """

    def __init__(self, folder: Path, scenarios: list[str]) -> None:
        self._folder = folder
        self._scenarios = scenarios
        self._rows = _native.Rollouts(folder, scenarios)

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios, in order."""
        return list(self._scenarios)

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""
        return self._rows.columns

    def of(self, scenario: str) -> Rollouts:
        """The rows of one scenario, with its own columns alone."""
        if scenario not in self._scenarios:
            raise NotFoundError(f"there is no scenario `{scenario}` in this campaign", 4, f"it has {', '.join(self._scenarios)}")
        return Rollouts(self._folder, [scenario])

    def to_arrow(self) -> pyarrow.Table:
        """A table of pyarrow."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """A frame of pandas, made by pyarrow."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """A frame of Polars."""
        import polars

        return polars.DataFrame(self)

    def __len__(self) -> int:
        return len(self._rows)

    def __arrow_c_schema__(self) -> object:
        return self._rows.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._rows.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return f"<Rollouts: {len(self):,} rows, {len(self.columns)} columns, {len(self._scenarios)} scenarios>"


class Campaign:
    """A campaign that was run, with its folder.

    Attributes:
        folder: the campaign folder, which ``nines gate``, ``report``, ``replay`` and ``verify`` take.
        summary: the content of its ``summary.json``, a dictionary whose keys are attributes too (``docs/campaign.md``).
    """

    def __init__(self, folder: Path, summary: Record) -> None:
        self.folder = folder
        self.summary = summary

    @property
    def status(self) -> str:
        """``complete``, ``decided``, ``stopped``, ``interrupted`` or ``partial``."""
        return str(self.summary.status)

    @property
    def scenarios(self) -> dict[str, Record]:
        """The results of each scenario by its name."""
        return {one.name: one for one in self.summary.scenarios}

    @property
    def rollouts(self) -> Rollouts:
        """The stored rollouts of all scenarios."""
        return Rollouts(self.folder, [one.name for one in self.summary.scenarios if one.rollouts > 0])

    def __repr__(self) -> str:
        totals = self.summary.totals
        return (
            f"<Campaign {self.folder}: {self.summary.policy.name}, {totals.scenarios} scenarios, "
            f"{totals.rollouts:,} rollouts, {totals.failures:,} failures, {self.status}>"
        )


def run(
    policy: Policy | str,
    scenarios: Names = None,
    *,
    odd: Names = None,
    rollouts: int | str | None = None,
    seed: int | None = None,
    method: str = "stratified",
    limit_state: str = "min",
    relative_error: float = 0.1,
    plan: str | None = None,
    nines: int | None = None,
    time: float | str | None = None,
    confidence: float = 0.95,
    policy_config: str | os.PathLike[str] | None = None,
    keep: int | str = 10_000,
    hindsight: int | str = 200,
    beliefs: int | str = 1000,
    max_faults: int | None = None,
    threads: int | None = None,
    batch: int = 1024,
    deadline: float = 30.0,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: ProgressChoice = None,
) -> Campaign:
    """Drives a policy through scenarios, estimates how often it fails, and writes a campaign folder: ``nines run``.

    Args:
        policy: a function of :class:`nines.Observations` that gives actions, asked once a step for all worlds of a batch; or the name of a
            policy as on the command line, with settings after a colon: ``"idm-aeb:headway_s=1.2"``, ``"drivers/mine.py:Driver"``. An exception in
            a function is a policy fault of the rollouts that raise it alone, with its traceback in the report. Its fingerprint covers the
            file that it stands in, and the files that it names in an attribute ``nines_files``.
        scenarios: names or globs of the catalogue, ``tag:TAG``, or paths; by default those of ``odd``, or the whole catalogue.
        odd: operational design domains, by name or path, whose scenarios are added up at their exposures.
        rollouts: of each scenario: ``100_000``, ``1e6`` or ``"100k"``; by default up to 10 scenarios have 100k each, more share 1M.
        seed: 0 to 2**53 - 1; by default derived from policy, scenarios, method and budget, so that nobody chooses.
        method: ``stratified`` and ``mc`` draw at random and alone demonstrate; ``qmc``, ``neyman``, ``ce``, ``subset`` and ``auto``
            search for rare failures.
        limit_state: what a search takes for a failure: ``min`` for any, or one criterion, such as ``collision``.
        relative_error: standard error over the estimate with which a search ends, its budget permitting.
        plan: ``fixed`` or ``watched`` (look, stop and extend at will); implied by ``nines`` and ``time``.
        nines: ends a scenario once so many nines are demonstrated or refuted.
        time: ends after so many seconds, or ``"5m"``.
        confidence: of each interval, 0.5 to below 1.
        policy_config: a YAML or JSON file with settings of the policy.
        keep: rows kept from the start of each scenario, at least 10k.
        hindsight: failures of each scenario that are analysed in hindsight, the first by index; 0 for none.
        beliefs: rollouts of each scenario whose stated beliefs are scored, the first by index; 0 for none.
        max_faults: ends with the chunk in which the policy's so manieth fault falls.
        threads: by default all cores; never changes a result.
        batch: worlds that a batch policy sees at once; never changes a result.
        deadline: longest time for a call of the policy, seconds; a call that takes longer is a fault, but is not cut short.
        out: the campaign folder; by default ``campaigns/<policy>-<nnn>`` with the next free number.
        resume: goes on in ``out``.
        progress: a function that is called with a :class:`nines.Progress` a few times a second, ``True`` for a bar of tqdm, ``False`` for
            nothing; by default a bar in notebooks that have tqdm.

    An argument that is ``None`` is taken from ``NINES_<OPTION>`` of the environment, where that is set.

    Returns:
        The :class:`Campaign`.

    Raises:
        KeyboardInterrupt: after the work in hand was ended and the folder is complete and can be resumed; a second interrupt at once.
        nines.UsageError, nines.NotFoundError, nines.InputError, nines.CampaignError: as the command line has them.

    Example:
        >>> c = nines.run("common-sense", "child-at-curb", rollouts=20_000, out="campaigns/doc")  # doctest: +SKIP
        >>> c.summary.scenarios[0].hazard.probability.one_sided_upper  # doctest: +SKIP
        >>> c.rollouts.to_polars()  # doctest: +SKIP
    """
    known = known_policy(policy)
    line = line_of(
        policy if known is None else known.name,
        scenarios,
        odd=odd,
        rollouts=rollouts,
        seed=seed,
        method=method,
        limit_state=limit_state,
        relative_error=relative_error,
        plan=plan,
        nines=nines,
        time=f"{time:.3f}s" if isinstance(time, (int, float)) else time,
        confidence=confidence,
        policy_config=policy_config,
        keep=keep,
        hindsight=hindsight,
        beliefs=beliefs,
        max_faults=max_faults,
        threads=threads,
        batch=batch,
        deadline=f"{deadline:.3f}s",
        out=out,
        resume=resume,
    )
    with reporting(progress, None, "rollout") as report:
        tell = None if report is None else lambda done, total, scenario: report(Progress(done, total, scenario))
        folder, text = _native.run(line, tell, _warn, known, float(deadline))
    return Campaign(Path(folder), as_records(json.loads(text)))


def load(folder: str | os.PathLike[str]) -> Campaign:
    """A campaign that was run before, here or on the command line.

    Raises:
        nines.CampaignError: where the folder holds none, or one that is damaged.
    """
    text = _native.read_summary(Path(folder))
    return Campaign(Path(folder), as_records(json.loads(text)))


def known_policy(policy: Policy | str) -> _identity.Identity | None:
    """What a policy that is handed in is known by; nothing of one that is named."""
    if isinstance(policy, str):
        return None
    if not callable(policy):
        raise TypeError(f"`policy` must be the name of a policy or a function of observations, not {policy!r}")
    return _identity.of(policy)


def line_of(policy: str | Policy, scenarios: Names, *, odd: Names, resume: bool = False, **options: Any) -> list[str]:
    """The words of ``nines run`` for these options; those that are ``None`` are left out."""
    line = [f"--odd={one}" for one in words("odd", odd)]
    options = {"policy": policy, **options}
    line += [f"--{name.replace('_', '-')}={_word(value)}" for name, value in options.items() if value is not None]
    line += ["--resume"] if resume else []
    return [*line, "--", *words("scenarios", scenarios)]


def _word(value: Any) -> str:
    # A float that counts is a whole number: `1e6`.
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(os.fspath(value) if isinstance(value, os.PathLike) else value)


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=3)
