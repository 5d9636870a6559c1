//! The builder that cases are written with.
//!
//! The defaults make an accepted token; each case overrides one thing. The builder derives what follows from
//! the construction: the effect (see `effects`), the capabilities and the clock margin. The case states the
//! rest.

mod margin;
mod undecided;

use jotproof_mint::flow::Plot;
pub use jotproof_mint::keys::{foreign_key_for, key_for, next_key};
use jotproof_mint::{Mint, MintError, apply, keys, stored};
use jotproof_model::edit::{Layer, TextKind};
use jotproof_model::recipe::{
    Content, KeyForm, Member, Number, Segment, SegmentChange, SegmentEdit, SignatureChange, Signer,
};
use jotproof_model::vector::Severity;
use jotproof_model::{
    Algorithm, Application, Capability, Context, Edit, Effect, Expectation, Level, Reason, Recipe, Session,
    Step, Subject, Threat, Token, Twin, Vector, VectorId,
};

use crate::{edits, effects, registry, rulings, stakes};

use self::margin::clock_margin;

/// A clock margin below this many seconds asks for a clock that can be set.
pub const MARGIN: u64 = 5;

/// The universal payload: what Centrifugo and AnyCable both need in every token.
pub const PAYLOAD: [(&str, &str); 4] =
    [("sub", "\"42\""), ("ext", "\"{\\\"user_id\\\":42}\""), ("iat", "{{now-60}}"), ("exp", "{{now+3600}}")];

/// A case that is being written.
#[derive(Debug, Clone)]
pub struct Case {
    id: String,
    title: String,
    why: String,
    requirements: Vec<String>,
    /// Rows of Centrifugo's documentation, for the case as a Centrifugo token.
    documented: Vec<String>,
    bug_class: String,
    severity: Option<Severity>,
    threat: Threat,
    twin: Twin,
    draft: Draft,
    context: Context,
    expectation: Expectation,
    effect: Option<Effect>,
    /// Whether the case needs the clock of its topic.
    at_its_own_clock: bool,
}

/// What is submitted, before it is minted.
#[derive(Debug, Clone)]
enum Draft {
    /// A token.
    Token(Recipe),
    /// A flow of several.
    Flow(Plot),
}

/// A case that has a twin and an edit, and waits for its verdict.
#[derive(Debug, Clone)]
pub struct Undecided(Case);

impl Case {
    /// A case from nothing: an HS256 token with the universal payload, accepted.
    ///
    /// Only the roots that everything else is made from are written like this.
    #[must_use]
    pub fn root(id: &str, application: Application, reason: &str) -> Self {
        let members = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| Member((*name).to_owned(), (*value).to_owned())).collect()
        };
        Self {
            id: id.to_owned(),
            title: String::new(),
            why: String::new(),
            requirements: Vec::new(),
            documented: Vec::new(),
            bug_class: String::new(),
            severity: None,
            threat: Threat::Issuer,
            twin: Twin::Nothing { reason: reason.to_owned() },
            draft: Draft::Token(Recipe::new(
                Content::object(members(&[("alg", "\"HS256\""), ("typ", "\"JWT\"")])),
                Content::object(members(&PAYLOAD)),
                Signer::Key {
                    key: "hmac-64-bytes".to_owned(),
                    form: KeyForm::Natural,
                    algorithm: Algorithm::HS256,
                },
            )),
            context: Context::new(application, &["hmac-64-bytes"], &[Algorithm::HS256]),
            expectation: Expectation::Accept { level: Level::Must },
            effect: None,
            at_its_own_clock: false,
        }
    }

    /// A case from nothing: the same token for a channel, which names the channel and, where it is
    /// `bound`, the client; used in a session of its user that asks for this channel.
    #[must_use]
    pub fn root_for_channel(
        id: &str,
        application: Application,
        reason: &str,
        channel: &str,
        bound: bool,
    ) -> Self {
        let mut root = Self::root(id, application, reason);
        if let Draft::Token(Recipe { payload: Content::Object { members, .. }, .. }) = &mut root.draft {
            let claim = |name: &str, value: &str| Member(name.to_owned(), format!("\"{value}\""));
            members.push(claim("channel", channel));
            members.extend(bound.then(|| claim("client", "{{client}}")));
        }
        root.context.session = Some(Session {
            user: "42".to_owned(),
            client: Session::CLIENT.to_owned(),
            channel: channel.to_owned(),
        });
        root
    }

    /// A flow from nothing: the tokens of accepted cases, each under a name, and the steps that use
    /// them, in the context of the last token.
    #[must_use]
    pub fn root_flow(id: &str, reason: &str, tokens: &[(&str, &Self)], steps: Vec<Step>) -> Self {
        let recipe = |(name, case): &(&str, &Self)| match &case.draft {
            Draft::Token(recipe) => Some(((*name).to_owned(), recipe.clone())),
            Draft::Flow(_) => None,
        };
        let mut root = Self::root(id, Application::CentrifugoConnection, reason);
        root.draft = Draft::Flow(Plot { tokens: tokens.iter().filter_map(recipe).collect(), steps });
        if let Some((_, last)) = tokens.last() {
            // Whoever goes through a flow opens the sessions itself.
            root.context = Context { session: None, ..last.context.clone() };
        }
        root
    }

    /// The same flow on a verifier that is configured otherwise when it begins.
    #[must_use]
    pub fn beginning_with(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    /// A case made from this one by one edit; this one is its twin, and must be accepted.
    ///
    /// # Panics
    ///
    /// Where the edit cannot be made: a mistake in the catalogue.
    #[must_use]
    pub fn changed(&self, id: &str, edit: Edit) -> Undecided {
        self.changed_by(id, vec![edit])
    }

    /// A case made by several edits: an accepted one, or one that says it has more defects.
    ///
    /// # Panics
    ///
    /// Where an edit cannot be made: a mistake in the catalogue.
    #[must_use]
    pub fn changed_by(&self, id: &str, edits: Vec<Edit>) -> Undecided {
        let fail = |error: apply::EditError| -> ! { panic!("catalogue: {id}: {error}") };
        Undecided(Self {
            id: id.to_owned(),
            title: String::new(),
            why: String::new(),
            requirements: Vec::new(),
            documented: Vec::new(),
            bug_class: String::new(),
            severity: None,
            threat: Threat::Issuer,
            draft: match &self.draft {
                Draft::Token(recipe) => apply::recipe(&edits, recipe).map(Draft::Token),
                Draft::Flow(plot) => apply::plot(&edits, plot).map(Draft::Flow),
            }
            .unwrap_or_else(|error| fail(error)),
            context: apply::context(&edits, &self.context).unwrap_or_else(|error| fail(error)),
            twin: Twin::Vector { id: VectorId(self.id.clone()), edits },
            expectation: Expectation::Accept { level: Level::Must },
            effect: None,
            at_its_own_clock: false,
        })
    }

    /// The same case for another kind of token: `twin` with the edits of this case. The verdict is the same
    /// unless the documents of the application decide otherwise ([`crate::rulings`]); the id then says so.
    ///
    /// `None` if the case would mean something else there: it changes the user, or an audience that is not
    /// configured, it has its own effect, or its payload loses the channel. In a flow, the token of the last
    /// step is changed. The configuration is not, because it also applies to the other tokens.
    ///
    /// # Panics
    ///
    /// Where an edit cannot be made: a mistake in the catalogue.
    #[must_use]
    pub fn made_from(&self, twin: &Self, id: &str) -> Option<Self> {
        const MEANT_OTHERWISE: [&str; 3] = ["sub", "channel", "client"];
        let Twin::Vector { edits, .. } = &self.twin else { return None };
        let is_refused = matches!(self.expectation, Expectation::Reject { .. });
        let fits = edits.iter().all(|edit| match edit {
            edit if MEANT_OTHERWISE.iter().any(|name| edit.touches(Layer::Payload, name)) => false,
            // Text in its place has no channel in it: only what no verifier can read is refused for the
            // same reasons.
            Edit::SetText { layer: Layer::Payload, what, .. } => {
                is_refused && matches!(what, TextKind::NotAnObject | TextKind::Empty)
            }
            Edit::SetOctets { layer: Layer::Payload, .. } => false,
            // It hangs on the payload what one character more or less makes of it, and another payload in
            // its place names no channel.
            Edit::Segment { change: SegmentEdit { segment: Segment::Payload, change, .. } } => match change {
                SegmentChange::RemoveLast { .. } | SegmentChange::Replace { .. } => false,
                SegmentChange::Insert { text, .. } => {
                    !text.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet))
                }
                _ => true,
            },
            _ => true,
        });
        if !fits || self.effect.is_some() && !self.leaves_claims_out() {
            return None;
        }
        let edits = match &twin.draft {
            Draft::Token(_) => edits.clone(),
            Draft::Flow(plot) => {
                let token = plot.steps.last()?.action.token()?;
                let of_token = |edit: &Edit| match edit {
                    Edit::Context { .. } => None,
                    edit => Some(edits::of_token(token, edit.clone())),
                };
                edits.iter().map(of_token).collect::<Option<Vec<_>>>()?
            }
        };
        let mut new = twin.changed_by(id, edits.clone()).0;
        // Without a configured audience the documentation of Centrifugo lets any one in.
        let touches_audience = |edit: &Edit| edits::within_flow(edit).touches(Layer::Payload, "aud");
        if new.context.audience.is_none() && edits.iter().any(touches_audience) {
            return None;
        }
        new.title.clone_from(&self.title);
        new.why.clone_from(&self.why);
        new.requirements = self.requirements.iter().chain(&self.documented).cloned().collect();
        new.bug_class.clone_from(&self.bug_class);
        new.severity = self.severity;
        new.threat = self.threat;
        new.expectation.clone_from(&self.expectation);
        if self.effect.is_some() {
            new = new.effect(|effect| effect.claims = None);
        }
        Some(new.ruled(&edits))
    }

    /// Whether the token exceeds the ordinary limits, and the only thing that the case states about the effect is
    /// that the claims are not compared.
    fn leaves_claims_out(&self) -> bool {
        let without_claims = Effect { claims: None, ..self.draft.effect(&self.context) };
        self.id.starts_with("limits/") && self.effect.as_ref() == Some(&without_claims)
    }

    /// The same case with the verdict and the row of the documents of its application, if they decide it.
    fn ruled(mut self, edits: &[Edit]) -> Self {
        let Some(ruling) = rulings::ruling(edits, &self.context) else { return self };
        let verdict = ruling.verdict(&self.expectation);
        if verdict.name() != self.expectation.name() {
            self.id = ruling.id(&self.id);
            ruling.why.clone_into(&mut self.why);
        }
        self.expectation = verdict;
        let row = ruling.row(self.context.application);
        if self.refers_to(row) { self } else { self.requirement(row) }
    }

    /// Whether the documents of its application decide the case.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        rulings::ruling(self.edits(), &self.context).is_some()
    }

    /// Whether both cases are about a single token, with the same edits, the same header and the same
    /// settings configured.
    #[must_use]
    pub fn is_same_as(&self, own: &Self) -> bool {
        let (Draft::Token(recipe), Draft::Token(of_own)) = (&self.draft, &own.draft) else { return false };
        let configured =
            |context: &Context| (context.application, context.audience.is_some(), context.issuer.is_some());
        self.edits() == own.edits()
            && recipe.header == of_own.header
            && configured(&self.context) == configured(&own.context)
    }

    /// The edits that it was made by.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        match &self.twin {
            Twin::Vector { edits, .. } => edits,
            Twin::Nothing { .. } => &[],
        }
    }

    /// The id of what it was made from.
    #[must_use]
    pub fn twin_id(&self) -> Option<&str> {
        match &self.twin {
            Twin::Vector { id, .. } => Some(&id.0),
            Twin::Nothing { .. } => None,
        }
    }

    /// The id of its bug class.
    #[must_use]
    pub fn bug_class(&self) -> &str {
        &self.bug_class
    }

    /// The title of the case.
    #[must_use]
    pub fn titled(&self) -> &str {
        &self.title
    }

    /// What the verifier is configured with.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The same token by another key, which is for a flow to use.
    #[must_use]
    pub fn signed_by(&self, key: &str) -> Self {
        self.changed(&self.id, edits::sign(None, key, Algorithm::HS256)).accept()
    }

    /// The verdict.
    #[must_use]
    pub fn expectation(&self) -> &Expectation {
        &self.expectation
    }

    /// Whether a verifier that has these algorithms, and no option but an audience and an issuer, can be
    /// configured for it.
    #[must_use]
    pub fn is_within(&self, algorithms: &[Algorithm]) -> bool {
        let Context { typ, leeway, allow_none, algorithms: allowed, .. } = &self.context;
        typ.is_none()
            && *leeway == 0
            && !*allow_none
            && allowed.iter().all(|algorithm| algorithms.contains(algorithm))
    }

    /// Whether the steps of a flow keep away from the times of its tokens, so that a live server can go
    /// through it.
    #[must_use]
    pub fn keeps_clear_of_times(&self) -> bool {
        match &self.draft {
            Draft::Token(_) => true,
            Draft::Flow(plot) => crate::lint::flows::too_near(plot).next().is_none(),
        }
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// One line on what it is.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Why the verdict is right, or what goes wrong where it is not given.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// A normative sentence that decides it, by its id in `data/requirements.json`.
    #[must_use]
    pub fn requirement(mut self, id: &str) -> Self {
        self.requirements.push(id.to_owned());
        self
    }

    /// Adds a row of Centrifugo's documentation. The row decides the case if it is carried over to a
    /// Centrifugo token, and does not apply to a plain JWT.
    #[must_use]
    pub fn documented(mut self, id: &str) -> Self {
        self.documented.push(id.to_owned());
        self
    }

    /// Removes one of the normative sentences.
    #[must_use]
    pub fn without_requirement(mut self, id: &str) -> Self {
        self.requirements.retain(|named| named != id);
        self
    }

    /// Whether a normative sentence is said to decide it.
    #[must_use]
    pub fn refers_to(&self, requirement: &str) -> bool {
        self.requirements.iter().any(|id| id == requirement)
    }

    /// The bug class of a verifier that fails here, by its id in `data/bug-classes.json`.
    #[must_use]
    pub fn class(mut self, id: &str) -> Self {
        id.clone_into(&mut self.bug_class);
        self
    }

    /// Sets a severity other than that of the bug class.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Who can make the token; whoever holds the key, if it is not said.
    #[must_use]
    pub fn threat(mut self, threat: Threat) -> Self {
        self.threat = threat;
        self
    }

    /// States what an acceptance does, where it does not follow from the plain members of the payload.
    #[must_use]
    pub fn effect(mut self, change: impl FnOnce(&mut Effect)) -> Self {
        let mut effect = match self.effect {
            Some(effect) => effect,
            None => self.draft.effect(&self.context),
        };
        change(&mut effect);
        self.effect = Some(effect);
        self
    }

    /// Limits the case to targets that can set their clock to that of its topic.
    #[must_use]
    pub fn at_its_own_clock(mut self) -> Self {
        self.at_its_own_clock = true;
        self
    }

    /// The severity of a verifier that fails this case. It is that of the bug class, or low if the worst
    /// outcome is the refusal of a good token.
    fn severity_of_failing(&self) -> Severity {
        let claim = self.context.user_id_claim.as_deref();
        match self.expectation {
            Expectation::Accept { .. }
                if !self.edits().iter().any(|edit| stakes::has_another_effect(edit, claim)) =>
            {
                Severity::Low
            }
            _ => registry::severity(&self.bug_class),
        }
    }

    /// The finished vector, minted at a clock.
    ///
    /// # Errors
    ///
    /// Where the token cannot be minted.
    pub fn build(&self, mint: &Mint, now: i64) -> Result<Vector, MintError> {
        let ring = keys::all();
        let mut requires = self.context.requires(ring);
        let has_an_unfit_key = self.context.key_names().any(keys::is_unfit);
        requires.extend(has_an_unfit_key.then_some(Capability::UnfitKey));
        let (subject, margin) = match &self.draft {
            Draft::Token(recipe) => {
                let token = mint.token(recipe, now)?;
                let end = self.context.previous_secret.as_ref().and_then(|previous| previous.valid_for);
                let margin = clock_margin(recipe, self.context.leeway)
                    .into_iter()
                    .chain(end.map(i64::unsigned_abs))
                    .min();
                let is_binary = std::str::from_utf8(&token).is_err();
                let needs_a_clock = margin.is_some_and(|margin| margin < MARGIN)
                    || depends_on_the_signature(recipe)
                    || self.at_its_own_clock;
                requires.extend(is_binary.then_some(Capability::BinaryToken));
                requires.extend((token.len() > Token::LONG).then_some(Capability::LongToken));
                requires.extend(needs_a_clock.then_some(Capability::Clock));
                let token = stored::store(&token, recipe);
                (Subject::Token { token, recipe: Box::new(recipe.clone()) }, margin)
            }
            Draft::Flow(plot) => {
                // What it is configured with later has to be possible too.
                for context in plot.steps.iter().filter_map(|step| step.action.configuration()) {
                    requires.extend(context.requires(ring));
                }
                (Subject::Flow { flow: Box::new(mint.flow(plot, now)?) }, None)
            }
        };
        let mut requires: Vec<_> = requires.into_iter().collect();
        if let Subject::Flow { flow } = &subject {
            requires.push(Capability::Flow);
            requires.extend(flow.is_alone().then_some(Capability::Reload));
        }
        let is_wrongly_configured = match &self.expectation {
            Expectation::Accept { .. } => false,
            Expectation::Reject { reasons, .. } | Expectation::Either { reasons, .. } => {
                reasons.contains(&Reason::Configuration)
            }
        };
        requires.extend(is_wrongly_configured.then_some(Capability::WrongConfiguration));
        let accepts = !matches!(self.expectation, Expectation::Reject { .. });
        Ok(Vector {
            id: VectorId(self.id.clone()),
            title: self.title.clone(),
            why: self.why.clone(),
            requirements: self.requirements.clone(),
            bug_class: self.bug_class.clone(),
            severity: self.severity.unwrap_or_else(|| self.severity_of_failing()),
            requires,
            threat: self.threat,
            twin: self.twin.clone(),
            subject,
            context: self.context.clone(),
            expectation: self.expectation.clone(),
            effect: accepts
                .then(|| self.effect.clone().unwrap_or_else(|| self.draft.effect(&self.context)))
                .filter(|effect| *effect != Effect::default()),
            clock_margin: margin,
        })
    }
}

impl Draft {
    /// What an acceptance does.
    fn effect(&self, context: &Context) -> Effect {
        match self {
            Self::Token(recipe) => effects::of_token(recipe, context),
            Self::Flow(plot) => effects::of_flow(plot, context),
        }
    }
}

/// Whether a token that is minted at another clock may have another defect. The sum of an RSA signature and the
/// modulus fits into its octets for some signatures and not for others.
fn depends_on_the_signature(recipe: &Recipe) -> bool {
    let adds = |change: &SignatureChange| {
        matches!(change, SignatureChange::RsaNumber { s: Number::PlusOrder { .. } })
    };
    recipe.signature.iter().any(adds)
}

/// The header value that names an algorithm, as raw JSON text.
#[must_use]
pub fn alg(algorithm: Algorithm) -> String {
    format!("\"{algorithm}\"")
}
