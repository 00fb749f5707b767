//! What events are about, by the names it has now.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use keyway_core::{Error, Principal};
use keyway_store::{Name, NamedKind};

use super::entry::{AuditEntry, Named};
use crate::{App, access};

/// What events are about and is still there.
#[derive(Debug, Default)]
pub struct AuditTargets(BTreeMap<NamedKind, HashMap<String, Name>>);

impl AuditTargets {
    /// How the target of an event is called now, and by what it is found.
    pub fn of(&self, target: &Named) -> Option<(NamedKind, &Name)> {
        let kind = kind(&target.kind)?;
        Some((kind, self.0.get(&kind)?.get(&target.id)?))
    }
}

impl App {
    /// What events of the organization of `who`, who has to be an administrator, are about, as far as it
    /// is still there: one query for each kind of thing, however many events there are.
    pub async fn audit_targets(
        &self,
        who: &Principal,
        entries: &[AuditEntry],
    ) -> Result<AuditTargets, Error> {
        access::administer(&self.inner.store, who).await?;
        let mut ids: BTreeMap<NamedKind, BTreeSet<&str>> = BTreeMap::new();
        for target in entries.iter().filter_map(|entry| entry.target.as_ref()) {
            if let Some(kind) = kind(&target.kind) {
                ids.entry(kind).or_default().insert(&target.id);
            }
        }
        let mut targets = BTreeMap::new();
        for (kind, ids) in ids {
            let ids: Vec<_> = ids.into_iter().collect();
            let found = self.inner.store.names(who.organization(), kind, &ids);
            targets.insert(kind, found.await?);
        }
        Ok(AuditTargets(targets))
    }
}

/// What a kind of target is, where that has a name.
fn kind(target: &str) -> Option<NamedKind> {
    Some(match target {
        "user" => NamedKind::User,
        "service_account" => NamedKind::ServiceAccount,
        "api_key" => NamedKind::ApiKey,
        "oauth_client" => NamedKind::OauthClient,
        "oauth_grant" => NamedKind::OauthGrant,
        "credential" => NamedKind::Credential,
        "connector" => NamedKind::Connector,
        "project" => NamedKind::Project,
        "invitation" => NamedKind::Invitation,
        "session" => NamedKind::Session,
        "approval" => NamedKind::Approval,
        "organization" => NamedKind::Organization,
        _ => return None,
    })
}
