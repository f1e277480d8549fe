//! `sealbook plea`, `sealbook approve` and `sealbook deny`

use super::{key, pleas};
use crate::args::{Cast, Plea, PleaCommand, Said, Signer, Speaker, ToSign, Vote, Word};
use crate::context::{Context, Outcome};
use crate::{bounded, output};
use sealbook_common::sealbook::tasks::{self, Ballot, Choice, Principal, Saying, Voter};
use sealbook_common::sealbook::{Error, Result};
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
    // A program reads it, and what is signed is these characters and no others: nothing is escaped for people.
    if args.message {
        output::print(&String::from_utf8_lossy(&ballot.message()?))?;
    } else {
        output::print(&format!("{}\n", ballot.to_json()?))?;
    }
    Ok(Outcome::Good)
}

fn cast(args: &Cast, context: &Context) -> Result<Outcome> {
    let file = args.file.as_path();
    let text = if file == Path::new("-") {
        bounded::read(std::io::stdin().lock(), Path::new("standard input"), MOST)
    } else {
        bounded::read(File::open(file).map_err(|e| Error::io(e, "read", file))?, file, MOST)
    }?;
    let ballot = Ballot::parse(&text)?;
    // As tools for hexadecimal digits print them, which like to break lines.
    let signature = args.signature.split_ascii_whitespace().collect::<String>().to_ascii_lowercase();
    let plea = context.open()?.tasks()?.cast(Ballot { signature: Some(signature), ..ballot })?;
    tell(&plea, context)
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
