//! `lianmeng notice`: looking at messages, putting back those that were given up.

use std::process::ExitCode;

use anyhow::Context as _;
use comfy_table::{Table, presets};
use lianmeng_app::post::compose;
use lianmeng_app::post::requeue::{RequeueDelivery, requeue};
use lianmeng_domain::delivery::{Delivery, DeliveryState};
use lianmeng_domain::ids::{AuditId, DeliveryId, Id as _};
use lianmeng_store::account;
use lianmeng_store::delivery::{self as store, DeliveryFilter};
use lianmeng_store::page::Window;

use crate::args::notice::NoticeCommand;
use crate::config::Config;
use crate::user::administrator;
use crate::{print, wire};

/// `lianmeng notice …`.
pub(crate) async fn run(config: &Config, command: NoticeCommand) -> anyhow::Result<ExitCode> {
    let desk = wire::office(config).await?.desk();
    match command {
        NoticeCommand::Preview { account } => {
            let found = account::find_by_name(&desk.db, &account).await?;
            let found = found.with_context(|| format!("there is no account {account:?}"))?;
            let id = found.account.id;
            match compose::preview(&desk.db, &desk.post, id, desk.now).await? {
                Some(made) => {
                    let due = made.due_at.format("%F %T");
                    let (subject, text) = (made.subject, made.text);
                    print::text(&format!("due {due} UTC\n{subject}\n\n{text}"));
                }
                None => print::text("no mail waits"),
            }
        }
        NoticeCommand::Deliveries { state, limit } => {
            let state = state.as_deref().map(state_of).transpose()?;
            let window = Window::first(u64::from(limit));
            let filter = DeliveryFilter { account: None, state };
            let rows = store::page(&desk.db, filter, window).await?;
            let header = ["message", "to", "state", "attempts", "first", "next or last", "error"];
            let mut table = Table::new();
            table.load_style(presets::NOTHING).set_header(header).add_rows(rows.iter().map(row));
            print::text(&table.to_string());
        }
        NoticeCommand::Requeue { delivery } => {
            let bare = delivery.strip_prefix("delivery:").unwrap_or(&delivery);
            let id: DeliveryId = bare.parse().with_context(|| {
                format!("{delivery:?} is no message; `lianmeng notice deliveries` shows them")
            })?;
            let request_key = desk.mint::<AuditId>().to_string();
            let done = requeue(&desk, &administrator(), &RequeueDelivery { id, request_key }).await;
            done.with_context(|| format!("{delivery} was not given up"))?;
            print::text(&format!("{delivery} is tried again"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(one: &Delivery) -> Vec<String> {
    let error: String = one.last_error.as_deref().unwrap_or_default().chars().take(60).collect();
    let to = match one.webhook {
        Some(webhook) => format!("webhook:{webhook}"),
        None => format!("account:{}", one.account),
    };
    vec![
        format!("{}:{}", DeliveryId::TAG, one.id),
        to,
        one.state.to_string(),
        one.attempts.to_string(),
        one.first_at.format("%F %T").to_string(),
        one.closed_at.unwrap_or(one.next_at).format("%F %T").to_string(),
        error,
    ]
}

fn state_of(word: &str) -> anyhow::Result<DeliveryState> {
    DeliveryState::from_word(word).with_context(|| {
        let words: Vec<_> = DeliveryState::ALL.iter().map(|state| state.word()).collect();
        format!("{word:?} is no state; choose one of {}", words.join(", "))
    })
}
