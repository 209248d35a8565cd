//! The life of a need as data: its stages, its steps, and which step leads from where to where.
//!
//! `lianmeng need process` prints it, and `docs/need-process.md` is that print.

use std::fmt::Write as _;

use crate::steps::Transition;
use crate::words;

words! {
    /// Where a need stands.
    pub enum NeedStage {
        /// Being written 草稿.
        Draft = "draft",
        /// Handed in 点单.
        Submitted = "submitted",
        /// Not taken in, for one of seven reasons 不予受理.
        Excluded = "excluded",
        /// Looked through and taken in 分诊.
        Triaged = "triaged",
        /// Sent to a unit 派单.
        Dispatched = "dispatched",
        /// Sent back by the unit 退单.
        SentBack = "sent_back",
        /// Taken on by the unit 接单.
        Accepted = "accepted",
        /// Being worked on 办理.
        InProgress = "in_progress",
        /// Other units were called in 吹哨.
        Whistled = "whistled",
        /// A counterpart is being sought 撮合.
        Matching = "matching",
        /// Resting until a day 挂起.
        Suspended = "suspended",
        /// Answered 答复.
        Answered = "answered",
        /// Rated by the enterprise 评单.
        Rated = "rated",
        /// Taken up again after a poor rating 重办.
        Reopened = "reopened",
        /// Joined with an equal need 并单.
        Merged = "merged",
        /// Not confirmed in time 过期.
        Expired = "expired",
        /// Done 办结.
        Closed = "closed",
    }
}

impl NeedStage {
    /// Whether the enterprise still asks for it: handed in, and neither answered nor ended.
    pub const fn is_standing(self) -> bool {
        match self {
            Self::Submitted
            | Self::Triaged
            | Self::Dispatched
            | Self::SentBack
            | Self::Accepted
            | Self::InProgress
            | Self::Whistled
            | Self::Matching
            | Self::Suspended
            | Self::Reopened => true,
            Self::Draft
            | Self::Excluded
            | Self::Answered
            | Self::Rated
            | Self::Merged
            | Self::Expired
            | Self::Closed => false,
        }
    }
}

words! {
    /// A step from one stage to another.
    pub enum NeedStep {
        /// Hand in 点单.
        Submit = "submit",
        /// Refuse to take in.
        Exclude = "exclude",
        /// Take in 分诊.
        Triage = "triage",
        /// Send to a unit 派单.
        Dispatch = "dispatch",
        /// Take on 接单.
        Accept = "accept",
        /// Send back 退单.
        SendBack = "send_back",
        /// Begin work 办理.
        Start = "start",
        /// Call in other units 吹哨.
        Whistle = "whistle",
        /// Follow the call 报到.
        CheckIn = "check_in",
        /// Seek a counterpart 撮合.
        Seek = "seek",
        /// Let rest.
        Suspend = "suspend",
        /// Go on after a rest.
        Resume = "resume",
        /// Answer 答复.
        Answer = "answer",
        /// Rate 评单.
        Rate = "rate",
        /// Take up again.
        Reopen = "reopen",
        /// Close 办结.
        Close = "close",
        /// Join with an equal need 并单.
        Merge = "merge",
        /// Undo that.
        Unmerge = "unmerge",
        /// Let lapse.
        Expire = "expire",
    }
}

impl NeedStage {
    /// Whether a need in this stage stands for itself: neither a draft nor one that was not taken in,
    /// lapsed, or went on as another.
    pub const fn stands(self) -> bool {
        match self {
            Self::Draft | Self::Excluded | Self::Merged | Self::Expired => false,
            Self::Submitted
            | Self::Triaged
            | Self::Dispatched
            | Self::SentBack
            | Self::Accepted
            | Self::InProgress
            | Self::Whistled
            | Self::Matching
            | Self::Suspended
            | Self::Answered
            | Self::Rated
            | Self::Reopened
            | Self::Closed => true,
        }
    }
}

/// Every step there is.
pub const TRANSITIONS: &[Transition<NeedStage, NeedStep>] = {
    use NeedStage as Stage;
    use NeedStep as Step;
    &[
        Transition { step: Step::Submit, from: &[Stage::Draft], to: Stage::Submitted },
        Transition {
            step: Step::Exclude,
            from: &[Stage::Submitted, Stage::Triaged],
            to: Stage::Excluded,
        },
        Transition { step: Step::Triage, from: &[Stage::Submitted], to: Stage::Triaged },
        Transition {
            step: Step::Dispatch,
            from: &[Stage::Triaged, Stage::SentBack, Stage::Reopened],
            to: Stage::Dispatched,
        },
        Transition { step: Step::Accept, from: &[Stage::Dispatched], to: Stage::Accepted },
        Transition { step: Step::SendBack, from: &[Stage::Dispatched], to: Stage::SentBack },
        Transition { step: Step::Start, from: &[Stage::Accepted], to: Stage::InProgress },
        Transition {
            step: Step::Whistle,
            from: &[Stage::InProgress, Stage::Whistled],
            to: Stage::Whistled,
        },
        Transition { step: Step::CheckIn, from: &[Stage::Whistled], to: Stage::Whistled },
        Transition {
            step: Step::Seek,
            from: &[Stage::Triaged, Stage::InProgress, Stage::Suspended],
            to: Stage::Matching,
        },
        Transition {
            step: Step::Suspend,
            from: &[Stage::Accepted, Stage::InProgress, Stage::Whistled, Stage::Matching],
            to: Stage::Suspended,
        },
        Transition { step: Step::Resume, from: &[Stage::Suspended], to: Stage::InProgress },
        Transition {
            step: Step::Answer,
            from: &[Stage::InProgress, Stage::Whistled, Stage::Matching],
            to: Stage::Answered,
        },
        Transition { step: Step::Rate, from: &[Stage::Answered], to: Stage::Rated },
        Transition { step: Step::Reopen, from: &[Stage::Rated], to: Stage::Reopened },
        Transition { step: Step::Close, from: &[Stage::Rated], to: Stage::Closed },
        Transition {
            step: Step::Merge,
            from: &[Stage::Submitted, Stage::Triaged],
            to: Stage::Merged,
        },
        // Back to where it stood: one row for each stage that can be merged.
        Transition { step: Step::Unmerge, from: &[Stage::Merged], to: Stage::Submitted },
        Transition { step: Step::Unmerge, from: &[Stage::Merged], to: Stage::Triaged },
        Transition {
            step: Step::Expire,
            from: &[Stage::Draft, Stage::Submitted, Stage::Triaged, Stage::Matching],
            to: Stage::Expired,
        },
    ]
};

/// Who takes a step, in words.
pub const fn taker(step: NeedStep) -> &'static str {
    match step {
        NeedStep::Submit => "the enterprise, or a proxy",
        NeedStep::Rate => "the enterprise, or its liaison with recorded consent",
        NeedStep::Exclude
        | NeedStep::Triage
        | NeedStep::Seek
        | NeedStep::Close
        | NeedStep::Merge
        | NeedStep::Unmerge => "secretary, coordinator",
        NeedStep::Dispatch => "secretary, coordinator; after two send-backs the coordinator",
        NeedStep::Accept | NeedStep::SendBack | NeedStep::Start | NeedStep::Whistle => {
            "the unit in charge"
        }
        NeedStep::CheckIn => "a unit called in",
        NeedStep::Suspend | NeedStep::Resume | NeedStep::Answer => {
            "the unit in charge, or without one the secretary"
        }
        NeedStep::Reopen => "the enterprise, secretary, coordinator; a poor rating by itself",
        NeedStep::Expire => "the clock",
    }
}

/// The process as a page of Markdown: a picture and a table.
pub fn page() -> String {
    let mut page = String::from(
        "# The life of a need\n\nPrinted by `lianmeng need process`; a test keeps this page true.\n\n\
         ```mermaid\nstateDiagram-v2\n    [*] --> draft\n",
    );
    for row in TRANSITIONS {
        for from in row.from {
            // Writing to a string cannot fail.
            let _ = writeln!(page, "    {from} --> {}: {}", row.to, row.step);
        }
    }
    for &stage in NeedStage::ALL {
        if crate::steps::allowed(TRANSITIONS, stage).is_empty() {
            let _ = writeln!(page, "    {stage} --> [*]");
        }
    }
    page.push_str("```\n\n| step | from | to | taken by |\n|---|---|---|---|\n");
    for row in TRANSITIONS {
        let from: Vec<_> = row.from.iter().map(|stage| stage.word()).collect();
        let (step, to) = (row.step, row.to);
        let _ = writeln!(page, "| {step} | {} | {to} | {} |", from.join(", "), taker(step));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_process_is_the_page_in_docs() {
        let printed = include_str!("../../../../docs/need-process.md");
        assert_eq!(page(), printed, "`lianmeng need process > docs/need-process.md`");
    }
}
