use std::sync::Arc;
use std::time::Duration;

use keyway::{Action, Credential, Error, Expose, Kind, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Say {
    /// What to say back.
    pub(crate) text: String,
    /// How often.
    #[serde(default)]
    pub(crate) times: Option<u8>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Said {
    /// What was said.
    pub(crate) text: String,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Nothing {}

/// `say:back`, everywhere.
pub(crate) fn say_back() -> Action {
    Action::new("say:back", |_, input: Say| async move {
        let times = usize::from(input.times.unwrap_or(1));
        Ok(Said {
            text: input.text.repeat(times),
        })
    })
    .title("Say back")
    .description("Says back what it is told")
    .read_only()
    .expose(Expose::ALL)
}

/// What `acme:whoami` needs.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Acme {
    pub(crate) api_key: Secret<String>,
}

impl Credential for Acme {
    const KEY: &'static str = "acme";
}

/// `acme:whoami`, everywhere: answers how long its key is, and how it ends.
pub(crate) fn whoami() -> Action {
    Action::with_credentials("acme:whoami", |_, _: Nothing, acme: Acme| async move {
        let key = acme.api_key.expose();
        let end = key.get(key.len().saturating_sub(2)..).unwrap_or_default();
        Ok(Said {
            text: format!("{} characters, ending in {end}", key.len()),
        })
    })
    .read_only()
    .expose(Expose::ALL)
}

/// `internal:cleanup`, nowhere.
pub(crate) fn hidden() -> Action {
    Action::new("internal:cleanup", |_, _: Nothing| async move {
        Ok(Said {
            text: "done".into(),
        })
    })
}

/// `fail:{name}`: fails with a kind.
pub(crate) fn failing(name: &str, kind: Kind) -> Action {
    Action::new(format!("fail:{name}"), move |_, _: Nothing| async move {
        let error = Error::new(kind, "made_up", "this was made to fail").with_hint("do not worry");
        let error = match kind {
            Kind::RateLimited => error.with_retry_after(Duration::from_millis(1_200)),
            _ => error.with_source("an inner secret"),
        };
        Err::<Said, _>(error)
    })
    .expose(Expose::HTTP | Expose::MCP)
}

/// `panic`: does what it says.
pub(crate) fn panicking() -> Action {
    Action::new("panic", |_, _: Nothing| async move {
        let none: Option<Said> = std::hint::black_box(None);
        Ok(none.expect("an inner secret"))
    })
    .expose(Expose::HTTP | Expose::MCP)
}

/// `wait`: tells that it began, and ends when it is let go.
pub(crate) fn waiting() -> (Action, Arc<Notify>, Arc<Notify>) {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&begun), Arc::clone(&go));
    let action = Action::new("wait", move |_, _: Nothing| {
        let (tell, wait) = (Arc::clone(&tell), Arc::clone(&wait));
        async move {
            tell.notify_one();
            wait.notified().await;
            Ok(Said {
                text: "waited".into(),
            })
        }
    })
    .timeout(Duration::ZERO)
    .expose(Expose::HTTP | Expose::MCP);
    (action, begun, go)
}
