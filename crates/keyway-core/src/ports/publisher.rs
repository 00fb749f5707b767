use super::BoxFuture;
use crate::rpc::RawJson;
use crate::{Error, OrgId};

/// The way messages get to the subscribers of channels.
pub trait Publisher: Send + Sync {
    /// Keeps a message for everyone of `organization` who subscribed to the channel, and answers its
    /// number: each of an organization has a higher one than those before it.
    fn publish<'a>(
        &'a self,
        organization: &'a OrgId,
        channel: &'a str,
        message: RawJson,
    ) -> BoxFuture<'a, Result<i64, Error>>;
}
