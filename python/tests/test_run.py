"""`nines.run` against the command line, its rollouts as Arrow, and how it is stopped."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import nines
from tools import need

SCENARIOS = ["child-at-curb", "debris-at-night", "stopped-school-bus"]


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "a"
    return nines.run("idm-aeb:headway_s=1.2", SCENARIOS, rollouts=2000, seed=7, out=out)


def test_the_summary_is_that_of_the_folder(campaign):
    text = (campaign.folder / "summary.json").read_text()
    assert campaign.summary == json.loads(text)
    assert campaign.summary.schema == "nines.summary/1" and campaign.status == "complete"
    assert campaign.summary.policy.settings.headway_s == 1.2
    assert [one.name for one in campaign.summary.scenarios] == SCENARIOS == list(campaign.scenarios)
    assert campaign.scenarios["child-at-curb"].hazard.probability.one_sided_upper > 0
    assert nines.load(campaign.folder).summary == campaign.summary
    assert "idm-aeb" in repr(campaign)


def test_the_command_line_gives_the_same_bytes(campaign, nines_command, tmp_path):
    line = [*nines_command, "run", *SCENARIOS, "--policy", "idm-aeb:headway_s=1.2", "--rollouts", "2k", "--seed", "7", "--out", "b"]
    done = subprocess.run([*line, "--format", "json"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == campaign.summary
    for name in ["campaign.json", "summary.json", "ledger.parquet", *(f"rollouts/{s}/part-000000.parquet" for s in SCENARIOS)]:
        assert (tmp_path / "b" / name).read_bytes() == (campaign.folder / name).read_bytes(), name
    verify = subprocess.run([*nines_command, "verify", campaign.folder], capture_output=True, text=True)
    assert verify.returncode == 0, verify.stdout + verify.stderr


def test_options_reach_the_program(tmp_path):
    asked = dict(rollouts="1k", seed=1, confidence=0.9, keep=20_000, threads=1, batch=7, max_faults=5, progress=False)
    c = nines.run("common-sense", "child-at-curb", out=tmp_path / "a", odd="whole-city", **asked)
    record = json.loads((c.folder / "campaign.json").read_text())
    assert (record["seed"], record["confidence"], record["keep"], record["max_faults"]) == (1, 0.9, 20_000, 5)
    assert (c.summary.seed_from, c.summary.confidence, c.summary.totals.rollouts) == ("chosen", 0.9, 1000)
    assert [odd.name for odd in c.summary.odds] == ["whole-city"]
    provenance = json.loads((c.folder / "provenance.json").read_text())
    assert "--policy=common-sense" in json.dumps(provenance)
    watched = nines.run("common-sense", "child-at-curb", nines=1, rollouts=1e5, seed=1, out=tmp_path / "b")
    assert watched.status == "decided" and watched.summary.plan == "watched"
    found = nines.run("idm", "child-at-curb", method="auto", relative_error=0.3, limit_state="collision", rollouts=5000, out=tmp_path / "c")
    assert found.summary.method == "auto" and found.summary.scenarios[0].search.limit_state == "collision"


def test_a_folder_of_its_own_by_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for k in (1, 2):
        c = nines.run("parked", "child-at-curb", rollouts=16, seed=1)
        assert c.folder == Path(f"campaigns/parked-00{k}") and c.folder.is_dir()


def test_what_cannot_be_is_told_with_help(tmp_path):
    out = {"out": tmp_path / "a", "rollouts": 16}
    for policy, scenarios, more, error, words in [
        ("comon-sense", None, {}, nines.UsageError, "there is no policy `comon-sense`\n  help: did you mean `common-sense`"),
        ("idm:headway=1", None, {}, nines.UsageError, "headway_s"),
        ("idm", "child-at-crub", {}, nines.NotFoundError, "did you mean `child-at-curb`"),
        ("idm", "./missing.yaml", {}, nines.InputError, "missing.yaml"),
        ("idm", None, {"odd": "whole-ctiy"}, nines.NotFoundError, "whole-city"),
        ("idm", "child-at-curb", {"seed": -1}, nines.UsageError, "seed"),
        ("idm", "child-at-curb", {"rollouts": 0}, nines.UsageError, "at least 1"),
        ("idm", "child-at-curb", {"method": "aut"}, nines.UsageError, "auto"),
        ("idm", "child-at-curb", {"plan": "fixed", "nines": 3}, nines.UsageError, "plan"),
        ("idm", "child-at-curb", {"resume": True, "out": None}, nines.UsageError, "out"),
    ]:
        with pytest.raises(error) as caught:
            nines.run(policy, scenarios, **{**out, **more})
        assert words in str(caught.value) and isinstance(caught.value, nines.NinesError), str(caught.value)
    broken = tmp_path / "broken.yaml"
    broken.write_text("schema: nines.scenario/1\nname: broken\ntitle: Broken\nextends: child-at-curb\nego: {limt_mps: 9}\n")
    with pytest.raises(nines.InputError, match="limit_mps"):
        nines.run("idm", broken, **out)
    nines.run("idm", "child-at-curb", **out, seed=1)
    with pytest.raises(nines.CampaignError, match="exists already") as caught:
        nines.run("idm", "child-at-curb", **out, seed=1)
    assert caught.value.exit_code == 6 and "resume" in caught.value.help
    with pytest.raises(nines.CampaignError):
        nines.load(tmp_path)
    with pytest.raises(TypeError, match="function of observations"):
        nines.run(3)


def test_rollouts_are_an_arrow_table(campaign):
    pa = need("pyarrow")
    import pyarrow.parquet as pq

    rows = campaign.rollouts
    table = rows.to_arrow()
    assert len(rows) == table.num_rows == 6000 and table.column_names == rows.columns
    assert table.column_names[:2] == ["scenario", "rollout"] and table.column_names[-1] == "digest"
    assert table.equals(pa.table(rows)), "it can be read again"
    assert pa.schema(rows) == table.schema
    for name in SCENARIOS:
        stored = pq.read_table(campaign.folder / "rollouts" / name / "part-000000.parquet")
        own = rows.of(name).to_arrow()
        assert set(own.column_names) == {"scenario", *stored.column_names}
        for column in stored.column_names:
            assert own[column].to_pylist() == stored[column].to_pylist(), column
        wide = table.filter(pa.compute.equal(table["scenario"].cast("string"), name))
        for column in table.column_names:
            expected = own[column].to_pylist() if column in own.column_names else [None] * own.num_rows
            assert wide[column].to_pylist() == expected, column
    failures = pa.compute.not_equal(table["verdict"].cast("string"), "pass").to_pylist().count(True)
    assert failures == campaign.summary.totals.failures > 0
    assert rows.scenarios == SCENARIOS and "6,000 rows" in repr(rows)
    with pytest.raises(nines.NotFoundError, match="child-at-curb"):
        rows.of("child")


def test_rollouts_are_read_by_others(campaign):
    pd, pl, duckdb = (need(name) for name in ("pandas", "polars", "duckdb"))
    rows = campaign.rollouts
    expected = campaign.summary.totals.failures
    frame = rows.to_pandas()
    assert (frame.verdict != "pass").sum() == expected and isinstance(frame, pd.DataFrame)
    assert rows.to_polars().filter(pl.col("verdict") != "pass").height == expected
    assert duckdb.sql("select count(*) from rows where verdict <> 'pass'").fetchall() == [(expected,)]


def test_nothing_but_numpy_is_needed():
    code = """
        import sys
        import nines
        assert not {"pyarrow", "gymnasium", "tqdm", "pandas", "numpy"} & set(sys.modules), sys.modules.keys()
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)


def test_what_a_policy_panics_with_is_a_result(tmp_path, capfd):
    c = nines.run("panic", "child-at-curb", rollouts=32, seed=1, out=tmp_path / "a")
    assert c.summary.totals.policy_faults == 32 and c.rollouts.to_arrow()["fault"].to_pylist() == ["panic"] * 32
    assert {o.fault for o in nines.drive("panic", "child-at-curb", 8)} == {"panic"}
    assert "panicked" not in capfd.readouterr().err


def test_progress_is_told(tmp_path):
    told = []
    c = nines.run("common-sense", "child-at-curb", rollouts=100_000, seed=1, out=tmp_path / "a", progress=told.append)
    assert told and told[-1].total == 100_000 and told[-1].stage == "child-at-curb"
    assert [p.done for p in told] == sorted(p.done for p in told)
    assert c.summary.totals.rollouts == 100_000

    def enough(progress):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        nines.run("common-sense", "child-at-curb", rollouts=2**30, seed=1, out=tmp_path / "b", progress=enough)
    assert nines.load(tmp_path / "b").status == "interrupted"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_control_c_completes_the_folder_and_resume_goes_on(tmp_path):
    code = """
        import nines, sys
        def told(progress):
            if progress.done:
                print("driving", flush=True)
        try:
            nines.run("common-sense", "child-at-curb", rollouts=int(sys.argv[1]), seed=3, out="a", threads=2, progress=told)
        except KeyboardInterrupt as stopped:
            assert "resume=True" in stopped.__notes__[0], stopped.__notes__
            sys.exit(42)
    """
    script = [sys.executable, "-c", textwrap.dedent(code)]
    with subprocess.Popen([*script, "150000"], cwd=tmp_path, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"driving\n"
        child.send_signal(signal.SIGINT)
        child.stdout.read()
        assert child.wait(timeout=30) == 42
    stopped = nines.load(tmp_path / "a")
    assert stopped.status == "interrupted" and 0 < stopped.summary.totals.rollouts < 150_000
    asked = dict(rollouts=150_000, seed=3)
    resumed = nines.run("common-sense", "child-at-curb", **asked, out=tmp_path / "a", resume=True)
    whole = nines.run("common-sense", "child-at-curb", **asked, out=tmp_path / "b")
    assert resumed.status == "complete" and resumed.summary == whole.summary
    assert resumed.rollouts.to_arrow().equals(whole.rollouts.to_arrow())
