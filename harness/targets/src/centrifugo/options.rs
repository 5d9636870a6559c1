//! The names of the options of each generation. Centrifugo ignores an unknown option, so a misspelt one would
//! go unnoticed.
//!
//! The names of version 6 are those in the output of `centrifugo defaultconfig`. Those of versions 3 and 5
//! are the keys that the server looks up.

/// For each generation, the newest version with known option names, and the names, one on each line.
const KNOWN: [(&str, &str); 3] = [
    ("3.2.3", include_str!("options/3.2.3.txt")),
    ("5.4.9", include_str!("options/5.4.9.txt")),
    ("6.9.6", include_str!("options/6.9.6.txt")),
];

/// The names of the options of a version; `None` if the version is newer than the known ones.
pub(super) fn of_version(version: &str) -> Option<Vec<&'static str>> {
    let number =
        |version: &str| -> Vec<u32> { version.split('.').map(|part| part.parse().unwrap_or(0)).collect() };
    let version = number(version);
    let lists: Vec<&str> = match version.first()? {
        3 => vec![KNOWN[0].1],
        // Version 4 has names of version 3 and of version 5.
        4 => vec![KNOWN[0].1, KNOWN[1].1],
        generation => {
            let (newest, list) =
                KNOWN.iter().find(|(newest, _)| number(newest).first() == Some(generation))?;
            if version > number(newest) {
                return None;
            }
            vec![list]
        }
    };
    Some(lists.into_iter().flat_map(str::lines).collect())
}

/// Whether an option is known, or is an object with known options. Centrifugo ignores the case of names.
pub(super) fn is_one_of(known: &[&str], name: &str) -> bool {
    let name = name.to_lowercase();
    known
        .iter()
        .any(|known| *known == name || known.strip_prefix(&*name).is_some_and(|rest| rest.starts_with('.')))
}

#[cfg(test)]
mod tests {
    use super::{is_one_of, of_version};

    #[test]
    fn the_options_of_a_generation_are_known_and_those_of_another_are_not() {
        for (version, name, is_known) in [
            ("5.4.9", "client_insecure_skip_token_signature_verify", true),
            ("5.4.9", "Token_Audience", true),
            ("5.4.9", "client_insecure_skip_token_signature_verfy", false),
            ("5.4.9", "client.insecure", false),
            ("6.9.6", "client.insecure_skip_token_signature_verify", true),
            ("6.9.1", "client.token", true),
            ("6.9.1", "channel.namespaces", true),
            ("6.9.6", "client_insecure", false),
            ("6.9.6", "client.tok", false),
            ("4.1.5", "allow_anonymous_connect_without_token", true),
            ("3.2.3", "client_anonymous", true),
            ("3.2.3", "separate_subscription_token_config", false),
        ] {
            let known = of_version(version).expect("the names are known");
            assert_eq!(is_one_of(&known, name), is_known, "{version} {name}");
        }
        assert_eq!(of_version("6.10.0"), None, "a newer version can have newer options");
    }
}
