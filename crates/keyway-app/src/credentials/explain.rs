use keyway_core::credential::CredentialScope;
use keyway_core::{CredentialId, Error, Principal};

use super::lease::pin;
use super::{CredentialChoice, CredentialView, Rung, error};
use crate::invoke::no_action;
use crate::{App, access};

/// Which instance one need of an action would get.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    /// The key.
    pub key: String,
    /// The only scope that is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<CredentialScope>,
    /// Where it was looked for.
    pub rungs: Vec<Rung>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<CredentialView>,
}

impl App {
    /// Which instances an action would get for `who`, and where they were looked for. For the
    /// `operator`: it tells of anybody's.
    pub async fn explain_credentials(
        &self,
        operator: &Principal,
        who: &Principal,
        slug: &str,
        choice: &CredentialChoice,
        instance: Option<&str>,
    ) -> Result<Vec<Explained>, Error> {
        let definitions = self.definitions();
        let entry = definitions.action(slug).ok_or_else(no_action)?;
        access::operate(operator)?;
        let all = self.credentials().list(operator, None).await?;
        let mut explained = Vec::new();
        for need in entry.action().get_credentials() {
            let key = need.definition().key();
            let mut choice = choice.clone();
            let chosen = instance.map(|chosen| (key.to_owned(), chosen.to_owned()));
            choice.instances.extend(chosen);
            let walk = self.resolve(who, &definitions, need, &choice);
            let walk = walk.await?.walk;
            let found = walk.instance.map(|found| found.id);
            explained.push(Explained {
                key: key.to_owned(),
                scope: pin(&definitions, need),
                rungs: walk.rungs,
                instance: found.and_then(|id| all.iter().find(|one| one.id == id).cloned()),
            });
        }
        Ok(explained)
    }

    /// Asks the service whether an instance is good, by running the action that its definition names
    /// with it. Answers the action's slug; fails as the action does.
    pub async fn test_credential(
        &self,
        who: &Principal,
        id: &CredentialId,
    ) -> Result<String, Error> {
        let view = self.credentials().view(who, id).await?;
        let definitions = self.definitions();
        let definition = definitions.credentials().get(&view.key);
        let definition = definition.ok_or_else(error::no_definition)?;
        let check = definition.get_check().ok_or_else(error::no_check)?;
        let choice = CredentialChoice {
            project: None,
            instances: vec![(view.key, id.to_string())],
        };
        self.run_check(who, check, choice).await?;
        Ok(check.to_owned())
    }
}
