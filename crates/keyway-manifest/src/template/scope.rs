use std::cell::OnceCell;
use std::collections::BTreeMap;

use keyway_core::credential::{Fields, Lease};
use keyway_core::{Context, Error};
use minijinja::Value as Jinja;
use minijinja::value::Serde;
use serde_json::Value;

/// What the expressions of one call can read.
pub(crate) struct Scope<'a> {
    source: Source<'a>,
    pub(crate) input: Value,
    pub(crate) base_url: &'a str,
    /// The keys of the credentials of the call.
    pub(crate) credentials: &'a [String],
    /// The same for expressions that are more than a name; most calls have none.
    variables: OnceCell<Jinja>,
}

/// Where credentials and the time come from.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// A call.
    Call(&'a Context),
    /// A lease alone, without a time.
    Lease(&'a Lease),
}

impl<'a> Scope<'a> {
    /// What is read where there is no call: credentials alone.
    pub(crate) fn of_lease(lease: &'a Lease, credentials: &'a [String]) -> Self {
        Self {
            source: Source::Lease(lease),
            input: Value::Null,
            base_url: "",
            credentials,
            variables: OnceCell::new(),
        }
    }

    pub(super) fn fields(&self, key: &str) -> Result<&'a Fields, Error> {
        match self.source {
            Source::Call(context) => context.credential_fields(key),
            Source::Lease(lease) => lease.fields(key),
        }
    }

    pub(super) fn now(&self) -> String {
        match self.source {
            Source::Call(context) => context.now().to_string(),
            Source::Lease(_) => String::new(),
        }
    }

    pub(crate) fn new(
        context: &'a Context,
        input: Value,
        base_url: &'a str,
        credentials: &'a [String],
    ) -> Self {
        Self {
            source: Source::Call(context),
            input,
            base_url,
            credentials,
            variables: OnceCell::new(),
        }
    }

    pub(super) fn variables(&self) -> Result<&Jinja, Error> {
        if let Some(made) = self.variables.get() {
            return Ok(made);
        }
        let mut credentials = BTreeMap::new();
        for key in self.credentials {
            let fields = self.fields(key)?.expose();
            // What does not read has no fields; none of it may be told.
            let fields: Value = serde_json::from_slice(fields).unwrap_or_default();
            let fields = Jinja::from(Serde(&fields));
            credentials.insert(key.replace('-', "_"), fields.clone());
            credentials.insert(key.clone(), fields);
        }
        let variables: BTreeMap<&str, Jinja> = BTreeMap::from([
            ("input", Jinja::from(Serde(&self.input))),
            ("credentials", Jinja::from(credentials)),
            ("base_url", Jinja::from(self.base_url)),
            ("now", Jinja::from(self.now())),
        ]);
        Ok(self.variables.get_or_init(|| Jinja::from(variables)))
    }
}
