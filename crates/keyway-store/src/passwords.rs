use jiff::Timestamp;
use keyway_core::{Secret, UserId};

use crate::error::Doing as _;
use crate::{Store, StoreError, web_sessions};

impl Store {
    /// Puts a new password's hash in the place of the old one's and ends every web session of the
    /// person, and every link to choose a password. Answers false, and changes nothing, when the
    /// password is another one by now.
    pub async fn change_password(
        &self,
        user: &UserId,
        old: &Secret<String>,
        new: &Secret<String>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let doing = "change a password";
        let mut transaction = self.write(doing).await?;
        let changed = sqlx::query(
            "UPDATE users SET password_hash = $3, password_set_at = $4 \
             WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL",
        )
        .bind(user.as_str())
        .bind(old.expose())
        .bind(new.expose())
        .bind(at.as_millisecond())
        .execute(&mut *transaction)
        .await
        .doing(doing)?;
        if changed.rows_affected() == 0 {
            return Ok(false);
        }
        web_sessions::end_all(&mut transaction, user, at).await?;
        sqlx::query("UPDATE one_time_links SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL")
            .bind(user.as_str())
            .bind(at.as_millisecond())
            .execute(&mut *transaction)
            .await
            .doing(doing)?;
        transaction.commit().await.doing(doing)?;
        Ok(true)
    }
}
