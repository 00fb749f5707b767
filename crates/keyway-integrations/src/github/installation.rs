//! What happens to the installation itself, and whether an event is of this one at all.

use keyway_core::provider::{InstallationChange, ProviderContext, WebhookOutcome, Workspace};
use serde_json::Value;

use super::json::At;
use super::payload::text;
use super::settings::Settings;

/// What an event says of the installation: `None` where it is of this one and about something else. An error
/// is the rule by which it is ignored.
pub(super) fn read(
    settings: &Settings,
    name: &str,
    body: &Value,
    context: &ProviderContext<'_>,
) -> Option<Result<WebhookOutcome, &'static str>> {
    let installation = body.at("installation");
    let Some(id) = installation.at("id").as_u64() else {
        return Some(Err("no_installation"));
    };
    let about = name == "installation" && installation.at("app_id").is_u64();
    let created = about && text(body.at("action")) == "created";
    let Some(workspace) = context.workspace else {
        return Some(if created {
            first(settings, installation, id)
        } else {
            Err("not_installed")
        });
    };
    if created {
        return Some(again(settings, installation, id, workspace));
    }
    if workspace.id != id.to_string() {
        return Some(Err("other_workspace"));
    }
    if name == "installation_repositories" {
        return Some(Err("repositories_changed"));
    }
    if name != "installation" {
        return None;
    }
    let (rule, change) = match text(body.at("action")) {
        "deleted" => ("uninstalled", InstallationChange::Revoked),
        "suspend" => ("suspended", InstallationChange::Suspended),
        "unsuspend" => ("unsuspended", InstallationChange::Resumed),
        "new_permissions_accepted" => (
            "permissions_accepted",
            InstallationChange::Installed(of(settings, installation, id)),
        ),
        _ => return Some(Err("action_not_used")),
    };
    Some(Ok(changed(rule, installation, id, change)))
}

/// The installation that an owner was asked for. One that a browser comes back from is the browser's to
/// tell: of an app that anybody may install, the first that comes may be a stranger's.
fn first(
    settings: &Settings,
    installation: &Value,
    id: u64,
) -> Result<WebhookOutcome, &'static str> {
    let app = installation
        .at("app_id")
        .as_u64()
        .map(|app| app.to_string());
    if app.is_none() || app != settings.app_id {
        return Err("other_workspace");
    }
    if !settings.requested {
        return Err("not_requested");
    }
    let account = text(installation.at("account").at("login"));
    let other = |organization: &String| !organization.eq_ignore_ascii_case(account);
    if settings.organization.as_ref().is_some_and(other) {
        return Err("other_workspace");
    }
    let change = InstallationChange::Installed(of(settings, installation, id));
    Ok(changed("installed", installation, id, change))
}

/// The app where it was before, after it had been taken away: it has another id then.
fn again(
    settings: &Settings,
    installation: &Value,
    id: u64,
    before: &Workspace,
) -> Result<WebhookOutcome, &'static str> {
    let app = installation
        .at("app_id")
        .as_u64()
        .map(|app| app.to_string());
    let account = text(installation.at("account").at("login"));
    if app.is_none() || app != settings.app_id || !before.name.eq_ignore_ascii_case(account) {
        return Err("other_workspace");
    }
    let change = InstallationChange::Installed(of(settings, installation, id));
    Ok(changed("installed", installation, id, change))
}

fn changed(
    rule: &'static str,
    installation: &Value,
    id: u64,
    change: InstallationChange,
) -> WebhookOutcome {
    let at = ["suspended_at", "updated_at"].map(|name| installation.at(name).to_string());
    let at = at.join("/").replace('"', "");
    let dedupe_key = format!(
        "installation:{id}:{rule}:{}",
        at.chars().take(120).collect::<String>()
    );
    WebhookOutcome::Changed {
        dedupe_key,
        rule,
        change,
    }
}

/// An installation as the gateway keeps it.
pub(super) fn of(settings: &Settings, installation: &Value, id: u64) -> Workspace {
    let account = installation.at("account");
    let mut workspace = Workspace::new(id.to_string(), text(account.at("login")));
    workspace.url = account.at("html_url").as_str().map(str::to_owned);
    workspace.bot_id = settings.bot();
    workspace.bot_name.clone_from(&settings.app_slug);
    let permissions = installation.at("permissions").as_object();
    let said = |(name, access): (&String, &Value)| format!("{name}:{}", text(access));
    workspace.granted = permissions.into_iter().flatten().map(said).collect();
    workspace
}
