//! The ways on which people are told out of the house.

use std::collections::BTreeMap;

use lianmeng_domain::delivery::{self, Channel, NoticeSettings, Quiet, Webhook};
use lianmeng_domain::ids::{AccountId, GrantId, NoticeId};
use lianmeng_domain::notice::NoticeKind;
use sea_orm::ConnectionTrait;

use super::{Spreading, outbox};
use crate::delivery::{Addressee, join};
use crate::parse::{self, At};
use crate::{StoreError, notice_settings, webhook};

/// Where the people who are told of something want to be told.
pub(super) struct Outlets {
    settings: BTreeMap<AccountId, NoticeSettings>,
    webhooks: BTreeMap<GrantId, Vec<Webhook>>,
}

impl Outlets {
    /// Those of `people`.
    pub(super) async fn of(
        db: &impl ConnectionTrait,
        people: &BTreeMap<AccountId, (GrantId, NoticeKind)>,
    ) -> Result<Self, StoreError> {
        let settings = notice_settings::among(db, people.keys().copied()).await?;
        let settings = settings.into_iter().map(|one| (one.account, one)).collect();
        let grants = people.values().map(|(grant, _)| *grant);
        let mut webhooks: BTreeMap<GrantId, Vec<Webhook>> = BTreeMap::new();
        for one in webhook::of_grants(db, grants).await? {
            webhooks.entry(one.grant).or_default().push(one);
        }
        Ok(Self { settings, webhooks })
    }

    /// Lets `news`, of which one person was told by `notice`, join their messages.
    pub(super) async fn send(
        &self,
        db: &impl ConnectionTrait,
        how: Spreading<'_>,
        news: &outbox::Model,
        ((account, grant, kind), notice): ((AccountId, GrantId, NoticeKind), NoticeId),
    ) -> Result<(), StoreError> {
        let cause = parse::value(At("outbox", "cause_id"), &news.cause_id)?;
        let due = |channel, quiet: &Quiet| delivery::due(channel, news.at, quiet, how.calendar);
        let settings = self.settings.get(&account);
        if let Some(settings) = settings.filter(|wanted| wanted.address(kind).is_some()) {
            let due = due(Channel::Mail, &settings.quiet);
            let to = Addressee { account, webhook: None, at: news.at, due };
            join(db, how.ids, to, (cause, notice, kind)).await?;
        }
        for hook in self.webhooks.get(&grant).into_iter().flatten() {
            let due = due(Channel::Webhook, &Quiet::default());
            // Whoever registered it answers for it, also where somebody else holds the grant now.
            let to = Addressee { account: hook.account, webhook: Some(hook.id), at: news.at, due };
            join(db, how.ids, to, (cause, notice, kind)).await?;
        }
        Ok(())
    }
}
