//! Pairs with one character between them left out: one wrong character inside a name leaves the
//! pair around it whole.

/// Every first and third of three characters that stand together.
pub(super) fn gapped(text: &str) -> Vec<String> {
    let mut gapped = Vec::new();
    for stretch in text.split(|c: char| !c.is_alphanumeric()) {
        let chars: Vec<char> = stretch.chars().collect();
        gapped.extend(chars.windows(3).map(|window| format!("{}_{}", window[0], window[2])));
    }
    gapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_character_leaves_the_pair_around_it() {
        assert_eq!(gapped("磷酸铁锂"), ["磷_铁", "酸_锂"]);
        assert_eq!(gapped("磷算铁锂")[0], "磷_铁");
        assert_eq!(gapped("水,泵"), Vec::<String>::new());
    }
}
