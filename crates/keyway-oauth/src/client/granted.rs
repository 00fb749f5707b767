use keyway_core::Secret;

use crate::GrantInfo;

/// What a sign-in brought: the record to keep, and what may be shown of it.
#[derive(Debug)]
pub struct Granted {
    /// What is to be kept: secret as a whole.
    pub record: Secret<Vec<u8>>,
    /// What is known of it.
    pub info: GrantInfo,
}
