use std::collections::HashMap;

use keyway_core::OrgId;
use keyway_core::json::quote;

use crate::engine::query_as;
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// What has a name for people beside its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedKind {
    /// A member.
    User,
    /// A service account.
    ServiceAccount,
    /// An API key, also one that was revoked.
    ApiKey,
    /// An OAuth client that the organization has to do with.
    OauthClient,
    /// A grant; it is called as its client is, and found at that.
    OauthGrant,
    /// An instance of a credential, with the key of its definition.
    Credential,
    /// A connector, found by its slug.
    Connector,
    /// A project.
    Project,
    /// An invitation, by the address it is for.
    Invitation,
    /// A session of an agent, by its title.
    Session,
    /// An approval, by the tool it is for.
    Approval,
    /// The organization itself.
    Organization,
}

/// How something is called, and by what it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Its name for people. Text from outside.
    pub name: String,
    /// What leads to it: its own id, but of a grant the client's and of a connector the slug.
    pub place: String,
}

impl NamedKind {
    /// Id, name and place of those whose ids are the members of `$2`.
    fn sql(self) -> &'static str {
        match self {
            Self::User => {
                "SELECT u.id, u.name, u.id FROM memberships m JOIN users u ON u.id = m.user_id \
                 WHERE m.organization_id = $1 AND m.user_id IN (SELECT value FROM json_each($2))"
            }
            Self::ServiceAccount => {
                "SELECT id, name, id FROM service_accounts \
                 WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))"
            }
            Self::ApiKey => {
                "SELECT id, name, id FROM api_keys \
                 WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))"
            }
            // Clients that registered themselves are nobody's: they are an organization's that granted
            // them something, or keeps them out.
            Self::OauthClient => {
                "SELECT c.id, c.name, c.id FROM oauth_clients c \
                 WHERE c.id IN (SELECT value FROM json_each($2)) AND (c.organization_id = $1 \
                 OR c.organization_id IS NULL AND (EXISTS (SELECT 1 FROM oauth_grants g \
                 WHERE g.client_id = c.id AND g.organization_id = $1) \
                 OR EXISTS (SELECT 1 FROM oauth_client_blocks b \
                 WHERE b.client_id = c.id AND b.organization_id = $1)))"
            }
            Self::OauthGrant => {
                "SELECT g.id, c.name, c.id FROM oauth_grants g \
                 JOIN oauth_clients c ON c.id = g.client_id \
                 WHERE g.organization_id = $1 AND g.id IN (SELECT value FROM json_each($2))"
            }
            Self::Credential => {
                "SELECT id, key || ' ' || name, id FROM credentials \
                 WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))"
            }
            Self::Connector => {
                "SELECT id, name, slug FROM connectors WHERE organization_id = $1 \
                 AND removed_at IS NULL AND id IN (SELECT value FROM json_each($2))"
            }
            Self::Project => {
                "SELECT id, name, id FROM projects \
                 WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))"
            }
            Self::Invitation => {
                "SELECT id, email, id FROM invitations \
                 WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))"
            }
            Self::Session => {
                "SELECT id, title, id FROM sessions \
                 WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))"
            }
            Self::Approval => {
                "SELECT id, tool, id FROM approvals \
                 WHERE organization_id = $1 AND id IN (SELECT value FROM json_each($2))"
            }
            Self::Organization => {
                "SELECT id, name, id FROM organizations \
                 WHERE id = $1 AND id IN (SELECT value FROM json_each($2))"
            }
        }
    }
}

impl Store {
    /// How those of a kind are called that an organization has, by their ids: one query, however many
    /// there are. Of those that are not there, or are another organization's, nothing is told.
    pub async fn names(
        &self,
        organization: &OrgId,
        kind: NamedKind,
        ids: &[&str],
    ) -> Result<HashMap<String, Name>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        // One text instead of as many placeholders as there are ids.
        let ids: Vec<_> = ids.iter().map(|id| quote(id)).collect();
        let rows: Vec<(String, String, String)> = query_as(kind.sql())
            .bind(organization.as_str())
            .bind(format!("[{}]", ids.join(",")))
            .fetch_all(self.pool())
            .await
            .doing("look up names")?;
        let named = rows
            .into_iter()
            .map(|(id, name, place)| (id, Name { name, place }));
        Ok(named.collect())
    }
}
