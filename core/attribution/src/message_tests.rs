use super::*;

fn words(message: &str) -> String {
    String::from_utf8(own_words(message.as_bytes())).unwrap()
}

#[test]
fn quoted_lines_and_trailers_are_no_words_of_the_message() {
    let message =
        "title\n\nbody\n> quoted\n\n    code\n\tcode\n```\nfenced\n~~~\n```\nlast\n\nReviewed-by: Jane Roe\n";
    assert_eq!(words(message).split_whitespace().collect::<Vec<_>>(), ["title", "body", "last"]);
}

#[test]
fn a_fence_that_is_never_closed_quotes_to_the_end() {
    assert_eq!(words("title\n\n```\nfenced\n\nmore\n").trim(), "title");
}

#[test]
fn what_follows_the_introduction_of_an_original_message_is_cut_off() {
    let message = b"Revert \"x\"\n\nbecause\n\nOriginal change's description:\nx\n\nA: b\n";
    assert_eq!(before_original(message), b"Revert \"x\"\n\nbecause\n\n");
    assert_eq!(before_original(b"x\n\noriginally: y\n"), b"x\n\noriginally: y\n");
}

#[test]
fn squashes_are_recognised_by_the_forms_of_their_makers() {
    let two = "Co-authored-by: A <a@x>\nCo-authored-by: B <b@x>\n";
    for message in [
        "Fix (#1)\n\n* one\n\nwhy\n\n* two\n",
        "Fix (#1)\n\n* one\n\n---------\n\nCo-authored-by: A <a@x>\n",
        &format!("Fix (#1)\n\n{two}"),
        "Squashed commit of the following:\n\ncommit 1234567\n",
        "Fix\n\nSquashed commit of the following:\n\ncommit 1234567\n",
        "Fix\n\nSee merge request group/project!12\n",
    ] {
        assert!(is_squash(message.as_bytes()), "{message}");
    }
    for message in [
        "Fix\n\n* one\n\n* two\n",
        "Fix (#1)\n\nChanges:\n* one\n* two\n",
        "Fix (#1)\n\n* one\n",
        "Fix (#1)\n\nCo-authored-by: A <a@x>\nCo-authored-by: A <A@x>\n",
        &format!("Fix\n\n{two}"),
        "Fix\n\nSee merge request for more!\n",
        "Fix (#x)\n\n* one\n\n* two\n",
        "",
    ] {
        assert!(!is_squash(message.as_bytes()), "{message}");
    }
}

#[test]
fn merges_name_the_branches_that_they_bring() {
    for (message, expected) in [
        ("Merge branch 'codex/fix'", &["codex/fix"][..]),
        ("Merge branch 'codex/fix' into main", &["codex/fix"]),
        ("Merge branch 'codex/fix' of https://example.com/x into 'main'", &["codex/fix"]),
        ("Merge branches 'a', 'b/c' and 'd'", &["a", "b/c", "d"]),
        ("Merge remote-tracking branch 'origin/codex/fix'", &["codex/fix"]),
        ("Merge remote-tracking branches 'o/a' and 'o/b' into x", &["a", "b"]),
        ("Merge pull request #12 from owner/codex/fix\n\nTitle", &["codex/fix"]),
        ("Merge pull request #12 in P/repo from feature/x to main", &["feature/x"]),
        ("Merged in feature/x (pull request #3)", &["feature/x"]),
        ("Pull request #3: title\n\nMerge in P/repo from feature/x to main", &["feature/x"]),
        ("Merge tag 'v1'", &[]),
        ("Merge commit '1234567'", &[]),
        ("Merge pull request # from owner/x", &[]),
        ("Merge branch 'unclosed", &[]),
        ("Revert \"Merge branch 'x'\"", &[]),
        ("", &[]),
    ] {
        let names: Vec<_> =
            merged_branches(message.as_bytes()).iter().map(|n| String::from_utf8_lossy(n)).collect();
        assert_eq!(names, expected, "{message}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(message: Vec<u8>) {
        let _ = (own_words(&message), is_squash(&message), merged_branches(&message), before_original(&message));
    }
}
