use super::{Judge, MOST_OF_A_RULE, REMEMBERED, day};
use crate::object::parts;
use crate::{Catalogue, Claim, Class, Extent, Signal, Source, Strength, Verdict};

fn judged(author: &str, committer: &str, message: &[u8]) -> Vec<Claim> {
    let header = format!("tree 1\nauthor {author}\ncommitter {committer}\n\n");
    let object = [header.as_bytes(), message].concat();
    let mut judge = Judge::new(Catalogue::built_in().unwrap());
    let first = judge.claims("c0ffee", &parts(&object).unwrap());
    assert_eq!(
        first,
        judge.claims("c0ffee", &parts(&object).unwrap()),
        "the second time is answered from memory"
    );
    first
}

const JANE: &str = "Jane Roe <jane@example.com> 1700000000 +0000";

fn of_message(message: &str) -> Vec<Claim> {
    judged(JANE, JANE, message.as_bytes())
}

#[test]
fn a_claim_says_who_what_where_and_why() {
    let claims = of_message("x\n\nCo-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>\n");
    assert_eq!(claims.len(), 1);
    let claim = &claims[0];
    assert_eq!((claim.tool.as_str(), claim.vendor.as_deref()), ("Claude Code", Some("Anthropic")));
    assert_eq!(claim.model.as_deref(), Some("Claude Opus 4.6"));
    assert_eq!((claim.class, claim.signal, claim.source), (Class::Ai, Signal::Trailer, Source::Claimed));
    assert_eq!((claim.rule.as_str(), claim.strength), ("claude-code/co-author-noreply", Strength::High));
    assert_eq!(claim.evidence, "Co-Authored-By: Claude Opus 4.6 <noreply@anthropic.com>");
    assert_eq!(claim.commit.as_deref(), Some("c0ffee"));
}

#[test]
fn models_are_read_where_the_evidence_states_them() {
    for (trailer, model) in [
        ("Co-authored-by: Claude <noreply@anthropic.com>", None),
        ("Co-authored-by: Claude Code <noreply@anthropic.com>", None),
        ("Co-authored-by: Claude Sonnet 4 <noreply@anthropic.com>", Some("Claude Sonnet 4")),
        ("Co-authored-by: Claude 3.5 Sonnet <noreply@anthropic.com>", Some("Claude 3.5 Sonnet")),
        (
            "Co-authored-by: Claude Opus 4.6 (1M context) <noreply@anthropic.com>",
            Some("Claude Opus 4.6 (1M context)"),
        ),
        (
            "Co-authored-by: claude-opus-4-5-20251101 <noreply@anthropic.com>",
            Some("claude-opus-4-5-20251101"),
        ),
        ("Co-authored-by: mayor <noreply@anthropic.com>", None),
        ("Co-authored-by: aider (gpt-4o) <noreply@aider.chat>", Some("gpt-4o")),
        ("Assisted-by: Claude:claude-opus-4-6", Some("claude-opus-4-6")),
        ("Assisted-by: Claude:claude-3-opus coccinelle sparse", Some("claude-3-opus")),
        ("Assisted-by: Opus 4.7", Some("Opus 4.7")),
        ("Assisted-by: GitHub Copilot:gpt-5.2", Some("gpt-5.2")),
        ("Assisted-by: OpenAI Codex:gpt-5.2-codex", Some("gpt-5.2-codex")),
        ("Assisted-by: Gemini:gemini-2.5-pro", Some("gemini-2.5-pro")),
        ("Assisted-by: Crush:glm-5.1", Some("glm-5.1")),
        ("Assisted-by: GLM 5.1 via Crush <crush@charm.land>", Some("GLM 5.1")),
        ("Assisted-by: SomeAgent:some-model smatch", Some("some-model")),
        ("Co-authored-by-AI: Some Tool (model-1)", Some("model-1")),
    ] {
        let claims = of_message(&format!("x\n\n{trailer}\n"));
        assert_eq!(claims.len(), 1, "{trailer}: {claims:?}");
        assert_eq!(claims[0].model.as_deref(), model, "{trailer}");
    }
}

#[test]
fn tools_without_a_rule_are_named_by_the_trailer() {
    assert_eq!(of_message("x\n\nAssisted-by: SomeAgent:some-model\n")[0].tool, "SomeAgent");
    assert_eq!(of_message("x\n\nCo-authored-by-AI: IBM Bob (granite)\n")[0].tool, "IBM Bob");
}

#[test]
fn a_doubtful_period_lowers_the_strength_and_rules_nothing_out() {
    let strength = |author: i64, committer: i64| {
        let at = |seconds| format!("Jane Roe <jane@example.com> {seconds} +0000");
        judged(&at(author), &at(committer), b"x\n\nCo-authored-by: Copilot <copilot@github.com>\n")[0]
            .strength
    };
    let first_second = 1_776_816_000; // 2026-04-22T00:00:00Z
    assert_eq!(strength(first_second - 1, first_second - 1), Strength::High);
    assert_eq!(strength(first_second, first_second), Strength::Medium);
    assert_eq!(strength(first_second - 1, first_second), Strength::Medium);
    assert_eq!(strength(first_second, first_second - 1), Strength::Medium);
    assert_eq!(strength(0, 0), Strength::High);
}

#[test]
fn that_no_helper_is_named_is_a_hint_and_that_no_ai_took_part_is_a_statement() {
    for (value, verdict, strength) in [
        ("none", Verdict::Unknown, Some(Strength::Low)),
        ("nobody", Verdict::Unknown, Some(Strength::Low)),
        ("a human", Verdict::Unknown, Some(Strength::Low)),
        ("Jane Roe <jane@example.com>", Verdict::Unknown, None),
        ("no AI", Verdict::HumanEvidence, Some(Strength::High)),
    ] {
        let claims = of_message(&format!("x\n\nAssisted-by: {value}"));
        assert_eq!(Verdict::of(&claims), verdict, "{value}");
        assert_eq!(claims.iter().map(|claim| claim.strength).max(), strength, "{value}");
        assert!(claims.iter().all(|claim| claim.class == Class::Human), "{value}");
    }
}

#[test]
fn days_are_those_of_the_calendar() {
    for (seconds, expected) in [
        (0, "1970-01-01"),
        (-1, "1969-12-31"),
        (951_782_400, "2000-02-29"),
        (951_868_800, "2000-03-01"),
        (1_776_815_999, "2026-04-21"),
        (1_776_816_000, "2026-04-22"),
        (4_107_542_400, "2100-03-01"),
        (i64::MAX, "9999-12-31"),
        (i64::MIN, "0000-03-01"),
    ] {
        assert_eq!(day(seconds), expected);
    }
}

#[test]
fn a_trailer_that_the_body_quotes_is_none() {
    let trailer = "Co-Authored-By: Claude <noreply@anthropic.com>";
    for message in [
        format!("x\n\nIt then adds\n\n{trailer}\n\nto the message.\n"),
        format!("x\n\nIt then adds this line:\n\n{trailer}\n\nSigned-off-by: Jane Roe <jane@example.com>\n"),
        format!("x\n\n    {trailer}\n"),
        format!("x\n\nprose\n{trailer}\n"),
        format!("{trailer}\n"),
        format!("x\n\n> {trailer}\n"),
    ] {
        assert_eq!(of_message(&message), [], "{message}");
    }
}

#[test]
fn a_trailer_in_a_paragraph_of_trailers_above_the_last_is_worth_medium() {
    let claims =
        of_message("x\n\nbody\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n\nRole: crew\nRig: beads\n");
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].strength, Strength::Medium);
}

#[test]
fn a_squash_merge_is_claimed_for_the_co_authors_at_its_end() {
    let message = "Fix (#1)\n\n* one\n\n* two\n\n---------\n\nCo-authored-by: Jane Roe <jane@example.com>\n\
        Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>\n";
    let claims = of_message(message);
    assert_eq!(claims.len(), 1);
    assert_eq!((claims[0].tool.as_str(), claims[0].strength), ("Copilot coding agent", Strength::Certain));
}

#[test]
fn a_rule_yields_a_claim_for_each_model_and_rules_follow_the_catalogue() {
    let claims = of_message(
        "x\n\nCo-authored-by: Claude Opus 4.6 <noreply@anthropic.com>\nCo-authored-by: Claude Haiku 4.5 <noreply@anthropic.com>\n\
         Co-authored-by: Amp <amp@ampcode.com>\nCo-authored-by: Claude Opus 4.6 <noreply@anthropic.com>\n",
    );
    let found: Vec<_> = claims.iter().map(|claim| (claim.rule.as_str(), claim.model.as_deref())).collect();
    let claude = "claude-code/co-author-noreply";
    let models = [Some("Claude Opus 4.6"), Some("Claude Haiku 4.5")];
    assert_eq!(found, [("amp/co-author", None), (claude, models[0]), (claude, models[1])]);
    assert!(claims.iter().all(|claim| claim.more == 0));
}

#[test]
fn of_thousands_of_models_few_are_kept_and_the_rest_is_counted() {
    let trailer = |n| format!("Co-authored-by: Claude Opus {n} <noreply@anthropic.com>\n");
    let claims = of_message(&format!("x\n\n{}", (0..20_000).map(trailer).collect::<String>()));
    assert_eq!(claims.len(), MOST_OF_A_RULE);
    let more: Vec<_> = claims.iter().map(|claim| claim.more as usize).collect();
    assert_eq!(more[MOST_OF_A_RULE - 1], 20_000 - MOST_OF_A_RULE);
    assert!(more[..MOST_OF_A_RULE - 1].iter().all(|more| *more == 0));
}

#[test]
fn a_block_behind_a_colon_is_worth_medium_though_git_counts_it() {
    let strength = |message: &str| of_message(message)[0].strength;
    let trailer = "Co-authored-by: Claude <noreply@anthropic.com>";
    assert_eq!(strength(&format!("Document trailers:\n\n{trailer}\n")), Strength::Medium);
    assert_eq!(strength(&format!("Document trailers\n\n{trailer}\n")), Strength::High);
}

#[test]
fn the_address_of_a_tool_further_up_counts_for_a_part() {
    let trailer = "Co-Authored-By: Claude <noreply@anthropic.com>";
    for message in [
        format!("x\n\nbody\n\n{trailer}\n\nFixes #1\n"),
        format!("x\n\nbody\n\n{trailer}\nFixes #1\n"),
        format!("x\n\nbody\n\n{trailer}\nEOF\n)\n"),
        format!("x\n\nbody\n\n{trailer}\n\nTested on two machines.\n"),
        format!("x (#1)\n\n* one\n\n{trailer}\n\n* two\n\nmore\n"),
    ] {
        let claims = of_message(&message);
        assert_eq!(claims.len(), 1, "{message}");
        assert_eq!((claims[0].strength, claims[0].extent), (Strength::Medium, Extent::Part), "{message}");
    }
    let by_name = "x\n\nCo-authored-by: ChatGPT 4o <chat@example.com>\n\nTested.\n";
    assert_eq!(of_message(by_name), []);
}

#[test]
fn verdicts_prefer_ai_then_the_word_of_a_person_then_automation() {
    let bot = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com> 1700000000 +0000";
    let verdict = |author, message: &str| Verdict::of(&judged(author, JANE, message.as_bytes()));
    let (ai, human) = ("Co-authored-by: Claude <noreply@anthropic.com>", "AI-assisted: none");
    assert_eq!(verdict(bot, &format!("x\n\n{ai}\n{human}\n")), Verdict::Ai);
    assert_eq!(verdict(bot, &format!("x\n\n{human}\n")), Verdict::HumanEvidence);
    assert_eq!(verdict(bot, "x\n"), Verdict::Automation);
    assert_eq!(verdict(JANE, "x\n\nSigned-off-by: Jane Roe <jane@example.com>\n"), Verdict::Unknown);
    assert_eq!(verdict(JANE, "x\n\nAssisted-by: Joe Doe <joe@example.com>\n"), Verdict::Unknown);
    assert_eq!(Verdict::of(&judged(JANE, bot, b"x\n")), Verdict::Unknown);
}

#[test]
fn a_weak_ai_claim_is_no_verdict() {
    let mut claims = of_message("x\n\nCo-authored-by: Claude <noreply@anthropic.com>\n");
    claims[0].strength = Strength::Low;
    assert_eq!(Verdict::of(&claims), Verdict::Unknown);
    claims[0].strength = Strength::Medium;
    assert_eq!(Verdict::of(&claims), Verdict::Ai);
}

#[test]
fn evidence_is_short_and_moves_no_cursor() {
    let message = format!("x\n\nCo-authored-by: Cla\x1b[2Jude {} <noreply@anthropic.com>\n", "é".repeat(300));
    let evidence = &of_message(&message)[0].evidence;
    assert_eq!(evidence.chars().count(), 200);
    assert!(evidence.starts_with("Co-authored-by: Cla [2Jude é"));
}

#[test]
fn bytes_that_are_not_utf_8_are_judged_all_the_same() {
    let claims = judged(JANE, JANE, b"\xfc\n\nCo-authored-by: Claude \xfc <noreply@anthropic.com>\n");
    assert_eq!(claims[0].evidence, "Co-authored-by: Claude \u{fffd} <noreply@anthropic.com>");
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut judge = Judge::new(Catalogue::built_in().unwrap());
    for n in 0..=REMEMBERED {
        judge.hits(Signal::Author, n.to_string().as_bytes(), b"x@example.com");
    }
    assert!(judge.remembered.len() <= REMEMBERED);
}
