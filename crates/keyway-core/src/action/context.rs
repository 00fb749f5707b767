use std::sync::Arc;

use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;

use super::{CallChain, JobRun};
use crate::client::HttpClient;
use crate::credential::{Credential, Fields, Lease};
use crate::ports::{
    AskError, Caller, Calls, ClientCapabilities, Clock, HttpSend, InputRequests, InputResponses,
    LogLevel, Publisher,
};
use crate::rpc::RawJson;
use crate::{Error, Kind, OrgId, Principal, RequestId};

/// What a running action knows of its call: who asks, when to stop, and how to speak back.
/// Cheap to clone.
///
/// ```
/// use keyway_core::Action;
/// use keyway_core::ports::LogLevel;
/// use serde_json::json;
///
/// let import = Action::new("import", |context, (): ()| async move {
///     for done in 0..3u8 {
///         if context.cancellation().is_cancelled() {
///             break;
///         }
///         context.progress(f64::from(done), Some(3.0), None);
///         context.log(LogLevel::Info, None, json!({ "row": done, "for": context.organization() }));
///     }
///     Ok(context.now())
/// });
/// assert_eq!(import.slug(), "import");
/// ```
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    principal: Principal,
    request: RequestId,
    cancel: CancellationToken,
    caller: Arc<dyn Caller>,
    clock: Arc<dyn Clock>,
    announce: Option<Announcer>,
    lease: Option<Arc<Lease>>,
    http: Option<Arc<dyn HttpSend>>,
    job: Option<JobRun>,
    publish: Option<Arc<dyn Publisher>>,
    given: Option<http::Extensions>,
    calls: Option<Arc<dyn Calls>>,
    /// The slug of the action, and what it runs because of.
    slug: Option<Arc<str>>,
    above: CallChain,
}

type Announcer = Arc<dyn Fn(Announcement) + Send + Sync>;

/// Something an action tells to every client of its organization.
///
/// ```
/// use keyway_core::Action;
/// use keyway_core::action::Announcement;
///
/// let save = Action::new("note:save", |context, (): ()| async move {
///     context.announce(Announcement::Resource("notes://today".into()));
///     Ok("saved")
/// });
/// assert_eq!(save.tool_name(), "note-save");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// The list of tools changed.
    Tools,
    /// The lists of resources and resource templates changed.
    Resources,
    /// The list of prompts changed.
    Prompts,
    /// The resource at this URI changed.
    Resource(String),
}

impl Context {
    /// A context for one call.
    pub fn new(
        principal: Principal,
        request: RequestId,
        cancel: CancellationToken,
        caller: Arc<dyn Caller>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                principal,
                request,
                cancel,
                caller,
                clock,
                announce: None,
                lease: None,
                http: None,
                job: None,
                publish: None,
                given: None,
                calls: None,
                slug: None,
                above: CallChain::default(),
            }),
        }
    }

    /// The same context, whose announcements reach `announce`. Without it they reach nobody.
    pub fn with_announcer(self, announce: Arc<dyn Fn(Announcement) + Send + Sync>) -> Self {
        self.changed(|inner| inner.announce = Some(announce))
    }

    /// The same context with the credentials of the call.
    pub fn with_lease(self, lease: impl Into<Arc<Lease>>) -> Self {
        self.changed(|inner| inner.lease = Some(lease.into()))
    }

    /// The same context with a way out. Without it [`Context::http`] sends nothing.
    pub fn with_http(self, http: Arc<dyn HttpSend>) -> Self {
        self.changed(|inner| inner.http = Some(http))
    }

    /// The same context, of a run in the background.
    pub fn with_job(self, job: JobRun) -> Self {
        self.changed(|inner| inner.job = Some(job))
    }

    /// The same context with channels. Without it there are none.
    pub fn with_publisher(self, publish: Arc<dyn Publisher>) -> Self {
        self.changed(|inner| inner.publish = Some(publish))
    }

    /// The same context with something the action gets by its type ([`Context::get`]); of two of one
    /// type the later one.
    pub fn with<T: std::any::Any + Send + Sync>(self, value: Arc<T>) -> Self {
        self.changed(|inner| {
            inner.given.get_or_insert_default().insert(value);
        })
    }

    /// What was [given along](super::Next::run_with) by what is around the action.
    pub fn get<T: std::any::Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.inner.given.as_ref()?.get::<Arc<T>>().cloned()
    }

    /// The same context with other actions and agents to call; `slug` is the action that runs, because
    /// of those `above` it. Without it there are none.
    pub fn with_calls(self, calls: Arc<dyn Calls>, slug: Arc<str>, above: CallChain) -> Self {
        self.changed(|inner| {
            inner.calls = Some(calls);
            inner.slug = Some(slug);
            inner.above = above;
        })
    }

    pub(super) fn calls(&self) -> Option<Arc<dyn Calls>> {
        self.inner.calls.clone()
    }

    pub(super) fn caller(&self) -> Arc<dyn Caller> {
        Arc::clone(&self.inner.caller)
    }

    /// What runs because of each other, this action last.
    pub(super) fn chain(&self) -> Result<CallChain, Error> {
        match &self.inner.slug {
            Some(slug) => self.inner.above.with(slug),
            None => Ok(self.inner.above.clone()),
        }
    }

    fn changed(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            change(inner);
            return self;
        }
        let mut inner = Inner::clone(&self.inner);
        change(&mut inner);
        Self {
            inner: Arc::new(inner),
        }
    }

    /// What was leased for the call.
    pub(super) fn lease(&self) -> Result<&Lease, Error> {
        let nothing = || Error::internal("nothing was leased for this call");
        self.inner.lease.as_deref().ok_or_else(nothing)
    }

    /// A credential the action needs, as its type.
    ///
    /// # Errors
    ///
    /// `credential_invalid` when what is stored does not fit the type; an internal error when the
    /// action did not say that it needs it.
    pub fn credential<C: Credential>(&self) -> Result<C, Error> {
        self.credential_fields(C::KEY)?.read()
    }

    /// The fields of a credential the action needs, by its key.
    ///
    /// # Errors
    ///
    /// An internal error when the action did not say that it needs it.
    pub fn credential_fields(&self, key: &str) -> Result<&Fields, Error> {
        match &self.inner.lease {
            Some(lease) => lease.fields(key),
            None => Err(Error::internal(format!(
                "nothing was leased for this call, so there is no credential `{key}`"
            ))),
        }
    }

    /// The way out to other machines. Where a credential of this call declares hosts, requests to any
    /// other host are refused; else they may go to public addresses and to what `egress.allow` names.
    pub fn http(&self) -> HttpClient {
        let hosts = self.inner.lease.as_ref().and_then(|lease| lease.hosts());
        HttpClient::new(self.inner.http.clone(), hosts)
    }

    /// Tells every client of the organization, those that listen, that something changed.
    pub fn announce(&self, what: Announcement) {
        if let Some(announce) = &self.inner.announce {
            announce(what);
        }
    }

    /// Which job this is, where it runs in the background.
    pub fn job(&self) -> Option<&JobRun> {
        self.inner.job.as_ref()
    }

    /// Sends a message to everyone of the organization who subscribed to a channel. It is kept once
    /// this answers, with its number: higher than that of every message before it.
    ///
    /// ```
    /// use keyway_core::Action;
    /// use serde_json::json;
    ///
    /// let ship = Action::new("order:ship", |context, (): ()| async move {
    ///     context.publish("orders", json!({ "shipped": 7 })).await?;
    ///     Ok("shipped")
    /// });
    /// assert_eq!(ship.slug(), "order:ship");
    /// ```
    ///
    /// # Errors
    ///
    /// `unknown_channel` for one that the gateway does not declare, naming those it does;
    /// `message_too_large` beyond [`MAX_MESSAGE`](crate::channel::MAX_MESSAGE).
    pub async fn publish(
        &self,
        channel: &str,
        message: impl serde::Serialize,
    ) -> Result<i64, Error> {
        let message = RawJson::of(&message).map_err(Error::internal)?;
        match &self.inner.publish {
            Some(publisher) => {
                publisher
                    .publish(self.organization(), channel, message)
                    .await
            }
            None => Err(crate::channel::unknown(&[])),
        }
    }

    /// Who is asking.
    pub fn principal(&self) -> &Principal {
        &self.inner.principal
    }

    /// The organization the call acts in.
    pub fn organization(&self) -> &OrgId {
        self.inner.principal.organization()
    }

    /// The id of this request, as it appears in logs and errors.
    pub fn request_id(&self) -> &RequestId {
        &self.inner.request
    }

    /// The present moment.
    pub fn now(&self) -> jiff::Timestamp {
        self.inner.clock.now()
    }

    /// Done once the caller cancels, goes away, or the time limit passes.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.inner.cancel
    }

    /// What the client can be asked.
    pub fn client_capabilities(&self) -> ClientCapabilities {
        self.inner.caller.capabilities()
    }

    /// Tells how far the call is. Dropped when the client did not ask for progress.
    pub fn progress(&self, progress: f64, total: Option<f64>, message: Option<&str>) {
        if !self.inner.caller.wants_progress() {
            return;
        }
        let mut params = serde_json::json!({ "progressToken": 0, "progress": progress });
        if let (Some(total), Some(map)) = (total, params.as_object_mut()) {
            map.insert("total".into(), total.into());
        }
        if let (Some(message), Some(map)) = (message, params.as_object_mut()) {
            map.insert("message".into(), message.into());
        }
        self.notify("notifications/progress", &params);
    }

    /// Sends a log message to the client. Dropped when the client did not ask for this level.
    pub fn log(&self, level: LogLevel, logger: Option<&str>, data: impl serde::Serialize) {
        if self
            .inner
            .caller
            .log_level()
            .is_none_or(|wanted| level < wanted)
        {
            return;
        }
        let mut params = serde_json::json!({ "level": level });
        if let Some(map) = params.as_object_mut() {
            if let Some(logger) = logger {
                map.insert("logger".into(), logger.into());
            }
            map.insert(
                "data".into(),
                serde_json::to_value(data).unwrap_or_default(),
            );
        }
        self.notify("notifications/message", &params);
    }

    /// Asks the client (elicitation, sampling, roots) and waits for all answers.
    ///
    /// ```
    /// use keyway_core::Action;
    /// use keyway_core::ports::InputRequest;
    /// use serde_json::{Value, json};
    ///
    /// let delete = Action::new("delete", |context, (): ()| async move {
    ///     let form = json!({ "type": "object", "properties": { "ok": { "type": "boolean" } } });
    ///     let asked = vec![("sure".to_owned(), InputRequest::elicit("Really?", &form))];
    ///     let answers = context.ask(asked).await?;
    ///     let answer: Option<Value> =
    ///         answers.first().and_then(|(_, answer)| serde_json::from_str(answer.get()).ok());
    ///     Ok(answer.is_some_and(|answer| answer["action"] == "accept"))
    /// });
    /// assert_eq!(delete.slug(), "delete");
    /// ```
    pub async fn ask(&self, requests: InputRequests) -> Result<InputResponses, Error> {
        self.inner
            .caller
            .ask(requests)
            .await
            .map_err(|error| match error {
                AskError::Unsupported(capability) => Error::missing_client_capability(capability),
                AskError::Refused(_) => Error::new(
                    Kind::Conflict,
                    "client_refused",
                    "the client refused the request",
                ),
                AskError::Cancelled => {
                    Error::new(Kind::Cancelled, "cancelled", "the call was cancelled")
                }
                AskError::Timeout => Error::new(
                    Kind::Timeout,
                    "client_timeout",
                    "the client did not answer in time",
                ),
            })
    }

    /// Lets go of the connection of a long call, where the client can come back for the rest.
    ///
    /// ```
    /// use keyway_core::Action;
    ///
    /// let report = Action::new("report", |context, (): ()| async move {
    ///     context.release_connection();
    ///     // What takes minutes goes here.
    ///     Ok("done")
    /// });
    /// assert_eq!(report.slug(), "report");
    /// ```
    pub fn release_connection(&self) {
        self.inner.caller.release_connection();
    }

    fn notify(&self, method: &str, params: &serde_json::Value) {
        if let Ok(params) = RawValue::from_string(params.to_string()) {
            self.inner.caller.notify(method, params);
        }
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("request", &self.inner.request)
            .finish_non_exhaustive()
    }
}
