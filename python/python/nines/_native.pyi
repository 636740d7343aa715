"""What is compiled. Not for users: the names may change."""

from collections.abc import Callable
from os import PathLike
from typing import Any

VERSION: str

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
