"""What is compiled. Not for users: the names may change."""

from collections.abc import Callable
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._identity import Identity

VERSION: str
EGO: dict[str, int]
OBJECT: dict[str, int]
PRIOR: dict[str, int]
ACTION: list[tuple[str, tuple[float, float]]]
CLASSES: list[str]
SO_FAR: list[str]

def estimate(
    g: Callable[..., Any],
    dim: int,
    method: str,
    budget: int,
    confidence: float,
    seed: int,
    relative_error: float,
    tell: Callable[[int, str], object] | None,
) -> str: ...
def run(
    words: list[str],
    tell: Callable[[int, int | None, str], object] | None,
    warn: Callable[[str], object],
    policy: Identity | None,
    deadline_s: float,
) -> tuple[str, str]: ...
def order(words: list[str], policy: Identity | None, deadline_s: float) -> tuple[str, dict[str, str], int]: ...
def run_shard(
    folder: str | PathLike[str],
    shard: str,
    out: str | PathLike[str],
    tell: Callable[[int, int | None, str], object] | None,
    warn: Callable[[str], object],
    policy: Identity | None,
    deadline_s: float,
    threads: int,
    batch: int,
    command: list[str],
) -> tuple[str, str]: ...
def merge(out: str | PathLike[str], shards: list[str | PathLike[str]], command: list[str]) -> str: ...
def read_summary(folder: str | PathLike[str]) -> str: ...
def main_with(args: list[str]) -> int: ...

class Rollouts:
    def __init__(self, folder: str | PathLike[str], scenarios: list[str]) -> None: ...
    @property
    def columns(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class Observations:
    """What a policy is told: the arrays of one step, a row for each world. They belong to whoever keeps them."""

    @property
    def ego(self) -> NDArray[np.float32]:
        """``[n, 25]``: the ego, the road and the weather; columns by :data:`nines.EGO`."""

    @property
    def objects(self) -> NDArray[np.float32]:
        """``[n, 32, 26]``: objects, oldest first, zero where there is none; columns by :data:`nines.OBJECT`."""

    @property
    def mask(self) -> NDArray[np.uint8]:
        """``[n, 32]``: 1 where a row of ``objects`` holds one."""

    @property
    def ids(self) -> NDArray[np.uint32]:
        """``[n, 32]``: identities of the objects, constant over a rollout."""

    @property
    def slots(self) -> NDArray[np.uint32]:
        """``[n]``: session slot of each world, constant over its rollout."""

    @property
    def first(self) -> NDArray[np.uint8]:
        """``[n]``: 1 in the first step of a rollout: what was remembered of its slot is void."""

    @property
    def seeds(self) -> NDArray[np.uint64]:
        """``[n]``: seed of each rollout, for policies that draw: the same whenever it is driven again."""

    @property
    def priors(self) -> NDArray[np.float32]:
        """``[n, 2]``: what is known of the hazard before anything is seen, -1 where it is not; columns by :data:`nines.PRIOR`."""

    def __len__(self) -> int: ...
    def __getitem__(self, name: str) -> NDArray[Any]: ...
    def keys(self) -> list[str]: ...

class BuiltInPolicy:
    def __init__(self, text: str) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def settings(self) -> dict[str, float]: ...
    def start(self, slot: int) -> None: ...
    def act(self, observations: Any) -> NDArray[np.float32]: ...

def drive(
    policy: Callable[..., Any] | str, scenario: str, first: int, upto: int, seed: int, method: str, batch: int
) -> tuple[str, int, BaseException | None]: ...

class Worlds:
    def __init__(self, scenario: str, seed: int, method: str, slots: int) -> None: ...
    @property
    def scenario(self) -> str: ...
    def reset(self, slot: int, rollout: int) -> None: ...
    def observe(self) -> Observations: ...
    def step(self, actions: Any) -> list[tuple[int, str]]: ...
    def so_far(self) -> NDArray[np.float64]: ...
