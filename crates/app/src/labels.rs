//! Names in place of ids for engines that speak of what they were given.

use std::collections::{BTreeMap, BTreeSet};

/// A text for each thing, all different where the ids are: its name, with its id where the name repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Labels<T> {
    texts: Vec<String>,
    things: BTreeMap<String, T>,
}

impl<T: Copy> Labels<T> {
    /// Labels of things with their names and ids, in their order.
    pub(crate) fn of<'a>(things: impl IntoIterator<Item = (T, &'a str, String)>) -> Self {
        let things: Vec<_> = things.into_iter().collect();
        let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
        for (_, name, _) in &things {
            if !seen.insert(*name) {
                twice.insert(*name);
            }
        }
        let whole = |(_, name, id): &(T, &str, String)| format!("{name}（{id}）");
        let short = |thing: &(T, &str, String)| {
            let needs_id = thing.1.is_empty() || twice.contains(thing.1);
            if needs_id { whole(thing) } else { thing.1.to_owned() }
        };
        let mut texts: Vec<String> = things.iter().map(short).collect();
        // Somebody may be called by what stands for somebody else; nobody's id is another's.
        if texts.iter().collect::<BTreeSet<_>>().len() < texts.len() {
            texts = things.iter().map(whole).collect();
        }
        let things = texts.iter().cloned().zip(things.iter().map(|(thing, _, _)| *thing)).collect();
        Self { texts, things }
    }

    /// The texts, in the order of the things.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// What a text stands for.
    pub(crate) fn thing(&self, text: &str) -> Option<T> {
        self.things.get(text).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_repeat_carry_their_ids() {
        let labels = Labels::of([
            (1, "甲", "a:1".to_owned()),
            (2, "乙", "a:2".to_owned()),
            (3, "甲", "a:3".to_owned()),
            (4, "", "a:4".to_owned()),
        ]);
        assert_eq!(labels.texts(), ["甲（a:1）", "乙", "甲（a:3）", "（a:4）"]);
        assert_eq!(
            labels.texts().iter().map(|t| labels.thing(t)).collect::<Vec<_>>(),
            [Some(1), Some(2), Some(3), Some(4)]
        );
        assert_eq!(labels.thing("甲"), None);
        let odd = [(1, "甲", "a:1"), (2, "甲", "a:2"), (3, "甲（a:1）", "a:3")];
        let labels = Labels::of(odd.map(|(thing, name, id)| (thing, name, id.to_owned())));
        assert_eq!(labels.texts(), ["甲（a:1）", "甲（a:2）", "甲（a:1）（a:3）"]);
        assert_eq!(labels.thing("甲（a:1）（a:3）"), Some(3));
    }
}
