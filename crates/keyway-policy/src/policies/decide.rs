use cedar_policy::{
    Authorizer, Decision as Said, Entities, Entity, PolicySet, Request, Response, Schema,
};
use jiff::Timestamp;

use super::depth::{PLAIN, STACK};
use super::{Decision, Policies, Verdict};
use crate::model::{Act, Asker, Thing, schema, uid};

impl Policies {
    /// Decides. Whatever goes wrong while deciding is a denial: a policy that cannot be evaluated
    /// might have been one that forbids.
    pub fn decide(&self, asker: &Asker, act: Act, thing: &Thing, now: Timestamp) -> Decision {
        let decided = if self.deepest > PLAIN {
            stacker::grow(STACK, || self.try_decide(asker, act, thing, now))
        } else {
            self.try_decide(asker, act, thing, now)
        };
        match decided {
            Ok(decision) => decision,
            Err(failure) => Decision {
                verdict: Verdict::Deny,
                policies: Vec::new(),
                failure: Some(failure),
            },
        }
    }

    fn try_decide(
        &self,
        asker: &Asker,
        act: Act,
        thing: &Thing,
        now: Timestamp,
    ) -> Result<Decision, String> {
        let question = Question::new(asker, act, thing, now)
            .ok_or("what was asked cannot be put into the terms of policies")??;
        let firm = question.put(&self.firm)?;
        if firm.decision() == Said::Deny {
            return Ok(decided(Verdict::Deny, reasons(&firm)));
        }
        let own = question.put(&self.own_approvals)?;
        let mut wanting = reasons(&own);
        let built_in = question.put(&self.built_in_approvals)?;
        let waived = question.put(&self.waivers)?.decision() == Said::Allow;
        if !waived {
            wanting.extend(reasons(&built_in));
        }
        if wanting.is_empty() {
            return Ok(decided(Verdict::Allow, reasons(&firm)));
        }
        Ok(decided(Verdict::NeedsApproval, wanting))
    }
}

/// What is put to a set of policies.
struct Question {
    request: Request,
    entities: Entities,
}

impl Question {
    fn new(asker: &Asker, act: Act, thing: &Thing, now: Timestamp) -> Option<Result<Self, String>> {
        let (schema, actions) = schema().ok()?;
        let action = uid("Action", act.as_str())?;
        let context = asker.context(now)?;
        let things = [asker.entity()?, thing.entity()?];
        let request = Request::new(asker.uid()?, action, thing.uid()?, context, Some(schema));
        Some(Self::checked(request, actions, things, schema))
    }

    fn checked(
        request: Result<Request, impl std::fmt::Display>,
        actions: &Entities,
        things: [Entity; 2],
        schema: &Schema,
    ) -> Result<Self, String> {
        let request = request.map_err(|error| error.to_string())?;
        // The entities are made here and always fit; that they do is checked where it costs nothing.
        let schema = cfg!(debug_assertions).then_some(schema);
        let entities = actions
            .clone()
            .add_entities(things, schema)
            .map_err(|error| error.to_string())?;
        Ok(Self { request, entities })
    }

    fn put(&self, policies: &PolicySet) -> Result<Response, String> {
        let response = Authorizer::new().is_authorized(&self.request, policies, &self.entities);
        let failed = response.diagnostics().errors().next();
        match failed.map(ToString::to_string) {
            None => Ok(response),
            Some(error) => Err(error),
        }
    }
}

fn reasons(response: &Response) -> Vec<String> {
    let reasons = response.diagnostics().reason();
    let mut reasons: Vec<_> = reasons.map(ToString::to_string).collect();
    reasons.sort_unstable();
    reasons
}

fn decided(verdict: Verdict, policies: Vec<String>) -> Decision {
    Decision {
        verdict,
        policies,
        failure: None,
    }
}
