//! One row under judgement: its cells as values, and what was wrong with them.

use chrono::NaiveDate;
use lianmeng_domain::draft::{self, Draft, DraftKind, Field, Remark};
use lianmeng_domain::text;

use super::decimal::Decimal;
use super::directory::{Directory, Entry, Found, Slot};
use super::notes::Notes;

/// Longest cell, in characters.
pub(super) const CELL_CHARS: usize = 10_000;

/// Why a cell is wrong: the kind of finding, the reason, and what to do about it.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) kind: &'static str,
    pub(super) reason: String,
    pub(super) hint: String,
}

/// A flaw with a fixed kind.
pub(super) fn flaw(kind: &'static str, reason: impl Into<String>, hint: impl Into<String>) -> Flaw {
    Flaw { kind, reason: reason.into(), hint: hint.into() }
}

/// A row under judgement. Every wrong cell is noted, so that one import shows all of them.
#[derive(Debug)]
pub(super) struct Row<'a, 'n> {
    pub(super) draft: Draft<'a>,
    notes: &'n mut Notes,
    is_bad: bool,
}

impl<'a, 'n> Row<'a, 'n> {
    pub(super) fn new(draft: Draft<'a>, notes: &'n mut Notes) -> Self {
        Self { draft, notes, is_bad: false }
    }

    /// Whether nothing was wrong so far; counts the row as rejected otherwise.
    pub(super) fn is_good(&mut self, kind: DraftKind) -> bool {
        if self.is_bad {
            self.notes.count(kind).rejected += 1;
        }
        !self.is_bad
    }

    /// Notes a flaw for which the row is left out.
    pub(super) fn reject(&mut self, field: Field, flaw: Flaw) {
        self.is_bad = true;
        self.say(field, flaw, true);
    }

    /// Notes a flaw with which the row stays.
    pub(super) fn note(&mut self, field: Field, flaw: Flaw) {
        self.say(field, flaw, false);
    }

    fn say(&mut self, field: Field, flaw: Flaw, is_rejection: bool) {
        self.notes.add(Remark {
            kind: flaw.kind,
            spot: self.draft.spot(field),
            value: self.draft.original(field).chars().take(80).collect(),
            reason: flaw.reason,
            hint: flaw.hint,
            is_rejection,
        });
    }

    /// The text of a cell; `None` if it is empty or cannot be used.
    pub(super) fn text(&mut self, field: Field) -> Option<String> {
        let text = self.draft.get(field);
        if text.is_empty() {
            return None;
        }
        if text.len() > CELL_CHARS && text.chars().nth(CELL_CHARS).is_some() {
            let reason = format!("the cell has more than {CELL_CHARS} characters");
            self.reject(field, flaw("cell_too_long", reason, "shorten it"));
            return None;
        }
        if text.starts_with('#') && SHEET_ERRORS.contains(&text.as_ref()) {
            let reason = "the cell holds the error of a formula";
            self.reject(field, flaw("cell_error", reason, "mend the formula or type the value"));
            return None;
        }
        Some(text.into_owned())
    }

    /// The text of a cell that must not be empty.
    pub(super) fn required(&mut self, field: Field) -> Option<String> {
        if self.draft.get(field).is_empty() {
            let reason = format!("{field} is empty");
            self.reject(field, flaw("cell_missing", reason, "fill it in or delete the row"));
            return None;
        }
        self.text(field)
    }

    /// A word of a fixed vocabulary; `None` if the cell is empty or holds another word.
    pub(super) fn word<T>(&mut self, field: Field, from: fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(field)?;
        let word = draft::choice(field, &text).and_then(from);
        if word.is_none() {
            self.reject(field, unknown_word(field));
        }
        word
    }

    /// A word that must be there.
    pub(super) fn required_word<T>(
        &mut self,
        field: Field,
        from: fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.required(field)?;
        self.word(field, from)
    }

    /// A yes or no.
    pub(super) fn flag(&mut self, field: Field) -> Option<bool> {
        self.word(field, |word| word.parse().ok())
    }

    /// A list, separated by 、 ； ; | or line breaks; sorted, without repeats.
    pub(super) fn list(&mut self, field: Field) -> Vec<String> {
        let Some(text) = self.text(field) else { return Vec::new() };
        let mut items: Vec<String> = text
            .split(['、', '；', ';', '|', '\n'])
            .map(draft::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect();
        items.sort();
        items.dedup();
        items
    }

    /// A number.
    pub(super) fn decimal(&mut self, field: Field) -> Option<Decimal> {
        let text = self.text(field)?;
        let number = Decimal::parse(&text);
        if number.is_none() {
            let hint = "write digits and a point, such as 0.35 or 35%";
            self.reject(field, flaw("number_invalid", "this is no number", hint));
        }
        number
    }

    /// A whole number of at least 1.
    pub(super) fn whole(&mut self, field: Field) -> Option<i32> {
        let number = self.decimal(field)?;
        let whole = number.whole().filter(|&whole| whole >= 1);
        if whole.is_none() {
            let reason = "this is no whole number from 1";
            self.reject(field, flaw("number_invalid", reason, "write 1, 2, 3 …"));
        }
        whole
    }

    /// A local date.
    pub(super) fn date(&mut self, field: Field) -> Option<NaiveDate> {
        let text = self.text(field)?;
        let date = date(&text);
        if date.is_none() {
            let reason = "this is no date";
            self.reject(field, flaw("date_invalid", reason, "write it like 2026-03-01"));
        }
        date
    }

    /// Two dates, the later not before the earlier.
    pub(super) fn term(&mut self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let from = self.date(Field::ValidFrom);
        let until = self.date(Field::ValidTo);
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            let reason = format!("it ends on {until}, before it starts on {from}");
            self.reject(Field::ValidTo, flaw("term_backwards", reason, "swap or mend the dates"));
        }
        (from, until)
    }

    /// The thing a cell means; `None` if the cell is empty or no single thing is meant.
    pub(super) fn find<T: Entry>(
        &mut self,
        field: Field,
        directory: &Directory<T>,
    ) -> Option<Slot> {
        let text = self.text(field)?;
        self.find_text(field, &text, directory)
    }

    /// The thing a cell must mean.
    pub(super) fn required_find<T: Entry>(
        &mut self,
        field: Field,
        directory: &Directory<T>,
    ) -> Option<Slot> {
        let text = self.required(field)?;
        self.find_text(field, &text, directory)
    }

    /// The things a cell with a list means.
    pub(super) fn find_list<T: Entry>(
        &mut self,
        field: Field,
        directory: &Directory<T>,
    ) -> Vec<Slot> {
        let items = self.list(field);
        items.iter().filter_map(|text| self.find_text(field, text, directory)).collect()
    }

    fn find_text<T: Entry>(
        &mut self,
        field: Field,
        text: &str,
        directory: &Directory<T>,
    ) -> Option<Slot> {
        match directory.find(text) {
            Found::One(slot) => Some(slot),
            Found::Nothing => {
                let reason = format!("no {} is called {text:?} or has it as its key", T::WHAT);
                let hint = "add it to its own sheet, or mend the reference; a row that was rejected does not count";
                self.reject(field, flaw("reference_missing", reason, hint));
                None
            }
            Found::Many(keys) => {
                let count = keys.len();
                let shown: Vec<_> = keys.into_iter().take(5).collect();
                let reason = format!("{count} of kind {} are called {text:?}", T::WHAT);
                let hint = format!("write the key instead: {}", shown.join(", "));
                self.reject(field, flaw("reference_ambiguous", reason, hint));
                None
            }
        }
    }

    /// Notes that a row before said the same, and counts this one as unchanged.
    pub(super) fn repeats(&mut self, kind: DraftKind, field: Field, first: u32) {
        let reason = format!("row {first} says the same");
        self.note(field, flaw("row_repeated", reason, ""));
        self.notes.count(kind).unchanged += 1;
    }

    /// Notes that a row before has the same key and says something else.
    pub(super) fn clashes(&mut self, field: Field, first: u32) {
        let reason = format!("row {first} has the same key and says something else");
        self.reject(field, flaw("key_repeated", reason, "keep one of the two rows"));
    }
}

/// What a spreadsheet shows for a formula that failed.
const SHEET_ERRORS: &[&str] =
    &["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#DATA!", "#SPILL!"];

/// The flaw of a word outside of the vocabulary.
pub(super) fn unknown_word(field: Field) -> Flaw {
    let words: Vec<_> = draft::choices(field)
        .iter()
        .filter_map(|(_, spellings)| spellings.first())
        .copied()
        .collect();
    let hint = format!("write one of {}", words.join("、"));
    flaw("value_unknown", format!("{field} has no such value"), hint)
}

/// A date as people and spreadsheets write it; a time of day behind it is dropped.
fn date(text: &str) -> Option<NaiveDate> {
    let plain = text::normalise(text);
    let day = plain.split([' ', 't']).next().unwrap_or(&plain);
    let formats = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"];
    let date = formats.iter().find_map(|format| NaiveDate::parse_from_str(day, format).ok())?;
    let plausible = NaiveDate::from_ymd_opt(1_900, 1, 1)?..NaiveDate::from_ymd_opt(2_200, 1, 1)?;
    plausible.contains(&date).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1);
        for text in [
            "2026-03-01",
            "2026/3/1",
            "2026.03.01",
            "2026年3月1日",
            "20260301",
            "2026-03-01 00:00:00",
        ] {
            assert_eq!(date(text), day, "{text}");
        }
        for text in ["2026-02-30", "昨天", "46082", "0026-03-01", ""] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
