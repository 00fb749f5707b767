use std::collections::HashMap;

use keyway_core::{Error, Principal, ProjectId};
use keyway_store::{ConnectorReach, StoredConnector};

use super::settings::ConnectorSettings;
use super::{AuthView, ConnectorScope, ConnectorView, Connectors, error};

impl Connectors {
    pub(super) async fn scope(
        &self,
        who: &Principal,
        reach: &ConnectorReach,
    ) -> Result<ConnectorScope, Error> {
        let slugs = self.project_slugs(who, std::iter::once(reach)).await?;
        Ok(scope(reach, &slugs))
    }

    pub(super) async fn view(
        &self,
        who: &Principal,
        stored: StoredConnector,
    ) -> Result<ConnectorView, Error> {
        let views = self.views(who, vec![stored]).await?;
        views.into_iter().next().ok_or_else(error::not_found)
    }

    pub(super) async fn views(
        &self,
        who: &Principal,
        all: Vec<StoredConnector>,
    ) -> Result<Vec<ConnectorView>, Error> {
        let reaches = all.iter().map(|one| &one.reach);
        let slugs = self.project_slugs(who, reaches).await?;
        let mut consents = Vec::with_capacity(all.len());
        for one in &all {
            consents.push(self.consent(who, one).await?);
        }
        let view = |(one, consent): (StoredConnector, _)| {
            let settings = ConnectorSettings::read(&one.settings);
            let auth = match settings.oauth {
                Some(oauth) => AuthView::Oauth(oauth),
                None if settings.headers.is_empty() => AuthView::None,
                None => AuthView::Headers {
                    headers: settings.headers,
                },
            };
            ConnectorView {
                consent,
                status: self.app.inner.connectors.status(&one.id),
                scope: scope(&one.reach, &slugs),
                auth,
                id: one.id,
                slug: one.slug,
                name: one.name,
                url: one.url,
                enabled: one.enabled,
                allow: settings.allow,
                deny: settings.deny,
                connect_timeout_ms: settings.connect_timeout_ms,
                call_timeout_ms: settings.call_timeout_ms,
                revision: one.revision,
                created_at: one.created_at,
                created_by: one.created_by,
                changed_at: one.changed_at,
                changed_by: one.changed_by,
            }
        };
        Ok(all.into_iter().zip(consents).map(view).collect())
    }

    async fn project_slugs<'a>(
        &self,
        who: &Principal,
        mut reaches: impl Iterator<Item = &'a ConnectorReach>,
    ) -> Result<HashMap<ProjectId, String>, Error> {
        if !reaches.any(|reach| matches!(reach, ConnectorReach::Project(_))) {
            return Ok(HashMap::new());
        }
        let projects = self.app.inner.store.projects(who.organization()).await?;
        Ok(projects.into_iter().map(|one| (one.id, one.slug)).collect())
    }
}

fn scope(reach: &ConnectorReach, slugs: &HashMap<ProjectId, String>) -> ConnectorScope {
    match reach {
        ConnectorReach::Organization => ConnectorScope::Organization,
        ConnectorReach::Project(id) => ConnectorScope::Project {
            project: slugs.get(id).cloned().unwrap_or_else(|| id.to_string()),
        },
        ConnectorReach::Roles(roles) => ConnectorScope::Roles {
            roles: roles.iter().map(ToString::to_string).collect(),
        },
    }
}
