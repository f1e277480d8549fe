use crate::{Catalogue, Strength};
use sealbook_error::{Code, Error};

fn with(settings: &str) -> Result<Catalogue, Error> {
    Catalogue::built_in().unwrap().with_settings(settings)
}

/// The message of the error that `settings` must give.
fn refusal(settings: &str) -> String {
    let error = with(settings).expect_err(settings);
    assert_eq!(error.code(), Code::InvalidArgument);
    error.to_string()
}

fn rule(fields: &str) -> String {
    format!("[[attribution.rules]]\nid = 'acme/it'\ntool = 'Acme'\nclass = 'ai'\nstrength = 'high'\n{fields}")
}

#[test]
fn settings_that_say_nothing_change_nothing() {
    for text in
        ["", "# nothing", "[attribution]", "[attribution]\noff = []\nrules = []\n[attribution.strength]"]
    {
        let catalogue = with(text).unwrap();
        assert_eq!(catalogue.digest(), Catalogue::built_in().unwrap().digest());
        assert!(catalogue.changed().is_empty() && catalogue.switched_off().is_empty());
    }
}

#[test]
fn a_rule_of_ones_own_is_tried_like_any_other() {
    let catalogue =
        with(&rule("signal = 'comment'\nliterals = ['acme bot']\npattern = 'by acme bot (\\d+)?'")).unwrap();
    let found = catalogue.test("// Written by ACME bot 7");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule.as_str(), found[0].tool.as_str()), ("acme/it", "Acme"));
    assert_eq!(catalogue.changed(), ["acme/it"]);
    assert_eq!(catalogue.rules().last().unwrap().id, "acme/it");
}

#[test]
fn a_rule_with_the_id_of_another_replaces_it_in_its_place() {
    let text = "[[attribution.rules]]\nid = 'amp/co-author'\ntool = 'Amp'\nclass = 'ai'\nsignal = 'trailer'\n\
                keys = ['co-authored-by']\nemails = ['amp@acme.example']\nstrength = 'medium'";
    let catalogue = with(text).unwrap();
    let built_in = Catalogue::built_in().unwrap();
    let ids =
        |catalogue: &Catalogue| catalogue.rules().iter().map(|rule| rule.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&catalogue), ids(&built_in));
    assert!(catalogue.test("Co-authored-by: Amp <amp@ampcode.com>").is_empty());
    assert_eq!(catalogue.test("Co-authored-by: Amp <amp@acme.example>")[0].strength, Strength::Medium);
}

#[test]
fn a_rule_that_is_switched_off_matches_nothing_and_is_still_listed() {
    let catalogue = with("attribution.off = ['amp/co-author', 'amp/co-author']").unwrap();
    assert!(catalogue.test("Co-authored-by: Amp <amp@ampcode.com>").is_empty());
    assert_eq!(catalogue.switched_off().len(), 1);
    assert_eq!(catalogue.switched_off()[0].id, "amp/co-author");
    assert!(catalogue.rule("amp/co-author").is_none());
    // The rules behind it keep their matchers.
    assert_eq!(catalogue.test("codex/x")[0].rule, "codex/branch");
}

#[test]
fn another_strength_holds_and_leaves_no_period_that_would_raise_it() {
    let text = "[attribution.strength]\n'copilot/vscode-co-author' = 'low'\n'devin/branch' = 'high'";
    let catalogue = with(text).unwrap();
    let copilot = catalogue.rule("copilot/vscode-co-author").unwrap();
    assert_eq!((copilot.strength, copilot.lowered.len()), (Strength::Low, 0));
    assert_eq!(catalogue.test("devin/add-retry")[0].strength, Strength::High);
    assert_eq!(catalogue.changed(), ["copilot/vscode-co-author", "devin/branch"]);
}

#[test]
fn a_typo_is_an_error_with_the_line_and_the_nearest_id() {
    assert!(refusal("[attribution]\n\noof = []").contains("line 3"));
    assert!(refusal("[atribution]\noff = []").contains("atribution"));
    assert!(refusal("[attribution]\noff = 'amp/co-author'").contains("line 2"));
    assert!(refusal("[attribution\n").contains("line 1"));
    assert!(refusal("attribution.off = ['cursor/coauthor']").contains("did you mean cursor/co-author?"));
    assert!(refusal("attribution.strength = {'cursor/coauthor' = 'low'}").contains("cursor/co-author"));
    assert!(refusal("attribution.off = ['0123456789']").contains("rules list"));
    assert!(refusal("attribution.strength = {'cursor/co-author' = 'lowest'}").contains("lowest"));
}

#[test]
fn a_rule_that_cannot_work_is_refused_with_its_id_and_what_to_do() {
    for (fields, word) in [
        ("signal = 'branch'\npattern = 'a'\nwhat = 1", "what"),
        ("signal = 'mail'\npattern = 'a'", "mail"),
        ("signal = 'branch'", "pattern"),
        ("signal = 'branch'\npattern = '('", "regular expression"),
        ("signal = 'branch'\npattern = '((a{1,1000}){1,1000}){1,1000}'", "too large"),
        ("signal = 'branch'\npattern = 'x*'", "empty text"),
        ("signal = 'branch'\npattern = '^'", "empty text"),
        ("signal = 'author'\nname_pattern = '.*'", "empty text"),
        ("signal = 'branch'\npattern = 'a'\ntool_pattern = 'b'", "group"),
        ("signal = 'message'\npattern = 'abc'", "literals"),
        ("signal = 'message'\npattern = 'abc'\nliterals = ['ABC']", "lower case"),
        ("signal = 'note'", "notes"),
        ("signal = 'branch'\npattern = 'a'\nexamples = ['b']", "examples"),
        ("signal = 'branch'\npattern = 'a'\ncounterexamples = ['a']", "counterexamples"),
        ("signal = 'comment'\npattern = 'abc'\nliterals = ['xyz']\nexamples = ['abc']", "examples"),
        ("signal = 'branch'\npattern = 'a'\nkeys = ['x']", "does not fit"),
    ] {
        let message = refusal(&rule(fields));
        assert!(message.contains("acme/it") && message.contains(word), "{fields}: {message}");
    }
    let long = rule(&format!("signal = 'branch'\npattern = '{}'", "a".repeat(5000)));
    assert!(refusal(&long).contains("5010 bytes") || refusal(&long).contains("5005 bytes"));
    for id in ["acme", "Acme/it", "acme/", "a/b/c", "acme/it-"] {
        let text = rule("signal = 'branch'\npattern = 'a'").replace("acme/it", id);
        assert!(refusal(&text).contains("form"), "{id}");
    }
    let twice = format!("{0}\n{0}", rule("signal = 'branch'\npattern = 'a'\n"));
    assert!(refusal(&twice).contains("twice"));
    assert!(refusal("[[attribution.rules]]\ntool = 'x'").contains("id"));
}

proptest::proptest! {
    // Each case reads the whole catalogue twice.
    #![proptest_config(proptest::test_runner::Config::with_cases(48))]
    #[test]
    fn any_text_is_settings_or_an_error(text: String, fields: String) {
        let _ = with(&text);
        let _ = with(&rule(&fields));
    }
}
