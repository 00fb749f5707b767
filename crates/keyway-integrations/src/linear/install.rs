use keyway_core::ports::Random;
use keyway_core::provider::{InstallField, ProviderContext, sign};
use keyway_core::{Error, Problem, Secret};

use super::settings::{Kind, Settings, Triggers, is_base};

/// The bytes of a secret that stands in until Linear's own is known.
const SECRET: usize = 32;
/// The fewest and the most bytes of a secret.
pub(super) const BROUGHT: std::ops::RangeInclusive<usize> = 8..=512;
/// The most entries of a list of triggers, and the longest entry.
const MOST: usize = 32;
const LONGEST: usize = 255;

/// What a personal key begins with; tokens of OAuth begin otherwise.
pub(super) const KEY_PREFIX: &str = "lin_api_";

/// What whoever installs is asked for: an app's client with its webhook secret, or a personal key.
pub(super) const FIELDS: &[InstallField] = &[
    InstallField {
        name: "clientId",
        title: "Client ID",
        help: "Settings, API, OAuth applications: of the application that has the callback URL shown here",
        secret: false,
        required: false,
    },
    InstallField {
        name: "clientSecret",
        title: "Client secret",
        help: "Below the client ID",
        secret: true,
        required: false,
    },
    InstallField {
        name: "webhookSecret",
        title: "Webhook signing secret",
        help: "Linear makes it itself, once the application or the webhook has the webhook URL shown here; \
               it begins with lin_wh_",
        secret: true,
        required: true,
    },
    InstallField {
        name: "apiKey",
        title: "Personal API key",
        help: "Instead of client ID and secret: Settings, Security & access. It begins with lin_api_, and \
               everything is done in its owner's name",
        secret: true,
        required: false,
    },
];

/// Random bytes. Linear signs with a secret of its own, so nothing verifies before that one is brought.
pub(super) fn new_secret(random: &dyn Random) -> Secret<String> {
    let mut bytes = [0; SECRET];
    random.fill(&mut bytes);
    Secret::new(sign::base64(&bytes))
}

/// Everything that is wrong with settings, triggers and secret.
pub(super) fn check(context: &ProviderContext<'_>) -> Result<(), Error> {
    let settings = Settings::read(context.settings)?;
    let triggers = Triggers::read(context.triggers)?;
    let mut problems = Vec::new();
    let mut wrong = |pointer: String, expected: &str| {
        let expected = expected.to_owned();
        problems.push(Problem { pointer, expected });
    };
    if !BROUGHT.contains(&context.secret.expose().len()) {
        wrong("/secret".into(), "a text of 8 to 512 bytes");
    }
    for (name, url) in [("apiUrl", &settings.api_url), ("webUrl", &settings.web_url)] {
        if !is_base(url) {
            wrong(format!("/settings/{name}"), "an https URL without query");
        }
    }
    let ids = [
        ("clientId", &settings.client_id),
        ("oauthClientId", &settings.oauth_client_id),
    ];
    for (name, id) in ids {
        if id.as_ref().is_some_and(|id| !is_entry(id)) {
            wrong(format!("/settings/{name}"), ENTRY);
        }
    }
    let lists = [
        ("teams", &triggers.teams),
        ("people", &triggers.people),
        ("labels", &triggers.labels),
        ("events", &triggers.events),
    ];
    for (name, list) in lists {
        let Some(list) = list else { continue };
        if !(1..=MOST).contains(&list.len()) {
            wrong(format!("/triggers/{name}"), "1 to 32 entries");
        }
        for (number, entry) in list.iter().enumerate() {
            let kinds = Kind::ALL.map(Kind::as_str);
            if name == "events" && !kinds.contains(&entry.as_str()) {
                let expected = format!("one of {}", kinds.join(", "));
                wrong(format!("/triggers/events/{number}"), &expected);
            } else if !is_entry(entry) {
                wrong(format!("/triggers/{name}/{number}"), ENTRY);
            }
        }
    }
    let names_labeled = triggers.events.is_some() && triggers.wants(Kind::Labeled);
    match &triggers.labels {
        None if names_labeled => {
            wrong("/triggers/labels".into(), "1 to 32 entries, with `labeled`");
        }
        Some(_) if !triggers.wants(Kind::Labeled) => {
            wrong(
                "/triggers/events".into(),
                "`labeled` too, as there are labels",
            );
        }
        _ => {}
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::invalid_input(problems))
}

const ENTRY: &str = "a text of 1 to 255 bytes without spaces around it";

fn is_entry(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.trim() == text
}
