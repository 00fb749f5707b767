use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Error, ErrorKind, Value};

use super::TEXTS;

/// The texts of one language, ready to be said.
pub(crate) struct Texts(FluentBundle<FluentResource>);

impl Texts {
    /// The texts as they are built in. What cannot be read, or has a key twice, is left out and told.
    pub(crate) fn english() -> (Self, Vec<String>) {
        let mut bundle = FluentBundle::new_concurrent(vec!["en".parse().unwrap_or_default()]);
        // The marks would stand in attributes and titles too; text from outside is set apart in HTML.
        bundle.set_use_isolating(false);
        let mut wrong = Vec::new();
        for file in TEXTS {
            let resource = FluentResource::try_new(file.text.to_owned());
            let resource = resource.unwrap_or_else(|(read, errors)| {
                wrong.extend(
                    errors
                        .iter()
                        .map(|error| format!("{}.ftl: {error}", file.name)),
                );
                read
            });
            if let Err(errors) = bundle.add_resource(resource) {
                wrong.extend(
                    errors
                        .iter()
                        .map(|error| format!("{}.ftl: {error}", file.name)),
                );
            }
        }
        (Self(bundle), wrong)
    }

    /// Whether there is a text of this key.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.has_message(key)
    }

    /// The text of a key with its variables, for templates: `t("key", name=value)`.
    pub(crate) fn say(&self, key: &str, named: &Kwargs) -> Result<String, Error> {
        let mut args = FluentArgs::new();
        for name in named.args() {
            let value: Value = named.get(name)?;
            args.set(name.to_owned(), argument(&value));
        }
        named.assert_all_used()?;
        let unknown = || {
            Error::new(
                ErrorKind::UndefinedError,
                format!("there is no text \"{key}\""),
            )
        };
        let pattern = self.0.get_message(key).and_then(|message| message.value());
        let mut errors = Vec::new();
        let text = self
            .0
            .format_pattern(pattern.ok_or_else(unknown)?, Some(&args), &mut errors);
        match errors.first() {
            Some(error) => Err(Error::new(
                ErrorKind::UndefinedError,
                format!("the text \"{key}\" cannot be said: {error}"),
            )),
            None => Ok(text.into_owned()),
        }
    }
}

fn argument(value: &Value) -> FluentValue<'static> {
    if value.kind() == ValueKind::Number {
        if let Ok(number) = i64::try_from(value.clone()) {
            return FluentValue::from(number);
        }
        if let Ok(number) = f64::try_from(value.clone()) {
            return FluentValue::from(number);
        }
    }
    FluentValue::from(value.to_string())
}
