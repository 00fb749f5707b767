use std::collections::BTreeMap;
use std::sync::Arc;

use super::{IntegrationProvider, McpToolDescriptor, action};
use crate::names::{ACTION_SLUG, PROVIDER_ID};

/// The providers of a gateway, by id.
#[derive(Clone, Default)]
pub struct Providers(Arc<Known>);

#[derive(Clone, Default)]
struct Known {
    providers: BTreeMap<&'static str, Arc<dyn IntegrationProvider>>,
    /// Whose tool an action is, by its slug.
    tools: BTreeMap<String, (&'static str, &'static McpToolDescriptor)>,
}

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
    /// A tool's name is none, or another tool's.
    #[error("the provider `{0}` has no tool that could be called `{1}`, or two of them")]
    Tool(&'static str, &'static str),
    /// A tool wants a scope that no publication can have.
    #[error("the provider `{0}` offers no scope `{1}`, and a tool or its replies want it")]
    Scope(&'static str, &'static str),
}

impl Providers {
    /// Registers providers.
    ///
    /// # Errors
    ///
    /// An id that is none, or that two have; a tool without a name or a scope of its own provider.
    pub fn new(
        all: impl IntoIterator<Item = Box<dyn IntegrationProvider>>,
    ) -> Result<Self, BadProvider> {
        Self::default().with(all.into_iter().map(Arc::from))
    }

    /// The same with others.
    ///
    /// # Errors
    ///
    /// As [`Providers::new`].
    pub fn with(
        &self,
        more: impl IntoIterator<Item = Arc<dyn IntegrationProvider>>,
    ) -> Result<Self, BadProvider> {
        let mut known = (*self.0).clone();
        for provider in more {
            known.take(provider)?;
        }
        Ok(Self(Arc::new(known)))
    }

    /// The provider with this id.
    pub fn get(&self, id: &str) -> Option<&dyn IntegrationProvider> {
        self.0.providers.get(id).map(AsRef::as_ref)
    }

    /// Every provider, by id.
    pub fn iter(&self) -> impl Iterator<Item = &dyn IntegrationProvider> {
        self.0.providers.values().map(AsRef::as_ref)
    }

    /// The tool that an action is, and whose it is, by the action's slug.
    pub fn tool(
        &self,
        slug: &str,
    ) -> Option<(&dyn IntegrationProvider, &'static McpToolDescriptor)> {
        let (id, tool) = self.0.tools.get(slug)?;
        Some((self.get(id)?, tool))
    }

    /// The tools of a provider, by the slugs of their actions.
    pub fn tools_of(&self, id: &str) -> impl Iterator<Item = (&str, &'static McpToolDescriptor)> {
        let all = self.0.tools.iter();
        all.filter(move |(_, (of, _))| *of == id)
            .map(|(slug, (_, tool))| (slug.as_str(), *tool))
    }
}

impl Known {
    fn take(&mut self, provider: Arc<dyn IntegrationProvider>) -> Result<(), BadProvider> {
        let id = provider.id();
        if !PROVIDER_ID.allows(id) {
            return Err(BadProvider::Id(id));
        }
        if self.providers.contains_key(id) {
            return Err(BadProvider::Twice(id));
        }
        let offered = provider.publication().scopes;
        let wanted = provider.tools().iter().map(|tool| tool.scope);
        for scope in wanted.chain(provider.reply_scope()) {
            if !offered.iter().any(|one| one.name == scope) {
                return Err(BadProvider::Scope(id, scope));
            }
        }
        for tool in provider.tools() {
            let slug = action::slug(id, tool);
            let named = ACTION_SLUG.allows(&slug) && !tool.name.contains('-');
            if !named || self.tools.insert(slug, (id, tool)).is_some() {
                return Err(BadProvider::Tool(id, tool.name));
            }
        }
        self.providers.insert(id, provider);
        Ok(())
    }
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.providers.keys()).finish()
    }
}
