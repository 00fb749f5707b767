#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::path::Path;
use std::time::Duration;

use keyway_app::channels::{Heard, Subscription};
use keyway_app::jobs::JobSettings;
use keyway_app::{App, Settings, Surface};
use keyway_core::action::{Expose, Reply};
use keyway_core::channel::{Channel, Channels};
use keyway_core::{Action, Error, Role};
use keyway_store::Purpose;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::support::{Asking, Process};

/// A process with channels, that hands out what is published.
pub(super) struct World {
    pub(super) process: Process,
    stopping: CancellationToken,
    working: TaskTracker,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Publish {
    channel: String,
    message: Value,
}

pub(super) fn publish() -> Action {
    Action::new("publish", |context, input: Publish| async move {
        context.publish(&input.channel, &input.message).await
    })
    .expose(Expose::ALL)
}

pub(super) fn channels() -> Channels {
    let all = vec![
        Channel::new("orders").allow_everyone(),
        Channel::new("news").allow(|who| who.role() != Role::Member),
        Channel::new("silent"),
    ];
    Channels::new(all).unwrap()
}

impl World {
    pub(super) async fn start(directory: &Path) -> Self {
        let settings = Settings {
            channels: channels(),
            jobs: JobSettings {
                poll: Duration::from_millis(20),
                ..JobSettings::default()
            },
            ..Settings::default()
        };
        let starting = Process::start_with(directory, Purpose::Command, vec![publish()], settings);
        let process = starting.await;
        let (stopping, working) = (CancellationToken::new(), TaskTracker::new());
        working.spawn(process.app.clone().work(stopping.clone(), Duration::ZERO));
        Self {
            process,
            stopping,
            working,
        }
    }

    pub(super) async fn stop(self) {
        self.ending().await;
        self.process.stop().await;
    }

    pub(super) async fn ending(&self) {
        self.stopping.cancel();
        self.working.close();
        self.working.wait().await;
    }

    pub(super) fn app(&self) -> &App {
        &self.process.app
    }

    pub(super) async fn try_publish(&self, channel: &str, message: Value) -> Result<i64, Error> {
        let asking = Asking::new(self.app());
        let input = json!({ "channel": channel, "message": message });
        let reply = asking.invoke(self.app(), "publish", input, Surface::Cli);
        match reply.await? {
            Reply::Data(data) => Ok(data.read().unwrap()),
            Reply::Content(_) => Err(Error::internal("it answers a number")),
        }
    }

    pub(super) async fn publish(&self, channel: &str, message: Value) -> i64 {
        self.try_publish(channel, message).await.unwrap()
    }

    /// Listens as the operator.
    pub(super) async fn listen(&self, channel: &str, after: Option<i64>) -> Subscription {
        let who = self.app().local();
        self.app().listen(&who, channel, after).await.unwrap()
    }
}

/// What comes next, within 20 seconds.
pub(super) async fn next(subscription: &mut Subscription) -> Heard {
    let next = tokio::time::timeout(Duration::from_secs(20), subscription.next());
    next.await.unwrap().unwrap()
}

/// The message that comes next: its number and its data.
pub(super) async fn message(subscription: &mut Subscription) -> (i64, String) {
    match next(subscription).await {
        Heard::Message(message) => (message.id, message.data.as_str().to_owned()),
        other => (-1, format!("{other:?}")),
    }
}
