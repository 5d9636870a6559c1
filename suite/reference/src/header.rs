//! The stage `header`: what the JOSE header says (RFC 7515 section 4).

use jotproof_model::{Context, KeyRing, Reason};
use jotproof_rules::header::Critical;
use jotproof_rules::{Duplicates, HeaderRules, Null, Rules, Strictness};

use crate::embedded_key;
use crate::json::{Document, Kind, Options, Value};
use crate::members::{Found, Known, Lookup};
use crate::verdict::{Refusal, Stage};

/// What the later stages need of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// The value of `alg`.
    pub alg: Found<&'a str>,
    /// The value of `kid`.
    pub kid: Found<&'a str>,
}

/// Reads the text of a header.
///
/// # Errors
///
/// It is not one JSON value, or exceeds a bound.
pub fn parse(octets: &[u8], rules: &Rules) -> Result<Document, Refusal> {
    let options =
        Options { text: rules.header.text, trailing_text: Strictness::Refuse, depth: rules.json.depth.0 };
    let document = Document::parse(octets, options).map_err(|error| {
        let reason = if error.is_limit() { Reason::Limit } else { Reason::Header };
        refuse(reason, format!("the header is not one JSON object: {error}"))
    })?;
    if !matches!(document.root().kind(), Kind::Object(_)) {
        let detail = format!("the header is {}, not an object", document.root().type_name());
        return Err(refuse(Reason::Header, detail));
    }
    if rules.header.number_range == Strictness::Refuse
        && let Some(lexeme) = document.first_overflow(rules.json.numbers)
    {
        let detail = format!("the header holds {}, which binary64 cannot", shortened(lexeme));
        return Err(refuse(Reason::Limit, detail));
    }
    Ok(document)
}

/// Looks at the parameters of a header.
#[must_use]
pub fn read<'a>(
    document: &'a Document,
    all: &Rules,
    context: &Context,
    keys: &KeyRing,
) -> (Header<'a>, Vec<Refusal>) {
    let rules = &all.header;
    let lookup = Lookup { names: rules.member_names, duplicates: rules.duplicates };
    let known = match document.root().kind() {
        Kind::Object(members) => Known::new(members, lookup),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Array(_) => {
            Known::empty(lookup)
        }
    };
    let mut refusals = Vec::new();
    refusals.extend(repeated(document, &known, rules));
    let alg = algorithm(&known, rules, |kind| matches!(kind, Kind::Null));
    let names = rules.strings.0.iter().map(String::as_str).filter(|name| *name != "alg");
    let others = names.map(|name| (name, known.string(name, rules.null)));
    for (name, found) in std::iter::once(("alg", alg)).chain(others) {
        if let Found::Wrong(what) = found {
            let detail = format!("header parameter {name:?} is {what}, not a string");
            refusals.push(refuse(Reason::HeaderParameter, detail));
        }
    }
    refusals.extend(shapes(&known, rules));
    refusals.extend(not_fetchable(&known, rules));
    refusals.extend(embedded_key::ill_formed(&known, rules));
    refusals.extend(unknown_algorithm(alg, rules));
    refusals.extend(critical(&known, rules));
    refusals.extend(other_kind(&known, rules));
    if rules.embedded_key == Strictness::Refuse {
        refusals.extend(embedded_key::check(&known, context, keys, &all.key));
    }
    refusals.extend(typ(&known, rules, context));
    refusals.extend(nested(&known, rules));
    (Header { alg, kid: known.string("kid", rules.null) }, refusals)
}

/// The name of an algorithm, which may be written as the variant of an enum: `{"HS256":null}`. What there
/// may be in place of `null` hangs on how the object is decoded.
pub(crate) fn algorithm<'a>(
    known: &Known<'a>,
    rules: &HeaderRules,
    is_unit: fn(Kind<'_>) -> bool,
) -> Found<&'a str> {
    let found = known.string("alg", rules.null);
    let (Found::Wrong(_), Some(Kind::Object(members)), Strictness::Ignore) =
        (found, known.get("alg").map(Value::kind), rules.algorithm_object)
    else {
        return found;
    };
    let mut members = members.iter();
    match (members.next(), members.next()) {
        (Some((name, value)), None) if is_unit(value.kind()) => Found::Value(name),
        _ => found,
    }
}

/// The refusal of a `jku` or `x5u` that is not an HTTP URL.
fn not_fetchable(known: &Known<'_>, rules: &HeaderRules) -> Option<Refusal> {
    if rules.urls == Strictness::Ignore {
        return None;
    }
    let is_http = |url: &str| {
        let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        scheme.is_some_and(|scheme| scheme == "http" || scheme == "https")
    };
    let (name, url) = ["jku", "x5u"].into_iter().find_map(|name| {
        let url = known.string(name, rules.null).value()?;
        (!is_http(url)).then_some((name, url))
    })?;
    let detail = format!("header parameter {name:?} is no HTTP URL: {:?}", shortened(url));
    Some(refuse(Reason::HeaderParameter, detail))
}

/// The parameters that must be arrays of strings, and those that must be objects.
fn shapes(known: &Known<'_>, rules: &HeaderRules) -> Vec<Refusal> {
    let is_object = |name: &str| {
        known.get(name).is_none_or(|value| match value.kind() {
            Kind::Object(_) => true,
            Kind::Null => rules.null == Null::Absent,
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Array(_) => false,
        })
    };
    let refusal = |name: &String, expected| {
        refuse(Reason::HeaderParameter, format!("header parameter {name:?} is not {expected}"))
    };
    let arrays = rules.string_arrays.iter();
    let arrays = arrays.filter(|name| !known.has_strings(name, rules.null));
    let objects = rules.objects.iter().filter(|name| !is_object(name));
    let arrays = arrays.map(|name| refusal(name, "an array of strings"));
    arrays.chain(objects.map(|name| refusal(name, "an object"))).collect()
}

/// An `alg` that the header's own type does not have.
fn unknown_algorithm(alg: Found<&str>, rules: &HeaderRules) -> Option<Refusal> {
    let names = &rules.algorithm_names;
    match alg {
        _ if names.is_empty() => None,
        Found::Value(name) if names.iter().any(|known| known == name) => None,
        Found::Value(name) => Some(refuse(Reason::Header, format!("alg {:?} is not known", shortened(name)))),
        Found::Absent => Some(refuse(Reason::Header, "alg is absent")),
        Found::Wrong(_) => None,
    }
}

/// Header parameter names must be unique (RFC 7515 section 4); inside of a value they should be (RFC
/// 8259 section 4).
fn repeated(document: &Document, known: &Known<'_>, rules: &HeaderRules) -> Option<Refusal> {
    if let Some(name) = known.repeated_of(&rules.unique) {
        return Some(refuse(Reason::Header, format!("header parameter {name:?} is there twice")));
    }
    if rules.duplicates != Duplicates::Refuse {
        return None;
    }
    let name = shortened(known.repeated().or_else(|| document.first_repetition())?);
    Some(refuse(Reason::Header, format!("the name {name:?} is there twice in one object of the header")))
}

/// No extension is understood, so any `crit` asks for something that cannot be done (RFC 7515
/// section 4.1.11).
fn critical(known: &Known<'_>, rules: &HeaderRules) -> Option<Refusal> {
    match rules.critical {
        Critical::Ignore => return None,
        Critical::B64Alone => return unencoded_payload(known),
        Critical::Refuse => {}
    }
    let value = known.get("crit")?;
    Some(match value.kind() {
        Kind::Array(_) => not_understood(value),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Object(_) => {
            let detail = format!("header parameter \"crit\" is {}, not an array", value.type_name());
            refuse(Reason::HeaderParameter, detail)
        }
    })
}

/// The refusal under [`Critical::B64Alone`]: `b64` must be `true`, and `crit` may name only `b64`, once. The
/// rules for types cover the type of `crit`.
fn unencoded_payload(known: &Known<'_>) -> Option<Refusal> {
    if let Some(detail) = b64_not_true(known) {
        return Some(refuse(Reason::Critical, detail));
    }
    let crit = known.get("crit")?;
    let Kind::Array(names) = crit.kind() else { return None };
    let mut names = names.iter().map(Value::kind);
    match (names.next(), names.next(), known.get("b64")) {
        (Some(Kind::String("b64")), None, Some(_)) => None,
        _ => Some(not_understood(crit)),
    }
}

fn not_understood(crit: Value<'_>) -> Refusal {
    let detail = format!("critical extensions {} are not understood", shortened(&crit.to_text()));
    refuse(Reason::Critical, detail)
}

/// The description of a `b64` that is present and not `true`.
fn b64_not_true(known: &Known<'_>) -> Option<String> {
    let value = known.get("b64").filter(|value| !matches!(value.kind(), Kind::Bool(true)))?;
    Some(format!("header parameter \"b64\" is {}, not true", shortened(&value.to_text())))
}

/// `b64` `false` would make the payload raw text, which a JWT's never is (RFC 7797 section 7), and
/// `enc` says that the token is encrypted (RFC 7516 section 9).
fn other_kind(known: &Known<'_>, rules: &HeaderRules) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if rules.b64 == Strictness::Refuse
        && let Some(detail) = b64_not_true(known)
    {
        refusals.push(refuse(Reason::HeaderParameter, detail));
    }
    if rules.enc == Strictness::Refuse && known.get("enc").is_some() {
        let detail = "header parameter \"enc\" is that of an encrypted token";
        refusals.push(refuse(Reason::HeaderParameter, detail));
    }
    refusals
}

/// The type that the verifier expects (RFC 8725 section 3.11).
fn typ(known: &Known<'_>, rules: &HeaderRules, context: &Context) -> Option<Refusal> {
    let expected = context.typ.as_deref()?;
    let found = match known.string("typ", rules.null) {
        Found::Value(found) if media_type(found).eq_ignore_ascii_case(media_type(expected)) => {
            return None;
        }
        Found::Value(found) => format!("{:?}", shortened(found)),
        Found::Absent => "absent".to_owned(),
        Found::Wrong(what) => what.to_owned(),
    };
    Some(refuse(Reason::Type, format!("typ is {found}; {expected:?} is expected")))
}

/// `cty` `JWT` says that the payload is a token again (RFC 7519 section 5.2), and a claims set is
/// none (section 7.2 step 8).
fn nested(known: &Known<'_>, rules: &HeaderRules) -> Option<Refusal> {
    let cty = known.string("cty", Null::WrongType).value().filter(|_| rules.nested == Strictness::Refuse)?;
    cty.eq_ignore_ascii_case("JWT")
        .then(|| refuse(Reason::Type, "cty announces a nested token; the payload is a claims set"))
}

/// A media type without its `application/`, which may be left out where no other `/` follows (RFC
/// 7515 section 4.1.9).
fn media_type(text: &str) -> &str {
    const PREFIX: &str = "application/";
    match text.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => text,
    }
}

/// Text that is short enough for a message.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 64;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn refuse(reason: Reason, detail: impl Into<String>) -> Refusal {
    Refusal::new(Stage::Header, reason, detail)
}

#[cfg(test)]
mod tests {
    use jotproof_model::Application;
    use jotproof_rules::header::StringParameters;
    use jotproof_rules::json::Depth;
    use jotproof_rules::{JsonRules, Names};

    use super::*;
    use crate::testing;

    fn reasons(header: &str, rules: &Rules, typ: Option<&str>) -> Vec<Reason> {
        let context = Context { typ: typ.map(str::to_owned), ..testing::context(Application::Jwt) };
        match parse(header.as_bytes(), rules) {
            Ok(document) => read(&document, rules, &context, &KeyRing::new())
                .1
                .iter()
                .map(|refusal| refusal.reason)
                .collect(),
            Err(refusal) => vec![refusal.reason],
        }
    }

    #[test]
    fn rfc_takes_the_stricter_reading() {
        use Reason::{Critical, Header, HeaderParameter, Type};
        let rfc = Rules::default();
        for (header, expected) in [
            (r#"{"alg":"HS256","typ":"JWT"}"#, &[][..]),
            (" {\r\n\"alg\" : \"HS256\" } ", &[]),
            (r#"{}"#, &[]),
            (r#"{"alg":"HS256","ALG":1,"x":[1e308]}"#, &[]),
            ("null", &[Header]),
            ("[]", &[Header]),
            ("", &[Header]),
            ("{}x", &[Header]),
            ("\u{feff}{}", &[Header]),
            (r#"{"alg":"none","alg":"HS256"}"#, &[Header]),
            (r#"{"x":{"a":[{"b":1,"b":1}]}}"#, &[Header]),
            (r#"{"alg":["HS256"]}"#, &[HeaderParameter]),
            (r#"{"alg":null}"#, &[HeaderParameter]),
            (r#"{"typ":1,"kid":null,"x5t#S256":[]}"#, &[HeaderParameter, HeaderParameter, HeaderParameter]),
            (r#"{"crit":["exp"],"exp":1}"#, &[Critical]),
            (r#"{"crit":[]}"#, &[Critical]),
            (r#"{"crit":["b64"],"b64":true}"#, &[Critical]),
            (r#"{"crit":"b64"}"#, &[HeaderParameter]),
            (r#"{"crit":null}"#, &[HeaderParameter]),
            (r#"{"x":[1e400]}"#, &[Reason::Limit]),
            (r#"{"b64":true}"#, &[]),
            (r#"{"b64":false}"#, &[HeaderParameter]),
            (r#"{"enc":"A128GCM"}"#, &[HeaderParameter]),
            (r#"{"jwk":{"kty":"oct","k":"AA"}}"#, &[HeaderParameter]),
            // And that is not a JWK.
            (r#"{"jwk":{"kid":1}}"#, &[HeaderParameter, HeaderParameter]),
            (r#"{"jwk":{"alg":{"HS256":null},"key_ops":"sign"}}"#, &[HeaderParameter; 3]),
            (r#"{"jwk":{"use":"sig","use":"sig"}}"#, &[Header, Header, HeaderParameter]),
            (r#"{"cty":"jWt"}"#, &[Type]),
            (r#"{"cty":"json"}"#, &[]),
        ] {
            assert_eq!(reasons(header, &rfc, None), expected, "{header}");
        }
    }

    #[test]
    fn a_header_of_a_rust_struct_has_typed_fields() {
        use Reason::{Header, HeaderParameter, Limit};
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let rules = Rules {
            json: JsonRules { depth: Depth(3), ..JsonRules::default() },
            header: HeaderRules {
                duplicates: Duplicates::Last,
                unique: names(&["alg", "typ"]),
                strings: StringParameters(names(&["typ"])),
                string_arrays: names(&["crit"]),
                objects: names(&["jwk"]),
                null: Null::Absent,
                algorithm_names: names(&["HS256"]),
                algorithm_object: Strictness::Ignore,
                critical: Critical::Ignore,
                embedded_key: Strictness::Ignore,
                ..HeaderRules::default()
            },
            ..Rules::default()
        };
        for (header, expected) in [
            (r#"{"alg":"HS256","x":1,"x":{"y":1,"y":2}}"#, &[][..]),
            (r#"{"alg":"HS256","typ":null,"crit":null,"jwk":null}"#, &[]),
            (r#"{"alg":"HS256","crit":["x"],"jwk":{}}"#, &[]),
            (r#"{"alg":{"HS256":null}}"#, &[]),
            (r#"{"alg":{"HS256":{}}}"#, &[HeaderParameter]),
            (r#"{"alg":{"HS256":null,"HS384":null}}"#, &[HeaderParameter]),
            (r#"{"alg":{"none":null}}"#, &[Header]),
            (r#"{"alg":"none"}"#, &[Header]),
            (r#"{}"#, &[Header]),
            (r#"{"alg":"HS256","alg":"HS256"}"#, &[Header]),
            (r#"{"alg":"HS256","crit":["x",1],"jwk":[]}"#, &[HeaderParameter, HeaderParameter]),
            (r#"{"alg":"HS256","x":[[]]}"#, &[]),
            (r#"{"alg":"HS256","x":[[[]]]}"#, &[Limit]),
        ] {
            assert_eq!(reasons(header, &rules, None), expected, "{header}");
        }
    }

    #[test]
    fn a_verifier_that_understands_b64_alone_takes_it_where_it_is_true() {
        use Reason::Critical as Crit;
        let rules = Rules {
            header: HeaderRules {
                critical: Critical::B64Alone,
                b64: Strictness::Ignore,
                duplicates: Duplicates::Last,
                null: Null::Absent,
                string_arrays: vec!["crit".to_owned()],
                ..HeaderRules::default()
            },
            ..Rules::default()
        };
        for (header, expected) in [
            (r#"{"b64":true}"#, &[][..]),
            (r#"{"b64":true,"crit":["b64"]}"#, &[]),
            (r#"{"b64":true,"crit":null}"#, &[]),
            (r#"{"b64":false}"#, &[Crit]),
            (r#"{"b64":null}"#, &[Crit]),
            (r#"{"b64":1,"crit":["b64"]}"#, &[Crit]),
            (r#"{"crit":["b64"]}"#, &[Crit]),
            (r#"{"b64":true,"crit":["b64","b64"]}"#, &[Crit]),
            (r#"{"b64":true,"crit":["exp"]}"#, &[Crit]),
            (r#"{"crit":[]}"#, &[Crit]),
            (r#"{"crit":"b64"}"#, &[Reason::HeaderParameter]),
        ] {
            assert_eq!(reasons(header, &rules, None), expected, "{header}");
        }
    }

    #[test]
    fn an_expected_typ_is_compared_as_a_media_type() {
        let rfc = Rules::default();
        for (header, expected) in [
            (r#"{"typ":"at+jwt"}"#, &[][..]),
            (r#"{"typ":"AT+JWT"}"#, &[]),
            (r#"{"typ":"application/at+jwt"}"#, &[]),
            (r#"{"typ":"Application/AT+jwt"}"#, &[]),
            (r#"{"typ":"application/x/at+jwt"}"#, &[Reason::Type]),
            (r#"{"typ":"JWT"}"#, &[Reason::Type]),
            (r#"{}"#, &[Reason::Type]),
            (r#"{"typ":1}"#, &[Reason::HeaderParameter, Reason::Type]),
        ] {
            assert_eq!(reasons(header, &rfc, Some("at+jwt")), expected, "{header}");
        }
    }

    #[test]
    fn a_header_of_a_go_struct_folds_names_and_skips_null() {
        let rules = Rules {
            header: HeaderRules {
                member_names: Names::CaseFold,
                duplicates: Duplicates::Last,
                null: Null::Absent,
                ..HeaderRules::default()
            },
            ..Rules::default()
        };
        let alg = |header: &str| {
            let document = parse(header.as_bytes(), &rules).expect("an object");
            let (found, refusals) =
                read(&document, &rules, &testing::context(Application::Jwt), &KeyRing::new());
            match found.alg {
                Found::Value(alg) => Ok(alg.to_owned()),
                Found::Absent | Found::Wrong(_) => Err(refusals.len()),
            }
        };
        assert_eq!(alg(r#"{"alg":"none","ALG":"HS256"}"#).as_deref(), Ok("HS256"));
        assert_eq!(alg(r#"{"alg":"HS256","alg":null}"#).as_deref(), Ok("HS256"));
        assert_eq!(alg(r#"{"alg":1,"alg":"HS256"}"#), Err(1));
        assert_eq!(alg(r#"{"alg":null}"#), Err(0));
    }
}
