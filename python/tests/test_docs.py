"""What the pages show runs as it stands there."""

import doctest
import re
from pathlib import Path

import pytest

import nines._estimate
from tools import need

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["python/README.md", "docs/python.md"])
def test_examples_of_a_page_run(page, tmp_path, monkeypatch):
    need("gymnasium"), need("pyarrow"), need("polars"), need("duckdb"), need("scipy")
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((ROOT / page).read_text())
    assert blocks
    names = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)


def test_docstrings_say_what_comes_out():
    found = doctest.testmod(nines._estimate)
    assert found.attempted >= 2 and found.failed == 0


def test_everything_public_says_what_it_is():
    for name in nines.__all__:
        one = getattr(nines, name)
        assert name.startswith("_") or isinstance(one, (dict, list)) or (one.__doc__ or "").strip(), name
