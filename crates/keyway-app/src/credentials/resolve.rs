//! Which instance a call gets: the order in which places are looked at, as a function.

use keyway_core::credential::CredentialScope;
use keyway_core::{ProjectId, UserId};
use keyway_store::CredentialPlace;

use super::instance::Instance;

/// How far another project is.
const ELSEWHERE: u8 = 3;

/// What a call brings along.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    /// The instance that was chosen, by name or id.
    pub(crate) chosen: Option<&'a str>,
    /// The only scope that is looked at.
    pub(crate) pin: Option<CredentialScope>,
    /// The project the call is for.
    pub(crate) project: Option<&'a ProjectId>,
    /// The person the call is for.
    pub(crate) user: Option<&'a UserId>,
}

/// One place that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rung {
    /// What was looked for: `chosen`, `project default`, `organization default`, `user default`.
    pub looked_for: &'static str,
    /// What was there.
    pub found: Found,
}

/// What was found at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// An instance, which is the one that is used.
    This,
    /// Nothing.
    Nothing,
    /// Instances, but none of them is the default, or none has the chosen name.
    NoneThatFits,
    /// The call is for no project, or for no person.
    NotAsked,
}

/// How an instance was found, or what was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// The places in the order they were looked at.
    pub rungs: Vec<Rung>,
    pub(crate) instance: Option<Instance>,
}

/// Looks through the instances of one key of one organization.
pub(crate) fn resolve(all: &[Instance], asked: &Asked<'_>) -> Walk {
    let mut walk = Walk {
        rungs: Vec::new(),
        instance: None,
    };
    if let Some(chosen) = asked.chosen {
        let fits = |one: &&Instance| {
            let pinned = asked.pin.is_none_or(|pin| one.place.scope() == pin);
            // Another project is reached by an id alone: its names are its own.
            let named = one.name == chosen && asked.distance(&one.place) < ELSEWHERE;
            pinned && (one.id.as_str() == chosen || named)
        };
        // A name may be there at several places: the nearest one wins.
        let mut found: Vec<_> = all
            .iter()
            .filter(|one| asked.reaches(&one.place))
            .filter(fits)
            .collect();
        found.sort_by_key(|one| asked.distance(&one.place));
        let there = found.first().map(|one| Instance::clone(one));
        walk.step("chosen", there, !all.is_empty());
        return walk;
    }
    let order: &[CredentialScope] = match asked.pin {
        Some(CredentialScope::User) => &[CredentialScope::User],
        Some(CredentialScope::Project) => &[CredentialScope::Project],
        Some(CredentialScope::Organization) => &[CredentialScope::Organization],
        // A person's own is used only where the action asks for it.
        None => &[CredentialScope::Project, CredentialScope::Organization],
    };
    for scope in order {
        let looked_for = match scope {
            CredentialScope::Project => "project default",
            CredentialScope::Organization => "organization default",
            CredentialScope::User => "user default",
        };
        let place = match scope {
            CredentialScope::Organization => Some(CredentialPlace::Organization),
            CredentialScope::Project => asked.project.cloned().map(CredentialPlace::Project),
            CredentialScope::User => asked.user.cloned().map(CredentialPlace::User),
        };
        let Some(place) = place else {
            let found = Found::NotAsked;
            walk.rungs.push(Rung { looked_for, found });
            continue;
        };
        let mut there = all.iter().filter(|one| one.place == place).peekable();
        let any = there.peek().is_some();
        let default = there.find(|one| one.is_default).cloned();
        walk.step(looked_for, default, any);
        if walk.instance.is_some() {
            break;
        }
    }
    walk
}

impl Walk {
    fn step(&mut self, looked_for: &'static str, instance: Option<Instance>, any: bool) {
        let found = match (&instance, any) {
            (Some(_), _) => Found::This,
            (None, true) => Found::NoneThatFits,
            (None, false) => Found::Nothing,
        };
        self.rungs.push(Rung { looked_for, found });
        self.instance = instance;
    }
}

impl Asked<'_> {
    /// Nobody gets another person's instance.
    fn reaches(&self, place: &CredentialPlace) -> bool {
        match place {
            CredentialPlace::Organization | CredentialPlace::Project(_) => true,
            CredentialPlace::User(user) => self.user == Some(user),
        }
    }

    fn distance(&self, place: &CredentialPlace) -> u8 {
        match place {
            CredentialPlace::User(_) => 0,
            CredentialPlace::Project(project) if self.project == Some(project) => 1,
            CredentialPlace::Organization => 2,
            CredentialPlace::Project(_) => ELSEWHERE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(prefix: &str, number: u8) -> T {
        format!("{prefix}_01890a5d-ac96-774b-bcce-0000000000{number:02x}")
            .parse()
            .unwrap()
    }

    fn instance(number: u8, place: CredentialPlace, name: &str, is_default: bool) -> Instance {
        Instance {
            id: id("cred", number),
            place,
            name: name.to_owned(),
            is_default,
            revision: 1,
        }
    }

    fn everywhere() -> Vec<Instance> {
        let web = || CredentialPlace::Project(id("proj", 1));
        let shop = || CredentialPlace::Project(id("proj", 2));
        vec![
            instance(1, CredentialPlace::Organization, "live", true),
            instance(2, CredentialPlace::Organization, "test", false),
            instance(3, web(), "live", true),
            instance(4, shop(), "shop", false),
            instance(5, CredentialPlace::User(id("user", 1)), "own", true),
            instance(6, CredentialPlace::User(id("user", 2)), "theirs", true),
        ]
    }

    fn found(all: &[Instance], asked: Asked<'_>) -> Option<String> {
        let instance = resolve(all, &asked).instance?;
        Some(
            instance
                .id
                .as_str()
                .trim_start_matches("cred_01890a5d-ac96-774b-bcce-0000000000")
                .to_owned(),
        )
    }

    #[test]
    fn the_order_is_chosen_pinned_project_organization() {
        let all = everywhere();
        let (web, shop): (ProjectId, ProjectId) = (id("proj", 1), id("proj", 2));
        let (ada, nobody): (UserId, UserId) = (id("user", 1), id("user", 9));
        let base = Asked {
            user: Some(&ada),
            ..Asked::default()
        };
        let of = |asked| found(&all, asked);
        assert_eq!(of(base).as_deref(), Some("01"));
        let in_web = Asked {
            project: Some(&web),
            ..base
        };
        assert_eq!(of(in_web).as_deref(), Some("03"));
        // A project whose instances have no default leaves it to the organization.
        let in_shop = Asked {
            project: Some(&shop),
            ..base
        };
        assert_eq!(of(in_shop).as_deref(), Some("01"));
        let pinned = |pin| Asked {
            pin: Some(pin),
            ..in_web
        };
        assert_eq!(of(pinned(CredentialScope::User)).as_deref(), Some("05"));
        assert_eq!(
            of(pinned(CredentialScope::Organization)).as_deref(),
            Some("01")
        );
        assert_eq!(of(pinned(CredentialScope::Project)).as_deref(), Some("03"));
        // The pinned scope is the only one that is tried.
        let pinned_elsewhere = Asked {
            pin: Some(CredentialScope::Project),
            ..in_shop
        };
        assert_eq!(of(pinned_elsewhere), None);
        let nobodys = Asked {
            pin: Some(CredentialScope::User),
            user: Some(&nobody),
            ..base
        };
        assert_eq!(of(nobodys), None);
        let machine = Asked {
            pin: Some(CredentialScope::User),
            ..Asked::default()
        };
        assert_eq!(resolve(&all, &machine).rungs[0].found, Found::NotAsked);
    }

    #[test]
    fn what_is_chosen_wins_and_is_never_anothers() {
        let all = everywhere();
        let (web, ada): (ProjectId, UserId) = (id("proj", 1), id("user", 1));
        let chosen = |chosen, project| Asked {
            chosen: Some(chosen),
            user: Some(&ada),
            project,
            ..Asked::default()
        };
        let of = |asked| found(&all, asked);
        assert_eq!(of(chosen("test", None)).as_deref(), Some("02"));
        assert_eq!(of(chosen("live", None)).as_deref(), Some("01"));
        assert_eq!(of(chosen("live", Some(&web))).as_deref(), Some("03"));
        assert_eq!(of(chosen("own", None)).as_deref(), Some("05"));
        let by_id: String = id::<keyway_core::CredentialId>("cred", 4).to_string();
        assert_eq!(of(chosen(&by_id, None)).as_deref(), Some("04"));
        let theirs = id::<keyway_core::CredentialId>("cred", 6);
        for other in ["theirs", theirs.as_str(), "absent"] {
            let walk = resolve(&all, &chosen(other, Some(&web)));
            assert_eq!(walk.instance, None);
            assert_eq!(walk.rungs[0].found, Found::NoneThatFits);
        }
        // A project that was not named is not found by its names.
        assert_eq!(of(chosen("shop", Some(&web))), None);
        let pinned = Asked {
            pin: Some(CredentialScope::Project),
            ..chosen("test", Some(&web))
        };
        assert_eq!(of(pinned), None);
    }
}
