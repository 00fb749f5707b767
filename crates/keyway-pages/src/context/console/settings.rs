use serde::Serialize;

use super::{Filled, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// The organization, and what holds for it: `console/settings.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The organization's id.
    pub id: String,
    /// Its name in commands and URLs.
    pub slug: String,
    /// The form of `name`.
    pub form: Filled,
    /// How people sign in.
    pub sign_in: SignInFacts,
    /// `open` or `closed`: whether OAuth clients register themselves.
    pub registration: &'static str,
}

/// How people sign in: what the gateway is configured with.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignInFacts {
    /// `closed`, `invited`, `domains` or `open`; its text is `settings-signup-{signup}`.
    pub signup: &'static str,
    /// The domains, where it is those.
    pub domains: Vec<String>,
    /// OpenID providers of the organization: name and issuer.
    pub providers: Vec<(String, String)>,
    /// The fewest characters of a password.
    pub password: usize,
    /// After how many hours without a request a web session ends.
    pub idle_hours: u64,
    /// After how many hours it ends in any case.
    pub life_hours: u64,
}

/// The projects of the organization: `console/projects.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Projects {
    /// What is searched.
    pub query: String,
    /// The projects.
    pub projects: Vec<ProjectLine>,
    /// The way through them.
    pub pager: Pager,
}

/// A project as a line.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectLine {
    /// Its page.
    pub href: String,
    /// Its name in commands and URLs.
    pub slug: String,
    /// Its name. Text from outside.
    pub name: String,
    /// Since when it is there.
    pub since: Moment,
}

/// One project, or the form of a new one: `console/project.html`. The form is of `name`, and `slug` of a
/// new one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectPage {
    /// The project; `None` for a new one.
    pub project: Option<ProjectLine>,
    /// The form.
    pub form: Filled,
}

impl ProjectLine {
    fn sample() -> Self {
        Self {
            href: "/console/settings/projects/proj_1".into(),
            slug: "web".into(),
            name: SAMPLE_OUTSIDE.into(),
            since: Moment::sample(70_000),
        }
    }
}

impl Page for Settings {
    const TEMPLATE: &'static str = "console/settings.html";

    fn samples() -> Vec<Self> {
        let of = |signup: &'static str, providers| Self {
            id: "org_1".into(),
            slug: "acme".into(),
            form: Filled::new().with("name", SAMPLE_OUTSIDE).of_revision(3),
            sign_in: SignInFacts {
                signup,
                domains: vec!["example.com".into()],
                providers,
                password: 12,
                idle_hours: 12,
                life_hours: 336,
            },
            registration: if signup == "open" { "open" } else { "closed" },
        };
        let corp = (SAMPLE_OUTSIDE.to_owned(), "https://id.example".to_owned());
        vec![
            of("invited", Vec::new()),
            of("domains", vec![corp]),
            of("closed", Vec::new()),
            of("open", Vec::new()),
        ]
    }
}

impl Page for Projects {
    const TEMPLATE: &'static str = "console/projects.html";

    fn samples() -> Vec<Self> {
        let of = |query: &str, projects| Self {
            query: query.into(),
            projects,
            pager: Pager::default(),
        };
        vec![
            of("", vec![ProjectLine::sample()]),
            of("", Vec::new()),
            of("x", Vec::new()),
        ]
    }
}

impl Page for ProjectPage {
    const TEMPLATE: &'static str = "console/project.html";

    fn samples() -> Vec<Self> {
        let name = || Filled::new().with("name", SAMPLE_OUTSIDE);
        vec![
            Self {
                project: Some(ProjectLine::sample()),
                form: name().of_revision(1),
            },
            Self {
                project: None,
                form: name().wrong("slug", "expected: 1 to 32 of a-z"),
            },
        ]
    }
}
