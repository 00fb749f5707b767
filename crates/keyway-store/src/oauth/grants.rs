use jiff::Timestamp;
use keyway_core::{Actor, ClientId, GrantId, OrgId, Scopes};

use super::alone::lock_of;
use super::grant_kind::{GrantKind, RevokedFor};
use super::pending;
use crate::engine::{Connection, query, query_as};
use crate::error::Doing as _;
use crate::slice::pattern;
use crate::{Store, StoreError, facts, store};

/// A grant about to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// Its id.
    pub id: GrantId,
    /// In which organization it was given.
    pub organization: OrgId,
    /// By whom.
    pub owner: Actor,
    /// To which client.
    pub client: ClientId,
    /// How it came about.
    pub kind: GrantKind,
    /// For what.
    pub scopes: Scopes,
    /// For which resource.
    pub resource: String,
    /// Now.
    pub created_at: Timestamp,
    /// The absolute end of all its tokens.
    pub expires_at: Timestamp,
}

/// A grant as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// As it was stored.
    pub grant: NewGrant,
    /// The client's name.
    pub client_name: String,
    /// The name of who gave it.
    pub owner_name: String,
    /// When a token of it was last used or renewed.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked, and why.
    pub revoked: Option<(Timestamp, RevokedFor)>,
}

/// Which grants are meant.
#[derive(Debug, Clone, Default)]
pub struct GrantFilter {
    /// Those of this client.
    pub client: Option<ClientId>,
    /// Those this one gave.
    pub owner: Option<Actor>,
    /// Those that are valid at this moment; all when absent.
    pub valid_at: Option<Timestamp>,
    /// Those in the name of whose client or owner this is found; letters of ASCII in either case.
    pub search: Option<String>,
}

/// Whose grants end.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// Everyone's.
    All,
    /// Those of one client.
    Client(&'a ClientId),
    /// Those one person or service account gave.
    Owner(&'a Actor),
    /// Those one gave to one client.
    OwnerAndClient(&'a Actor, &'a ClientId),
}

/// Grants with the names of who they are about, one row each.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.organization_id, g.user_id, g.service_account_id, g.client_id, g.kind, \
             g.scopes, g.resource, g.created_at, g.last_used_at, g.expires_at, g.revoked_at, \
             g.revoked_for, c.name AS client_name, coalesce(u.name, s.name) AS owner_name \
             FROM oauth_grants g JOIN oauth_clients c ON c.id = g.client_id \
             LEFT JOIN users u ON u.id = g.user_id \
             LEFT JOIN service_accounts s \
             ON s.organization_id = g.organization_id AND s.id = g.service_account_id ",
            $rest
        )
    };
}

impl Store {
    /// One page of an organization's grants, newest first, after the one named `after`.
    pub async fn oauth_grants(
        &self,
        organization: &OrgId,
        filter: &GrantFilter,
        after: Option<&GrantId>,
        limit: u32,
    ) -> Result<Vec<Grant>, StoreError> {
        let (user, account) = filter
            .owner
            .as_ref()
            .map_or((None, None), store::actor_columns);
        let rows: Vec<Row> = query_as(select!(
            "WHERE g.organization_id = $1 AND g.id < $2 \
             AND ($3 IS NULL OR g.client_id = $3) AND ($4 IS NULL OR g.user_id = $4) \
             AND ($5 IS NULL OR g.service_account_id = $5) \
             AND ($6 IS NULL OR (g.revoked_at IS NULL AND g.expires_at > $6)) \
             AND ($8 IS NULL OR lower(c.name) LIKE $8 ESCAPE '\\' \
             OR lower(coalesce(u.name, s.name)) LIKE $8 ESCAPE '\\') \
             ORDER BY g.id DESC LIMIT $7"
        ))
        .bind(organization.as_str())
        // Every id begins with a letter: a tilde comes after all of them, and lets the index be used.
        .bind(after.map_or("~", GrantId::as_str))
        .bind(filter.client.as_ref().map(ClientId::as_str))
        .bind(user)
        .bind(account)
        .bind(filter.valid_at.map(Timestamp::as_millisecond))
        .bind(limit)
        .bind(filter.search.as_deref().and_then(pattern))
        .fetch_all(self.pool())
        .await
        .doing("list the grants")?;
        rows.into_iter().map(Row::read).collect()
    }

    /// One grant of an organization.
    pub async fn oauth_grant(
        &self,
        organization: &OrgId,
        id: &GrantId,
    ) -> Result<Option<Grant>, StoreError> {
        let row: Option<Row> = query_as(select!("WHERE g.organization_id = $1 AND g.id = $2"))
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.pool())
            .await
            .doing("read a grant")?;
        row.map(Row::read).transpose()
    }

    /// Revokes one grant. When a person or the client itself ends it, the consent behind it is
    /// forgotten, too; when a person does, also the codes its client holds of its owner. Answers false when it is not there; revoking it again
    /// changes nothing.
    pub async fn revoke_oauth_grant(
        &self,
        organization: &OrgId,
        id: &GrantId,
        reason: RevokedFor,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "revoke a grant";
        let mut transaction = self.write(doing).await?;
        let name = || [lock_of(organization)];
        transaction.alone(name).await.doing(doing)?;
        let parties: Option<(String, Option<String>)> = query_as(
            "SELECT client_id, user_id FROM oauth_grants WHERE organization_id = $1 AND id = $2",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_optional(&mut *transaction)
        .await
        .doing(doing)?;
        let Some((client, user)) = parties else {
            return Ok(false);
        };
        end(&mut transaction, id, reason, at).await?;
        let by_person = matches!(reason, RevokedFor::User | RevokedFor::Admin);
        if by_person || reason == RevokedFor::Client {
            query(
                "DELETE FROM oauth_consents WHERE EXISTS (SELECT 1 FROM oauth_grants g \
                 WHERE g.id = $1 AND g.organization_id = oauth_consents.organization_id \
                 AND g.user_id = oauth_consents.user_id \
                 AND g.client_id = oauth_consents.client_id)",
            )
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
            // Another copy of the same client may be on its way to a grant of its own.
            if by_person && user.is_some() {
                let user = user.as_deref();
                pending::forget(&mut transaction, organization, Some(&client), user).await?;
            }
        }
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }

    /// Revokes many grants of an organization, and forgets the consents behind them and the codes
    /// that were not redeemed yet. Answers how many grants were valid.
    pub async fn revoke_oauth_grants(
        &self,
        organization: &OrgId,
        whose: Whose<'_>,
        reason: RevokedFor,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let doing = "revoke grants";
        let (owner, client) = match whose {
            Whose::All => (None, None),
            Whose::Client(client) => (None, Some(client)),
            Whose::Owner(owner) => (Some(owner), None),
            Whose::OwnerAndClient(owner, client) => (Some(owner), Some(client)),
        };
        let (user, account) = owner.map_or((None, None), store::actor_columns);
        let mut transaction = self.write(doing).await?;
        let name = || [lock_of(organization)];
        transaction.alone(name).await.doing(doing)?;
        let ended = query(
            "UPDATE oauth_grants SET revoked_at = $4, revoked_for = $5 \
             WHERE organization_id = $1 AND revoked_at IS NULL AND expires_at > $4 \
             AND ($2 IS NULL OR client_id = $2) AND ($3 IS NULL OR user_id = $3) \
             AND ($6 IS NULL OR service_account_id = $6)",
        )
        .bind(organization.as_str())
        .bind(client.map(ClientId::as_str))
        .bind(user)
        .bind(at.as_millisecond())
        .bind(reason.as_str())
        .bind(account)
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if account.is_none() {
            query(
                "DELETE FROM oauth_consents WHERE organization_id = $1 \
                 AND ($2 IS NULL OR client_id = $2) AND ($3 IS NULL OR user_id = $3)",
            )
            .bind(organization.as_str())
            .bind(client.map(ClientId::as_str))
            .bind(user)
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
            let client = client.map(ClientId::as_str);
            pending::forget(&mut transaction, organization, client, user).await?;
        }
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(ended.rows_affected())
    }
}

pub(super) async fn insert(connection: &mut Connection, new: &NewGrant) -> Result<(), StoreError> {
    let (user, account) = store::actor_columns(&new.owner);
    query(
        "INSERT INTO oauth_grants (id, organization_id, user_id, service_account_id, client_id, \
         kind, scopes, resource, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.id.as_str())
    .bind(new.organization.as_str())
    .bind(user)
    .bind(account)
    .bind(new.client.as_str())
    .bind(new.kind.as_str())
    .bind(new.scopes.to_string())
    .bind(&new.resource)
    .bind(new.created_at.as_millisecond())
    .bind(new.expires_at.as_millisecond())
    .execute(connection)
    .await
    .map(drop)
    .doing("store a grant")
}

/// Revokes a grant. The first reason counts.
pub(super) async fn end(
    connection: &mut Connection,
    id: &GrantId,
    reason: RevokedFor,
    at: Timestamp,
) -> Result<(), StoreError> {
    query(
        "UPDATE oauth_grants SET revoked_at = $2, revoked_for = $3 \
         WHERE id = $1 AND revoked_at IS NULL",
    )
    .bind(id.as_str())
    .bind(at.as_millisecond())
    .bind(reason.as_str())
    .execute(&mut *connection)
    .await
    .doing("revoke a grant")?;
    facts::bump_auth_epoch(connection).await
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    organization_id: String,
    user_id: Option<String>,
    service_account_id: Option<String>,
    client_id: String,
    kind: String,
    scopes: String,
    resource: String,
    created_at: i64,
    last_used_at: Option<i64>,
    expires_at: i64,
    revoked_at: Option<i64>,
    revoked_for: Option<String>,
    client_name: String,
    owner_name: Option<String>,
}

impl Row {
    fn read(self) -> Result<Grant, StoreError> {
        let revoked = match (self.revoked_at, self.revoked_for.as_deref()) {
            (Some(at), Some(reason)) => Some((store::moment(at)?, RevokedFor::read(reason)?)),
            _ => None,
        };
        Ok(Grant {
            grant: NewGrant {
                id: store::id(&self.id)?,
                organization: store::id(&self.organization_id)?,
                owner: store::actor(self.user_id.as_deref(), self.service_account_id.as_deref())?,
                client: store::id(&self.client_id)?,
                kind: GrantKind::read(&self.kind)?,
                scopes: store::scopes(&self.scopes)?,
                resource: self.resource,
                created_at: store::moment(self.created_at)?,
                expires_at: store::moment(self.expires_at)?,
            },
            client_name: self.client_name,
            owner_name: self.owner_name.unwrap_or_default(),
            last_used_at: self.last_used_at.map(store::moment).transpose()?,
            revoked,
        })
    }
}
