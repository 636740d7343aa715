"""What tests need beside the package: where it is missing they are skipped aloud; with `NINES_TOOLS=require` that is a failure."""

import importlib
import os

import pytest

REQUIRED = os.environ.get("NINES_TOOLS") == "require"


def need(name):
    """A module, if it is installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        missing(name)


def missing(what):
    """Skips the test, or fails it where tools are required."""
    if REQUIRED:
        pytest.fail(f"{what} is required here, and missing")
    pytest.skip(f"{what} is not installed", allow_module_level=True)
