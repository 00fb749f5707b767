//! Agent files: Markdown with settings at the top.

use std::time::Duration;

use super::front_matter::{Member, Node, Value, read};
use super::rules::flaw;
use super::{Agent, Price};

/// The keys an agent file may have.
pub(super) const KEYS: [&str; 8] = [
    "name",
    "title",
    "description",
    "model",
    "price",
    "max_output_tokens",
    "tools",
    "budget",
];
/// The longest agent file that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// An agent file that cannot be used, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BadAgent {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there and what is expected. Repeats no value of the file.
    pub problem: String,
}

impl BadAgent {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        "agent_file_invalid"
    }

    pub(super) fn at(line: usize, problem: impl Into<String>) -> Self {
        Self {
            line,
            problem: problem.into(),
        }
    }
}

impl Agent {
    /// Reads an agent file: settings in YAML between two lines of `---`, then the system prompt.
    /// Without settings the whole text is the prompt. `slug` is used where the file gives no
    /// `name`: by custom the file's own name without its ending.
    ///
    /// ```
    /// let agent = keyway_agent::Agent::from_markdown(
    ///     "reviewer",
    ///     "---\nmodel: anthropic/claude-sonnet-5\nbudget:\n  rounds: 10\n---\nYou review code.\n",
    /// )?;
    /// assert_eq!(agent.slug, "reviewer");
    /// assert_eq!(agent.system, "You review code.");
    /// assert_eq!(agent.budget.rounds, 10);
    /// # Ok::<(), keyway_agent::BadAgent>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its line.
    pub fn from_markdown(slug: &str, text: &str) -> Result<Self, BadAgent> {
        if text.len() > LONGEST {
            return Err(BadAgent::at(1, "an agent file has at most 1 MiB"));
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (settings, prompt) = split(text)?;
        let mut agent = Self {
            slug: slug.to_owned(),
            name: String::new(),
            system: prompt.trim().to_owned(),
            ..Self::default()
        };
        if let Some(settings) = settings {
            agent.take(&read(settings, 1)?)?;
        }
        if agent.name.is_empty() {
            agent.name.clone_from(&agent.slug);
        }
        check_slug(&agent.slug).map_err(|problem| BadAgent::at(1, problem))?;
        Ok(agent)
    }

    fn take(&mut self, settings: &Node) -> Result<(), BadAgent> {
        for Member { key, line, node } in map(settings)? {
            match key.as_str() {
                "name" => {
                    let slug = text(node)?;
                    check_slug(slug).map_err(|problem| BadAgent::at(node.line, problem))?;
                    slug.clone_into(&mut self.slug);
                }
                "title" => text(node)?.clone_into(&mut self.name),
                "description" => text(node)?.clone_into(&mut self.description),
                "model" => {
                    let model = text(node)?.parse();
                    let model =
                        model.map_err(|error| BadAgent::at(node.line, format!("{error}")))?;
                    self.model = Some(model);
                }
                "price" => self.price = Some(price(node)?),
                "max_output_tokens" => {
                    let most = whole(node, 1, u64::from(u32::MAX))?;
                    self.max_output_tokens = u32::try_from(most).ok();
                }
                "tools" => self.take_tools(node)?,
                "budget" => self.take_budget(node)?,
                _ => return Err(unknown(*line, &KEYS)),
            }
        }
        Ok(())
    }

    fn take_tools(&mut self, node: &Node) -> Result<(), BadAgent> {
        for Member { key, line, node } in map(node)? {
            match key.as_str() {
                "allow" => self.tools.allow = rules(node)?,
                "deny" => self.tools.deny = rules(node)?,
                _ => return Err(unknown(*line, &["allow", "deny"])),
            }
        }
        Ok(())
    }

    fn take_budget(&mut self, node: &Node) -> Result<(), BadAgent> {
        for Member { key, line, node } in map(node)? {
            match key.as_str() {
                "rounds" => {
                    self.budget.rounds = u32::try_from(whole(node, 1, 10_000)?).unwrap_or(1);
                }
                "tokens" => self.budget.tokens = Some(whole(node, 1, u64::MAX)?),
                "seconds" => {
                    let seconds = whole(node, 1, 7 * 24 * 3600)?;
                    self.budget.time = Some(Duration::from_secs(seconds));
                }
                "cost_usd" => self.budget.cost_micros = Some(micros(node)?),
                _ => return Err(unknown(*line, &["rounds", "tokens", "seconds", "cost_usd"])),
            }
        }
        Ok(())
    }
}

/// The settings, without the lines around them, and the prompt.
fn split(text: &str) -> Result<(Option<&str>, &str), BadAgent> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != "---" {
        return Ok((None, text));
    }
    let start = first.len();
    let mut end = start;
    for line in lines {
        if line.trim_end() == "---" {
            let settings = text.get(start..end);
            return Ok((settings, text.get(end + line.len()..).unwrap_or_default()));
        }
        end += line.len();
    }
    Err(BadAgent::at(
        1,
        "the settings do not end: put a line of `---` after them",
    ))
}

fn check_slug(slug: &str) -> Result<(), &'static str> {
    let good = slug.starts_with(|c: char| c.is_ascii_lowercase())
        && slug.len() <= 64
        && slug
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if good {
        Ok(())
    } else {
        Err(
            "an agent's `name` has 1 to 64 small letters, digits and `-`, and begins with a letter; what people call it goes into `title`",
        )
    }
}

fn map(node: &Node) -> Result<&[Member], BadAgent> {
    match &node.value {
        Value::Map(entries) => Ok(entries),
        Value::Scalar(text, false) if text.is_empty() => Ok(&[]),
        _ => Err(BadAgent::at(
            node.line,
            "expected names and values, one a line: `name: value`",
        )),
    }
}

fn text(node: &Node) -> Result<&str, BadAgent> {
    match &node.value {
        Value::Scalar(text, _) if !text.trim().is_empty() => Ok(text.trim()),
        _ => Err(BadAgent::at(node.line, "expected a text")),
    }
}

fn whole(node: &Node, least: u64, most: u64) -> Result<u64, BadAgent> {
    let number = match &node.value {
        Value::Scalar(text, false) => text.replace('_', "").parse().ok(),
        _ => None,
    };
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| {
            let problem = match most {
                u64::MAX => format!("expected a whole number from {least}"),
                most => format!("expected a whole number from {least} to {most}"),
            };
            BadAgent::at(node.line, problem)
        })
}

/// An amount of US dollars, in millionths.
fn micros(node: &Node) -> Result<u64, BadAgent> {
    let amount = match &node.value {
        Value::Scalar(text, false) => Price::micros(text),
        _ => None,
    };
    amount.ok_or_else(|| {
        BadAgent::at(
            node.line,
            "expected an amount in US dollars, such as `0.25`, with at most six decimals",
        )
    })
}

fn price(node: &Node) -> Result<Price, BadAgent> {
    let (mut input, mut output) = (None, None);
    for Member { key, line, node } in map(node)? {
        match key.as_str() {
            "input" => input = Some(micros(node)?),
            "output" => output = Some(micros(node)?),
            _ => return Err(unknown(*line, &["input", "output"])),
        }
    }
    match (input, output) {
        (Some(input_micros), Some(output_micros)) => Ok(Price {
            input_micros,
            output_micros,
        }),
        _ => Err(BadAgent::at(
            node.line,
            "a price has `input` and `output`: US dollars for a million tokens",
        )),
    }
}

fn rules(node: &Node) -> Result<Vec<String>, BadAgent> {
    let Value::List(items) = &node.value else {
        return Err(BadAgent::at(
            node.line,
            "expected a list of rules, one a line: `- server/tool`",
        ));
    };
    let rule = |item: &Node| {
        let rule = text(item)?;
        match flaw(rule) {
            Some(problem) => Err(BadAgent::at(item.line, problem)),
            None => Ok(rule.to_owned()),
        }
    };
    items.iter().map(rule).collect()
}

fn unknown(line: usize, known: &[&str]) -> BadAgent {
    let known = known.join("`, `");
    BadAgent::at(
        line,
        format!("this key is not known; the keys here are `{known}`"),
    )
}
