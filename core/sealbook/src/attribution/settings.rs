//! The user's own rules, in `sealbook.toml`.

use sealbook_attribution::Catalogue;
use sealbook_error::{Code, Error, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of the file with a project's settings.
pub const SETTINGS_FILE: &str = "sealbook.toml";

/// The most bytes of such a file.
const MOST: u64 = 1 << 20;

/// The rules in force, and where the user's own came from.
#[derive(Debug, Clone)]
pub(crate) struct RulesInForce {
    /// The rules.
    pub catalogue: Arc<Catalogue>,
    /// The file with the user's own settings, if there is one.
    pub settings: Option<PathBuf>,
}

/// The rules in force for `path`: those that come with Sealbook, as the nearest `sealbook.toml` changes them. It is looked for from
/// `path` upward, as far as the root of the repository that `path` is in.
///
/// # Errors
/// `INVALID_ARGUMENT` if the file is not understood, with its path; `IO`, `PERMISSION_DENIED` if it cannot be read.
pub(crate) fn in_force(path: &Path) -> Result<RulesInForce> {
    let catalogue = Catalogue::built_in()?;
    let Some((file, text)) = read_settings(path)? else {
        return Ok(RulesInForce { catalogue: Arc::new(catalogue), settings: None });
    };
    let catalogue = catalogue.with_settings(&text).map_err(|error| {
        Error::new(error.code(), format!("{}: {}", file.display(), error.message()))
            .with("path", file.display())
    })?;
    Ok(RulesInForce { catalogue: Arc::new(catalogue), settings: Some(file) })
}

/// The settings in force for `path`, with the file that they stand in.
pub(crate) fn read_settings(path: &Path) -> Result<Option<(PathBuf, String)>> {
    let Some(file) = find(path)? else { return Ok(None) };
    let text = read(&file)?;
    Ok(Some((file, text)))
}

/// The nearest file. What has its name and is none is an error: rules that somebody wrote would be passed over.
fn find(path: &Path) -> Result<Option<PathBuf>> {
    let Ok(start) = std::path::absolute(path) else { return Ok(None) };
    for folder in start.ancestors() {
        let file = folder.join(SETTINGS_FILE);
        if file.is_file() {
            return Ok(Some(file));
        }
        if fs::symlink_metadata(&file).is_ok() {
            let what = match fs::metadata(&file) {
                Ok(metadata) if metadata.is_dir() => "is a folder",
                Ok(_) => "is no file of text",
                Err(_) => "is a link that leads to no file",
            };
            return Err(Error::new(Code::InvalidArgument, format!("{} {what}", file.display()))
                .remedy("put the file with the settings there, or take it away")
                .with("path", file.display()));
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    Ok(None)
}

fn read(file: &Path) -> Result<String> {
    let failed = |error| Error::io(error, "read", file);
    let size = fs::metadata(file).map_err(failed)?.len();
    if size > MOST {
        let message = format!("{} has {size} bytes; {MOST} are the most", file.display());
        return Err(Error::new(Code::InvalidArgument, message).remedy("keep only the settings in it"));
    }
    String::from_utf8(fs::read(file).map_err(failed)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Error::new(Code::InvalidArgument, format!("{} is not UTF-8 at byte {at}", file.display()))
            .remedy("save it as UTF-8")
            .with("path", file.display())
            .caused_by(error)
    })
}
