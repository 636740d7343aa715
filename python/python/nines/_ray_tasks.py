"""Shards as tasks of Ray: driven, driven again where they were lost, and stopped."""

from __future__ import annotations

import warnings
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from . import _shards
from ._progress import Progress
from ._shard_folders import Place
from .errors import NinesError, of_exit_code

#: How long tasks that are told to stop may take to do so, seconds: a call of a policy cannot be cut short.
GRACE_S = 10.0


def at_once(ray: Any, cpus: int) -> int:
    """Tasks that all machines can drive at the same time."""
    return max(1, int(ray.cluster_resources().get("CPU", 1) // cpus))


class Tasks:
    """Shards as tasks of Ray."""

    def __init__(
        self, ray: Any, order: _shards.Order, of: int, cpus: int, retries: int, place: Place, report: Callable[[Progress], object] | None
    ) -> None:
        self._ray, self._of, self._cpus, self._retries, self._place, self._report = ray, of, cpus, retries, place, report
        # A machine that is lost takes the tasks on it along: they are told apart from what a task itself raises.
        errors = ray.exceptions
        self._lost = (
            errors.WorkerCrashedError, errors.NodeDiedError, errors.ObjectLostError, errors.OutOfMemoryError, errors.LocalRayletDiedError
        )  # fmt: skip
        # Retries are ours, so that they are counted and told.
        self._task = ray.remote(_task()).options(num_cpus=cpus, max_retries=0, scheduling_strategy="SPREAD")
        self._order = ray.put(order)
        here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
        self._heard = ray.remote(_heard()).options(num_cpus=0, scheduling_strategy=here).remote()
        self._running: dict[Any, int] = {}
        self._tries: Counter[int] = Counter()
        self._warned: set[str] = set()

    def drive(self, numbers: list[int]) -> None:
        """Drives these shards and keeps them. However it ends, no task is left."""
        waiting = deque(numbers)
        try:
            while waiting or self._running:
                # No more than can soon be driven: what has come back waits in Ray's memory until it is kept.
                while waiting and len(self._running) < 2 * at_once(self._ray, self._cpus):
                    number = waiting.popleft()
                    key = (number, self._tries[number])
                    self._running[self._task.remote(self._order, f"{number}/{self._of}", self._heard, key)] = number
                ready, _ = self._ray.wait(list(self._running), timeout=0.5, fetch_local=False)
                for task in ready:
                    number = self._running.pop(task)
                    if not self._keep(task, number):
                        waiting.appendleft(number)
                self._tell()
        except BaseException:
            self._stop()
            raise

    def _keep(self, task: Any, number: int) -> bool:
        """Takes in what a task gave; whether the shard is there now."""
        try:
            reply: _shards.Reply = self._ray.get(task)
        except self._lost as why:
            self._tries[number] += 1
            what = f"shard {number}/{self._of} was lost ({type(why).__name__})"
            if self._tries[number] > self._retries:
                help = "a policy that ends its process does that; with `resume=True` and more `retries` it goes on"
                raise NinesError(f"{what}, {self._tries[number]} times", 8, help) from why
            warnings.warn(f"{what}: it is driven again, {self._tries[number]} of {self._retries} times", stacklevel=5)
            return False
        if "error" in reply:
            raise of_exit_code(*reply["error"])
        self._place.keep(number, reply)
        for text in reply["warnings"]:
            # Of a fault each shard would tell: one of a scenario is enough.
            about = text.partition("/")[0]
            if about not in self._warned:
                self._warned.add(about)
                warnings.warn(text, stacklevel=5)
        return True

    def _tell(self) -> None:
        if self._report is None:
            return
        try:
            heard = self._ray.get(self._heard.all.remote(), timeout=1.0)
        except (self._ray.exceptions.RayActorError, self._ray.exceptions.GetTimeoutError):
            heard = {}  # it was lost with its machine: shards that are there are counted
        under_way = sum(heard.get((number, self._tries[number]), 0) for number in self._running.values())
        done = sum(self._place.rollouts.values())
        self._report(Progress(done + under_way, self._place.total, f"{len(self._place.rollouts)} of {self._of} shards"))

    def _stop(self) -> None:
        """Ends all tasks, and keeps what came back meanwhile."""
        tasks = list(self._running)
        for task in tasks:
            self._ray.cancel(task, force=False)
        ended, left = self._ray.wait(tasks, num_returns=len(tasks), timeout=GRACE_S) if tasks else ([], [])
        for task in left:
            self._ray.cancel(task, force=True)
        for task in ended:
            try:
                reply = self._ray.get(task)
            except Exception:
                continue  # it was stopped
            if "folder" in reply:
                self._place.keep(self._running[task], reply)
        self._running.clear()


def _task() -> Callable[..., Any]:
    # A function within a function travels by value, and so can say what is wrong on a machine that has no nines.
    def drive(order: Any, shard: str, heard: Any, key: Any) -> Any:
        import time

        try:
            from nines import _shards
        except ImportError as why:
            import socket

            message = f"shard {shard} on {socket.gethostname()}: there is no nines that takes shards: {why}"
            return {"error": (6, message, "install the same build of nines on all machines")}
        last = [0.0]

        def tell(done: int) -> None:
            if time.monotonic() - last[0] > 0.5:
                last[0] = time.monotonic()
                heard.tell.remote(key, done)

        return _shards.drive(order, shard, tell)

    return drive


def _heard() -> Any:
    class Heard:
        """How far each task has got."""

        def __init__(self) -> None:
            self._done: dict[Any, int] = {}

        def tell(self, key: Any, done: int) -> None:
            self._done[key] = done

        def all(self) -> dict[Any, int]:
            return self._done

    return Heard
