use std::io::{Cursor, Read as _};

use chrono::{TimeZone as _, Utc};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::*;

pub(crate) fn stamp() -> Stamp {
    Stamp {
        asked: "since=2".to_owned(),
        as_of: Utc.with_ymd_and_hms(2026, 3, 19, 8, 30, 0).unwrap(),
        by: "account:1（coordinator）".to_owned(),
    }
}

/// A part of an archive.
pub(crate) fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().map(|one| one.unwrap()).find(|one| one.key.as_ref() == name);
    found.map(|one| one.value.into_owned())
}

/// The paragraphs of a document as a parser of other hands reads them: style, whether it begins a
/// page, and text.
pub(crate) fn paragraphs(bytes: &[u8]) -> Vec<(String, bool, String)> {
    let text = part(bytes, "word/document.xml");
    let mut reader = Reader::from_str(&text);
    let (mut found, mut one) = (Vec::new(), None::<(String, bool, String)>);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return found,
            Event::Start(tag) if tag.name().as_ref() == "w:p" => one = Some(Default::default()),
            Event::End(tag) if tag.name().as_ref() == "w:p" => found.extend(one.take()),
            Event::Empty(tag) => {
                let Some(one) = one.as_mut() else { continue };
                match tag.name().as_ref() {
                    "w:pStyle" => one.0 = attribute(&tag, "w:val").unwrap(),
                    "w:pageBreakBefore" => one.1 = true,
                    "w:br" => one.2.push('\n'),
                    _ => {}
                }
            }
            Event::Text(text) => one.as_mut().unwrap().2.push_str(&text),
            Event::GeneralRef(name) => one.as_mut().unwrap().2.push(match &*name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                other => panic!("{other:?}"),
            }),
            Event::Start(_)
            | Event::End(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

fn document() -> Document {
    let rows = vec![["=1+1".to_owned(), "甲 & <乙>\n\"丙\"\u{0}\u{b}".to_owned()]];
    let blocks = vec![
        Block::Heading("总表".to_owned()),
        Block::Table(Grid::new([("一", 1), ("二", 3)], rows)),
    ];
    let card = vec![Block::Number("7".to_owned()), Block::Line("号桌".to_owned())];
    Document {
        title: "深圳行 <二>".to_owned(),
        sheets: vec![
            Sheet { shape: Shape::Cover, blocks: vec![Block::Title("深圳行 <二>".to_owned())] },
            Sheet { shape: Shape::Plain, blocks },
            Sheet { shape: Shape::Card, blocks: card },
            Sheet { shape: Shape::Plain, blocks: vec![Block::Note("完".to_owned())] },
        ],
        stamp: stamp(),
    }
}

#[test]
fn another_parser_reads_each_paragraph_and_cell_and_where_pages_begin() {
    let bytes = docx(&document(), "a.docx").unwrap();
    let found = paragraphs(&bytes);
    let found: Vec<_> =
        found.iter().map(|(style, page, text)| (style.as_str(), *page, text.as_str())).collect();
    let want = [
        ("Title", false, "深圳行 <二>"),
        ("Heading1", true, "总表"),
        ("TableHead", false, "一"),
        ("TableHead", false, "二"),
        ("TableText", false, "=1+1"),
        ("TableText", false, "甲 & <乙>\n\"丙\""),
        ("After", false, ""),
        ("Number", true, "7"),
        ("CardLine", false, "号桌"),
        ("Note", true, "完"),
    ];
    assert_eq!(found, want);
}

#[test]
fn every_part_is_well_formed_every_style_exists_and_the_foot_says_what_it_is() {
    let bytes = docx(&document(), "a.docx").unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        assert_eq!(file.last_modified(), Some(zip::DateTime::DEFAULT), "{:?}", file.name());
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let mut reader = Reader::from_str(&text);
        while !matches!(reader.read_event().unwrap(), Event::Eof) {}
    }
    let (body, styles) = (part(&bytes, "word/document.xml"), part(&bytes, "word/styles.xml"));
    for (style, ..) in paragraphs(&bytes) {
        assert!(styles.contains(&format!("w:styleId=\"{style}\"")), "{style}");
    }
    assert_eq!(body.matches("<w:tblHeader/>").count(), 1, "the names repeat on each page");
    assert_eq!(body.matches("<w:gridCol w:w=\"2466\"/><w:gridCol w:w=\"7399\"/>").count(), 1);
    let foot = part(&bytes, "word/footer1.xml");
    let want = "筛选条件：since=2　截至时间：2026-03-19 16:30:00（北京时间）　导出人：account:1（coordinator）";
    assert!(foot.contains(want), "{foot}");
    let types = part(&bytes, "[Content_Types].xml");
    for name in ["word/document.xml", "word/styles.xml", "word/footer1.xml", "docProps/core.xml"] {
        assert!(types.contains(&format!("PartName=\"/{name}\"")), "{name}");
    }
    let core = part(&bytes, "docProps/core.xml");
    assert!(core.contains("<dc:title>深圳行 &lt;二&gt;</dc:title>"), "{core}");
    assert!(core.contains("2026-03-19T08:30:00Z</dcterms:created>"), "{core}");
}

#[test]
fn the_same_document_gives_the_same_bytes_and_another_moment_others() {
    let bytes = docx(&document(), "a.docx").unwrap();
    assert_eq!(bytes, docx(&document(), "b.docx").unwrap());
    let by = Stamp { by: "account:2".to_owned(), ..stamp() };
    let other = Document { stamp: by, ..document() };
    assert_ne!(bytes, docx(&other, "a.docx").unwrap());
}

#[test]
fn a_page_escapes_loads_nothing_and_ends_with_the_stamp() {
    let page = html(&document());
    assert_eq!(page, html(&document()));
    assert!(page.contains("<td>甲 &amp; &lt;乙&gt;\n&quot;丙&quot;"), "{page}");
    assert!(
        page.contains("<section class=\"card\"><div class=\"number\">7</div><p>号桌</p></section>")
    );
    let foot = "<footer><p>筛选条件：since=2</p><p>截至时间：2026-03-19 16:30:00（北京时间）</p><p>导出人：account:1（coordinator）</p></footer>";
    assert!(page.contains(foot), "{page}");
    for loaded in ["http://", "https://", "src=", "href=", "<script", "url("] {
        assert!(!page.contains(loaded), "{loaded}");
    }
    let all = Stamp { asked: String::new(), ..stamp() };
    assert!(all.line().starts_with("筛选条件：全部　"), "{}", all.line());
}
