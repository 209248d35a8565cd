"""Measures the pairing engine beside scipy and OR-tools on the same markets in the same run.

    python benches/pairing.py PROGRAM [PART ...] [points=sum,least,product] [alphas=…] [seeds=…]

PROGRAM is the example `pairing` of crates/matching: the door `solve pairing` without the rest.
Each market is written as the JSON that the door reads; peers get the same numbers as arrays.
Times are processor times of choosing on one thread, so that what else the machine does falls out; what
reading the JSON takes on the clock stands beside.  Dense markets: each side has its numbers ready as a
matrix (scipy as costs in floating point, ours laid out while the JSON is read), runs alternate, and
medians stand in the table.  Ends with 1 where a total differs or a bar is missed.
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
from scipy.sparse import csr_matrix, vstack

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
    cpu = extra["choose_cpu_us"] / 1e6 or answer["elapsed_ms"] / 1e3
    return (answer, answer["elapsed_ms"] / 1e3, extra["read_ms"] / 1e3, cpu,
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


def dense_markets():
    """Name and points of each dense market, made when they are needed."""
    size = 2000
    at = np.arange(size, dtype=np.int64)
    draw = lambda: np.random.default_rng(1)
    uniform = lambda most, *shape: lambda: draw().integers(0, most, shape or (size, size))
    gap = np.subtract.outer(at, at)

    def preferences(rows=size):
        """Half a common quality, lognormal with σ = 1, half private, uniform; both sides added."""
        rng = draw()
        quality = [rng.lognormal(0, 1, size), rng.lognormal(0, 1, rows)]
        private = rng.random((rows, size)) + rng.random((rows, size))
        both = quality[0][None, :] + quality[1][:, None] + private
        return np.rint(5_000 * both).astype(np.int64)

    def low_rank(rows=size, columns=size):
        rng = draw()
        tastes = rng.integers(0, 100, (rows, 5)) @ rng.integers(0, 100, (5, columns))
        return tastes + rng.integers(0, 1000, (rows, columns))

    def common():
        rng = draw()
        return rng.integers(0, 100_000, size)[None, :] + rng.integers(0, 1000, (size, size))

    def worths():
        rng = draw()
        worth = rng.integers(0, 100_000, size)
        return np.outer(worth, worth) // 1000 + rng.integers(0, 1000, (size, size))

    def places(dimensions):
        rng = draw()
        left, right = (rng.integers(0, 1000, (size, 1, dimensions)) for _ in range(2))
        return -((left - right.transpose(1, 0, 2)) ** 2).sum(-1)

    return {
        "random 0 to 999,999": uniform(10**6),
        "random 0 to 9": uniform(10),
        "random 0 to 99": uniform(100),
        "random 0 to 999": uniform(1000),
        "−(i − j)²": lambda: -(gap**2),
        "−|i − j|": lambda: -np.abs(gap),
        "i × j": lambda: np.outer(at, at),
        "sums of two preferences": preferences,
        "low rank and noise": low_rank,
        "common worth and noise": common,
        "worth × worth and noise": worths,
        "−distance² in the plane": lambda: places(2),
        "3 in 1,000 worth 1, others 0": lambda: (draw().random((size, size)) < 0.003).astype(np.int64),
        "1,000 × 3,000, random 0 to 999,999": uniform(10**6, 1000, 3000),
        "1,000 × 3,000, random 0 to 9": uniform(10, 1000, 3000),
        "3,000 × 1,000, random 0 to 99": uniform(100, 3000, 1000),
        "1,000 × 3,000, i × j": lambda: np.outer(at[:1000], np.arange(3000)),
        "1,000 × 3,000, low rank and noise": lambda: low_rank(1000, 3000),
        "1,000 × 2,000, sums of two preferences": lambda: preferences(1000),
    }


def dense(_seed=1):
    print("\nDense, 2,000 × 2,000 unless said, one pair each, beside scipy linear_sum_assignment\n")
    row("points", "ours ms", "scipy ms", "ratio", "reading s", "total equal", "ratio at most 0.5")
    row(*["---"] * 7)
    for name, make in dense_markets().items():
        points = make()
        costs = -points.astype(np.float64)
        request = sided(side(points.shape[0], 1), side(points.shape[1], 1), dense_edges(points - points.min()))
        ours, theirs, ratios = [], [], []
        while len(ratios) < (5 if sum(theirs) < 2 else 3):
            chosen, _, cpu = timed(lambda: linear_sum_assignment(costs))
            answer, _, reading, own, _ = run(request)
            ours.append(own)
            theirs.append(cpu)
            ratios.append(own / cpu)
        want = int((points - points.min())[chosen].sum())
        ratio = np.median(ratios)
        row(name, f"{1e3 * np.median(ours):.0f}", f"{1e3 * np.median(theirs):.0f}", f"{ratio:.2f}",
            f"{reading:.2f}", say(answer["total"] == want, f"dense {name} total"),
            say(ratio <= 0.5, f"dense {name}: {ratio:.2f}"))


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
def task_markets():
    """Name, projects, rooms of owners and counterparts, points of both sides."""
    sizes = {"28 × (56 + 115) × 297": (297, 28, 171, 15, 3), "10 × 30 × 1,000": (1000, 10, 30, 150, 50),
             "100 × 200 × 500": (500, 100, 200, 8, 4)}
    for name, (projects, owners, others, own_room, room) in sizes.items():
        for kind in ("random", "by trade"):
            rng = np.random.default_rng(1)
            points = []
            for parties in (owners, others):
                noise = rng.integers(1, 1000, (projects, parties))
                trades = np.equal.outer(rng.integers(0, 8, projects), rng.integers(0, 8, parties))
                points.append(noise if kind == "random" else noise // 10 + 2500 * trades + 700)
            yield f"{name}, {kind}", projects, [own_room] * owners, [room] * others, *points


def tasks(_seed=1):
    """Task lists beside a linear program of the same market: it is an optimum and a bound in one."""
    print("\nTask lists: owners × counterparts × projects, all of them fitting, beside their linear program in HiGHS\n")
    row("market", "ours ms", "HiGHS ms", "ratio", "covered", "points", "bound", "equal", "under 2 s")
    row(*["---"] * 9)
    program = str(Path(PROGRAM).with_name("tasks"))
    for name, projects, owners, others, own, other in task_markets():
        cells = lambda points: [[int(p), int(q), int(points[p, q])] for p, q in np.ndindex(points.shape)]
        market = {"projects": projects, "owners": owners, "counterparts": others,
                  "own": cells(own), "other": cells(other)}
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            file.write(json.dumps(market))
            file.flush()
            ours = [json.loads(subprocess.run([program, file.name], capture_output=True, text=True,
                                              check=True).stdout) for _ in range(3)]
        best = sorted(ours, key=lambda one: one["cpu_us"])[1]
        bound, _, cpu = timed(lambda: task_bound(projects, owners, others, own, other))
        took = best["cpu_us"] / 1e6
        row(name, f"{took * 1e3:.0f}", f"{cpu * 1e3:.0f}", f"{took / cpu:.3f}", best["covered"],
            best["points"], bound, say(best["points"] == bound, f"{name}: points"),
            say(took < 2, f"{name}: 2 s"))


def task_bound(projects, owners, others, own, other):
    """The most points with every project covered once on both sides and every party served."""
    blocks, least, most = [], [], []
    width = own.size + other.size
    for points, start, rooms in ((own, 0, owners), (other, own.size, others)):
        at = start + np.arange(points.size).reshape(points.shape)
        for lines, low, high in ((at, 1, [1] * projects), (at.T, 1, rooms)):
            count, length = lines.shape
            blocks.append(csr_matrix((np.ones(lines.size), (np.repeat(np.arange(count), length),
                                                            lines.ravel())), shape=(count, width)))
            least += [low] * count
            most += high
    limits = LinearConstraint(vstack(blocks), least, most)
    gains = np.concatenate([own.ravel(), other.ravel()])
    found = milp(-gains, constraints=limits, bounds=MilpBounds(0, 1), integrality=np.zeros(width))
    return round(-found.fun)


PARTS = {"dense": dense, "sparse": sparse, "anybody": anybody, "fair": fair, "tasks": tasks}


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
