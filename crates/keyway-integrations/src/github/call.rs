//! One call of a tool: what it is about, and whether that is within the publication.

use std::fmt::Display;

use keyway_core::provider::PublicationContext;
use keyway_core::{Error, Kind};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::api::{Api, unreadable};
use super::json::At;
use super::place::Place;
use super::repository::Repository;
use super::settings::Settings;
use super::triggers::Triggers;

/// The most pages of the installation's repositories that are looked through, of a hundred each.
const PAGES: usize = 30;

/// What a tool acts with.
pub(super) struct Call<'a> {
    pub(super) context: &'a PublicationContext,
    pub(super) api: Api<'a>,
    /// Where the event was that the agent answers.
    pub(super) place: Option<Place>,
    triggers: Triggers,
}

impl<'a> Call<'a> {
    pub(super) fn of(
        context: &'a PublicationContext,
        settings: &'a Settings,
    ) -> Result<Self, Error> {
        Ok(Self {
            context,
            api: Api::of(context, settings.api()),
            place: context.place.as_deref().map(Place::read).transpose()?,
            triggers: Triggers::read(&context.triggers)?,
        })
    }

    /// The repository that was named, or the event's. It is one of the publication's and of the
    /// installation's: a token reads what is public anywhere.
    pub(super) async fn repository(&self, named: Option<&str>) -> Result<Repository, Error> {
        let Some(named) = named else {
            let place = self
                .place
                .as_ref()
                .ok_or_else(|| missing("/repository", "`owner/name`"))?;
            return self.covered(place.repository()?);
        };
        let named =
            Repository::parse(named).ok_or_else(|| missing("/repository", "`owner/name`"))?;
        let named = self.covered(named)?;
        let event = self.place.as_ref();
        // What the event was signed for is in the installation.
        if event.is_some_and(|place| named.is(&place.repository))
            || self.is_installed(&named).await?
        {
            return Ok(named);
        }
        Err(outside())
    }

    fn covered(&self, repository: Repository) -> Result<Repository, Error> {
        let covered = self.triggers.covers(repository.as_str());
        covered.then_some(repository).ok_or_else(outside)
    }

    async fn is_installed(&self, repository: &Repository) -> Result<bool, Error> {
        for page in 1..=PAGES {
            let page = page.to_string();
            let query = [("per_page", "100"), ("page", &page)];
            let found = self.api.query("/installation/repositories", &query).await?;
            let found = found.at("repositories").as_array().ok_or_else(unreadable)?;
            let mut names = found.iter().filter_map(|one| one.at("full_name").as_str());
            if names.any(|name| repository.is(name)) {
                return Ok(true);
            }
            if found.len() < 100 {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// The number that was named, or the event's where the repository is the event's.
    pub(super) fn number(&self, repository: &Repository, named: Option<u64>) -> Result<u64, Error> {
        let event = self
            .place
            .as_ref()
            .filter(|place| repository.is(&place.repository));
        let number = named.or_else(|| event.map(|place| place.number));
        number.ok_or_else(|| missing("/number", "the number of an issue or a pull request"))
    }

    /// The branch that others build on.
    pub(super) async fn default_branch(&self, repository: &Repository) -> Result<String, Error> {
        let found = self.api.get(&path(repository, "")).await?;
        let branch = found.at("default_branch").as_str().ok_or_else(unreadable)?;
        Ok(branch.to_owned())
    }
}

/// The input of a tool.
pub(super) fn read<T: DeserializeOwned>(input: &Value) -> Result<T, Error> {
    // What serde says may repeat what was sent.
    serde_json::from_value(input.clone())
        .map_err(|_| Error::invalid_at("", "what the tool's input schema describes"))
}

/// A path in a repository.
pub(super) fn path(repository: &Repository, rest: impl Display) -> String {
    format!("/repos/{repository}{rest}")
}

pub(super) fn missing(pointer: &str, expected: &str) -> Error {
    Error::invalid_at(pointer, expected)
}

fn outside() -> Error {
    Error::new(
        Kind::Forbidden,
        "outside_publication",
        "this repository is not one that this agent may reach",
    )
    .with_hint("leave `repository` out to stay where the event was")
}
