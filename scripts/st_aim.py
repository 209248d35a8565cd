"""Hooks of schemathesis that aim: ids and words that exist, so that requests reach the rules.

LIANMENG_AIM is the address of a server with the demo, LIANMENG_TOKEN a coordinator's token.
Without these hooks the fuzzer invents everything, and nearly every request ends at its first id.
"""

import dataclasses
import datetime
import json
import os
import urllib.request
import zlib

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

# Where ids, codes and names are found.
LISTS = """
    enterprises { nodes { id name creditCode partyOrganisations { id } } } organisations { nodes { id name } }
    zones { nodes { id name } } products { nodes { id name } } supplyEdges { nodes { id } }
    chains { nodes { id name segments { id } } } committees { nodes { id name seats { id } } }
    alliances { nodes { id name } } needs { nodes { id title } } offers { nodes { id title } }
    suggestions { nodes { id } } pairings { nodes { id } } projects { nodes { id name } }
    tasks { nodes { id } } outcomes { nodes { id } } venues { nodes { id name } } regions { nodes { code name } }
    dockingEvents { nodes { id participants { nodes { id } } meetings { nodes { id } } sessions { id } } }
"""
# What a field is called where that is not the kind of thing.
CALLED = {
    "party": "party_organisation", "parent": "enterprise", "lead": "enterprise", "supplier": "enterprise",
    "buyer": "enterprise", "owner": "enterprise", "counterpart": "enterprise", "maker": "enterprise",
    "provider": "enterprise", "from": "enterprise", "to": "enterprise", "a": "enterprise",
    "b": "enterprise", "member": "enterprise", "partner": "enterprise", "other": "enterprise",
    "handler": "organisation", "seat_holder": "organisation", "holder": "organisation",
    "before": "meeting", "after": "meeting",
}

found, words, codes = {}, ["2026-03-09", "C39", "\u0000", "\ud7ff", "%", "_", "'", "\\"], ["440305"]


def collect(value):
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "id":
                found.setdefault(part.split(":")[0], []).append(part)
            elif name == "code":
                codes.append(part)
            elif isinstance(part, str):
                words.append(part)
            else:
                collect(part)
    elif isinstance(value, list):
        for part in value:
            collect(part)


request = urllib.request.Request(
    os.environ["LIANMENG_AIM"],
    json.dumps({"query": f"{{ {LISTS} }}"}).encode(),
    {"content-type": "application/json", "authorization": f"Bearer {os.environ['LIANMENG_TOKEN']}"},
)
with urllib.request.urlopen(request) as answer:
    answer = json.load(answer)
assert "errors" not in answer, answer
collect(answer["data"])
every = sorted(id for ids in found.values() for id in ids)

ids = st.one_of(st.sampled_from(every), st.sampled_from(every), st.text())
texts = st.one_of(st.text(), st.sampled_from(words), st.text(min_size=8, max_size=64))
numbers = st.one_of(st.integers(1, 3), st.integers(0, 100), st.integers(-(2**31), 2**31 - 1))
amounts = st.one_of(numbers, st.sampled_from([2**31, 2**53 - 1, 2**53, 2**63 - 1, -(2**63), 2**64]))
near = st.dates(datetime.date.today() - datetime.timedelta(30), datetime.date.today() + datetime.timedelta(400))
far = ["0001-01-01", "9999-12-31", "+10000-01-01", "+262142-12-31", "-262143-01-01", "0000-02-30", "2026-2-3"]
days = st.one_of(near.map(str), near.map(str), st.dates().map(str), st.sampled_from(far))
moments = st.one_of(
    near.map("{}T01:30:00Z".format), st.datetimes().map("{:%Y-%m-%dT%H:%M:%S}Z".format),
    st.sampled_from(far).map("{}T00:00:00Z".format), near.map("{}T23:59:60.999999999+23:59".format),
)
schemathesis.graphql.scalar("Long", amounts.map(nodes.Int))
schemathesis.graphql.scalar("Date", days.map(nodes.String))
schemathesis.graphql.scalar("DateTime", moments.map(nodes.String))
schemathesis.graphql.scalar("ID", ids.map(nodes.String))
schemathesis.graphql.scalar("String", texts.map(nodes.String))
schemathesis.graphql.scalar("Int", numbers.map(nodes.Int))


def crc(text):
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def snake(name):
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def chosen(name, text):
    """An id of the kind that `name` asks for, in three cases of four; always the same for the same text."""
    number = crc(text)
    if not name.endswith(("Id", "Ids")) or number % 4 == 0:
        return text
    kind = snake(name.removesuffix("s").removesuffix("Id"))
    ids = found.get(CALLED.get(kind, kind))
    return ids[number // 4 % len(ids)] if ids else text


class Aim(graphql.Visitor):
    """Puts ids of the right kind and request keys of the right length into a document."""

    def enter_argument(self, node, *_):
        return self.aimed(node)

    def enter_object_field(self, node, *_):
        return self.aimed(node)

    def aimed(self, node):
        name, value = node.name.value, node.value
        is_cursor = name in ("after", "before") and isinstance(value, graphql.StringValueNode)
        is_last = name == "last" and isinstance(value, graphql.IntValueNode) and abs(int(value.value)) < 2**31
        if (is_cursor or is_last) and crc(value.value) % 4:
            # Cursors cannot be guessed, and first and last exclude each other.
            return dataclasses.replace(node, value=graphql.NullValueNode())
        if isinstance(value, graphql.StringValueNode):
            return dataclasses.replace(node, value=aimed_text(name, value))
        if isinstance(value, graphql.ListValueNode) and name.endswith("Ids"):
            items = tuple(
                aimed_text(name, item) if isinstance(item, graphql.StringValueNode) else item
                for item in value.values
            )
            return dataclasses.replace(node, value=dataclasses.replace(value, values=items))
        return None


def aimed_text(name, value):
    text = value.value
    number = crc(text)
    if name == "requestKey" and number % 8:
        text = f"key-{number:08x}"
    if name in ("regionCode", "code", "within") and number % 8:
        text = codes[number // 8 % len(codes)]
    return dataclasses.replace(value, value=chosen(name, text))


@schemathesis.hook
def map_body(ctx, body):
    return graphql.visit(body, Aim()) if isinstance(body, graphql.DocumentNode) else body
