//! What becomes of who came in, while something of theirs goes on.

use std::time::Duration;

use keyway_core::{Principal, Subject};
use tokio_util::sync::CancellationToken;

use crate::App;

/// How often is asked whether they are still what they were.
const LOOK: Duration = Duration::from_secs(1);

impl App {
    /// Cancelled once what `who` came in with stops being valid: their key, the grant of their token
    /// or their web session. Within two seconds of it, whichever process ended it.
    pub fn revoked(&self, who: &Principal) -> CancellationToken {
        let visit = self.people().visit_ended(who);
        visit.unwrap_or_else(|| self.inner.ring.revoked(who))
    }

    /// `who` with the role and the scopes they have now, to within two seconds.
    pub fn now(&self, who: &Principal) -> Principal {
        let now = match who.subject() {
            Subject::WebSession { session, .. } => {
                let role = self.people().role_of_visit(session, who.organization());
                role.map(|role| who.with_role(role))
            }
            _ => self.inner.ring.now(who),
        };
        now.unwrap_or_else(|| who.clone())
    }

    /// Waits until `who` may no longer do what they could when this was called: what they came in
    /// with stopped being valid, or they have another role or other scopes.
    pub fn no_longer(&self, who: &Principal) -> impl Future<Output = ()> + Send + 'static {
        let (app, revoked) = (self.clone(), self.revoked(who));
        let before = self.now(who);
        async move {
            let same = || {
                let now = app.now(&before);
                now.role() == before.role() && now.scopes() == before.scopes()
            };
            let changed = async {
                while same() {
                    tokio::time::sleep(LOOK).await;
                }
            };
            revoked.run_until_cancelled(changed).await;
        }
    }
}
