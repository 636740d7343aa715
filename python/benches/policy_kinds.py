"""What a rollout costs with the same policy in Rust, as ONNX, in Python and behind gRPC, at several batch sizes.

    pip install ./python grpcio grpcio-tools && python python/benches/policy_kinds.py        # from the root of the repository

The policy is the Intelligent Driver Model in single precision over all 32 objects: `onnx/tests/models/idm.onnx`, and `idm` below, which gives
the same bits: before anything is measured all kinds are held to equal digests of all rollouts. In Rust the built-in `idm` stands for it, which
does more (tracks, signals, school buses): in the engine's lanes, and through the same layout and batches as the others get. The network is another
policy, for scale.

Kinds take turns within each round; medians are shown, of processor time (of this process with its threads, and of the server's), so that a
busy machine matters less. Clocks drift: trust the ratios.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
SCENARIO, SEED = "child-at-curb", 7
BATCHES = [1, 64, 1024]
ROUNDS = int(sys.argv[1]) if sys.argv[1:] and sys.argv[1].isdigit() else 3
OWN_S = [0.0]


def actions_of(ego, objects, mask):
    """Acceleration and curvature: one operation in single precision for each of the model's."""
    f = np.float32
    v, v0 = ego[:, 0], np.maximum(ego[:, 10], f(1))
    gap = objects[..., 8] - objects[..., 12] - f(3.8)
    ahead = (np.abs(objects[..., 9] - ego[:, 3, None]) < f(1.5)) & (gap > f(-3)) & (mask > 0)
    closing = v[:, None] - objects[..., 10]
    wanted = np.maximum((v * f(1.5))[:, None] + v[:, None] * closing * f(0.25), f(0)) + f(2)
    ratio = wanted * np.reciprocal(np.maximum(gap, f(0.1)))
    worst = np.where(ahead, ratio * ratio, f(0)).max(axis=1)
    r = v * np.reciprocal(v0)
    accel = np.clip((f(1) - r * r * (r * r) - worst) * f(1.5), f(-5), f(1.5))
    curvature = np.clip(ego[:, 6] - ego[:, 3] * f(0.01) - ego[:, 4] * f(0.2), f(-0.15), f(0.15))
    return np.stack([accel, curvature], axis=1)


def idm(o):
    begin = time.thread_time()
    actions = actions_of(o.ego, o.objects, o.mask)
    OWN_S[0] += time.thread_time() - begin
    return actions


def serve(address):
    """The example server, with this policy in it."""
    place = ROOT / "examples" / "grpc_policy" / "server.py"
    spec = importlib.util.spec_from_file_location("server", place)
    server = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(server)

    class Idm(server.Driver):
        def act(self, ego, objects, mask):
            answer = np.zeros((len(ego), 6), dtype="<f4")
            answer[:, :2] = actions_of(ego, objects, mask)
            answer[:, 5] = np.nan
            return answer

    server.Driver = Idm
    sys.argv = ["server.py", "--address", address]
    server.main()


def processor_s(process):
    """Processor time of another process."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = subprocess.Popen([sys.executable, __file__, "--serve", address])
    try:
        for _ in range(200):
            with socket.socket() as reached:
                if reached.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) == 0:
                    break
            time.sleep(0.1)
        measure(server, f"grpc://{address}")
    finally:
        server.kill()
        server.wait()


def measure(server, grpc):
    # Not where it serves: the stubs of the service are a package of the same name.
    import nines

    onnx = str(ROOT / "onnx" / "tests" / "models" / "idm.onnx")
    kinds = {
        "built-in `idm`, in lanes": "idm",
        "built-in `idm`, in the layout of all": "idm+latency:delay_s=0",
        "ONNX": onnx,
        "Python (NumPy)": idm,
        "gRPC, a server in Python": grpc,
        "a network as ONNX (`examples/onnx_policy`)": str(ROOT / "examples" / "onnx_policy" / "model.onnx"),
    }

    def driven(policy, batch, rollouts, first=0):
        return nines.drive(policy, SCENARIO, range(first, first + rollouts), seed=SEED, batch=batch)

    # The same policy: the same bits of every rollout.
    wanted = [o.digest for o in driven(onnx, 64, 256)]
    for name in ("Python (NumPy)", "gRPC, a server in Python"):
        assert [o.digest for o in driven(kinds[name], 64, 256)] == wanted, name
    steps = statistics.mean(o.steps for o in driven(onnx, 64, 1024))

    cost = {(name, batch): [] for name in kinds for batch in BATCHES}
    own = {batch: [] for batch in BATCHES}
    for turn in range(ROUNDS + 1):
        for name, policy in kinds.items():
            for batch in BATCHES:
                rollouts = 128 if batch == 1 else 1024
                begin, theirs, ours = time.process_time(), processor_s(server), OWN_S[0]
                driven(policy, batch, rollouts, first=turn * 1024)
                spent = time.process_time() - begin + processor_s(server) - theirs
                if turn:  # the first round warms up
                    cost[name, batch].append(spent / rollouts * 1e6)
                    if policy is idm:
                        own[batch].append((OWN_S[0] - ours) / rollouts * 1e6)
    median = {key: statistics.median(values) for key, values in cost.items()}
    base = "built-in `idm`, in the layout of all"
    print(f"{SCENARIO}, {ROUNDS} rounds; {steps:.0f} steps a rollout; processor time in us per rollout, and times `{base}`\n")
    print("| policy | " + " | ".join(f"batch {b}" for b in BATCHES) + " |")
    print("|---|" + "---|" * len(BATCHES))
    for name in kinds:
        cells = [f"{median[name, b]:,.0f} ({median[name, b] / median[base, b]:.1f})" for b in BATCHES]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print("\nNumPy alone, of the row of Python: " + ", ".join(f"{statistics.median(own[b]):,.0f} us" for b in BATCHES))


if __name__ == "__main__":
    serve(sys.argv[2]) if sys.argv[1:2] == ["--serve"] else main()
