"""The march of a network: versions of it that learn from a built-in policy, each from more driving than the one before.

    pip install ./python numpy==2.4.6 onnx==1.23.2
    python examples/onnx_policy/march.py --out march-of-a-network      # from the root of the repository

The network and its training are those of `train.py`. The first version learns from rollouts that the teacher drives; each other one goes on from
the version before, which drives now, while the teacher says at each step what it would have done (DAgger). A version's effort is the driving that
it and those before it have learned from. Lessons have seed 1, campaigns
each a seed of their own.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import train

import nines

#: Rollouts that each version learns from, beside those of the versions before it.
LESSONS = [40, 40, 80, 160, 320]


class Lesson:
    """Drives, and keeps what was seen and what the teacher would have done."""

    def __init__(self, teacher, student=None):
        self.teacher, self.student = nines.BuiltIn(teacher), student
        self.kept = []

    def start(self, slot):
        self.teacher.start(slot)

    def __call__(self, o):
        taught = self.teacher(o)[:, :2]
        self.kept.append((o.ego.copy(), o.objects.copy(), o.mask.astype(np.float32), taught))
        return taught if self.student is None else self.student(o)

    def data(self):
        return {name: np.concatenate(part) for name, part in zip(("ego", "objects", "mask", "actions"), zip(*self.kept))}


def student(p, scales):
    def drives(o):
        out, _ = train.forward(p, train.normal(o.ego, scales[0]), train.normal(o.objects, scales[1]), o.mask.astype(np.float32))
        return np.clip(out * train.SCALE, train.LOW, train.HIGH)

    return drives


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--teacher", default="common-sense")
    a.add_argument("--scenario", default="child-at-curb")
    a.add_argument("--steps", type=int, default=1500, help="steps of training of each version")
    a.add_argument("--rollouts", type=int, default=16384, help="rollouts of each campaign")
    a.add_argument("--out", type=Path, required=True, help="folder for models, campaigns and the march; it must not be there")
    args = a.parse_args()
    args.out.mkdir(parents=True)
    rng = np.random.default_rng(1)
    p, data, scales, first = train.parameters(rng), None, None, 0
    for version, rollouts in enumerate(LESSONS, 1):
        lesson = Lesson(args.teacher, student(p, scales) if data else None)
        nines.drive(lesson, args.scenario, range(first, first + rollouts), seed=1)
        first += rollouts
        fresh = lesson.data()
        data = fresh if data is None else {name: np.concatenate([data[name], fresh[name]]) for name in data}
        if scales is None:
            scales = train.scale_of(data["ego"]), train.scale_of(data["objects"][data["mask"] > 0])
        # Rows that no observation holds an object in teach nothing.
        most = int(data["mask"].sum(axis=1).max())
        seen = {**data, "objects": data["objects"][:, :most], "mask": data["mask"][:, :most]}
        train.train(p, seen, scales, args.steps, rng, size=512)
        folder = args.out / f"v{version}"
        folder.mkdir()
        train.export(p, scales, folder / "model.onnx")
        # From its folder, so that all versions are called alike.
        nines_in(folder, "run", args.scenario, "--policy=model.onnx", f"--rollouts={args.rollouts}", "--out=campaign", "--progress=none")
        effort = f"--effort={len(data['ego']) / 10:.0f}s"  # A step is 0.1 s.
        nines_in(folder, "march", "add", "campaign", f"--version=v{version}", effort, "--store=../march")
    nines_in(args.out, "march", "show", "--store=march", "--html=march.html")


def nines_in(folder, *words):
    subprocess.run([sys.executable, "-m", "nines", *words], check=True, cwd=folder)


if __name__ == "__main__":
    main()
