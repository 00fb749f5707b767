use super::{Field, FieldKind};

/// What a form sent, as texts for `input_from_text` of `keyway-core`: what belongs to no field is
/// left out, an empty field is one that was not filled in, and a checkbox is `true` or `false`.
///
/// ```
/// use keyway_pages::{Field, FieldKind, read_form};
///
/// let fields = [
///     Field::new("name", "Name", FieldKind::Text),
///     Field::new("news", "News", FieldKind::Checkbox),
/// ];
/// let sent = [("name".to_owned(), String::new()), ("extra".to_owned(), "1".to_owned())];
/// assert_eq!(read_form(&fields, &sent), [("news", "false")]);
/// ```
pub fn read_form<'a>(fields: &'a [Field], sent: &'a [(String, String)]) -> Vec<(&'a str, &'a str)> {
    let read = fields.iter().filter_map(|field| {
        let mut values = sent.iter().rev();
        let value = values.find(|(name, _)| *name == field.name);
        let value = value.map(|(_, value)| value.as_str());
        let text = match (field.kind, value) {
            (FieldKind::Checkbox, Some(value)) if !matches!(value, "" | "false") => "true",
            (FieldKind::Checkbox, _) => "false",
            (_, Some(value)) if !value.is_empty() => value,
            _ => return None,
        };
        Some((field.name.as_str(), text))
    });
    read.collect()
}
