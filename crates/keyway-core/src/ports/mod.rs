//! The ports: everything outside the process, as traits that the wiring implements.

mod call;
mod caller;
mod calls;
mod catalogue;
mod clock;
mod headers;
mod hosts;
mod http;
mod publisher;
mod random;
mod task;
mod tokens;
mod upstream;

pub use call::Call;
pub use caller::{
    AskError, Caller, ClientCapabilities, InputRequest, InputRequests, InputResponses, LogLevel,
    NoCaller,
};
pub use calls::{CallFrom, Calls};
pub use catalogue::{Audience, CacheScope, List, Notice, Page};
pub use clock::Clock;
pub use headers::{HeaderSource, MadeHeaders};
pub use hosts::{BadHost, Hosts};
pub use http::{
    Body, Destination, HttpError, HttpRequest, HttpResponse, HttpSend, Limits, Redirects,
};
pub use publisher::Publisher;
pub use random::Random;
pub use task::TaskAsk;
pub use tokens::{AccessToken, ProtectedResource, Refusal, TokenError, TokenSource, TokenSources};
pub use upstream::{
    Change, ChangeKind, Decided, Definition, Lists, Relay, RelayMethod, Upstream, UpstreamState,
    UpstreamStatus,
};

/// A boxed, sendable future: what a port's asynchronous methods return.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
