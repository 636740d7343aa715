"""The command ``nines``: the program itself, with the arguments of this process."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

from . import _native


def main() -> NoReturn:
    """Runs the program, and exits with its code."""
    # The program has handlers of its own: the first interrupt ends the work in hand, the second leaves at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(_native.main_with(["nines", *sys.argv[1:]]))
