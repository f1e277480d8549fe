//! Ids of entries that Sealbook makes from something else: the same source gets the same id, so that a second run adds only what is new.

use sealbook_ledger::{EntryId, Hash, Time};

/// The id of a time, with random bits from the hash of `source`. `domain` keeps sources of different nature apart.
pub(crate) fn derived_id(time: Time, domain: &str, source: &[u8]) -> EntryId {
    let seed = Hash::of(&[b"sealbook/", domain.as_bytes(), b"/v1\n", source].concat());
    let mut random = [0; 10];
    random.iter_mut().zip(seed.as_bytes()).for_each(|(to, from)| *to = *from);
    EntryId::new(time, random)
}
