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
def run(
    words: list[str], tell: Callable[[int, int | None, str], object] | None, warn: Callable[[str], object]
) -> tuple[str, str]: ...
def read_summary(folder: str | PathLike[str]) -> str: ...
def main_with(args: list[str]) -> int: ...

class Rollouts:
    def __init__(self, folder: str | PathLike[str], scenarios: list[str]) -> None: ...
    @property
    def columns(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
