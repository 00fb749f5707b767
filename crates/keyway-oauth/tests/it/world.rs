use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use keyway_core::ports::{
    AccessToken, BoxFuture, Clock, ProtectedResource, Random, Refusal, TokenError, TokenSource,
    TokenSources as _,
};
use keyway_egress::{Egress, EgressConfig};
use keyway_oauth::{
    Client, ClientSettings, GrantInfo, OAuthError, Parts, SignIn, SignInError, SignInRequest,
};
use keyway_testkit::authorization::{
    AuthorizationServer, Misbehaviour, Options, ProtectedPeer, ResourceOptions, browse,
};
use keyway_testkit::peers::Script;
use parking_lot::Mutex;

use crate::safes::MemorySafe;

/// The key of the server in the configuration.
pub(crate) const KEY: &str = "files";

/// Where the person comes back to.
pub(crate) const REDIRECT: &str = "http://localhost:1456/auth/mcp/callback";

/// A clock that is turned by hand.
pub(crate) struct Hand(Mutex<Timestamp>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

impl Hand {
    /// Lets time pass.
    pub(crate) fn turn(&self, by: Duration) {
        let mut now = self.0.lock();
        *now += by;
    }
}

struct Dice;

impl Random for Dice {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            let roll = std::hash::RandomState::new().hash_one(0_u8);
            *byte = roll.to_le_bytes()[0];
        }
    }
}

/// A person with a browser who follows every link.
pub(crate) struct Person;

impl SignIn for Person {
    fn sign_in<'a>(
        &'a self,
        request: SignInRequest<'a>,
    ) -> BoxFuture<'a, Result<String, SignInError>> {
        Box::pin(async move {
            let back = browse(request.url).await;
            back.map_err(|_| SignInError::Cancelled)
        })
    }

    fn redirect_uri(&self) -> String {
        REDIRECT.into()
    }
}

/// A server behind an authorization server, and a client of both.
pub(crate) struct World {
    pub(crate) server: AuthorizationServer,
    pub(crate) peer: ProtectedPeer,
    pub(crate) safe: Arc<MemorySafe>,
    pub(crate) clock: Arc<Hand>,
    pub(crate) resource: ProtectedResource,
    pub(crate) client: Client,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Options::default(), ResourceOptions::default()).await
    }

    pub(crate) async fn that(misbehaviour: Misbehaviour) -> Self {
        let world = Self::new().await;
        world.server.misbehave(misbehaviour);
        world
    }

    pub(crate) async fn with(options: Options, resource: ResourceOptions) -> Self {
        let server = AuthorizationServer::start(options).await;
        let peer = ProtectedPeer::start(&server, Script::default(), resource).await;
        let safe = MemorySafe::new();
        let clock = Arc::new(Hand(Mutex::new(Timestamp::UNIX_EPOCH)));
        let resource = ProtectedResource {
            url: peer.url(),
            ..ProtectedResource::default()
        };
        let client = client(&safe, &clock, true);
        Self {
            server,
            peer,
            safe,
            clock,
            resource,
            client,
        }
    }

    /// Another process of the same person: everything of its own but the safe.
    pub(crate) fn another_client(&self) -> Client {
        client(&self.safe, &self.clock, true)
    }

    /// A process with nobody there.
    pub(crate) fn client_without_person(&self) -> Client {
        client(&self.safe, &self.clock, false)
    }

    /// Signs in from beginning to end.
    pub(crate) async fn sign_in(&self) -> Result<GrantInfo, OAuthError> {
        self.client.connect(KEY, &self.resource, &Person).await
    }

    /// Signs in; the server behaves meanwhile, and misbehaves afterwards.
    pub(crate) async fn signed_in_then(misbehaviour: Misbehaviour) -> Self {
        let world = Self::new().await;
        world.sign_in().await.expect("a sign-in");
        world.server.misbehave(misbehaviour);
        world
    }

    pub(crate) fn source(&self) -> Arc<dyn TokenSource> {
        self.client.source(KEY, &self.resource)
    }

    /// What the person's grant is, as it is kept.
    pub(crate) async fn grant(&self) -> Option<GrantInfo> {
        self.client.grants().await.into_iter().next()
    }

    /// The access token is over.
    pub(crate) fn let_it_expire(&self) {
        self.clock.turn(Duration::from_hours(2));
        self.server.expire_tokens();
    }

    /// Nothing the server made, nor what we sent it, is in a text.
    pub(crate) fn assert_clean(&self, text: &str) {
        for secret in self.server.secrets() {
            assert!(!text.contains(&secret), "a secret is in: {text}");
        }
        for visit in self.server.visits() {
            for name in ["state", "code_verifier", "code", "client_secret"] {
                let value = visit.param(name);
                assert!(
                    value.is_empty() || !text.contains(value),
                    "{name} in: {text}"
                );
            }
        }
        assert!(!text.contains(char::is_control), "{text:?}");
    }
}

fn client(safe: &Arc<MemorySafe>, clock: &Arc<Hand>, person: bool) -> Client {
    Client::new(Parts {
        http: Arc::new(Egress::new(EgressConfig::default())),
        safe: Arc::clone(safe) as _,
        clock: Arc::clone(clock) as _,
        random: Arc::new(Dice),
        sign_in: person.then(|| Arc::new(Person) as _),
        failures: None,
        settings: ClientSettings {
            timeout: Duration::from_secs(2),
            ..ClientSettings::default()
        },
    })
}

/// Signs in while the server misbehaves; checks the code and that nothing is kept or said.
pub(crate) async fn fails_to_sign_in(misbehaviour: Misbehaviour, code: &str) -> (World, String) {
    let world = World::that(misbehaviour).await;
    let error = world.sign_in().await.expect_err("no sign-in");
    let text = error.to_string();
    assert_eq!(error.code(), code, "{text}");
    world.assert_clean(&text);
    assert_eq!(world.grant().await, None);
    let token = world.source().token().await;
    assert!(
        matches!(token, Err(TokenError::SignInRequired(_))),
        "{token:?}"
    );
    (world, text)
}

/// A 401 of the resource, for a token that was sent.
pub(crate) fn unauthorized(sent: &AccessToken) -> Refusal {
    Refusal {
        status: 401,
        challenges: vec!["Bearer error=\"invalid_token\"".into()],
        sent: Some(sent.clone()),
    }
}

/// A 403 of the resource that asks for a scope.
pub(crate) fn forbidden(sent: &AccessToken, scope: &str) -> Refusal {
    Refusal {
        status: 403,
        challenges: vec![format!(
            "Bearer error=\"insufficient_scope\", scope=\"{scope}\""
        )],
        sent: Some(sent.clone()),
    }
}
