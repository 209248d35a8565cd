//! How many guests an event has, in GraphQL.

use async_graphql::Object;
use lianmeng_app::guest::Figures;
use lianmeng_domain::guest::book::{Quota, Tally};

use super::GuestKindWord;

/// Numbers of guests as clients see them.
#[derive(Debug, Clone, Copy)]
pub struct TallyNode(Tally);

/// How many guests stand where.
#[Object(name = "GuestTally")]
impl TallyNode {
    /// Invitations that were sent and not taken back; the sum of all the others.
    async fn invited(&self) -> u32 {
        self.0.invited
    }

    /// Those that come.
    async fn yes(&self) -> u32 {
        self.0.yes
    }

    /// Those that do not come.
    async fn no(&self) -> u32 {
        self.0.no
    }

    /// Those that do not know yet.
    async fn tentative(&self) -> u32 {
        self.0.tentative
    }

    /// Those that wait for a place.
    async fn waiting(&self) -> u32 {
        self.0.waiting
    }

    /// Those that did not answer in time.
    async fn lapsed(&self) -> u32 {
        self.0.lapsed
    }

    /// Those that have not answered and still may.
    async fn open(&self) -> u32 {
        self.0.open
    }

    /// People who come.
    async fn heads(&self) -> u32 {
        self.0.heads
    }
}

/// A quota and what is taken of it, as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct KindFiguresNode(Quota, Tally);

/// Guests of one kind.
#[Object(name = "GuestKindFigures")]
impl KindFiguresNode {
    /// The kind.
    async fn kind(&self) -> GuestKindWord {
        self.0.kind.into()
    }

    /// Fewest guests there are to be; 0 if nobody said so.
    async fn min(&self) -> u16 {
        self.0.min
    }

    /// Most guests there are to be; null for any number.
    async fn max(&self) -> Option<u16> {
        self.0.max
    }

    /// How many guests are missing to the fewest.
    async fn missing(&self) -> u32 {
        u32::from(self.0.min).saturating_sub(self.1.yes)
    }

    /// Where they stand.
    async fn tally(&self) -> TallyNode {
        TallyNode(self.1)
    }
}

/// Figures of an event's guests as clients see them.
#[derive(Debug, Clone)]
pub struct FiguresNode(pub Figures);

/// The guests of an event in figures.
#[Object(name = "GuestFigures")]
impl FiguresNode {
    /// For how many people there is room: what the organisers said, else what the venue holds; null if
    /// nobody knows.
    async fn capacity(&self) -> Option<u32> {
        self.0.capacity
    }

    /// All guests.
    async fn total(&self) -> TallyNode {
        TallyNode(self.0.total)
    }

    /// By kind: those with a quota or a guest, in the order of the kinds.
    async fn kinds(&self) -> Vec<KindFiguresNode> {
        self.0.kinds.iter().map(|(quota, tally)| KindFiguresNode(*quota, *tally)).collect()
    }
}
