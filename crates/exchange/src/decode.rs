//! Bytes of a text file as text: UTF-8 with or without mark, UTF-16 with mark, GB18030.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::ReadError;

/// The text in `bytes`.
///
/// # Errors
///
/// [`ReadError::Encoding`] if no encoding fits or if control characters show that this is no text.
pub(crate) fn text<'a>(file: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, ReadError> {
    let (encoding, skip) = match Encoding::for_bom(bytes) {
        Some(found) => found,
        None => (UTF_8, 0),
    };
    let body = bytes.get(skip..).unwrap_or_default();
    let wrong = |at: usize| ReadError::Encoding { file: file.to_owned(), at: at + skip };
    if encoding != UTF_8 {
        return match encoding.decode_without_bom_handling_and_without_replacement(body) {
            Some(text) if is_text(&text) => Ok(text),
            Some(_) | None => Err(wrong(0)),
        };
    }
    match std::str::from_utf8(body) {
        Ok(text) if is_text(text) => Ok(Cow::Borrowed(text)),
        Ok(text) => Err(wrong(text.find(is_control).unwrap_or(0))),
        Err(error) => match GB18030.decode_without_bom_handling_and_without_replacement(body) {
            Some(text) if is_text(&text) => Ok(text),
            Some(_) | None => Err(wrong(error.valid_up_to())),
        },
    }
}

/// A control character that no table of text holds. A few strays (a backspace in a name) are dirt
/// to be cleaned, not a sign of another format; a zero byte always is.
fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

fn is_text(text: &str) -> bool {
    let controls = text.chars().filter(|&c| is_control(c)).count();
    !text.contains('\0') && controls * 1_000 <= text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_read_from_every_encoding() {
        let want = "名称,地区\n甲,通州区\n";
        let (gb, _, _) = GB18030.encode(want);
        let mut marked = b"\xef\xbb\xbf".to_vec();
        marked.extend_from_slice(want.as_bytes());
        let mut wide = b"\xff\xfe".to_vec();
        wide.extend(want.encode_utf16().flat_map(u16::to_le_bytes));
        for (name, bytes) in [
            ("UTF-8", want.as_bytes()),
            ("UTF-8 with mark", &marked),
            ("UTF-16 with mark", &wide),
            ("GB18030", &gb),
        ] {
            assert_eq!(text("a.csv", bytes).unwrap(), want, "{name}");
        }
    }

    #[test]
    fn nonsense_is_no_text() {
        let mut state = 1_u32;
        let nonsense: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .take(10_000)
        .collect();
        for bytes in [&nonsense[..], b"a,b\n\x00\x00", b"\xff\xfe\x00\xd8x"] {
            assert!(matches!(text("a.csv", bytes), Err(ReadError::Encoding { .. })));
        }
        let error = text("a.csv", b"abc\xff").unwrap_err().to_string();
        assert!(error.contains("byte 3"), "{error}");
    }
}
