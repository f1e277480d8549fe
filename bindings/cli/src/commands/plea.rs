//! `sealbook plea`, `sealbook approve` and `sealbook deny`

use super::{key, pleas};
use crate::args::{Cast, Plea, PleaCommand, Said, Signer, Speaker, ToSign, Vote, Word};
use crate::context::{Context, Outcome};
use crate::{bounded, output};
use sealbook_common::sealbook::tasks::{self, Ballot, Choice, Principal, Saying, Voter};
use sealbook_common::sealbook::{Code, Error, Result};
use serde_json::{Value, json};
use std::fs::File;
use std::path::Path;

/// The longest ballot that is read: with the longest reason, escaped and twice in it, it is far shorter.
const MOST: u64 = 1 << 20;

pub(crate) fn run(args: &Plea, context: &Context) -> Result<Outcome> {
    let plain = |said: &Said, choice| say(&said.speaker, &said.signer, Saying::of(choice, ""), context);
    match &args.command {
        PleaCommand::TakeBack(said) => plain(said, Choice::TakeBack),
        PleaCommand::Delegate { said, to } => {
            say(&said.speaker, &said.signer, Saying::delegate(Principal::parse(to)?), context)
        }
        PleaCommand::Revoke(said) => plain(said, Choice::Revoke),
        PleaCommand::Ballot(args) => ballot(args, context),
        PleaCommand::Cast(args) => cast(args, context),
    }
}

pub(crate) fn vote(args: &Vote, choice: Choice, context: &Context) -> Result<Outcome> {
    let behalf = parsed(args.behalf.as_deref())?;
    say(&args.speaker, &args.signer, Saying { behalf, ..Saying::of(choice, &args.reason) }, context)
}

fn say(speaker: &Speaker, signer: &Signer, saying: Saying, context: &Context) -> Result<Outcome> {
    let principal = Principal::parse(&speaker.principal)?;
    let key = signer.key.as_deref().map(|file| key::load(file, context)).transpose()?;
    let tasks = context.open()?.tasks()?;
    let plea = tasks.say(tasks.vote_on(&speaker.plea)?, Voter { principal, key }, saying)?;
    tell(&plea, context)
}

fn ballot(args: &ToSign, context: &Context) -> Result<Outcome> {
    let choice = match args.choice {
        Word::Approve => Choice::Approve,
        Word::Deny => Choice::Deny,
        Word::TakeBack => Choice::TakeBack,
        Word::Delegate => Choice::Delegate,
        Word::Revoke => Choice::Revoke,
    };
    let (behalf, to) = (parsed(args.behalf.as_deref())?, parsed(args.to.as_deref())?);
    let saying = Saying { behalf, to, ..Saying::of(choice, &args.reason) };
    let voter = Principal::parse(&args.speaker.principal)?;
    let tasks = context.open_to_read()?.tasks()?;
    let ballot = tasks.ballot(tasks.vote_on(&args.speaker.plea)?, voter, saying)?;
    let message = String::from_utf8(ballot.message()?)
        .map_err(|e| Error::new(Code::Internal, format!("a ballot that is no text: {e}")))?;
    if args.message {
        output::print(&message)?;
        return Ok(Outcome::Good);
    }
    let mut form = json!(ballot);
    if let Some(form) = form.as_object_mut() {
        form.insert("message".to_owned(), Value::from(message));
    }
    // A program reads it, and what is signed is these characters and no others: nothing is escaped for people.
    output::print(&format!("{form}\n"))?;
    Ok(Outcome::Good)
}

fn cast(args: &Cast, context: &Context) -> Result<Outcome> {
    let file = args.file.as_path();
    let text = if file == Path::new("-") {
        bounded::read(std::io::stdin().lock(), Path::new("standard input"), MOST)
    } else {
        bounded::read(File::open(file).map_err(|e| Error::io(e, "read", file))?, file, MOST)
    }?;
    let ballot = ballot_of(&text)?;
    // As tools for hexadecimal digits print them, which like to break lines.
    let signature = args.signature.split_ascii_whitespace().collect::<String>().to_ascii_lowercase();
    let plea = context.open()?.tasks()?.cast(Ballot { signature: Some(signature), ..ballot })?;
    tell(&plea, context)
}

/// The ballot that an object describes, or a message, which has all of it behind its first line.
fn ballot_of(text: &str) -> Result<Ballot> {
    let misread = |why: &str| {
        Error::new(Code::InvalidArgument, format!("the ballot is not understood: {why}"))
            .remedy("pass what `sealbook plea ballot` has printed, as it is")
    };
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|e| misread(&e.to_string()));
    }
    let rest = text.split_once('\n').map(|(_, rest)| serde_json::from_str::<Ballot>(rest));
    let ballot = rest
        .ok_or_else(|| misread("it is neither an object nor a message"))?
        .map_err(|e| misread(&e.to_string()))?;
    // Else what counts would be something other than what the signer has seen.
    if ballot.message()? == text.as_bytes() { Ok(ballot) } else { Err(misread("the message was changed")) }
}

fn parsed(name: Option<&str>) -> Result<Option<Principal>> {
    name.map(Principal::parse).transpose()
}

fn tell(plea: &tasks::Plea, context: &Context) -> Result<Outcome> {
    if context.json || !context.quiet {
        pleas::print(plea, context)?;
    }
    Ok(Outcome::Good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_a_ballot_as_long_as_nothing_in_it_was_changed() {
        let text = format!(
            r#"{{"task":"019aaf3e-5a00-7000-8000-000000000001","subject":"{}","round":1,"voter":"bob","choice":"approve","reason":"r\u00e4","at":"2026-11-25T12:00:00.000000Z"}}"#,
            "0".repeat(64)
        );
        let ballot = ballot_of(&text).unwrap();
        let message = String::from_utf8(ballot.message().unwrap()).unwrap();
        assert_eq!(ballot_of(&message).unwrap(), ballot);
        let (domain, rest) = message.split_once('\n').unwrap();
        let changed = [
            format!("{message}\n"),
            format!("{domain}\r\n{rest}"),
            format!("sealbook/vote/v2\n{rest}"),
            format!("{domain}\n{}", rest.replace(r#""to":null,"#, "")),
            format!("{domain}\n{}", rest.replacen('{', r#"{"more":1,"#, 1)),
        ];
        for text in changed.iter().map(String::as_str).chain(["", "\n", "vote", "[]", "{}", "{\"task\":"]) {
            assert_eq!(ballot_of(text).unwrap_err().code(), Code::InvalidArgument, "{text}");
        }
    }
}
