use std::sync::Arc;

use keyway_core::ports::Clock;
use keyway_core::{ApprovalId, Error, OrgId, Principal, Role, Scopes, Subject};
use keyway_store::{Approval, ApprovalFilter, ApprovalState, Store};
use keyway_vault::Vault;
use tokio::sync::watch;

use super::admission::place;
use super::canonical::definition_hash;
use super::check::Now;
use super::{ApprovalDetail, ApprovalPage, ApprovalView, refusal};
use crate::audit::Audit;
use crate::jobs::{Asker, actor_id, within};
use crate::pages::Page;
use crate::policy::shown;
use crate::{App, access};

/// Looking at calls that wait for a decision, and deciding. Everyone sees what they or theirs ask for,
/// by a key or a token what was asked with no more scopes than it has; who may decide sees what they
/// may decide about.
#[derive(Debug, Clone)]
pub struct Approvals {
    pub(super) parts: ApprovalParts,
    pub(super) app: Option<App>,
}

/// What [`Approvals`] are made of.
#[derive(Clone)]
pub struct ApprovalParts {
    /// The rows.
    pub store: Store,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// What opens arguments; without it they are not shown.
    pub vault: Option<Vault>,
    /// What happened, written down.
    pub audit: Audit,
}

impl std::fmt::Debug for ApprovalParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApprovalParts").finish_non_exhaustive()
    }
}

/// Which approvals to list.
#[derive(Debug, Clone, Default)]
pub struct ListApprovals<'a> {
    /// Those in this state, by its name.
    pub state: Option<&'a str>,
    /// Only what whoever lists asks for themselves.
    pub own: bool,
    /// Those that an agent asks for in this session, by its id.
    pub session: Option<&'a str>,
    /// The [`ApprovalPage::next_cursor`] of the page before.
    pub cursor: Option<&'a str>,
    /// The most of a page, 50 unless said; at most 200.
    pub limit: Option<u32>,
}

impl App {
    /// Calls that wait for a decision.
    pub fn approvals(&self) -> Approvals {
        let inner = &self.inner;
        Approvals {
            parts: ApprovalParts {
                store: inner.store.clone(),
                clock: Arc::clone(&inner.clock),
                vault: Some(inner.vault.clone()),
                audit: inner.audit.clone(),
            },
            app: Some(self.clone()),
        }
    }

    /// Changes of approvals from now on, of any organization and made by any process. What changed is
    /// not said: whoever cares looks again.
    pub fn approvals_changed(&self) -> watch::Receiver<u64> {
        self.inner.approvals.listen()
    }
}

impl Approvals {
    /// For a process next to a gateway: the operator's.
    pub fn new(parts: ApprovalParts) -> Self {
        Self { parts, app: None }
    }

    /// The same for a process next to the gateway: the operator's, who knows nothing of the tools that
    /// are there.
    #[must_use]
    pub fn beside(self) -> Self {
        Self { app: None, ..self }
    }

    /// The approvals that `who` sees, the last asked first. A page may have fewer than its limit
    /// although another one follows. Who does not administer sees what they may decide about only
    /// where they list what is `pending`.
    pub async fn list(
        &self,
        who: &Principal,
        list: &ListApprovals<'_>,
    ) -> Result<ApprovalPage, Error> {
        let sight = self.sight(who).await?;
        let state = list.state.map(str::parse::<ApprovalState>).transpose();
        let state = state.map_err(|error| Error::invalid_at("/state", error.to_string()))?;
        let page = Page::read(list.cursor, list.limit)?;
        let deciding = sight.all || state == Some(ApprovalState::Pending);
        let own = actor_id(who);
        let filter = ApprovalFilter {
            state,
            actor: (list.own || !deciding).then_some(own.as_str()),
            session: list.session,
            before: page.before,
        };
        let store = &self.parts.store;
        let found = store.approvals(who.organization(), &filter, page.wanted());
        let mut rows = found.await?;
        let next_cursor = page.cut(&mut rows, |row| row.seq);
        let mut approvals = Vec::with_capacity(rows.len());
        for row in rows {
            let row = self.as_of_now(row);
            let may_decide = self.allowed(who, &row).await.is_ok();
            if may_decide || sight.reaches(&row, &own) {
                let may_decide = may_decide && row.state == ApprovalState::Pending;
                let view = ApprovalView::new(&row, may_decide, self.parts.clock.now());
                approvals.push(self.with_names(who, view).await?);
            }
        }
        Ok(ApprovalPage {
            approvals,
            next_cursor,
        })
    }

    /// How many calls wait that `who` may decide about, or asks for where they do not administer.
    pub async fn count_pending(&self, who: &Principal) -> Result<u64, Error> {
        let sight = self.sight(who).await?;
        let own = actor_id(who);
        let actor = (!sight.all).then_some(own.as_str());
        let store = &self.parts.store;
        Ok(store
            .count_pending_approvals(who.organization(), actor)
            .await?)
    }

    /// One approval, and what is asked about.
    pub async fn show(&self, who: &Principal, id: &ApprovalId) -> Result<ApprovalDetail, Error> {
        let row = self.seen(who, id).await?;
        let organization = who.organization();
        let contents = self.parts.store.approval_contents(organization, id);
        let (sealed, definition) = contents.await?.ok_or_else(refusal::unknown)?;
        let opened = match &self.parts.vault {
            Some(vault) => {
                let place = place(organization.as_str(), id.as_str());
                let opened = vault.open(&place, &sealed).map_err(Error::internal)?;
                Some(String::from_utf8(opened.expose().clone()).map_err(Error::internal)?)
            }
            None => None,
        };
        let now = self.app.as_ref().map(|app| app.definition_now(who, &row));
        let now = match now {
            Some(Now::Is(now)) if definition_hash(now.as_str()) != row.definition_hash => Some(now),
            _ => None,
        };
        Ok(ApprovalDetail {
            approval: self.view(who, &row).await?,
            argument_bytes: opened.as_ref().map(String::len),
            arguments: opened.as_deref().map(shown),
            call_sha256: hex(&row.call_hash),
            definition: readable(&definition),
            definition_now: now.map(|now| readable(now.as_str())),
        })
    }

    pub(super) async fn view(
        &self,
        who: &Principal,
        row: &Approval,
    ) -> Result<ApprovalView, Error> {
        let pending = row.state == ApprovalState::Pending;
        let may_decide = pending && self.allowed(who, row).await.is_ok();
        let view = ApprovalView::new(row, may_decide, self.parts.clock.now());
        self.with_names(who, view).await
    }

    async fn with_names(
        &self,
        who: &Principal,
        mut view: ApprovalView,
    ) -> Result<ApprovalView, Error> {
        let organization = who.organization();
        view.actor_name = self.name(organization, &view.actor).await?;
        if let Some(decided) = &view.decided_by {
            view.decided_by_name = self.name(organization, decided).await?;
        }
        Ok(view)
    }

    /// What a person or a service account of an organization is called.
    pub(crate) async fn name(
        &self,
        organization: &OrgId,
        id: &str,
    ) -> Result<Option<String>, Error> {
        let store = &self.parts.store;
        if let Ok(user) = id.parse() {
            let member = store.member(organization, &user).await?;
            return Ok(member.map(|member| member.name));
        }
        let Ok(account) = id.parse() else {
            return Ok(None);
        };
        let account = store.service_account(organization, &account).await?;
        Ok(account.map(|account| account.name))
    }

    /// An approval that `who` may see.
    pub(super) async fn seen(&self, who: &Principal, id: &ApprovalId) -> Result<Approval, Error> {
        let row = self.now(who, id).await?;
        let sight = self.sight(who).await?;
        let own = actor_id(who);
        if sight.all || sight.reaches(&row, &own) || self.allowed(who, &row).await.is_ok() {
            return Ok(row);
        }
        Err(refusal::unknown())
    }

    pub(super) async fn now(&self, who: &Principal, id: &ApprovalId) -> Result<Approval, Error> {
        let found = self.parts.store.approval(who.organization(), id).await?;
        Ok(self.as_of_now(found.ok_or_else(refusal::unknown)?))
    }

    fn as_of_now(&self, mut row: Approval) -> Approval {
        let open = matches!(row.state, ApprovalState::Pending | ApprovalState::Approved);
        if open && row.expires_at <= self.parts.clock.now() {
            row.state = ApprovalState::Expired;
        }
        row
    }

    async fn sight(&self, who: &Principal) -> Result<Sight, Error> {
        let role = access::role(&self.parts.store, who).await?;
        let all = role.is_some_and(Role::administers) && who.scopes().admin();
        let narrow = matches!(
            who.subject(),
            Subject::ApiKey { .. } | Subject::Token { .. }
        );
        Ok(Sight {
            all,
            bound: narrow.then(|| (who.scopes().clone(), role.unwrap_or(Role::Member))),
        })
    }
}

/// Which approvals somebody sees.
struct Sight {
    /// All of the organization.
    all: bool,
    /// Of their own those asked with no more than these scopes, as far as this role may have more.
    bound: Option<(Scopes, Role)>,
}

impl Sight {
    fn reaches(&self, row: &Approval, own: &str) -> bool {
        if self.all {
            return true;
        }
        let had = serde_json::from_str::<Asker>(&row.asker);
        row.actor == own
            && match (&self.bound, had.ok().and_then(|asker| asker.scopes())) {
                (Some((scopes, role)), Some(had)) => scopes.covers(&within(&had, *role)),
                _ => true,
            }
    }
}

/// A definition as a value. What cannot be read (half a pair of surrogates) is one text.
fn readable(definition: &str) -> serde_json::Value {
    let value = serde_json::from_str(definition);
    value.unwrap_or_else(|_| definition.into())
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    let each = bytes.iter();
    each.flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
