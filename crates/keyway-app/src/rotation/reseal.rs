use keyway_store::{KEY_CHECK, SealedRow, SecretColumn};
use keyway_vault::VaultError;

use super::{BATCH, Begun, Broken, Progress, Resealed, Rotation, RotationError, place};

impl Rotation {
    /// Seals everything anew with the current key, in batches, until a whole walk finds nothing under
    /// an older one. What changes meanwhile is left to whoever changes it; what does not open is told
    /// and left as it is. It may end at any moment and be begun again.
    ///
    /// # Errors
    ///
    /// The store fails. What was sealed anew before stays so.
    pub async fn reseal(
        &self,
        _begun: &Begun,
        mut progress: impl FnMut(Progress),
    ) -> Result<Resealed, RotationError> {
        let mut all = Resealed::default();
        loop {
            let walk = self.walk(&mut progress).await?;
            let again = walk.resealed > 0;
            all = Resealed {
                resealed: all.resealed + walk.resealed,
                ..walk
            };
            if !again {
                break;
            }
        }
        all.before = all.before.saturating_sub(all.resealed);
        self.reseal_key_check().await?;
        Ok(all)
    }

    async fn walk(&self, progress: &mut impl FnMut(Progress)) -> Result<Resealed, RotationError> {
        let mut walk = Resealed::default();
        let (mut done, of) = (0, self.count().await?);
        for column in self.columns {
            let mut after = String::new();
            loop {
                let rows = self.store.sealed_after(column, &after, BATCH).await?;
                let Some(last) = rows.last() else { break };
                last.row.clone_into(&mut after);
                self.batch(column, &rows, &mut walk).await?;
                done += rows.len() as u64;
                progress(Progress {
                    done,
                    of: of.max(done),
                });
            }
        }
        Ok(walk)
    }

    async fn batch(
        &self,
        column: &SecretColumn,
        rows: &[SealedRow],
        walk: &mut Resealed,
    ) -> Result<(), RotationError> {
        let mut changes = Vec::new();
        for row in rows {
            let sealed = row.sealed.as_deref().ok_or(VaultError::UnknownFormat);
            match sealed.and_then(|sealed| self.vault.reseal(&place(column, row), sealed)) {
                Ok(Some(anew)) => changes.push((row, anew)),
                Ok(None) => walk.before += 1,
                Err(fault) => walk.broken.push(broken(column, row, fault)),
            }
        }
        if !changes.is_empty() {
            walk.resealed += self.store.replace_sealed(column, &changes).await?;
        }
        Ok(())
    }

    /// Last of all: until then the old key is what proves that the data and the keys belong together.
    async fn reseal_key_check(&self) -> Result<(), RotationError> {
        let Some(check) = self.store.fact(KEY_CHECK).await? else {
            return Ok(());
        };
        if let Some(anew) = self.vault.reseal_key_check(&check)? {
            self.store
                .replace_fact(KEY_CHECK, Some(&check), &anew)
                .await?;
        }
        Ok(())
    }
}

pub(super) fn broken(of: &SecretColumn, row: &SealedRow, fault: VaultError) -> Broken {
    Broken {
        table: of.table,
        column: of.column,
        organization: row.organization.clone(),
        row: row.row.clone(),
        fault,
    }
}
