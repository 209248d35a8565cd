use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::ids::{DockingEventId, EnterpriseId, OrganisationId};
use crate::need::NeedStage;

fn zipped(parts: &[&str]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for part in parts {
        writer.start_file(*part, SimpleFileOptions::default()).unwrap();
        writer.write_all(b"<x/>").unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// As programs write that do not know the sizes beforehand.
fn streamed(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ZipWriter::new_stream(&mut bytes);
    for part in parts {
        writer.start_file(*part, SimpleFileOptions::default()).unwrap();
        writer.write_all(b"<x/>").unwrap();
    }
    writer.finish().unwrap();
    bytes
}

const PDF: &[u8] = b"%PDF-1.7\n%%EOF\n";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0";

#[test]
fn what_is_what_it_says_is_taken() {
    let docx = zipped(&["[Content_Types].xml", "word/document.xml"]);
    let stream = streamed(&["[Content_Types].xml", "word/document.xml"]);
    let xlsx = zipped(&["[Content_Types].xml", "xl/workbook.xml"]);
    let pptx = zipped(&["[Content_Types].xml", "ppt/presentation.xml"]);
    let ofd = zipped(&["OFD.xml", "Doc_0/Document.xml"]);
    let (gb18030, _, _) = encoding_rs::GB18030.encode("企业,需求\n甲,班车\n");
    let cases: &[(&str, Option<&str>, &[u8], FileKind)] = &[
        ("营业执照.pdf", Some("application/pdf"), PDF, FileKind::Pdf),
        ("图.PNG", Some("image/png"), PNG, FileKind::Png),
        ("照片.jpg", Some("image/jpeg"), JPEG, FileKind::Jpeg),
        ("照片.jpeg", None, JPEG, FileKind::Jpeg),
        ("方案.docx", Some("application/zip"), &docx, FileKind::Docx),
        ("导出.docx", None, &stream, FileKind::Docx),
        ("表.xlsx", Some("application/octet-stream"), &xlsx, FileKind::Xlsx),
        ("讲稿.pptx", None, &pptx, FileKind::Pptx),
        ("公文.ofd", Some("application/ofd"), &ofd, FileKind::Ofd),
        ("名单.csv", Some("application/vnd.ms-excel"), &gb18030, FileKind::Csv),
        ("说明.txt", Some("text/plain; charset=utf-8"), "班车\r\n".as_bytes(), FileKind::Txt),
        ("BM.csv", Some("text/csv"), b"BM,PK\n1,2\n", FileKind::Csv),
    ];
    for (name, declared, content, kind) in cases {
        let checked = check(name, *declared, content).unwrap();
        let size_bytes = i64::try_from(content.len()).unwrap();
        assert_eq!(checked, Checked { name: (*name).to_owned(), kind: *kind, size_bytes });
    }
}

#[test]
fn what_is_not_what_it_says_is_refused_with_what_it_is() {
    let zip = zipped(&["a.exe"]);
    let docx = zipped(&["[Content_Types].xml", "word/document.xml"]);
    let macros = zipped(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
    let behind = [b"GIF89a".as_slice(), &docx].concat();
    let cut = &docx[..docx.len() - 10];
    let cases: &[(&str, &[u8], &str)] = &[
        ("a.pdf", EXE, "its content is application/vnd.microsoft.portable-executable"),
        ("a.pdf", PNG, "its content is image/png"),
        ("a.png", b"<svg onload='x()'/>", "its content is of no known type"),
        ("a.png", JPEG, "its content is image/jpeg"),
        ("a.docx", &zip, "its content is another archive"),
        ("a.xlsx", &docx, "its content is another archive"),
        ("a.docx", &macros, "it carries macros"),
        ("a.docx", &behind, "its content is image/gif"),
        ("a.docx", cut, "its content is a damaged archive"),
        ("a.txt", b"<!DOCTYPE html><script>x()</script>", "its content is markup"),
        ("a.csv", b"\xef\xbb\xbf  <svg xmlns='x'/>", "its content is markup"),
        ("a.txt", b"#!/bin/sh\nrm -rf /\n", "its content is a script"),
        ("a.txt", EXE, "its content is neither UTF-8 nor GB18030 text"),
        ("a.txt", b"one\0two", "it holds the control character 0x00"),
        ("a.csv", b"\xff\xff\xff", "its content is neither UTF-8 nor GB18030 text"),
    ];
    for (name, content, want) in cases {
        let Err(AttachmentError::Forged { found, .. }) = check(name, None, content) else {
            panic!("{name} was not refused as forged: {want}");
        };
        assert_eq!(found, *want, "{name}");
    }
}

#[test]
fn types_that_browsers_run_are_refused_whatever_their_content() {
    let named = ["a.svg", "a.html", "a.exe", "a.zip", "a.docm", "a.pdf.exe", "a", "a.js"];
    for name in named {
        let refused = AttachmentError::TypeRefused(name.to_owned());
        assert_eq!(check(name, None, PDF), Err(refused), "{name}");
    }
    // The ending that people read is not the one that counts.
    let turned = check("a.pdf\u{202e}gnp.exe", Some("application/pdf"), PDF);
    assert_eq!(turned, Err(AttachmentError::TypeRefused("a.pdfgnp.exe".to_owned())));
    let cut = check("a.exe\0.pdf", None, EXE);
    assert!(matches!(cut, Err(AttachmentError::Forged { .. })), "{cut:?}");
    let declared = check("a.pdf", Some("text/html; charset=utf-8"), PDF);
    assert!(
        matches!(&declared, Err(AttachmentError::TypeMismatch { declared, .. }) if declared == "text/html"),
        "{declared:?}"
    );
}

#[test]
fn a_name_loses_its_folders_and_what_cannot_be_seen() {
    for (name, want) in [
        ("C:\\fakepath\\执照.pdf", "执照.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        (" 执照 .pdf ", "执照 .pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("执\u{200b}照\u{feff}.pdf", "执照.pdf"),
        ("\u{202e}fdp.exe.pdf", "fdp.exe.pdf"),
        ("e\u{301}.pdf", "é.pdf"),
        ("\"a\".pdf", "_a_.pdf"),
    ] {
        assert_eq!(content::clean_name(name), Ok(want.to_owned()), "{name:?}");
    }
    for name in ["", "/", "...", "a/", "\u{202e}", "   .  "] {
        assert_eq!(content::clean_name(name), Err(AttachmentError::NameMissing), "{name:?}");
    }
    let longest = format!("{}.pdf", "长".repeat(MAX_NAME - 4));
    assert_eq!(content::clean_name(&longest), Ok(longest.clone()));
    let longer = format!("长{longest}");
    assert_eq!(content::clean_name(&longer), Err(AttachmentError::NameTooLong(MAX_NAME + 1)));
}

#[test]
fn a_file_may_have_twenty_mebibytes_and_not_one_byte_more() {
    let mut content = PDF.to_vec();
    content.resize(MAX_BYTES, b' ');
    assert_eq!(check("a.pdf", None, &content).unwrap().size_bytes, 20_971_520);
    content.push(b' ');
    let refused = check("a.pdf", None, &content).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "\"a.pdf\" has 20971521 bytes; a file has at most 20971520, make it smaller"
    );
    assert_eq!(check("a.pdf", None, b""), Err(AttachmentError::Empty("a.pdf".to_owned())));
}

fn attachment(place: i32, size_bytes: i64) -> Attachment {
    Attachment {
        id: AttachmentId::from(1),
        to: AttachedTo::Need(NeedId::from(1)),
        place: Some(place),
        name: "a.pdf".to_owned(),
        kind: FileKind::Pdf,
        size_bytes,
        sha256: "0".repeat(64),
        added_by: "one".to_owned(),
        added_at: DateTime::UNIX_EPOCH,
        kept_until: None,
        removed_at: None,
        expired_at: None,
    }
}

#[test]
fn a_thing_has_twenty_places_and_a_hundred_mebibytes() {
    let mut standing: Vec<Attachment> = (1..=MAX_FILES).map(|n| attachment(n, 1)).collect();
    assert_eq!(place(&standing, 1), Err(AttachmentError::TooMany));
    standing.remove(6);
    assert_eq!(place(&standing, 1), Ok(7));
    let big = [attachment(1, MAX_TOTAL_BYTES - 5)];
    assert_eq!(place(&big, 5), Ok(2));
    let total = MAX_TOTAL_BYTES + 1;
    assert_eq!(place(&big, 6), Err(AttachmentError::TotalTooLarge { total }));
    let over = Attachment { expired_at: Some(DateTime::UNIX_EPOCH), ..big[0].clone() };
    assert_eq!(place(&[over], 6), Ok(2));
}

#[test]
fn bytes_are_kept_for_whole_months_after_the_end() {
    let moment = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let ended = moment("2026-11-30T08:00:00Z");
    assert_eq!(kept_until(ended, 24), moment("2028-11-30T08:00:00Z"));
    assert_eq!(kept_until(ended, 3), moment("2027-02-28T08:00:00Z"));
}

fn event(stage: EventStage) -> DockingEvent {
    DockingEvent {
        id: DockingEventId::from(1),
        title: "对接会".to_owned(),
        hosts: Vec::new(),
        committee: None,
        venue: None,
        held_on: chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
        stage,
        fairness: 2,
        breaks: None,
        published: None,
        is_example: false,
        version: 1,
    }
}

fn actor(role: Role, body: Option<Body>) -> Actor {
    Actor { subject: "t".to_owned(), role, body }
}

#[test]
fn who_may_write_the_thing_adds_to_it() {
    let firm = |n| actor(Role::Enterprise, Some(Body::Enterprise(EnterpriseId::from(n))));
    let unit =
        |n| actor(Role::DepartmentHandler, Some(Body::Organisation(OrganisationId::from(n))));
    let coordinator = actor(Role::Coordinator, None);
    let auditor = actor(Role::Auditor, None);
    let need = Need {
        handler: Some(OrganisationId::from(7)),
        ..Need::blank(NeedId::from(1), EnterpriseId::from(1), DateTime::UNIX_EPOCH)
    };
    for (who, to_need, to_answer) in [
        (firm(1), true, false),
        (firm(2), false, false),
        (unit(7), false, true),
        (unit(8), false, false),
        (coordinator.clone(), true, false),
        (auditor.clone(), false, false),
    ] {
        assert_eq!(may_add_to_need(&who, &need), to_need, "{who:?}");
        assert_eq!(may_add_to_answer(&who, &need), to_answer, "{who:?}");
    }
    let sides =
        [Member::Enterprise(EnterpriseId::from(1)), Member::Organisation(OrganisationId::from(7))];
    let event = event(EventStage::Published);
    for (who, may) in [
        (firm(1), true),
        (firm(2), false),
        (unit(7), true),
        (unit(1), false),
        (coordinator, true),
        (auditor, false),
    ] {
        assert_eq!(may_add_to_meeting(&who, &event, &sides), may, "{who:?}");
    }
}

#[test]
fn nothing_is_added_to_what_is_over() {
    let need = Need::blank(NeedId::from(1), EnterpriseId::from(1), DateTime::UNIX_EPOCH);
    assert_eq!(check_need(AttachedKind::Need, &need), Ok(()));
    let trace = crate::need::NeedTrace { closed_at: Some(DateTime::UNIX_EPOCH), ..need.trace };
    let closed = Need { stage: NeedStage::Closed, trace, ..need };
    assert_eq!(
        check_need(AttachedKind::NeedAnswer, &closed).unwrap_err().to_string(),
        "the need_answer has come to an end (closed); nothing is added to it any more"
    );
    let mut event = event(EventStage::FollowUp);
    assert_eq!(check_event(&event), Ok(()));
    event.stage = EventStage::Evaluated;
    let ended = AttachmentError::Ended { kind: AttachedKind::Meeting, stage: "evaluated" };
    assert_eq!(check_event(&event), Err(ended));
}

#[test]
fn who_added_a_file_removes_it_and_so_does_a_coordinator() {
    let own = attachment(1, 1);
    let by = |subject: &str, role| {
        may_remove(&Actor { subject: subject.to_owned(), role, body: None }, &own)
    };
    assert!(by("one", Role::Enterprise));
    assert!(!by("two", Role::Enterprise));
    assert!(by("two", Role::Coordinator));
    assert!(!by("two", Role::Auditor));
}
