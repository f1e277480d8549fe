//! The attacks with ballots: forged, copied, lent and taken back.

use super::*;
use ed25519_dalek::{Signer, SigningKey};

#[test]
fn attack_self_approval_by_a_borrowed_hand() {
    let mut plea = plea(&task(ApprovalPolicy { delegation: true, ..policy(1) }));
    // The requester hands a vote over that it does not have, and takes one that it may not cast.
    let given = say(&plea, &approver("ann"), hand_to("bob"), at(1)).unwrap_err();
    let taken = say(&plea, &approver("bob"), hand_to("ann"), at(1)).unwrap_err();
    assert_eq!((given.why, taken.why), (Ground::Requester, Ground::Requester));
    let behalf = Ballot { behalf: Some(principal("bob")), ..ballot(&plea, "ann", Choice::Approve, at(1)) };
    let refusal = plea.cast(behalf, &approver("ann"), Some(&approver("bob")), at(1)).unwrap_err();
    assert_eq!(refusal.why, Ground::NoDelegation);
    assert!(cast(&mut plea, "bob", Choice::Approve, at(1)).is_ok());
}

#[test]
fn a_hand_needs_the_right_to_approve_and_is_never_the_requesters() {
    let mut plea = plea(&task(ApprovalPolicy { delegation: true, ..policy(1) }));
    // Delegations as they might have been written before a right was lost, or by somebody with access to the store.
    let try_hand = |plea: &mut Plea, hand: &Standing| {
        plea.delegations = vec![(principal("bob"), hand.principal.clone())];
        let name = hand.principal.as_str();
        let vote = Ballot { behalf: Some(principal("bob")), ..ballot(plea, name, Choice::Approve, at(1)) };
        plea.cast(vote, hand, Some(&approver("bob")), at(1)).map_err(|refusal| refusal.why)
    };
    assert_eq!(try_hand(&mut plea, &approver("ann")).unwrap_err(), Ground::Requester);
    assert_eq!(try_hand(&mut plea, &Standing::of(principal("dan"))).unwrap_err(), Ground::NoRight);
    assert!(try_hand(&mut plea, &approver("dan")).is_ok());
}

#[test]
fn attack_double_vote_through_a_delegate() {
    let mut plea = plea(&task(ApprovalPolicy { delegation: true, ..policy(3) }));
    let step = say(&plea, &approver("joe"), hand_to("bob"), at(1)).unwrap();
    plea.apply(&step).unwrap();
    cast(&mut plea, "bob", Choice::Approve, at(1)).unwrap();
    let second = Ballot { behalf: Some(principal("joe")), ..ballot(&plea, "bob", Choice::Approve, at(2)) };
    let refusal = plea.cast(second, &approver("bob"), Some(&approver("joe")), at(2)).unwrap_err();
    assert_eq!(refusal.why, Ground::VotedAlready, "one person is one hand");
}

#[test]
fn attack_forged_vote() {
    let mut plea = plea(&task(ApprovalPolicy { signed: true, ..policy(1) }));
    let (bobs, eves) = (SigningKey::from_bytes(&[3; 32]), SigningKey::from_bytes(&[4; 32]));
    let bob = Standing { keys: vec![Hash::from_bytes(bobs.verifying_key().to_bytes())], ..approver("bob") };
    let unsigned = ballot(&plea, "bob", Choice::Approve, at(1));
    let sign = |key: &SigningKey, ballot: &Ballot| {
        ballot.clone().signed(&key.sign(&ballot.message().unwrap()).to_bytes())
    };
    let why = |ballot: Ballot, voter: &Standing| plea.cast(ballot, voter, None, at(1)).unwrap_err().why;
    assert_eq!(why(unsigned.clone(), &bob), Ground::Unsigned);
    assert_eq!(why(sign(&eves, &unsigned), &bob), Ground::Forged);
    let denial = sign(&bobs, &Ballot { choice: Choice::Deny, ..unsigned.clone() });
    assert_eq!(
        why(Ballot { choice: Choice::Approve, ..denial }, &bob),
        Ground::Forged,
        "turned into the opposite"
    );
    assert_eq!(why(unsigned.clone().signed(&[0; 64]), &bob), Ground::Forged);
    assert_eq!(why(Ballot { signature: Some("zz".to_owned()), ..unsigned.clone() }, &bob), Ground::Forged);
    assert_eq!(why(sign(&bobs, &unsigned), &approver("eve")), Ground::NotYourself, "sent in by another");
    let good = sign(&bobs, &unsigned);
    let step = plea.cast(good, &bob, None, at(1)).unwrap();
    plea.apply(&step).unwrap();
    assert!(plea.votes[0].verified && plea.state == PleaState::Approved);
}

#[test]
fn a_signature_is_checked_even_where_none_is_asked_for() {
    let plea = plea(&task(policy(1)));
    let forged = ballot(&plea, "bob", Choice::Approve, at(1)).signed(&[7; 64]);
    assert_eq!(plea.cast(forged, &approver("bob"), None, at(1)).unwrap_err().why, Ground::Forged);
}

#[test]
fn a_vote_signs_the_documented_bytes() {
    let plea = plea(&task(policy(1)));
    let expected = format!(
        "sealbook/vote/v1\n{{\"at\":\"1970-01-01T00:00:01.000000Z\",\"behalf\":null,\"choice\":\"approve\",\
         \"reason\":\"looked at it\",\"round\":1,\"subject\":\"{}\",\"task\":\"{}\",\"to\":null,\"voter\":\"bob\"}}",
        plea.subject, plea.task
    );
    let message = ballot(&plea, "bob", Choice::Approve, at(1)).message().unwrap();
    assert_eq!(String::from_utf8(message).unwrap(), expected);
}

#[test]
fn attack_vote_replayed_from_an_earlier_plea_or_another_task() {
    let task = task(policy(1));
    let old = ballot(&plea(&task), "bob", Choice::Approve, at(1));
    let policy = task.spec.approval.clone().unwrap();
    let next = Plea::open(PleaId::new(at(9), [3; 10]), &task, 2, policy, at(9)).unwrap();
    assert_eq!(next.cast(old.clone(), &approver("bob"), None, at(9)).unwrap_err().why, Ground::OtherSubject);
    let other = Ballot { round: 2, task: TaskId::new(at(0), [9; 10]), ..old.clone() };
    assert_eq!(next.cast(other, &approver("bob"), None, at(9)).unwrap_err().why, Ground::OtherSubject);
    let changed = Ballot { round: 2, subject: Hash::of(b"x"), ..old };
    assert_eq!(next.cast(changed, &approver("bob"), None, at(9)).unwrap_err().why, Ground::OtherSubject);
}

#[test]
fn a_vote_can_be_taken_back_and_its_copy_cannot_be_cast_again() {
    let mut plea = plea(&task(policy(2)));
    let first = ballot(&plea, "bob", Choice::Approve, at(1));
    cast(&mut plea, "bob", Choice::Approve, at(1)).unwrap();
    let step = say(&plea, &approver("bob"), take_back(), at(2)).unwrap();
    plea.apply(&step).unwrap();
    assert_eq!(plea.approvals(), 0);
    assert_eq!(say(&plea, &approver("bob"), take_back(), at(2)).unwrap_err().why, Ground::NothingToTake);
    assert_eq!(plea.cast(first, &approver("bob"), None, at(3)).unwrap_err().why, Ground::Stale);
    cast(&mut plea, "bob", Choice::Deny, at(4)).unwrap();
    assert_eq!(plea.state, PleaState::Denied);
}

#[test]
fn attack_old_ballots_kept_and_cast_again() {
    let mut plea = plea(&task(ApprovalPolicy { delegation: true, ..policy(2) }));
    let mut bob = |saying, now| {
        let ballot = plea.ballot(principal("bob"), saying, now);
        let step = plea.cast(ballot.clone(), &approver("bob"), None, now).unwrap();
        plea.apply(&step).unwrap();
        ballot
    };
    let first = bob(Saying::of(Choice::Approve, ""), at(1));
    let back = bob(take_back(), at(1));
    assert!(back.at > first.at, "also within one tick of the clock");
    let handed = bob(hand_to("joe"), at(2));
    let revoked = bob(Saying::of(Choice::Revoke, ""), at(3));
    let second = bob(Saying::of(Choice::Approve, ""), at(4));
    for old in [first, back, handed, revoked, second] {
        assert_eq!(plea.cast(old, &approver("bob"), None, at(5)).unwrap_err().why, Ground::Stale);
    }
    assert_eq!((plea.approvals(), plea.delegations.len()), (1, 0));
}

#[test]
fn attack_vote_taken_back_or_handed_over_without_a_signature() {
    let mut plea = plea(&task(ApprovalPolicy { signed: true, delegation: true, ..policy(2) }));
    let keys = ["bob", "eve"].map(|name| VoterKey::from_seed(&[name.as_bytes()[0]; 32]));
    let [bob, eve] = [("bob", &keys[0]), ("eve", &keys[1])]
        .map(|(name, key)| Standing { keys: vec![key.public()], ..approver(name) });
    let signed = |plea: &Plea, saying, now| keys[0].sign(plea.ballot(principal("bob"), saying, now)).unwrap();
    let step = plea.cast(signed(&plea, Saying::of(Choice::Approve, ""), at(1)), &bob, None, at(1)).unwrap();
    plea.apply(&step).unwrap();
    for saying in [take_back(), hand_to("eve"), Saying::of(Choice::Revoke, "")] {
        assert_eq!(say(&plea, &bob, saying.clone(), at(2)).unwrap_err().why, Ground::Unsigned);
        let others = keys[1].sign(plea.ballot(principal("bob"), saying, at(2))).unwrap();
        assert_eq!(plea.cast(others, &bob, None, at(2)).unwrap_err().why, Ground::Forged);
    }
    let turned = Ballot { to: Some(principal("eve")), ..signed(&plea, hand_to("joe"), at(2)) };
    assert_eq!(plea.cast(turned, &bob, None, at(2)).unwrap_err().why, Ground::Forged, "handed to another");
    let step = plea.cast(signed(&plea, take_back(), at(2)), &bob, None, at(2)).unwrap();
    plea.apply(&step).unwrap();
    let step = plea.cast(signed(&plea, hand_to("eve"), at(3)), &bob, None, at(3)).unwrap();
    plea.apply(&step).unwrap();
    assert!(step.what.vote().unwrap().verified);
    let hand = Saying::of(Choice::Approve, "").on_behalf_of(principal("bob"));
    let ballot = keys[1].sign(plea.ballot(principal("eve"), hand, at(4))).unwrap();
    assert!(plea.cast(ballot, &eve, Some(&bob), at(4)).is_ok());
}

#[test]
fn who_has_lent_a_vote_takes_it_back_and_so_does_who_has_cast_it() {
    for who in ["bob", "dan"] {
        let mut plea = plea(&task(ApprovalPolicy { delegation: true, ..policy(2) }));
        let step = say(&plea, &approver("bob"), hand_to("dan"), at(1)).unwrap();
        plea.apply(&step).unwrap();
        let hand = Saying::of(Choice::Approve, "").on_behalf_of(principal("bob"));
        let ballot = plea.ballot(principal("dan"), hand, at(2));
        let step = plea.cast(ballot, &approver("dan"), Some(&approver("bob")), at(2)).unwrap();
        plea.apply(&step).unwrap();
        assert_eq!(say(&plea, &approver("eve"), take_back(), at(3)).unwrap_err().why, Ground::NothingToTake);
        let step = say(&plea, &approver(who), take_back(), at(3)).unwrap();
        plea.apply(&step).unwrap();
        assert_eq!(plea.approvals(), 0);
        assert!(cast(&mut plea, "bob", Choice::Deny, at(4)).is_ok());
    }
}

#[test]
fn what_is_still_on_its_way_is_taken_back_with_a_signature() {
    let mut plea = plea(&task(ApprovalPolicy { signed: true, ..policy(1) }));
    let key = VoterKey::from_seed(&[6; 32]);
    let bob = Standing { keys: vec![key.public()], ..approver("bob") };
    let sign = |plea: &Plea, saying, now| key.sign(plea.ballot(principal("bob"), saying, now)).unwrap();
    let late = sign(&plea, Saying::of(Choice::Approve, ""), at(1));
    let back = sign(&plea, take_back(), at(2));
    let stranger = Standing { roles: vec![], ..bob.clone() };
    assert_eq!(plea.cast(back.clone(), &stranger, None, at(2)).unwrap_err().why, Ground::NothingToTake);
    let step = plea.cast(back, &bob, None, at(2)).unwrap();
    plea.apply(&step).unwrap();
    assert_eq!(plea.cast(late, &bob, None, at(3)).unwrap_err().why, Ground::Stale);
    let long = Saying::of(Choice::TakeBack, &"x".repeat(VOTE_REASON_LIMIT + 1));
    assert_eq!(plea.cast(sign(&plea, long, at(4)), &bob, None, at(4)).unwrap_err().why, Ground::NoReason);
}

#[test]
fn an_object_with_the_message_of_another_ballot_is_none() {
    let plea = plea(&task(policy(1)));
    let [yes, no] = [Choice::Approve, Choice::Deny].map(|choice| ballot(&plea, "bob", choice, at(1)));
    let text = yes.to_json().unwrap();
    assert_eq!(Ballot::parse(&text).unwrap(), yes);
    let mut swapped: serde_json::Value = serde_json::from_str(&text).unwrap();
    swapped["message"] = String::from_utf8(no.message().unwrap()).unwrap().into();
    assert_eq!(Ballot::parse(&swapped.to_string()).unwrap_err().code(), Code::InvalidArgument);
}

#[test]
fn a_saying_has_only_what_its_choice_has_a_place_for() {
    for choice in Choice::ALL {
        let is_vote = matches!(choice, Choice::Approve | Choice::Deny);
        let plain = Saying::of(*choice, "");
        assert_eq!(plain.check().is_ok(), *choice != Choice::Delegate);
        assert_eq!(plain.clone().on_behalf_of(principal("bob")).check().is_ok(), is_vote);
        assert_eq!(
            Saying { to: Some(principal("joe")), ..plain }.check().is_ok(),
            *choice == Choice::Delegate
        );
    }
}

#[test]
fn a_delegate_votes_in_the_place_of_who_asked_it_until_that_is_revoked() {
    let mut plea = plea(&task(ApprovalPolicy { delegation: true, ..policy(1) }));
    let step = say(&plea, &approver("bob"), hand_to("dan"), at(1)).unwrap();
    plea.apply(&step).unwrap();
    let dan = Standing { roles: Vec::new(), ..approver("dan") };
    let vote = Ballot { behalf: Some(principal("bob")), ..ballot(&plea, "dan", Choice::Approve, at(2)) };
    assert_eq!(
        plea.cast(ballot(&plea, "dan", Choice::Approve, at(2)), &dan, None, at(2)).unwrap_err().why,
        Ground::NotEligible
    );
    assert!(plea.cast(vote.clone(), &dan, Some(&approver("bob")), at(2)).is_ok());
    assert_eq!(plea.cast(vote.clone(), &dan, None, at(2)).unwrap_err().why, Ground::NoDelegation);
    let step = say(&plea, &approver("bob"), Saying::of(Choice::Revoke, ""), at(3)).unwrap();
    plea.apply(&step).unwrap();
    assert_eq!(plea.cast(vote, &dan, Some(&approver("bob")), at(4)).unwrap_err().why, Ground::NoDelegation);
}

#[test]
fn a_message_is_a_ballot_as_long_as_nothing_in_it_was_changed() {
    let plea = plea(&task(policy(1)));
    let ballot = ballot(&plea, "bob", Choice::Approve, at(1));
    let message = String::from_utf8(ballot.message().unwrap()).unwrap();
    assert_eq!(Ballot::parse(&message).unwrap(), ballot);
    let (domain, rest) = message.split_once('\n').unwrap();
    let changed = [
        format!("{message}\n"),
        format!("{domain}\r\n{rest}"),
        format!("sealbook/vote/v2\n{rest}"),
        format!("{domain}\n{}", rest.replace(r#""to":null,"#, "")),
        format!("{domain}\n{}", rest.replacen('{', r#"{"more":1,"#, 1)),
    ];
    for text in changed.iter().map(String::as_str).chain(["", "\n", "vote", "[]", "{}", "{\"task\":"]) {
        assert_eq!(Ballot::parse(text).unwrap_err().code(), Code::InvalidArgument, "{text}");
    }
}

proptest! {
    /// Whatever it says, a ballot is read back from its object and from its message, and its signature holds for nothing else.
    #[test]
    fn a_ballot_is_read_as_it_was_written(
        choice in 0usize..5, reason in "\\PC{0,40}|[\u{0}-\u{1f}\u{2028}]{0,8}", behalf in prop::option::of("[a-z]{1,8}"), round: u32, micros in 0i64..1i64 << 50,
    ) {
        let plea = plea(&task(policy(1)));
        let said = Saying {
            choice: Choice::ALL[choice], reason, behalf: behalf.map(|name| principal(&name)), to: None,
        };
        let ballot = Ballot { round, ..plea.ballot(principal("bob"), said, Time::from_micros(micros).unwrap()) };
        let key = VoterKey::from_seed(&[5; 32]);
        let bob = Standing { keys: vec![key.public()], ..approver("bob") };
        let message = String::from_utf8(ballot.message().unwrap()).unwrap();
        prop_assert_eq!(&Ballot::parse(&message).unwrap(), &ballot);
        let signed = key.sign(ballot).unwrap();
        let again = Ballot::parse(&serde_json::to_string(&signed).unwrap()).unwrap();
        prop_assert!(again == signed && again.verify(&bob).is_ok());
        let other = Ballot { reason: format!("{}.", again.reason), ..again };
        prop_assert!(other.verify(&bob).is_err());
    }

    #[test]
    fn any_text_is_a_ballot_or_a_key_or_refused(text in "\\PC{0,80}|sealbook/vote/v1\n\\{\\PC{0,40}") {
        let _ = (Ballot::parse(&text), VoterKey::from_pem(&text));
    }
}
