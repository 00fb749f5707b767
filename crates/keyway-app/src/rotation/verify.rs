use keyway_store::{KEY_CHECK, SealedRow, SecretColumn};
use keyway_vault::{KeyId, Vault, VaultError};

use super::reseal::broken;
use super::{BATCH, Broken, Checked, Progress, Rotation, RotationError, place};

impl Rotation {
    /// Opens everything that is sealed, and tells what is under which key and what does not open.
    /// Changes nothing.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn verify(
        &self,
        mut progress: impl FnMut(Progress),
    ) -> Result<Checked, RotationError> {
        let current = self.vault.current_key();
        let mut checked = Checked::default();
        let (mut done, of) = (0, self.count().await?);
        for column in self.columns {
            let mut after = String::new();
            loop {
                let rows = self.store.sealed_after(column, &after, BATCH).await?;
                let Some(last) = rows.last() else { break };
                last.row.clone_into(&mut after);
                for row in &rows {
                    match self.opened(column, row) {
                        Ok(key) => checked.count(key, current),
                        Err(fault) => checked.broken.push(broken(column, row, fault)),
                    }
                }
                done += rows.len() as u64;
                progress(Progress {
                    done,
                    of: of.max(done),
                });
            }
        }
        if let Some(check) = self.store.fact(KEY_CHECK).await? {
            match self
                .vault
                .check_key(&check)
                .and_then(|()| Vault::key_of(&check))
            {
                Ok(key) => checked.count(key, current),
                Err(fault) => checked.broken.push(Broken {
                    table: "facts",
                    column: "value",
                    organization: String::new(),
                    row: KEY_CHECK.to_owned(),
                    fault,
                }),
            }
        }
        Ok(checked)
    }

    fn opened(&self, column: &SecretColumn, row: &SealedRow) -> Result<KeyId, VaultError> {
        let sealed = row.sealed.as_deref().ok_or(VaultError::UnknownFormat)?;
        self.vault.open(&place(column, row), sealed)?;
        Vault::key_of(sealed)
    }
}

impl Checked {
    fn count(&mut self, key: KeyId, current: KeyId) {
        if key == current {
            self.current += 1;
        } else {
            self.older += 1;
        }
    }
}
