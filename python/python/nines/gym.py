"""Training environments for Gymnasium: ``NinesEnv`` (``nines/Scenario-v0``) and ``NinesVectorEnv``.

A step is 0.1 s. An episode is a rollout: the one of its index that :func:`nines.run` drives under the same seed, so that what a policy met in
training can be met again, and what judges it never has to be met in training: train with another ``seed`` than you judge by.

Importing this module registers the environment: ``gymnasium.make("nines.gym:nines/Scenario-v0", scenario="child-at-curb")``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from . import _native
from ._policy import ACTION_RANGE, EGO, OBJECT, Outcome
from ._record import as_records

__all__ = ["NinesEnv", "NinesVectorEnv", "Reward"]

Obs = dict[str, NDArray[Any]]

#: Objects of an observation.
OBJECTS = 32
#: Indices that episodes are drawn from, unless said otherwise: half of them hazards.
ROLLOUTS = range(2**31)

_COLUMN = {name: column for column, name in enumerate(_native.SO_FAR)}


@dataclass(frozen=True)
class Reward:
    """What a step is worth: progress, less what it cost in caution, less a penalty where the rollout fails.

    ``progress * (share of the way driven in this step) - time_lost_s * (seconds lost against driving freely) - harsh_brake * (onsets of braking
    above 4 m/s² without a collision course) - needless_stop * (stops without a reason) - failure * (1 in the step of the first failed
    criterion)``. Shares of the way add up to 1 over an episode that arrives.
    """

    progress: float = 1.0
    failure: float = 10.0
    time_lost_s: float = 0.01
    harsh_brake: float = 0.1
    needless_stop: float = 0.1

    def of(self, before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rewards of worlds ``[n]`` from their figures before and after a step, ``[n, 8]`` each."""
        change = {name: after[:, column] - before[:, column] for name, column in _COLUMN.items()}
        return (
            self.progress * change["travelled_m"] / after[:, _COLUMN["end_m"]]
            - self.time_lost_s * change["time_lost_s"]
            - self.harsh_brake * change["harsh_brakes"]
            - self.needless_stop * change["needless_stops"]
            - self.failure * change["failed"]
        )


def observation_space() -> spaces.Space[Obs]:
    """What one world is told. Values of ``ego`` and ``objects`` are in SI units, not scaled; ``ids`` tell objects apart."""
    space: spaces.Space[Any] = spaces.Dict(
        {
            "ego": spaces.Box(-np.inf, np.inf, (len(EGO),), np.float32),
            "objects": spaces.Box(-np.inf, np.inf, (OBJECTS, len(OBJECT)), np.float32),
            "mask": spaces.Box(0, 1, (OBJECTS,), np.uint8),
            "ids": spaces.Box(0, np.iinfo(np.int32).max, (OBJECTS,), np.int32),
        }
    )
    return space


def action_space(signals: bool) -> spaces.Space[NDArray[np.float32]]:
    """Acceleration (m/s²) and curvature (1/m, positive to the left); with ``signals`` also lamp, horn and help."""
    ranges = list(ACTION_RANGE.values())[: 5 if signals else 2]
    low, high = (np.array([one[end] for one in ranges], dtype=np.float32) for end in (0, 1))
    return spaces.Box(low, high, dtype=np.float32)


class _Fleet:
    """Worlds with their figures: what both environments are made of."""

    def __init__(self, scenario: str, slots: int, seed: int, method: str, rollouts: Sequence[int], reward: Reward) -> None:
        if not len(rollouts):
            raise ValueError("`rollouts` must hold the index of at least one rollout")
        self.worlds = _native.Worlds(scenario, seed, method, slots)
        self.rollouts = rollouts
        self.reward = reward
        self.rollout = np.zeros(slots, dtype=np.int64)
        self.figures = self.worlds.so_far()

    def begin(self, slot: int, rng: np.random.Generator, options: Mapping[str, Any] | None) -> None:
        chosen = (options or {}).get("rollout")
        rollout = self.rollouts[int(rng.integers(len(self.rollouts)))] if chosen is None else int(chosen)
        self.worlds.reset(slot, rollout)
        self.rollout[slot] = rollout

    def observe(self) -> Obs:
        told = self.worlds.observe()
        self.figures = self.worlds.so_far()
        return {"ego": told.ego, "objects": told.objects, "mask": told.mask, "ids": told.ids.astype(np.int32)}

    def step(self, actions: NDArray[np.float32]) -> tuple[NDArray[np.float64], dict[int, Outcome]]:
        before = self.figures
        ended = self.worlds.step(actions)
        self.figures = self.worlds.so_far()
        return self.reward.of(before, self.figures), {slot: Outcome(as_records(json.loads(text))) for slot, text in ended}

    def margin(self) -> NDArray[np.float64]:
        return self.figures[:, _COLUMN["margin"]]


def _ending(outcome: Outcome) -> dict[str, Any]:
    return {"outcome": outcome, "verdict": outcome.verdict, "margins": outcome.margins}


class NinesEnv(gymnasium.Env[Obs, NDArray[np.float32]]):
    """One world of a scenario, driven by an agent.

    An episode terminates as a rollout ends: the ego has passed its end place, has hit something, or has run out of time (which fails by
    progress); it is never truncated. An action out of range or NaN is a fault, which ends it too.

    ``info`` holds ``rollout`` (its index) and ``margin`` (the smallest so far; failure is at or below 0), and at the end ``outcome``,
    ``verdict`` (``pass``, ``fail`` or ``fault``) and ``margins`` (by criterion).

    Args:
        scenario: name of the catalogue, or a path.
        seed: of the worlds, 0 to 2**53 - 1: with the index it fixes a rollout. ``reset(seed=…)`` is another one: it says which indices are drawn.
        method: ``stratified`` (even indices without a hazard, odd ones with one) or ``mc`` (from the natural priors).
        rollouts: indices that episodes are drawn from.
        signals: actions also hold lamp, horn and a request for help.
        reward: weights of the reward.

    ``reset(options={"rollout": k})`` begins the rollout of that index.
    """

    metadata: dict[str, Any] = {"render_modes": []}

    def __init__(
        self,
        scenario: str = "child-at-curb",
        *,
        seed: int = 0,
        method: Literal["stratified", "mc"] = "stratified",
        rollouts: Sequence[int] = ROLLOUTS,
        signals: bool = False,
        reward: Reward | None = None,
        render_mode: None = None,
    ) -> None:
        self.render_mode = render_mode
        self.observation_space = observation_space()
        self.action_space = action_space(signals)
        self._fleet = _Fleet(scenario, 1, seed, method, rollouts, reward or Reward())
        self._running = False

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Obs, dict[str, Any]]:
        """Begins a rollout: one that is drawn, or that of ``options["rollout"]``."""
        super().reset(seed=seed)
        self._fleet.begin(0, self.np_random, options)
        self._running = True
        return self._look(), self._info()

    def step(self, action: NDArray[np.float32]) -> tuple[Obs, float, bool, bool, dict[str, Any]]:
        """Drives 0.1 s on."""
        if not self._running:
            raise gymnasium.error.ResetNeeded("the rollout has ended, or has not begun: call `reset`")
        rewards, ended = self._fleet.step(np.asarray(action, dtype=np.float32)[None])
        self._running = not ended
        observation = self._look()
        return observation, float(rewards[0]), bool(ended), False, self._info() | (_ending(ended[0]) if ended else {})

    def _look(self) -> Obs:
        return {name: array[0] for name, array in self._fleet.observe().items()}

    def _info(self) -> dict[str, Any]:
        return {"rollout": int(self._fleet.rollout[0]), "margin": float(self._fleet.margin()[0])}


class NinesVectorEnv(VectorEnv[Obs, NDArray[np.float32], NDArray[Any]]):
    """Many worlds of a scenario, stepped by the engine in one call. As :class:`NinesEnv`, with arrays.

    A world that has ended begins its next rollout in the following step (``AutoresetMode.NEXT_STEP``); the action for it is not used then.
    ``infos`` hold ``rollout`` and ``margin`` of every world, and of those that ended ``outcome``, ``verdict`` and ``margins``.
    """

    metadata: dict[str, Any] = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        scenario: str = "child-at-curb",
        num_envs: int = 64,
        *,
        seed: int = 0,
        method: Literal["stratified", "mc"] = "stratified",
        rollouts: Sequence[int] = ROLLOUTS,
        signals: bool = False,
        reward: Reward | None = None,
        render_mode: None = None,
    ) -> None:
        self.num_envs = num_envs
        self.render_mode = render_mode
        self.single_observation_space = observation_space()
        self.single_action_space = action_space(signals)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._fleet = _Fleet(scenario, num_envs, seed, method, rollouts, reward or Reward())
        self._ended = np.ones(num_envs, dtype=bool)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Obs, dict[str, Any]]:
        """Begins a rollout in every world; those whose indices are ``options["rollouts"]``, where that is given."""
        super().reset(seed=seed)
        chosen = (options or {}).get("rollouts")
        for slot in range(self.num_envs):
            self._fleet.begin(slot, self.np_random, None if chosen is None else {"rollout": chosen[slot]})
        self._ended[:] = False
        return self._fleet.observe(), self._infos({})

    def step(self, actions: NDArray[np.float32]) -> tuple[Obs, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]]:
        """Drives every world 0.1 s on, but for those that ended in the last step: these begin anew."""
        begins = np.flatnonzero(self._ended)
        rewards, ended = self._fleet.step(np.asarray(actions, dtype=np.float32))
        for slot in begins:
            self._fleet.begin(int(slot), self.np_random, None)
        rewards[begins] = 0.0
        self._ended = np.isin(np.arange(self.num_envs), list(ended))
        observations = self._fleet.observe()
        return observations, rewards, self._ended.copy(), np.zeros(self.num_envs, dtype=bool), self._infos(ended)

    def _infos(self, ended: dict[int, Outcome]) -> dict[str, Any]:
        everywhere = np.ones(self.num_envs, dtype=bool)
        infos: dict[str, Any] = {
            "rollout": self._fleet.rollout.copy(),
            "_rollout": everywhere,
            "margin": self._fleet.margin().copy(),
            "_margin": everywhere.copy(),
        }
        for name in ("outcome", "verdict", "margins") if ended else ():
            infos[name] = np.full(self.num_envs, None, dtype=object)
            infos[f"_{name}"] = np.zeros(self.num_envs, dtype=bool)
        for slot, outcome in ended.items():
            for name, value in _ending(outcome).items():
                infos[name][slot] = value
                infos[f"_{name}"][slot] = True
        return infos


if "nines/Scenario-v0" not in gymnasium.registry:
    gymnasium.register("nines/Scenario-v0", "nines.gym:NinesEnv", vector_entry_point="nines.gym:NinesVectorEnv")
