"""Policies that are functions of Python: what they are told, what they may answer, and that nothing is lost on the way."""

import traceback

import numpy as np
import pytest

import nines


class Constant:
    """Answers the same for every world."""

    def __init__(self, accel, curvature=0.0):
        self.answer = np.array([accel, curvature], dtype=np.float32)

    def __call__(self, observations):
        return np.tile(self.answer, (len(observations), 1))


@pytest.mark.parametrize("name", ["common-sense", "idm-aeb:headway_s=1.2", "blind", "parked"])
def test_a_built_in_policy_asked_from_python_drives_as_in_the_engine(name):
    """Observations go to Python and back, actions too: one bit lost would change the digest of a trace."""
    for scenario in ["child-at-curb", "stopped-school-bus"]:
        in_lanes = nines.drive(name, scenario, 120, seed=5)
        assert nines.drive(nines.BuiltIn(name), scenario, 120, seed=5, batch=50) == in_lanes
    mixed = nines.drive(name, "child-at-curb", range(1001, 1050), seed=5, method="mc")
    assert [o.rollout for o in mixed] == list(range(1001, 1050))
    assert nines.drive(nines.BuiltIn(name), "child-at-curb", range(1001, 1050), seed=5, method="mc", batch=1) == mixed


def test_the_rollouts_are_those_of_a_campaign(tmp_path):
    c = nines.run("common-sense", "child-at-curb", rollouts=256, seed=5, out=tmp_path / "a")
    rows = c.rollouts.to_arrow().to_pylist()
    for outcome, row in zip(nines.drive(nines.BuiltIn("common-sense"), "child-at-curb", 256, seed=5), rows, strict=True):
        for name in ["rollout", "verdict", "cause", "margin", "steps", "digest", "time_lost_s", "stratum", "min_ttc_s"]:
            assert outcome[name] == row[name], name
        assert outcome.margins.collision == row["margin_collision"]
        assert outcome.latents.intent == row["latent_intent"]


def test_what_a_policy_is_told():
    calls = []

    def look(o):
        n = len(o)
        assert o.ego.shape == (n, 25) and o.objects.shape == (n, 32, 26) and o.mask.shape == o.ids.shape == (n, 32)
        assert (o.ego.dtype, o.objects.dtype, o.mask.dtype, o.ids.dtype, o.slots.dtype) == (
            np.float32, np.float32, np.uint8, np.uint32, np.uint32)  # fmt: skip
        assert all(o[name].flags.c_contiguous and o[name] is getattr(o, name) for name in o.keys())
        assert not o.objects[o.mask == 0].any()
        # Every second rollout holds the hazard; nature shows it far more rarely.
        base, natural = o.priors[:, nines.PRIOR["base_rate"]], o.priors[:, nines.PRIOR["natural_rate"]]
        assert o.priors.dtype == np.float32 and (base == 0.5).all() and (0 < natural).all() and (natural < 1e-3).all()
        assert len(set(o.slots.tolist())) == n and o.slots.max() < 8
        speed, left = o.ego[:, nines.EGO["speed_mps"]], o.ego[:, nines.EGO["end_m"]]
        calls.append((o.slots.copy(), speed.copy(), left.copy()))
        return np.zeros((n, 2), dtype=np.float32)

    outcomes = nines.drive(look, "child-at-curb", 20, batch=8)
    assert len(outcomes) == 20 and sum(len(slots) for slots, *_ in calls) == sum(o.steps for o in outcomes)
    assert all((speed >= 0).all() for _, speed, _ in calls)
    assert set(nines.EGO.values()) == set(range(25)) and set(nines.OBJECT.values()) == set(range(26))
    assert nines.ACTION_RANGE["accel_mps2"] == (-20.0, 10.0) and nines.CLASSES[0] == "child"


def test_a_policy_may_keep_what_it_is_told():
    kept, copies = [], []

    def keep(o):
        kept.append((o.ego, o.objects[:, 0, :4], o))
        copies.append((o.ego.copy(), o.objects[:, 0, :4].copy()))
        return np.zeros((len(o), 2), dtype=np.float32)

    nines.drive(keep, "child-at-curb", 8, batch=8)
    assert len(kept) > 50
    for (ego, view, o), (ego_then, view_then) in zip(kept, copies, strict=True):
        assert np.array_equal(ego, ego_then) and np.array_equal(view, view_then) and np.array_equal(o.ego, ego_then)


def test_arrays_are_used_again_where_nobody_keeps_them():
    places = set()

    def look(o):
        places.add(o.objects.ctypes.data)
        return np.zeros((len(o), 2), dtype=np.float32)

    nines.drive(look, "child-at-curb", 4, batch=4)
    assert len(places) <= 5


@pytest.mark.parametrize(
    "answer",
    [
        lambda n: np.tile(np.float32([-1.0, 0.0]), (n, 1)),
        lambda n: np.tile([-1.0, 0.0], (n, 1)),
        lambda n: np.asfortranarray(np.tile(np.float32([-1.0, 0.0]), (n, 1))),
        lambda n: np.tile(np.float32([9.0, 0.0, 9.0, -1.0]), (n, 1))[:, ::-2],
        lambda n: np.tile(np.float32([-1.0, 0.0, 0.0, 0.0, 0.0]), (n, 1)),
        lambda n: {"accel_mps2": np.full(n, -1.0), "curvature": np.zeros(n, dtype=np.float32)},
    ],
)
def test_forms_of_an_answer(answer):
    expected = nines.drive(Constant(-1.0), "child-at-curb", 6)
    assert nines.drive(lambda o: answer(len(o)), "child-at-curb", 6) == expected


def test_every_column_of_an_answer_arrives():
    lamps = nines.drive(lambda o: np.tile(np.float32([0.0, 0.0, 1.0, 0.0, 1.0]), (len(o), 1)), "child-at-curb", 2)
    plain = nines.drive(Constant(0.0), "child-at-curb", 2)
    assert [o.margin for o in lamps] == [o.margin for o in plain] and lamps[0].digest != plain[0].digest
    columns = nines.drive(lambda o: {name: np.full(len(o), name in ("lamp", "help"), dtype=np.float32) for name in nines.ACTION}, "child-at-curb", 2)
    assert columns == lamps


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (lambda n: np.zeros((n, 1), dtype=np.float32), ValueError, r"shape \(\d+, 1\)"),
        (lambda n: np.zeros((2, n), dtype=np.float32), ValueError, "shape"),
        (lambda n: np.zeros(n, dtype=np.float32), ValueError, "shape"),
        (lambda n: np.zeros((n, 2), dtype=np.int32), TypeError, "int32"),
        (lambda n: [[0.0, 0.0]] * n, TypeError, "list"),
        (lambda n: None, TypeError, "NoneType"),
        (lambda n: {"accel_mps2": np.zeros(n)}, ValueError, "curvature"),
        (lambda n: {"accel_mps2": np.zeros(n), "curvature": np.zeros(n), "lmap": np.zeros(n)}, ValueError, "did you mean `lamp`"),
        (lambda n: {"accel_mps2": np.zeros(n + 1), "curvature": np.zeros(n)}, ValueError, "accel_mps2"),
    ],
)
def test_answers_that_are_none(answer, error, words):
    with pytest.raises(error, match=words):
        nines.drive(lambda o: answer(len(o)), "child-at-curb", 6)


def test_an_exception_is_a_fault_or_comes_out():
    def fails_here(o):
        far = o.ego[:, nines.EGO["end_m"]] < 30
        if far.any():
            raise ZeroDivisionError("too far")
        return np.tile(np.float32([0.5, 0.0]), (len(o), 1))

    with pytest.raises(ZeroDivisionError, match="too far") as caught:
        nines.drive(fails_here, "child-at-curb", 8)
    assert "fails_here" in "".join(traceback.format_tb(caught.tb))
    counted = nines.drive(fails_here, "child-at-curb", 8, on_fault="count")
    # Others hit somebody before they come so far.
    faults = [o for o in counted if o.verdict == "fault"]
    assert faults and {(o.fault, o.margin) for o in faults} == {("panic", -1000.0)}
    assert {o.verdict for o in counted} <= {"fault", "fail"}
    nan = nines.drive(Constant(np.nan), "child-at-curb", 2)
    assert [(o.verdict, o.fault, o.fault_step) for o in nan] == [("fault", "not_finite", 0)] * 2
    wide = nines.drive(Constant(0.0, 0.6), "child-at-curb", 2)
    assert {o.fault for o in wide} == {"out_of_range"}


def test_a_policy_that_depends_on_its_batch_is_told():
    def only_alone(o):
        if len(o) > 1:
            raise RuntimeError("one at a time")
        return np.zeros((len(o), 2), dtype=np.float32)

    with pytest.warns(UserWarning, match="depends on its batch"):
        outcomes = nines.drive(only_alone, "child-at-curb", 4, on_fault="count")
    assert outcomes == nines.drive(Constant(0.0), "child-at-curb", 4)


def test_memory_belongs_to_a_slot():
    class Counts:
        """Brakes from its tenth step in a rollout on."""

        def __init__(self):
            self.steps = {}
            self.started = 0

        def start(self, slot):
            self.steps[slot] = 0
            self.started += 1

        def __call__(self, o):
            for slot in o.slots.tolist():
                self.steps[slot] += 1
            brakes = np.array([self.steps[slot] > 10 for slot in o.slots.tolist()])
            return {"accel_mps2": np.where(brakes, -3.0, 0.0), "curvature": np.zeros(len(o))}

    one, many = Counts(), Counts()
    assert nines.drive(one, "child-at-curb", 30, batch=1) == nines.drive(many, "child-at-curb", 30, batch=7)
    assert one.started == many.started == 30 and set(one.steps) == {0} and set(many.steps) == set(range(7))


def test_a_start_that_raises_is_a_fault():
    class Never(Constant):
        def start(self, slot):
            raise LookupError("nothing to begin with")

    with pytest.raises(LookupError, match="nothing to begin with"):
        nines.drive(Never(0.0), "child-at-curb", 4)
    outcomes = nines.drive(Never(0.0), "child-at-curb", 4, on_fault="count")
    assert [(o.verdict, o.fault, o.fault_step) for o in outcomes] == [("fault", "panic", 0)] * 4


def test_a_keyboard_interrupt_is_no_fault():
    calls = 0

    def stops(o):
        nonlocal calls
        calls += 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        nines.drive(stops, "child-at-curb", 50, on_fault="count")
    assert calls == 1


def test_what_cannot_be():
    for policy, scenario, more, error, words in [
        ("comon-sense", "child-at-curb", {}, nines.UsageError, "did you mean `common-sense`"),
        ("idm", "child-at-crub", {}, nines.NotFoundError, "child-at-curb"),
        ("idm", "*curb*", {}, nines.UsageError, "means"),
        ("idm", "child-at-curb", {"method": "ce"}, nines.UsageError, "stratified or mc"),
        ("idm", "child-at-curb", {"rollouts": range(0, 9, 2)}, nines.UsageError, "one after the other"),
        ("idm", "child-at-curb", {"on_fault": "ignore"}, nines.UsageError, "raise or count"),
        (7, "child-at-curb", {}, TypeError, "must be a function"),
    ]:
        with pytest.raises(error, match=words.replace("*", r"\*")):
            nines.drive(policy, scenario, **more)
    with pytest.raises(nines.UsageError, match="headway_s"):
        nines.BuiltIn("idm:headway=1")
    with pytest.raises((TypeError, ValueError), match="ego"):
        nines.BuiltIn("idm")({"ego": np.zeros((1, 24), dtype=np.float32)})
