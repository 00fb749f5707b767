use std::sync::Arc;

use keyway_agent::ToolRules;
use keyway_client::calls::Calls;
use keyway_client::skills::{ClientTools, Scope, Skills, ToolSettings};

use super::LocalClient;
use crate::cli::Failure;
use crate::config::{Environment, Severity};

/// The variable that says up to how many tokens tools are plain definitions.
const VARIABLE: &str = "KEYWAY_TOOL_TOKENS";

impl LocalClient {
    /// The person's skills folder.
    pub(crate) fn skills(&self) -> Arc<Skills> {
        Arc::new(Skills::new(self.home().dir()))
    }

    /// Whose folders a sync of the skills may remove. None while something is wrong with a file:
    /// what is missing then need not be gone.
    pub(crate) fn scope(&self) -> Option<Scope> {
        let mut findings = self.findings().into_iter();
        if findings.any(|finding| finding.severity == Severity::Error) {
            return None;
        }
        Some(Scope {
            project: Some(self.project().profile()),
        })
    }

    /// Keeps the skills folder in line with the servers from here on. For a client that connects to
    /// all of them.
    pub(crate) fn follow_skills(&self, skills: &Arc<Skills>) {
        let client = self.clone();
        let following = Arc::clone(skills).follow(
            Arc::new(self.clone()),
            Arc::new(move || client.scope()),
            self.changes(),
            self.ending().clone(),
        );
        self.tasks().spawn(following);
    }

    /// The servers' tools as a model gets them, called through `calls`.
    pub(crate) fn tools(
        &self,
        calls: Calls,
        skills: Arc<Skills>,
        rules: ToolRules,
        environment: &Environment,
    ) -> Result<ClientTools, Failure> {
        let settings = ToolSettings {
            rules,
            plain_up_to: plain_up_to(environment)?,
            ..ToolSettings::default()
        };
        let servers = Arc::new(self.clone());
        Ok(ClientTools::new(calls, servers, skills, settings))
    }
}

/// Up to how many estimated tokens of all definitions together tools are plain definitions.
pub(crate) fn plain_up_to(environment: &Environment) -> Result<usize, Failure> {
    match environment.get(VARIABLE).map(str::trim) {
        None | Some("") => Ok(ToolSettings::default().plain_up_to),
        Some(text) => text.parse().map_err(|_| {
            let message = format!("{VARIABLE}: expected a number of tokens, such as 4000");
            Failure::usage("invalid_configuration", message)
        }),
    }
}
