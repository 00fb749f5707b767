use keyway_core::Agent;
use keyway_core::action::{Expose, Origin, Schema};
use keyway_core::agent::{Budget, ToolTarget};

use crate::fault::{Fault, Spot, unknown};
use crate::manifest::Manifest;
use crate::read::Faults;
use crate::spec::{AgentSpec, Named};

/// The agents of a manifest. What they name that is written here is held against it where it may be
/// meant; actions, servers and agents of the program are known only once it starts.
pub(super) fn all(
    manifest: &Manifest,
    origin: impl Fn(&Spot) -> Origin,
    faults: &mut Faults,
) -> Vec<Agent> {
    let mut made = Vec::new();
    for named in &manifest.agents {
        let Some(spec) = &named.spec else {
            continue;
        };
        near_misses(manifest, spec, faults);
        if let Some(schema) = &spec.output
            && let Err(error) = Schema::compile(schema)
        {
            let at = named.at.member("output");
            faults.push(Fault::new(
                at,
                format!("the schema cannot be used: {error}"),
            ));
        }
        made.push(agent(named, spec).defined(origin(&named.at)));
    }
    if let Some(path) = circle(manifest) {
        let first = manifest
            .agents
            .iter()
            .find(|named| path.first() == Some(&named.name.as_str()));
        if let Some(first) = first {
            let path: Vec<_> = path.iter().map(|slug| format!("`{slug}`")).collect();
            let message = format!("agents use each other in a circle: {}", path.join(" → "));
            faults.push(Fault::new(first.at.member("tools"), message));
        }
    }
    made
}

fn agent(named: &Named<AgentSpec>, spec: &AgentSpec) -> Agent {
    let mut agent = Agent::new(&named.name)
        .description(spec.description.as_deref().unwrap_or_default())
        .system_prompt(spec.system_prompt.as_deref().unwrap_or_default())
        .model(&spec.model)
        .with_tools(spec.tools.iter().map(|(target, _)| target.clone()))
        .expose(spec.expose.unwrap_or(Expose::NONE))
        .budget(Budget {
            rounds: spec.budget.rounds.unwrap_or(Budget::default().rounds),
            tokens: spec.budget.tokens,
            time: spec.budget.time,
            cost_micros: spec.budget.cost_micros,
        });
    if let Some(name) = &spec.name {
        agent = agent.name(name);
    }
    if let Some(most) = spec.max_output_tokens {
        agent = agent.max_output_tokens(most);
    }
    if let Some(schema) = &spec.output {
        agent = agent.output_schema(schema.clone());
    }
    if spec.admin_only {
        agent = agent.admin_only();
    }
    agent
}

/// Names that nothing here has, and that something here nearly has.
fn near_misses(manifest: &Manifest, spec: &AgentSpec, faults: &mut Faults) {
    let actions = || manifest.actions.iter().map(|named| named.name.as_str());
    let apps = || manifest.apps.iter().map(|named| named.name.as_str());
    let agents = || manifest.agents.iter().map(|named| named.name.as_str());
    for (tool, at) in &spec.tools {
        let fault = match tool {
            ToolTarget::Action(slug) if !actions().any(|known| known == slug) => {
                unknown(at.clone(), "action", slug, actions())
            }
            ToolTarget::App(slug) if !apps().any(|known| known == slug) => {
                unknown(at.clone(), "app", slug, apps())
            }
            ToolTarget::Agent(slug) if !agents().any(|known| known == slug) => {
                unknown(at.clone(), "agent", slug, agents())
            }
            _ => continue,
        };
        // Nothing near: it may be one of the program's.
        if fault.suggestion.is_some() {
            faults.push(fault);
        }
    }
}

/// A circle of agents of this manifest, the first one again at its end.
fn circle(manifest: &Manifest) -> Option<Vec<&str>> {
    let mut done = Vec::new();
    let mut all = manifest.agents.iter();
    all.find_map(|named| walk(manifest, &named.name, &mut Vec::new(), &mut done))
}

fn walk<'a>(
    manifest: &'a Manifest,
    slug: &'a str,
    path: &mut Vec<&'a str>,
    done: &mut Vec<&'a str>,
) -> Option<Vec<&'a str>> {
    if let Some(at) = path.iter().position(|before| *before == slug) {
        let mut circle = path.split_off(at);
        circle.push(slug);
        return Some(circle);
    }
    if done.contains(&slug) {
        return None;
    }
    let named = manifest.agents.iter().find(|named| named.name == slug)?;
    path.push(slug);
    let spec = named.spec.as_deref();
    for (tool, _) in spec.map_or(&[][..], |spec| &spec.tools) {
        if let ToolTarget::Agent(next) = tool
            && let Some(circle) = walk(manifest, next, path, done)
        {
            return Some(circle);
        }
    }
    path.pop();
    done.push(slug);
    None
}
