//! `jotproof show`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use jotproof_engine::packed::Index;
use jotproof_engine::{Exit, Suite, select};
use jotproof_mint::stored;
use jotproof_model::context::{
    Carrier, Fallback, Origin, Parameter, ParameterSource, PreviousSecret, RpcProxy,
};
use jotproof_model::expectation::Preference;
use jotproof_model::recipe::{Content, Member, Signer};
use jotproof_model::{
    Action, ChannelOptions, Context, Effect, Expectation, Expiry, Flow, FlowToken, Identification, KeySet,
    NamedSession, Namespace, Reason, Recipe, Separate, Session, Step, Subject, Token, Twin, Vector,
    VectorFile,
};

use crate::arguments::{Show, Source};
use crate::{Outcome, terminal};

pub(crate) fn show(arguments: &Show) -> Outcome {
    let Show { id, json, source: Source { vectors: folder } } = arguments;
    let file = file_of(folder.as_deref(), id)?;
    let vector = file.vectors.iter().find(|vector| vector.id.0 == *id);
    let vector = vector.with_context(|| format!("{id} is not in {}", file.topic))?;
    let text =
        if *json { format!("{}\n", serde_json::to_string_pretty(vector)?) } else { describe(vector, &file)? };
    Ok(terminal::end_with(&text, Exit::Ok))
}

/// The file of a vector: of a folder, or one that is built in, and then no other is read.
fn file_of(folder: Option<&Path>, id: &str) -> anyhow::Result<VectorFile> {
    fn unknown<'a>(id: &str, ids: impl Iterator<Item = &'a str>) -> anyhow::Error {
        let hint = select::did_you_mean(ids, id);
        anyhow!("there is no vector {id:?}{hint}; `jotproof list` shows all ids")
    }
    match folder {
        Some(folder) => {
            let suite = Suite::read(folder)?;
            let file = suite.file_of(id).cloned();
            file.ok_or_else(|| unknown(id, suite.vectors().map(|vector| &*vector.id.0)))
        }
        None => {
            let index = Index::read()?;
            index.file_of(id)?.ok_or_else(|| unknown(id, index.entries().iter().map(|entry| &*entry.id)))
        }
    }
}

/// Takes a vector apart, field by field: one that is not shown does not compile.
fn describe(vector: &Vector, file: &VectorFile) -> anyhow::Result<String> {
    let Vector {
        id,
        title,
        why,
        requirements,
        bug_class,
        severity,
        requires,
        threat,
        twin,
        subject,
        context,
        expectation,
        effect,
        clock_margin,
    } = vector;
    let mut page = Page::default();
    page.line("", &format!("{id}: {title}"));
    page.line("", "");
    page.line("", why);
    page.line("", "");
    verdict(&mut page, expectation);
    page.line("threat", &word(threat)?);
    let class = file.bug_classes.get(bug_class).map_or_else(String::new, |class| format!(": {}", class.name));
    page.line("bug class", &format!("{bug_class}{class} ({})", word(severity)?));
    for advisory in file.bug_classes.get(bug_class).map_or(&[][..], |class| &class.advisories) {
        page.line("as in", &format!("{}: {}", advisory.id, advisory.product));
    }
    for id in requirements {
        let text = file.requirements.get(id).map_or_else(String::new, |requirement| {
            format!(": {} section {}: {}", requirement.document, requirement.section, requirement.says)
        });
        page.line("requirement", &format!("{id}{text}"));
    }
    match twin {
        Twin::Vector { id, edits } => {
            page.line("made from", &id.0);
            for edit in edits {
                page.line("by", &serde_json::to_string(edit)?);
            }
        }
        Twin::Nothing { reason } => page.line("made from", &format!("nothing: {reason}")),
    }
    match subject {
        Subject::Token { recipe, token } => token_lines(&mut page, recipe, token)?,
        Subject::Flow { flow } => {
            let Flow { tokens, steps } = &**flow;
            for step in steps {
                page.line("step", &described(step));
            }
            for (name, FlowToken { recipe, token }) in tokens {
                page.line("token named", name);
                token_lines(&mut page, recipe, token)?;
            }
        }
    }
    context_lines(&mut page, context);
    let needed: Vec<String> = requires.iter().map(ToString::to_string).collect();
    page.line("requires", &needed.join(" "));
    if let Some(margin) = clock_margin {
        page.line("clock margin", &format!("{margin} s"));
    }
    if let Some(effect) = effect {
        effect_lines(&mut page, effect);
    }
    Ok(page.0)
}

/// Lines of a label and a text.
#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, label: &str, text: &str) {
        // Writing to a string does not fail.
        let _ =
            if label.is_empty() { writeln!(self.0, "{text}") } else { writeln!(self.0, "{label:<13}{text}") };
    }
}

fn verdict(page: &mut Page, expectation: &Expectation) {
    let names = |reasons: &std::collections::BTreeSet<Reason>| {
        reasons.iter().map(|reason| reason.name()).collect::<Vec<_>>().join(", ")
    };
    match expectation {
        Expectation::Accept { level } => page.line("verdict", &format!("accept ({level:?})").to_lowercase()),
        Expectation::Reject { level, reasons } => {
            page.line("verdict", &format!("reject ({level:?}): {}", names(reasons)).to_lowercase());
        }
        Expectation::Either { why, reasons, prefer } => {
            let better = match prefer {
                Some(Preference::Accept) => "; better accepted",
                Some(Preference::Reject) => "; better refused",
                None => "",
            };
            page.line("verdict", &format!("either (if refused: {}{better})", names(reasons)));
            page.line("because", why);
        }
    }
}

fn token_lines(page: &mut Page, recipe: &Recipe, token: &Token) -> anyhow::Result<()> {
    recipe_lines(page, recipe)?;
    let octets = stored::octets(token)?;
    page.line("token", &shortened(&String::from_utf8_lossy(&octets)));
    Ok(())
}

/// `after 3 s: refresh with renewed`.
fn described(step: &Step) -> String {
    let Step { at, action, refused } = step;
    let what = match action {
        Action::Connect { token: Some(token) } => format!("connect with {token}"),
        Action::Connect { token: None } => "connect without a token".to_owned(),
        Action::Disconnect => "disconnect".to_owned(),
        Action::Resume { token, session, plain } => {
            let which = match session {
                NamedSession::Earlier => "the earlier session",
                NamedSession::Unknown => "a session that there never was",
            };
            let with = token.as_ref().map_or("without a token".to_owned(), |token| format!("with {token}"));
            let over = if *plain { " over the plain protocol" } else { "" };
            format!("resume {which} {with}{over}")
        }
        Action::Refresh { token } => format!("refresh with {token}"),
        Action::Subscribe { channel, token: Some(token) } => format!("subscribe to {channel} with {token}"),
        Action::Subscribe { channel, token: None } => format!("subscribe to {channel} without a token"),
        Action::Unsubscribe { channel } => format!("unsubscribe from {channel}"),
        Action::SubRefresh { channel, token } => format!("renew the subscription to {channel} with {token}"),
        Action::Configure { context } => format!(
            "the server is configured anew: keys {}; audience {:?}; issuer {:?}{}",
            context.keys.join(" "),
            context.audience,
            context.issuer,
            context
                .namespace
                .map_or_else(String::new, |namespace| format!("; namespace {}", namespace_text(namespace)))
        ),
        Action::Look => "look whether the connection is there".to_owned(),
        Action::LookAt { channel } => format!("look whether the subscription to {channel} is there"),
    };
    let refused = refused.map_or_else(String::new, |reason| format!("; refused: {reason}"));
    format!("after {at} s: {what}{refused}")
}

fn namespace_text(Namespace { presence, allow_subscribe_for_anonymous }: Namespace) -> String {
    format!(
        "{}, presence {presence}, allow_subscribe_for_anonymous {allow_subscribe_for_anonymous}",
        Namespace::NAME
    )
}

fn recipe_lines(page: &mut Page, recipe: &Recipe) -> anyhow::Result<()> {
    let Recipe { header, payload, signer, signature, segments, structure } = recipe;
    page.line("header", &content(header));
    page.line("payload", &content(payload));
    page.line(
        "signed by",
        &match signer {
            Signer::Key { key, form, algorithm } if form.is_natural() => format!("{key} with {algorithm}"),
            Signer::Key { key, form, algorithm } => format!("{} of {key} with {algorithm}", word(form)?),
            Signer::Nobody => "nobody".to_owned(),
        },
    );
    for change in signature {
        page.line("signature", &serde_json::to_string(change)?);
    }
    for change in segments {
        page.line("segment", &serde_json::to_string(change)?);
    }
    for change in structure {
        page.line("structure", &serde_json::to_string(change)?);
    }
    Ok(())
}

fn content(content: &Content) -> String {
    match content {
        Content::Object { members, before, after } => {
            let members: Vec<String> =
                members.iter().map(|Member(name, value)| format!("\"{name}\":{value}")).collect();
            shortened(&format!("{before}{{{}}}{after}", members.join(",")))
        }
        Content::Text { text } => shortened(text),
        Content::Octets { base64url } => shortened(&format!("octets {base64url}")),
        Content::Token { recipe } => shortened(&format!(
            "a token: header {}, payload {}, signer {}",
            self::content(&recipe.header),
            self::content(&recipe.payload),
            serde_json::to_string(&recipe.signer).unwrap_or_default()
        )),
    }
}

fn context_lines(page: &mut Page, context: &Context) {
    let Context {
        application,
        keys,
        algorithms,
        audience,
        more_audiences,
        issuer,
        more_issuers,
        typ,
        leeway,
        allow_none,
        refuse_anonymous,
        session,
        key_set,
        audience_regex,
        issuer_regex,
        user_id_claim,
        previous_secret,
        separate,
        rpc_proxy,
        namespace,
        identification,
        submission,
    } = context;
    let names: Vec<&str> = algorithms.iter().map(|algorithm| algorithm.name()).collect();
    page.line("application", application.name());
    page.line(
        "verifier",
        &format!("keys {}; algorithms {}; leeway {leeway} s", keys.join(" "), names.join(" ")),
    );
    let configured = [
        ("audience", audience.iter().chain(more_audiences)),
        ("issuer", issuer.iter().chain(more_issuers)),
        ("typ", typ.iter().chain(&[])),
    ];
    for (label, values) in configured {
        for value in values {
            page.line(label, value);
        }
    }
    if *allow_none {
        page.line("", "unsecured tokens are allowed");
    }
    if *refuse_anonymous {
        page.line("", "anonymous users are refused");
    }
    match rpc_proxy {
        None => {}
        Some(RpcProxy::WithoutMeta) => page.line("backend", "is called by clients, and told no meta"),
        Some(RpcProxy::WithMeta) => page.line("backend", "is called by clients, and told their meta"),
    }
    if let Some(namespace) = namespace {
        page.line("namespace", &namespace_text(*namespace));
    }
    if let Some(Session { user, client, channel }) = session {
        page.line("session", &format!("user {user:?}, client {client}, asks for channel {channel:?}"));
    }
    if let Some(KeySet { path, documents, fetched, origin, transport }) = key_set {
        page.line("key set", &format!("at {path}, in place of configured keys"));
        match origin {
            Origin::Published => {}
            Origin::Silent => page.line("", "nothing answers at its URL"),
            Origin::WithoutScheme | Origin::OtherScheme | Origin::Malformed => {
                page.line("", &format!("its URL begins {:?}", origin.before_path("host")));
            }
        }
        if !transport.is_plain() {
            page.line("", &format!("it is sent otherwise: {}", transport.name()));
        }
        for (path, document) in documents {
            page.line("", &format!("{path} is {}", shortened(document)));
        }
        if !fetched.is_empty() {
            page.line("", &format!("fetched before: {}", fetched.join(" ")));
        }
    }
    for (label, value) in [("audiences", audience_regex), ("issuers", issuer_regex), ("user", user_id_claim)]
    {
        if let Some(value) = value {
            let what = if label == "user" { "named by claim" } else { "that match" };
            page.line(label, &format!("{what} {value}"));
        }
    }
    if let Some(PreviousSecret { key, valid_for }) = previous_secret {
        let until = match valid_for {
            Some(seconds @ 0..) => format!("counts for {seconds} s more"),
            Some(seconds) => format!("counts no longer, since {} s", seconds.unsigned_abs()),
            None => "counts without an end".to_owned(),
        };
        page.line("previous secret", &format!("{key}, which {until}"));
    }
    if let Some(Separate { keys, algorithms, audience, issuer }) = separate {
        let names: Vec<&str> = algorithms.iter().map(|algorithm| algorithm.name()).collect();
        let other = [("audience", audience), ("issuer", issuer)].map(|(name, value)| {
            value.as_ref().map_or_else(String::new, |value| format!("; {name} {value}"))
        });
        page.line(
            "other purpose",
            &format!("keys {}; algorithms {}{}", keys.join(" "), names.join(" "), other.concat()),
        );
    }
    if let Some(identification) = identification {
        identification_lines(page, identification);
    }
    for Carrier { at, name, text } in submission.iter().flatten() {
        page.line("submitted", &format!("{} {name}: {}", at.name(), shortened(text)));
    }
    if submission.as_ref().is_some_and(Vec::is_empty) {
        page.line("submitted", "no token");
    }
}

fn identification_lines(page: &mut Page, identification: &Identification) {
    let Identification { optional, fallback, parameter, headers, common_secret, resumable } = identification;
    let without = match (optional, fallback) {
        (false, _) => "is refused",
        (true, Fallback::BackendRefuses) => "is refused by the backend",
        (true, Fallback::BackendAccepts) => "is let in by the backend",
        (true, Fallback::Public) => "is let in",
        (true, Fallback::Nobody) => "is refused: there is nobody to ask",
    };
    page.line("", &format!("a client without a token {without}"));
    if let Some(Parameter { name, by }) = parameter {
        let by = match by {
            ParameterSource::Option => "the option jwt_param",
            ParameterSource::Variable => "the variable ANYCABLE_ID_PARAM",
        };
        page.line("parameter", &format!("{name}, by {by}"));
    }
    if !headers.is_empty() {
        page.line("headers", &headers.join(" "));
    }
    if *resumable {
        page.line("", "sessions can be resumed");
    }
    if let Some(key) = common_secret {
        page.line("secret", &format!("{key}, for everything but tokens"));
    }
}

fn effect_lines(page: &mut Page, effect: &Effect) {
    let Effect { claims, user, expires, subscriptions, info, meta, identifiers, backend_asked, options } =
        effect;
    let mut say = |what: &str, text: Option<&str>| {
        if let Some(text) = text {
            page.line("if accepted", &format!("{what} {}", shortened(text)));
        }
    };
    say("claims", claims.as_deref());
    say("user", user.as_ref().map(|user| format!("{user:?}")).as_deref());
    say(
        "expires",
        expires
            .as_ref()
            .map(|expires| match expires {
                Expiry::Never => "never".to_owned(),
                Expiry::At { second } => second.clone(),
                Expiry::After { seconds } => format!("{seconds} seconds later"),
            })
            .as_deref(),
    );
    let channels = subscriptions.as_ref().map(|channels| {
        if channels.is_empty() {
            "none".to_owned()
        } else {
            channels.keys().cloned().collect::<Vec<_>>().join(" ")
        }
    });
    say("subscriptions", channels.as_deref());
    for (channel, ChannelOptions { presence, join_leave, recovery, positioning }) in options.iter().flatten()
    {
        let text = format!(
            "{channel}: presence {presence}, join_leave {join_leave}, recovery {recovery}, positioning \
             {positioning}"
        );
        say("options", Some(&text));
    }
    say("info", info.as_deref().map(or_none));
    say("the backend is told of meta", meta.as_deref().map(or_none));
    say("identifiers", identifiers.as_ref().map(|text| format!("{text:?}")).as_deref());
    say("the backend is", backend_asked.map(|asked| if asked { "asked" } else { "not asked" }));
}

/// JSON text, which is empty where there is no value.
fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

/// The stored word of a closed enumeration.
fn word(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string(value)?.trim_matches('"').to_owned())
}

fn shortened(text: &str) -> String {
    const MOST: usize = 1000;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let start: String = text.chars().take(MOST).collect();
    format!("{start}… ({} octets; --json shows them all)", text.len())
}
