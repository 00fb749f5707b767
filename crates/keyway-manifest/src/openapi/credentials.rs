//! The one credential of the app: what of the document's security it carries, and where it is sent.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::action::Http;
use super::names::{field, member};
use super::operations::Operation;
use super::options::Auth;
use super::report::{Report, shown};
use super::resolver::Node;
use super::security::{Kind, Scheme};

/// Parameters that are keys whatever a document says, in lower case and without `-` and `_`.
const SECRETS: &[&str] = &[
    "accesstoken",
    "apikey",
    "apitoken",
    "authorization",
    "authtoken",
    "clientsecret",
    "proxyauthorization",
    "xaccesstoken",
    "xapikey",
    "xapitoken",
    "xauthtoken",
];

/// Where something is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Query(String),
    Header(String),
    Cookie(String),
}

impl Place {
    pub(super) fn of(place: &str, name: &str) -> Option<Self> {
        match place {
            "query" => Some(Self::Query(name.to_owned())),
            "header" => Some(Self::Header(name.to_owned())),
            "cookie" => Some(Self::Cookie(name.to_owned())),
            _ => None,
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Header(one), Self::Header(two)) => one.eq_ignore_ascii_case(two),
            _ => self == other,
        }
    }
}

/// Names of schemes that are needed together.
type Together = Vec<String>;

/// The credential as it grows.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    variable: String,
    schemes: BTreeMap<String, Scheme>,
    /// What every action sends.
    main: Together,
    fields: Map<String, Value>,
    sent: Vec<(String, Place, String)>,
    is_given: bool,
}

impl Credentials {
    /// Decides what is sent with every action: the operator's word, or what most operations accept.
    pub(super) fn choose(
        app: &str,
        schemes: Vec<(String, Result<Scheme, String>)>,
        auth: Option<&Auth>,
        operations: &[(&Operation<'_>, &Node<'_>)],
        report: &mut Report,
    ) -> Self {
        let mut credentials = Self {
            variable: member("credentials", &app.replace('-', "_")),
            ..Self::default()
        };
        if let Some(auth) = auth {
            credentials.is_given = true;
            if let Some(scheme) = Scheme::given(auth) {
                credentials.main = vec![scheme.name.clone()];
                credentials.schemes.insert(scheme.name.clone(), scheme);
            }
        } else {
            for (name, scheme) in schemes {
                report.at(format!("/components/securitySchemes/{name}"));
                match scheme {
                    Ok(scheme) => {
                        credentials.schemes.insert(name, scheme);
                    }
                    Err(reason) => {
                        report.missing(format!("{reason} is not carried by a credential"));
                    }
                }
            }
            credentials.main = credentials.most_accepted(operations, report);
        }
        for name in credentials.main.clone() {
            credentials.carry(&name, Needed::Always);
        }
        credentials
    }

    fn most_accepted(
        &self,
        operations: &[(&Operation<'_>, &Node<'_>)],
        report: &mut Report,
    ) -> Together {
        let mut counts: Vec<(Together, usize)> = Vec::new();
        for (operation, root) in operations {
            for together in self.alternatives(operation, root) {
                match counts.iter_mut().find(|(one, _)| *one == together) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((together, 1)),
                }
            }
        }
        let order = |(together, count): &(Together, usize)| {
            (
                std::cmp::Reverse(*count),
                together.len(),
                self.rank(together),
            )
        };
        counts.sort_by_key(order);
        if let Some((main, _)) = counts.into_iter().next() {
            return main;
        }
        let preferred = self.schemes.values().min_by_key(|scheme| scheme.rank());
        let Some(preferred) = preferred else {
            return Vec::new();
        };
        report.at("/components/securitySchemes");
        report.noted(format!(
            "no operation says what it needs; {} is sent with all",
            shown(&preferred.name)
        ));
        vec![preferred.name.clone()]
    }

    fn rank(&self, together: &Together) -> u8 {
        let ranks = together.iter().filter_map(|name| self.schemes.get(name));
        ranks.map(Scheme::rank).max().unwrap_or_default()
    }

    /// What an operation accepts, each as schemes that are needed together and can all be carried.
    fn alternatives(&self, operation: &Operation<'_>, root: &Node<'_>) -> Vec<Together> {
        let of = match operation.node.value.get("security") {
            Some(_) => operation.node.items("security"),
            None => root.items("security"),
        };
        let named = of.filter_map(|one| {
            let names = one.value.as_object()?.keys().cloned();
            Some(names.collect::<Together>())
        });
        let carried = |together: &Together| {
            !together.is_empty() && together.iter().all(|name| self.schemes.contains_key(name))
        };
        named.filter(carried).collect()
    }

    /// Adds what this operation needs beyond what every action sends.
    pub(super) fn operation(
        &mut self,
        operation: &Operation<'_>,
        root: &Node<'_>,
        http: &mut Http,
        report: &mut Report,
    ) {
        if self.is_given {
            return;
        }
        let alternatives = self.alternatives(operation, root);
        if alternatives.is_empty() || alternatives.contains(&self.main) {
            return;
        }
        let Some(best) = alternatives
            .into_iter()
            .min_by_key(|one| (one.len(), self.rank(one)))
        else {
            return;
        };
        for name in &best {
            if !self.main.contains(name) {
                report.noted(format!(
                    "it needs {} besides what the others need",
                    shown(name)
                ));
            }
            self.carry(name, Needed::Sometimes);
            for (_, place, template) in self.sent.iter().filter(|(scheme, ..)| scheme == name) {
                http.write(place, template.as_str().into());
            }
        }
    }

    /// Makes a scheme's fields part of the credential.
    fn carry(&mut self, name: &str, needed: Needed) {
        if self.sent.iter().any(|(scheme, ..)| scheme == name) {
            return;
        }
        let Some(scheme) = self.schemes.get(name).cloned() else {
            return;
        };
        let fields = scheme.fields(&|name| self.fields.contains_key(name));
        let mut reads = fields.iter().map(|(name, _)| member(&self.variable, name));
        let first = reads.next().unwrap_or_default();
        let second = reads.next().unwrap_or_default();
        let authorization = || Place::Header("Authorization".to_owned());
        let (place, template) = match &scheme.kind {
            Kind::Header(name) => (Place::Header(name.clone()), format!("{{{{ {first} }}}}")),
            Kind::Query(name) => (Place::Query(name.clone()), format!("{{{{ {first} }}}}")),
            Kind::Cookie(name) => (Place::Cookie(name.clone()), format!("{{{{ {first} }}}}")),
            Kind::Token(word) => (authorization(), format!("{word} {{{{ {first} }}}}")),
            Kind::Access(_) => (authorization(), format!("Bearer {{{{ {first} }}}}")),
            Kind::Basic => {
                let pair = format!("({first} ~ \":\" ~ {second}) | base64");
                (authorization(), format!("Basic {{{{ {pair} }}}}"))
            }
        };
        for (name, mut value) in fields {
            if needed == Needed::Sometimes
                && let Some(value) = value.as_object_mut()
            {
                value.insert("required".into(), false.into());
            }
            self.fields.insert(name, value);
        }
        self.sent.push((name.to_owned(), place, template));
    }

    /// True when the credential is already sent there: such a parameter is never an input.
    pub(super) fn carries(&self, place: &Place) -> bool {
        let declared = self.schemes.values().any(|scheme| match &scheme.kind {
            Kind::Header(name) => place.same(&Place::Header(name.clone())),
            Kind::Query(name) => place.same(&Place::Query(name.clone())),
            Kind::Cookie(name) => place.same(&Place::Cookie(name.clone())),
            Kind::Token(_) | Kind::Basic | Kind::Access(_) => {
                place.same(&Place::Header("Authorization".to_owned()))
            }
        });
        declared
            || self
                .sent
                .iter()
                .any(|(_, sent, _)| sent.same(place) && self.is_given)
    }

    /// True for the name of a parameter that is a key.
    pub(super) fn looks_secret(name: &str) -> bool {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        SECRETS.contains(&plain.to_ascii_lowercase().as_str())
    }

    /// Makes a parameter that is a key a field of the credential. Where the operator has said how the
    /// service knows its callers, it is left out.
    pub(super) fn parameter(&mut self, place: &Place, required: bool, http: &mut Http) {
        if self.is_given {
            return;
        }
        let (Place::Query(wire) | Place::Header(wire) | Place::Cookie(wire)) = place;
        let name = field(wire);
        if !self.fields.contains_key(&name) {
            let mut value = json!({ "title": wire });
            if !required && let Some(value) = value.as_object_mut() {
                value.insert("required".into(), false.into());
            }
            self.fields.insert(name.clone(), value);
        }
        let template = format!("{{{{ {} }}}}", member(&self.variable, &name));
        http.write(place, template.into());
    }

    /// What every action sends, for the app.
    pub(super) fn of_app(&self) -> Map<String, Value> {
        let mut app = Http::default();
        for (_, place, template) in self
            .sent
            .iter()
            .filter(|(scheme, ..)| self.main.contains(scheme))
        {
            app.write(place, template.as_str().into());
        }
        app.places()
    }

    /// The definition; `None` when the service asks for nothing.
    pub(super) fn definition(self, title: &str) -> Option<Value> {
        if self.fields.is_empty() {
            return None;
        }
        Some(json!({ "title": title, "fields": self.fields }))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Needed {
    Always,
    Sometimes,
}
