//! The HTML report in a real browser: Chromium, headless, driven over WebDriver. Needs the packages `chromium` and
//! `chromium-driver` of Debian:
//!
//!     cargo test -p jotproof --test browser --release --locked -- --ignored

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

mod support;

use support::shown;

/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The name of the member that has the id of an element (W3C WebDriver, section 12.2).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A headless browser, which ends with the test.
struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    fn start(width: u32, height: u32) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver starts: install the packages chromium and chromium-driver");
        let mut lines = BufReader::new(driver.stdout.take().expect("it is a pipe")).lines();
        let port = lines.find_map(|line| {
            let line = line.expect("it is text");
            line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        let mut browser =
            Self { driver, port: port.expect("chromedriver tells its port"), session: String::new() };
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"],
            "mobileEmulation": {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 1}},
        });
        let wanted = json!({"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
        let session = browser.send("POST", "/session", &json!({"capabilities": {"alwaysMatch": wanted}}));
        browser.session = format!("/session/{}", session["sessionId"].as_str().expect("it has an id"));
        browser
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("chromedriver listens");
        let sent = if method == "GET" { String::new() } else { body.to_string() };
        let path = format!("{}{path}", self.session);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{sent}",
            self.port,
            sent.len()
        )
        .expect("it takes a command");
        stream.set_read_timeout(Some(3 * PATIENCE)).expect("it is no zero time");
        let mut answer: Value = serde_json::from_slice(&response(stream)).expect("it answers JSON");
        assert!(answer["value"]["error"].is_null(), "{method} {path}: {answer}");
        answer["value"].take()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.send("POST", path, body)
    }

    fn open(&self, page: &Path) {
        self.post("/url", &json!({"url": format!("file://{}", page.display())}));
    }

    fn path(&self) -> String {
        let url = self.send("GET", "/url", &Value::Null);
        url.as_str().expect("it is text").to_owned()
    }

    fn element(&self, selector: &str) -> String {
        let found = self.post("/element", &json!({"using": "css selector", "value": selector}));
        format!("/element/{}", found[ELEMENT].as_str().expect("it has an id"))
    }

    fn click(&self, selector: &str) {
        self.post(&format!("{}/click", self.element(selector)), &json!({}));
    }

    fn type_into(&self, selector: &str, text: &str) {
        self.post(&format!("{}/value", self.element(selector)), &json!({"text": text}));
    }

    fn back(&self) {
        self.post("/back", &json!({}));
    }

    /// The value of an expression of the page.
    fn value(&self, expression: &str) -> Value {
        self.post("/execute/sync", &json!({"script": format!("return {expression}"), "args": []}))
    }

    fn text(&self, expression: &str) -> String {
        self.value(expression).as_str().unwrap_or_default().to_owned()
    }

    /// Waits for an expression of the page to be true.
    fn wait(&self, expression: &str) {
        let end = Instant::now() + PATIENCE;
        while self.value(expression) != json!(true) {
            assert!(Instant::now() < end, "{expression} stays {} in {}", self.value(expression), self.path());
            sleep(Duration::from_millis(50));
        }
    }

    /// Checks that the page told the console nothing, and that a phone does not scroll it sideways.
    fn check_page(&self) {
        let told = self.post("/se/log", &json!({"type": "browser"}));
        assert_eq!(told, json!([]), "{}", self.path());
        let fits = self.value("document.documentElement.scrollWidth <= document.documentElement.clientWidth");
        assert_eq!(fits, json!(true), "{} is wider than the window", self.path());
        let styled = self.text("getComputedStyle(document.body).fontFamily");
        assert!(styled.contains("system-ui"), "{} has no style: {styled}", self.path());
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Without a session, chromedriver has no browser to end.
        if !self.session.is_empty() && !std::thread::panicking() {
            self.send("DELETE", "", &json!({}));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The body of an HTTP response. chromedriver keeps the connection open.
fn response(stream: TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(stream);
    let mut length = None;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("it answers");
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok()
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length.expect("it tells the length of its answer")];
    reader.read_exact(&mut body).expect("its answer has this length");
    body
}

/// The rows that a filter leaves, in JavaScript.
const SHOWN: &str = "[...document.querySelectorAll('.lines tbody tr')].filter((row) => row.offsetHeight > 0)";

fn site(folder: &Path) {
    let path = folder.to_str().expect("the path is UTF-8");
    let run = ["run", "reference:rfc", "library:jsonwebtoken", "--html", path];
    let only = ["--only", "claims/**", "--only", "algorithms/**"];
    let output = support::command(env!("CARGO_BIN_EXE_jotproof"), &[&run[..], &only].concat())
        .output()
        .expect("the command runs");
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
}

#[test]
#[ignore = "needs Chromium and chromedriver; ci/test runs it if they are installed"]
fn a_reader_finds_a_case_and_its_twin_in_a_browser() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let site_folder = folder.path().join("site");
    site(&site_folder);
    for (width, height) in [(390, 844), (1280, 800)] {
        let browser = Browser::start(width, height);
        browser.open(&site_folder.join("index.html"));
        assert_eq!(browser.text("document.title"), "Overview - Jotproof");
        browser.check_page();
        search(&browser);
        walk(&browser);
        without_script(&browser, &site_folder);
    }
}

/// Words and judgements filter the table of cases.
fn search(browser: &Browser) {
    browser.click("nav a[href='cases.html']");
    browser.wait("document.title === 'All cases - Jotproof'");
    let all = browser.value(&format!("{SHOWN}.length")).as_u64().expect("it is a number");
    assert!(all > 500, "{all} cases");
    browser.type_into(".filter input", "Audience null");
    browser.wait(&format!("{SHOWN}.length < {all}"));
    let rows = browser.value(&format!("{SHOWN}.map((row) => row.textContent.toLowerCase())"));
    let rows = rows.as_array().expect("it is a list");
    assert!(!rows.is_empty() && rows.iter().all(|row| row.to_string().contains("audience")), "{rows:?}");
    let told = format!("{} of {all} cases", rows.len());
    browser.wait(&format!("document.querySelector('.filter output').textContent === '{told}'"));
    browser.value("document.querySelector('.filter input').value = ''");
    browser.type_into(".filter input", "no such case");
    browser.wait(&format!("{SHOWN}.length === 0"));
    browser.value("document.querySelector('.filter input').value = ''");
    browser.type_into(".filter input", " ");
    browser.wait(&format!("{SHOWN}.length === {all}"));
    browser.click(".filter select option:nth-child(2)");
    browser.wait(&format!("{SHOWN}.length < {all}"));
    let chosen = browser.text("document.querySelector('.filter select').value");
    let kinds =
        browser.value(&format!("{SHOWN}.every((row) => row.dataset.k.split(' ').includes('{chosen}'))"));
    assert_eq!(kinds, json!(true), "{chosen}");
    browser.check_page();
    browser.back();
}

/// Overview, bug class, case, twin, and the same way back.
fn walk(browser: &Browser) {
    browser.wait("document.title === 'Overview - Jotproof'");
    browser.click(".matrix tbody tr:first-child a[href^='classes/']");
    browser.wait("location.pathname.includes('/classes/')");
    browser.check_page();
    let class = browser.path();
    browser.click(".lines tbody a[href^='../cases/']");
    browser.wait("location.pathname.includes('/cases/')");
    browser.check_page();
    let case = browser.path();
    let title = browser.text("document.querySelector('h1').textContent");
    let twin = browser.text("document.querySelector('.twin').textContent");
    assert!(browser.value("document.querySelectorAll('.beside mark').length").as_u64() > Some(1), "{case}");
    browser.click(".twin");
    browser.wait(&format!(
        "document.body.textContent.includes({}) && location.href !== {}",
        json!(twin),
        json!(case)
    ));
    // The twin passes, so it is closed on the page of its topic until a link leads to it.
    let is_open =
        "[...document.querySelectorAll('article')].filter((it) => it.checkVisibility()).map((it) => it.id)";
    if browser.path().contains('#') {
        browser.wait(&format!("{is_open}.length === 1"));
        let (_, name) = twin.rsplit_once('/').expect("an id has parts");
        assert_eq!(browser.value(is_open), json!([name]));
    }
    browser.check_page();
    browser.back();
    browser.wait(&format!("document.querySelector('h1').textContent === {}", json!(title)));
    browser.click("dt a[href*='requirements.html#']");
    browser.wait("location.pathname.endsWith('/requirements.html')");
    let row = "document.getElementById(location.hash.slice(1)).getBoundingClientRect()";
    browser.wait(&format!("{row}.top >= 0 && {row}.top < innerHeight"));
    browser.check_page();
    browser.back();
    browser.wait(&format!("document.querySelector('h1').textContent === {}", json!(title)));
    browser.click("tbody a[href*='targets/']");
    browser.wait("location.pathname.includes('/targets/')");
    browser.check_page();
    browser.back();
    browser.back();
    browser.wait(&format!("location.href === {}", json!(class)));
    browser.back();
    browser.wait("document.title === 'Overview - Jotproof'");
}

/// Without JavaScript, every row is there and no filter promises anything.
fn without_script(browser: &Browser, site: &Path) {
    let script = |is_disabled: bool| {
        let body = json!({"cmd": "Emulation.setScriptExecutionDisabled", "params": {"value": is_disabled}});
        browser.post("/goog/cdp/execute", &body);
    };
    script(true);
    browser.open(&site.join("cases.html"));
    script(false);
    assert_eq!(browser.value("document.querySelector('.filter').offsetHeight"), json!(0));
    let all = browser.value("document.querySelectorAll('.lines tbody tr').length");
    assert_eq!(browser.value(&format!("{SHOWN}.length")), all);
    browser.check_page();
}
