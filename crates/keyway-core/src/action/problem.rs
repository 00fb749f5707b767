//! What a validator found, in words that repeat nothing of what was submitted.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use super::schema::Schema;
use crate::Problem;

/// How many accepted values or names a message spells out.
const MAX_LISTED: usize = 20;

/// Adds what one finding means to `problems`: mostly one problem, several where the value is
/// clearly meant to be one of some alternatives and that one has several faults.
pub(super) fn tell(error: &ValidationError<'_>, schema: &Schema, problems: &mut Vec<Problem>) {
    if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind()
        && let Some(branch) = meant(context, error.instance_path())
    {
        for inner in branch {
            tell(inner, schema, problems);
        }
        return;
    }
    let mut at = pointer(error.instance_path(), schema);
    if let Kind::Required { property } = error.kind() {
        at.push('/');
        at.push_str(&escape(property.as_str().unwrap_or_default()));
    }
    problems.push(Problem {
        pointer: at,
        expected: expected(error, schema),
    });
}

/// The alternative whose type and tag fit, if there is exactly one: its faults lie deeper than the
/// value itself, or are not about what kind of value it is.
fn meant<'a, 'i>(
    context: &'a [Vec<ValidationError<'i>>],
    at: &Location,
) -> Option<&'a [ValidationError<'i>]> {
    let depth = at.iter().len();
    let mut fitting = context.iter().filter(|branch| {
        !branch.is_empty()
            && !branch.iter().any(|error| {
                let own = error.instance_path().iter().len()
                    - depth.min(error.instance_path().iter().len());
                let tag = matches!(error.kind(), Kind::Constant { .. } | Kind::Enum { .. });
                (own <= 1 && tag) || (own == 0 && matches!(error.kind(), Kind::Type { .. }))
            })
    });
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only.as_slice())
}

fn expected(error: &ValidationError<'_>, schema: &Schema) -> String {
    match error.kind() {
        Kind::Type { kind } => types(kind),
        Kind::Required { .. } => "a value: this property is required".into(),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            accepted_names(error, schema)
        }
        Kind::AdditionalItems { limit } => format!("at most {limit} items"),
        Kind::UnevaluatedItems { .. } => "no further items".into(),
        Kind::Enum { options } => one_of(options.as_array().map_or(&[], Vec::as_slice)),
        Kind::Constant { expected_value } => expected_value.to_string(),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => alternatives(context, schema),
        Kind::OneOfMultipleValid { .. } => {
            "a value that fits exactly one of the accepted forms".into()
        }
        Kind::Minimum { limit } => format!("{limit} or more"),
        Kind::Maximum { limit } => format!("{limit} or less"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("at least {limit} {}", plural(*limit, "character")),
        Kind::MaxLength { limit } => format!("at most {limit} {}", plural(*limit, "character")),
        Kind::MinItems { limit } => format!("at least {limit} {}", plural(*limit, "item")),
        Kind::MaxItems { limit } => format!("at most {limit} {}", plural(*limit, "item")),
        Kind::MinProperties { limit } => format!("at least {limit} properties"),
        Kind::MaxProperties { limit } => format!("at most {limit} properties"),
        Kind::UniqueItems => "items that all differ".into(),
        Kind::Contains => "at least one item of the described kind".into(),
        Kind::Pattern { pattern } => format!("text that matches the pattern {pattern}"),
        Kind::Format { format } => format_words(format),
        Kind::ContentEncoding { content_encoding } => format!("text in {content_encoding}"),
        Kind::ContentMediaType { content_media_type } => {
            format!("text of type {content_media_type}")
        }
        Kind::PropertyNames { error } => {
            format!("property names that are {}", expected(error, schema))
        }
        Kind::FalseSchema => "nothing: no value is accepted here".into(),
        Kind::Custom { .. }
        | Kind::Not { .. }
        | Kind::BacktrackLimitExceeded { .. }
        | Kind::RegexEngineFailure { .. }
        | Kind::FromUtf8 { .. }
        | Kind::Referencing(_) => "a value that the schema accepts".into(),
    }
}

/// The pointer, with every name that only the caller knows masked.
fn pointer(at: &Location, schema: &Schema) -> String {
    let mut out = String::new();
    for segment in at {
        out.push('/');
        match segment {
            LocationSegment::Index(index) => out.push_str(&index.to_string()),
            LocationSegment::Property(name) if schema.knows(&name) => out.push_str(&escape(&name)),
            LocationSegment::Property(_) => out.push('*'),
        }
    }
    out
}

/// RFC 6901, section 3.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn accepted_names(error: &ValidationError<'_>, schema: &Schema) -> String {
    let path = error.schema_path().as_str();
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let names: Vec<_> = schema
        .value()
        .pointer(parent)
        .and_then(|parent| parent.get("properties")?.as_object())
        .map(|properties| properties.keys().map(String::as_str).collect())
        .unwrap_or_default();
    match names.as_slice() {
        [] => "no properties besides the described ones".into(),
        names => format!("no properties besides {}", listed(names)),
    }
}

fn alternatives(context: &[Vec<ValidationError<'_>>], schema: &Schema) -> String {
    let mut told: Vec<String> = Vec::new();
    for branch in context {
        let [only] = branch.as_slice() else {
            return "one of the accepted forms".into();
        };
        let words = match only.kind() {
            Kind::Type { .. } | Kind::Constant { .. } | Kind::Enum { .. } | Kind::Format { .. } => {
                expected(only, schema)
            }
            _ => return "one of the accepted forms".into(),
        };
        if !told.contains(&words) {
            told.push(words);
        }
    }
    told.truncate(MAX_LISTED);
    told.join(", or ")
}

fn one_of(options: &[Value]) -> String {
    let options: Vec<_> = options.iter().map(Value::to_string).collect();
    let options: Vec<_> = options.iter().map(String::as_str).collect();
    match options.as_slice() {
        [only] => (*only).to_owned(),
        many => format!("one of {}", listed(many)),
    }
}

fn listed(names: &[&str]) -> String {
    let shown = names.get(..MAX_LISTED).unwrap_or(names);
    let mut text = shown.join(", ");
    if names.len() > shown.len() {
        text.push_str(" and ");
        text.push_str(&(names.len() - shown.len()).to_string());
        text.push_str(" more");
    }
    text
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(one) => type_words(*one).into(),
        TypeKind::Multiple(set) => {
            let all: Vec<_> = set.into_iter().map(type_words).collect();
            all.join(" or ")
        }
    }
}

fn type_words(one: JsonType) -> &'static str {
    match one {
        JsonType::Null => "null",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}

fn format_words(format: &str) -> String {
    match format {
        "date" => "a date such as 2026-11-21".into(),
        "time" => "a time of day with offset such as 14:30:00Z".into(),
        "date-time" => "a moment such as 2026-11-21T14:30:00Z".into(),
        "duration" => "a duration such as PT1H30M".into(),
        "email" => "an e-mail address".into(),
        "uri" => "a URI with its scheme".into(),
        "uuid" => "a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057".into(),
        "ipv4" => "an IPv4 address".into(),
        "ipv6" => "an IPv6 address".into(),
        "hostname" => "a host name".into(),
        other => format!("text in the format {other}"),
    }
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 {
        noun.to_owned()
    } else {
        format!("{noun}s")
    }
}
