use serde::Serialize;

use super::{Filled, KeyLine, Moment, Pager, SAMPLE_OUTSIDE};
use crate::Page;

/// The machines of the organization: `console/service_accounts.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccounts {
    /// What is searched.
    pub query: String,
    /// The service accounts.
    pub accounts: Vec<AccountLine>,
    /// The way through them.
    pub pager: Pager,
}

/// A service account as a line.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountLine {
    /// Its page.
    pub href: String,
    /// Its name. Text from outside.
    pub name: String,
    /// `admin` or `member`.
    pub role: &'static str,
    /// Whether it is kept out.
    pub disabled: bool,
    /// Since when it is there.
    pub since: Moment,
}

/// One service account: `console/service_account.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountPage {
    /// The service account.
    pub account: AccountLine,
    /// Its id.
    pub id: String,
    /// The form of `name` and `role`.
    pub form: Filled,
    /// Its keys, the first of them.
    pub keys: Vec<KeyLine>,
    /// Whether it has more keys than are shown.
    pub more_keys: bool,
    /// What was refused.
    pub trouble: Filled,
}

/// The form of a new one, of `name` and `role`: `console/service_account_new.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewAccount {
    /// The form.
    pub form: Filled,
}

impl AccountLine {
    fn sample(role: &'static str, disabled: bool) -> Self {
        Self {
            href: "/console/service-accounts/svc_1".into(),
            name: SAMPLE_OUTSIDE.into(),
            role,
            disabled,
            since: Moment::sample(7000),
        }
    }
}

impl Page for ServiceAccounts {
    const TEMPLATE: &'static str = "console/service_accounts.html";

    fn samples() -> Vec<Self> {
        let full = Self {
            query: String::new(),
            accounts: vec![
                AccountLine::sample("member", false),
                AccountLine::sample("admin", true),
            ],
            pager: Pager::default(),
        };
        let of = |query: &str| Self {
            query: query.into(),
            accounts: Vec::new(),
            ..full.clone()
        };
        vec![full.clone(), of(""), of("x")]
    }
}

impl Page for AccountPage {
    const TEMPLATE: &'static str = "console/service_account.html";

    fn samples() -> Vec<Self> {
        let of = |disabled, keys: Vec<KeyLine>| Self {
            account: AccountLine::sample("member", disabled),
            id: "svc_1".into(),
            form: Filled::new()
                .with("name", SAMPLE_OUTSIDE)
                .with("role", "member")
                .of_revision(2),
            more_keys: !keys.is_empty(),
            keys,
            trouble: Filled::new(),
        };
        vec![of(false, KeyLine::samples()), of(true, Vec::new())]
    }
}

impl Page for NewAccount {
    const TEMPLATE: &'static str = "console/service_account_new.html";

    fn samples() -> Vec<Self> {
        let form = Filled::new().with("role", "member");
        let taken = form.clone().with("name", "ci");
        vec![
            Self { form },
            Self {
                form: taken.failed("there is one of this name", None),
            },
        ]
    }
}
