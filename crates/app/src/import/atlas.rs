//! Which place a text means: codes, names, short names, names behind their city, past names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lianmeng_domain::ids::ZoneId;
use lianmeng_domain::region::{Place, Region, RegionCode, RegionLevel, Zone};
use lianmeng_domain::text;

/// Divisions and zones, found by what people write.
#[derive(Debug)]
pub(crate) struct Atlas {
    regions: HashMap<RegionCode, Region>,
    /// Names of divisions in force, of past ones, short names of provinces and cities, and of
    /// districts: tried in this order, so that 河北 is the province and not the district of Tianjin.
    names: [HashMap<String, Vec<RegionCode>>; 4],
    zones: Vec<Zone>,
    zone_names: HashMap<String, ZoneId>,
}

/// What a text means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// One place. `former` holds the past division that was named, if one was.
    One { place: Place, former: Option<RegionCode> },
    /// Nothing we know.
    Nothing,
    /// Several places: each as code and full name.
    Many(Vec<String>),
    /// Places of that name, none of them inside of what the other cells say.
    Elsewhere(Vec<String>),
}

/// How many of the lists of names count when short names of provinces and cities do.
const SHORT_OF_WIDE: usize = 3;

/// Longest name of a division, in characters.
const NAME_CHARS: usize = 16;

/// Names that only fill a level of the table.
const FILLERS: &[&str] = &["市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"];

/// What is left out in short names, longest first.
const SUFFIXES: &[&str] = &[
    "特别行政区",
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "林区",
    "省",
    "市",
    "区",
    "县",
    "盟",
    "旗",
];

impl Atlas {
    pub(crate) fn new(regions: &[Region], zones: Vec<Zone>) -> Self {
        let mut names: [HashMap<String, Vec<RegionCode>>; 4] = Default::default();
        let [current, past, wide, narrow] = &mut names;
        for region in regions.iter().filter(|r| !FILLERS.contains(&r.name.as_str())) {
            let name = text::normalise(&region.name);
            if region.until_year.is_some() {
                past.entry(name).or_default().push(region.code);
                continue;
            }
            if let Some(short) = short(&name) {
                let list = match region.code.level() {
                    RegionLevel::Province | RegionLevel::City => &mut *wide,
                    RegionLevel::District => &mut *narrow,
                };
                list.entry(short.to_owned()).or_default().push(region.code);
            }
            current.entry(name).or_default().push(region.code);
        }
        let mut atlas = Self {
            regions: regions.iter().map(|region| (region.code, region.clone())).collect(),
            names,
            zones: Vec::new(),
            zone_names: HashMap::new(),
        };
        atlas.set_zones(zones);
        atlas
    }

    /// Replaces the zones.
    pub(super) fn set_zones(&mut self, zones: Vec<Zone>) {
        self.zone_names = zones
            .iter()
            .flat_map(|zone| {
                std::iter::once(&zone.name).chain(&zone.aliases).map(|name| (name.clone(), zone.id))
            })
            .collect();
        self.zones = zones;
    }

    /// The zones.
    pub(super) fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// The zone of this exact name or alias.
    pub(super) fn zone(&self, name: &str) -> Option<ZoneId> {
        self.zone_names.get(name).copied()
    }

    /// What `text` means, inside of `within` where that is known. If divisions of several levels fit,
    /// the first of `levels` decides.
    pub(super) fn find(
        &self,
        text: &str,
        within: Option<RegionCode>,
        levels: &[RegionLevel],
    ) -> Meaning {
        let inside = |code: RegionCode| within.is_none_or(|outer| code.is_within(outer));
        if let Ok(code) = text.parse::<RegionCode>() {
            return match self.regions.get(&code) {
                Some(_) if inside(code) => self.one(code),
                Some(_) => Meaning::Elsewhere(vec![self.label(code)]),
                None => Meaning::Nothing,
            };
        }
        let key: Vec<char> = text::normalise(text).chars().collect();
        for widest in 1..=self.names.len() {
            let found = self.walk(&key, None, widest);
            let mut fits = found.clone();
            fits.retain(|&code| inside(code));
            if let Some(level) = levels.iter().find(|&&l| fits.iter().any(|c| c.level() == l)) {
                fits.retain(|code| code.level() == *level);
            } else if widest == SHORT_OF_WIDE {
                self.add_districts(&key, &mut fits, within);
            }
            match (fits.pop_first(), fits.is_empty()) {
                (Some(code), true) => return self.one(code),
                (None, _) if found.is_empty() => {}
                (None, _) => return Meaning::Elsewhere(self.labels(&found)),
                (Some(code), false) => {
                    fits.insert(code);
                    return Meaning::Many(self.labels(&fits));
                }
            }
        }
        match self.zone(text) {
            Some(id) => Meaning::One { place: Place::Zone(id), former: None },
            None => Meaning::Nothing,
        }
    }

    /// Every division in force that `text` may mean, inside of `within` where that is known, by code;
    /// with it the past division that was named, if one was.
    pub(crate) fn choices(
        &self,
        text: &str,
        within: Option<RegionCode>,
    ) -> BTreeMap<RegionCode, Option<RegionCode>> {
        let inside = |code: &RegionCode| within.is_none_or(|outer| code.is_within(outer));
        let found = if let Ok(code) = text.trim().parse::<RegionCode>() {
            self.regions.keys().copied().filter(|&known| known == code).collect()
        } else {
            let key: Vec<char> = text::normalise(text).chars().collect();
            (1..=self.names.len())
                .map(|widest| self.walk(&key, None, widest))
                .find(|found| !found.is_empty())
                .unwrap_or_default()
        };
        let mut choices = BTreeMap::new();
        for code in found.into_iter().filter(inside) {
            let now = self.in_force(code);
            let former = (now != code).then_some(code);
            // A name in force counts more than a past one that leads to the same division.
            choices.entry(now).and_modify(|kept| *kept = former.and(*kept)).or_insert(former);
        }
        choices
    }

    /// Adds the districts that a short name also means, if it means a city: 朝阳 is a city and two
    /// districts elsewhere. Nobody means the district of Tianjin by 河北.
    fn add_districts(
        &self,
        key: &[char],
        fits: &mut BTreeSet<RegionCode>,
        within: Option<RegionCode>,
    ) {
        let cities: Vec<RegionCode> = fits.iter().copied().collect();
        if cities.is_empty() || cities.iter().any(|code| code.level() != RegionLevel::City) {
            return;
        }
        let mut more = self.walk(key, None, self.names.len());
        more.retain(|code| {
            within.is_none_or(|outer| code.is_within(outer))
                && !cities.iter().any(|city| code.is_within(*city))
        });
        fits.append(&mut more);
    }

    /// Every division that `text` names, read as a path from the wider to the narrower. `widest` says
    /// how many of the lists of names count.
    fn walk(
        &self,
        text: &[char],
        outer: Option<RegionCode>,
        widest: usize,
    ) -> BTreeSet<RegionCode> {
        let mut found = BTreeSet::new();
        let start = text.iter().take_while(|c| !c.is_alphanumeric()).count();
        let text = &text[start..];
        for end in 1..=text.len().min(NAME_CHARS) {
            let name: String = text[..end].iter().collect();
            let codes = self.names[..widest].iter().filter_map(|names| names.get(&name)).flatten();
            for &code in codes {
                let narrows = outer.is_none_or(|outer| code != outer && code.is_within(outer));
                if !narrows {
                    continue;
                }
                if end == text.len() {
                    found.insert(code);
                } else {
                    found.extend(self.walk(&text[end..], Some(code), widest));
                }
            }
        }
        found
    }

    /// The division in force for `code`.
    fn one(&self, code: RegionCode) -> Meaning {
        let at = self.in_force(code);
        Meaning::One { place: Place::Region(at), former: (at != code).then_some(code) }
    }

    /// The last successor of `code`, or `code` itself.
    fn in_force(&self, code: RegionCode) -> RegionCode {
        let mut at = code;
        // No chain of successors is longer than the table.
        for _ in 0..self.regions.len() {
            match self.regions.get(&at).and_then(|region| region.successor) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    fn labels(&self, codes: &BTreeSet<RegionCode>) -> Vec<String> {
        codes.iter().map(|&code| self.label(code)).collect()
    }

    /// Code and full name, 320612 江苏省南通市通州区.
    pub(crate) fn label(&self, code: RegionCode) -> String {
        let mut names = Vec::new();
        let mut at = Some(code);
        while let Some(region) = at.and_then(|code| self.regions.get(&code)) {
            if !FILLERS.contains(&region.name.as_str()) {
                names.push(region.name.as_str());
            }
            at = region.parent.or_else(|| region.code.parent()).filter(|_| names.len() < 4);
        }
        names.reverse();
        format!("{code} {}", names.concat())
    }
}

/// `name` without what kind of division it is; `None` if less than two characters are left.
fn short(name: &str) -> Option<&str> {
    let stem = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix))?;
    (stem.chars().count() >= 2).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atlas() -> Atlas {
        let zone = Zone {
            id: ZoneId::from(1),
            name: "前海".to_owned(),
            aliases: vec!["前海合作区".to_owned()],
            overlaps: Vec::new(),
            is_example: false,
            version: 1,
        };
        Atlas::new(&crate::codes::regions(), vec![zone])
    }

    fn code(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    fn found(text: &str) -> String {
        match atlas().find(text, None, &[]) {
            Meaning::One { place: Place::Region(code), .. } => code.to_string(),
            other @ (Meaning::One { .. }
            | Meaning::Nothing
            | Meaning::Many(_)
            | Meaning::Elsewhere(_)) => format!("{other:?}"),
        }
    }

    #[test]
    fn names_codes_paths_and_short_names_find_their_division() {
        for (text, want) in [
            ("320612", "320612"),
            ("南通市通州区", "320612"),
            ("江苏省南通市通州区", "320612"),
            ("江苏 南通 通州", "320612"),
            ("江苏-南通市-通州區", "320612"),
            ("北京市通州区", "110112"),
            ("深圳", "440300"),
            ("北京", "110000"),
            ("河北", "130000"),
            ("广西", "450000"),
            ("内蒙古", "150000"),
            ("南山区", "Many([\"230404 黑龙江省鹤岗市南山区\", \"440305 广东省深圳市南山区\"])"),
            ("深圳南山", "440305"),
            ("仙桃市", "429004"),
            ("大同", "Many([\"140200 山西省大同市\", \"230606 黑龙江省大庆市大同区\"])"),
            ("香港特别行政区", "810000"),
        ] {
            assert_eq!(found(text), want, "{text}");
        }
        assert_eq!(atlas().find("不存在", None, &[]), Meaning::Nothing);
        assert_eq!(atlas().find("999999", None, &[]), Meaning::Nothing);
    }

    #[test]
    fn a_name_of_two_places_is_both_unless_its_parent_decides() {
        let both = ["110112 北京市通州区", "320612 江苏省南通市通州区"].map(str::to_owned).to_vec();
        assert_eq!(atlas().find("通州区", None, &[]), Meaning::Many(both.clone()));
        assert_eq!(atlas().find("通州", None, &[]), Meaning::Many(both.clone()));
        for outer in ["320600", "320000"] {
            assert_eq!(
                atlas().find("通州区", Some(code(outer)), &[]),
                Meaning::One { place: Place::Region(code("320612")), former: None }
            );
        }
        assert_eq!(atlas().find("通州区", Some(code("440300")), &[]), Meaning::Elsewhere(both));
        assert_eq!(
            atlas().find("吉林", None, &[]),
            Meaning::Many(vec!["220000 吉林省".to_owned(), "220200 吉林省吉林市".to_owned()])
        );
    }

    #[test]
    fn a_column_of_cities_holds_cities_and_one_of_provinces_provinces() {
        use RegionLevel::{City, Province};
        let found = |text: &str, levels: &[RegionLevel]| match atlas().find(text, None, levels) {
            Meaning::One { place: Place::Region(code), .. } => code.to_string(),
            Meaning::One { .. } | Meaning::Nothing | Meaning::Many(_) | Meaning::Elsewhere(_) => {
                String::new()
            }
        };
        assert_eq!(found("吉林", &[City, Province]), "220200");
        assert_eq!(found("吉林", &[Province]), "220000");
        assert_eq!(found("北京", &[City, Province]), "110000");
        assert_eq!(found("大同", &[City, Province]), "140200");
    }

    #[test]
    fn past_names_and_codes_lead_to_their_successor() {
        for text in ["320683", "通州市", "南通市通州市"] {
            assert_eq!(
                atlas().find(text, None, &[]),
                Meaning::One { place: Place::Region(code("320612")), former: Some(code("320683")) },
                "{text}"
            );
        }
        assert_eq!(
            atlas().find("崇川区", None, &[]),
            Meaning::One { place: Place::Region(code("320613")), former: None },
            "the name is in force under another code"
        );
    }

    #[test]
    fn choices_name_each_division_in_force_once() {
        let choices = |text: &str, within: Option<&str>| -> Vec<(String, Option<String>)> {
            let found = atlas().choices(text, within.map(code));
            found.iter().map(|(now, old)| (now.to_string(), old.map(|c| c.to_string()))).collect()
        };
        let plain = |text: &str| (text.to_owned(), None);
        assert_eq!(choices("通州区", None), [plain("110112"), plain("320612")]);
        assert_eq!(choices("南通市通州区", None), [plain("320612")]);
        assert_eq!(choices("通州区", Some("320600")), [plain("320612")]);
        let former = ("320612".to_owned(), Some("320683".to_owned()));
        assert_eq!(choices("320683", None), std::slice::from_ref(&former));
        assert_eq!(choices("通州市", None), [former]);
        assert_eq!(choices("不存在", None), []);
    }

    #[test]
    fn a_zone_is_found_by_name_and_alias() {
        for text in ["前海", "前海合作区"] {
            assert_eq!(
                atlas().find(text, None, &[]),
                Meaning::One { place: Place::Zone(ZoneId::from(1)), former: None }
            );
        }
    }
}
