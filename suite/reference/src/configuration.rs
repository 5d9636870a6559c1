//! What the verifier is configured with, before it looks at any token: whether that can be meant at all.
//!
//! An audience beside a pattern of audiences says two things about one claim, a pattern that cannot be compiled
//! and a URL that is none say nothing. Who takes such a configuration all the same leaves out a check that
//! somebody asked for.

use std::borrow::Cow;

use jotproof_model::context::Origin;
use jotproof_model::{Context, Reason};
use jotproof_profiles::Rules;
use jotproof_profiles::rules::{BadPattern, BadUrl, Contradiction};
use regex::Regex;

use crate::header::shortened;
use crate::verdict::{Refusal, Stage};

/// What is configured, as the verifier reads it: under `rfc`, what there is.
///
/// # Errors
///
/// What makes it no configuration.
pub fn read<'a>(context: &'a Context, rules: &Rules) -> Result<Cow<'a, Context>, Refusal> {
    let mut read = Cow::Borrowed(context);
    for of in [AUDIENCE, ISSUER] {
        let (name, pattern) = (of.of)(context);
        let Some(pattern) = pattern else { continue };
        if let Some(name) = name {
            match rules.contradiction {
                Contradiction::Refuse => {
                    let [name, pattern] = [name, pattern].map(|text| shortened(text));
                    return refuse(format!("{} is to be {name:?}, and is to match {pattern:?}", of.what));
                }
                Contradiction::Name => (of.set)(read.to_mut(), Some(name.clone()), None),
                Contradiction::Pattern => (of.set)(read.to_mut(), None, Some(pattern.clone())),
            }
        }
        match (Regex::new(pattern), rules.bad_pattern) {
            (Ok(_), _) => {}
            (Err(_), BadPattern::Refuse) => {
                return refuse(format!(
                    "{:?}, which {} is to match, is no pattern",
                    shortened(pattern),
                    of.what
                ));
            }
            (Err(_), BadPattern::Ignore) => (of.set)(read.to_mut(), name.cloned(), None),
        }
    }
    let origin = context.key_set.as_ref().map_or(Origin::Published, |key_set| key_set.origin);
    if origin.is_wrong() {
        match (rules.bad_url, origin) {
            (BadUrl::Refuse, _) => {
                let url = origin.before_path("host");
                return refuse(format!("the URL of the key set begins {url:?}, and is none"));
            }
            (BadUrl::Forgotten, Origin::Malformed) => read.to_mut().key_set = None,
            (BadUrl::Forgotten, _) => {}
            (BadUrl::Completed, _) => {
                if let Some(key_set) = &mut read.to_mut().key_set {
                    key_set.origin = Origin::Published;
                }
            }
        }
    }
    Ok(read)
}

/// Whether nothing can be meant by it, so that no token may be accepted.
#[must_use]
pub fn is_wrong(context: &Context) -> bool {
    read(context, &Rules::default()).is_err()
}

/// A claim for which a name can be configured, or a pattern.
#[derive(Clone, Copy)]
struct Of {
    what: &'static str,
    of: fn(&Context) -> (Option<&String>, Option<&String>),
    set: fn(&mut Context, Option<String>, Option<String>),
}

const AUDIENCE: Of = Of {
    what: "an audience",
    of: |context| (context.audience.as_ref(), context.audience_regex.as_ref()),
    set: |context, name, pattern| (context.audience, context.audience_regex) = (name, pattern),
};
const ISSUER: Of = Of {
    what: "the issuer",
    of: |context| (context.issuer.as_ref(), context.issuer_regex.as_ref()),
    set: |context, name, pattern| (context.issuer, context.issuer_regex) = (name, pattern),
};

fn refuse<T>(detail: String) -> Result<T, Refusal> {
    Err(Refusal::new(Stage::Configuration, Reason::Configuration, detail))
}

#[cfg(test)]
mod tests {
    use jotproof_model::context::Transport;
    use jotproof_model::{Application, KeySet};

    use super::*;
    use crate::testing;

    fn plain() -> Context {
        testing::context(Application::CentrifugoConnection)
    }

    fn with_origin(origin: Origin) -> Context {
        let (path, documents) = ("/keys".to_owned(), [].into());
        let (fetched, transport) = (Vec::new(), Transport::Plain);
        Context { key_set: Some(KeySet { path, documents, fetched, origin, transport }), ..plain() }
    }

    #[test]
    fn what_can_be_meant_is_left_as_it_is() {
        let text = |text: &str| Some(text.to_owned());
        for context in [
            plain(),
            Context { audience: text("chat"), issuer_regex: text("^chat$"), ..plain() },
            Context { issuer: text("("), audience_regex: text("(?P<room>[0-9]+)"), ..plain() },
            with_origin(Origin::Published),
            with_origin(Origin::Silent),
        ] {
            assert!(!is_wrong(&context), "{context:?}");
            assert!(matches!(read(&context, &Rules::default()), Ok(Cow::Borrowed(_))));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_and_each_rule_is_one_rule() {
        let text = |text: &str| Some(text.to_owned());
        let rfc = Rules::default();
        let name = Rules { contradiction: Contradiction::Name, ..rfc.clone() };
        let pattern = Rules { contradiction: Contradiction::Pattern, ..rfc.clone() };
        let ignore = Rules { bad_pattern: BadPattern::Ignore, ..rfc.clone() };
        let completed = Rules { bad_url: BadUrl::Completed, ..rfc.clone() };
        let forgotten = Rules { bad_url: BadUrl::Forgotten, ..rfc };
        let audience = Context { audience: text("a"), ..plain() };
        let audiences = Context { audience_regex: text("b"), ..plain() };
        let both = Context { audience: text("a"), audience_regex: text("b"), ..plain() };
        let issuers = Context { issuer: text("a"), issuer_regex: text("b"), ..plain() };
        let lookahead = Context { audience_regex: text("^(?!chat).*$"), ..plain() };
        let unclosed = Context { issuer_regex: text("("), ..plain() };
        for (wrong, rules, right) in [
            (&both, &name, &audience),
            (&both, &pattern, &audiences),
            (&issuers, &name, &Context { issuer: text("a"), ..plain() }),
            (&issuers, &pattern, &Context { issuer_regex: text("b"), ..plain() }),
            (&lookahead, &ignore, &plain()),
            (&unclosed, &ignore, &plain()),
            (&with_origin(Origin::WithoutScheme), &completed, &with_origin(Origin::Published)),
            (&with_origin(Origin::OtherScheme), &completed, &with_origin(Origin::Published)),
            (&with_origin(Origin::Malformed), &completed, &with_origin(Origin::Published)),
            (&with_origin(Origin::Malformed), &forgotten, &plain()),
            (&with_origin(Origin::OtherScheme), &forgotten, &with_origin(Origin::OtherScheme)),
        ] {
            assert!(is_wrong(wrong), "{wrong:?}");
            assert_eq!(read(wrong, rules).as_deref(), Ok(right));
        }
    }
}
