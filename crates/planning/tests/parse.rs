//! Reading files: what they say, and what is said about those that cannot be read.

use lianmeng_planning::{HalfDay, Precedence, Problem, parse};
use proptest::prelude::*;

const DZN: &str = "% a small event\nnBusiness = 3;\nnMeetings = 2;\nnTables = 1;\nnTotalSlots = 4;\nnMorningSlots = 2;\n\nrequested = [|1, 2,3,\n|2, 3,2,\n|];\n\nmeetingsxBusiness = [{1},{1,2},{2}];\nforbidden = [{0},{1,4},{}];\nfixed = [0,3];\nprecedences = [{},{0,1}];\n";
const JSON: &str = r#"{"name":"x","P":3,"T":4,"L":1,"AM":2,"meetings":[[0,1,3],[1,2,2]],
"forb":[[],[0,3],[]],"fixed":[-1,2],"prec":[[0,1]]}"#;

#[test]
fn both_formats_say_the_same() {
    let problem = parse(DZN, Some(2)).unwrap();

    assert_eq!(parse(JSON, Some(2)).unwrap(), problem);
    assert_eq!((problem.slots, problem.morning, problem.tables), (4, 2, 1));
    assert_eq!(problem.participants[1].forbidden, [0, 3]);
    assert_eq!(problem.meetings[1].participants, [1, 2]);
    assert_eq!(problem.meetings[1].half_day, HalfDay::Afternoon);
    assert_eq!((problem.meetings[0].fixed, problem.meetings[1].fixed), (None, Some(2)));
    assert_eq!(problem.precedences, [Precedence { before: 0, after: 1 }]);
}

#[test]
fn a_problem_survives_being_written_and_read() {
    let problem = parse(DZN, Some(2)).unwrap();
    let text = serde_json::to_string(&problem).unwrap();
    assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    let cases = [
        (
            " \n".to_owned(),
            "the file is empty; expected MiniZinc data (nBusiness = …;) or a JSON object",
        ),
        (
            DZN.replace("nTables = 1;\n", ""),
            "nTables is missing; a timetable file needs nBusiness, nMeetings, nTables, nTotalSlots, nMorningSlots and requested",
        ),
        (
            DZN.replace("nMeetings = 2", "nMeetings = 5"),
            "requested: 6 numbers, but nMeetings = 5 needs 3 for each meeting",
        ),
        (
            DZN.replace("nBusiness = 3", "nBusiness = -3"),
            "nBusiness: -3 is not a whole number from 0 to 20000",
        ),
        (
            DZN.replace("nTotalSlots = 4", "nTotalSlots = 99999999999999999999"),
            "line 5: 99999999999999999999 is too large a number",
        ),
        (
            DZN.replace("nTotalSlots = 4", "nTotalSlots = 65"),
            "nTotalSlots: 65 is not a whole number from 0 to 64",
        ),
        (
            DZN.replace("nMorningSlots = 2", "nMorningSlots = 5"),
            "5 morning slots, but the event has only 4 slots",
        ),
        (DZN.replace("|2, 3,2", "|2, 4,2"), "requested, row 2: 4 is not a number from 1 to 3"),
        (
            DZN.replace("|2, 3,2", "|2, 2,2"),
            "meeting 2 names participant 2 twice; name two different ones",
        ),
        (
            DZN.replace("|2, 3,2", "|2, 3,4"),
            "requested, row 2: session 4 is not 1 (morning), 2 (afternoon) or 3 (either)",
        ),
        (DZN.replace("{1,4}", "{1,5}"), "forbidden, set 2: 5 is not a number from 1 to 4"),
        (DZN.replace("[0,3]", "[0,3,1]"), "fixed: 3 entries, but nMeetings is 2"),
        (DZN.replace("{0,1}]", "{0,3}]"), "precedences, set 2: 3 is not a number from 1 to 2"),
        (DZN.replace("nTables = 1;", "nTables = ;"), "line 4: found ';', expected a whole number"),
        (
            DZN.replace("fixed = [0,3];", "fixed = [0,"),
            "line 15: found 'p', expected a whole number",
        ),
        (DZN[..60].to_owned(), "line 5: found the end of the file, expected '='"),
        (DZN.replace("fixed =", "forbidden ="), "line 14: forbidden is given twice; keep one"),
        ("<html>".to_owned(), "line 1: found '<', expected a name such as nBusiness"),
        (JSON.replace("[1,2,2]", "[1,3,2]"), "meetings, row 2: 3 is not an index below 3"),
        (
            JSON.replace("\"P\":3", "\"P\":900000000000"),
            "P: 900000000000 is not a whole number from 0 to 20000",
        ),
        (
            JSON.replace("[-1,2]", "[-1]"),
            "fixed: 1 rows, but the number of meetings is 2; give one row each, or none",
        ),
        (JSON.replace("[-1,2]", "[-2,2]"), "fixed, entry 1: -2 is not an index below 4"),
        (
            JSON.replace("\"L\":1,", ""),
            "line 2: missing field `L`; expected an object with P, T, L, AM and meetings",
        ),
    ];
    for (text, want) in cases {
        assert_eq!(parse(&text, Some(2)).unwrap_err().to_string(), want, "{text}");
    }
}

#[test]
fn ten_megabytes_of_nonsense_are_refused() {
    for junk in ["{", "[", "nonsense ", "a = [{", "{\"P\":[", "a=[1,", "% ", "/*", "9", "\u{feff}{"]
    {
        let text = junk.repeat(10_000_000 / junk.len());
        assert!(parse(&text, Some(2)).is_err(), "{junk}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,80}") {
        drop(parse(&text, None));
    }

    #[test]
    fn a_file_cut_off_or_damaged_anywhere_is_read_or_refused(
        at in 0..DZN.len(), other in "[ -~]?", json: bool,
    ) {
        let source = if json { JSON } else { DZN };
        let at = at.min(source.len() - 1);
        let cut = &source[..at];
        let damaged = format!("{cut}{other}{}", &source[at + 1..]);
        for text in [cut, damaged.as_str()] {
            if let Ok(problem) = parse(text, None) {
                prop_assert_eq!(problem.check(), Ok(()));
            }
        }
    }
}
