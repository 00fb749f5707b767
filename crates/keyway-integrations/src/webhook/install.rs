use http::HeaderName;
use keyway_core::ports::Random;
use keyway_core::provider::{Granularity, ProviderContext, sign};
use keyway_core::{Error, Problem, Secret};
use serde_json::Value;

use super::settings::{BODY, Settings, TIMESTAMP, Triggers, Verification};
use super::verify::{self, WHSEC};

/// The bytes of a secret that is made here.
const SECRET: usize = 32;
/// The fewest and the most bytes of a secret that was brought.
const BROUGHT: std::ops::RangeInclusive<usize> = 8..=512;
/// The bytes of a key of Standard Webhooks.
const KEY: std::ops::RangeInclusive<usize> = 24..=64;
/// The most seconds a timestamp may be away from now.
const FARTHEST: u32 = 3_600;
/// The most conditions, and the most values of one.
const MOST: usize = 32;

/// Random bytes, written as the sender takes them.
pub(super) fn new_secret(settings: &Value, random: &dyn Random) -> Secret<String> {
    let mut bytes = [0; SECRET];
    random.fill(&mut bytes);
    let text = sign::base64(&bytes);
    match Settings::read(settings).map(|settings| settings.verification) {
        Ok(Verification::StandardWebhooks { .. }) => Secret::new(format!("{WHSEC}{text}")),
        _ => Secret::new(text),
    }
}

/// Everything that is wrong with settings, triggers and secret.
pub(super) fn check(context: &ProviderContext<'_>, granularity: Granularity) -> Result<(), Error> {
    let settings = Settings::read(context.settings)?;
    let triggers = Triggers::read(context.triggers)?;
    let mut problems = Vec::new();
    let mut wrong = |pointer: String, expected: &str| {
        let expected = expected.to_owned();
        problems.push(Problem { pointer, expected });
    };
    for (name, pointer) in settings.pointers() {
        if !is_pointer(pointer) {
            wrong(format!("/settings/{name}"), POINTER);
        }
    }
    if granularity == Granularity::PerThread && settings.conversation.is_none() {
        wrong(
            "/settings/conversation".into(),
            "a JSON pointer, with per_thread",
        );
    }
    let wants_actor = granularity == Granularity::PerUser || triggers.actors.is_some();
    if wants_actor && settings.actor.is_none() {
        let expected = "a JSON pointer, with per_user and where `actors` are listed";
        wrong("/settings/actor".into(), expected);
    }
    let few = 1..=MOST;
    if triggers
        .actors
        .as_ref()
        .is_some_and(|all| !few.contains(&all.len()))
    {
        wrong("/triggers/actors".into(), "1 to 32 names");
    }
    if triggers.conditions.len() > MOST {
        wrong("/triggers/where".into(), "at most 32 conditions");
    }
    for (number, condition) in triggers.conditions.iter().enumerate() {
        if !is_pointer(&condition.pointer) {
            wrong(format!("/triggers/where/{number}/pointer"), POINTER);
        }
        if !few.contains(&condition.equals.len()) {
            wrong(format!("/triggers/where/{number}/equals"), "1 to 32 values");
        }
    }
    check_verification(&settings.verification, context, &mut wrong);
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::invalid_input(problems))
}

const POINTER: &str = "a JSON pointer (RFC 6901), like `/issue/id`";

fn check_verification(
    verification: &Verification,
    context: &ProviderContext<'_>,
    wrong: &mut impl FnMut(String, &str),
) {
    let at = |name: &str| format!("/settings/verification/{name}");
    let secret = context.secret.expose();
    let tolerance = match verification {
        Verification::StandardWebhooks { tolerance_seconds } => {
            let key = verify::standard_key(secret);
            if !key.is_some_and(|key| KEY.contains(&key.expose().len())) {
                let expected = "`whsec_` and the Base64 of 24 to 64 bytes";
                wrong("/secret".into(), expected);
            }
            *tolerance_seconds
        }
        Verification::Hmac {
            header,
            prefix,
            signed,
            timestamp_header,
            tolerance_seconds,
            ..
        } => {
            if !BROUGHT.contains(&secret.len()) {
                wrong("/secret".into(), "a text of 8 to 512 bytes");
            }
            if HeaderName::try_from(header.as_str()).is_err() {
                wrong(at("header"), "the name of a header");
            }
            if prefix.len() > 64 || !prefix.bytes().all(|byte| byte.is_ascii_graphic()) {
                wrong(at("prefix"), "at most 64 visible characters");
            }
            let before = signed.strip_suffix(BODY);
            let times = signed.matches(TIMESTAMP).count();
            if before.is_none_or(|before| before.contains(BODY)) || signed.len() > 256 {
                wrong(at("signed"), "a text that ends in `{body}` and has it once");
            }
            match timestamp_header {
                Some(name) if HeaderName::try_from(name.as_str()).is_err() => {
                    wrong(at("timestampHeader"), "the name of a header");
                }
                // A timestamp that anybody could change proves nothing.
                Some(_) if times != 1 => {
                    wrong(
                        at("signed"),
                        "`{timestamp}` once, as there is a header of it",
                    );
                }
                None if times != 0 => {
                    wrong(at("timestampHeader"), "the header that has `{timestamp}`");
                }
                _ => {}
            }
            *tolerance_seconds
        }
    };
    if !(1..=FARTHEST).contains(&tolerance) {
        wrong(at("toleranceSeconds"), "1 to 3600");
    }
}

fn is_pointer(text: &str) -> bool {
    let escapes = text.split('~').skip(1);
    text.len() <= 256
        && text.starts_with('/')
        && escapes.into_iter().all(|rest| rest.starts_with(['0', '1']))
}
