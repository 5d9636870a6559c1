//! The mutants, in the order of the stages that they are wrong in.

use crate::Bug::{self, Crashes, Forgives, LetsIn, Reads, Refuses};
use crate::{Mutant, lenient_json, outright, reading, signatures, times};

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
        rules!("split.extra_segments" = "ignore");
    "empty-segments-skipped" "S1" "skips segments that are empty and takes the last three":
        Reads(reading::last_three, &[]);
    "missing-segments-pass" "S1" "lets in what it could not cut into three segments, for want of a signature to find bad":
        LetsIn(outright::something_is_missing);
    "empty-signature-good" "S1" "finds nothing wrong with an empty signature":
        Forgives(signatures::empty, &[]);
    "segments-in-any-order" "S1" "knows the segments by what they hold, in whatever order they are":
        Reads(reading::in_any_order, &[]);
    "dies-of-dots" "B11" "cuts a token at every dot, and dies of a great many":
        Crashes(outright::many_dots);
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
        rules!("base64url.padding" = "ignore");
    "padding-anywhere" "B2" "skips '=' wherever it stands, percent-encoded or not":
        Reads(reading::without_padding, &[]);
    "line-ends-unescaped" "B5" "undoes escaped line ends inside a segment":
        Reads(reading::line_ends_unescaped, &[]);
    "padded-pieces-joined" "B6" "decodes padded pieces of a segment one after the other":
        Reads(reading::padded_pieces, &[]);
    "cut-at-padding" "B6" "reads a segment up to the first character that ends one":
        Reads(reading::cut_at_padding, &[("signature.check", "\"prefix\"")]);
    "standard-alphabet" "B3" "takes '+' and '/' for '-' and '_'":
        rules!("base64url.standard_alphabet" = "ignore");
    "either-alphabet-when-sent" "B3" "turns '+' and '/' into '-' and '_' before it verifies":
        Reads(reading::either_alphabet, &[]);
    "trailing-bits-ignored" "B1" "decodes segments and encodes them again before it verifies, so that unused bits are gone":
        Reads(reading::encoded_again, &[]);
    "one-character-over" "B7" "drops a character that is left over at the end of a segment":
        Reads(reading::without_the_one_over, &[("signature.check", "\"prefix\"")]);

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
        rules!("header.duplicates" = "first");
    "last-algorithm-counts" "J1" "takes the last of equal header parameters, and unsecured tokens":
        rules!("header.duplicates" = "last", "algorithm.unsecured" = "accept");
    "first-claim-counts" "J1" "takes the first of equal claims":
        rules!("claims.duplicates" = "first");
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
    "critical-ignored" "H1" "reads `crit` and never looks at it":
        rules!("header.critical" = "ignore");
    "unencoded-payload-ignored" "H2" "knows neither `b64` nor `crit`":
        rules!("header.b64" = "ignore", "header.critical" = "ignore");
    "typ-ignored" "H4" "never looks at the `typ` that it was told to expect":
        Bug::Rules(&[("header.typ", "\"ignore\""), ("header.strings", "[]")]);
    "nested-unknown" "H4" "takes the claims set of a token that says it holds another token":
        rules!("header.nested" = "ignore");

    // The algorithm.
    "accepts-none" "A1" "accepts unsecured tokens that nobody allowed":
        rules!("algorithm.unsecured" = "accept");
    "none-with-any-signature" "A1" "verifies nothing where `alg` is none, nor counts the segments":
        Reads(reading::none_with_any_signature, &[("algorithm.unsecured", "\"accept\"")]);
    "none-in-any-case" "A2" "blocks \"none\" in lower case only and takes every other spelling for it":
        rules!("algorithm.spelling" = "none_in_any_case");
    "none-in-any-spelling" "A2" "blocks \"none\" as it is written, and then trims, folds and unwraps it":
        Reads(reading::none_in_any_spelling, &[("algorithm.unsecured", "\"accept\"")]);
    "unknown-algorithm-unsigned" "A3" "computes nothing for an algorithm it does not know and finds it equal to an empty signature":
        rules!("algorithm.unknown" = "empty_signature");
    "unknown-algorithm-fails-open" "A2" "blocks \"none\", and verifies nothing where it finds no algorithm of another name":
        Reads(reading::unknown_fails_open, &[("algorithm.unsecured", "\"accept\"")]);
    "unsigned-where-none-is-allowed" "A2" "takes whatever has no signature for an unsecured token where those are allowed":
        Reads(reading::without_signature_where_none_is_allowed, &[]);
    "no-algorithm-unsigned" "A3" "verifies nothing where `alg` is no algorithm and there is no signature":
        Reads(reading::unknown_is_none, &[("algorithm.unsecured", "\"accept\"")]);
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

    // The key.
    "public-key-as-secret" "A4" "keys an HMAC with the text of the public key when the header says so":
        rules!("key.hmac" = "public_key_text");
    "public-key-in-any-form" "A4" "keys an HMAC with whatever form the public key is kept in":
        Forgives(signatures::keyed_with_the_public_key, &[]);
    "empty-key" "K1" "also accepts what is signed with an empty secret":
        rules!("key.hmac" = "or_empty");
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
    "key-of-the-token" "K17" "verifies with the key or certificate that the token brings along":
        Forgives(signatures::by_the_key_in_the_header, &[("header.embedded_key", "\"ignore\"")]);
    "kid-followed" "K19" "opens, asks or runs what `kid` says, and takes the outcome for the key":
        Forgives(signatures::by_what_kid_leads_to, &[]);

    // The signature.
    "signature-not-checked" "S0" "never verifies the signature":
        rules!("signature.check" = "skip");
    "decodes-without-verifying" "S0" "decodes the claims, and calls nothing that verifies":
        rules!("signature.check" = "skip", "time.exp_check" = "skip", "time.nbf_check" = "skip");
    "mac-prefix" "S2" "compares only as many octets of the MAC as were sent":
        rules!("signature.check" = "prefix");
    "mac-tail" "S2" "ignores what follows the MAC":
        rules!("signature.check" = "allow_tail");
    "mac-as-a-c-string" "S2" "compares MACs up to the first NUL":
        Forgives(signatures::equal_up_to_nul, &[]);
    "mac-in-any-form" "S0" "takes a MAC in hexadecimal, or turned round":
        Forgives(signatures::mac_in_another_form, &[]);
    "ecdsa-in-any-form" "S3" "takes ECDSA signatures in DER, or of another length":
        Forgives(signatures::ecdsa_of_another_form, &[]);
    "rsa-of-any-length" "S0" "takes RSA signatures that are shorter or longer than the modulus":
        Forgives(signatures::rsa_of_another_length, &[]);
    "zeros-good" "A11" "takes an ECDSA signature of zeros":
        Forgives(signatures::zeros, &[]);

    // The claims set.
    "payload-not-an-object" "J9" "takes a payload that is no JSON object for a claims set without claims":
        rules!("claims.payload" = "any_value");
    "unreadable-payload-passes" "J9" "finds no claim to object to in a payload that it cannot read":
        LetsIn(outright::payload_unreadable);
    "payload-utf-8-replaced" "J6" "replaces bad UTF-8 in the payload":
        rules!("claims.text" = "replace");
    "claims-from-the-header" "C8" "believes a claim that is repeated in the header":
        Reads(reading::claims_from_the_header, &[]);

    // The times.
    "exp-of-wrong-type-ignored" "C1" "treats an exp that is not a number as if there were none":
        rules!("time.exp_type" = "absent");
    "nbf-of-wrong-type-ignored" "C1" "treats an nbf that is not a number as if there were none":
        rules!("time.nbf_type" = "absent");
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
        rules!("time.exp_check" = "skip");
    "nbf-ignored" "C5" "never looks at nbf":
        rules!("time.nbf_check" = "skip");
    "times-ignored" "C5" "never looks at any time":
        rules!("time.exp_check" = "skip", "time.nbf_check" = "skip", "time.iat_future" = "ignore");
    "half-seconds-rounded" "C5" "rounds times in favour of the token":
        Reads(times::rounded_in_favour, &[]);
    "grace-of-minutes" "C5" "gives five minutes of grace that nobody configured":
        Reads(times::with_minutes_of_grace, &[]);

    // Audience and issuer.
    "audience-ignored" "C8" "never looks at the audience":
        rules!("audience.check" = "skip");
    "audience-prefix" "C8" "accepts an audience that is only the beginning of its own name":
        rules!("audience.comparison" = "prefix");
    "audience-in-any-case" "C8" "compares audiences without regard to case":
        rules!("audience.comparison" = "case_insensitive");
    "audience-missing-accepted" "C8" "accepts a token without an audience where it is configured with one":
        rules!("audience.missing" = "accept");
    "audience-of-wrong-type-ignored" "C8" "treats an audience of another type as if there were none":
        rules!("audience.type" = "absent", "audience.missing" = "accept");
    "audience-of-any-type" "C8" "never looks at the audience, nor at its type":
        rules!("audience.check" = "skip", "claims.aud_type" = "absent");
    "audience-and-issuer-ignored" "C8" "looks neither at the audience nor at the issuer":
        rules!("audience.check" = "skip", "issuer.check" = "skip");
    "issuer-ignored" "C9" "never looks at the issuer":
        rules!("issuer.check" = "skip");
    "issuer-of-any-type" "C9" "never looks at the issuer, nor at its type":
        rules!("issuer.check" = "skip", "claims.iss_type" = "absent");
    "issuer-prefix" "C9" "accepts an issuer that is only the beginning of the one that it trusts":
        rules!("issuer.comparison" = "prefix");
    "issuer-in-any-case" "C9" "compares issuers without regard to case":
        rules!("issuer.comparison" = "case_insensitive");
    "issuer-missing-accepted" "C9" "accepts a token without an issuer where it is configured with one":
        rules!("issuer.missing" = "accept");
    "issuers-in-an-array" "C9" "looks for its issuer among several":
        rules!("issuer.array" = "any_of");

    // The applications.
    "anonymous-let-in" "C11" "lets in whoever has no user id where that is switched off":
        Reads(reading::anonymous_let_in, &[("centrifugo.subject", "\"anonymous\"")]);
    "expire-at-zero-expires" "C23" "takes the expire_at of zero, which means never, for a time in 1970":
        rules!("centrifugo.expire_at_zero" = "expired");
    "expire-at-in-place-of-times" "C23" "looks at expire_at alone where it is there":
        Reads(reading::expire_at_in_place_of_times, &[]);
    "identifiers-optional" "C25" "identifies a connection by nothing where the token says nothing":
        rules!("anycable.identifiers" = "optional");
    "identifiers-optional-and-times-ignored" "C25" "identifies a connection by nothing, and looks at no time":
        rules!("anycable.identifiers" = "optional", "time.exp_check" = "skip", "time.nbf_check" = "skip");

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
}
