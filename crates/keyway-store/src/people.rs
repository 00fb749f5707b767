use jiff::Timestamp;
use keyway_core::{OrgId, Role, Secret, UserId};

use crate::engine::{Connection, Executor, query, query_as, query_scalar};
use crate::error::Doing as _;
use crate::{Store, StoreError, facts, memberships, store};

/// A person, wherever they belong.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address, in small letters; unique.
    pub email: Option<String>,
    /// Since when the address is known to be theirs.
    pub email_verified_at: Option<Timestamp>,
    /// Their password as it is kept: argon2id in PHC form.
    pub password_hash: Option<Secret<String>>,
    /// Since when they are kept out.
    pub disabled_at: Option<Timestamp>,
}

/// A person about to be made.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address, in small letters.
    pub email: Option<String>,
    /// Since when the address is known to be theirs.
    pub email_verified_at: Option<Timestamp>,
    /// Their password, hashed.
    pub password_hash: Option<Secret<String>>,
    /// Now.
    pub created_at: Timestamp,
}

/// A person as an issuer knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The issuer.
    pub issuer: String,
    /// Who they are there.
    pub subject: String,
}

/// People are not an organization's, so these calls name none; what a person may reach is found out
/// by [`Store::memberships`].
impl Store {
    /// The person with this id.
    pub async fn person(&self, user: &UserId) -> Result<Option<Person>, StoreError> {
        read(self.pool(), "id", user.as_str()).await
    }

    /// The person with this e-mail address, which is in small letters.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<Person>, StoreError> {
        read(self.pool(), "email", email).await
    }

    /// The person whom an issuer knows as this.
    pub async fn person_by_identity(
        &self,
        identity: &Identity,
    ) -> Result<Option<Person>, StoreError> {
        let user: Option<String> =
            query_scalar("SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2")
                .bind(&identity.issuer)
                .bind(&identity.subject)
                .fetch_optional(self.pool())
                .await
                .doing("look up an identity")?;
        match user {
            Some(user) => read(self.pool(), "id", &user).await,
            None => Ok(None),
        }
    }

    /// Lets a person sign in by an identity. One that is somebody's is [`crate::Reason::Conflict`].
    pub async fn link_identity(
        &self,
        user: &UserId,
        identity: &Identity,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "link an identity";
        let mut transaction = self.write(doing).await?;
        insert_identity(&mut transaction, user, identity, at).await?;
        transaction.commit().await.doing(doing)
    }

    /// Makes a person who belongs to `organization`, with the identity they came with if there is one.
    /// A taken address or identity is [`crate::Reason::Conflict`], and nothing is made.
    pub async fn create_person(
        &self,
        organization: &OrgId,
        role: Role,
        new: &NewPerson,
        identity: Option<&Identity>,
    ) -> Result<(), StoreError> {
        let doing = "make a user";
        let mut transaction = self.write(doing).await?;
        insert(&mut transaction, new).await?;
        memberships::insert(
            &mut transaction,
            organization,
            &new.id,
            role,
            new.created_at,
        )
        .await?;
        if let Some(identity) = identity {
            insert_identity(&mut transaction, &new.id, identity, new.created_at).await?;
        }
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)
    }

    /// Makes someone a member who is not; who is stays what they are.
    pub async fn join(
        &self,
        organization: &OrgId,
        user: &UserId,
        role: Role,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "make a membership";
        let mut transaction = self.write(doing).await?;
        memberships::insert(&mut transaction, organization, user, role, at).await?;
        facts::bump_auth_epoch(&mut transaction).await?;
        transaction.commit().await.doing(doing)
    }

    /// Gives a person another password, and ends all their web sessions and open links.
    pub async fn set_password(
        &self,
        user: &UserId,
        hash: &Secret<String>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let doing = "change a password";
        let mut transaction = self.write(doing).await?;
        query("UPDATE users SET password_hash = $2, password_set_at = $3 WHERE id = $1")
            .bind(user.as_str())
            .bind(hash.expose())
            .bind(at.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        query("DELETE FROM one_time_links WHERE user_id = $1 AND used_at IS NULL")
            .bind(user.as_str())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        crate::web_sessions::end_all(&mut transaction, user, at).await?;
        transaction.commit().await.doing(doing)
    }

    /// Puts a password's new hash in the place of its old one, unless it was changed meanwhile.
    pub async fn rehash_password(
        &self,
        user: &UserId,
        old: &Secret<String>,
        new: &Secret<String>,
    ) -> Result<(), StoreError> {
        query("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
            .bind(user.as_str())
            .bind(old.expose())
            .bind(new.expose())
            .execute(self.pool())
            .await
            .map(drop)
            .doing("hash a password anew")
    }

    /// Records that a person's address is known to be theirs. Answers false when nobody has it.
    pub async fn verify_email(&self, email: &str, at: Timestamp) -> Result<bool, StoreError> {
        let changed = query(
            "UPDATE users SET email_verified_at = coalesce(email_verified_at, $2) WHERE email = $1",
        )
        .bind(email)
        .bind(at.as_millisecond())
        .execute(self.pool())
        .await
        .doing("verify an address")?;
        Ok(changed.rows_affected() > 0)
    }

    /// Whether an owner of `organization` can sign in: has a password or an identity, and is not kept
    /// out.
    pub async fn owner_can_sign_in(&self, organization: &OrgId) -> Result<bool, StoreError> {
        owner_can_sign_in(self.pool(), organization).await
    }
}

pub(crate) async fn owner_can_sign_in<'c>(
    connection: impl Executor<'c>,
    organization: &OrgId,
) -> Result<bool, StoreError> {
    query_scalar(
        "SELECT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id \
         WHERE m.organization_id = $1 AND m.role = 'owner' AND u.disabled_at IS NULL \
         AND (u.password_hash IS NOT NULL \
         OR EXISTS (SELECT 1 FROM identities i WHERE i.user_id = u.id)))",
    )
    .bind(organization.as_str())
    .fetch_one(connection)
    .await
    .doing("look for an owner who can sign in")
}

pub(crate) async fn insert(connection: &mut Connection, new: &NewPerson) -> Result<(), StoreError> {
    query(
        "INSERT INTO users (id, name, email, email_verified_at, password_hash, password_set_at, \
         created_at) VALUES ($1, $2, $3, $4, $5, CASE WHEN $5 IS NULL THEN NULL ELSE $6 END, $6)",
    )
    .bind(new.id.as_str())
    .bind(&new.name)
    .bind(&new.email)
    .bind(new.email_verified_at.map(Timestamp::as_millisecond))
    .bind(
        new.password_hash
            .as_ref()
            .map(|hash| hash.expose().as_str()),
    )
    .bind(new.created_at.as_millisecond())
    .execute(connection)
    .await
    .map(drop)
    .doing("make a user")
}

async fn insert_identity(
    connection: &mut Connection,
    user: &UserId,
    identity: &Identity,
    at: Timestamp,
) -> Result<(), StoreError> {
    query("INSERT INTO identities (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4)")
        .bind(&identity.issuer)
        .bind(&identity.subject)
        .bind(user.as_str())
        .bind(at.as_millisecond())
        .execute(connection)
        .await
        .map(drop)
        .doing("link an identity")
}

async fn read<'c>(
    connection: impl Executor<'c>,
    column: &'static str,
    value: &str,
) -> Result<Option<Person>, StoreError> {
    let sql = match column {
        "email" => {
            "SELECT id, name, email, email_verified_at, password_hash, disabled_at FROM users \
             WHERE email = $1"
        }
        _ => {
            "SELECT id, name, email, email_verified_at, password_hash, disabled_at FROM users \
             WHERE id = $1"
        }
    };
    let row: Option<Row> = query_as(sql)
        .bind(value)
        .fetch_optional(connection)
        .await
        .doing("read a user")?;
    row.map(Row::read).transpose()
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    email: Option<String>,
    email_verified_at: Option<i64>,
    password_hash: Option<String>,
    disabled_at: Option<i64>,
}

impl Row {
    fn read(self) -> Result<Person, StoreError> {
        let moment = |at: Option<i64>| at.map(store::moment).transpose();
        Ok(Person {
            id: store::id(&self.id)?,
            name: self.name,
            email: self.email,
            email_verified_at: moment(self.email_verified_at)?,
            password_hash: self.password_hash.map(Secret::new),
            disabled_at: moment(self.disabled_at)?,
        })
    }
}
