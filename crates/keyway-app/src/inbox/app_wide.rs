use http::HeaderMap;
use keyway_core::Error;
use keyway_core::provider::sign::Algorithm;
use keyway_core::provider::{Claim, IntegrationProvider, WebhookRequest};
use keyway_store::Door;

use super::accept::{Told, refused};
use super::judge::{Besides, judge};
use crate::App;

/// Of how many installations the secrets are tried for one request.
const MOST: u32 = 4;
/// The same of a request that names nobody, whose body is short.
const MOST_ASKED: u32 = 16;

/// Somebody knocks at the one address of all installations of a provider.
#[derive(Debug, Clone, Copy)]
pub struct AppKnock<'a> {
    /// The provider's id, as the address has it.
    pub provider: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, byte by byte.
    pub body: &'a [u8],
}

impl App {
    /// Takes in a webhook that came to the one address of an app that many installed. The body says which
    /// installation it is for, and is believed once that one's own secret says so, too; from there on it is
    /// like one that came to the address of its publication.
    ///
    /// # Errors
    ///
    /// As [`App::accept_webhook`]: an unknown provider, a body that names nobody here and a signature that is
    /// none are refused alike, and take as long.
    pub async fn accept_app_webhook(&self, knock: AppKnock<'_>) -> Result<Option<String>, Error> {
        let request = WebhookRequest {
            headers: knock.headers,
            body: knock.body,
        };
        let short = knock.body.get(..Claim::LONGEST_BODY);
        let short = short.unwrap_or(knock.body);
        let found = self.settings().providers.get(knock.provider);
        let claimed = found.filter(|_| short.len() == knock.body.len());
        let claim = claimed.and_then(|provider| provider.claim(&request));
        let claim = claim.filter(|claim| claim.workspaces.len() <= Claim::MOST);
        let asks = claim
            .as_ref()
            .is_some_and(|claim| claim.workspaces.is_empty());
        let most = if asks { MOST_ASKED } else { MOST };
        let doors = match (found, &claim) {
            (Some(provider), Some(claim)) => {
                let store = &self.inner.store;
                store.doors(provider.id(), claim, most).await?
            }
            _ => Vec::new(),
        };
        // As long as where there are as many as are tried.
        for _ in doors.len()..usize::try_from(most).unwrap_or_default() {
            std::hint::black_box(Algorithm::Sha256.sign(b"nobody", &[short]));
        }
        let provider = found.ok_or_else(refused)?;
        let (door, told) = self.signer(provider, &request, doors)?;
        let context = told.verified(self, provider, &request);
        let context = context.map_err(|_| refused())?;
        if asks {
            // It is for nobody: nothing is done about it but to say that somebody is there.
            let judged = judge(provider, &door.publication, &request, &context);
            return match judged.besides {
                Besides::Answer(text) => Ok(Some(text)),
                _ => Err(refused()),
            };
        }
        let taken = self.take_webhook(provider, &door.publication, &request, &context);
        taken.await
    }

    /// Whose secret a request is signed with. Every one is tried. Where it is that of two organizations,
    /// nobody can tell for whom it is.
    fn signer(
        &self,
        provider: &dyn IntegrationProvider,
        request: &WebhookRequest<'_>,
        doors: Vec<Door>,
    ) -> Result<(Door, Told), Error> {
        let (mut signers, mut unopened) = (Vec::new(), None);
        for door in doors {
            match self.told_of(&door) {
                Ok(told) if told.verified(self, provider, request).is_ok() => {
                    signers.push((door, told));
                }
                Ok(_) => {}
                Err(error) => unopened = Some(error),
            }
        }
        let mut signers = signers.into_iter();
        let Some(first) = signers.next() else {
            tracing::info!(provider = provider.id(), "a webhook of an app is refused");
            return Err(unopened.unwrap_or_else(refused));
        };
        let organization = &first.0.publication.organization;
        if signers.any(|(door, _)| door.publication.organization != *organization) {
            tracing::warn!(
                provider = provider.id(),
                "two organizations have the secret of one webhook: it is refused"
            );
            return Err(refused());
        }
        Ok(first)
    }
}
