"""Teaches a small network to drive like a built-in policy, and writes it as `model.onnx`.

    pip install numpy==2.4.6 onnx==1.23.2
    python examples/onnx_policy/train.py            # from the root of the repository; about five minutes on one core

Each round has lessons written by `cargo run --release -p nines-onnx --example teach`: in the first the teacher drives, in the others the
model of the round before does, and the teacher says what it would have done.
"""

import argparse
import os
import subprocess
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
EGO, OBJECT = 25, 26
HIDDEN_OBJECT, HIDDEN = 48, 64
# Where errors begin to count, m/s^2 and 1/m.
SCALE = np.array([1.0, 0.01], np.float32)
# What the model may answer.
LOW, HIGH = np.array([-9.0, -0.15], np.float32), np.array([2.0, 0.15], np.float32)


def parameters(rng):
    layer = lambda n, m: [rng.standard_normal((n, m)).astype(np.float32) * np.float32(np.sqrt(2 / n)), np.zeros(m, np.float32)]
    p = layer(OBJECT + EGO, HIDDEN_OBJECT) + layer(HIDDEN_OBJECT, HIDDEN_OBJECT)
    p += layer(HIDDEN_OBJECT + EGO, HIDDEN) + layer(HIDDEN, HIDDEN) + layer(HIDDEN, 2)
    p[-2] *= np.float32(0.1)
    return p


def forward(p, ego, objects, mask):
    """Each object with the ego through two layers, the largest of each feature over all objects, then three layers: [n, 2], and what
    `backward` needs."""
    n, k, _ = objects.shape
    wo, bo, w1, b1, w2, b2, w3, b3, w4, b4 = p
    each = np.concatenate([objects, np.broadcast_to(ego[:, None], (n, k, EGO))], 2).reshape(n * k, -1)
    h0 = np.maximum(each @ wo + bo, 0)
    h1 = np.maximum(h0 @ w1 + b1, 0).reshape(n, k, -1) * mask[:, :, None]
    most = h1.argmax(1)
    pooled = np.take_along_axis(h1, most[:, None], 1)[:, 0]
    both = np.concatenate([pooled, ego], 1)
    h2 = np.maximum(both @ w2 + b2, 0)
    h3 = np.maximum(h2 @ w3 + b3, 0)
    return h3 @ w4 + b4, (each, h0, h1, most, both, h2, h3)


def backward(p, kept, mask, d):
    each, h0, h1, most, both, h2, h3 = kept
    wo, bo, w1, b1, w2, b2, w3, b3, w4, b4 = p
    n, k, width = h1.shape
    g = [None] * 10
    g[8], g[9] = h3.T @ d, d.sum(0)
    d = (d @ w4.T) * (h3 > 0)
    g[6], g[7] = h2.T @ d, d.sum(0)
    d = (d @ w3.T) * (h2 > 0)
    g[4], g[5] = both.T @ d, d.sum(0)
    d = (d @ w2.T)[:, :width]
    spread = np.zeros_like(h1)
    np.put_along_axis(spread, most[:, None], d[:, None], 1)
    d = (spread * (h1 > 0) * mask[:, :, None]).reshape(n * k, width)
    g[2], g[3] = h0.T @ d, d.sum(0)
    d = (d @ w1.T) * (h0 > 0)
    g[0], g[1] = each.T @ d, d.sum(0)
    return g


def train(p, data, scales, steps, rng, rate=2e-3, size=1024):
    """Adam with a rate that falls to zero along a cosine; errors beyond one scale count linearly (Huber)."""
    m, v = [np.zeros_like(x) for x in p], [np.zeros_like(x) for x in p]
    total = 0.0
    for t in range(1, steps + 1):
        at = rng.integers(0, len(data["ego"]), size)
        ego, objects = normal(data["ego"][at], scales[0]), normal(data["objects"][at], scales[1])
        mask = data["mask"][at]
        out, kept = forward(p, ego, objects, mask)
        error = out - data["actions"][at] / SCALE
        total += float(np.abs(error).mean())
        g = backward(p, kept, mask, np.clip(error, -1, 1).astype(np.float32) / np.float32(size))
        lr = rate * 0.5 * (1 + np.cos(np.pi * t / steps))
        for k in range(len(p)):
            m[k] += np.float32(0.1) * (g[k] - m[k])
            v[k] += np.float32(0.001) * (g[k] ** 2 - v[k])
            step = lr * (m[k] / (1 - 0.9**t)) / (np.sqrt(v[k] / (1 - 0.999**t)) + 1e-8)
            p[k] -= step.astype(np.float32)
        if t % 1000 == 0:
            print(f"  step {t}: mean error {total / 1000:.4f} scales", flush=True)
            total = 0.0


def scale_of(x):
    """Mean and spread of each field, the spread never so small that noise becomes large."""
    x = x.reshape(-1, x.shape[-1])
    return x.mean(0).astype(np.float32), (1 / np.maximum(x.std(0), 1e-3)).astype(np.float32)


def normal(x, scale):
    return np.clip((x - scale[0]) * scale[1], np.float32(-4), np.float32(4))


def export(p, scales, path):
    """The same network in ONNX, over all 32 objects of the layout."""
    nodes, constants = [], []

    def constant(value, kind=np.float32):
        name = f"c{len(constants)}"
        constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def op(kind, *inputs, out=None, **attributes):
        out = out or f"t{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [out], **attributes))
        return out

    def scaled(x, scale):
        x = op("Mul", op("Sub", x, constant(scale[0])), constant(scale[1]))
        return op("Clip", x, constant(np.float32(-4)), constant(np.float32(4)))

    def layer(x, w, b):
        return op("Relu", op("Add", op("MatMul", x, constant(w)), constant(b)))

    wo, bo, w1, b1, w2, b2, w3, b3, w4, b4 = p
    ego = scaled("ego", scales[0])
    # The ego's share of the first layer is the same for each object.
    shared = op("Unsqueeze", op("MatMul", ego, constant(wo[OBJECT:])), constant([1], np.int64))
    h = op("Add", op("MatMul", scaled("objects", scales[1]), constant(wo[:OBJECT])), shared)
    h = layer(op("Relu", op("Add", h, constant(bo))), w1, b1)
    h = op("Mul", h, op("Unsqueeze", "mask", constant([2], np.int64)))
    h = op("Concat", op("ReduceMax", h, axes=[1], keepdims=0), ego, axis=1)
    h = layer(layer(h, w2, b2), w3, b3)
    h = op("Add", op("MatMul", h, constant(w4)), constant(b4))
    h = op("Mul", h, constant(SCALE))
    op("Min", op("Max", h, constant(LOW)), constant(HIGH), out="actions")
    info = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape])
    graph = helper.make_graph(
        nodes, "policy", [info("ego", EGO), info("objects", 32, OBJECT), info("mask", 32)], [info("actions", 2)], constants
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="train.py")
    model.metadata_props.add(key="nines.observation", value="nines.observation/1")
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def lessons(args, round, model):
    folder = args.work / f"round{round}"
    command = [*args.teach.split(), str(folder), args.teacher, str(args.rollouts), str(round * 1_000_000)]
    subprocess.run(command + ([str(model)] if round else []), check=True)
    return {name: np.load(folder / f"{name}.npy") for name in ("ego", "objects", "mask", "actions")}


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--teacher", default="idm-aeb")
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--rollouts", type=int, default=300, help="rollouts of each of three streets, in each round")
    a.add_argument("--steps", type=int, default=1500, help="steps of training in each round; three times as many in the last")
    a.add_argument("--work", type=Path, default=Path("target/onnx_policy"))
    a.add_argument("--out", type=Path, default=HERE / "model.onnx")
    a.add_argument("--teach", default="cargo run --release -q -p nines-onnx --example teach --", help="how `teach` is started")
    args = a.parse_args()
    rng = np.random.default_rng(1)
    p, data, scales = parameters(rng), None, None
    for round in range(args.rounds):
        fresh = lessons(args, round, args.out)
        data = fresh if data is None else {k: np.concatenate([data[k], fresh[k]]) for k in data}
        if scales is None:
            scales = scale_of(data["ego"]), scale_of(data["objects"][data["mask"] > 0])
        last = round == args.rounds - 1
        print(f"round {round}: {len(data['ego'])} steps to learn from", flush=True)
        train(p, data, scales, args.steps * (3 if last else 1), rng)
        export(p, scales, args.out)
    print(f"{args.out}: {os.path.getsize(args.out)} bytes")


if __name__ == "__main__":
    main()
