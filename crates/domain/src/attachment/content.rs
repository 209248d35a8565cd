//! What a file is: its name, the type that was sent along and its content must say the same.

use std::io::Cursor;

use unicode_normalization::UnicodeNormalization as _;
use zip::ZipArchive;

use super::{AttachmentError, MAX_BYTES, MAX_NAME};
use crate::words;

/// Most entries of an office file.
const MAX_ENTRIES: usize = 10_000;
/// Most bytes of an office file once unpacked: 200 MiB.
const MAX_UNPACKED: u64 = 200 * 1024 * 1024;

words! {
    /// A type of file that is taken.
    pub enum FileKind {
        /// PDF.
        Pdf = "pdf",
        /// Word.
        Docx = "docx",
        /// Excel.
        Xlsx = "xlsx",
        /// `PowerPoint`.
        Pptx = "pptx",
        /// Layout document after GB/T 33190 版式文件.
        Ofd = "ofd",
        /// PNG picture.
        Png = "png",
        /// JPEG picture.
        Jpeg = "jpeg",
        /// Comma-separated values.
        Csv = "csv",
        /// Plain text.
        Txt = "txt",
    }
}

impl FileKind {
    /// All of them, for people.
    pub const LIST: &'static str = "pdf, docx, xlsx, pptx, ofd, png, jpg, csv, txt";

    /// The kind that goes with the ending of a name.
    pub fn of_ending(ending: &str) -> Option<Self> {
        let ending = ending.to_ascii_lowercase();
        if ending == "jpg" { Some(Self::Jpeg) } else { Self::from_word(&ending) }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pptx => {
                "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            }
            Self::Ofd => "application/ofd",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Csv => "text/csv",
            Self::Txt => "text/plain",
        }
    }

    /// Types beside its own that browsers send for it.
    const fn also_sent_as(self) -> &'static [&'static str] {
        match self {
            Self::Pdf | Self::Png | Self::Txt => &[],
            Self::Docx | Self::Xlsx | Self::Pptx | Self::Ofd => {
                &["application/zip", "application/x-zip-compressed"]
            }
            Self::Jpeg => &["image/jpg", "image/pjpeg"],
            Self::Csv => &["application/csv", "application/vnd.ms-excel", "text/plain"],
        }
    }

    /// The part that every office file of this kind has.
    const fn main_part(self) -> Option<&'static str> {
        match self {
            Self::Docx => Some("word/document.xml"),
            Self::Xlsx => Some("xl/workbook.xml"),
            Self::Pptx => Some("ppt/presentation.xml"),
            Self::Ofd => Some("OFD.xml"),
            Self::Pdf | Self::Png | Self::Jpeg | Self::Csv | Self::Txt => None,
        }
    }
}

/// A file that is what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its name, cleaned.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// Its length in bytes.
    pub size_bytes: i64,
}

/// Checks a file by its name as sent, the media type sent along, and its content.
///
/// # Errors
///
/// See [`AttachmentError`].
pub fn check(
    name: &str,
    declared: Option<&str>,
    content: &[u8],
) -> Result<Checked, AttachmentError> {
    let name = clean_name(name)?;
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let kind =
        FileKind::of_ending(ending).ok_or_else(|| AttachmentError::TypeRefused(name.clone()))?;
    check_declared(&name, kind, declared)?;
    if content.is_empty() {
        return Err(AttachmentError::Empty(name));
    }
    if content.len() > MAX_BYTES {
        return Err(AttachmentError::TooLarge { name, bytes: content.len() });
    }
    if let Err(found) = is_what_it_says(kind, content) {
        return Err(AttachmentError::Forged { name, kind, found });
    }
    let size_bytes = i64::try_from(content.len()).unwrap_or(i64::MAX);
    Ok(Checked { name, kind, size_bytes })
}

/// A name without folders, and without characters that are not shown or steer how it is shown.
///
/// # Errors
///
/// [`AttachmentError::NameMissing`] or [`AttachmentError::NameTooLong`].
pub fn clean_name(name: &str) -> Result<String, AttachmentError> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown = file.nfc().filter(|letter| !is_hidden(*letter));
    let safe = shown.map(|letter| match letter {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        other => other,
    });
    let safe: String = safe.collect();
    let safe = safe.trim_matches(|letter: char| letter.is_whitespace() || letter == '.');
    let stem = safe.rsplit_once('.').map_or(safe, |(stem, _)| stem);
    // `.pdf` has lost its dot above and is no name either.
    if stem.trim().is_empty() || safe.is_empty() {
        return Err(AttachmentError::NameMissing);
    }
    let length = safe.chars().count();
    if length > MAX_NAME {
        return Err(AttachmentError::NameTooLong(length));
    }
    Ok(safe.to_owned())
}

/// Control characters, marks of direction, and what has no width.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

fn check_declared(
    name: &str,
    kind: FileKind,
    declared: Option<&str>,
) -> Result<(), AttachmentError> {
    let essence = declared.and_then(|text| text.split(';').next()).unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    // Nothing said, or that nothing is known: the content decides.
    let is_fine = essence.is_empty()
        || essence == "application/octet-stream"
        || essence == kind.media_type()
        || kind.also_sent_as().contains(&essence.as_str());
    if is_fine {
        return Ok(());
    }
    Err(AttachmentError::TypeMismatch {
        name: name.to_owned(),
        declared: essence,
        expected: kind.media_type(),
    })
}

/// What it is instead, in words, if it is not of `kind`.
fn is_what_it_says(kind: FileKind, content: &[u8]) -> Result<(), String> {
    match kind {
        FileKind::Pdf | FileKind::Png | FileKind::Jpeg => {
            let found = infer::get(content).map(|found| found.mime_type());
            if found == Some(kind.media_type()) {
                return Ok(());
            }
            Err(format!("its content is {}", found.unwrap_or("of no known type")))
        }
        FileKind::Docx | FileKind::Xlsx | FileKind::Pptx | FileKind::Ofd => {
            is_office(kind, content)
        }
        FileKind::Csv | FileKind::Txt => is_text(content),
    }
}

/// Office files are ZIP archives with a known part.
fn is_office(kind: FileKind, content: &[u8]) -> Result<(), String> {
    // The archive begins with the file, so that nothing else stands before it.
    if !content.starts_with(b"PK\x03\x04") {
        let found = infer::get(content).map_or("of no known type", |found| found.mime_type());
        return Err(format!("its content is {found}"));
    }
    let mut archive = ZipArchive::new(Cursor::new(content))
        .map_err(|_| "its content is a damaged archive".to_owned())?;
    if archive.len() > MAX_ENTRIES {
        return Err(format!("it packs {} parts, more than {MAX_ENTRIES}", archive.len()));
    }
    let mut unpacked = 0_u64;
    for number in 0..archive.len() {
        let part = archive.by_index_raw(number);
        let part = part.map_err(|_| "its content is a damaged archive".to_owned())?;
        unpacked = unpacked.saturating_add(part.size());
    }
    if unpacked > MAX_UNPACKED {
        return Err(format!("it would unpack to {unpacked} bytes, more than {MAX_UNPACKED}"));
    }
    let has = |part: &str| archive.index_for_name(part).is_some();
    let types = kind == FileKind::Ofd || has("[Content_Types].xml");
    if !types || !kind.main_part().is_some_and(has) {
        return Err("its content is another archive".to_owned());
    }
    let is_macro = |part: &[u8]| part.to_ascii_lowercase().ends_with(b"vbaproject.bin");
    if archive.file_names_raw().any(is_macro) {
        return Err("it carries macros".to_owned());
    }
    Ok(())
}

/// Text is UTF-8 or GB18030, without what only programs read.
fn is_text(content: &[u8]) -> Result<(), String> {
    let text = match std::str::from_utf8(content) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(content)
            .ok_or("its content is neither UTF-8 nor GB18030 text")?,
    };
    let is_odd =
        |letter: char| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{c}');
    if let Some(odd) = text.chars().find(|letter| is_odd(*letter)) {
        return Err(format!("it holds the control character {:#04x}", u32::from(odd)));
    }
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('<') {
        return Err("its content is markup".to_owned());
    }
    if start.starts_with("#!") {
        return Err("its content is a script".to_owned());
    }
    Ok(())
}
