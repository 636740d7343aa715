"""Observations in words, and the policy that asks a language model, against a stand-in on loopback."""

import importlib.util
import json
import pathlib
import threading
from types import SimpleNamespace

import numpy as np
import pytest

import nines
from nines.text import describe

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "language_model_policy"


def of_file(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


stand_in = of_file(EXAMPLE / "stand_in.py")


def observations(objects=(), **ego):
    """One world with these fields, zero where none is named."""
    o = SimpleNamespace(
        ego=np.zeros((1, len(nines.EGO)), np.float32),
        objects=np.zeros((1, 32, len(nines.OBJECT)), np.float32),
        mask=np.zeros((1, 32), np.uint8),
        ids=np.zeros((1, 32), np.uint32),
    )
    nowhere = {name: 1000.0 for name in ("signal_m", "crosswalk_m", "junction_m", "zone_m")}
    for name, value in {**nowhere, **ego}.items():
        o.ego[0, nines.EGO[name]] = value
    for k, fields in enumerate(objects):
        o.mask[0, k], o.ids[0, k] = 1, k
        for name, value in fields.items():
            o.objects[0, k, nines.OBJECT[name]] = value
    return o


EGO = {
    "speed_mps": 8.34,
    "limit_mps": 13.9,
    "desired_mps": 10.0,
    "left_edge_m": 5.25,
    "right_edge_m": -1.75,
    "end_m": 60,
    "light": 1,
    "friction": 0.8,
}
UNREAD = {"gaze": -1, "posture": -1, "gesture": -1, "intention": -1, "lamp": -1}


def test_an_observation_in_words():
    child = {
        "class": nines.CLASSES.index("child"),
        "class_probability": 0.9,
        "x_m": 20,
        "y_m": -3,
        "route_d_m": -3,
        "sigma_m": 0.25,
        "route_vd_mps": 1.5,
    }
    child |= {"half_length_m": 0.2, "half_width_m": 0.3, "height_m": 1.2, "gaze": 0, "posture": 0.75, "gesture": 0, "intention": 0.6, "lamp": -1}
    bus = {
        "class": nines.CLASSES.index("school_bus"),
        "class_probability": 1,
        "x_m": 12,
        "y_m": 4,
        "route_d_m": 4,
        "half_length_m": 6,
        "half_width_m": 1.25,
    }
    bus |= {"height_m": 3, "stop_arm": 1, "warning_lamp": 1, "sigma_m": 0.5, **UNREAD}
    o = observations(
        [child, bus], **EGO, sight_m=80, crosswalk_m=15, signal_m=14, signal_state=2, zone_m=0, zone_limit_mps=8.3, sound=1, sound_sin=-1
    )
    assert describe(o) == (
        "You drive at 8.3 m/s, acceleration +0.0 m/s². The limit is 13.9 m/s, your task asks for 10.0 m/s. "
        "The road goes straight on; it can be driven on from 5.2 m to the left to 1.8 m to the right of your path; you are on it. "
        "Your place is 60 m ahead.\n"
        "It is daylight; friction is 0.80; a person can be detected up to 80 m away. "
        "You hear a siren, bell or horn, about 90° to the right of ahead.\n"
        "A traffic light shows red; its stop line is 14.0 m ahead.\n"
        "A crosswalk is 15.0 m ahead.\n"
        "A stretch with a limit of 8.3 m/s is in force here.\n"
        "You perceive:\n"
        "- #1 school bus: 12.0 m ahead, 4.0 m to the left (±0.5 m); 4.0 m left of your path; stands; 12.0 m long, 2.5 m wide, "
        "3.0 m high; warning lamps on; red lamps and stop arm out.\n"
        "- #0 child (probability 0.90): 20.0 m ahead, 3.0 m to the right (±0.2 m); 3.0 m right of your path; "
        "moves 1.5 m/s towards your path; "
        "0.4 m long, 0.6 m wide, 1.2 m high; does not look at you; body turned to the road by 0.75 of 1; "
        "viewers would rate its wish to cross at 0.60 of 1."
    )
    assert describe(observations(**EGO)).endswith("You perceive nobody and nothing on or beside the road.")


@pytest.fixture
def endpoint():
    """A stand-in that can be made to fail."""

    class Handler(stand_in.Handler):
        reply = None

        def do_POST(self):
            if type(self).reply is None:
                super().do_POST()
            else:
                self.rfile.read(int(self.headers["Content-Length"]))
                status, body = type(self).reply
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

    with stand_in.serve(0, Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield SimpleNamespace(handler=Handler, url=f"http://127.0.0.1:{server.server_address[1]}/v1", stop=server.shutdown)
        server.shutdown()


def asked(endpoint, out, rollouts=64):
    policy = f"{EXAMPLE / 'policy.py'}:LanguageModel:url={endpoint.url},every_s=0.5"
    return nines.run(policy, "child-at-curb", out=out, rollouts=rollouts, seed=3, progress=False)


def test_what_a_policy_needs_stands_in_the_text(tmp_path, endpoint):
    campaign = asked(endpoint, tmp_path / "a")
    blind = nines.run("blind", "child-at-curb", out=tmp_path / "b", rollouts=64, seed=3, progress=False)
    assert campaign.summary.policy.kind == "python" and campaign.summary.reproducible
    assert campaign.summary.totals.policy_faults == 0
    assert campaign.summary.totals.failures < blind.summary.totals.failures / 2


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        ((500, b"busy"), "HTTP Error 500"),
        ((200, json.dumps({"choices": [{"message": {"content": "I would slow down."}}]}).encode()), "the model answered 'I would slow down.'"),
        ((200, json.dumps({"choices": [{"message": {"content": '{"speed_mps": -1, "belief": 0}'}}]}).encode()), "out of range"),
    ],
)
def test_what_goes_wrong_is_a_fault_with_its_words(tmp_path, endpoint, reply, says):
    endpoint.handler.reply = reply
    with pytest.warns(UserWarning, match=says):
        campaign = asked(endpoint, tmp_path / "a", rollouts=8)
    assert campaign.summary.totals.policy_faults == 8
