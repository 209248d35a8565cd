//! `docs/rights.md`, printed from the matrix.

use std::fmt::Write as _;

use super::aggregate::FEWEST_ENTERPRISES;
use super::fields::FIELDS;
use super::mutations::MUTATIONS;
use super::{Column, DataClass, MATRIX, Sight};

const HEAD: &str = "\
# Rights

Printed by `lianmeng rights` from `crates/domain/src/rights.rs`; do not edit by hand.

Who asks stands in one column: a role, and for some roles what it is held for.
What is asked for belongs to one class: a row.
A cell says what the column sees of rows in its scope: all of it (✔), masked (◐), or nothing (✘).
Default is nothing; a role whose body does not fit it sees nothing; rights end with the term of office.
What a caller may not see does not exist: lists leave it out, fields are null, `node` finds nothing, counts do not count it.

The matrix is the only place where this is decided: `policy` reads it, storage makes conditions of its queries from what `policy` says, and `make test-rights` walks every path of the schema as every column and compares.

**A new field** gets its name among the words of its type in `crates/domain/src/rights/fields.rs`.
**A new mutation** gets a line in `crates/domain/src/rights/mutations.rs`.
**A new kind of data** gets a class and a row in `crates/domain/src/rights.rs`, and its rows in the world of the test, `crates/api/src/rights/world.rs`, with whose they are.
Then run `lianmeng rights > docs/rights.md`.
";

const AGGREGATES: &str = "\
Figures over rows that the caller reads in full may be given always: the caller could add them up.
Figures over other rows are withheld where they concern fewer enterprises than the setting `rights.fewest_enterprises` says, none included, and the answer says what is withheld.
The counts of the public registry (coverage, numbers of nodes) concern nobody's secrets and are given always.

Two figures must not tell by their difference what one alone may not:

- Figures over restricted rows are given for fixed cells only, never for a filter of the caller's choosing.
- Where a cell of a table with a total is withheld, the smallest of the others is withheld with it (`Fewest::withheld_cells`), so that the total less the shown cells concerns no fewer enterprises than that cell.
- `totalCount` of a list counts only rows that the caller sees, and filters by restricted fields find only rows that the caller reads in full.
";

/// The page.
pub fn page() -> String {
    let mut page = String::from(HEAD);
    page.push_str("\n## Who sees what\n\n");
    matrix(&mut page);
    page.push_str("\n## Whose scope\n\n| class | what lies in whose scope |\n|---|---|\n");
    for rule in MATRIX {
        let _infallible = writeln!(page, "| {} | {} |", rule.class, rule.scope);
    }
    page.push_str("\n## What masked leaves out\n\n| type | class | null or empty where masked |\n|---|---|---|\n");
    for fields in FIELDS.iter().filter(|fields| !fields.masked.is_empty()) {
        let class = fields.class.map_or("", DataClass::word);
        let _infallible = writeln!(page, "| `{}` | {class} | {} |", fields.of, code(fields.masked));
    }
    let _infallible = writeln!(
        page,
        "\n## Fewer than {FEWEST_ENTERPRISES} enterprises\n\n{AGGREGATES}\n## Who may do what\n"
    );
    page.push_str("| mutation | who | scope |\n|---|---|---|\n");
    for mutation in MUTATIONS {
        let may: Vec<&str> = mutation.may.iter().map(|column| column.word()).collect();
        let who = if may.len() == Column::ALL.len() - 1 {
            "everyone signed in".to_owned()
        } else {
            may.join("; ")
        };
        let _infallible = writeln!(page, "| `{}` | {who} | {} |", mutation.name, mutation.scope);
    }
    page.push_str("\n## Fields\n\nFields without a class are seen with what they are part of.\n\n");
    page.push_str("| type | class | fields |\n|---|---|---|\n");
    for fields in FIELDS {
        let words: Vec<&str> = [fields.open, fields.masked, fields.mine]
            .into_iter()
            .flat_map(|words| words.split(' '))
            .filter(|word| !word.is_empty())
            .collect();
        let class = fields.class.map_or("", DataClass::word);
        let _infallible =
            writeln!(page, "| `{}` | {class} | {} |", fields.of, code(&words.join(" ")));
    }
    page
}

fn matrix(page: &mut String) {
    page.push_str("| class |");
    for column in Column::ALL {
        let _infallible = write!(page, " {column} |");
    }
    page.push_str(" published, to everyone |\n|---|");
    page.push_str(&"---|".repeat(Column::ALL.len() + 1));
    page.push('\n');
    for rule in MATRIX {
        let _infallible = write!(page, "| {} |", rule.class);
        for sight in rule.in_scope.into_iter().chain([rule.published]) {
            let _infallible = write!(page, " {} |", mark(sight));
        }
        page.push('\n');
    }
}

const fn mark(sight: Sight) -> &'static str {
    match sight {
        Sight::Full => "✔",
        Sight::Masked => "◐",
        Sight::None => "✘",
    }
}

fn code(words: &str) -> String {
    let words: Vec<String> = words.split(' ').map(|word| format!("`{word}`")).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_in_docs_is_the_one_printed() {
        let kept = include_str!("../../../../docs/rights.md");
        let printed = super::page();
        let differs = kept.lines().zip(printed.lines()).find(|(kept, printed)| kept != printed);
        assert!(kept == printed, "run `lianmeng rights > docs/rights.md`; first: {differs:?}");
    }
}
