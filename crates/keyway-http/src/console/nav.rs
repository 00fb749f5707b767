use keyway_pages::console_context::{Place, PlaceGroup};

use super::badges::Badges;
use super::routes::{Audience, paths};

/// Where everything stands in the navigation, and the letter that leads there after `g`. Only what a
/// path of the console names is shown.
const GROUPS: [(&str, &[(&str, &str)]); 5] = [
    ("overview", &[("overview", "o")]),
    (
        "connect",
        &[
            ("integrations", "i"),
            ("tools", "t"),
            ("apps", "p"),
            ("agents", "g"),
        ],
    ),
    (
        "watch",
        &[
            ("approvals", "a"),
            ("sessions", "s"),
            ("webhooks", "w"),
            ("activity", "y"),
        ],
    ),
    (
        "govern",
        &[
            ("people", "e"),
            ("service-accounts", "v"),
            ("api-keys", "k"),
            ("clients", "c"),
            ("policy", "l"),
            ("settings", "n"),
        ],
    ),
    (
        "mine",
        &[
            ("my-connections", "m"),
            ("my-sessions", "r"),
            ("my-access", "x"),
            ("connect", "h"),
        ],
    ),
];

/// Pages that are not below the place of the navigation they belong to.
const ELSEWHERE: [(&str, &str); 3] = [
    ("/console/connectors", "/console/integrations"),
    ("/console/publications", "/console/integrations"),
    ("/console/servers", "/console/integrations"),
];

/// The navigation for somebody at a path.
pub(super) fn groups(audience: Audience, here: &str, badges: &Badges) -> Vec<PlaceGroup> {
    let shown = |key: &str| {
        paths().iter().find(|path| {
            path.nav == Some(key)
                && (path.audience == Audience::Member || audience == Audience::Admin)
        })
    };
    let here = placed(here);
    let current = paths()
        .iter()
        .filter(|path| path.nav.is_some() && is_below(here, path.path))
        .max_by_key(|path| path.path.len());
    let places = |keys: &[(&'static str, &'static str)]| -> Vec<Place> {
        keys.iter()
            .filter_map(|(key, go)| shown(key).map(|path| (*key, *go, path)))
            .map(|(key, go, path)| Place {
                key,
                go,
                href: path.path,
                current: current == Some(path),
                badge: badges.of(key),
            })
            .collect()
    };
    GROUPS
        .iter()
        .map(|(key, keys)| PlaceGroup {
            key,
            places: places(keys),
        })
        .filter(|group| !group.places.is_empty())
        .collect()
}

/// The place of the navigation that is nearest to a path, of those somebody may be at: its key and its
/// path.
pub(super) fn nearest(audience: Audience, here: &str) -> (&'static str, &'static str) {
    let here = placed(here);
    let near = paths().iter().filter_map(|path| {
        let may = path.audience == Audience::Member || audience == Audience::Admin;
        let key = path.nav.filter(|_| may && is_below(here, path.path))?;
        Some((key, path.path))
    });
    let nearest = near.max_by_key(|(_, path)| path.len());
    nearest.unwrap_or(("overview", "/console"))
}

/// The path by which a page's place in the navigation is found.
fn placed(here: &str) -> &str {
    let mut elsewhere = ELSEWHERE.iter();
    let found = elsewhere.find(|(pages, _)| is_below(here, pages));
    found.map_or(here, |(_, place)| place)
}

/// Whether a path is another one, or below it.
fn is_below(here: &str, path: &str) -> bool {
    let rest = here.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_with_an_entry_has_a_place_in_the_navigation() {
        for path in paths() {
            let Some(key) = path.nav else { continue };
            assert!(path.get && !path.path.contains('{'), "{path:?}");
            let mut keys = GROUPS.iter().flat_map(|(_, keys)| keys.iter());
            assert!(keys.any(|(known, _)| *known == key), "{path:?}");
        }
    }

    #[test]
    fn the_nearest_place_is_one_that_somebody_may_be_at() {
        for (audience, here, place) in [
            (Audience::Admin, "/console/people/x", "people"),
            (Audience::Admin, "/console/servers/x/tool", "integrations"),
            (Audience::Member, "/console/people/x", "overview"),
            (Audience::Member, "/console/me/access/x", "my-access"),
            (Audience::Member, "/console/nothing", "overview"),
            (Audience::Member, "", "overview"),
        ] {
            assert_eq!(nearest(audience, here).0, place, "{here}");
        }
    }

    #[test]
    fn every_letter_leads_to_one_place() {
        let all = || GROUPS.iter().flat_map(|(_, keys)| keys.iter());
        for (key, go) in all() {
            assert_eq!(all().filter(|(_, other)| other == go).count(), 1, "{key}");
        }
    }

    #[test]
    fn who_is_at_a_page_below_a_place_is_at_that_place() {
        assert!(is_below("/console/tools/x", "/console/tools"));
        assert!(is_below("/console/tools", "/console/tools"));
        assert!(!is_below("/console/toolsets", "/console/tools"));
        for page in [
            "/console/connectors/acme/edit",
            "/console/publications/pub_1",
            "/console/servers/acme/tool",
        ] {
            let groups = groups(Audience::Admin, page, &Badges::default());
            let mut places = groups.iter().flat_map(|group| &group.places);
            assert!(
                places.all(|place| place.current == (place.key == "integrations")),
                "{page}"
            );
        }
    }
}
