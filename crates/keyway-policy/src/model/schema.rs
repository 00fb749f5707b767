use std::sync::LazyLock;

use cedar_policy::{Entities, EntityId, EntityTypeName, EntityUid, Schema};

/// The schema's text: what policies can speak of.
pub const SCHEMA: &str = include_str!("schema.cedarschema");

static READ: LazyLock<Option<(Schema, Entities)>> = LazyLock::new(|| {
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).ok()?;
    let actions = schema.action_entities().ok()?;
    Some((schema, actions))
});

/// The schema, and the actions with their groups. Always there: a test reads the embedded text.
pub(crate) fn schema() -> Option<&'static (Schema, Entities)> {
    READ.as_ref()
}

/// The entity of a type with an id. `None` only for a type that is no name.
pub(crate) fn uid(kind: &'static str, id: &str) -> Option<EntityUid> {
    let kind: EntityTypeName = kind.parse().ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}
