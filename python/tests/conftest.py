"""What several tests need."""

import os
import sys
import sysconfig
from pathlib import Path

import pytest

from tools import missing


@pytest.fixture
def nines_command():
    """The installed command; `python -m nines` where only the sources are there."""
    beside = Path(sysconfig.get_path("scripts")) / "nines"
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "nines"]


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch):
    """Options may come from the environment: tests have none."""
    for name in [name for name in os.environ if name.startswith("NINES_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def program():
    """The program as Cargo builds it, if it was built: the package must do what it does."""
    built = [Path(__file__).parents[2] / "target" / kind / "nines" for kind in ("release", "debug")]
    found = max((path for path in built if path.exists()), key=lambda path: path.stat().st_mtime, default=None)
    if found is None:
        missing("the program, as `cargo build` makes it")
    return str(found)
