//! An HTTP answer that goes on and on: what a server pushes to a client that only listens.
//!
//! The body is taken apart into what the server says, one line or one event after another. That it
//! ends is no news of its own: a server that means to say no says so in words before.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::str;

use reqwest::redirect;
use tokio::time::{sleep, timeout};

use crate::live::leak::{Heard, Record};
use crate::websocket::{FAREWELL, Failure, MAX_BODY, PAUSE, is_short_of};

/// How much a server may say before the first end of a line, or of an event.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The request target: `/connection/sse?cf_connect=…`.
    pub target: String,
    /// The body of a POST; a GET has none.
    pub body: Option<String>,
    /// Further headers, each a name and a value without line ends.
    pub headers: Vec<(String, String)>,
}

/// How a body is taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Into lines.
    Lines,
    /// Into server-sent events (WHATWG HTML section 9.2), of which the data is taken.
    Events,
}

/// An answer that is still being given. What the server says is put on a record.
#[derive(Debug)]
pub struct Stream {
    address: SocketAddr,
    /// The answer, as long as somebody listens.
    response: Option<reqwest::Response>,
    reader: Reader,
    heard: Heard,
    record: Record,
}

impl Stream {
    /// Sends a request on a connection of its own, and waits for the head of the answer.
    ///
    /// # Errors
    ///
    /// A [`Failure`] where the server does not take the connection or answers by another status than
    /// 200.
    pub async fn open(
        address: SocketAddr,
        request: &Request,
        framing: Framing,
        record: &Record,
    ) -> Result<Self, Failure> {
        let response = send(address, request).await?;
        let heard = record.connection();
        for (name, value) in response.headers() {
            heard.hear_whole(&[name.as_str().as_bytes(), b": ", value.as_bytes()].concat());
        }
        match response.status().as_u16() {
            200 => Ok(Self {
                address,
                response: Some(response),
                reader: Reader::new(framing),
                heard,
                record: record.clone(),
            }),
            status => {
                hear_body(&heard, response).await;
                Err(Failure::Status(status))
            }
        }
    }

    /// Waits for the next message.
    ///
    /// # Errors
    ///
    /// A [`Failure`] where the answer ends, or is not what it should be.
    pub async fn receive(&mut self) -> Result<String, Failure> {
        loop {
            if let Some(message) = self.reader.next()? {
                return Ok(message);
            }
            let Some(response) = &mut self.response else {
                return Err(Failure::Dropped("nobody listens any more".to_owned()));
            };
            match response.chunk().await {
                Ok(Some(octets)) => {
                    self.heard.hear(&octets);
                    self.reader.read(&octets)?;
                }
                Ok(None) => return Err(Failure::Dropped("the answer ended".to_owned())),
                Err(error) => return Err(dropped(&error)),
            }
        }
    }

    /// Sends another request while the answer goes on, on a connection of its own too.
    ///
    /// # Errors
    ///
    /// A [`Failure`] where the server does not take the connection or answers by a status that is no
    /// success.
    pub async fn ask(&mut self, request: &Request) -> Result<(), Failure> {
        let response = send(self.address, request).await?;
        let status = response.status();
        let body = response.bytes().await.map_err(|error| dropped(&error))?;
        self.record.connection().hear(&body);
        if status.is_success() { Ok(()) } else { Err(Failure::Status(status.as_u16())) }
    }

    /// Listens no longer: the server sees that its connection is gone.
    pub fn close(&mut self) {
        self.response = None;
    }
}

/// Hears the body of an answer that is none of those that go on and on: as much as comes within a moment. That is
/// beside a refusal, and decides nothing: whether it comes to its end does not matter.
async fn hear_body(heard: &Heard, mut response: reqwest::Response) {
    let reading = async {
        let mut left = MAX_BODY;
        while let Ok(Some(octets)) = response.chunk().await {
            heard.hear(&octets);
            left = left.saturating_sub(octets.len());
            if left == 0 {
                break;
            }
        }
    };
    let _ = timeout(FAREWELL, reading).await;
}

/// A client that contacts whom it is told to, and nobody else.
pub(crate) fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        // The loopback interface is never reached through a proxy of the environment.
        .no_proxy()
        // Nor does a server send us elsewhere.
        .redirect(redirect::Policy::none())
}

async fn send(address: SocketAddr, request: &Request) -> Result<reqwest::Response, Failure> {
    let client = client()
        // A connection that is used again may be one that the server is just closing.
        .pool_max_idle_per_host(0)
        .tcp_nodelay(true)
        .build()
        .map_err(|error| dropped(&error))?;
    let url = format!("http://{address}{}", request.target);
    loop {
        let start = match &request.body {
            Some(body) => client.post(&url).header("Content-Type", "application/json").body(body.clone()),
            None => client.get(&url),
        };
        let headers = request.headers.iter();
        let whole = headers.fold(start, |request, (name, value)| request.header(name, value));
        match whole.send().await {
            Ok(response) => return Ok(response),
            Err(error) if io_error(&error).is_some_and(is_short_of) => sleep(PAUSE).await,
            Err(error) => return Err(dropped(&error)),
        }
    }
}

fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let first: &'a (dyn Error + 'static) = error;
    std::iter::successors(Some(first), |error: &&'a (dyn Error + 'static)| (*error).source())
}

fn io_error(error: &reqwest::Error) -> Option<&io::Error> {
    causes(error).find_map(|error| error.downcast_ref::<io::Error>())
}

fn dropped(error: &reqwest::Error) -> Failure {
    Failure::Dropped(causes(error).last().map_or_else(String::new, ToString::to_string))
}

/// Takes a body apart.
#[derive(Debug)]
struct Reader {
    framing: Framing,
    /// What came after the last end of a line.
    rest: Vec<u8>,
    /// The data of the event that has not ended yet; absent where it has none so far.
    data: Option<String>,
    messages: VecDeque<String>,
}

impl Reader {
    const fn new(framing: Framing) -> Self {
        Self { framing, rest: Vec::new(), data: None, messages: VecDeque::new() }
    }

    fn next(&mut self) -> Result<Option<String>, Failure> {
        let unended = self.rest.len() + self.data.as_ref().map_or(0, String::len);
        match self.messages.pop_front() {
            None if unended > MAX_MESSAGE => Err(Failure::Violation("a message without end".to_owned())),
            message => Ok(message),
        }
    }

    fn read(&mut self, octets: &[u8]) -> Result<(), Failure> {
        self.rest.extend_from_slice(octets);
        let Some(end) = self.rest.iter().rposition(|octet| *octet == b'\n') else { return Ok(()) };
        let rest = self.rest.split_off(end + 1);
        let lines = std::mem::replace(&mut self.rest, rest);
        let lines = str::from_utf8(&lines)
            .map_err(|error| Failure::Violation(format!("octets that are no text: {error}")))?;
        for line in lines.lines() {
            match self.framing {
                Framing::Lines => self.messages.push_back(line.to_owned()),
                Framing::Events => self.event_line(line),
            }
        }
        Ok(())
    }

    /// A line of an event; an empty one ends it. Comments and other fields than the data say nothing.
    fn event_line(&mut self, line: &str) {
        if line.is_empty() {
            self.messages.extend(self.data.take());
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            }
        }
    }
}

/// RFC 3986 section 2.1, for every octet that is not unreserved (section 2.3).
#[must_use]
pub fn percent_encode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for &octet in octets {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            text.push(char::from(octet));
        } else {
            // Writing to a string does not fail.
            let _ = write!(text, "%{octet:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::{Framing, Reader, Request, Stream, percent_encode};
    use crate::live::leak::Record;
    use crate::websocket::Failure;

    /// What is read of a body that comes in pieces of every size.
    fn read(framing: Framing, body: &str) -> Vec<String> {
        let whole = pieces(framing, body.as_bytes(), body.len());
        for size in 1..body.len() {
            assert_eq!(pieces(framing, body.as_bytes(), size), whole, "in pieces of {size}");
        }
        whole
    }

    fn pieces(framing: Framing, body: &[u8], size: usize) -> Vec<String> {
        let mut reader = Reader::new(framing);
        let mut messages = Vec::new();
        for piece in body.chunks(size) {
            reader.read(piece).unwrap();
            messages.extend(std::iter::from_fn(|| reader.next().unwrap()));
        }
        messages
    }

    #[test]
    fn lines_are_messages_once_they_end() {
        assert_eq!(read(Framing::Lines, "{\"é\":1}\n{}\n{\"unended"), ["{\"é\":1}", "{}"]);
        assert_eq!(read(Framing::Lines, "null\n"), ["null"]);
    }

    #[test]
    fn events_are_their_data_once_they_end() {
        let body = "\r\n: hello\ndata: {}\n\nevent: ping\ndata:\n\nid: 7\n\ndata: a\r\ndata:  b\r\n\r\ndata: unended\n";
        assert_eq!(read(Framing::Events, body), ["{}", "", "a\n b"]);
    }

    #[test]
    fn what_is_no_text_is_a_violation() {
        let mut reader = Reader::new(Framing::Lines);
        assert!(matches!(reader.read(b"\xff\n"), Err(Failure::Violation(_))));
    }

    #[test]
    fn every_octet_that_is_not_unreserved_is_encoded() {
        assert_eq!(percent_encode(b"aZ09-._~"), "aZ09-._~");
        assert_eq!(percent_encode(b" +/=%&;\0\xff\n"), "%20%2B%2F%3D%25%26%3B%00%FF%0A");
    }

    /// What becomes of a stream whose server answers by these octets and hangs up.
    fn answered(answer: &'static str) -> (Vec<String>, Failure) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                let length = stream.read(&mut request).await.unwrap();
                assert!(request[..length].starts_with(b"POST /stream?a=%2B HTTP/1.1\r\n"));
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
                // What is left unread would make a reset of the end.
                stream.read_to_end(&mut Vec::new()).await.unwrap();
            });
            let request = Request {
                target: "/stream?a=%2B".to_owned(),
                body: Some("{}".to_owned()),
                headers: Vec::new(),
            };
            let record = Record::default();
            let mut stream = match Stream::open(address, &request, Framing::Lines, &record).await {
                Ok(stream) => stream,
                Err(failure) => return (Vec::new(), failure),
            };
            let mut messages = Vec::new();
            loop {
                match stream.receive().await {
                    Ok(message) => messages.push(message),
                    Err(failure) => {
                        let heard = String::from_utf8(record.heard()).unwrap();
                        assert!(messages.iter().all(|message| heard.contains(&**message)));
                        return (messages, failure);
                    }
                }
            }
        })
    }

    #[test]
    fn an_answer_that_ends_is_dropped_whatever_it_said() {
        for answer in [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n{}\n",
        ] {
            let (messages, failure) = answered(answer);
            assert_eq!(messages, ["{}"], "{answer}");
            assert!(matches!(failure, Failure::Dropped(_)), "{answer}: {failure}");
        }
        assert!(matches!(answered(""), (_, Failure::Dropped(_))));
    }

    #[test]
    fn only_the_status_200_opens_a_stream() {
        for (answer, status) in [
            ("HTTP/1.1 413 Too Large\r\n\r\n", 413),
            ("HTTP/1.1 302 Found\r\nLocation: /stream\r\n\r\n", 302),
            ("HTTP/1.1 204 No Content\r\n\r\n", 204),
        ] {
            assert_eq!(answered(answer), (Vec::new(), Failure::Status(status)));
        }
    }
}
