//! The commands about pleas, what is said about them, and the keys that sign it.

use super::tasks::Viewer;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use std::path::PathBuf;

/// List the pleas that await votes
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example:
  sealbook pleas
  sealbook approve PLEA --as bob --reason 'looked at the diff'")]
pub(crate) struct Pleas {
    /// Those that are decided, too
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) by: Viewer,
}

/// A plea, and who has something to say about it.
#[derive(Debug, ClapArgs)]
pub(crate) struct Speaker {
    /// The plea's id, or that of a task which will plead but still waits for its time or for other tasks
    pub(crate) plea: String,
    /// Who says it
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub(crate) principal: String,
}

/// What signs a ballot.
#[derive(Debug, ClapArgs)]
pub(crate) struct Signer {
    /// Sign it with the private Ed25519 key in this PEM file, whose public key is listed for the principal in sealbook.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

/// A vote on a plea.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook approve PLEA --as bob --reason 'looked at the diff' --key bob.pem
  sealbook deny PLEA --as dan --for bob --reason 'not on a Friday'")]
pub(crate) struct Vote {
    #[command(flatten)]
    pub(crate) speaker: Speaker,
    /// Why; a denial needs a reason
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) reason: String,
    /// Vote in the place of this principal, who has handed its vote over with `sealbook plea delegate`
    #[arg(long = "for", value_name = "PRINCIPAL")]
    pub(crate) behalf: Option<String>,
    #[command(flatten)]
    pub(crate) signer: Signer,
}

/// Hand a vote over or take it back; have a ballot signed elsewhere
///
/// `ballot` prints what a principal says about a plea, `cast` brings it back with the signature of its message, whoever brings it: the private key
/// need not be on this machine. What does not count is recorded as refused; the exit code is 1 then, and the reason is on standard error.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook plea delegate PLEA --as bob --to dan && sealbook approve PLEA --as dan --for bob
  sealbook plea take-back PLEA --as dan
  sealbook plea ballot PLEA approve --as bob --message > vote
  openssl pkeyutl -sign -rawin -inkey bob.pem -in vote -out vote.sig
  sealbook plea cast vote --signature \"$(od -An -v -tx1 vote.sig)\"")]
pub(crate) struct Plea {
    #[command(subcommand)]
    pub(crate) command: PleaCommand,
}

/// What is said about a plea.
#[derive(Debug, Subcommand)]
pub(crate) enum PleaCommand {
    /// Take a vote back while the plea is undecided; the principal may vote again then
    TakeBack(Said),
    /// Let another vote in the own place; the first of the two counts
    Delegate {
        #[command(flatten)]
        said: Said,
        /// Who may
        #[arg(long, value_name = "PRINCIPAL")]
        to: String,
    },
    /// Let nobody vote in the own place any more
    Revoke(Said),
    Ballot(ToSign),
    Cast(Cast),
}

/// What needs nothing else said.
#[derive(Debug, ClapArgs)]
pub(crate) struct Said {
    #[command(flatten)]
    pub(crate) speaker: Speaker,
    #[command(flatten)]
    pub(crate) signer: Signer,
}

/// Print a ballot to be signed elsewhere, as a JSON object, also without --json; nothing is recorded
///
/// The signature is over the bytes of its member "message". A ballot is for this moment: whatever its voter says about the plea later makes it
/// worthless.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook plea ballot PLEA approve --as bob --message > vote
  sealbook plea ballot PLEA delegate --as bob --to dan --message > vote")]
pub(crate) struct ToSign {
    #[command(flatten)]
    pub(crate) speaker: Speaker,
    /// What it says
    #[arg(value_enum)]
    pub(crate) choice: Word,
    /// Why; a denial needs a reason
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub(crate) reason: String,
    /// In the place of this principal, for a vote
    #[arg(long = "for", value_name = "PRINCIPAL")]
    pub(crate) behalf: Option<String>,
    /// Who may vote in the own place, for a delegation
    #[arg(long, value_name = "PRINCIPAL")]
    pub(crate) to: Option<String>,
    /// Print only the message, without a final line feed; it holds all of the ballot, and can be cast as well
    #[arg(long, conflicts_with = "json")]
    pub(crate) message: bool,
}

/// What a ballot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Word {
    /// Let it run
    Approve,
    /// Do not let it run
    Deny,
    /// My vote does not count any more
    #[value(alias = "take_back")]
    TakeBack,
    /// Another may vote in my place
    Delegate,
    /// Nobody may vote in my place any more
    Revoke,
}

/// Cast a ballot that was signed elsewhere
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example:
  sealbook plea cast ballot.json --signature \"$(od -An -v -tx1 vote.sig)\"")]
pub(crate) struct Cast {
    /// What `sealbook plea ballot` has printed, the object or the message; `-` is standard input
    #[arg(default_value = "-", hide_default_value = true)]
    pub(crate) file: PathBuf,
    /// The signature of the message, 128 hexadecimal digits
    #[arg(long, value_name = "HEX")]
    pub(crate) signature: String,
}

/// Make the key that a principal signs its votes with
///
/// Keys are private Ed25519 keys in PEM, as OpenSSL has them. Whoever can read one can vote in its owner's name.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook key new bob.pem
  sealbook approve PLEA --as bob --key bob.pem")]
pub(crate) struct Key {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

/// What to do with a key.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a private key, in a file that only its owner may read, and print its public key
    New {
        /// The file; one that exists is never overwritten
        file: PathBuf,
    },
    /// Print the public key of a private key, 64 hexadecimal digits
    Show {
        /// The file of the private key
        file: PathBuf,
    },
}
