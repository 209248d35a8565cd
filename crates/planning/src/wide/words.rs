//! Names and lists as people read them, in English and Chinese. Numbers in words count from 1.

use super::problem::Problem;

/// The same thing said in English and in Chinese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) en: String,
    pub(crate) zh: String,
}

impl Words {
    pub(crate) fn new(en: String, zh: String) -> Self {
        Self { en, zh }
    }
}

/// What `p` is called.
pub(crate) fn participant(problem: &Problem, p: usize) -> Words {
    match problem.participants.get(p).map(|participant| participant.name.as_str()) {
        Some(name) if !name.is_empty() => Words::new(name.to_owned(), name.to_owned()),
        Some(_) | None => {
            Words::new(format!("participant {}", p + 1), format!("第{}个参会方", p + 1))
        }
    }
}

/// What meeting `m` is called: its name or number, and who meets.
pub(crate) fn meeting(problem: &Problem, m: usize) -> Words {
    let Some(meeting) = problem.meetings.get(m) else {
        return Words::new(format!("meeting {}", m + 1), format!("第{}场会面", m + 1));
    };
    let people: Vec<Words> =
        meeting.participants.iter().map(|&p| participant(problem, p)).collect();
    let en: Vec<&str> = people.iter().map(|words| words.en.as_str()).collect();
    let zh: Vec<&str> = people.iter().map(|words| words.zh.as_str()).collect();
    let name = meeting.name.as_deref();
    Words::new(
        format!(
            "meeting {} ({})",
            name.map_or_else(|| (m + 1).to_string(), |name| format!("“{name}”")),
            en.join(", ")
        ),
        format!(
            "{}（{}）",
            name.map_or_else(|| format!("第{}场会面", m + 1), |name| format!("会面“{name}”")),
            zh.join("、")
        ),
    )
}

/// What table `t` is called.
pub(crate) fn table(problem: &Problem, t: usize) -> Words {
    match problem.tables.get(t).and_then(|table| table.name.as_deref()) {
        Some(name) => Words::new(format!("table {name}"), format!("{name}号桌")),
        None => Words::new(format!("table {}", t + 1), format!("第{}桌", t + 1)),
    }
}

/// Indices from 0 as numbers from 1, with runs of three and more written as `4-7`.
pub(crate) fn numbers(indices: &[usize]) -> String {
    let mut sorted = indices.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut parts = Vec::new();
    let mut rest = sorted.as_slice();
    while let Some(&start) = rest.first() {
        let run = rest.iter().zip(start..).take_while(|&(&n, want)| n == want).count();
        let taken = if run >= 3 { run } else { 1 };
        parts.push(match taken {
            1 => (start + 1).to_string(),
            _ => format!("{}-{}", start + 1, start + taken),
        });
        rest = &rest[taken..];
    }
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

/// `slot 1`, `slots 1-4`.
pub(crate) fn listed(what: &str, indices: &[usize]) -> String {
    format!("{what}{} {}", if indices.len() == 1 { "" } else { "s" }, numbers(indices))
}

/// `1 slot`, `2 slots`.
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_from_one_and_join_runs() {
        assert_eq!(numbers(&[4, 0, 1, 2, 6, 7]), "1-3, 5, 7, 8");
        assert_eq!(numbers(&[]), "none");
        assert_eq!(count(1, "slot", "slots"), "1 slot");
    }
}
