"""What a machine of a cluster does: it drives one shard of a campaign, and sends its folder back."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import pickle
import shutil
import socket
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypedDict

from . import _identity, _native
from .errors import CampaignError, NinesError, PolicyError

#: Most bytes of a shard's folder. It is held in memory on its way: where a campaign's rows take more, more shards do.
MOST_BYTES = 1 << 30
_SCRATCH = "nines-shard-"


class Order(TypedDict):
    """What a machine must know. Plain values alone: it may have another version of this package, and must be able to say so."""

    version: str
    engine: str
    files: dict[str, str]
    shipped: dict[str, bytes]
    policy: bytes | None
    deadline: float
    threads: int
    batch: int
    command: list[str]


class Reply(TypedDict, total=False):
    """What comes back: an error (exit code, message, help), or a packed folder with its rollouts and what a user must know."""

    error: tuple[int, str, str | None]
    folder: bytes
    rollouts: int
    warnings: list[str]


def engine() -> str:
    """What the engine of this machine makes of some rollouts: equal where it is the same."""
    text, _, _ = _native.drive("idm-aeb", "child-at-curb", 0, 32, 7, "stratified", 32)
    return hashlib.sha256(text.encode()).hexdigest()


def drive(order: Order, shard: str, tell: Callable[[int], object]) -> Reply:
    """Drives the shard ``K/N`` in a folder of its own, which is gone afterwards."""
    try:
        _same_program(order)
        files = {f"order/{name}": text.encode() for name, text in order["files"].items()}
        files |= {f"here/{name}": data for name, data in order["shipped"].items()}
        with _scratch(files) as folder:
            warnings: list[str] = []
            out, text = _native.run_shard(
                folder / "order",
                shard,
                folder / "out",
                lambda done, _total, _scenario: tell(done),
                warnings.append,
                _policy(order["policy"]),
                order["deadline"],
                order["threads"],
                order["batch"],
                [*order["command"], f"--shard={shard}"],
            )
            return {"folder": pack(Path(out)), "rollouts": json.loads(text)["totals"]["rollouts"], "warnings": warnings}
    except NinesError as error:
        return {"error": (error.exit_code, f"shard {shard} on {socket.gethostname()}: {error.message}", error.help)}


def _same_program(order: Order) -> None:
    help = "install the same build of nines on all machines"
    if order["version"] != _native.VERSION:
        raise CampaignError(f"nines is {_native.VERSION} here, and {order['version']} where the campaign was asked for", 6, help)
    if order["engine"] != engine():
        raise CampaignError(f"nines {_native.VERSION} drives otherwise here than where the campaign was asked for", 6, help)


def _policy(pickled: bytes | None) -> _identity.Identity | None:
    try:
        return None if pickled is None else pickle.loads(pickled)
    except Exception as why:
        help = "what it imports must be installed on all machines; Ray's runtime_env can do that"
        raise PolicyError(f"the policy cannot be unpickled: {type(why).__name__}: {why}", 7, help) from None


@contextlib.contextmanager
def _scratch(files: dict[str, bytes]) -> Iterator[Path]:
    """A folder with these files, and `here` in it where this process works meanwhile. Modules loaded from it are forgotten with it."""
    _remove_left()
    before, path = os.getcwd(), list(sys.path)
    folder = Path(tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-")).resolve()
    try:
        for name, data in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        (folder / "here").mkdir(exist_ok=True)
        os.chdir(folder / "here")
        yield folder
    finally:
        os.chdir(before)
        sys.path[:] = path
        for name, module in list(sys.modules.items()):
            if _identity.is_below(getattr(module, "__file__", None), folder):
                del sys.modules[name]
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left() -> None:
    """Removes what workers that were killed have left."""
    for left in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        number = left.name.removeprefix(_SCRATCH).partition("-")[0]
        if number.isdigit() and not Path("/proc", number).exists() and Path("/proc").exists():
            shutil.rmtree(left, ignore_errors=True)


def pack(folder: Path) -> bytes:
    """What ``merge`` needs of a campaign folder: the files of its manifest, and where it was driven."""
    names = [*json.loads((folder / "manifest.json").read_bytes())["files"], "manifest.json", "provenance.json"]
    size = sum((folder / name).stat().st_size for name in names)
    if size > MOST_BYTES:
        raise CampaignError(f"it has {size / 1e9:.1f} GB, and {MOST_BYTES / 1e9:.1f} GB can be sent", 6, "ask for more `shards`")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in names:
            tar.add(folder / name, arcname=name)
    return packed.getvalue()


def unpack(packed: bytes, folder: Path) -> None:
    """Writes a packed folder; it is there once all of it is."""
    beside = Path(f"{folder}.{os.getpid()}.part")
    shutil.rmtree(beside, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(beside, filter="data")
    try:
        beside.rename(folder)
    except OSError:
        # Somebody else has been faster: shards of one order are the same.
        shutil.rmtree(beside)
        if not folder.is_dir():
            raise
