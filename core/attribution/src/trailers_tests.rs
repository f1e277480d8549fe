use super::{trailers, trailers_within};

fn found(message: &str) -> Vec<String> {
    trailers(message.as_bytes())
        .map(|t| format!("{}={}", String::from_utf8_lossy(t.key), String::from_utf8_lossy(&t.value)))
        .collect()
}

#[test]
fn the_last_paragraph_counts_and_the_title_never_does() {
    assert_eq!(found("t\n\nA: quoted\n\nbody\n\nB: 1\nC-d: 2\n"), ["B=1", "C-d=2"]);
    assert_eq!(found("A: 1\n"), [""; 0]);
    assert_eq!(found("A: 1\nB: 2\n\n"), [""; 0]);
    assert_eq!(found("\n\nA: 1\n"), [""; 0]);
    assert_eq!(found("t\n\nB: 1"), ["B=1"]);
    assert_eq!(found(""), [""; 0]);
}

#[test]
fn prose_in_the_block_needs_a_line_that_git_wrote_and_a_quarter_of_trailers() {
    assert_eq!(found("t\n\nprose\nA: 1\n"), [""; 0]);
    assert_eq!(found("t\n\nprose\nSigned-off-by: J\n"), ["Signed-off-by=J"]);
    assert_eq!(found("t\n\np\np\np\nSigned-off-by: J\n"), ["Signed-off-by=J"]);
    assert_eq!(found("t\n\np\np\np\np\nSigned-off-by: J\n"), [""; 0]);
    assert_eq!(found("t\n\nprose\nsigned-off-by: J\n"), [""; 0]);
}

#[test]
fn a_cherry_pick_line_keeps_the_block_and_is_no_trailer_itself() {
    let message = "t\n\nCo-authored-by: J <j@x>\n(cherry picked from commit 0123456789012345678901234567890123456789)\n";
    assert_eq!(found(message), ["Co-authored-by=J <j@x>"]);
}

#[test]
fn continuation_lines_are_folded() {
    assert_eq!(found("t\n\nA: 1\n  2\n\t3\nB: 4\n"), ["A=1 2 3", "B=4"]);
    assert_eq!(found("t\n\n  lead\nA: 1\n"), [""; 0]);
}

#[test]
fn white_space_around_the_colon_and_carriage_returns_are_dropped() {
    assert_eq!(found("t\r\n\r\nA: 1\r\n 2\r\nB :3\r\n\r\n"), ["A=1 2", "B=3"]);
    assert_eq!(found("t\n\nA: 1\n  \n \t\n"), ["A=1"]);
    assert_eq!(found("t\n\nA:\n"), ["A="]);
}

#[test]
fn what_is_no_key_is_no_trailer() {
    assert_eq!(found("t\n\nA b: 1\n"), [""; 0]);
    assert_eq!(found("t\n\nA_b: 1\n"), [""; 0]);
    assert_eq!(found("t\n\n: 1\n"), [""; 0]);
    assert_eq!(found("t\n\nhttps://x\n"), ["https=//x"]);
}

#[test]
fn comments_conflicts_and_scissors_at_the_end_are_passed_over() {
    assert_eq!(found("t\n\nA: 1\n# comment\n\n# more\n"), ["A=1"]);
    assert_eq!(found("t\n\nA: 1\n\nConflicts:\n\tfile\n\tother\n"), ["A=1"]);
    assert_eq!(found("t\n\nA: 1\n\nConflicts:\n\tfile\nprose\n"), [""; 0]);
    let cut = "# ------------------------ >8 ------------------------\n";
    assert_eq!(found(&format!("t\n\nA: 1\n{cut}diff\n\nB: 2\n")), ["A=1"]);
    assert_eq!(found(&format!("{cut}B: 2\n\nB: 2\n")), [""; 0]);
}

#[test]
fn a_separator_line_does_not_end_a_message_in_a_history() {
    assert_eq!(found("t\n\nA: 1\n\n---------\n\nCo-authored-by: J <j@x>\n"), ["Co-authored-by=J <j@x>"]);
    assert_eq!(found("t\n\nbody\n---\n\nA: 1\n"), ["A=1"]);
}

fn within(words: &str) -> Vec<String> {
    trailers_within(words.as_bytes()).map(|t| String::from_utf8_lossy(&t.value).into_owned()).collect()
}

#[test]
fn trailers_further_up_stand_in_paragraphs_of_their_own_that_no_sentence_goes_around() {
    assert_eq!(within("t\n\nA: 1\nB: 2\n 3\n\n* next\n\nC: 4\n\nEnd.\n"), ["1", "2 3", "4"]);
    assert_eq!(within("t\n\nA: 1\nCloses #12\n"), ["1"]);
    assert_eq!(within("t\r\n\r\nA: 1\r\nEOF\r\n)\r\n"), ["1"]);
    assert_eq!(within("A: 1\n\nbody\n"), [""; 0]);
    assert_eq!(within("t\n\nlike this:\n\nA: 1\n\nEnd.\n"), [""; 0]);
    assert_eq!(within("t\n\nIt adds\n\nA: 1\n\nto all.\n"), [""; 0]);
    assert_eq!(within("t\n\nprose\nA: 1\n\nEnd.\n"), [""; 0]);
    assert_eq!(within("t\n\n  A: 1\n"), [""; 0]);
    assert_eq!(within(""), [""; 0]);
}

proptest::proptest! {
    #[test]
    fn any_message_is_read_without_a_panic(message: Vec<u8>) {
        let _ = (trailers(&message).count(), trailers_within(&message).count());
    }

    #[test]
    fn lines_near_the_form_of_trailers_yield_keys_without_colon_or_line_feed(
        message in "t\n\n([A-Za-z:# \t\r\n(-]|Signed-off-by: |Conflicts:\n){0,60}"
    ) {
        let _ = trailers_within(message.as_bytes()).count();
        for trailer in trailers(message.as_bytes()) {
            assert!(!trailer.key.is_empty() && !trailer.key.contains(&b':'));
            assert!(!trailer.value.contains(&b'\n'));
        }
    }
}
