//! Commands as tasks: what they leave behind, how they are stopped, and limits that hold or nothing runs.

use rustix::process::{Pid, test_kill_process};
use sealbook_ledger::Time;
use sealbook_runtime::{Attempt, CancelToken, Handler, Launcher, Outcome, ProcessHandler, guard};
use sealbook_tasks::{
    Arguments, Failure, Fault, Idempotency, Key, Limits, Principal, Scope, Span, Spec, Task, TaskId, TaskKind,
};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

fn task(arguments: &Value) -> Task {
    let kind = TaskKind::parse("process").unwrap();
    let arguments = Arguments::parse(&arguments.to_string()).unwrap();
    let spec = Spec::new(kind, arguments, Principal::parse("ann").unwrap());
    Task::submit(TaskId::new(Time::EPOCH, [1; 10]), spec, Time::EPOCH).unwrap()
}

fn attempt(task: &Task) -> Attempt {
    Attempt::new(task, 1, CancelToken::new(), Arc::new(|_| {}))
}

fn limited(arguments: &Value, limits: Limits) -> Attempt {
    let mut attempt = attempt(&task(arguments));
    attempt.limits = limits;
    attempt
}

fn direct() -> ProcessHandler {
    ProcessHandler::new(Launcher::Direct)
}

/// The example that is its own launcher, which is built with the tests.
fn program() -> PathBuf {
    let folder = std::env::current_exe().unwrap();
    let program = folder.parent().unwrap().parent().unwrap().join("examples/launcher");
    assert!(program.exists(), "build the examples first: cargo build -p sealbook-runtime --examples");
    program
}

fn through() -> ProcessHandler {
    ProcessHandler::new(Launcher::Through(program(), vec!["enter".to_owned()]))
}

fn both() -> [ProcessHandler; 2] {
    [direct(), through()]
}

fn sh(script: &str) -> Value {
    json!(["sh", "-c", script])
}

fn result(outcome: Outcome) -> Value {
    match outcome {
        Outcome::Complete(result) => serde_json::from_str(&result).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn failure(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Fail(failure) => failure,
        other => panic!("{other:?}"),
    }
}

/// Waits for a file that a child writes, and reads its number.
fn number_in(file: &Path) -> Pid {
    let began = Instant::now();
    loop {
        if let Some(number) = std::fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok()) {
            return Pid::from_raw(number).unwrap();
        }
        assert!(began.elapsed() < LONG, "nothing was written to {}", file.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process ends within some time; one that nobody has read the exit status of has ended.
fn ends(pid: Pid) -> bool {
    let began = Instant::now();
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
        if test_kill_process(pid).is_err() || stat.is_ok_and(|stat| stat.contains(") Z ")) {
            return true;
        }
        if began.elapsed() > Duration::from_secs(10) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The children of this process, with those whose exit status nobody has read.
#[cfg(target_os = "linux")]
fn children() -> Vec<Pid> {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let children = threads.map(|it| std::fs::read_to_string(it.unwrap().path().join("children")).unwrap());
    let pid = |id: &str| Pid::from_raw(id.parse().unwrap()).unwrap();
    children.collect::<String>().split_whitespace().map(pid).collect()
}

#[test]
fn both_outputs_may_be_flooded_and_their_beginnings_are_kept() {
    let script = "dd if=/dev/zero bs=64k count=64 2>/dev/null | tr '\\0' o; dd if=/dev/zero bs=64k count=64 2>/dev/null | tr '\\0' e >&2";
    for handler in both() {
        let result = result(guard(&handler, &attempt(&task(&sh(script)))));
        for (name, letter) in [("stdout", "o"), ("stderr", "e")] {
            assert_eq!(result[name], letter.repeat(64 << 10));
            assert_eq!(result[format!("{name}_dropped")], (4 << 20) - (64 << 10));
        }
        assert_eq!(result["truncated"], true);
    }
}

#[test]
fn an_output_beyond_the_tasks_limit_is_cut_and_the_command_has_succeeded() {
    let limits = Limits { output_bytes: Some(300), ..Limits::default() };
    let attempt = limited(&sh("yes | head -c 1000; echo a reason >&2"), limits);
    let result = result(guard(&direct(), &attempt));
    assert_eq!((&result["truncated"], &result["stderr"]), (&json!(true), &json!("a reason\n")));
    let kept = result["stdout"].as_str().unwrap();
    assert!(!kept.is_empty() && "y\n".repeat(500).starts_with(kept));
    assert_eq!(result["stdout_dropped"], 1000 - kept.len());

    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("ran");
    let none = Limits { output_bytes: Some(10), ..Limits::default() };
    let refused = failure(guard(&direct(), &limited(&json!(["touch", mark]), none)));
    assert_eq!((refused.fault, refused.class.as_str()), (Fault::Permanent, "ResultTooLarge"));
    assert!(!mark.exists(), "it ran although its result could not be kept");
}

#[test]
fn the_last_line_of_a_flood_is_the_failures_message() {
    let script = "yes | head -c 1000000 >&2; echo the disk is full >&2; exit 3";
    for handler in both() {
        let failure = failure(handler.run(&attempt(&task(&sh(script)))));
        assert_eq!(failure.message, "exit code 3: the disk is full");
    }
}

#[test]
fn a_grandchild_that_holds_the_output_open_ends_with_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    for handler in both() {
        let began = Instant::now();
        let script = format!("sleep 1000 & echo $! > '{}'; echo done", file.display());
        let result = result(handler.run(&attempt(&task(&sh(&script)))));
        assert_eq!(result["stdout"], "done\n");
        assert!(began.elapsed() < LONG && ends(number_in(&file)), "the grandchild lives");
        std::fs::remove_file(&file).unwrap();
    }
}

#[test]
fn a_command_that_ignores_the_request_to_end_is_killed_after_its_grace() {
    for handler in both() {
        let task = task(&sh("trap '' TERM; while :; do sleep 1000; done"));
        let mut attempt = attempt(&task);
        attempt.deadline = Instant::now().checked_add(Duration::from_millis(300));
        let began = Instant::now();
        let failure = failure(handler.with_grace(Duration::from_millis(200)).run(&attempt));
        assert_eq!((failure.fault, failure.class.as_str()), (Fault::Timeout, "Timeout"));
        assert!(began.elapsed() >= Duration::from_millis(500) && began.elapsed() < LONG);
    }
}

#[test]
fn a_cancel_ends_a_running_command_and_lets_it_clean_up() {
    for handler in both() {
        let folder = tempfile::tempdir().unwrap();
        let (file, cleaned) = (folder.path().join("pid"), folder.path().join("cleaned"));
        let script = format!(
            "trap 'touch {}; exit 0' TERM; echo $$ > {}; while :; do sleep 0.01; done",
            cleaned.display(),
            file.display()
        );
        let cancel = CancelToken::new();
        let mut attempt = attempt(&task(&sh(&script)));
        attempt.cancel = cancel.clone();
        let handler = handler.with_grace(LONG);
        let running = std::thread::spawn(move || handler.run(&attempt));
        let pid = number_in(&file);
        assert!(!running.is_finished());
        cancel.cancel("no longer wanted");
        assert_eq!(running.join().unwrap(), Outcome::Cancelled);
        assert!(cleaned.exists() && test_kill_process(pid).is_err());
    }
}

#[test]
fn what_was_cancelled_before_it_began_is_stopped_at_once() {
    for handler in both() {
        let attempt = attempt(&task(&json!(["sleep", "1000"])));
        attempt.cancel.cancel("no longer wanted");
        assert_eq!(handler.run(&attempt), Outcome::Cancelled);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_child_is_left_as_a_zombie() {
    // Those of the other tests of this process would be counted, too, so it has a process of its own.
    let me = std::env::current_exe().unwrap();
    let counted =
        Command::new(me).args(["--exact", "runs_many_and_counts_its_children", "--ignored"]).status();
    assert!(counted.unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "is run by another test"]
fn runs_many_and_counts_its_children() {
    for handler in both() {
        for script in ["exit 0", "exit 1", "kill -9 $$", "sleep 1000 & exit 0"] {
            drop(handler.run(&attempt(&task(&sh(script)))));
        }
        drop(handler.run(&attempt(&task(&json!(["no-such-program-anywhere"])))));
    }
    assert_eq!(children(), []);
    // It would have been seen.
    let mut zombie = Command::new("true").spawn().unwrap();
    assert_eq!(children(), [Pid::from_child(&zombie)]);
    zombie.wait().unwrap();
}

#[test]
fn a_command_finds_the_same_key_in_its_environment_at_every_attempt() {
    let show = sh("echo $SEALBOOK_IDEMPOTENCY_KEY $SEALBOOK_ATTEMPT $SEALBOOK_EPOCH $SEALBOOK_KIND $OWN");
    let show = json!({"argv": show, "env": {"OWN": "mine", "SEALBOOK_ATTEMPT": "99"}});
    for handler in both() {
        for key in [None, Some("k")] {
            let mut task = task(&show);
            let expected = key.map_or_else(|| task.id.to_string(), str::to_owned);
            task.spec.idempotency = key.map(|key| Idempotency {
                key: Key::parse(key).unwrap(),
                scope: Scope::Requester,
                lifetime: Span::from_secs(60),
            });
            for number in 1..=2_u32 {
                task.attempts = number;
                let attempt =
                    Attempt::new(&task, u64::from(number) + 5, CancelToken::new(), Arc::new(|_| {}));
                let result = result(handler.run(&attempt));
                assert_eq!(result["stdout"], format!("{expected} {number} {} process mine\n", number + 5));
            }
        }
    }
}

#[test]
fn a_command_has_no_input_and_runs_where_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().canonicalize().unwrap();
    let script = "cat; pwd; ls /dev/fd | wc -l";
    // The tests themselves may have been started with more than the usual files open.
    let usual =
        Command::new("sh").args(["-c", script]).current_dir(&place).stdin(Stdio::null()).output().unwrap();
    let usual = String::from_utf8(usual.stdout).unwrap();
    assert!(usual.starts_with(&format!("{}\n", place.display())), "{usual}");
    for handler in both() {
        let request = json!({"argv": ["sh", "-c", script], "cwd": place});
        assert_eq!(result(handler.run(&attempt(&task(&request))))["stdout"], usual);
    }
}

#[test]
fn a_limit_on_the_processor_ends_a_command_that_would_run_for_ever() {
    let limits = Limits { cpu: Some(Span::from_millis(900)), ..Limits::default() };
    let failure = failure(through().run(&limited(&sh("while :; do :; done"), limits)));
    assert_eq!(failure.class, "Signal", "{failure:?}");
}

#[test]
fn a_limit_above_the_workers_own_leaves_that_in_force() {
    let command = sh("ulimit -St; ulimit -Ht");
    let limits = Limits { cpu: Some(Span::from_secs(50)), ..Limits::default() };
    assert_eq!(result(through().run(&limited(&command, limits)))["stdout"], "50\n51\n");
    // A worker under tighter limits than the task's.
    let script = format!("ulimit -t 20; exec '{}' \"$@\"", program().display());
    let ended =
        Command::new("sh").args(["-c", &script, "sh", &command.to_string(), "50000"]).output().unwrap();
    let result: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(result["stdout"], "20\n20\n");
}

#[test]
fn nothing_runs_without_its_limits() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("ran");
    let limits = Limits { cpu: Some(Span::from_secs(5)), ..Limits::default() };
    let attempt = limited(&json!(["touch", mark]), limits);
    let refused = failure(direct().run(&attempt));
    assert_eq!((refused.fault, refused.class.as_str()), (Fault::Permanent, "LimitsUnavailable"));
    // Launchers that know nothing of what is asked of them.
    for (program, arguments) in [
        ("true", vec![]),
        ("false", vec![]),
        ("cat", vec![]),
        ("env", vec![]),
        ("sh", vec!["-s"]),
        ("sh", vec!["-c", "kill -9 $$"]),
        ("no-such-program-anywhere", vec![]),
    ] {
        let arguments = arguments.into_iter().map(str::to_owned).collect();
        let handler = ProcessHandler::new(Launcher::Through(program.into(), arguments));
        let failure = failure(handler.run(&attempt));
        assert_eq!((failure.fault, failure.class.as_str()), (Fault::Transient, "LaunchError"), "{failure:?}");
    }
    assert!(!mark.exists());
}

#[test]
fn what_can_never_be_started_fails_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let junk = folder.path().join("junk");
    std::fs::write(&junk, b"\x7fELF and then something else").unwrap();
    std::fs::set_permissions(&junk, std::fs::Permissions::from_mode(0o755)).unwrap();
    let plain = folder.path().join("plain");
    std::fs::write(&plain, "text").unwrap();
    for handler in both() {
        for request in [
            json!(["no-such-program-anywhere"]),
            json!([plain]),
            json!([folder.path()]),
            json!({"argv": ["true"], "cwd": folder.path().join("absent")}),
        ] {
            let failure = failure(handler.run(&attempt(&task(&request))));
            assert_eq!(
                (failure.fault, failure.class.as_str()),
                (Fault::Permanent, "SpawnError"),
                "{failure:?}"
            );
        }
    }
    let failure = failure(direct().run(&attempt(&task(&json!([junk])))));
    assert_eq!((failure.fault, failure.class.as_str()), (Fault::Permanent, "SpawnError"), "{failure:?}");
}

#[test]
fn a_worker_that_is_killed_leaves_neither_its_command_nor_what_that_has_started() {
    use rustix::process::{Signal, kill_process};

    let folder = tempfile::tempdir().unwrap();
    let (file, below) = (folder.path().join("leader"), folder.path().join("below"));
    let command =
        sh(&format!("sleep 1000 & echo $! > '{}'; echo $$ > '{}'; wait", below.display(), file.display()));
    let mut worker = Command::new(program()).arg(command.to_string()).spawn().unwrap();
    let (leader, below) = (number_in(&file), number_in(&below));
    assert!(test_kill_process(leader).is_ok() && test_kill_process(below).is_ok());
    kill_process(Pid::from_child(&worker), Signal::KILL).unwrap();
    worker.wait().unwrap();
    assert!(ends(leader) && ends(below), "something outlives the worker");
}

#[cfg(target_os = "linux")]
#[test]
fn a_watcher_that_died_is_replaced_and_one_is_enough() {
    let me = std::env::current_exe().unwrap();
    // Children are counted, so it has a process of its own.
    let done = Command::new(me).args(["--exact", "kills_its_watcher", "--ignored"]).status();
    assert!(done.unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "is run by another test"]
fn kills_its_watcher() {
    use rustix::process::{Signal, kill_process};

    let handler = through();
    let run = || result(handler.run(&attempt(&task(&json!(["true"])))));
    run();
    let first = children();
    run();
    assert_eq!((children(), first.len()), (first.clone(), 1));
    kill_process(first[0], Signal::KILL).unwrap();
    assert!(ends(first[0]));
    run();
    let second = children();
    assert!(second.len() == 1 && second != first);
    drop(handler);
    assert_eq!(children(), []);
}
