use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};
use genai::chat::{ChatStreamEvent, StopReason, StreamEnd};
use genai::{Client, ClientBuilder};
use keyway_core::Secret;

use super::carry;
use super::failure::Failures;
use super::quiet::Quiet;
use super::request::{chat_request, options};
use super::target::target;
use crate::model::{
    Answer, Model, ModelChunk, ModelError, ModelErrorKind, ModelRequest, ModelStream, Stop, Vendor,
    VendorKind,
};
use crate::tools::ToolCall;
use crate::transcript::Usage;

/// Makes the HTTP client for requests to a base URL: a builder of `genai` that was given a client
/// which guards what it connects to. Refuses, in words, a base URL that may not be reached.
pub type HttpClients = Arc<dyn Fn(&str) -> Result<ClientBuilder, String> + Send + Sync>;

/// How long a model may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until the answer begins.
    pub beginning: Duration,
    /// Between two pieces of it.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            beginning: Duration::from_mins(3),
            silence: Duration::from_mins(2),
        }
    }
}

/// The models of all configured vendors.
pub struct GenaiModel {
    vendors: HashMap<String, Vendor>,
    http: HttpClients,
    patience: Patience,
    clients: Mutex<HashMap<String, Client>>,
}

impl GenaiModel {
    /// Models of these vendors; of two with one name the later counts. Nothing is connected, and
    /// no client made, before the first request.
    pub fn new(vendors: Vec<Vendor>, http: HttpClients, patience: Patience) -> Self {
        let by_name = vendors
            .into_iter()
            .map(|vendor| (vendor.name.clone(), vendor))
            .collect();
        Self {
            vendors: by_name,
            http,
            patience,
            clients: Mutex::default(),
        }
    }

    /// Says now what a request to this vendor would be refused for without anything being sent:
    /// an unknown vendor, a key that is missing or cannot be sent.
    ///
    /// # Errors
    ///
    /// [`ModelErrorKind::UnknownVendor`], [`ModelErrorKind::KeyMissing`] and
    /// [`ModelErrorKind::KeyRefused`].
    pub fn check(&self, vendor: &str) -> Result<(), ModelError> {
        self.vendor(vendor).map(drop)
    }

    fn vendor(&self, name: &str) -> Result<&Vendor, ModelError> {
        let Some(vendor) = self.vendors.get(name) else {
            let mut known: Vec<&str> = self.vendors.keys().map(String::as_str).collect();
            known.sort_unstable();
            let message = format!(
                "no vendor of this name is configured: the part of a model's name before the slash is one of {}",
                known.join(", ")
            );
            return Err(ModelError::new(ModelErrorKind::UnknownVendor, message));
        };
        let has_key = vendor
            .key
            .as_ref()
            .is_some_and(|key| !key.expose().trim().is_empty());
        if let Some(variable) = &vendor.key_variable
            && !has_key
        {
            let message = format!("`{name}` needs an API key: set {variable}");
            return Err(ModelError::new(ModelErrorKind::KeyMissing, message));
        }
        let sendable = |key: &Secret<String>| {
            let key = key.expose().trim();
            key.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if !vendor.key.as_ref().is_none_or(sendable) {
            let message = format!(
                "the API key of `{name}` has characters that no key has: copy it again, without spaces and line breaks"
            );
            return Err(ModelError::new(ModelErrorKind::KeyRefused, message));
        }
        Ok(vendor)
    }

    fn client(&self, vendor: &Vendor) -> Result<Client, ModelError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&vendor.name) {
            return Ok(client.clone());
        }
        let refused = |why: String| {
            let message = format!("the base URL of `{}` cannot be used: {why}", vendor.name);
            ModelError::new(ModelErrorKind::AddressRefused, message)
        };
        let builder = (self.http)(&vendor.base_url).map_err(refused)?;
        let client = builder
            .build()
            .map_err(|error| refused(error.to_string()))?;
        clients.insert(vendor.name.clone(), client.clone());
        Ok(client)
    }

    async fn open(
        &self,
        request: ModelRequest,
    ) -> Result<impl Stream<Item = Result<ModelChunk, ModelError>> + Send + use<>, ModelError> {
        let vendor = self.vendor(request.model.vendor())?;
        let client = self.client(vendor)?;
        let target = target(vendor, request.model.model());
        let options = options(&request, vendor.kind, self.patience);
        let chat = chat_request(request, vendor.kind);
        let mut failures = Failures::of(vendor);
        let kind = vendor.kind;
        let opening = Quiet::new(Box::pin(client.exec_chat_stream(
            target,
            chat,
            Some(&options),
        )));
        let opened = opening.await.map_err(|error| failures.tell(error))?;
        let events = Quiet::new(opened.stream);
        Ok(events.flat_map(move |event| {
            let chunks = match event {
                Err(error) => vec![Err(failures.tell(error))],
                Ok(event) => {
                    failures.heard(&event);
                    chunks(event, kind)
                }
            };
            stream::iter(chunks)
        }))
    }
}

impl Model for GenaiModel {
    fn stream(&self, request: ModelRequest) -> ModelStream<'_> {
        Box::pin(stream::once(self.open(request)).try_flatten())
    }
}

impl std::fmt::Debug for GenaiModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GenaiModel")
            .field("vendors", &self.vendors)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

fn chunks(event: ChatStreamEvent, kind: VendorKind) -> Vec<Result<ModelChunk, ModelError>> {
    match event {
        ChatStreamEvent::Chunk(chunk) => vec![Ok(ModelChunk::Text(chunk.content))],
        ChatStreamEvent::ReasoningChunk(chunk) => vec![Ok(ModelChunk::Reasoning(chunk.content))],
        ChatStreamEvent::End(end) => ending(end, kind),
        ChatStreamEvent::Start
        | ChatStreamEvent::ThoughtSignatureChunk(_)
        | ChatStreamEvent::ToolCallChunk(_)
        | ChatStreamEvent::Heartbeat => Vec::new(),
    }
}

fn ending(end: StreamEnd, kind: VendorKind) -> Vec<Result<ModelChunk, ModelError>> {
    // A Gemini stream has no last event of its own: without a reason it was cut off.
    if kind == VendorKind::Gemini && end.captured_stop_reason.is_none() {
        return vec![Err(ModelErrorKind::Broken.into())];
    }
    let carry = carry::pack(&end);
    let usage = end.captured_usage.as_ref();
    let count = |tokens: Option<i32>| tokens.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    let usage = Usage {
        input_tokens: count(usage.and_then(|usage| usage.prompt_tokens)),
        output_tokens: count(usage.and_then(|usage| usage.completion_tokens)),
        cost_micros: None,
    };
    let stop = match &end.captured_stop_reason {
        Some(StopReason::MaxTokens(why)) if why == "model_context_window_exceeded" => {
            Stop::ContextLimit
        }
        Some(StopReason::MaxTokens(_)) => Stop::OutputLimit,
        Some(StopReason::ContentFilter(_)) => Stop::Filtered,
        _ => Stop::Finished,
    };
    let calls = end.captured_into_tool_calls().unwrap_or_default();
    let mut chunks: Vec<_> = calls
        .into_iter()
        .map(|call| {
            Ok(ModelChunk::Call(ToolCall {
                id: call.call_id,
                name: call.fn_name,
                arguments: call.fn_arguments,
            }))
        })
        .collect();
    chunks.push(Ok(ModelChunk::End(Answer { stop, usage, carry })));
    chunks
}
