use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::BoxFuture;
use keyway_oauth::{SignIn, SignInError, SignInRequest};
use tokio::time::timeout;

use super::callback::CallbackUrl;
use crate::{Filled, Page, Person};

/// Signing in in the middle of something else, such as a call that needs more than was granted: the
/// person is asked to go to the page, and comes back over the callback.
#[derive(Clone)]
pub struct ByPerson {
    person: Arc<dyn Person>,
    callback: CallbackUrl,
    wait: Duration,
}

impl ByPerson {
    /// Asks this person, and waits so long.
    pub fn new(person: Arc<dyn Person>, callback: CallbackUrl, wait: Duration) -> Self {
        Self {
            person,
            callback,
            wait,
        }
    }

    async fn bring(&self, request: SignInRequest<'_>) -> Result<String, SignInError> {
        let listening = self.callback.listen()?;
        let scopes = match request.scopes {
            [] => String::new(),
            scopes => format!(", for: {}", scopes.join(" ")),
        };
        let page = Page {
            server: request.server.to_owned(),
            message: format!("sign in at {}{scopes}", request.issuer),
            url: request.url.to_owned(),
        };
        let going = async {
            match self.person.visit(&page).await {
                Filled::Accepted(_) => pending().await,
                Filled::Declined | Filled::Cancelled => SignInError::Cancelled,
            }
        };
        tokio::select! {
            answer = listening.answer(request) => answer,
            stays = going => Err(stays),
        }
    }
}

impl SignIn for ByPerson {
    fn sign_in<'a>(
        &'a self,
        request: SignInRequest<'a>,
    ) -> BoxFuture<'a, Result<String, SignInError>> {
        Box::pin(async move {
            timeout(self.wait, self.bring(request))
                .await
                .unwrap_or(Err(SignInError::TimedOut))
        })
    }

    fn redirect_uri(&self) -> String {
        self.callback.to_string()
    }
}

impl std::fmt::Debug for ByPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ByPerson")
            .field("callback", &self.callback)
            .field("wait", &self.wait)
            .finish_non_exhaustive()
    }
}
