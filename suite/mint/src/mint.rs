//! From a recipe and a clock to a token.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use jotproof_model::algorithm::Family;
use jotproof_model::edit::Layer;
use jotproof_model::recipe::{
    Content, KeyForm, Member, Plaintext, Segment, SegmentEdit, Signer, StructureChange,
};
use jotproof_model::{Algorithm, KeyMaterial, KeyRing, Recipe};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::base64url::DecodeError;
use crate::change::signature::Made;
use crate::change::{self, ChangeError, WhyNot};
use crate::keys::UnknownKey;
use crate::placeholder::{self, PlaceholderError, Values};
use crate::sign::{self, PrivateKey, SignError};
use crate::{base64url, encrypt, secret};

/// Mints tokens with the keys of a ring. Several threads may share one.
///
/// Private keys are read when they first sign, and signatures are remembered, because RSA is slow and
/// many vectors share their signing input.
pub struct Mint {
    keys: BTreeMap<String, Key>,
    /// The `kid` of each key, by its name.
    ids: BTreeMap<String, String>,
    /// What stands in place of [`NOBODY`].
    somebody: Option<String>,
    signatures: Mutex<HashMap<Signed, Vec<u8>>>,
}

struct Key {
    material: KeyMaterial,
    private: OnceLock<Result<PrivateKey, SignError>>,
}

impl Key {
    /// The private key, parsed at its first use.
    fn private(&self) -> &Result<PrivateKey, SignError> {
        self.private.get_or_init(|| PrivateKey::new(&self.material))
    }
}

/// What a remembered signature is of. All of them are by the key in its natural form: an HMAC costs
/// less than looking it up.
#[derive(PartialEq, Eq, Hash)]
struct Signed {
    key: String,
    algorithm: Algorithm,
    /// The SHA-256 of the signing input, which may be long.
    input: [u8; 32],
}

/// How a URL of a recipe goes on after its scheme that leads nowhere: to the port of the discard protocol, where nothing
/// listens.
pub const NOBODY: &str = "127.0.0.1:9/";

/// How many signatures are remembered: enough for every stored vector, and a bound for a fuzzer.
const REMEMBERED: usize = 1 << 16;

impl Mint {
    /// A mint with these keys.
    #[must_use]
    pub fn new(keys: &KeyRing) -> Self {
        let key = |material: &KeyMaterial| Key { material: material.clone(), private: OnceLock::new() };
        Self {
            keys: keys.iter().map(|(name, material)| (name.clone(), key(material))).collect(),
            ids: BTreeMap::new(),
            somebody: None,
            signatures: Mutex::default(),
        }
    }

    /// The same, and where a recipe points at [`NOBODY`], its tokens point at this place: `HOST:PORT/PATH/`.
    #[must_use]
    pub fn pointing_at(mut self, place: String) -> Self {
        self.somebody = Some(place);
        self
    }

    /// Adds the `kid` to each token that one of these keys signs. A header that has a `kid`, or is not an
    /// object, stays.
    #[must_use]
    pub fn naming(mut self, ids: BTreeMap<String, String>) -> Self {
        self.ids = ids;
        self
    }

    /// The token of a recipe at a clock (for the client that tokens are stored for, unless another one
    /// is given): the same octets every time.
    ///
    /// # Errors
    ///
    /// Where the recipe cannot be followed; see [`MintError`].
    pub fn token<'a>(&self, recipe: &Recipe, values: impl Into<Values<'a>>) -> Result<Vec<u8>, MintError> {
        let values = values.into();
        let mut header = base64url::encode(&self.content(&self.header(recipe), Layer::Header, values)?);
        let mut payload = base64url::encode(&self.content(&recipe.payload, Layer::Payload, values)?);
        for edit in recipe.segments.iter().filter(|edit| edit.signed) {
            match edit.segment {
                Segment::Header => change_segment(&mut header, edit)?,
                Segment::Payload => change_segment(&mut payload, edit)?,
                Segment::Signature => return Err(MintError::SignatureSignsItself),
            }
        }

        let input = format!("{header}.{payload}");
        let mut octets = self.sign(&recipe.signer, input.as_bytes())?;
        let made =
            Made { signer: &recipe.signer, key: self.private_key(&recipe.signer), input: input.as_bytes() };
        for change in &recipe.signature {
            octets = change::signature::change(&octets, change, made)
                .map_err(|why| MintError::Signature { why })?;
        }

        let mut signature = base64url::encode(&octets);
        for edit in recipe.segments.iter().filter(|edit| !edit.signed) {
            let text = match edit.segment {
                Segment::Header => &mut header,
                Segment::Payload => &mut payload,
                Segment::Signature => &mut signature,
            };
            change_segment(text, edit)?;
        }

        let mut token = format!("{header}.{payload}.{signature}");
        let mut octets_after = Vec::new();
        for change in &recipe.structure {
            let failed = |why| MintError::Structure { why };
            if let StructureChange::AppendOctets { base64url } = change {
                octets_after.extend(change::structure::octets(base64url, change).map_err(failed)?);
            } else if !octets_after.is_empty() {
                return Err(failed(ChangeError { change: change.name(), why: WhyNot::NotText }));
            } else if let StructureChange::Encrypt { key, with, plaintext } = change {
                let inside = match plaintext {
                    Plaintext::Claims => self.content(&recipe.payload, Layer::Payload, values)?,
                    Plaintext::Token => token.into_bytes(),
                };
                let material = &self.keys.get(key).ok_or_else(|| UnknownKey(key.clone()))?.material;
                token = encrypt::encrypted(&inside, material, *with, *plaintext)
                    .map_err(|why| failed(ChangeError { change: change.name(), why }))?;
            } else {
                token = change::structure::change(&token, change).map_err(failed)?;
            }
        }
        let mut token = token.into_bytes();
        token.extend(octets_after);
        Ok(token)
    }

    /// The header of a recipe, with the `kid` of [`Mint::naming`].
    fn header<'a>(&self, recipe: &'a Recipe) -> Cow<'a, Content> {
        let header = &recipe.header;
        let Signer::Key { key, form: KeyForm::Natural, .. } = &recipe.signer else {
            return Cow::Borrowed(header);
        };
        match (self.ids.get(key), header) {
            (Some(id), Content::Object { members, before, after })
                if members.iter().all(|Member(name, _)| name != "kid") =>
            {
                let mut members = members.clone();
                members.push(Member("kid".to_owned(), serde_json::Value::from(&**id).to_string()));
                Cow::Owned(Content::Object { members, before: before.clone(), after: after.clone() })
            }
            _ => Cow::Borrowed(header),
        }
    }

    /// What a segment decodes to.
    fn content(&self, content: &Content, layer: Layer, values: Values<'_>) -> Result<Vec<u8>, MintError> {
        let fill = |text: &str| {
            let filled =
                placeholder::fill(text, values).map_err(|why| MintError::Placeholder { layer, why })?;
            Ok(match &self.somebody {
                Some(somebody) if filled.contains(NOBODY) => filled.replace(NOBODY, somebody),
                _ => filled,
            })
        };
        match content {
            Content::Object { members, before, after } => {
                let mut text = fill(before)?;
                text.push('{');
                for (place, Member(name, value)) in members.iter().enumerate() {
                    if place > 0 {
                        text.push(',');
                    }
                    // A name is never filled in: no name holds a time.
                    text.push('"');
                    text.push_str(name);
                    text.push_str("\":");
                    text.push_str(&fill(value)?);
                }
                text.push('}');
                text.push_str(&fill(after)?);
                Ok(text.into_bytes())
            }
            Content::Text { text } => fill(text).map(String::into_bytes),
            Content::Octets { base64url } => {
                base64url::decode(base64url).map_err(|why| MintError::Octets { layer, why })
            }
            Content::Token { recipe } => self.token(recipe, values),
        }
    }

    /// The octets of the signature over a signing input.
    fn sign(&self, signer: &Signer, input: &[u8]) -> Result<Vec<u8>, MintError> {
        let Signer::Key { key: name, form, algorithm } = signer else {
            return Ok(Vec::new());
        };
        let key = self.keys.get(name).ok_or_else(|| UnknownKey(name.clone()))?;
        let signature = if *form == KeyForm::Natural {
            self.sign_natural(name, key, *algorithm, input)
        } else if algorithm.family() == Family::Hmac {
            secret::octets(&key.material, *form).and_then(|secret| sign::hmac(&secret, *algorithm, input))
        } else {
            Err(SignError::FormIsForHmac { algorithm: *algorithm, form: *form })
        };
        signature.map_err(|why| MintError::Sign { key: name.clone(), why })
    }

    /// The private key of a signer whose key has its natural form.
    fn private_key(&self, signer: &Signer) -> Option<&PrivateKey> {
        let Signer::Key { key, form: KeyForm::Natural, .. } = signer else { return None };
        self.keys.get(key)?.private().as_ref().ok()
    }

    fn sign_natural(
        &self,
        name: &str,
        key: &Key,
        algorithm: Algorithm,
        input: &[u8],
    ) -> Result<Vec<u8>, SignError> {
        let private = key.private().as_ref().map_err(Clone::clone)?;
        if algorithm.family() == Family::Hmac {
            return private.sign(algorithm, input);
        }

        // A thread that panicked while it held the lock leaves whole entries behind: they are
        // inserted in one step.
        let remembered = || self.signatures.lock().unwrap_or_else(PoisonError::into_inner);
        let signed = Signed { key: name.to_owned(), algorithm, input: Sha256::digest(input).into() };
        if let Some(signature) = remembered().get(&signed) {
            return Ok(signature.clone());
        }
        // The lock is free meanwhile: two threads may sign the same, and come to the same.
        let signature = private.sign(algorithm, input)?;
        let mut remembered = remembered();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(signed, signature.clone());
        Ok(signature)
    }
}

impl fmt::Debug for Mint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mint").field("keys", &self.keys.keys()).finish_non_exhaustive()
    }
}

/// Why a recipe cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MintError {
    /// The signer names a key that is not there.
    #[error(transparent)]
    UnknownKey(#[from] UnknownKey),
    /// The key cannot sign so.
    #[error("cannot sign with the key {key:?}: {why}")]
    Sign {
        /// The name of the key.
        key: String,
        /// Why not.
        why: SignError,
    },
    /// A placeholder cannot be filled in.
    #[error("in the {}: {why}", layer_name(*.layer))]
    Placeholder {
        /// Where it stands.
        layer: Layer,
        /// What is wrong with it.
        why: PlaceholderError,
    },
    /// The octets of a layer are not base64url.
    #[error("the octets of the {} are not base64url without padding: {why}", layer_name(*.layer))]
    Octets {
        /// Which layer.
        layer: Layer,
        /// What is wrong with them.
        why: DecodeError,
    },
    /// A change to the signature segment is marked `signed`.
    #[error("a signature does not sign itself: `signed` is for the header and the payload")]
    SignatureSignsItself,
    /// A change to the octets of the signature cannot be made.
    #[error("in the signature: {why}")]
    Signature {
        /// Why not.
        why: ChangeError,
    },
    /// A change to the text of a segment cannot be made.
    #[error("in the {} segment: {why}", .segment.name())]
    Segment {
        /// Which segment.
        segment: Segment,
        /// Why not.
        why: ChangeError,
    },
    /// A change to the token as a whole cannot be made.
    #[error("in the token: {why}")]
    Structure {
        /// Why not.
        why: ChangeError,
    },
}

fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::Header => "header",
        Layer::Payload => "payload",
    }
}

fn change_segment(text: &mut String, edit: &SegmentEdit) -> Result<(), MintError> {
    *text = change::segment::change(text, &edit.change)
        .map_err(|why| MintError::Segment { segment: edit.segment, why })?;
    Ok(())
}
