//! `keyway docs`: the guides, the how-to's and the reference, at the terminal.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::PAGES;
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway docs                                   the list of pages, in the form of llms.txt
  keyway docs guides/your-first-action.md       one of them
  keyway docs reference/config.md               every key of keyway.yaml";

/// Print the documentation: without a page, the list of pages
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Docs {
    /// The page, as the list names it; `.md` may be left out
    #[arg(value_name = "PAGE")]
    page: Option<String>,
}

const LIST: &str = include_str!("../../../../../docs/llms.txt");

macro_rules! pages {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../../../../docs/", $path)))),*]
    };
}

/// The pages that are written by hand; those of the reference are made.
const WRITTEN: &[(&str, &str)] = pages! {
    "guides/your-first-action.md",
    "guides/your-first-action-in-rust.md",
    "guides/an-app-from-openapi.md",
    "guides/credentials-and-scopes.md",
    "guides/an-agent.md",
    "guides/testing.md",
    "guides/a-provider.md",
    "how-to/develop-locally.md",
    "how-to/actions-without-code.md",
    "how-to/import-openapi.md",
    "how-to/prompts-and-resources.md",
    "how-to/credentials.md",
    "how-to/serve-actions-over-http.md",
    "how-to/test-an-integration.md",
    "how-to/run-agents.md",
    "how-to/follow-sessions.md",
    "how-to/answer-webhooks.md",
    "how-to/use-a-tunnel.md",
    "how-to/install-providers.md",
    "how-to/receive-webhooks.md",
    "how-to/answer-on-github.md",
    "how-to/answer-in-linear.md",
    "how-to/answer-in-slack.md",
    "how-to/add-mcp-servers.md",
    "how-to/connect-remote-servers.md",
    "how-to/trust-servers.md",
    "how-to/connect-a-client.md",
    "how-to/sign-in-clients.md",
    "how-to/people-and-machines.md",
    "how-to/write-a-policy.md",
    "how-to/decide-calls-that-wait.md",
    "how-to/limit-requests.md",
    "how-to/read-the-audit.md",
    "how-to/change-the-pages.md",
    "how-to/behind-a-proxy.md",
    "how-to/use-postgresql.md",
    "how-to/keep-the-keys.md",
    "how-to/rotate-the-master-key.md",
    "how-to/use-mcp-servers-from-the-terminal.md",
    "how-to/sign-in-to-mcp-servers.md",
    "how-to/approve-calls.md",
    "how-to/chat-in-the-terminal.md",
    "how-to/write-an-agent-file.md",
    "how-to/use-skills.md",
    "reference/identifiers.md",
};

pub(crate) fn run(command: &Docs, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let text = match &command.page {
        None => LIST.to_owned(),
        Some(page) => page_of(page).ok_or_else(|| {
            let hint = "`keyway docs` lists the pages";
            Failure::usage("unknown_page", "there is no such page").with_hint(hint)
        })?,
    };
    if terminal.is_json() {
        terminal.value(&json!({ "page": command.page, "text": text }));
    } else {
        terminal.line(text.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

fn page_of(page: &str) -> Option<String> {
    let named = |path: &str| path == page || path.strip_suffix(".md") == Some(page);
    if let Some((_, text)) = WRITTEN.iter().find(|(path, _)| named(path)) {
        return Some((*text).to_owned());
    }
    let mut reference = PAGES.iter();
    let (_, make) = reference.find(|(name, _)| named(&format!("reference/{name}")))?;
    Some(make())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_of_the_list_is_printed_but_what_is_for_those_who_change_keyway() {
        let links = LIST.split("](").skip(1);
        let links = links.filter_map(|rest| rest.split(')').next());
        for page in links.filter(|page| !matches!(*page, "adr/README.md" | "coverage.md")) {
            assert!(page_of(page).is_some_and(|text| text.len() > 100), "{page}");
        }
        assert_eq!(
            page_of("how-to/credentials"),
            page_of("how-to/credentials.md")
        );
        assert_eq!(page_of("../README.md"), None);
    }
}
