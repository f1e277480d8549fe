use super::*;
use crate::{Catalogue, Invalid, Lines};

fn claim(class: Class, signal: Signal, strength: Strength) -> Claim {
    let catalogue = Catalogue::built_in().unwrap();
    let rule = &catalogue.rules()[0];
    let id = format!("{class:?}/{signal:?}").to_lowercase();
    Claim { class, strength, rule: id, ..Claim::by(rule, signal, b"x") }
}

fn kinds(claims: &[Claim]) -> Vec<&'static str> {
    Judgement::of(claims).contradictions.iter().map(|c| c.kind).collect()
}

#[test]
fn the_strongest_claim_that_may_be_true_gives_the_strength() {
    let weak = claim(Class::Ai, Signal::Message, Strength::Low);
    let strong = claim(Class::Ai, Signal::Trailer, Strength::High);
    let invalid = Claim {
        invalid: Some(Invalid { kind: "past_end", reason: String::new() }),
        ..claim(Class::Ai, Signal::Note, Strength::Certain)
    };
    let judgement = Judgement::of(&[weak.clone(), strong, invalid.clone()]);
    assert_eq!((judgement.verdict, judgement.strength), (Verdict::Ai, Some(Strength::High)));
    let judgement = Judgement::of(&[weak, invalid.clone()]);
    assert_eq!((judgement.verdict, judgement.strength), (Verdict::Unknown, Some(Strength::Low)));
    assert_eq!(Judgement::of(&[invalid]).strength, None);
}

#[test]
fn the_name_of_a_file_never_makes_anything_ai() {
    let judgement = Judgement::of(&[claim(Class::Ai, Signal::File, Strength::Certain)]);
    assert_eq!((judgement.verdict, judgement.extent), (Verdict::Unknown, None));
}

#[test]
fn the_extent_is_whole_if_one_claim_is_about_the_whole() {
    let whole = claim(Class::Ai, Signal::Author, Strength::Medium);
    let part = Claim { extent: Extent::Part, ..claim(Class::Ai, Signal::Trailer, Strength::Certain) };
    let lines = Claim {
        lines: vec![Lines { start: 1, end: 2 }],
        ..claim(Class::Ai, Signal::Note, Strength::Certain)
    };
    assert_eq!(Judgement::of(&[part.clone(), lines.clone()]).extent, Some(Extent::Part));
    assert_eq!(Judgement::of(&[part, lines, whole]).extent, Some(Extent::Whole));
}

#[test]
fn what_does_not_fit_together_is_named_with_its_rules() {
    let ai = claim(Class::Ai, Signal::Trailer, Strength::High);
    let human = claim(Class::Human, Signal::Trailer, Strength::High);
    let bot = claim(Class::Automation, Signal::Author, Strength::High);
    assert_eq!(kinds(&[ai.clone(), human.clone()]), ["human_and_ai"]);
    assert_eq!(kinds(&[bot.clone(), ai.clone()]), ["automation_and_ai"]);
    assert_eq!(kinds(&[bot, human.clone()]), [""; 0]);
    let reason = &Judgement::of(&[ai.clone(), human]).contradictions[0].reason;
    assert!(reason.contains("ai/trailer") && reason.contains("human/trailer"), "{reason}");
    let other = Claim { tool: "Other".into(), rule: "other".into(), ..ai.clone() };
    assert_eq!(kinds(&[ai.clone(), other]), [""; 0]);
    let weak = Claim { strength: Strength::Low, ..ai };
    assert_eq!(kinds(&[weak, claim(Class::Human, Signal::Trailer, Strength::High)]), [""; 0]);
}

#[test]
fn a_note_without_ai_lines_contradicts_an_ai_trailer() {
    let trailer = claim(Class::Ai, Signal::Trailer, Strength::High);
    let of_lines = |class| Claim {
        lines: vec![Lines { start: 1, end: 2 }],
        path: Some("a".into()),
        ..claim(class, Signal::Note, Strength::Certain)
    };
    assert_eq!(kinds(&[trailer.clone(), of_lines(Class::Human)]), ["note_and_trailer"]);
    assert_eq!(kinds(&[trailer.clone(), of_lines(Class::Human), of_lines(Class::Ai)]), [""; 0]);
    let empty = Judgement::with_note(&[trailer], true);
    assert_eq!(empty.contradictions[0].kind, "note_and_trailer");
    assert_eq!(Judgement::with_note(&[], true).contradictions, []);
}

#[test]
fn files_are_weighed_each_for_itself() {
    let of = |path: &str, class| Claim {
        path: Some(path.into()),
        ..claim(class, Signal::Note, Strength::Certain)
    };
    let claims =
        [of("a", Class::Ai), of("b", Class::Human), claim(Class::Ai, Signal::Trailer, Strength::High)];
    let files = Judgement::of_files(&claims);
    let verdicts: Vec<_> = files.iter().map(|(path, file)| (path.as_str(), file.verdict)).collect();
    assert_eq!(verdicts, [("a", Verdict::Ai), ("b", Verdict::HumanEvidence)]);
}
