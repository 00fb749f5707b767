use keyway_core::{DeliveryId, Error, OrgId, PublicationId};
use keyway_store::{DeliveryFilter, Session};

use super::Sessions;
use crate::inbox::is_web;

/// How many of the last deliveries of a session are looked through for a place.
const LOOKED_AT: u32 = 20;

/// Where a session came from that a publication began.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionOrigin {
    /// The publication.
    pub publication: PublicationId,
    /// Its name for people.
    pub publication_name: String,
    /// The provider's id.
    pub provider: String,
    /// The conversation it is about, in the provider's words.
    pub conversation: String,
    /// The last delivery that is kept of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    /// Where people see an answer of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Sessions {
    /// Where a session came from; nothing for one that somebody began here.
    pub(super) async fn origin(
        &self,
        organization: &OrgId,
        session: &Session,
    ) -> Result<Option<SessionOrigin>, Error> {
        let key = session.external_key.as_deref();
        let Some((publication, conversation)) = key.and_then(|key| key.split_once('/')) else {
            return Ok(None);
        };
        let Ok(id) = publication.parse::<PublicationId>() else {
            return Ok(None);
        };
        let store = &self.parts.store;
        let Some(publication) = store.publication(organization, &id).await? else {
            return Ok(None);
        };
        let filter = DeliveryFilter {
            session: Some(&session.id),
            ..DeliveryFilter::default()
        };
        let deliveries = store.deliveries(organization, &filter, LOOKED_AT).await?;
        let mut urls = deliveries.iter().filter_map(|one| one.reply.url.clone());
        Ok(Some(SessionOrigin {
            publication: id,
            publication_name: publication.name,
            provider: publication.provider,
            conversation: conversation.to_owned(),
            delivery: deliveries.first().map(|last| last.id.clone()),
            url: urls.find(|url| is_web(url)),
        }))
    }
}
