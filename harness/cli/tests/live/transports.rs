//! Servers come out as predicted over each of their transports.

use std::collections::BTreeSet;

use jotproof_engine::Suite;

use crate::{
    all_as_predicted, are_judged, is_older, name_of, of_centrifugo, over, sample, selected_as_predicted,
    target, with_each, without_user,
};

#[test]
fn anycable_over_server_sent_events_comes_out_as_predicted() {
    let sse = over(Some("sse"), "anycable:process", &[]);
    assert_eq!(sse.name(), "anycable:process:v1.5.2+sse");
    are_judged(&all_as_predicted(sse.as_ref()), 1300, 0);
}

/// Checks that every pinned version of Centrifugo comes out as predicted over a transport. The transport
/// carries the same vectors as the default one, except those that only one of the two can express. The newest
/// version is asked all of them, the older ones a sample.
fn centrifugo_comes_out_as_predicted_over(transport: &str) {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let sample = sample(&suite);
    with_each(of_centrifugo(), |server| {
        let name = name_of(server, "process");
        let by_default = target(&name, &[]);
        let over = over(Some(transport), &name, &[]);
        assert_eq!(over.name(), format!("{name}+{transport}"));
        let log = if is_older(server) {
            selected_as_predicted(&suite, &sample, over.as_ref())
        } else {
            all_as_predicted(over.as_ref())
        };
        let differ: BTreeSet<String> = by_default
            .capabilities()
            .symmetric_difference(over.capabilities())
            .map(ToString::to_string)
            .collect();
        let expected: &[&str] = match (transport, &server.version[..2]) {
            ("protobuf", _) => &["binary-token"],
            // In the version of the protocol that Centrifugo 3 has for these, subscriptions end otherwise.
            ("http_stream" | "sse", "3.") => &["flow"],
            ("http_stream" | "sse", _) => &[],
            (_, "3.") => &["application:centrifugo-private-channel", "flow", "rpc-proxy"],
            _ => &["application:centrifugo-subscription", "flow", "rpc-proxy"],
        };
        // Server-sent events are asked for by GET, with the token in the URL.
        let in_url = transport.ends_with("sse").then_some("long-token");
        let expected: BTreeSet<String> = expected.iter().copied().chain(in_url).map(str::to_owned).collect();
        assert_eq!(differ, expected, "{name}");
        assert_eq!(log.not_carried.contains_key("binary-token"), transport != "protobuf", "{name}");
        // A unidirectional transport tells nobody's name, so that nothing was compared with it.
        assert_eq!(!without_user(&log).is_empty(), transport.starts_with("uni_"), "{name}");
    });
}

#[test]
fn centrifugo_comes_out_as_predicted_over_protobuf() {
    centrifugo_comes_out_as_predicted_over("protobuf");
}

#[test]
fn centrifugo_comes_out_as_predicted_over_http_stream() {
    centrifugo_comes_out_as_predicted_over("http_stream");
}

#[test]
fn centrifugo_comes_out_as_predicted_over_sse() {
    centrifugo_comes_out_as_predicted_over("sse");
}

#[test]
fn centrifugo_comes_out_as_predicted_over_uni_websocket() {
    centrifugo_comes_out_as_predicted_over("uni_websocket");
}

#[test]
fn centrifugo_comes_out_as_predicted_over_uni_sse() {
    centrifugo_comes_out_as_predicted_over("uni_sse");
}

#[test]
fn centrifugo_comes_out_as_predicted_over_uni_http_stream() {
    centrifugo_comes_out_as_predicted_over("uni_http_stream");
}
