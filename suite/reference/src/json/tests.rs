//! Tables of JSON texts, and another parser as witness.

use super::*;
use crate::testing::Random;

fn strict(text: &[u8]) -> Result<Document, Error> {
    Document::parse(text, Options::STRICT)
}

fn with(text: Text, trailing_text: Strictness) -> Options {
    Options { text, trailing_text, ..Options::STRICT }
}

#[rustfmt::skip]
const ACCEPTED: &[&str] = &[
    "null", "true", "false", " null", "null ", "\t\n\r null\t\n\r", "0", "-0", "1", "-1", "10",
    "1234567890", "0.0", "-0.0", "0.1", "1.0", "1e1", "1E1", "1e+1", "1e-1", "1e01", "0e0", "0e+1",
    "-0e-1", "1.5e10", "1e400", "-1e400", "1e-400", "123456789012345678901234567890", "20e1",
    "0.00000000000000000000000000000000000001", r#""""#, r#""a""#, r#"" ""#, r#""\"""#, r#""\\""#,
    r#""\/""#, r#""/""#, r#""\b\f\n\r\t""#, r#""\u0000""#, r#""\u0041""#, r#""\uABCD\uabcd""#,
    r#""\ud83d\ude00""#, r#""\uD834\udd1e""#, r#""\uFFFF""#, r#""\uFDD0""#, r#""\u2028""#,
    "\"\u{2028}\"", "\"\u{7f}\"", "\"\u{feff}\"", "\"é\"", "\"\u{10ffff}\"", "\"😀\"", r#""null""#,
    r#""\\u0041""#, r#""a/*b*/c""#, "[]", "[ ]", "[\n]", "[null]", "[1,2]", "[ 1 , 2 ]", "[[]]",
    "[[],[]]", "[[[]]]", "[{}]", "[\"\"]", "[true,false,null,0,\"\",[],{}]", "{}", "{ }",
    r#"{"":0}"#, r#"{"a":0}"#, r#"{"a":0,"a":0}"#, r#"{"a":1,"a":2}"#, r#"{"a":{}}"#, r#"{"a":[]}"#,
    r#"{"a":{"b":[{"c":null}]}}"#, r#"{ "a" : 0 , "b" : 1 }"#, "{\n\"a\"\n:\n0\n}",
    r#"{"\u0061":0}"#, r#"{"\u0000":0}"#, r#"{"a":"\u005c"}"#, r#"{"title":"\u041f\u043e"}"#,
    r#"{"alg":"HS256","typ":"JWT"}"#,
];

#[rustfmt::skip]
const REFUSED: &[&str] = &[
    "", " ", "nul", "nulll", "NULL", "True", "tru", "falsee", "undefined", "NaN", "Infinity",
    "-Infinity", "-", "+1", "--1", "-+1", "01", "-01", "00", "1.", ".1", "-.1", "1.e1", "1e", "1e+",
    "1E-", "1e1.5", "1ee1", "0x1", "1_000", "1 2", "1a", "-a", "0e", "0e+", "1eE2", "- 1", "'a'",
    "a", "\"", "\"a", "\"\\\"", "\"\\", "\"\\u\"", "\"\\u12\"", "\"\\u123\"", "\"\\u123g\"",
    "\"\\U0041\"", "\"\\x41\"", "\"\\a\"", "\"\\'\"", "\"\\0\"", "\"\\é\"", "\"\u{0}\"",
    "\"\u{1f}\"", "\"\t\"", "\"\n\"", "\"a\"b", "\"\"\"", "\"\\ud800\"", "\"\\udc00\"",
    "\"\\ud800\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"",
    "\"\\udc00\\ud800\"", "\"\\ud800\\u\"", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]",
    "[1 2]", "[1;2]", "[1:2]", "[\"a\"", "[]]", "[[]", "[1}", "[\"a\": 1]", "{", "}", "{\"a\"",
    "{\"a\":", "{\"a\":0", "{\"a\":0,", "{\"a\":0,}", "{,\"a\":0}", "{\"a\":0,,\"b\":1}",
    "{\"a\" 0}", "{\"a\"::0}", "{\"a\":0 \"b\":1}", "{a:0}", "{'a':0}", "{1:0}", "{null:0}",
    "{[]:0}", "{\"a\":0]", "{\"a\":}", "{:0}", "{\"a\",0}", "{\"a\":0}}", "{}{}", "{} x", "{}//",
    "{}/**/", "/**/{}", "#{}", "{\"a\":0/**/}", "{\"a\":0}#", "\u{feff}{}", "{}\u{feff}", "\u{c}{}",
    "{}\u{a0}", "\u{2060}{}", "{}\0", "\0{}", "{\"a\":\u{3000}0}", "<null>", "*", "{\"a\":TRUE}",
    "[nul]", "\\u007b}",
];

#[test]
fn takes_what_rfc_8259_describes() {
    for text in ACCEPTED {
        assert!(strict(text.as_bytes()).is_ok(), "{text:?}: {:?}", strict(text.as_bytes()));
    }
    for text in REFUSED {
        assert!(strict(text.as_bytes()).is_err(), "{text:?} was taken");
    }
}

#[test]
fn ill_formed_utf_8_is_refused_or_replaced() {
    let table: &[(&[u8], &str)] = &[
        (b"\"\xff\"", "\u{fffd}"),
        (b"\"a\x80b\"", "a\u{fffd}b"),
        (b"\"\xe2\x82\"", "\u{fffd}\u{fffd}"),
        (b"\"\xc0\xaf\"", "\u{fffd}\u{fffd}"),
        (b"\"\xed\xa0\x80\"", "\u{fffd}\u{fffd}\u{fffd}"),
        (b"\"\xf4\x90\x80\x80\"", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        (br#""\ud800""#, "\u{fffd}"),
        (br#""\udc00x""#, "\u{fffd}x"),
        (br#""\ud800\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
        (br#""\ud800\n""#, "\u{fffd}\n"),
    ];
    let replace = with(Text::Replace, Strictness::Refuse);
    for (text, expected) in table {
        assert!(matches!(strict(text), Err(Error::Unicode { .. })), "{text:?}");
        let document = Document::parse(text, replace).expect("replaced");
        assert!(matches!(document.root().kind(), Kind::String(s) if s == *expected), "{text:?}");
    }
    // Outside of strings it is no JSON under any option.
    for text in [&b"\xff{}"[..], b"{}\xff", b"{\xff}", b"{\"a\"\xc2:0}"] {
        assert!(Document::parse(text, replace).is_err());
    }
}

#[test]
fn text_after_the_value_is_let_pass_where_the_options_say_so() {
    let trailing = with(Text::Strict, Strictness::Ignore);
    for (text, with_trailing) in [
        ("\u{feff}{}", false),
        (" \u{feff}{}", false),
        ("{}x", true),
        ("{}}", true),
        ("{} {}", true),
        ("nullx", true),
        ("{\"a\":1", false),
    ] {
        assert_eq!(Document::parse(text.as_bytes(), trailing).is_ok(), with_trailing, "{text:?}");
    }
}

#[test]
fn depth_and_count_are_bounded() {
    let nested = |levels: usize| [b"[".repeat(levels), b"]".repeat(levels)].concat();
    assert!(strict(&nested(limits::DEPTH)).is_ok());
    assert_eq!(strict(&nested(limits::DEPTH + 1)), Err(Error::Depth(limits::DEPTH)));
    assert_eq!(strict(&b"[".repeat(1 << 20)), Err(Error::Depth(limits::DEPTH)));
    let deep = strict(&nested(limits::DEPTH)).expect("within the bound");
    assert_eq!(deep.root().to_text().into_bytes(), nested(limits::DEPTH));
    let wide = |values: usize| format!("[0{}]", ",0".repeat(values - 2)).into_bytes();
    assert!(strict(&wide(limits::VALUES)).is_ok());
    assert_eq!(strict(&wide(limits::VALUES + 1)), Err(Error::Values));
}

#[test]
fn text_is_written_again_with_distinct_names() {
    for (text, written) in [
        (
            r#" { "b" : 1 , "a" : [ 1.0e+1 , "\u0041\/\n\u0001" ] } "#,
            "{\"b\":1,\"a\":[1.0e+1,\"A/\\n\\u0001\"]}",
        ),
        (r#"{"a":1,"b":2,"\u0061":3}"#, r#"{"a":3,"b":2}"#),
        (r#"[[],{},[{"x":null,"x":true}]]"#, r#"[[],{},[{"x":true}]]"#),
    ] {
        let document = strict(text.as_bytes()).expect("well-formed");
        assert_eq!(document.root().to_text(), written);
    }
}

#[test]
fn verbatim_text_keeps_its_spelling() {
    let document = strict(br#"{"a": [ 1.0,  "\u0041" ] }"#).expect("well-formed");
    let Kind::Object(members) = document.root().kind() else { panic!("an object") };
    let (_, value) = members.iter().next().expect("one member");
    assert_eq!(value.verbatim(), r#"[ 1.0,  "\u0041" ]"#);
}

#[test]
fn overflow_of_binary64_is_found_anywhere() {
    for (text, overflow) in [
        (r#"{"a":[{"b":1e400}]}"#, Some("1e400")),
        ("-1e309", Some("-1e309")),
        (r#"{"a":1e308,"b":1e-400,"c":"1e400"}"#, None),
    ] {
        let document = strict(text.as_bytes()).expect("well-formed");
        for numbers in [Numbers::Nearest, Numbers::Stepwise] {
            assert_eq!(document.first_overflow(numbers), overflow, "{numbers:?}");
        }
    }
}

/// What we take, `serde_json` takes; what it takes and we do not is listed.
#[test]
fn agrees_with_another_parser() {
    let pieces: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\"a\"",
        b"\"\\u0062\"",
        b"\"\\ud83d\\ude00\"",
        b"\"\\ud800\"",
        b"\"",
        b"null",
        b"true",
        b"0",
        b"-1",
        b"1.5e-3",
        b"01",
        b"1.",
        b" ",
        b"\n",
        b"\\",
        b"\xff",
        b"\"\xc3\xa9\"",
        b"\t",
    ];
    let mut random = Random::new(7);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..40_000 {
        let mut text = match random.below(3) {
            0 => (0..random.below(12)).flat_map(|_| random.pick(pieces).to_vec()).collect(),
            _ => generate(&mut random, 4).into_bytes(),
        };
        if random.below(3) == 0 && !text.is_empty() {
            let at = random.below(text.len());
            let piece = random.pick(pieces).to_vec();
            text.splice(at..at + random.below(2), piece);
        }
        let ours = strict(&text);
        let theirs = serde_json::from_slice::<serde_json::Value>(&text);
        assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}: {ours:?} {theirs:?}", String::from_utf8_lossy(&text));
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => {
                taken += 1;
                let again: serde_json::Value =
                    serde_json::from_str(&ours.root().to_text()).expect("written as JSON");
                assert_eq!(again, theirs);
            }
            _ => refused += 1,
        }
    }
    assert!(taken > 5_000 && refused > 5_000, "{taken} taken, {refused} refused");
}

fn generate(random: &mut Random, depth: usize) -> String {
    let strings = ["\"\"", "\"a\"", "\"\\n\\u00e9\"", "\"é😀\"", "\"b\"", "\"\\ud83d\\ude00\""];
    match random.below(if depth == 0 { 4 } else { 6 }) {
        0 => (*random.pick(&["null", "true", "false"])).to_owned(),
        1 => (*random.pick(&["0", "-0", "12", "-7.25", "1e3", "1E-2", "9007199254740993", "0.1e+1"]))
            .to_owned(),
        2 | 3 => (*random.pick(&strings)).to_owned(),
        4 => {
            let elements: Vec<_> = (0..random.below(4)).map(|_| generate(random, depth - 1)).collect();
            format!("[{}]", elements.join([",", " , "][random.below(2)]))
        }
        _ => {
            let members: Vec<_> = (0..random.below(4))
                .map(|_| format!("{}:{}", random.pick(&strings), generate(random, depth - 1)))
                .collect();
            format!("{{{}}}", members.join([",", "\n,\t"][random.below(2)]))
        }
    }
}
