//! Options about AI as JSON texts.

use sealbook::{Code, Format, People, ReportOptions, ScanOptions, StatsOptions, Target, WhyOptions};
use sealbook_common::request::{report_options, scan_options, stats_options, why_options};
use sealbook_common::sealbook;

#[test]
fn no_text_and_no_members_stand_for_the_defaults() {
    for text in ["", "{}", " {} "] {
        assert_eq!(scan_options(text).unwrap(), ScanOptions::default());
        assert_eq!(why_options(text).unwrap(), WhyOptions::default());
        assert_eq!(stats_options(text).unwrap(), StatsOptions::default());
        assert_eq!(report_options(text).unwrap(), ReportOptions::default());
    }
}

#[test]
fn the_history_is_read_unless_only_the_tree_is_asked_for() {
    for (text, history, tree) in [
        (r#"{"tree":true}"#, false, true),
        (r#"{"tree":true,"history":true}"#, true, true),
        (r#"{"tree":true,"revision":"HEAD"}"#, true, true),
        (r#"{"tree":true,"history":false,"revision":"HEAD"}"#, false, true),
        (r#"{"history":true}"#, true, false),
        (r#"{"history":null}"#, true, false),
    ] {
        let options = scan_options(text).unwrap();
        assert_eq!((options.history, options.tree), (history, tree), "{text}");
    }
    assert_eq!(scan_options(r#"{"history":false}"#).unwrap_err().code(), Code::InvalidArgument);
}

#[test]
fn every_option_arrives() {
    let scan = scan_options(r#"{"revision":"v1","no_ignore":true,"no_cache":true,"record":true}"#).unwrap();
    let whole = ScanOptions {
        revision: Some("v1".to_owned()),
        history: true,
        tree: false,
        no_ignore: true,
        no_cache: true,
        record: true,
    };
    assert_eq!(scan, whole);
    let why = why_options(r#"{"target":"file","revision":"v1"}"#).unwrap();
    assert_eq!(why, WhyOptions { target: Target::File, revision: Some("v1".to_owned()) });
    let text = r#"{"revision":"v1","people":"full","folders":0,"no_cache":true,"tree":false,"title":"T","format":"json","ledger":"/x"}"#;
    let report = report_options(text).unwrap();
    let stats =
        StatsOptions { revision: Some("v1".to_owned()), people: People::Full, folders: 0, no_cache: true };
    let whole = ReportOptions {
        stats: stats.clone(),
        tree: false,
        title: Some("T".to_owned()),
        format: Format::Json,
        ledger: Some("/x".into()),
    };
    assert_eq!(report, whole);
    let text = r#"{"revision":"v1","people":"full","folders":0,"no_cache":true}"#;
    assert_eq!(stats_options(text).unwrap(), stats);
}

#[test]
fn a_typo_and_a_word_that_is_not_known_are_errors() {
    for text in ["[]", "{", r#"{"trees":true}"#, r#"{"tree":"yes"}"#, r#"{"revision":1}"#, r#"{"tree":1}"#] {
        assert_eq!(scan_options(text).unwrap_err().code(), Code::InvalidArgument, "{text}");
        assert_eq!(report_options(text).unwrap_err().code(), Code::InvalidArgument, "{text}");
    }
    for text in [r#"{"people":"some"}"#, r#"{"folders":256}"#, r#"{"folders":-1}"#, r#"{"tree":true}"#] {
        assert_eq!(stats_options(text).unwrap_err().code(), Code::InvalidArgument, "{text}");
    }
    let error = why_options(r#"{"target":"folder"}"#).unwrap_err();
    assert!(error.to_string().contains("folder") && error.to_string().contains("commit"), "{error}");
}
