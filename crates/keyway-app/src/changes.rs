//! What changed in an organization, by its name only: for pages that somebody looks at.

use keyway_core::{OrgId, Principal};
use tokio::sync::broadcast;

use crate::App;

/// How many changes somebody may be behind before they are told of everything.
const MOST: usize = 256;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Something is in the audit log.
    Activity,
    /// A call waits for an approval, or does no more.
    Approvals,
    /// Something an administrator looks after.
    Govern,
    /// The state of an MCP server.
    Servers,
    /// A session of an agent.
    Sessions,
    /// A list of tools, resources or prompts.
    Tools,
}

/// Who tells what changed in which organization. Cheap to clone; never waits.
#[derive(Debug, Clone)]
pub(crate) struct Changes(broadcast::Sender<(OrgId, Topic)>);

/// What changes in one organization from now on.
#[derive(Debug)]
pub struct Watching {
    receiver: broadcast::Receiver<(OrgId, Topic)>,
    organization: OrgId,
}

/// What is told to who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// This changed.
    One(Topic),
    /// Some changes were missed: anything may have changed.
    Missed,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 6] = [
        Self::Activity,
        Self::Approvals,
        Self::Govern,
        Self::Servers,
        Self::Sessions,
        Self::Tools,
    ];

    /// Its name in pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Approvals => "approvals",
            Self::Govern => "govern",
            Self::Servers => "servers",
            Self::Sessions => "sessions",
            Self::Tools => "tools",
        }
    }
}

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::Sender::new(MOST))
    }
}

impl Changes {
    /// Tells that something changed in an organization.
    pub(crate) fn tell(&self, organization: &OrgId, topic: Topic) {
        if self.0.receiver_count() > 0 {
            // Nobody may have been left meanwhile.
            let _ = self.0.send((organization.clone(), topic));
        }
    }
}

impl App {
    /// What changes in the organization of `who` from now on.
    pub fn watch_changes(&self, who: &Principal) -> Watching {
        Watching {
            receiver: self.inner.changes.0.subscribe(),
            organization: who.organization().clone(),
        }
    }
}

impl Watching {
    /// Waits for the next change. `None` once there will be no more.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            match self.receiver.recv().await {
                Ok((organization, topic)) if organization == self.organization => {
                    return Some(Told::One(topic));
                }
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return Some(Told::Missed),
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_hears_of_ones_own_organization_alone() {
        let changes = Changes::default();
        let organization = |text: &str| text.parse::<OrgId>().unwrap();
        let own = organization("org_00000000-0000-7000-8000-000000000001");
        let other = organization("org_00000000-0000-7000-8000-000000000002");
        let mut watching = Watching {
            receiver: changes.0.subscribe(),
            organization: own.clone(),
        };
        changes.tell(&other, Topic::Approvals);
        changes.tell(&own, Topic::Tools);
        assert_eq!(watching.next().await, Some(Told::One(Topic::Tools)));
        for _ in 0..=MOST {
            changes.tell(&own, Topic::Activity);
        }
        assert_eq!(watching.next().await, Some(Told::Missed));
    }
}
