//! A process that is killed while it works.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use keyway_app::jobs::JobSettings;
use keyway_app::system::SystemClock;
use keyway_app::{App, AppParts, Definitions, Settings};
use keyway_core::action::Registry;
use keyway_core::credential::CredentialBook;
use keyway_core::ports::Clock;
use keyway_core::{Action, Error};
use keyway_egress::{Egress, EgressConfig};
use keyway_store::{JobState, NewJob, Purpose, Store};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::world::{Note, Ran, World, quick, task, telling};
use crate::support::{random, ready, until};

const JOBS: usize = 60;
const KILLS: u32 = 8;
/// Tells the test below that it is the process to be killed, and where.
const WORKS_IN: &str = "KEYWAY_TEST_WORKS_IN";

/// Writes down that it ran; and its effect, once for each job whatever happens.
fn charge(directory: PathBuf) -> Action {
    task("charge", move |context, note: Note| {
        let directory = directory.clone();
        async move {
            let key = context.job().map(|job| job.idempotency_key().to_owned());
            let key = key.ok_or_else(|| Error::internal("this is no job"))?;
            let written = |path: PathBuf, text: String| {
                let mut file = OpenOptions::new().create(true).append(true).open(path)?;
                file.write_all(text.as_bytes())
            };
            written(directory.join("runs"), format!("{}\n", note.text)).map_err(Error::internal)?;
            tokio::time::sleep(Duration::from_millis(5)).await;
            let effect = directory.join("effects").join(&key);
            match OpenOptions::new().create_new(true).write(true).open(effect) {
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    return Ok("it was done before".into());
                }
                Err(error) => return Err(Error::internal(error)),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            Ok(String::new())
        }
    })
    .attempts(1000)
}

/// The time of day, years ahead: what was queued by the clock of the tests is due.
struct Ahead;

impl Clock for Ahead {
    fn now(&self) -> jiff::Timestamp {
        SystemClock.now() + jiff::SignedDuration::from_hours(24 * 365 * 10)
    }
}

/// Works until it is killed. Run by the test below in a process of its own; by itself it does
/// nothing.
#[tokio::test]
#[ignore = "the process that is killed"]
async fn works_until_it_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "told by the test that starts it")]
    let Ok(directory) = std::env::var(WORKS_IN) else {
        return;
    };
    let directory = PathBuf::from(directory);
    let path = directory.join("keyway.db");
    let store = Store::open(&path, Purpose::Command).await.unwrap();
    let ready = ready(&store, &directory).await;
    let registry = Registry::new(vec![charge(directory)]).unwrap();
    let app = App::new(AppParts {
        store,
        ready,
        clock: Arc::new(Ahead),
        random: random(),
        http: Arc::new(Egress::new(EgressConfig::default())),
        definitions: Definitions::new(registry, CredentialBook::default()),
        settings: Settings {
            jobs: JobSettings {
                lease: Duration::from_millis(300),
                concurrency: 3,
                ..quick()
            },
            ..Settings::default()
        },
        tasks: TaskTracker::new(),
        shutdown: CancellationToken::new(),
    });
    println!("works");
    Box::pin(app.work(CancellationToken::new(), Duration::ZERO)).await;
}

struct Worker(Child);

impl Worker {
    fn start(directory: &Path) -> Self {
        let this = std::env::current_exe().unwrap();
        let mut child = Command::new(this)
            .args([
                "jobs::kills::works_until_it_is_killed",
                "--exact",
                "--ignored",
                "--nocapture",
            ])
            .env(WORKS_IN, directory)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let told = lines
            .map_while(Result::ok)
            .any(|line| line.contains("works"));
        assert!(told, "it ended");
        Self(child)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_process_killed_anywhere_runs_every_job_and_has_each_effect_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::create_dir(path.join("effects")).unwrap();
    let world = World::idle(path, vec![charge(path.to_owned())], quick()).await;
    let mut ids = Vec::new();
    for number in 0..JOBS {
        ids.push(
            world
                .queue("charge", json!({ "text": number.to_string() }))
                .await,
        );
    }
    for _ in 0..KILLS {
        let worker = Worker::start(path);
        let mut byte = [0];
        random().fill(&mut byte);
        tokio::time::sleep(Duration::from_millis(20 + u64::from(byte[0]) / 2)).await;
        drop(worker);
    }
    let worker = Worker::start(path);
    for id in &ids {
        world.reaches(id, "done").await;
    }
    drop(worker);
    let mut runs: HashMap<String, usize> = HashMap::new();
    for line in fs::read_to_string(path.join("runs")).unwrap().lines() {
        *runs.entry(line.to_owned()).or_default() += 1;
    }
    assert_eq!(runs.len(), JOBS, "each ran at least once: {runs:?}");
    let mut effects: Vec<_> = fs::read_dir(path.join("effects"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    effects.sort_unstable();
    let mut expected: Vec<_> = ids.iter().map(ToString::to_string).collect();
    expected.sort_unstable();
    assert_eq!(
        effects, expected,
        "each had its effect, and none had one besides"
    );
    world.stop().await;
}

#[tokio::test]
async fn a_job_whose_row_is_not_ours_to_read_is_given_up() {
    let directory = tempfile::tempdir().unwrap();
    let ran = Ran::default();
    let world = World::start(directory.path(), vec![telling(&ran)]).await;
    let now = jiff::Timestamp::from_second(1_700_000_000).unwrap();
    let good = world.queue("note:keep", json!({ "text": "good" })).await;
    let odd = NewJob {
        id: "job_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        kind: "action".into(),
        name: "note:keep".into(),
        ordering_key: None,
        once_key: None,
        actor: "operator".into(),
        asker: r#"{"by":"nobody we know"}"#.into(),
        payload: "{}".into(),
        run_at: now,
        max_attempts: 1,
        created_at: now,
    };
    let organization = world.app().local().organization().clone();
    world
        .process
        .store
        .queue_job(&organization, &odd)
        .await
        .unwrap();
    until(|| async {
        let job = world
            .process
            .store
            .job(&organization, &odd.id)
            .await
            .unwrap();
        job.is_some_and(|job| job.state == JobState::Dead)
    })
    .await;
    world.reaches(&good, "done").await;
    assert_eq!(ran.all(), ["good"]);
    world.stop().await;
}
