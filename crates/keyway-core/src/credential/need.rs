use std::sync::Arc;

use super::{Credential, CredentialDefinition, CredentialScope, Lease};
use crate::Error;

/// That an action cannot run without a credential.
#[derive(Debug, Clone)]
pub struct CredentialNeed {
    definition: Arc<CredentialDefinition>,
    pin: Option<CredentialScope>,
}

impl CredentialNeed {
    /// A need of this credential.
    pub fn new(definition: impl Into<Arc<CredentialDefinition>>) -> Self {
        Self {
            definition: definition.into(),
            pin: None,
        }
    }

    /// Only an instance of this scope will do.
    pub fn scope(mut self, pin: CredentialScope) -> Self {
        self.pin = Some(pin);
        self
    }

    /// What is needed.
    pub fn definition(&self) -> &Arc<CredentialDefinition> {
        &self.definition
    }

    /// The only scope it is looked for at: the action's word, else the credential's.
    pub fn pin(&self) -> Option<CredentialScope> {
        self.pin.or_else(|| self.definition.pin())
    }
}

/// The credentials an action's function takes: one type that is a [`Credential`], or several.
pub trait Credentials: Sized + Send + 'static {
    /// What has to be there before the action runs.
    fn needs() -> Vec<CredentialNeed>;

    /// Reads them out of what was leased.
    ///
    /// # Errors
    ///
    /// What was leased does not fit the types.
    fn read(lease: &Lease) -> Result<Self, Error>;
}

impl<C: Credential> Credentials for C {
    fn needs() -> Vec<CredentialNeed> {
        vec![CredentialNeed::new(C::definition())]
    }

    fn read(lease: &Lease) -> Result<Self, Error> {
        lease.credential()
    }
}

macro_rules! several {
    ($($name:ident)+) => {
        impl<$($name: Credential),+> Credentials for ($($name,)+) {
            fn needs() -> Vec<CredentialNeed> {
                vec![$(CredentialNeed::new($name::definition())),+]
            }

            fn read(lease: &Lease) -> Result<Self, Error> {
                Ok(($(lease.credential::<$name>()?,)+))
            }
        }
    };
}

several!(A B);
several!(A B C);
several!(A B C D);
