use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::ports::{ProtectedResource, TokenSource, TokenSources};
use parking_lot::Mutex;
use tokio_util::task::TaskTracker;

use super::begin::Beginning;
use super::source::Source;
use super::{Granted, Parts, Pending, complete, forget, obtain};
use crate::challenge::Challenge;
use crate::grant::{Grant, PREFIX};
use crate::wire::Wire;
use crate::{Forgotten, GrantInfo, OAuthError, Revocation, SignIn, SignInRequest, record};

/// The client role of OAuth 2.1: signs in at the authorization servers of upstreams, keeps what they
/// grant, and hands out access tokens. Cheap to clone; clones share everything.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "holds ports only")]
pub struct Client {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) parts: Parts,
    /// Renewals run here, so that a caller who goes away in the middle of one does not lose the
    /// token that replaces the old one.
    pub(super) renewals: TaskTracker,
    /// The last challenge each resource gave to a request with a token or without, by record.
    pub(super) challenges: Mutex<HashMap<String, Challenge>>,
}

impl Client {
    /// A client of these parts.
    pub fn new(parts: Parts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                renewals: TaskTracker::new(),
                challenges: Mutex::new(HashMap::new()),
            }),
        }
    }

    /// Prepares a sign-in for the server `key`: asks the server for its challenge, finds its
    /// authorization server, and gets a client id there. What was granted before stays until the
    /// sign-in is completed.
    ///
    /// # Errors
    /// When the server or its authorization server cannot be asked, publishes metadata that must
    /// not be used, or gives no client id.
    pub async fn begin(
        &self,
        key: &str,
        resource: &ProtectedResource,
        redirect_uri: &str,
    ) -> Result<Pending, OAuthError> {
        let beginning = Beginning {
            inner: &self.inner,
            key,
            resource,
            redirect_uri,
            wanted: Vec::new(),
        };
        beginning.run().await
    }

    /// Completes a sign-in with the URL the person came back to: checks that it answers this
    /// request, exchanges the code and keeps the grant in place of an older one.
    ///
    /// # Errors
    /// When the URL is no answer to this request (`wrong_callback`, `wrong_issuer`), when the person
    /// or the authorization server refused, or when the grant cannot be kept.
    pub async fn complete(
        &self,
        pending: Pending,
        callback_url: &str,
    ) -> Result<GrantInfo, OAuthError> {
        complete::run(&self.inner, pending, callback_url).await
    }

    /// The same, and keeps nothing: for whoever keeps the record with others in one transaction. It
    /// stands under the name `mcp:<key>` of the safe.
    ///
    /// # Errors
    /// Those of [`Client::complete`], except that nothing is kept.
    pub async fn exchange(
        &self,
        pending: Pending,
        callback_url: &str,
    ) -> Result<Granted, OAuthError> {
        complete::exchange_only(&self.inner, pending, callback_url).await
    }

    /// Gets tokens for the client itself, with the id and the secret that are configured (RFC 6749
    /// section 4.4), and keeps nothing. They are renewed like others.
    ///
    /// # Errors
    /// When the server or its authorization server cannot be asked, no client is configured, or what
    /// was asked for is refused.
    pub async fn obtain(
        &self,
        key: &str,
        resource: &ProtectedResource,
    ) -> Result<Granted, OAuthError> {
        obtain::run(&self.inner, key, resource).await
    }

    /// Takes back at the authorization server what a record holds that is not in the safe any more.
    pub async fn revoke(&self, resource: &ProtectedResource, record: &[u8]) -> Revocation {
        forget::revoke_record(&self.inner, resource, record).await
    }

    /// Signs in from beginning to end with a person, and once more with a newly registered client
    /// when the authorization server no longer knows the one it registered before, or gives it
    /// less than is asked for now.
    ///
    /// # Errors
    /// Those of [`Client::begin`] and [`Client::complete`], and when nobody comes back.
    pub async fn connect(
        &self,
        key: &str,
        resource: &ProtectedResource,
        sign_in: &dyn SignIn,
    ) -> Result<GrantInfo, OAuthError> {
        self.connect_with(key, resource, sign_in, &[]).await
    }

    pub(super) async fn connect_with(
        &self,
        key: &str,
        resource: &ProtectedResource,
        sign_in: &dyn SignIn,
        wanted: &[String],
    ) -> Result<GrantInfo, OAuthError> {
        let redirect_uri = sign_in.redirect_uri();
        let mut again = true;
        loop {
            let beginning = Beginning {
                inner: &self.inner,
                key,
                resource,
                redirect_uri: &redirect_uri,
                wanted: wanted.to_vec(),
            };
            let pending = beginning.run().await?;
            let registered = pending.is_registered();
            let request = SignInRequest {
                server: key,
                issuer: pending.issuer(),
                scopes: pending.scopes(),
                url: pending.url(),
            };
            let callback_url = sign_in.sign_in(request).await?;
            match self.complete(pending, &callback_url).await {
                Err(error) if registered && again && complete::wants_another_client(&error) => {
                    again = false;
                }
                done => return done,
            }
        }
    }

    /// Forgets the grant of a server, revoking it first where the authorization server offers that.
    /// It is forgotten whatever the authorization server says.
    ///
    /// # Errors
    /// When the record cannot be read or removed.
    pub async fn forget(
        &self,
        key: &str,
        resource: &ProtectedResource,
    ) -> Result<Forgotten, OAuthError> {
        forget::run(&self.inner, key, resource).await
    }

    /// Every grant that is kept, sorted by name. Records that cannot be read are left out.
    pub async fn grants(&self) -> Vec<GrantInfo> {
        let safe = &*self.inner.parts.safe;
        let names = safe.names().await.unwrap_or_default();
        let mut grants = Vec::new();
        for name in names.iter().filter(|name| name.starts_with(PREFIX)) {
            match record::read::<Grant>(safe, name).await {
                Ok(grant) => grants.extend(grant.map(|grant| grant.info(name))),
                Err(error) => tracing::warn!(record = %name, %error, "a grant cannot be read"),
            }
        }
        grants
    }

    /// Waits until the renewals that are under way are done and saved. For the end of the process.
    pub async fn settle(&self) {
        self.inner.renewals.close();
        self.inner.renewals.wait().await;
        self.inner.renewals.reopen();
    }
}

impl TokenSources for Client {
    fn source(&self, key: &str, resource: &ProtectedResource) -> Arc<dyn TokenSource> {
        Arc::new(Source::new(self.clone(), key, resource.clone()))
    }
}

impl Inner {
    /// The way to the authorization server of a resource. One that was described is an author's
    /// word and not the operator's: it gets no further than anybody.
    pub(super) fn wire(
        &self,
        home: &str,
        resource: &ProtectedResource,
    ) -> Result<Wire<'_>, OAuthError> {
        let wire = Wire::new(&*self.parts.http, home, self.parts.settings.timeout)?;
        Ok(match resource.server {
            Some(_) => wire.guarded(),
            None => wire,
        })
    }
}
