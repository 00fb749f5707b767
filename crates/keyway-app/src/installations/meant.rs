//! What is sealed was typed in for where it goes to: it follows no address that is changed behind it.

use std::collections::BTreeMap;

use keyway_core::{Error, Problem};
use keyway_store::StoredPublication;
use serde_json::Value;
use url::Url;

use crate::App;

/// The places of addresses in settings that are others than before, or were not there.
pub(super) fn moved(before: &Value, after: &Value) -> Vec<String> {
    let (before, after) = (addresses(before), addresses(after));
    let other = |place: &&String| before.get(*place) != after.get(*place);
    let all = before
        .keys()
        .chain(after.keys().filter(|place| !before.contains_key(*place)));
    all.filter(other).cloned().collect()
}

/// Every address in settings, by its place.
fn addresses(settings: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    look(settings, String::new(), &mut found);
    found
}

fn look(value: &Value, place: String, found: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            let url = Url::parse(text.trim()).ok().filter(Url::has_host);
            if let Some(url) = url {
                found.insert(place, url.as_str().trim_end_matches('/').to_owned());
            }
        }
        Value::Array(all) => {
            for (number, one) in all.iter().enumerate() {
                look(one, format!("{place}/{number}"), found);
            }
        }
        Value::Object(all) => {
            for (name, one) in all {
                let name = name.replace('~', "~0").replace('/', "~1");
                look(one, format!("{place}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl App {
    /// Refuses settings that would lead secrets and tokens of an installation elsewhere than where they were
    /// typed in for: whoever changes settings has them not, and shall not have them sent.
    ///
    /// # Errors
    ///
    /// `invalid_input` at the addresses, below `/settings`.
    pub(crate) async fn stays_put(
        &self,
        publication: &StoredPublication,
        settings: &Value,
    ) -> Result<(), Error> {
        let before = serde_json::from_str(&publication.settings).unwrap_or_default();
        let moved = moved(&before, settings);
        if moved.is_empty() {
            return Ok(());
        }
        let (organization, id) = (&publication.organization, &publication.installation);
        let stored = self.stored_installation(organization, id).await?;
        let has_secrets = self.opened(&stored)?.secrets.iter().next().is_some();
        if !has_secrets && stored.token.is_none() {
            return Ok(());
        }
        let expected =
            "the address it is installed with: its secrets are for there; uninstall it first";
        let problem = |place: String| Problem {
            pointer: format!("/settings{place}"),
            expected: expected.to_owned(),
        };
        Err(Error::invalid_input(
            moved.into_iter().map(problem).collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_that_is_another_one_is_found_wherever_it_is() {
        let before = json!({ "apiUrl": "https://a.example/", "seen": "eyes", "of": [{ "at": "http://b.example" }] });
        for (after, expected) in [
            (
                json!({ "apiUrl": "https://A.example", "seen": "ok", "of": [{ "at": "http://b.example/" }] }),
                vec![],
            ),
            (
                json!({ "apiUrl": "https://a.example:444", "of": [{ "at": "http://b.example" }] }),
                vec!["/apiUrl"],
            ),
            (
                json!({ "apiUrl": "https://a.example", "of": [{ "at": " https://b.example" }] }),
                vec!["/of/0/at"],
            ),
            (
                json!({ "of": [{ "at": "http://b.example" }] }),
                vec!["/apiUrl"],
            ),
            (
                json!({ "apiUrl": "https://a.example", "of": [{ "at": "http://b.example" }], "web/1": "wss://c" }),
                vec!["/web~11"],
            ),
            (json!(null), vec!["/apiUrl", "/of/0/at"]),
        ] {
            assert_eq!(moved(&before, &after), expected, "{after}");
        }
        assert!(
            moved(
                &json!(null),
                &json!({ "emoji": "eyes", "note": "a: b", "id": 7 })
            )
            .is_empty()
        );
    }
}
