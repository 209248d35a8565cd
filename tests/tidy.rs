//! The shape of the code: arrows between crates, licences, lengths, printed schema, error codes.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What each crate may use of ours. A new arrow needs a decision record in docs/adr.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("backplane", &[]),
    ("migrations", &[]),
    ("graph", &["domain"]),
    ("matching", &["domain", "graph"]),
    ("planning", &["domain"]),
    ("exchange", &["domain"]),
    ("store", &["domain", "migrations"]),
    ("app", &["domain", "graph", "matching", "planning", "store", "backplane"]),
    ("api", &["app", "store", "graph", "domain", "backplane", "exchange"]),
];

/// Licences a dependency may carry; the same list as in deny.toml.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Longest file of ours, in lines.
const MAX_LINES: usize = 700;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn ours(name: &str) -> Option<&str> {
    name.strip_prefix("lianmeng-")
}

#[test]
fn arrows_between_crates_point_down() {
    let allowed: BTreeMap<_, BTreeSet<_>> =
        ARROWS.iter().map(|(name, uses)| (*name, uses.iter().copied().collect())).collect();
    let mut wrong = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let Some(name) = package["name"].as_str().and_then(ours) else { continue };
        for dependency in package["dependencies"].as_array().unwrap() {
            let Some(used) = dependency["name"].as_str().and_then(ours) else { continue };
            let is_dev = dependency["kind"] == "dev";
            let is_fine = match name {
                "server" => used != "testkit" && used != "tests",
                "testkit" => used != "server",
                "tests" => true,
                // Tests may reach down to make their input.
                _ if is_dev => used != "api" && used != "server",
                _ => allowed.get(name).is_some_and(|uses| uses.contains(used)),
            };
            if !is_fine {
                wrong.push(format!("{name} -> {used}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn engines_know_no_database_no_async_and_no_graphql() {
    let forbidden = ["sea-orm", "sqlx", "tokio", "async-graphql", "poem"];
    let mut wrong = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let name = package["name"].as_str().and_then(ours).unwrap_or_default();
        if !["domain", "graph", "matching", "planning", "exchange"].contains(&name) {
            continue;
        }
        for dependency in package["dependencies"].as_array().unwrap() {
            let used = dependency["name"].as_str().unwrap();
            if forbidden.contains(&used) && dependency["kind"] != "dev" {
                wrong.push(format!("{name} -> {used}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Whether an SPDX expression can be met with the allowed licences alone.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let trimmed = expression.trim();
    if let Some(inner) = trimmed.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && !inner.contains('(')
    {
        return is_allowed(inner);
    }
    let split = |word: &str| {
        let (mut depth, mut parts, mut from) = (0_i32, Vec::new(), 0);
        for (at, c) in trimmed.char_indices() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ if depth == 0 && trimmed[at..].starts_with(word) => {
                    parts.push(trimmed[from..at].to_owned());
                    from = at + word.len();
                }
                _ => {}
            }
        }
        parts.push(trimmed[from..].to_owned());
        parts
    };
    let all = split(" AND ");
    if all.len() > 1 {
        return all.iter().all(|part| is_allowed(part));
    }
    let any = split(" OR ");
    if any.len() > 1 {
        return any.iter().any(|part| is_allowed(part));
    }
    LICENCES.contains(&trimmed)
}

#[test]
fn every_dependency_has_a_permissive_licence() {
    assert!(is_allowed("(MIT OR GPL-3.0) AND ISC") && !is_allowed("MIT AND GPL-3.0"));
    let mut wrong = Vec::new();
    for package in metadata()["packages"].as_array().unwrap() {
        let licence = package["license"].as_str().unwrap_or("none");
        if !is_allowed(licence) {
            wrong.push(format!("{}: {licence}", package["name"]));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
}

fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["crates", "migrations", "tests"] {
        files(&root().join(folder), "rs", &mut found);
    }
    found.sort();
    found
}

#[test]
fn files_stay_short_and_mod_rs_stays_away() {
    let mut wrong = Vec::new();
    for path in sources() {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        if lines > MAX_LINES || path.file_name().is_some_and(|name| name == "mod.rs") {
            wrong.push(format!(
                "{} has {lines} lines",
                path.strip_prefix(root()).unwrap().display()
            ));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_api_opens_no_transaction_and_writes_no_sql() {
    let mut wrong = Vec::new();
    for path in sources() {
        let place = path.strip_prefix(root()).unwrap().display().to_string();
        let is_test = place.ends_with("tests.rs")
            || ["testing", "/tests/", "/rights/"].iter().any(|part| place.contains(part));
        if !place.starts_with("crates/api/src") || is_test {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in [".begin(", "tx::begin", "Statement::from", "execute_unprepared"] {
            if code.contains(word) {
                wrong.push(format!("{place}: {word}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn schema_graphql_is_what_the_code_prints() {
    let kept = std::fs::read_to_string(root().join("schema.graphql")).unwrap();
    assert!(
        kept.trim() == lianmeng_api::schema::sdl().trim(),
        "schema.graphql differs from the code; run `make schema` and read the difference"
    );
}

#[test]
fn everything_in_the_schema_is_described() {
    let sdl = lianmeng_api::schema::sdl();
    let mut wrong = Vec::new();
    let (mut in_text, mut in_block, mut before) = (false, String::new(), "");
    for (at, line) in sdl.lines().enumerate() {
        let trimmed = line.trim();
        let marks = trimmed.matches("\"\"\"").count();
        if marks == 1 {
            in_text = !in_text;
        }
        if in_text || marks > 0 {
            before = trimmed;
            continue;
        }
        if line.ends_with('{') {
            line.clone_into(&mut in_block);
        }
        let is_type = ["type ", "input ", "enum ", "interface ", "union "]
            .iter()
            .any(|word| line.starts_with(word));
        let is_field =
            line.starts_with('\t') && !line.starts_with("\t\t") && !trimmed.starts_with(')');
        // The library names connections and edges itself; their fields are described.
        let is_exempt = in_block.starts_with("schema")
            || (is_type && (in_block.ends_with("Connection {") || in_block.ends_with("Edge {")));
        if (is_type || is_field) && !is_exempt && !before.ends_with("\"\"\"") {
            wrong.push(format!("line {}: {trimmed}", at + 1));
        }
        before = trimmed;
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_error_code_is_explained_in_the_docs() {
    let docs = std::fs::read_to_string(root().join("docs/errors.md")).unwrap();
    let explained: BTreeSet<&str> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|rest| rest.split('`').next())
        .collect();
    let codes: BTreeSet<&str> = lianmeng_api::error::codes().into_iter().collect();
    assert_eq!(codes.difference(&explained).collect::<Vec<_>>(), Vec::<&&str>::new(), "missing");
    assert_eq!(explained.difference(&codes).collect::<Vec<_>>(), Vec::<&&str>::new(), "unknown");
}
