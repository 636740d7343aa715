"""Searches of the catalogue against random sampling: the table in docs/estimators.md.

    cargo build --release && python3 studies/catalogue.py --into docs/estimators.md

Each scenario is driven by random sampling (half of the rollouts with the hazard) and searched by each method. `apart` is the distance of
both estimates in standard errors of their logs. `saved` is how many rollouts with the hazard random sampling needs for the relative error
that the search claims, over the evaluations of the search: (1 - p) / (p e^2) / evaluations. Only the standard library is used.
"""

import argparse
import json
import math
import pathlib
import subprocess
import tempfile

SCENARIOS = (
    "cut-out-reveal shed-load-ahead ball-between-cars debris-at-night shoulder-stop-with-person queue-beyond-crest-loaded-truck "
    "child-behind-parked-cars unlit-pedestrian-at-night late-crosser-on-green cyclist-along right-before-left "
    "lead-brakes-hard-truck stop-sign-violator child-at-curb"
).split()
BEGIN, END = "<!-- catalogue -->\n", "<!-- end of catalogue -->\n"


def run(nines, name, policy, *options):
    with tempfile.TemporaryDirectory() as folder:
        command = [nines, "run", name, "--policy", policy, "--out", folder + "/a", "--progress", "none", "--format", "json", *options]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["scenarios"][0]


def run_kept(keep, nines, name, policy, drawn):
    """Random sampling of a scenario, into a folder that is resumed or used again where it is given."""
    options = ["--rollouts", drawn]
    if keep is None:
        return run(nines, name, policy, *options)
    out = keep / name
    resume = ["--resume"] if out.exists() else []
    command = [nines, "run", name, "--policy", policy, "--out", str(out), "--progress", "none", *options, *resume]
    subprocess.run(command, check=True, capture_output=True)
    return json.loads((out / "summary.json").read_text())["scenarios"][0]


def two(x):
    return f"{x:.2g}" if x >= 0.01 else f"{x:.1e}".replace("e-0", "e-")


def row(name, method, drawn, found):
    p, q, search = drawn["hazard"]["probability"], found["hazard"]["probability"], found["search"]
    failures, rollouts = drawn["hazard"]["failures"], drawn["hazard"]["rollouts"]
    cells = [name, f"{failures:,} of {rollouts:,}", f"{two(p['lower'])} to {two(p['upper'])}", method]
    cells[-1] += "" if search["method"] == method else f": {search['method']}"
    value, error = search["estimate"], search["relative_error"]
    if not value or not error:
        return cells + [f"{search['evaluations']:,}", "none" if value is None else two(value), "", "", "", ", ".join(search["warnings"])]
    apart = ""
    if failures:
        apart = f"{math.log(value / p['estimate']) / math.hypot(error, failures ** -0.5):+.1f}"
    saved = (1 - value) / (value * error**2) / search["evaluations"]
    interval = f"{two(value)} ({two(q['lower'])} to {two(q['upper'])})"
    return cells + [f"{search['evaluations']:,}", interval, f"{100 * error:.0f}%", apart, two(saved), ", ".join(search["warnings"])]


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("scenarios", nargs="*", default=SCENARIOS)
    ask.add_argument("--nines", default="target/release/nines")
    ask.add_argument("--policy", default="common-sense")
    ask.add_argument("--drawn", default="1M", help="rollouts of random sampling")
    ask.add_argument("--budget", default="200k", help="most rollouts of a search, half of them without the hazard")
    ask.add_argument("--methods", default="auto,qmc", help="methods that search")
    ask.add_argument("--campaigns", type=pathlib.Path, help="keep the campaigns of random sampling in this folder, and use them again")
    ask.add_argument("--into", type=pathlib.Path, help="page with the marks of the table")
    args = ask.parse_args()
    lines = [
        "| scenario | drawn at random: failed | 95% | search | evaluations | found | error | apart | saved | marks |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in args.scenarios:
        drawn = run_kept(args.campaigns, args.nines, name, args.policy, args.drawn)
        for method in args.methods.split(","):
            found = run(args.nines, name, args.policy, "--rollouts", args.budget, "--method", method)
            lines.append("| " + " | ".join(row(name, method, drawn, found)) + " |")
            print(lines[-1], flush=True)
    if args.into:
        before, rest = args.into.read_text().split(BEGIN)
        _, after = rest.split(END)
        args.into.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + after)


if __name__ == "__main__":
    main()
