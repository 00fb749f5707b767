use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;

/// The JSON pointer of the first object in which a name stands twice. Of two members of one name a
/// person would be shown one, and a server might take the other.
pub(super) fn repeated(text: &str) -> Option<String> {
    let mut search = Search::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    // What is no JSON is refused elsewhere.
    let _ = (&mut search).deserialize(&mut reader);
    search.found
}

#[derive(Default)]
struct Search {
    at: String,
    found: Option<String>,
}

impl Search {
    /// Looks into a member or an element, and comes back.
    fn enter<T>(&mut self, name: &str, look: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.at.len();
        self.at.push('/');
        self.at
            .push_str(&name.replace('~', "~0").replace('/', "~1"));
        let looked = look(self);
        self.at.truncate(before);
        looked
    }
}

impl<'de> DeserializeSeed<'de> for &mut Search {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Search {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            self.enter(&name, |inner| members.next_value_seed(inner))?;
            if !names.insert(name) && self.found.is_none() {
                self.found = Some(self.at.clone());
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut index = 0_usize;
        while self
            .enter(&index.to_string(), |inner| {
                elements.next_element_seed(inner)
            })?
            .is_some()
        {
            index += 1;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::repeated;

    #[test]
    fn a_name_twice_in_one_object_is_found_however_it_is_written() {
        let found = |text| repeated(text);
        assert_eq!(
            found(r#"{"a": 1, "b": {"a": [1.5, null, true, -1]}}"#),
            None
        );
        assert_eq!(found(r#"{"a": 1, "a": 1}"#).as_deref(), Some(""));
        assert_eq!(found(r#"{"path": 1, "p\u0061th": 2}"#).as_deref(), Some(""));
        let deep = r#"{"x/y": [{}, {"k": "", "k": ""}]}"#;
        assert_eq!(found(deep).as_deref(), Some("/x~1y/1"));
        assert_eq!(found("[{}, "), None);
    }
}
