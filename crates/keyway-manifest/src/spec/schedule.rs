use keyway_core::action::{BadSchedule, Schedule};
use serde_json::Value;

use crate::fault::Fault;
use crate::read::{Faults, Node};

const KEYS: &[&str] = &["action", "input", "cron", "time_zone"];

/// When an action runs by the clock, as a manifest has it.
#[derive(Debug)]
pub(crate) struct ScheduleSpec {
    pub(crate) action: String,
    pub(crate) input: Option<Value>,
    pub(crate) cron: String,
    pub(crate) time_zone: String,
}

impl ScheduleSpec {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(KEYS, faults)?;
        let action = fields.need("action", faults);
        let action = action.and_then(|node| node.text(faults).map(str::to_owned));
        let input = fields.get("input").map(|node| {
            node.map(faults)?;
            Some(node.value.clone())
        });
        let cron = fields.need("cron", faults);
        let cron = cron.and_then(|node| node.text(faults).map(str::to_owned));
        let zone = fields.text("time_zone", faults);
        let time_zone = zone.unwrap_or_else(|| "UTC".to_owned());
        let cron = cron?;
        if let Err(error) = Schedule::parse(&cron, &time_zone) {
            let key = match error {
                BadSchedule::TimeZone => "time_zone",
                _ => "cron",
            };
            let fault = Fault::new(fields.at.member(key), error.to_string());
            faults.push(match error {
                BadSchedule::Fields(_) => fault.suggest("like `0 7 * * MON-FRI`"),
                _ => fault,
            });
            return None;
        }
        Some(Self {
            action: action?,
            input: match input {
                Some(input) => Some(input?),
                None => None,
            },
            cron,
            time_zone,
        })
    }
}
