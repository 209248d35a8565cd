"""Measures the net of crates/graph beside igraph, networkx and a recursive query of PostgreSQL.

    python benches/graph.py PROGRAM DATA FOLDER [PART ...]

PROGRAM is the example `net`; DATA holds a-share-chain (its part is skipped where it is absent); files are
written into FOLDER.  Parts: a-share, large, cte.  Everybody reads the same file of edges, and answers are
compared before times are.  A time is the shortest of several runs on the clock where a run is short, and
processor time where it takes more than a tenth of a second, so that what else the machine does falls out.
Python's own time of asking counts where a peer is asked: that is how it is used.  Ends with 1 where an
answer differs or a bar is missed.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import igraph
import networkx
import numpy as np

PROGRAM, DATA, FOLDER = None, None, None
FAILED = []
# What both take by default: ours takes four rounds, which are shorter.
ROUNDS = 2


def say(ok, what):
    if not ok:
        FAILED.append(what)
    return "yes" if ok else "NO"


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def timed(run, patience=2.0):
    """The answer and the seconds of one run."""
    best, spent, runs = float("inf"), 0.0, 0
    while True:
        wall, cpu = time.perf_counter(), time.process_time()
        answer = run()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        best = min(best, cpu if wall > 0.1 else wall)
        spent += wall
        runs += 1
        if spent > patience or spent > patience / 4 and runs >= 20:
            return answer, best


def seconds(value):
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1:
            return f"{value * scale:.3g} {unit}"
    return f"{value * 1e9:.0f} ns"


def same_groups(ours, theirs):
    """Whether two lists of labels divide alike."""
    pairs = np.unique(np.stack([ours, theirs]), axis=1).shape[1]
    return pairs == len(np.unique(ours)) == len(np.unique(theirs))


class Answers:
    """What our program says about a file."""

    def __init__(self, file, pairs):
        self.folder = file.with_suffix("")
        self.folder.mkdir(exist_ok=True)
        command = [PROGRAM, "ask", str(file), str(self.folder), str(pairs)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        lines = [line.split("\t") for line in text.splitlines()]
        self.times = {line[1]: float(line[2]) for line in lines if line[0] == "time"}
        self.facts = {line[0]: line[1] for line in lines if len(line) == 2}

    def __getitem__(self, name):
        kind = np.float64 if name == "rank" else np.uint32
        return np.fromfile(self.folder / name, dtype=kind)


def edges_of(file):
    numbers = np.fromfile(file, dtype=np.uint32)
    return int(numbers[0]), numbers[1:].reshape(-1, 2)


def by_igraph(ours, nodes, edges):
    """Answers and seconds by question; what is compared with ours as (name, equal)."""
    graph = igraph.Graph(nodes, edges.astype(np.int64), directed=True)
    starts, ends = ours["starts"].tolist(), ours["ends"].tolist()
    found = {}

    def hops(order):
        sizes = graph.neighborhood_size(starts, order=order, mode="out", mindist=1)
        return np.array(sizes)

    for order in (2, 3):
        answer, took = timed(lambda: hops(order))
        found[f"hops{order}"] = (took, np.array_equal(answer, ours[f"hops{order}"]))

    def lengths():
        pairs = zip(starts, ends)
        return np.array([len(graph.get_shortest_path(a, b, mode="out")) for a, b in pairs])

    import warnings

    with warnings.catch_warnings():
        # It warns where there is no way.
        warnings.simplefilter("ignore")
        answer, took = timed(lengths)
    found["shortest"] = (took, np.array_equal(answer, ours["shortest"]))
    for name in ("weak", "strong"):
        answer, took = timed(lambda: graph.connected_components(mode=name))
        found[name] = (took, same_groups(ours[name], np.array(answer.membership)))
    answer, took = timed(lambda: graph.pagerank(damping=0.85))
    found["rank"] = (took, np.abs(np.array(answer) - ours["rank"]).max() < 1e-8)

    del graph
    low, high = edges.min(axis=1).astype(np.int64), edges.max(axis=1).astype(np.int64)
    plain = np.unique(low * nodes + high)
    ties = igraph.Graph(nodes, np.stack([plain // nodes, plain % nodes], axis=1))
    answer, took = timed(lambda: ties.articulation_points())
    found["cuts"] = (took, sorted(answer) == ours["cuts"].tolist())
    answer, took = timed(lambda: ties.bridges())
    bridges = sorted(tuple(sorted(ties.es[edge].tuple)) for edge in answer)
    found["bridges"] = (took, bridges == [tuple(pair) for pair in ours["bridges"].reshape(-1, 2).tolist()])

    import random

    random.seed(1)
    igraph.set_random_number_generator(random)
    run = lambda: ties.community_leiden(objective_function="modularity", n_iterations=ROUNDS)
    answer, took = timed(run)
    theirs, mine = answer.modularity, ties.modularity(ours["communities"].astype(int).tolist())
    found["communities"] = (took, f"{mine:.4f} beside {theirs:.4f}", mine >= theirs)
    return found


def by_networkx(ours, nodes, edges):
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from(edges.tolist())
    starts, ends = ours["starts"].tolist(), ours["ends"].tolist()
    found = {}
    for order in (2, 3):
        def hops():
            near = networkx.single_source_shortest_path_length
            return [len(near(graph, start, cutoff=order)) - 1 for start in starts]

        answer, took = timed(hops)
        found[f"hops{order}"] = (took, answer == ours[f"hops{order}"].tolist())

    def length(pair):
        try:
            return len(networkx.bidirectional_shortest_path(graph, *pair))
        except networkx.NetworkXNoPath:
            return 0

    answer, took = timed(lambda: [length(pair) for pair in zip(starts, ends)])
    found["shortest"] = (took, answer == ours["shortest"].tolist())
    for name, ask in (("weak", networkx.weakly_connected_components),
                      ("strong", networkx.strongly_connected_components)):
        answer, took = timed(lambda: list(ask(graph)))
        labels = np.zeros(nodes, dtype=np.int64)
        for label, members in enumerate(answer):
            labels[list(members)] = label
        found[name] = (took, same_groups(ours[name], labels))
    # Its PageRank hands everything to scipy; the pure one is not public.
    answer, took = timed(lambda: networkx.pagerank(graph, tol=1e-14, max_iter=1000))
    theirs = np.array([answer[node] for node in range(nodes)])
    found["rank"] = (took, np.abs(theirs - ours["rank"]).max() < 1e-8)
    ties = graph.to_undirected()
    answer, took = timed(lambda: sorted(networkx.articulation_points(ties)))
    found["cuts"] = (took, answer == ours["cuts"].tolist())
    answer, took = timed(lambda: list(networkx.bridges(ties)))
    want = [tuple(pair) for pair in ours["bridges"].reshape(-1, 2).tolist()]
    found["bridges"] = (took, sorted(tuple(sorted(pair)) for pair in answer) == want)
    answer, took = timed(lambda: networkx.community.louvain_communities(ties, seed=1), 0)
    labels = ours["communities"]
    groups = [np.flatnonzero(labels == label).tolist() for label in range(labels.max() + 1)]
    mine = networkx.community.modularity(ties, groups)
    theirs = networkx.community.modularity(ties, answer)
    found["communities"] = (took, f"{mine:.4f} beside {theirs:.4f} (Louvain)", mine >= theirs)
    return found


def table(part, file, pairs, peers):
    nodes, edges = edges_of(file)
    ours = Answers(file, pairs)
    held = int(ours.facts["bytes"])
    print(f"\n{part}: {nodes:,} nodes, {len(edges):,} edges; {held:,} bytes, "
          f"{held / (nodes + len(edges)):.1f} a node and edge; without direction {int(ours.facts['ties_bytes']):,}")
    print(f"Reading rows into the net {seconds(ours.times['build'])}, dropping direction "
          f"{seconds(ours.times['ties'])}; {pairs} starts or pairs a question\n")
    answers = [(name, bar, ask(ours, nodes, edges)) for name, bar, ask in peers]
    head = ["question", "ours"]
    for name, bar, _ in answers:
        head += [name, "times as long", "equal", f"at least {bar}"]
    row(*head)
    row(*["---"] * len(head))
    questions = ["hops2", "hops3", "shortest", "weak", "strong", "cuts", "bridges", "rank", "communities"]
    for question in questions:
        # Articulation points and bridges are one answer of ours.
        own = ours.times.get(question, ours.times["cuts"])
        cells = [question, seconds(own)]
        for name, bar, found in answers:
            took, equal, *good = found[question]
            ratio = took / own
            is_pure = name != "networkx" or question != "rank"
            verdict = say(ratio >= bar, f"{part} {question}: {ratio:.1f} × {name}") if is_pure else "(scipy)"
            same = say(good[0] if good else equal, f"{part} {question}: other than {name}")
            cells += [seconds(took), f"{ratio:.1f}", equal if good else same, verdict]
        row(*cells)


def a_share():
    folder = Path(DATA) / "a-share-chain"
    if not folder.is_dir():
        print(f"\na-share: skipped, {folder} is absent")
        return
    file = FOLDER / "share.bin"
    subprocess.run([PROGRAM, "a-share", str(folder), str(file)], check=True, capture_output=True)
    table("a-share", file, 100, [("igraph", 1, by_igraph), ("networkx", 50, by_networkx)])


def large_file():
    file = FOLDER / "large.bin"
    if not file.exists():
        subprocess.run([PROGRAM, "make", "1000000", "10000000", "1", str(file)], check=True, capture_output=True)
    return file


def large():
    table("large", large_file(), 20, [("igraph", 1, by_igraph)])


TWO_HOPS = """
with recursive walk(node, hops) as (
    select {start}::int, 0
    union
    select edge.target, walk.hops + 1 from walk join edge on edge.source = walk.node where walk.hops < 2
)
select count(distinct node) from walk where node <> {start}
"""


def cte():
    address = os.environ.get("LIANMENG_TEST_POSTGRES")
    if not address:
        print("\ncte: skipped, LIANMENG_TEST_POSTGRES is not set (scripts/with-services.sh sets it)")
        return
    import psycopg

    print("\nTwo hops beside a recursive query of PostgreSQL over an index with all columns, all in memory\n")
    row("graph", "starts", "ours", "PostgreSQL", "times as long", "equal", "at least 100")
    row(*["---"] * 7)
    files = [("large", large_file(), 20)]
    if (FOLDER / "share.bin").exists():
        files.insert(0, ("a-share", FOLDER / "share.bin", 100))
    with psycopg.connect(address, autocommit=True) as link:
        for name, file, pairs in files:
            nodes, edges = edges_of(file)
            ours = Answers(file, pairs)
            link.execute("drop table if exists edge")
            link.execute("create unlogged table edge (source int, target int)")
            with link.cursor().copy("copy edge from stdin") as copy:
                for part in np.array_split(edges, max(1, len(edges) // 100_000)):
                    copy.write("".join(f"{a}\t{b}\n" for a, b in part.tolist()))
            link.execute("create index on edge (source, target)")
            link.execute("vacuum analyze edge")
            starts = ours["starts"].tolist()

            def ask():
                return [link.execute(TWO_HOPS.format(start=start)).fetchone()[0] for start in starts]

            wall = float("inf")
            for _ in range(3):
                begin = time.perf_counter()
                answer = ask()
                wall = min(wall, time.perf_counter() - begin)
            own = ours.times["hops2"]
            row(name, pairs, seconds(own), seconds(wall), f"{wall / own:.0f}",
                say(answer == ours["hops2"].tolist(), f"cte {name}"),
                say(wall / own >= 100, f"cte {name}: {wall / own:.0f}"))


PARTS = {"a-share": a_share, "large": large, "cte": cte}


def main():
    global PROGRAM, DATA, FOLDER
    PROGRAM, DATA, FOLDER, *parts = sys.argv[1:]
    PROGRAM, FOLDER = str(Path(PROGRAM).resolve()), Path(FOLDER)
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"igraph {igraph.__version__}, networkx {networkx.__version__}, load {os.getloadavg()[0]:.1f}")
    for part in parts or PARTS:
        PARTS[part]()
    for failure in FAILED:
        print("missed:", failure)
    sys.exit(bool(FAILED))


main()
