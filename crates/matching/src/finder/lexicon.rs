//! Products and their other names, as the graph of the chains has them.

use std::collections::HashMap;

/// Names of products, all forms of one product leading to the same term.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    forms: HashMap<String, String>,
    longest: usize,
}

impl Lexicon {
    /// Takes `(form, product)`: every name and alias, normalised, with what stands for the product.
    /// Forms of a single character are left out; of two products with one form the first in
    /// order counts.
    pub fn new(forms: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut lexicon = Self::default();
        let mut forms: Vec<(String, String)> = forms.into_iter().collect();
        forms.sort_unstable();
        for (form, product) in forms {
            let length = form.chars().count();
            if length > 1 {
                lexicon.longest = lexicon.longest.max(length);
                lexicon.forms.entry(form).or_insert(product);
            }
        }
        lexicon
    }

    /// The products named in a text, longest names first taken, left to right.
    pub fn products(&self, text: &str) -> Vec<String> {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let (mut found, mut here) = (Vec::new(), 0);
        while here + 1 < ends.len() {
            let furthest = (here + self.longest).min(ends.len() - 1);
            let name = (here + 2..=furthest)
                .rev()
                .find_map(|end| Some((end, self.forms.get(&text[ends[here]..ends[end]])?)));
            here = match name {
                Some((end, product)) => {
                    found.push(product.clone());
                    end
                }
                None => here + 1,
            };
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_lead_to_one_product_and_the_longest_name_counts() {
        let forms = [
            ("锂电池", "锂离子电池"),
            ("锂离子电池", "锂离子电池"),
            ("电池", "电池"),
            ("锂", "锂"),
        ];
        let lexicon =
            Lexicon::new(forms.map(|(form, product)| (form.to_owned(), product.to_owned())));
        assert_eq!(lexicon.products("动力锂电池回收"), ["锂离子电池"]);
        assert_eq!(lexicon.products("锂离子电池与电池"), ["锂离子电池", "电池"]);
        assert_eq!(lexicon.products("锂"), Vec::<String>::new());
        assert_eq!(Lexicon::default().products("锂电池"), Vec::<String>::new());
    }
}
