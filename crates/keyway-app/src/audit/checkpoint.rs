//! Checkpoints: signed words on how far each log had come.

use std::sync::Arc;
use std::time::Duration;

use keyway_core::OrgId;
use keyway_store::{AuditCheckpoint, AuditFilter, GENESIS, StoreError, checkpoint_text};
use tokio_util::sync::CancellationToken;

use super::log::Inner;
use super::verify::{Broken, Chain};
use crate::Audit;

/// The purpose checkpoints are signed for.
pub const PURPOSE: &str = "audit-checkpoint";

/// How many events are read at once.
const PAGE: u32 = 500;

/// How long the last checkpoints may take.
const LAST: Duration = Duration::from_secs(5);

/// Signs when enough happened, when enough time went by, and at the end.
pub(super) async fn keep(inner: Arc<Inner>, drained: CancellationToken) {
    loop {
        let ended = tokio::select! {
            () = drained.cancelled() => true,
            () = inner.due.notified() => false,
            () = tokio::time::sleep(inner.settings.checkpoint_interval) => false,
        };
        // Who wrote nothing has nothing to vouch for: a command that only looks signs nothing.
        let wrote = !inner.heads.lock().is_empty();
        let signing = async {
            if wrote {
                sign_all(&inner).await;
            }
        };
        if !ended {
            signing.await;
            continue;
        }
        if tokio::time::timeout(LAST, signing).await.is_err() {
            tracing::warn!("the last checkpoints of the audit log were not signed in time");
        }
        return inner.log.close().await;
    }
}

async fn sign_all(inner: &Inner) {
    let organizations = match inner.store.audited_organizations().await {
        Ok(organizations) => organizations,
        Err(error) => return tracing::warn!(%error, "no checkpoint of the audit log is signed"),
    };
    for organization in organizations {
        match sign(inner, &organization).await {
            Ok(Signed::Done) => inner.counters.signed(),
            Ok(Signed::Before) => {}
            Ok(Signed::Broken(broken)) => {
                if inner.counters.broken() {
                    tracing::error!(
                        %organization,
                        %broken,
                        "the audit log was altered; nothing after it is signed any more. `audit \
                         verify` tells all of it"
                    );
                }
            }
            Err(error) => {
                tracing::warn!(%organization, %error, "a checkpoint of the audit log is not signed");
            }
        }
    }
}

/// What became of a checkpoint.
enum Signed {
    Done,
    /// Nothing is new.
    Before,
    /// What is new was altered.
    Broken(Broken),
}

/// Signs where a log ends now, after a look at everything since the last checkpoint: what was
/// altered is not vouched for.
async fn sign(inner: &Inner, organization: &OrgId) -> Result<Signed, StoreError> {
    let Some(vault) = &inner.vault else {
        return Ok(Signed::Before);
    };
    let own = inner.heads.lock().get(organization).copied();
    let before = inner.store.audit_checkpoints(organization, 0).await?.pop();
    let (seq, hash) = before.map_or((0, GENESIS.to_vec()), |last| (last.seq, last.hash));
    let mut chain = Chain::after(seq, hash);
    let mut known = own.is_none_or(|own| own.seq <= seq);
    loop {
        let rows = inner
            .store
            .audit_after(organization, &AuditFilter::default(), chain.ends(), PAGE)
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            chain.event(row);
            known |= own.is_some_and(|own| own.seq == row.seq && own.hash[..] == row.hash[..]);
        }
        if let Some(broken) = chain.broken().first() {
            return Ok(Signed::Broken(broken.clone()));
        }
    }
    if let (false, Some(own)) = (known, own) {
        let (seq, fault) = (own.seq, super::Fault::Replaced);
        return Ok(Signed::Broken(Broken { seq, fault }));
    }
    let Some((seq, hash)) = chain.last().filter(|_| chain.events() > 0).cloned() else {
        return Ok(Signed::Before);
    };
    let at = inner.clock.now().as_millisecond();
    let text = checkpoint_text(organization.as_str(), seq, at, &hash);
    let signature = vault.sign(PURPOSE, &text);
    let checkpoint = AuditCheckpoint {
        organization: organization.clone(),
        seq,
        at,
        hash,
        key_id: signature.key.to_string(),
        signature: signature.bytes.to_vec(),
    };
    inner.log.add_checkpoint(&checkpoint).await?;
    Ok(Signed::Done)
}

impl Audit {
    /// Signs where every log ends now.
    pub async fn sign_checkpoints(&self) {
        sign_all(&self.inner).await;
    }
}
