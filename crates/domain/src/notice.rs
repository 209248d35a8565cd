//! Who is told what 通知. Rules only name roles and the bodies they are held for; who holds them is
//! looked up when the notice is delivered.

use crate::actor::{Body, Role};
use crate::committee::Member;
use crate::ids::{EnterpriseId, OrganisationId};
use crate::lamp::EscalationRung;
use crate::need::rights::ADJUDICATION_AFTER;
use crate::need::{Need, NeedStep};
use crate::words;

words! {
    /// What somebody is told.
    pub enum NoticeKind {
        /// A need was handed in 点单: it waits for triage.
        NeedSubmitted = "need_submitted",
        /// A need was not taken in 不予受理.
        NeedExcluded = "need_excluded",
        /// A need was sent to the unit 派单: it waits to be taken on.
        NeedDispatched = "need_dispatched",
        /// A unit sent a need back 退单: it waits to be sent to another.
        NeedSentBack = "need_sent_back",
        /// The need is being given to another unit, in plain words for the enterprise.
        NeedReassigned = "need_reassigned",
        /// A unit took the need on 接单.
        NeedAccepted = "need_accepted",
        /// The unit was called in to a need 吹哨: it must check in.
        NeedWhistled = "need_whistled",
        /// A unit that was called in has come 报到.
        NeedCheckedIn = "need_checked_in",
        /// A need was answered 答复: it waits to be rated.
        NeedAnswered = "need_answered",
        /// A need was rated 评单.
        NeedRated = "need_rated",
        /// A need was taken up again after a poor rating.
        NeedReopened = "need_reopened",
        /// A need was closed 办结.
        NeedClosed = "need_closed",
        /// A need is late 红灯.
        NeedOverdue = "need_overdue",
        /// A need lapses soon unless the enterprise confirms it 即将过期.
        NeedLapsing = "need_lapsing",
        /// The need that an enterprise's own was merged with was answered 并单答复.
        FollowedAnswered = "followed_answered",
        /// The timetable of an event changed for the body 日程变动: published, or planned again.
        TimetableChanged = "timetable_changed",
        /// The body is invited to an event 活动邀请: it answers.
        GuestInvited = "guest_invited",
        /// The body waited for a place at an event and has got one 候补递补.
        GuestPromoted = "guest_promoted",
        /// Another participant of an event asks for a meeting 会面申请: it waits for an answer.
        MeetingRequested = "meeting_requested",
        /// The body asked for a meeting and was answered 会面申请答复.
        RequestAnswered = "request_answered",
        /// It is asked what became of a meeting at an event 会后跟进: it waits for an answer.
        FollowUpDue = "follow_up_due",
    }
}

impl NoticeKind {
    /// One sentence for whom it is meant, in Chinese; `title` is that of the thing.
    pub fn sentence_zh(self, title: &str) -> String {
        let tail = match self {
            Self::NeedSubmitted => "已提交，请分诊",
            Self::NeedExcluded => "未予受理，理由见诉求页面",
            Self::NeedDispatched => "已派到贵单位，请接单",
            Self::NeedSentBack => "被办理单位退回，请重新派单",
            Self::NeedReassigned => {
                "已由原办理单位退回，秘书处正在改派，原因见诉求页面，办理时限不变"
            }
            Self::NeedAccepted => "已由办理单位接单",
            Self::NeedWhistled => "正在吹哨，请贵单位报到",
            Self::NeedCheckedIn => "已有单位报到",
            Self::NeedAnswered => "已答复，请评价",
            Self::NeedRated => "已由企业评价",
            Self::NeedReopened => "评价为不满意，已重办，请改派",
            Self::NeedClosed => "已办结",
            Self::NeedOverdue => "已超期",
            Self::NeedLapsing => "久未确认，即将过期；如仍需要请确认",
            Self::FollowedAnswered => "（贵企业诉求已并入）已答复",
            Self::TimetableChanged => "的日程已发布或有变动，请查看贵单位的日程",
            Self::GuestInvited => "邀请贵单位参加，请在期限内答复",
            Self::GuestPromoted => "有名额空出，贵单位已由候补转为参加",
            Self::MeetingRequested => "有参会方申请与贵单位会面，请答复",
            Self::RequestAnswered => "贵单位的会面申请已有答复",
            Self::FollowUpDue => "会面的后续进展待贵单位填报",
        };
        let thing = if self.is_about_event() { "活动" } else { "诉求" };
        format!("{thing}「{title}」{tail}。")
    }

    /// The same in English.
    pub fn sentence_en(self, title: &str) -> String {
        let tail = match self {
            Self::NeedSubmitted => "was submitted; please triage it",
            Self::NeedExcluded => "was not taken in; its page says why",
            Self::NeedDispatched => "was dispatched to your unit; please accept it",
            Self::NeedSentBack => "was sent back by the unit; please dispatch it again",
            Self::NeedReassigned => {
                "was sent back by the unit, its page says why; the secretariat is choosing another, and the time given stays"
            }
            Self::NeedAccepted => "was accepted by the unit in charge",
            Self::NeedWhistled => "needs your unit; please check in",
            Self::NeedCheckedIn => "has a unit that was called in and came",
            Self::NeedAnswered => "was answered; please rate it",
            Self::NeedRated => "was rated by the enterprise",
            Self::NeedReopened => {
                "was rated poorly and reopened; please dispatch it to another unit"
            }
            Self::NeedClosed => "was closed",
            Self::NeedOverdue => "is overdue",
            Self::NeedLapsing => "lapses soon; please confirm it if it is still wanted",
            Self::FollowedAnswered => "with which yours was merged was answered",
            Self::TimetableChanged => "has a timetable that is new for you; please look at it",
            Self::GuestInvited => "invites your organisation; please answer in time",
            Self::GuestPromoted => "has a place for your organisation, which was waiting for one",
            Self::MeetingRequested => {
                "has a participant who asks to meet your organisation; please answer"
            }
            Self::RequestAnswered => "has an answer to your organisation's request for a meeting",
            Self::FollowUpDue => {
                "asks what became of a meeting of your organisation; please answer"
            }
        };
        let thing = if self.is_about_event() { "event" } else { "need" };
        format!("The {thing} “{title}” {tail}.")
    }

    /// Whether it is about an event, not a need.
    const fn is_about_event(self) -> bool {
        match self {
            Self::GuestInvited
            | Self::GuestPromoted
            | Self::MeetingRequested
            | Self::RequestAnswered
            | Self::FollowUpDue
            | Self::TimetableChanged => true,
            Self::NeedSubmitted
            | Self::NeedExcluded
            | Self::NeedDispatched
            | Self::NeedSentBack
            | Self::NeedReassigned
            | Self::NeedAccepted
            | Self::NeedWhistled
            | Self::NeedCheckedIn
            | Self::NeedAnswered
            | Self::NeedRated
            | Self::NeedReopened
            | Self::NeedClosed
            | Self::NeedOverdue
            | Self::NeedLapsing
            | Self::FollowedAnswered => false,
        }
    }
}

/// Everyone who holds a role for a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// The role.
    pub role: Role,
    /// For whom it is held.
    /// `None` for a role for the whole platform.
    pub body: Option<Body>,
    /// What they are told.
    pub kind: NoticeKind,
}

/// The enterprise of a need.
pub fn enterprise(need: &Need, kind: NoticeKind) -> Option<Audience> {
    Some(Audience { role: Role::Enterprise, body: Some(Body::Enterprise(need.enterprise)), kind })
}

/// The secretary of the committee of a need, once it has one.
pub fn secretary(need: &Need, kind: NoticeKind) -> Option<Audience> {
    let body = Some(Body::Committee(need.committee?));
    Some(Audience { role: Role::CommitteeSecretary, body, kind })
}

/// The unit in charge of a need, once there is one.
pub fn handler(need: &Need, kind: NoticeKind) -> Option<Audience> {
    let body = Some(Body::Organisation(need.handler?));
    Some(Audience { role: Role::DepartmentHandler, body, kind })
}

/// The clerks of these units.
pub fn units(units: &[OrganisationId], kind: NoticeKind) -> Vec<Audience> {
    let role = Role::DepartmentHandler;
    let units = units.iter();
    units.map(|unit| Audience { role, body: Some(Body::Organisation(*unit)), kind }).collect()
}

/// Those who work for a member.
pub const fn staff(member: Member, kind: NoticeKind) -> Audience {
    match member {
        Member::Enterprise(id) => {
            Audience { role: Role::Enterprise, body: Some(Body::Enterprise(id)), kind }
        }
        Member::Organisation(id) => {
            Audience { role: Role::DepartmentHandler, body: Some(Body::Organisation(id)), kind }
        }
    }
}

/// Enterprises whose needs were merged with one that was answered.
pub fn followers(enterprises: &[EnterpriseId]) -> Vec<Audience> {
    let (role, kind) = (Role::Enterprise, NoticeKind::FollowedAnswered);
    let bodies = enterprises.iter().map(|id| Some(Body::Enterprise(*id)));
    bodies.map(|body| Audience { role, body, kind }).collect()
}

const fn coordinators(kind: NoticeKind) -> Audience {
    Audience { role: Role::Coordinator, body: None, kind }
}

/// Who is told that a late need has come to this rung. A chain chief has no account; coordinators tell
/// them.
pub fn of_rung(rung: EscalationRung, need: &Need) -> Option<Audience> {
    let kind = NoticeKind::NeedOverdue;
    match rung {
        EscalationRung::HandlingUnit => handler(need, kind).or_else(|| secretary(need, kind)),
        EscalationRung::Secretariat => secretary(need, kind),
        EscalationRung::Coordinator | EscalationRung::ChainChief => Some(coordinators(kind)),
    }
}

/// Who is told that `need` has taken `step`; `need` is as it became.
pub fn of_step(step: NeedStep, need: &Need) -> Vec<Audience> {
    use NoticeKind as K;
    let told = match step {
        NeedStep::Submit => [secretary(need, K::NeedSubmitted), None],
        NeedStep::Exclude => [enterprise(need, K::NeedExcluded), None],
        NeedStep::Dispatch => [handler(need, K::NeedDispatched), None],
        // From here on only a coordinator may decide.
        NeedStep::SendBack if need.send_backs >= ADJUDICATION_AFTER => {
            [Some(coordinators(K::NeedSentBack)), enterprise(need, K::NeedReassigned)]
        }
        NeedStep::SendBack => {
            [secretary(need, K::NeedSentBack), enterprise(need, K::NeedReassigned)]
        }
        NeedStep::Accept => [enterprise(need, K::NeedAccepted), None],
        NeedStep::Answer => [enterprise(need, K::NeedAnswered), None],
        NeedStep::Rate => [handler(need, K::NeedRated), secretary(need, K::NeedRated)],
        NeedStep::Reopen => [handler(need, K::NeedReopened), secretary(need, K::NeedReopened)],
        NeedStep::Close => [enterprise(need, K::NeedClosed), None],
        // A unit that was called in has come.
        NeedStep::CheckIn => [handler(need, K::NeedCheckedIn), None],
        // Whom a whistle calls is not written in the need itself: see `units`.
        NeedStep::Whistle
        | NeedStep::Unmerge
        | NeedStep::Triage
        | NeedStep::Start
        | NeedStep::Seek
        | NeedStep::Suspend
        | NeedStep::Resume
        | NeedStep::Merge
        | NeedStep::Expire => [None, None],
    };
    told.into_iter().flatten().collect()
}
