//! The closed patterns that select constructed cases: over edits and context, never over ids, tokens
//! or outcomes.

mod facts;
mod value;

use jotproof_model::context::{Carrier, ParameterSource};
use jotproof_model::edit::{
    Alias, DocumentKind, FlowChange, JwkKind, Layer, OctetsKind, Surrounding, TextKind,
};
use jotproof_model::recipe::{Content, KeyForm, Member, Place, Segment, Signer};
use jotproof_model::{
    Action, ActionName, Algorithm, Application, Context, Edit, Flow, KeySet, NamedSession, Recipe, Step,
    Subject, Token, Twin, Vector,
};
use serde::{Deserialize, Serialize};

pub use self::value::{JsonType, ValuePattern};

use self::facts::Facts;
use self::value::{spells_none_of, within};

/// A pattern: every field that is given must match. A vector matches where one of its own edits does.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// The kind of edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<EditName>,
    /// The JSON object that it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Layer>,
    /// The members that it changes; for an alias, the names that are resembled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Members that it must not change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_members: Vec<String>,
    /// The value that a member is given, or the text in place of an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<ValuePattern>,
    /// How a name differs from the one that it resembles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub how: Vec<Alias>,
    /// What is put around an object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Surrounding>,
    /// Whether there is text before the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<bool>,
    /// What takes the place of an object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub what: Vec<TextKind>,
    /// What octets take the place of an object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub octets: Vec<OctetsKind>,
    /// The segments whose text is changed, or that are emptied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
    /// How a segment or the structure is changed, by the names of the vector format.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// The text that is inserted, or put in place of the token, has at least this many dots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_dots: Option<usize>,
    /// The text that is inserted, or put in place of the token, has at most this many dots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_dots: Option<usize>,
    /// The text that is inserted, or put in place of a segment or the token, is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inserted: Vec<String>,
    /// The inserted text consists of these characters only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_characters: Option<String>,
    /// The places where text is inserted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<Place>,
    /// The changed token is at least this long, in octets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// The changed token is at most this long, in octets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// Whether the signature covers the changed text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
    /// The algorithms that are really computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed_with: Vec<Algorithm>,
    /// Whether the signer's key is configured, in its natural form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by_configured_key: Option<bool>,
    /// The raw `alg` values that the header is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alg: Vec<String>,
    /// The header is given an `alg` that spells none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_alg: Vec<String>,
    /// Names of keys, one of which is configured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configured_keys: Vec<String>,
    /// Algorithms, one of which is allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_algorithms: Vec<Algorithm>,
    /// The options that a context edit changes, by the names of the vector format.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The applications of the context.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<Application>,
    /// Whether anonymous users are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anonymous_refused: Option<bool>,
    /// Whether an audience is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience_configured: Option<bool>,
    /// Whether an issuer is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_configured: Option<bool>,
    /// Whether a leeway is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leeway_configured: Option<bool>,
    /// Whether a published key set takes the place of configured keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_set_configured: Option<bool>,
    /// Whether its URL is a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_configured: Option<bool>,
    /// Whether a key set was fetched before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_before: Option<bool>,
    /// Whether a pattern of audiences is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience_pattern_configured: Option<bool>,
    /// Whether a pattern of issuers is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_pattern_configured: Option<bool>,
    /// Patterns of issuers. One of them must be configured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issuer_patterns: Vec<String>,
    /// The claims that are configured to name the user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_claims: Vec<String>,
    /// What is put into a published set, or in place of its document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<Published>,
    /// Whether the edit is the only one of its vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<bool>,
    /// No edit of the vector is one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<Pattern>,
    /// Raw names of members that the payload has, by its recipe; in a flow, that of the changed token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
    /// Raw names of members that the header has, by its recipe; in a flow, that of the changed token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside_in_header: Vec<String>,
    /// The kinds of steps of a flow of which one submits the changed token, or is changed itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<ActionName>,
    /// The kinds of steps of a flow of which none submits the changed token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_steps: Vec<ActionName>,
    /// Whether the token of the last step of a flow is signed by a key that an earlier step used too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_used_before: Option<bool>,
    /// The kinds of steps of which one decides: a flow with such a last step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided_by: Vec<ActionName>,
    /// What is submitted is one of these: for each carrier, in order, the place, the name, and whether the
    /// token, another text or nothing stands there, as in `header X-JID other, query jid token`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub submitted: Vec<String>,
    /// Whether the headers that are read are configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers_configured: Option<bool>,
    /// Where the name of the parameter is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter_by: Option<ParameterSource>,
    /// The last step of a flow asks to resume one of these sessions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumes: Vec<NamedSession>,
}

/// What is put into a published set, or in place of its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Published {
    /// A further key.
    Jwk(JwkKind),
    /// A document.
    Document(DocumentKind),
}

/// The kind of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the variants of `Edit`")]
pub enum EditName {
    SetMember,
    RemoveMember,
    DuplicateMember,
    AddAlias,
    RenameMember,
    Surround,
    SetText,
    Nest,
    SetOctets,
    Sign,
    Signature,
    Segment,
    Structure,
    Context,
    Flow,
}

impl Pattern {
    /// Whether it selects the vector.
    #[must_use]
    pub fn selects(&self, vector: &Vector) -> bool {
        let context = in_the_end(vector);
        if !self.context_matches(context) || !self.subject_matches(&vector.subject) {
            return false;
        }
        match &vector.twin {
            Twin::Vector { edits, .. } => {
                is(self.alone, edits.len() == 1)
                    && !self.unless.iter().any(|other| other.selects(vector))
                    && edits.iter().any(|edit| {
                        let changed = Changed::by(edit, vector);
                        self.place_matches(&changed) && self.edit_matches(changed.edit, context)
                    })
            }
            Twin::Nothing { .. } => {
                self.says_nothing_of_edits()
                    && match &vector.subject {
                        Subject::Token { recipe, .. } => has_members(&recipe.payload, &self.beside),
                        Subject::Flow { .. } => self.beside.is_empty(),
                    }
            }
        }
    }

    fn subject_matches(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Token { .. } => {
                self.decided_by.is_empty()
                    && self.steps.is_empty()
                    && self.resumes.is_empty()
                    && self.key_used_before.is_none()
            }
            Subject::Flow { flow } => {
                is(self.key_used_before, last_key_was_used(flow))
                    && (self.resumes.is_empty()
                        || resumed(flow).is_some_and(|session| self.resumes.contains(&session)))
                    && (self.decided_by.is_empty()
                        || flow.last().is_some_and(|step| self.decided_by.contains(&step.action.name())))
            }
        }
    }

    fn place_matches(&self, changed: &Changed<'_>) -> bool {
        (self.steps.is_empty() || changed.steps.iter().any(|step| self.steps.contains(step)))
            && !changed.steps.iter().any(|step| self.not_steps.contains(step))
            && within(self.min_length, self.max_length, changed.token.map(Token::length))
            && (self.beside.is_empty()
                || changed.recipe.is_some_and(|recipe| has_members(&recipe.payload, &self.beside)))
            && (self.beside_in_header.is_empty()
                || changed.recipe.is_some_and(|recipe| has_members(&recipe.header, &self.beside_in_header)))
    }

    fn context_matches(&self, context: &Context) -> bool {
        one_of(&self.applications, &context.application)
            && (self.configured_keys.is_empty()
                || context.keys.iter().any(|key| self.configured_keys.contains(key)))
            && (self.allowed_algorithms.is_empty()
                || context.algorithms.iter().any(|allowed| self.allowed_algorithms.contains(allowed)))
            && is(self.anonymous_refused, context.refuse_anonymous)
            && is(self.audience_configured, context.audience.is_some())
            && is(self.issuer_configured, context.issuer.is_some())
            && is(self.leeway_configured, context.leeway > 0)
            && is(self.key_set_configured, context.key_set.is_some())
            && is(self.template_configured, context.key_set.as_ref().is_some_and(KeySet::is_template))
            && is(
                self.fetched_before,
                context.key_set.as_ref().is_some_and(|key_set| !key_set.fetched.is_empty()),
            )
            && is(self.audience_pattern_configured, context.audience_regex.is_some())
            && is(self.issuer_pattern_configured, context.issuer_regex.is_some())
            && (self.issuer_patterns.is_empty()
                || context.issuer_regex.as_ref().is_some_and(|regex| self.issuer_patterns.contains(regex)))
            && (self.user_claims.is_empty()
                || context.user_id_claim.as_ref().is_some_and(|claim| self.user_claims.contains(claim)))
            && (self.submitted.is_empty()
                || submitted(context).is_some_and(|text| self.submitted.contains(&text)))
            && is(
                self.headers_configured,
                context.identification.as_ref().is_some_and(|configured| !configured.headers.is_empty()),
            )
            && self.parameter_by.is_none_or(|by| {
                let parameter = context.identification.as_ref().and_then(|it| it.parameter.as_ref());
                parameter.is_some_and(|parameter| parameter.by == by)
            })
    }

    fn says_nothing_of_edits(&self) -> bool {
        *self
            == Self {
                configured_keys: self.configured_keys.clone(),
                allowed_algorithms: self.allowed_algorithms.clone(),
                applications: self.applications.clone(),
                anonymous_refused: self.anonymous_refused,
                audience_configured: self.audience_configured,
                issuer_configured: self.issuer_configured,
                leeway_configured: self.leeway_configured,
                beside: self.beside.clone(),
                decided_by: self.decided_by.clone(),
                resumes: self.resumes.clone(),
                key_set_configured: self.key_set_configured,
                template_configured: self.template_configured,
                fetched_before: self.fetched_before,
                audience_pattern_configured: self.audience_pattern_configured,
                issuer_pattern_configured: self.issuer_pattern_configured,
                issuer_patterns: self.issuer_patterns.clone(),
                user_claims: self.user_claims.clone(),
                submitted: self.submitted.clone(),
                headers_configured: self.headers_configured,
                parameter_by: self.parameter_by,
                ..Self::default()
            }
    }

    fn edit_matches(&self, edit: &Edit, context: &Context) -> bool {
        // What each kind of edit has; a pattern that asks for what the edit does not have fails.
        let mut has = Facts::of(edit);
        if let Edit::Sign { signer, .. } | Edit::Nest { signer, .. } = edit {
            has.configured_key = Some(match signer {
                Signer::Key { key, form, .. } => *form == KeyForm::Natural && context.keys.contains(key),
                Signer::Nobody => false,
            });
        }
        self.edit.is_none_or(|name| name == has.name)
            && self.layer.is_none_or(|layer| has.layer == Some(layer))
            && (self.members.is_empty()
                || has.member.is_some_and(|member| self.members.iter().any(|m| m == member)))
            && has.member.is_none_or(|member| !self.not_members.iter().any(|m| m == member))
            && self.value.as_ref().is_none_or(|pattern| has.value.is_some_and(|value| pattern.matches(value)))
            && (self.how.is_empty() || has.how.is_some_and(|how| self.how.contains(&how)))
            && (self.with.is_empty() || has.with.is_some_and(|with| self.with.contains(&with)))
            && self.before.is_none_or(|before| has.before == Some(before))
            && (self.what.is_empty() || has.what.is_some_and(|what| self.what.contains(&what)))
            && (self.octets.is_empty() || has.octets.is_some_and(|octets| self.octets.contains(&octets)))
            && (self.segments.is_empty()
                || has.segment.is_some_and(|segment| self.segments.contains(&segment)))
            && (self.changes.is_empty()
                || has.change.is_some_and(|change| self.changes.iter().any(|c| c == change)))
            && self.only_characters.as_ref().is_none_or(|allowed| {
                has.inserted.is_some_and(|text| text.chars().all(|c| allowed.contains(c)))
            })
            && (self.inserted.is_empty()
                || has.inserted.is_some_and(|text| self.inserted.iter().any(|other| other == text)))
            && ((self.min_dots.is_none() && self.max_dots.is_none())
                || has.inserted.is_some_and(|text| {
                    within(
                        self.min_dots,
                        self.max_dots,
                        Some(text.matches('.').count().saturating_mul(has.times)),
                    )
                }))
            && (self.at.is_empty() || has.at.is_some_and(|at| self.at.contains(&at)))
            && self.signed.is_none_or(|signed| has.signed == Some(signed))
            && (self.signed_with.is_empty() || has.algorithm.is_some_and(|a| self.signed_with.contains(&a)))
            && self.signed_by_configured_key.is_none_or(|configured| has.configured_key == Some(configured))
            && (self.alg.is_empty() || has.alg.is_some_and(|alg| self.alg.iter().any(|a| a == alg)))
            && (self.not_alg.is_empty() || has.alg.is_some_and(|alg| spells_none_of(alg, &self.not_alg)))
            && (self.options.is_empty()
                || has.option.is_some_and(|option| self.options.iter().any(|o| o == option)))
            && (self.published.is_empty()
                || has.published.is_some_and(|published| self.published.contains(&published)))
    }
}

/// What the verifier is configured with when the last step of a flow is judged, or a token.
fn in_the_end(vector: &Vector) -> &Context {
    let steps = match &vector.subject {
        Subject::Token { .. } => &[][..],
        Subject::Flow { flow } => &flow.steps,
    };
    steps.iter().rev().find_map(|step| step.action.configuration()).unwrap_or(&vector.context)
}

/// What is submitted, in the words of a pattern; nothing where that is as usual.
fn submitted(context: &Context) -> Option<String> {
    let told = |Carrier { at, name, text }: &Carrier| {
        let what = match text.as_str() {
            Carrier::TOKEN => "token",
            "" => "nothing",
            _ => "other",
        };
        format!("{} {name} {what}", at.name())
    };
    let carriers = context.submission.as_ref()?;
    Some(carriers.iter().map(told).collect::<Vec<_>>().join(", "))
}

/// Whether the token of the last step is signed by a key that an earlier step used too.
fn last_key_was_used(flow: &Flow) -> bool {
    let key = |step: &Step| match flow.tokens.get(step.action.token()?)?.recipe.signer {
        Signer::Key { ref key, .. } => Some(key),
        Signer::Nobody => None,
    };
    flow.steps.split_last().is_some_and(|(last, earlier)| {
        key(last).is_some_and(|used| earlier.iter().any(|step| key(step) == Some(used)))
    })
}

/// The session that the last step of a flow asks to resume.
fn resumed(flow: &Flow) -> Option<NamedSession> {
    match flow.last()?.action {
        Action::Resume { session, .. } => Some(session),
        _ => None,
    }
}

/// What an edit of a vector changes.
struct Changed<'a> {
    /// The edit; of one that changes a token of a flow, what it does to the token.
    edit: &'a Edit,
    /// The recipe of the token.
    recipe: Option<&'a Recipe>,
    /// The token.
    token: Option<&'a Token>,
    /// The kinds of steps that submit the token, or that are changed.
    steps: Vec<ActionName>,
}

impl<'a> Changed<'a> {
    fn by(edit: &'a Edit, vector: &'a Vector) -> Self {
        match (&vector.subject, edit) {
            (Subject::Token { recipe, token }, _) => {
                Self { edit, recipe: Some(recipe), token: Some(token), steps: Vec::new() }
            }
            (Subject::Flow { flow }, Edit::Flow { change: FlowChange::Token { token, edit } }) => Self {
                edit,
                recipe: flow.tokens.get(token).map(|token| &token.recipe),
                token: flow.tokens.get(token).map(|token| &token.token),
                steps: flow.uses(token).map(|step| step.action.name()).collect(),
            },
            (Subject::Flow { .. }, Edit::Flow { change }) => {
                let name = match change {
                    FlowChange::SetStep { to: step, .. } | FlowChange::AddStep { step, .. } => {
                        Some(step.action.name())
                    }
                    FlowChange::RemoveStep { .. } | FlowChange::Token { .. } => None,
                };
                Self { edit, recipe: None, token: None, steps: name.into_iter().collect() }
            }
            (Subject::Flow { .. }, _) => Self { edit, recipe: None, token: None, steps: Vec::new() },
        }
    }
}

/// Whether the recipe of a header or a payload has members with all these names.
fn has_members(content: &Content, names: &[String]) -> bool {
    names.iter().all(|name| match content {
        Content::Object { members, .. } => members.iter().any(|Member(raw, _)| raw == name),
        Content::Text { .. } | Content::Octets { .. } | Content::Token { .. } => false,
    })
}

fn one_of<T: PartialEq>(allowed: &[T], value: &T) -> bool {
    allowed.is_empty() || allowed.contains(value)
}

fn is(asked: Option<bool>, value: bool) -> bool {
    asked.is_none_or(|asked| asked == value)
}
