"""Campaigns on Ray: the bytes of one process, whatever becomes of workers and machines; stopped, resumed, refused."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

import nines
import nines.ray
from nines import _shards
from tools import need

ray = need("ray")
SCENARIOS = ["child-at-curb", "stopped-school-bus"]
ASKED = {"rollouts": 2_000, "seed": 7, "progress": False}
NODE = {"num_cpus": 1, "object_store_memory": 80 << 20}
EXAMPLE = Path(__file__).parents[2] / "examples" / "onnx_policy" / "model.onnx"


@pytest.fixture(scope="module")
def cluster():
    """Two machines, as Ray plays them on one. What is started here finds the package and this test's tools."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    cluster.add_node(**NODE)
    cluster.wait_for_nodes()
    yield cluster
    cluster.shutdown()


@pytest.fixture
def connected(cluster):
    """Connected to both machines, the second one made anew where a test has killed it."""
    if len(cluster.worker_nodes) == 0:
        cluster.add_node(**NODE)
        cluster.wait_for_nodes()
    ray.init(address=cluster.address, log_to_driver=False, logging_level="warning")
    yield cluster
    ray.shutdown()


def files(folder):
    """All that must be the same, by name."""
    alone = ["campaign.json", "summary.json", "ledger.parquet", "manifest.json"]
    below = [path.relative_to(folder) for kind in ("scenarios", "odds", "rollouts") for path in (folder / kind).rglob("*.*")]
    return {str(name): (folder / name).read_bytes() for name in [*alone, *below]}


def assert_same(ours, whole):
    ours, whole = files(ours.folder), files(whole.folder)
    assert ours.keys() == whole.keys()
    assert [name for name in ours if ours[name] != whole[name]] == []


def idle(cpus):
    """Waits until nothing is left that takes a processor."""
    for _ in range(120):
        if ray.available_resources().get("CPU", 0) == cpus:
            return True
        time.sleep(0.25)
    return False


class Troubled:
    """Drives as a built-in policy, but in a worker it does once what harms it."""

    def __init__(self, place, harm=None):
        self.place, self.harm, self.test = str(place), harm, os.getpid()
        self.inside = nines.BuiltIn("idm-aeb")

    def start(self, slot):
        self.inside.start(slot)

    def __call__(self, observations):
        if self.harm and os.getpid() != self.test:
            self.harm(Path(self.place))
        return self.inside(observations)


def kill_worker_once(place):
    try:
        (place / "killed").touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def kill_worker(place):
    os.kill(os.getpid(), signal.SIGKILL)


def hang_on_second_machine(place):
    """Says that it drives there, and ends with that machine alone."""
    if ray.get_runtime_context().get_node_id() == (place / "node").read_text():
        (place / "driving").touch()
        time.sleep(600)


def slowly(place):
    (place / "driving").touch()
    time.sleep(0.05)


def test_the_bytes_of_one_process(connected, tmp_path):
    told = []
    asked = {**ASKED, "odd": "whole-city", "seed": None, "progress": told.append}
    ours = nines.ray.run("idm-aeb:headway_s=1.2", SCENARIOS, shards=5, out=tmp_path / "ours", **asked)
    whole = nines.run("idm-aeb:headway_s=1.2", SCENARIOS, out=tmp_path / "whole", **{**asked, "progress": False})
    assert_same(ours, whole)
    assert ours.status == "complete" and not (tmp_path / "ours.shards").exists()
    assert (told[-1].done, told[-1].total, told[-1].stage) == (4000, 4000, "5 of 5 shards")
    assert [p.done for p in told] == sorted(p.done for p in told)
    # Asked for again it is there; another one is not taken for it.
    assert nines.ray.run("idm-aeb:headway_s=1.2", SCENARIOS, out=tmp_path / "ours", resume=True, **asked).summary == whole.summary
    with pytest.raises(nines.CampaignError, match="another campaign: policy"):
        nines.ray.run("idm-aeb", SCENARIOS, out=tmp_path / "ours", resume=True, **{**asked, "seed": 7})
    with pytest.raises(nines.CampaignError, match="exists already"):
        nines.ray.run("idm-aeb", SCENARIOS, out=tmp_path / "ours", **asked)


def test_a_machine_that_is_killed_in_the_middle_changes_no_byte(connected, tmp_path):
    second = next(iter(connected.worker_nodes))
    (tmp_path / "node").write_text(second.node_id)

    def kill():
        while not (tmp_path / "driving").exists():
            time.sleep(0.05)
        connected.remove_node(second, allow_graceful=False)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    policy = Troubled(tmp_path, hang_on_second_machine)
    with pytest.warns(UserWarning, match="was lost .* driven again, 1 of 3 times"):
        ours = nines.ray.run(policy, SCENARIOS, shards=4, out=tmp_path / "ours", **ASKED)
    killer.join(timeout=30)
    assert not killer.is_alive() and len(connected.worker_nodes) == 0
    assert_same(ours, nines.run(policy, SCENARIOS, out=tmp_path / "whole", **ASKED))


def test_a_worker_that_is_killed_is_replaced(connected, tmp_path):
    policy = Troubled(tmp_path, kill_worker_once)
    with pytest.warns(UserWarning, match="shard ./3 was lost .* driven again"):
        ours = nines.ray.run(policy, "child-at-curb", shards=3, out=tmp_path / "ours", **ASKED)
    assert_same(ours, nines.run(policy, "child-at-curb", out=tmp_path / "whole", **ASKED))
    with pytest.raises(nines.NinesError, match="was lost .*, 1 times\n  help: a policy that ends its process"):
        nines.ray.run(Troubled(tmp_path, kill_worker), "child-at-curb", shards=2, retries=0, out=tmp_path / "never", **ASKED)
    assert idle(connected_cpus())


def connected_cpus():
    return ray.cluster_resources()["CPU"]


CHILD = """
    import sys
    sys.path.insert(0, sys.argv[3])
    import nines, nines.ray, test_ray
    address, word = sys.argv[1:3]
    asked = {**test_ray.ASKED, "rollouts": 6_000, "batch": 32}
    policy = test_ray.Troubled(".", test_ray.slowly if word == "new" else None)
    if word == "whole":
        nines.run(policy, "child-at-curb", out="whole", **asked)
        sys.exit()
    try:
        asked["progress"] = lambda p: print(p.stage, flush=True)
        nines.ray.run(policy, "child-at-curb", address=address, shards=6 if word == "new" else None, resume=word == "again", out="a", **asked)
    except KeyboardInterrupt as stopped:
        print(stopped.__notes__[0])
        sys.exit(42)
"""


def test_control_c_leaves_no_task_and_resume_goes_on(connected, tmp_path):
    def script(word):
        line = [sys.executable, "-c", textwrap.dedent(CHILD), connected.address, word, str(Path(__file__).parent)]
        return subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, text=True)

    with script("new") as child:
        for words in child.stdout:
            if words.startswith("1 of 6"):
                break
        child.send_signal(signal.SIGINT)
        rest = child.stdout.read()
        assert child.wait(timeout=60) == 42, rest
    assert "resume=True goes on" in rest
    assert idle(connected_cpus())
    kept = list((tmp_path / "a.shards").glob("*-of-6"))
    assert 1 <= len(kept) < 6 and not (tmp_path / "a").exists()
    # A damaged shard is driven again; into how many the campaign was cut is remembered.
    (kept[0] / "summary.json").write_text("{")
    with script("again") as child:
        assert child.stdout.read().splitlines()[-1] == "6 of 6 shards"
    with script("whole"):
        pass
    assert_same(nines.load(tmp_path / "a"), nines.load(tmp_path / "whole"))


def test_files_of_a_policy_go_along(connected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drivers").mkdir()
    (tmp_path / "drivers" / "mine.py").write_text(
        textwrap.dedent("""
            from pathlib import Path
            import nines
            from gains import GAIN
            nines_files = ["bias.txt"]
            class Slow:
                def __init__(self, wish=1.0):
                    self.inside, self.wish = nines.BuiltIn("idm-aeb"), wish
                    self.bias = float((Path(__file__).parent / "bias.txt").read_text())
                def start(self, slot):
                    self.inside.start(slot)
                def __call__(self, observations):
                    actions = self.inside(observations)
                    actions[:, 0] = actions[:, 0] * GAIN * self.wish + self.bias
                    return actions
        """)
    )
    (tmp_path / "drivers" / "gains.py").write_text("GAIN = 0.5\n")
    (tmp_path / "drivers" / "bias.txt").write_text("0.125")
    (tmp_path / "model.onnx").write_bytes(EXAMPLE.read_bytes())
    for k, name in enumerate(["drivers/mine.py:Slow:wish=0.75", "drivers/mine.py:Slow+latency:delay_s=0.3", "model.onnx"]):
        asked = {**ASKED, "rollouts": 600}
        ours = nines.ray.run(name, "child-at-curb", shards=2, out=f"ours{k}", **asked)
        assert_same(ours, nines.run(name, "child-at-curb", out=f"whole{k}", **asked))
        sys.modules.pop("gains", None)


def test_what_cannot_be_is_told_with_help(connected, tmp_path, monkeypatch):
    ask = lambda policy="idm", out="a", **more: nines.ray.run(policy, "child-at-curb", out=tmp_path / out, **{**ASKED, **more})  # noqa: E731
    with pytest.raises(nines.PolicyError, match="cannot be pickled: .*\n  help: give it as `file.py:attribute`"):
        lock = threading.Lock()
        ask(lambda o: lock)
    with pytest.raises(nines.UsageError, match="--method auto"):
        ask(method="auto")
    with pytest.raises(nines.UsageError, match="initialised already"):
        ask(address="auto", out="b")
    with pytest.raises(nines.UsageError, match="did you mean `idm`"):
        ask("idn")
    with pytest.raises(nines.PolicyError, match="shard ./. on .*: the policy `(.|\n)*cannot be had"):
        script = tmp_path / "absent.py"
        script.write_text("def drives(o): pass")
        monkeypatch.setattr(nines.ray, "_files_of", lambda name: script.unlink() or {})
        ask(f"{script}:drives", out="c")
    monkeypatch.undo()
    monkeypatch.setattr(_shards._native, "VERSION", "9.9.9")
    with pytest.raises(nines.CampaignError, match=r"on \S+: nines is .* here, and 9.9.9 where .*\n  help: install the same build"):
        ask(out="d")
    monkeypatch.undo()
    monkeypatch.setattr(_shards, "engine", lambda: "another")
    with pytest.raises(nines.CampaignError, match="drives otherwise here"):
        ask(out="e")
    assert idle(connected_cpus())


def test_without_ray_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"pip install 'nines\[ray\]'"):
        nines.ray.run("idm", "child-at-curb", out=tmp_path / "a", **ASKED)


def test_a_shard_that_is_too_large_to_be_sent_is_told(tmp_path, monkeypatch):
    campaign = nines.run("idm", "child-at-curb", out=tmp_path / "a", **ASKED)
    _shards.unpack(_shards.pack(campaign.folder), tmp_path / "b")
    assert files(tmp_path / "b") == files(tmp_path / "a")
    monkeypatch.setattr(_shards, "MOST_BYTES", 1000)
    with pytest.raises(nines.CampaignError, match="more `shards`"):
        _shards.pack(campaign.folder)
