//! Where a server is that runs already: `ws://HOST[:PORT][/PATH]`.
//!
//! Only the loopback interface is contacted unless the user says otherwise, and a host name is not even
//! looked up before that is settled.

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};

use reqwest::Url;

/// Where a running server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// What is connected to.
    pub socket: SocketAddr,
    /// The path of its WebSocket endpoint, where that is not the one that it has by default.
    pub path: Option<String>,
    /// The `Origin` header to send, if any (RFC 6455 section 10.2).
    pub origin: Option<String>,
    /// The query parameter for the token; `None` for the default one.
    pub parameter: Option<String>,
    text: String,
}

/// Why a text is no address of a running server. A user name, a password or a query is not repeated:
/// either may be a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the texts say it")]
pub enum AddressError {
    #[error(
        "the address of a running server is ws://HOST:PORT/PATH, for example ws://127.0.0.1:8000/connection/websocket"
    )]
    Malformed,
    #[error(
        "wss:// is not supported, Jotproof speaks no TLS: give the ws:// address at which the server itself listens, \
         behind whatever speaks TLS for it"
    )]
    Tls,
    #[error(
        "the address of a running server has no user name, no query and no fragment: give ws://HOST:PORT/PATH alone"
    )]
    MoreThanAnAddress,
    #[error(
        "{0} is not the loopback interface, and nothing else is contacted unless you say --allow-remote: thousands of \
         tokens are sent there, good ones among them and forged ones"
    )]
    Remote(String),
    #[error("{host} has no address: {problem}")]
    Unresolved { host: String, problem: String },
}

impl Address {
    /// That of a server of ours, whose paths are those by default.
    pub(crate) fn of(socket: SocketAddr) -> Self {
        Self { socket, path: None, origin: None, parameter: None, text: format!("ws://{socket}") }
    }

    /// The address that a text is.
    ///
    /// # Errors
    ///
    /// An [`AddressError`] that says what is taken.
    pub fn parse(text: &str, allow_remote: bool) -> Result<Self, AddressError> {
        let url = Url::parse(text).map_err(|_| AddressError::Malformed)?;
        match url.scheme() {
            "ws" => {}
            "wss" | "https" => return Err(AddressError::Tls),
            _ => return Err(AddressError::Malformed),
        }
        let bare = url.username().is_empty() && url.password().is_none();
        if !bare || url.query().is_some() || url.fragment().is_some() {
            return Err(AddressError::MoreThanAnAddress);
        }
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(AddressError::Malformed);
        };
        // The brackets of an IPv6 address are those of the URL (RFC 3986 section 3.2.2).
        let name = host.trim_matches(['[', ']']);
        let is_loopback = match name.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            // RFC 6761 section 6.3.
            Err(_) => name == "localhost" || name.ends_with(".localhost"),
        };
        if !is_loopback && !allow_remote {
            return Err(AddressError::Remote(host.to_owned()));
        }
        let unresolved =
            |problem: &str| AddressError::Unresolved { host: host.to_owned(), problem: problem.to_owned() };
        let sockets: Vec<SocketAddr> = (name, port)
            .to_socket_addrs()
            .map_err(|error| unresolved(&error.to_string()))?
            // Whatever a resolver says: what is called loopback stays there.
            .filter(|socket| allow_remote || socket.ip().is_loopback())
            .collect();
        // Servers that are told to listen on the loopback interface mostly listen on its IPv4 address.
        let socket = sockets.iter().find(|socket| socket.is_ipv4()).or(sockets.first());
        let socket = *socket.ok_or_else(|| unresolved("none that may be contacted"))?;
        let path = Some(url.path()).filter(|path| *path != "/").map(str::to_owned);
        Ok(Self { socket, path, origin: None, parameter: None, text: text.to_owned() })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, AddressError};

    #[test]
    fn only_the_loopback_interface_is_taken_unless_told_otherwise() {
        let table = [
            ("ws://127.0.0.1:8000/connection/websocket", "127.0.0.1:8000", Some("/connection/websocket")),
            ("ws://[::1]:8080/cable", "[::1]:8080", Some("/cable")),
            ("ws://127.9.9.9/", "127.9.9.9:80", None),
            ("ws://127.0.0.1:8000", "127.0.0.1:8000", None),
        ];
        for (text, socket, path) in table {
            let address = Address::parse(text, false).unwrap();
            assert_eq!(
                (address.socket.to_string().as_str(), address.path.as_deref()),
                (socket, path),
                "{text}"
            );
            assert_eq!(address.to_string(), text);
        }
        assert!(Address::parse("ws://localhost:8000/", false).unwrap().socket.ip().is_loopback());
        // A name that no resolver knows is refused before anybody is asked for it.
        for host in ["10.0.0.1", "example.invalid", "localhost.example.invalid", "[2001:db8::1]", "0.0.0.0"] {
            let text = format!("ws://{host}:8000/x");
            assert_eq!(Address::parse(&text, false), Err(AddressError::Remote(host.to_owned())));
        }
        assert!(Address::parse("ws://10.0.0.1:8000/", true).is_ok());
    }

    #[test]
    fn what_is_no_plain_address_is_told_without_repeating_it() {
        let table = [
            ("wss://127.0.0.1/", AddressError::Tls),
            ("ws://user:word@127.0.0.1/", AddressError::MoreThanAnAddress),
            ("ws://127.0.0.1/cable?jid=token", AddressError::MoreThanAnAddress),
            ("http://127.0.0.1/", AddressError::Malformed),
            ("ws:", AddressError::Malformed),
        ];
        for (text, expected) in table {
            let error = Address::parse(text, true).unwrap_err();
            assert!(!error.to_string().contains("word") && !error.to_string().contains("jid"), "{error}");
            assert_eq!(error, expected, "{text}");
        }
    }
}
