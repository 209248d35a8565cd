//! Running jobs: one worker's hands.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_backplane::bus::Topic;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{JobId, NeedId};
use lianmeng_domain::job::{self as rules, JobKind};
use lianmeng_domain::need::NeedStage;
use lianmeng_domain::policy;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::job::{self as store, End, Leased, NewJob, Progress};
use lianmeng_store::need::{self, NeedFilter};
use lianmeng_store::page::Window;
use lianmeng_store::{StoreError, idempotency, part, tx};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::{ExpireWork, OneNeed, PlanWork, SuggestWork, wire};
use crate::attachment;
use crate::command::CommandError;
use crate::desk::{Desk, Office, local_date};
use crate::event::{EventCommandError, Target};
use crate::login;
use crate::offer::reservation;
use crate::plan::{self, PlanBudget, PlanEvent};
use crate::suggest::{self, MakeSuggestions, SuggestError};

/// How long a job stays with a worker that says nothing.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How often a worker says that it still works.
const SIGN: Duration = Duration::from_secs(8);
/// Needs looked at between two savings of progress.
const NEEDS: u64 = 20;
/// How long a request key is remembered.
const KEYS_KEPT: TimeDelta = TimeDelta::days(30);
/// Time between two rounds of housekeeping.
const ROUND: TimeDelta = TimeDelta::hours(1);

/// Why a body ended without having done its work.
#[derive(Debug)]
enum Fault {
    /// Trying again would not help; what the asker is told.
    Refused(String),
    /// It may work another time.
    Again(String),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Again(error.to_string())
    }
}

impl From<CommandError> for Fault {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Store(StoreError::Db(error)) => Self::Again(error.to_string()),
            CommandError::Store(_) | CommandError::KeyReused => Self::Refused(error.to_string()),
        }
    }
}

/// A job in the hands of a worker, and what its body works with.
#[derive(Debug, Clone)]
struct Run {
    office: Office,
    leased: Arc<Leased>,
}

/// Takes the next job that is due and works on it until it ends, is put back, or is lost to another
/// worker; `None` if none is due.
///
/// `owner` is a word that no other worker of the installation uses at the same time.
///
/// # Errors
///
/// [`StoreError::Db`] if the queue cannot be read or the end cannot be saved; the job then comes
/// back when its lease ends.
pub async fn next(office: &Office, owner: &str) -> Result<Option<JobId>, StoreError> {
    let now = office.clock.shared(&office.db).await?;
    let Some(leased) = store::claim(&office.db, owner, now, LEASE).await? else {
        return Ok(None);
    };
    let id = leased.job.id;
    let run = Run { office: office.clone(), leased: Arc::new(leased) };
    run.tell();
    tracing::info!(job = %id, kind = %run.leased.job.kind, attempt = run.leased.job.attempts, "job begun");
    // On a task of its own: one that panics takes nobody with it.
    let body = tokio::spawn(run.clone().body());
    let ended = run.watch(body).await;
    if let Some(ended) = ended {
        run.close(ended).await?;
    } else {
        tracing::warn!(job = %id, "another worker has the job now");
    }
    run.tell();
    if run.leased.job.kind == JobKind::Housekeeping {
        plan_housekeeping(office, ROUND).await?;
    }
    Ok(Some(id))
}

/// Asks for a round of housekeeping after `wait`, unless one waits already.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn plan_housekeeping(office: &Office, wait: TimeDelta) -> Result<(), StoreError> {
    let (desk, actor) = (office.desk(), system());
    let now = office.clock.shared(&office.db).await?;
    let new = NewJob {
        id: desk.mint(),
        kind: JobKind::Housekeeping,
        payload: "{}",
        dedup_key: Some("all"),
        actor: &actor,
        run_at: now + wait,
        now,
    };
    match store::enqueue(&office.db, new).await {
        // The last one ended just now and has asked for the next.
        Ok(_) | Err(StoreError::Stale) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The platform itself.
pub(crate) fn system() -> Actor {
    Actor { subject: "system".to_owned(), role: Role::SystemAdmin, body: None }
}

impl Run {
    async fn now(&self) -> Result<DateTime<Utc>, StoreError> {
        self.office.clock.shared(&self.office.db).await
    }

    fn tell(&self) {
        self.office.backplane.bus.publish(Topic::Job, wire(self.leased.job.id));
    }

    /// Saves how far the job got, and that it is still worked on.
    async fn sign(&self, progress: Option<&Progress>) -> Result<(), StoreError> {
        let now = self.now().await?;
        store::renew(&self.office.db, &self.leased, (now, now + LEASE), progress).await
    }

    /// Waits for the body and keeps the lease meanwhile; `None` if the lease was lost.
    async fn watch(
        &self,
        mut body: JoinHandle<Result<Option<String>, Fault>>,
    ) -> Option<Result<Option<String>, Fault>> {
        let mut signs = interval(SIGN);
        signs.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                ended = &mut body => {
                    let stopped = |error: tokio::task::JoinError| Fault::Again(error.to_string());
                    return Some(ended.map_err(stopped).flatten());
                }
                _ = signs.tick() => {
                    if matches!(self.sign(None).await, Err(StoreError::Stale)) {
                        body.abort();
                        return None;
                    }
                }
            }
        }
    }

    async fn close(&self, ended: Result<Option<String>, Fault>) -> Result<(), StoreError> {
        let (now, job) = (self.now().await?, &self.leased.job);
        let end = match ended {
            Ok(result) => End::Done(result),
            Err(Fault::Refused(told)) => End::Failed(told),
            Err(Fault::Again(cause)) => {
                tracing::warn!(job = %job.id, cause, "job put back");
                metrics::counter!("lianmeng_job_attempts_failed_total", "kind" => job.kind.word())
                    .increment(1);
                let run_at = now + rules::pause(job.id, job.attempts);
                return lost_is_fine(
                    store::put_back(&self.office.db, &self.leased, &cause, (now, run_at)).await,
                );
            }
        };
        metrics::counter!("lianmeng_jobs_ended_total", "kind" => job.kind.word()).increment(1);
        let tx = tx::begin(&self.office.db).await?;
        let saved = store::finish(&tx, &self.leased, end, now).await;
        if saved.is_ok() {
            tx::commit(tx).await?;
        }
        lost_is_fine(saved)
    }

    async fn body(self) -> Result<Option<String>, Fault> {
        let job = &self.leased.job;
        match job.kind {
            JobKind::PlanEvent => self.plan_event(read(&job.payload)?).await,
            JobKind::SuggestNeeds => self.suggest_needs(read(&job.payload)?).await,
            JobKind::SuggestNeed => {
                let work: OneNeed = read(&job.payload)?;
                self.suggest(work.need, work.limit).await.map(|()| None)
            }
            JobKind::ExpireReservations => self.expire_reservations(read(&job.payload)?).await,
            JobKind::Housekeeping => self.keep_house().await,
        }
    }

    async fn plan_event(&self, work: PlanWork) -> Result<Option<String>, Fault> {
        let job = &self.leased.job;
        let cmd = PlanEvent {
            target: Target { event: work.event, version: work.version },
            seed: work.seed,
            budget: PlanBudget::Steps(work.steps),
            is_fresh: work.is_fresh,
            request_key: wire(job.id),
        };
        match plan::plan(&self.office.desk(), &job.actor, &cmd).await {
            Ok(event) => Ok(Some(crate::event::wire(event.id))),
            Err(EventCommandError::Command(error)) => Err(error.into()),
            Err(EventCommandError::Infeasible(conflicts)) => {
                let told: Vec<String> = conflicts.into_iter().map(|one| one.text).collect();
                Err(Fault::Refused(told.join("; ")))
            }
            Err(error) => Err(Fault::Refused(error.to_string())),
        }
    }

    /// Goes through the open needs of a committee, newest first, and notes after each twenty how far
    /// it got; the next attempt goes on after the last one noted.
    async fn suggest_needs(&self, work: SuggestWork) -> Result<Option<String>, Fault> {
        let job = &self.leased.job;
        let (sees, reads) = (policy::visibility(&job.actor), policy::reading(&job.actor));
        let eyes = Eyes { sees: &sees, reads: &reads, ..Eyes::ALL };
        let filter = NeedFilter {
            committee: Some(work.committee),
            stages: NeedStage::ALL.iter().copied().filter(|stage| stage.is_standing()).collect(),
            ..NeedFilter::default()
        };
        let total = need::count(&self.office.db, eyes, &filter).await?;
        let mut progress = Progress {
            done: job.progress_done,
            total: i32::try_from(total).unwrap_or(i32::MAX),
            checkpoint: job.checkpoint.clone(),
        };
        loop {
            let after: Option<NeedId> =
                progress.checkpoint.as_deref().and_then(|id| id.parse().ok());
            let window = Window::next(after, NEEDS);
            let needs = need::page(&self.office.db, eyes, &filter, window).await?;
            let Some(last) = needs.last() else {
                return Ok(None);
            };
            progress.checkpoint = Some(last.need.id.to_string());
            for seen in &needs {
                self.suggest(seen.need.id, work.limit).await?;
                progress.done = progress.done.saturating_add(1).min(progress.total);
            }
            match self.sign(Some(&progress)).await {
                Err(StoreError::Stale) => {
                    return Err(Fault::Again("the lease was lost".to_owned()));
                }
                other => other?,
            }
            self.tell();
        }
    }

    async fn suggest(&self, need: NeedId, limit: usize) -> Result<(), Fault> {
        let job = &self.leased.job;
        let request_key = format!("{} {need}", wire(job.id));
        let cmd = MakeSuggestions { need, limit, request_key };
        match suggest::make(&self.office.desk(), &job.actor, &cmd).await {
            // It was answered or taken away meanwhile.
            Ok(()) | Err(SuggestError::NotFound | SuggestError::NotOpen(_)) => Ok(()),
            Err(SuggestError::Engine(cause)) => Err(Fault::Again(cause)),
            Err(SuggestError::Weights(error)) => Err(Fault::Again(error.to_string())),
            Err(SuggestError::Command(error)) => Err(error.into()),
        }
    }

    async fn expire_reservations(&self, work: ExpireWork) -> Result<Option<String>, Fault> {
        // The clock that said that the job is due also says what has lapsed.
        let desk = Desk { now: self.now().await?, ..self.office.desk() };
        let job = &self.leased.job;
        reservation::expire(&desk, &job.actor, work.offer, &wire(job.id)).await?;
        Ok(None)
    }

    async fn keep_house(&self) -> Result<Option<String>, Fault> {
        // What is old is told by the shared clock: a wrong one would throw away what is needed.
        let (db, now) = (&self.office.db, self.now().await?);
        part::make_ahead(db, now.date_naive()).await?;
        let forgotten = idempotency::forget(db, now - KEYS_KEPT).await?;
        let desk = Desk { now, today: local_date(now), ..self.office.desk() };
        login::tidy(&desk).await?;
        reservation::sweep(&desk, &system(), self.leased.job.id).await?;
        let tended = crate::need::tend(&desk, &self.leased.job.actor).await?
            + crate::guest::tend::tend(&desk, &self.leased.job.actor).await?
            + crate::request::tend(&desk, &self.leased.job.actor).await?
            + crate::follow_up::tend(&desk, &self.leased.job.actor).await?;
        // Last: a store that is away keeps nothing else from being done.
        attachment::tend(&desk).await.map_err(|error| Fault::Again(error.to_string()))?;
        tracing::info!(forgotten, tended, "house kept");
        Ok(None)
    }
}

fn lost_is_fine(saved: Result<(), StoreError>) -> Result<(), StoreError> {
    match saved {
        Err(StoreError::Stale) => Ok(()),
        other => other,
    }
}

fn read<T: serde::de::DeserializeOwned>(payload: &str) -> Result<T, Fault> {
    serde_json::from_str(payload)
        .map_err(|error| Fault::Refused(format!("the payload cannot be read: {error}")))
}
