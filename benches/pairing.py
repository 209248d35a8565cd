"""Measures the pairing engine beside scipy and OR-tools on the same markets in the same run.

    python benches/pairing.py PROGRAM [PART ...] [points=sum,least,product] [alphas=…] [seeds=…]

PROGRAM is the example `pairing` of crates/matching: the door `solve pairing` without the rest.
Each market is written as the JSON that the door reads; peers get the same numbers as arrays.
Times are processor times of choosing on one thread, the least of three runs on either side, so that
what else the machine does falls out; what reading the JSON takes on the clock stands beside.  Ends with 1 where a total
differs or a bar is missed.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from ortools.graph.python import min_cost_flow
from scipy.optimize import linear_sum_assignment
from scipy.optimize import Bounds as MilpBounds
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_matrix

PROGRAM = None
FAILED = []


def run(request):
    """Our answer, the seconds of choosing, of reading, of the processor for choosing, and MB."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        text = request if isinstance(request, str) else json.dumps(request, separators=(",", ":"))
        file.write(text)
        file.flush()
        timed = subprocess.run(
            [PROGRAM, file.name], capture_output=True, text=True, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    first, second = timed.stdout.splitlines()
    answer = json.loads(first)
    extra = json.loads(second)
    cpu = min(extra["choose_cpu_ms"] or answer["elapsed_ms"], answer["elapsed_ms"])
    return (answer, answer["elapsed_ms"] / 1e3, extra["read_ms"] / 1e3, cpu / 1e3,
            after.ru_maxrss / 1024)


def timed(peer):
    wall, cpu = time.perf_counter(), time.process_time()
    value = peer()
    return value, time.perf_counter() - wall, time.process_time() - cpu


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def say(ok, what):
    if not ok:
        FAILED.append(what)
    return "yes" if ok else "NO"


def side(size, most):
    return json.dumps([{"min": 0, "max": most}] * size)


def sided(left, right, edges):
    """The request as text: the edges are a numpy array of three columns."""
    columns = [map(str, column.tolist()) for column in edges.T]
    items = "],[".join(map(",".join, zip(*columns)))
    return f'{{"left":{left},"right":{right},"edges":[[{items}]]}}'


def dense_edges(points):
    left, right = np.indices(points.shape)
    return np.column_stack([left.ravel(), right.ravel(), points.ravel()])


def dense(_seed=1):
    size = 2000
    rng = np.random.default_rng(1)
    at = np.arange(size, dtype=np.int64)
    worth = rng.integers(0, 100_000, size)
    markets = {
        "random 0 to 99,999": rng.integers(0, 100_000, (size, size)),
        "random 0 to 9": rng.integers(0, 10, (size, size)),
        "i × j": np.outer(at, at),
        "−(i − j)²": -np.subtract.outer(at, at) ** 2 + size**2,
        "common worth and noise": worth[None, :] + rng.integers(0, 1000, (size, size)),
        "worth × worth and noise": worth[:, None] * worth[None, :] // 1000
        + rng.integers(0, 1000, (size, size)),
    }
    print("\nDense 2,000 × 2,000, one pair each, beside scipy linear_sum_assignment\n")
    row("points", "ours s", "scipy s", "ratio", "reading s", "total equal", "ratio at most 0.5")
    row(*["---"] * 7)
    for name, points in markets.items():
        request = sided(side(size, 1), side(size, 1), dense_edges(points))
        total = lambda: int(points[linear_sum_assignment(points, maximize=True)].sum())
        times = 3 if "random" in name else 1
        want, _, theirs = min((timed(total) for _ in range(times)), key=lambda item: item[2])
        answer, _, reading, ours, _ = min((run(request) for _ in range(times)), key=lambda item: item[3])
        equal = answer["total"] == want
        bar = say(ours <= 0.5 * theirs, f"dense {name}: {ours:.2f} s") if "99,999" in name else (
            "yes" if ours <= 0.5 * theirs else "no")
        row(name, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f}", f"{reading:.2f}",
            say(equal, f"dense {name} total"), bar)


def sparse_market(size, degree, seed):
    rng = np.random.default_rng(seed)
    left = np.repeat(np.arange(size), degree)
    keys = np.argsort(rng.random((size, 4 * degree)), axis=1)[:, :degree]
    # Distinct candidates: one from each of `degree` strides.
    right = (keys * (size // (4 * degree)) + rng.integers(0, size // (4 * degree), keys.shape)).ravel()
    return np.column_stack([left, right, rng.integers(0, 100_000, size * degree)])


def or_tools(size, edges, left, right):
    flow = min_cost_flow.SimpleMinCostFlow()
    source, sink = 2 * size, 2 * size + 1
    at = np.arange(size)
    flow.add_arcs_with_capacity_and_unit_cost(
        edges[:, 0], size + edges[:, 1], np.ones(len(edges), dtype=np.int64), -edges[:, 2])
    flow.add_arcs_with_capacity_and_unit_cost(
        np.full(size, source), at, np.full(size, left), np.zeros(size, dtype=np.int64))
    flow.add_arcs_with_capacity_and_unit_cost(
        size + at, np.full(size, sink), np.full(size, right), np.zeros(size, dtype=np.int64))
    # Nobody has to meet: what is not paired goes past all of them.
    units = size * min(left, right)
    flow.add_arc_with_capacity_and_unit_cost(source, sink, units, 0)
    flow.set_node_supply(source, units)
    flow.set_node_supply(sink, -units)
    status = flow.solve()
    assert status == flow.OPTIMAL, status
    return -flow.optimal_cost()


def sparse(_seed=1):
    print("\n20 candidates each, at most 3 and 2 pairs, beside OR-tools SimpleMinCostFlow\n")
    row("size", "ours s", "OR-tools s", "ratio", "reading s", "memory MB", "total equal", "bar")
    row(*["---"] * 8)
    for size in (10_000, 100_000):
        edges = sparse_market(size, 20, 1)
        answer, clock, reading, ours, memory = run(sided(side(size, 3), side(size, 2), edges))
        if size == 10_000:
            want, _, theirs = timed(lambda: or_tools(size, edges, 3, 2))
            row(size, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.3f}", f"{reading:.2f}", f"{memory:.0f}",
                say(answer["total"] == want, "sparse total"),
                say(ours <= 0.5 * theirs, "sparse ratio"))
        else:
            row(size, f"{ours:.2f}", "", "", f"{reading:.2f}", f"{memory:.0f}", "",
                say(clock + reading < 120 and memory < 4096, "100,000"))


def anybody(_seed=1):
    print("\nAnybody with anybody, 300 people with 20 candidates each, beside HiGHS (scipy milp)\n")
    row("bounds", "seed", "pairs possible", "ours s", "HiGHS s", "proved", "total equal", "under 2 s")
    row(*["---"] * 8)
    for low, high in ((0, 1), (1, 1), (0, 3), (1, 3), (2, 2)):
        for seed in (1, 2, 3):
            rng = np.random.default_rng(seed)
            size = 300
            chosen = set()
            for person in range(size):
                for other in rng.permutation(size - 1)[:20]:
                    other = int(other) + (other >= person)
                    chosen.add((min(person, other), max(person, other)))
            pairs = np.array(sorted(chosen))
            points = rng.integers(1, 100 if seed == 3 else 100_000, len(pairs))
            request = {
                "people": [{"min": low, "max": high}] * size,
                "edges": np.column_stack([pairs, points]).tolist(),
            }
            answer, _, _, ours, _ = run(request)
            columns = np.arange(len(pairs))
            matrix = csr_matrix(
                (np.ones(2 * len(pairs)), (pairs.T.ravel(), np.tile(columns, 2))),
                shape=(size, len(pairs)))
            peer = lambda: milp(-points, constraints=LinearConstraint(matrix, low, high),
                                integrality=np.ones(len(pairs)), bounds=MilpBounds(0, 1),
                                options={"mip_rel_gap": 0})
            best, _, theirs = timed(peer)
            want = round(-best.fun) if best.status == 0 else None
            row(f"{low} to {high}", seed, len(pairs), f"{ours:.2f}", f"{theirs:.2f}",
                say(answer["status"] in ("optimal", "infeasible"), f"anybody {low} {high} {seed} proved"),
                say(answer["total"] == want, f"anybody {low} {high} {seed} total"),
                say(ours < 2, f"anybody {low} {high} {seed}: {ours:.2f} s"))


def fair(_seed=1):
    """Preference: half a common quality, lognormal with σ = 1, half private, uniform."""
    size, capacity, unit = 500, 5, 10_000
    fusions = {
        "sum": lambda a, b: a + b,
        "least": np.minimum,
        "product": lambda a, b: a * b // unit,
    }
    print("\nFair exposure, 500 × 500, capacity 5, means and worst of seeds 1 to 20\n")
    row("points", "α", "envy cases", "fall", "least fall", "envy points fall", "Gini", "price %", "most %", "s", "bar")
    row(*["---"] * 11)
    at = np.indices((size, size)).reshape(2, -1).T
    for name in FUSIONS:
        fuse = fusions[name]
        for alpha in ALPHAS:
            before, after, fall, points_fall, ginis, prices, seconds = [], [], [], [], [], [], []
            for seed in range(1, SEEDS + 1):
                rng = np.random.default_rng(seed)
                quality = [rng.lognormal(0, 1, size), rng.lognormal(0, 1, size)]
                private = [rng.random((size, size)), rng.random((size, size))]
                # What left i thinks of right j, and right j of left i.
                of_left = np.rint(unit * (quality[1][None, :] + private[0]) / 2).astype(np.int64)
                of_right = np.rint(unit * (quality[0][:, None] + private[1]) / 2).astype(np.int64)
                points = fuse(of_left, of_right)
                edges = np.column_stack([at, points.ravel()])
                text = sided(side(size, capacity), side(size, capacity), edges)
                rule = {"alpha": alpha, "max_price": 500}
                views = np.column_stack([of_left.ravel(), of_right.ravel()])
                rule["views"] = (np.column_stack([points.ravel()] * 2) if name == "product" else views).tolist()
                text = text[:-1] + ',"fairness":' + json.dumps(rule, separators=(",", ":")) + "}"
                answer, _, _, took, _ = run(text)
                old, new = answer["exposure"]["before"], answer["exposure"]["after"]
                before.append(old["envy"]["cases"])
                after.append(new["envy"]["cases"])
                fall.append(1 - new["envy"]["cases"] / old["envy"]["cases"])
                points_fall.append(1 - new["envy"]["points"] / old["envy"]["points"])
                ginis.append((old["gini"] / 1e4, new["gini"] / 1e4))
                prices.append(100 * (1 - new["total"] / old["total"]))
                seconds.append(took)
            old_gini, new_gini = np.mean(ginis, axis=0)
            good = min(fall) >= 0.5 and max(prices) <= 5
            verdict = say(good, f"fair {name}") if name != "least" else "yes" if good else "no"
            row(name, alpha / 1e4, f"{np.mean(before):.0f} → {np.mean(after):.0f}", f"{np.mean(fall):.0%}", f"{min(fall):.0%}",
                f"{np.mean(points_fall):.0%}", f"{old_gini:.3f} → {new_gini:.3f}", f"{np.mean(prices):.2f}",
                f"{max(prices):.2f}", f"{np.mean(seconds):.1f}", verdict)


ALPHAS = (6_000,)
SEEDS = 20
FUSIONS = ("sum", "product")
PARTS = {"dense": dense, "sparse": sparse, "anybody": anybody, "fair": fair}


def main():
    global PROGRAM, ALPHAS, SEEDS, FUSIONS
    PROGRAM, *parts = sys.argv[1:]
    PROGRAM = str(Path(PROGRAM).resolve())
    for part in list(parts):
        if part.startswith("alphas="):
            ALPHAS = tuple(int(item) for item in part[7:].split(","))
        if part.startswith("points="):
            FUSIONS = tuple(part[7:].split(","))
        if part.startswith("seeds="):
            SEEDS = int(part[6:])
    parts = [part for part in parts if "=" not in part]
    for part in parts or PARTS:
        PARTS[part]()
    for failure in FAILED:
        print("missed:", failure)
    sys.exit(bool(FAILED))


main()
