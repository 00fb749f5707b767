#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

use std::collections::BTreeSet;

use keyway_store::{SECRET_COLUMNS, SealedRow};

use crate::support::fresh;

/// The changes of the tables as they are read by people: names and comments.
fn schema() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|one| one.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect()
}

/// The columns that are named or commented as sealed, as `table.column`.
fn sealed(schema: &str) -> BTreeSet<String> {
    let says_so = |text: &str| {
        text.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word == "sealed")
    };
    let (mut found, mut table, mut above) = (BTreeSet::new(), None, false);
    for line in schema.lines().map(str::trim) {
        let (code, comment) = line.split_once("--").unwrap_or((line, ""));
        let words: Vec<_> = code
            .split([' ', '(', ','])
            .filter(|word| !word.is_empty())
            .collect();
        let own = says_so(comment);
        match words[..] {
            [] => above = (above && !line.is_empty()) || own,
            ["CREATE", "TABLE", name, ..] => (table, above) = (Some(name.to_owned()), false),
            ["ALTER", "TABLE", name, "ADD", "COLUMN", column, ..] => {
                if above || own || says_so(column) {
                    found.insert(format!("{name}.{column}"));
                }
                above = false;
            }
            [column, ..] => {
                // A number is about what is sealed, and not sealed itself.
                let takes_bytes = words.iter().any(|word| matches!(*word, "BLOB" | "TEXT"));
                if let Some(table) = &table
                    && takes_bytes
                    && (above || own || says_so(column))
                    && column.chars().all(|c| c.is_ascii_lowercase() || c == '_')
                {
                    found.insert(format!("{table}.{column}"));
                }
                above = false;
                if code.starts_with(')') || code.ends_with(';') {
                    table = None;
                }
            }
        }
    }
    found
}

/// The table of facts holds all sorts; which of them are sealed is in the list itself.
const MIXED: &str = "facts.value";

#[test]
fn every_column_that_is_named_or_commented_as_sealed_is_in_the_list_and_no_other() {
    let listed: BTreeSet<_> = SECRET_COLUMNS
        .iter()
        .map(|of| format!("{}.{}", of.table, of.column))
        .filter(|name| name != MIXED)
        .collect();
    assert_eq!(
        sealed(&schema()),
        listed,
        "src/secret_columns.rs is to say what the schema says"
    );
}

#[test]
fn every_table_with_sealed_columns_keeps_retired_keys_out() {
    let schema = schema();
    for of in SECRET_COLUMNS.iter().filter(|of| of.only.is_none()) {
        let (table, column) = (of.table, of.column);
        let sealed = format!("retired_keys WHERE key_id = lower(hex(substr(NEW.{column}, 2, 8)))");
        for on in [
            format!("BEFORE INSERT ON {table}\n"),
            format!("BEFORE UPDATE OF {column} ON {table}\n"),
        ] {
            let mut guards = schema.split("CREATE TRIGGER ");
            let guarded = guards.any(|one| one.contains(&on) && one.contains(&sealed));
            assert!(guarded, "{on} of {column}");
        }
    }
}

#[test]
fn a_column_nobody_listed_is_found() {
    let made_up = "-- Sealed things live here.\nCREATE TABLE boxes (\n  id TEXT PRIMARY KEY,\n  \
                   -- How often what is sealed changed.\n  changes BIGINT,\n  -- The token, sealed for\n  -- its row.\n  token BLOB,\n  note TEXT, -- not secret\n  \
                   sealed_key BLOB,\n  pin BLOB -- sealed\n);\n\
                   ALTER TABLE users ADD COLUMN sealed BLOB;\nCREATE TABLE more (id TEXT, size INTEGER);";
    let found: Vec<_> = sealed(made_up).into_iter().collect();
    assert_eq!(
        found,
        [
            "boxes.pin",
            "boxes.sealed_key",
            "boxes.token",
            "users.sealed"
        ]
    );
}

#[tokio::test]
async fn every_listed_column_can_be_read_and_replaced() {
    let fresh = fresh().await;
    for of in SECRET_COLUMNS {
        assert_eq!(fresh.store.count_sealed(of).await.unwrap(), 0, "{of:?}");
        assert_eq!(
            fresh.store.sealed_after(of, "", 10).await.unwrap(),
            [],
            "{of:?}"
        );
        let row = SealedRow {
            organization: String::new(),
            row: "x".into(),
            sealed: Some(vec![1]),
        };
        assert_eq!(
            fresh
                .store
                .replace_sealed(of, &[(&row, vec![2])])
                .await
                .unwrap(),
            0
        );
    }
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_replaced() {
    let fresh = fresh().await;
    let (store, name) = (&fresh.store, keyway_store::RETIRED_SIGNING_KEYS);
    let of = SECRET_COLUMNS
        .iter()
        .find(|of| of.table == "facts")
        .unwrap();
    store.set_fact(name, b"one").await.unwrap();
    store.set_fact("other", b"not sealed").await.unwrap();
    let rows = store.sealed_after(of, "", 10).await.unwrap();
    assert_eq!(rows.len(), 1, "only the facts that are sealed");
    store.set_fact(name, b"two").await.unwrap();
    assert_eq!(
        store
            .replace_sealed(of, &[(&rows[0], b"three".to_vec())])
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        store.fact(name).await.unwrap().as_deref(),
        Some(&b"two"[..])
    );
    let rows = store.sealed_after(of, "", 10).await.unwrap();
    assert_eq!(
        store
            .replace_sealed(of, &[(&rows[0], b"three".to_vec())])
            .await
            .unwrap(),
        1
    );
    assert!(
        !store
            .replace_fact(name, Some(b"two"), b"four")
            .await
            .unwrap()
    );
    assert!(
        store
            .replace_fact(name, Some(b"three"), b"four")
            .await
            .unwrap()
    );
    assert!(!store.replace_fact(name, None, b"five").await.unwrap());
    let before = store.key_epoch().await.unwrap();
    store.bump_key_epoch().await.unwrap();
    assert_eq!(store.key_epoch().await.unwrap(), before + 1);
}
