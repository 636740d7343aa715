"""Arguments as they are typed: whole numbers, words, lists of words."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from .errors import UsageError


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number within bounds; ``1e6`` is one."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, bool) or not hasattr(number, "__index__"):
        raise TypeError(f"`{name}` must be a whole number, not {value!r}")
    number = number.__index__()
    if not least <= number <= most:
        raise UsageError(f"`{name}` must lie between {least} and {most}, not {value}", 2)
    return int(number)


def real(name: str, value: Any, least: float, most: float) -> float:
    """A number within bounds."""
    number = float(value)
    if not least <= number <= most:
        raise UsageError(f"`{name}` must lie between {least} and {most}, not {value}", 2)
    return number


def words(name: str, value: Any) -> list[str]:
    """A word or several; none for ``None``."""
    if value is None:
        return []
    if isinstance(value, (str, os.PathLike)):
        return [os.fspath(value)]
    if isinstance(value, Iterable):
        return [os.fspath(one) for one in value]
    raise TypeError(f"`{name}` must be a name or a list of names, not {value!r}")
