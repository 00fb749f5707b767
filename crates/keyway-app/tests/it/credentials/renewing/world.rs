#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::sync::Arc;
use std::time::Duration;

use keyway_app::Settings;
use keyway_app::credentials::{CredentialChoice, OAuthClient, Place};
use keyway_app::{Invocation, Surface};
use keyway_core::action::{Expose, Reply};
use keyway_core::credential::{CredentialNeed, OAuth2};
use keyway_core::ports::Clock as _;
use keyway_core::rpc::RawJson;
use keyway_core::{
    Action, CredentialDefinition, Error, Kind, Principal, Role, Scopes, Secret, Subject,
};
use keyway_egress::{AllowList, EgressConfig};
use keyway_store::{Purpose, WebSession};
use keyway_testkit::authorization::{AuthorizationServer, Options, browse};
use parking_lot::Mutex;
use serde_json::json;

use crate::support::{Asking, Process};

const REDIRECT: &str = "https://gate.example/connect/acme/callback";

/// A gateway that is connected at an authorization server.
pub(super) struct World {
    pub(super) server: AuthorizationServer,
    pub(super) process: Process,
    pub(super) directory: tempfile::TempDir,
    /// The tokens that the service refuses.
    pub(super) refused: Arc<Mutex<Vec<String>>>,
}

impl World {
    pub(super) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub(super) async fn with(options: Options) -> Self {
        let server = AuthorizationServer::start(Options {
            registration: false,
            ..options
        })
        .await;
        server.add_client("keyway", Some("secret-1"), REDIRECT);
        let directory = tempfile::tempdir().unwrap();
        let refused = Arc::default();
        let process = process(&server, &directory, Purpose::Serve, &refused).await;
        Self {
            server,
            process,
            directory,
            refused,
        }
    }

    /// Another process on the same data.
    pub(super) async fn other(&self) -> Process {
        process(
            &self.server,
            &self.directory,
            Purpose::Command,
            &self.refused,
        )
        .await
    }

    /// A person of the organization, in a web session.
    pub(super) async fn person(&self) -> Principal {
        let (app, store) = (&self.process.app, &self.process.store);
        let organization = app.local().organization().clone();
        let owner = store.members(&organization).await.unwrap().remove(0);
        let session: keyway_core::WebSessionId =
            "web_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        let now = self.process.clock.now();
        let row = WebSession {
            id: session.clone(),
            organization: organization.clone(),
            user: owner.id.clone(),
            method: "password".into(),
            address: "127.0.0.1".into(),
            user_agent: "test".into(),
            created_at: now,
            last_seen_at: now,
            expires_at: now.checked_add(Duration::from_secs(1 << 30)).unwrap(),
        };
        let made = store.create_web_session(&row, "hash", jiff::Timestamp::UNIX_EPOCH);
        // Once is enough.
        let _ = made.await;
        let subject = Subject::WebSession {
            session,
            user: owner.id,
        };
        Principal::new(organization, subject)
            .with_role(Role::Owner)
            .with_scopes(Scopes::all())
    }

    pub(super) async fn connect(&self) {
        let who = self.person().await;
        let all = self.process.app.credentials();
        let begun = all.begin_connecting(&who, "acme", &Place::Organization, None, REDIRECT);
        let back = browse(begun.await.unwrap().expose()).await.unwrap();
        let query = Secret::new(back.split_once('?').unwrap().1.to_owned());
        Box::pin(all.complete_connecting(&who, "acme", &query))
            .await
            .unwrap();
    }

    pub(super) async fn call(&self) -> Result<String, Error> {
        call(&self.process, "token").await
    }

    pub(super) async fn view(&self) -> keyway_app::credentials::CredentialView {
        let all = self.process.app.credentials();
        let mut all = all.list(&self.process.app.local(), None).await.unwrap();
        all.remove(0)
    }

    pub(super) fn advance(&self, minutes: u64) {
        self.process
            .clock
            .advance(Duration::from_secs(minutes * 60));
    }
}

async fn process(
    server: &AuthorizationServer,
    directory: &tempfile::TempDir,
    purpose: Purpose,
    refused: &Arc<Mutex<Vec<String>>>,
) -> Process {
    let server = OAuth2::of_issuer(server.issuer()).scopes(["mcp:read"]);
    let definition = Arc::new(CredentialDefinition::oauth2("acme", server));
    let client = OAuthClient {
        client_id: "keyway".into(),
        client_secret: Some(Secret::new("secret-1".into())),
    };
    let settings = Settings {
        oauth_clients: [("acme".to_owned(), client)].into(),
        ..Settings::default()
    };
    let egress = EgressConfig {
        allow: AllowList::new(vec!["127.0.0.1".parse().unwrap()]),
        ..EgressConfig::default()
    };
    let read = token("token", &definition, refused).read_only();
    let write = token("write", &definition, refused);
    let actions = vec![read, write];
    Process::start_through(directory.path(), purpose, actions, settings, egress).await
}

/// Answers the access token it got, unless the service refuses it.
fn token(
    slug: &str,
    definition: &Arc<CredentialDefinition>,
    refused: &Arc<Mutex<Vec<String>>>,
) -> Action {
    let refused = Arc::clone(refused);
    Action::json(
        slug,
        json!({ "type": "object" }),
        None,
        move |context, _| {
            let refused = Arc::clone(&refused);
            async move {
                let token = context
                    .credential_fields("acme")?
                    .get("accessToken")
                    .unwrap();
                if refused.lock().contains(token.expose()) {
                    return Err(Error::new(Kind::BadGateway, "upstream_unauthorized", "no"));
                }
                let text = serde_json::to_string(token.expose()).unwrap();
                Ok(RawJson::parse(text.into()).unwrap())
            }
        },
    )
    .needs(CredentialNeed::new(Arc::clone(definition)))
    .expose(Expose::HTTP)
}

pub(super) async fn call(process: &Process, slug: &str) -> Result<String, Error> {
    let asking = Asking::new(&process.app);
    let who = process.app.local();
    let invocation = Invocation {
        who: &who,
        slug,
        input: RawJson::empty_object(),
        surface: Surface::Http,
        caller: asking.caller,
        cancel: &asking.cancel,
        request: &asking.request,
        credentials: CredentialChoice::default(),
    };
    match process.app.invoke(invocation).await? {
        Reply::Data(data) => Ok(data.read().unwrap()),
        Reply::Content(_) => Err(Error::internal("the action answers data")),
    }
}
