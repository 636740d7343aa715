"""A policy that asks a language model, over an endpoint of the chat-completions kind.

    pip install ./python
    nines run child-at-curb --policy examples/language_model_policy/policy.py:LanguageModel:url=http://127.0.0.1:8080/v1,model=NAME --rollouts 64

The model reads what the car perceives (`nines.text.describe`) and answers with the speed to drive at, and with how probable it is that somebody comes
into the way. It is asked every `every_s`; between two answers the last one holds, and a small controller follows it and the lane.
"""

import json
import os
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import nines
from nines.text import describe

SYSTEM = """You drive a car with common sense: nobody may come to harm, and nobody waits without need. You are told what you perceive. Answer with one
JSON object and nothing else: {"speed_mps": the speed to drive at from now on, "belief": the probability from 0 to 1 that somebody comes into your
way, "why": one short sentence}."""

STEP_S = 0.1


class LanguageModel:
    """Settings: `url` (up to and with /v1), `model`, `every_s`, `timeout_s`, `at_once` (requests in flight). The key is read from OPENAI_API_KEY."""

    def __init__(self, url="http://127.0.0.1:8080/v1", model="local", every_s=1.0, timeout_s=20.0, at_once=8):
        self.url, self.model, self.timeout_s = f"{url.rstrip('/')}/chat/completions", model, timeout_s
        self.every = max(1, round(every_s / STEP_S))
        self.pool = ThreadPoolExecutor(max_workers=int(at_once))
        self.steps, self.said = {}, {}  # by session slot

    def start(self, slot):
        self.steps[slot] = 0

    def __call__(self, observations):
        slots = [int(slot) for slot in observations.slots]
        due = [w for w, slot in enumerate(slots) if self.steps[slot] % self.every == 0]
        asked = [(describe(observations, w), int(observations.seeds[w])) for w in due]
        for w, answer in zip(due, self.pool.map(lambda question: self.ask(*question), asked), strict=True):
            self.said[slots[w]] = answer
        for slot in slots:
            self.steps[slot] += 1
        target, belief = np.array([self.said[slot] for slot in slots], dtype=np.float32).T
        speed = observations.ego[:, nines.EGO["speed_mps"]]
        # Half a second to the speed asked for, within what brakes and passengers bear.
        accel = np.clip((target - speed) / 0.5, -8.0, 2.0)
        answers = np.zeros((len(slots), 6), np.float32)
        answers[:, 0] = np.where((speed <= 0.01) & (target <= 0.01), 0.0, accel)
        answers[:, 1] = observations.ego[:, nines.EGO["route_curvature_ahead"]]
        answers[:, 5] = belief
        return answers

    def ask(self, text, seed):
        """Speed and belief, as the model says. Whatever goes wrong is an exception, and so a fault of the rollout."""
        question = {
            "model": self.model,
            "temperature": 0,
            "seed": seed % 2**31,  # the rollout's own: the same whenever it is driven again, if the endpoint heeds it
            "response_format": {"type": "json_object"},
            "messages": [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}],
        }
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {os.environ.get('OPENAI_API_KEY', 'none')}"}
        request = urllib.request.Request(self.url, json.dumps(question).encode(), headers)
        with urllib.request.urlopen(request, timeout=self.timeout_s) as response:
            content = json.load(response)["choices"][0]["message"]["content"]
        try:
            answer = json.loads(content)
            speed, belief = float(answer["speed_mps"]), float(answer["belief"])
            if not (0 <= speed <= 60 and 0 <= belief <= 1):
                raise ValueError("out of range")
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"the model answered {content[:200]!r}: {error}") from error
        return speed, belief
