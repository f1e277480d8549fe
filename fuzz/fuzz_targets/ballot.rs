//! Ballots that come back from whoever signs them, and the texts that are taken for keys.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealbook::tasks::{Ballot, VoterKey};

fuzz_target!(|text: &str| {
    if let Ok(ballot) = Ballot::parse(text) {
        let message = ballot.message().map(|message| String::from_utf8_lossy(&message).into_owned());
        let unsigned = Ballot { signature: None, ..ballot };
        assert!(message.is_ok_and(|message| Ballot::parse(&message).is_ok_and(|again| again == unsigned)));
    }
    if let Ok(key) = VoterKey::from_pem(text) {
        assert!(key.to_pem().is_ok_and(|pem| VoterKey::from_pem(&pem).is_ok_and(|again| again.public() == key.public())));
    }
});
