//! Cases that policies are held against: who does what to what, and what is expected.

use jiff::Timestamp;
use keyway_core::{Role, Scopes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Access, Act, Asker, AskerKind, Policies, Tags, Thing, ThingKind, Verdict};

/// The organization of cases, and another one.
const OWN: &str = "org_own";
const OTHER: &str = "org_other";

/// A file of cases: what is expected of the policies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cases {
    cases: Vec<Case>,
}

/// Who does what to what, and what policy should say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows.
    #[serde(default)]
    name: Option<String>,
    principal: Who,
    action: Deed,
    resource: What,
    expected: Expected,
    /// When it is asked; now unless it is given.
    #[serde(default)]
    time: Option<Timestamp>,
}

/// Who asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Who {
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    service_account: Option<String>,
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    access: Option<String>,
    #[serde(default)]
    client: Option<String>,
    #[serde(default)]
    scopes: Option<String>,
    #[serde(default)]
    address: Option<std::net::IpAddr>,
}

/// What is done.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    List,
    Call,
    Read,
    Approve,
    Decide,
    Administer,
}

/// What it is done to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent claims")]
struct What {
    #[serde(default)]
    tool: Option<String>,
    #[serde(default)]
    resource: Option<String>,
    #[serde(default)]
    prompt: Option<String>,
    #[serde(default)]
    organization: bool,
    #[serde(default)]
    server: Option<String>,
    #[serde(default)]
    app: Option<String>,
    #[serde(default)]
    own: Option<String>,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    destructive: bool,
    #[serde(default)]
    idempotent: bool,
    #[serde(default)]
    open_world: bool,
    #[serde(default)]
    admin_only: bool,
    /// It is another organization's.
    #[serde(default)]
    foreign: bool,
}

/// What policy should say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expected {
    Allow,
    NeedsApproval,
    Deny,
}

/// How a case came out.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// Its name, else which one it is.
    pub case: String,
    /// Whether what was decided is what was expected.
    pub ok: bool,
    /// The verdict that was expected, in one word.
    pub expected: &'static str,
    /// The verdict, in one word.
    pub decided: &'static str,
    /// The ids of the policies behind it.
    pub policies: Vec<String>,
    /// Why it could not be decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl Cases {
    /// Reads a document of cases; a text that says what is wrong with it.
    pub fn read(document: Value) -> Result<Self, String> {
        serde_json::from_value(document).map_err(|error| error.to_string())
    }

    /// Puts every case to policies. `now` is when those are asked that name no time. A text that
    /// names the case where one cannot be put.
    pub fn run(&self, policies: &Policies, now: Timestamp) -> Result<Vec<Outcome>, String> {
        (1..)
            .zip(&self.cases)
            .map(|(nth, case)| case.run(nth, policies, now))
            .collect()
    }
}

impl Case {
    fn run(&self, nth: usize, policies: &Policies, now: Timestamp) -> Result<Outcome, String> {
        let name = self.name.clone().unwrap_or_else(|| format!("case {nth}"));
        let told = |message: String| format!("{name}: {message}");
        let (asker, thing) = (
            self.principal.asker().map_err(told)?,
            self.resource.thing().map_err(told)?,
        );
        let decision = policies.decide(&asker, self.action.act(), &thing, self.time.unwrap_or(now));
        let expected = self.expected.verdict();
        Ok(Outcome {
            ok: decision.verdict == expected && decision.failure.is_none(),
            expected: expected.as_str(),
            decided: decision.verdict.as_str(),
            policies: decision.policies,
            failure: decision.failure,
            case: name,
        })
    }
}

impl Who {
    fn asker(&self) -> Result<Asker, String> {
        let kind = match (&self.user, &self.service_account, self.access.as_deref()) {
            (Some(_), Some(_), _) => {
                return Err("a principal is a user or a service account".into());
            }
            (_, Some(_), _) => AskerKind::ServiceAccount,
            (None, None, Some("none")) => AskerKind::Anonymous,
            (None, None, Some("terminal")) => AskerKind::Operator,
            _ => AskerKind::User,
        };
        let role = match (&self.role, kind) {
            (Some(role), _) => role
                .parse()
                .map_err(|error: keyway_core::UnknownRole| error.to_string())?,
            (None, AskerKind::Operator) => Role::Owner,
            (None, _) => Role::Member,
        };
        let access = match (&self.access, &self.client) {
            (Some(access), _) => access
                .parse()
                .map_err(|error: crate::UnknownAccess| error.to_string())?,
            (None, Some(_)) => Access::OAuth,
            (None, None) => Access::ApiKey,
        };
        let scopes = self.scopes.as_deref().unwrap_or("mcp approvals admin");
        let id = self.user.as_ref().or(self.service_account.as_ref());
        Ok(Asker {
            kind,
            id: id.cloned().unwrap_or_else(|| kind.as_str().to_lowercase()),
            organization: OWN.into(),
            role,
            access,
            client: self.client.clone(),
            scopes: scopes
                .parse::<Scopes>()
                .map_err(|error| error.to_string())?,
            address: self.address,
        })
    }
}

impl Deed {
    fn act(self) -> Act {
        match self {
            Self::List => Act::List,
            Self::Call => Act::Call,
            Self::Read => Act::Read,
            Self::Approve => Act::Approve,
            Self::Decide => Act::Decide,
            Self::Administer => Act::Administer,
        }
    }
}

impl What {
    fn thing(&self) -> Result<Thing, String> {
        let organization = if self.foreign { OTHER } else { OWN };
        let (kind, name) = match (
            &self.tool,
            &self.resource,
            &self.prompt,
            self.organization,
            &self.server,
        ) {
            (Some(name), None, None, false, _) => (ThingKind::Tool, name.as_str()),
            (None, Some(uri), None, false, _) => (ThingKind::Resource, uri.as_str()),
            (None, None, Some(name), false, _) => (ThingKind::Prompt, name.as_str()),
            (None, None, None, true, None) => (ThingKind::Organization, organization),
            (None, None, None, false, Some(key)) => (ThingKind::Server, key.as_str()),
            _ => {
                return Err(
                    "a resource is one of tool, resource, prompt, server, organization".into(),
                );
            }
        };
        let claims = [
            self.read_only,
            self.destructive,
            self.idempotent,
            self.open_world,
        ];
        let named = Thing::named(kind, organization, name);
        Ok(Thing {
            own: self.own.as_deref().unwrap_or(name).into(),
            server: self
                .server
                .as_deref()
                .filter(|_| kind != ThingKind::Server)
                .map(Into::into),
            app: self.app.as_deref().map(Into::into),
            tags: Tags {
                read_only: self.read_only,
                destructive: self.destructive,
                idempotent: self.idempotent,
                open_world: self.open_world,
                annotated: claims.contains(&true),
                admin_only: self.admin_only,
                needs_approval: false,
            },
            ..named
        })
    }
}

impl Expected {
    fn verdict(self) -> Verdict {
        match self {
            Self::Allow => Verdict::Allow,
            Self::NeedsApproval => Verdict::NeedsApproval,
            Self::Deny => Verdict::Deny,
        }
    }
}
