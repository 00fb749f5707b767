use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;
use url::Url;

/// How long a starter is watched for failing. A browser that stays in the foreground goes on.
const WATCH: Duration = Duration::from_secs(3);

/// Opens pages for the person.
#[derive(Clone, Default)]
pub struct Browser {
    /// What the person prefers: `BROWSER`, programs separated by `:`, each with `%s` for the
    /// address or without.
    pub preferred: Option<String>,
    /// The environment of what is started: without anything of Keyway's own.
    pub environment: BTreeMap<OsString, OsString>,
}

/// Why no page was opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    /// Only pages are opened: http and https, without a user name or password.
    #[error("the address is no web page, so it is not opened")]
    NotAPage,
    /// No program could be started, or all failed.
    #[error("no browser could be started")]
    NoBrowser,
}

impl Browser {
    /// Opens a page and does not wait for it.
    ///
    /// # Errors
    /// When the address is no page, or no browser starts.
    pub async fn open(&self, url: &str) -> Result<(), NotOpened> {
        let page = Url::parse(url).map_err(|_| NotOpened::NotAPage)?;
        let is_page = matches!(page.scheme(), "http" | "https")
            && page.has_host()
            && page.username().is_empty()
            && page.password().is_none();
        if !is_page {
            return Err(NotOpened::NotAPage);
        }
        for command in self.commands(page.as_str()) {
            if self.start(command).await {
                return Ok(());
            }
        }
        Err(NotOpened::NoBrowser)
    }

    fn commands(&self, page: &str) -> Vec<std::process::Command> {
        let Some(preferred) = &self.preferred else {
            return open::commands(page);
        };
        let mut commands = Vec::new();
        for choice in preferred.split(':') {
            let mut words = choice.split_whitespace();
            let Some(program) = words.next() else {
                continue;
            };
            let mut command = std::process::Command::new(program);
            let mut placed = false;
            for word in words {
                placed |= word.contains("%s");
                command.arg(word.replace("%s", page));
            }
            if !placed {
                command.arg(page);
            }
            commands.push(command);
        }
        commands
    }

    /// Whether the starter works, as far as can be told soon.
    async fn start(&self, command: std::process::Command) -> bool {
        let mut command = Command::from(command);
        command
            .env_clear()
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Interrupting the terminal is not meant for the browser.
        #[cfg(unix)]
        command.process_group(0);
        let Ok(mut child) = command.spawn() else {
            return false;
        };
        match timeout(WATCH, child.wait()).await {
            Ok(Ok(status)) => status.success(),
            Ok(Err(_)) => false,
            Err(_) => true,
        }
    }
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browser")
            .field("preferred", &self.preferred)
            .finish_non_exhaustive()
    }
}
