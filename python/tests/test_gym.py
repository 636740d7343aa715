"""The training environments: Gymnasium's own checkers, and that an episode is a rollout."""

import numpy as np
import pytest

import nines
from tools import need

gymnasium = need("gymnasium")

from gymnasium.utils.env_checker import check_env  # noqa: E402
from gymnasium.vector import AutoresetMode  # noqa: E402

from nines.gym import NinesEnv, NinesVectorEnv, Reward  # noqa: E402


@pytest.mark.parametrize("asked", [{}, {"scenario": "stopped-school-bus", "signals": True, "method": "mc", "seed": 3}])
def test_gymnasium_accepts_it(asked, recwarn):
    env = gymnasium.make("nines.gym:nines/Scenario-v0", **asked)
    check_env(env.unwrapped)
    # Observations and actions are in SI units: they are neither bounded nor scaled.
    known = ("infinity", "symmetric and normalized")
    assert [str(w.message) for w in recwarn if not any(words in str(w.message) for words in known)] == []
    assert env.spec.id == "nines/Scenario-v0"


def drive(env, policy, rollout):
    """An episode by a built-in policy."""
    observation, info = env.reset(options={"rollout": rollout})
    policy.start(0)
    end_m = float(observation["ego"][nines.EGO["end_m"]])
    total, done = 0.0, False
    while not done:
        assert env.observation_space.contains(observation) and info["rollout"] == rollout
        observation, reward, done, truncated, info = env.step(policy(observation))
        assert not truncated
        total += reward
    return total, info, end_m


@pytest.mark.parametrize("name", ["common-sense", "blind"])
def test_an_episode_is_a_rollout(name):
    env = NinesEnv("child-at-curb", seed=5, signals=True)
    for expected in nines.drive(name, "child-at-curb", 12, seed=5):
        reward, info, end_m = drive(env, nines.BuiltIn(name), expected.rollout)
        assert info["outcome"] == expected and isinstance(info["outcome"], nines.Outcome)
        assert (info["verdict"], info["margin"], info["margins"]) == (expected.verdict, expected.margin, expected.margins)
        failed = expected.verdict != "pass"
        # What the weights say, added up over the whole rollout.
        caution = 0.01 * expected.time_lost_s + 0.1 * expected.harsh_brakes + 0.1 * expected.needless_stops
        way = reward + caution + 10.0 * failed
        # The distance to the end place was told in single precision.
        assert way == pytest.approx(expected.travelled_m / end_m, rel=1e-6)
        assert failed or way >= 1.0
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(env.action_space.sample())


def test_a_penalty_comes_in_the_step_of_the_failure():
    failing = next(o for o in nines.drive("blind", "child-at-curb", 400, seed=5) if o.cause == "collision")
    env = NinesEnv("child-at-curb", seed=5, signals=True, reward=Reward(0.0, 1.0, 0.0, 0.0, 0.0))
    policy = nines.BuiltIn("blind")
    policy.start(0)
    observation, _ = env.reset(options={"rollout": failing.rollout})
    rewards, done = [], False
    while not done:
        observation, reward, done, _, info = env.step(policy(observation))
        rewards.append(reward)
    assert rewards == [0.0] * (failing.steps - 1) + [-1.0]
    assert info["verdict"] == "fail" and info["margin"] <= 0 and failing.failed_s == pytest.approx(failing.steps * 0.1)


def test_reset_draws_by_its_seed_and_from_the_indices_allowed():
    env = NinesEnv("child-at-curb", rollouts=range(1, 1000, 2))
    _, first = env.reset(seed=11)
    drawn = [first["rollout"]] + [env.reset()[1]["rollout"] for _ in range(20)]
    _, again = env.reset(seed=11)
    assert again == first and [env.reset()[1]["rollout"] for _ in range(20)] == drawn[1:]
    assert all(k % 2 == 1 and k < 1000 for k in drawn) and len(set(drawn)) > 15
    with pytest.raises(ValueError, match="rollouts"):
        NinesEnv(rollouts=[])
    with pytest.raises(nines.NotFoundError):
        NinesEnv("child")


def test_an_action_that_cannot_be_is_a_fault():
    env = NinesEnv("child-at-curb")
    env.reset(seed=0)
    _, reward, done, _, info = env.step(np.array([np.nan, 0.0], dtype=np.float32))
    assert done and info["verdict"] == "fault" and reward < -9.0


def test_many_worlds_are_single_worlds():
    envs = NinesVectorEnv("child-at-curb", 6, seed=5, signals=True)
    assert gymnasium.vector.VectorEnv in type(envs).__mro__ and envs.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
    policy = nines.BuiltIn("common-sense")
    observations, infos = envs.reset(seed=3, options={"rollouts": range(6)})
    assert envs.observation_space.contains(observations) and infos["rollout"].tolist() == list(range(6))
    [policy.start(slot) for slot in range(6)]
    expected = {o.rollout: o for o in nines.drive("common-sense", "child-at-curb", 6, seed=5)}
    ended, totals, begun = {}, np.zeros(6), np.zeros(6, dtype=bool)
    for _ in range(400):
        running = infos["rollout"].copy()
        observations, rewards, terminated, truncated, infos = envs.step(policy(observations))
        assert envs.observation_space.contains(observations) and not truncated.any()
        # A world begins anew one step after it has ended, for no reward.
        assert (rewards[begun] == 0).all() and not terminated[begun].any()
        assert (infos["rollout"][~begun] == running[~begun]).all()
        totals += rewards
        [policy.start(int(slot)) for slot in np.flatnonzero(begun)]
        for slot in np.flatnonzero(terminated):
            assert infos["_outcome"][slot] and infos["verdict"][slot] == infos["outcome"][slot].verdict
            ended.setdefault(int(running[slot]), (infos["outcome"][slot], totals[slot]))
            totals[slot] = 0.0
        begun = terminated
    assert len(ended) > 6
    env = NinesEnv("child-at-curb", seed=5, signals=True)
    for rollout, outcome in expected.items():
        assert ended[rollout][0] == outcome
        assert ended[rollout][1] == pytest.approx(drive(env, nines.BuiltIn("common-sense"), rollout)[0], abs=1e-12)


def test_the_vector_form_is_made_by_name():
    envs = gymnasium.make_vec("nines.gym:nines/Scenario-v0", num_envs=3, vectorization_mode="vector_entry_point", scenario="debris-at-night")
    observations, _ = envs.reset(seed=1)
    again, _ = envs.reset(seed=1)
    assert observations["objects"].shape == (3, 32, 26) and all((observations[k] == again[k]).all() for k in observations)
    observations, rewards, *_ = envs.step(envs.action_space.sample())
    assert rewards.shape == (3,)
    envs.close()
