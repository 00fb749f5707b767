use std::sync::Arc;

use cedar_policy::{Entity, EntityUid, RestrictedExpression as Value};

use super::uid;

/// What something is done to, as policies see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// What sort of thing.
    pub kind: ThingKind,
    /// The id of the organization that has it.
    pub organization: Arc<str>,
    /// The name, URI or template clients know; a server's key; an organization's id.
    pub name: Arc<str>,
    /// The server's own name of it, or the action's slug.
    pub own: Arc<str>,
    /// The key of the server it is of.
    pub server: Option<Arc<str>>,
    /// The family of actions it is of.
    pub app: Option<Arc<str>>,
    /// What is claimed of it.
    pub tags: Tags,
}

/// What sort of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThingKind {
    /// A tool.
    Tool,
    /// A resource, or a template of resources.
    Resource,
    /// A prompt.
    Prompt,
    /// An upstream MCP server.
    Server,
    /// An organization.
    Organization,
}

/// What is claimed of a thing: by the server that has it, or by the author of the action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::struct_excessive_bools, reason = "seven independent claims")]
pub struct Tags {
    /// It changes nothing.
    pub read_only: bool,
    /// It may destroy something.
    pub destructive: bool,
    /// Doing it twice is the same as doing it once.
    pub idempotent: bool,
    /// It reaches systems beyond its own.
    pub open_world: bool,
    /// Anything at all was claimed.
    pub annotated: bool,
    /// It is reserved for admins.
    pub admin_only: bool,
    /// An administrator said that its calls need an approval. No claim of the server's, and nothing
    /// that policies see: they cannot take it back.
    pub needs_approval: bool,
}

impl ThingKind {
    /// The entity type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "Tool",
            Self::Resource => "Resource",
            Self::Prompt => "Prompt",
            Self::Server => "Server",
            Self::Organization => "Organization",
        }
    }
}

impl Thing {
    /// A server as policies see it.
    pub fn server(organization: &str, key: &str) -> Self {
        Self::named(ThingKind::Server, organization, key)
    }

    /// An organization as policies see it.
    pub fn organization(organization: &str) -> Self {
        Self::named(ThingKind::Organization, organization, organization)
    }

    /// Something that nothing but its name is known of.
    pub fn named(kind: ThingKind, organization: &str, name: &str) -> Self {
        Self {
            kind,
            organization: organization.into(),
            name: name.into(),
            own: name.into(),
            server: None,
            app: None,
            tags: Tags::default(),
        }
    }

    pub(crate) fn uid(&self) -> Option<EntityUid> {
        uid(self.kind.as_str(), &self.name)
    }

    /// The entity, in all it is in.
    pub(crate) fn entity(&self) -> Option<Entity> {
        let text = |text: &str| Value::new_string(text.to_owned());
        let tags = &self.tags;
        let mut attributes = Vec::new();
        if self.kind != ThingKind::Organization {
            let organization = uid("Organization", &self.organization)?;
            attributes.push(("organization", Value::new_entity_uid(organization)));
            attributes.push(("name", text(&self.name)));
        }
        if !matches!(self.kind, ThingKind::Organization | ThingKind::Server) {
            let server = self.server.as_deref().unwrap_or_default();
            attributes.push(("own", text(&self.own)));
            attributes.push(("server", text(server)));
            attributes.push(("admin_only", Value::new_bool(tags.admin_only)));
        }
        if self.kind == ThingKind::Tool {
            attributes.extend([
                ("read_only", Value::new_bool(tags.read_only)),
                ("destructive", Value::new_bool(tags.destructive)),
                ("idempotent", Value::new_bool(tags.idempotent)),
                ("open_world", Value::new_bool(tags.open_world)),
                ("annotated", Value::new_bool(tags.annotated)),
            ]);
        }
        let server = self.server.as_deref().map(|server| uid("Server", server));
        let app = self.app.as_deref().map(|app| uid("App", app));
        let parents: Option<_> = [server, app].into_iter().flatten().collect();
        let attributes = attributes
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Entity::new(self.uid()?, attributes, parents?).ok()
    }
}
