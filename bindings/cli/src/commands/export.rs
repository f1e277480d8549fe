//! `sealbook export`

use crate::args::Export;
use crate::context::{Context, Outcome};
use crate::output::{escape, print};
use crate::progress;
use sealbook_common::sealbook::{Code, Error, Ledger, Progress, Result};
use serde_json::json;
use std::fs::{self, OpenOptions};
use std::io::{BufWriter, stdout};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &Export, context: &Context) -> Result<Outcome> {
    let ledger = context.open_to_read()?;
    if args.file == Path::new("-") {
        // Not locked and not buffered by lines: the core writes blocks.
        progress::run(context, "exporting", move |progress| ledger.export(&mut stdout(), progress))?;
        return Ok(Outcome::Good);
    }
    let target = Target::new(&args.file, args.force, &ledger)?;
    let entries = progress::run(context, "exporting", move |progress| target.write(&ledger, progress))?;
    let file = args.file.display().to_string();
    if context.json {
        print(&format!("{}\n", json!({"entries": entries, "file": file})))?;
    } else if !context.quiet {
        print(&format!("exported {entries} entries to {}\n", escape(&file)))?;
    }
    Ok(Outcome::Good)
}

/// Where an export goes.
enum Target {
    /// A file that comes into being whole, or stays as it was.
    File { path: PathBuf, overwrite: bool },
    /// A pipe or a device, which is written to as it stands.
    Stream(PathBuf),
}

impl Target {
    fn new(path: &Path, force: bool, ledger: &Ledger) -> Result<Self> {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(_) => return Ok(Self::File { path: path.to_owned(), overwrite: force }),
        };
        if metadata.is_dir() {
            return Err(refused(path, "is a folder", "name a file"));
        }
        if !metadata.is_file() {
            return Ok(Self::Stream(path.to_owned()));
        }
        if !force {
            return Err(refused(path, "exists", "pass --force to overwrite it"));
        }
        // A link stays, and what it points to is replaced.
        let path = fs::canonicalize(path).map_err(|e| Error::io(e, "resolve", path))?;
        let home = ledger.path()?.and_then(|file| fs::canonicalize(file.parent()?).ok());
        if path.parent() == home.as_deref() {
            return Err(refused(&path, "lies beside the ledger's own files", "name a file elsewhere"));
        }
        Ok(Self::File { path, overwrite: true })
    }

    fn write(&self, ledger: &Ledger, progress: &Progress) -> Result<u64> {
        let (path, overwrite) = match self {
            Self::File { path, overwrite } => (path, *overwrite),
            Self::Stream(path) => {
                let file = OpenOptions::new().write(true).open(path);
                let file = file.map_err(|e| Error::io(e, "write", path))?;
                return ledger.export(&mut BufWriter::new(file), progress);
            }
        };
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".sealbook-export-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // less the umask
        let mut file = builder.tempfile_in(folder).map_err(|e| Error::io(e, "write", path))?;
        let entries = ledger.export(&mut file, progress)?;
        file.as_file().sync_all().map_err(|e| Error::io(e, "sync", path))?;
        let persisted = if overwrite { file.persist(path) } else { file.persist_noclobber(path) };
        persisted.map_err(|e| Error::io(e.error, "write", path))?;
        Ok(entries)
    }
}

fn refused(path: &Path, why: &str, remedy: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("{} {why}", path.display()))
        .remedy(remedy)
        .with("path", path.display())
}
