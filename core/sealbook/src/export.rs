//! JSON lines out, and their verification.

use crate::ledger::{Ledger, new_pool};
use sealbook_error::{Code, Error, Result};
use sealbook_ledger::interchange::write_line;
use sealbook_ledger::verify::{Expected, Report};
use sealbook_store::Progress;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, Write};
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

    /// Writes all entries into the file at `path`, and returns how many. The file is written under another name first, so that what is at
    /// `path` is never half an export; a pipe or a device is written to as it is.
    ///
    /// # Errors
    /// `CANCELLED`, `CLOSED`, `NOT_FOUND` if there is no such folder, `PERMISSION_DENIED`, `DISK_FULL`, `IO`. The file at `path` is as it was then.
    pub fn export_file(&self, path: &Path, progress: &Progress) -> Result<u64> {
        self.refuse_own_folder(path)?;
        let failed = |e| Error::io(e, "write", path);
        if path.metadata().is_ok_and(|m| !m.is_file()) {
            return self.export(&mut File::create(path).map_err(failed)?, progress);
        }
        let partial = path.with_added_extension(format!("{}.partial", std::process::id()));
        let write = || {
            let mut file = File::create(&partial).map_err(failed)?;
            let count = self.export(&mut file, progress)?;
            file.sync_all().and_then(|()| std::fs::rename(&partial, path)).map_err(failed)?;
            Ok(count)
        };
        let written = write();
        if written.is_err() {
            let _ = std::fs::remove_file(&partial);
        }
        written
    }
}

impl Ledger {
    /// An export must not replace the ledger, nor anything beside it.
    fn refuse_own_folder(&self, path: &Path) -> Result<()> {
        let Some(ledger) = self.path()? else { return Ok(()) };
        let folder = |file: &Path| file.parent().and_then(|folder| folder.canonicalize().ok());
        let target = std::path::absolute(path).map_err(|e| Error::io(e, "resolve", path))?;
        let target = target.canonicalize().unwrap_or(target);
        let own = if ledger.ends_with(Path::new(crate::FOLDER).join(crate::LEDGER_FILE)) {
            folder(&target) == folder(&ledger)
        } else {
            let beside = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(name_of(&ledger));
            folder(&target) == folder(&ledger) && target.file_name().is_some_and(beside)
        };
        if own {
            let message = format!("{} is in the ledger's own place", path.display());
            return Err(Error::new(Code::InvalidArgument, message).remedy("export to another folder"));
        }
        Ok(())
    }
}

fn name_of(file: &Path) -> &[u8] {
    file.file_name().unwrap_or_default().as_encoded_bytes()
}

/// Verifies an export in a file.
///
/// # Errors
/// `NOT_FOUND`, `PERMISSION_DENIED`, `IO`, `CANCELLED`; `INVALID_EXPORT` for a project's own ledger file. Damage is no error: it is in the report.
///
/// ```no_run
/// use sealbook::{Expected, Progress};
/// let report = sealbook::verify_export("export.jsonl".as_ref(), &Expected::default(), &Progress::default())?;
/// assert!(report.is_intact());
/// # Ok::<(), sealbook::Error>(())
/// ```
pub fn verify_export(path: &Path, expected: &Expected, progress: &Progress) -> Result<Report> {
    // Opening a ledger's file beside SQLite and closing it would drop the locks of a handle in this process.
    if path.ends_with(Path::new(crate::FOLDER).join(crate::LEDGER_FILE)) {
        let message = format!("{} is a ledger, not an export", path.display());
        return Err(
            Error::new(Code::InvalidExport, message).remedy("open it and verify it, or export it first")
        );
    }
    let file = File::open(path).map_err(|e| Error::io(e, "read", path))?;
    verify_export_from(BufReader::with_capacity(1 << 20, file), expected, progress)
}

/// Verifies an export that is open, from where it stands. What erasures name is looked up from its beginning, so that this must be 0.
///
/// # Errors
/// `IO`, `CANCELLED`. Damage is no error: it is in the report.
///
/// ```
/// use sealbook::{Expected, Progress, verify_export_from};
/// let report = verify_export_from(std::io::Cursor::new("no export"), &Expected::default(), &Progress::default())?;
/// assert!(!report.is_intact());
/// # Ok::<(), sealbook::Error>(())
/// ```
pub fn verify_export_from(
    file: impl BufRead + Seek,
    expected: &Expected,
    progress: &Progress,
) -> Result<Report> {
    expected.check()?;
    sealbook_store::verify_export(file, expected, &new_pool()?, progress)
}
