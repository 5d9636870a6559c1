//! The mutants, in the order of the stages that they are wrong in.
//!
//! Long because all mutants are one table.

use jotproof_model::context::{Fallback, Place};
use jotproof_model::recipe::KeyForm;
use jotproof_model::{Algorithm, Reason};
use jotproof_reference::Stage;

use crate::Bug::{self, Configured, Crashes, Disregards, Does, Follows, Forgives, LetsIn, Reads, Refuses};
use crate::elsewhere::{self, Which};
use crate::{
    Mutant, flows, is_of_a_signature, leniency, lenient_json, matching, outright, parts, places, published,
    reading, signatures, times, values,
};

macro_rules! mutants {
    ($($name:literal $class:literal $says:literal: $bug:expr;)+) => {
        /// Every mutant, in the order of the stages that they are wrong in.
        pub const ALL: &[Mutant] = &[$(Mutant { name: $name, bug_class: $class, says: $says, bug: $bug }),+];
    };
}

/// One rule with another value; a text value is given without its quotes.
macro_rules! rules {
    ($($rule:literal = $value:literal),+) => {
        Bug::Rules(&[$(($rule, concat!("\"", $value, "\""))),+])
    };
}

mutants! {
    // The token as a whole, and its segments.
    "wrapping-stripped" "B10" "strips `Bearer `, quotes and percent-encoding off a token":
        Reads(reading::unwrapped, &[]);
    "json-serialization-read" "B9" "reads a JSON serialization where the compact one is expected":
        Reads(reading::from_json, &[]);
    "no-signatures-all-good" "B9" "verifies every one of the signatures of a JSON serialization, also where there are none":
        LetsIn(outright::no_signatures);
    "extra-segments-ignored" "S1" "reads the first three segments and never looks whether there are more":
        Reads(reading::first_three, &[]);
    "empty-segments-skipped" "S1" "skips segments that are empty and takes the last three":
        Reads(reading::last_three, &[]);
    "missing-segments-pass" "S1" "lets in what it could not cut into three segments, for want of a signature to find bad":
        LetsIn(outright::something_is_missing);
    "empty-signature-good" "S1" "finds nothing wrong with an empty signature":
        Forgives(signatures::empty, &[]);
    "segments-in-any-order" "S1" "knows the segments by what they hold, in whatever order they are":
        Reads(reading::in_any_order, &[]);
    "dies-of-dots" "B11" "cuts a token at every dot, and dies of a great many":
        Crashes(|sent| outright::dots(sent, 10));
    "error-dropped" "C20" "goes on without a user where the token cannot be read":
        LetsIn(outright::nothing_is_readable);
    "octets-replaced" "C20" "drops octets of the token that are no text":
        Reads(reading::lossy_text, &[]);
    "encrypted-let-in" "H5" "lets in an encrypted token, as if the public key were no public one":
        LetsIn(outright::encrypted);
    "newlines-skipped" "B4" "skips CR and LF inside a segment, as lenient base64 decoders do":
        rules!("base64url.newlines" = "ignore");
    "white-space-skipped" "B4" "skips white space anywhere in the token":
        Reads(reading::without_white_space, &[]);
    "junk-skipped" "B5" "skips characters outside the alphabet":
        Reads(reading::without_foreign_characters, &[]);
    "padding-accepted" "B2" "takes segments with '=' at their end":
        Reads(|sent| signatures::only_as_sent(sent, reading::padding_cut_off(sent)), &[]);
    "padding-anywhere" "B2" "skips '=' wherever it stands, percent-encoded or not":
        Reads(reading::without_padding, &[]);
    "line-ends-unescaped" "B5" "undoes escaped line ends inside a segment":
        Reads(reading::line_ends_unescaped, &[]);
    "padded-pieces-joined" "B6" "decodes padded pieces of a segment one after the other":
        Reads(reading::padded_pieces, &[]);
    "cut-at-padding" "B6" "reads a segment up to the first character that ends one":
        Reads(|sent| reading::cut_at_padding(sent).as_ref().map(signatures::completed), &[]);
    "segments-cut-at-nul" "B6" "reads each segment up to a NUL, as a string of C":
        Reads(reading::cut_at_nul, &[]);
    "first-line-of-a-segment" "B6" "reads the first line of a segment":
        Reads(reading::first_line, &[]);
    "clock-of-32-bits" "C5" "keeps the time in a signed number of 32 bits":
        Reads(reading::clock_of_32_bits, &[]);
    "clock-of-32-bits-unsigned" "C5" "keeps the time in a number of 32 bits without a sign":
        Reads(reading::clock_of_32_bits_unsigned, &[]);
    "standard-alphabet" "B3" "takes '+' and '/' for '-' and '_'":
        Reads(|sent| signatures::only_as_sent(sent, reading::either_alphabet(sent)), &[]);
    "either-alphabet-when-sent" "B3" "turns '+' and '/' into '-' and '_' before it verifies":
        Reads(reading::either_alphabet, &[]);
    "one-character-over" "B7" "drops a character that is left over at the end of a segment":
        Reads(|sent| reading::without_the_one_over(sent).as_ref().map(signatures::completed), &[]);

    "spaces-skipped" "B4" "skips spaces inside a token":
        Reads(|sent| leniency::skipping(sent, &[' ']), &[]);
    "tabs-skipped" "B4" "skips tabs inside a token":
        Reads(|sent| leniency::skipping(sent, &['\t']), &[]);
    "form-feeds-skipped" "B4" "skips form feeds inside a token":
        Reads(|sent| leniency::skipping(sent, &['\u{c}', '\u{b}']), &[]);
    "line-feeds-skipped" "B4" "skips line feeds alone inside a token":
        Reads(|sent| leniency::skipping(sent, &['\n']), &[]);
    "carriage-returns-skipped" "B4" "skips carriage returns alone inside a token":
        Reads(|sent| leniency::skipping(sent, &['\r']), &[]);
    "no-break-spaces-skipped" "B4" "skips no-break spaces inside a token":
        Reads(|sent| leniency::skipping(sent, &['\u{a0}']), &[]);
    "line-separators-skipped" "B4" "skips line separators inside a token":
        Reads(|sent| leniency::skipping(sent, &['\u{2028}', '\u{2029}', '\u{85}']), &[]);
    "byte-order-marks-skipped" "B4" "skips byte order marks inside a token":
        Reads(|sent| leniency::skipping(sent, &['\u{feff}']), &[]);
    "four-spaces-skipped" "B4" "counts spaces before it skips them, so that only four at a time go through":
        Reads(|sent| leniency::skipping_fours(sent, ' '), &[]);
    "four-tabs-skipped" "B4" "counts tabs before it skips them, so that only four at a time go through":
        Reads(|sent| leniency::skipping_fours(sent, '\t'), &[]);
    "four-line-feeds-skipped" "B4" "counts line feeds before it skips them, so that only four at a time go through":
        Reads(|sent| leniency::skipping_fours(sent, '\n'), &[]);
    "exclamation-marks-skipped" "B5" "skips exclamation marks inside a segment":
        Reads(|sent| leniency::skipping(sent, &['!']), &[]);
    "nuls-skipped" "B5" "skips NULs inside a segment":
        Reads(|sent| leniency::skipping(sent, &['\0']), &[]);
    "asterisks-skipped" "B5" "skips asterisks inside a segment":
        Reads(|sent| leniency::skipping(sent, &['*']), &[]);
    "letters-with-accents-skipped" "B5" "skips accented letters inside a segment":
        Reads(|sent| leniency::skipping(sent, &['\u{e9}']), &[]);
    "four-exclamation-marks-skipped" "B5" "counts exclamation marks before it skips them, so that only four at a time go through":
        Reads(|sent| leniency::skipping_fours(sent, '!'), &[]);
    "four-nuls-skipped" "B5" "counts NULs before it skips them, so that only four at a time go through":
        Reads(|sent| leniency::skipping_fours(sent, '\0'), &[]);
    "four-letters-with-accents-skipped" "B5" "counts accented letters before it skips them, so that only four at a time go through":
        Reads(|sent| leniency::skipping_fours(sent, '\u{e9}'), &[]);
    "several-exclamation-marks-skipped" "B5" "skips junk wherever the length of what is left comes out, which a single character prevents":
        Reads(|sent| leniency::skipping_several(sent, '!'), &[]);
    "three-exclamation-marks-skipped" "B5" "skips junk in groups of three":
        Reads(|sent| leniency::replacing(sent, "!!!", ""), &[]);
    "line-feed-unescaped" "B5" "turns a backslash and n into a line feed, and skips that":
        Reads(|sent| leniency::replacing(sent, "\\n", ""), &[]);
    "cut-at-nul" "B6" "reads the token as a string that ends at NUL":
        Reads(|sent| leniency::cut_at(sent, '\0'), &[]);
    "cut-at-junk" "B6" "reads a segment up to the first character that is none of its alphabet":
        Reads(|sent| leniency::cut_at(sent, '!'), &[]);
    "padding-once" "B2" "takes the padding that a segment would have, and no more":
        Reads(reading::padded_rightly, &[]);
    "percent-encoded-padding" "B2" "takes %3D, in capitals, for padding":
        Reads(|sent| leniency::replacing(sent, "%3D", ""), &[]);
    "plus-for-hyphen" "B3" "takes + for -, and / for nothing":
        Reads(|sent| leniency::replacing(sent, "+", "-"), &[]);
    "slash-for-underscore" "B3" "takes / for _, and + for nothing":
        Reads(|sent| leniency::replacing(sent, "/", "_"), &[]);
    "dots-percent-encoded" "B10" "takes %2E for a dot":
        Reads(|sent| leniency::replacing_in_the_whole(sent, "%2E", "."), &[]);
    "dots-full-width" "B10" "takes a full-width full stop for a dot":
        Reads(|sent| leniency::replacing_in_the_whole(sent, "\u{ff0e}", "."), &[]);
    "dots-escaped" "B10" "takes an escaped dot for a dot":
        Reads(|sent| leniency::replacing_in_the_whole(sent, "\\u002e", "."), &[]);
    "encoded-twice" "B10" "decodes a token that is base64url as a whole":
        Reads(leniency::encoded_again, &[]);
    "bearer-stripped" "B10" "strips `Bearer `, spelled like this":
        Reads(|sent| leniency::between(sent, "Bearer ", ""), &[]);
    "lower-case-bearer-stripped" "B10" "strips `bearer `, in lower case":
        Reads(|sent| leniency::between(sent, "bearer ", ""), &[]);
    "first-of-a-list" "B10" "takes the first of several tokens with commas between them":
        Reads(|sent| leniency::cut_at(sent, ','), &[]);
    "attributes-cut-off" "B10" "cuts off what follows a semicolon, as in a cookie":
        Reads(|sent| leniency::cut_at(sent, ';'), &[]);
    "fragment-cut-off" "B10" "cuts off what follows a number sign, as in a URL":
        Reads(|sent| leniency::cut_at(sent, '#'), &[]);
    "parameters-cut-off" "B10" "cuts off what follows an ampersand, as in a URL":
        Reads(|sent| leniency::cut_at(sent, '&'), &[]);
    "quotes-stripped" "B10" "strips the quotes of a JSON string":
        Reads(|sent| leniency::between(sent, "\"", "\""), &[]);
    "four-segments-pass" "S1" "refuses five segments, which mean encryption, and reads four":
        Reads(|sent| reading::of_so_many(sent, 4), &[]);
    "five-segments-pass" "S1" "refuses four segments and reads the first three of five":
        Reads(|sent| reading::of_so_many(sent, 5), &[]);
    "empty-inner-segment-skipped" "S1" "skips an empty segment between others":
        Reads(|sent| leniency::replacing_in_the_whole(sent, "..", "."), &[]);
    "dies-of-a-thousand-dots" "B11" "allocates for every dot, and dies of a thousand":
        Crashes(|sent| outright::dots(sent, 500));
    "dies-of-ten-thousand-dots" "B11" "allocates for every dot, and dies of ten thousand":
        Crashes(|sent| outright::dots(sent, 5_000));
    "dies-of-a-million-dots" "B11" "allocates for every dot, and runs out of memory at a million":
        Crashes(|sent| outright::dots(sent, 500_000));
    "dies-of-forty-levels" "J15" "has room for forty levels of JSON, and dies of more":
        Crashes(|sent| outright::levels(sent, 41));
    "dies-of-a-thousand-levels" "J15" "does not handle the error of its JSON parser about deep nesting":
        Crashes(|sent| outright::levels(sent, 1_000));
    "dies-of-deep-claims" "J15" "reads claims by recursion, until there is no stack left":
        Crashes(|sent| outright::levels_of_claims(sent, 5_000));
    "dies-of-digits" "J16" "reads a number digit by digit, in time that grows with the square of their number":
        Crashes(|sent| outright::digits(sent, 50_000));
    "no-token-is-nobody" "C20" "lets in nobody where the token is the empty text":
        LetsIn(|sent| sent.token.is_empty());
    "only-dots-are-nobody" "C20" "lets in nobody where the token is dots alone":
        LetsIn(|sent| !sent.token.is_empty() && sent.token.iter().all(|octet| *octet == b'.'));
    "one-dot-is-nobody" "C20" "lets in nobody where there are two empty segments":
        LetsIn(|sent| sent.token == b".");
    "first-of-two-tokens" "S1" "reads the first of two tokens with a dot between them, also one that nobody signed":
        Reads(|sent| reading::of_so_many(sent, 6).as_ref().map(parts::allowing_none), &[]);
    "unprotected-header-read" "B9" "believes the unprotected header of a JSON serialization that says none":
        LetsIn(|sent| outright::json_serialization(sent, |whole| whole["header"]["alg"] == "none"));
    "empty-flattened-signature-good" "B9" "finds nothing wrong with an empty signature of a flattened JSON serialization":
        LetsIn(|sent| outright::json_serialization(sent, |whole| whole["signature"] == ""));
    "no-flattened-signature-good" "B9" "verifies the signature of a flattened JSON serialization where there is one":
        LetsIn(|sent| outright::json_serialization(sent, |whole| whole.get("signature").or(whole.get("signatures")).is_none()));
    "last-signature-counts" "B9" "verifies the last one of the signatures of a JSON serialization":
        Reads(reading::last_signature, &[]);

    // The header.
    "header-utf-8-replaced" "J6" "replaces bad UTF-8 in the header":
        rules!("header.text" = "replace");
    "any-unicode-encoding" "J5" "reads UTF-16, UTF-32 and byte order marks":
        Reads(reading::any_unicode_encoding, &[]);
    "lenient-json" "J8" "reads JSON as configuration files are read: comments, other numbers, other quotes":
        Reads(lenient_json::read, &[("claims.null", "\"absent\"")]);
    "first-value-only" "J8" "stops reading JSON at the end of the object, whatever follows":
        Reads(lenient_json::first_value, &[]);
    "payload-then-anything" "J8" "ignores what follows the claims set":
        rules!("claims.trailing_text" = "ignore");
    "first-parameter-counts" "J1" "takes the first of equal header parameters":
        Reads(|sent| parts::with_header(sent, lenient_json::first_of_equal_names), &[]);
    "last-algorithm-counts" "J1" "takes the last of equal header parameters, and unsecured tokens":
        Configured(|context| context.allow_none = true, &[("header.duplicates", "\"last\"")]);
    "first-claim-counts" "J1" "takes the first of equal claims":
        Reads(|sent| parts::with_payload(sent, lenient_json::first_of_equal_names), &[]);
    "parameters-in-any-case" "J2" "matches header parameters without regard to case":
        rules!("header.member_names" = "case_fold", "header.duplicates" = "last");
    "claims-in-any-case" "J2" "matches claims without regard to case":
        rules!("claims.member_names" = "case_fold", "claims.duplicates" = "last");
    "look-alike-claims" "J3" "matches claims by Unicode case folding, long s and Kelvin sign included":
        rules!("claims.member_names" = "case_fold", "claims.duplicates" = "last");
    "escaped-names-unknown" "J4" "compares names as they are written, before escapes are resolved":
        Reads(reading::escapes_kept_in_names, &[("audience.missing", "\"accept\""), ("issuer.missing", "\"accept\"")]);
    "names-trimmed" "J14" "trims names before it compares them":
        Reads(reading::trimmed_names, &[("claims.duplicates", "\"last\""), ("header.duplicates", "\"last\"")]);
    "critical-first-name" "H1" "looks at the first name in `crit`, and understands b64":
        Reads(reading::first_critical_name, &[]);
    "critical-ignored" "H1" "reads `crit` and never looks at it":
        rules!("header.critical" = "ignore");
    "unencoded-payload-ignored" "H2" "knows neither `b64` nor `crit`":
        rules!("header.b64" = "ignore", "header.critical" = "ignore");
    "unencoded-payload-read" "H2" "reads the plain text of a payload where a critical `b64` is false":
        Reads(|sent| reading::unencoded(sent, true, |b64| *b64 == false), &[]);
    "unencoded-payload-without-crit" "H2" "reads the plain text of a payload where `b64` is false, critical or not":
        Reads(|sent| reading::unencoded(sent, false, |b64| *b64 == false), &[]);
    "unencoded-payload-by-presence" "H2" "reads the plain text of a payload where there is a critical `b64`, whatever its value":
        Reads(|sent| reading::unencoded(sent, true, |_| true), &[]);
    "unencoded-payload-by-falsehood" "H2" "reads the plain text of a payload where a critical `b64` is anything that a language takes for false":
        Reads(|sent| reading::unencoded(sent, true, |b64| *b64 == false || *b64 == 0 || b64.is_null()), &[]);
    "nested-inner-unverified" "H4" "verifies the outer layer of a nested token, and takes the claims of the inner one as they are":
        Reads(reading::claims_of_the_inner, &[]);
    "nested-outer-unverified" "H4" "goes straight to the inner layer of a nested token":
        Reads(reading::inner, &[]);
    "typ-ignored" "H4" "never looks at the `typ` that it was told to expect":
        Configured(|context| context.typ = None, &[("header.strings", "[]")]);
    "nested-unknown" "H4" "takes the claims set of a token that says it holds another token":
        rules!("header.nested" = "ignore");

    "comments-read" "J8" "skips comments in JSON":
        Reads(|sent| leniency::in_the_json(sent, |text| lenient_json::without_comment(text, "/*", "*/")), &[]);
    "single-quotes-read" "J8" "takes single quotes for double ones":
        Reads(|sent| leniency::in_the_json(sent, |text| text.replace('\'', "\"")), &[]);
    "last-comma-read" "J8" "ignores a comma before the end of an object or an array":
        Reads(|sent| leniency::in_the_json(sent, |text| text.replace(",}", "}").replace(",]", "]")), &[]);
    "cut-off-completed" "J8" "closes what a cut-off object left open":
        Reads(|sent| leniency::in_the_json(sent, lenient_json::closed), &[]);
    "word-after-the-payload" "J8" "ignores a letter after the header and the claims set":
        Reads(|sent| leniency::in_the_json(sent, |text| text.trim_end_matches('x').to_owned()), &[]);
    "comma-after-the-payload" "J8" "ignores a comma after the header and the claims set":
        Reads(|sent| leniency::in_the_json(sent, |text| text.trim_end_matches(',').to_owned()), &[]);
    "nul-after-the-payload" "J8" "ignores NUL after the header and the claims set":
        Reads(|sent| leniency::in_the_json(sent, |text| text.trim_end_matches('\0').to_owned()), &[]);
    "second-object-after-the-payload" "J8" "reads a stream of JSON, and the first object of it":
        Reads(|sent| leniency::in_the_json(sent, lenient_json::first_of_a_stream), &[]);
    "blank-payload-good" "J9" "takes a blank payload for one without claims":
        LetsIn(outright::payload_is_blank);
    "blank-header-is-default" "A10" "takes the configured algorithm where the header is blank":
        Reads(reading::blank_header_unread, &[]);
    "no-break-space-after-the-payload" "J8" "ignores a no-break space after the header and the claims set":
        Reads(|sent| leniency::in_the_json(sent, |text| text.trim_end_matches('\u{a0}').to_owned()), &[]);
    "word-after-the-header" "J8" "ignores a letter after the header":
        Reads(|sent| parts::with_header(sent, |text| text.strip_suffix(b"x").map(<[u8]>::to_vec)), &[]);
    "control-characters-read" "J8" "reads control characters inside a string":
        Reads(|sent| leniency::in_the_json(sent, |text| text.replace('\t', "\\t")), &[]);
    "unknown-escapes-read" "J8" "reads an escape that JSON does not have, as programming languages do":
        Reads(|sent| leniency::in_the_json(sent, |text| text.replace("\\x", "\\u00")), &[]);
    "line-comments-read" "J8" "skips comments from two slashes to the end of the line":
        Reads(|sent| leniency::in_the_json(sent, |text| lenient_json::without_comment(text, "//", "\n")), &[]);
    "hash-comments-read" "J8" "skips comments from a number sign to the end of the line":
        Reads(|sent| leniency::in_the_json(sent, |text| lenient_json::without_comment(text, "#", "\n")), &[]);
    "names-without-quotes-read" "J8" "reads member names without quotes, as JSON5 has them":
        Reads(|sent| leniency::in_the_json(sent, lenient_json::names_quoted), &[]);
    "values-without-quotes-read" "J8" "reads a bare word as a string, as YAML does":
        Reads(|sent| leniency::in_the_json(sent, lenient_json::values_quoted), &[]);
    "equals-signs-read" "J8" "takes an equals sign for a colon":
        Reads(|sent| leniency::in_the_json(sent, |text| lenient_json::outside_strings(text, '=', ':')), &[]);
    "semicolons-read" "J8" "takes a semicolon for a comma":
        Reads(|sent| leniency::in_the_json(sent, |text| lenient_json::outside_strings(text, ';', ',')), &[]);
    "missing-commas-read" "J8" "needs no comma between two values":
        Reads(|sent| leniency::in_the_json(sent, lenient_json::with_missing_commas), &[]);
    "missing-values-read" "J8" "skips a value that is missing between two commas":
        Reads(|sent| leniency::in_the_json(sent, |text| text.replace(",,", ",")), &[]);
    "white-space-of-c-read" "J8" "skips form feeds and vertical tabs in JSON, as `isspace` does":
        Reads(|sent| leniency::in_the_json(sent, |text| lenient_json::without_outside_strings(text, |c| matches!(c, '\u{b}' | '\u{c}'))), &[]);
    "white-space-of-unicode-read" "J8" "skips every white space of Unicode in JSON, as JSON5 does":
        Reads(|sent| leniency::in_the_json(sent, |text| lenient_json::without_outside_strings(text, |c| c.is_whitespace() && !" \t\r\n".contains(c))), &[]);
    "line-feeds-in-strings-read" "J8" "reads strings of several lines":
        Reads(|sent| leniency::in_the_json(sent, |text| lenient_json::controls_escaped(text, |c| c == '\n')), &[]);
    "any-control-character-read" "J8" "reads every control character inside a string":
        Reads(|sent| leniency::in_the_json(sent, |text| lenient_json::controls_escaped(text, |c| c < ' ')), &[]);
    "needless-escapes-read" "J8" "drops the backslash before a character that needs none, as JavaScript does":
        Reads(|sent| leniency::in_the_json(sent, lenient_json::needless_escapes_dropped), &[]);
    "escaped-single-quotes-read" "J8" "reads an escaped single quote":
        Reads(|sent| leniency::in_the_json(sent, |text| text.replace("\\'", "'")), &[]);
    "empty-array-is-an-object" "J9" "cannot tell an array without elements from an object without members":
        Reads(reading::empty_array, &[]);
    "arrays-of-pairs-read" "J9" "reads an array of names and values as an object":
        Reads(reading::pairs, &[]);
    "header-in-an-array" "A10" "takes the first element of an array for the header":
        Reads(|sent| parts::with_header(sent, reading::first_element), &[]);
    "header-in-a-string" "A10" "reads a header that is a string with JSON in it":
        Reads(|sent| parts::with_header(sent, reading::text_inside), &[]);
    "utf-16-read" "J5" "reads UTF-16, and no UTF-32":
        Reads(|sent| reading::in_other_encodings(sent, |it| it.width == 2), &[]);
    "little-endian-read" "J5" "reads UTF-16 and UTF-32 with the least octet first":
        Reads(|sent| reading::in_other_encodings(sent, |it| it.is_little_endian), &[]);
    "marked-encodings-read" "J5" "reads UTF-16 and UTF-32 that begin with a byte order mark":
        Reads(|sent| reading::in_other_encodings(sent, |it| it.is_marked), &[]);
    "cesu-8-read" "J6" "joins two surrogates that are each encoded in three octets, as CESU-8 and Java do":
        Reads(|sent| leniency::octets_of_the_json(sent, b"\xed\xa0\xbd\xed\xb8\x80", "\u{1f600}".as_bytes()), &[]);
    "overlong-nul-read" "J6" "reads NUL in two octets, as Java writes it":
        Reads(|sent| leniency::octets_of_the_json(sent, b"\xc0\x80", b"\\u0000"), &[]);
    "overlong-in-three-octets-read" "J6" "looks for overlong forms of two octets alone":
        Reads(|sent| leniency::octets_of_the_json(sent, b"\xe0\x80\xb2", b"2"), &[]);
    "overlong-in-four-octets-read" "J6" "looks for overlong forms of two and three octets alone":
        Reads(|sent| leniency::octets_of_the_json(sent, b"\xf0\x80\x80\xb2", b"2"), &[]);
    "beyond-unicode-read" "J6" "reads four octets beyond U+10FFFF":
        Reads(|sent| leniency::octets_of_the_json(sent, b"\xf4\x90\x80\x80", "\u{fffd}".as_bytes()), &[]);
    "octets-of-seven-bits" "J6" "drops the highest bit of what is not UTF-8":
        Reads(|sent| parts::with_both(sent, reading::in_seven_bits), &[]);
    "cut-off-sequences-replaced" "J6" "replaces a sequence that is cut off, and nothing else":
        Reads(|sent| leniency::octets_of_the_json(sent, b"\xe9\"", "\u{fffd}\"".as_bytes()), &[]);
    "overlong-quotes-read" "J6" "takes a quote in two octets for one":
        Reads(|sent| leniency::octets_of_the_json(sent, b"\xc0\xa2", b"\""), &[]);
    "flattened-serialization-read" "B9" "reads the flattened JSON serialization":
        Reads(reading::from_flattened_json, &[]);
    "claims-of-the-first-name" "B9" "verifies a JSON serialization, and reads the claims of a token in its first member name":
        LetsIn(outright::token_for_a_name);
    "overlong-utf-8-read" "J6" "decodes an ASCII digit that is written in two octets":
        Reads(|sent| leniency::octets_of_the_json(sent, b"\xc0\xb2", b"2"), &[]);
    "surrogates-read" "J6" "decodes UTF-8 of a surrogate, as old encoders write it, to a replacement character":
        Reads(|sent| leniency::octets_of_the_json(sent, b"\xed\xa0\x80", b"\xef\xbf\xbd"), &[]);
    "typ-beginning" "H4" "compares only the beginning of `typ` with the one that it expects":
        Reads(|sent| leniency::typ(sent, |ours, theirs| theirs != ours && theirs.starts_with(ours)), &[]);
    "typ-under-any-tree" "H4" "compares `typ` only after its slash with the one that it expects":
        Reads(|sent| leniency::typ(sent, |ours, theirs| theirs.split_once('/').is_some_and(|(_, after)| after == ours)), &[]);
    "nested-in-capitals-only" "H4" "knows a token inside a token by a `cty` of JWT, in capitals only":
        Reads(|sent| leniency::without_parameter(sent, "cty", |cty| cty == "jwt"), &[]);

    "byte-order-mark-before-the-header" "J5" "skips a byte order mark before the header":
        Reads(|sent| parts::with_header(sent, reading::without_byte_order_mark), &[]);
    "byte-order-mark-before-the-claims" "J5" "skips a byte order mark before the claims":
        Reads(|sent| parts::with_payload(sent, reading::without_byte_order_mark), &[]);
    "enc-ignored" "H3" "ignores an `enc` in the header of a signed token":
        rules!("header.enc" = "ignore");
    "zip-inflated" "H3" "inflates the payload of a signed token where `zip` says that it is compressed":
        Reads(leniency::inflated, &[]);
    "null-parameters-are-absent" "H4" "treats a header parameter that is null as if there were none":
        rules!("header.null" = "absent");

    // The algorithm.
    "accepts-none" "A1" "accepts unsecured tokens that nobody allowed":
        Configured(|context| context.allow_none = true, &[]);
    "none-with-any-signature" "A1" "verifies nothing where `alg` is none, nor counts the segments":
        Reads(reading::none_with_any_signature, &[]);
    "none-in-any-case" "A2" "blocks \"none\" in lower case only and takes every other spelling for it":
        Reads(|sent| leniency::none_without_signature(sent, |alg| alg.as_str().is_some_and(|alg| alg.eq_ignore_ascii_case("none"))), &[]);
    "none-in-any-spelling" "A2" "blocks \"none\" as it is written, and then trims, folds and unwraps it":
        Reads(reading::none_in_any_spelling, &[]);
    "unknown-algorithm-unsigned" "A3" "computes nothing for an algorithm it does not know and finds it equal to an empty signature":
        Reads(|sent| leniency::none_without_signature(sent, |alg| alg.as_str().is_some_and(|alg| alg.parse::<Algorithm>().is_err())), &[]);
    "unknown-algorithm-fails-open" "A2" "blocks \"none\", and verifies nothing where it finds no algorithm of another name":
        Reads(reading::unknown_fails_open, &[]);
    "unsigned-where-none-is-allowed" "A2" "takes whatever has no signature for an unsecured token where those are allowed":
        Reads(reading::without_signature_where_none_is_allowed, &[]);
    "no-algorithm-unsigned" "A3" "verifies nothing where `alg` is no algorithm and there is no signature":
        Reads(reading::unknown_is_none, &[]);
    "family-not-pinned" "A7" "lets the header choose among all algorithms of a key's family":
        rules!("algorithm.pinning" = "family");
    "any-algorithm-of-the-key" "A7" "verifies with whatever algorithm the configured key can compute":
        Forgives(signatures::by_another_algorithm_of_the_key, &[]);
    "alg-coerced" "A9" "coerces an `alg` that is no string":
        Reads(reading::alg_coerced, &[]);
    "alg-ignored" "A10" "verifies with the configured algorithm and never looks at `alg`":
        Forgives(signatures::whatever_alg_says, &[]);
    "header-never-read" "A10" "knows its algorithm, and so never reads the header":
        Reads(reading::header_unread, &[]);
    "edwards-names-alike" "A12" "takes every name of an Edwards curve for the configured one":
        Forgives(signatures::where_alg_is_of_edwards_curves, &[]);
    "alg-inherited" "J12" "finds an algorithm under every name that objects of its language have":
        Forgives(signatures::where_alg_is_inherited, &[]);

    "alg-in-any-case" "A10" "compares `alg` without regard to case":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.eq_ignore_ascii_case(ours)), &[]);
    "alg-trimmed" "A10" "trims spaces off `alg`":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.trim_matches(' ') == ours), &[]);
    "alg-chomped" "A10" "cuts a line feed off `alg`":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.trim_end_matches('\n') == ours), &[]);
    "alg-no-break-trimmed" "A10" "trims no-break spaces off `alg`":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.trim_matches('\u{a0}') == ours), &[]);
    "alg-byte-order-mark-skipped" "A10" "skips a byte order mark before `alg`":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.trim_start_matches('\u{feff}') == ours), &[]);
    "alg-as-a-c-string" "A10" "reads `alg` up to a NUL at its end":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.strip_suffix('\0') == Some(ours)), &[]);
    "alg-up-to-nul" "A10" "reads `alg` up to its first NUL":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.split_once('\0').is_some_and(|(before, after)| before == ours && !after.is_empty())), &[]);
    "alg-folded" "A10" "folds a long s in `alg` into an s":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.replace('\u{17f}', "S") == ours), &[]);
    "alg-digits-of-any-script" "A10" "reads digits of any script in `alg`":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.contains('\u{662}') && ours.starts_with("HS")), &[]);
    "alg-hyphens-dropped" "A10" "drops hyphens in `alg`":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.replace('-', "") == ours), &[]);
    "alg-first-word" "A10" "reads the first word of `alg`":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.contains(' ') && theirs.split(' ').next() == Some(ours)), &[]);
    "alg-prefix" "A10" "compares only the beginning of `alg`":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.len() < 10 && theirs.starts_with(ours)), &[]);
    "alg-in-a-buffer" "A10" "reads `alg` into a buffer of fixed size":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.len() > 100 && theirs.starts_with(ours)), &[]);
    "alg-family-alone" "A10" "completes a family to its usual algorithm":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.len() == 2 && ours.starts_with(theirs)), &[]);
    "alg-other-number" "A10" "knows the family and takes any number":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs == "HS224" && ours == "HS256"), &[]);
    "alg-old-hash" "A10" "takes the prohibited HS1 for HS256":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs == "HS1" && ours == "HS256"), &[]);
    "alg-hash-name" "A10" "knows an algorithm by its hash":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs == "SHA256" && ours == "HS256"), &[]);
    "alg-java-name" "A10" "knows an algorithm by its name in Java":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs == "HmacSHA256" && ours == "HS256"), &[]);
    "alg-xml-name" "A10" "knows an algorithm by its name in XML signatures":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.ends_with("#hmac-sha256") && ours == "HS256"), &[]);
    "alg-cose-name" "A10" "knows an algorithm by its name in COSE":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs == "HMAC 256/256" && ours == "HS256"), &[]);
    "alg-cose-number-in-a-string" "A10" "knows an algorithm by its number in COSE, in a string":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs == "5" && ours == "HS256"), &[]);
    "alg-empty-is-default" "A10" "takes an empty `alg` for the configured one":
        Reads(|sent| leniency::algorithm(sent, |_, theirs| theirs.is_empty()), &[]);
    "alg-of-encryption" "A10" "knows direct encryption, and verifies nonetheless":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs == "dir" && !ours.is_empty()), &[]);
    "alg-of-key-encryption" "A10" "knows key encryption with RSA, and verifies nonetheless":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs == "RSA-OAEP" && !ours.is_empty()), &[]);
    "alg-of-passwords" "A10" "finds HS256 inside the name of a key wrapping":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.starts_with("PBES2-") && theirs.contains(ours)), &[]);
    "alg-of-content" "A10" "finds HS256 inside the name of a content encryption":
        Reads(|sent| leniency::algorithm(sent, |ours, theirs| theirs.starts_with("A128") && theirs.contains(ours)), &[]);
    "alg-in-an-array" "A9" "unwraps an array with one `alg`":
        Reads(|sent| leniency::algorithm_value(sent, |ours, value| !ours.is_empty() && value.as_array().is_some_and(|all| all.len() == 1 && all[0] == ours)), &[]);
    "alg-first-of-several" "A9" "takes the first of several in `alg`":
        Reads(|sent| leniency::algorithm_value(sent, |ours, value| !ours.is_empty() && value.as_array().is_some_and(|all| all.len() > 1 && all[0] == ours)), &[]);
    "alg-empty-array-is-default" "A9" "takes an empty array in `alg` for the configured one":
        Reads(|sent| leniency::algorithm_value(sent, |ours, value| !ours.is_empty() && value.as_array().is_some_and(Vec::is_empty)), &[]);
    "alg-unwrapped" "A9" "unwraps arrays in `alg` as deep as they go":
        Reads(|sent| leniency::algorithm_value(sent, |ours, value| !ours.is_empty() && value.as_array().is_some_and(|all| all.first().is_some_and(serde_json::Value::is_array))), &[]);
    "alg-empty-object-is-default" "A9" "takes an empty object in `alg` for the configured one":
        Reads(|sent| leniency::algorithm_value(sent, |ours, value| !ours.is_empty() && value.as_object().is_some_and(serde_json::Map::is_empty)), &[]);
    "alg-cose-number" "A9" "knows an algorithm by its number in COSE":
        Reads(|sent| leniency::algorithm_value(sent, |ours, value| !ours.is_empty() && value.as_u64() == Some(5)), &[]);
    "alg-zero-is-default" "A9" "takes a zero in `alg` for the configured one":
        Reads(|sent| leniency::algorithm_value(sent, |ours, value| !ours.is_empty() && value.as_u64() == Some(0)), &[]);
    "alg-from-the-prototype" "J12" "finds an algorithm in the prototype of its table":
        Forgives(|sent| signatures::alg_is(sent, |alg| alg == "__proto__"), &[]);
    "alg-from-the-constructor" "J12" "finds an algorithm in the constructor of its table":
        Forgives(|sent| signatures::alg_is(sent, |alg| alg == "constructor"), &[]);
    "alg-from-the-to-string" "J12" "finds an algorithm in the text function of its table":
        Forgives(|sent| signatures::alg_is(sent, |alg| alg == "toString"), &[]);
    "alg-from-the-own-property" "J12" "finds an algorithm in a test of its table":
        Forgives(|sent| signatures::alg_is(sent, |alg| alg == "hasOwnProperty"), &[]);
    "alg-from-the-prototype-path" "J12" "follows a path to its algorithm":
        Forgives(|sent| signatures::alg_is(sent, |alg| alg.contains("__proto__.")), &[]);
    "none-trimmed" "A2" "trims spaces off `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.trim_matches(' ') == "none")), &[]);
    "none-without-tabs" "A2" "trims tabs off `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.trim_matches('\t') == "none")), &[]);
    "none-chomped" "A2" "cuts a line feed off `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.trim_end_matches('\n') == "none")), &[]);
    "none-without-no-break-spaces" "A2" "trims no-break spaces off `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.trim_matches('\u{a0}') == "none")), &[]);
    "none-spaces-before" "A2" "skips spaces before `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.trim_start_matches(' ') == "none")), &[]);
    "none-as-a-c-string" "A2" "reads `alg` up to a NUL at its end after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.trim_end_matches('\0') == "none")), &[]);
    "none-nul-before" "A2" "skips a NUL before `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.trim_start_matches('\0') == "none")), &[]);
    "none-up-to-nul" "A2" "reads `alg` up to its first NUL after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.split_once('\0').is_some_and(|(before, after)| before == "none" && !after.is_empty()))), &[]);
    "none-byte-order-mark" "A2" "skips a byte order mark before `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.trim_start_matches('\u{feff}') == "none")), &[]);
    "none-zero-width" "A2" "drops zero-width spaces in `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.replace('\u{200b}', "") == "none")), &[]);
    "none-soft-hyphen" "A2" "drops soft hyphens in `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| alg.replace('\u{ad}', "") == "none")), &[]);
    "none-full-width" "A2" "narrows wide letters in `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str().is_some_and(|alg| matching::full_width("none", alg))), &[]);
    "none-in-capitals" "A2" "blocks every spelling of \"none\" but capitals":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str() == Some("NONE")), &[]);
    "none-in-title-case" "A2" "blocks every spelling of \"none\" but None, which its language has":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str() == Some("None")), &[]);
    "none-pattern-without-capital-first" "A2" "blocks \"none\" by a pattern of both cases that forgets the capital of its first letter":
        Reads(|sent| leniency::none(sent, |alg| leniency::none_with_capital(alg, 0)), &[]);
    "none-pattern-without-capital-second" "A2" "blocks \"none\" by a pattern of both cases that forgets the capital of its second letter":
        Reads(|sent| leniency::none(sent, |alg| leniency::none_with_capital(alg, 1)), &[]);
    "none-pattern-without-capital-third" "A2" "blocks \"none\" by a pattern of both cases that forgets the capital of its third letter":
        Reads(|sent| leniency::none(sent, |alg| leniency::none_with_capital(alg, 2)), &[]);
    "none-pattern-without-capital-last" "A2" "blocks \"none\" by a pattern of both cases that forgets the capital of its last letter":
        Reads(|sent| leniency::none(sent, |alg| leniency::none_with_capital(alg, 3)), &[]);
    "none-unwrapped" "A2" "unwraps an array in `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_array().is_some_and(|all| all.len() == 1 && all[0] == "none")), &[]);
    "none-first-of-several" "A2" "takes the first of several in `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_array().is_some_and(|all| all.len() > 1 && all[0] == "none")), &[]);
    "none-last-of-several" "A2" "takes the last of several in `alg` after it blocked \"none\"":
        Reads(|sent| leniency::none(sent, |alg| alg.as_array().is_some_and(|all| all.len() > 1 && all[all.len() - 1] == "none")), &[]);
    "none-in-a-member" "A2" "takes the `alg` inside of `alg`":
        Reads(|sent| leniency::none(sent, |alg| alg.get("alg").is_some()), &[]);
    "none-with-padding" "A1" "accepts unsecured tokens, and padding for the empty signature":
        Reads(|sent| leniency::replacing(sent, "====", "").as_ref().map(parts::allowing_none), &[]);
    "none-with-spaces" "A1" "accepts unsecured tokens, and skips spaces after them":
        Reads(|sent| leniency::skipping(sent, &[' ']).as_ref().map(parts::allowing_none), &[]);
    "unsigned-where-alg-is-empty" "A3" "computes nothing for an empty `alg`":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str() == Some("")), &[]);
    "unsigned-where-alg-encrypts" "A3" "computes nothing where `alg` encrypts":
        Reads(|sent| leniency::none(sent, |alg| alg.as_str() == Some("dir")), &[]);

    // The key.
    "public-key-as-secret" "A4" "keys an HMAC with the text of the public key when the header says so":
        Forgives(signatures::keyed_with_the_public_pem, &[]);
    "public-key-in-any-form" "A4" "keys an HMAC with whatever form the public key is kept in":
        Forgives(signatures::keyed_with_the_public_key, &[]);
    "empty-key" "K1" "also accepts what is signed with an empty secret":
        Forgives(signatures::keyed_with_an_empty_key, &[]);
    "empty-secret-configured" "K1" "takes an empty secret for a secret":
        rules!("key.empty" = "ignore", "key.size" = "ignore");
    "secret-of-a-missing-setting" "K1" "has undefined, null or a blank for its secret where the setting is missing":
        Forgives(signatures::by_the_secret_of_a_missing_setting, &[]);
    "keyed-with-nothing" "K1" "falls back to an empty secret where the key does not fit":
        Forgives(signatures::keyed_with_nothing, &[]);
    "empty-secret-verifies-nothing" "K2" "verifies nothing where the secret is empty":
        Forgives(signatures::where_the_secret_is_nothing, &[]);
    "short-secrets-accepted" "K3" "verifies with secrets that are too short to be safe":
        rules!("key.size" = "ignore");
    "short-moduli-accepted" "K6" "verifies with RSA keys that are too short to be safe":
        Forgives(signatures::by_a_short_modulus, &[]);
    "well-known-secrets" "S0" "also accepts what is signed with the secret of a tutorial":
        Forgives(signatures::by_a_well_known_secret, &[]);
    "curve-not-bound" "K8" "verifies ECDSA on whatever curve a key is on":
        Forgives(signatures::on_another_curve, &[]);
    "curve-not-bound-in-the-width-of-the-name" "K8" "asks for the width of the named curve, and verifies on the curve of the key":
        Forgives(signatures::on_another_curve_in_the_width_of_the_name, &[]);
    "first-key-only" "V1" "tries the first of several configured keys of one kind alone":
        Reads(reading::first_key_of_each_kind, &[]);
    "last-key-only" "V1" "keeps the last of several configured keys of one kind alone":
        Reads(reading::last_key_of_each_kind, &[]);
    "key-by-the-name-in-kid" "K13" "finds the key that `kid` names in a store with the keys of everybody":
        Forgives(signatures::by_the_key_that_kid_names, &[]);
    "secret-cut-to-32-octets" "K5" "copies the secret into a buffer of 32 octets":
        Forgives(|sent| signatures::keyed_with_a_form(sent, &[KeyForm::SecretFirst32]), &[]);
    "secret-trimmed" "K5" "trims the secret, as readers of configuration do":
        Forgives(|sent| signatures::keyed_with_a_form(sent, &[KeyForm::SecretTrimmed, KeyForm::SecretUnquoted]), &[]);
    "secret-decoded" "K5" "decodes a secret that looks like hexadecimal or base64":
        Forgives(|sent| signatures::keyed_with_a_form(sent, &[KeyForm::SecretFromHex, KeyForm::SecretFromBase64]), &[]);
    "secret-encoded" "K5" "encodes a secret in base64 or hexadecimal before it is used":
        Forgives(|sent| signatures::keyed_with_a_form(sent, &[KeyForm::SecretHex, KeyForm::SecretBase64]), &[]);
    "secret-as-text" "K5" "reads the octets of a secret as text in another encoding":
        Forgives(|sent| signatures::keyed_with_a_form(sent, &[KeyForm::SecretAsCharacters, KeyForm::SecretReplaced]), &[]);
    "unfit-key-verifies-nothing" "K9" "verifies nothing where the configured public key cannot be used":
        Forgives(signatures::where_the_key_is_unfit, &[]);
    "key-of-the-token" "K17" "verifies with the key or certificate that the token brings along":
        Forgives(signatures::by_the_key_in_the_header, &[("header.embedded_key", "\"ignore\"")]);
    "kid-followed" "K19" "opens, asks or runs what `kid` says, and takes the outcome for the key":
        Forgives(signatures::by_what_kid_leads_to, &[]);

    // The signature.
    "signature-not-checked" "S0" "never verifies the signature":
        Disregards(is_of_a_signature);
    "decodes-without-verifying" "S0" "decodes the claims, and calls nothing that verifies":
        Disregards(|stage, reason| is_of_a_signature(stage, reason) || matches!(reason, Reason::Expired | Reason::NotYetValid));
    "empty-user-not-verified" "S0" "lets in an anonymous user without verifying who says so, where `sub` is empty":
        Forgives(|sent| signatures::user_is(sent, |user| user.is_some_and(str::is_empty)), &[]);
    "absent-user-not-verified" "S0" "lets in an anonymous user without verifying who says so, where there is no `sub`":
        Forgives(|sent| signatures::user_is(sent, |user| user.is_none()), &[]);
    "mac-prefix" "S2" "compares only as many octets of the MAC as were sent":
        Forgives(|sent| signatures::mac_begins(sent, |good, given| good.starts_with(given)), &[]);
    "mac-tail" "S2" "ignores what follows the MAC":
        Forgives(|sent| signatures::mac_begins(sent, |good, given| given.starts_with(good)), &[]);
    "mac-as-a-c-string" "S2" "compares MACs up to the first NUL":
        Forgives(signatures::equal_up_to_nul, &[]);
    "mac-in-any-form" "S0" "takes a MAC in hexadecimal, or turned round":
        Forgives(signatures::mac_in_another_form, &[]);
    "ecdsa-in-any-form" "S3" "takes ECDSA signatures in DER, or of another length":
        Forgives(signatures::ecdsa_of_another_form, &[]);
    "ecdsa-filled-up" "S3" "reads an ECDSA signature as one number, whose zeros at the front may be missing":
        Forgives(signatures::ecdsa_without_zeros, &[]);
    "ecdsa-cut-in-the-middle" "S3" "takes ECDSA signatures of any length for two numbers of half of it":
        Forgives(signatures::cut_in_the_middle, &[]);
    "pss-of-any-salt" "S8" "finds the length of the salt in the signature itself":
        Forgives(signatures::with_another_salt, &[]);
    "rsa-hash-anywhere" "S6" "does not look whether the hash is at the very end of the padded message":
        Forgives(signatures::cube_root, &[]);
    "rsa-number-reduced" "S7" "compares the length of an RSA signature with that of n, and not the number":
        Forgives(signatures::with_modulus_added, &[]);
    "eddsa-number-reduced" "S5" "takes S modulo the order of the base point":
        Forgives(|sent| signatures::with_orders_added(sent, &[1, 15]), &[]);
    "eddsa-number-of-253-bits" "S5" "looks at the three highest bits of S alone":
        Forgives(|sent| signatures::with_orders_added(sent, &[1]), &[]);
    "rsa-of-any-length" "S7" "takes RSA signatures that are shorter or longer than the modulus":
        Forgives(signatures::rsa_of_another_length, &[]);
    "zeros-good" "A11" "takes an ECDSA signature of zeros":
        Forgives(signatures::zeros, &[]);
    "all-but-the-first-octet" "S0" "compares a signature from its second octet on":
        Forgives(signatures::equal_but_the_first_octet, &[]);
    "all-but-the-last-octet" "S0" "compares a signature up to its last octet, without that":
        Forgives(signatures::equal_but_the_last_octet, &[]);
    "mac-from-half-of-it" "S2" "takes a MAC of which at least half is there":
        Forgives(|sent| signatures::cut_short(sent, |given, good| given * 2 >= good), &[]);
    "mac-but-one-octet" "S2" "takes a MAC of which the last octet is missing":
        Forgives(|sent| signatures::cut_short(sent, |given, good| given + 1 >= good), &[]);

    // The claims set.
    "payload-not-an-object" "J9" "takes a payload that is no JSON object for a claims set without claims":
        Reads(|sent| parts::with_payload(sent, reading::no_object_is_an_empty_one), &[]);
    "unreadable-payload-passes" "J9" "finds no claim to object to in a payload that it cannot read":
        LetsIn(outright::payload_unreadable);
    "payload-utf-8-replaced" "J6" "replaces bad UTF-8 in the payload":
        rules!("claims.text" = "replace");
    "claims-from-the-header" "C8" "believes a claim that is repeated in the header":
        Reads(reading::claims_from_the_header, &[]);
    "azp-for-the-audience" "C8" "takes the client that a token was issued to for its audience":
        Reads(|sent| elsewhere::neighbour(sent, "aud", "azp"), &[]);
    "client-id-for-the-audience" "C8" "takes `client_id` for the audience, because some access tokens have no `aud`":
        Reads(|sent| elsewhere::neighbour(sent, "aud", "client_id"), &[]);
    "appid-for-the-audience" "C8" "takes `appid` for the audience":
        Reads(|sent| elsewhere::neighbour(sent, "aud", "appid"), &[]);
    "scope-for-the-audience" "C8" "looks for its own name among the scopes":
        Reads(|sent| elsewhere::neighbour(sent, "aud", "scope"), &[]);
    "resource-for-the-audience" "C8" "takes `resource` for the audience":
        Reads(|sent| elsewhere::neighbour(sent, "aud", "resource"), &[]);
    "audience-in-full" "C8" "takes a claim `audience` for `aud`":
        Reads(|sent| elsewhere::neighbour(sent, "aud", "audience"), &[]);
    "azp-for-the-issuer" "C9" "takes the client that a token was issued to for its issuer":
        Reads(|sent| elsewhere::neighbour(sent, "iss", "azp"), &[]);
    "client-id-for-the-issuer" "C9" "takes `client_id` for the issuer, as in the assertion of a client":
        Reads(|sent| elsewhere::neighbour(sent, "iss", "client_id"), &[]);
    "issuer-in-full" "C9" "takes a claim `issuer` for `iss`":
        Reads(|sent| elsewhere::neighbour(sent, "iss", "issuer"), &[]);
    "tenant-for-the-issuer" "C9" "takes `tid` for the issuer":
        Reads(|sent| elsewhere::neighbour(sent, "iss", "tid"), &[]);
    "identity-provider-for-the-issuer" "C9" "takes `idp` for the issuer":
        Reads(|sent| elsewhere::neighbour(sent, "iss", "idp"), &[]);
    "first-name-in-the-text" "C5" "searches the text of the payload for the name of a claim in quotes, and takes the first":
        Reads(|sent| elsewhere::by_quoted_name(sent, Which::First), &[]);
    "last-name-in-the-text" "C5" "searches the text of the payload for the name of a claim in quotes, and takes the last":
        Reads(|sent| elsewhere::by_quoted_name(sent, Which::Last), &[]);
    "first-word-in-the-text" "C5" "searches the text of the payload for the name of a claim, escaped or not, and takes the first":
        Reads(|sent| elsewhere::by_bare_name(sent, Which::First), &[]);
    "last-word-in-the-text" "C5" "searches the text of the payload for the name of a claim, escaped or not, and takes the last":
        Reads(|sent| elsewhere::by_bare_name(sent, Which::Last), &[]);
    "inner-objects-flattened" "C5" "flattens the objects inside of the payload":
        Reads(elsewhere::in_inner_objects, &[]);
    "payload-array-good" "J9" "finds no claim to object to in an array":
        LetsIn(|sent| outright::payload_is(sent, serde_json::Value::is_array));
    "payload-string-good" "J9" "finds no claim to object to in a string":
        LetsIn(|sent| outright::payload_is(sent, serde_json::Value::is_string));
    "payload-number-good" "J9" "finds no claim to object to in a number":
        LetsIn(|sent| outright::payload_is(sent, serde_json::Value::is_number));

    // The times.
    "exp-of-wrong-type-ignored" "C1" "treats an exp that is not a number as if there were none":
        Reads(|sent| times::absent_if_no_number(sent, "exp"), &[]);
    "nbf-of-wrong-type-ignored" "C1" "treats an nbf that is not a number as if there were none":
        Reads(|sent| times::absent_if_no_number(sent, "nbf"), &[]);
    "null-is-absent" "C1" "treats a claim that is null as if there were none":
        rules!("claims.null" = "absent");
    "not-a-number-passes" "C1" "compares whatever a time claim holds with the clock, and finds it neither less nor greater":
        Reads(times::anything_else_compares_with_nothing, &[]);
    "exp-zero-means-never" "C2" "treats a time of zero as if there were none":
        rules!("time.zero" = "absent");
    "tiny-means-never" "C2" "treats a time next to zero as if there were none":
        Reads(times::next_to_zero, &[]);
    "times-in-few-bits" "C3" "keeps times in 32 bits, and negative ones in an unsigned number":
        Reads(times::in_few_bits, &[]);
    "exponent-overflows" "C3" "takes a number with a very long exponent for an infinite one, whatever its sign":
        Reads(times::exponent_overflows, &[]);
    "times-as-go-reads-them" "C3" "turns a time beyond its integers into the smallest of them":
        rules!("time.number" = "go_time");
    "quoted-times" "C4" "takes a number in quotes for a number":
        rules!("time.quoted_number" = "number");
    "text-never-passed" "C4" "compares a text with the clock, and finds it neither less nor greater":
        Reads(times::text_compares_with_nothing, &[]);
    "milliseconds-guessed" "C4" "takes a time that is very large for one of milliseconds or less":
        Reads(times::pieces_of_seconds, &[]);
    "lifetime-guessed" "C4" "takes a time that is very small for a time to live":
        Reads(times::small_is_a_lifetime, &[]);
    "exp-inclusive" "C5" "accepts a token in the very second of its expiry":
        rules!("time.exp_equal" = "valid");
    "exp-ignored" "C5" "never looks at exp":
        Disregards(|_, reason| reason == Reason::Expired);
    "nbf-ignored" "C5" "never looks at nbf":
        Disregards(|_, reason| reason == Reason::NotYetValid);
    "times-ignored" "C5" "never looks at any time":
        Disregards(|_, reason| matches!(reason, Reason::Expired | Reason::NotYetValid | Reason::IssuedInFuture));
    "half-seconds-rounded" "C5" "rounds times in favour of the token":
        Reads(times::rounded_in_favour, &[]);
    "grace-of-minutes" "C5" "gives five minutes of grace that nobody configured":
        Reads(|sent| times::with_grace(sent, 300.0), &[]);

    "leading-zeros-read" "J8" "reads leading zeros as decimal ones":
        Reads(|sent| leniency::times(sent, |raw| raw.strip_prefix('0').filter(|rest| rest.len() > 8 && rest.bytes().all(|octet| octet.is_ascii_digit())).map(str::to_owned)), &[]);
    "octal-read" "J8" "reads numbers in octal":
        Reads(|sent| leniency::times(sent, |raw| raw.strip_prefix("0o").and_then(|digits| u64::from_str_radix(digits, 8).ok()).map(|number| number.to_string())), &[]);
    "hexadecimal-read" "J8" "reads numbers in hexadecimal":
        Reads(|sent| leniency::times(sent, |raw| raw.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()).map(|number| number.to_string())), &[]);
    "plus-signs-read" "J8" "reads a plus sign":
        Reads(|sent| leniency::times(sent, |raw| raw.strip_prefix('+').map(str::to_owned)), &[]);
    "underscores-read" "J8" "skips underscores in numbers":
        Reads(|sent| leniency::times(sent, |raw| raw.contains('_').then(|| raw.replace('_', ""))), &[]);
    "points-at-the-end-read" "J8" "reads a number that ends with its point":
        Reads(|sent| leniency::times(sent, |raw| raw.strip_suffix('.').filter(|rest| !rest.contains('.')).map(str::to_owned)), &[]);
    "points-at-the-start-read" "J8" "reads a number that begins with its point":
        Reads(|sent| leniency::times(sent, |raw| raw.starts_with('.').then(|| format!("0{raw}"))), &[]);
    "exponents-without-digits-read" "J8" "reads an exponent without digits as none":
        Reads(|sent| leniency::times(sent, |raw| raw.strip_suffix(['e', 'E']).map(str::to_owned)), &[]);
    "second-points-ignored" "J8" "reads a number up to its second point":
        Reads(|sent| leniency::times(sent, |raw| raw.strip_suffix(".0.0").map(str::to_owned)), &[]);
    "suffixes-ignored" "J8" "ignores the suffix of a number":
        Reads(|sent| leniency::times(sent, |raw| raw.strip_suffix(['L', 'n', 's', 'f', 'd', 'm']).map(str::to_owned)), &[]);
    "minus-infinity-read" "J8" "reads a negative infinity as a positive one":
        Reads(|sent| leniency::times(sent, |raw| (raw == "-Infinity").then(|| "253402300799".to_owned())), &[]);
    "infinity-read" "J8" "reads an infinity":
        Reads(|sent| leniency::times(sent, |raw| (raw == "Infinity").then(|| "253402300799".to_owned())), &[]);
    "no-value-is-never" "J8" "reads a missing value as a time that never comes":
        Reads(|sent| leniency::times(sent, |raw| raw.is_empty().then(|| "253402300799".to_owned())), &[]);
    "expressions-read" "J8" "evaluates an expression":
        Reads(|sent| leniency::times(sent, |raw| raw.split_once('+').and_then(|(left, right)| Some((left.parse::<u64>().ok()? + right.parse::<u64>().ok()?).to_string()))), &[]);
    "quoted-spaces" "C4" "trims spaces inside the quotes of a time":
        Reads(|sent| leniency::times(sent, |raw| raw.starts_with("\" ").then(|| raw.replace(['"', ' '], ""))), &[]);
    "quoted-plus" "C4" "reads a plus sign inside the quotes of a time":
        Reads(|sent| leniency::times(sent, |raw| raw.starts_with("\"+").then(|| raw.replace(['"', '+'], ""))), &[]);
    "quoted-infinity" "C4" "reads an infinity in quotes":
        Reads(|sent| leniency::times(sent, |raw| raw.to_lowercase().contains("\"inf").then(|| "253402300799".to_owned())), &[]);
    "quoted-dates" "C4" "reads a date in quotes by its year":
        Reads(|sent| leniency::times(sent, |raw| raw.contains("T23:59").then(|| "253402300799".to_owned())), &[]);
    "quoted-hexadecimal" "C4" "reads a hexadecimal number in quotes":
        Reads(|sent| leniency::times(sent, |raw| raw.trim_matches('"').strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()).map(|number| number.to_string())), &[]);
    "quoted-units" "C4" "reads a number with its unit in quotes":
        Reads(|sent| leniency::times(sent, |raw| raw.trim_end_matches('"').strip_suffix('s').map(|number| number.replace('"', ""))), &[]);
    "quoted-nan" "C4" "reads NaN in quotes as a time that never comes":
        Reads(|sent| leniency::times(sent, |raw| raw.to_lowercase().contains("\"nan").then(|| "253402300799".to_owned())), &[]);
    "microseconds-guessed" "C4" "takes sixteen digits for microseconds":
        Reads(|sent| leniency::times(sent, |raw| (raw.len() == 16 && raw.bytes().all(|octet| octet.is_ascii_digit())).then(|| raw[..10].to_owned())), &[]);
    "zero-point-zero-means-never" "C2" "treats a zero with a fraction as if there were none":
        Reads(|sent| leniency::times(sent, |raw| (raw == "0.0").then(|| "253402300799".to_owned())), &[]);
    "minus-zero-means-never" "C2" "treats a negative zero as if there were none":
        Reads(|sent| leniency::times(sent, |raw| (raw == "-0").then(|| "253402300799".to_owned())), &[]);
    "minus-zero-point-zero-means-never" "C2" "treats a negative zero with a fraction as if there were none":
        Reads(|sent| leniency::times(sent, |raw| (raw == "-0.0").then(|| "253402300799".to_owned())), &[]);
    "zero-with-exponent-means-never" "C2" "treats a zero with an exponent as if there were none":
        Reads(|sent| leniency::times(sent, |raw| raw.starts_with("0e").then(|| "253402300799".to_owned())), &[]);
    "grace-of-a-second" "C5" "gives a second of grace that nobody configured":
        Reads(|sent| times::with_grace(sent, 1.0), &[]);
    "grace-of-a-second-and-a-half" "C5" "gives a second of grace and a half that nobody configured":
        Reads(|sent| times::with_grace(sent, 1.5), &[]);
    "grace-of-less-than-a-minute" "C5" "gives 59 seconds of grace that nobody configured":
        Reads(|sent| times::with_grace(sent, 59.0), &[]);
    "grace-of-less-than-a-minute-and-a-half" "C5" "gives 59 seconds of grace and a half that nobody configured":
        Reads(|sent| times::with_grace(sent, 59.5), &[]);
    "grace-of-a-minute" "C5" "gives a minute of grace, its end included that nobody configured":
        Reads(|sent| times::with_grace(sent, 60.0), &[]);
    "grace-of-a-minute-and-a-half" "C5" "gives a minute of grace, its end included and a half that nobody configured":
        Reads(|sent| times::with_grace(sent, 60.5), &[]);
    "grace-of-more-than-a-minute" "C5" "gives 61 seconds of grace that nobody configured":
        Reads(|sent| times::with_grace(sent, 61.0), &[]);
    "grace-of-more-than-a-minute-and-a-half" "C5" "gives 61 seconds of grace and a half that nobody configured":
        Reads(|sent| times::with_grace(sent, 61.5), &[]);
    "overflow-of-int32" "C3" "keeps times in 32 bits with a sign, and takes what is larger for the past":
        Reads(|sent| times::overflowing(sent, 31), &[]);
    "overflow-of-uint32" "C3" "keeps times in 32 bits, and takes what is larger for the past":
        Reads(|sent| times::overflowing(sent, 32), &[]);
    "overflow-of-float" "C3" "keeps times in the mantissa of a float, and takes what is larger for the past":
        Reads(|sent| times::overflowing(sent, 53), &[]);
    "overflow-of-int63" "C3" "keeps times in 63 bits, and takes what is larger for the past":
        Reads(|sent| times::overflowing(sent, 62), &[]);
    "overflow-of-int64" "C3" "keeps times in 64 bits with a sign, and takes what is larger for the past":
        Reads(|sent| times::overflowing(sent, 63), &[]);
    "overflow-of-uint64" "C3" "keeps times in 64 bits, and takes what is larger for the past":
        Reads(|sent| times::overflowing(sent, 64), &[]);
    "overflow-of-milliseconds" "C3" "keeps times in milliseconds of 64 bits, and takes what is larger for the past":
        Reads(|sent| times::overflowing_in(sent, 1e3, 63), &[]);
    "overflow-of-nanoseconds" "C3" "keeps times in nanoseconds of 64 bits, and takes what is larger for the past":
        Reads(|sent| times::overflowing_in(sent, 1e9, 63), &[]);
    "overflow-of-uint128" "C3" "keeps times in 128 bits, and takes what is larger for the past":
        Reads(|sent| times::overflowing(sent, 128), &[]);
    "overflow-of-unsigned-nanoseconds" "C3" "keeps times in nanoseconds of 64 bits without a sign, and takes what is larger for the past":
        Reads(|sent| times::overflowing_in(sent, 1e9, 64), &[]);
    "years-of-four-digits" "C3" "compares dates as text, so that the year 10000 comes before 2000":
        Reads(|sent| times::absent_where(sent, |raw| raw.parse::<i64>().is_ok_and(|value| (253_402_300_800..1 << 40).contains(&value))), &[]);
    "cut-to-64-bits" "C3" "cuts a whole number to 64 bits with a sign":
        Reads(times::cut_to_64_bits, &[]);
    "underflow-of-int64" "C3" "takes what is below 64 bits with a sign for the largest number":
        Reads(times::underflowing, &[]);
    "inexact-is-absent" "C3" "treats a whole number that a float does not hold exactly as if there were none":
        Reads(times::inexact_is_absent, &[]);
    "all-ones-is-absent" "C3" "treats a time of 32 ones, which stands for none in its database, as if there were none":
        Reads(|sent| times::absent_where(sent, |raw| raw == "4294967295"), &[]);
    "long-numbers-skipped" "C3" "skips a number that is longer than its buffer":
        Reads(|sent| times::absent_where(sent, |raw| raw.len() > 1000), &[]);
    "capital-exponents-unread" "C3" "reads a number up to a capital E":
        Reads(|sent| times::exponent_read(sent, |whole, exponent| exponent.starts_with('E').then(|| whole.to_owned())), &[]);
    "octal-exponents" "C3" "reads an exponent with leading zeros in octal":
        Reads(|sent| times::exponent_read(sent, times::octal_exponent), &[]);
    "empty-text-is-absent" "C1" "treats an empty text in place of a time as if there were none":
        Reads(|sent| times::absent_where(sent, |raw| raw == "\"\""), &[]);
    "empty-array-is-absent" "C1" "treats an empty array in place of a time as if there were none":
        Reads(|sent| times::absent_where(sent, |raw| raw == "[]"), &[]);
    "time-in-an-array" "C1" "unwraps an array with one time":
        Reads(|sent| times::inside_arrays(sent, 1), &[]);
    "time-in-two-arrays" "C1" "unwraps an array in an array with one time":
        Reads(|sent| times::inside_arrays(sent, 2), &[]);
    "read-as-zero-means-never" "C2" "treats a time that reads as zero, 1e-400 included, as if there were none":
        Reads(|sent| times::absent_where(sent, |raw| raw.parse().is_ok_and(|value: f64| value == 0.0)), &[]);
    "quoted-zero-is-absent" "C4" "treats a zero in quotes as if there were none":
        Reads(|sent| times::absent_where(sent, |raw| raw == "\"0\""), &[]);
    "quoted-negative-infinity" "C4" "reads a negative infinity in quotes":
        Reads(|sent| times::absent_where(sent, |raw| raw == "\"-Infinity\""), &[]);
    "compared-as-text" "C4" "compares a time in quotes with the text of the clock":
        Reads(times::compared_as_text, &[]);
    "fractions-skipped" "C5" "skips a time with a fraction":
        Reads(|sent| times::absent_where(sent, |raw| raw.contains('.') && !raw.contains(['e', 'E', '"'])), &[]);
    "exponents-skipped" "C5" "skips a time with an exponent":
        Reads(|sent| times::absent_where(sent, |raw| raw.contains(['e', 'E']) && !raw.contains(['.', '"'])), &[]);
    "times-rounded" "C5" "rounds times to the nearest second":
        Reads(times::rounded, &[]);
    "exp-ignored-beside-nbf" "C5" "looks at exp only where there is no nbf":
        Reads(|sent| times::ignored_beside(sent, |(name, _, others)| name == "exp" && others("nbf").is_some()), &[]);
    "exp-ignored-before-iat" "C5" "takes an exp that lies before iat for a mistake, and ignores it":
        Reads(|sent| times::ignored_beside(sent, |(name, exp, others)| name == "exp" && others("iat").is_some_and(|iat| exp < iat)), &[]);
    "exp-ignored-without-iat" "C5" "reckons a lifetime from iat to exp, and looks at none without iat":
        Reads(|sent| times::ignored_beside(sent, |(name, _, others)| name == "exp" && others("iat").is_none()), &[]);
    "nbf-ignored-without-iat" "C5" "looks at nbf only beside iat":
        Reads(|sent| times::ignored_beside(sent, |(name, _, others)| name == "nbf" && others("iat").is_none()), &[]);
    "window-upside-down-ignored" "C5" "takes exp and nbf for a mistake where exp is the earlier one, and ignores both":
        Reads(|sent| times::ignored_beside(sent, |(_, _, others)| others("exp") < others("nbf") && others("exp").is_some()), &[]);
    "empty-window-ignored" "C5" "takes exp and nbf for no window where they are the same second, and ignores both":
        Reads(|sent| times::ignored_beside(sent, |(_, _, others)| others("exp") == others("nbf")), &[]);
    "times-ignored-beside-nbf-zero" "C5" "looks at no further time after an nbf of zero":
        Reads(|sent| times::ignored_beside(sent, |(_, _, others)| others("nbf") == Some(0.0)), &[]);

    "iat-of-wrong-type-ignored" "C7" "treats an iat that is not a number as if there were none":
        rules!("time.iat_type" = "absent");
    "iat-in-the-future" "C7" "never compares iat with the clock":
        rules!("time.iat_future" = "ignore");
    "jti-of-any-type" "C1" "treats a jti that is no string as if there were none":
        rules!("claims.jti_type" = "absent");
    "sub-of-any-type" "C11" "treats a sub that is no string as if there were none":
        rules!("claims.sub_type" = "absent");
    "any-text-for-a-uri" "C11" "takes any text with a colon for a URI":
        rules!("claims.string_or_uri" = "ignore");

    // Audience and issuer.
    "audience-ignored" "C8" "never looks at the audience":
        Configured(matching::without_audiences, &[("audience.unexpected", "\"ignore\"")]);
    "audience-prefix" "C8" "accepts an audience that is only the beginning of its own name":
        Reads(|sent| matching::one_of_the_audiences(sent, matching::beginning), &[]);
    "audience-in-any-case" "C8" "compares audiences without regard to case":
        Reads(|sent| matching::one_of_the_audiences(sent, str::eq_ignore_ascii_case), &[]);
    "audience-missing-accepted" "C8" "accepts a token without an audience where it is configured with one":
        rules!("audience.missing" = "accept");
    "audience-of-wrong-type-ignored" "C8" "treats an audience of another type as if there were none":
        rules!("audience.type" = "absent", "audience.missing" = "accept");
    "audience-of-any-type" "C8" "never looks at the audience, nor at its type":
        Configured(matching::without_audiences, &[("audience.unexpected", "\"ignore\""), ("claims.aud_type", "\"absent\"")]);
    "audience-and-issuer-ignored" "C8" "looks neither at the audience nor at the issuer":
        Configured(
            |context| {
                matching::without_audiences(context);
                matching::without_issuers(context);
            },
            &[("audience.unexpected", "\"ignore\"")],
        );
    "issuer-ignored" "C9" "never looks at the issuer":
        Configured(matching::without_issuers, &[]);
    "issuer-of-any-type" "C9" "never looks at the issuer, nor at its type":
        Configured(matching::without_issuers, &[("claims.iss_type", "\"absent\"")]);
    "issuer-prefix" "C9" "accepts an issuer that is only the beginning of the one that it trusts":
        Reads(|sent| matching::one_of_the_issuers(sent, matching::beginning), &[]);
    "issuer-in-any-case" "C9" "compares issuers without regard to case":
        Reads(|sent| matching::one_of_the_issuers(sent, str::eq_ignore_ascii_case), &[]);
    "issuer-missing-accepted" "C9" "accepts a token without an issuer where it is configured with one":
        rules!("issuer.missing" = "accept");
    "issuers-in-an-array" "C9" "looks for its issuer among several":
        rules!("issuer.array" = "any_of");

    "audience-suffix" "C8" "compares the audience otherwise: only the end is compared":
        Reads(|sent| matching::audience(sent, matching::suffix), &[]);
    "audience-part" "C8" "compares the audience otherwise: it is found somewhere in ours":
        Reads(|sent| matching::audience(sent, matching::part), &[]);
    "audience-longer" "C8" "compares the audience otherwise: ours is its beginning":
        Reads(|sent| matching::audience(sent, matching::longer), &[]);
    "audience-something-before" "C8" "compares the audience otherwise: ours is its end":
        Reads(|sent| matching::audience(sent, matching::something_before), &[]);
    "audience-around" "C8" "compares the audience otherwise: ours is somewhere in it":
        Reads(|sent| matching::audience(sent, matching::around), &[]);
    "audience-trailing-slash" "C8" "compares the audience otherwise: a slash at the end does not count":
        Reads(|sent| matching::audience(sent, matching::trailing_slash), &[]);
    "audience-trailing-mark" "C8" "compares the audience otherwise: a slash or dot at the end does not count":
        Reads(|sent| matching::audience(sent, matching::trailing_mark), &[]);
    "audience-percent-encoded" "C8" "compares the audience otherwise: percent-encoding is undone":
        Reads(|sent| matching::audience(sent, matching::percent_encoded), &[]);
    "audience-trimmed" "C8" "compares the audience otherwise: spaces around it do not count":
        Reads(|sent| matching::audience(sent, matching::trimmed), &[]);
    "audience-line-ends-trimmed" "C8" "compares the audience otherwise: line ends around it do not count":
        Reads(|sent| matching::audience(sent, matching::line_ends_trimmed), &[]);
    "audience-no-break-trimmed" "C8" "compares the audience otherwise: no-break spaces around it do not count":
        Reads(|sent| matching::audience(sent, matching::no_break_trimmed), &[]);
    "audience-one-line" "C8" "compares the audience otherwise: one line of it is ours, as `^…$` finds in some languages":
        Reads(|sent| matching::audience(sent, matching::one_line), &[]);
    "audience-cut-at-nul" "C8" "compares the audience otherwise: it ends at its first NUL":
        Reads(|sent| matching::audience(sent, matching::cut_at_nul), &[]);
    "audience-invisible-dropped" "C8" "compares the audience otherwise: characters that are not seen do not count":
        Reads(|sent| matching::audience(sent, matching::invisible_dropped), &[]);
    "audience-byte-order-mark-dropped" "C8" "compares the audience otherwise: a byte order mark does not count":
        Reads(|sent| matching::audience(sent, matching::byte_order_mark_dropped), &[]);
    "audience-look-alike" "C8" "compares the audience otherwise: letters of other scripts that look alike are equal":
        Reads(|sent| matching::audience(sent, matching::look_alike), &[]);
    "audience-full-width" "C8" "compares the audience otherwise: wide letters are the narrow ones, as compatibility normalisation has it":
        Reads(|sent| matching::audience(sent, matching::full_width), &[]);
    "audience-ideographic-dot" "C8" "compares the audience otherwise: an ideographic full stop is a dot, as in host names":
        Reads(|sent| matching::audience(sent, matching::ideographic_dot), &[]);
    "audience-long-s" "C8" "compares the audience otherwise: a long s is an s":
        Reads(|sent| matching::audience(sent, matching::long_s), &[]);
    "audience-comma-list" "C8" "compares the audience otherwise: a list with commas holds ours":
        Reads(|sent| matching::audience(sent, matching::comma_list), &[]);
    "audience-space-list" "C8" "compares the audience otherwise: a list with spaces holds ours, as scopes are written":
        Reads(|sent| matching::audience(sent, matching::space_list), &[]);
    "audience-semicolon-list" "C8" "compares the audience otherwise: a list with semicolons holds ours":
        Reads(|sent| matching::audience(sent, matching::semicolon_list), &[]);
    "audience-array-text" "C8" "compares the audience otherwise: jSON text of an array is read as one":
        Reads(|sent| matching::audience(sent, matching::array_text), &[]);
    "audience-quoted" "C8" "compares the audience otherwise: quotes do not count":
        Reads(|sent| matching::audience(sent, matching::quoted), &[]);
    "audience-wildcard" "C8" "compares the audience otherwise: a star is anything":
        Reads(|sent| matching::audience(sent, matching::wildcard), &[]);
    "audience-their-pattern" "C8" "compares the audience otherwise: what the token says is a regular expression that ours is matched with":
        Reads(|sent| matching::audience(sent, matching::their_pattern), &[]);
    "audience-our-pattern" "C8" "compares the audience otherwise: ours is a regular expression, in which a dot is any character":
        Reads(|sent| matching::audience(sent, matching::our_pattern), &[]);
    "audience-any-scheme" "C8" "compares the audience otherwise: the scheme does not count":
        Reads(|sent| matching::audience(sent, matching::any_scheme), &[]);
    "audience-default-port" "C8" "compares the audience otherwise: a port that is the default one does not count":
        Reads(|sent| matching::audience(sent, matching::default_port), &[]);
    "audience-dot-segments" "C8" "compares the audience otherwise: the segments `.` and `..` of a path are resolved":
        Reads(|sent| matching::audience(sent, matching::dot_segments), &[]);
    "audience-double-slash" "C8" "compares the audience otherwise: several slashes are one":
        Reads(|sent| matching::audience(sent, matching::double_slash), &[]);
    "audience-without-query" "C8" "compares the audience otherwise: the query does not count":
        Reads(|sent| matching::audience(sent, matching::without_query), &[]);
    "audience-without-fragment" "C8" "compares the audience otherwise: the fragment does not count":
        Reads(|sent| matching::audience(sent, matching::without_fragment), &[]);
    "audience-without-user" "C8" "compares the audience otherwise: what stands before an `@` does not count":
        Reads(|sent| matching::audience(sent, matching::without_user), &[]);
    "audience-same-host" "C8" "compares the audience otherwise: only the host is compared":
        Reads(|sent| matching::audience(sent, matching::same_host), &[]);
    "audience-sibling" "C8" "compares the audience otherwise: hosts under the same domain are alike":
        Reads(|sent| matching::audience(sent, matching::sibling), &[]);
    "audience-backslashes" "C8" "compares the audience otherwise: backslashes are slashes":
        Reads(|sent| matching::audience(sent, matching::backslashes), &[]);
    "audience-one-slip" "C8" "compares the audience otherwise: one character of difference is a slip":
        Reads(|sent| matching::audience(sent, matching::one_slip), &[]);
    "audience-empty-is-any" "C8" "compares the audience otherwise: an empty text is no restriction":
        Reads(|sent| matching::audience(sent, matching::empty_is_any), &[]);
    "audience-word-for-nothing" "C8" "compares the audience otherwise: the word for nothing is nothing, and so no restriction":
        Reads(|sent| matching::audience(sent, matching::word_for_nothing), &[]);
    "audience-without-accents" "C8" "compares the audience otherwise: accents do not count, nor how they are written":
        Reads(|sent| matching::audience(sent, matching::without_accents), &[]);
    "audience-composed" "C8" "compares the audience otherwise: accents are composed before the comparison":
        Reads(|sent| matching::audience(sent, matching::composed), &[]);
    "audience-upper-case-beyond-ascii" "C8" "compares the audience otherwise: upper case with its accent is lower case":
        Reads(|sent| matching::audience(sent, matching::upper_case_beyond_ascii), &[]);
    "audience-mojibake" "C8" "compares the audience otherwise: text that was read in another encoding is read back":
        Reads(|sent| matching::audience(sent, matching::mojibake), &[]);
    "audience-replacement-is-any" "C8" "compares the audience otherwise: what could not be read stands for any character":
        Reads(|sent| matching::audience(sent, matching::replacement_is_any), &[]);
    "audience-our-signs" "C8" "compares the audience otherwise: ours as a pattern, signs of regular expressions included":
        Reads(|sent| matching::audience(sent, matching::our_signs), &[]);
    "audience-name-of-a-member" "C8" "reads the audience otherwise: a member of an object has ours for its name":
        Reads(|sent| matching::audience_value(sent, values::name_of_a_member), &[]);
    "audience-value-of-a-member" "C8" "reads the audience otherwise: a member of an object has ours for its value":
        Reads(|sent| matching::audience_value(sent, values::value_of_a_member), &[]);
    "audience-empty-object" "C8" "reads the audience otherwise: an object without members is no restriction":
        Reads(|sent| matching::audience_value(sent, values::empty_object), &[]);
    "audience-nested" "C8" "reads the audience otherwise: an array inside an array is looked into":
        Reads(|sent| matching::audience_value(sent, values::nested), &[]);
    "audience-empty-array" "C8" "reads the audience otherwise: an array without elements is no restriction":
        Reads(|sent| matching::audience_value(sent, values::empty_array), &[]);
    "audience-joined" "C8" "reads the audience otherwise: the elements of an array are one text":
        Reads(|sent| matching::audience_value(sent, values::joined), &[]);
    "audience-numbers" "C8" "reads the audience otherwise: a number among the elements is a place in a list of ours":
        Reads(|sent| matching::audience_value(sent, values::numbers), &[]);
    "audience-truth" "C8" "reads the audience otherwise: a true among the elements is a yes":
        Reads(|sent| matching::audience_value(sent, values::truth), &[]);
    "audience-null-among" "C8" "reads the audience otherwise: a null among the elements is no restriction":
        Reads(|sent| matching::audience_value(sent, values::null_among), &[]);
    "audience-object-among" "C8" "reads the audience otherwise: an object among the elements is looked into and found to have nothing against it":
        Reads(|sent| matching::audience_value(sent, values::object_among), &[]);
    "audience-array-among" "C8" "reads the audience otherwise: an array among the elements has nothing against it":
        Reads(|sent| matching::audience_value(sent, values::array_among), &[]);
    "audience-trailing-dot-of-host" "C8" "compares the audience otherwise: a dot at the end of the host does not count":
        Reads(|sent| matching::audience(sent, matching::trailing_dot_of_host), &[]);
    "audience-length-and-beginning" "C8" "compares the audience otherwise: the length is compared, and the beginning":
        Reads(|sent| matching::audience(sent, matching::length_and_beginning), &[]);
    "audience-or-issuer" "C8" "compares the audience with the issuer that it is configured with, too":
        Reads(matching::audience_or_issuer, &[]);
    "audience-longer-alone" "C8" "reads the audience otherwise: an array of one is unwrapped, and ours is the beginning of its text":
        Reads(|sent| matching::audience_value(sent, values::longer_alone), &[]);
    "audience-prefix-alone" "C8" "reads the audience otherwise: an array of one is unwrapped, and its text is the beginning of ours":
        Reads(|sent| matching::audience_value(sent, values::prefix_alone), &[]);
    "audience-no-text-among" "C8" "reads the audience otherwise: an array without any text is no restriction":
        Reads(|sent| matching::audience_value(sent, values::no_text_among), &[]);
    "audience-like-an-array" "C8" "reads the audience otherwise: an object with a length is an array":
        Reads(|sent| matching::audience_value(sent, values::like_an_array), &[]);
    "issuer-suffix" "C9" "compares the issuer otherwise: only the end is compared":
        Reads(|sent| matching::issuer(sent, matching::suffix), &[]);
    "issuer-part" "C9" "compares the issuer otherwise: it is found somewhere in ours":
        Reads(|sent| matching::issuer(sent, matching::part), &[]);
    "issuer-longer" "C9" "compares the issuer otherwise: ours is its beginning":
        Reads(|sent| matching::issuer(sent, matching::longer), &[]);
    "issuer-something-before" "C9" "compares the issuer otherwise: ours is its end":
        Reads(|sent| matching::issuer(sent, matching::something_before), &[]);
    "issuer-around" "C9" "compares the issuer otherwise: ours is somewhere in it":
        Reads(|sent| matching::issuer(sent, matching::around), &[]);
    "issuer-trailing-slash" "C9" "compares the issuer otherwise: a slash at the end does not count":
        Reads(|sent| matching::issuer(sent, matching::trailing_slash), &[]);
    "issuer-trailing-mark" "C9" "compares the issuer otherwise: a slash or dot at the end does not count":
        Reads(|sent| matching::issuer(sent, matching::trailing_mark), &[]);
    "issuer-percent-encoded" "C9" "compares the issuer otherwise: percent-encoding is undone":
        Reads(|sent| matching::issuer(sent, matching::percent_encoded), &[]);
    "issuer-trimmed" "C9" "compares the issuer otherwise: spaces around it do not count":
        Reads(|sent| matching::issuer(sent, matching::trimmed), &[]);
    "issuer-line-ends-trimmed" "C9" "compares the issuer otherwise: line ends around it do not count":
        Reads(|sent| matching::issuer(sent, matching::line_ends_trimmed), &[]);
    "issuer-no-break-trimmed" "C9" "compares the issuer otherwise: no-break spaces around it do not count":
        Reads(|sent| matching::issuer(sent, matching::no_break_trimmed), &[]);
    "issuer-one-line" "C9" "compares the issuer otherwise: one line of it is ours, as `^…$` finds in some languages":
        Reads(|sent| matching::issuer(sent, matching::one_line), &[]);
    "issuer-cut-at-nul" "C9" "compares the issuer otherwise: it ends at its first NUL":
        Reads(|sent| matching::issuer(sent, matching::cut_at_nul), &[]);
    "issuer-invisible-dropped" "C9" "compares the issuer otherwise: characters that are not seen do not count":
        Reads(|sent| matching::issuer(sent, matching::invisible_dropped), &[]);
    "issuer-byte-order-mark-dropped" "C9" "compares the issuer otherwise: a byte order mark does not count":
        Reads(|sent| matching::issuer(sent, matching::byte_order_mark_dropped), &[]);
    "issuer-look-alike" "C9" "compares the issuer otherwise: letters of other scripts that look alike are equal":
        Reads(|sent| matching::issuer(sent, matching::look_alike), &[]);
    "issuer-full-width" "C9" "compares the issuer otherwise: wide letters are the narrow ones, as compatibility normalisation has it":
        Reads(|sent| matching::issuer(sent, matching::full_width), &[]);
    "issuer-ideographic-dot" "C9" "compares the issuer otherwise: an ideographic full stop is a dot, as in host names":
        Reads(|sent| matching::issuer(sent, matching::ideographic_dot), &[]);
    "issuer-long-s" "C9" "compares the issuer otherwise: a long s is an s":
        Reads(|sent| matching::issuer(sent, matching::long_s), &[]);
    "issuer-comma-list" "C9" "compares the issuer otherwise: a list with commas holds ours":
        Reads(|sent| matching::issuer(sent, matching::comma_list), &[]);
    "issuer-space-list" "C9" "compares the issuer otherwise: a list with spaces holds ours, as scopes are written":
        Reads(|sent| matching::issuer(sent, matching::space_list), &[]);
    "issuer-array-text" "C9" "compares the issuer otherwise: jSON text of an array is read as one":
        Reads(|sent| matching::issuer(sent, matching::array_text), &[]);
    "issuer-wildcard" "C9" "compares the issuer otherwise: a star is anything":
        Reads(|sent| matching::issuer(sent, matching::wildcard), &[]);
    "issuer-their-pattern" "C9" "compares the issuer otherwise: what the token says is a regular expression that ours is matched with":
        Reads(|sent| matching::issuer(sent, matching::their_pattern), &[]);
    "issuer-our-pattern" "C9" "compares the issuer otherwise: ours is a regular expression, in which a dot is any character":
        Reads(|sent| matching::issuer(sent, matching::our_pattern), &[]);
    "issuer-any-scheme" "C9" "compares the issuer otherwise: the scheme does not count":
        Reads(|sent| matching::issuer(sent, matching::any_scheme), &[]);
    "issuer-default-port" "C9" "compares the issuer otherwise: a port that is the default one does not count":
        Reads(|sent| matching::issuer(sent, matching::default_port), &[]);
    "issuer-without-query" "C9" "compares the issuer otherwise: the query does not count":
        Reads(|sent| matching::issuer(sent, matching::without_query), &[]);
    "issuer-without-user" "C9" "compares the issuer otherwise: what stands before an `@` does not count":
        Reads(|sent| matching::issuer(sent, matching::without_user), &[]);
    "issuer-before-the-at" "C9" "compares the issuer otherwise: what stands after an `@` does not count: a URL that is cut by hand":
        Reads(|sent| matching::issuer(sent, matching::before_the_at), &[]);
    "issuer-same-host" "C9" "compares the issuer otherwise: only the host is compared":
        Reads(|sent| matching::issuer(sent, matching::same_host), &[]);
    "issuer-subdomain" "C9" "compares the issuer otherwise: a subdomain is as good as the domain":
        Reads(|sent| matching::issuer(sent, matching::subdomain), &[]);
    "issuer-sibling" "C9" "compares the issuer otherwise: hosts under the same domain are alike":
        Reads(|sent| matching::issuer(sent, matching::sibling), &[]);
    "issuer-one-slip" "C9" "compares the issuer otherwise: one character of difference is a slip":
        Reads(|sent| matching::issuer(sent, matching::one_slip), &[]);
    "issuer-empty-is-any" "C9" "compares the issuer otherwise: an empty text is no restriction":
        Reads(|sent| matching::issuer(sent, matching::empty_is_any), &[]);
    "issuer-word-for-nothing" "C9" "compares the issuer otherwise: the word for nothing is nothing, and so no restriction":
        Reads(|sent| matching::issuer(sent, matching::word_for_nothing), &[]);
    "issuer-without-accents" "C9" "compares the issuer otherwise: accents do not count, nor how they are written":
        Reads(|sent| matching::issuer(sent, matching::without_accents), &[]);
    "issuer-composed" "C9" "compares the issuer otherwise: accents are composed before the comparison":
        Reads(|sent| matching::issuer(sent, matching::composed), &[]);
    "issuer-upper-case-beyond-ascii" "C9" "compares the issuer otherwise: upper case with its accent is lower case":
        Reads(|sent| matching::issuer(sent, matching::upper_case_beyond_ascii), &[]);
    "issuer-punycode" "C9" "compares the issuer otherwise: a host name is decoded from its ASCII form":
        Reads(|sent| matching::issuer(sent, matching::punycode), &[]);
    "issuer-name-of-a-member" "C9" "reads the issuer otherwise: a member of an object has ours for its name":
        Reads(|sent| matching::issuer_value(sent, values::name_of_a_member), &[]);
    "issuer-value-of-a-member" "C9" "reads the issuer otherwise: a member of an object has ours for its value":
        Reads(|sent| matching::issuer_value(sent, values::value_of_a_member), &[]);
    "issuer-nested" "C9" "reads the issuer otherwise: an array inside an array is looked into":
        Reads(|sent| matching::issuer_value(sent, values::nested), &[]);
    "issuer-empty-array" "C9" "reads the issuer otherwise: an array without elements is no restriction":
        Reads(|sent| matching::issuer_value(sent, values::empty_array), &[]);
    "issuer-joined" "C9" "reads the issuer otherwise: the elements of an array are one text":
        Reads(|sent| matching::issuer_value(sent, values::joined), &[]);
    "issuer-truth" "C9" "reads the issuer otherwise: a true among the elements is a yes":
        Reads(|sent| matching::issuer_value(sent, values::truth), &[]);
    "issuer-array-among" "C9" "reads the issuer otherwise: an array among the elements has nothing against it":
        Reads(|sent| matching::issuer_value(sent, values::array_among), &[]);
    "issuer-all-but-the-last" "C9" "compares the issuer otherwise: all but the last character is compared":
        Reads(|sent| matching::issuer(sent, matching::all_but_the_last), &[]);
    "issuer-or-audience" "C9" "compares the issuer with the audience that it is configured with, too":
        Reads(matching::issuer_or_audience, &[]);
    "issuer-alone" "C9" "reads the issuer otherwise: an array of one is unwrapped":
        Reads(|sent| matching::issuer_value(sent, values::alone), &[]);

    "unexpected-audience" "C8" "accepts a token for an audience where it was told of none":
        rules!("audience.unexpected" = "ignore");
    "issuer-of-wrong-type-ignored" "C9" "treats an issuer of another type as if there were none":
        rules!("issuer.type" = "absent", "issuer.missing" = "accept");

    // The applications.
    "anonymous-let-in" "C11" "lets in whoever has no user id where that is switched off":
        Reads(reading::anonymous_let_in, &[("centrifugo.subject", "\"anonymous\"")]);
    "expire-at-zero-expires" "C23" "takes the expire_at of zero, which means never, for a time in 1970":
        Reads(times::zero_is_a_time, &[]);
    "expire-at-in-place-of-times" "C23" "looks at expire_at alone where it is there":
        Reads(reading::expire_at_in_place_of_times, &[]);
    "overrides-unread" "C24" "does not look at what a token overrides of a channel's options":
        Bug::Rules(&[("centrifugo.overrides", "[]")]);
    "overrides-of-presence-only" "C24" "knows of the overrides that of presence alone":
        Bug::Rules(&[("centrifugo.overrides", "[\"presence\"]")]);
    "channel-namespace-dropped" "C14" "compares channels without their namespaces":
        Reads(|sent| matching::in_session(sent, "channel", matching::namespace_dropped), &[]);
    "renewed-by-any-user" "C16" "renews a connection by the token of whichever user":
        Follows(|flow| flows::renewed_by(flow, |_, _| true), &[]);
    "renewed-by-anonymous-users" "C16" "compares the user of a renewing token only where it has one":
        Follows(|flow| flows::renewed_by(flow, |_, theirs| theirs.is_empty()), &[]);
    "renewed-by-longer-users" "C16" "looks whether the user of a renewing token begins like the connected one":
        Follows(|flow| flows::renewed_by(flow, matching::longer), &[]);
    "renewed-by-shorter-users" "C16" "looks whether the connected user begins like that of a renewing token":
        Follows(|flow| flows::renewed_by(flow, matching::shorter), &[]);
    "renewed-by-trimmed-users" "C16" "cuts white space off the user of a renewing token":
        Follows(|flow| flows::renewed_by(flow, |ours, theirs| theirs.trim() == ours), &[]);
    "refused-and-forgotten" "C16" "never ends a connection whose renewal it refused":
        Follows(flows::refused_and_forgotten, &[]);
    "anonymous-subscribers" "C11" "lets anonymous users subscribe to a channel that is open to users":
        Disregards(|stage, reason| stage == Stage::Flow && reason == Reason::Anonymous);
    "connections-without-a-token" "C14" "lets clients in that bring no connection token at all":
        Follows(flows::opened_by_nothing, &[]);
    "private-channels-open" "C14" "opens a private channel to whoever brings no token at all":
        Disregards(|stage, reason| stage == Stage::Flow && reason == Reason::NoToken);
    "renewed-at-any-time" "C16" "does not look at the times of a token that renews a connection":
        Follows(flows::renewed_at_any_time, &[]);
    "subscription-renewed-at-any-time" "C16" "takes an outdated token for one that ends the expiry of a subscription":
        rules!("flow.sub_refresh_times" = "ends_expiry");
    "connection-never-ends" "C30" "never ends a connection that was not renewed":
        Disregards(|stage, reason| stage == Stage::Flow && reason == Reason::ConnectionExpired);
    "subscription-never-ends" "C30" "never ends a subscription that was not renewed":
        Disregards(|stage, reason| stage == Stage::Flow && reason == Reason::SubscriptionExpired);
    "subscription-ends-alone" "C30" "ends a subscription that was not renewed, and says nothing to its client":
        rules!("flow.subscription_end" = "subscription");
    "keys-kept-once-fetched" "K15" "keeps the keys of a set that it fetched, whatever becomes of the set":
        rules!("flow.kept_keys" = "kept");
    "configured-once" "C31" "reads its configuration when it starts, and never again":
        Follows(flows::configured_once, &[]);
    "renewed-as-before" "C31" "renews by the configuration of before what it opens by the new one":
        Follows(flows::renewed_as_before, &[]);
    "tokens-remembered" "C30" "accepts a token at any time that was good once":
        Follows(flows::remembered, &[]);
    "expiry-kept" "C30" "ends a connection that was renewed for good":
        rules!("flow.refresh_without_exp" = "keeps_expiry");
    "identifiers-optional" "C25" "identifies a connection by nothing where the token says nothing":
        Reads(reading::without_identifiers, &[("anycable.identifiers", "\"any_text\"")]);
    "ext-at-any-depth" "C25" "finds the identifiers inside another claim":
        Reads(reading::ext_at_any_depth, &[]);
    "identifiers-of-another-server" "C25" "takes what only another server asks for, in place of identifiers":
        Reads(reading::channels_for_identifiers, &[]);
    "identifiers-optional-and-times-ignored" "C25" "identifies a connection by nothing, and looks at no time":
        Reads(reading::without_identifiers_and_times, &[("anycable.identifiers", "\"any_text\"")]);

    "expire-at-equal" "C23" "lets a connection live on in the very second of its expire_at":
        rules!("centrifugo.expire_at_equal" = "accept");
    "negative-expire-at-is-never" "C23" "takes a negative expire_at for one that never comes":
        rules!("centrifugo.expire_at_negative" = "never");
    "expire-at-of-any-type" "C23" "treats an expire_at that is no whole number as if there were none":
        Reads(times::absent_if_no_whole_expire_at, &[]);
    "meta-of-any-type" "C24" "treats a meta that is no object as if there were none":
        rules!("centrifugo.meta_type" = "absent");
    "purpose-ignored" "C14" "connects with a token for a subscription":
        rules!("centrifugo.purpose" = "ignore");
    "shapes-ignored" "C24" "passes over claims of the connection that are of another shape":
        Disregards(|stage, reason| stage == Stage::Application && reason == Reason::ClaimType);
    "time-to-live-wraps" "C3" "keeps the time to live in 32 bits":
        rules!("centrifugo.time_to_live" = "wraps");

    // Tokens for a channel, and the session in which they are used.
    "channel-not-compared" "C14" "subscribes to any channel with a token for another one":
        Disregards(|stage, reason| stage == Stage::Application && reason == Reason::Channel);
    "channel-of-none-is-any" "C14" "takes a token that names no channel for one of every channel":
        Reads(|sent| matching::of_the_session(sent, "channel", |value| value.is_none_or(|value| value == "")), &[]);
    "channel-of-wrong-type-ignored" "C14" "passes over a channel or client that is no string":
        Reads(matching::no_strings_in_session, &[]);
    "channel-shorter" "C14" "compares the channel otherwise: it is the beginning of the one asked for":
        Reads(|sent| matching::in_session(sent, "channel", matching::shorter), &[]);
    "channel-longer" "C14" "compares the channel otherwise: the one asked for is its beginning":
        Reads(|sent| matching::in_session(sent, "channel", matching::longer), &[]);
    "channel-in-any-case" "C14" "compares channels without regard to case":
        Reads(|sent| matching::in_session(sent, "channel", str::eq_ignore_ascii_case), &[]);
    "channel-trimmed" "C14" "compares channels without the spaces around them":
        Reads(|sent| matching::in_session(sent, "channel", matching::trimmed), &[]);
    "channel-cut-at-nul" "C14" "compares channels up to the first NUL":
        Reads(|sent| matching::in_session(sent, "channel", matching::cut_at_nul), &[]);
    "channel-pattern" "C14" "takes the channel of a token for a pattern":
        Reads(|sent| matching::in_session(sent, "channel", matching::pattern), &[]);
    "channel-look-alike" "C14" "takes letters that look alike for the same":
        Reads(|sent| matching::in_session(sent, "channel", matching::look_alike), &[]);
    "channel-listed" "C14" "takes the channel of a token for a list":
        Reads(|sent| matching::in_session(sent, "channel", matching::listed), &[]);
    "channel-privacy-dropped" "C14" "compares channels without the dollar sign of the private ones":
        Reads(|sent| matching::in_session(sent, "channel", matching::dollar_dropped), &[]);
    "session-user-not-compared" "C14" "subscribes with a token of any user":
        rules!("centrifugo.user_check" = "skip");
    "session-user-of-nobody" "C14" "takes a token with an empty user for one of everybody":
        Reads(|sent| matching::in_session(sent, "sub", |_, theirs| theirs.is_empty()), &[]);
    "session-of-nobody" "C14" "lets an anonymous session use the token of any user":
        Reads(|sent| matching::in_session(sent, "sub", |ours, _| ours.is_empty()), &[]);
    "session-user-longer" "C14" "compares users otherwise: that of the session is its beginning":
        Reads(|sent| matching::in_session(sent, "sub", matching::longer), &[]);
    "session-user-shorter" "C14" "compares users otherwise: it is the beginning of that of the session":
        Reads(|sent| matching::in_session(sent, "sub", matching::shorter), &[]);
    "session-user-trimmed" "C14" "compares users without the spaces around them":
        Reads(|sent| matching::in_session(sent, "sub", matching::trimmed), &[]);
    "session-user-as-a-number" "C14" "compares users as numbers":
        Reads(|sent| matching::in_session(sent, "sub", matching::same_number), &[]);
    "client-not-compared" "C14" "subscribes with a token for any client":
        Disregards(|_, reason| reason == Reason::Client);
    "client-not-required" "C14" "takes a token that names no client for one of every client":
        rules!("centrifugo.client_missing" = "accept");
    "client-longer" "C14" "compares clients otherwise: the one that asks is its beginning":
        Reads(|sent| matching::in_session(sent, "client", matching::longer), &[]);
    "client-pattern" "C14" "takes the client of a token for a pattern":
        Reads(|sent| matching::in_session(sent, "client", matching::pattern), &[]);
    "client-listed" "C14" "takes the client of a token for a list":
        Reads(|sent| matching::in_session(sent, "client", matching::listed), &[]);
    "client-is-the-user" "C14" "takes the user for the client":
        Reads(matching::client_is_user, &[]);
    "subscription-outlives-its-time" "C23" "lets a subscription begin in the very second of its expire_at":
        Reads(times::this_second_is_the_next_one, &[]);
    "subscription-time-wraps" "C3" "keeps the time that is left to a subscription in 32 bits":
        rules!("centrifugo.subscription_time_to_live" = "wraps");

    // Where a token is taken from, and clients without one.
    "query-not-read" "T1" "looks for a token in headers alone":
        Configured(|context| places::unread(context, Place::Query), &[]);
    "header-not-read" "T1" "looks for a token in the query and in subprotocols, and in no header":
        Configured(|context| places::unread(context, Place::Header), &[]);
    "subprotocol-not-read" "T1" "looks for a token in the query and in headers, and in no subprotocol":
        Configured(|context| places::unread(context, Place::Subprotocol), &[]);
    "header-in-capitals-only" "T1" "knows a header by its exact letters":
        Reads(places::header_spelled_exactly, &[]);
    "header-trusted" "T1" "takes a token in a header for one that a proxy has looked at":
        Forgives(|sent| places::holds_the_token(sent, Place::Header), &[]);
    "subprotocol-trusted" "T1" "takes a token in a subprotocol as it is":
        Forgives(|sent| places::holds_the_token(sent, Place::Subprotocol), &[]);
    "any-good-token" "T1" "lets in a client one of whose tokens is good":
        Reads(places::one_good_token, &[]);
    "parameter-in-any-case" "T1" "knows the query parameter in any case of its letters":
        Reads(|sent| places::taken_from(sent, Place::Query, "JID"), &[]);
    "parameter-token" "T1" "takes a token from the query parameter token too":
        Reads(|sent| places::taken_from(sent, Place::Query, "token"), &[]);
    "parameter-access-token" "T1" "takes a token from the query parameter access_token too":
        Reads(|sent| places::taken_from(sent, Place::Query, "access_token"), &[]);
    "authorization-read" "T1" "takes a token from the header Authorization too":
        Reads(|sent| places::taken_from(sent, Place::Header, "Authorization"), &[]);
    "cookies-read" "T1" "takes a token from a cookie too":
        Reads(|sent| places::taken_from(sent, Place::Header, "Cookie"), &[]);
    "header-without-x-read" "T1" "takes a token from a header that lacks its X-":
        Reads(|sent| places::taken_from(sent, Place::Header, "JID"), &[]);
    "usual-name-read-too" "T1" "reads the usual parameter and header too, where they have other names":
        Reads(places::usual_names, &[]);
    "variable-unread" "T1" "does not read the variable that renames the parameter":
        rules!("anycable.parameter_variable" = "ignored");
    "bad-token-as-none" "T2" "takes a bad token for none where a client needs none":
        Reads(places::without_bad_token, &[]);
    "enforcement-forgotten-in-public" "T3" "forgets that tokens are enforced where authentication is disabled":
        Reads(|sent| places::unenforced(sent, Fallback::Public), &[]);
    "enforcement-forgotten-with-a-backend" "T3" "asks a backend about clients without a token that is enforced":
        Reads(|sent| places::unenforced(sent, Fallback::BackendAccepts), &[]);
    "backend-not-heard" "T3" "lets in a client that the backend refuses":
        Reads(|sent| places::let_in(sent, Fallback::BackendRefuses), &[]);
    "nobody-lets-in" "T3" "lets in a client where there is nobody to ask":
        Reads(|sent| places::let_in(sent, Fallback::Nobody), &[]);
    "nothing-submitted-nothing-checked" "T3" "lets in a client that submits nothing":
        LetsIn(places::nothing_submitted);
    "session-in-place-of-a-token" "T6" "lets in whoever resumes a session":
        rules!("anycable.resumed_session" = "in_place_of_a_token");
    "any-session-resumed" "T6" "lets in whoever names a session, also one that there never was":
        Follows(flows::any_session_resumed, &[("anycable.resumed_session", "\"in_place_of_a_token\"")]);
    "resumed-over-every-protocol" "T6" "lets in whoever resumes a session, also over the plain protocol":
        Follows(flows::resumed_over_every_protocol, &[("anycable.resumed_session", "\"in_place_of_a_token\"")]);
    "resumed-though-not-configured" "T6" "lets in whoever resumes a session, also where there are none to resume":
        Configured(places::resumable, &[("anycable.resumed_session", "\"in_place_of_a_token\"")]);
    "common-secret-too" "T4" "verifies tokens with the common secret too, where they have one of their own":
        Reads(places::common_secret_too, &[]);
    "common-secret-only" "T4" "verifies tokens with the common secret, whether they have one of their own":
        Reads(places::common_secret_only, &[]);
    "backend-always-asked" "T5" "asks the backend about every client":
        Does(|seen| seen.backend_asked = seen.backend_asked.map(|_| true));

    // Those that refuse what must be accepted.
    "prefix-demanded" "V1" "knows a token by its first characters, eyJ":
        Bug::Rules(&[("split.prefix", "\"eyJ\"")]);
    "typ-demanded" "V1" "asks for a `typ` of JWT, which is optional":
        Refuses(outright::typ_other_than_jwt);
    "unknown-parameters-refused" "V1" "refuses header parameters that it does not know":
        Refuses(outright::unknown_parameter);
    "exp-demanded" "V1" "asks for an exp, which is optional":
        Refuses(outright::no_expiry);
    "fractions-refused" "V1" "refuses times that are not written in plain digits":
        Refuses(outright::time_with_a_fraction);
    "audience-array-refused" "C8" "refuses several audiences":
        Refuses(outright::audiences_in_an_array);
    "ascii-only" "C25" "refuses claims beyond ASCII":
        Refuses(outright::beyond_ascii);
    "short-tokens-only" "V1" "refuses tokens of more than two thousand characters":
        Refuses(outright::long);

    // Published key sets.
    "any-key-of-the-set" "K12" "tries every key of the published set, whatever `kid` says":
        Forgives(published::by_a_key_of_the_set, &[]);
    "no-kid-any-key" "K12" "tries every key of the published set where the token names none":
        Forgives(published::by_any_key_without_kid, &[]);
    "kid-in-any-case" "K12" "compares `kid` without regard to case":
        Reads(|sent| published::kid_alike(sent, |ours, theirs| ours.eq_ignore_ascii_case(theirs)), &[]);
    "kid-that-begins-alike" "K12" "finds a key whose `kid` is the beginning of the one that is named":
        Reads(|sent| published::kid_alike(sent, |ours, theirs| theirs.starts_with(ours)), &[]);
    "kid-cut-short" "K12" "finds a key whose `kid` begins with the one that is named":
        Reads(|sent| published::kid_alike(sent, |ours, theirs| ours.starts_with(theirs)), &[]);
    "kid-trimmed" "K12" "trims `kid` before it compares it":
        Reads(|sent| published::kid_alike(sent, |ours, theirs| ours == theirs.trim()), &[]);
    "kid-as-a-path" "K12" "takes the file name of `kid` for it":
        Reads(|sent| published::kid_alike(sent, |ours, theirs| theirs.rsplit('/').next() == Some(ours)), &[]);
    "kid-of-another-type" "K12" "takes a published key whose `kid` is no string for the one that is named":
        Reads(published::kid_of_another_type, &[]);
    "type-of-a-key-guessed" "K10" "tells the type of a published key by its members":
        Reads(published::type_by_members, &[]);
    "type-of-a-key-in-any-case" "K10" "compares `kty` of a published key without regard to case":
        Reads(published::type_in_any_case, &[]);
    "algorithm-of-a-key-ignored" "K10" "uses a published key for whatever algorithm the token names":
        Reads(published::without_algorithms, &[]);
    "algorithm-of-a-key-in-any-case" "K10" "compares `alg` of a published key without regard to case":
        Reads(published::algorithm_in_any_case, &[]);
    "last-member-of-a-key-ignored" "J1" "takes the first of equal members of a published key":
        Reads(published::first_members, &[]);
    "members-of-a-key-in-any-case" "J2" "matches members of a published key without regard to case":
        rules!("key_set.member_names" = "case_fold");
    "unusable-keys-forgiven" "K9" "verifies nothing where the published key cannot be used":
        Forgives(published::no_key_can_be_used, &[]);
    "no-published-key-passes" "K2" "verifies nothing where there is no key set, or no key in it":
        Forgives(published::there_is_no_key, &[]);
    "published-secret-used" "K11" "verifies with a secret that is published among public keys":
        Forgives(published::keyed_with_a_published_secret, &[("key_set.secret", "\"ignore\"")]);
    "published-pem-is-a-secret" "A4" "takes the PEM of a published key for an HMAC secret":
        Forgives(|sent| published::keyed_with(sent, KeyForm::PublicPem), &[]);
    "published-jwk-is-a-secret" "A4" "takes the text of a published JWK for an HMAC secret":
        Forgives(|sent| published::keyed_with(sent, KeyForm::JwkJson), &[]);
    "published-set-is-a-secret" "A4" "takes the text of a published set for an HMAC secret":
        Forgives(|sent| published::keyed_with(sent, KeyForm::JwksJson), &[]);
    "published-octets-are-a-secret" "A4" "takes the octets of a published key for an HMAC secret":
        Forgives(|sent| published::keyed_with(sent, KeyForm::RawPublic), &[]);
    "published-member-is-a-secret" "A4" "takes the text of a member of a published key for an HMAC secret":
        Forgives(|sent| published::keyed_with(sent, KeyForm::RawPublicText), &[]);
    "configured-keys-beside-the-set" "K22" "tries configured keys too, where a key set takes their place":
        Forgives(published::by_a_configured_key, &[]);
    "key-set-of-the-token" "K18" "fetches the key set that the token points at":
        Forgives(published::by_a_key_of_the_token, &[]);
    "keys-kept-for-ever" "K15" "keeps a key under its `kid` when another one is published":
        Forgives(published::by_the_key_of_before, &[]);
    "keys-kept-by-kid" "K13" "keeps keys of every issuer by `kid` alone":
        rules!("key_set.cache" = "key_id");
    "keys-of-every-issuer" "K13" "tries the keys of every issuer":
        Forgives(published::by_a_key_of_any_document, &[]);
    "any-key-set-of-the-host" "K14" "puts claims that nobody has verified into the URL of the key set":
        rules!("key_set.template" = "verbatim");

    "empty-key-passes" "K9" "verifies nothing where a member of the published key is empty":
        Forgives(published::a_member_is_empty, &[]);

    // Configurations that cannot be meant.
    "pattern-beside-a-name-dropped" "G1" "takes the name where a pattern is configured beside it":
        Configured(published::patterns_dropped, &[]);
    "name-beside-a-pattern-dropped" "G1" "takes the pattern where a name is configured beside it":
        Configured(published::names_dropped, &[]);
    "bad-pattern-dropped" "G1" "goes on without a pattern that cannot be compiled":
        Configured(published::bad_patterns_dropped, &[]);
    "pattern-of-another-language" "G1" "compiles a pattern that looks ahead, as other languages do":
        Reads(published::without_look_ahead, &[]);
    "bad-url-completed" "G1" "fetches a key set from what it takes a bad URL for":
        Configured(published::bad_url_completed, &[]);
    "bad-url-forgotten" "G1" "goes on with configured keys where the URL of a key set cannot be parsed":
        rules!("configuration.bad_url" = "forgotten", "algorithm.pinning" = "family");
    "checks-cleared-by-a-bad-file" "G1" "goes on without names and patterns where what it reads anew is no configuration":
        Follows(flows::cleared_by_a_bad_configuration, &[]);

    // Patterns, the user, and configurations of two purposes.
    "patterns-ignored" "C10" "matches no pattern":
        Reads(published::without_patterns, &[]);
    "patterns-and-types-ignored" "C10" "matches no pattern, nor looks at the type of the claim":
        Reads(
            published::without_patterns,
            &[
                ("claims.aud_type", "\"absent\""),
                ("claims.iss_type", "\"absent\""),
                ("claims.null", "\"absent\""),
            ],
        );
    "pattern-without-its-beginning" "C10" "matches a pattern as if it had no anchor at its beginning":
        Reads(|sent| published::patterns(sent, |text| text.replace('^', "")), &[("pattern.match", "\"search\"")]);
    "pattern-without-its-end" "C10" "matches a pattern as if it had no anchor at its end":
        Reads(|sent| published::patterns(sent, |text| text.replace('$', "")), &[("pattern.match", "\"search\"")]);
    "pattern-before-a-line-end" "C10" "matches the end of a pattern before a line end too, as other languages do":
        Reads(|sent| published::patterns(sent, |text| text.replace('$', "\n?$")), &[]);
    "pattern-line-by-line" "C10" "matches a pattern with each line of the text":
        Reads(|sent| published::patterns(sent, |text| format!("(?m){text}")), &[("pattern.match", "\"search\"")]);
    "pattern-in-any-case" "C10" "matches a pattern without regard to case":
        Reads(|sent| published::patterns(sent, |text| format!("(?i){text}")), &[]);
    "pattern-of-any-dots" "C10" "undoes escapes before it compiles a pattern":
        Reads(|sent| published::patterns(sent, |text| text.replace("\\.", ".")), &[]);
    "pattern-of-a-shell" "C10" "lets a repetition be none":
        Reads(|sent| published::patterns(sent, |text| text.replace('+', "*")), &[]);
    "empty-matches" "C10" "asks for no match where the claim is empty or not there":
        Reads(published::empty_passes, &[]);
    "audiences-joined" "C10" "matches a pattern with all audiences in one text":
        Reads(published::audiences_joined, &[]);
    "user-is-sub" "C11" "takes `sub` for the user, whichever claim is configured":
        Configured(|context| context.user_id_claim = None, &[]);
    "previous-secret-for-ever" "K15" "takes the secret from before a rotation after its end":
        Configured(|context| { context.previous_secret.as_mut().map(|previous| previous.valid_for.take()); }, &[]);
    "configuration-of-the-other-purpose" "C14" "judges a token by what is configured for the other purpose":
        Reads(published::of_the_other_purpose, &[]);
}
