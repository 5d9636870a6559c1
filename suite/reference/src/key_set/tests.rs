use jotproof_rules::Names;

use super::*;

const RSA: &str = r#"{"kty":"RSA","n":"u1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0_IzW7yWR7QkrmBL7jTKEn5u-qKhbwKfBstIs-bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW_VDL5AaWTg0nLVkjRo9z-40RQzuVaE8AkAFmxZzow3x-VJYKdjykkJ0iT9wCS0DRTXu269V264Vf_3jvredZiKRkgwlL9xNAwxXFg0x_XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC-9aGVd-Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmw","e":"AQAB","kid":"a","use":"sig","alg":"RS256"}"#;

fn search_for(document: &str, kid: &str, rules: &Rules) -> bool {
    let key_set = KeySet {
        path: "/keys".to_owned(),
        documents: [("/keys".to_owned(), document.to_owned())].into(),
        fetched: Vec::new(),
        origin: Origin::Published,
        transport: Transport::Plain,
    };
    candidates(Found::Value(kid), Algorithm::RS256, &key_set, &Groups::new(), rules).is_ok()
}

fn set(jwks: &[&str]) -> String {
    format!("{{\"keys\":[{}]}}", jwks.join(","))
}

#[test]
fn a_key_is_found_by_its_kid() {
    let rfc = Rules::default();
    assert!(search_for(&set(&[RSA]), "a", &rfc));
    assert!(!search_for(&set(&[RSA]), "A", &rfc));
    assert!(!search_for(&set(&[RSA]), "", &rfc));
    assert!(!search_for(&set(&[RSA, RSA]), "a", &rfc), "which of the two it is is not said");
    for document in ["", "{}", "[]", r#"{"keys":[]}"#, r#"{"keys":{}}"#, RSA] {
        assert!(!search_for(document, "a", &rfc), "{document}");
    }
}

#[test]
fn one_bad_key_spoils_the_set() {
    for bad in
        ["{}", "null", r#"{"kty":"XYZ"}"#, r#"{"kty":"RSA","e":"AQAB"}"#, r#"{"kty":"EC","crv":"P-256"}"#]
    {
        assert!(!search_for(&set(&[RSA, bad]), "a", &Rules::default()), "{bad}");
    }
}

#[test]
fn each_rule_is_one_rule() {
    let rfc = Rules::default();
    let with = |from: &str, to: &str| set(&[&RSA.replace(from, to)]);
    for (document, rules) in [
        (
            with(r#""n":"#, r#""N":"#),
            Rules {
                key_set: KeySetRules { member_names: Names::CaseFold, ..KeySetRules::default() },
                ..rfc.clone()
            },
        ),
        (
            with(r#""kid""#, r#""d":"AQAB","kid""#),
            Rules {
                key_set: KeySetRules { private_part: PrivatePart::RefuseWhole, ..KeySetRules::default() },
                ..rfc.clone()
            },
        ),
        (
            with(r#""kid""#, r#""key_ops":["sign"],"kid""#),
            Rules {
                key_set: KeySetRules { operations: Strictness::Ignore, ..KeySetRules::default() },
                ..rfc.clone()
            },
        ),
        (
            with(r#""AQAB""#, r#""AAEAAQ""#),
            Rules {
                key_set: KeySetRules { leading_zero: Strictness::Ignore, ..KeySetRules::default() },
                ..rfc.clone()
            },
        ),
    ] {
        assert!(!search_for(&document, "a", &rfc), "{document}");
        assert!(search_for(&document, "a", &rules), "{document}");
    }
}

#[test]
fn what_a_token_says_does_not_lead_out_of_a_path() {
    let groups = |tenant: &str| Groups::from([("tenant".to_owned(), tenant.to_owned())]);
    let lead = |tenant: &str, template| {
        resolved("/t/{{tenant}}/keys", &groups(tenant), &KeySetRules { template, ..KeySetRules::default() })
            .ok()
    };
    for template in [Template::Segment, Template::CleanPath, Template::Verbatim] {
        assert_eq!(lead("acme", template).as_deref(), Some("/t/acme/keys"));
    }
    assert_eq!(lead("../u", Template::Segment), None);
    assert_eq!(lead("../u", Template::CleanPath), None);
    assert_eq!(lead("../u", Template::Verbatim).as_deref(), Some("/u/keys"));
    assert_eq!(lead("a/../../u?", Template::Verbatim).as_deref(), Some("/u"));
    assert_eq!(lead("", Template::Segment), None);
}
