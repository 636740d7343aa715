"""`nines.estimate` against the estimators called from Rust, to the bit, and what it does with functions that are wrong."""

import json
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import traceback
from pathlib import Path

import numpy as np
import pytest

import nines
from problems import PROBLEMS, ROUNDED
from tools import need

# Made by
#   nines-studies answers --only D01,D02,…,D21 --repeats 1
#   nines-studies answers --only D05,D07,D12,D13 --method mc,qmc,neyman,ce,subset --repeats 2 --budget 20000
EXPECTED = [json.loads(line) for line in (Path(__file__).parent / "expected/estimates.jsonl").read_text().splitlines()]
LIMITS = ["estimate", "lower", "upper", "one_sided_lower", "one_sided_upper", "reach", "upper_with_reach"]


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda e: f"{e['problem']}-{e['asked']}-{e['seed']}")
def test_the_same_answer_as_from_rust(expected):
    dim, g = PROBLEMS[expected["problem"]]
    budget = 200_000 if expected["asked"] == "auto" else 20_000
    r = nines.estimate(g, dim, method=expected["asked"], budget=budget, seed=expected["seed"])
    assert (r.method, r.diagnostics.ok, r.diagnostics.warnings) == (expected["method"], expected["ok"], expected["warnings"])
    assert r.evaluations == expected["evaluations"] <= budget
    for name in LIMITS:
        if expected["problem"] in ROUNDED and expected[name] is not None:
            assert r[name] == pytest.approx(expected[name], rel=1e-9, abs=0)
        else:
            assert r[name] == expected[name], name


def test_fields_are_attributes_and_keys():
    r = nines.estimate(PROBLEMS["D12"][1], 10, seed=3)
    for name in ["kind", "method", "evaluations", "diagnostics", "confidence", *LIMITS]:
        assert getattr(r, name) == r[name]
    assert r.diagnostics.ok is r["diagnostics"]["ok"] is True
    assert r.kind == "estimated" and r.nines.demonstrated == 0 < r.nines.estimated
    assert r.lower <= r.one_sided_lower <= r.estimate <= r.one_sided_upper <= r.upper < r.upper_with_reach
    assert json.loads(json.dumps(r)) == r == pickle.loads(pickle.dumps(r))
    assert "3." in repr(r) and type(pickle.loads(pickle.dumps(r))) is nines.Estimate
    with pytest.raises(AttributeError, match="upper_with_reach"):
        _ = r.uper


def test_plain_sampling_demonstrates():
    calls = []

    def g(u):
        calls.append(u.shape)
        assert u.flags.c_contiguous and u.dtype == np.float64 and u.flags.writeable
        u[:] = np.abs(u)  # it is the function's own
        return u[:, 0] + 1.0

    r = nines.estimate(g, 3, method="mc", budget=10_000)
    assert sum(n for n, _ in calls) == r.evaluations == 10_000 and {d for _, d in calls} == {3}
    # Clopper-Pearson without a failure: 1 - 0.05**(1/n).
    assert (r.kind, r.estimate, r.reach) == ("sampled", 0.0, None)
    assert r.one_sided_upper == pytest.approx(1 - 0.05 ** (1 / 10_000), rel=1e-9)
    assert r.nines.demonstrated == pytest.approx(-np.log10(r.one_sided_upper), rel=1e-12) and r.nines.estimated is None


def test_a_strided_answer_is_read_by_index():
    dim, g = PROBLEMS["D05"]
    plain = nines.estimate(g, dim, seed=1)
    assert nines.estimate(lambda u: np.stack([g(u), g(u) + 9.0], axis=1)[:, 0], dim, seed=1) == plain
    assert nines.estimate(lambda u: g(u)[::-1].copy()[::-1], dim, seed=1) == plain


@pytest.mark.parametrize(
    ("g", "error", "words"),
    [
        (lambda u: u[:, :1], ValueError, r"shape \(\d+, 1\).*drop the last axis"),
        (lambda u: np.asfortranarray(u), ValueError, r"shape \(\d+, 3\)"),
        (lambda u: u[1:, 0], ValueError, r"returned an array of shape .* expected a NumPy array of shape"),
        (lambda u: u[:, 0].astype(np.float32), TypeError, "dtype float32.*float64"),
        (lambda u: np.ones(len(u), dtype=bool), TypeError, "dtype bool"),
        (lambda u: float(u[0, 0]), TypeError, "`g` returned float"),
        (lambda u: list(u[:, 0]), TypeError, "`g` returned list"),
        (lambda u: None, TypeError, "NoneType"),
        (lambda u: np.where(np.arange(len(u)) == 5, np.nan, 1.0), ValueError, r"NaN for 1 of \d+ points, first \(row 5\) for \["),
    ],
)
def test_what_is_no_margin_is_told(g, error, words):
    with pytest.raises(error, match=words):
        nines.estimate(g, 3)


@pytest.mark.parametrize("method", ["auto", "mc", "qmc", "neyman", "ce", "subset"])
@pytest.mark.parametrize("batches", [0, 3])
def test_an_exception_comes_out_as_itself(method, batches):
    class Own(Exception):
        pass

    calls = 0

    def fails_here(u):
        nonlocal calls
        calls += 1
        if calls > batches:
            raise Own("mine")
        return PROBLEMS["D12"][1](u)

    with pytest.raises(Own, match="mine") as caught:
        nines.estimate(fails_here, 10, method=method)
    assert calls == batches + 1, "it is not called again"
    assert "fails_here" in "".join(traceback.format_tb(caught.tb))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"method": "sbuset"}, "did you mean `subset`"),
        ({"budget": 0}, "budget"),
        ({"confidence": 1.0}, "confidence"),
        ({"confidence": float("nan")}, "confidence"),
        ({"seed": -1}, "seed"),
        ({"relative_error": 0.0}, "relative_error"),
        ({"dim": 0}, "dim"),
    ],
)
def test_arguments_that_cannot_be(asked, words):
    with pytest.raises(nines.UsageError, match=words) as caught:
        nines.estimate(PROBLEMS["D01"][1], **{"dim": 2, **asked})
    assert isinstance(caught.value, ValueError) and caught.value.exit_code == 2


def test_types_that_cannot_be():
    with pytest.raises(TypeError):
        nines.estimate(PROBLEMS["D01"][1], 2.5)
    with pytest.raises(TypeError):
        nines.estimate("g", 2)
    assert nines.estimate(PROBLEMS["D01"][1], 2, budget=1e4) == nines.estimate(PROBLEMS["D01"][1], 2, budget=10_000)


def test_progress_is_told_and_may_end_it():
    told = []
    r = nines.estimate(PROBLEMS["D12"][1], 10, progress=told.append)
    assert [p.done for p in told] == sorted(p.done for p in told) and told[-1].done == r.evaluations
    assert told[0].total == 200_000 and len({p.stage for p in told}) > 1

    def enough(progress):
        raise StopAsyncIteration("enough")

    with pytest.raises(StopAsyncIteration, match="enough"):
        nines.estimate(PROBLEMS["D12"][1], 10, progress=enough)


def test_a_bar_is_shown_where_it_is_asked_for(capsys):
    need("tqdm")
    r = nines.estimate(PROBLEMS["D12"][1], 10, progress=True)
    assert r == nines.estimate(PROBLEMS["D12"][1], 10, progress=False)
    assert "eval" in capsys.readouterr().err


def test_threads_run_beside_each_other():
    answers = {}
    threads = [threading.Thread(target=lambda k=k: answers.update({k: nines.estimate(PROBLEMS["D06"][1], 2, seed=k)})) for k in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert answers == {k: nines.estimate(PROBLEMS["D06"][1], 2, seed=k) for k in range(4)}


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_control_c_ends_it():
    code = """
        import nines, numpy as np, sys
        def g(u):
            print("called", flush=True)
            return u[:, 0] + 1.0
        try:
            nines.estimate(g, 2, method="mc", budget=2**53)
        except KeyboardInterrupt:
            sys.exit(42)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        child.send_signal(signal.SIGINT)
        child.stdout.read()
        assert child.wait(timeout=20) == 42
