//! A look at the characters of a document before the parser sees it.

/// Tokens and the deepest nesting of brackets; a string is one token.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) tokens: usize,
    pub(super) depth: usize,
    /// Whether the document ends inside of a block string. The parser would read it anew as short
    /// strings, and brackets counted as text here would be brackets there.
    pub(super) is_broken: bool,
    /// Whether a text holds U+0000, which PostgreSQL does not keep.
    pub(super) has_nul: bool,
}

impl Size {
    /// Reads the whole document once.
    pub(super) fn of(query: &str) -> Self {
        let mut size = Self { has_nul: query.contains('\0'), ..Self::default() };
        let mut open = 0_usize;
        let mut rest = query.as_bytes();
        while let Some((&byte, after)) = rest.split_first() {
            rest = match byte {
                b' ' | b'\n' | b'\r' | b'\t' | b',' => {
                    rest = after;
                    continue;
                }
                b'#' => {
                    rest = skip(after, |b| b != b'\n' && b != b'\r');
                    continue;
                }
                b'"' => match after.strip_prefix(b"\"\"") {
                    Some(text) => match block_end(text) {
                        Some(end) => end,
                        None => return Self { is_broken: true, ..size },
                    },
                    None => text_end(after, &mut size.has_nul),
                },
                b'{' | b'(' | b'[' => {
                    open += 1;
                    size.depth = size.depth.max(open);
                    after
                }
                b'}' | b')' | b']' => {
                    open = open.saturating_sub(1);
                    after
                }
                _ if is_word(byte) => skip(after, is_word),
                _ => after,
            };
            size.tokens += 1;
        }
        size
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn skip(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().position(|b| !belongs(*b)).unwrap_or(bytes.len());
    bytes.get(end..).unwrap_or_default()
}

/// What follows a block string whose content starts at `text`; `None` if it does not end.
fn block_end(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        if let Some(rest) = text.strip_prefix(b"\\\"\"\"") {
            text = rest;
        } else if let Some(rest) = text.strip_prefix(b"\"\"\"") {
            return Some(rest);
        } else {
            text = text.split_first()?.1;
        }
    }
}

/// What follows a string whose content starts at `text`; a line end ends it too, as no parser reads
/// on. `has_nul` becomes true where it escapes U+0000.
fn text_end<'a>(mut text: &'a [u8], has_nul: &mut bool) -> &'a [u8] {
    while let Some((&byte, rest)) = text.split_first() {
        text = match byte {
            b'"' | b'\n' | b'\r' => return rest,
            b'\\' => {
                *has_nul |= rest.starts_with(b"u0000");
                rest.split_first().map_or(rest, |(_, rest)| rest)
            }
            _ => rest,
        };
    }
    text
}
