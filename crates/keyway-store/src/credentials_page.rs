use keyway_core::credential::CredentialScope;
use keyway_core::{CredentialId, OrgId, UserId};

use crate::credentials::{COLUMNS, Row};
use crate::engine::QueryBuilder;
use crate::error::Doing as _;
use crate::{Store, StoreError, StoredCredential};

/// Which instances are listed.
#[derive(Debug, Clone, Default)]
pub struct CredentialFilter<'a> {
    /// Those of this key.
    pub key: Option<&'a str>,
    /// Those of this scope.
    pub scope: Option<CredentialScope>,
    /// Those whose key or name has this in it, whatever the case of ASCII letters.
    pub words: Option<&'a str>,
    /// Of people's own only those of this person; nobody's when it is `Some(None)`, all when absent.
    pub own: Option<Option<&'a UserId>>,
    /// Those behind this one.
    pub after: Option<&'a CredentialId>,
}

impl Store {
    /// Some instances of an organization, by key, scope and name. Behind one that is not there any more
    /// there are none.
    pub async fn credentials_page(
        &self,
        organization: &OrgId,
        filter: &CredentialFilter<'_>,
        limit: u32,
    ) -> Result<Vec<StoredCredential>, StoreError> {
        let mut query = QueryBuilder::new(format!(
            "SELECT {COLUMNS} FROM credentials WHERE organization_id = "
        ));
        query.push_bind(organization.as_str().to_owned());
        if let Some(key) = filter.key {
            query.push(" AND key = ").push_bind(key.to_owned());
        }
        if let Some(scope) = filter.scope {
            query.push(" AND scope = ").push_bind(scope.as_str());
        }
        if let Some(words) = filter.words {
            query.push(" AND instr(lower(key || ' ' || name), ");
            query.push_bind(words.to_ascii_lowercase()).push(") > 0");
        }
        if let Some(own) = filter.own {
            query.push(" AND (scope <> 'user' OR user_id = ");
            query.push_bind(own.map_or("", UserId::as_str).to_owned());
            query.push(")");
        }
        if let Some(after) = filter.after {
            query.push(" AND (key, scope, name, id) > (SELECT key, scope, name, id FROM credentials WHERE organization_id = ");
            query.push_bind(organization.as_str().to_owned());
            query
                .push(" AND id = ")
                .push_bind(after.as_str().to_owned())
                .push(")");
        }
        query
            .push(" ORDER BY key, scope, name, id LIMIT ")
            .push_bind(limit);
        let rows: Vec<Row> = query
            .build_query_as()
            .fetch_all(self.pool())
            .await
            .doing("list the credentials")?;
        rows.into_iter().map(Row::read).collect()
    }
}
