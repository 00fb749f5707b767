use std::sync::Arc;

use keyway::{Action, App};
use keyway_core::action::{Registry, Reply};
use keyway_core::credential::{Fields, Lease, LeasedCredential};
use keyway_core::ports::{Clock, HttpSend, NoCaller};
use keyway_core::rpc::RawJson;
use keyway_core::{Context, Error, Principal, Secret, Subject};
use keyway_egress::{Egress, EgressConfig};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{FixedClock, Recorded};

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// One call of an action, as the gateway makes it: the input is validated, what is around the action
/// runs, and the answer has to fit its schema. There is no policy, no audit and no database.
#[derive(Clone)]
pub struct TestCall {
    actions: Vec<Action>,
    slug: String,
    credentials: Vec<(String, Value)>,
    key: Option<String>,
    http: Arc<dyn HttpSend>,
    clock: Arc<dyn Clock>,
    input: Value,
}

impl TestCall {
    /// A call of an action of an app.
    pub fn of(app: App, slug: impl Into<String>) -> Self {
        let key = app.slug().to_owned();
        let (_, actions) = app.into_parts();
        Self::new(actions, slug.into(), Some(key))
    }

    /// A call of an action that belongs to no app.
    ///
    /// ```
    /// use keyway_testing::TestCall;
    /// use keyway::{Error, action};
    /// use serde_json::json;
    ///
    /// #[action]
    /// async fn double(number: u32) -> Result<u32, Error> {
    ///     Ok(number * 2)
    /// }
    ///
    /// #[tokio::main]
    /// async fn main() {
    ///     let call = TestCall::action(double());
    ///     assert_eq!(call.clone().input(json!({ "number": 4 })).run().await.unwrap(), 8);
    ///     let refused = call.input(json!({ "number": "four" })).run().await.unwrap_err();
    ///     assert_eq!(refused.code(), "invalid_input");
    /// }
    /// ```
    pub fn action(action: Action) -> Self {
        let slug = action.slug().to_owned();
        Self::new(vec![action], slug, None)
    }

    fn new(actions: Vec<Action>, slug: String, key: Option<String>) -> Self {
        Self {
            actions,
            slug,
            credentials: Vec::new(),
            key,
            http: Arc::new(Recorded::nothing()),
            clock: Arc::new(FixedClock::default()),
            input: json!({}),
        }
    }

    /// The fields of the app's credential, by their names as they are stored.
    ///
    /// # Panics
    ///
    /// For an action of no app: its credentials have keys.
    #[track_caller]
    pub fn credential(self, fields: Value) -> Self {
        let key = self.key.clone();
        let key = key.expect("an action of no app: say `credential_for(key, fields)`");
        self.credential_for(key, fields)
    }

    /// The fields of a credential, by its key.
    pub fn credential_for(mut self, key: impl Into<String>, fields: Value) -> Self {
        self.credentials.push((key.into(), fields));
        self
    }

    /// What answers its requests. Without it there are none.
    pub fn http(mut self, recorded: &Recorded) -> Self {
        self.http = Arc::new(recorded.clone());
        self
    }

    /// Its requests go out, as guarded as those of a gateway: to public addresses, and to the hosts
    /// of its credentials.
    pub fn network(mut self) -> Self {
        self.http = Arc::new(Egress::new(EgressConfig::default()));
        self
    }

    /// The time; the first moment of 2026 unless said.
    pub fn clock(mut self, clock: &FixedClock) -> Self {
        self.clock = Arc::new(clock.clone());
        self
    }

    /// The input; `{}` unless said.
    pub fn input(mut self, input: impl serde::Serialize) -> Self {
        self.input = serde_json::to_value(input).expect("an input is JSON");
        self
    }

    /// Runs it. Content blocks are answered as the array MCP has of them.
    ///
    /// # Errors
    ///
    /// The input is not valid, or the action failed.
    ///
    /// # Panics
    ///
    /// When there is no such action, a credential is missing, or the answer does not fit its schema.
    pub async fn run(self) -> Result<Value, Error> {
        let registry = Registry::new(self.actions).unwrap_or_else(|clashes| {
            let told: Vec<_> = clashes.iter().map(ToString::to_string).collect();
            panic!("the actions cannot be served: {}", told.join("; "))
        });
        let entry = registry.get(&self.slug);
        let entry = entry.unwrap_or_else(|| {
            let all: Vec<_> = registry.iter().map(|entry| entry.action().slug()).collect();
            panic!("there is no action `{}`; there are {all:?}", self.slug)
        });
        let input = RawJson::of(&self.input).expect("an input is JSON");
        entry.validate(&input)?;
        let lease = lease(entry.action(), &self.credentials);
        let context = Context::new(
            somebody(),
            format!("req_{ID}").parse().expect("an id"),
            CancellationToken::new(),
            Arc::new(NoCaller),
            self.clock,
        )
        .with_http(self.http);
        let context = match lease {
            Some(lease) => context.with_lease(lease),
            None => context,
        };
        let reply = entry.action().run(context, input).await?;
        assert!(
            entry.validate_output(&reply).is_ok(),
            "the answer of `{}` does not fit its own schema",
            self.slug
        );
        Ok(match reply {
            Reply::Data(data) => data.read().expect("an answer is JSON"),
            Reply::Content(blocks) => serde_json::to_value(blocks).expect("blocks are JSON"),
        })
    }
}

impl std::fmt::Debug for TestCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestCall")
            .field("slug", &self.slug)
            .finish_non_exhaustive()
    }
}

fn somebody() -> Principal {
    let organization = format!("org_{ID}").parse().expect("an id");
    Principal::new(organization, Subject::Anonymous)
}

fn lease(action: &Action, given: &[(String, Value)]) -> Option<Lease> {
    let needs = action.get_credentials();
    let leased = needs.iter().map(|need| {
        let definition = need.definition();
        let fields = given.iter().find(|(key, _)| key == definition.key());
        let Some((_, fields)) = fields else {
            panic!(
                "`{}` needs the credential `{}`: give its fields by `.credential(json!({{…}}))`",
                action.slug(),
                definition.key()
            );
        };
        LeasedCredential {
            key: definition.key().into(),
            fields: Fields::new(Secret::new(fields.to_string().into_bytes())),
            hosts: definition.get_hosts().cloned(),
        }
    });
    (!needs.is_empty()).then(|| Lease::new(leased.collect()))
}
