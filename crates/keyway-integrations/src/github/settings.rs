use keyway_core::{Error, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Host, Url};

use super::reaction::Seen;

/// What an installation says of its app. Nothing of it is secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(super) struct Settings {
    /// Where the API is: `https://api.github.com`, or `https://<host>/api/v3` of an Enterprise Server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) api_url: Option<String>,
    /// Where people are: `https://github.com`, or an Enterprise Server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) web_url: Option<String>,
    /// The organization that is to own the app; the account of whoever installs where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) organization: Option<String>,
    /// The app's id: digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) app_id: Option<String>,
    /// The app's name in addresses. It is mentioned by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) app_slug: Option<String>,
    /// Which installation of the app, where it has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) installation_id: Option<String>,
    /// Whether somebody asked an owner to install it, and the owner has not yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) requested: bool,
    /// The reaction that says that something is seen.
    #[serde(skip_serializing_if = "Seen::is_usual")]
    pub(super) seen: Seen,
}

/// The bot of an app has its slug and this as its login. Nobody else's login can end in it.
const BOT: &str = "[bot]";

impl Settings {
    pub(super) fn read(settings: &Value) -> Result<Self, Error> {
        // What serde says may repeat what was sent.
        if settings.is_null() {
            return Ok(Self::default());
        }
        Self::deserialize(settings)
            .map_err(|_| Error::invalid_at("/settings", "the fields that this provider describes"))
    }

    pub(super) fn to_value(&self) -> Result<Value, Error> {
        serde_json::to_value(self).map_err(Error::internal)
    }

    /// Where the API is, without a slash at its end.
    pub(super) fn api(&self) -> &str {
        let url = self.api_url.as_deref().unwrap_or("https://api.github.com");
        url.trim_end_matches('/')
    }

    /// Where GraphQL is: beside the REST API, and on an Enterprise Server beside its version.
    pub(super) fn graphql(&self) -> String {
        let api = self.api();
        format!("{}/graphql", api.strip_suffix("/v3").unwrap_or(api))
    }

    /// Where people are, without a slash at its end.
    pub(super) fn web(&self) -> &str {
        let url = self.web_url.as_deref().unwrap_or("https://github.com");
        url.trim_end_matches('/')
    }

    /// Who the app is on GitHub.
    pub(super) fn bot(&self) -> Option<String> {
        self.app_slug.as_ref().map(|slug| format!("{slug}{BOT}"))
    }

    /// Whether a login is the app's.
    pub(super) fn is_bot(&self, login: &str) -> bool {
        self.bot()
            .is_some_and(|bot| bot.eq_ignore_ascii_case(login))
    }

    /// Everything that is wrong with it.
    pub(super) fn check(&self, problems: &mut Vec<Problem>) {
        let mut expect = |good: bool, name: &str, expected: &str| {
            if !good {
                problems.push(Problem {
                    pointer: format!("/settings/{name}"),
                    expected: expected.to_owned(),
                });
            }
        };
        let address = "an https address without query and user; http on this machine alone";
        let all =
            |value: &Option<String>, good: fn(&str) -> bool| value.as_deref().is_none_or(good);
        expect(all(&self.api_url, is_address), "apiUrl", address);
        expect(all(&self.web_url, is_address), "webUrl", address);
        let organization = "the name of an organization, as it is in its address";
        expect(
            all(&self.organization, is_login),
            "organization",
            organization,
        );
        expect(all(&self.app_id, is_id), "appId", "the app's id: digits");
        expect(
            all(&self.app_slug, is_login),
            "appSlug",
            "the app's name in its address",
        );
        let installation = "the installation's id: digits, the end of its address";
        expect(
            all(&self.installation_id, is_id),
            "installationId",
            installation,
        );
    }
}

/// An address that requests may be put behind.
fn is_address(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let scheme = url.scheme() == "https" || url.scheme() == "http" && here;
    let plain = url.username().is_empty() && url.password().is_none();
    scheme && plain && url.query().is_none() && url.fragment().is_none() && text.len() <= 512
}

/// A login of a person, an organization or an app.
pub(super) fn is_login(text: &str) -> bool {
    let name = text.strip_suffix(BOT).unwrap_or(text);
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(good) && !name.starts_with('-')
}

/// A number of GitHub's, as text.
pub(super) fn is_id(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn wrong(settings: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        Settings::read(settings).unwrap().check(&mut problems);
        problems.into_iter().map(|one| one.pointer).collect()
    }

    #[test]
    fn github_is_where_it_is_unless_it_is_said() {
        let usual = Settings::read(&json!({})).unwrap();
        assert_eq!(usual.api(), "https://api.github.com");
        assert_eq!(usual.graphql(), "https://api.github.com/graphql");
        assert_eq!(usual.web(), "https://github.com");
        let own =
            json!({ "apiUrl": "https://git.example/api/v3/", "webUrl": "https://git.example/" });
        assert!(wrong(&own).is_empty());
        let own = Settings::read(&own).unwrap();
        assert_eq!(own.api(), "https://git.example/api/v3");
        assert_eq!(own.graphql(), "https://git.example/api/graphql");
        assert_eq!(own.web(), "https://git.example");
    }

    #[test]
    fn what_cannot_be_used_is_told_at_its_place_and_not_repeated() {
        for bad in [
            "http://git.example",
            "ftp://git.example",
            "https://a:b@git.example",
            "git.example",
            "https://git.example/?a=b",
        ] {
            assert_eq!(
                wrong(&json!({ "apiUrl": bad })),
                ["/settings/apiUrl"],
                "{bad}"
            );
        }
        assert!(
            wrong(&json!({ "apiUrl": "http://localhost:1", "webUrl": "http://[::1]:1" }))
                .is_empty()
        );
        let all =
            json!({ "organization": "a/b", "appId": "Iv1", "appSlug": "", "installationId": "-1" });
        let places = ["organization", "appId", "appSlug", "installationId"];
        assert_eq!(wrong(&all), places.map(|name| format!("/settings/{name}")));
        let unknown = Settings::read(&json!({ "s3cret": 1 })).unwrap_err();
        assert_eq!(unknown.code(), "invalid_input");
        assert!(!format!("{unknown:?}").contains("s3cret"));
    }
}
