use std::fmt::Write as _;

use keyway_core::Secret;

/// What a person reads once: the API key of a gateway's first start, and how to use it.
pub(super) fn welcome(
    name: &str,
    url: &str,
    key: &Secret<String>,
    setup_link: Option<&Secret<String>>,
) -> Secret<String> {
    let key = key.expose();
    let mut text = String::new();
    let _ = write!(
        text,
        "\n\
         This is the first start. Here is your API key; it is shown this once and kept only as a \
         hash:\n\
         \n    {key}\n\
         \n\
         For Claude Code:\n\
         \n    claude mcp add --transport http {name} {url} --header \"Authorization: Bearer {key}\"\n\
         \n\
         For clients that read an mcp.json:\n\
         \n    {{\n      \"mcpServers\": {{\n        \"{name}\": {{\n          \"type\": \"http\",\n          \
         \"url\": \"{url}\",\n          \"headers\": {{ \"Authorization\": \"Bearer {key}\" }}\n        \
         }}\n      }}\n    }}\n\
         \n\
         `{name} api-keys create` makes another; `{name} client add` writes it into a client.\n\n"
    );
    if let Some(link) = setup_link {
        let _ = write!(
            text,
            "To sign in with a browser, set up the first account within an hour:\n\
             \n    {}\n\
             \n\
             The link works once; `{name} setup-link` makes another.\n\n",
            link.expose()
        );
    }
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_welcome_can_be_pasted() {
        let key = Secret::new("kw_example".to_owned());
        let link = Secret::new("http://127.0.0.1:8420/setup/kwl_example".to_owned());
        let text = welcome("keyway", "http://127.0.0.1:8420/mcp", &key, Some(&link));
        insta::assert_snapshot!(text.expose());
        let text = welcome("greeter", "http://127.0.0.1:8420/mcp", &key, Some(&link));
        assert!(
            !text.expose().contains("keyway"),
            "the program has its own name"
        );
    }
}
