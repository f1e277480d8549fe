//! `sealbook plea`, `sealbook key`, and votes that are signed or cast in another's place.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod common;

use common::{Ended, Project};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const SIGNED: &str =
    r#"{"approvals": 1, "levels": [{"roles": ["approver"], "deadline": 3600000}], "signed": true}"#;
const LENT: &str =
    r#"{"approvals": 2, "levels": [{"roles": ["approver"], "deadline": 3600000}], "delegation": true}"#;

/// Submits a task with this policy, and returns its id and its plea's.
fn plead(project: &Project, policy: &str) -> (String, String) {
    let before = ["task", "submit", "--requester", "ann", "--json", "--approval", policy, "--", "true"];
    let id = project.run(before).json()["id"].as_str().unwrap().to_owned();
    let plea = project.run(["task", "show", &id, "--json", "--as", "ann"]).json()["pleas"][0]["id"].clone();
    (id, plea.as_str().unwrap().to_owned())
}

/// Bob and cat may approve and have these keys; dan may lend a hand.
fn list(project: &Project, bobs: &str, cats: &str) {
    let settings = format!(
        r#"
        [tasks]
        principals = [
            {{ id = "ann", may = ["submit *"] }},
            {{ id = "bob", roles = ["approver"], may = ["approve *"], keys = ["{bobs}"] }},
            {{ id = "cat", roles = ["approver"], may = ["approve *"], keys = ["{cats}"] }},
            {{ id = "dan", may = ["approve *"] }},
        ]"#
    );
    fs::write(project.path().join("sealbook.toml"), settings).unwrap();
}

fn new_key(project: &Project, file: &str) -> String {
    project.run(["key", "new", file, "-q"]).good().trim().to_owned()
}

/// Checks that something did not count, and why.
#[track_caller]
fn refused(ended: &Ended, why: &str) {
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{ended:?}");
    assert!(ended.err.contains("VOTE_REFUSED") && ended.err.contains(why), "{why}: {ended:?}");
}

fn last_vote(plea: &Value) -> Value {
    plea["votes"].as_array().unwrap().last().unwrap().clone()
}

#[test]
fn a_signed_plea_counts_only_what_a_listed_key_has_signed() {
    let project = Project::new();
    let keys = ["bob.pem", "cat.pem"].map(|file| new_key(&project, file));
    list(&project, &keys[0], &keys[1]);
    let (id, plea) = plead(&project, SIGNED);
    let approve = |options: &[&str]| {
        project.run(["approve", &plea, "--as", "bob", "--reason", "seen", "--json"].iter().chain(options))
    };
    refused(&approve(&[]), "not signed");
    refused(&approve(&["--key", "cat.pem"]), "no key of theirs");
    let plea = approve(&["--key", "bob.pem"]).json();
    assert_eq!((&plea["state"], &last_vote(&plea)["verified"]), (&json!("approved"), &json!(true)));
    assert_eq!(project.run(["task", "show", &id, "--json", "--as", "ann"]).json()["state"], "queued");
    project.run(["verify", "-q"]).good();
}

#[test]
fn a_ballot_is_signed_elsewhere_as_an_object_or_as_its_message_and_cast_once() {
    let Some(openssl) = openssl() else { return };
    let project = Project::new();
    let path = |name: &str| project.path().join(name);
    let run = |arguments: &[&str]| {
        let output = Command::new(openssl).args(arguments).current_dir(project.path()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let sign = |key: &str, message: &[u8]| -> String {
        fs::write(path("vote"), message).unwrap();
        run(&["pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", "vote", "-out", "vote.sig"]);
        fs::read(path("vote.sig")).unwrap().iter().map(|byte| format!("{byte:02X}")).collect()
    };
    // One key is made here and one there; each side reads both.
    let cats = new_key(&project, "cat.pem");
    run(&["genpkey", "-algorithm", "ed25519", "-out", "bob.pem"]);
    let bobs = project.run(["key", "show", "bob.pem"]).good().trim().to_owned();
    for (file, public) in [("bob.pem", &bobs), ("cat.pem", &cats)] {
        let der = run(&["pkey", "-in", file, "-pubout", "-outform", "DER"]);
        let theirs: String = der[der.len() - 32..].iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(*public, theirs, "{file}");
    }
    list(&project, &bobs, &cats);
    let two = SIGNED.replace("\"approvals\": 1", "\"approvals\": 2");
    let (_, plea) = plead(&project, &two);
    let size = project.size();

    let reason = "größer \u{202e} \"so\"";
    let ballot = project.run(["plea", "ballot", &plea, "approve", "--as", "bob", "--reason", reason]).json();
    assert_eq!((&ballot["reason"], &ballot["voter"]), (&json!(reason), &json!("bob")));
    let signature = sign("bob.pem", ballot["message"].as_str().unwrap().as_bytes());
    let text = ballot.to_string();
    let cast = |signature: &str| project.feed(["plea", "cast", "--signature", signature], text.as_bytes());
    refused(&cast(&"0".repeat(128)), "no key of theirs");
    refused(&cast("12"), "128 hexadecimal digits");
    let by_cat = sign("cat.pem", ballot["message"].as_str().unwrap().as_bytes());
    refused(&cast(&by_cat), "no key of theirs");
    // Broken into two lines, as `xxd -p` does.
    let (head, tail) = signature.split_at(60);
    assert!(cast(&format!("{head}\n{tail}\n")).good().contains("pending  1 of 2 approvals"));
    refused(&cast(&signature), "and the last one of");

    let message = project.run(["plea", "ballot", &plea, "approve", "--as", "cat", "--message"]).good();
    assert!(message.starts_with("sealbook/vote/v1\n{") && message.ends_with('}'), "{message}");
    assert_eq!(
        project.size(),
        size + 5,
        "a ballot that is printed is no entry; four refusals and a vote are"
    );
    let signature = sign("cat.pem", message.as_bytes());
    let cast = ["plea", "cast", "vote", "--json", "--signature", &signature];
    fs::write(path("vote"), message.replace("\"reason\":\"\"", "\"reason\":\"no\"")).unwrap();
    refused(&project.run(cast), "no key of theirs");
    fs::write(path("vote"), format!("{message}\n")).unwrap();
    project.run(["plea", "cast", "vote", "--signature", &signature]).failed("INVALID_ARGUMENT");
    fs::write(path("vote"), message).unwrap();
    let plea = project.run(cast).json();
    assert_eq!((&plea["state"], &last_vote(&plea)["verified"]), (&json!("approved"), &json!(true)));
    project.run(["verify", "-q"]).good();
}

/// OpenSSL, if it is there and knows Ed25519. It must be where tests guard changes.
#[allow(clippy::print_stderr, reason = "a test that is left out says so")]
fn openssl() -> Option<&'static str> {
    let known = Command::new("openssl").args(["genpkey", "-algorithm", "ed25519"]).output();
    if known.is_ok_and(|output| output.status.success()) {
        return Some("openssl");
    }
    assert!(std::env::var_os("CI").is_none(), "openssl must be installed where tests guard changes");
    eprintln!("SKIPPED: there is no openssl with Ed25519, so that no ballot is signed by another program");
    None
}

#[test]
fn what_is_no_ballot_is_not_cast() {
    let project = Project::new();
    let (_, plea) = plead(&project, SIGNED);
    let size = project.size();
    let cast = |input: &[u8]| project.feed(["plea", "cast", "-", "--signature", "00"], input);
    for bad in ["", "{}", "[]", "vote", "sealbook/vote/v1\n", "sealbook/vote/v1\n{}"] {
        cast(bad.as_bytes()).failed("INVALID_ARGUMENT");
    }
    cast(b"\xff{}").failed("INVALID_ARGUMENT");
    let long = cast(&vec![b' '; (1 << 20) + 1]);
    assert!(long.failed("INVALID_ARGUMENT").err.contains("longer than 1048576 bytes"));
    project.run(["plea", "cast", "nowhere", "--signature", "00"]).failed("NOT_FOUND");
    let ballot = |options: &[&str]| project.run(["plea", "ballot", &plea].iter().chain(options));
    ballot(&["approve", "--as", "bob", "--to", "dan"]).failed("INVALID_ARGUMENT");
    ballot(&["delegate", "--as", "bob"]).failed("INVALID_ARGUMENT");
    ballot(&["take-back", "--as", "bob", "--for", "cat"]).failed("INVALID_ARGUMENT");
    assert_eq!(ballot(&["abstain", "--as", "bob"]).code, Some(2));
    assert_eq!(ballot(&["approve", "--as", "bob", "--message", "--json"]).code, Some(2));
    assert_eq!(ballot(&["take_back", "--as", "bob"]).json()["choice"], "take_back");
    assert_eq!(project.size(), size, "nothing of it is recorded");
    project
        .run(["plea", "ballot", "019aaf3e-5a00-7000-8000-000000000001", "approve", "--as", "bob"])
        .failed("NOT_FOUND");
}

#[test]
fn a_vote_is_handed_over_cast_in_the_owners_place_and_not_after_that_is_revoked() {
    let project = Project::new();
    let keys = ["bob.pem", "cat.pem"].map(|file| new_key(&project, file));
    list(&project, &keys[0], &keys[1]);
    let (id, plea) = plead(&project, LENT);
    let for_bob = |reason: &str| {
        project.run(["approve", &plea, "--as", "dan", "--for", "bob", "--reason", reason, "--json"])
    };
    refused(&for_bob("too early"), "has not handed its vote over");
    let shown = project.run(["plea", "delegate", &plea, "--as", "bob", "--to", "dan", "--key", "bob.pem"]);
    assert!(shown.good().contains("bob lets dan vote"));
    refused(&project.run(["approve", &plea, "--as", "dan"]), "dan");
    let vote = last_vote(&for_bob("as bob told me").json());
    assert_eq!((&vote["voter"], &vote["behalf"]), (&json!("dan"), &json!("bob")));
    refused(&project.run(["deny", &plea, "--as", "bob", "--reason", "second thoughts"]), "bob");
    let back = project.run(["plea", "take-back", &plea, "--as", "dan", "--json"]).json();
    assert_eq!((&back["approvals"], &back["votes"]), (&json!(0), &json!([])));
    refused(&project.run(["plea", "take-back", &plea, "--as", "dan"]), "dan");
    let revoked = project.run(["plea", "revoke", &plea, "--as", "bob", "--key", "bob.pem", "--json"]).json();
    assert_eq!(revoked["delegations"], json!([]));
    refused(&for_bob("all the same"), "has not handed its vote over");
    refused(&project.run(["plea", "revoke", &plea, "--as", "bob"]), "bob");
    refused(&project.run(["plea", "delegate", &plea, "--as", "bob", "--to", "ann"]), "ann");
    project.run(["approve", &plea, "--as", "bob", "-q"]).good();
    project.run(["approve", &plea, "--as", "cat", "--key", "cat.pem"]).good();
    assert_eq!(project.run(["task", "show", &id, "--json", "--as", "ann"]).json()["state"], "queued");
    project.run(["verify", "-q"]).good();
}

#[test]
fn a_key_is_made_for_its_owner_alone_and_never_over_another_file() {
    let project = Project::new();
    let file = project.path().join("bob.pem");
    let shown = project.run(["key", "new", "bob.pem"]).good();
    let public = shown.lines().next().unwrap().to_owned();
    assert!(public.len() == 64 && public.bytes().all(|byte| byte.is_ascii_hexdigit()), "{shown}");
    assert!(shown.ends_with(&format!(": keys = [\"{public}\"]\n")), "{shown}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let pem = fs::read_to_string(&file).unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n") && !shown.contains(pem.lines().nth(1).unwrap()));
    assert_eq!(project.run(["key", "show", "bob.pem", "--json"]).json(), json!({"public": public}));
    assert!(project.run(["key", "new", "bob.pem"]).failed("INVALID_ARGUMENT").err.contains("bob.pem exists"));
    std::os::unix::fs::symlink("elsewhere", project.path().join("link")).unwrap();
    project.run(["key", "new", "link"]).failed("INVALID_ARGUMENT");
    assert_eq!(fs::read_to_string(&file).unwrap(), pem);
    project.run(["key", "new", "no/such/folder/bob.pem"]).failed("NOT_FOUND");
    project.run(["key", "show", "cat.pem"]).failed("NOT_FOUND");
    let other = project.run(["key", "new", "cat.pem", "--json"]).json();
    assert_ne!(other["public"], public);
    let mut names: Vec<_> =
        fs::read_dir(project.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort_unstable();
    assert_eq!(names, [".sealbook", "bob.pem", "cat.pem", "link"], "nothing else is left behind");
}

#[test]
fn errors_about_a_key_name_the_file_that_was_given() {
    let project = Project::new();
    let file = project.path().join("pub.txt");
    fs::write(&file, "0".repeat(64)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let shown = project.run(["key", "show", "pub.txt"]);
    let told = &shown.failed("INVALID_ARGUMENT").err;
    assert!(told.contains("pub.txt: that is no private Ed25519 key in PEM; make one"), "{shown:?}");
    let made = project.run(["key", "new", "nodir/x.pem"]);
    let told = &made.failed("NOT_FOUND").err;
    assert!(told.contains("cannot write nodir/x.pem: No such file or directory"), "{told}");
    assert!(!told.contains(".sealbook-"), "{told}");
}

#[test]
fn a_key_that_others_may_read_is_used_with_a_warning() {
    let project = Project::new();
    let public = new_key(&project, "bob.pem");
    list(&project, &public, &public);
    let (_, plea) = plead(&project, SIGNED);
    let file = project.path().join("bob.pem");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let shown = project.run(["key", "show", "bob.pem"]);
    assert_eq!((shown.code, shown.out.trim()), (Some(0), public.as_str()));
    assert_eq!(
        shown.err,
        "sealbook: warning: others may read the private key bob.pem, mode 640; chmod 600 it\n"
    );
    let voted = project.run(["approve", &plea, "--as", "bob", "--key", "bob.pem", "--json"]);
    assert_eq!((voted.code, &voted.out_lines()[0]["state"]), (Some(0), &json!("approved")));
    assert!(voted.err_lines()[0]["warning"]["message"].as_str().unwrap().contains("mode 640"));
}

#[test]
fn what_is_no_key_is_refused_and_nothing_of_it_is_repeated() {
    let project = Project::new();
    let (_, plea) = plead(&project, SIGNED);
    new_key(&project, "good.pem");
    let pem = fs::read_to_string(project.path().join("good.pem")).unwrap();
    let secret = pem.lines().nth(1).unwrap();
    let file = project.path().join("bad.pem");
    let size = project.size();
    for bad in [
        String::new(),
        secret.to_owned(),
        pem.replace("PRIVATE", "PUBLIC"),
        pem.replace("-----END PRIVATE KEY-----", ""),
        pem.replacen(secret, &format!("{secret}{secret}"), 1),
        pem.replacen(secret, &format!("!{secret}"), 1),
        format!("{secret} \u{fffd}{}", "x".repeat(70_000)),
    ] {
        fs::write(&file, &bad).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        for ended in [
            project.run(["key", "show", "bad.pem"]),
            project.run(["key", "show", "bad.pem", "--json"]),
            project.run(["approve", &plea, "--as", "bob", "--key", "bad.pem"]),
        ] {
            assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{ended:?}");
            assert!(ended.err.contains("INVALID_ARGUMENT"), "{ended:?}");
            assert!(!ended.err.contains(&secret[20..]), "{ended:?}");
        }
    }
    fs::write(&file, [secret.as_bytes(), &[0xff]].concat()).unwrap();
    let binary = project.run(["key", "show", "bad.pem"]);
    assert!(!binary.failed("INVALID_ARGUMENT").err.contains(&secret[20..]), "{binary:?}");
    assert_eq!(project.size(), size, "nothing of it is recorded");
}

#[test]
fn a_whole_policy_is_given_as_it_is_and_a_slip_in_it_is_no_weaker_policy() {
    let project = Project::new();
    let submit = |policy: &str| {
        let args = ["task", "submit", "--requester", "ann", "--approval", policy, "--", "true"];
        project.run(args)
    };
    for (from, to) in [("signed", "singed"), ("roles", "role")] {
        let slip = submit(&SIGNED.replace(from, to));
        assert!(slip.failed("INVALID_TASK").err.contains(to), "{slip:?}");
    }
    submit("{").failed("INVALID_TASK");
    submit(&SIGNED.replace("\"approvals\": 1", "\"approvals\": 0")).failed("INVALID_POLICY");
    let both = ["task", "submit", "--require-approvals", "1", "--approval", SIGNED, "--", "true"];
    assert_eq!(project.run(both).code, Some(2));
    assert_eq!(project.run(["task", "list", "--json"]).good(), "");
    let args = ["schedule", "add", "daily", "--cron", "@daily", "--approval", SIGNED, "--", "true"];
    project.run(args).good();
}
