use jiff::Timestamp;
use keyway_core::{OrgId, UserId, WebSessionId};

use crate::engine::{query, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError};

/// Whose sign-in for a credential it is, and for which one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInOf {
    /// The organization.
    pub organization: OrgId,
    /// The person.
    pub user: UserId,
    /// The web session it began in.
    pub session: WebSessionId,
    /// The key of the credential's definition.
    pub key: String,
}

/// A person who is at an authorization server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialSignIn {
    /// The hash of its `state`.
    pub id: String,
    /// Whose it is.
    pub of: SignInOf,
    /// What is needed to complete it, sealed.
    pub sealed: Vec<u8>,
    /// Until when it may be completed.
    pub expires_at: Timestamp,
}

impl Store {
    /// Keeps a sign-in until the person comes back. Those that lapsed at `now` go.
    pub async fn begin_credential_sign_in(
        &self,
        new: &CredentialSignIn,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "keep a sign-in";
        let mut transaction = self.write(doing).await?;
        query("DELETE FROM credential_sign_ins WHERE expires_at <= $1")
            .bind(now.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        query(
            "INSERT INTO credential_sign_ins (id, organization_id, user_id, web_session_id, key, \
             sealed, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&new.id)
        .bind(new.of.organization.as_str())
        .bind(new.of.user.as_str())
        .bind(new.of.session.as_str())
        .bind(&new.of.key)
        .bind(&new.sealed)
        .bind(new.expires_at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)
    }

    /// Takes a sign-in out, so that it is completed once: what is sealed of it. `None` when it lapsed,
    /// was taken, or is another person's, web session's or credential's; those stay theirs.
    pub async fn take_credential_sign_in(
        &self,
        id: &str,
        of: &SignInOf,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        query_scalar(
            "DELETE FROM credential_sign_ins WHERE id = $1 AND organization_id = $2 \
             AND user_id = $3 AND web_session_id = $4 AND key = $5 AND expires_at > $6 \
             RETURNING sealed",
        )
        .bind(id)
        .bind(of.organization.as_str())
        .bind(of.user.as_str())
        .bind(of.session.as_str())
        .bind(&of.key)
        .bind(now.as_millisecond())
        .fetch_optional(self.pool())
        .await
        .doing("take up a sign-in")
    }
}
