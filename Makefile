# The one door to every chore. `make` lists them.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CARGO ?= cargo
# Where cargo builds: CARGO_TARGET_DIR if set, else target/.
TARGET := $(or $(CARGO_TARGET_DIR),target)
DEBUG := $(TARGET)/debug/lianmeng
RELEASE := $(TARGET)/release/lianmeng
NEXTEST := $(shell command -v cargo-nextest 2>/dev/null)
DENY := $(shell command -v cargo-deny 2>/dev/null)
CYCLONEDX := $(or $(shell command -v cargo-cyclonedx 2>/dev/null),$(TARGET)/tools/bin/cargo-cyclonedx)

.PHONY: checks help build-debug build-release run serve demo test test-rights test-matrix accept check sbom fmt schema bench bench-graph bench-graphql bench-live bench-needs bench-pairing bench-ranking bench-supply bench-timetable

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 20

# Unoptimised: there in a third of the time, and fast enough to look around in.
build-debug:
	$(CARGO) build --package lianmeng-server

build-release:
	$(CARGO) build --release --package lianmeng-server

run: build-debug ## Build, load the demo, walk the loop once, then serve (PORT, default 8000)
	$(DEBUG) demo --serve

demo: build-debug ## Walk the loop once on the demo data, without serving
	$(DEBUG) demo

serve: build-release ## Build optimised, then serve what is in the database
	MIMALLOC_ARENA_EAGER_COMMIT=0 $(RELEASE) serve

test: ## Run every test, and those of storage, GraphQL and flows on every kind of server
	$(CARGO) build --workspace --all-targets
ifneq ($(NEXTEST),)
	$(CARGO) nextest run --workspace --no-fail-fast
else
	@echo 'cargo-nextest is not installed; testing with plain cargo'
	$(CARGO) test --workspace --no-fail-fast
endif
	$(call matrix,sqlite-redis postgres-memory postgres-redis)

test-matrix: ## Run the tests of storage, GraphQL and flows four ways: SQLite or PostgreSQL, memory or Redis
	$(CARGO) build --workspace --all-targets
	$(call matrix,sqlite-memory sqlite-redis postgres-memory postgres-redis)

# One test per part, so that they run beside each other; each part says what it tried.
test-rights: ## Walk every path of the schema and try every mutation as everybody; depth LIANMENG_RIGHTS_DEPTH, default 4
ifneq ($(NEXTEST),)
	LIANMENG_RIGHTS_DEPTH=$${LIANMENG_RIGHTS_DEPTH:-4} $(CARGO) nextest run --package lianmeng-api --no-fail-fast --success-output immediate rights::
else
	LIANMENG_RIGHTS_DEPTH=$${LIANMENG_RIGHTS_DEPTH:-4} $(CARGO) test --package lianmeng-api --no-fail-fast -- --nocapture rights::
endif

# 69: there are no servers and none can be installed, as the script has said.
matrix = scripts/with-services.sh scripts/matrix.sh $(1) || [ $$? -eq 69 ]

accept: ## Run the tests and accept changed snapshots
	INSTA_UPDATE=always $(CARGO) test --workspace --no-fail-fast

check: ## Format, lints, docs, schema drift, crate arrows, licences
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps --quiet
	$(CARGO) test --workspace --test tidy --quiet
ifneq ($(DENY),)
	$(CARGO) deny --log-level error check bans licenses sources
	@scripts/advisories.sh
else
	@echo 'cargo-deny is not installed; the licences were checked by tests/tidy.rs, advisories were not'
endif
	@scripts/check-deploy.sh
	@scripts/schema-diff.sh

sbom: $(CYCLONEDX) ## List every crate of the program as CycloneDX JSON in sbom.cdx.json
	$(CYCLONEDX) cyclonedx --quiet --manifest-path crates/server/Cargo.toml --format json --spec-version 1.5 --describe binaries
	mv crates/server/lianmeng_bin.cdx.json sbom.cdx.json
	@rm -f crates/*/*.cdx.json migrations/*.cdx.json tests/*.cdx.json

# Built once where it is missing.
$(TARGET)/tools/bin/cargo-cyclonedx:
	$(CARGO) install cargo-cyclonedx --locked --root $(TARGET)/tools

checks: build-debug ## Run the checks of ../shared/checks against the debug binary
	scripts/checks.sh

fmt: ## Format the code
	$(CARGO) fmt --all

schema: ## Print schema.graphql anew from the code
	$(CARGO) run --quiet --package lianmeng-server -- schema > schema.graphql.new
	mv schema.graphql.new schema.graphql

bench-graphql: build-release ## Measure GraphQL beside mercurius, yoga and PostGraphile (PostgreSQL, wrk, node)
	scripts/bench-graphql.sh $(RELEASE)

bench-live: build-release ## Measure 100 subscribers hearing 10,000 changes while a replica dies (PostgreSQL, Redis)
	LIANMENG_BIN=$(abspath $(RELEASE)) LIANMENG_LIVE_SUBSCRIBERS=100 LIANMENG_LIVE_CHANGES=10000 \
		scripts/with-services.sh $(CARGO) test --quiet --package lianmeng-tests --test flows -- --nocapture live::subscribers

bench-needs: build-release ## Measure the overview of 100,000 needs, and registering needs beside the bare insert (PostgreSQL with fsync)
	LIANMENG_BIN=$(abspath $(RELEASE)) LIANMENG_SERVICES_FSYNC=on \
		scripts/with-services.sh $(CARGO) bench --quiet --package lianmeng-tests --bench needs

# Peers go into an environment of their own; PARTS picks from dense, sparse, anybody and fair.
bench-pairing: $(TARGET)/bench-venv/bin/ready ## Measure choosing pairs beside scipy and OR-tools on the same markets
	$(CARGO) build --release --package lianmeng-matching --example pairing --example tasks
	$(TARGET)/bench-venv/bin/python benches/pairing.py $(TARGET)/release/examples/pairing $(PARTS)

$(TARGET)/bench-venv/bin/ready:
	python3 -m venv $(TARGET)/bench-venv
	$(TARGET)/bench-venv/bin/pip install --quiet 'scipy>=1.14' 'ortools>=9.11'
	touch $@

# PARTS picks from a-share, large and cte; without a PostgreSQL the last says that it is skipped.
bench-graph: $(TARGET)/bench-graph-venv/bin/ready ## Measure questions to the net of the chains beside igraph, networkx and PostgreSQL (DATA, PARTS)
	$(CARGO) build --release --package lianmeng-graph --example net
	scripts/with-services.sh $(TARGET)/bench-graph-venv/bin/python benches/graph.py $(TARGET)/release/examples/net $(or $(DATA),../shared/data) $(TARGET)/bench-graph $(PARTS)

$(TARGET)/bench-graph-venv/bin/ready:
	python3 -m venv $(TARGET)/bench-graph-venv
	$(TARGET)/bench-graph-venv/bin/pip install --quiet 'igraph>=1.0' 'networkx>=3.4' 'numpy>=2' 'psycopg[binary]>=3.2' 'scipy>=1.14'
	touch $@

bench-ranking: ## Measure one need against 100,000 offers beside tantivy (DATA, default ../shared/data)
	cd benches/ranking && CARGO_TARGET_DIR=$(abspath $(TARGET)) $(CARGO) build --quiet --release --locked
	$(TARGET)/release/lianmeng-bench-ranking $(or $(DATA),../shared/data)/needs-offers

bench-supply: ## Measure the prediction of hidden supply edges beside three classic ways (DATA, default ../shared/data)
	benches/supply.sh $(or $(DATA),../shared/data)

# LIMIT is seconds a file (60); PARTS picks from originals, published, generated, large and noshow.
bench-timetable: $(TARGET)/bench-timetable-venv/bin/ready ## Measure timetables beside RC2 and CP-SAT on published events, and larger ones (SHARED, LIMIT, PARTS)
	$(CARGO) build --release --package lianmeng-planning --example timetable --example noshow
	LIANMENG=$(TARGET)/release/examples/timetable NOSHOW=$(TARGET)/release/examples/noshow PEERS=$(TARGET)/bench-timetable-venv/bin/python scripts/bench-timetable.py $(PARTS)

$(TARGET)/bench-timetable-venv/bin/ready:
	python3 -m venv $(TARGET)/bench-timetable-venv
	$(TARGET)/bench-timetable-venv/bin/pip install --quiet 'python-sat>=1.8' 'ortools>=9.11'
	touch $@

bench: build-release ## Run every benchmark; results belong in docs/benchmarks.md
	scripts/bench.sh $(RELEASE)
