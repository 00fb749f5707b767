use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use keyway_core::{Error, Kind};
use minijinja::{Environment, UndefinedBehavior};
use serde_json::Value;

use super::Scope;
use crate::fault::{Fault, Spot, nearest};

/// Where expressions are compiled and run. It loads nothing.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.add_filter("base64", |text: &str| BASE64.encode(text));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment
});

const VARIABLES: &[&str] = &["input", "credentials", "base_url", "now"];

/// What an expression reads: a variable and, as far as they are written with dots, the members of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) variable: &'static str,
    pub(crate) members: Vec<String>,
}

/// One `{{ … }}`.
#[derive(Debug)]
pub(crate) struct Expression {
    how: How,
    reads: Vec<Reference>,
    at: Spot,
}

#[derive(Debug)]
enum How {
    /// Nothing but a member of the input.
    Input(Vec<String>),
    /// Nothing but a field of a credential.
    Field {
        key: String,
        field: String,
    },
    /// Nothing but a variable.
    Variable(&'static str),
    Jinja(minijinja::Expression<'static, 'static>),
}

impl Expression {
    pub(super) fn compile(source: &str, at: &Spot) -> Result<Self, Fault> {
        let compiled = ENVIRONMENT.compile_expression_owned(source.to_owned());
        let compiled = compiled.map_err(|error| {
            let detail = error.detail().unwrap_or("it is not complete");
            Fault::new(
                at.clone(),
                format!("an expression cannot be read: {detail}"),
            )
        })?;
        let mut found: Vec<_> = compiled.undeclared_variables(true).into_iter().collect();
        found.sort();
        let mut reads = Vec::new();
        for path in &found {
            let mut names = path.split('.');
            let name = names.next().unwrap_or_default();
            let Some(variable) = VARIABLES.iter().find(|known| **known == name) else {
                return Err(unknown(name, &found, at));
            };
            reads.push(Reference {
                variable,
                members: names.map(str::to_owned).collect(),
            });
        }
        let how = match plain(source).as_deref() {
            Some(["input", members @ ..]) => {
                How::Input(members.iter().map(|name| (*name).to_owned()).collect())
            }
            Some(["credentials", key, field]) => How::Field {
                key: credential_key(key),
                field: (*field).to_owned(),
            },
            Some(["base_url"]) => How::Variable("base_url"),
            Some(["now"]) => How::Variable("now"),
            _ => How::Jinja(compiled),
        };
        let at = at.clone();
        Ok(Self { how, reads, at })
    }

    pub(crate) fn reads(&self) -> &[Reference] {
        &self.reads
    }

    pub(crate) fn at(&self) -> &Spot {
        &self.at
    }

    /// The variable, if it is all there is.
    pub(super) fn plain_variable(&self) -> Option<&'static str> {
        match self.how {
            How::Variable(name) => Some(name),
            _ => None,
        }
    }

    /// True when there is something of a credential in it.
    pub(crate) fn is_secret(&self) -> bool {
        self.reads.iter().any(|read| read.variable == "credentials")
    }

    /// The value; `None` where there is none.
    pub(crate) fn value(&self, scope: &Scope<'_>) -> Result<Option<Value>, Error> {
        match &self.how {
            How::Input(members) => {
                let found = members
                    .iter()
                    .try_fold(&scope.input, |value, name| value.get(name));
                Ok(found.cloned())
            }
            How::Field { key, field } => {
                let found = scope.fields(key)?.get(field);
                Ok(found.map(|secret| secret.expose().clone().into()))
            }
            How::Variable("base_url") => Ok(Some(scope.base_url.into())),
            How::Variable(_) => Ok(Some(scope.now().into())),
            How::Jinja(expression) => {
                // Its text could repeat values.
                let fails = |_| self.wrong("values that the templates of this action can use");
                let value = expression.eval(scope.variables()?.clone()).map_err(fails)?;
                if value.is_undefined() {
                    return Ok(None);
                }
                serde_json::to_value(&value)
                    .map(Some)
                    .map_err(|_| self.wrong("values that the templates of this action can use"))
            }
        }
    }

    /// That its value does not do where it lands. Says nothing of the value.
    pub(crate) fn wrong(&self, expected: &str) -> Error {
        let mut keys = self
            .reads
            .iter()
            .filter(|read| read.variable == "credentials");
        let key = keys.find_map(|read| read.members.first());
        let reads_input = self.reads.iter().any(|read| read.variable == "input");
        if let (Some(key), false) = (key, reads_input) {
            let key = credential_key(key);
            return Error::new(
                Kind::Conflict,
                "credential_invalid",
                format!("what is stored of the credential `{key}` cannot be sent"),
            )
            .with_hint(format!(
                "expected {expected}; set it again: keyway credentials set {key}"
            ));
        }
        let pointer = match &self.how {
            How::Input(members) => members.iter().fold(String::new(), |pointer, name| {
                format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
            }),
            _ => String::new(),
        };
        Error::invalid_at(pointer, expected)
    }
}

/// Names with dots between them, if there is nothing else.
fn plain(source: &str) -> Option<Vec<&str>> {
    let names: Vec<_> = source.split('.').map(str::trim).collect();
    let good = |name: &&str| {
        let mut chars = name.chars();
        let first = chars.next();
        first.is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    names.iter().all(good).then_some(names)
}

/// The key that a name in an expression stands for: `-` is minus there, and no key has `_`.
pub(crate) fn credential_key(name: &str) -> String {
    name.replace('_', "-")
}

fn unknown(name: &str, found: &[String], at: &Spot) -> Fault {
    let fault = Fault::new(at.clone(), format!("there is no variable `{name}`"));
    let minus = found.iter().any(|path| path.starts_with("credentials."));
    match nearest(name, VARIABLES.iter().copied()) {
        Some(near) => fault.suggest(format!("did you mean `{near}`?")),
        None if minus => fault
            .suggest("write `_` for each `-` in a credential's key: `credentials.my_key.field`"),
        None => fault.suggest("there are `input`, `credentials`, `base_url` and `now`"),
    }
}
