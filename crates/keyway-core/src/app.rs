use std::sync::Arc;

use crate::action::{Calling, Next, Origin, Ran, Surrounding};
use crate::credential::{Credential, CredentialDefinition, CredentialNeed};
use crate::{Action, Error};

/// An external service wrapped once: the credential it asks for, and the family of actions that use
/// it. Its slug is the credential's key.
///
/// ```
/// use keyway_core::{Action, App, Credential, Secret};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// #[serde(rename_all = "camelCase")]
/// struct Acme { api_key: Secret<String> }
///
/// impl Credential for Acme {
///     const KEY: &'static str = "acme";
/// }
///
/// let acme = App::of::<Acme>()
///     .title("Acme")
///     .hosts(["api.acme.example"])
///     .action(Action::with_credentials("acme:whoami", |context, (): (), acme: Acme| async move {
///         let me = context.http().get("https://api.acme.example/me").bearer(&acme.api_key);
///         me.send().await?.json::<serde_json::Value>().await
///     }));
/// assert_eq!((acme.slug(), acme.actions().len()), ("acme", 1));
/// ```
#[derive(Debug, Clone)]
pub struct App {
    credential: CredentialDefinition,
    actions: Vec<Action>,
    around: Surrounding,
}

impl App {
    /// The app of a credential that is a type.
    #[track_caller]
    pub fn of<C: Credential>() -> Self {
        let defined = Origin::here();
        Self::new(C::definition().defined(defined))
    }

    /// The app of a credential.
    pub fn new(credential: CredentialDefinition) -> Self {
        Self {
            credential,
            actions: Vec::new(),
            around: Surrounding::default(),
        }
    }

    /// A name for people.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.credential = self.credential.title(title);
        self
    }

    /// What it is and where people get a credential for it.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.credential = self.credential.description(description);
        self
    }

    /// The only hosts its credential is sent to; see [`CredentialDefinition::hosts`].
    pub fn hosts<H: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.credential = self.credential.hosts(hosts);
        self
    }

    /// The action that tells whether a credential is good.
    pub fn check(mut self, action: impl Into<String>) -> Self {
        self.credential = self.credential.check(action);
        self
    }

    /// Adds an action. It needs the app's credential, whether it says so itself or not.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Adds actions.
    pub fn with_actions(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        self.actions.extend(actions);
        self
    }

    /// Runs something around each of its actions; see [`Action::around`].
    pub fn around<F, R>(mut self, around: F) -> Self
    where
        F: Fn(Calling, Next) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Ran, Error>> + Send + 'static,
    {
        self.around.add(around);
        self
    }

    /// Its slug.
    pub fn slug(&self) -> &str {
        self.credential.key()
    }

    /// Its credential.
    pub fn credential(&self) -> &CredentialDefinition {
        &self.credential
    }

    /// Its actions as they were added.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Its credential and its actions, each with its need of it and with what is around it.
    pub fn into_parts(self) -> (Arc<CredentialDefinition>, Vec<Action>) {
        let credential = Arc::new(self.credential);
        let need = || CredentialNeed::new(Arc::clone(&credential));
        let needing = |action: Action| {
            let mut needs = action.get_credentials().iter();
            if needs.any(|need| need.definition().key() == credential.key()) {
                action
            } else {
                action.needs(need())
            }
        };
        let around = self.around;
        let actions = self.actions.into_iter().map(needing);
        let actions = actions.map(|action| action.around_all(&around)).collect();
        (credential, actions)
    }
}
