//! Targets by the text that names them.

use std::path::PathBuf;

use jotproof_engine::target::Target;
use jotproof_profiles::{LoadError, Profiles};

use crate::exec::{ExecTarget, NotACommand};
use crate::reference::ReferenceTarget;
use crate::{AnycableTarget, CentrifugoTarget, ServerBinary};

/// The forms of a target name, for help and errors.
pub const FORMS: &str = "reference[:PROFILE], library:jsonwebtoken, exec:COMMAND, \
    centrifugo:process[:PATH], anycable:process[:PATH]";

/// Why a name names no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No target has such a name.
    #[error("there is no target {0:?}; the targets are: {FORMS}")]
    Unknown(String),
    /// The profile does not exist.
    #[error(transparent)]
    Profile(#[from] LoadError),
    /// The command of an adapter is none.
    #[error(transparent)]
    Command(#[from] NotACommand),
    /// A server option is not `KEY=VALUE`.
    #[error("{0:?} is not a server option; give it as KEY=VALUE, for example token_audience=chat")]
    Option(String),
    /// An option was given for a target that has none.
    #[error("{0} has no server options; they are for centrifugo and anycable targets")]
    NoOptions(String),
}

/// The targets that a name stands for: `reference` stands for every built-in profile in turn.
///
/// # Errors
///
/// Says which names there are.
pub fn targets(name: &str, server_options: &[String]) -> Result<Vec<Box<dyn Target>>, NameError> {
    let options = server_options
        .iter()
        .map(|option| match option.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
            _ => Err(NameError::Option(option.clone())),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut parts = name.splitn(3, ':');
    let (kind, how, path) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let binary = match path {
        Some(path) if !path.is_empty() => ServerBinary::Path(PathBuf::from(path)),
        _ => ServerBinary::Pinned,
    };
    match (kind, how, path) {
        ("reference" | "library" | "exec", ..) if !options.is_empty() => {
            Err(NameError::NoOptions(name.to_owned()))
        }
        ("reference", None, None) => Ok(Profiles::built_in()
            .all()
            .map(|profile| Box::new(ReferenceTarget::following(profile)) as Box<dyn Target>)
            .collect()),
        ("reference", Some(profile), None) => {
            Ok(vec![Box::new(ReferenceTarget::following(Profiles::built_in().get(profile)?))])
        }
        ("library", Some("jsonwebtoken"), None) => Ok(vec![Box::new(ReferenceTarget::jsonwebtoken())]),
        ("exec", Some(_), _) => Ok(vec![Box::new(ExecTarget::new(&name["exec:".len()..])?)]),
        ("centrifugo", Some("process"), _) => Ok(vec![Box::new(CentrifugoTarget::process(binary, options))]),
        ("anycable", Some("process"), _) => Ok(vec![Box::new(AnycableTarget::process(binary, options))]),
        _ => Err(NameError::Unknown(name.to_owned())),
    }
}
