use keyway_app::connectors::{AuthView, ConnectorScope, ConnectorView, OauthMode, Probed};
use keyway_app::credentials::ConnectionState;
use keyway_core::ports::{UpstreamState, UpstreamStatus};
use keyway_pages::console_context::{ConsentShown, ProbeShown, ScopeShown, Standing};

use crate::console::visible::visible;

/// Where a connector's page is.
pub(super) fn path(slug: &str) -> String {
    format!("/console/connectors/{slug}")
}

/// Who may use it, as texts name it.
pub(super) fn scope(scope: &ConnectorScope) -> ScopeShown {
    let (kind, names) = match scope {
        ConnectorScope::Organization => ("organization", String::new()),
        ConnectorScope::Project { project } => ("project", project.clone()),
        ConnectorScope::Roles { roles } => ("roles", roles.join(", ")),
    };
    ScopeShown { kind, names }
}

/// How a connector is, as texts name it. One behind OAuth is as far as somebody agreed to it.
pub(super) fn of(view: &ConnectorView) -> Standing {
    let consent = view.consent.as_ref().filter(|_| view.enabled);
    let Some(consent) = consent else {
        return standing(view.enabled, view.status.as_ref());
    };
    let each = consent.people.is_some();
    let state = match consent.state {
        _ if each => "each",
        ConnectionState::Connected => "connected",
        ConnectionState::Missing | ConnectionState::NeedsReconnecting => "auth_required",
    };
    Standing {
        state,
        reason: None,
        tools: None,
    }
}

/// Who agreed to a connector behind OAuth.
pub(super) fn consent(view: &ConnectorView) -> Option<ConsentShown> {
    let AuthView::Oauth(oauth) = &view.auth else {
        return None;
    };
    let consent = view.consent.as_ref()?;
    let obtains = oauth.mode == OauthMode::ClientCredentials;
    Some(ConsentShown {
        mode: mode(oauth.mode),
        state: match consent.state {
            ConnectionState::Missing => "missing",
            ConnectionState::Connected => "connected",
            ConnectionState::NeedsReconnecting => "needs_reconnecting",
        },
        people: consent.people,
        href: consent.connect_url.clone().filter(|_| !obtains),
        obtain: obtains.then(|| format!("{}/connect", path(&view.slug))),
    })
}

/// How it is, as texts name it.
pub(super) fn standing(enabled: bool, status: Option<&UpstreamStatus>) -> Standing {
    let state = match status {
        _ if !enabled => "off",
        None => "each",
        Some(status) => match status.state {
            UpstreamState::Configured => "configured",
            UpstreamState::Connecting => "connecting",
            UpstreamState::Connected => "connected",
            UpstreamState::Disconnected => "disconnected",
            UpstreamState::AuthRequired => "auth_required",
            UpstreamState::AuthFailed => "auth_failed",
        },
    };
    let known = status.filter(|_| enabled);
    Standing {
        state,
        reason: known.and_then(|status| status.reason.clone()),
        tools: known.map(|status| status.tools),
    }
}

/// How it is authenticated to, as texts name it; the headers that are sent; whether there is a secret
/// to replace.
pub(super) fn auth(auth: &AuthView) -> (&'static str, Vec<String>, bool) {
    match auth {
        AuthView::None => ("none", Vec::new(), false),
        AuthView::Headers { headers } => {
            let each = headers.iter().map(|header| match &header.scheme {
                Some(scheme) => format!("{} ({scheme} …)", header.name),
                None => header.name.clone(),
            });
            ("headers", each.collect(), true)
        }
        AuthView::Oauth(oauth) => (mode(oauth.mode), Vec::new(), oauth.client_id.is_some()),
    }
}

pub(super) fn mode(mode: OauthMode) -> &'static str {
    match mode {
        OauthMode::Shared => "oauth_shared",
        OauthMode::PerUser => "oauth_per_user",
        OauthMode::ClientCredentials => "oauth_client",
    }
}

/// What became of trying a server out.
pub(super) fn probe(found: Probed) -> ProbeShown {
    let seen = |texts: &[String]| texts.iter().map(|text| visible(text)).collect();
    match found {
        Probed::Good {
            server_name,
            server_version,
            protocol,
            era,
            tools,
            tool_names,
            warnings,
            took_ms,
            ..
        } => ProbeShown {
            code: None,
            reason: String::new(),
            server: server_name.as_deref().map(visible),
            version: server_version.as_deref().map(visible),
            protocol,
            era,
            tools,
            names: seen(&tool_names),
            warnings: seen(&warnings),
            took: took_ms,
        },
        Probed::Failed {
            code,
            reason,
            took_ms,
            ..
        } => ProbeShown {
            code: Some(code.as_str()),
            reason: visible(&reason),
            server: None,
            version: None,
            protocol: String::new(),
            era: "modern",
            tools: 0,
            names: Vec::new(),
            warnings: Vec::new(),
            took: took_ms,
        },
    }
}
