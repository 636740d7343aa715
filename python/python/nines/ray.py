"""Campaigns on Ray: a shard is a task, on this machine or a cluster, and the merged campaign has the bytes of one process.

    import nines.ray

    c = nines.ray.run("common-sense", rollouts="10M", address="auto", out="campaigns/a")

``docs/cluster.md`` says what workers need, how shards come back, and what happens when one is lost.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import _identity, _native, _shards
from ._arguments import real, whole
from ._policy import Policy
from ._progress import ProgressChoice, reporting
from ._ray_tasks import Tasks, at_once
from ._run import Campaign, Names, known_policy, line_of, load
from ._shard_folders import Place
from .errors import CampaignError, PolicyError, UsageError

__all__ = ["run"]

#: Most bytes of the files of a policy that are sent to workers.
MOST_SHIPPED = 512 << 20


def run(
    policy: Policy | str,
    scenarios: Names = None,
    *,
    address: str | None = None,
    shards: int | None = None,
    cpus: int = 1,
    retries: int = 3,
    odd: Names = None,
    rollouts: int | str | None = None,
    seed: int | None = None,
    method: str = "stratified",
    plan: str | None = None,
    confidence: float = 0.95,
    policy_config: str | os.PathLike[str] | None = None,
    keep: int | str = 10_000,
    hindsight: int | str = 200,
    beliefs: int | str = 1000,
    batch: int = 1024,
    deadline: float = 30.0,
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    progress: ProgressChoice = None,
) -> Campaign:
    """Drives a campaign in shards on Ray and merges them: the bytes of :func:`nines.run` with the same arguments.

    Args:
        policy: as for :func:`nines.run`. A function is pickled, once; ``file.py:attribute`` and ``model.onnx`` below the working directory
            are sent along with what they import from beside them and name in ``nines_files``; elsewhere they must be on all machines,
            as must what ``exec:`` starts.
        scenarios, odd, rollouts, seed, method, plan, confidence, policy_config, keep, hindsight, beliefs, batch, deadline: as for
            :func:`nines.run`. Files are read here alone. ``method`` is ``stratified`` or ``mc``: what decides by all that was driven cannot
            be parted.
        address: of a cluster, as ``ray.init`` takes it: ``"auto"``, ``"ray://host:10001"``; by default Ray's own choice, a local one unless
            ``RAY_ADDRESS`` says otherwise. Where Ray is initialised already that is used, and left running.
        shards: into how many the campaign is cut; by default four for each that can be driven at once, and so many that none has more than
            2**20 rollouts of a scenario.
        cpus: of each task, and so its threads.
        retries: how often a shard is driven again when its worker or its machine is lost.
        out: the campaign folder. Until it is whole, shards lie in ``<out>.shards``.
        resume: goes on with the shards that lie there.
        progress: as for :func:`nines.run`; its stage says how many shards are there.

    Returns:
        The :class:`nines.Campaign`.

    Raises:
        ImportError: without Ray.
        KeyboardInterrupt: after all tasks were stopped; shards that had come back are kept, and ``resume=True`` goes on. A second interrupt
            comes out at once; Ray ends tasks of a program that is gone.
        nines.NinesError: as :func:`nines.run` has them; a policy that cannot be pickled or is not the same on a worker (``PolicyError``), a
            worker with another nines (``CampaignError``), a shard that was lost more than ``retries`` times.
    """
    cpus, retries = whole("cpus", cpus, 1, 4096), whole("retries", retries, 0, 1000)
    shards = None if shards is None else whole("shards", shards, 1, 1 << 20)
    deadline = real("deadline", deadline, 1e-3, 1e9)
    if resume and out is None:
        raise UsageError("`resume` goes on in a folder, and there is no `out`", 2, "name it")
    known = known_policy(policy)
    line = line_of(
        policy if known is None else known.name,
        scenarios,
        odd=odd,
        rollouts=rollouts,
        seed=seed,
        method=method,
        plan=plan,
        confidence=confidence,
        policy_config=policy_config,
        keep=keep,
        hindsight=hindsight,
        beliefs=beliefs,
        out=out,
    )
    folder, files, chunks = _native.order(line, known, deadline)
    place = Place(Path(folder), files, resume)
    if place.merged():
        campaign = load(folder)
        if campaign.status == "interrupted":
            raise CampaignError(f"{folder} was begun in one process", 6, "nines.run with resume=True finishes it")
        return campaign
    order: _shards.Order = {
        "version": _native.VERSION,
        "engine": _shards.engine(),
        "files": files,
        "shipped": {} if known else _files_of(json.loads(files["campaign.json"])["policy"]["name"]),
        "policy": None,
        "deadline": deadline,
        "threads": cpus,
        "batch": batch,
        "command": ["nines.ray.run", *line],
    }
    with _cluster(address) as ray, reporting(progress, None, "rollout") as report:
        order["policy"] = None if known is None else _pickled(ray, known)
        of = place.cut(shards or min(chunks, max(4 * at_once(ray, cpus), -(-chunks // 4096))))
        tasks = Tasks(ray, order, of, cpus, retries, place, report)
        try:
            tasks.drive([number for number in range(1, of + 1) if number not in place.rollouts])
        except KeyboardInterrupt as stopped:
            stopped.add_note(f"{place.shards} holds {len(place.rollouts)} of {of} shards: the same call with out={folder!r} and resume=True goes on")
            raise
    _native.merge(folder, [place.shard(number) for number in range(1, of + 1)], order["command"])
    place.clear()
    return load(folder)


@contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    """Ray, connected; what was begun here ends here."""
    try:
        import ray
        import ray.util.scheduling_strategies
    except ImportError:
        raise ImportError("nines.ray runs campaigns on Ray, which is not installed: pip install 'nines[ray]'") from None
    if ray.is_initialized():
        if address is not None:
            raise UsageError("Ray is initialised already, and `address` names a cluster", 2, "leave it out, or call ray.shutdown() before")
        yield ray
        return
    local = address is None and not os.environ.get("RAY_ADDRESS")
    try:
        dashboard = False if local else None
        ray.init(address=address, logging_level=logging.WARNING, log_to_driver=False, include_dashboard=dashboard)
    except (ConnectionError, TimeoutError, ValueError) as why:
        help = "`ray start --head` starts a cluster; settings of Ray, such as RAY_AUTH_MODE, must be the same here as there"
        raise UsageError(f"there is no Ray at `{address}`: {why}", 2, help) from why
    try:
        yield ray
    finally:
        ray.shutdown()


def _pickled(ray: Any, known: _identity.Identity) -> bytes:
    """A policy as bytes. A module that is not installed anywhere goes along by value."""
    pickle = ray.cloudpickle
    module = known.module
    own = module is not None and module.__name__ != "__main__" and not _identity.is_installed(module)
    if own:
        pickle.register_pickle_by_value(module)
    try:
        return bytes(pickle.dumps(known.to_send()))
    except Exception as why:
        help = "give it as `file.py:attribute`, which every machine loads for itself"
        raise PolicyError(f"the policy `{known.name}` cannot be pickled: {type(why).__name__}: {why}", 7, help) from why
    finally:
        if own:
            pickle.unregister_pickle_by_value(module)


def _files_of(policy: str) -> dict[str, bytes]:
    """Files of a named policy that lie below the working directory, by their paths from there."""
    found = re.match(r".+?(\.py(?=:)|\.onnx)", policy, re.IGNORECASE)
    if found is None or Path(found[0]).is_absolute():
        return {}
    here, shipped = Path.cwd().resolve(), {}
    for file in [Path(found[0]).resolve(), *_identity.FILES.get(found[0], ())]:
        if _identity.is_below(file, here):
            shipped[file.resolve().relative_to(here).as_posix()] = file.read_bytes()
    if sum(map(len, shipped.values())) > MOST_SHIPPED:
        raise UsageError(f"the files of the policy have more than {MOST_SHIPPED >> 20} MiB", 2, "put them where all machines see them")
    return shipped
