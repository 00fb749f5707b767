use keyway_core::{Error, Principal, Subject};
use keyway_policy::Shown;

use super::Explained;
use crate::{App, access};

/// A policy that is in force, as an administrator reads it.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyView {
    /// Its `@id`, or its file and line.
    pub id: String,
    /// Its `@doc`.
    pub doc: Option<String>,
    /// `permit` or `forbid`.
    pub effect: &'static str,
    /// Its `@approval`: `required`, or `waived`.
    pub approval: Option<String>,
    /// True for one of every gateway, false for one of the operator's files.
    pub built_in: bool,
    /// The name of the file it stands in.
    pub file: String,
    /// The line it begins in, from 1.
    pub line: usize,
    /// Its text, in Cedar.
    pub text: String,
}

impl App {
    /// The policies in force, those of every gateway first. For administrators. What names another
    /// organization, and not that of `who`, is not theirs to read.
    pub async fn policies(&self, who: &Principal) -> Result<Vec<PolicyView>, Error> {
        access::administer(&self.inner.store, who).await?;
        let in_force = self.inner.policy.load_full();
        let all = in_force.policies.all().iter();
        Ok(all.filter(|shown| concerns(shown, who)).map(view).collect())
    }
}

impl Explained {
    /// Without the texts that are not for `who` to read.
    pub(super) fn told_to(mut self, who: &Principal) -> Self {
        self.policies.retain(|shown| concerns(shown, who));
        self
    }

    /// The policies behind the decision, as administrators read them.
    pub fn views(&self) -> Vec<PolicyView> {
        self.policies.iter().map(view).collect()
    }
}

/// True unless a policy is about other organizations alone.
fn concerns(shown: &Shown, who: &Principal) -> bool {
    let own = who.organization().as_str();
    *who.subject() == Subject::Local
        || shown.organizations.is_empty()
        || shown.organizations.iter().any(|named| named == own)
}

fn view(shown: &Shown) -> PolicyView {
    // Where the operator keeps it is the operator's; its name is enough to find it.
    let file = shown.file.rsplit(['/', '\\']).next();
    let own_name = format!("{}:{}", shown.file, shown.line);
    let file = file.unwrap_or_default().to_owned();
    PolicyView {
        id: if shown.id == own_name {
            format!("{file}:{}", shown.line)
        } else {
            shown.id.clone()
        },
        doc: shown.doc.clone(),
        effect: shown.effect,
        approval: shown.approval.clone(),
        built_in: shown.built_in,
        file,
        line: shown.line,
        text: shown.text.clone(),
    }
}
