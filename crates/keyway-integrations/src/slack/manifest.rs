use keyway_core::provider::InstallContext;
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

use super::scopes;
use super::settings::Settings;

/// The longest name of an app, and of its bot (<https://docs.slack.dev/reference/app-manifest>).
const NAME: usize = 35;
const BOT_NAME: usize = 80;

/// What the app is told of.
const EVENTS: [&str; 9] = [
    "app_mention",
    "app_uninstalled",
    "assistant_thread_started",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "tokens_revoked",
];

/// What is appended to a publication's address for what people press.
pub(super) const INTERACTIVE: &str = "/interactive";

/// What Slack makes an app of: bot scopes alone, events and buttons to where the gateway is, tokens that
/// rotate.
///
/// ```
/// use std::collections::BTreeMap;
/// use keyway_core::Secret;
/// use keyway_core::client::HttpClient;
/// use keyway_core::provider::{Addresses, GrantedScopes, InstallContext, Secrets};
/// use keyway_integrations::slack::manifest;
///
/// let at = "https://keyway.example/webhook/slack/pub_1";
/// let addresses = Addresses {
///     webhook: at.into(),
///     callback: "https://keyway.example/install/slack/callback".into(),
///     home: "https://keyway.example".into(),
/// };
/// let (settings, secrets) = (serde_json::json!({}), Secrets::default());
/// let made = manifest(&InstallContext {
///     name: "Keeper",
///     settings: &settings,
///     secrets: &secrets,
///     webhook_secret: &Secret::new("s3cret".into()),
///     workspace: None,
///     addresses: &addresses,
///     scopes: &GrantedScopes::of(["message.post"]),
///     triggers: &settings,
///     http: &HttpClient::new(None, None),
///     now: jiff::Timestamp::UNIX_EPOCH,
/// });
/// assert_eq!(made["settings"]["event_subscriptions"]["request_url"], at);
/// assert_eq!(made["settings"]["interactivity"]["request_url"], format!("{at}/interactive"));
/// ```
pub fn manifest(context: &InstallContext<'_>) -> Value {
    let name = |most| {
        let name: String = context.name.trim().chars().take(most).collect();
        if name.is_empty() {
            "Keyway".to_owned()
        } else {
            name
        }
    };
    let webhook = &context.addresses.webhook;
    json!({
        "_metadata": { "major_version": 2 },
        "display_information": {
            "name": name(NAME),
            "description": "An agent that is reached where people talk",
        },
        "features": {
            "app_home": { "messages_tab_enabled": true, "messages_tab_read_only_enabled": false },
            "assistant_view": { "assistant_description": "Ask the agent", "suggested_prompts": [] },
            "bot_user": { "display_name": name(BOT_NAME), "always_online": true },
        },
        "oauth_config": {
            "redirect_urls": [context.addresses.callback],
            "scopes": { "bot": scopes::BOT },
        },
        "settings": {
            "event_subscriptions": { "request_url": webhook, "bot_events": EVENTS },
            "interactivity": {
                "is_enabled": true,
                "request_url": format!("{webhook}{INTERACTIVE}"),
            },
            "org_deploy_enabled": false,
            "socket_mode_enabled": false,
            "token_rotation_enabled": true,
        },
    })
}

/// Where an administrator makes the app of the manifest.
pub(super) fn link(settings: &Settings, context: &InstallContext<'_>) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("new_app", "1");
    query.append_pair("manifest_json", &manifest(context).to_string());
    format!("{}/apps?{}", settings.apps_url, query.finish())
}

/// Where an administrator agrees to what the app may do.
pub(super) fn consent(
    settings: &Settings,
    client: &str,
    context: &InstallContext<'_>,
    state: &str,
) -> Result<String, url::ParseError> {
    let mut url = Url::parse(&format!("{}/oauth/v2/authorize", settings.web_url))?;
    let mut query = url.query_pairs_mut();
    query.append_pair("client_id", client);
    query.append_pair("scope", &scopes::BOT.join(","));
    query.append_pair("redirect_uri", &context.addresses.callback);
    query.append_pair("state", state);
    if let Some(workspace) = context.workspace.filter(|one| one.id.starts_with('T')) {
        query.append_pair("team", &workspace.id);
    }
    drop(query);
    Ok(url.into())
}
