#!/usr/bin/env python3
"""Runs `lianmeng solve timetable` on every file of a folder and compares with its optima.csv.

LIANMENG: the binary; B2B: the folder; LIMIT: the time limit a file (10s). Each timetable is checked
here again, by code that shares nothing with the engine.
"""
import csv, json, os, re, subprocess, sys

lianmeng, folder, limit = os.environ["LIANMENG"], os.environ["B2B"], os.environ.get("LIMIT", "10s")


def load(path):
    text = open(path).read()
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
    if len(slots) != len(p["meetings"]):
        return "length"
    busy = [set() for _ in range(p["people"] + 1)]
    for m, ((a, b, half), slot) in enumerate(zip(p["meetings"], slots)):
        low, high = (1, p["morning"]) if half == 1 else (p["morning"] + 1, p["slots"]) if half == 2 else (1, p["slots"])
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


optima = {row["instance"]: row for row in csv.DictReader(open(f"{folder}/optima.csv"))}
proved = feasible = wrong = missed = 0
for name, row in sorted(optima.items()):
    out = subprocess.run([lianmeng, "solve", "timetable", f"{folder}/{name}.dzn", "--time-limit", limit, "--json"], stdout=subprocess.PIPE)
    got = json.loads(out.stdout)
    want = None if row["status"] == "INFEASIBLE" else int(row["breaks"])
    bad = None
    if got["slots"]:
        bad = fault(load(f"{folder}/{name}.dzn"), got["slots"], got["breaks"])
    if got["status"] == "optimal" and got["breaks"] != want: bad = "not the optimum"
    if got["status"] == "infeasible" and want is not None: bad = "not infeasible"
    if want is None and got["slots"]: bad = "cannot be feasible"
    wrong += bad is not None
    proved += got["status"] in ("optimal", "infeasible")
    feasible += got["status"] == "feasible"
    missed += got["status"] == "unknown"
    print(f"{name:28} {got['status']:10} breaks {got['breaks']!s:>5} bound {got['lower_bound']!s:>5} optimum {want!s:>5} "
          f"first {got['first_ms']!s:>5} ms, end {got['elapsed_ms']:6} ms {bad or ''}", flush=True)
print(f"{proved} proved, {feasible} feasible, {missed} unknown, {wrong} wrong, of {len(optima)}")
sys.exit(wrong > 0)
