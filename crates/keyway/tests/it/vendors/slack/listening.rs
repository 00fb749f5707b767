use keyway_testkit::models::{ModelServer, Trouble, Turn};
use keyway_testkit::slack::Slack;
use rustix::process::Signal;
use serde_json::{Value, json};

use super::buttons::kills::installed_with;
use super::{Office, texts};
use crate::agents::world::call;
use crate::support::Served;
use crate::support::wait::until;
use crate::vendors::world::{lab, lab_set};
use crate::webhooks::world::different;

/// An office that listens to a channel, for so many seconds at a time.
async fn listening(seconds: u64, script: Vec<Turn>) -> Office {
    let triggers = json!({ "listen": ["C0ONE"], "listenSeconds": seconds, "reactions": ["eyes"] });
    Office::of(lab(script).await, &json!({ "triggers": triggers })).await
}

impl Office {
    /// Somebody says something in the channel that is listened to.
    async fn says(&self, user: &str, words: &str) {
        let (_, body) = self.slack.message("C0ONE", user, words, None);
        self.send(&body).await;
    }

    /// What the agent was told, one message after another.
    async fn heard(&self) -> Vec<String> {
        let mut heard = Vec::new();
        for session in self.desk.sessions().await {
            let said = self.desk.said(session["id"].as_str().unwrap()).await;
            let told = said.into_iter().filter(|(kind, _)| kind == "user_message");
            heard.extend(told.map(|(_, text)| text));
        }
        heard
    }
}

#[tokio::test]
async fn what_is_said_within_the_window_is_one_turn_with_one_answer() {
    let office = listening(2, vec![Turn::text(["I heard all three."])]).await;
    let (first, body) = office.slack.message("C0ONE", "U0ADA", "the pipe", None);
    office.send(&body).await;
    // Slack sends it again, under the same id.
    office.send(&body).await;
    office.says("U0ADA", "at the joint").await;
    office.says("U0ADA", "drips").await;
    let all = office.desk.settled(3, &["answered"]).await;
    assert_eq!(different(&all, "session").len(), 1);
    assert_eq!(all[2]["duplicates"], 1);
    let heard = office.heard().await;
    assert_eq!(heard.len(), 1, "{heard:#?}");
    let places: Vec<_> = ["the pipe", "at the joint", "drips"]
        .iter()
        .map(|words| heard[0].find(words).unwrap())
        .collect();
    assert!(places.is_sorted(), "{heard:?}");
    // It is answered beside, as the talk goes on, and by the first of them.
    let said = office.said("C0ONE");
    assert_eq!(texts(&said), ["I heard all three."]);
    assert_eq!(said[0].get("thread_ts"), None);
    assert!(office.desk.reply(&all[2]).await.id.is_some());
    for together in &all[..2] {
        let why = office.desk.why(together).await;
        assert!(why.contains("said_together"), "{why}");
    }
    assert_eq!(office.desk.lab.model.asked().len(), 1);
    let seen = office.slack.channel("C0ONE").messages;
    let seen = seen.iter().find(|one| one["ts"] == first.as_str()).unwrap();
    assert_eq!(seen["text"], "the pipe");
}

#[tokio::test]
async fn what_comes_after_the_window_is_another_turn_of_the_same_talk() {
    let script = vec![Turn::text(["One."]), Turn::text(["Two."])];
    let office = listening(1, script).await;
    office.says("U0ADA", "the pipe").await;
    office.desk.settled(1, &["answered"]).await;
    office.says("U0ADA", "drips").await;
    let all = office.desk.settled(2, &["answered"]).await;
    assert_eq!(different(&all, "session").len(), 1);
    assert_eq!(texts(&office.said("C0ONE")), ["One.", "Two."]);
    assert_eq!(office.heard().await.len(), 2);
}

#[tokio::test]
async fn a_mention_waits_for_no_window_and_hurries_what_waits_before_it() {
    let triggers = json!({ "listen": ["C0ONE"], "listenSeconds": 600 });
    let script = vec![Turn::text(["I heard."]), Turn::text(["I am here."])];
    let changes = json!({ "triggers": triggers, "granularity": "per_channel" });
    let office = Office::of(lab(script).await, &changes).await;
    office.says("U0ADA", "the pipe").await;
    office.says("U0ADA", "drips").await;
    office.mention("C0ONE", "look").await;
    let all = office.desk.settled(3, &["answered"]).await;
    assert_eq!(different(&all, "session").len(), 1);
    assert_eq!(texts(&office.said("C0ONE")), ["I heard.", "I am here."]);
    assert_eq!(office.heard().await.len(), 2);
}

#[tokio::test]
async fn a_turn_of_several_that_fails_is_told_once_and_not_made_again_by_the_others() {
    let script = vec![Turn::status(401), Turn::text(["never"])];
    let lab = lab_set(Vec::new(), script, |config| config.deliveries.attempts = 1).await;
    let triggers = json!({ "listen": ["C0ONE"], "listenSeconds": 2 });
    let office = Office::of(lab, &json!({ "triggers": triggers })).await;
    for words in ["first", "second", "third"] {
        office.says("U0ADA", words).await;
    }
    let all = office.desk.settled(3, &["dead"]).await;
    for together in &all[..2] {
        assert_eq!(together["lastError"], "said_together");
    }
    assert_eq!(office.desk.lab.model.asked().len(), 1);
    let said = office.said("C0ONE");
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(texts(&said)[0].contains("could not answer"), "{said:#?}");
}

#[tokio::test]
async fn attack_what_a_guest_says_is_in_no_turn_and_answered_by_nothing() {
    let office = listening(1, vec![Turn::text(["Only to Ada."])]).await;
    office.slack.change_user("U0GUEST", |guest| {
        *guest = json!({
            "id": "U0GUEST", "team_id": "T0HOME", "name": "guest", "is_ultra_restricted": true
        });
    });
    office.says("U0ADA", "the pipe").await;
    office.says("U0GUEST", "give me a key").await;
    office.says("U0ADA", "drips").await;
    let all = office.desk.settled(3, &["answered", "ignored"]).await;
    assert_eq!(
        (&all[1]["state"], &all[1]["rule"]),
        (&json!("ignored"), &json!("guest"))
    );
    let why = office.desk.why(&all[1]).await;
    assert!(why.contains("triggers.guests"), "{why}");
    let heard = office.heard().await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(
        heard[0].contains("drips") && !heard[0].contains("key"),
        "{heard:?}"
    );
    assert_eq!(texts(&office.said("C0ONE")), ["Only to Ada."]);
}

#[tokio::test]
async fn attack_a_guest_and_a_stranger_who_mention_the_agent_wake_nobody_whatever_the_body_says() {
    let office = Office::open(vec![Turn::text(["never"])]).await;
    office.slack.change_user("U0GUEST", |guest| {
        *guest = json!({
            "id": "U0GUEST", "team_id": "T0HOME", "name": "guest", "is_restricted": true
        });
    });
    // The bodies say nothing of what they are: Slack does, once it is asked.
    for user in ["U0GUEST", "U0EVE", "U0NOBODY"] {
        let (_, body) = office.slack.mention("C0ONE", user, "give me a key", None);
        office.send(&body).await;
    }
    let all = office.desk.settled(3, &["ignored"]).await;
    let rules: Vec<_> = all
        .iter()
        .map(|one| one["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules, ["stranger", "stranger", "guest"]);
    assert!(office.desk.lab.model.asked().is_empty());
    assert_eq!(office.said("C0ONE"), Vec::<Value>::new());
    assert!(office.slack.calls_of("reactions.add").is_empty());
    assert_eq!(office.desk.sessions().await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_guest_wakes_the_agent_where_guests_may() {
    let changes = json!({ "triggers": { "guests": true } });
    let office = Office::of(lab(vec![Turn::text(["Here."])]).await, &changes).await;
    office.slack.change_user("U0GUEST", |guest| {
        *guest = json!({
            "id": "U0GUEST", "team_id": "T0HOME", "name": "guest", "is_restricted": true
        });
    });
    let (_, body) = office.slack.mention("C0ONE", "U0GUEST", "hello", None);
    office.send(&body).await;
    office.desk.settled(1, &["answered"]).await;
    assert_eq!(texts(&office.said("C0ONE")), ["Here."]);
}

#[tokio::test]
async fn an_emoji_in_a_thread_goes_on_with_the_conversation_of_that_thread() {
    let changes = json!({ "triggers": { "reactions": ["wrench"] } });
    let script = vec![
        call(
            "mcp_slack_reply_in_thread",
            json!({ "text": "One moment." }),
        ),
        Turn::text(["It was the second joint."]),
        Turn::text(["I mend it."]),
        Turn::text(["And again."]),
    ];
    let office = Office::of(lab(script).await, &changes).await;
    let ts = office.mention("C0ONE", "which pipe leaks?").await;
    office.desk.settled(1, &["answered"]).await;
    let said = office.said("C0ONE");
    assert_eq!(said.len(), 2);
    // On what it answered, and on what a tool of its said there.
    for (number, on) in said.iter().rev().enumerate() {
        let reaction = json!({
            "type": "reaction_added", "user": "U0ADA", "reaction": "wrench", "item_user": Slack::BOT,
            "item": { "type": "message", "channel": "C0ONE", "ts": on["ts"] },
            "event_ts": format!("1900000000.00000{number}")
        });
        office.send(&office.slack.event(&reaction)).await;
        office.desk.settled(number + 2, &["answered"]).await;
    }
    let all = office.desk.deliveries().await;
    assert_eq!(different(&all, "session").len(), 1);
    assert_eq!(different(&all, "conversation").len(), 1);
    let said = office.said("C0ONE");
    assert_eq!(
        texts(&said),
        [
            "One moment.",
            "It was the second joint.",
            "I mend it.",
            "And again."
        ]
    );
    for one in &said {
        assert_eq!(one["thread_ts"], ts.as_str());
    }
}

#[tokio::test]
async fn an_emoji_on_a_message_that_is_gone_wakes_nobody() {
    let changes = json!({ "triggers": { "reactions": ["wrench"] } });
    let office = Office::of(lab(vec![Turn::text(["never"])]).await, &changes).await;
    let reaction = json!({
        "type": "reaction_added", "user": "U0ADA", "reaction": "wrench", "item_user": Slack::BOT,
        "item": { "type": "message", "channel": "C0ONE", "ts": "1700000000.000001" },
        "event_ts": "1900000000.000001"
    });
    office.send(&office.slack.event(&reaction)).await;
    office.desk.settled(1, &["dead"]).await;
    assert!(office.desk.lab.model.asked().is_empty());
    assert_eq!(office.said("C0ONE"), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_it_answers_several_says_each_of_them_once() {
    let slack = Slack::start().await;
    let script = vec![
        Turn::default().with(Trouble::Hang),
        Turn::text(["I heard all three."]),
    ];
    let model = ModelServer::start(script).await;
    let triggers = json!({ "listen": ["C0ONE"], "listenSeconds": 2 });
    let (world, path) = installed_with(&slack, &model, &triggers).await;
    let served = Served::start(&world, &[]);
    let url = format!("http://{}{path}", served.address);
    for words in ["the pipe", "at the joint", "drips"] {
        let (_, body) = slack.message("C0ONE", "U0ADA", words, None);
        let answer = slack.deliver(&url, &body, None).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    until("the model to be asked", || async {
        model.asked().len() == 1
    })
    .await;
    served.signal(Signal::KILL);
    served.ended().await;
    let served = Served::start(&world, &[]);
    let listed = || {
        let listed = world.run(&["deliveries", "list", "--json"]).ok().json();
        listed["deliveries"].as_array().unwrap().clone()
    };
    until("all of them to be answered", || async {
        let all = listed();
        all.len() == 3 && all.iter().all(|one| one["state"] == "answered")
    })
    .await;
    assert_eq!(model.asked().len(), 2, "one turn, and what it goes on with");
    let asked = model.asked()[1].body["messages"].to_string();
    for words in ["the pipe", "at the joint", "drips"] {
        assert_eq!(asked.matches(words).count(), 1, "{asked}");
    }
    let said = slack.channel("C0ONE").messages.into_iter();
    let said: Vec<_> = said.filter(|one| one["user"] == Slack::BOT).collect();
    assert_eq!(texts(&said), ["I heard all three."]);
    served.stop().await;
}
