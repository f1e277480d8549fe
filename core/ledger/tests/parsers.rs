//! Every parser takes any bytes: it refuses them, or reads what it would write.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use sealbook_ledger::interchange::{Line, write_line};
use sealbook_ledger::verify::{Before, Checker, Expected, RawEntry, Verification};
use sealbook_ledger::{EntryId, Facets, Genesis, Hash, Header, Kind, Time};

/// A header's text with some bytes changed, which gets further into the parser than noise.
fn nearly_a_header() -> impl Strategy<Value = Vec<u8>> {
    let time = Time::parse("2026-11-23T10:15:30.123456Z").unwrap();
    let header = Header {
        commitment: Hash::of(b"c"),
        id: EntryId::new(time, [7; 10]),
        kind: Kind::parse("custom.x").unwrap(),
        prev: Hash::ZERO,
        seq: 7,
        sig: None,
        time,
    };
    let bytes = header.to_bytes();
    (Just(bytes), prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)).prop_map(
        |(mut bytes, changes)| {
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        },
    )
}

proptest! {
    #[test]
    fn headers(noise in any::<Vec<u8>>(), near in nearly_a_header()) {
        for bytes in [noise, near] {
            if let Ok(header) = Header::parse(&bytes) {
                prop_assert_eq!(header.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn lines(noise in any::<Vec<u8>>(), header in any::<String>(), payload in any::<Option<String>>()) {
        let _ = Line::parse(&noise);
        let salt = payload.as_ref().map(|_| [3; 32]);
        let mut out = Vec::new();
        write_line(&mut out, header.as_bytes(), salt.as_ref().map(|s| s.as_slice()), payload.as_ref().map(|p| p.as_bytes()));
        let line = Line::parse(&out).unwrap();
        prop_assert_eq!((line.header, line.payload), (header, payload));
    }

    #[test]
    fn payloads(noise in any::<Vec<u8>>(), text in "\\{[\"a-z:,\\[\\]{}0-9 \\\\]{0,40}\\}") {
        for bytes in [noise, text.into_bytes()] {
            let _ = (Facets::of(&bytes), Genesis::parse(&bytes));
        }
    }

    #[test]
    fn ledgers_of_noise(entries in prop::collection::vec((nearly_a_header(), any::<Option<Vec<u8>>>(), any::<Option<Vec<u8>>>()), 0..8)) {
        let mut checker = Checker::new(0, Before::genesis(), None);
        for (header, salt, payload) in &entries {
            checker.entry(RawEntry { header, salt: salt.as_deref(), payload: payload.as_deref(), leaf: None });
        }
        let mut verification = Verification::new(None);
        verification.add(checker.finish(&[]));
        let report = verification.finish(&Expected::default(), &Default::default());
        prop_assert!(!report.is_intact());
        prop_assert_eq!(report.entries, entries.len() as u64);
    }
}
