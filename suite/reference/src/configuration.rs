//! What the verifier is configured with, before it looks at any token: whether that can be meant at all.
//!
//! An audience beside a pattern of audiences says two things about one claim, a pattern that cannot be compiled
//! and a URL that is none say nothing. Who takes such a configuration all the same leaves out a check that
//! somebody asked for.

use std::borrow::Cow;

use jotproof_model::context::Origin;
use jotproof_model::{Context, Reason};
use jotproof_rules::ConfigurationRules;
use jotproof_rules::configuration::BadUrl;
use regex::Regex;

use crate::header::shortened;
use crate::verdict::{Refusal, Stage};

/// What is configured, as the verifier reads it: under `rfc`, what there is.
///
/// # Errors
///
/// What makes it no configuration.
pub fn read<'a>(context: &'a Context, rules: &ConfigurationRules) -> Result<Cow<'a, Context>, Refusal> {
    for of in [AUDIENCE, ISSUER] {
        let (name, pattern) = (of.of)(context);
        let Some(pattern) = pattern else { continue };
        if let Some(name) = name {
            let [name, pattern] = [name, pattern].map(|text| shortened(text));
            return refuse(format!("{} is to be {name:?}, and is to match {pattern:?}", of.what));
        }
        if Regex::new(pattern).is_err() {
            return refuse(format!("{:?}, which {} is to match, is no pattern", shortened(pattern), of.what));
        }
    }
    let origin = context.key_set.as_ref().map_or(Origin::Published, |key_set| key_set.origin);
    match (rules.bad_url, origin) {
        (_, origin) if !origin.is_wrong() => {}
        (BadUrl::Refuse, _) => {
            let url = origin.before_path("host");
            return refuse(format!("the URL of the key set begins {url:?}, and is none"));
        }
        (BadUrl::Forgotten, Origin::Malformed) => {
            return Ok(Cow::Owned(Context { key_set: None, ..context.clone() }));
        }
        (BadUrl::Forgotten, _) => {}
    }
    Ok(Cow::Borrowed(context))
}

/// Whether nothing can be meant by it, so that no token may be accepted.
#[must_use]
pub fn is_wrong(context: &Context) -> bool {
    read(context, &ConfigurationRules::default()).is_err()
}

/// A claim for which a name can be configured, or a pattern.
#[derive(Clone, Copy)]
struct Of {
    what: &'static str,
    of: fn(&Context) -> (Option<&String>, Option<&String>),
}

const AUDIENCE: Of =
    Of { what: "an audience", of: |context| (context.audience.as_ref(), context.audience_regex.as_ref()) };
const ISSUER: Of =
    Of { what: "the issuer", of: |context| (context.issuer.as_ref(), context.issuer_regex.as_ref()) };

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
            assert!(matches!(read(&context, &ConfigurationRules::default()), Ok(Cow::Borrowed(_))));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let text = |text: &str| Some(text.to_owned());
        for wrong in [
            Context { audience: text("a"), audience_regex: text("b"), ..plain() },
            Context { issuer: text("a"), issuer_regex: text("b"), ..plain() },
            Context { audience_regex: text("^(?!chat).*$"), ..plain() },
            Context { issuer_regex: text("("), ..plain() },
            with_origin(Origin::WithoutScheme),
            with_origin(Origin::OtherScheme),
            with_origin(Origin::Malformed),
        ] {
            assert!(is_wrong(&wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_bad_url_is_forgotten_where_the_rules_say_so() {
        let rules = ConfigurationRules { bad_url: BadUrl::Forgotten };
        for (origin, right) in
            [(Origin::Malformed, plain()), (Origin::OtherScheme, with_origin(Origin::OtherScheme))]
        {
            assert_eq!(read(&with_origin(origin), &rules).as_deref(), Ok(&right));
        }
    }
}
