"""OpenTURNS and nines side by side on problems of known probability: the tables in docs/estimators.md.

    pip install numpy openturns
    cargo build --release -p nines-studies
    python3 studies/with_openturns.py --repeats 20 --into docs/estimators.md     # evaluations to a true error of 10%
    python3 studies/with_openturns.py --cost --into docs/estimators.md           # time of an estimator itself, for each evaluation

An evaluation is a call of the limit state for one point, counted where it is made; gradients by differences count. The true error is the
root mean square of estimate / reference - 1 over all runs, one without an estimate counting as 0. `to 10%` is evaluations times
max(1, (true error / 10%)^2): what a true error of 10% takes if it falls with the square root of the effort, which is not so of a bias: none
is given where the interval holds in fewer than three of four runs. A run that asks for more than 200,000 points is ended and counts as one
without an estimate, and so does one that takes longer than half a minute; after two of these the others of that method are not tried. Plain
sampling of rare failures is not run: its error is known. OpenTURNS' interval is its estimate plus and minus half of
`getConfidenceLength(0.95)`.
"""

import argparse
import json
import math
import multiprocessing
import pathlib
import queue
import subprocess
import time

import numpy as np
import openturns as ot

MOST = 200_000
SECONDS = 30


def branches(u, c, k):
    s, t = (u[:, 0] + u[:, 1]) / math.sqrt(2), u[:, 0] - u[:, 1]
    return np.minimum(c + t * t / 10 - np.abs(s), k - np.abs(t))


def stopping(u, median, sigma):
    v = np.maximum(13.9 + 1.5 * u[:, 0], 0.1)
    latency, brake = 0.4 * np.exp(0.3 * u[:, 1]), 7 * np.exp(0.1 * u[:, 2])
    distance, needed = v * median * np.exp(sigma * u[:, 3]), v * latency + v * v / (2 * brake)
    impact = np.sqrt(np.maximum(v * v - 2 * brake * np.maximum(distance - v * latency, 0), 0))
    return np.where(distance > needed, distance - needed, -impact)


def steep(u):
    g1 = np.where(u[:, 0] > 3.5, 4 - u[:, 0], 0.85 - 0.1 * u[:, 0])
    g2 = np.where(u[:, 1] > 2, 0.5 - 0.1 * u[:, 1], 2.3 - u[:, 1])
    return np.minimum(g1, g2)


# As in studies/src/problems.rs: inputs, reference, margins.
PROBLEMS = {
    "D01": (2, 6.20966533e-3, lambda u: 2.5 - (u[:, 0] + u[:, 1]) / math.sqrt(2)),
    "D02": (100, 1.01708324e-6, lambda u: 4.75 - u.sum(axis=1) / 10),
    "D04": (50, 4.02108768e-5, lambda u: np.minimum(4 - u[:, :25].sum(axis=1) / 5, 4.3 + u[:, 25:].sum(axis=1) / 5)),
    "D06": (2, 8.98317629e-7, lambda u: branches(u, 5, 5 * math.sqrt(2))),
    "D09": (20, 1.68264164e-6, lambda u: 8 - np.sqrt((u * u).sum(axis=1))),
    "D12": (10, 3.39767312e-6, lambda u: np.minimum(2, 4.5 - u.sum(axis=1) / math.sqrt(10))),
    "D18": (4, 1.45238742e-9, lambda u: stopping(u, 6, 0.2)),
    "D19": (2, 3.19578843e-5, steep),
}


class TooMany(Exception):
    """The run asks for more points than it may."""


class Counted:
    """A limit state that counts its points."""

    def __init__(self, dim, margins):
        self.points, self.margins = 0, margins
        one = lambda x: [float(margins(np.array([x]))[0])] if self.count(1) else []
        many = lambda x: margins(np.array(x)).reshape(-1, 1) if self.count(len(x)) else []
        function = ot.PythonFunction(dim, 1, one, func_sample=many)
        self.vector = ot.RandomVector(ot.Normal(dim))
        self.event = ot.ThresholdEvent(ot.CompositeRandomVector(function, self.vector), ot.LessOrEqual(), 0.0)

    def count(self, n):
        self.points += n
        if self.points > MOST:
            raise TooMany
        return True


def sized(algorithm, block, blocks):
    algorithm.setBlockSize(block)
    algorithm.setMaximumOuterSampling(blocks)
    return algorithm


def simulation(event, experiment, block=1000):
    algorithm = sized(ot.ProbabilitySimulationAlgorithm(event, experiment), block, MOST // block)
    algorithm.setMaximumCoefficientOfVariation(0.1)
    return algorithm


def form(event, dim):
    optimiser = ot.AbdoRackwitz()
    optimiser.setCheckStatus(False)
    search = ot.FORM(optimiser, event, [0.1 + 0.01 * k for k in range(dim)])
    search.run()
    point = search.getResult().getStandardSpaceDesignPoint()
    return simulation(event, ot.ImportanceSamplingExperiment(ot.Normal(point, ot.CorrelationMatrix(dim))), 100)


def directional(event, dim):
    algorithm = sized(ot.DirectionalSampling(event, ot.MediumSafe(), ot.RandomDirection()), 10, MOST)
    algorithm.setMaximumCoefficientOfVariation(0.1)
    return algorithm


def nais(event, dim):
    return sized(ot.NAIS(event, 0.1), 1000, 1)


def subset(event, dim):
    return sized(ot.SubsetSampling(event), 1000, 3)


def physical(event, dim):
    # Means and deviations of all inputs are adapted, correlations are not.
    auxiliary = ot.Normal(dim)
    active = ot.Indices(range(2 * dim))
    start = [auxiliary.getParameter()[k] for k in active]
    names = auxiliary.getParameterDescription()
    low = [-10.0 if names[k].startswith("mu") else 0.1 for k in active]
    bounds = ot.Interval(low, [10.0] * len(low))
    return sized(ot.PhysicalSpaceCrossEntropyImportanceSampling(event, auxiliary, active, start, bounds, 0.1), 1000, 1)


def standard(event, dim):
    return sized(ot.StandardSpaceCrossEntropyImportanceSampling(event, 0.1), 1000, 1)


# Name, most inputs, least probability, and how it is made.
METHODS = [
    ("Monte Carlo", 999, 1e-3, lambda event, dim: simulation(event, ot.MonteCarloExperiment())),
    ("Latin hypercube", 999, 1e-3, lambda event, dim: simulation(event, ot.LHSExperiment())),
    ("FORM and importance sampling", 999, 0, form),
    ("directional sampling", 20, 0, directional),
    ("NAIS", 999, 0, nais),
    ("subset sampling", 999, 0, subset),
    ("cross entropy, physical space", 20, 0, physical),
    ("cross entropy, standard space", 999, 0, standard),
]


def once(make, dim, margins, seed, answer):
    ot.RandomGenerator.SetSeed(seed)
    state = Counted(dim, margins)
    try:
        algorithm = make(state.event, dim)
        algorithm.run()
        result = algorithm.getResult()
        answer.put((state.points, result.getProbabilityEstimate(), result.getConfidenceLength(0.95) / 2))
    except (TooMany, RuntimeError, TypeError) as why:
        # Errors of the limit state come back as those of the library.
        if state.points <= MOST:
            print("ended:", str(why).splitlines()[0][:120])
        answer.put((state.points, 0.0, -1.0))


def measure(make, dim, reference, margins, repeats):
    points, ratios, held, answered, endless = 0, [], 0, 0, 0
    for seed in range(1, repeats + 1):
        # Some loops of the library never end and ask nothing more, and nothing but the end of the process stops them.
        evaluations, p, half = MOST, 0.0, -1.0
        if endless < 2:
            answer = multiprocessing.Queue()
            run = multiprocessing.Process(target=once, args=(make, dim, margins, seed, answer))
            run.start()
            try:
                evaluations, p, half = answer.get(timeout=SECONDS)
            except queue.Empty:
                endless += 1
                run.kill()
            run.join()
        points += evaluations
        ratios.append(p / reference)
        answered += half >= 0
        held += abs(p - reference) <= half
    error = math.sqrt(sum((r - 1) ** 2 for r in ratios) / repeats)
    return points / repeats, error, held, answered


def nines(program, problem, repeats):
    command = [program, "estimators", "--only", problem, "--repeats", str(repeats), "--json"]
    s = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return s["evaluations"], s["error"], s["covered"], s["repeats"]


def number(x):
    return f"{x:,.0f}" if x < 1e7 else f"{x:.1e}".replace("e+0", "e").replace("e+", "e")


def row(problem, method, evaluations, error, held, answered, repeats):
    to_ten = evaluations * max(1, (error / 0.1) ** 2)
    # Where intervals do not hold, the error is none that falls with the effort.
    shown = number(to_ten) if held >= 0.75 * repeats else "-"
    return f"| {problem} | {method} | {number(evaluations)} | {100 * error:.0f}% | {shown} | {held} of {repeats} | {answered} |"


def side_by_side(program, problems, repeats, of_nines):
    yield "| problem | method | evaluations | true error | to 10% | interval holds | with an answer |"
    yield "|---|---|---|---|---|---|---|"
    for problem in problems:
        dim, reference, margins = PROBLEMS[problem]
        yield row(problem, "nines `auto`", *nines(program, problem, of_nines), of_nines)
        for name, inputs, least, make in METHODS:
            if dim <= inputs and reference >= least:
                yield row(problem, name, *measure(make, dim, reference, margins, repeats), repeats)
        if reference < 1e-3:
            yield f"| {problem} | Monte Carlo, by its formula | | | {number(100 * (1 - reference) / reference)} | | |"


def cost(program):
    yield "| inputs | numpy normals | OpenTURNS Monte Carlo | OpenTURNS subset | nines `mc` | nines `subset` | nines `auto` (search) |"
    yield "|---|---|---|---|---|---|---|"
    rng = np.random.default_rng(1)
    for dim in (2, 20, 200):
        n = 4_000_000 // dim // 10
        begun = time.perf_counter()
        for _ in range(10):
            rng.standard_normal((n, dim))
        plain = (time.perf_counter() - begun) / (10 * n) * 1e9
        cells = [plain]
        for make in (lambda e: simulation(e, ot.MonteCarloExperiment(), 10_000), lambda e: subset(e, dim)):
            state = Counted(dim, lambda u: 4.0 - u[:, 0])
            begun = time.perf_counter()
            algorithm = make(state.event)
            if isinstance(algorithm, ot.ProbabilitySimulationAlgorithm):
                algorithm.setMaximumOuterSampling(max(1, n // 10_000))
                algorithm.setMaximumCoefficientOfVariation(0.0)
            algorithm.run()
            cells.append((time.perf_counter() - begun) / state.points * 1e9)
        out = subprocess.run([program, "cost", "--inputs", str(dim)], check=True, capture_output=True, text=True).stdout
        mine = json.loads(out)
        cells += [mine[method] for method in ("mc", "subset", "auto")]
        yield f"| {dim} | " + " | ".join(number(c) for c in cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="target/release/nines-studies")
    parser.add_argument("--problems", default=",".join(PROBLEMS))
    parser.add_argument("--repeats", type=int, default=20, help="of each method of OpenTURNS")
    parser.add_argument("--of-nines", type=int, default=100, help="runs of nines")
    parser.add_argument("--cost", action="store_true", help="the time of the estimators themselves")
    parser.add_argument("--into", type=pathlib.Path, help="put the table into this page, between its marks")
    options = parser.parse_args()
    ot.Log.Show(ot.Log.NONE)
    lines = []
    table = cost(options.program) if options.cost else side_by_side(options.program, options.problems.split(","), options.repeats, options.of_nines)
    for line in table:
        print(line, flush=True)
        lines.append(line)
    if options.into:
        mark = "cost" if options.cost else "openturns"
        begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->\n"
        page = options.into.read_text()
        before, rest = page.split(begin)
        options.into.write_text(before + begin + "\n".join(lines) + "\n" + end + rest.split(end)[1])


if __name__ == "__main__":
    main()
