use std::fmt::Write as _;

use http::Method;
use keyway_core::provider::sign::Algorithm;
use keyway_testkit::github::Signed;
use keyway_testkit::models::{Script, Turn};
use serde_json::json;

use super::{Office, REPOSITORY};
use crate::support::client::Answer;
use crate::webhooks::world::signature;

/// The largest payload that GitHub sends.
const LARGEST: usize = 25 << 20;

/// A body that somebody who has the secret signed, whatever it is.
async fn signed(office: &Office, body: Vec<u8>, headers: &[(&str, &str)]) -> Answer {
    let ask = office.desk.lab.app.ask(Method::POST, &office.desk.path());
    let signature = format!("sha256={}", signature(&office.secret, &[&body]));
    let ask = ask.header("x-hub-signature-256", &signature);
    let ask = ask.header("x-github-event", "issue_comment");
    let headers = headers.iter();
    let ask = headers.fold(ask, |ask, (name, value)| ask.header(name, value));
    ask.body(body).send().await
}

/// Bytes in a gzip member with one stored block (RFC 1952, RFC 1951).
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let low = crc & 1;
            crc >>= 1;
            crc ^= if low == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    let mut all = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    all.extend(length.to_le_bytes());
    all.extend((!length).to_le_bytes());
    all.extend(bytes);
    all.extend((!crc).to_le_bytes());
    all.extend(u32::from(length).to_le_bytes());
    all
}

#[tokio::test]
async fn a_payload_in_a_form_wakes_the_agent_like_json() {
    let office = Office::open(vec![Turn::text(["At the joint."])]).await;
    let words = format!("@{} where?", office.slug);
    let payloads = office.payloads(REPOSITORY, "ada");
    let payload = payloads.comment(office.number, &words, "MEMBER");
    let form = Signed::form("issue_comment", &payload, &office.secret);
    assert_eq!(form.send(&office.desk.url()).await, 200);
    office.desk.settled(1, &["answered"]).await;
    // The same event as JSON is the same event.
    office.send("issue_comment", &payload).await;
    let all = office.desk.settled(1, &["answered"]).await;
    assert_eq!(all[0]["duplicates"], 1);
    assert_eq!(office.said(), ["At the joint."]);
    // A form whose signature is over another one is nobody's.
    let mut tampered = Signed::form("issue_comment", &payload, &office.secret);
    tampered.body.extend(b"&x=1");
    assert_eq!(tampered.send(&office.desk.url()).await, 401);
    assert_eq!(office.desk.deliveries().await.len(), 1);
}

#[tokio::test]
async fn attack_an_empty_and_a_compressed_body_wake_nobody_and_say_why() {
    let office = Office::open(Script::default()).await;
    let words = format!("@{} where?", office.slug);
    let payloads = office.payloads(REPOSITORY, "ada");
    let payload = payloads.comment(office.number, &words, "MEMBER");
    let compressed = gzip(payload.to_string().as_bytes());
    let json = ("content-type", "application/json");
    let empty = signed(&office, Vec::new(), &[json]).await;
    assert_eq!(empty.status(), 200, "{}", empty.text());
    let encoded = [json, ("content-encoding", "gzip")];
    let encoded = signed(&office, compressed.clone(), &encoded).await;
    assert_eq!(encoded.status(), 200, "{}", encoded.text());
    let all = office.desk.settled(2, &["ignored"]).await;
    for one in &all {
        assert_eq!(one["rule"], "body_unreadable", "{one}");
        let why = office.desk.why(one).await;
        assert!(!why.contains("rule of an earlier release"), "{why}");
    }
    // What a signature is over are the bytes that were sent.
    let ask = office.desk.lab.app.ask(Method::POST, &office.desk.path());
    let over_plain =
        Algorithm::Sha256.sign(office.secret.as_bytes(), &[payload.to_string().as_bytes()]);
    let hex = over_plain.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let ask = ask.header("x-hub-signature-256", &format!("sha256={hex}"));
    let ask = ask.header("x-github-event", "issue_comment");
    let refused = ask.header("content-encoding", "gzip").body(compressed);
    assert_eq!(refused.send().await.status(), 401);
    assert_eq!(office.desk.deliveries().await.len(), 2);
    assert!(office.desk.lab.model.asked().is_empty());
}

#[tokio::test]
async fn attack_a_body_of_25_mib_is_refused_before_it_is_read_to_its_end() {
    let office = Office::open(vec![Turn::text(["Yes."])]).await;
    let filler = "x".repeat(LARGEST);
    let huge = json!({ "action": "created", "filler": filler }).to_string();
    let told = signed(&office, huge.into_bytes(), &[]).await;
    assert_eq!(told.status(), 413, "{}", told.text());
    let told = told.json();
    assert_eq!(told["code"], "body_too_large", "{told}");
    assert!(office.desk.deliveries().await.is_empty());
    // Whoever comes after is served.
    office.mention("are you there?").await;
    office.desk.settled(1, &["answered"]).await;
}
