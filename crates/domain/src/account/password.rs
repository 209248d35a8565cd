//! What makes a password good enough, after NIST SP 800-63B-4: long, not guessable, and nothing
//! else; no rules about kinds of characters and no end date.

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;

use crate::text;

/// Shortest password, in characters: it is the only factor.
pub const MIN_CHARS: usize = 15;
/// Longest password, in characters.
pub const MAX_CHARS: usize = 256;
/// Fewest characters left once guessable words and runs are taken away.
const MIN_UNGUESSABLE: usize = 8;
/// Fewest different characters.
const MIN_DIFFERENT: usize = 5;

/// Words that lists of stolen passwords begin with, keyboard rows and our own name.
const GUESSABLE: &[&str] = &[
    "password",
    "passw0rd",
    "letmein",
    "welcome",
    "iloveyou",
    "woaini",
    "5201314",
    "1314520",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx",
    "qazwsx",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "admin",
    "administrator",
    "root",
    "user",
    "test",
    "guest",
    "monkey",
    "dragon",
    "sunshine",
    "football",
    "princess",
    "secret",
    "changeme",
    "default",
    "lianmeng",
    "chanyelian",
    "mima",
    "88888888",
    "66666666",
    "147258369",
    "链盟",
    "产业链",
    "密码",
];

/// A password as given; its debug form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Why a password was refused; never holds the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Too short.
    #[error(
        "the password has {0} characters; it needs at least {MIN_CHARS}, such as a few words in a row"
    )]
    Short(usize),
    /// Too long.
    #[error("the password has {0} characters; at most {MAX_CHARS} are taken")]
    Long(usize),
    /// Made of common words, the account's name, runs or repeats.
    #[error(
        "the password is easy to guess: it is made of common words, your name, runs or repeats; choose words that do not belong together"
    )]
    Guessable,
}

impl Password {
    /// A password to compare with the stored one. The same characters typed in another way (NFC)
    /// are the same password.
    pub fn given(text: &str) -> Self {
        Self(text.nfc().take(MAX_CHARS + 1).collect())
    }

    /// A new password; `about` holds words that its owner is known by.
    ///
    /// # Errors
    ///
    /// See [`PasswordError`].
    pub fn chosen(text: &str, about: &[&str]) -> Result<Self, PasswordError> {
        let password: String = text.nfc().collect();
        let length = password.chars().count();
        if length < MIN_CHARS {
            return Err(PasswordError::Short(length));
        }
        if length > MAX_CHARS {
            return Err(PasswordError::Long(length));
        }
        if is_guessable(&password, about) {
            return Err(PasswordError::Guessable);
        }
        Ok(Self(password))
    }

    /// Its bytes, for hashing alone.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn is_guessable(password: &str, about: &[&str]) -> bool {
    let mut left = text::normalise(password);
    let known = about.iter().map(|word| text::normalise(word));
    let mut words: Vec<String> = known.filter(|word| word.chars().count() > 2).collect();
    words.extend(GUESSABLE.iter().map(|word| (*word).to_owned()));
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        left = left.replace(&word, "");
    }
    let chars: Vec<u32> = left.chars().map(u32::from).collect();
    let mut different = chars.clone();
    different.sort_unstable();
    different.dedup();
    // A character that repeats its neighbour or counts on from it adds nothing.
    let in_runs = chars.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= 1).count();
    chars.len() - in_runs < MIN_UNGUESSABLE || different.len() < MIN_DIFFERENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_odd_is_enough_and_common_is_not() {
        let about = ["wangfang", "王芳办公室"];
        let cases = [
            ("correct horse battery", Ok(())),
            ("春江潮水连海平海上明月共潮生", Err(PasswordError::Short(14))),
            ("春江潮水连海平海上明月共潮生!", Ok(())),
            ("Tr0ub4dor&3", Err(PasswordError::Short(11))),
            ("passwordpassword", Err(PasswordError::Guessable)),
            ("abcdefghijklmnop", Err(PasswordError::Guessable)),
            ("1111111111111111", Err(PasswordError::Guessable)),
            ("acacacacacacacac", Err(PasswordError::Guessable)),
            ("wangfang1234567890", Err(PasswordError::Guessable)),
            ("王芳办公室王芳办公室王芳办公室", Err(PasswordError::Guessable)),
            ("lianmeng-password-1", Err(PasswordError::Guessable)),
        ];
        for (text, want) in cases {
            assert_eq!(Password::chosen(text, &about).map(|_| ()), want, "{text}");
        }
        let long = "长".repeat(MAX_CHARS + 1);
        assert_eq!(Password::chosen(&long, &[]), Err(PasswordError::Long(MAX_CHARS + 1)));
    }

    #[test]
    fn the_same_characters_typed_in_another_way_are_the_same_password() {
        let composed = "caf\u{e9} au lait tous les jours";
        let decomposed = "cafe\u{301} au lait tous les jours";
        assert_eq!(Password::given(decomposed), Password::chosen(composed, &[]).unwrap());
        assert_eq!(format!("{:?}", Password::given("x")), "Password(..)");
    }
}
