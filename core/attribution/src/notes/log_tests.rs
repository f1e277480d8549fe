use super::AuthorshipLog;
use crate::Lines;
use std::collections::BTreeMap;

const METADATA: &str = r#"{"schema_version":"authorship/3.0.0","base_commit_sha":"c0ffee","prompts":{}}"#;

fn log(attestation: &str) -> AuthorshipLog {
    AuthorshipLog::parse(format!("{attestation}---\n{METADATA}").as_bytes()).unwrap()
}

fn with(metadata: &str) -> AuthorshipLog {
    AuthorshipLog::parse(format!("---\n{metadata}").as_bytes()).unwrap()
}

fn fault(note: &str) -> &'static str {
    AuthorshipLog::parse(note.as_bytes()).unwrap_err().kind
}

fn deviations(attestation: &str) -> Vec<(&'static str, u64)> {
    log(attestation).deviations.into_iter().collect()
}

fn lines(log: &AuthorshipLog) -> Vec<(u32, u32)> {
    log.files[0].entries[0].lines.iter().map(|Lines { start, end }| (*start, *end)).collect()
}

#[test]
fn sections_entries_and_records_are_read() {
    let note = "a.rs\n  s_1::t_2 1-4,6\n  h_3 5\n\"b c.rs\"\n  0123456789abcdef 7\n---\n\
        {\"schema_version\":\"authorship/3.0.0\",\"git_ai_version\":\"1.6.7\",\"base_commit_sha\":\"c0ffee\",\
        \"prompts\":{\"0123456789abcdef\":{\"agent_id\":{\"tool\":\"cursor\",\"id\":\"1\",\"model\":\"default\"},\
        \"total_additions\":1,\"total_deletions\":0,\"accepted_lines\":1,\"overriden_lines\":0}},\
        \"humans\":{\"h_3\":{\"author\":\"Jane Roe <jane@example.com>\"}},\
        \"sessions\":{\"s_1\":{\"agent_id\":{\"tool\":\"claude\",\"id\":\"1\",\"model\":\"m\"},\"human_author\":\"Jane\"}}}";
    let log = AuthorshipLog::parse(note.as_bytes()).unwrap();
    let paths: Vec<_> = log.files.iter().map(|file| &file.path[..]).collect();
    assert_eq!(paths, [&b"a.rs"[..], b"b c.rs"]);
    assert_eq!(log.files[0].entries.len(), 2);
    assert_eq!(lines(&log), [(1, 4), (6, 6)]);
    assert_eq!(log.agents["s_1"].model.as_deref(), Some("m"));
    assert_eq!(log.agents["0123456789abcdef"].tool.as_deref(), Some("cursor"));
    assert!(log.people.contains("h_3"));
    assert_eq!((log.writer.as_deref(), log.base_commit.as_deref()), (Some("1.6.7"), Some("c0ffee")));
    assert_eq!(log.deviations, BTreeMap::new());
    assert!(!format!("{log:?}").contains("Jane"), "names of people are not kept");
}

#[test]
fn a_log_may_attest_nothing() {
    assert!(log("").files.is_empty());
    assert_eq!(deviations(""), []);
}

#[test]
fn ranges_that_do_not_ascend_or_that_overlap_are_read_and_counted() {
    let unsorted = log("a\n  0123456 9,1-4\n");
    assert_eq!(lines(&unsorted), [(9, 9), (1, 4)]);
    assert_eq!(deviations("a\n  0123456 9,1-4\n"), [("ranges_not_ascending", 1)]);
    assert_eq!(deviations("a\n  0123456 1-4,4-5\n"), [("ranges_overlap", 1)]);
}

#[test]
fn ranges_that_cannot_be_true_are_kept_apart_with_their_kind() {
    let log = log("a\n  0123456 0,5-3,x,1-,-1,1-2-3,99999999999,7,\n");
    assert_eq!(lines(&log), [(7, 7)]);
    let kinds: Vec<_> = log.files[0].entries[0].unusable.iter().map(|unusable| unusable.kind).collect();
    let unreadable = ["unreadable_range"; 6];
    assert_eq!(kinds, [&["zero_line", "inverted_range"], &unreadable[..]].concat());
    assert_eq!(log.deviations["range_unusable"], 8);
}

#[test]
fn keys_outside_the_standard_are_accepted_and_counted_by_form() {
    let keys = ["ai_agent", "601fa", "s_ddd48773cb990e", "52faaf7a-0000-4000-8000-0123456789ab", "601fa7c"];
    let entries: String = keys.iter().map(|key| format!("  {key} 1\n")).collect();
    let log = log(&format!("a\n{entries}"));
    let read: Vec<_> = log.files[0].entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(read, keys);
    let expected = [("key_short", 1), ("key_unknown", 1), ("key_uuid", 1), ("key_without_trace", 1)];
    assert_eq!(log.deviations, BTreeMap::from(expected));
}

#[test]
fn odd_lines_of_the_first_half_are_read_where_they_can_be() {
    assert_eq!(deviations("  0123456 1\na\n"), [("entry_without_file", 1)]);
    assert_eq!(deviations("a\n  0123456\n"), [("entry_without_ranges", 1)]);
    assert_eq!(deviations("a\n\t0123456 1\n    0123456 2\n"), [("indentation", 2)]);
    assert_eq!(deviations("a\n\n  0123456 1\n"), [("blank_line", 1)]);
    assert_eq!(deviations("a\r\n  0123456 1\r\n"), [("carriage_return", 2)]);
    assert_eq!(deviations("a\n  0123456 1\na\n  0123456 2\n"), [("file_repeated", 1)]);
    let note = [b"\xff\n  0123456 1\n---\n".as_slice(), METADATA.as_bytes()].concat();
    assert_eq!(AuthorshipLog::parse(&note).unwrap().deviations["path_not_utf8"], 1);
}

#[test]
fn transcripts_and_unknown_members_are_skipped_and_counted() {
    let log = with(
        r#"{"schema_version":"authorship/3.0.0","logical_commit_id":1,"prompts":{
            "0123456":{"agent_id":{"tool":"claude","model":"m"},"messages":[{"type":"user","text":"secret"}],"x":[]},
            "1123456":{"agent_id":null,"messages":[]}},
            "sessions":{"s_1":{"agent_id":{"tool":"amp","model":7},"messages":[],"messages_url":"u"}}}"#,
    );
    let expected = [
        ("base_commit_missing", 1),
        ("member_unknown", 1),
        ("prompt_member_unknown", 1),
        ("record_without_agent", 1),
        ("session_member_unknown", 2),
        ("transcript", 1),
    ];
    assert_eq!(log.deviations, BTreeMap::from(expected));
    assert_eq!(log.agents["s_1"].model, None);
    assert!(!format!("{log:?}").contains("secret"));
}

#[test]
fn what_is_no_log_is_refused_with_a_kind() {
    assert_eq!(fault(""), "no_divider");
    assert_eq!(fault("a\n  0123456 1\n----\n{}"), "no_divider");
    assert_eq!(fault("---"), "unreadable_metadata");
    assert_eq!(fault("---\n{"), "unreadable_metadata");
    assert_eq!(fault("---\n[]"), "unreadable_metadata");
    assert_eq!(fault(&format!("---\n{METADATA}{METADATA}")), "unreadable_metadata");
    assert_eq!(fault("---\n{}"), "unknown_version");
    assert_eq!(fault("---\n{\"schema_version\":\"authorship/4.0.0\"}"), "unknown_version");
    let deep = format!("---\n{{\"prompts\":{{\"a\":{{\"agent_id\":{}1", "[".repeat(100_000));
    assert_eq!(fault(&deep), "unreadable_metadata");
}

#[test]
fn a_nest_of_lists_where_nobody_looks_is_passed_over() {
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let note =
        format!("---\n{{\"schema_version\":\"authorship/3.0.0\",\"prompts\":{{}},\"x\":{open}{close}}}");
    // Refused or passed over, but never a stack that overflows.
    if let Err(fault) = AuthorshipLog::parse(note.as_bytes()) {
        assert_eq!(fault.kind, "unreadable_metadata");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        let _ = AuthorshipLog::parse(&bytes);
    }

    #[test]
    fn any_attestation_is_read(attestation in "[a\"\\\\ \t\r\n0-9,:_sth-]{0,80}") {
        let note = format!("{attestation}\n---\n{METADATA}");
        let log = AuthorshipLog::parse(note.as_bytes());
        // The attestation itself may hold a divider; then what follows is no metadata.
        let has_divider = attestation.lines().any(|line| line.trim_end() == "---");
        proptest::prop_assert!(has_divider || log.is_ok());
    }
}
