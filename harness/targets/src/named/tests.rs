//! Names of targets, and what they stand for.

use jotproof_profiles::Profiles;

use super::{NameError, ServerArguments, targets};
use crate::server::pinned::ALL;

fn named(name: &str, version: Option<&str>) -> Result<(String, String), NameError> {
    let targets = targets(name, ServerArguments { version, ..ServerArguments::default() })?;
    Ok((targets[0].name(), targets[0].profile()))
}

#[test]
fn a_version_chooses_what_is_built_and_a_path_stays_a_path() {
    let table = [
        ("centrifugo:process", None, "centrifugo:process:v6.9.6", "centrifugo-6.9.6"),
        ("centrifugo:process:v5", None, "centrifugo:process:v5.4.9", "centrifugo-5.4.9"),
        ("centrifugo:process:v3", None, "centrifugo:process:v3.2.3", "centrifugo-3.2.3"),
        ("centrifugo:process", Some("3.2.3"), "centrifugo:process:v3.2.3", "centrifugo-3.2.3"),
        ("centrifugo:process:v5.4", Some("5.4.9"), "centrifugo:process:v5.4.9", "centrifugo-5.4.9"),
        ("centrifugo:process:./v3", None, "centrifugo:process:./v3", "centrifugo-6.9.6"),
        ("centrifugo:process:./cf", Some("3.2.3"), "centrifugo:process:./cf", "centrifugo-3.2.3"),
        ("anycable:process", None, "anycable:process:v1.5.2", "anycable-1.5.2"),
        ("centrifugo:docker", None, "centrifugo:docker:v6.9.6", "centrifugo-6.9.6"),
        ("centrifugo:docker:v3", None, "centrifugo:docker:v3.2.3", "centrifugo-3.2.3"),
        ("centrifugo:docker:v5", None, "centrifugo:docker:v5.4.9", "centrifugo-5.4.9"),
        ("centrifugo:docker:v6.9.1", None, "centrifugo:docker:v6.9.1", "centrifugo-6.9.1"),
        ("anycable:docker", Some("1.6.1"), "anycable:docker:v1.6.1", "anycable-1.6.1"),
        ("anycable:docker:v1.5", None, "anycable:docker:v1.5.2", "anycable-1.5.2"),
        ("centrifugo:docker:v5.4.5", None, "centrifugo:docker:v5.4.5", "centrifugo-5.4.5"),
        ("centrifugo:docker", Some("4.0.2"), "centrifugo:docker:v4.0.2", "centrifugo-4.0.2"),
        ("centrifugo:process:./cf", Some("5.4.5"), "centrifugo:process:./cf", "centrifugo-5.4.5"),
        ("centrifugo:process:./cf", Some("6"), "centrifugo:process:./cf", "centrifugo-6.9.6"),
        ("anycable:docker:v1.6.17", None, "anycable:docker:v1.6.17", "anycable-1.6.16"),
    ];
    for (name, version, full, profile) in table {
        assert_eq!(named(name, version), Ok((full.to_owned(), profile.to_owned())), "{name}");
    }
}

#[test]
fn a_library_has_versions() {
    for (name, full, profile) in [
        ("library:jsonwebtoken", "library:jsonwebtoken", "jsonwebtoken-12.0.0"),
        ("library:jsonwebtoken@12.0.0", "library:jsonwebtoken", "jsonwebtoken-12.0.0"),
        ("library:jsonwebtoken@11.1.0", "library:jsonwebtoken@11.1.0", "jsonwebtoken-11.1.0"),
    ] {
        assert_eq!(named(name, None), Ok((full.to_owned(), profile.to_owned())));
    }
    assert_eq!(
        named("library:jsonwebtoken@9.3.0", None).unwrap_err().to_string(),
        "version 9.3.0 of the library jsonwebtoken is not built in\nhint: built in are: 12.0.0, 11.1.0"
    );
    assert!(matches!(named("library:josekit", None), Err(NameError::Unknown(_))));
}

#[test]
fn what_cannot_be_is_told() {
    assert_eq!(
        named("centrifugo:process", Some("4.1.5")).unwrap_err().to_string(),
        "Centrifugo 4.1.5 cannot be built here (known: 6.9.6, 5.4.9 and 3.2.3)\n\
         hint: give its binary as centrifugo:process:PATH --server-version 4.1.5, or its image as \
         centrifugo:docker:v4.1.5"
    );
    assert!(named("centrifugo:process:v5.4.5", None).is_err());
    for version in ["2.8.6", "3.0.0", "7.0.0", "latest"] {
        let error = named("centrifugo:process:./cf", Some(version)).unwrap_err().to_string();
        assert!(
            error.contains(&format!("no profile for Centrifugo {version} (known: 3.2.3 to 6.9.6)")),
            "{error}"
        );
    }
    assert!(named("centrifugo:process:v3", Some("5.4.9")).is_err());
    assert!(named("reference:rfc", Some("5.4.9")).is_err());
    assert!(named("centrifugo:process:v50", None).is_err());
    assert_eq!(
        named("anycable:docker:nightly", None).unwrap_err().to_string(),
        "no profile for AnyCable nightly (known: 1.5.1 to 1.6.16)\nhint: the nearest is anycable:docker:v1.6.16"
    );
    assert!(named("centrifugo:docker:v3", Some("5.4.9")).is_err());
    assert!(named("centrifugo:elsewhere", None).is_err());
    let image = ServerArguments { image: Some("cf:1"), ..ServerArguments::default() };
    for name in ["centrifugo:process", "reference:rfc"] {
        assert!(targets(name, image).is_err(), "{name}");
    }
    assert!(targets("centrifugo:docker:v3", image).is_ok());
}

#[test]
fn an_unknown_version_names_the_nearest_known_one() {
    let table = [
        ("centrifugo:docker:v7", None, "centrifugo:docker:v6.9.6"),
        ("centrifugo:docker:v7.1.2", None, "centrifugo:docker:v6.9.6"),
        ("centrifugo:docker:v2.8.6", None, "centrifugo:docker:v3.2.3"),
        ("centrifugo:docker:v3.0.0", None, "centrifugo:docker:v3.2.3"),
        ("centrifugo:docker:nightly", None, "centrifugo:docker:v6.9.6"),
        ("centrifugo:docker", Some("7"), "--server-version 6.9.6"),
        ("centrifugo:process:v7", None, "centrifugo:process:v6.9.6"),
        ("centrifugo:process:v2", None, "centrifugo:process:v3.2.3"),
        ("centrifugo:process", Some("7.0.0"), "centrifugo:process:v6.9.6"),
        ("centrifugo:process", Some("latest"), "centrifugo:process:v6.9.6"),
        ("centrifugo:process:./cf", Some("7"), "--server-version 6.9.6"),
        ("centrifugo:process:./cf", Some("2.8.0"), "--server-version 3.2.3"),
        ("centrifugo:auto:v7", None, "centrifugo:docker:v6.9.6"),
        ("anycable:docker:v1.4.0", None, "anycable:docker:v1.5.1"),
        ("anycable:docker:v2", None, "anycable:docker:v1.6.16"),
        ("anycable:process:v1.6", None, "anycable:docker:v1.6.16"),
    ];
    for (name, version, expected) in table {
        let error = named(name, version).unwrap_err().to_string();
        let (_, hint) = error.split_once("\nhint: ").unwrap_or_else(|| panic!("{name}: {error}"));
        assert!(hint.ends_with(expected), "{name}: {error}");
        // The hint works.
        let (kind, _) = name.split_once(':').unwrap();
        match hint.rsplit(' ').next().unwrap() {
            advised if advised.starts_with(kind) => named(advised, None).unwrap(),
            advised => named(name, Some(advised)).unwrap(),
        };
    }
}

#[test]
fn a_server_that_runs_is_asked_only_where_and_as_its_user_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, r#"{"token_hmac_secret_key": ["hush"]}"#).unwrap();
    let url = "centrifugo:ws://127.0.0.1:1/connection/websocket";
    let with = |arguments| targets(url, arguments).err().unwrap().to_string();
    let options = ["a=b".to_owned()];
    let table = [
        (ServerArguments::default(), "configuration file of Centrifugo with --server-config FILE"),
        (ServerArguments { options: &options, ..ServerArguments::default() }, "has no options"),
        (ServerArguments { image: Some("cf"), ..ServerArguments::default() }, "has no image"),
        (
            ServerArguments { config: Some(folder.path()), ..ServerArguments::default() },
            "cannot read --server-config",
        ),
        (
            ServerArguments { config: Some(&path), ..ServerArguments::default() },
            "token_hmac_secret_key is not a string",
        ),
    ];
    for (arguments, expected) in table {
        let error = with(arguments);
        assert!(error.contains(expected) && !error.contains("hush"), "{error}");
    }
    let config = ServerArguments { config: Some(&path), ..ServerArguments::default() };
    for (name, expected) in [
        ("centrifugo:ws://example.invalid/x", "unless you say --allow-remote"),
        ("centrifugo:wss://127.0.0.1/x", "wss:// is not supported"),
        ("centrifugo:http://127.0.0.1/x", "is ws://HOST:PORT/PATH"),
        ("centrifugo:process", "for a server that runs already"),
        ("reference:rfc", "is not a server: --server-config is for a server that runs already"),
    ] {
        let error = targets(name, config).err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
    }
    // A user name or a password is not repeated.
    let error = targets("centrifugo:ws://u:hush@127.0.0.1/x", config).err().unwrap().to_string();
    assert!(error.contains("no user name") && !error.contains("hush"), "{error}");
}

#[test]
fn an_option_that_the_version_does_not_have_is_told() {
    for (name, option, expected) in [
        ("centrifugo:process:v5", "token_audiense=chat", "Centrifugo 5.4.9 has no option token_audiense"),
        ("centrifugo:process:v3", "client.insecure=true", "Centrifugo 3.2.3 has no option client.insecure"),
        ("centrifugo:docker:v6", "client_insecure=true", "has no option client_insecure"),
    ] {
        let options = [option.to_owned()];
        let arguments = ServerArguments { options: &options, ..ServerArguments::default() };
        let error = targets(name, arguments).err().expect("it is unknown").to_string();
        assert!(error.contains(expected), "{error}");
    }
    let options = ["client.insecure=true".to_owned()];
    let arguments = ServerArguments { options: &options, ..ServerArguments::default() };
    assert!(targets("centrifugo:docker:v6", arguments).is_ok());
}

#[test]
fn what_is_made_anew_for_every_launch_is_no_option() {
    for (name, option, is_ours) in [
        ("centrifugo:process", "port=1", true),
        ("centrifugo:docker:v3", "api_key=a", true),
        ("anycable:process", "http_broadcast_path=/", true),
        ("anycable:process", "public=true", false),
    ] {
        let options = [option.to_owned()];
        let arguments = ServerArguments { options: &options, ..ServerArguments::default() };
        let refused = targets(name, arguments).err();
        assert_eq!(matches!(refused, Some(NameError::Ours(_))), is_ours, "{name} {option}");
    }
}

#[test]
fn what_is_said_of_some_targets_is_not_said_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, r#"{"token_hmac_secret_key": "hush"}"#).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("centrifugo:ws://{}/connection/websocket", listener.local_addr().unwrap());
    drop(listener);
    let all = |names: &[&str], image, config| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let arguments = ServerArguments { image, config, ..ServerArguments::default() };
        match super::all(&names, arguments) {
            Ok(targets) => targets.iter().map(|target| target.name()).collect::<Vec<_>>().join(" "),
            Err(error) => error.to_string(),
        }
    };
    let started = ["reference:rfc", "centrifugo:docker", "centrifugo:process"];
    let names = "reference:rfc centrifugo:docker:v6.9.6 centrifugo:process:v6.9.6";
    assert_eq!(all(&started, None, None), names);
    assert_eq!(all(&started, Some("cf"), None), names);
    assert!(all(&started[2..], Some("cf"), None).contains("an image is for centrifugo:docker"));
    assert!(all(&started, None, Some(&*path)).contains("is not a server"));
    assert!(all(&started[1..], None, Some(&*path)).contains("for a server that runs already"));
    let names = format!("{names} {url}");
    let with_running: Vec<&str> = started.into_iter().chain([&*url]).collect();
    // Nothing listens there, which is seen when it is asked.
    assert_eq!(all(&with_running, None, Some(&*path)), names);
    assert!(all(&with_running, None, None).contains("--server-config FILE"));
}

#[test]
fn every_pinned_server_has_a_profile() {
    for pinned in ALL {
        let name = format!("{}:process:v{}", pinned.name, pinned.version);
        assert_eq!(named(&name, None), Ok((name, pinned.id())));
    }
}

#[test]
fn every_profile_of_a_server_has_a_driver() {
    for profile in Profiles::built_in().all() {
        if let Some((server @ ("centrifugo" | "anycable"), version)) = profile.name.split_once('-') {
            assert!(named(&format!("{server}:process:/nowhere"), Some(version)).is_ok(), "{}", profile.name);
        }
    }
}

fn over(name: &str, transport: &str) -> Result<String, String> {
    let arguments = ServerArguments { transport: Some(transport), ..ServerArguments::default() };
    targets(name, arguments).map(|targets| targets[0].name()).map_err(|error| error.to_string())
}

#[test]
fn a_transport_is_told_with_the_name_and_must_be_one_of_the_server() {
    assert_eq!(over("centrifugo:process", "sse"), Ok("centrifugo:process:v6.9.6+sse".to_owned()));
    assert_eq!(over("centrifugo:docker:v3", "uni_sse"), Ok("centrifugo:docker:v3.2.3+uni_sse".to_owned()));
    assert_eq!(
        over("centrifugo:process", "webtransport"),
        Err("Centrifugo is not asked over \"webtransport\"; the transports beside the default one: \
             protobuf, http_stream, sse, uni_websocket, uni_sse, uni_http_stream"
            .to_owned())
    );
    assert!(over("reference:rfc", "sse").is_err());
}

#[test]
fn every_transport_that_a_profile_answers_on_is_one_of_the_server() {
    for file in Profiles::built_in().files() {
        for transport in file.answers.iter().flat_map(|answer| &answer.transports) {
            let name = format!("{}:process", file.family);
            assert!(over(&name, transport).is_ok(), "{name} over {transport}");
        }
    }
}
