use keyway_mcp::upstream::{HttpKind, ServerSpec, Transport};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use keyway_core::secrets::looks_secret;

/// Where a server is, or what is run for it, as one SHA-256. An answer that was given for one place
/// does not count for another one under the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of a server behind HTTP: its URL. Of a child process: the command, its arguments, its
    /// working directory and its variables; of variables that look like secrets only the names, so
    /// that a renewed key is no new server.
    pub fn of(spec: &ServerSpec) -> Self {
        let mut parts = Parts::default();
        match &spec.transport {
            Transport::Http(http) => {
                parts.add("http");
                parts.add(match http.kind {
                    HttpKind::Auto => "auto",
                    HttpKind::StreamableOnly => "streamable",
                    HttpKind::Sse => "sse",
                });
                parts.add(&http.url);
            }
            Transport::Stdio(stdio) => {
                parts.add("stdio");
                parts.add(&stdio.command);
                parts.add(&stdio.args.len().to_string());
                stdio.args.iter().for_each(|argument| parts.add(argument));
                let folder = stdio.cwd.as_ref().map(|cwd| cwd.to_string_lossy());
                parts.add(folder.as_deref().unwrap_or_default());
                for (name, value) in &stdio.env {
                    parts.add(name);
                    parts.add(if looks_secret(name) {
                        ""
                    } else {
                        value.expose()
                    });
                }
            }
        }
        Self(parts.finish())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// SHA-256 of a text, as `sha256:` and lower-case hexadecimal digits.
pub(crate) fn digest(text: &str) -> String {
    let mut parts = Parts::default();
    parts.0.update(text.as_bytes());
    parts.finish()
}

/// Parts that are told apart: each is hashed after its length.
#[derive(Default)]
pub(crate) struct Parts(Sha256);

impl Parts {
    pub(crate) fn add(&mut self, part: &str) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part.as_bytes());
    }

    pub(crate) fn finish(self) -> String {
        use std::fmt::Write as _;
        let mut text = String::from("sha256:");
        for byte in self.0.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use keyway_core::Secret;
    use keyway_mcp::upstream::{Http, Stdio};

    use super::*;

    fn stdio(command: &str, args: &[&str], env: &[(&str, &str)]) -> Fingerprint {
        let env = env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Secret::new((*value).to_owned())));
        let stdio = Stdio {
            command: command.to_owned(),
            args: args.iter().map(|&argument| argument.to_owned()).collect(),
            env: env.collect(),
            cwd: None,
        };
        Fingerprint::of(&ServerSpec::new("x", Transport::Stdio(stdio)))
    }

    #[test]
    fn another_place_has_another_fingerprint() {
        let http =
            |url: &str| Fingerprint::of(&ServerSpec::new("x", Transport::Http(Http::new(url))));
        assert_eq!(http("https://a.example/mcp"), http("https://a.example/mcp"));
        assert_ne!(http("https://a.example/mcp"), http("https://b.example/mcp"));
        let plain = stdio(
            "npx",
            &["-y", "server"],
            &[("HOST", "a"), ("API_TOKEN", "1")],
        );
        assert_ne!(
            plain,
            stdio("npx", &["-yserver"], &[("HOST", "a"), ("API_TOKEN", "1")])
        );
        assert_ne!(
            plain,
            stdio(
                "npx",
                &["-y", "server"],
                &[("HOST", "b"), ("API_TOKEN", "1")]
            )
        );
        assert_eq!(
            plain,
            stdio(
                "npx",
                &["-y", "server"],
                &[("HOST", "a"), ("API_TOKEN", "2")]
            )
        );
    }

    #[test]
    fn a_digest_is_sha_256() {
        assert_eq!(
            digest(""),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
