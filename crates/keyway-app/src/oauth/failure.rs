use keyway_core::Error;
use keyway_oauth::server::Refusal;
use keyway_store::StoreError;

/// Why the authorization server did not do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The request is refused, in the words of OAuth.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Something failed here.
    #[error("the authorization server failed")]
    Failed(#[source] Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}
