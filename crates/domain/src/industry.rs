//! Industries in several classifications.

use crate::words;

words! {
    /// A classification of industries.
    pub enum IndustryScheme {
        /// National standard GB/T 4754-2017 国民经济行业分类.
        Gbt4754 = "gbt4754_2017",
        /// Shenwan 2021 申万行业分类.
        Shenwan2021 = "shenwan_2021",
        /// A table that came with an import.
        Imported = "imported",
    }
}

/// A code within a classification.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndustryKey {
    /// The classification.
    pub scheme: IndustryScheme,
    /// The code in it.
    pub code: String,
}

/// One entry of a classification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Industry {
    /// Classification and code.
    pub key: IndustryKey,
    /// Name as published.
    pub name: String,
    /// Level from 1, the widest.
    pub level: i32,
    /// Code of the entry above.
    pub parent_code: Option<String>,
}
