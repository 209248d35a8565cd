//! What a message says: all notices of a person that are due together are one message.

use super::NoticeLanguage;
use crate::notice::NoticeKind;

/// One notice of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happened last.
    pub kind: NoticeKind,
    /// Title of the thing.
    pub title: String,
    /// Where it can be looked at; none where nobody knows the address of this server.
    pub link: Option<String>,
    /// Rows of the audit log it comes of: their global ids.
    pub causes: Vec<String>,
}

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// Its subject, one line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
}

/// Longest subject, in characters.
const SUBJECT: usize = 120;

/// `lines` as one message; `settings` is where the reader chooses what to be sent.
pub fn digest(language: NoticeLanguage, lines: &[Line], settings: Option<&str>) -> Digest {
    let words = Words(language);
    let subject = match lines {
        [one] => words.sentence(one),
        _ => words.count(lines.len()),
    };
    // A title may hold anything; a header is one line.
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let subject = format!("{}{}", words.name(), subject.chars().take(SUBJECT).collect::<String>());
    Digest { subject, text: text(words, lines, settings), html: html(words, lines, settings) }
}

fn text(words: Words, lines: &[Line], settings: Option<&str>) -> String {
    let mut text = format!("{}\n", words.count(lines.len()));
    for (at, line) in lines.iter().enumerate() {
        text.push_str(&format!("\n{}. {}{}\n", at + 1, words.sentence(line), words.more(line)));
        if let Some(link) = &line.link {
            text.push_str(&format!("   {link}\n"));
        }
        text.push_str(&format!("   {}{}\n", words.cause(), last(line)));
    }
    text.push_str(&format!("\n-- \n{}\n", words.why()));
    if let Some(settings) = settings {
        text.push_str(&format!("{settings}\n"));
    }
    text
}

fn html(words: Words, lines: &[Line], settings: Option<&str>) -> String {
    let mut html = format!(
        "<!doctype html><html lang=\"{}\"><body><p>{}</p><ol>",
        words.0.word(),
        escaped(&words.count(lines.len()))
    );
    for line in lines {
        let sentence = escaped(&format!("{}{}", words.sentence(line), words.more(line)));
        let sentence = match &line.link {
            Some(link) => format!("<a href=\"{}\">{sentence}</a>", escaped(link)),
            None => sentence,
        };
        html.push_str(&format!(
            "<li>{sentence}<br><small>{}{}</small></li>",
            words.cause(),
            escaped(last(line))
        ));
    }
    let why = escaped(words.why());
    let why = match settings {
        Some(link) => format!("<a href=\"{}\">{why}</a>", escaped(link)),
        None => why,
    };
    html.push_str(&format!("</ol><p><small>{why}</small></p></body></html>\n"));
    html
}

/// The change that was told last.
fn last(line: &Line) -> &str {
    line.causes.last().map_or("", String::as_str)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The words of a language.
#[derive(Clone, Copy)]
struct Words(NoticeLanguage);

impl Words {
    fn sentence(self, line: &Line) -> String {
        match self.0 {
            NoticeLanguage::Chinese => line.kind.sentence_zh(&line.title),
            NoticeLanguage::English => line.kind.sentence_en(&line.title),
        }
    }

    const fn name(self) -> &'static str {
        match self.0 {
            NoticeLanguage::Chinese => "【链盟】",
            NoticeLanguage::English => "[Lianmeng] ",
        }
    }

    fn count(self, count: usize) -> String {
        match self.0 {
            NoticeLanguage::Chinese => format!("您有 {count} 条新通知。"),
            NoticeLanguage::English if count == 1 => "You have one new notice.".to_owned(),
            NoticeLanguage::English => format!("You have {count} new notices."),
        }
    }

    /// What a notice that stands for several changes adds.
    fn more(self, line: &Line) -> String {
        match (self.0, line.causes.len()) {
            (_, 0 | 1) => String::new(),
            (NoticeLanguage::Chinese, count) => format!("（共 {count} 次变动）"),
            (NoticeLanguage::English, count) => format!(" ({count} changes)"),
        }
    }

    const fn cause(self) -> &'static str {
        match self.0 {
            NoticeLanguage::Chinese => "变动编号：",
            NoticeLanguage::English => "change: ",
        }
    }

    const fn why(self) -> &'static str {
        match self.0 {
            NoticeLanguage::Chinese => {
                "您在链盟确认了此邮箱，因此收到本邮件；在通知设置中可以关闭。"
            }
            NoticeLanguage::English => {
                "You confirmed this address at Lianmeng; your notice settings turn these mails off."
            }
        }
    }
}

/// The message with the code that confirms an address.
pub fn confirmation(language: NoticeLanguage, code: &str, minutes: i64) -> Digest {
    let (subject, text) = match language {
        NoticeLanguage::Chinese => (
            format!("【链盟】邮箱确认码 {code}"),
            format!(
                "您的邮箱确认码是 {code}，{minutes} 分钟内有效。\n如果不是您本人操作，请忽略本邮件，不会再有其他邮件寄来。\n"
            ),
        ),
        NoticeLanguage::English => (
            format!("[Lianmeng] {code} confirms your address"),
            format!(
                "The code that confirms this address is {code}; it holds for {minutes} minutes.\nIf it was not you who asked for it, do nothing: no other mail will come.\n"
            ),
        ),
    };
    let html = format!(
        "<!doctype html><html lang=\"{}\"><body><p>{}</p></body></html>\n",
        language.word(),
        escaped(text.trim_end()).replace('\n', "<br>")
    );
    Digest { subject, text, html }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(title: &str, causes: usize) -> Line {
        Line {
            kind: NoticeKind::NeedDispatched,
            title: title.to_owned(),
            link: Some("https://l.example.cn/needs/need:1?a=1&b=2".to_owned()),
            causes: (1..=causes).map(|n| format!("audit:{n}")).collect(),
        }
    }

    #[test]
    fn a_message_in_chinese_says_each_notice_with_its_link_and_cause() {
        let lines = [line("用工", 3), Line { link: None, ..line("<融资>", 1) }];
        let said = digest(NoticeLanguage::Chinese, &lines, Some("https://l.example.cn/settings"));
        assert_eq!(said.subject, "【链盟】您有 2 条新通知。");
        let want = "您有 2 条新通知。\n\n\
            1. 诉求「用工」已派到贵单位，请接单。（共 3 次变动）\n   \
            https://l.example.cn/needs/need:1?a=1&b=2\n   变动编号：audit:3\n\n\
            2. 诉求「<融资>」已派到贵单位，请接单。\n   变动编号：audit:1\n\n\
            -- \n您在链盟确认了此邮箱，因此收到本邮件；在通知设置中可以关闭。\nhttps://l.example.cn/settings\n";
        assert_eq!(said.text, want);
        let want = "<!doctype html><html lang=\"zh\"><body><p>您有 2 条新通知。</p><ol>\
            <li><a href=\"https://l.example.cn/needs/need:1?a=1&amp;b=2\">诉求「用工」已派到贵单位，请接单。（共 3 次变动）</a><br><small>变动编号：audit:3</small></li>\
            <li>诉求「&lt;融资&gt;」已派到贵单位，请接单。<br><small>变动编号：audit:1</small></li></ol>\
            <p><small><a href=\"https://l.example.cn/settings\">您在链盟确认了此邮箱，因此收到本邮件；在通知设置中可以关闭。</a></small></p></body></html>\n";
        assert_eq!(said.html, want);
    }

    #[test]
    fn one_notice_in_english_is_its_own_subject_on_one_line() {
        let said = digest(NoticeLanguage::English, &[line("Staff\r\nBcc: x", 1)], None);
        assert_eq!(
            said.subject,
            "[Lianmeng] The need “Staff Bcc: x” was dispatched to your unit; please accept it."
        );
        let said = digest(NoticeLanguage::English, &[line("Staff", 2)], None);
        let want = "You have one new notice.\n\n\
            1. The need “Staff” was dispatched to your unit; please accept it. (2 changes)\n   \
            https://l.example.cn/needs/need:1?a=1&b=2\n   change: audit:2\n\n\
            -- \nYou confirmed this address at Lianmeng; your notice settings turn these mails off.\n";
        assert_eq!(said.text, want);
    }

    #[test]
    fn a_code_is_told_with_its_life() {
        let said = confirmation(NoticeLanguage::English, "01234567", 30);
        assert_eq!(said.subject, "[Lianmeng] 01234567 confirms your address");
        assert!(said.text.starts_with(
            "The code that confirms this address is 01234567; it holds for 30 minutes."
        ));
        let said = confirmation(NoticeLanguage::Chinese, "01234567", 30);
        assert_eq!(said.subject, "【链盟】邮箱确认码 01234567");
        assert!(said.html.contains("30 分钟内有效。<br>"), "{}", said.html);
    }
}
