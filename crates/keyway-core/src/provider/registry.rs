use std::collections::BTreeMap;
use std::sync::Arc;

use super::IntegrationProvider;
use crate::names::PROVIDER_ID;

/// The providers of a gateway, by id.
#[derive(Clone, Default)]
pub struct Providers(Arc<BTreeMap<&'static str, Arc<dyn IntegrationProvider>>>);

/// Why providers cannot be registered.
///
/// ```
/// use keyway_core::provider::BadProvider;
///
/// assert_eq!(BadProvider::Twice("acme").to_string(), "two providers have the id `acme`");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProvider {
    /// The id is none.
    #[error("the id `{0}` of a provider is not {expected}", expected = PROVIDER_ID.expectation())]
    Id(&'static str),
    /// Two have one id.
    #[error("two providers have the id `{0}`")]
    Twice(&'static str),
}

impl Providers {
    /// Registers providers.
    ///
    /// # Errors
    ///
    /// An id that is none, or that two have.
    pub fn new(
        all: impl IntoIterator<Item = Box<dyn IntegrationProvider>>,
    ) -> Result<Self, BadProvider> {
        Self::default().with(all.into_iter().map(Arc::from))
    }

    /// The same with others.
    ///
    /// # Errors
    ///
    /// An id that is none, or that two have.
    pub fn with(
        &self,
        more: impl IntoIterator<Item = Arc<dyn IntegrationProvider>>,
    ) -> Result<Self, BadProvider> {
        let mut known = (*self.0).clone();
        for provider in more {
            let id = provider.id();
            if !PROVIDER_ID.allows(id) {
                return Err(BadProvider::Id(id));
            }
            if known.insert(id, provider).is_some() {
                return Err(BadProvider::Twice(id));
            }
        }
        Ok(Self(Arc::new(known)))
    }

    /// The provider with this id.
    pub fn get(&self, id: &str) -> Option<&dyn IntegrationProvider> {
        self.0.get(id).map(AsRef::as_ref)
    }

    /// Every provider, by id.
    pub fn iter(&self) -> impl Iterator<Item = &dyn IntegrationProvider> {
        self.0.values().map(AsRef::as_ref)
    }
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
