use keyway_core::{Error, Problem};
use serde::Deserialize;
use serde_json::Value;

use super::repository::Repository;
use super::settings::{Settings, is_login};

/// What wakes the agent, and who may.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(super) struct Triggers {
    /// Whether a mention does.
    pub(super) mentions: bool,
    /// The labels whose adding does.
    pub(super) labels: Vec<String>,
    /// The logins whose assignment does. GitHub lets no app be assigned: this is somebody who stands for it.
    pub(super) assignees: Vec<String>,
    /// The logins of which a review is asked, likewise.
    pub(super) reviewers: Vec<String>,
    /// The teams of which a review is asked, by their names in addresses.
    pub(super) review_teams: Vec<String>,
    /// The only repositories, as `owner/name`; all of the installation's where absent.
    pub(super) repositories: Option<Vec<String>>,
    /// An issue has to have one of these labels; any where absent.
    pub(super) with_labels: Option<Vec<String>>,
    /// The logins of who may cause it, in place of `associations`.
    pub(super) people: Option<Vec<String>>,
    /// The teams of which whoever causes it has to be in one, by their names in addresses, in place of
    /// `associations`.
    pub(super) teams: Option<Vec<String>>,
    /// What whoever causes it has to be to the repository.
    pub(super) associations: Vec<Association>,
}

impl Default for Triggers {
    fn default() -> Self {
        Self {
            mentions: true,
            labels: Vec::new(),
            assignees: Vec::new(),
            reviewers: Vec::new(),
            review_teams: Vec::new(),
            repositories: None,
            with_labels: None,
            people: None,
            teams: None,
            associations: vec![
                Association::Owner,
                Association::Member,
                Association::Collaborator,
            ],
        }
    }
}

/// What somebody is to a repository, as GitHub says in `author_association`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Association {
    Owner,
    Member,
    Collaborator,
    Contributor,
    FirstTimeContributor,
    FirstTimer,
    Mannequin,
    None,
}

/// The name of a list, its entries, whether one is good, and what was expected.
type List<'a> = (&'a str, &'a [String], fn(&str) -> bool, &'a str);

/// The most entries of a list.
const MOST: usize = 100;
/// The most teams: each is a question to GitHub.
const TEAMS: usize = 10;

impl Triggers {
    pub(super) fn read(triggers: &Value) -> Result<Self, Error> {
        if triggers.is_null() {
            return Ok(Self::default());
        }
        // What serde says may repeat what was sent.
        Self::deserialize(triggers)
            .map_err(|_| Error::invalid_at("/triggers", "the fields that this provider describes"))
    }

    /// Whether an agent that is woken by these may be reached from a repository, and may act in it.
    pub(super) fn covers(&self, repository: &str) -> bool {
        self.repositories
            .as_ref()
            .is_none_or(|all| has(all, repository))
    }

    /// Everything that is wrong with them.
    pub(super) fn check(&self, settings: &Settings, problems: &mut Vec<Problem>) {
        let mut expect = |good: bool, pointer: String, expected: &str| {
            if !good {
                problems.push(Problem {
                    pointer,
                    expected: expected.to_owned(),
                });
            }
        };
        let lists: [List<'_>; 8] = [
            ("labels", &self.labels, is_label, "the name of a label"),
            ("assignees", &self.assignees, is_login, "a login"),
            ("reviewers", &self.reviewers, is_login, "a login"),
            (
                "reviewTeams",
                &self.review_teams,
                is_login,
                "the name of a team, as it is in its address",
            ),
            (
                "repositories",
                list(self.repositories.as_ref()),
                is_repository,
                "`owner/name`",
            ),
            (
                "withLabels",
                list(self.with_labels.as_ref()),
                is_label,
                "the name of a label",
            ),
            ("people", list(self.people.as_ref()), is_login, "a login"),
            (
                "teams",
                list(self.teams.as_ref()),
                is_login,
                "the name of a team, as it is in its address",
            ),
        ];
        for (name, values, good, expected) in lists {
            expect(
                values.len() <= MOST,
                format!("/triggers/{name}"),
                "at most 100 entries",
            );
            for (number, value) in values.iter().enumerate() {
                expect(good(value), format!("/triggers/{name}/{number}"), expected);
            }
        }
        for (name, values) in [
            ("repositories", &self.repositories),
            ("withLabels", &self.with_labels),
            ("people", &self.people),
            ("teams", &self.teams),
        ] {
            let empty = values.as_ref().is_some_and(Vec::is_empty);
            expect(
                !empty,
                format!("/triggers/{name}"),
                "1 entry or more, or nothing at all",
            );
        }
        expect(
            list(self.teams.as_ref()).len() <= TEAMS,
            "/triggers/teams".to_owned(),
            "at most 10 entries",
        );
        let named = self.people.is_some() || self.teams.is_some();
        let nobody = !named && self.associations.is_empty();
        expect(
            !nobody,
            "/triggers/associations".to_owned(),
            "1 entry or more, or `people`, or `teams`",
        );
        let woken = self.mentions
            || [
                &self.labels,
                &self.assignees,
                &self.reviewers,
                &self.review_teams,
            ]
            .iter()
            .any(|list| !list.is_empty());
        expect(
            woken,
            "/triggers".to_owned(),
            "something that wakes the agent",
        );
        let itself = self
            .people
            .iter()
            .flatten()
            .any(|login| settings.is_bot(login));
        expect(
            !itself,
            "/triggers/people".to_owned(),
            "others than the agent itself",
        );
    }
}

fn list(values: Option<&Vec<String>>) -> &[String] {
    values.map_or(&[], Vec::as_slice)
}

/// Whether a name is in a list. GitHub's names are the same in either case.
pub(super) fn has(list: &[String], name: &str) -> bool {
    let name = name.to_lowercase();
    list.iter().any(|one| one.to_lowercase() == name)
}

fn is_label(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 50
}

fn is_repository(text: &str) -> bool {
    Repository::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wrong(triggers: &Value) -> Vec<String> {
        let settings = Settings {
            app_slug: Some("keyway".into()),
            ..Settings::default()
        };
        let mut problems = Vec::new();
        Triggers::read(triggers)
            .unwrap()
            .check(&settings, &mut problems);
        problems.into_iter().map(|one| one.pointer).collect()
    }

    #[test]
    fn triggers_that_cannot_work_are_told_at_their_place() {
        assert!(wrong(&json!({})).is_empty());
        assert!(wrong(&json!({ "mentions": false, "labels": ["agent"] })).is_empty());
        assert_eq!(wrong(&json!({ "mentions": false })), ["/triggers"]);
        assert_eq!(wrong(&json!({ "people": [] })), ["/triggers/people"]);
        assert_eq!(
            wrong(&json!({ "people": ["Keyway[bot]"] })),
            ["/triggers/people"]
        );
        assert_eq!(wrong(&json!({ "teams": [] })), ["/triggers/teams"]);
        assert_eq!(wrong(&json!({ "teams": ["a/b"] })), ["/triggers/teams/0"]);
        assert_eq!(
            wrong(&json!({ "teams": vec!["x"; 11] })),
            ["/triggers/teams"]
        );
        assert_eq!(
            wrong(&json!({ "associations": [] })),
            ["/triggers/associations"]
        );
        let lists = json!({
            "labels": ["ok", " "], "repositories": ["acme/web", "acme"], "assignees": ["a b"], "withLabels": [""]
        });
        assert_eq!(
            wrong(&lists),
            [
                "/triggers/labels/1",
                "/triggers/assignees/0",
                "/triggers/repositories/1",
                "/triggers/withLabels/0"
            ]
        );
        assert_eq!(
            wrong(&json!({ "labels": vec!["x"; 101] })),
            ["/triggers/labels"]
        );
        let refused = Triggers::read(&json!({ "s3cret": true })).unwrap_err();
        assert!(!format!("{refused:?}").contains("s3cret"));
    }

    #[test]
    fn repositories_are_the_same_in_either_case() {
        let triggers = Triggers::read(&json!({ "repositories": ["Acme/Web"] })).unwrap();
        assert!(triggers.covers("acme/web"));
        assert!(!triggers.covers("acme/web2") && !triggers.covers("eve/web"));
    }
}
