use std::collections::HashMap;

use jiff::Timestamp;
use keyway_core::{CredentialId, Error};
use parking_lot::Mutex;

/// The code of the failure that is about the credential that was sent.
const UNAUTHORIZED: &str = "upstream_unauthorized";

/// Whether a call ended with the service refusing the credential.
pub(super) fn is_unauthorized<T>(done: &Result<T, Error>) -> bool {
    done.as_ref()
        .is_err_and(|error| error.code() == UNAUTHORIZED)
}

/// When instances were last used, and what their services said, until it is written down.
#[derive(Default)]
pub(super) struct Uses(Mutex<HashMap<CredentialId, (Timestamp, Option<String>)>>);

impl Uses {
    /// A call that leased these instances ended so.
    pub(super) fn record<T>(
        &self,
        instances: &[CredentialId],
        at: Timestamp,
        done: &Result<T, Error>,
    ) {
        let failure = done.as_ref().err().map(Error::code);
        let said = failure.filter(|code| *code == UNAUTHORIZED);
        let mut uses = self.0.lock();
        for instance in instances {
            uses.insert(instance.clone(), (at, said.map(str::to_owned)));
        }
    }

    pub(super) fn take(&self) -> Vec<(CredentialId, Timestamp, Option<String>)> {
        let uses = std::mem::take(&mut *self.0.lock());
        let each = uses.into_iter();
        each.map(|(id, (at, said))| (id, at, said)).collect()
    }
}
