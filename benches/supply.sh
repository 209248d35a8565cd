#!/usr/bin/env bash
# Measures the prediction of supply: one edge in ten hidden by seed, filtered MRR and Hits@10 over
# all products, beside common neighbours, Adamic-Adar and popularity in the same run.
# Usage: benches/supply.sh [DATA], where DATA holds kag-supplychain and a-share-chain.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data}
cargo=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-target}
$cargo build --quiet --release --package lianmeng-graph --example predict
predict=$target/release/examples/predict
for seed in 1 2 3 4 5; do
	"$predict" kag "$data/kag-supplychain" "$seed"
done
"$predict" a-share "$data/a-share-chain" 1
