//! Figures over so few enterprises that they tell about single ones are withheld.
//!
//! The rule concerns figures over rows the caller does not read in full. Who reads the rows may add
//! them up; a figure over them tells nothing new.

/// Fewest enterprises a figure may be about, unless the installation sets another number.
pub const FEWEST_ENTERPRISES: u64 = 5;

/// Fewest enterprises a figure may be about, for those who do not read its rows in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fewest(u64);

impl Default for Fewest {
    fn default() -> Self {
        Self(FEWEST_ENTERPRISES)
    }
}

impl Fewest {
    /// This many enterprises, but never fewer than two: a figure about one is that one's.
    pub fn new(enterprises: u64) -> Self {
        Self(enterprises.max(2))
    }

    /// The number.
    pub const fn enterprises(self) -> u64 {
        self.0
    }

    /// Whether a figure about `counted_enterprises` different enterprises is withheld.
    ///
    /// None is fewer than any: that nobody is counted would tell of each who might have been.
    pub const fn withholds(self, counted_enterprises: u64) -> bool {
        counted_enterprises < self.0
    }

    /// Which cells of a table with a total are withheld, in the order given. `counted` holds the
    /// number of different enterprises in each cell; one enterprise may stand in several.
    ///
    /// What the total leaves over when the shown cells are taken off is a figure too. So where a cell
    /// is withheld, the smallest of those large enough is withheld with it (the first of equal ones):
    /// what is left over then concerns no fewer enterprises than that cell.
    ///
    /// Time `O(n)` for `n` cells.
    pub fn withheld_cells(self, counted: &[u64]) -> Vec<bool> {
        let mut withheld: Vec<bool> = counted.iter().map(|&n| self.withholds(n)).collect();
        if !withheld.contains(&true) {
            return withheld;
        }
        let large = counted.iter().enumerate().filter(|&(_, &n)| !self.withholds(n));
        if let Some((cell, _)) = large.min_by_key(|&(place, &n)| (n, place)) {
            withheld[cell] = true;
        }
        withheld
    }
}

/// Whether a figure about `counted_enterprises` different enterprises is withheld, as
/// [`Fewest::withholds`] with the number installations have unless they set another.
pub fn withheld(counted_enterprises: u64) -> bool {
    Fewest::default().withholds(counted_enterprises)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_figure_about_fewer_than_five_enterprises_is_withheld_and_so_is_one_about_none() {
        let shown: Vec<u64> = (0..8).filter(|&n| !withheld(n)).collect();
        assert_eq!(shown, [5, 6, 7]);
    }

    #[test]
    fn an_installation_may_ask_for_more_or_fewer_but_not_for_one() {
        assert!(Fewest::new(10).withholds(9));
        assert!(!Fewest::new(3).withholds(3));
        assert_eq!(Fewest::new(0).enterprises(), 2);
    }

    #[test]
    fn a_withheld_cell_takes_the_smallest_large_one_with_it() {
        let fewest = Fewest::default();
        assert_eq!(fewest.withheld_cells(&[9, 3, 7, 7]), [false, true, true, false]);
        assert_eq!(fewest.withheld_cells(&[9, 5]), [false, false]);
        assert_eq!(fewest.withheld_cells(&[1, 2]), [true, true]);
        assert_eq!(fewest.withheld_cells(&[]), Vec::<bool>::new());
    }

    proptest! {
        /// Rows of a table: which enterprise, which cell.
        #[test]
        fn total_less_shown_cells_is_never_about_few(
            rows in prop::collection::vec((0_u64..40, 0_usize..6), 0..120), fewest in 2_u64..8,
        ) {
            let fewest = Fewest::new(fewest);
            let enterprises = |cells: &[usize]| {
                let theirs = rows.iter().filter(|(_, cell)| cells.contains(cell));
                let different: std::collections::BTreeSet<u64> = theirs.map(|&(e, _)| e).collect();
                u64::try_from(different.len()).unwrap()
            };
            let counted: Vec<u64> = (0..6).map(|cell| enterprises(&[cell])).collect();
            let withheld = fewest.withheld_cells(&counted);
            for (cell, &hidden) in withheld.iter().enumerate() {
                prop_assert!(hidden || !fewest.withholds(counted[cell]));
            }
            let hidden: Vec<usize> = (0..6).filter(|&cell| withheld[cell]).collect();
            let total = enterprises(&[0, 1, 2, 3, 4, 5]);
            let has_large = counted.iter().any(|&n| !fewest.withholds(n));
            if !hidden.is_empty() && !fewest.withholds(total) && has_large {
                prop_assert!(!fewest.withholds(enterprises(&hidden)));
            }
        }
    }
}
