//! JSON lines out, and their verification.

use crate::ledger::{Ledger, new_pool};
use sealbook_error::{Error, Result};
use sealbook_ledger::interchange::write_line;
use sealbook_ledger::verify::{Expected, Report};
use sealbook_store::Progress;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

impl Ledger {
    /// Writes all entries as JSON lines (format section 7), and returns how many.
    ///
    /// # Errors
    /// `CANCELLED`, `CLOSED`, `IO`. What has been written then is no complete export.
    pub fn export(&self, out: &mut dyn Write, progress: &Progress) -> Result<u64> {
        let inner = self.inner()?;
        let size = inner.store.size()?;
        progress.expect(size);
        let (mut lines, mut count) = (Vec::new(), 0);
        inner.store.read(0..size, &mut |_, raw| {
            write_line(&mut lines, raw.header, raw.salt, raw.payload);
            if lines.len() >= 1 << 16 {
                out.write_all(&lines)?;
                lines.clear();
            }
            count += 1;
            progress.advance(1)
        })?;
        out.write_all(&lines)?;
        out.flush()?;
        Ok(count)
    }
}

/// Verifies an export in a file.
///
/// # Errors
/// `NOT_FOUND`, `PERMISSION_DENIED`, `IO`, `CANCELLED`. Damage is no error: it is in the report.
///
/// ```no_run
/// use sealbook::{Expected, Progress};
/// let report = sealbook::verify_export("export.jsonl".as_ref(), &Expected::default(), &Progress::default())?;
/// assert!(report.is_intact());
/// # Ok::<(), sealbook::Error>(())
/// ```
pub fn verify_export(path: &Path, expected: &Expected, progress: &Progress) -> Result<Report> {
    let file = File::open(path).map_err(|e| Error::io(e, "read", path))?;
    sealbook_store::verify_export(BufReader::with_capacity(1 << 20, file), expected, &new_pool()?, progress)
}
