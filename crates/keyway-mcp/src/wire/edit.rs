use std::borrow::Cow;
use std::ops::Range;

use keyway_core::json;

/// Changes a few members of a JSON object and leaves every other byte as it is. Values are JSON
/// text. Members that are there are replaced where they stand; new ones come last.
#[derive(Debug, Clone)]
pub struct ObjectEdit<'a> {
    text: &'a str,
    members: Vec<Slot<'a>>,
    added: Vec<(String, Cow<'a, str>)>,
}

#[derive(Debug, Clone)]
struct Slot<'a> {
    member: json::Member<'a>,
    change: Change<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Change<'a> {
    Keep,
    Replace(Cow<'a, str>),
    Remove,
}

impl<'a> ObjectEdit<'a> {
    /// Starts from a well-formed object. Anything else counts as `{}`.
    pub fn new(text: &'a str) -> Self {
        let text = if text.trim_ascii_start().starts_with('{') {
            text
        } else {
            "{}"
        };
        let slot = |member| Slot {
            member,
            change: Change::Keep,
        };
        Self {
            text,
            members: json::members(text).map(slot).collect(),
            added: Vec::new(),
        }
    }

    /// The value of a member as it stands now; the last one, should there be several.
    pub fn get(&self, key: &str) -> Option<&str> {
        let added = self.added.iter().find(|(name, _)| name == key);
        if let Some((_, value)) = added {
            return Some(value);
        }
        self.members
            .iter()
            .rev()
            .find(|slot| slot.is(key))
            .map(|slot| match &slot.change {
                Change::Replace(value) => value.as_ref(),
                _ => slot.member.value,
            })
    }

    /// Sets a member.
    pub fn set(&mut self, key: &str, value: impl Into<Cow<'a, str>>) -> &mut Self {
        let value = value.into();
        if let Some(slot) = self.members.iter_mut().rev().find(|slot| slot.is(key)) {
            slot.change = Change::Replace(value);
        } else if let Some((_, old)) = self.added.iter_mut().find(|(name, _)| name == key) {
            *old = value;
        } else {
            self.added.push((key.to_owned(), value));
        }
        self
    }

    /// Sets a member unless it is there.
    pub fn set_absent(&mut self, key: &str, value: impl Into<Cow<'a, str>>) -> &mut Self {
        if self.get(key).is_none() {
            self.set(key, value);
        }
        self
    }

    /// Sets members of the object that the member `key` holds, making it when it is not there.
    pub fn set_within(&mut self, key: &str, entries: &[(&str, &str)]) -> &mut Self {
        let inner = self.get(key).unwrap_or("{}").to_owned();
        let mut edit = ObjectEdit::new(&inner);
        for (name, value) in entries {
            edit.set(name, *value);
        }
        let changed = edit.finish();
        self.set(key, changed)
    }

    /// Takes a member away, all of them should there be several.
    pub fn remove(&mut self, key: &str) -> &mut Self {
        self.added.retain(|(name, _)| name != key);
        for slot in self.members.iter_mut().filter(|slot| slot.is(key)) {
            slot.change = Change::Remove;
        }
        self
    }

    /// The changed text.
    pub fn finish(self) -> String {
        let brace = self.text.rfind('}').unwrap_or(self.text.len());
        let mut edits: Vec<(Range<usize>, &str)> = Vec::new();
        let mut kept = 0usize;
        let mut before = 0usize;
        for (at, slot) in self.members.iter().enumerate() {
            let member = &slot.member;
            match &slot.change {
                Change::Keep => kept += 1,
                Change::Replace(value) => {
                    kept += 1;
                    edits.push((member.value_range.clone(), value));
                }
                // With a member in front the comma in front goes too, else the one behind.
                Change::Remove if kept > 0 => edits.push((before..member.value_range.end, "")),
                Change::Remove => {
                    let next = self.members.get(at + 1);
                    let end = next.map_or(brace, |slot| slot.member.key_range.start);
                    edits.push((member.key_range.start..end, ""));
                }
            }
            before = member.value_range.end;
        }
        let mut added = String::new();
        for (name, value) in &self.added {
            if kept > 0 {
                added.push(',');
            }
            kept += 1;
            added.push_str(&json::quote(name));
            added.push(':');
            added.push_str(value);
        }
        edits.push((brace..brace, &added));
        json::splice(self.text, &edits)
    }
}

impl Slot<'_> {
    fn is(&self, key: &str) -> bool {
        self.change != Change::Remove && self.member.key == key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, change: impl FnOnce(&mut ObjectEdit<'_>)) -> String {
        let mut edit = ObjectEdit::new(text);
        change(&mut edit);
        edit.finish()
    }

    #[test]
    fn changes_only_what_it_is_told_to() {
        let text = r#" { "a" : 1.50 ,"b":{"c":[1, 2]}, "d":"x" } "#;
        assert_eq!(edited(text, |_| ()), text);
        assert_eq!(
            edited(text, |edit| {
                edit.set("a", "2")
                    .set("new", "[]")
                    .set_within("b", &[("e", "3")]);
            }),
            r#" { "a" : 2 ,"b":{"c":[1, 2],"e":3}, "d":"x" ,"new":[]} "#
        );
        assert_eq!(
            edited("{}", |edit| {
                edit.set_within("_meta", &[("k", "1")]);
            }),
            r#"{"_meta":{"k":1}}"#
        );
        assert_eq!(
            edited("null", |edit| {
                edit.set("a", "1");
            }),
            r#"{"a":1}"#
        );
    }

    #[test]
    fn removes_members_with_their_commas() {
        let text = r#"{"a":1,"b":2,"c":3}"#;
        for (gone, left) in [
            (&["a"][..], r#"{"b":2,"c":3}"#),
            (&["b"], r#"{"a":1,"c":3}"#),
            (&["c"], r#"{"a":1,"b":2}"#),
            (&["a", "b"], r#"{"c":3}"#),
            (&["b", "c"], r#"{"a":1}"#),
            (&["a", "c"], r#"{"b":2}"#),
            (&["a", "b", "c"], "{}"),
        ] {
            let without = edited(text, |edit| {
                for key in gone {
                    edit.remove(key);
                }
            });
            assert_eq!(without, left);
            let refilled = edited(text, |edit| {
                for key in gone {
                    edit.remove(key);
                }
                edit.set("z", "0").set_absent("z", "1").set("z", "9");
            });
            let value: serde_json::Value = serde_json::from_str(&refilled).unwrap();
            assert_eq!(value["z"], 9);
        }
    }
}
