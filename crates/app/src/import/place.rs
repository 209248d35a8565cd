//! The place of a row: division or zone, decided by city and province where a name fits two.

use lianmeng_domain::draft::Field;
use lianmeng_domain::region::{Place, RegionCode, RegionLevel};

use super::atlas::{Atlas, Meaning};
use super::row::{Row, flaw};

/// The place a row names in `zone`, `region`, `city` or `province`, the narrowest one given.
///
/// A name that fits two places is an error with both choices, unless a wider cell decides.
pub(super) fn place(row: &mut Row<'_, '_>, atlas: &Atlas) -> Option<Place> {
    use RegionLevel::{City, Province};
    let province = division(row, atlas, (Field::Province, &[Province]), None);
    let city = division(row, atlas, (Field::City, &[City, Province]), code(province));
    let region = division(row, atlas, (Field::Region, &[]), code(city).or(code(province)));
    let zone = row.text(Field::Zone).and_then(|name| {
        let zone = atlas.zone(&name);
        if zone.is_none() {
            let reason = format!("no zone is called {name:?}");
            let hint = "add it to the sheet 功能区, or mend the name";
            row.reject(Field::Zone, flaw("zone_unknown", reason, hint));
        }
        zone.map(Place::Zone)
    });
    zone.or(region).or(city).or(province)
}

/// The division a row names in `region`, `city` or `province`; a zone is none.
pub(super) fn region(row: &mut Row<'_, '_>, atlas: &Atlas) -> Option<RegionCode> {
    code(place(row, atlas))
}

fn code(place: Option<Place>) -> Option<RegionCode> {
    match place {
        Some(Place::Region(code)) => Some(code),
        Some(Place::Zone(_)) | None => None,
    }
}

/// The place that the cell `field` names, inside of `within` where that is known; `levels` as
/// [`Atlas::find`] has them.
fn division(
    row: &mut Row<'_, '_>,
    atlas: &Atlas,
    (field, levels): (Field, &[RegionLevel]),
    within: Option<RegionCode>,
) -> Option<Place> {
    let text = row.text(field)?;
    let flaw = match atlas.find(&text, within, levels) {
        Meaning::One { place, former } => {
            if let (Some(former), Place::Region(now)) = (former, place) {
                let reason = format!("{} is now {}", atlas.label(former), atlas.label(now));
                row.note(
                    field,
                    flaw("region_succeeded", reason, "the row stays, with today's code"),
                );
            }
            return Some(place);
        }
        Meaning::Nothing => flaw(
            "region_unknown",
            format!("no division or zone is called {text:?}"),
            "write the six-digit code or the full name",
        ),
        Meaning::Many(places) => flaw(
            "region_ambiguous",
            format!("{text:?} fits {}", places.join(" and ")),
            "write the six-digit code, the city before the name, or fill in the city column",
        ),
        Meaning::Elsewhere(places) => flaw(
            "region_elsewhere",
            format!(
                "{text:?} is {}, which is not inside of {}",
                places.join(" or "),
                within.map(|code| atlas.label(code)).unwrap_or_default()
            ),
            "mend the city or province, or the name",
        ),
    };
    row.reject(field, flaw);
    None
}
