use keyway_core::action::Schema;
use keyway_core::credential::CredentialKind;
use keyway_core::{CredentialDefinition, Error, Secret};

use super::error;

/// Checks fields against their definition. No problem repeats what was given, not even the name of a
/// field that is not known.
pub(super) fn check(
    definition: &CredentialDefinition,
    fields: &Secret<String>,
) -> Result<(), Error> {
    match definition.kind() {
        CredentialKind::None => return Err(error::nothing_to_store()),
        CredentialKind::OAuth2 => return Err(error::in_the_browser(definition.key())),
        _ => {}
    }
    let value: serde_json::Value = serde_json::from_str(fields.expose())
        .map_err(|_| Error::invalid_at("", "an object of the credential's fields"))?;
    let Some(given) = value.as_object() else {
        return Err(Error::invalid_at(
            "",
            "an object of the credential's fields",
        ));
    };
    let known = definition.fields();
    if given
        .keys()
        .any(|name| known.iter().all(|field| field.name != *name))
    {
        let names: Vec<_> = known.iter().map(|field| field.name.as_str()).collect();
        return Err(Error::invalid_at(
            "",
            format!("only these fields: {}", names.join(", ")),
        ));
    }
    let empty = known.iter().find(|field| {
        field.required && given.get(&field.name).and_then(|v| v.as_str()) == Some("")
    });
    if let Some(field) = empty {
        return Err(Error::invalid_at(
            format!("/{}", field.name),
            "a value that is not empty",
        ));
    }
    let schema = Schema::compile(definition.schema()).map_err(Error::internal)?;
    let problems = schema.check(&value);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid_input(problems))
    }
}
