use jiff::Timestamp;
use keyway_core::{OrgId, Secret, UserId};

use crate::engine::{query, query_as};
use crate::error::Doing as _;
use crate::{Store, StoreError, ending, facts, oauth, people, store, web_sessions};

/// What a link that works once is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To set up the first owner.
    Setup,
    /// To choose another password.
    Reset,
}

/// A link that works once. Its secret is never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// What it is for.
    pub purpose: Purpose,
    /// The organization it was made in.
    pub organization: OrgId,
    /// Whose it is.
    pub user: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// What a person becomes by using a link.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Their name, if it changes.
    pub name: Option<String>,
    /// Their e-mail address, if it changes; it is known to be theirs then.
    pub email: Option<String>,
    /// Their password, hashed.
    pub password_hash: Secret<String>,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Reset => "reset",
        }
    }
}

impl Store {
    /// Stores a link, whose secret hashes to `hash`. Earlier ones of the same person and purpose end.
    pub async fn create_link(&self, new: &OneTimeLink, hash: &str) -> Result<(), StoreError> {
        let doing = "make a link";
        let mut transaction = self.write(doing).await?;
        let name = || [format!("links/{}", new.user)];
        transaction.alone(name).await.doing(doing)?;
        query("DELETE FROM one_time_links WHERE user_id = $1 AND purpose = $2")
            .bind(new.user.as_str())
            .bind(new.purpose.as_str())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        query(
            "INSERT INTO one_time_links (hash, purpose, organization_id, user_id, created_at, \
             expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(hash)
        .bind(new.purpose.as_str())
        .bind(new.organization.as_str())
        .bind(new.user.as_str())
        .bind(new.created_at.as_millisecond())
        .bind(new.expires_at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        transaction.commit().await.doing(doing)
    }

    /// The link whose secret has this hash, if it works at `now`. Names no organization, because it is
    /// what finds out which one it is.
    pub async fn link(
        &self,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<OneTimeLink>, StoreError> {
        let row: Option<Row> = query_as(
            "SELECT l.purpose, l.organization_id, l.user_id, l.created_at, l.expires_at \
             FROM one_time_links l JOIN users u ON u.id = l.user_id \
             WHERE l.hash = $1 AND l.used_at IS NULL AND l.expires_at > $2 \
             AND u.disabled_at IS NULL",
        )
        .bind(hash)
        .bind(now.as_millisecond())
        .fetch_optional(self.pool())
        .await
        .doing("look up a link")?;
        row.map(Row::read).transpose()
    }

    /// Uses a link: marks it, changes its person and ends all their web sessions, OAuth grants and
    /// other links, or none of it. Answers false when it does not work at `now`: of many who try at once, one does. A
    /// set-up that somebody else has done meanwhile does not work either. A taken address is
    /// [`crate::Reason::Conflict`].
    pub async fn use_link(
        &self,
        link: &OneTimeLink,
        hash: &str,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "use a link";
        let mut transaction = self.write(doing).await?;
        let names = || {
            let setup = format!("setup/{}", link.organization);
            [setup, oauth::lock_of_user(&link.user)]
        };
        transaction.alone(names).await.doing(doing)?;
        if link.purpose == Purpose::Setup
            && people::owner_can_sign_in(&mut *transaction, &link.organization).await?
        {
            return Ok(false);
        }
        let marked = query(
            "UPDATE one_time_links SET used_at = $3 WHERE hash = $1 AND user_id = $2 \
             AND used_at IS NULL AND expires_at > $3",
        )
        .bind(hash)
        .bind(link.user.as_str())
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if marked.rows_affected() == 0 {
            return Ok(false);
        }
        query(
            "UPDATE users SET name = coalesce($2, name), email = coalesce($3, email), \
             email_verified_at = CASE WHEN $3 IS NULL THEN email_verified_at ELSE $5 END, \
             password_hash = $4, password_set_at = $5 WHERE id = $1",
        )
        .bind(link.user.as_str())
        .bind(&credentials.name)
        .bind(&credentials.email)
        .bind(credentials.password_hash.expose())
        .bind(now.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        query("DELETE FROM one_time_links WHERE user_id = $1 AND used_at IS NULL")
            .bind(link.user.as_str())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        web_sessions::end_all(&mut transaction, &link.user, now).await?;
        ending::grants(&mut transaction, &link.user, now).await?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    purpose: String,
    organization_id: String,
    user_id: String,
    created_at: i64,
    expires_at: i64,
}

impl Row {
    fn read(self) -> Result<OneTimeLink, StoreError> {
        Ok(OneTimeLink {
            purpose: match self.purpose.as_str() {
                "setup" => Purpose::Setup,
                "reset" => Purpose::Reset,
                _ => return Err(store::damaged()),
            },
            organization: store::id(&self.organization_id)?,
            user: store::id(&self.user_id)?,
            created_at: store::moment(self.created_at)?,
            expires_at: store::moment(self.expires_at)?,
        })
    }
}
