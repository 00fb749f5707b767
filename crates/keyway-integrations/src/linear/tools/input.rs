use keyway_core::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads the input of a tool.
pub(super) fn read<'a, T: Deserialize<'a>>(input: &'a Value) -> Result<T, Error> {
    // What serde says may repeat what was sent.
    T::deserialize(input).map_err(|_| Error::invalid_at("", "the fields of the tool's schema"))
}

/// Tells a null from what is not there.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GetIssue<'a> {
    pub(super) issue: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchIssues<'a> {
    pub(super) query: &'a str,
    pub(super) team: Option<&'a str>,
    pub(super) status: Option<&'a str>,
    pub(super) label: Option<&'a str>,
    pub(super) assignee: Option<&'a str>,
    pub(super) limit: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateIssue<'a> {
    pub(super) team: &'a str,
    pub(super) title: &'a str,
    pub(super) description: Option<&'a str>,
    pub(super) priority: Option<u8>,
    pub(super) parent: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateIssue<'a> {
    pub(super) issue: &'a str,
    pub(super) title: Option<&'a str>,
    pub(super) description: Option<&'a str>,
    pub(super) priority: Option<u8>,
    /// A text, or null for none.
    #[serde(default, deserialize_with = "given")]
    pub(super) due_date: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateComment<'a> {
    pub(super) issue: &'a str,
    pub(super) body: &'a str,
    pub(super) parent: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateStatus<'a> {
    pub(super) issue: &'a str,
    pub(super) status: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateLabels<'a> {
    pub(super) issue: &'a str,
    #[serde(default, borrow)]
    pub(super) add: Vec<&'a str>,
    #[serde(default, borrow)]
    pub(super) remove: Vec<&'a str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AssignIssue<'a> {
    pub(super) issue: &'a str,
    pub(super) assignee: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GraphqlRead<'a> {
    pub(super) query: &'a str,
    pub(super) variables: Option<Value>,
}
