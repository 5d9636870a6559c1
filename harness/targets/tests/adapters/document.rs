//! Compares the document of the protocol with its schema and with the real lines of our verifier. None of the
//! three is generated from another.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jotproof_profiles::Profiles;
use jotproof_targets::exec::{serve, wire};
use serde_json::Value;

use crate::SUITE;

/// The members of an object, and whether each is always there.
type Members = BTreeMap<String, bool>;

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The tables of the document, by their headings.
fn documented() -> BTreeMap<String, Members> {
    let text = file("docs/reference/adapter-protocol.md");
    let mut tables: BTreeMap<String, Members> = BTreeMap::new();
    let mut heading = None;
    for line in text.lines() {
        if line.starts_with('#') {
            heading = line.strip_prefix("### `").and_then(|rest| rest.strip_suffix('`')).map(str::to_owned);
        }
        let (Some(heading), Some(row)) = (&heading, line.strip_prefix("| `")) else { continue };
        let mut cells = row.split(" | ");
        let name = cells.next().and_then(|cell| cell.strip_suffix('`')).expect("a member").to_owned();
        let always = match cells.next() {
            Some("yes") => true,
            Some("no") => false,
            other => panic!("{heading} {name}: {other:?} is neither yes nor no"),
        };
        tables.entry(heading.clone()).or_default().insert(name, always);
    }
    tables
}

fn schema() -> Value {
    serde_json::from_str(&file("vectors/schema/adapter.schema.json")).expect("the schema is JSON")
}

/// The members of an object in the schema, without `type`.
fn members(object: &Value) -> Members {
    let required: BTreeSet<&str> =
        object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let all = object["properties"].as_object().expect("an object has properties");
    let named = all.keys().filter(|name| *name != "type");
    named.map(|name| (name.clone(), required.contains(name.as_str()))).collect()
}

/// The variant of a schema type that has this `type`.
fn variant<'a>(schema: &'a Value, of: &str, name: &str) -> &'a Value {
    let variants = schema["$defs"][of]["oneOf"].as_array().expect("a line has variants");
    let is_it =
        |variant: &&Value| variant.pointer("/properties/type/const").is_some_and(|found| found == name);
    variants.iter().find(is_it).unwrap_or_else(|| panic!("no {name} in {of}"))
}

#[test]
fn the_document_lists_the_members_that_the_schema_has() {
    let (schema, documented) = (schema(), documented());
    for name in ["hello", "accepted", "refused", "unsupported"] {
        assert_eq!(documented[name], members(variant(&schema, "Answer", name)), "{name}");
        assert_eq!(variant(&schema, "Answer", name)["additionalProperties"], false, "{name} is closed");
    }
    for (heading, name) in [("verify", "Verify"), ("verify.context", "Configuration"), ("verify.keys", "Key")]
    {
        let object = &schema["$defs"][name];
        assert_eq!(documented[heading], members(object), "{heading}");
        assert!(object.get("additionalProperties").is_none(), "{heading} is open");
    }
}

#[test]
fn every_capability_in_the_document_is_one() {
    let text = file("docs/reference/adapter-protocol.md");
    let (_, table) = text.split_once("\n## Capabilities\n").expect("the document lists capabilities");
    let (table, _) = table.split_once("\n## ").expect("something comes after them");
    let names: Vec<&str> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next()).collect();
    let names: Vec<&str> = names.iter().flat_map(|cell| cell.split(['`', ',', ' '])).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names.iter().filter(|name| **name != "algorithm:NAME") {
        assert!(name.parse::<jotproof_model::Capability>().is_ok(), "{name}");
    }
}

/// Checks a line against the tables: every member is listed, and every required member is there.
fn check(line: &str, tables: &BTreeMap<String, Members>) {
    let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let kind = line["type"].as_str().expect("a line has a type").to_owned();
    let mut objects = vec![(kind.clone(), line.clone())];
    if kind == "verify" {
        objects.push(("verify.context".to_owned(), line["context"].clone()));
        let keys = line["keys"].as_array().expect("keys are a list");
        objects.extend(keys.iter().map(|key| ("verify.keys".to_owned(), key.clone())));
    }
    for (heading, object) in objects {
        let there: BTreeSet<&str> = object
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .filter(|name| *name != "type")
            .collect();
        let nothing = Members::new();
        let listed = if kind == "bye" { &nothing } else { &tables[&heading] };
        let always: BTreeSet<&str> =
            listed.iter().filter(|(_, always)| **always).map(|(name, _)| name.as_str()).collect();
        assert!(always.is_subset(&there), "{heading}: {always:?} in {object}");
        assert!(there.iter().all(|name| listed.contains_key(*name)), "{heading}: {object}");
    }
}

#[test]
fn what_is_really_said_is_as_the_document_says() {
    let tables = documented();
    for name in ["rfc", "centrifugo-5.4.9", "anycable-1.5.2", "jsonwebtoken"] {
        let profile = Profiles::built_in().get(name).expect("it is built in");
        let mut questions = String::new();
        let mut asked = 0;
        for vector in SUITE.vectors().step_by(17) {
            let jotproof_model::Subject::Token { token, .. } = &vector.subject else { continue };
            let challenge = jotproof_model::Challenge::new(
                jotproof_mint::stored::octets(token).unwrap(),
                vector.context.clone().into(),
                SUITE.keys().clone(),
                SUITE.file_of(&vector.id.0).unwrap().now,
            );
            asked += 1;
            questions.push_str(&String::from_utf8(wire::verify(asked, &challenge)).unwrap());
        }
        for line in questions.lines() {
            check(line, &tables);
        }
        let mut said = Vec::new();
        serve::reference(profile, questions.as_bytes(), &mut said).unwrap();
        let said = String::from_utf8(said).unwrap();
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for line in said.lines() {
            check(line, &tables);
            let line: Value = serde_json::from_str(line).unwrap();
            *kinds.entry(line["type"].as_str().unwrap().to_owned()).or_default() += 1;
            if line["type"] == "refused" {
                assert!(line.get("reason").is_some(), "{name} tells every reason: {line}");
            }
        }
        assert_eq!(said.lines().count() as u64, asked + 1, "a hello, and an answer for each question");
        // `rfc` declares every capability that a question can need.
        let unsupported = (name != "rfc").then_some("unsupported");
        for kind in ["hello", "accepted", "refused"].into_iter().chain(unsupported) {
            assert!(kinds.get(kind).is_some_and(|count| *count > 0), "{name} says no {kind}: {kinds:?}");
        }
    }
}

#[test]
fn the_conversation_in_the_document_is_one() {
    let text = file("docs/reference/adapter-protocol.md");
    let tables = documented();
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match (
            line.strip_prefix("    < ").or_else(|| line.strip_prefix("    > ")),
            line.strip_prefix("       "),
        ) {
            (Some(begun), _) => lines.push(begun.to_owned()),
            // A line that the document wraps for readability.
            (None, Some(rest))
                if lines.last().is_some_and(|last| !last.ends_with('}') || rest.starts_with('"')) =>
            {
                lines.last_mut().expect("it was looked at").push_str(rest);
            }
            _ => {}
        }
    }
    assert_eq!(lines.len(), 6, "{lines:#?}");
    for line in &lines {
        check(line, &tables);
    }
    let hello = wire::hello(lines[0].as_bytes()).expect("the hello of the document is one");
    assert_eq!(hello.name, "PyJWT");
    wire::observation(lines[2].as_bytes(), &hello).expect("an answer");
    wire::observation(lines[4].as_bytes(), &hello).expect("an answer");
}
