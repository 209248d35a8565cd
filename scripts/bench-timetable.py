#!/usr/bin/env python3
"""Measures timetables: the published events beside RC2 and CP-SAT, larger ones, a thousand people, and
days on which some do not come.

usage: bench-timetable.py [originals] [published] [generated] [large] [noshow]   (all by default)

LIANMENG: `lianmeng`, or the example `timetable` of lianmeng-planning. NOSHOW: its example `noshow`;
without it that part is left out. SHARED: the shared folder (../shared). LIMIT: seconds a file (60).
PEERS: a Python that has python-sat and ortools; without it no peers are run. Each timetable is
checked here again, by code that shares nothing with the engine; the exit status is 1 if one is wrong.
"""
import csv, glob, json, os, random, re, subprocess, sys, tempfile, time

LIANMENG, LIMIT = os.environ["LIANMENG"], int(os.environ.get("LIMIT", "60"))
SHARED, PEERS = os.path.abspath(os.environ.get("SHARED", "../shared")), os.environ.get("PEERS")
B2B = f"{SHARED}/data/b2b"
KNOWN = dict(g030=2, g060=14, g080s=3, g100=16, g150p=71, g200=69, g300=154, g500=255)
wrong = 0


def load(path):
    """Participants, meetings and demands of a file, counted from 1."""
    text = open(path).read()
    if path.endswith(".json"):
        j = json.loads(text)
        n, people = len(j["meetings"]), j["P"]
        before = [set() for _ in range(n)]
        for a, b in j.get("prec") or []:
            before[b].add(a + 1)
        return dict(
            people=people, tables=j["L"], slots=j["T"], morning=j["AM"],
            meetings=[[a + 1, b + 1, half] for a, b, half in j["meetings"]],
            forbidden=[{t + 1 for t in row} for row in j.get("forb") or [[]] * people],
            fixed=[t + 1 for t in j.get("fixed") or [-1] * n], before=before,
        )
    value = {m[1]: m[2] for m in re.finditer(r"(\w+)\s*=\s*(.*?);", text, re.S)}
    numbers = lambda s: [int(x) for x in re.findall(r"-?\d+", s)]
    sets = lambda s: [set(numbers(x)) - {0} for x in re.findall(r"\{([^}]*)\}", s)]
    rows = numbers(value["requested"])
    return dict(
        people=int(value["nBusiness"]), tables=int(value["nTables"]), slots=int(value["nTotalSlots"]),
        morning=int(value["nMorningSlots"]), meetings=[rows[i:i + 3] for i in range(0, len(rows), 3)],
        forbidden=sets(value["forbidden"]), fixed=numbers(value["fixed"]), before=sets(value["precedences"]),
    )


def fault(p, slots, breaks):
    """What is wrong with a timetable, or None."""
    if len(slots) != len(p["meetings"]): return "length"
    busy = [set() for _ in range(p["people"] + 1)]
    for m, ((a, b, half), slot) in enumerate(zip(p["meetings"], slots)):
        low, high = {1: (1, p["morning"]), 2: (p["morning"] + 1, p["slots"]), 3: (1, p["slots"])}[half]
        if not low <= slot <= high: return f"meeting {m + 1} outside its half-day"
        for who in (a, b):
            if slot in busy[who]: return f"participant {who} in two places"
            if slot in p["forbidden"][who - 1]: return f"participant {who} at a forbidden slot"
            busy[who].add(slot)
        if p["fixed"][m] and slot != p["fixed"][m]: return f"meeting {m + 1} not where it is fixed"
        if any(slots[x - 1] >= slot for x in p["before"][m]): return f"meeting {m + 1} before its predecessor"
    if any(slots.count(s) > p["tables"] for s in set(slots)): return "tables"
    each = [max(0, sum(1 for s in b if s - 1 not in b) - 1) for b in busy[1:]]
    if max(each) - min(each) > 2: return "fairness"
    return None if sum(each) == breaks else f"{sum(each)} breaks, not {breaks}"


def ours(path, threads=1):
    """Our answer, with `bad` if something is wrong with it and `mb` of memory."""
    door = ["solve", "timetable"] if os.path.basename(LIANMENG).startswith("lianmeng") else []
    limit = [f"{LIMIT}s", "--json"] if door else [str(LIMIT * 1000)]
    command = [LIANMENG, *door, path, "--threads", str(threads), "--time-limit", *limit]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    got = json.loads(child.stdout.read())
    got["mb"] = os.wait4(child.pid, 0)[2].ru_maxrss // 1024
    got["bad"] = fault(load(path), got["slots"], got["breaks"]) if got["slots"] else None
    return got


def peer(script, *arguments):
    """Seconds of a peer, writing its model included and starting Python not, and what it says."""
    if not PEERS: return None, "-"
    start = time.time()
    tool = f"{SHARED}/bench/timetable/{script}"
    try:
        out = subprocess.run([PEERS, tool, *arguments], capture_output=True, text=True, timeout=LIMIT + 30, env={**os.environ, "B2B_DATA": B2B})
    except subprocess.TimeoutExpired:
        return time.time() - start, "timeout"
    said = [json.loads(x[x.index("{"):]) for x in out.stdout.splitlines() if '"status"' in x]
    if not said: return time.time() - start, "failed: " + out.stderr.strip()[-80:]
    seconds = said[-1]["wall"] + (said[-1]["build"] if script.startswith("cpsat") else 0)
    return seconds, said[-1]["status"].lower()


def line(name, got, rest=""):
    global wrong
    wrong += got["bad"] is not None
    print(f"{name:28} {got['status']:10} breaks {got['breaks']!s:>5} bound {got['lower_bound']!s:>5} first {got['first_ms']!s:>5} "
          f"best {got['best_ms']!s:>6} end {got['elapsed_ms']:6} ms {rest} {got['bad'] or ''}", flush=True)


def judge(got, row):
    """Notes in `got` where it contradicts the proven optimum."""
    want = None if row["status"] == "INFEASIBLE" else int(row["breaks"])
    if got["status"] == "optimal" and got["breaks"] != want: got["bad"] = f"the optimum is {want}"
    if got["status"] == "infeasible" and want is not None: got["bad"] = "not infeasible"
    if want is None and got["slots"]: got["bad"] = "cannot be feasible"


def published(rows, beside):
    total, decided = {"ours": 0, "rc2": 0, "cp-sat": 0}, 0
    for name, row in rows:
        got = ours(f"{B2B}/{name}.dzn")
        judge(got, row)
        total["ours"] += got["elapsed_ms"] / 1000
        decided += got["status"] in ("optimal", "infeasible")
        rest = f"{len(got['conflict'])} demands conflict" if got["conflict"] else ""
        if beside:
            for tool, script, extra in (("rc2", "rc2_b2b.py", []), ("cp-sat", "cpsat_b2b.py", ["--core", "1", "--lin", "0"])):
                seconds, said = peer(script, f"{B2B}/{name}.dzn", "--time", str(LIMIT), *extra)
                total[tool] += seconds or 0
                rest += f" {tool} {seconds or 0:.2f} s {said}"
        line(name, got, rest)
    print(f"{decided} of {len(rows)} decided; seconds in all: " + ", ".join(f"{k} {v:.2f}" for k, v in total.items() if v))


def large(seed):
    """A thousand people, ten thousand meetings, a third each in the morning, the afternoon, either."""
    dice, people, count, slots = random.Random(seed), 1000, 10_000, 60
    pairs, held = set(), [0] * people
    while len(pairs) < count:
        a, b = sorted(dice.sample(range(people), 2))
        if (a, b) not in pairs and max(held[a], held[b]) < slots * 3 // 5:
            pairs.add((a, b)); held[a] += 1; held[b] += 1
    rows = sorted(pairs)
    dice.shuffle(rows)
    return dict(P=people, T=slots, L=190, AM=slots // 2, meetings=[[a, b, 1 + i % 3] for i, (a, b) in enumerate(rows)])


def day_fault(p, plan, case):
    """What is wrong with a day planned again, or None. Counted from 0, as the example prints it."""
    absent, start, seats = set(case["absent"]), case["from"], case["seats"]
    pairs = [[a - 1, b - 1] for a, b, _ in p["meetings"]] + case["standby"]
    taken, busy, held = set(), set(), [0] * p["people"]
    for m, (pair, seat) in enumerate(zip(pairs, seats)):
        old = plan[m] if m < len(plan) else None
        if old and old["slot"] < start and seat != old: return f"meeting {m} had begun"
        if old and not absent & set(pair) and not seat: return f"meeting {m} is dropped"
        if not seat: continue
        slot, table = seat["slot"], seat["table"]
        half = p["meetings"][m][2] if old else 3
        if half == 1 and slot >= p["morning"] or half == 2 and slot < p["morning"]: return f"meeting {m} outside its half-day"
        if not 0 <= slot < p["slots"] or not 0 <= table < p["tables"]: return f"meeting {m} nowhere"
        if old is None and slot < start: return f"meeting {m} begins in the past"
        if (slot, table) in taken: return f"table {table} twice in slot {slot}"
        taken.add((slot, table))
        for who in pair:
            if (who, slot) in busy: return f"participant {who} in two places"
            if slot + 1 in p["forbidden"][who]: return f"participant {who} at a forbidden slot"
            if who in absent and slot >= start: return f"participant {who} is absent"
            busy.add((who, slot)); held[who] += 1
    if any(most is not None and n > most for n, most in zip(held, case["most"])): return "more meetings than wanted"
    return None if len(seats) == len(pairs) else "length"


def day_figures(p, plan, case):
    """Meetings lost, added and moved, places that people who are there lost and filled again, and who is told."""
    absent, seats = set(case["absent"]), case["seats"]
    lost = [m for m, old in enumerate(plan) if not seats[m]]
    moved = [m for m, old in enumerate(plan) if seats[m] and seats[m] != old]
    added = [pair for pair, seat in zip(case["standby"], seats[len(plan):]) if seat]
    of = lambda meetings: {who - 1 for m in meetings for who in p["meetings"][m][:2]} - absent
    places = sum(who - 1 not in absent for m in lost for who in p["meetings"][m][:2])
    filled = sum(who in of(lost) for pair in added for who in pair)
    told = of(lost) | of(moved) | {who for pair in added for who in pair}
    return dict(lost=len(lost), added=len(added), moved=len(moved), places=places, filled=filled, cancelled=len(of(lost)), told=len(told), ms=case["us"] / 1000)


def noshow(path):
    """A tenth of the people absent, a hundred times; beside just cancelling their meetings."""
    global wrong
    p, out = load(path), subprocess.run([os.environ["NOSHOW"], path], capture_output=True, text=True, check=True).stdout
    first, *cases = [json.loads(x) for x in out.splitlines()]
    plan, rows = first["plan"], {}
    print(f"{len(plan)} meetings with {first['breaks']} breaks, {len(cases)} days planned again")
    for case in cases:
        bad = day_fault(p, plan, case)
        wrong += bad is not None
        if bad: print(f"seed {case['seed']} from slot {case['from'] + 1}: {bad}")
        moment = "a random slot" if case["drawn"] else "the third slot"
        key = (moment, "anybody there" if case["anybody"] else "those who lost a meeting")
        rows.setdefault(key, []).append(day_figures(p, plan, case))
    for (moment, partners), each in sorted(rows.items(), reverse=True):
        total = {k: sum(one[k] for one in each) for k in each[0]}
        ms, n = sorted(one["ms"] for one in each), len(each)
        mean = lambda k: f"{total[k] / n:.1f}"
        print(f"absent from {moment} on, new meetings with {partners}, {n} days, each on average:")
        print(f"  just cancelled: {mean('lost')} meetings lost, {len(plan) - total['lost'] / n:.1f} held, {mean('cancelled')} people told")
        print(f"  planned again:  {mean('added')} added, {len(plan) - (total['lost'] - total['added']) / n:.1f} held, {mean('moved')} moved, {mean('told')} people told")
        print(f"  recovered: {100 * total['added'] / total['lost']:.1f} % of the meetings, {100 * total['filled'] / total['places']:.1f} % of the places that those who came lost")
        print(f"  ms: median {ms[n // 2]:.0f}, most {ms[-1]:.0f}", flush=True)


parts = sys.argv[1:] or ["originals", "published", "generated", "large", "noshow"]
optima = sorted((row["instance"], row) for row in csv.DictReader(open(f"{B2B}/optima.csv"))) if os.path.exists(f"{B2B}/optima.csv") else []
if not optima: print("no shared data: the published and generated events are left out")
if "originals" in parts and optima: published([r for r in optima if r[0].endswith(".original")], True)
if "published" in parts: published([r for r in optima if "originals" not in parts or not r[0].endswith(".original")], False)
if "generated" in parts:
    for path in sorted(glob.glob(f"{B2B}/generated/*.json")):
        name = os.path.basename(path).split("-")[0]
        line(name, ours(path), f"best known {KNOWN.get(name)}")
if "large" in parts:
    for seed in (1, 2):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(large(seed), file)
            file.flush()
            got = ours(file.name)
            line(f"1000 people, seed {seed}", got, f"{got['mb']} MB")
if "noshow" in parts and optima and "NOSHOW" in os.environ: noshow(f"{B2B}/forum-14.original.dzn")
print(f"{wrong} wrong")
sys.exit(wrong > 0)
