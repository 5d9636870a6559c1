//! One module per topic. To add a case, add it to the topic that it belongs to and run
//! `jotproof-dev vectors build`.

use crate::case::Case;
use claims_far_clock::FarClock;

mod algorithms_confusion;
mod algorithms_confusion_allowed;
mod algorithms_cross;
mod algorithms_curves;
mod algorithms_edge;
mod algorithms_none;
mod algorithms_valid;
mod anycable_enforcement;
mod anycable_identification;
mod anycable_resumption;
mod anycable_secrets;
mod anycable_snippets;
mod anycable_sources;
mod carried_over;
mod centrifugo_channel;
pub(crate) mod centrifugo_claim_combinations;
mod centrifugo_claim_types;
mod centrifugo_configuration;
mod centrifugo_connection;
mod centrifugo_expire_at;
mod centrifugo_expiry;
mod centrifugo_key_set;
mod centrifugo_key_set_documents;
mod centrifugo_key_set_templates;
mod centrifugo_keys;
mod centrifugo_meta;
mod centrifugo_namespaces;
mod centrifugo_overrides;
mod centrifugo_patterns;
mod centrifugo_previous_secret;
mod centrifugo_reload;
mod centrifugo_renewal;
mod centrifugo_rotation;
mod centrifugo_separate_keys;
mod centrifugo_user_claim;
mod claims_audience;
mod claims_far_clock;
mod claims_forged;
mod claims_issuer;
mod claims_neighbours;
mod claims_nested;
mod claims_several_names;
mod claims_subject;
mod claims_time_boundary;
mod claims_time_combinations;
mod claims_time_lexemes;
mod claims_types;
mod encoding_base64url;
mod encoding_characters;
mod encoding_long_tokens;
mod encoding_segments;
mod examples;
mod forged_anonymous;
mod hardened_attacks;
mod header_encrypted;
mod header_nested;
mod header_parameters;
mod header_unencoded;
mod json_encodings;
mod json_names;
mod json_syntax;
mod json_text;
mod keys_several;
mod keys_weak;
mod limits;
mod near_the_clock;
mod signatures_ecdsa;
mod signatures_eddsa;
mod signatures_hmac;
mod signatures_integrity;
mod signatures_rsa;

/// A topic: one file of `vectors/`.
#[derive(Debug, Clone)]
pub struct Topic {
    /// The path of the file without `.json`, and the beginning of every id in it.
    pub path: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// The cases.
    pub cases: Vec<Case>,
}

impl Topic {
    /// The clock that its tokens are minted at. A few topics have their own.
    #[must_use]
    pub fn clock(&self, now: i64) -> i64 {
        match self.path {
            examples::PATH => examples::NOW,
            path => FarClock::of(path).map_or(now, |clock| clock.now),
        }
    }
}

/// Every topic, in the order of their paths.
#[must_use]
pub fn all() -> Vec<Topic> {
    let mut all = vec![
        algorithms_confusion::topic(),
        algorithms_confusion_allowed::topic(),
        algorithms_cross::topic(),
        algorithms_curves::topic(),
        algorithms_edge::topic(),
        algorithms_none::topic(),
        algorithms_valid::topic(),
        anycable_enforcement::topic(),
        anycable_identification::topic(),
        anycable_resumption::topic(),
        anycable_secrets::topic(),
        anycable_snippets::topic(),
        anycable_sources::topic(),
        centrifugo_claim_combinations::topic(),
        centrifugo_claim_types::topic(),
        centrifugo_configuration::topic(),
        centrifugo_connection::topic(),
        centrifugo_channel::private_channel(),
        centrifugo_channel::subscription(),
        centrifugo_expire_at::topic(),
        centrifugo_expiry::connection(),
        centrifugo_expiry::private_channel(),
        centrifugo_expiry::subscription(),
        centrifugo_keys::topic(),
        centrifugo_meta::topic(),
        centrifugo_namespaces::topic(),
        centrifugo_overrides::connection(),
        centrifugo_overrides::private_channel(),
        centrifugo_overrides::subscription(),
        centrifugo_previous_secret::topic(),
        centrifugo_reload::topic(),
        centrifugo_rotation::topic(),
        centrifugo_renewal::connection(),
        centrifugo_renewal::private_channel(),
        centrifugo_renewal::subscription(),
        centrifugo_key_set::topic(),
        centrifugo_key_set_documents::topic(),
        centrifugo_key_set_templates::topic(),
        centrifugo_patterns::topic(),
        centrifugo_separate_keys::topic(),
        centrifugo_user_claim::topic(),
        claims_audience::topic(),
        claims_forged::topic(),
        claims_issuer::topic(),
        claims_neighbours::topic(),
        claims_nested::topic(),
        claims_several_names::topic(),
        claims_subject::topic(),
        claims_time_boundary::topic(),
        claims_time_combinations::topic(),
        claims_time_lexemes::topic(),
        claims_types::topic(),
        encoding_base64url::topic(),
        encoding_characters::topic(),
        encoding_long_tokens::topic(),
        examples::topic(),
        forged_anonymous::anycable(),
        forged_anonymous::centrifugo(),
        encoding_segments::topic(),
        hardened_attacks::topic(),
        header_encrypted::topic(),
        header_nested::topic(),
        header_parameters::topic(),
        header_unencoded::topic(),
        json_encodings::topic(),
        json_names::topic(),
        json_syntax::topic(),
        json_text::topic(),
        keys_several::topic(),
        keys_weak::topic(),
        limits::depth(),
        limits::size(),
        near_the_clock::anycable(),
        near_the_clock::centrifugo(),
        signatures_ecdsa::topic(),
        signatures_eddsa::topic(),
        signatures_hmac::topic(),
        signatures_integrity::topic(),
        signatures_rsa::pkcs1(),
        signatures_rsa::pss(),
    ];
    all.extend(FarClock::ALL.iter().map(FarClock::topic));
    let again = carried_over::topics(&all);
    all.extend(again);
    all.sort_by_key(|topic| topic.path);
    all
}
