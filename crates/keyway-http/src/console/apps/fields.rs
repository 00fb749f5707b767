use http::StatusCode;
use keyway_app::credentials::{DefinitionView, FieldView};
use keyway_core::{Error, Secret};
use keyway_pages::console_context::{Filled, SecretField};

use crate::console::form::{refused, sent};
use crate::pages::PageForm;
use crate::refusal::Refusal;

/// The field of the name an instance gets. No credential has a field of this name.
pub(super) const NAME: &str = "keyway_name";
/// The field that says who is to use it.
pub(super) const PLACE: &str = "keyway_place";

/// What is to be typed.
pub(super) fn fields(definition: &DefinitionView) -> Vec<SecretField> {
    let field = |of: &FieldView| SecretField {
        name: of.name.clone(),
        label: of.title.clone().unwrap_or_else(|| of.name.clone()),
        help: of.description.clone(),
        secret: of.secret,
        required: of.required,
    };
    definition.fields.iter().map(field).collect()
}

/// What was typed, as it is set.
pub(super) fn typed(definition: &DefinitionView, form: &PageForm) -> Result<Secret<String>, Error> {
    let given = |field: &FieldView| {
        let value = form.secret(&field.name);
        (!value.expose().is_empty()).then(|| (field.name.clone(), value))
    };
    let values: Vec<_> = definition.fields.iter().filter_map(given).collect();
    definition.object(&values)
}

/// The form again, without what is secret of it.
pub(super) fn again(
    definition: &DefinitionView,
    form: &PageForm,
    error: Error,
) -> Result<(StatusCode, Filled), Refusal> {
    let open = definition.fields.iter().filter(|field| !field.secret);
    let open = open.map(|field| field.name.as_str());
    let kept: Vec<_> = open.chain([NAME, PLACE]).collect();
    let (status, mut filled) = refused(error, sent(form, &kept))?;
    let has_own = definition.fields.iter().any(|field| field.name == "name");
    if !has_own && let Some(wrong) = filled.errors.remove("name") {
        filled.errors.insert(NAME.to_owned(), wrong);
    }
    Ok((status, filled))
}
