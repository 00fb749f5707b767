use std::fmt;

use super::{BoxFuture, TokenError};
use crate::Secret;

/// Headers that are made of credentials, by name. They cannot be printed.
#[derive(Clone, Default)]
pub struct MadeHeaders {
    /// Each name with its value.
    pub all: Vec<(String, Secret<String>)>,
    /// The access tokens they were made of: nothing that is told later has them in it.
    pub secrets: Vec<Secret<String>>,
}

impl fmt::Debug for MadeHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeHeaders").finish_non_exhaustive()
    }
}

/// The headers of requests to one upstream, made of credentials that are renewed now and then.
///
/// Whoever sends requests asks for them before each one, and reports a refusal.
pub trait HeaderSource: Send + Sync {
    /// The headers to send next: what they are made of is renewed first when it is about to expire.
    fn headers(&self) -> BoxFuture<'_, Result<MadeHeaders, TokenError>>;

    /// A request with these headers was answered with 401. The answer is what to repeat it with, once;
    /// `None` when there is nothing else.
    fn refused<'a>(
        &'a self,
        sent: &'a MadeHeaders,
    ) -> BoxFuture<'a, Result<Option<MadeHeaders>, TokenError>>;
}
