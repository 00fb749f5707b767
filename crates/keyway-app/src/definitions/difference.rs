use keyway_core::action::Entry;
use keyway_core::credential::CredentialScope;
use keyway_core::rpc::RawJson;

use super::Definitions;

/// What became of the actions when definitions were replaced by others. Names are those of tools.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Difference {
    /// Those that were not there before.
    pub gained: Vec<String>,
    /// Those that are not there any more.
    pub lost: Vec<String>,
    /// Those that look different.
    pub changed: Vec<Changed>,
}

/// An action that looks different.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Changed {
    /// Its name.
    pub name: String,
    /// In what.
    pub what: Vec<Aspect>,
}

/// What of an action can look different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Its title.
    Title,
    /// Its description.
    Description,
    /// The schema of its input.
    InputSchema,
    /// The schema of its output.
    OutputSchema,
    /// Its annotations.
    Annotations,
    /// Where it is exposed.
    Exposure,
    /// Which resource or prompt it is.
    Kind,
    /// When it runs by the clock.
    Schedule,
    /// The credentials it needs.
    Credentials,
}

impl Aspect {
    const ALL: [Self; 9] = [
        Self::Title,
        Self::Description,
        Self::InputSchema,
        Self::OutputSchema,
        Self::Annotations,
        Self::Exposure,
        Self::Kind,
        Self::Schedule,
        Self::Credentials,
    ];

    /// Its name in a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::InputSchema => "input schema",
            Self::OutputSchema => "output schema",
            Self::Annotations => "annotations",
            Self::Exposure => "exposure",
            Self::Kind => "resource or prompt",
            Self::Schedule => "schedule",
            Self::Credentials => "credentials",
        }
    }

    fn differs(self, one: &Entry, other: &Entry) -> bool {
        let (a, b) = (one.action(), other.action());
        match self {
            Self::Title => a.get_title() != b.get_title(),
            Self::Description => a.get_description() != b.get_description(),
            Self::InputSchema => a.input_schema() != b.input_schema(),
            Self::OutputSchema => a.output_schema() != b.output_schema(),
            Self::Annotations => a.get_annotations() != b.get_annotations(),
            Self::Exposure => {
                a.exposure() != b.exposure()
                    || a.is_admin_only() != b.is_admin_only()
                    || a.get_route() != b.get_route()
            }
            Self::Kind => {
                let address = |of: &Entry| of.action().get_resource().map(|of| of.address.clone());
                address(one) != address(other)
                    || a.get_prompt().is_some() != b.get_prompt().is_some()
            }
            Self::Schedule => spec(one) != spec(other),
            Self::Credentials => !needs(one).eq(needs(other)),
        }
    }
}

impl Difference {
    /// True when no action looks different.
    pub fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty() && self.changed.is_empty()
    }

    pub(super) fn between(old: &Definitions, new: &Definitions) -> Self {
        let mut difference = Self::default();
        for entry in old.registry() {
            if new.action(entry.action().slug()).is_none() {
                difference.lost.push(entry.tool_name().to_owned());
            }
        }
        for entry in new.registry() {
            let Some(before) = old.action(entry.action().slug()) else {
                difference.gained.push(entry.tool_name().to_owned());
                continue;
            };
            let what = Aspect::ALL.into_iter();
            let what: Vec<_> = what.filter(|what| what.differs(before, entry)).collect();
            if !what.is_empty() {
                let name = entry.tool_name().to_owned();
                difference.changed.push(Changed { name, what });
            }
        }
        difference.gained.sort();
        difference.lost.sort();
        difference.changed.sort_by(|a, b| a.name.cmp(&b.name));
        difference
    }
}

fn spec(entry: &Entry) -> Option<(&str, &RawJson)> {
    let schedule = entry.schedule()?;
    Some((schedule.spec(), schedule.input()))
}

/// The keys of what it needs, and where each is looked for.
fn needs(entry: &Entry) -> impl Iterator<Item = (&str, Option<CredentialScope>)> {
    let needs = entry.action().get_credentials().iter();
    needs.map(|need| (need.definition().key(), need.pin()))
}
