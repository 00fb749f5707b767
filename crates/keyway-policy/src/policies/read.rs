use std::collections::HashSet;

use cedar_policy::{Effect, Policy, PolicyId, PolicySet, ValidationMode, Validator};

use super::depth::{MOST, STACK, depth};
use super::mentions::ids_of;
use super::{Fault, Policies, Shown};
use crate::model::schema;

/// The policies that hold in every gateway, and those about approvals, as text.
pub const BUILT_IN: [(&str, &str); 2] = [
    ("built-in", include_str!("builtin.cedar")),
    ("built-in approvals", include_str!("approvals.cedar")),
];

/// What ids of built-in policies begin with.
const RESERVED: &str = "keyway.";

/// A text of policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file it is from, as it is told to people.
    pub name: String,
    /// The text.
    pub text: String,
}

/// Whether the built-in policies about approvals hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Approvals {
    /// They do.
    #[default]
    BuiltIn,
    /// They do not; those of the operator's files still do.
    Off,
}

impl Policies {
    /// The built-in policies together with those of `sources`. Everything that is wrong with the
    /// sources, where anything is.
    pub fn read(sources: &[Source], approvals: Approvals) -> Result<Self, Vec<Fault>> {
        stacker::grow(STACK, || Self::read_here(sources, approvals))
    }

    fn read_here(sources: &[Source], approvals: Approvals) -> Result<Self, Vec<Fault>> {
        let built_in = BUILT_IN.map(|(name, text)| Source {
            name: name.to_owned(),
            text: text.to_owned(),
        });
        let wanted = match approvals {
            Approvals::BuiltIn => 2,
            Approvals::Off => 1,
        };
        let mut reading = Reading::default();
        for source in built_in.iter().take(wanted) {
            reading.take(source, Origin::BuiltIn);
        }
        for source in sources {
            reading.take(source, Origin::Operator);
        }
        reading.finish()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    BuiltIn,
    Operator,
}

#[derive(Default)]
struct Reading {
    policies: Policies,
    ids: HashSet<String>,
    faults: Vec<Fault>,
}

impl Reading {
    fn take(&mut self, source: &Source, origin: Origin) {
        match depth(&source.text) {
            Ok(depth) => self.policies.deepest = self.policies.deepest.max(depth),
            Err(at) => {
                let message = format!("the expression nests deeper than {MOST} levels");
                return self.faults.push(Fault {
                    hint: Some("write it as several policies, or a list and `contains`".into()),
                    ..Fault::at(source, at, message)
                });
            }
        }
        let set: PolicySet = match source.text.parse() {
            Ok(set) => set,
            Err(errors) => {
                let errors: cedar_policy::ParseErrors = errors;
                let told = errors.iter().map(|error| Fault::told(source, error, 0));
                return self.faults.extend(told);
            }
        };
        for template in set.templates() {
            let at = match template.as_ref().loc() {
                Some(loc) => loc.start(),
                None => 0,
            };
            let message = "a policy with slots (`?principal`, `?resource`) cannot be used here";
            self.faults.push(Fault::at(source, at, message));
        }
        let mut policies: Vec<_> = set
            .policies()
            .map(|policy| (start_of(policy), policy))
            .collect();
        policies.sort_by_key(|(at, _)| *at);
        self.check(source, &set);
        for (at, policy) in policies {
            if let Err(message) = self.add(source, origin, at, policy) {
                self.faults.push(Fault::at(source, at, message));
            }
        }
    }

    /// Holds the policies of a source against the schema.
    fn check(&mut self, source: &Source, set: &PolicySet) {
        let schema = match schema() {
            Ok((schema, _)) => schema,
            Err(error) => return self.faults.push(Fault::at(source, 0, error)),
        };
        let result = Validator::new(schema.clone()).validate(set, ValidationMode::Strict);
        let start = |id| set.policy(id).map_or(0, start_of);
        for error in result.validation_errors() {
            let fault = Fault::told(source, error, start(error.policy_id()));
            self.faults.push(unnumbered(fault));
        }
        for warning in result.validation_warnings() {
            let fault = Fault::told(source, warning, start(warning.policy_id()));
            self.policies.warnings.push(unnumbered(fault));
        }
    }

    fn add(
        &mut self,
        source: &Source,
        origin: Origin,
        at: usize,
        policy: &Policy,
    ) -> Result<(), String> {
        let line = Fault::at(source, at, "").line;
        let id = match policy.annotation("id") {
            Some(id) if id.starts_with(RESERVED) && origin == Origin::Operator => {
                return Err(format!("an @id must not begin with `{RESERVED}`"));
            }
            Some("") => return Err("an @id must not be empty".to_owned()),
            Some(id) => id.to_owned(),
            None => format!("{}:{line}", source.name),
        };
        if !self.ids.insert(id.clone()) {
            return Err("another policy has this @id".to_owned());
        }
        let named = policy.new_id(PolicyId::new(&id));
        let all = &mut self.policies;
        let sets = match (policy.annotation("approval"), policy.effect()) {
            (None, _) => vec![&mut all.firm],
            (Some("required"), Effect::Forbid) if origin == Origin::BuiltIn => {
                vec![&mut all.built_in_approvals]
            }
            (Some("required"), Effect::Forbid) => vec![&mut all.own_approvals],
            (Some("waived"), Effect::Permit) => vec![&mut all.firm, &mut all.waivers],
            _ => {
                return Err(
                    "@approval is `required`, of a forbid, or `waived`, of a permit".into(),
                );
            }
        };
        for set in sets {
            set.add(named.clone()).map_err(|error| error.to_string())?;
        }
        self.policies.mentions.take(policy);
        self.policies.shown.push(Shown {
            id,
            doc: policy.annotation("doc").map(str::to_owned),
            file: source.name.clone(),
            line,
            text: policy.to_cedar().unwrap_or_default(),
            effect: match policy.effect() {
                Effect::Permit => "permit",
                Effect::Forbid => "forbid",
            },
            approval: policy.annotation("approval").map(str::to_owned),
            built_in: origin == Origin::BuiltIn,
            organizations: ids_of(policy, "Organization"),
        });
        Ok(())
    }

    fn finish(self) -> Result<Policies, Vec<Fault>> {
        if self.faults.is_empty() {
            Ok(self.policies)
        } else {
            Err(self.faults)
        }
    }
}

fn start_of(policy: &Policy) -> usize {
    match policy.as_ref().loc() {
        Some(loc) => loc.start(),
        None => 0,
    }
}

/// Without the number that Cedar gives a policy: the place says which one it is.
fn unnumbered(mut fault: Fault) -> Fault {
    if let Some(rest) = fault.message.strip_prefix("for policy `")
        && let Some((_, rest)) = rest.split_once("`, ")
    {
        fault.message = rest.to_owned();
    }
    fault
}
