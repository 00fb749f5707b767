use std::collections::{BTreeMap, BTreeSet, HashMap};

use keyway_core::{OrgId, SessionId};
use keyway_store::{Delivery, DeliveryFilter, SessionFilter, Store};
use serde_json::Value;

use super::blow::{Blown, Moments};
use super::places::{AGENT, Places, REPOSITORY};
use super::plan::{Plan, Vendor};

const PAGE: u32 = 500;

/// What there is in the end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    deliveries: usize,
    sessions: usize,
    turns: usize,
    /// What sessions say how many turns they had.
    counted: u64,
    replies: usize,
    asked: usize,
}

/// Holds what the gateway kept and the third parties have against what happened.
pub(super) async fn verify(places: &Places, plan: &Plan, blown: &Blown) -> Told {
    let (store, organization) = places.rows().await;
    let deliveries = deliveries(&store, &organization).await;
    let events = events_of(plan, &deliveries);
    assert_eq!(deliveries.len(), plan.events.len(), "a delivery an event");
    for (delivery, event) in deliveries.iter().zip(&events) {
        let moments = &blown.moments[*event];
        assert!(delivery.answered_at.is_some(), "{delivery:?}");
        assert!(delivery.reply.at.is_some(), "{delivery:?}");
        let taken = delivery.duplicates + 1;
        assert!(
            (moments.answers..=moments.sends).contains(&taken),
            "{delivery:?}"
        );
    }
    let mut by_conversation: BTreeMap<(Vendor, &str), Vec<usize>> = BTreeMap::new();
    for (at, event) in events.iter().enumerate() {
        let event = &plan.events[*event];
        let key = (event.vendor, event.conversation.as_str());
        by_conversation.entry(key).or_default().push(at);
    }
    let (sessions, counted) = sessions(&store, &organization).await;
    let mut told = Told {
        deliveries: deliveries.len(),
        sessions,
        turns: 0,
        counted,
        replies: 0,
        asked: places.model.asked().len(),
    };
    assert_eq!(told.sessions, plan.conversations(), "a session each");
    for ((vendor, conversation), taken) in by_conversation {
        let moments: Vec<_> = taken.iter().map(|at| blown.moments[events[*at]]).collect();
        in_order(&moments);
        let taken: Vec<_> = taken.iter().map(|at| &deliveries[*at]).collect();
        let session = taken[0].session.clone().unwrap();
        let others: BTreeSet<_> = taken.iter().map(|one| &one.session).collect();
        assert_eq!(others.len(), 1, "a session a conversation");
        let said = said(&store, &organization, &session).await;
        let expected: Vec<_> = taken.iter().map(|one| one.id.to_string()).collect();
        assert_eq!(said, expected, "each once, in the order in which it came");
        told.turns += said.len();
        let replies = match vendor {
            Vendor::GitHub => {
                let number = conversation.parse().unwrap();
                let slug = &places.github_slug;
                places.github.comments_of_app(REPOSITORY, number, slug)
            }
            Vendor::Linear => places.linear.replies_on(conversation),
        };
        let expected: Vec<_> = taken
            .iter()
            .map(|one| one.reply.id.clone().unwrap())
            .collect();
        assert_eq!(replies, expected, "a reply each, in the same order");
        told.replies += replies.len();
    }
    store.close().await;
    assert_eq!(told.turns, plan.events.len(), "a turn an event");
    assert_eq!(told.counted, plan.events.len() as u64, "and no other");
    assert_eq!(told.replies, plan.events.len(), "a reply an event");
    told
}

/// All of them, in the order in which they were taken in.
async fn deliveries(store: &Store, organization: &OrgId) -> Vec<Delivery> {
    let mut all: Vec<Delivery> = Vec::new();
    loop {
        let filter = DeliveryFilter {
            before: all.last().map(|last| last.seq),
            ..DeliveryFilter::default()
        };
        let page = store.deliveries(organization, &filter, PAGE).await.unwrap();
        if page.is_empty() {
            all.reverse();
            return all;
        }
        all.extend(page);
    }
}

/// Which event each delivery is of.
fn events_of(plan: &Plan, deliveries: &[Delivery]) -> Vec<usize> {
    let known: HashMap<_, _> = plan
        .events
        .iter()
        .enumerate()
        .map(|(at, event)| (event.id.as_str(), at))
        .collect();
    let event = |one: &Delivery| {
        let (_, id) = one.dedupe_key.rsplit_once(':').unwrap();
        known[id]
    };
    let all: Vec<_> = deliveries.iter().map(event).collect();
    let different: BTreeSet<_> = all.iter().collect();
    assert_eq!(different.len(), all.len(), "each event is taken in once");
    all
}

/// How many there are, and how many turns they had.
async fn sessions(store: &Store, organization: &OrgId) -> (usize, u64) {
    let (mut before, mut count, mut turns) = (None, 0, 0);
    loop {
        let filter = SessionFilter {
            agent: Some(AGENT),
            before,
            ..SessionFilter::default()
        };
        let page = store.sessions(organization, &filter, PAGE).await.unwrap();
        let Some(last) = page.last() else {
            return (count, turns);
        };
        before = Some(last.seq);
        turns += page.iter().map(|one| one.turns).sum::<u64>();
        count += page.len();
    }
}

/// Nothing that was sent only after another one was answered is before it.
fn in_order(taken: &[Moments]) {
    for (at, one) in taken.iter().enumerate() {
        for later in taken.iter().skip(at + 1) {
            assert!(one.sent < later.answered, "{one:?} is before {later:?}");
        }
    }
}

/// The deliveries that were said in a session, by id: that a turn about one is to go on says nothing new.
/// Each was answered before the next was said.
async fn said(store: &Store, organization: &OrgId, session: &SessionId) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    let (mut after, mut answered) = (0, true);
    loop {
        let page = store.session_events(organization, session, after, PAGE);
        let page = page.await.unwrap();
        let Some(last) = page.last() else {
            assert!(answered, "the last turn of {session} came to no end");
            return said;
        };
        after = last.seq;
        for event in &page {
            let event: Value = serde_json::from_str(&event.payload).unwrap();
            match event["type"].as_str().unwrap() {
                "user_message" => {
                    let text = event["text"].as_str().unwrap();
                    let (head, _) = text.split_once(']').unwrap();
                    let id = head.strip_prefix("[delivery ").unwrap().to_owned();
                    if said.last() == Some(&id) {
                        assert!(!text.contains("<<<"), "it is said once: {text}");
                    } else {
                        assert!(answered && text.contains("<<<"), "{text}");
                        said.push(id);
                    }
                    answered = false;
                }
                "turn_ended" => answered = event["reason"]["kind"] == "finished",
                _ => {}
            }
        }
    }
}
