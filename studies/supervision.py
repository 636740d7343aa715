"""Nines over the share of supervision: the table and the picture in docs/composition.md.

    cargo build --release && python3 studies/supervision.py --into docs/composition.md

A policy is driven with `remote-help` at several shares of the time watched; each share is a campaign of its own on the same points. Needs matplotlib.
"""

import argparse
import json
import math
import pathlib
import subprocess
import tempfile

SCENARIOS = "child-at-curb right-hook cyclist-along stop-sign-violator lead-brakes-hard-urban cut-out-reveal".split()
SHARES = (0, 0.25, 0.5, 0.75, 0.9, 1)
BEGIN, END = "<!-- slider -->\n", "<!-- end of slider -->"


def campaigns(args, folder):
    """The summary at each share."""
    policies = []
    for share in SHARES:
        policies += ["--policy", f"{args.policy}+remote-help:share={share},response_s={args.response_s},supervisor={args.supervisor}"]
    command = [args.nines, "run", *SCENARIOS, *policies, "--rollouts", args.rollouts, "--seed", "1", "--progress", "none", "--out", f"{folder}/all"]
    subprocess.run(command, check=True, capture_output=True)
    found = {}
    for path in pathlib.Path(folder, "all").glob("*/summary.json"):
        summary = json.loads(path.read_text())
        found[summary["policy"]["settings"]["remote-help.share"]] = {s["name"]: s["hazard"]["probability"] for s in summary["scenarios"]}
    return found


def nines(p):
    return -math.log10(p) if p > 0 else None


def table(found):
    head = "| scenario | " + " | ".join(f"{share:.0%}" for share in SHARES) + " |"
    rows = [head, "|---" * (len(SHARES) + 1) + "|"]
    for name in SCENARIOS:
        cells = []
        for share in SHARES:
            p = found[share][name]
            cells.append(f"{nines(p['upper']):.2f} to " + (f"{nines(p['lower']):.2f}" if p["lower"] > 0 else "∞"))
        rows.append(f"| `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def picture(found, args, path):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "nines", "font.size": 10, "svg.fonttype": "none"})
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
    for name in SCENARIOS:
        centre = [nines(found[share][name]["estimate"]) for share in SHARES]
        low = [nines(found[share][name]["upper"]) for share in SHARES]
        high = [nines(found[share][name]["lower"]) for share in SHARES]
        top = [math.nan if c is None else (h if h is not None else c + 1) - c for c, h in zip(centre, high)]
        shown = [math.nan if c is None else c for c in centre]
        bottom = [0 if c is None else c - l for c, l in zip(centre, low)]
        axes.errorbar(SHARES, shown, yerr=[bottom, top], marker="o", markersize=4, capsize=2, linewidth=1.3, label=name)
    axes.set(xlabel="share of the time that a person watches", ylabel="nines per hazard, 95% interval", ylim=(0, None))
    axes.xaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1))
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=9)
    axes.set_title(f"{args.policy}, watched by {args.supervisor} with a response of {args.response_s} s", fontsize=11)
    figure.savefig(path, metadata={"Date": None})


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--nines", default="target/release/nines")
    ask.add_argument("--policy", default="idm-aeb")
    ask.add_argument("--supervisor", default="common-sense")
    ask.add_argument("--response_s", default="0.5")
    ask.add_argument("--rollouts", default="10k")
    ask.add_argument("--into", type=pathlib.Path, help="page with the marks of the table; the picture goes beside it")
    args = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = campaigns(args, folder)
    text = table(found)
    print(text)
    if args.into:
        image = args.into.with_suffix(".svg")
        picture(found, args, image)
        page = args.into.read_text()
        before, rest = page.split(BEGIN)
        after = rest.split(END)[1]
        about = (
            f"Nines per hazard (95% interval) of `{args.policy}` under `{args.supervisor}` with a response of {args.response_s} s, over the share of the time watched; "
            f"{args.rollouts} rollouts of each scenario, half of them with the hazard (`studies/supervision.py`):\n\n"
        )
        args.into.write_text(before + BEGIN + about + text + f"\n![Nines over the share of supervision]({image.name})\n" + END + after)


main()
