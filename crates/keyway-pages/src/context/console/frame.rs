use serde::Serialize;

use crate::context::SAMPLE_TOKEN;
use crate::{Html, Organization, Who, csrf_field};

/// What is around every page of the console: navigation, who is there, what was done.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// See [`csrf_field`](crate::csrf_field): `{{ frame.csrfField }}` in every form that is posted.
    pub csrf_field: Html,
    /// Who is signed in.
    pub who: Who,
    /// Whether they administer the organization.
    pub admin: bool,
    /// The name of the organization they are at.
    pub organization: String,
    /// Where they belong.
    pub organizations: Vec<Organization>,
    /// The navigation.
    pub groups: Vec<PlaceGroup>,
    /// What was done.
    pub notice: Option<Notice>,
}

/// Places that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceGroup {
    /// `overview`, `connect`, `watch`, `govern` or `mine`; its text is `nav-group-{key}`.
    pub key: &'static str,
    /// The places.
    pub places: Vec<Place>,
}

/// A page that the navigation leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Its text is `nav-{key}`.
    pub key: &'static str,
    /// The letter that leads there after `g`.
    pub go: &'static str,
    /// Its path.
    pub href: &'static str,
    /// Whether one is there, or at a page below it.
    pub current: bool,
    /// How many things wait there; 0 is not shown.
    pub badge: u64,
}

/// What was done: `flash-{code}` of the texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// The key of the text.
    pub key: String,
}

impl Frame {
    /// An administrator of two organizations, and a member of one.
    pub fn samples() -> Vec<Self> {
        let place = |key, href, current, badge| Place {
            key,
            go: "o",
            href,
            current,
            badge,
        };
        let groups = vec![
            PlaceGroup {
                key: "overview",
                places: vec![place("overview", "/console", true, 0)],
            },
            PlaceGroup {
                key: "watch",
                places: vec![
                    place("approvals", "/console/approvals", false, 3),
                    place("activity", "/console/activity", false, 0),
                ],
            },
        ];
        let organization = |id: &str, name: &str, current| Organization {
            id: id.into(),
            name: name.into(),
            role: "owner".into(),
            current,
        };
        let admin = Self {
            csrf_field: csrf_field(SAMPLE_TOKEN),
            who: Who {
                name: "Ada Lovelace".into(),
                email: Some("ada@example.com".into()),
            },
            admin: true,
            organization: "Sample".into(),
            organizations: vec![
                organization("org_1", "Sample", true),
                organization("org_2", "Another", false),
            ],
            groups: groups.clone(),
            notice: Some(Notice {
                key: "flash-organization".into(),
            }),
        };
        let member = Self {
            who: Who {
                name: super::SAMPLE_OUTSIDE.into(),
                email: None,
            },
            admin: false,
            organizations: vec![organization("org_1", "Sample", true)],
            groups: groups.into_iter().take(1).collect(),
            notice: None,
            ..admin.clone()
        };
        vec![admin, member]
    }
}
