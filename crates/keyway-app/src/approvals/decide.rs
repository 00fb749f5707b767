use keyway_core::{ApprovalId, Error, Kind, Principal, SessionId, Subject};
use keyway_store::{Approval, ApprovalState, DecideApproval, WhoDecided};

use super::{ApprovalView, Approvals, refusal};
use crate::App;
use crate::audit::{Event, EventKind};
use crate::jobs::{Asker, actor_id};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// What somebody decides about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decide<'a> {
    /// It runs, once.
    Approve,
    /// It does not run, and who asked is told why.
    Deny(Option<&'a str>),
}

/// Where somebody decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// At a page of the console.
    Console,
    /// Over HTTP.
    Api,
    /// On the command line.
    Cli,
    /// At the client that asked, as the person there.
    Client,
    /// At a third party, as somebody who said here that it is them.
    Chat,
}

impl Through {
    /// The place as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Api => "api",
            Self::Cli => "cli",
            Self::Client => "client",
            Self::Chat => "chat",
        }
    }
}

impl Approvals {
    /// Decides about a call. Who comes second is told who was first; what has changed since it was
    /// asked about becomes void instead.
    pub async fn decide(
        &self,
        who: &Principal,
        id: &ApprovalId,
        decide: Decide<'_>,
        through: Through,
    ) -> Result<ApprovalView, Error> {
        let reason = match decide {
            Decide::Deny(Some(reason)) => Some(checked(reason)?).filter(|text| !text.is_empty()),
            Decide::Deny(None) | Decide::Approve => None,
        };
        let approval = self.seen(who, id).await?;
        let event = event(EventKind::ApprovalDecided, who, &approval);
        let allowed = self.allowed(who, &approval);
        self.parts.audit.checked(event, allowed).await?;
        if approval.state != ApprovalState::Pending {
            return Err(refusal::decided_already(&approval));
        }
        let state = match decide {
            Decide::Approve => ApprovalState::Approved,
            Decide::Deny(_) => ApprovalState::Denied,
        };
        if state == ApprovalState::Approved
            && let Some(reason) = self.changed(&approval, who).await?
        {
            let now = self.void(who, &approval, reason).await?;
            return Err(refusal::decided_already(&now));
        }
        let first = self.write(who, &approval, state, reason, through).await?;
        let now = self.now(who, id).await?;
        if first {
            self.view(who, &now).await
        } else {
            Err(refusal::decided_already(&now))
        }
    }

    /// Decides about a call that an agent asks for in one session; one that is asked for elsewhere is not there.
    pub async fn decide_in(
        &self,
        who: &Principal,
        session: &SessionId,
        id: &ApprovalId,
        decide: Decide<'_>,
        through: Through,
    ) -> Result<ApprovalView, Error> {
        let approval = self.seen(who, id).await?;
        if approval.session.as_deref() != Some(session.as_str()) {
            return Err(refusal::unknown());
        }
        self.decide(who, id, decide, through).await
    }

    /// Writes a decision down. False when somebody else was first, or it was too late.
    pub(super) async fn write(
        &self,
        who: &Principal,
        approval: &Approval,
        state: ApprovalState,
        reason: Option<&str>,
        through: Through,
    ) -> Result<bool, Error> {
        let parts = &self.parts;
        let decided = WhoDecided {
            by: actor_id(who),
            decider: serde_json::to_string(&Asker::of(who)).map_err(Error::internal)?,
            through: through.as_str().to_owned(),
            at: parts.clock.now(),
        };
        let event = event(EventKind::ApprovalDecided, who, approval)
            .detail("decision", state.as_str())
            .detail("through", through.as_str());
        let event = match reason {
            Some(reason) => event.detail("reason", reason),
            None => event,
        };
        let change = async {
            let decide = DecideApproval {
                state,
                decided: &decided,
                reason,
            };
            let (store, organization) = (&parts.store, who.organization());
            let id = &approval.id;
            let first = store.decide_approval(organization, id, &decide).await?;
            first.then_some(()).ok_or_else(late)
        };
        let done = parts.audit.change(event, change).await;
        if let Some(app) = &self.app {
            app.approval_moved(who.organization());
            if done.is_ok() {
                app.inner.metrics.approvals.decided(state);
            }
        }
        match done {
            Ok(()) => Ok(true),
            Err(error) if error.code() == late().code() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What has changed since a call was asked about, so that it cannot be approved.
    async fn changed(
        &self,
        approval: &Approval,
        who: &Principal,
    ) -> Result<Option<&'static str>, Error> {
        let parts = &self.parts;
        let asker: Asker = serde_json::from_str(&approval.asker).map_err(Error::internal)?;
        let now = asker.now(&parts.store, who.organization(), parts.clock.now());
        match now.await {
            Ok(_) => {}
            Err(error) if error.kind() == Kind::Forbidden => return Ok(Some("requester_gone")),
            Err(error) => return Err(error),
        }
        let app = self.app.as_ref();
        Ok(app.and_then(|app| app.changed_since(who, approval)))
    }

    async fn void(
        &self,
        who: &Principal,
        approval: &Approval,
        reason: &'static str,
    ) -> Result<Approval, Error> {
        let event = event(EventKind::ApprovalVoided, who, approval);
        let (store, organization) = (&self.parts.store, who.organization());
        let change = async {
            store
                .void_approval(organization, &approval.id, reason)
                .await?;
            Ok(())
        };
        let event = event.detail("reason", reason);
        self.parts.audit.change(event, change).await?;
        if let Some(app) = &self.app {
            app.approval_moved(who.organization());
        }
        self.now(who, &approval.id).await
    }

    /// Refuses who may not decide. At a terminal next to a gateway there is the operator alone.
    pub(super) async fn allowed(&self, who: &Principal, approval: &Approval) -> Result<(), Error> {
        match &self.app {
            Some(app) => {
                let thing = app.thing_asked(who, approval);
                app.may_decide(who, approval, &thing).await
            }
            None if *who.subject() == Subject::Local => Ok(()),
            None => Err(crate::access::forbidden()),
        }
    }
}

fn event(kind: EventKind, who: &Principal, approval: &Approval) -> Event {
    let event = Event::new(kind, who)
        .target("approval", approval.id.as_str())
        .approval(approval.id.as_str())
        .tool(&approval.tool);
    match &approval.server {
        Some(server) => event.server(server),
        None => event,
    }
}

impl App {
    /// Writes down what the person at the client said.
    pub(super) async fn write_decision(
        &self,
        who: &Principal,
        approval: &Approval,
        state: ApprovalState,
        reason: Option<&str>,
        through: Through,
    ) -> Result<bool, Error> {
        let approvals = self.approvals();
        approvals.write(who, approval, state, reason, through).await
    }
}

/// A reason that can be shown.
fn checked(reason: &str) -> Result<&str, Error> {
    let reason = reason.trim();
    let odd = |c: char| c.is_control() && c != '\n';
    if reason.chars().count() > LONGEST_REASON || reason.chars().any(odd) {
        return Err(Error::invalid_at(
            "/reason",
            format!("at most {LONGEST_REASON} characters of plain text"),
        ));
    }
    Ok(reason)
}

fn late() -> Error {
    Error::new(
        Kind::Conflict,
        "approval_decided",
        "this was decided already",
    )
}
