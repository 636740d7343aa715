"""Progress: a callback, or a bar of tqdm."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Progress(NamedTuple):
    """How far a call has got."""

    #: Evaluations or rollouts so far.
    done: int
    #: As many as there may be; ``None`` where that is not known.
    total: int | None
    #: What is being done: a stage of an estimator, or the scenario in work.
    stage: str


#: ``None``: a bar in notebooks that have tqdm, else nothing. ``True``: a bar of tqdm. ``False``: nothing. Or a function that hears of it.
ProgressChoice = Callable[[Progress], object] | bool | None


@contextmanager
def reporting(choice: ProgressChoice, total: int | None, unit: str) -> Iterator[Callable[[Progress], object] | None]:
    """The function to be told of progress, if anybody wants to know; a bar is closed at the end."""
    if callable(choice):
        yield choice
        return
    bar = _bar(choice, total, unit)
    if bar is None:
        yield None
        return

    def tell(progress: Progress) -> None:
        bar.total = progress.total
        bar.set_description_str(progress.stage, refresh=False)
        bar.update(progress.done - bar.n)

    try:
        yield tell
    finally:
        bar.close()


def _bar(choice: bool | None, total: int | None, unit: str):  # type: ignore[no-untyped-def]
    if choice is False or (choice is None and not _in_notebook()):
        return None
    try:
        from tqdm.auto import tqdm
    except ImportError:
        if choice is None:
            return None
        raise ImportError("progress=True shows a bar of tqdm, which is not installed: pip install tqdm") from None
    return tqdm(total=total, unit=unit, unit_scale=True)


def _in_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"
