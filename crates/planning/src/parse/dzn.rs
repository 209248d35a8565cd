//! MiniZinc data: `name = value;` with whole numbers, sets `{…}`, lists `[…]` and rows `[|…|]`.

use super::{ParseError, count, session, value};
use crate::mask::MAX_SLOTS;
use crate::problem::{MAX_MEETINGS, MAX_PARTICIPANTS, Meeting, Participant, Precedence, Problem};
use std::collections::BTreeMap;

const NEEDED: &str = "nBusiness, nMeetings, nTables, nTotalSlots, nMorningSlots and requested";

/// Reads a problem from MiniZinc data, where everything counts from 1.
///
/// `forbidden`, `fixed` and `precedences` may be absent. A 0 in them stands for nothing. Names that
/// are not known are skipped.
///
/// # Errors
///
/// [`ParseError::Syntax`] where it is not such data, [`ParseError::Missing`] without a needed name,
/// [`ParseError::Value`] for a number out of range, [`ParseError::Problem`] where the parts do not
/// fit.
pub fn parse_dzn(text: &str, fairness: Option<u32>) -> Result<Problem, ParseError> {
    let file = Reader::new(text).file()?;
    let people = count("nBusiness", file.int("nBusiness")?, MAX_PARTICIPANTS)?;
    let slots = count("nTotalSlots", file.int("nTotalSlots")?, MAX_SLOTS)?;
    let wanted = count("nMeetings", file.int("nMeetings")?, MAX_MEETINGS)?;
    let rows = file.list("requested")?.ok_or(missing("requested"))?;
    if rows.len() != wanted * 3 {
        let found = rows.len();
        return Err(value(
            "requested",
            format!("{found} numbers, but nMeetings = {wanted} needs 3 for each meeting"),
        ));
    }
    let fixed = fixed_slots(&file, wanted, slots)?;
    let mut meetings = Vec::with_capacity(wanted);
    for (m, row) in rows.chunks_exact(3).enumerate() {
        let place = || format!("requested, row {}", m + 1);
        meetings.push(Meeting {
            participants: vec![number(place, row[0], people)?, number(place, row[1], people)?],
            half_day: session(place, row[2])?,
            fixed: fixed[m],
            locked: false,
        });
    }
    let problem = Problem {
        slots,
        morning: count("nMorningSlots", file.int("nMorningSlots")?, MAX_SLOTS)?,
        tables: count("nTables", file.int("nTables")?, MAX_MEETINGS)?,
        fairness,
        participants: participants(&file, people, slots)?,
        precedences: precedences(&file, wanted)?,
        meetings,
    };
    problem.check()?;
    Ok(problem)
}

fn missing(field: &'static str) -> ParseError {
    ParseError::Missing { field, needed: NEEDED }
}

/// A number from 1 that names one of `count` things, as an index from 0.
fn number(place: impl Fn() -> String, number: i64, count: usize) -> Result<usize, ParseError> {
    usize::try_from(number)
        .ok()
        .filter(|n| (1..=count).contains(n))
        .map(|n| n - 1)
        .ok_or_else(|| value(place(), format!("{number} is not a number from 1 to {count}")))
}

fn fixed_slots(
    file: &File,
    meetings: usize,
    slots: usize,
) -> Result<Vec<Option<usize>>, ParseError> {
    let Some(list) = file.list("fixed")? else { return Ok(vec![None; meetings]) };
    if list.len() != meetings {
        let found = list.len();
        return Err(value("fixed", format!("{found} entries, but nMeetings is {meetings}")));
    }
    let slot = |(m, &t): (usize, &i64)| match t {
        0 => Ok(None),
        _ => number(|| format!("fixed, entry {}", m + 1), t, slots).map(Some),
    };
    list.iter().enumerate().map(slot).collect()
}

fn participants(file: &File, people: usize, slots: usize) -> Result<Vec<Participant>, ParseError> {
    let mut participants = vec![Participant::default(); people];
    let Some(sets) = file.sets("forbidden")? else { return Ok(participants) };
    if sets.len() != people {
        let found = sets.len();
        return Err(value("forbidden", format!("{found} sets, but nBusiness is {people}")));
    }
    for (p, set) in sets.iter().enumerate() {
        for &t in set.iter().filter(|&&t| t != 0) {
            let slot = number(|| format!("forbidden, set {}", p + 1), t, slots)?;
            participants[p].forbidden.push(slot);
        }
    }
    Ok(participants)
}

fn precedences(file: &File, meetings: usize) -> Result<Vec<Precedence>, ParseError> {
    let Some(sets) = file.sets("precedences")? else { return Ok(Vec::new()) };
    if sets.len() != meetings {
        let found = sets.len();
        return Err(value("precedences", format!("{found} sets, but nMeetings is {meetings}")));
    }
    let mut precedences = Vec::new();
    for (after, set) in sets.iter().enumerate() {
        for &m in set.iter().filter(|&&m| m != 0) {
            let before = number(|| format!("precedences, set {}", after + 1), m, meetings)?;
            precedences.push(Precedence { before, after });
        }
    }
    Ok(precedences)
}

/// A value on the right of `=`.
enum Value {
    Int(i64),
    Ints(Vec<i64>),
    Sets(Vec<Vec<i64>>),
}

/// The known names of a file and their values.
struct File(BTreeMap<String, (usize, Value)>);

impl File {
    fn int(&self, field: &'static str) -> Result<i64, ParseError> {
        match self.0.get(field) {
            Some((_, Value::Int(number))) => Ok(*number),
            Some((line, Value::Ints(_) | Value::Sets(_))) => {
                Err(syntax(*line, format!("{field} is not a whole number")))
            }
            None => Err(missing(field)),
        }
    }

    fn list(&self, field: &str) -> Result<Option<&[i64]>, ParseError> {
        match self.0.get(field) {
            Some((_, Value::Ints(list))) => Ok(Some(list)),
            Some((line, Value::Int(_) | Value::Sets(_))) => {
                Err(syntax(*line, format!("{field} is not a list of whole numbers")))
            }
            None => Ok(None),
        }
    }

    fn sets(&self, field: &str) -> Result<Option<&[Vec<i64>]>, ParseError> {
        match self.0.get(field) {
            Some((_, Value::Sets(sets))) => Ok(Some(sets)),
            Some((_, Value::Ints(list))) if list.is_empty() => Ok(Some(&[])),
            Some((line, Value::Int(_) | Value::Ints(_))) => {
                Err(syntax(*line, format!("{field} is not a list of sets")))
            }
            None => Ok(None),
        }
    }
}

fn syntax(line: usize, message: impl Into<String>) -> ParseError {
    ParseError::Syntax { line, message: message.into() }
}

/// Reads from left to right and never looks back.
struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, line: 1 }
    }

    fn file(mut self) -> Result<File, ParseError> {
        let mut known = BTreeMap::new();
        while self.peek()?.is_some() {
            let line = self.line;
            let name = self.name()?;
            self.expect('=')?;
            let value = self.value()?;
            self.expect(';')?;
            if known.insert(name.to_owned(), (line, value)).is_some() {
                return Err(syntax(line, format!("{name} is given twice; keep one")));
            }
        }
        if known.is_empty() { Err(ParseError::Empty) } else { Ok(File(known)) }
    }

    /// The next character after blanks and comments, without taking it.
    fn peek(&mut self) -> Result<Option<char>, ParseError> {
        loop {
            let blank = self.rest.len() - self.rest.trim_start().len();
            self.skip(blank);
            if self.rest.starts_with('%') {
                self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                let Some(end) = self.rest.find("*/") else {
                    return Err(syntax(self.line, "the comment /* has no end */"));
                };
                self.skip(end + 2);
            } else {
                return Ok(self.rest.chars().next());
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at(bytes);
        self.line += skipped.bytes().filter(|&b| b == b'\n').count();
        self.rest = rest;
    }

    fn unexpected(&self, found: Option<char>, wanted: &str) -> ParseError {
        let found = found.map_or("the end of the file".to_owned(), |c| format!("{c:?}"));
        syntax(self.line, format!("found {found}, expected {wanted}"))
    }

    fn expect(&mut self, wanted: char) -> Result<(), ParseError> {
        match self.peek()? {
            Some(c) if c == wanted => {
                self.skip(c.len_utf8());
                Ok(())
            }
            found => Err(self.unexpected(found, &format!("{wanted:?}"))),
        }
    }

    /// Takes `wanted` if it is next.
    fn take(&mut self, wanted: char) -> Result<bool, ParseError> {
        let found = self.peek()? == Some(wanted);
        if found {
            self.skip(wanted.len_utf8());
        }
        Ok(found)
    }

    fn name(&mut self) -> Result<&'a str, ParseError> {
        let found = self.peek()?;
        if !found.is_some_and(|c| c.is_ascii_alphabetic()) {
            return Err(self.unexpected(found, "a name such as nBusiness"));
        }
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (name, _) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.skip(name.len());
        Ok(name)
    }

    fn int(&mut self) -> Result<i64, ParseError> {
        let found = self.peek()?;
        let sign = usize::from(found == Some('-'));
        let digits = self.rest[sign..].bytes().take_while(u8::is_ascii_digit).count();
        let (token, _) = self.rest.split_at(sign + digits);
        if digits == 0 {
            return Err(self.unexpected(found, "a whole number"));
        }
        let shown: String = token.chars().take(24).collect();
        let number = token
            .parse()
            .map_err(|_| syntax(self.line, format!("{shown} is too large a number")))?;
        self.skip(token.len());
        Ok(number)
    }

    fn value(&mut self) -> Result<Value, ParseError> {
        match self.peek()? {
            Some('[') => self.list(),
            Some('{') => Ok(Value::Sets(vec![self.set()?])),
            _ => Ok(Value::Int(self.int()?)),
        }
    }

    /// A list of numbers, of rows of numbers, or of sets.
    fn list(&mut self) -> Result<Value, ParseError> {
        self.expect('[')?;
        let (mut ints, mut sets) = (Vec::new(), Vec::new());
        loop {
            match self.peek()? {
                Some(']') => break,
                Some('|' | ',') => self.skip(1),
                Some('{') => sets.push(self.set()?),
                _ => ints.push(self.int()?),
            }
        }
        self.expect(']')?;
        match (ints.is_empty(), sets.is_empty()) {
            (_, true) => Ok(Value::Ints(ints)),
            (true, false) => Ok(Value::Sets(sets)),
            (false, false) => Err(syntax(self.line, "a list holds numbers or sets, not both")),
        }
    }

    /// A set of numbers, `{1, 2}`.
    fn set(&mut self) -> Result<Vec<i64>, ParseError> {
        self.expect('{')?;
        let mut set = Vec::new();
        while !self.take('}')? {
            set.push(self.int()?);
            if !self.take(',')? {
                self.expect('}')?;
                break;
            }
        }
        Ok(set)
    }
}
