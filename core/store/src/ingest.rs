//! From what a caller passes to a draft: everything that can be done before the ledger is locked.

use crate::secrets::Secrets;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::{Canonicalizer, Chain, Draft, EntryId, Facets, Genesis, Kind, LedgerId, Salt, Time};
use std::time::{SystemTime, UNIX_EPOCH};

/// What a caller wants recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The kind, such as `human_review`.
    pub kind: String,
    /// The payload: the text of a JSON object.
    pub payload: Vec<u8>,
    /// An idempotency key, if the caller wants to be able to repeat the call.
    pub id: Option<String>,
}

impl Record {
    /// A record without an idempotency key.
    #[must_use]
    pub fn new(kind: impl Into<String>, payload: impl Into<Vec<u8>>) -> Self {
        Self { kind: kind.into(), payload: payload.into(), id: None }
    }
}

/// Checks, canonicalises and redacts records, and commits to them.
#[derive(Debug)]
pub struct Ingest {
    ledger: LedgerId,
    limit: usize,
    secrets: Option<Secrets>,
}

impl Ingest {
    /// For the ledger with this id. Payloads of more than `limit` bytes are refused; `redact` replaces secrets of known form.
    ///
    /// # Errors
    /// `INTERNAL` if the rules for secrets do not compile.
    pub fn new(ledger: LedgerId, limit: usize, redact: bool) -> Result<Self> {
        Ok(Self { ledger, limit, secrets: redact.then(Secrets::new).transpose()? })
    }

    /// Whether an entry keeps all of this JSON text: nothing in it has the form of a secret that is redacted.
    #[must_use]
    pub fn keeps(&self, json: &[u8]) -> bool {
        self.secrets.as_ref().is_none_or(|secrets| secrets.redact(json).is_none())
    }

    /// Drafts for records, in order.
    ///
    /// # Errors
    /// `INVALID_KIND`, `RESERVED_KIND`, `INVALID_ID` and the `PAYLOAD_*` codes, with the number of the record (from 0) as `record`
    /// in the context if there are several.
    pub fn drafts(&self, records: &[Record]) -> Result<Vec<Draft>> {
        let now = now()?;
        let mut canon = Canonicalizer::new(self.limit);
        // One call to the generator for all: a system call costs as much as all the rest of a draft.
        let mut random = vec![0; records.len() * RANDOM];
        fill(&mut random)?;
        let draft = |(index, (record, random)): (usize, (&Record, &[u8; RANDOM]))| {
            let draft = self.draft(record, now, random, &mut canon);
            if records.len() > 1 { draft.map_err(|e| e.with("record", index)) } else { draft }
        };
        records.iter().zip(random.as_chunks::<RANDOM>().0).enumerate().map(draft).collect()
    }

    fn draft(
        &self,
        record: &Record,
        now: Time,
        random: &[u8; RANDOM],
        canon: &mut Canonicalizer,
    ) -> Result<Draft> {
        let kind = Kind::for_caller(&record.kind)?;
        let (salt, tail) = random.split_first_chunk().unwrap_or((&[0; 32], &[]));
        let id = match &record.id {
            Some(id) => EntryId::parse(id).map_err(|error| error.remedy("leave it out to have one made"))?,
            None => EntryId::new(now, tail.try_into().unwrap_or_default()),
        };
        let mut payload = canon.canonicalize(&record.payload)?.to_vec();
        if let Some(redacted) = self.secrets.as_ref().and_then(|s| s.redact(&payload)) {
            // Once more, because a member name may have changed.
            payload = canon.canonicalize(&redacted)?.to_vec();
        }
        Facets::read(&payload)?;
        let draft = Draft::new(self.ledger, id, kind, Salt::from_bytes(*salt), payload);
        Ok(if record.id.is_some() { draft.keyed() } else { draft })
    }
}

/// The draft of a genesis entry, and its time.
pub(crate) fn genesis_draft(genesis: &Genesis) -> Result<(Draft, Time)> {
    let time = now()?;
    let random: [u8; RANDOM] = random()?;
    let (salt, tail) = random.split_first_chunk().unwrap_or((&[0; 32], &[]));
    Ok((
        Chain::genesis_draft(
            genesis,
            EntryId::new(time, tail.try_into().unwrap_or_default()),
            Salt::from_bytes(*salt),
        ),
        time,
    ))
}

/// A ledger id that no other ledger has.
///
/// # Errors
/// `IO` if the system's random generator fails.
pub fn new_ledger_id() -> Result<LedgerId> {
    random().map(LedgerId::from_bytes)
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes)
        .map_err(|e| Error::new(Code::Io, format!("the system's random generator failed: {e}")))
}

/// Random bytes for one entry: a salt and the random part of an id.
const RANDOM: usize = 32 + 10;

/// The time by this machine's clock.
///
/// # Errors
/// `INVALID_ARGUMENT` if it is beyond the years that an entry can state.
pub fn now() -> Result<Time> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let micros =
        since.map_or_else(|before| -(before.duration().as_micros() as i64), |after| after.as_micros() as i64);
    Time::from_micros(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ingest(redact: bool) -> Ingest {
        Ingest::new(LedgerId::from_bytes([1; 16]), 1000, redact).unwrap()
    }

    #[test]
    fn salts_and_ids_are_fresh() {
        let records = vec![Record::new("custom.x", "{}"); 3];
        let mut drafts = ingest(true).drafts(&records).unwrap();
        drafts.extend(ingest(true).drafts(&records).unwrap());
        for (i, a) in drafts.iter().enumerate() {
            assert!(drafts[..i].iter().all(|b| a.id() != b.id() && a.salt() != b.salt()));
        }
    }

    #[test]
    fn secrets_are_replaced_unless_told_otherwise() {
        let secret = format!("ghp_{}", "a1".repeat(18));
        let record = [Record::new("custom.x", format!(r#"{{"z":1,"{secret}":"{secret}"}}"#))];
        let draft = &ingest(true).drafts(&record).unwrap()[0];
        assert_eq!(draft.payload(), br#"{"[redacted:github-token]":"[redacted:github-token]","z":1}"#);
        assert!(ingest(false).drafts(&record).unwrap()[0].payload().starts_with(b"{\"ghp_"));
    }

    #[test]
    fn the_offending_record_is_named() {
        let records = [Record::new("custom.x", "{}"), Record::new("sys.key", "{}")];
        let error = ingest(true).drafts(&records).unwrap_err();
        assert_eq!(error.code(), Code::ReservedKind);
        assert_eq!(error.context(), [("record", "1".to_owned())]);
        assert_eq!(
            ingest(true)
                .drafts(&[Record::new("custom.x", format!("{{\"a\":\"{}\"}}", "x".repeat(1000)))])
                .unwrap_err()
                .code(),
            Code::PayloadTooLarge
        );
    }
}
