//! Projects in temporary folders, and the `sealbook` command run in them.
#![allow(dead_code, reason = "each test binary uses its own part")]

use serde_json::Value;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A folder that is deleted at the end of the test.
pub(crate) struct Project {
    home: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    /// With a ledger.
    pub(crate) fn new() -> Self {
        let project = Self::empty();
        project.run(["init", "-q", "--origin", "example.org/test"]).good();
        project
    }

    /// Without a ledger.
    pub(crate) fn empty() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }

    /// Runs the command in the project's folder.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ended {
        run(self.path(), arguments, b"")
    }

    /// As [`Project::run`] with something on standard input.
    pub(crate) fn feed<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        input: &[u8],
    ) -> Ended {
        run(self.path(), arguments, input)
    }

    /// Starts the command with pipes at all ends.
    pub(crate) fn spawn<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Child {
        spawn(self.path(), arguments)
    }

    /// Records `count` small entries of kind `custom.n` with the payloads `{"n":0}`, `{"n":1}`, ...
    pub(crate) fn record(&self, count: usize) {
        let lines: String =
            (0..count).map(|n| format!("{{\"kind\":\"custom.n\",\"payload\":{{\"n\":{n}}}}}\n")).collect();
        self.feed(["record", "-q", "-"], lines.as_bytes()).good();
    }

    /// How many entries the ledger has.
    pub(crate) fn size(&self) -> usize {
        self.run(["log", "--json"]).good().lines().count()
    }
}

impl Ended {
    /// Standard output of a command that went well and said nothing on standard error.
    #[track_caller]
    pub(crate) fn good(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        self.out
    }

    /// Standard output of a command that went well, as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.good()).unwrap()
    }

    /// Checks that a command failed with this code and printed nothing else.
    #[track_caller]
    pub(crate) fn failed(&self, code: &str) -> &Self {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{self:?}");
        assert!(self.err.starts_with(&format!("sealbook: error[{code}]: ")), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        self
    }

    /// The lines of standard output, as JSON.
    #[track_caller]
    pub(crate) fn out_lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The lines of standard error, as JSON.
    #[track_caller]
    pub(crate) fn err_lines(&self) -> Vec<Value> {
        self.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// Starts the command in a folder, with pipes at all ends.
pub(crate) fn spawn<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> Child {
    Command::new(env!("CARGO_BIN_EXE_sealbook"))
        .args(arguments)
        .current_dir(folder)
        // Tests leave nothing in the user's cache.
        .env("SEALBOOK_CACHE", "off")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs the command in a folder to its end.
pub(crate) fn run<A: AsRef<OsStr>>(
    folder: &Path,
    arguments: impl IntoIterator<Item = A>,
    input: &[u8],
) -> Ended {
    let mut child = spawn(folder, arguments);
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // A command that does not read its input may end before it is written.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    });
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs git in a folder, for a person who is no tool, with nobody's configuration.
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{role}_NAME"), "Jane Roe")
            .env(format!("GIT_{role}_EMAIL"), "jane@example.com");
    }
    assert!(command.status().unwrap().success(), "git {arguments:?}");
}

/// A file or folder of the shared vectors.
pub(crate) fn vectors(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name)
}

/// A JSON file of the shared vectors.
pub(crate) fn vector(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(vectors(name)).unwrap()).unwrap()
}
