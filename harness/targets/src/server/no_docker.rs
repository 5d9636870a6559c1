//! What stands in for Docker where this command was built without it.

use std::io;
use std::path::PathBuf;

use jotproof_engine::target::TargetError;

use super::image::Image;

/// Says that there are no containers here.
pub(crate) fn fetch(image: &Image, title: &str, name: &str) -> Result<(), TargetError> {
    Err(TargetError::EnvironmentMissing(format!(
        "cannot start {title} from the image {image}: this command was built without Docker; build it with \
         the cargo feature docker, or take a process instead: {name}:process"
    )))
}

/// There is none.
pub(crate) fn has(_: &Image) -> bool {
    false
}

/// There is none that could be told anything.
pub(crate) fn reload(_: &str, _: &[PathBuf]) -> Result<(), String> {
    Err("this command was built without Docker".to_owned())
}

/// There is nothing to remove.
pub(crate) fn remove(_: &str) -> io::Result<()> {
    Ok(())
}
