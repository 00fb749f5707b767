use keyway_core::{Actor, ApiKeyId, Error, Principal};
use keyway_store::{ApiKey, Changed, Seen};

use super::manage::{check_name, not_found};
use super::view::view;
use super::{ApiKeyView, ApiKeys};
use crate::audit::{Event, EventKind};
use crate::people::changed_meanwhile;
use crate::{Listed, Part};

impl ApiKeys {
    /// A part of the keys of the organization of `who`, newest first: of all for who administers it,
    /// else of their own; of one person or service account where one is named. Searched are names,
    /// first characters, and the names of whose they are.
    pub async fn list_part(
        &self,
        who: &Principal,
        owner: Option<&Actor>,
        part: &Part<'_>,
    ) -> Result<Listed<ApiKeyView>, Error> {
        let maker = self.maker(who).await?;
        let wanted = part.read()?;
        let owner = if maker.role.administers() {
            owner
        } else {
            Some(&maker.actor)
        };
        let found = self
            .store
            .api_keys_slice(who.organization(), owner, wanted.slice());
        let now = self.clock.now();
        let place = |row: &ApiKey| (row.created_at, row.id.to_string());
        Ok(wanted.listed(found.await?, place, |row| view(row, now)))
    }

    /// Gives a key another name; `changed_meanwhile` when it is not what it was when it was seen.
    /// What it lets in and until when stays as it is: that is another key.
    pub async fn rename(
        &self,
        who: &Principal,
        key: impl Into<Seen<'_, ApiKeyId>>,
        name: &str,
    ) -> Result<ApiKeyView, Error> {
        let seen = key.into();
        let mut event =
            Event::new(EventKind::ApiKeyChanged, who).target("api_key", seen.id.as_str());
        if check_name(name).is_ok() {
            event = event.detail("name", name);
        }
        let change = async {
            let maker = self.maker(who).await?;
            self.visible(who, &maker, seen.id).await?;
            check_name(name)?;
            let renaming = self.store.rename_api_key(who.organization(), seen, name);
            let renamed = renaming.await?;
            let now = self.visible(who, &maker, seen.id).await?;
            match renamed {
                Changed::Done => Ok(view(now, self.clock.now())),
                Changed::Stale => Err(stale(&now)),
                Changed::Missing | Changed::LastOwner => Err(not_found()),
            }
        };
        self.audit.change(event, change).await
    }
}

/// A key is not what it was when it was seen.
fn stale(now: &ApiKey) -> Error {
    let (name, revision) = (&now.name, now.revision);
    let is = format!("its name is “{name}” (revision {revision})");
    changed_meanwhile("the API key", &is)
}
