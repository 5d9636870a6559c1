//! How a mutant compares an audience or an issuer with its own, where it is not code point by code
//! point.

use jotproof_model::{Challenge, Context};
use serde_json::Value;

use crate::parts::{payload, with_claims};

/// The audience is put in place of one that this finds alike, the same in an array.
pub(crate) fn audience(challenge: &Challenge, alike: fn(&str, &str) -> bool) -> Option<Challenge> {
    let ours = challenge.context.audience.as_deref()?;
    with_claim(challenge, "aud", |value| replaced(value, ours, alike))
}

/// The issuer is put in place of one that this finds alike.
pub(crate) fn issuer(challenge: &Challenge, alike: fn(&str, &str) -> bool) -> Option<Challenge> {
    let ours = challenge.context.issuer.as_deref()?;
    with_claim(challenge, "iss", |value| replaced(value, ours, alike))
}

/// Of several audiences, one is put in place of what this finds alike.
pub(crate) fn one_of_the_audiences(
    challenge: &Challenge,
    alike: fn(&str, &str) -> bool,
) -> Option<Challenge> {
    let names: Vec<&str> = challenge.context.audiences().collect();
    with_claim(challenge, "aud", |value| match value {
        Value::Array(all) => {
            alike_one(&names, &all.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?, alike)
        }
        value => alike_one(&names, &[value.as_str()?], alike),
    })
}

/// Of several issuers, one is put in place of what this finds alike.
pub(crate) fn one_of_the_issuers(challenge: &Challenge, alike: fn(&str, &str) -> bool) -> Option<Challenge> {
    let names: Vec<&str> = challenge.context.issuers().collect();
    with_claim(challenge, "iss", |value| alike_one(&names, &[value.as_str()?], alike))
}

fn alike_one(names: &[&str], found: &[&str], alike: fn(&str, &str) -> bool) -> Option<Value> {
    let ours = names.iter().find(|ours| found.iter().any(|theirs| alike(ours, theirs)))?;
    Some((*ours).into())
}

/// No audience is configured. Patterns are.
pub(crate) fn without_audiences(context: &mut Context) {
    context.audience = None;
    context.more_audiences.clear();
}

/// No issuer is configured. Patterns are.
pub(crate) fn without_issuers(context: &mut Context) {
    context.issuer = None;
    context.more_issuers.clear();
}

/// The audience is put in place of a whole value that this finds to be it.
pub(crate) fn audience_value(challenge: &Challenge, holds: fn(&str, &Value) -> bool) -> Option<Challenge> {
    let ours = challenge.context.audience.as_deref()?;
    with_claim(challenge, "aud", |value| holds(ours, value).then(|| ours.into()))
}

/// The issuer is put in place of a whole value that this finds to be it.
pub(crate) fn issuer_value(challenge: &Challenge, holds: fn(&str, &Value) -> bool) -> Option<Challenge> {
    let ours = challenge.context.issuer.as_deref()?;
    with_claim(challenge, "iss", |value| holds(ours, value).then(|| ours.into()))
}

/// The audience is put in place of the issuer, which is compared with either option.
pub(crate) fn audience_or_issuer(challenge: &Challenge) -> Option<Challenge> {
    either_option(challenge, "aud")
}

/// The issuer is put in place of the audience, which is compared with either option.
pub(crate) fn issuer_or_audience(challenge: &Challenge) -> Option<Challenge> {
    either_option(challenge, "iss")
}

/// A token for a channel whose `claim` is like what the session has.
pub(crate) fn in_session(
    challenge: &Challenge,
    claim: &str,
    alike: fn(&str, &str) -> bool,
) -> Option<Challenge> {
    let session = challenge.context.session.as_ref()?;
    let ours = match claim {
        "sub" => &session.user,
        "client" => &session.client,
        _ => &session.channel,
    };
    with_claim(challenge, claim, |value| replaced(value, ours, alike))
}

/// A token whose `client` is the user of the session.
pub(crate) fn client_is_user(challenge: &Challenge) -> Option<Challenge> {
    let session = challenge.context.session.as_ref()?;
    with_claim(challenge, "client", |value| (*value == session.user).then(|| session.client.clone().into()))
}

/// A token for a channel whose claim is like this has that of the session.
pub(crate) fn of_the_session(
    challenge: &Challenge,
    claim: &str,
    like: fn(Option<&Value>) -> bool,
) -> Option<Challenge> {
    let session = challenge.context.session.as_ref()?;
    let ours = if claim == "client" { &session.client } else { &session.channel };
    let mut payload = payload(challenge)?;
    if !like(payload.get(claim)) {
        return None;
    }
    payload.insert(claim.to_owned(), ours.clone().into());
    with_claims(challenge, payload)
}

/// Channel and client of a token for a channel are those of the session, where they are no strings.
pub(crate) fn no_strings_in_session(challenge: &Challenge) -> Option<Challenge> {
    let is_no_string = |value: Option<&Value>| value.is_some_and(|value| !value.is_string());
    let channel = of_the_session(challenge, "channel", is_no_string);
    of_the_session(channel.as_ref().unwrap_or(challenge), "client", is_no_string).or(channel)
}

/// It is empty, or the beginning of ours.
pub(crate) fn beginning(ours: &str, theirs: &str) -> bool {
    ours.starts_with(theirs)
}

/// It is the beginning of ours.
pub(crate) fn shorter(ours: &str, theirs: &str) -> bool {
    !theirs.is_empty() && ours.starts_with(theirs)
}

/// A star in it stands for anything.
pub(crate) fn pattern(ours: &str, theirs: &str) -> bool {
    theirs.split_once('*').is_some_and(|(before, after)| ours.starts_with(before) && ours.ends_with(after))
}

/// It is a list with ours in it.
pub(crate) fn listed(ours: &str, theirs: &str) -> bool {
    theirs.contains(',') && theirs.split(',').any(|one| one == ours)
}

/// What stands before the first colon does not count.
pub(crate) fn namespace_dropped(ours: &str, theirs: &str) -> bool {
    let name = |channel: &str| channel.split_once(':').map_or(channel, |(_, name)| name).to_owned();
    name(ours) == name(theirs)
}

/// A dollar sign at the beginning does not count.
pub(crate) fn dollar_dropped(ours: &str, theirs: &str) -> bool {
    ours.trim_start_matches('$') == theirs.trim_start_matches('$')
}

/// Both are the same number.
pub(crate) fn same_number(ours: &str, theirs: &str) -> bool {
    matches!((ours.parse::<u64>(), theirs.parse::<u64>()), (Ok(ours), Ok(theirs)) if ours == theirs)
}

fn either_option(challenge: &Challenge, name: &str) -> Option<Challenge> {
    let context = &challenge.context;
    let (audience, issuer) = (context.audience.as_deref()?, context.issuer.as_deref()?);
    let (ours, other) = if name == "aud" { (audience, issuer) } else { (issuer, audience) };
    with_claim(challenge, name, |value| (value.as_str() == Some(other)).then(|| ours.into()))
}

fn with_claim(
    challenge: &Challenge,
    name: &str,
    rewrite: impl Fn(&Value) -> Option<Value>,
) -> Option<Challenge> {
    let mut payload = payload(challenge)?;
    let value = payload.get_mut(name)?;
    *value = rewrite(value)?;
    with_claims(challenge, payload)
}

fn replaced(value: &Value, ours: &str, alike: fn(&str, &str) -> bool) -> Option<Value> {
    match value {
        Value::String(theirs) => alike(ours, theirs).then(|| ours.into()),
        Value::Array(all) => {
            let any = all.iter().any(|one| one.as_str().is_some_and(|theirs| alike(ours, theirs)));
            any.then(|| ours.into())
        }
        _ => None,
    }
}

/// Only the end is compared.
pub(crate) fn suffix(ours: &str, theirs: &str) -> bool {
    !theirs.is_empty() && ours.ends_with(theirs)
}

/// It is found somewhere in ours.
pub(crate) fn part(ours: &str, theirs: &str) -> bool {
    theirs.len() > 3 && ours.contains(theirs) && !ours.starts_with(theirs) && !ours.ends_with(theirs)
}

/// Ours is its beginning.
pub(crate) fn longer(ours: &str, theirs: &str) -> bool {
    theirs.starts_with(ours)
}

/// Ours is its end.
pub(crate) fn something_before(ours: &str, theirs: &str) -> bool {
    theirs.ends_with(ours)
}

/// Ours is somewhere in it.
pub(crate) fn around(ours: &str, theirs: &str) -> bool {
    theirs.contains(ours) && !theirs.starts_with(ours) && !theirs.ends_with(ours)
}

/// A slash or dot at the end does not count.
pub(crate) fn trailing_mark(ours: &str, theirs: &str) -> bool {
    theirs.trim_end_matches('/') == ours || theirs.trim_end_matches('.') == ours
}

/// A slash at the end does not count.
pub(crate) fn trailing_slash(ours: &str, theirs: &str) -> bool {
    theirs.trim_end_matches('/') == ours
}

/// A dot at the end of the host does not count.
pub(crate) fn trailing_dot_of_host(ours: &str, theirs: &str) -> bool {
    theirs.contains("./") && theirs.replacen("./", "/", 1) == ours
}

/// The length is compared, and the beginning.
pub(crate) fn length_and_beginning(ours: &str, theirs: &str) -> bool {
    const BEGINNING: usize = 16;
    ours != theirs
        && ours.len() == theirs.len()
        && ours.as_bytes().get(..BEGINNING) == theirs.as_bytes().get(..BEGINNING)
}

/// All but the last character is compared.
pub(crate) fn all_but_the_last(ours: &str, theirs: &str) -> bool {
    ours.char_indices().next_back().is_some_and(|(last, _)| &ours[..last] == theirs)
}

/// Percent-encoding is undone.
pub(crate) fn percent_encoded(ours: &str, theirs: &str) -> bool {
    let mut plain = Vec::new();
    let mut rest = theirs.as_bytes();
    while let [first, after @ ..] = rest {
        let two = after.get(..2).and_then(|two| str::from_utf8(two).ok());
        rest = match two.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(octet) if *first == b'%' => {
                plain.push(octet);
                &after[2..]
            }
            _ => {
                plain.push(*first);
                after
            }
        };
    }
    plain == ours.as_bytes()
}

/// Spaces around it do not count.
pub(crate) fn trimmed(ours: &str, theirs: &str) -> bool {
    theirs.trim_matches(' ') == ours
}

/// Line ends around it do not count.
pub(crate) fn line_ends_trimmed(ours: &str, theirs: &str) -> bool {
    theirs.trim_end_matches(['\n', '\r']) == ours
}

/// No-break spaces around it do not count.
pub(crate) fn no_break_trimmed(ours: &str, theirs: &str) -> bool {
    theirs.trim_matches('\u{a0}') == ours
}

/// One line of it is ours, as `^…$` finds in some languages.
pub(crate) fn one_line(ours: &str, theirs: &str) -> bool {
    theirs.lines().count() > 1 && theirs.lines().any(|line| line == ours)
}

/// It ends at its first NUL.
pub(crate) fn cut_at_nul(ours: &str, theirs: &str) -> bool {
    theirs.split('\0').next() == Some(ours)
}

/// Characters that are not seen do not count.
pub(crate) fn invisible_dropped(ours: &str, theirs: &str) -> bool {
    theirs.replace(['\u{200b}', '\u{ad}', '\0'], "") == ours
}

/// A byte order mark does not count.
pub(crate) fn byte_order_mark_dropped(ours: &str, theirs: &str) -> bool {
    theirs.trim_start_matches('\u{feff}') == ours
}

/// Letters of other scripts that look alike are equal.
pub(crate) fn look_alike(ours: &str, theirs: &str) -> bool {
    theirs.replace('\u{430}', "a").replace('\u{456}', "i").replace('\u{435}', "e").replace('\u{43e}', "o")
        == ours
}

/// Wide letters are the narrow ones, as compatibility normalisation has it.
pub(crate) fn full_width(ours: &str, theirs: &str) -> bool {
    let narrow = |c: char| match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    };
    theirs.chars().map(narrow).collect::<String>() == ours
}

/// An ideographic full stop is a dot, as in host names.
pub(crate) fn ideographic_dot(ours: &str, theirs: &str) -> bool {
    theirs.replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".") == ours
}

/// A long s is an s.
pub(crate) fn long_s(ours: &str, theirs: &str) -> bool {
    theirs.replace('\u{17f}', "s") == ours
}

/// A list with commas holds ours.
pub(crate) fn comma_list(ours: &str, theirs: &str) -> bool {
    theirs.contains(',') && theirs.split(',').any(|one| one.trim() == ours)
}

/// A list with spaces holds ours, as scopes are written.
pub(crate) fn space_list(ours: &str, theirs: &str) -> bool {
    theirs.contains(' ') && theirs.split(' ').any(|one| one == ours)
}

/// A list with semicolons holds ours.
pub(crate) fn semicolon_list(ours: &str, theirs: &str) -> bool {
    theirs.contains(';') && theirs.split(';').any(|one| one.trim() == ours)
}

/// JSON text of an array is read as one.
pub(crate) fn array_text(ours: &str, theirs: &str) -> bool {
    serde_json::from_str::<Vec<String>>(theirs).is_ok_and(|all| all.iter().any(|one| one == ours))
}

/// Quotes do not count.
pub(crate) fn quoted(ours: &str, theirs: &str) -> bool {
    theirs.len() > ours.len() && theirs.trim_matches(['"', '\'']) == ours
}

/// A star is anything.
pub(crate) fn wildcard(_: &str, theirs: &str) -> bool {
    theirs == "*"
}

/// What the token says is a regular expression that ours is matched with.
pub(crate) fn their_pattern(ours: &str, theirs: &str) -> bool {
    theirs.contains(".*")
        && ours.starts_with(theirs.split(".*").next().unwrap_or_default().trim_start_matches('^'))
}

/// Ours is a regular expression, in which a dot is any character.
pub(crate) fn our_pattern(ours: &str, theirs: &str) -> bool {
    ours != theirs
        && ours.chars().count() == theirs.chars().count()
        && ours.chars().zip(theirs.chars()).all(|(ours, theirs)| ours == theirs || ours == '.')
}

/// The scheme does not count.
pub(crate) fn any_scheme(ours: &str, theirs: &str) -> bool {
    let rest = |text: &str| text.split_once("://").map(|(_, rest)| rest.to_owned());
    rest(ours).is_some()
        && (rest(ours) == rest(theirs) || rest(ours).as_deref() == Some(theirs))
        && !ours.eq_ignore_ascii_case(theirs)
}

/// A port that is the default one does not count.
pub(crate) fn default_port(ours: &str, theirs: &str) -> bool {
    theirs.contains(":443") && theirs.replace(":443", "") == ours
}

/// The segments `.` and `..` of a path are resolved.
pub(crate) fn dot_segments(ours: &str, theirs: &str) -> bool {
    if !theirs.contains("/.") {
        return false;
    }
    let mut resolved: Vec<&str> = Vec::new();
    for segment in theirs.split('/') {
        match segment {
            "." => {}
            ".." => drop(resolved.pop()),
            _ => resolved.push(segment),
        }
    }
    resolved.join("/") == ours
}

/// Several slashes are one.
pub(crate) fn double_slash(ours: &str, theirs: &str) -> bool {
    let (scheme, rest) = theirs.split_once("://").unwrap_or(("", theirs));
    rest.contains("//") && format!("{scheme}://{}", rest.replace("//", "/")) == ours
}

/// The query does not count.
pub(crate) fn without_query(ours: &str, theirs: &str) -> bool {
    theirs.split_once('?').is_some_and(|(before, _)| before == ours)
}

/// The fragment does not count.
pub(crate) fn without_fragment(ours: &str, theirs: &str) -> bool {
    theirs.split_once('#').is_some_and(|(before, _)| before == ours)
}

/// What stands before an `@` does not count.
pub(crate) fn without_user(ours: &str, theirs: &str) -> bool {
    let host = |text: &str| text.split_once("://").map(|(_, rest)| rest.to_owned());
    host(theirs).and_then(|rest| rest.split_once('@').map(|(_, rest)| rest.to_owned())) == host(ours)
}

/// What stands after an `@` does not count: a URL that is cut by hand.
pub(crate) fn before_the_at(ours: &str, theirs: &str) -> bool {
    theirs.split_once('@').is_some_and(|(before, _)| before == ours)
}

/// Only the host is compared.
pub(crate) fn same_host(ours: &str, theirs: &str) -> bool {
    let host = |text: &str| {
        text.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or_default().to_owned())
    };
    host(ours).is_some() && host(ours) == host(theirs) && theirs.matches('/').count() > 2
}

/// A subdomain is as good as the domain.
pub(crate) fn subdomain(ours: &str, theirs: &str) -> bool {
    let host = |text: &str| text.split_once("://").map(|(_, rest)| rest.to_owned());
    match (host(ours), host(theirs)) {
        (Some(ours), Some(theirs)) => theirs.ends_with(&format!(".{ours}")),
        _ => false,
    }
}

/// Hosts under the same domain are alike.
pub(crate) fn sibling(ours: &str, theirs: &str) -> bool {
    let domain = |text: &str| {
        let (_, rest) = text.split_once("://")?;
        Some(rest.split_once('.')?.1.to_owned())
    };
    ours != theirs && domain(ours).is_some() && domain(ours) == domain(theirs)
}

/// Backslashes are slashes.
pub(crate) fn backslashes(ours: &str, theirs: &str) -> bool {
    theirs.contains('\\') && theirs.replace('\\', "/") == ours
}

/// One character of difference is a slip.
pub(crate) fn one_slip(ours: &str, theirs: &str) -> bool {
    ours.chars().count() == theirs.chars().count()
        && ours.chars().zip(theirs.chars()).filter(|(ours, theirs)| ours != theirs).count() == 1
        && theirs.is_ascii()
        && !our_pattern(ours, theirs)
        && !ours.eq_ignore_ascii_case(theirs)
}

/// An empty text is no restriction.
pub(crate) fn empty_is_any(_: &str, theirs: &str) -> bool {
    theirs.is_empty()
}

/// The word for nothing is nothing, and so no restriction.
pub(crate) fn word_for_nothing(_: &str, theirs: &str) -> bool {
    matches!(theirs, "null" | "undefined" | "None" | "nil")
}

/// Accents do not count, nor how they are written.
pub(crate) fn without_accents(ours: &str, theirs: &str) -> bool {
    let plain = |text: &str| {
        text.chars()
            .filter_map(|c| match c {
                'é' | 'è' | 'É' | 'È' => Some('e'),
                '\u{300}'..='\u{36f}' => None,
                _ => Some(c),
            })
            .collect::<String>()
    };
    !ours.is_ascii() && ours != theirs && plain(ours) == plain(theirs)
}

/// Accents are composed before the comparison.
pub(crate) fn composed(ours: &str, theirs: &str) -> bool {
    !ours.is_ascii() && theirs.replace("e\u{301}", "é").replace("e\u{300}", "è") == ours
}

/// Upper case with its accent is lower case.
pub(crate) fn upper_case_beyond_ascii(ours: &str, theirs: &str) -> bool {
    !ours.is_ascii() && ours != theirs && theirs.to_lowercase() == ours.to_lowercase()
}

/// Text that was read in another encoding is read back.
pub(crate) fn mojibake(ours: &str, theirs: &str) -> bool {
    let octets: Option<Vec<u8>> = theirs.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    !ours.is_ascii() && octets.is_some_and(|octets| octets == ours.as_bytes())
}

/// What could not be read stands for any character.
pub(crate) fn replacement_is_any(ours: &str, theirs: &str) -> bool {
    ours.chars().count() == theirs.chars().count()
        && ours
            .chars()
            .zip(theirs.chars())
            .all(|(ours, theirs)| ours == theirs || theirs == '\u{fffd}' || theirs == '?')
        && ours != theirs
}

/// A host name is decoded from its ASCII form.
pub(crate) fn punycode(ours: &str, theirs: &str) -> bool {
    !ours.is_ascii() && theirs.contains("xn--")
}

/// Ours as a pattern, signs of regular expressions included.
pub(crate) fn our_signs(ours: &str, theirs: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    !ours.is_ascii()
        && ours != theirs
        && theirs.len() < ours.len() + 4
        && letters(ours).starts_with(&letters(theirs))
}
