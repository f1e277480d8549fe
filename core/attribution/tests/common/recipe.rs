//! Repositories built from the recipes of `tests/vectors/attribution/repositories.json`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const JANE: &str = "Jane Roe <jane@example.com>";
/// 2023-11-14; every step comes a minute later.
const FIRST: i64 = 1_700_000_000;

/// One step: a commit, a git command, or files that are written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Step {
    /// The message of a commit of all that is in the index and in `files`, or of nothing.
    commit: Option<String>,
    /// The arguments of a git command.
    git: Option<Vec<String>>,
    /// Files that are written, with folders, and staged if there is a commit.
    files: BTreeMap<String, String>,
    /// Symbolic links that are made, with folders.
    link: BTreeMap<String, String>,
    /// The name under which the commit at `HEAD` is known afterwards.
    label: Option<String>,
    author: Option<String>,
    committer: Option<String>,
    /// The folder beside the repository where the step takes place.
    #[serde(rename = "in")]
    place: Option<String>,
}

/// What the steps made. Deleted at the end.
pub(crate) struct Built {
    home: TempDir,
    /// The ids behind the labels.
    pub(crate) ids: BTreeMap<String, String>,
    clock: i64,
}

impl Built {
    pub(crate) fn new(init: &[String], steps: &[Step]) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("work")).unwrap();
        let mut built = Self { home, ids: BTreeMap::new(), clock: FIRST };
        let arguments = ["init", "-q", "-b", "main"].map(str::to_owned);
        built.git(&built.path("work"), &Step::default(), &[&arguments, init].concat(), None);
        for step in steps {
            built.take(step);
        }
        built
    }

    /// A folder beside the repository, or the repository: `work`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn take(&mut self, step: &Step) {
        self.clock += 60;
        let place = self.path(step.place.as_deref().unwrap_or("work"));
        for (name, text) in &step.files {
            let file = with_folder(&place, name);
            std::fs::write(&file, text).unwrap();
            if step.commit.is_some() {
                self.git(&place, step, &["add", "--", name].map(str::to_owned), None);
            }
        }
        for (name, target) in &step.link {
            #[cfg(unix)]
            std::os::unix::fs::symlink(target, with_folder(&place, name)).unwrap();
            #[cfg(not(unix))]
            let _ = (name, target);
        }
        if let Some(arguments) = &step.git {
            let arguments: Vec<_> = arguments.iter().map(|text| self.filled(text)).collect();
            self.git(&place, step, &arguments, None);
        }
        if let Some(message) = &step.commit {
            let arguments = ["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-"];
            self.git(&place, step, &arguments.map(str::to_owned), Some(self.filled(message).as_bytes()));
        }
        if let Some(label) = &step.label {
            let id = self.git(&place, step, &["rev-parse", "HEAD"].map(str::to_owned), None);
            assert!(self.ids.insert(label.clone(), id).is_none(), "the label {label} is there twice");
        }
    }

    /// A text with the ids of labels in place of `{{label}}`, and the folder of all in place of `{{home}}`.
    fn filled(&self, text: &str) -> String {
        let text = text.replace("{{home}}", self.home.path().to_str().unwrap());
        self.ids.iter().fold(text, |text, (label, id)| text.replace(&format!("{{{{{label}}}}}"), id))
    }

    fn git(&self, place: &Path, step: &Step, arguments: &[String], input: Option<&[u8]>) -> String {
        let (author, committer) = (step.author.as_deref(), step.committer.as_deref());
        let people = [("AUTHOR", author), ("COMMITTER", committer)];
        let mut command = clean_git(place, self.home.path());
        for (role, person) in people {
            let (name, mail) = person.unwrap_or(JANE).split_once(" <").unwrap();
            command.env(format!("GIT_{role}_NAME"), name);
            command.env(format!("GIT_{role}_EMAIL"), mail.trim_end_matches('>'));
            command.env(format!("GIT_{role}_DATE"), format!("{} +0000", self.clock));
        }
        run(command.args(arguments), input.unwrap_or_default())
    }
}

/// A path whose folders are there.
pub(crate) fn with_folder(place: &Path, name: &str) -> PathBuf {
    let file = place.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    file
}

/// git with nothing of the user's.
pub(crate) fn clean_git(place: &Path, home: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(place)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", home)
        .args(["-c", "protocol.file.allow=always", "-c", "core.autocrlf=false"]);
    command
}

/// Runs a command on an input and returns its output without the last line feed.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> String {
    use std::io::Write as _;
    use std::process::Stdio;
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
