//! From a model to a timetable.

use super::Encoding;
use crate::exact::sat::Sat;
use crate::wide::shape::Shape;
use crate::wide::timetable::{Placed, Timetable};

impl Encoding {
    /// The timetable of the model just found; none if it does not fit the counted tables and
    /// representatives, which a model never does.
    pub(crate) fn timetable(&self, shape: &Shape<'_>, sat: &Sat<'_>) -> Option<Timetable> {
        let meetings = shape.problem.meetings.len();
        let mut order: Vec<(usize, usize, usize)> = Vec::new();
        for m in 0..meetings {
            let slot = self.starts[m].iter().position(|&start| sat.is_true(start));
            let kind = self.kinds[m].iter().position(|&kind| sat.is_true(kind));
            if let (Some(slot), Some(kind)) = (slot, kind) {
                order.push((slot, m, kind));
            }
        }
        order.sort_unstable();
        // The first slot in which each is free again: enough, since meetings come in order of time.
        let mut tables = vec![0; shape.problem.tables.len()];
        let mut rows = vec![0; shape.rows()];
        let mut timetable = Timetable { meetings: vec![None; meetings] };
        for (slot, m, kind) in order {
            let end = slot + shape.meeting(m).length;
            let table = shape.kinds[kind].iter().copied().find(|&table| tables[table] <= slot)?;
            tables[table] = end;
            let mut representatives = Vec::new();
            for (i, &p) in shape.meeting(m).participants.iter().enumerate() {
                let base = shape.row_base[p];
                let people = shape.problem.participants[p].representatives;
                let told = self.seats[m].get(i).filter(|seats| !seats.is_empty());
                let k = match told {
                    Some(seats) => seats.iter().position(|&seat| sat.is_true(seat))?,
                    None => (0..people).find(|&k| rows[base + k] <= slot)?,
                };
                if rows[base + k] > slot {
                    return None;
                }
                rows[base + k] = end;
                representatives.push(k);
            }
            timetable.meetings[m] = Some(Placed { slot, table, representatives });
        }
        Some(timetable)
    }
}
