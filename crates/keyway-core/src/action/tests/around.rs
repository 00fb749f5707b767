use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::support::context;
use crate::action::{Action, Reply, Surrounding};
use crate::rpc::RawJson;
use crate::{App, Credential, Error, Kind, Secret};

type Log = Arc<Mutex<Vec<String>>>;

fn note(log: &Log, text: impl Into<String>) {
    log.lock().unwrap().push(text.into());
}

fn noting(
    log: &Log,
    name: &'static str,
) -> impl Fn(
    crate::action::Calling,
    crate::action::Next,
) -> crate::ports::BoxFuture<'static, Result<crate::action::Ran, Error>>
+ Send
+ Sync
+ 'static {
    let log = Arc::clone(log);
    move |calling, next| {
        let log = Arc::clone(&log);
        Box::pin(async move {
            note(&log, format!("{name} before {}", calling.slug()));
            let outcome = next.run().await;
            let told = match &outcome {
                Ok(ran) => format!("{:?}", ran.reply()),
                Err(error) => error.code().to_owned(),
            };
            note(&log, format!("{name} after {told}"));
            outcome
        })
    }
}

async fn run(action: &Action, input: Value) -> Result<Reply, Error> {
    action.run(context(), RawJson::of(&input).unwrap()).await
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Acme {
    #[expect(dead_code, reason = "only its definition matters")]
    key: Secret<String>,
}

impl Credential for Acme {
    const KEY: &'static str = "acme";
}

#[tokio::test]
async fn the_gateway_is_outside_of_the_app_and_the_app_of_the_action() {
    let log = Log::default();
    let inner = Arc::clone(&log);
    let action = Action::new("a", move |_, (): ()| {
        note(&inner, "runs");
        async { Ok(7) }
    })
    .around(noting(&log, "first"))
    .around(noting(&log, "second"));
    let app = App::of::<Acme>().action(action).around(noting(&log, "app"));
    let mut gateway = Surrounding::default();
    gateway.add(noting(&log, "gateway"));
    let (_, actions) = app.into_parts();
    let action = actions[0].clone().around_all(&gateway);
    run(&action, json!({})).await.unwrap();
    let names: Vec<_> = log
        .lock()
        .unwrap()
        .iter()
        .map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        names,
        [
            "gateway before",
            "app before",
            "first before",
            "second before",
            "runs",
            "second after",
            "first after",
            "app after",
            "gateway after",
        ]
    );
}

#[tokio::test]
async fn who_refuses_keeps_the_action_from_running_and_who_is_outside_sees_it() {
    let log = Log::default();
    let inner = Arc::clone(&log);
    let action = Action::new("a", move |_, (): ()| {
        note(&inner, "runs");
        async { Ok(7) }
    })
    .around(noting(&log, "outside"))
    .around(|_, _| async { Err(Error::new(Kind::Forbidden, "not_today", "not today")) });
    let error = run(&action, json!({})).await.unwrap_err();
    assert_eq!(error.code(), "not_today");
    let log = log.lock().unwrap();
    assert_eq!(*log, ["outside before a", "outside after not_today"]);
}

#[tokio::test]
async fn what_is_given_along_reaches_the_action_and_no_secret_is_shown() {
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Login {
        user: String,
        pin: Secret<String>,
        deep: Vec<Inner>,
        api_key: Option<String>,
    }
    #[derive(serde::Deserialize, schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema matters")]
    struct Inner {
        code: Secret<String>,
        note: String,
    }
    let seen = Log::default();
    let outer = Arc::clone(&seen);
    let action = Action::new("login", |context, _: Login| async move {
        let given = context
            .get::<u32>()
            .ok_or_else(|| Error::internal("nothing"))?;
        assert!(context.get::<u64>().is_none());
        Ok(*given)
    })
    .around(move |calling, next| {
        note(&outer, calling.input().as_str());
        async move { next.run_with(7u32).await }
    });
    let input = json!({
        "user": "ada", "pin": "canary-1", "api_key": "canary-2",
        "deep": [{ "code": "canary-3", "note": "n" }]
    });
    let Reply::Data(answer) = run(&action, input).await.unwrap() else {
        panic!("no data");
    };
    assert_eq!(answer.as_str(), "7");
    let seen: Value = serde_json::from_str(&seen.lock().unwrap()[0]).unwrap();
    assert_eq!(
        seen,
        json!({
            "user": "ada", "pin": "[masked]", "api_key": "[masked]",
            "deep": [{ "code": "[masked]", "note": "n" }]
        })
    );
}
