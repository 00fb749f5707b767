use std::sync::Arc;

use keyway_core::action::{Reply, SignInAction};
use keyway_core::ports::NoCaller;
use keyway_core::{Error, Kind, RequestId, Role};
use serde_json::{Number, Value};
use tokio_util::sync::CancellationToken;

use super::throttle::Trying;
use super::{Browser, IdentitySignIn, People, Profile, SignedIn};
use crate::App;
use crate::policy::Admitted;
use crate::run::{Run, Within};

/// The longest id an application may give its people.
const MAX_ID: usize = 255;

/// Someone who signs in with an application's own login action, or signs up with its signup action.
#[derive(Debug)]
pub struct ActionSignIn<'a> {
    /// Which of the two.
    pub action: SignInAction,
    /// What they entered, as texts by field.
    pub input: Vec<(&'a str, &'a str)>,
    /// From where.
    pub browser: Browser,
    /// The request it came with.
    pub request: &'a RequestId,
}

impl App {
    /// Runs the login or signup action and signs in whom it names. What the action refuses is its
    /// own error; an answer that names nobody is a fault of ours, told to the log only.
    pub async fn sign_in_by_action(&self, sign_in: ActionSignIn<'_>) -> Result<SignedIn, Error> {
        let definitions = self.definitions();
        let entry = definitions.registry().sign_in(sign_in.action);
        let entry = entry.ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                "no_such_form",
                "nobody can sign in this way here",
            )
        })?;
        let cancel = CancellationToken::new();
        // Whoever goes away drops this future, and with it what the action has started.
        let _gone = cancel.clone().drop_guard();
        let run = Run {
            who: &self.anonymous(),
            definitions: &definitions,
            input: entry.input_from_text(sign_in.input),
            caller: &(Arc::new(NoCaller) as _),
            cancel: &cancel,
            request: sign_in.request,
            admitted: Admitted::to_sign_in(),
            through: None,
            credentials: None,
            within: Within::default(),
        };
        // The application knows its accounts; how often one address tries is seen here.
        let people = self.people();
        let trying = [Trying::from(sign_in.browser.address)];
        people.parts.throttle.charge(&trying, people.now())?;
        let reply = self.run_sign_in(entry, &run).await?;
        let (subject, profile) = read(&reply).ok_or_else(|| {
            let slug = entry.action().slug();
            tracing::error!(
                action = slug, request = %sign_in.request,
                "the answer names nobody: expected {{\"user\": {{\"id\": a whole number or a text}}}}"
            );
            Error::internal(format!("{slug} answered without a user's id"))
        })?;
        people.parts.throttle.refund(&trying);
        let signing_in = people.sign_in_identity(IdentitySignIn {
            issuer: People::ACTION_ISSUER.into(),
            subject,
            profile,
            organization: None,
            role: Some(Role::Member),
            browser: sign_in.browser,
        });
        signing_in.await
    }
}

/// Whom an answer names: `{ "user": { "id", "name"?, "email"? } }`. A number and its digits as a text
/// are the same id.
fn read(reply: &Reply) -> Option<(String, Profile)> {
    let Reply::Data(data) = reply else {
        return None;
    };
    let answer: Value = data.read().ok()?;
    let user = answer.get("user")?;
    let id = match user.get("id")? {
        Value::String(id) => id.clone(),
        Value::Number(id) => whole(id)?,
        _ => return None,
    };
    let text = |name| user.get(name).and_then(Value::as_str).map(str::to_owned);
    let plain = !id.is_empty() && id.len() <= MAX_ID && !id.chars().any(char::is_control);
    plain.then(|| {
        let profile = Profile {
            name: text("name"),
            email: text("email"),
            // The application says so, nobody has shown it.
            email_verified: false,
        };
        (id, profile)
    })
}

fn whole(number: &Number) -> Option<String> {
    (number.is_i64() || number.is_u64()).then(|| number.to_string())
}

#[cfg(test)]
mod tests {
    use keyway_core::rpc::RawJson;

    use super::*;

    fn id_of(answer: &str) -> Option<String> {
        let reply = Reply::Data(RawJson::parse(answer.to_owned().into()).unwrap());
        read(&reply).map(|(id, _)| id)
    }

    #[test]
    fn an_answer_names_somebody_by_a_whole_number_or_a_text() {
        assert_eq!(id_of(r#"{"user":{"id":7}}"#).as_deref(), Some("7"));
        assert_eq!(
            id_of(r#"{"user":{"id":-7,"x":1},"y":2}"#).as_deref(),
            Some("-7")
        );
        assert_eq!(id_of(r#"{"user":{"id":"u-7"}}"#).as_deref(), Some("u-7"));
        for answer in [
            "null",
            "7",
            r#""7""#,
            "{}",
            r#"{"user":null}"#,
            r#"{"user":7}"#,
            r#"{"user":{}}"#,
            r#"{"user":{"id":null}}"#,
            r#"{"user":{"id":""}}"#,
            r#"{"user":{"id":1.5}}"#,
            r#"{"user":{"id":true}}"#,
            r#"{"user":{"id":[7]}}"#,
            r#"{"user":{"id":{"a":1}}}"#,
            r#"{"user":{"id":"a\u0000b"}}"#,
            r#"[{"user":{"id":7}}]"#,
            r#"{"id":7}"#,
            r#"[{"id":7}]"#,
        ] {
            assert_eq!(id_of(answer), None, "{answer}");
        }
    }
}
