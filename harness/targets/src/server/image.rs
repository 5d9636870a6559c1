//! The name of a container image.

use std::fmt;

/// An image that holds a server, by the name that Docker knows it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image(String);

impl Image {
    /// The image of this name: `centrifugo/centrifugo:v5.4.9`.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The part before and the part after the last colon; `latest` where it has no tag. A digest is
    /// divided alike, which leads back to the same name.
    #[must_use]
    pub fn name_and_tag(&self) -> (&str, &str) {
        match self.0.rsplit_once(':') {
            // A colon before a slash is that of a port.
            Some((name, tag)) if !tag.contains('/') => (name, tag),
            _ => (&self.0, "latest"),
        }
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Image;

    #[test]
    fn a_name_without_a_tag_is_the_latest() {
        let table = [
            ("centrifugo/centrifugo:v5.4.9", ("centrifugo/centrifugo", "v5.4.9")),
            ("centrifugo", ("centrifugo", "latest")),
            ("localhost:5000/cf", ("localhost:5000/cf", "latest")),
            ("localhost:5000/cf:1", ("localhost:5000/cf", "1")),
            ("cf@sha256:0123", ("cf@sha256", "0123")),
        ];
        for (name, parts) in table {
            assert_eq!(Image::new(name).name_and_tag(), parts);
        }
    }
}
