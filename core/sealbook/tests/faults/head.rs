//! The head mark: its damage shows, and its absence is said.

use crate::support::{assert_intact, has, head_mark, project, verify};
use sealbook::FaultKind::{Tree, Truncated};

const COUNT: u64 = 50;

#[test]
fn every_flipped_bit_of_the_head_mark_is_reported() {
    let project = project(COUNT as usize);
    let path = head_mark(project.path());
    let mark = std::fs::read(&path).unwrap();
    let size = COUNT + 1;
    for at in 0..mark.len() * 8 {
        let mut flipped = mark.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        std::fs::write(&path, &flipped).unwrap();
        let report = verify(project.path()).unwrap();
        // A size that is too large or no number, a root that is none, or one that is not that of so many entries.
        let tree = report.faults.iter().any(|f| f.kind == Tree && f.seq < size);
        assert!(tree || has(&report, size, Truncated), "bit {at}: {report:#?}");
    }
    println!("head mark: {} flips", mark.len() * 8);
    std::fs::write(&path, &mark).unwrap();
    assert_intact(&verify(project.path()).unwrap(), size);
}

#[test]
fn a_head_mark_of_another_length_is_reported() {
    let project = project(COUNT as usize);
    let path = head_mark(project.path());
    let mark = std::fs::read(&path).unwrap();
    for damaged in
        [&[][..], &mark[..50], &mark[..mark.len() - 1], &[&mark[..], b"\n"].concat(), &[0; 102], &[0xff; 102]]
    {
        std::fs::write(&path, damaged).unwrap();
        assert!(has(&verify(project.path()).unwrap(), COUNT + 1, Truncated), "{damaged:?}");
    }
}

#[test]
fn without_a_head_mark_the_report_says_that_truncation_was_not_checked() {
    let project = project(COUNT as usize);
    let topic =
        |report: &sealbook::Report| report.not_checked.iter().any(|line| line.starts_with("truncation:"));
    assert!(!topic(&verify(project.path()).unwrap()));
    std::fs::remove_file(head_mark(project.path())).unwrap();
    let report = verify(project.path()).unwrap();
    assert_intact(&report, COUNT + 1);
    assert!(topic(&report), "{:?}", report.not_checked);
}
