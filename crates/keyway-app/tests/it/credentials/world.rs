#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_app::credentials::{CredentialChoice, CredentialView, Credentials, Place};
use keyway_app::{Invocation, Surface};
use keyway_core::action::{Expose, Reply};
use keyway_core::credential::CredentialScope;
use keyway_core::rpc::RawJson;
use keyway_core::{
    Action, Actor, Credential, Error, Principal, Role, Scopes, Secret, Subject, UserId,
};
use keyway_store::{Member, Purpose};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::support::{Asking, Process};

/// What a test stores and nobody may show.
pub(crate) const CANARY: &str = "canary-7f3a";

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Acme {
    pub(crate) api_key: Secret<String>,
    #[expect(dead_code, reason = "a field that need not be given")]
    account: Option<u32>,
}

impl Credential for Acme {
    const KEY: &'static str = "acme";
}

/// Answers the key it got, so that a test sees which it was.
fn whose(slug: &str) -> Action {
    Action::with_credentials(slug, |_, (): (), acme: Acme| async move {
        Ok(acme.api_key.expose().clone())
    })
    .expose(Expose::MCP | Expose::HTTP)
}

pub(crate) struct World {
    pub(crate) process: Process,
    pub(crate) directory: tempfile::TempDir,
}

impl World {
    pub(crate) async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self::at(directory).await
    }

    /// The next process on the same data.
    pub(crate) async fn restart(self) -> Self {
        self.process.stop().await;
        Self::at(self.directory).await
    }

    async fn at(directory: tempfile::TempDir) -> Self {
        let actions = vec![
            whose("whose"),
            whose("own").credential_scope(CredentialScope::User),
            Action::with_credentials("busy", |_, (): (), _: Acme| async move {
                let refused = keyway_core::Kind::BadGateway;
                Err::<u8, _>(Error::new(refused, "upstream_unauthorized", "no"))
            })
            .expose(Expose::HTTP),
        ];
        let process = Process::start(directory.path(), Purpose::Serve, actions).await;
        Self { process, directory }
    }

    pub(crate) fn credentials(&self) -> Credentials {
        self.process.app.credentials()
    }

    pub(crate) fn operator(&self) -> Principal {
        self.process.app.local()
    }

    /// A member of the organization, who comes with an API key.
    pub(crate) async fn member(&self, role: Role, number: u8) -> (Principal, UserId) {
        let id: UserId = format!("user_01890a5d-ac96-774b-bcce-0000000000{number:02x}")
            .parse()
            .unwrap();
        let member = Member {
            id: id.clone(),
            name: "Ada".to_owned(),
            email: None,
            role,
            created_at: jiff::Timestamp::UNIX_EPOCH,
            disabled_at: None,
            revision: 1,
        };
        let organization = self.operator().organization().clone();
        let store = &self.process.store;
        store.create_member(&organization, &member).await.unwrap();
        let key = "key_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let owner = Actor::User(id.clone());
        let who = Principal::new(organization, Subject::ApiKey { key, owner });
        (who.with_role(role).with_scopes(Scopes::all()), id)
    }

    pub(crate) async fn set(
        &self,
        who: &Principal,
        place: &Place,
        name: &str,
        key: &str,
    ) -> Result<CredentialView, Error> {
        let fields = Secret::new(format!(r#"{{"apiKey":"{key}"}}"#));
        let all = self.credentials();
        let set = all.set(who, "acme", place, Some(name), &fields).await;
        set.map(|(view, _)| view)
    }

    /// The key that a call of `slug` by `who` gets.
    pub(crate) async fn call(
        &self,
        who: &Principal,
        slug: &str,
        choice: CredentialChoice,
    ) -> Result<String, Error> {
        let asking = Asking::new(&self.process.app);
        let invocation = Invocation {
            who,
            slug,
            input: RawJson::empty_object(),
            surface: Surface::Http,
            caller: asking.caller,
            cancel: &asking.cancel,
            request: &asking.request,
            credentials: choice,
        };
        let Reply::Data(data) = self.process.app.invoke(invocation).await? else {
            return Err(Error::internal("the action answers data"));
        };
        Ok(data.read().unwrap())
    }

    pub(crate) async fn project(&self, slug: &str) -> Place {
        let people = self.process.app.people();
        let made = people.create_project(&self.operator(), slug, slug).await;
        made.unwrap();
        Place::Project {
            project: slug.to_owned(),
        }
    }
}

pub(crate) fn of_user(user: &UserId) -> Place {
    Place::User {
        user: user.to_string(),
    }
}

pub(crate) fn any() -> CredentialChoice {
    CredentialChoice::default()
}

pub(crate) fn project(slug: &str) -> CredentialChoice {
    CredentialChoice {
        project: Some(slug.to_owned()),
        ..any()
    }
}

pub(crate) fn instance(name: &str) -> CredentialChoice {
    CredentialChoice {
        instances: vec![("acme".to_owned(), name.to_owned())],
        ..any()
    }
}
