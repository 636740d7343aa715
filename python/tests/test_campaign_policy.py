"""Policies in Python in whole campaigns: handed in, or named on the command line."""

import json
import subprocess
import textwrap

import numpy as np
import pytest

import nines

SETTINGS = {"rollouts": 512, "seed": 3, "progress": False, "threads": 2}


class AsBuiltIn:
    """Drives as a built-in policy, by the arrays that it is told."""

    def __init__(self, text="idm-aeb"):
        self._policy = nines.BuiltIn(text)

    def start(self, slot):
        self._policy.start(slot)

    def __call__(self, observations):
        return self._policy(observations)


def scenarios(campaign):
    return json.loads((campaign.folder / "summary.json").read_text())["scenarios"]


def test_the_same_policy_gives_the_same_campaign(tmp_path):
    native = nines.run("idm-aeb", "child-at-curb", out=tmp_path / "native", **SETTINGS)
    # What it remembers belongs to slots, and threads have slots of their own.
    ours = nines.run(AsBuiltIn(), "child-at-curb", out=tmp_path / "ours", **{**SETTINGS, "threads": 3}, batch=64)
    assert scenarios(ours) == scenarios(native)
    assert ours.summary.policy.kind == "python"
    assert ours.summary.policy.name.endswith(":AsBuiltIn")
    assert "numpy" in ours.summary.policy.not_covered


def test_a_function_that_remembers_nothing_may_run_on_any_threads(tmp_path):
    def brakes(observations):
        near = (observations.mask > 0) & (observations.objects[..., nines.OBJECT["x_m"]] < 25)
        accel = np.where(near.any(axis=1), -4.0, 1.0).astype(np.float32)
        return np.stack([accel, observations.ego[:, nines.EGO["route_curvature"]]], axis=1)

    one = nines.run(brakes, "child-at-curb", out=tmp_path / "one", **{**SETTINGS, "threads": 1}, batch=7)
    two = nines.run(brakes, "child-at-curb", out=tmp_path / "two", **SETTINGS, batch=500)
    assert scenarios(one) == scenarios(two)
    assert one.summary.reproducible


def test_an_exception_is_a_fault_of_its_rollouts_alone(tmp_path):
    def gives_up(observations):
        accel = np.zeros((len(observations), 2), np.float32)
        if (observations.ego[:, 0] < 3).any() or (observations.seeds % 7 == 0).any():
            raise ValueError("<cannot> go on")
        return accel

    with pytest.warns(UserWarning, match="ValueError: <cannot> go on"):
        campaign = nines.run(gives_up, "child-at-curb", out=tmp_path / "a", **SETTINGS)
    faults = campaign.summary.scenarios[0].policy_faults
    assert 0 < faults.panic < 512 and faults.batch_dependent == 0
    report = (campaign.folder / "report.html").read_text()
    assert "ValueError: &lt;cannot&gt; go on" in report and "<cannot>" not in report


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda o: np.zeros((len(o) + 1, 2), np.float32), "shape"),
        (lambda o: np.zeros(len(o), np.float32), "shape"),
        (lambda o: "go", "str"),
        (lambda o: None, "NoneType"),
    ],
)
def test_an_answer_that_does_not_fit_is_a_bad_reply(tmp_path, answer, says):
    with pytest.warns(UserWarning, match=says):
        campaign = nines.run(answer, "child-at-curb", out=tmp_path / "a", **{**SETTINGS, "rollouts": 32})
    assert campaign.summary.scenarios[0].policy_faults.bad_reply == 32


def test_a_policy_with_a_generator_of_its_own_is_found(tmp_path):
    generator = np.random.default_rng(1)

    def draws(observations):
        accel = generator.normal(0, 1, len(observations)).astype(np.float32)
        return np.stack([accel, np.zeros_like(accel)], axis=1)

    def heeds(observations):
        accel = ((observations.seeds % 1000) / 1000 - 0.5).astype(np.float32)
        return np.stack([accel, np.zeros_like(accel)], axis=1)

    own = nines.run(draws, "child-at-curb", out=tmp_path / "own", **SETTINGS)
    assert not own.summary.reproducible and own.summary.scenarios[0].policy_faults.unrepeatable > 0
    assert nines.run(heeds, "child-at-curb", out=tmp_path / "told", **SETTINGS).summary.reproducible


FILE = """
    import nines
    nines_files = ["gain.txt"]

    class Slow:
        def __init__(self, gain=1.0):
            self.gain = gain
            self.inside = nines.BuiltIn("idm-aeb")
        def start(self, slot):
            self.inside.start(slot)
        def __call__(self, observations):
            actions = self.inside(observations)
            actions[:, 0] *= self.gain
            return actions

    def stands(observations):
        return {"accel_mps2": observations.ego[:, 0] * 0 - 3, "curvature": observations.ego[:, 0] * 0}

    number = 3
"""


def command(nines_command, folder, line):
    return subprocess.run([*nines_command, *line.split()], cwd=folder, capture_output=True, text=True)


def test_the_command_takes_policies_of_a_file(nines_command, tmp_path):
    (tmp_path / "mine.py").write_text(textwrap.dedent(FILE))
    (tmp_path / "gain.txt").write_text("1")
    run = "run child-at-curb --rollouts 512 --seed 3 --progress none --threads 1"

    def campaign(options, code=0):
        done = command(nines_command, tmp_path, f"{run} {options}")
        assert done.returncode == code, done.stderr
        return done

    campaign("--policy mine.py:Slow --out a")
    campaign("--policy idm-aeb --out native")
    campaign("--policy mine.py:Slow:gain=0.5 --out b")
    campaign("--policy mine.py:stands --out c")
    summary = {name: json.loads((tmp_path / name / "summary.json").read_text()) for name in ["a", "native", "b", "c"]}
    assert summary["a"]["scenarios"] == summary["native"]["scenarios"]
    assert summary["b"]["policy"]["settings"] == {"gain": 0.5}
    assert summary["c"]["scenarios"][0]["nines"]["demonstrated"] == 0.0
    asked = command(nines_command, tmp_path, "replay a child-at-curb/first --policy mine.py:Slow")
    assert asked.returncode == 0 and "played" not in asked.stderr, asked.stderr
    # A folder, which anybody may have made, imports nothing.
    (tmp_path / "mine.py").write_text("raise SystemExit('imported')")
    played = command(nines_command, tmp_path, "replay a child-at-curb/first")
    assert played.returncode == 0 and "played from what it answered then" in played.stderr, played.stderr
    assert command(nines_command, tmp_path, "verify a").returncode == 0
    (tmp_path / "mine.py").write_text(textwrap.dedent(FILE))
    # Another file that it names is another policy.
    (tmp_path / "gain.txt").write_text("2")
    other = command(nines_command, tmp_path, "replay a child-at-curb/first --policy mine.py:Slow")
    assert other.returncode == 0 and "to the bit" not in other.stdout + other.stderr

    for policy, says in [
        ("mine.py:Slw", "it has Slow"),
        ("mine.py:number", "cannot be called"),
        ("nowhere.py:f", "there is no file"),
        ("mine.py:Slow:gian=2", "gian"),
    ]:
        assert says in campaign(f"--policy {policy} --out d", 7).stderr


def test_stated_beliefs_are_scored(tmp_path):
    def states(belief):
        def drive(o):
            answer = {name: np.zeros(len(o), np.float32) for name in ["accel_mps2", "curvature"]}
            return {**answer, "belief": belief(o).astype(np.float32)}

        return drive

    def scored(policy, name, **more):
        campaign = nines.run(policy, "child-at-curb", out=tmp_path / name, beliefs=200, **{**SETTINGS, **more})
        return campaign, scenarios(campaign)[0]["calibration"]

    _, told = scored(states(lambda o: o.priors[:, nines.PRIOR["base_rate"]]), "told")
    assert (told[0]["statements"], told[0]["brier"], told[0]["brier_skill"], told[0]["log_loss_skill"]) == (200, 0.25, 0, 0)
    _, sure = scored(states(lambda o: np.ones(len(o))), "sure")
    assert sure[0]["brier_skill"] == -1 and sure[0]["curve"][0]["observed"] == 0.5
    _, silent = scored(states(lambda o: np.full(len(o), np.nan)), "silent")
    assert silent is None
    wrong, _ = scored(states(lambda o: np.full(len(o), 1.5)), "wrong")
    assert wrong.summary.scenarios[0].policy_faults.out_of_range == 512
    # The same policy in the lanes and behind arrays believes the same.
    native, ours = scored("common-sense", "native"), scored(AsBuiltIn("common-sense"), "ours", batch=64)
    assert native[1] == ours[1] and native[1][0]["statements"] == 200
