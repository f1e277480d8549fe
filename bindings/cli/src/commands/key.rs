//! `sealbook key`

use super::task::print_json;
use crate::args::{Key, KeyCommand};
use crate::bounded;
use crate::context::{Context, Outcome};
use crate::output;
use sealbook_common::sealbook::tasks::VoterKey;
use sealbook_common::sealbook::{Code, Error, Hash, Result};
use serde_json::json;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The longest file that is taken for a key. One has about 120 bytes.
const MOST: u64 = 64 << 10;

pub(crate) fn run(args: &Key, context: &Context) -> Result<Outcome> {
    match &args.command {
        KeyCommand::New { file } => {
            let public = make(file)?;
            print(public, context)?;
            if !context.json && !context.quiet {
                output::print(&format!(
                    "in sealbook.toml, for the principal who votes with it: keys = [\"{public}\"]\n"
                ))?;
            }
        }
        KeyCommand::Show { file } => print(load(file, context)?.public(), context)?,
    }
    Ok(Outcome::Good)
}

fn print(public: Hash, context: &Context) -> Result<()> {
    if context.json { print_json(&json!({"public": public})) } else { output::print(&format!("{public}\n")) }
}

/// A new key in a file that nobody else may read.
fn make(path: &Path) -> Result<Hash> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|e| Error::new(Code::Io, format!("the system's random generator failed: {e}")))?;
    let key = VoterKey::from_seed(&seed);
    let failed = |e| Error::io(e, "write", path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::metadata(folder).map_err(failed)?;
    // Temporary files have mode 0600 from the moment that they exist, and the name is never that of half a key.
    let file = tempfile::Builder::new().prefix(".sealbook-").tempfile_in(folder);
    // Without the name of the temporary file, which its error has packed around the system's.
    let mut file = file.map_err(|e| failed(e.kind().into()))?;
    file.write_all(key.to_pem()?.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(|e| Error::io(e, "sync", path))?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(key.public()),
        Err(e) if e.error.kind() == ErrorKind::AlreadyExists => {
            Err(Error::new(Code::InvalidArgument, format!("{} exists", path.display()))
                .remedy("name another file: a key that is overwritten is lost")
                .with("path", path.display()))
        }
        Err(e) => Err(failed(e.error)),
    }
}

/// The private key in a file. Warns if others may read it, too.
pub(super) fn load(path: &Path, context: &Context) -> Result<VoterKey> {
    let file = File::open(path).map_err(|e| Error::io(e, "read", path))?;
    if let Some(mode) = open_to_others(&file) {
        let name = path.display();
        output::warn(
            context,
            &format!("others may read the private key {name}, mode {mode:03o}; chmod 600 it"),
        );
    }
    VoterKey::from_pem(&bounded::read(file, path, MOST)?).map_err(|error| {
        Error::new(error.code(), format!("{}: {}", path.display(), error.message()))
            .with("path", path.display())
    })
}

/// The mode of a file that not only its owner may read or change. Pipes and devices have none that would say so.
#[cfg(unix)]
fn open_to_others(file: &File) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some(metadata.permissions().mode() & 0o777).filter(|mode| mode & 0o077 != 0)
}

#[cfg(not(unix))]
fn open_to_others(_: &File) -> Option<u32> {
    None
}
