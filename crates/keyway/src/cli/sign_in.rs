//! Signing in, as a command at a terminal sets it up.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use keyway_client::sign_in::{AtTerminal, Browser, CallbackUrl, ListenError, Step};
use keyway_client::text;
use keyway_oauth::OAuthError;
use tokio::io::BufReader;
use url::Url;

use super::failure::Failure;
use super::invocation::Invocation;
use crate::config::Environment;

/// Where browsers come back to: `KEYWAY_CALLBACK_URL`, else port 1456.
pub(crate) fn callback(environment: &Environment) -> Result<CallbackUrl, Failure> {
    match environment.get("KEYWAY_CALLBACK_URL") {
        None => Ok(CallbackUrl::default()),
        Some(text) => text.parse().map_err(|error| {
            let message = format!("KEYWAY_CALLBACK_URL: {error}");
            Failure::usage("invalid_configuration", message)
        }),
    }
}

/// The person's browser: `BROWSER`, else the desktop's.
pub(crate) fn browser(environment: &Environment) -> Browser {
    Browser {
        preferred: environment.get("BROWSER").map(str::to_owned),
        environment: environment.for_children(&BTreeSet::new()),
    }
}

/// Who opens the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens {
    /// This machine's browser; the person when none starts.
    Browser,
    /// The person.
    Person,
}

/// Signing in at this terminal, with its port open already.
pub(crate) fn at_terminal(
    invocation: &Invocation,
    opens: Opens,
    wait: Duration,
) -> Result<AtTerminal, Failure> {
    let callback = callback(&invocation.environment)?;
    let mut sign_in = AtTerminal::new(callback, wait, Arc::new(tell));
    if opens == Opens::Browser {
        sign_in = sign_in.with_browser(browser(&invocation.environment));
    }
    if opens == Opens::Person || std::io::stdin().is_terminal() {
        sign_in = sign_in.with_input(BufReader::new(tokio::io::stdin()));
    }
    sign_in.prepare().map_err(|error| {
        let code = match error {
            ListenError::Busy(_) => "callback_port_busy",
            ListenError::Refused { .. } => "callback_port_refused",
        };
        Failure::new(code, error.to_string())
    })?;
    Ok(sign_in)
}

/// Why nobody is signed in.
pub(crate) fn failure(server: &str, error: &OAuthError) -> Failure {
    let message = format!("`{server}`: {error}");
    match error {
        // The configuration has to change first.
        OAuthError::BadUrl(_) | OAuthError::NotProtected(_) | OAuthError::ClientIdNeeded(_) => {
            Failure::usage(error.code(), message)
        }
        OAuthError::SignIn(keyway_oauth::SignInError::TimedOut) => {
            Failure::new(error.code(), message).with_hint(format!(
                "`keyway mcp connect {server}` begins anew; on a machine without a browser add --no-browser"
            ))
        }
        _ => Failure::new(error.code(), message),
    }
}

/// Tells the person how far it is, on standard error.
fn tell(step: Step) {
    let mut terminal = std::io::stderr().lock();
    // A terminal that went away is no failure of the sign-in.
    let _ = match step {
        Step::Opening { link } => writeln!(
            terminal,
            "opening {} in your browser; if you see nothing, open this link:\n  {}",
            host(&link),
            shown(&link)
        ),
        Step::Link {
            link,
            why,
            can_paste,
        } => {
            let why = why.map_or_else(String::new, |why| format!("{why}; "));
            let written = writeln!(
                terminal,
                "{why}open this link in a browser:\n  {}",
                shown(&link)
            );
            let then = if can_paste {
                "the browser ends at an address on localhost that may not load; paste that whole address here:"
            } else {
                "waiting for the browser to come back"
            };
            written.and_then(|()| writeln!(terminal, "{then}"))
        }
        Step::AskAgain(why) => writeln!(terminal, "{why}:"),
        Step::CameBack => writeln!(terminal, "the answer has arrived"),
    };
}

fn host(link: &str) -> String {
    Url::parse(link).map_or_else(|_| shown(link), |url| url.origin().ascii_serialization())
}

fn shown(link: &str) -> String {
    text::line(link, usize::MAX)
}
