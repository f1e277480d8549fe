//! A child is this test binary once more, told by the environment which part of the test to play.

use std::io::{BufRead, BufReader, Read};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};

const ROLE: &str = "SEALBOOK_FAULTS_ROLE";
const ARGUMENT: &str = "SEALBOOK_FAULTS_ARGUMENT";

/// Plays `part` and ends the process, if this process is the child that was started for it. To be called first in a test.
pub(crate) fn role(name: &str, part: impl FnOnce(String)) {
    if std::env::var(ROLE).is_ok_and(|role| role == name) {
        println!(); // the harness leaves its own line open
        part(std::env::var(ARGUMENT).unwrap());
        println!("done");
        std::process::exit(0);
    }
}

pub(crate) struct Child {
    process: std::process::Child,
    lines: BufReader<ChildStdout>,
}

impl Child {
    /// The command that plays the part `name` of `test`.
    pub(crate) fn command<T: Fn()>(test: T, name: &str, argument: impl ToString) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        Self::prepare(&mut command, test, name, argument);
        command
    }

    /// Has a command that runs the test binary play the part `name` of `test`.
    pub(crate) fn prepare<T: Fn()>(command: &mut Command, _: T, name: &str, argument: impl ToString) {
        let path = std::any::type_name::<T>();
        let test = path.split_once("::").map_or(path, |(_, test)| test);
        command
            .args([test, "--exact", "--nocapture", "--test-threads=1"])
            .env(ROLE, name)
            .env(ARGUMENT, argument.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
    }

    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        Self { process, lines }
    }

    pub(crate) fn play<T: Fn()>(test: T, name: &str, argument: impl ToString) -> Self {
        Self::start(&mut Self::command(test, name, argument))
    }

    /// Plays the part where the shell command `mount` has mounted something that nobody else sees. None, with a loud line, if the system does
    /// not permit that; in continuous integration, where nobody reads lines, it must.
    #[cfg(target_os = "linux")]
    pub(crate) fn mounted<T: Fn()>(
        mount: &str,
        test: T,
        name: &str,
        argument: impl ToString,
    ) -> Option<Self> {
        let namespaces = [&["--mount"][..], &["--mount", "--map-root-user"]];
        let may = |namespace: &&&[&str]| {
            let probe = "mount -t tmpfs none /mnt";
            let output = Command::new("unshare").args(**namespace).args(["sh", "-c", probe]).output();
            output.is_ok_and(|output| output.status.success())
        };
        let Some(namespace) = namespaces.iter().find(may) else {
            println!("SKIPPED: mounting is not permitted here, so that {name:?} was not shown");
            assert!(std::env::var_os("CI").is_none(), "mounting must be permitted where tests guard changes");
            return None;
        };
        let mut command = Command::new("unshare");
        let script = format!("{mount} && exec \"$0\" \"$@\"");
        command.args(*namespace).args(["sh", "-c", &script]).arg(std::env::current_exe().unwrap());
        Self::prepare(&mut command, test, name, argument);
        Some(Self::start(&mut command))
    }

    /// The rest of the next line that begins with `word` and a space; none if the child has ended.
    pub(crate) fn next(&mut self, word: &str) -> Option<String> {
        loop {
            let mut line = String::new();
            self.lines.read_line(&mut line).unwrap();
            // A killed process may leave half a line.
            let line = line.strip_suffix('\n')?;
            if let Some(rest) = line.strip_prefix(word).and_then(|rest| rest.strip_prefix(' ')) {
                return Some(rest.to_owned());
            }
        }
    }

    /// The next whole line.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.strip_suffix('\n').map(str::to_owned)
    }

    /// Lets a child go on that waits for its input to end.
    pub(crate) fn release(&mut self) {
        drop(self.process.stdin.take());
    }

    /// Ends the process at once: SIGKILL where there are signals.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
    }

    /// Reads to the end and waits for the process.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        self.release();
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (self.process.wait().unwrap(), rest)
    }

    /// As [`Child::end`], for a child that must have played its part to the end.
    pub(crate) fn finish(self) -> String {
        let (status, rest) = self.end();
        assert!(status.success() && rest.ends_with("done\n"), "{status}: {rest}");
        rest
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
