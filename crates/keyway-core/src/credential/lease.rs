use std::fmt;
use std::sync::Arc;

use super::Credential;
use crate::ports::Hosts;
use crate::{Error, Kind, Secret};

/// The fields of one instance of a credential: a JSON object nobody can print.
#[derive(Clone)]
pub struct Fields(Arc<Secret<Vec<u8>>>);

impl Fields {
    /// Fields from the text of a JSON object that was checked before.
    pub fn new(object: Secret<Vec<u8>>) -> Self {
        Self(Arc::new(object))
    }

    /// All fields as the type that stands for them.
    ///
    /// # Errors
    ///
    /// `credential_invalid` when they do not fit; the text holds nothing of them.
    pub fn read<C: Credential>(&self) -> Result<C, Error> {
        serde_json::from_slice(self.0.expose()).map_err(|_| invalid(C::KEY))
    }

    /// One field as text: a text as it stands, anything else as JSON. `None` for one that is not there.
    pub fn get(&self, name: &str) -> Option<Secret<String>> {
        let text = std::str::from_utf8(self.0.expose()).ok()?;
        let found = crate::json::member(text, name)?;
        let value = match found.value.starts_with('"') {
            true => crate::json::unquote(found.value).into_owned(),
            false if found.value == "null" => return None,
            false => found.value.to_owned(),
        };
        Some(Secret::new(value))
    }

    /// The JSON object. Every call is a place to review.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A credential that was leased for one call.
#[derive(Debug, Clone)]
pub struct LeasedCredential {
    /// The key of its definition.
    pub key: Arc<str>,
    /// Its fields.
    pub fields: Fields,
    /// Where they may be sent; `None` when nothing was said.
    pub hosts: Option<Hosts>,
}

/// What was leased for one call.
#[derive(Debug, Clone, Default)]
pub struct Lease {
    credentials: Vec<LeasedCredential>,
}

impl Lease {
    /// A lease of these credentials.
    pub fn new(credentials: Vec<LeasedCredential>) -> Self {
        Self { credentials }
    }

    /// The same with other fields of one credential.
    pub fn with_fields(mut self, key: &str, fields: Fields) -> Self {
        let found = self.credentials.iter_mut().find(|one| &*one.key == key);
        if let Some(leased) = found {
            leased.fields = fields;
        }
        self
    }

    /// The fields of a credential by its key.
    ///
    /// # Errors
    ///
    /// `credential_not_declared` for one the action did not say it needs: a fault in its code.
    pub fn fields(&self, key: &str) -> Result<&Fields, Error> {
        let found = self.credentials.iter().find(|leased| &*leased.key == key);
        found.map(|leased| &leased.fields).ok_or_else(|| {
            Error::internal(format!(
                "credential_not_declared: the action uses `{key}` and does not say that it needs it"
            ))
        })
    }

    /// A credential as its type.
    ///
    /// # Errors
    ///
    /// As [`Lease::fields`] and [`Fields::read`].
    pub fn credential<C: Credential>(&self) -> Result<C, Error> {
        self.fields(C::KEY)?.read()
    }

    /// Where what was leased may be sent: what any of the credentials declares, `None` when none does.
    pub fn hosts(&self) -> Option<Hosts> {
        let mut all = self
            .credentials
            .iter()
            .filter_map(|leased| leased.hosts.clone());
        let first = all.next()?;
        Some(all.fold(first, |one, other| one.or(&other)))
    }
}

pub(super) fn invalid(key: &str) -> Error {
    Error::new(
        Kind::Conflict,
        "credential_invalid",
        format!("what is stored of the credential `{key}` does not have the fields it needs"),
    )
    .with_hint(format!("set it again: keyway credentials set {key}"))
}
