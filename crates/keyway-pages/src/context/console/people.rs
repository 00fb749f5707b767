use serde::Serialize;

use super::{ExternalLine, Filled, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// The members of the organization: `console/people.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct People {
    /// What is searched.
    pub query: String,
    /// The members.
    pub members: Vec<MemberLine>,
    /// The way through them.
    pub pager: Pager,
}

/// A member as a line.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberLine {
    /// Their page.
    pub href: String,
    /// Their name. Text from outside.
    pub name: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// `owner`, `admin` or `member`; its text is `role-{role}`.
    pub role: &'static str,
    /// Whether they are kept out.
    pub disabled: bool,
    /// Whether it is who looks.
    pub own: bool,
    /// Since when they are a member.
    pub since: Moment,
}

/// One member: `console/member.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberPage {
    /// The member.
    pub member: MemberLine,
    /// Their id.
    pub id: String,
    /// The form of their role: `role`.
    pub form: Filled,
    /// Whether who looks may change them: owners are changed by owners.
    pub changeable: bool,
    /// Whether who looks may make owners.
    pub owner: bool,
    /// What was refused.
    pub trouble: Filled,
    /// Who they are at third parties, the last first.
    pub external: Vec<ExternalLine>,
}

/// The form that invites somebody, of `email` and `role`: `console/invite.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    /// The form.
    pub form: Filled,
    /// Whether who looks may make owners.
    pub owner: bool,
}

/// The invitations: `console/invitations.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitations {
    /// What is searched.
    pub query: String,
    /// The invitations, newest first.
    pub invitations: Vec<InvitationLine>,
    /// The way through them.
    pub pager: Pager,
}

/// An invitation as a line.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InvitationLine {
    /// Whom it is for. Text from outside.
    pub email: String,
    /// As what.
    pub role: &'static str,
    /// `open`, `accepted`, `revoked` or `expired`; its text is `invitation-state-{state}`.
    pub state: &'static str,
    /// When it was made.
    pub made: Moment,
    /// Until when it can be accepted.
    pub until: Moment,
    /// Where it is taken back, while it is open.
    pub revoke: Option<String>,
}

impl MemberLine {
    fn sample(role: &'static str, disabled: bool) -> Self {
        Self {
            href: "/console/people/user_1".into(),
            name: SAMPLE_OUTSIDE.into(),
            email: (!disabled).then(|| "ada@example.com".into()),
            role,
            disabled,
            own: role == "owner",
            since: Moment::sample(400_000),
        }
    }
}

impl Page for People {
    const TEMPLATE: &'static str = "console/people.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            query: String::new(),
            members: vec![
                MemberLine::sample("owner", false),
                MemberLine::sample("admin", false),
                MemberLine::sample("member", true),
            ],
            pager: Pager {
                first: Some("/console/people".into()),
                next: Some("/console/people?cursor=1".into()),
            },
        };
        let nothing = Self {
            query: "zanzibar".into(),
            members: Vec::new(),
            pager: Pager::default(),
        };
        vec![full, nothing]
    }
}

impl Page for MemberPage {
    const TEMPLATE: &'static str = "console/member.html";

    fn samples() -> Vec<Self> {
        let of = |role, disabled| Self {
            member: MemberLine::sample(role, disabled),
            id: "user_1".into(),
            form: Filled::new().with("role", role).of_revision(1),
            changeable: role != "owner",
            owner: false,
            trouble: Filled::new(),
            external: Vec::new(),
        };
        let refused = Self {
            trouble: Filled::new().failed("this is the last owner", Some("make another one")),
            owner: true,
            changeable: true,
            external: vec![ExternalLine::sample()],
            ..of("owner", false)
        };
        vec![
            of("member", false),
            of("admin", true),
            of("owner", false),
            refused,
        ]
    }
}

impl Page for Invite {
    const TEMPLATE: &'static str = "console/invite.html";

    fn samples() -> Vec<Self> {
        let form = Filled::new().with("role", "member");
        let wrong = form.clone().with("email", SAMPLE_OUTSIDE);
        vec![
            Self { form, owner: true },
            Self {
                form: wrong.wrong("email", "expected: an e-mail address"),
                owner: false,
            },
        ]
    }
}

impl Page for Invitations {
    const TEMPLATE: &'static str = "console/invitations.html";

    fn samples() -> Vec<Self> {
        let line = |state: &'static str| InvitationLine {
            email: "grace@example.com".into(),
            role: "member",
            state,
            made: Moment::sample(90_000),
            until: Moment::sample(-90_000),
            revoke: (state == "open").then(|| "/console/people/invitations/inv_1/revoke".into()),
        };
        let full = Self {
            query: String::new(),
            invitations: ["open", "accepted", "revoked", "expired"].map(line).into(),
            pager: Pager::default(),
        };
        let empty = Self {
            invitations: Vec::new(),
            ..full.clone()
        };
        vec![full, empty]
    }
}
