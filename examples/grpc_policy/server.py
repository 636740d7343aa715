"""A policy server in Python: the smallest that is complete.

    nines run --policy 'exec:python3 examples/grpc_policy/server.py' ...

starts it; or run it with --address 127.0.0.1:50051 and give nines --policy grpc://127.0.0.1:50051. Needs grpcio, grpcio-tools and
numpy. What drives is `Driver`; all else is the service of remote/proto/nines/policy/v1/policy.proto.
"""

import argparse
import hashlib
import os
import pathlib
import sys
import tempfile
from concurrent import futures

import grpc
import numpy as np
from grpc_tools import protoc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "remote" / "proto"


def stubs():
    """Compiles the service's description into a folder of its own, and imports what comes out."""
    with tempfile.TemporaryDirectory() as out:
        name = "nines/policy/v1/policy.proto"
        code = protoc.main(["protoc", f"-I{PROTO}", f"--python_out={out}", f"--grpc_python_out={out}", name])
        if code != 0:
            sys.exit(f"{PROTO / name} cannot be compiled")
        # Whole packages: the package `nines`, where it is installed, has no `policy` and must not take their place.
        for folder in ("nines", "nines/policy", "nines/policy/v1"):
            pathlib.Path(out, folder, "__init__.py").touch()
        sys.path.insert(0, out)
        from nines.policy.v1 import policy_pb2, policy_pb2_grpc

        sys.path.remove(out)
    return policy_pb2, policy_pb2_grpc


pb, rpc = stubs()

LAYOUT = "nines.observation/1"
DEFAULTS = {"brake_mps2": 4.0}


class Driver:
    """Keeps its speed and its lane, and brakes for whatever is in its way within the distance that it needs to stop.

    It remembers nothing. A policy that does keeps it by slot, and forgets a slot that is in `request.started`.
    """

    def __init__(self, settings, ego_fields, object_fields):
        unknown = set(settings) - set(DEFAULTS)
        if unknown:
            raise ValueError(f"there is no setting {sorted(unknown)}; there is {sorted(DEFAULTS)}")
        self.settings = DEFAULTS | {name: float(value) for name, value in settings.items()}
        if not 1.0 <= self.settings["brake_mps2"] <= 9.0:
            raise ValueError("brake_mps2 must lie between 1 and 9")
        self.ego = {name: k for k, name in enumerate(ego_fields)}
        self.object = {name: k for k, name in enumerate(object_fields)}

    def act(self, ego, objects, mask):
        """Actions [n, 6] for ego [n, fields], objects [n, 32, fields], mask [n, 32]."""
        ego, objects = ego.astype(np.float64), objects.astype(np.float64)
        e = lambda name: ego[:, self.ego[name]]
        o = lambda name: objects[:, :, self.object[name]]
        brake = self.settings["brake_mps2"]
        stop_m = 5.0 + e("speed_mps") * e("speed_mps") / (2.0 * brake)
        ahead = (o("route_s_m") > 0.0) & (o("route_s_m") < stop_m[:, None]) & (np.abs(o("route_d_m")) < 2.0)
        in_the_way = (ahead & (mask != 0)).any(axis=1)
        free = np.clip(0.5 * (e("desired_mps") - e("speed_mps")), -2.0, 1.5)
        actions = np.zeros((len(ego), 6), dtype="<f4")
        actions[:, 0] = np.where(in_the_way, -brake, free)
        steer = e("route_curvature_ahead") - 0.02 * e("route_d_m") - 0.2 * e("heading_sin")
        actions[:, 1] = np.clip(steer, -0.2, 0.2)
        actions[:, 5] = np.nan  # It states no belief.
        return actions


class Policy(rpc.PolicyServicer):
    def __init__(self):
        self.columns = None

    def Describe(self, request, context):
        if request.layout != LAYOUT:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"this policy takes {LAYOUT}, not {request.layout}")
        self.columns = (list(request.ego_fields), list(request.object_fields))
        driver = self.driver(request.settings, context)
        code = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
        settings = {name: repr(value) for name, value in driver.settings.items()}
        fingerprint = hashlib.sha256(f"{code} {sorted(settings.items())}".encode()).hexdigest()
        return pb.DescribeReply(
            name="grpc-example", version="1", fingerprint=f"sha256:{fingerprint}", layout=LAYOUT, settings=settings
        )

    def driver(self, settings, context):
        try:
            return Driver(dict(settings), *self.columns)
        except ValueError as wrong:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(wrong))

    def Drive(self, requests, context):
        driver = None
        for request in requests:
            driver = driver or self.driver(request.settings, context)
            n = request.worlds
            f32 = lambda data, *shape: np.frombuffer(data, dtype="<f4").reshape(n, *shape)
            ego = f32(request.ego, len(driver.ego))
            objects = f32(request.objects, -1, len(driver.object))
            mask = np.frombuffer(request.mask, dtype=np.uint8).reshape(n, -1)
            yield pb.DriveReply(step=request.step, actions=driver.act(ego, objects, mask).tobytes())

    def Ping(self, request, context):
        return pb.PingReply()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default=os.environ.get("NINES_POLICY_ADDRESS"), help="where to listen, 127.0.0.1:50051")
    address = parser.parse_args().address or parser.error("--address or NINES_POLICY_ADDRESS is needed")
    # A session keeps a thread for as long as it lasts: one for each thread of nines, and some for `Describe` and `Ping`.
    threads = futures.ThreadPoolExecutor(max_workers=64)
    server = grpc.server(threads, options=[("grpc.max_receive_message_length", 64 << 20), ("grpc.so_reuseport", 0)])
    rpc.add_PolicyServicer_to_server(Policy(), server)
    # Raises where the address is taken.
    server.add_insecure_port(address)
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
