use std::sync::Arc;

use keyway_core::action::{Annotations, Entry};
use keyway_core::json;
use keyway_core::rpc::RawJson;
use keyway_policy::{Tags, Thing, ThingKind};

/// What a tool counts as whose server says nothing of whether it destroys (ADR 0021).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unannotated {
    /// It changes something and destroys nothing.
    #[default]
    Write,
    /// It may destroy something.
    Destructive,
}

/// How things of one organization look to policies.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    organization: Arc<str>,
    unannotated: Unannotated,
}

impl Facts {
    pub(crate) fn new(organization: &str, unannotated: Unannotated) -> Self {
        Self {
            organization: organization.into(),
            unannotated,
        }
    }

    /// Whose they are: the organization's id.
    pub(crate) fn organization(&self) -> &str {
        &self.organization
    }

    /// A tool of an upstream, by the name clients know.
    pub(crate) fn tool(
        &self,
        server: &Arc<str>,
        exposed: &str,
        own: &str,
        definition: &RawJson,
    ) -> Thing {
        let tags = self.tags(claimed(definition));
        self.of_server(ThingKind::Tool, server, exposed, own, tags)
    }

    /// A resource, template or prompt of an upstream.
    pub(crate) fn other(
        &self,
        kind: ThingKind,
        server: &Arc<str>,
        exposed: &str,
        own: &str,
    ) -> Thing {
        self.of_server(kind, server, exposed, own, Tags::default())
    }

    /// An action as a tool, a resource or a prompt, by the name or URI clients know.
    pub(crate) fn action(&self, kind: ThingKind, entry: &Entry, exposed: &str) -> Thing {
        let action = entry.action();
        let (app, _) = action.slug().split_once(':').unwrap_or((action.slug(), ""));
        Thing {
            kind,
            organization: Arc::clone(&self.organization),
            name: exposed.into(),
            own: action.slug().into(),
            server: None,
            app: Some(app.into()),
            tags: Tags {
                admin_only: action.is_admin_only(),
                ..match kind {
                    ThingKind::Tool => self.tags(action.get_annotations()),
                    _ => Tags::default(),
                }
            },
        }
    }

    /// An upstream.
    pub(crate) fn server(&self, key: &str) -> Thing {
        Thing::server(&self.organization, key)
    }

    fn of_server(
        &self,
        kind: ThingKind,
        server: &Arc<str>,
        exposed: &str,
        own: &str,
        tags: Tags,
    ) -> Thing {
        Thing {
            kind,
            organization: Arc::clone(&self.organization),
            name: exposed.into(),
            own: own.into(),
            server: Some(Arc::clone(server)),
            app: None,
            tags,
        }
    }

    fn tags(&self, said: Annotations) -> Tags {
        let read_only = said.read_only == Some(true);
        let unsaid = self.unannotated == Unannotated::Destructive && !read_only;
        Tags {
            read_only,
            destructive: said.destructive.unwrap_or(unsaid),
            idempotent: said.idempotent == Some(true),
            open_world: said.open_world == Some(true),
            annotated: said != Annotations::default(),
            admin_only: false,
            needs_approval: false,
        }
    }
}

/// What a server claims of its tool (MCP `ToolAnnotations`).
fn claimed(definition: &RawJson) -> Annotations {
    let Some(annotations) = json::member(definition.as_str(), "annotations") else {
        return Annotations::default();
    };
    let hint = |name| match json::member(annotations.value, name)?.value {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    Annotations {
        read_only: hint("readOnlyHint"),
        destructive: hint("destructiveHint"),
        idempotent: hint("idempotentHint"),
        open_world: hint("openWorldHint"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(unannotated: Unannotated, annotations: &str) -> (bool, bool, bool) {
        let definition = format!(r#"{{"name":"t","annotations":{annotations}}}"#);
        let definition = RawJson::parse(definition.into()).unwrap();
        let facts = Facts::new("org_x", unannotated);
        let tags = facts.tool(&"s".into(), "mcp__s__t", "t", &definition).tags;
        (tags.read_only, tags.destructive, tags.annotated)
    }

    #[test]
    fn only_what_says_so_is_destructive_unless_configured_otherwise() {
        use Unannotated::{Destructive, Write};
        for (annotations, write, destructive) in [
            ("{}", (false, false, false), (false, true, false)),
            ("[]", (false, false, false), (false, true, false)),
            (
                r#"{"title":"x"}"#,
                (false, false, false),
                (false, true, false),
            ),
            (
                r#"{"readOnlyHint":true}"#,
                (true, false, true),
                (true, false, true),
            ),
            (
                r#"{"readOnlyHint":false}"#,
                (false, false, true),
                (false, true, true),
            ),
            (
                r#"{"destructiveHint":false}"#,
                (false, false, true),
                (false, false, true),
            ),
            (
                r#"{"destructiveHint":true}"#,
                (false, true, true),
                (false, true, true),
            ),
            (
                r#"{"readOnlyHint":true,"destructiveHint":true}"#,
                (true, true, true),
                (true, true, true),
            ),
            (
                r#"{"destructiveHint":"true"}"#,
                (false, false, false),
                (false, true, false),
            ),
        ] {
            assert_eq!(tags(Write, annotations), write, "{annotations}");
            assert_eq!(tags(Destructive, annotations), destructive, "{annotations}");
        }
    }
}
