//! JSON from outside: bounded, and refused where a name is there twice.

use std::fmt;

use keyway_core::json::{self, Bounds};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads a JSON text; what is wrong with it and where, when there is something.
pub(super) fn parse(text: &str, bounds: Bounds) -> Result<Value, String> {
    json::check(text.as_bytes(), bounds).map_err(|error| error.to_string())?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict
        .deserialize(&mut reader)
        .map_err(|error| said(&error))?;
    reader.end().map_err(|error| said(&error))?;
    Ok(value)
}

/// Where and what kind of mistake: the error's own text may repeat what was read.
fn said(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let what = match error.classify() {
        serde_json::error::Category::Data => "a name is there twice",
        serde_json::error::Category::Eof => "it ends too early",
        _ => "it is no JSON",
    };
    format!("{line}:{column}: {what}")
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Strict)?;
            if map.insert(name, value).is_some() {
                return Err(de::Error::custom("a name is there twice"));
            }
        }
        Ok(map.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_that_is_there_twice_is_refused() {
        let read = |text: &str| parse(text, Bounds::default());
        assert_eq!(
            read(r#"{"a":[1,-2,0.5,null,true,"x"]}"#),
            Ok(json!({"a": [1, -2, 0.5, null, true, "x"]}))
        );
        // The column is behind the name or at its end, as the features of the parser have it.
        let twice = read("{\"a\":1,\n\"a\":2}").unwrap_err();
        assert!(
            ["2:5: a name is there twice", "2:6: a name is there twice"].contains(&&*twice),
            "{twice}"
        );
        assert_eq!(read("{\"a\":"), Err("1:5: it ends too early".into()));
        assert_eq!(read("{} {}"), Err("1:4: it is no JSON".into()));
        let shallow = Bounds {
            depth: 1,
            ..Bounds::default()
        };
        assert!(parse("[[1]]", shallow).unwrap_err().contains("deeper"));
    }
}
