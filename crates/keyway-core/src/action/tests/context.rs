use std::sync::{Arc, Mutex};

use serde_json::Value;
use serde_json::value::RawValue;

use super::support;
use crate::Kind;
use crate::action::{Action, Announcement};
use crate::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, InputRequest, InputRequests, InputResponses,
    LogLevel,
};

/// Remembers what it is told, and cannot be asked.
#[derive(Default)]
struct Listener {
    told: Mutex<Vec<(String, Value)>>,
    progress: bool,
    level: Option<LogLevel>,
}

impl Caller for Listener {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities::default()
    }

    fn wants_progress(&self) -> bool {
        self.progress
    }

    fn log_level(&self) -> Option<LogLevel> {
        self.level
    }

    fn notify(&self, method: &str, params: Box<RawValue>) {
        let params = serde_json::from_str(params.get()).unwrap();
        self.told.lock().unwrap().push((method.to_owned(), params));
    }

    fn ask(&self, _requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        Box::pin(std::future::ready(Err(AskError::Unsupported("roots"))))
    }

    fn takes_input_required(&self) -> bool {
        false
    }
}

#[test]
fn progress_and_log_reach_only_a_client_that_asked_for_them() {
    for (progress, level, expected) in [
        (false, None, 0),
        (true, None, 1),
        (true, Some(LogLevel::Warning), 2),
        (true, Some(LogLevel::Debug), 3),
    ] {
        let listener = Arc::new(Listener {
            progress,
            level,
            ..Listener::default()
        });
        let context = support::context_of(listener.clone());
        context.progress(1.0, Some(2.0), Some("half"));
        context.log(LogLevel::Info, Some("me"), "low");
        context.log(LogLevel::Error, None, "high");
        let told = listener.told.lock().unwrap();
        assert_eq!(told.len(), expected, "{told:?}");
        if let Some((method, params)) = told.first() {
            assert_eq!(method, "notifications/progress");
            assert_eq!(params["total"], 2.0);
            assert_eq!(params["message"], "half");
        }
    }
}

#[tokio::test]
async fn a_client_that_cannot_be_asked_is_a_missing_capability() {
    let context = support::context_of(Arc::new(Listener::default()));
    let asked = vec![("roots".to_owned(), InputRequest::roots())];
    let error = context.ask(asked).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict);
    assert_eq!(error.missing_capability(), Some("roots"));
}

#[test]
fn announcements_reach_who_listens_and_nobody_else() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let into = heard.clone();
    let context = support::context();
    context.announce(Announcement::Tools);
    let context = context.with_announcer(Arc::new(move |what| into.lock().unwrap().push(what)));
    context.announce(Announcement::Resource("x://y".into()));
    assert_eq!(
        *heard.lock().unwrap(),
        [Announcement::Resource("x://y".into())]
    );
}

#[tokio::test]
async fn completions_are_offered_for_the_arguments_that_have_them() {
    let action = Action::new("travel", |_, (): ()| async { Ok(1) }).complete(
        "city",
        |_, typed| async move { Ok(vec![format!("{typed}ris")]) },
    );
    let offered = action.completions(support::context(), "city", "Pa".into());
    assert_eq!(offered.unwrap().await.unwrap(), ["Paris"]);
    assert!(
        action
            .completions(support::context(), "day", "Mo".into())
            .is_none()
    );
}
