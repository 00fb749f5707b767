use keyway_core::names::{Prefix, prefix_uri};

/// Recognises items that went through the same server entry of this gateway before.
///
/// A gateway that is its own upstream, directly or through another one, would otherwise see its
/// lists grow by a layer of names with every reading. One layer is no proof, since a gateway behind
/// this one may know a server by the same key; two are.
#[derive(Debug)]
pub(in crate::upstream) struct Echo {
    /// Twice anywhere in a name.
    layer: Option<String>,
    /// At the beginning of a name.
    ahead: Option<String>,
    /// Twice anywhere in a URI.
    uri: String,
}

impl Echo {
    /// What is wrong with such an item.
    pub(super) const WRONG: &'static str =
        "it comes from this gateway itself (gateway_loop): the server points back here";

    /// For the entry with this key.
    pub(in crate::upstream) fn new(key: &str, prefix: &Prefix) -> Self {
        let (layer, ahead) = match prefix {
            Prefix::Server => (Some(format!("mcp__{key}__")), None),
            Prefix::Custom(text) if !text.is_empty() => (None, Some(text.repeat(2))),
            _ => (None, None),
        };
        Self {
            layer,
            ahead,
            uri: prefix_uri(key, ""),
        }
    }

    /// True when the key of an item, its name or URI, shows two layers of this entry.
    pub(super) fn is_in(&self, key: &str) -> bool {
        let twice = |layer: &str| key.matches(layer).count() > 1;
        let ahead = self.ahead.as_deref();
        self.layer.as_deref().is_some_and(twice)
            || ahead.is_some_and(|layers| key.starts_with(layers))
            || twice(&self.uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_layers_of_one_entry_are_an_echo() {
        let echo = Echo::new("self", &Prefix::Server);
        for fine in [
            "echo",
            "mcp__self__echo",
            "mcp__a__mcp__self__echo",
            "keyway+self:a:b",
        ] {
            assert!(!echo.is_in(fine), "{fine}");
        }
        for bad in [
            "mcp__self__mcp__self__echo",
            "mcp__self__mcp__other__mcp__self__echo",
            "keyway+self:keyway+self:a:b",
        ] {
            assert!(echo.is_in(bad), "{bad}");
        }
        let custom = Echo::new("self", &Prefix::Custom("me_".into()));
        assert!(custom.is_in("me_me_echo") && !custom.is_in("me_echo_me_"));
        assert!(!Echo::new("self", &Prefix::None).is_in("echo"));
    }
}
