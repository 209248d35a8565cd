//! All needs at a glance, to be asked about one at a time.

use std::collections::HashSet;

use lianmeng_domain::text::normalise;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::index::{Index, Scratch};
use super::{CANDIDATES, Item, Pair, above, ranked};

/// Which needs use which words. Texts themselves are not kept: whoever asks reads those of the
/// candidates, with the rights of the caller.
#[derive(Debug, Default)]
pub struct Memory {
    index: Index,
    ids: Vec<u128>,
    known: HashSet<u128>,
}

impl Memory {
    /// Takes in a need, its texts normalised. One that is known already stays as it is.
    pub fn add(&mut self, id: u128, title: &str, content: &str) {
        if self.known.insert(id) {
            self.index.add(&item(title, content).count());
            self.ids.push(id);
        }
    }

    /// Takes in many needs with their texts as written; those known already stay as they are. Reading
    /// them is shared among the processors.
    pub fn add_all(&mut self, needs: &[(u128, String, String)]) {
        let counts: Vec<_> = needs
            .par_iter()
            .filter(|(id, ..)| !self.known.contains(id))
            .map(|(id, title, body)| (*id, item(&normalise(title), &normalise(body)).count()))
            .collect();
        for (id, counts) in counts {
            if self.known.insert(id) {
                self.index.add(&counts);
                self.ids.push(id);
            }
        }
    }

    /// Rarity of terms and likeness of texts.
    pub(crate) const fn index(&self) -> &Index {
        &self.index
    }

    /// Needs taken in.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The needs whose texts may be like this one, most promising first, at most [`CANDIDATES`] and
    /// one more: the need itself may be among them.
    pub fn candidates(&self, title: &str, content: &str) -> Vec<u128> {
        self.nearest(title, content, CANDIDATES + 1)
    }

    /// As [`Memory::candidates`], at most `limit`.
    pub fn nearest(&self, title: &str, content: &str, limit: usize) -> Vec<u128> {
        let asked = self.index.vector(&item(title, content).count());
        let found = self.index.candidates(&asked, limit, &mut Scratch::default());
        let id = |at: u32| usize::try_from(at).ok().and_then(|at| self.ids.get(at)).copied();
        found.into_iter().filter_map(id).collect()
    }

    /// Which of `among` would be shown as the same as `asked`, most points first; ties by id.
    /// `asked` stands first in each pair; an item of its id is left out.
    ///
    /// What surrounds a text is judged among those given, so give all candidates there are.
    pub fn compare(&self, asked: &Item, among: &[Item]) -> Vec<Pair> {
        let others = among.iter().filter(|other| other.id != asked.id);
        let items: Vec<&Item> = std::iter::once(asked).chain(others).collect();
        let vectors: Vec<_> = items.iter().map(|item| self.index.vector(&item.count())).collect();
        let near: Vec<_> =
            (0..items.len()).map(|at| ranked(&self.index, &vectors, at, 0..items.len())).collect();
        let mut pairs = above(&self.index, &items, &near, Some(0));
        pairs.sort_by(|a, b| b.points.cmp(&a.points).then_with(|| a.other_id.cmp(&b.other_id)));
        pairs
    }
}

fn item(title: &str, content: &str) -> Item {
    Item { title: title.to_owned(), content: content.to_owned(), ..Item::default() }
}
