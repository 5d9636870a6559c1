//! Rulings: decisions of an application's documents that differ from the RFCs, for cases that are carried
//! over to it.
//!
//! A carried-over case keeps the verdict of the RFCs unless a ruling covers its defect. A ruling selects by
//! the edit and the context, never by an id.

use jotproof_model::edit::Layer;
use jotproof_model::{Application, Context, Edit, Expectation, Level, Reason};

use crate::edits::within_flow;

/// The decision of an application's documents about a defect.
pub(crate) struct Ruling {
    /// The applications of the documents.
    applications: &'static [Application],
    /// Whether the ruling covers an edit of a token in a context.
    about: fn(&Edit, &Context) -> bool,
    /// The verdict of the documents, from that of the RFCs.
    verdict: fn(&Expectation) -> Expectation,
    /// The id of the row of the documents, by application.
    row: fn(Application) -> &'static str,
    /// The suffix of the id if the verdict differs from that of the RFCs.
    words: &'static str,
    /// The explanation if the verdict differs from that of the RFCs.
    pub(crate) why: &'static str,
}

const CENTRIFUGO: &[Application] = &[
    Application::CentrifugoConnection,
    Application::CentrifugoSubscription,
    Application::CentrifugoPrivateChannel,
];

const CHANNELS: &[Application] =
    &[Application::CentrifugoSubscription, Application::CentrifugoPrivateChannel];

const RULINGS: [Ruling; 3] = [
    Ruling {
        applications: CENTRIFUGO,
        about: |edit, context| context.audience.is_some() && removes(edit, "aud"),
        verdict: rejected,
        row: |_| "CF-AUD-2",
        words: "-though-configured",
        why: "The documentation says that configuring an audience forces the check.",
    },
    Ruling {
        applications: CENTRIFUGO,
        about: |edit, context| context.issuer.is_some() && removes(edit, "iss"),
        verdict: rejected,
        row: |_| "CF-ISS-2",
        words: "-though-configured",
        why: "The documentation says that configuring an issuer forces the check. If a server skips it for \
              tokens without `iss`, another issuer only has to omit the claim.",
    },
    Ruling {
        applications: CHANNELS,
        about: |edit, _| has_fraction(edit, "exp"),
        verdict: not_an_integer,
        row: |application| match application {
            Application::CentrifugoPrivateChannel => "CP-EXP-4",
            _ => "CS-EXP-4",
        },
        words: "-and-no-integer",
        why: "The documentation requires an integer. The token is rejected, or the subscription ends at the \
              second that the number falls in.",
    },
];

/// The first ruling that covers one of the edits.
pub(crate) fn ruling(edits: &[Edit], context: &Context) -> Option<&'static Ruling> {
    RULINGS.iter().find(|ruling| {
        ruling.applications.contains(&context.application)
            && edits.iter().any(|edit| (ruling.about)(within_flow(edit), context))
    })
}

impl Ruling {
    /// The verdict of the documents, from that of the RFCs.
    pub(crate) fn verdict(&self, of_rfcs: &Expectation) -> Expectation {
        (self.verdict)(of_rfcs)
    }

    /// The id of the row of the documents.
    pub(crate) fn row(&self, application: Application) -> &'static str {
        (self.row)(application)
    }

    /// The id of a case whose verdict the documents change.
    pub(crate) fn id(&self, id: &str) -> String {
        format!("{id}{}", self.words)
    }
}

fn removes(edit: &Edit, claim: &str) -> bool {
    matches!(edit, Edit::RemoveMember { layer: Layer::Payload, name } if name == claim)
}

/// Whether the edit sets a claim to a number with a fraction. A point inside a string does not count.
fn has_fraction(edit: &Edit, claim: &str) -> bool {
    let is_number = |value: &str| value.starts_with(|c: char| c.is_ascii_digit() || "-{".contains(c));
    match edit {
        Edit::SetMember { layer: Layer::Payload, name, value } => {
            name == claim && is_number(value) && value.contains('.')
        }
        _ => false,
    }
}

/// The verdict with acceptance ruled out.
fn rejected(of_rfcs: &Expectation) -> Expectation {
    match of_rfcs {
        Expectation::Reject { reasons, .. } | Expectation::Either { reasons, .. } => {
            Expectation::Reject { level: Level::Must, reasons: reasons.clone() }
        }
        Expectation::Accept { .. } => of_rfcs.clone(),
    }
}

/// The verdict that also allows a rejection because of the fraction.
fn not_an_integer(of_rfcs: &Expectation) -> Expectation {
    const WHY: &str = "The documentation requires an integer, and RFC 7519 section 2 allows a fraction. The \
                       token is rejected, or its time is kept to the second.";
    let mut verdict = of_rfcs.clone();
    match &mut verdict {
        Expectation::Accept { .. } => {
            return Expectation::Either {
                why: WHY.to_owned(),
                reasons: [Reason::ClaimType].into(),
                prefer: None,
            };
        }
        Expectation::Reject { reasons, .. } | Expectation::Either { reasons, .. } => {
            reasons.insert(Reason::ClaimType);
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edits::{claim, without_claim};
    use crate::twins;

    #[test]
    fn documents_decide_where_they_say_something() {
        let absent = || twins::bound().changed("absent", without_claim("iss"));
        let absent = absent()
            .either_better_refused("optional", [Reason::Issuer])
            .class("C9")
            .requirement("RFC7519-4.1.1-ISS");
        let bound = || twins::subscription().changed_by("bound", twins::bound().edits().to_vec()).accept();
        let carried = absent.made_from(&bound(), "channel/absent").expect("it makes sense there");
        assert_eq!(carried.id(), "channel/absent-though-configured");
        assert_eq!(carried.expectation().name(), "reject");
        assert!(carried.refers_to("CF-ISS-2") && carried.refers_to("RFC7519-4.1.1-ISS"));

        let half = |value| twins::hs256().changed("half", claim("exp", value));
        let later = half("{{now+60}}.5").accept();
        let carried =
            later.made_from(&twins::private_channel(), "private/half").expect("it makes sense there");
        assert_eq!(carried.id(), "private/half-and-no-integer");
        assert_eq!(carried.expectation().name(), "either");
        let past = half("{{now-60}}.5").reject([Reason::Expired]);
        let carried = past.made_from(&twins::subscription(), "channel/half").expect("it makes sense there");
        assert_eq!(carried.id(), "channel/half");
        assert!(matches!(
            carried.expectation(),
            Expectation::Reject { reasons, .. } if *reasons == [Reason::Expired, Reason::ClaimType].into()
        ));
    }

    #[test]
    fn what_no_ruling_is_about_keeps_its_verdict() {
        for (value, application) in [
            ("{{now+60}}", twins::subscription()),
            ("\"{{now+60}}.5\"", twins::subscription()),
            ("{{now+60}}.5", twins::centrifugo()),
        ] {
            let case = twins::hs256().changed("half", claim("exp", value)).accept();
            let carried = case.made_from(&application, "made/half").expect("it makes sense there");
            assert_eq!(carried.id(), "made/half", "{value}");
            assert_eq!(carried.expectation(), case.expectation(), "{value}");
        }
    }
}
