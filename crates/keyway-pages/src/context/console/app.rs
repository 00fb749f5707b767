use serde::Serialize;

use super::{DefinitionLine, Filled, InstanceLine, Moment, SAMPLE_OUTSIDE};
use crate::Page;

/// A credential that is defined, its instances, and the form to set one: `console/app.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct App {
    /// What is defined.
    pub definition: DefinitionLine,
    /// The only scope it is looked for at.
    pub pinned: Option<String>,
    /// Where it may be sent. Text from outside.
    pub hosts: Option<String>,
    /// Where one who connects it is sent. Text from outside.
    pub server: Option<String>,
    /// What is asked for there. Texts from outside.
    pub scopes: Vec<String>,
    /// Who gets which: the key of a text, and the instances there. Texts from outside.
    pub rungs: Vec<(&'static str, Vec<String>)>,
    /// Some of its instances.
    pub instances: Vec<InstanceLine>,
    /// Whether there are more of them.
    pub more: bool,
    /// Who may use what is set. None where one may set none.
    pub places: Vec<PlaceOption>,
    /// What is to be typed.
    pub fields: Vec<SecretField>,
    /// The form: `keyway_place`, `keyway_name` and the fields.
    pub form: Filled,
}

/// Somebody who may use what is set.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceOption {
    /// What the form sends.
    pub value: String,
    /// `organization`, `project` or `user`; its text is `place-{scope}`.
    pub scope: String,
    /// The project's slug. Text from outside.
    pub name: String,
    /// Where it is connected for them.
    pub connect: String,
}

impl PlaceOption {
    fn samples() -> Vec<Self> {
        let place = |value: &str, scope: &str| Self {
            value: value.into(),
            scope: scope.into(),
            name: SAMPLE_OUTSIDE.into(),
            connect: "/connect/acme?for=user".into(),
        };
        vec![
            place("organization", "organization"),
            place("project x", "project"),
            place("user", "user"),
        ]
    }
}

/// A field of a credential.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretField {
    /// Its name.
    pub name: String,
    /// Its label. Text from outside.
    pub label: String,
    /// What it is. Text from outside.
    pub help: Option<String>,
    /// Whether it is typed without echo.
    pub secret: bool,
    /// Whether it has to be given.
    pub required: bool,
}

/// One instance: how it is, and what can be done to it: `console/app-instance.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppInstance {
    /// The instance.
    pub instance: InstanceLine,
    /// What it is of.
    pub definition: Option<DefinitionLine>,
    /// When it was made.
    pub made: Moment,
    /// When what is stored was last set.
    pub changed: Moment,
    /// When its authorization server last gave tokens.
    pub refreshed: Option<Moment>,
    /// When its access token expires.
    pub expires: Option<Moment>,
    /// When its service last refused it.
    pub error_at: Option<Moment>,
    /// Whether whoever looks may set, rename and choose it.
    pub manageable: bool,
    /// Whether they may revoke it.
    pub revocable: bool,
    /// Whether there is a way to ask the service whether it is good.
    pub testable: bool,
    /// Where it is connected anew.
    pub reconnect: Option<String>,
    /// What is to be typed to set it anew.
    pub fields: Vec<SecretField>,
    /// The form to rename it: `name`.
    pub rename: Filled,
    /// The form to set it anew.
    pub rotate: Filled,
    /// What went wrong with something else, as a sentence.
    pub failed: Option<String>,
}

/// A question about an instance that tells what uses it: `console/app-confirm.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppConfirm {
    /// `app-default` or `app-revoke`: what the keys of its texts begin with.
    pub key: &'static str,
    /// The instance. Text from outside.
    pub name: String,
    /// The instance that is the default now, where another one is. Text from outside.
    pub instead: Option<String>,
    /// What uses the default of this place. Texts from outside.
    pub uses: Vec<String>,
    /// Where the form is posted to.
    pub action: String,
    /// Where one is who does not want it.
    pub back: String,
    /// Whether it cannot be taken back.
    pub danger: bool,
}

impl SecretField {
    fn samples() -> Vec<Self> {
        let field = |name: &str, secret: bool, required: bool| Self {
            name: name.into(),
            label: SAMPLE_OUTSIDE.into(),
            help: required.then(|| SAMPLE_OUTSIDE.into()),
            secret,
            required,
        };
        vec![field("apiKey", true, true), field("region", false, false)]
    }
}

impl Page for App {
    const TEMPLATE: &'static str = "console/app.html";

    fn samples() -> Vec<Self> {
        let mut kinds = DefinitionLine::samples().into_iter();
        let (Some(acme), Some(corp), Some(open)) = (kinds.next(), kinds.next(), kinds.next())
        else {
            return Vec::new();
        };
        let full = Self {
            definition: acme,
            pinned: None,
            hosts: Some(SAMPLE_OUTSIDE.into()),
            server: None,
            scopes: Vec::new(),
            rungs: vec![
                ("rung-named", Vec::new()),
                ("rung-project", vec![SAMPLE_OUTSIDE.into()]),
                ("rung-organization", vec![SAMPLE_OUTSIDE.into()]),
                ("rung-user", Vec::new()),
            ],
            instances: InstanceLine::samples(),
            more: true,
            places: PlaceOption::samples(),
            fields: SecretField::samples(),
            form: Filled::new()
                .wrong("apiKey", "fill this in")
                .with("region", SAMPLE_OUTSIDE),
        };
        let oauth = Self {
            definition: corp,
            pinned: Some("user".into()),
            hosts: None,
            server: Some(SAMPLE_OUTSIDE.into()),
            scopes: vec![SAMPLE_OUTSIDE.into()],
            instances: Vec::new(),
            more: false,
            fields: Vec::new(),
            form: Filled::new(),
            ..full.clone()
        };
        let none = Self {
            definition: open,
            places: Vec::new(),
            ..oauth.clone()
        };
        let not_mine = Self {
            places: Vec::new(),
            form: Filled::new(),
            ..full.clone()
        };
        vec![full, oauth, none, not_mine]
    }
}

impl Page for AppInstance {
    const TEMPLATE: &'static str = "console/app-instance.html";

    fn samples() -> Vec<Self> {
        let definition = DefinitionLine::samples().into_iter().next();
        let of = |instance: InstanceLine| Self {
            definition: definition.clone(),
            made: Moment::sample(900_000),
            changed: Moment::sample(90_000),
            refreshed: Some(Moment::sample(70)),
            expires: Some(Moment::sample(-3_700)),
            error_at: instance.error.as_ref().map(|_| Moment::sample(70)),
            manageable: !instance.default,
            revocable: true,
            testable: true,
            reconnect: (instance.health == "reconnect").then(|| "/connect/acme".into()),
            fields: SecretField::samples(),
            rename: Filled::new()
                .with("name", instance.name.clone())
                .wrong("name", "another name"),
            rotate: Filled::new().wrong("apiKey", "fill this in"),
            failed: Some(SAMPLE_OUTSIDE.into()),
            instance,
        };
        let mut all: Vec<_> = InstanceLine::samples().into_iter().map(of).collect();
        let lost = all.first().cloned().map(|page| Self {
            definition: None,
            refreshed: None,
            expires: None,
            manageable: false,
            revocable: false,
            testable: false,
            fields: Vec::new(),
            failed: None,
            ..page
        });
        all.extend(lost);
        all
    }
}

impl Page for AppConfirm {
    const TEMPLATE: &'static str = "console/app-confirm.html";

    fn samples() -> Vec<Self> {
        let revoke = Self {
            key: "app-revoke",
            name: SAMPLE_OUTSIDE.into(),
            instead: None,
            uses: vec![SAMPLE_OUTSIDE.into()],
            action: "/console/apps/cred_1/revoke".into(),
            back: "/console/apps/cred_1".into(),
            danger: true,
        };
        let default = Self {
            key: "app-default",
            instead: Some(SAMPLE_OUTSIDE.into()),
            danger: false,
            ..revoke.clone()
        };
        let unused = Self {
            uses: Vec::new(),
            instead: None,
            ..default.clone()
        };
        vec![revoke, default, unused]
    }
}
