use serde::Serialize;

use super::{Moment, SAMPLE_OUTSIDE};
use crate::Page;

/// Who a member is at a third party, as a line of `console/external-parts.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalLine {
    /// The provider's name.
    pub provider: String,
    /// The name of where they are. Text from outside.
    pub workspace_name: String,
    /// The third party's id of it. Text from outside.
    pub workspace: String,
    /// What they called themselves. Text from outside.
    pub name: String,
    /// The third party's id of who they are. Text from outside.
    pub person: String,
    /// Since when.
    pub since: Moment,
    /// Where one is asked whether to end it.
    pub end: String,
}

/// Somebody at a third party asks to decide as whoever looks: `console/external-claim.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalClaim {
    /// The provider's name.
    pub provider: String,
    /// The name of where they are. Text from outside.
    pub workspace_name: String,
    /// The third party's id of it. Text from outside.
    pub workspace: String,
    /// What they call themselves. Text from outside.
    pub name: String,
    /// The third party's id of who they are. Text from outside.
    pub person: String,
    /// Where the form is posted to.
    pub action: String,
    /// Where one is who does not want it.
    pub back: &'static str,
    /// Why it was not done, and what helps.
    pub refused: Option<(String, Option<String>)>,
}

impl ExternalLine {
    pub(crate) fn sample() -> Self {
        Self {
            provider: "Slack".into(),
            workspace_name: SAMPLE_OUTSIDE.into(),
            workspace: "T0HOME".into(),
            name: SAMPLE_OUTSIDE.into(),
            person: "U0ADA".into(),
            since: Moment::sample(90_000),
            end: "/console/me/access/people/link_1/end".into(),
        }
    }
}

impl Page for ExternalClaim {
    const TEMPLATE: &'static str = "console/external-claim.html";

    fn samples() -> Vec<Self> {
        let asked = Self {
            provider: "Slack".into(),
            workspace_name: SAMPLE_OUTSIDE.into(),
            workspace: "T0HOME".into(),
            name: SAMPLE_OUTSIDE.into(),
            person: "U0ADA".into(),
            action: "/console/me/access/link/kwp_1".into(),
            back: "/console/me/access",
            refused: None,
        };
        let refused = Self {
            refused: Some((
                "This person is somebody here already.".into(),
                Some("End that first".into()),
            )),
            ..asked.clone()
        };
        vec![asked, refused]
    }
}
