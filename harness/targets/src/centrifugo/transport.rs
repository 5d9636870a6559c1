//! The transports that Centrifugo has for its client protocol.
//!
//! A transport is a way of carrying ([`Opening`]) and a way of writing ([`Wire`]); what is said, and in
//! which order, is the same over all of them. A unidirectional one takes a connection token and says
//! what became of it; nothing can be asked over it afterwards.

use std::collections::BTreeSet;

use jotproof_model::{Application, Capability};

use super::carriage::{Endpoint, FirstWord, Opening};
use super::config::Generation;
use super::wire::Wire;
use crate::http::Framing;
use crate::websocket::Handshake;

/// A transport of Centrifugo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    /// Text frames of a WebSocket: the default one.
    WebSocket,
    /// Binary frames of a WebSocket.
    Protobuf,
    /// Lines of an HTTP answer; what follows the first word goes out in requests of its own.
    HttpStream,
    /// Server-sent events, otherwise alike.
    Sse,
    /// Text frames of a WebSocket that is told nothing after the first one.
    UniWebSocket,
    /// Server-sent events, and no way to answer them.
    UniSse,
    /// Lines of an HTTP answer, and no way to answer them.
    UniHttpStream,
}

impl Transport {
    /// The names of all but the default one.
    pub(super) const NAMES: [&'static str; 6] =
        ["protobuf", "http_stream", "sse", "uni_websocket", "uni_sse", "uni_http_stream"];

    /// That of a name.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "protobuf" => Self::Protobuf,
            "http_stream" => Self::HttpStream,
            "sse" => Self::Sse,
            "uni_websocket" => Self::UniWebSocket,
            "uni_sse" => Self::UniSse,
            "uni_http_stream" => Self::UniHttpStream,
            _ => return None,
        })
    }

    /// The option that switches its endpoint on; the WebSocket is always there.
    pub(super) const fn option(self) -> Option<&'static str> {
        match self {
            Self::WebSocket | Self::Protobuf => None,
            Self::HttpStream => Some("http_stream"),
            Self::Sse => Some("sse"),
            Self::UniWebSocket => Some("uni_websocket"),
            Self::UniSse => Some("uni_sse"),
            Self::UniHttpStream => Some("uni_http_stream"),
        }
    }

    pub(super) const fn is_unidirectional(self) -> bool {
        matches!(self, Self::UniWebSocket | Self::UniSse | Self::UniHttpStream)
    }

    /// How commands and answers are written: each generation in the version that it speaks unless asked
    /// otherwise.
    pub(super) const fn wire(self, generation: Generation) -> Wire {
        let first = matches!(generation, Generation::V3);
        match self {
            Self::WebSocket if first => Wire::Json1,
            Self::Protobuf if first => Wire::Protobuf1,
            Self::UniWebSocket | Self::UniSse | Self::UniHttpStream if first => Wire::Push1,
            // Centrifugo 3 has these in version 2 only.
            Self::HttpStream | Self::Sse | Self::WebSocket => Wire::Json2,
            Self::Protobuf => Wire::Protobuf2,
            Self::UniWebSocket | Self::UniSse | Self::UniHttpStream => Wire::Push2,
        }
    }

    /// What opens a connection.
    pub(super) fn opening(self) -> Opening {
        let websocket = |path: &str, subprotocol| {
            Opening::WebSocket(Handshake { target: path.to_owned(), subprotocol, headers: Vec::new() })
        };
        let stream = |path, framing, first_word| Opening::Stream(Endpoint { path, framing, first_word });
        match self {
            Self::WebSocket => websocket("/connection/websocket", None),
            Self::Protobuf => websocket("/connection/websocket", Some("centrifuge-protobuf")),
            Self::HttpStream => stream("/connection/http_stream", Framing::Lines, FirstWord::Body),
            // As a browser does, which can only ask for events by GET.
            Self::Sse => stream("/connection/sse", Framing::Events, FirstWord::Query),
            Self::UniWebSocket => websocket("/connection/uni_websocket", None),
            Self::UniSse => stream("/connection/uni_sse", Framing::Events, FirstWord::Query),
            Self::UniHttpStream => stream("/connection/uni_http_stream", Framing::Lines, FirstWord::Body),
        }
    }

    /// What can be asked over it, of what can be asked over the default one, and beside that.
    pub(super) fn capabilities(
        self,
        generation: Generation,
        mut of_default: BTreeSet<Capability>,
    ) -> BTreeSet<Capability> {
        if self.is_unidirectional() {
            // Nobody subscribes over it, and nothing is renewed.
            of_default.remove(&Capability::Application(Application::CentrifugoSubscription));
            of_default.remove(&Capability::Application(Application::CentrifugoPrivateChannel));
            of_default.remove(&Capability::Flow);
            // Nor called.
            of_default.remove(&Capability::RpcProxy);
        }
        if generation == Generation::V3 && matches!(self, Self::HttpStream | Self::Sse) {
            // The life cycle of Centrifugo 3 is known in version 1: in version 2 a subscription that
            // expires does not take the connection with it.
            of_default.remove(&Capability::Flow);
        }
        if matches!(self, Self::Sse | Self::UniSse) {
            // The token is in the URL, which HTTP clients limit.
            of_default.remove(&Capability::LongToken);
        }
        if self == Self::Protobuf {
            // JSON holds text only.
            of_default.insert(Capability::BinaryToken);
        }
        of_default
    }
}

#[cfg(test)]
mod tests {
    use super::{Generation, Transport, Wire};

    #[test]
    fn every_name_is_a_transport_with_an_endpoint_of_its_own() {
        for name in Transport::NAMES {
            let transport = Transport::of_name(name).unwrap();
            assert_ne!(transport.opening(), Transport::WebSocket.opening(), "{name}");
            assert_eq!(transport.option(), (name != "protobuf").then_some(name));
            assert_eq!(transport.is_unidirectional(), name.starts_with("uni_"), "{name}");
        }
        assert_eq!(Transport::of_name("websocket"), None, "the default one has no name");
    }

    #[test]
    fn centrifugo_3_speaks_version_1_where_it_has_it() {
        let wires = |generation| {
            ["protobuf", "http_stream", "uni_sse"]
                .map(|name| Transport::of_name(name).unwrap().wire(generation))
        };
        assert_eq!(wires(Generation::V3), [Wire::Protobuf1, Wire::Json2, Wire::Push1]);
        assert_eq!(wires(Generation::V5), [Wire::Protobuf2, Wire::Json2, Wire::Push2]);
    }
}
