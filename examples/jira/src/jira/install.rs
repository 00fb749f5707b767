//! How it is installed: with the token of a user of its own, who is the agent.

use keyway::Error;
use keyway::provider::{InstallContext, InstallField, Progress, Step, Token, Workspace};
use serde_json::Value;

/// Where the Jira is, and who the agent is there.
pub(super) const FIELDS: &[InstallField] = &[
    InstallField {
        name: "site",
        title: "Site",
        help: "Where your Jira is, like https://acme.atlassian.net",
        secret: false,
        required: true,
    },
    InstallField {
        name: "apiToken",
        title: "API token",
        help: "Of the user that the agent is to be, below its security settings",
        secret: true,
        required: true,
    },
];

/// Where the Jira is, without a slash at its end.
pub(super) fn site(settings: &Value) -> Result<&str, Error> {
    let site = settings.get("site").and_then(Value::as_str);
    let site = site.ok_or_else(|| Error::invalid_at("/settings/site", "where your Jira is"))?;
    Ok(site.trim_end_matches('/'))
}

/// Asks Jira whose token it is.
pub(super) async fn connect(context: &InstallContext<'_>) -> Result<Progress, Error> {
    let wrong = || Error::invalid_at("/secrets/apiToken", "a token that this Jira takes");
    let token = context.secrets.get("apiToken").ok_or_else(wrong)?;
    let url = format!("{}/rest/api/3/myself", site(context.settings)?);
    let answer = context.http.get(url).bearer(token).send().await?;
    if answer.status().as_u16() == 401 {
        return Err(wrong());
    }
    let me: Value = answer.ok()?.json().await?;
    let text = |name: &str| me.get(name).and_then(Value::as_str).map(str::to_owned);
    let cloud = text("cloudId").ok_or_else(wrong)?;
    let mut workspace = Workspace::new(cloud.clone(), text("site").unwrap_or(cloud));
    workspace.bot_id = text("accountId");
    workspace.bot_name = text("displayName");
    Ok(Progress::to(Step::Installed(workspace)))
}

/// The token lasts.
pub(super) fn token(context: &InstallContext<'_>) -> Result<Token, Error> {
    let token = context.secrets.get("apiToken").cloned();
    let value = token.ok_or_else(|| Error::invalid_at("/secrets/apiToken", "a token"))?;
    Ok(Token {
        value,
        expires_at: None,
        secrets: None,
    })
}
