//! Another ledger's entries as evidence in this one. Chains are never merged: an imported entry is the payload of an entry of its own.

use crate::derived::derived_id;
use crate::ledger::Ledger;
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::interchange::Line;
use sealbook_ledger::verify::Expected;
use sealbook_ledger::{Header, leaf_hash};
use sealbook_store::{Progress, Record};
use serde::Serialize;
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Entries in one commit.
const BATCH: usize = 1000;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Entries in the export.
    pub entries: u64,
    /// Entries that this ledger did not have yet.
    pub recorded: u64,
}

impl Ledger {
    /// Verifies an export and records each of its entries as one of kind `import`, whose payload holds header, salt and payload
    /// as they were. Importing the same export again adds only what is new.
    ///
    /// # Errors
    /// `INVALID_EXPORT` if the export does not verify, `NOT_FOUND`, `CANCELLED`, and as [`Ledger::record_many`].
    pub fn import(&self, path: &Path, progress: &Progress) -> Result<Imported> {
        let report = crate::verify_export(path, &Expected::default(), progress)?;
        if let Some(fault) = report.faults.first() {
            let message =
                format!("{} does not verify: entry {}: {}", path.display(), fault.seq, fault.detail);
            return Err(Error::new(Code::InvalidExport, message)
                .remedy("export the ledger again from a copy that verifies")
                .with("seq", fault.seq));
        }
        progress.expect(report.entries);
        let origin = report.origin.unwrap_or_default();
        let (mut batch, mut recorded) = (Vec::new(), 0);
        let file = File::open(path).map_err(|e| Error::io(e, "read", path))?;
        for line in BufReader::new(file).split(b'\n') {
            // The file was just verified; a line that is no entry now has been changed since.
            let changed = || {
                Error::new(Code::InvalidExport, format!("{} was changed while it was read", path.display()))
            };
            batch.push(evidence(&Line::parse(&line?).ok_or_else(changed)?, &origin).ok_or_else(changed)?);
            if batch.len() == BATCH {
                recorded += self.record_evidence(&std::mem::take(&mut batch))?;
                progress.advance(BATCH as u64)?;
            }
        }
        recorded += self.record_evidence(&batch)?;
        progress.advance(batch.len() as u64)?;
        Ok(Imported { entries: report.entries, recorded })
    }
}

fn evidence(line: &Line, origin: &str) -> Option<Record> {
    let header = Header::parse(line.header.as_bytes()).ok()?;
    let leaf = leaf_hash(line.header.as_bytes());
    let payload = json!({
        "actor": {"type": "service", "id": "sealbook"},
        "action": {"type": "import"},
        "metadata": {
            "origin": origin,
            "seq": header.seq,
            "hash": leaf,
            "entry": {"header": line.header, "salt": line.salt, "payload": line.payload},
        },
    });
    // An entry that was erased since is other evidence than the one that was imported before.
    let erased = [u8::from(line.payload.is_none())];
    let id = derived_id(header.time, "import", &[leaf.as_bytes(), erased.as_slice()].concat());
    Some(Record {
        kind: "import".to_owned(),
        payload: payload.to_string().into_bytes(),
        id: Some(id.to_string()),
    })
}
