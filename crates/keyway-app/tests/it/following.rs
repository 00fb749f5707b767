//! Following sessions: what is told, to whom, and how long somebody is waited for.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::time::Duration;

use keyway_app::Settings;
use keyway_app::agents::{AgentSettings, News};
use keyway_core::{Principal, SessionId};
use keyway_store::{NewSession, NewSessionEvent, Purpose, SessionLease};

use crate::support::Process;

struct World {
    process: Process,
    who: Principal,
    session: SessionId,
    lease: SessionLease,
}

impl World {
    async fn start(directory: &std::path::Path, reader: Duration) -> Self {
        let settings = Settings {
            agents: AgentSettings {
                reader,
                ..AgentSettings::default()
            },
            ..Settings::default()
        };
        let process = Process::start_with(directory, Purpose::Command, vec![], settings).await;
        let key = process.key.clone().unwrap();
        let who = process.app.authenticate(&key).await.unwrap();
        let new = NewSession {
            id: "sess_01890a5d-ac96-774b-bcce-b302099a8001".parse().unwrap(),
            agent: "helper".into(),
            actor: who.actor().unwrap().as_str().to_owned(),
            title: "hi".into(),
            external_key: None,
            scopes: "mcp".into(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
        };
        let organization = who.organization();
        let store = &process.store;
        store.begin_session(organization, &new).await.unwrap();
        let (now, until) = (
            jiff::Timestamp::UNIX_EPOCH,
            "2999-01-01T00:00:00Z".parse().unwrap(),
        );
        let lease = store.claim_session(organization, &new.id, "test", "mcp", now, until);
        let lease = lease.await.unwrap().unwrap();
        Self {
            who,
            session: new.id,
            lease,
            process,
        }
    }

    async fn append(&self, seqs: std::ops::RangeInclusive<u64>) {
        for seq in seqs {
            let event = NewSessionEvent {
                seq,
                kind: "user_message",
                payload: &format!(r#"{{"seq":{seq},"type":"user_message"}}"#),
                created_at: jiff::Timestamp::UNIX_EPOCH,
            };
            let kept = self.process.store.append_session_event(&self.lease, &event);
            assert!(kept.await.unwrap());
        }
    }
}

#[tokio::test]
async fn who_takes_nothing_is_let_go_and_gets_what_was_handed_to_them_and_no_more() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path(), Duration::from_millis(50)).await;
    world.append(1..=500).await;
    let app = &world.process.app;
    let follow = || app.follow_session(&world.who, &world.session, 0);
    // Nobody reads these; each holds a seat until it is let go.
    let mut slow = Vec::new();
    for _ in 0..16 {
        slow.push(follow().await.unwrap());
    }
    let free = async {
        loop {
            if let Ok(listening) = follow().await {
                break listening;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mut listening = tokio::time::timeout(Duration::from_secs(20), free)
        .await
        .unwrap();
    let mut got = 0;
    while let Some(News::Event(event)) = slow[0].next().await {
        got += 1;
        assert_eq!(event.seq(), got);
    }
    assert!(got > 0 && got < 100, "{got}");
    // Who reads loses nothing, and goes on where they were.
    for seq in 1..=500 {
        let Some(News::Event(event)) = listening.next().await else {
            panic!("event {seq}");
        };
        assert_eq!(event.seq(), seq);
    }
    drop((slow, listening));
    world.process.stop().await;
}

#[tokio::test]
async fn nobody_follows_more_sessions_than_they_may() {
    let directory = tempfile::tempdir().unwrap();
    let world = World::start(directory.path(), Duration::from_mins(1)).await;
    let app = &world.process.app;
    let mut seats = Vec::new();
    for _ in 0..16 {
        seats.push(
            app.follow_session(&world.who, &world.session, 0)
                .await
                .unwrap(),
        );
    }
    let more = app.follow_session(&world.who, &world.session, 0).await;
    assert_eq!(more.unwrap_err().code(), "too_many_streams");
    let operator = app.local();
    app.follow_session(&operator, &world.session, 0)
        .await
        .unwrap();
    seats.pop();
    let free = async {
        while app
            .follow_session(&world.who, &world.session, 0)
            .await
            .is_err()
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), free)
        .await
        .unwrap();
    drop(seats);
    world.process.stop().await;
}
