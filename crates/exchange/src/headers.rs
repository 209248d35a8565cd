//! How columns and sheets are recognised: the label of each field and what else people write.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use lianmeng_domain::draft::{Binding, DraftKind, Field, Origin};
use lianmeng_domain::text;

mod words;

pub use words::{label, note, sheet_name};

/// Sheets that are for people, not for the import.
const SKIPPED: &[&str] = &["说明", "填表说明", "readme", "instructions", "词表", "选项", "lists"];

/// A longer header is none of ours, and not worth the time to compare.
const HEADER_BYTES: usize = 400;

/// The form in which headers are compared: width, script, capitals, blanks, stars and what stands in
/// brackets do not matter.
pub(crate) fn key(header: &str) -> String {
    if header.len() > HEADER_BYTES {
        return String::new();
    }
    let normal = text::normalise(header);
    let bare = normal.split_once('(').map_or(normal.as_str(), |(before, _)| before);
    let bare = if bare.is_empty() { normal.as_str() } else { bare };
    bare.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Headers of one kind, by their key.
type Vocabulary = HashMap<String, Field>;

static VOCABULARIES: LazyLock<HashMap<DraftKind, Vocabulary>> =
    LazyLock::new(|| DraftKind::ALL.iter().map(|&kind| (kind, vocabulary(kind))).collect());

static KNOWN: LazyLock<HashSet<String>> = LazyLock::new(|| {
    DraftKind::ALL.iter().flat_map(|&kind| vocabulary(kind).into_keys()).collect()
});

fn vocabulary(kind: DraftKind) -> Vocabulary {
    let mut found = Vocabulary::new();
    // A word of the kind itself outranks a general one: 企业名称 is the name of an enterprise, and
    // the enterprise of a placement.
    for &field in kind.fields() {
        for word in words::of_kind(kind, field) {
            found.entry(key(word)).or_insert(field);
        }
    }
    for &field in kind.fields() {
        for word in std::iter::once(&field.word()).chain(words::general(field)) {
            found.entry(key(word)).or_insert(field);
        }
    }
    found
}

/// Whether `header` is one we know, of whatever kind.
pub(crate) fn is_known(header: &str) -> bool {
    KNOWN.contains(&key(header))
}

/// Whether a sheet or file of this name is for people only.
pub(crate) fn is_skipped(name: &str) -> bool {
    let key = key(name);
    SKIPPED.iter().any(|skipped| self::key(skipped) == key)
}

/// The kind a sheet or file of this name holds.
pub(crate) fn kind_by_name(name: &str) -> Option<DraftKind> {
    let wanted = key(name);
    DraftKind::ALL
        .iter()
        .copied()
        .find(|&kind| words::sheet_names(kind).iter().any(|name| key(name) == wanted))
}

/// The kind whose headers these are: the one with all its required columns and most columns bound.
///
/// `None` if no kind or more than one fits best.
pub(crate) fn kind_by_headers(headers: &[String]) -> Option<DraftKind> {
    let mut fits: Vec<(usize, DraftKind)> = DraftKind::ALL
        .iter()
        .filter_map(|&kind| {
            let bound = bind(kind, headers).bindings;
            let has = |field| bound.iter().any(|binding| binding.field == field);
            kind.required().iter().all(|&field| has(field)).then_some((bound.len(), kind))
        })
        .collect();
    fits.sort_by_key(|&(bound, _)| std::cmp::Reverse(bound));
    match fits.as_slice() {
        [] => None,
        [(_, kind)] => Some(*kind),
        [(best, kind), (next, _), ..] => (best > next).then_some(*kind),
    }
}

/// Whether a list of `kind` that we wrote shows this column for people: it is nothing to import.
fn is_shown_only(kind: DraftKind, header: &str) -> bool {
    words::shown_only(kind).iter().any(|shown| key(shown) == key(header))
}

/// Headers matched to fields.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) bindings: Vec<Binding>,
    /// Headers nobody knows, or that repeat one that is bound already.
    pub(crate) unknown: Vec<String>,
}

/// Matches `headers` to the fields of `kind`.
pub(crate) fn bind(kind: DraftKind, headers: &[String]) -> Bound {
    let mut bound = Bound { bindings: Vec::new(), unknown: Vec::new() };
    let vocabulary = VOCABULARIES.get(&kind);
    for (column, header) in headers.iter().enumerate() {
        if header.trim().is_empty() {
            continue;
        }
        let field = vocabulary.and_then(|words| words.get(&key(header)).copied());
        match field {
            Some(field) if bound.bindings.iter().all(|binding| binding.field != field) => {
                let origin = Origin::Column(column);
                bound.bindings.push(Binding { field, origin, values: HashMap::new() });
            }
            Some(_) | None if is_shown_only(kind, header) => {}
            Some(_) | None => bound.unknown.push(header.clone()),
        }
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(kind: DraftKind, headers: &[&str]) -> Vec<Field> {
        let headers: Vec<String> = headers.iter().map(|&h| h.to_owned()).collect();
        bind(kind, &headers).bindings.iter().map(|binding| binding.field).collect()
    }

    #[test]
    fn chinese_english_traditional_and_starred_headers_mean_the_same() {
        for headers in [
            ["企业名称", "统一社会信用代码", "所在地区"],
            ["*企業名稱", "統一社會信用代碼（必填）", "所在区县"],
            ["企业名称", "信用代码", "所在地"],
            ["Name", "credit_code", "Region"],
            ["Company Name", "USCC", "District"],
        ] {
            assert_eq!(
                fields(DraftKind::Enterprise, &headers),
                [Field::Name, Field::CreditCode, Field::Region],
                "{headers:?}"
            );
        }
    }

    #[test]
    fn the_same_header_means_what_its_sheet_makes_of_it() {
        assert_eq!(fields(DraftKind::Placement, &["企业名称"]), [Field::Enterprise]);
        assert_eq!(fields(DraftKind::Enterprise, &["企业名称"]), [Field::Name]);
        let headers = ["名称".to_owned(), "企业名称".to_owned(), "星座".to_owned()];
        assert_eq!(bind(DraftKind::Enterprise, &headers).unknown, ["企业名称", "星座"]);
    }

    #[test]
    fn every_label_and_stored_word_of_a_kind_leads_back_to_its_field() {
        for &kind in DraftKind::ALL {
            for &field in kind.fields() {
                assert_eq!(fields(kind, &[label(kind, field)]), [field], "{kind} {field}");
                assert_eq!(fields(kind, &[field.word()]), [field], "{kind} {field}");
            }
            assert_eq!(kind_by_name(sheet_name(kind)), Some(kind));
            assert_eq!(kind_by_name(kind.word()), Some(kind));
        }
    }

    #[test]
    fn a_sheet_with_all_labels_of_a_kind_is_recognised_without_its_name() {
        for &kind in DraftKind::ALL {
            let headers: Vec<String> =
                kind.fields().iter().map(|&field| label(kind, field).to_owned()).collect();
            assert_eq!(kind_by_headers(&headers), Some(kind), "{kind}");
        }
        assert_eq!(kind_by_headers(&["x".to_owned()]), None);
    }
}
