use std::collections::BTreeMap;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// Metadata of the protected resource.
    ResourceMetadata,
    /// Metadata of the authorization server.
    Metadata,
    /// Dynamic client registration.
    Register,
    /// The page where a person agrees.
    Authorize,
    /// Codes and refresh tokens for access tokens.
    Token,
    /// Revocation.
    Revoke,
}

/// One request to an authorization server or its resource's metadata.
#[derive(Debug, Clone)]
pub struct Visit {
    /// What was asked for.
    pub endpoint: Endpoint,
    /// The path.
    pub path: String,
    /// Parameters of the query or the form; the members of a registration as JSON text.
    pub params: BTreeMap<String, String>,
    /// Parameters that came more than once.
    pub doubled: Vec<String>,
    /// `Authorization`, as it came.
    pub authorization: Option<String>,
}

impl Visit {
    /// One parameter; empty when it is missing.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }

    /// Reads a form or a query.
    pub(super) fn of_form(
        endpoint: Endpoint,
        path: &str,
        form: &str,
        authorization: Option<String>,
    ) -> Self {
        let mut params = BTreeMap::new();
        let mut doubled = Vec::new();
        for (name, value) in url::form_urlencoded::parse(form.as_bytes()).into_owned() {
            if params.insert(name.clone(), value).is_some() {
                doubled.push(name);
            }
        }
        Self {
            endpoint,
            path: path.to_owned(),
            params,
            doubled,
            authorization,
        }
    }
}
