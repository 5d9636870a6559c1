//! Makes a recipe, or the plot of a flow, and a context from those of the twin.
//!
//! The functions take the same list of edits. Each makes the ones that concern it and passes over
//! the others, so that `recipe(edits, twin.recipe)` and `context(edits, twin.context)` together are
//! the whole of the change.

use std::slice;

use jotproof_model::edit::{ContextChange, FlowChange, Layer, Matched};
use jotproof_model::recipe::{Content, Member, Signer};
use jotproof_model::{Context, Edit, Identification, Recipe, Session};
use thiserror::Error;

use crate::document::{self, DocumentError};
use crate::flow::Plot;

/// The recipe after some edits.
///
/// # Errors
///
/// Where an edit is about a member that is not there, or of content that is not an object.
pub fn recipe(edits: &[Edit], recipe: &Recipe) -> Result<Recipe, EditError> {
    let mut recipe = recipe.clone();
    for edit in edits {
        edit_recipe(&mut recipe, edit)?;
    }
    Ok(recipe)
}

/// The plot of a flow after some edits.
///
/// # Errors
///
/// Where an edit is about a token or a step that is not there, or about a token and does not say which.
pub fn plot(edits: &[Edit], plot: &Plot) -> Result<Plot, EditError> {
    let mut plot = plot.clone();
    for edit in edits {
        match edit {
            Edit::Flow { change } => edit_flow(&mut plot, change)?,
            // The key of a signer goes with the configured one.
            Edit::Context { .. } => {
                for of_token in plot.tokens.values_mut() {
                    edit_recipe(of_token, edit)?;
                }
            }
            _ => return Err(EditError::WhichToken),
        }
    }
    Ok(plot)
}

/// The context after some edits.
///
/// # Errors
///
/// Where an edit is about a key that is not configured.
pub fn context(edits: &[Edit], context: &Context) -> Result<Context, EditError> {
    let mut context = context.clone();
    for edit in edits {
        if let Edit::Context { change } = edit {
            edit_context(&mut context, change)?;
        }
    }
    Ok(context)
}

/// Why an edit cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EditError {
    /// The member is not there.
    #[error("the {} of the twin has no member {name:?}", layer_name(*.layer))]
    NoSuchMember {
        /// Which object.
        layer: Layer,
        /// The raw name.
        name: String,
    },
    /// The content is not given by its members.
    #[error("the {} of the twin is not an object that is given by its members", layer_name(*.layer))]
    NotAnObject {
        /// Which layer.
        layer: Layer,
    },
    /// The key is not configured.
    #[error("the context of the twin has no key {0:?}")]
    NoSuchKey(String),
    /// There is no session.
    #[error("the context of the twin has no session")]
    NoSession,
    /// The twin is one token.
    #[error("the twin is one token and no flow")]
    NotAFlow,
    /// The twin is a flow, and the edit does not name a token of it.
    #[error("the twin is a flow: say which of its tokens is changed")]
    WhichToken,
    /// The flow has no such token.
    #[error("the flow has no token {0:?}")]
    NoSuchToken(String),
    /// The flow has no such step.
    #[error("the flow has no step {0}")]
    NoSuchStep(usize),
    /// There is no key set.
    #[error("the context of the twin has no key set")]
    NoKeySet,
    /// There is no such document.
    #[error("the context of the twin has no document at {0:?}")]
    NoSuchDocument(String),
    /// The document cannot be changed so.
    #[error("the document of the twin: {0}")]
    Document(#[from] DocumentError),
}

fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::Header => "header",
        Layer::Payload => "payload",
    }
}

fn edit_recipe(recipe: &mut Recipe, edit: &Edit) -> Result<(), EditError> {
    match edit {
        Edit::SetMember { layer, name, value } => {
            set(members(recipe, *layer)?, name, value);
        }
        Edit::RemoveMember { layer, name } => {
            let members = members(recipe, *layer)?;
            let place = place(members, *layer, name)?;
            members.remove(place);
        }
        Edit::DuplicateMember { layer, name, value } => {
            let members = members(recipe, *layer)?;
            place(members, *layer, name)?;
            members.push(Member(name.clone(), value.clone()));
        }
        Edit::AddAlias { layer, of: _, name, how: _, value } => {
            members(recipe, *layer)?.push(Member(name.clone(), value.clone()));
        }
        Edit::RenameMember { layer, name, to, how: _ } => {
            let members = members(recipe, *layer)?;
            let place = place(members, *layer, name)?;
            members[place].0.clone_from(to);
        }
        Edit::Surround { layer, before, after, with: _ } => match content(recipe, *layer) {
            Content::Object { before: there_before, after: there_after, .. } => {
                there_before.insert_str(0, before);
                there_after.push_str(after);
            }
            Content::Text { .. } | Content::Octets { .. } | Content::Token { .. } => {
                return Err(EditError::NotAnObject { layer: *layer });
            }
        },
        Edit::SetText { layer, text, what: _ } => {
            *content(recipe, *layer) = Content::Text { text: text.clone() };
        }
        Edit::Nest { header, signer } => {
            let inner = Box::new(recipe.clone());
            let payload = Content::Token { recipe: inner };
            *recipe = Recipe::new(Content::object(header.clone()), payload, signer.clone());
        }
        Edit::SetOctets { layer, base64url, what: _ } => {
            *content(recipe, *layer) = Content::Octets { base64url: base64url.clone() };
        }
        Edit::Sign { alg, signer } => {
            if let Some(alg) = alg {
                set(members(recipe, Layer::Header)?, "alg", alg);
            }
            recipe.signer = signer.clone();
        }
        Edit::Signature { change } => recipe.signature.push(change.clone()),
        Edit::Segment { change } => recipe.segments.push(change.clone()),
        Edit::Structure { change } => recipe.structure.push(change.clone()),
        Edit::Context { change: ContextChange::Key { from, to } } => {
            if let Signer::Key { key, .. } = &mut recipe.signer
                && key == from
            {
                key.clone_from(to);
            }
            if let Content::Token { recipe: inner } = &mut recipe.payload {
                edit_recipe(inner, edit)?;
            }
        }
        Edit::Context { .. } => {}
        Edit::Flow { .. } => return Err(EditError::NotAFlow),
    }
    Ok(())
}

fn edit_flow(plot: &mut Plot, change: &FlowChange) -> Result<(), EditError> {
    let count = plot.steps.len();
    let nowhere = |step: &usize| EditError::NoSuchStep(*step);
    match change {
        FlowChange::Token { token, edit } => {
            let of_token = plot.tokens.get_mut(token).ok_or_else(|| EditError::NoSuchToken(token.clone()))?;
            *of_token = recipe(slice::from_ref(edit), of_token)?;
        }
        FlowChange::SetStep { step, to } => {
            plot.steps.get_mut(*step).ok_or_else(|| nowhere(step))?.clone_from(to);
        }
        FlowChange::RemoveStep { step } if *step < count => drop(plot.steps.remove(*step)),
        FlowChange::AddStep { before, step } if *before <= count => plot.steps.insert(*before, step.clone()),
        FlowChange::RemoveStep { step } | FlowChange::AddStep { before: step, .. } => {
            return Err(nowhere(step));
        }
    }
    Ok(())
}

fn session(context: &mut Context) -> Result<&mut Session, EditError> {
    context.session.as_mut().ok_or(EditError::NoSession)
}

fn identification(context: &mut Context) -> &mut Identification {
    context.identification.get_or_insert_default()
}

fn edit_context(context: &mut Context, change: &ContextChange) -> Result<(), EditError> {
    match change {
        ContextChange::Key { from, to } | ContextChange::ConfiguredKey { from, to } => {
            let key = context.keys.iter_mut().find(|key| *key == from);
            key.ok_or_else(|| EditError::NoSuchKey(from.clone()))?.clone_from(to);
        }
        ContextChange::AddKey { key } => context.keys.push(key.clone()),
        ContextChange::Algorithms { algorithms } => context.algorithms.clone_from(algorithms),
        ContextChange::Audience { audience } => context.audience.clone_from(audience),
        ContextChange::Issuer { issuer } => context.issuer.clone_from(issuer),
        ContextChange::MoreAudiences { audiences } => context.more_audiences.clone_from(audiences),
        ContextChange::MoreIssuers { issuers } => context.more_issuers.clone_from(issuers),
        ContextChange::Typ { typ } => context.typ.clone_from(typ),
        ContextChange::Leeway { seconds } => context.leeway = *seconds,
        ContextChange::AllowNone { allow } => context.allow_none = *allow,
        ContextChange::RefuseAnonymous { refuse } => context.refuse_anonymous = *refuse,
        ContextChange::RpcProxy { proxy } => context.rpc_proxy = Some(*proxy),
        ContextChange::Namespace { namespace } => context.namespace = Some(*namespace),
        ContextChange::SessionUser { user } => session(context)?.user.clone_from(user),
        ContextChange::SessionChannel { channel } => session(context)?.channel.clone_from(channel),
        ContextChange::KeySet { key_set } => {
            context.keys.clear();
            context.key_set = Some(key_set.clone());
        }
        ContextChange::KeySetDocument { path, change } => {
            let no_document = || EditError::NoSuchDocument(path.clone());
            let documents = &mut context.key_set.as_mut().ok_or_else(no_document)?.documents;
            match document::changed(documents.get(path).ok_or_else(no_document)?, change)? {
                Some(text) => documents.insert(path.clone(), text),
                None => documents.remove(path),
            };
        }
        ContextChange::AudienceRegex { pattern } => context.audience_regex.clone_from(pattern),
        ContextChange::IssuerRegex { pattern } => context.issuer_regex.clone_from(pattern),
        ContextChange::NoPattern { of: Matched::Audience, pattern } => {
            context.audience_regex = Some(pattern.clone());
        }
        ContextChange::NoPattern { of: Matched::Issuer, pattern } => {
            context.issuer_regex = Some(pattern.clone());
        }
        ContextChange::KeySetOrigin { origin } => {
            context.key_set.as_mut().ok_or(EditError::NoKeySet)?.origin = *origin;
        }
        ContextChange::KeySetTransport { transport } => {
            context.key_set.as_mut().ok_or(EditError::NoKeySet)?.transport = *transport;
        }
        ContextChange::UserIdClaim { claim } => context.user_id_claim.clone_from(claim),
        ContextChange::PreviousSecret { previous } => context.previous_secret.clone_from(previous),
        ContextChange::Separate { separate } => context.separate.clone_from(separate),
        ContextChange::Submission { carriers } => context.submission = Some(carriers.clone()),
        ContextChange::TokenOptional { optional } => identification(context).optional = *optional,
        ContextChange::Fallback { fallback } => identification(context).fallback = *fallback,
        ContextChange::Parameter { parameter } => {
            identification(context).parameter = Some(parameter.clone());
        }
        ContextChange::Headers { headers } => identification(context).headers.clone_from(headers),
        ContextChange::Resumable { resumable } => identification(context).resumable = *resumable,
        ContextChange::TokenSecret { key } => {
            let keys = std::mem::replace(&mut context.keys, key.iter().cloned().collect());
            identification(context).common_secret = keys.into_iter().next();
        }
    }
    Ok(())
}

fn content(recipe: &mut Recipe, layer: Layer) -> &mut Content {
    match layer {
        Layer::Header => &mut recipe.header,
        Layer::Payload => &mut recipe.payload,
    }
}

fn members(recipe: &mut Recipe, layer: Layer) -> Result<&mut Vec<Member>, EditError> {
    match content(recipe, layer) {
        Content::Object { members, .. } => Ok(members),
        Content::Text { .. } | Content::Octets { .. } | Content::Token { .. } => {
            Err(EditError::NotAnObject { layer })
        }
    }
}

/// Where the first member with this raw name stands.
fn place(members: &[Member], layer: Layer, name: &str) -> Result<usize, EditError> {
    members
        .iter()
        .position(|member| member.0 == name)
        .ok_or_else(|| EditError::NoSuchMember { layer, name: name.to_owned() })
}

/// Gives the first member with this raw name another value, or appends it.
fn set(members: &mut Vec<Member>, name: &str, value: &str) {
    match members.iter_mut().find(|member| member.0 == name) {
        Some(member) => value.clone_into(&mut member.1),
        None => members.push(Member(name.to_owned(), value.to_owned())),
    }
}
