use std::sync::LazyLock;

use cedar_policy::{Entities, EntityId, EntityTypeName, EntityUid, Schema};

/// The schema's text: what policies can speak of.
pub const SCHEMA: &str = include_str!("schema.cedarschema");

static READ: LazyLock<Result<(Schema, Entities), String>> = LazyLock::new(|| {
    let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| error.to_string())?;
    let actions = schema
        .action_entities()
        .map_err(|error| error.to_string())?;
    Ok((schema, actions))
});

/// The schema, and the actions with their groups. Always there: a test reads the embedded text.
pub(crate) fn schema() -> Result<&'static (Schema, Entities), &'static str> {
    READ.as_ref().map_err(String::as_str)
}

/// The entity of a type with an id. `None` only for a type that is no name.
pub(crate) fn uid(kind: &'static str, id: &str) -> Option<EntityUid> {
    let kind: EntityTypeName = kind.parse().ok()?;
    Some(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}
