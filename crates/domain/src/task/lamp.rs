//! Lamps 三色灯 of cooperation tasks, in the colours of the supervision slips of Suqian 三色督办单: blue
//! when the last day comes near, yellow when a task lags behind, red once it is late.
//!
//! A task has no dates but its last day, so that it lags where it stands in an early stage with few
//! days left.

use chrono::NaiveDate;

use super::{CooperationTask, TaskStage};
use crate::lamp::Lamp;

/// When lamps change, in days before the last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskLampRules {
    /// Blue from so many days before on.
    pub blue_days: i64,
    /// Yellow from so many days before on, while a task is in the stage.
    pub behind_days: &'static [(TaskStage, i64)],
}

/// A month before; not begun with three weeks left, no more than intent with two, not landed with one.
pub const SUQIAN: TaskLampRules = TaskLampRules {
    blue_days: 30,
    behind_days: &[(TaskStage::Open, 21), (TaskStage::Intent, 14), (TaskStage::Signing, 7)],
};

/// The lamp of `task` on `today`. The graver one wins: red before yellow before blue; none without a
/// last day, and none once it is over.
pub fn lamp(task: &CooperationTask, rules: &TaskLampRules, today: NaiveDate) -> Lamp {
    let Some(due_on) = task.due_on.filter(|_| task.stage.is_underway()) else {
        return Lamp::None;
    };
    let left = (due_on - today).num_days();
    let behind = rules.behind_days.iter().find(|(stage, _)| *stage == task.stage);
    if left < 0 {
        Lamp::Red
    } else if behind.is_some_and(|(_, days)| left <= *days) {
        Lamp::Yellow
    } else if left <= rules.blue_days {
        Lamp::Blue
    } else {
        Lamp::None
    }
}

/// As it is printed.
pub const fn label_zh(lamp: Lamp) -> &'static str {
    match lamp {
        Lamp::None => "",
        Lamp::Blue => "蓝",
        Lamp::Yellow => "黄",
        Lamp::Red => "红",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::tests::task;

    #[test]
    fn a_lamp_changes_on_the_day() {
        use Lamp::{Blue, None, Red, Yellow};
        use TaskStage::{Closed, Dropped, Intent, Launch, Open, Signing};
        // Stage, days left, lamp; the task is due on 2 March 2026.
        let cases = [
            (Open, 31, None),
            (Open, 30, Blue),
            (Open, 22, Blue),
            (Open, 21, Yellow),
            (Open, 0, Yellow),
            (Open, -1, Red),
            (Intent, 15, Blue),
            (Intent, 14, Yellow),
            (Signing, 8, Blue),
            (Signing, 7, Yellow),
            (Launch, 0, Blue),
            (Launch, -1, Red),
            (Closed, -9, None),
            (Dropped, -9, None),
        ];
        let due = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        for (stage, left, want) in cases {
            let today = due - chrono::TimeDelta::days(left);
            assert_eq!(lamp(&task(stage), &SUQIAN, today), want, "{stage} {left}");
        }
        let undated = CooperationTask { due_on: Option::None, ..task(Open) };
        assert_eq!(lamp(&undated, &SUQIAN, due), None);
    }
}
