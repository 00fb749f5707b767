use std::collections::HashMap;

use keyway_oauth::{OAuthError, RenewalFailures};
use parking_lot::Mutex;

/// The codes of renewals that failed, until whoever leased next writes them down.
#[derive(Default)]
pub(super) struct Failures(Mutex<HashMap<String, &'static str>>);

impl Failures {
    /// Takes out what is known of one key.
    pub(super) fn take(&self, key: &str) -> Option<&'static str> {
        let mut all = self.0.lock();
        if all.is_empty() {
            return None;
        }
        all.remove(key)
    }
}

impl RenewalFailures for Failures {
    fn renewal_failed(&self, key: &str, error: &OAuthError) {
        self.0.lock().insert(key.to_owned(), error.code());
    }
}
