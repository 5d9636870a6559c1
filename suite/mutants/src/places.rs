//! Where a verifier with a bug looks for a token, whom it lets in without one, and with which secret it
//! verifies.

use jotproof_model::context::{Carrier, Fallback, Parameter, ParameterSource, Place};
use jotproof_model::{Application, Challenge, Context, Reason};

use crate::parts::with_context;
use crate::strict;

/// The token is found in a place where none belongs.
pub(crate) fn taken_from(challenge: &Challenge, at: Place, name: &str) -> Option<Challenge> {
    let carriers = challenge.context.submission.as_ref()?;
    carriers.iter().any(|carrier| carrier.at == at && carrier.name == name).then(|| {
        with_context(challenge, |context| {
            let parameter = parameter(context).to_owned();
            context.submission = Some(vec![Carrier::of_token(Place::Query, &parameter)]);
        })
    })
}

/// What the parameter is called.
fn parameter(context: &Context) -> &str {
    let configured = context.identification.as_ref().and_then(|configured| configured.parameter.as_ref());
    configured.map_or(Parameter::DEFAULT, |parameter| &parameter.name)
}

/// The parameter, and the header that is named after it, go by the usual name too.
pub(crate) fn usual_names(challenge: &Challenge) -> Option<Challenge> {
    let renamed = challenge.context.identification.as_ref()?.parameter.as_ref()?;
    let usual =
        |carrier: &Carrier| carrier.name == Parameter::DEFAULT || carrier.name.eq_ignore_ascii_case("X-JID");
    let as_usual = challenge.context.submission.as_ref().is_none_or(|all| all.iter().any(usual));
    (renamed.by == ParameterSource::Option && as_usual).then(|| {
        with_context(challenge, |context| {
            if let Some(configured) = &mut context.identification {
                configured.parameter = None;
            }
        })
    })
}

/// Headers are told apart by the case of their letters.
pub(crate) fn header_spelled_exactly(challenge: &Challenge) -> Option<Challenge> {
    let misspelt =
        |carrier: &Carrier| carrier.at == Place::Header && carrier.name != carrier.name.to_ascii_uppercase();
    let carriers = challenge.context.submission.as_ref()?;
    carriers.iter().any(misspelt).then(|| {
        with_context(challenge, |context| {
            if let Some(carriers) = &mut context.submission {
                carriers.retain(|carrier| !misspelt(carrier));
            }
        })
    })
}

/// Nothing is looked for in such a place.
pub(crate) fn unread(context: &mut Context, place: Place) {
    if context.submission.is_some() || context.identification.is_some() {
        let usual = || vec![Carrier::of_token(Place::Query, Parameter::DEFAULT)];
        context.submission.get_or_insert_with(usual).retain(|carrier| carrier.at != place);
    }
}

/// Of what is submitted in several places, the first that is good alone.
pub(crate) fn one_good_token(challenge: &Challenge) -> Option<Challenge> {
    let carriers = challenge.context.submission.as_ref().filter(|carriers| carriers.len() > 1)?;
    let alone = |carrier: &Carrier| {
        with_context(challenge, |context| context.submission = Some(vec![carrier.clone()]))
    };
    carriers.iter().map(alone).find(|alone| strict().verdict(alone).is_ok())
}

/// A bad token is not there where none is needed.
pub(crate) fn without_bad_token(challenge: &Challenge) -> Option<Challenge> {
    challenge.context.identification.as_ref().filter(|configured| configured.optional)?;
    let of_the_token =
        |reason: &Reason| !matches!(reason, Reason::SeveralTokens | Reason::Request | Reason::Configuration);
    strict().verdict(challenge).err().filter(of_the_token)?;
    Some(with_context(challenge, |context| context.submission = Some(Vec::new())))
}

/// Sessions can be resumed, whatever is configured.
pub(crate) fn resumable(context: &mut Context) {
    if context.application == Application::Anycable {
        context.identification.get_or_insert_default().resumable = true;
    }
}

/// The token is in such a place.
pub(crate) fn holds_the_token(challenge: &Challenge, at: Place) -> bool {
    let holds = |carrier: &Carrier| carrier.at == at && carrier.text == Carrier::TOKEN;
    challenge.context.submission.iter().flatten().any(holds)
}

/// Nothing at all is submitted.
pub(crate) fn nothing_submitted(challenge: &Challenge) -> bool {
    challenge.context.submission.as_ref().is_some_and(Vec::is_empty)
}

/// Tokens are not enforced where this becomes of a client without one.
pub(crate) fn unenforced(challenge: &Challenge, fallback: Fallback) -> Option<Challenge> {
    let configured = challenge.context.identification.as_ref()?;
    (!configured.optional && configured.fallback == fallback).then(|| {
        with_context(challenge, |context| {
            context.identification.get_or_insert_default().optional = true;
        })
    })
}

/// Clients are let in of whom this should become something else.
pub(crate) fn let_in(challenge: &Challenge, fallback: Fallback) -> Option<Challenge> {
    let configured = challenge.context.identification.as_ref()?;
    (configured.optional && configured.fallback == fallback).then(|| {
        with_context(challenge, |context| {
            context.identification.get_or_insert_default().fallback = Fallback::Public;
        })
    })
}

/// The common secret is one of the keys.
pub(crate) fn common_secret_too(challenge: &Challenge) -> Option<Challenge> {
    let common = challenge.context.identification.as_ref()?.common_secret.clone()?;
    Some(with_context(challenge, |context| context.keys.push(common)))
}

/// The common secret is the only key.
pub(crate) fn common_secret_only(challenge: &Challenge) -> Option<Challenge> {
    let common = challenge.context.identification.as_ref()?.common_secret.clone()?;
    Some(with_context(challenge, |context| context.keys = vec![common]))
}
