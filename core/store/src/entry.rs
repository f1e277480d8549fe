//! An entry as it is returned to callers.

use crate::store::{Receipt, Sealed};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::verify::RawEntry;
use sealbook_ledger::{Draft, Hash, Header, LedgerId, Salt, canonicalize, commit, leaf_hash};

/// An entry whose payload fits its header. It is not thereby known to stand in an untouched ledger: that is what verification says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the header says.
    pub header: Header,
    /// The header's leaf hash.
    pub hash: Hash,
    /// The canonical payload; absent if the entry is erased.
    pub payload: Option<Vec<u8>>,
}

impl Entry {
    /// Reads a stored entry.
    ///
    /// # Errors
    /// `TAMPERED` if the header is malformed or has another number, or if hash, salt or payload do not fit it.
    pub(crate) fn read(seq: u64, raw: &RawEntry<'_>, ledger: Option<LedgerId>) -> Result<Self> {
        let damaged = |what: &str| {
            Error::new(Code::Tampered, format!("entry {seq} is damaged: {what}"))
                .remedy("run verify for a full report")
                .with("seq", seq)
        };
        let header = Header::parse(raw.header).map_err(|fault| damaged(&fault.to_string()))?;
        let hash = leaf_hash(raw.header);
        if header.seq != seq || raw.leaf.is_some_and(|leaf| leaf != hash.as_bytes()) {
            return Err(damaged("its number or hash is not that of its header"));
        }
        if let (Some(salt), Some(payload)) = (raw.salt, raw.payload) {
            let salt = salt
                .try_into()
                .map(Salt::from_bytes)
                .map_err(|_| damaged("its salt does not have 32 bytes"))?;
            let ledger = if seq == 0 { Some(LedgerId::from_bytes([0; 16])) } else { ledger };
            if ledger.is_some_and(|ledger| commit(ledger, header.id, &salt, payload) != header.commitment) {
                return Err(damaged("its payload does not fit the commitment in its header"));
            }
        }
        // A payload is passed on as JSON text on one line, whoever stored it and however.
        let payload = raw.payload.map(|payload| canonicalize(payload, usize::MAX)).transpose();
        let payload = payload.map_err(|_| damaged("its payload is not a JSON object"))?;
        Ok(Self { header, hash, payload })
    }

    /// The entries that drafts have become, in their order; the receipt may go on behind them.
    #[must_use]
    pub fn of(drafts: Vec<Draft>, receipt: Receipt) -> Vec<Self> {
        let entry = |(draft, sealed): (Draft, Sealed)| {
            let header = Header {
                commitment: sealed.commitment,
                id: draft.id(),
                kind: draft.kind().clone(),
                prev: sealed.prev,
                seq: sealed.seq,
                sig: None,
                time: sealed.time,
            };
            Self { header, hash: sealed.hash, payload: Some(draft.into_payload()) }
        };
        drafts.into_iter().zip(receipt.sealed).map(entry).collect()
    }

    /// The entry as one JSON object: `seq`, `id`, `time`, `kind`, `hash`, `prev`, `payload`.
    ///
    /// The payload is `null` if the entry is erased.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Self { header, hash, payload } = self;
        let payload = payload.as_deref().map_or("null".into(), String::from_utf8_lossy);
        format!(
            r#"{{"seq":{},"id":"{}","time":"{}","kind":"{}","hash":"{hash}","prev":"{}","payload":{payload}}}"#,
            header.seq, header.id, header.time, header.kind, header.prev
        )
    }
}
