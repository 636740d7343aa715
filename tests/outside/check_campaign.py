"""Recomputes a campaign from outside: counts from its Parquet files with pyarrow, limits with SciPy.

usage: check_campaign.py DIR; exit 0 and a line of counts, or exit 1 with what differs.
"""

import collections
import glob
import json
import math
import os
import sys

import pyarrow.parquet as pq
from scipy.stats import beta


def clopper_pearson(k, n, a):
    """Lower and upper limit, each wrong with probability a at most."""
    lower = beta.ppf(a, k, n - k + 1) if k > 0 else 0.0
    upper = beta.isf(a, k + 1, n - k) if k < n else 1.0
    return lower, upper


def near(what, got, want, tolerance=1e-9):
    if not math.isclose(got, want, rel_tol=tolerance, abs_tol=1e-300):
        sys.exit(f"{what}: {got!r} in the summary, {want!r} from outside")


def check_limits(what, p, limits):
    a = 1 - p["confidence"]
    near(f"{what} lower", p["lower"], limits(a / 2)[0])
    near(f"{what} upper", p["upper"], limits(a / 2)[1])
    near(f"{what} one-sided lower", p["one_sided_lower"], limits(a)[0])
    near(f"{what} one-sided upper", p["one_sided_upper"], limits(a)[1])


def main(folder):
    with open(os.path.join(folder, "summary.json")) as file:
        summary = json.load(file)
    rows = 0
    for s in summary["scenarios"]:
        name, counted, failed = s["name"], 0, 0
        halves = collections.Counter()
        strata = collections.Counter()
        for path in sorted(glob.glob(os.path.join(folder, "rollouts", name, "part-*.parquet"))):
            table = pq.read_table(path, columns=["rollout", "stratum", "stands_for", "verdict"]).to_pylist()
            rows += len(table)
            for row in table:
                counted += row["stands_for"]
                bad = row["stands_for"] * (row["verdict"] != "pass")
                failed += bad
                halves[row["rollout"] % 2] += row["stands_for"]
                halves["failed", row["rollout"] % 2] += bad
                strata[row["stratum"]] += row["stands_for"]
        near(f"{name} rollouts", s["rollouts"], counted)
        near(f"{name} failures", s["failures"], failed)
        near(f"{name} rollouts over strata", sum(t["rollouts"] for t in s["strata"]), counted)
        for t in s["strata"]:
            label = ",".join(f"{k}={v}" for k, v in t["latent"].items())
            near(f"{name} {label}", t["rollouts"], strata[label])
        h = s["hazard"]
        n1, k1 = h["rollouts"], h["failures"]
        near(f"{name} hazard rollouts", n1, halves[1])
        near(f"{name} hazard failures", k1, halves["failed", 1])
        check_limits(f"{name} per hazard", h["probability"], lambda a: clopper_pearson(k1, n1, a))
        near(f"{name} nines", s["nines"]["demonstrated"], max(0.0, -math.log10(h["probability"]["one_sided_upper"])))
        if s["probability"] is not None:
            n0, k0, w = halves[0], halves["failed", 0], h["prior"]

            def two_groups(a, n0=n0, k0=k0, w=w, n1=n1, k1=k1):
                a1 = a / 10 if w["estimate"] < 0.01 else a / 2
                (l0, u0), (l1, u1) = clopper_pearson(k0, n0, a - a1), clopper_pearson(k1, n1, a1)
                ends = (w["lower"], w["upper"])
                return min((1 - v) * l0 + v * l1 for v in ends), max((1 - v) * u0 + v * u1 for v in ends)

            check_limits(f"{name} per encounter", s["probability"], two_groups)
            near(f"{name} estimate", s["probability"]["estimate"], (1 - w["estimate"]) * k0 / n0 + w["estimate"] * k1 / n1)
        if s["rate_per_km"] is not None and s["rate_per_km"]["estimate"] > 0:
            e = s["exposure"]["per_km"]
            near(f"{name} rate", s["rate_per_km"]["estimate"], e["estimate"] * s["probability"]["estimate"])
            upper = math.hypot(*(math.log(x["upper"] / x["estimate"]) for x in (e, s["probability"])))
            near(f"{name} rate limit", s["rate_per_km"]["upper"], s["rate_per_km"]["estimate"] * math.exp(upper))
    print(f"{len(summary['scenarios'])} scenarios, {rows} rows agree")


if __name__ == "__main__":
    main(sys.argv[1])
