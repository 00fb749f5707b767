use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use keyway_core::ClientId;
use keyway_core::ports::{Destination, HttpRequest, HttpResponse, Limits, Redirects};
use keyway_oauth::server::client::{ClientMetadata, DocumentUrl, freshness};
use keyway_oauth::server::{ErrorCode, Refusal};
use keyway_store::oauth::Client;
use parking_lot::Mutex;

use super::clients::stored;
use super::service::later;
use super::{Failure, Oauth};

/// The most bytes of a document.
const MAX_BYTES: usize = 64 << 10;
/// How long fetching one may take, from the first byte to the last.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it is remembered that a document could not be had.
const NEGATIVE: Duration = Duration::from_mins(1);
/// How long a document that was good is good enough when its server does not answer.
const STALE: Duration = Duration::from_hours(24);
/// The most documents that are kept in memory.
const KEPT: usize = 1_000;

/// The documents of clients, each fetched by one at a time.
#[derive(Default)]
pub(super) struct DocumentCache {
    slots: Mutex<HashMap<ClientId, Arc<tokio::sync::Mutex<Slot>>>>,
}

/// What is known of one document.
#[derive(Default)]
struct Slot {
    known: Option<Known>,
    /// Until when nobody tries again.
    failed_until: Option<Timestamp>,
}

#[derive(Clone)]
struct Known {
    metadata: Arc<ClientMetadata>,
    fresh_until: Timestamp,
    etag: Option<String>,
}

/// How fetching went.
enum Fetched {
    Document(Known),
    Unchanged(Timestamp),
    /// The server answered, and has no such document.
    Bad,
    /// The server did not answer, or not in time.
    Unreachable,
}

const UNUSABLE: Refusal = Refusal::new(
    ErrorCode::InvalidClient,
    "the metadata document of the client cannot be fetched, or is not right",
);

impl DocumentCache {
    fn slot(&self, id: &ClientId) -> Arc<tokio::sync::Mutex<Slot>> {
        let mut slots = self.slots.lock();
        if slots.len() >= KEPT && !slots.contains_key(id) {
            // Those that are being fetched stay: two fetches of one document are never at once.
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(slots.entry(id.clone()).or_default())
    }
}

impl Oauth {
    /// The metadata of a client that is known by its document: from memory, from the row, or from
    /// where it is published.
    pub(super) async fn document(
        &self,
        url: &DocumentUrl,
        id: &ClientId,
        row: Option<&Client>,
    ) -> Result<Arc<ClientMetadata>, Failure> {
        let slot = self.parts.documents.slot(id);
        let mut slot = slot.lock().await;
        let now = self.now();
        if slot.known.is_none()
            && let Some(row) = row
            && let Ok(metadata) = stored(row)
        {
            slot.known = Some(Known {
                metadata: Arc::new(metadata),
                fresh_until: row.fresh_until.unwrap_or(Timestamp::MIN),
                etag: row.etag.clone(),
            });
        }
        if let Some(known) = &slot.known
            && now < known.fresh_until
        {
            return Ok(Arc::clone(&known.metadata));
        }
        if slot.failed_until.is_none_or(|until| until <= now) {
            slot.failed_until = None;
            let etag = slot.known.as_ref().and_then(|known| known.etag.clone());
            match self.fetch(url, etag).await {
                Fetched::Document(known) => slot.known = Some(known),
                Fetched::Unchanged(until) => {
                    if let Some(known) = &mut slot.known {
                        known.fresh_until = until;
                    }
                }
                Fetched::Bad => {
                    slot.known = None;
                    slot.failed_until = Some(later(now, NEGATIVE));
                }
                Fetched::Unreachable => slot.failed_until = Some(later(now, NEGATIVE)),
            }
            if let (Some(row), Some(known), None) = (row, &slot.known, slot.failed_until) {
                self.store_document(row, known).await?;
            }
        }
        let stale = |known: &&Known| now < later(known.fresh_until, STALE);
        let usable = slot.known.as_ref().filter(stale);
        Ok(Arc::clone(&usable.ok_or(UNUSABLE)?.metadata))
    }

    async fn store_document(&self, row: &Client, known: &Known) -> Result<(), Failure> {
        let row = Client {
            name: known.metadata.name.to_string(),
            metadata: known.metadata.to_stored(),
            fresh_until: Some(known.fresh_until),
            etag: known.etag.clone(),
            ..row.clone()
        };
        Ok(self.parts.store.put_oauth_client(&row).await?)
    }

    async fn fetch(&self, url: &DocumentUrl, etag: Option<String>) -> Fetched {
        match tokio::time::timeout(PATIENCE, self.exchange(url, etag)).await {
            Ok(fetched) => fetched,
            Err(_) => Fetched::Unreachable,
        }
    }

    async fn exchange(&self, url: &DocumentUrl, etag: Option<String>) -> Fetched {
        let Some(serving) = &self.parts.serving else {
            return Fetched::Unreachable;
        };
        let response = match serving.http.send(request(url, etag.as_deref())).await {
            Ok(response) => response,
            Err(error) => {
                tracing::debug!(host = url.host(), %error, "a client's document cannot be fetched");
                return Fetched::Unreachable;
            }
        };
        let until = later(self.now(), freshness(&response.headers));
        if response.status == StatusCode::NOT_MODIFIED && etag.is_some() {
            return Fetched::Unchanged(until);
        }
        if response.status.is_server_error() {
            return Fetched::Unreachable;
        }
        if response.status != StatusCode::OK || !is_json(&response.headers) {
            tracing::debug!(
                host = url.host(),
                status = response.status.as_u16(),
                "where a client's document should be there is something else"
            );
            return Fetched::Bad;
        }
        let etag = response
            .headers
            .get(ETAG)
            .and_then(|etag| etag.to_str().ok());
        let etag = etag.map(str::to_owned);
        read(url, response, until, etag).await
    }
}

async fn read(
    url: &DocumentUrl,
    response: HttpResponse,
    fresh_until: Timestamp,
    etag: Option<String>,
) -> Fetched {
    let body = match response.body.collect(MAX_BYTES).await {
        Ok(body) => body,
        Err(keyway_core::ports::HttpError::TooLarge) => return Fetched::Bad,
        Err(_) => return Fetched::Unreachable,
    };
    match ClientMetadata::from_document(url, &body) {
        Ok(metadata) => Fetched::Document(Known {
            metadata: Arc::new(metadata),
            fresh_until,
            etag,
        }),
        Err(refusal) => {
            tracing::debug!(host = url.host(), %refusal, "a client's document is not right");
            Fetched::Bad
        }
    }
}

fn request(url: &DocumentUrl, etag: Option<&str>) -> HttpRequest {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
        headers.insert(IF_NONE_MATCH, etag);
    }
    HttpRequest {
        method: Method::GET,
        url: url.as_str().to_owned(),
        headers,
        body: Bytes::new(),
        destination: Destination::Guarded,
        redirects: Redirects::Return,
        hosts: None,
        retries: 0,
        limits: Limits {
            connect: PATIENCE,
            head: Some(PATIENCE),
            body_bytes: Some(MAX_BYTES as u64),
        },
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let essence = kind
        .and_then(|kind| kind.split(';').next())
        .unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}
