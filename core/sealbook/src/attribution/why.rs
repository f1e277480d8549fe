//! Explaining a commit or a file.

use super::history::{self, Reading, Watch};
use super::options::{Target, WhyOptions};
use super::settings::in_force;
use super::tree;
use sealbook_attribution::{
    Claim, FileJudgement, FileOptions, JudgedCommit, Place, judge_commit_remembering, judge_file,
};
use sealbook_error::{Code, Error, Result};
use sealbook_store::Progress;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What is known about a commit or a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// `sealbook/why/1`.
    pub schema: &'static str,
    /// The commit, if the target is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<JudgedCommit>,
    /// The file, if the target is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileJudgement>,
    /// What the file's own comments and its name claim, as it lies in the folder.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Claim>,
}

impl Explanation {
    /// The version of the JSON form.
    pub const SCHEMA: &'static str = "sealbook/why/1";
}

/// Explains `target`, a commit or a file of the git repository at or above `path`. A file is named from `path`, else from the root of
/// the repository; a target that could be both is taken for the commit.
///
/// # Errors
/// `INVALID_ARGUMENT` if the target is neither, `NOT_FOUND` if the version has no such file, and as [`scan`](super::scan()).
///
/// # Example
///
/// ```
/// use sealbook::{Code, Progress, WhyOptions, why};
///
/// let folder = tempfile::tempdir()?;
/// let error = why(folder.path(), "HEAD", &WhyOptions::default(), &Progress::default()).unwrap_err();
/// assert_eq!(error.code(), Code::NotARepository);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn why(
    path: &Path,
    target: impl AsRef<Path>,
    options: &WhyOptions,
    progress: &Progress,
) -> Result<Explanation> {
    let target = target.as_ref();
    // Git names no commit in other bytes.
    let revision = target.to_str();
    let place = Place::of(path, None)?;
    match options.target {
        Target::Commit => commit(path, &target.to_string_lossy(), progress),
        Target::File => file(path, target, &place, options, progress),
        Target::Auto if revision.is_some_and(|revision| Place::of(path, Some(revision)).is_ok()) => {
            commit(path, revision.unwrap_or_default(), progress)
        }
        Target::Auto => file(path, target, &place, options, progress).map_err(|error| match error.code() {
            Code::NotFound => Error::new(
                Code::InvalidArgument,
                format!(
                    "{target:?} is neither a commit nor a file of {}",
                    options.revision.as_deref().unwrap_or("HEAD")
                ),
            )
            .remedy("name a commit as git understands it, or a committed file; one that was deleted with --revision")
            .with("target", target.display())
            .caused_by(error),
            _ => error,
        }),
    }
}

fn commit(path: &Path, revision: &str, progress: &Progress) -> Result<Explanation> {
    let rules = in_force(path)?;
    let reading = Reading { revision: None, folders: 0, no_cache: false, catalogue: rules.catalogue };
    let judged = history::remembering(path, &reading, |options, memory| {
        judge_commit_remembering(path, revision, options, memory, &mut Watch::new(progress))
    })?;
    Ok(Explanation { schema: Explanation::SCHEMA, commit: Some(judged), file: None, comments: Vec::new() })
}

fn file(
    path: &Path,
    name: &Path,
    place: &Place,
    options: &WhyOptions,
    progress: &Progress,
) -> Result<Explanation> {
    let rules = in_force(path)?;
    let mut file_options = FileOptions::default().catalogue(rules.catalogue.clone());
    if let Some(revision) = &options.revision {
        file_options = file_options.revision(revision);
    }
    let judged = judge_file(path, name, &file_options, &mut Watch::new(progress))?;
    let lies_at = place.work_folder.as_deref().map(|folder| folder.join(PathBuf::from(&judged.path)));
    let comments = match lies_at.filter(|file| options.revision.is_none() && file.is_file()) {
        Some(file) => tree::of_file(&file, &judged.path, &rules.catalogue, progress)?,
        None => Vec::new(),
    };
    Ok(Explanation { schema: Explanation::SCHEMA, commit: None, file: Some(judged), comments })
}
