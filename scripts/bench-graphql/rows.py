"""Copies the peers' rows into a Lianmeng database, table by table, through COPY.

Ids become ULIDs that keep the peers' order; of needs the order is turned round, because Lianmeng lists the
newest first and the peers the lowest number first, so both show the same ten.
"""
import subprocess

# City of the peers → division code of GB/T 2260.
CITIES = {
    "苏州": "320500", "上海": "310000", "深圳": "440300", "广州": "440100", "杭州": "330100",
    "宁波": "330200", "青岛": "370200", "成都": "510100", "武汉": "420100", "合肥": "340100",
    "南京": "320100", "无锡": "320200", "常州": "320400", "佛山": "440600", "东莞": "441900",
    "长沙": "430100", "西安": "610100", "重庆": "500000", "天津": "120000", "北京": "110000",
}
LAST_NEED = 9_999_999


def ulid(number):
    return f"{number:026d}"


def sql_id(column):
    return f"lpad({column}::text, 26, '0')"


CITY = "case city " + " ".join(f"when '{city}' then '{code}'" for city, code in CITIES.items()) + " end"

# Table, columns, and what the peers' database says for them.
TABLES = [
    ("industrial_chains", "id, name, name_key, tags, is_example, version",
     f"select {sql_id('id')}, name, name, '[]', false, 1 from chain order by id"),
    ("chain_segments", "id, chain_id, name, reach, position",
     f"select {sql_id('id')}, {sql_id('id')}, '中游', 'midstream', 1 from chain order by id"),
    ("chain_committees", "id, name, name_key, chain_id, form, is_example, version",
     f"select {sql_id('id')}, name, name, {sql_id('chain_id')}, 'joint', false, 1 from committee order by id"),
    ("alliances", "id, name, name_key, committee_id, is_example, version",
     f"select {sql_id('id')}, name, name, {sql_id('committee_id')}, false, 1 from alliance order by id"),
    ("enterprises", "id, external_id, name, name_key, pinyin_key, region_code, tiers, is_lead_firm, "
                    "is_flagship, is_example, version",
     f"select {sql_id('id')}, id, name, name, 'qyyxgs' || id, {CITY}, '[]', false, false, false, 1 "
     "from enterprise order by id"),
    ("placements", "enterprise_id, segment_id, is_confirmed",
     f"select {sql_id('id')}, {sql_id('chain_id')}, true from enterprise order by id"),
    ("alliance_enterprises", "alliance_id, enterprise_id",
     f"select {sql_id('alliance_id')}, {sql_id('id')} from enterprise where alliance_id is not null order by id"),
    ("products", "id, external_id, name, name_key, version",
     f"select {sql_id('id')}, id, name, name, 1 from product order by id"),
    ("enterprise_products", "enterprise_id, product_id, role",
     f"select {sql_id('enterprise_id')}, {sql_id('id')}, 'makes' from product order by id"),
    ("supply_edges", "id, supplier_id, buyer_id, source, confidence_basis_points, is_disputed",
     f"select {sql_id('id')}, {sql_id('supplier_id')}, {sql_id('buyer_id')}, 'bench', 10000, false "
     "from supply_edge where supplier_id <> buyer_id order by id"),
    ("needs", "id, external_id, enterprise_id, kind, title, title_key, public_summary, body, stage, "
              "is_published, is_proxy, send_backs, reopens, created_at, version",
     f"select {sql_id(f'({LAST_NEED} - id)')}, id, {sql_id('enterprise_id')}, 'market', title, title, '', category, "
     "case status when 'OPEN' then 'submitted' else 'closed' end, true, false, 0, 0, created_at, 1 "
     "from need where id <= 200000 order by id"),
]


def fill(peers, ours):
    """Fills an empty database; both are URLs."""
    for table, columns, question in TABLES:
        give = subprocess.Popen(["psql", "-qX", peers, "-c", f"copy ({question}) to stdout"], stdout=subprocess.PIPE)
        subprocess.run(["psql", "-qX", ours, "-v", "ON_ERROR_STOP=1", "-c", f"copy {table} ({columns}) from stdin"],
                       stdin=give.stdout, check=True)
        if give.wait() != 0:
            raise SystemExit(f"{table} could not be read")
    say(ours, "update versions set number = number + 1 where name = 'graph'",
        "insert into versions (name, number) values ('graph', 1) on conflict do nothing", "vacuum analyze")


def say(url, *lines):
    arguments = [part for line in lines for part in ("-c", line)]
    done = subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", url, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done.stdout.strip()
