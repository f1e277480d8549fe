//! Recording what a scan found, each thing once.

use crate::derived::derived_id;
use crate::ledger::Ledger;
use sealbook_attribution::{Claim, Commit, Person};
use sealbook_error::Result;
use sealbook_ledger::{EntryId, Time};
use sealbook_store::Record;
use serde_json::json;
use std::collections::HashSet;

/// Entries in one commit of the ledger.
const BATCH: usize = 1000;

/// Bytes of claims in one entry at most: notes may attest any number, and a payload has a limit.
const MOST_CLAIMS: usize = 512 << 10;

/// Records in batches, and leaves out what the ledger has already.
pub(crate) struct Recorder<'a> {
    ledger: &'a Ledger,
    batch: Vec<Record>,
    recorded: u64,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(ledger: &'a Ledger) -> Self {
        Self { ledger, batch: Vec::new(), recorded: 0 }
    }

    /// Records a commit with its claims.
    pub(crate) fn commit(&mut self, commit: &Commit<'_>) -> Result<()> {
        self.add(of_commit(commit))
    }

    /// Records a claim about a file.
    pub(crate) fn claim(&mut self, claim: &Claim) -> Result<()> {
        self.add(of_claim(claim))
    }

    /// Records what is left, and says how many entries are new.
    pub(crate) fn finish(mut self) -> Result<u64> {
        self.flush()?;
        Ok(self.recorded)
    }

    fn add(&mut self, record: Record) -> Result<()> {
        self.batch.push(record);
        if self.batch.len() < BATCH { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<()> {
        let (inner, mut new, mut seen) = (self.ledger.inner()?, Vec::new(), HashSet::new());
        for record in self.batch.drain(..) {
            let id = record.id.as_deref().map(EntryId::parse).transpose()?;
            let is_known = id.map_or(Ok(None), |id| inner.store.find(id))?.is_some();
            if !is_known && seen.insert(record.id.clone()) {
                new.push(record);
            }
        }
        let size = inner.store.size()?;
        let recorded = self.ledger.record_many(&new)?;
        self.recorded += recorded.iter().filter(|entry| entry.header.seq >= size).count() as u64;
        Ok(())
    }
}

fn of_commit(commit: &Commit<'_>) -> Record {
    let claims = bounded(&commit.claims);
    let mut payload = json!({
        "actor": {"type": "service", "id": "sealbook"},
        "action": {"type": "scan"},
        "commit": commit.id,
        "attributions": claims,
        "metadata": {
            "verdict": commit.verdict,
            "subject": shorten(&commit.subject),
            "parents": commit.parents,
            "author": person(&commit.author),
            "committer": person(&commit.committer),
        },
    });
    if let Some(metadata) = payload.get_mut("metadata").and_then(|metadata| metadata.as_object_mut()) {
        if claims.len() < commit.claims.len() {
            metadata.insert("claims_left_out".to_owned(), (commit.claims.len() - claims.len()).into());
        }
        if !commit.contradictions.is_empty() {
            metadata.insert("contradictions".to_owned(), json!(commit.contradictions));
        }
        if let Some(relation) = &commit.relation {
            metadata.insert("relation".to_owned(), json!(relation));
        }
    }
    // A time that cannot be stated is that of nobody's clock.
    let micros = commit.committer.time.seconds.saturating_mul(1_000_000);
    identified("commit", "scan", Time::from_micros(micros).unwrap_or(Time::EPOCH), &payload)
}

fn of_claim(claim: &Claim) -> Record {
    let payload = json!({
        "actor": {"type": "service", "id": "sealbook"},
        "action": {"type": "scan"},
        "files": claim.path.iter().map(|path| json!({"path": path})).collect::<Vec<_>>(),
        "attributions": [claim],
        "metadata": {"claim": claim.key()},
    });
    identified("attribution", "claim", Time::EPOCH, &payload)
}

/// With an id from the payload, so that a thing about which more is claimed than before is recorded anew.
fn identified(kind: &str, domain: &str, time: Time, payload: &serde_json::Value) -> Record {
    let payload = payload.to_string().into_bytes();
    let id = derived_id(time, domain, &payload).to_string();
    Record { kind: kind.to_owned(), payload, id: Some(id) }
}

/// The first claims, as many as an entry may hold.
fn bounded(claims: &[Claim]) -> Vec<serde_json::Value> {
    let mut bytes = 0;
    let values = claims.iter().map(|claim| json!(claim));
    values
        .take_while(|claim| {
            bytes += claim.to_string().len();
            bytes <= MOST_CLAIMS
        })
        .collect()
}

/// A text of hostile length must not keep a commit from being recorded.
fn shorten(text: &str) -> String {
    const MOST: usize = 1000;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}... ({} bytes)", text.get(..at).unwrap_or_default(), text.len()),
        None => text.to_owned(),
    }
}

fn person(person: &Person<'_>) -> serde_json::Value {
    json!({"name": shorten(&person.name), "email": shorten(&person.email), "time": person.time})
}
