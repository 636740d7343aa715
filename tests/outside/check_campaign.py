"""Recomputes a campaign from outside: counts from its Parquet files with pyarrow, limits with SciPy.

usage: check_campaign.py DIR; exit 0 and a line of counts, or exit 1 with what differs.
"""

import collections
import glob
import json
import math
import os
import sys

import numpy as np
import pyarrow.parquet as pq
from scipy.stats import beta, kstest, norm


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


def check_odd(odd, limits_of, counts_of):
    """The mix by exposures with SciPy's limits, and the rate from independent draws."""
    name, parts = odd["name"], odd["scenarios"]
    exposures = [p["exposure"]["per_km"] for p in parts]
    weights = np.array([e["estimate"] for e in exposures])
    points = np.array([(1 - w["estimate"]) * k0 / n0 + w["estimate"] * k1 / n1 for n0, k0, n1, k1, w in (counts_of[p["name"]] for p in parts)])
    near(f"{name} estimate", odd["probability"]["estimate"], weights @ points / weights.sum())

    def mix(a):
        limits = np.array([limits_of[p["name"]](a / len(parts)) for p in parts])
        return weights / weights.sum() @ limits

    check_limits(f"{name} per encounter", odd["probability"], mix)
    near(f"{name} rate", odd["rate_per_km"]["estimate"], weights @ points)
    near(f"{name} rate per million miles", odd["rate_per_million_miles"]["upper"], odd["rate_per_km"]["upper"] * 1609344)
    if len(parts) > 1 and odd["rate_per_km"]["estimate"] > 0:
        # Variants of one file share the error of their exposure.
        families = [p["shares_exposure_with"] or p["name"] for p in parts]
        a = (1 - odd["rate_per_km"]["confidence"]) / 2
        for side, want in zip(("lower", "upper"), drawn(a, exposures, families, [counts_of[p["name"]] for p in parts])):
            near(f"{name} rate, {side} limit", odd["rate_per_km"][side], want, 0.05)


def drawn(a, exposures, families, counts, draws=400_000):
    """Limits of the summed rate at an error of each side, as docs/intervals.md has them, from draws of NumPy."""
    rng = np.random.default_rng(3)
    total, weighted, upper, one_more = (np.zeros(draws) for _ in range(4))
    normals = {family: rng.standard_normal(draws) for family in dict.fromkeys(families)}
    for e, family, (n0, k0, n1, k1, w) in zip(exposures, families, counts):
        spread = math.log(e["upper"] / e["estimate"]) / norm.ppf(0.975)
        x = np.exp(spread * normals[family])
        p0, p1 = (rng.beta(k, n - k + 1, draws) if k else np.zeros(draws) for k, n in ((k0, n0), (k1, n1)))
        ends = [(1 - v) * p0 + v * p1 for v in (w["lower"], w["upper"])]
        low, high = np.minimum(*ends), np.maximum(*ends)
        total += e["estimate"] * low
        weighted += e["estimate"] * low * x
        upper += e["estimate"] * x * high
        one_more = np.maximum(one_more, e["estimate"] * x * max((1 - w["lower"]) / n0, w["upper"] / n1))
    with np.errstate(invalid="ignore"):
        lower = np.where(weighted > 0, total**2 / weighted, 0.0)
    return np.quantile(lower, a), np.quantile(upper + one_more * rng.exponential(size=draws), 1 - a)


def check_modes(s, rows):
    """Modes against the rows: counts by cause and states, shares with SciPy's limits, and Kolmogorov-Smirnov distances where a kind is one mode."""
    name, modes = s["name"], s["modes"]
    if s["hazard"]["failures"] > 20_000:
        return
    near(f"{name} failures in modes", s["modes_of"], s["hazard"]["failures"])
    kinds = collections.defaultdict(list)
    for row in rows:
        kinds[row["cause"], frozenset(filter(None, row["stratum"].split(",")))].append(row)
    of = lambda m: (m["cause"], frozenset(f"{k}={v}" for k, v in m["latent"].items()) or frozenset(["all"]))
    found = collections.Counter(of(m) for m in modes)
    for m in modes:
        k, n = m["failures"], s["modes_of"]
        near(f"{m['id']} share", m["share"], k / n)
        lower, upper = clopper_pearson(k, n, 0.025)
        near(f"{m['id']} share, lower limit", m["share_lower"], lower)
        near(f"{m['id']} share, upper limit", m["share_upper"], upper)
        if found[of(m)] == 1:
            own = kinds[of(m)]
            near(f"{m['id']} failures", k, len(own))
            params = [c for c in own[0] if c.startswith("param_")]
            for t in m["sensitivity"]:
                at = params.index("param_" + t["parameter"])
                near(f"{m['id']} {t['parameter']}", t["index"], kstest([row["point"][at] for row in own], "norm").statistic)
    shares = [m["share"] for m in modes]
    if shares != sorted(shares, reverse=True) or any(sum(m["failures"] for m in modes if of(m) == kind) != len(kinds[kind]) for kind in found):
        sys.exit(f"{name}: its modes are out of order, or leave failures out")


def main(folder):
    with open(os.path.join(folder, "summary.json")) as file:
        summary = json.load(file)
    rows = 0
    limits_of, counts_of = {}, {}
    for s in summary["scenarios"]:
        name, counted, failed = s["name"], 0, 0
        halves, bad_rows = collections.Counter(), []
        strata = collections.Counter()
        for path in sorted(glob.glob(os.path.join(folder, "rollouts", name, "part-*.parquet"))):
            table = pq.read_table(path, columns=["rollout", "stratum", "stands_for", "verdict"]).to_pylist()
            rows += len(table)
            failures = pq.read_table(path, filters=[("verdict", "!=", "pass")]).to_pylist()
            bad_rows += [row for row in failures if row["rollout"] % 2 == 1]
            for row in table:
                counted += row["stands_for"]
                bad = row["stands_for"] * (row["verdict"] != "pass")
                failed += bad
                halves[row["rollout"] % 2] += row["stands_for"]
                halves["failed", row["rollout"] % 2] += bad
                strata[frozenset(filter(None, row["stratum"].split(",")))] += row["stands_for"]
        near(f"{name} rollouts", s["rollouts"], counted)
        near(f"{name} failures", s["failures"], failed)
        near(f"{name} rollouts over strata", sum(t["rollouts"] for t in s["strata"]), counted)
        for t in s["strata"]:
            label = frozenset(f"{k}={v}" for k, v in t["latent"].items())
            near(f"{name} {label}", t["rollouts"], strata[label])
        check_modes(s, bad_rows)
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
            limits_of[name], counts_of[name] = two_groups, (n0, k0, n1, k1, w)
            near(f"{name} estimate", s["probability"]["estimate"], (1 - w["estimate"]) * k0 / n0 + w["estimate"] * k1 / n1)
        if s["rate_per_km"] is not None and s["rate_per_km"]["estimate"] > 0:
            e = s["exposure"]["per_km"]
            near(f"{name} rate", s["rate_per_km"]["estimate"], e["estimate"] * s["probability"]["estimate"])
            upper = math.hypot(*(math.log(x["upper"] / x["estimate"]) for x in (e, s["probability"])))
            near(f"{name} rate limit", s["rate_per_km"]["upper"], s["rate_per_km"]["estimate"] * math.exp(upper))
    for odd in summary["odds"]:
        check_odd(odd, limits_of, counts_of)
    print(f"{len(summary['scenarios'])} scenarios, {len(summary['odds'])} ODDs, {rows} rows agree")


if __name__ == "__main__":
    main(sys.argv[1])
