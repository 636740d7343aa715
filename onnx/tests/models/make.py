"""Makes the models of these tests, and what onnxruntime answers to some of them.

    pip install numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0
    python onnx/tests/models/make.py

writes *.onnx, refused/*.onnx and expected.json beside this file, the same bytes each time.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

HERE = Path(__file__).parent
SHAPES = {"ego": ["n", 25], "objects": ["n", 32, 26], "mask": ["n", 32], "first": ["n"]}


class Graph:
    """Nodes and constants, written as expressions. Where a test compares bits, all operators round once, and none is one that
    tract rewrites (a division becomes a product with the reciprocal)."""

    def __init__(self):
        self.nodes, self.constants, self.count = [], [], 0

    def op(self, kind, *inputs, out=None, **attributes):
        self.count += 1
        out = out or f"t{self.count}"
        self.nodes.append(h.make_node(kind, [self.name(i) for i in inputs], [out], **attributes))
        return out

    def name(self, value):
        if isinstance(value, str):
            return value
        self.count += 1
        value = np.asarray(value, dtype=np.float32 if np.asarray(value).dtype.kind == "f" else np.int64)
        self.constants.append(numpy_helper.from_array(value, f"c{self.count}"))
        return f"c{self.count}"

    def column(self, of, k, axis=1):
        return self.op("Slice", of, [k], [k + 1], [axis])


def save(name, graph, inputs, outputs, opset=17, metadata=None, domains=()):
    info = lambda name, kind, shape: h.make_tensor_value_info(name, kind, shape)
    graph = h.make_graph(
        graph.nodes,
        "policy",
        [info(*i) for i in inputs],
        [info(*o) for o in outputs],
        initializer=graph.constants,
    )
    sets = [h.make_opsetid("", opset)] + [h.make_opsetid(d, 1) for d in domains]
    model = h.make_model(graph, producer_name="nines tests", opset_imports=sets, ir_version=8)
    for key, value in (metadata or {}).items():
        model.metadata_props.add(key=key, value=value)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def tensor(name, kind=T.FLOAT, shape=None):
    return (name, kind, shape or SHAPES[name])


ACTIONS = ("actions", T.FLOAT, ["n", 2])


def steering(g):
    """Curvature: that of the route ahead, with feedback of offset and heading."""
    offset = g.op("Mul", g.column("ego", 3), np.float32(0.01))
    heading = g.op("Mul", g.column("ego", 4), np.float32(0.2))
    curvature = g.op("Sub", g.op("Sub", g.column("ego", 6), offset), heading)
    return g.op("Clip", curvature, np.float32(-0.15), np.float32(0.15))


def cruise():
    """Towards the desired speed, and nothing else."""
    g = Graph()
    missing = g.op("Sub", g.column("ego", 10), g.column("ego", 0))
    accel = g.op("Clip", g.op("Mul", missing, np.float32(0.5)), np.float32(-3.0), np.float32(1.5))
    g.op("Concat", accel, steering(g), axis=1, out="actions")
    return g


def idm():
    """The Intelligent Driver Model behind whatever stands or drives in the lane."""
    g = Graph()
    squeeze = lambda k: g.op("Squeeze", g.column("objects", k, axis=2), [2])
    s, d, vs, half = (squeeze(k) for k in (8, 9, 10, 12))
    v, v0 = g.column("ego", 0), g.op("Max", g.column("ego", 10), np.float32(1.0))
    gap = g.op("Sub", g.op("Sub", s, half), np.float32(3.8))
    aside = g.op("Abs", g.op("Sub", d, g.column("ego", 3)))
    within = g.op("And", g.op("Less", aside, np.float32(1.5)), g.op("Greater", gap, np.float32(-3.0)))
    ahead = g.op("And", within, g.op("Greater", "mask", np.float32(0.5)))
    room = g.op("Max", gap, np.float32(0.1))
    closing = g.op("Sub", v, vs)
    dynamic = g.op("Mul", g.op("Mul", v, closing), np.float32(0.25))
    wanted = g.op("Add", g.op("Max", g.op("Add", g.op("Mul", v, np.float32(1.5)), dynamic), np.float32(0.0)), np.float32(2.0))
    ratio = g.op("Mul", wanted, g.op("Reciprocal", room))
    brake = g.op("Where", ahead, g.op("Mul", ratio, ratio), np.float32(0.0))
    worst = g.op("ReduceMax", brake, axes=[1], keepdims=1)
    r = g.op("Mul", v, g.op("Reciprocal", v0))
    r2 = g.op("Mul", r, r)
    free = g.op("Sub", np.float32(1.0), g.op("Mul", r2, r2))
    accel = g.op("Mul", g.op("Sub", free, worst), np.float32(1.5))
    accel = g.op("Clip", accel, np.float32(-5.0), np.float32(1.5))
    g.op("Concat", accel, steering(g), axis=1, out="actions")
    return g


def counter():
    """Brakes a little more each step: its memory is the number of the step, three times over."""
    g = Graph()
    state = g.op("Add", "state_in", np.array([[1.0, 2.0, 4.0]], np.float32), out="state_out")
    accel = g.op("Mul", g.column(state, 0), np.float32(-0.125))
    g.op("Concat", g.op("Max", accel, np.float32(-4.0)), g.op("Mul", steering(g), np.float32(1.0)), axis=1, out="actions")
    return g


def all_fields():
    """Six fields, out of what `first` and `mask` say."""
    g = Graph()
    first = g.op("Cast", "first", to=T.FLOAT)
    first = g.op("Reshape", first, [-1, 1])
    seen = g.op("ReduceSum", g.op("Cast", "mask", to=T.FLOAT), [1], keepdims=1)
    accel = g.op("Mul", seen, np.float32(-0.25))
    zero = g.op("Mul", first, np.float32(0.0))
    g.op("Concat", accel, zero, g.op("Sub", zero, first), first, zero, g.op("Mul", first, np.float32(0.5)), axis=1, out="actions")
    return g


def weights(shape, seed):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32)


def scaled(g, x):
    """Tames the layout's ranges."""
    return g.op("Clip", g.op("Mul", x, np.float32(0.05)), np.float32(-3.0), np.float32(3.0))


def head(g, x, width, seed):
    y = g.op("Gemm", x, weights((width, 2), seed), np.zeros(2, np.float32))
    g.op("Mul", g.op("Tanh", y), np.array([[3.0, 0.05]], np.float32), out="actions")


def mlp():
    g = Graph()
    x = g.op("Relu", g.op("Gemm", scaled(g, "ego"), weights((25, 32), 1), np.zeros(32, np.float32)))
    x = g.op("Relu", g.op("Gemm", x, weights((32, 32), 2), np.zeros(32, np.float32)))
    head(g, x, 32, 3)
    return g


def normed():
    """Normalises along rows of 25: such sums depend on where a row begins in memory."""
    g = Graph()
    x = scaled(g, "ego")
    x = g.op("Sub", x, g.op("ReduceMean", x, axes=[1], keepdims=1))
    spread = g.op("Sqrt", g.op("Add", g.op("ReduceMean", g.op("Mul", x, x), axes=[1], keepdims=1), np.float32(1e-5)))
    head(g, g.op("Div", x, spread), 25, 10)
    return g


def attention():
    """Attention over objects: sums along rows, in softmax and in normalisation."""
    g = Graph()
    keys = g.op("MatMul", scaled(g, "objects"), weights((26, 16), 4))
    query = g.op("Gemm", scaled(g, "ego"), weights((25, 16), 5), np.zeros(16, np.float32))
    scores = g.op("Squeeze", g.op("MatMul", keys, g.op("Unsqueeze", query, [2])), [2])
    hidden = g.op("Mul", g.op("Sub", np.float32(1.0), "mask"), np.float32(-1e9))
    share = g.op("Softmax", g.op("Add", scores, hidden), axis=1)
    pooled = g.op("Squeeze", g.op("MatMul", g.op("Unsqueeze", share, [1]), keys), [1])
    mean = g.op("ReduceMean", pooled, axes=[1], keepdims=1)
    head(g, g.op("Add", g.op("Sub", pooled, mean), query), 16, 6)
    return g


def gru():
    g = Graph()
    k = 8
    x = g.op("Unsqueeze", scaled(g, "ego"), [0])
    w, r = (weights((n, 3 * k), s).T[None].copy() for n, s in ((25, 7), (k, 8)))
    g.nodes.append(
        h.make_node("GRU", [x, g.name(w), g.name(r), "", "", g.op("Unsqueeze", "state_in", [0])], ["", "last"], hidden_size=k)
    )
    state = g.op("Squeeze", "last", [0], out="state_out")
    head(g, state, k, 9)
    return g


def mean_over_batch():
    g = Graph()
    mean = g.op("ReduceMean", g.column("ego", 0), axes=[0], keepdims=1)
    accel = g.op("Mul", g.op("Sub", mean, g.column("ego", 0)), np.float32(0.1))
    g.op("Concat", accel, steering(g), axis=1, out="actions")
    return g


def nan():
    """No number once the ego drives more slowly than 5 m/s: the square root of what is below zero."""
    g = Graph()
    accel = g.op("Sub", g.op("Sqrt", g.op("Sub", g.column("ego", 0), np.float32(5.0))), np.float32(4.0))
    g.op("Concat", accel, steering(g), axis=1, out="actions")
    return g


def models():
    state = lambda k: (("state_in", T.FLOAT, ["n", k]), ("state_out", T.FLOAT, ["n", k]))
    layout = {"nines.observation": "nines.observation/1"}
    save("cruise", cruise(), [tensor("ego")], [ACTIONS], metadata=layout)
    for rows in (1, 8):
        save(f"cruise_{rows}", cruise(), [("ego", T.FLOAT, [rows, 25])], [("actions", T.FLOAT, [rows, 2])])
    save("idm", idm(), [tensor("mask"), tensor("objects"), tensor("ego")], [ACTIONS])
    save("counter", counter(), [tensor("ego"), state(3)[0]], [state(3)[1], ACTIONS])
    six = ("actions", T.FLOAT, ["n", 6])
    for name, kind, first in (
        ("f32", T.FLOAT, ["n"]),
        ("u8", T.UINT8, ["n"]),
        ("bool", T.BOOL, ["n", 1]),
        ("i64", T.INT64, ["n"]),
    ):
        save(f"flags_{name}", all_fields(), [tensor("mask", kind), ("first", kind, first)], [six])
    save("mlp", mlp(), [tensor("ego")], [ACTIONS])
    save("normed", normed(), [tensor("ego")], [ACTIONS])
    save("attention", attention(), [tensor("ego"), tensor("objects"), tensor("mask")], [ACTIONS])
    save("gru", gru(), [tensor("ego"), state(8)[0]], [ACTIONS, state(8)[1]])
    save("mean_over_batch", mean_over_batch(), [tensor("ego")], [ACTIONS])
    save("nan", nan(), [tensor("ego")], [ACTIONS])
    # Its number of rows is written into the graph, although the axis is open.
    g = cruise()
    last = g.nodes[-1]
    last.output[0] = "wide"
    g.op("Reshape", "wide", [1, 2], out="actions")
    save("cruise_written", g, [tensor("ego")], [ACTIONS])
    # As old exporters write it: weights among the inputs.
    g = cruise()
    old = [(c.name, c.data_type, list(c.dims)) for c in g.constants]
    save("weights_as_inputs", g, old[:2] + [tensor("ego")] + old[2:], [ACTIONS])


def refused():
    to = lambda name: f"refused/{name}"
    ego = tensor("ego")
    save(to("input_name"), cruise_of("eggo"), [("eggo", T.FLOAT, ["n", 25])], [ACTIONS])
    save(to("input_unknown"), cruise_of("lidar"), [("lidar", T.FLOAT, ["n", 25])], [ACTIONS])
    save(to("input_rank"), cruise(), [("ego", T.FLOAT, [25])], [ACTIONS])
    save(to("input_size"), cruise(), [("ego", T.FLOAT, ["n", 24])], [ACTIONS])
    save(to("input_type"), cruise(), [("ego", T.DOUBLE, ["n", 25])], [ACTIONS])
    save(to("input_flags"), cruise(), [("ego", T.UINT8, ["n", 25])], [ACTIONS])
    save(to("input_rows"), cruise(), [("ego", T.FLOAT, [4, 25]), ("mask", T.FLOAT, [8, 32])], [ACTIONS])
    save(to("input_empty"), cruise(), [("ego", T.FLOAT, [0, 25])], [ACTIONS])
    save(to("input_shapeless"), cruise(), [("ego", T.FLOAT, None)], [ACTIONS])
    save(to("objects_size"), idm(), [tensor("mask"), ("objects", T.FLOAT, ["n", 16, 26]), ego], [ACTIONS])
    save(to("output_name"), renamed(cruise(), "action"), [ego], [("action", T.FLOAT, ["n", 2])])
    save(to("output_none"), counter(), [ego, ("state_in", T.FLOAT, ["n", 3])], [("state_out", T.FLOAT, ["n", 3])])

    def answers(name, *columns, kind=T.FLOAT, **attributes):
        g = Graph()
        out = g.op("Concat", *[g.column("ego", k) for k in columns], axis=1, out="wide" if attributes else "actions")
        if attributes:
            g.op("Cast", out, out="actions", **attributes)
        save(to(name), g, [ego], [("actions", kind, ["n", len(columns)])])

    answers("actions_one", 0)
    answers("actions_seven", *range(7))
    answers("actions_type", 0, 1, kind=T.DOUBLE, to=T.DOUBLE)
    g = Graph()
    g.op("ReduceMean", "ego", axes=[0], keepdims=1, out="actions")
    save(to("actions_rows"), g, [ego], [("actions", T.FLOAT, [1, 25])])
    save(to("state_out_none"), counter(), [ego, ("state_in", T.FLOAT, ["n", 3])], [ACTIONS])
    g = cruise()
    g.op("Identity", g.column("ego", 0), out="state_out")
    save(to("state_in_none"), g, [ego], [ACTIONS, ("state_out", T.FLOAT, ["n", 1])])
    g = cruise()
    g.op("Concat", "state_in", "state_in", axis=1, out="state_out")
    save(to("state_width"), g, [ego, ("state_in", T.FLOAT, ["n", 3])], [ACTIONS, ("state_out", T.FLOAT, ["n", 6])])
    save(to("state_open"), counter(), [ego, ("state_in", T.FLOAT, ["n", "k"])], [ACTIONS, ("state_out", T.FLOAT, ["n", "k"])])
    save(to("mixes"), mean_over_batch(), [("ego", T.FLOAT, [8, 25])], [("actions", T.FLOAT, [8, 2])])
    save(to("opset"), cruise(), [ego], [ACTIONS], opset=21)
    save(to("layout"), cruise(), [ego], [ACTIONS], metadata={"nines.observation": "nines.observation/9"})

    def with_node(name, kind, **attributes):
        g = cruise()
        g.op(kind, g.column("ego", 0), out="aside", **attributes)
        save(to(name), g, [ego], [ACTIONS], domains=("acme",))

    with_node("operator", "Unique")
    with_node("operator_domain", "Relu", domain="acme")
    with_node("operator_random", "RandomNormalLike")
    g = Graph()
    g.op("Identity", "nowhere", out="actions")
    save(to("dangling"), g, [ego], [ACTIONS])
    g = Graph()
    g.nodes.append(h.make_node("Constant", [], ["actions"], value=numpy_helper.from_array(np.zeros((32, 2), np.float32))))
    save(to("no_inputs"), g, [], [("actions", T.FLOAT, [32, 2])])
    g = Graph()
    g.op("MatMul", "ego", np.zeros((24, 2), np.float32), out="actions")
    save(to("does_not_fit"), g, [ego], [ACTIONS])
    # Weights in a file beside the model, which is not read.
    g = Graph()
    far = T(name="far", data_type=T.FLOAT, dims=[25, 2], data_location=T.EXTERNAL)
    far.external_data.add(key="location", value="far.bin")
    g.constants.append(far)
    g.op("MatMul", "ego", "far", out="actions")
    save(to("external"), g, [ego], [ACTIONS])
    (HERE / "refused/text.onnx").write_text("this is no model\n")
    (HERE / "refused/empty.onnx").write_bytes(b"")
    (HERE / "refused/cut.onnx").write_bytes((HERE / "idm.onnx").read_bytes()[:700])


def renamed(g, out):
    g.nodes[-1].output[0] = out
    return g


def cruise_of(name):
    g = cruise()
    for node in g.nodes:
        for k, i in enumerate(node.input):
            if i == "ego":
                node.input[k] = name
    return g


def spread(shape, low, high):
    """Multiples of the golden ratio without their whole part, as the tests make them."""
    k = np.arange(int(np.prod(shape)), dtype=np.float64)
    return (low + (high - low) * np.modf(k * 0.6180339887498949)[0]).astype(np.float32).reshape(shape)


def expected():
    n, out = 5, {}
    rows = {
        "ego": spread((n, 25), -20.0, 20.0),
        "objects": spread((n, 32, 26), -20.0, 20.0),
        "mask": (spread((n, 32), 0.0, 1.0) < 0.5).astype(np.float32),
    }
    for name in ("idm", "mlp", "normed", "attention", "gru"):
        session = onnxruntime.InferenceSession(HERE / f"{name}.onnx", providers=["CPUExecutionProvider"])
        names = [o.name for o in session.get_outputs()]
        state = np.zeros((n, 8), np.float32)
        # Twice, so that the second answer rests on what was remembered.
        for step in (1, 2):
            given = {i.name: state if i.name == "state_in" else rows[i.name] for i in session.get_inputs()}
            answer = dict(zip(names, session.run(None, given)))
            state = answer.get("state_out")
            out[f"{name}.{step}"] = [float(v) for v in answer["actions"].ravel()]
    (HERE / "expected.json").write_text(json.dumps(out, indent=1) + "\n")


models()
refused()
expected()
for path in sorted(HERE.glob("*.onnx")):
    onnx.checker.check_model(str(path))
