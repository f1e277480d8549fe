//! The command line. Its help texts are the documentation of the commands.

mod attribution;
mod pleading;
mod tasks;

pub(crate) use attribution::{Figures, Listed, People, Report, Rules, RulesCommand, Scan, Stats, Why};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
pub(crate) use pleading::{
    Cast, Key, KeyCommand, Plea, PleaCommand, Pleas, Said, Signer, Speaker, ToSign, Vote, Word,
};
use std::path::PathBuf;
pub(crate) use tasks::{
    Act, ActOnAgent, ActOnBreaker, ActOnSchedule, Add, Agents, AgentsCommand, Breaker, BreakerCommand, Limit,
    List, Schedule, ScheduleCommand, Submit, Task, TaskCommand, Viewer, Watch, Work, WorkOptions,
};

/// A tamper-evident ledger of what AI agents and people did
///
/// Sealbook records what was done, by which agent or person and with which files, in an append-only ledger in the
/// project's .sealbook folder, and proves that nothing was changed since.
#[derive(Debug, Parser)]
#[command(name = "sealbook", bin_name = "sealbook", version, propagate_version = true)]
#[command(after_help = "\
Exit codes: 0 good, 1 a finding (the ledger is tampered with, or a policy refuses), 2 an error, 130 after Ctrl-C.

Example:
  sealbook init
  sealbook record --kind human_review --actor-type human --actor ana --action approve --file src/main.rs
  sealbook verify")]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The project folder or the ledger file [default: looked for from the current folder upward]
    #[arg(short = 'C', long, global = true, value_name = "PATH")]
    pub(crate) project: Option<PathBuf>,
    /// Print JSON, one object a line; errors on standard error are JSON then, too
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Never write to the ledger; a command that has to fails with READ_ONLY
    #[arg(long, global = true)]
    pub(crate) read_only: bool,
    /// When to use colours. NO_COLOR in the environment turns `auto` off
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub(crate) color: ColorChoice,
    /// No progress bars, and no text where the exit code says all (JSON is printed all the same)
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On terminals
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(Init),
    Record(Box<Record>),
    Log(Log),
    Show(Show),
    Verify(Verify),
    Reindex(Reindex),
    Export(Export),
    Import(Import),
    Scan(Scan),
    Why(Why),
    Stats(Stats),
    Report(Report),
    Rules(Rules),
    Task(Task),
    Schedule(Schedule),
    Breaker(Breaker),
    Work(Work),
    Agents(Agents),
    Pleas(Pleas),
    /// Approve a plea
    ///
    /// A principal has one vote, and who asked for the task has none. A vote that does not count is recorded as refused; the exit code is 1 then, and the
    /// reason is on standard error.
    Approve(Vote),
    /// Deny a plea
    ///
    /// A principal has one vote, and who asked for the task has none. A vote that does not count is recorded as refused; the exit code is 1 then, and the
    /// reason is on standard error.
    Deny(Vote),
    Plea(Plea),
    Key(Key),
    /// What a worker starts instead of a task's command: it sets limits on itself and becomes the command
    #[command(hide = true)]
    Enter,
    Completions(Completions),
    Man(Man),
}

/// Make the ledger of a project
///
/// The ledger is made in the folder .sealbook, which is added to .gitignore if the project is in git. A path that ends
/// in .db names the ledger file itself.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example:
  sealbook init --origin example.org/ledgers/shop")]
pub(crate) struct Init {
    /// The project folder, or a ledger file ending in .db [default: --project, else the current folder]
    pub(crate) path: Option<PathBuf>,
    /// The ledger's name in the world, as in C2SP: no white space and no `+` [default: local/ and the ledger's id]
    #[arg(long)]
    pub(crate) origin: Option<String>,
}

/// Record what was done
///
/// Records one entry from the options, or, with `-`, one entry for each line of standard input. An entry is printed once it
/// is durable: whatever happens to the machine then, it stays recorded.
///
/// With `-`, each line is {"kind": ..., "payload": {...}} and may have an "id". Entries are committed together as they gather,
/// so that a fast producer is not slowed down by one sync for each, and printed in the order of the lines. Empty lines are
/// skipped. A line that is refused is reported on standard error with its number (with --json as {"line": N, "error": {...}});
/// the lines before and after it are recorded, and the exit code is 2 at the end. An error of the ledger itself, such as a full
/// disk, ends the command. If nobody reads standard output any longer, or after Ctrl-C, no more lines are read;
/// what was recorded stays recorded.
///
/// Repeating a record with the same --id (or "id") and payload prints the first entry again and records nothing.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook record --kind ai_assistance --actor-type ai --actor claude-code --action edit --file src/cart.rs --spec SHOP-7
  echo '{\"kind\":\"custom.deploy\",\"payload\":{\"action\":{\"type\":\"deploy\"}}}' | sealbook record --json -")]
pub(crate) struct Record {
    /// Read JSON lines from standard input
    #[arg(value_name = "-", value_parser = ["-"], hide_possible_values = true)]
    pub(crate) input: Option<String>,
    #[command(flatten)]
    pub(crate) flags: Flags,
}

/// The options that make one entry.
#[derive(Debug, ClapArgs)]
pub(crate) struct Flags {
    /// The kind: commit, ai_assistance, human_review, validation, budget_check, quality_gate, attribution, task, ..., or custom.NAME
    #[arg(long, conflicts_with = "input", required_unless_present = "input")]
    pub(crate) kind: Option<String>,
    /// What the actor is
    #[arg(long, conflicts_with = "input", requires = "actor", value_enum)]
    pub(crate) actor_type: Option<ActorType>,
    /// Who did it
    #[arg(
        long,
        value_name = "ID",
        conflicts_with = "input",
        requires = "actor_type",
        required_unless_present_any = ["input", "payload"]
    )]
    pub(crate) actor: Option<String>,
    /// The actor's name as people know it
    #[arg(long, value_name = "NAME", requires = "actor")]
    pub(crate) actor_name: Option<String>,
    /// The model that the actor used
    #[arg(long, requires = "actor")]
    pub(crate) model: Option<String>,
    /// The run or session of the actor
    #[arg(long, requires = "actor")]
    pub(crate) run: Option<String>,
    /// What was done
    #[arg(
        long,
        value_name = "TYPE",
        conflicts_with = "input",
        required_unless_present_any = ["input", "payload"]
    )]
    pub(crate) action: Option<String>,
    /// What was done, in a sentence
    #[arg(long, value_name = "TEXT", requires = "action")]
    pub(crate) description: Option<String>,
    /// The specification that the work belongs to
    #[arg(long, conflicts_with = "input")]
    pub(crate) spec: Option<String>,
    /// A file that was touched; may be repeated
    #[arg(long, value_name = "PATH", conflicts_with = "input")]
    pub(crate) file: Vec<String>,
    /// More members of the payload, a JSON object. A member that another option gives, too, is an error
    #[arg(long, value_name = "JSON", conflicts_with = "input")]
    pub(crate) payload: Option<String>,
    /// An id of our own, a UUID of version 7, so that the call can be repeated
    #[arg(long, conflicts_with = "input")]
    pub(crate) id: Option<String>,
}

/// What an actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ActorType {
    /// A person
    Human,
    /// An AI agent
    Ai,
    /// Another program
    Service,
}

/// List entries, the newest first
///
/// Each line has number, time, kind, actor, action and the beginning of the hash. Text that others recorded is shown with control
/// characters and invisible ones escaped as \u{...}; with --json it is data and left as it is.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook log --actor claude-code --since 2026-11-01 -n 20
  sealbook log --kind 'custom.*' --reverse --json")]
pub(crate) struct Log {
    /// Only this kind; `NAME.*` stands for all kinds under NAME
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Only entries of this actor
    #[arg(long, value_name = "ID")]
    pub(crate) actor: Option<String>,
    /// Only entries that belong to this specification
    #[arg(long)]
    pub(crate) spec: Option<String>,
    /// Only entries that touched this file
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<String>,
    /// Only entries at or after this time in UTC: 2026-11-23 or 2026-11-23T10:15:30Z
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Only entries before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<String>,
    /// At most so many entries [default: all]
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// The oldest first
    #[arg(long)]
    pub(crate) reverse: bool,
}

/// Show one entry
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook show 41
  sealbook show 019aafdc-5d6b-7fff-bfff-ffffffffffff --json")]
pub(crate) struct Show {
    /// The entry's number or id
    #[arg(value_name = "ID|SEQ")]
    pub(crate) key: String,
}

/// Check that nothing in the ledger was changed, dropped or moved
///
/// Recomputes every hash, the chain, the tree and the index. The first line is the verdict; what could not be checked is
/// listed. Without a size and root known from elsewhere nobody can tell whether the whole ledger was written anew: keep the root
/// that this command prints, and pass it with its size the next time. The exit code is 1 if the ledger is tampered with.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook verify --json
  sealbook verify --size 120 --root 98776feb2fa1b6b96c3ccd00879befff1e355f0843619ed9ea20135fef17499a
  sealbook verify --export export.jsonl")]
pub(crate) struct Verify {
    /// The origin that the ledger must have
    #[arg(long)]
    pub(crate) origin: Option<String>,
    /// A number of entries that the ledger is known to have had
    #[arg(long, value_name = "N")]
    pub(crate) size: Option<u64>,
    /// The root that it had at that size, 64 hexadecimal digits
    #[arg(long, value_name = "HEX")]
    pub(crate) root: Option<String>,
    /// Verify an export instead of the project's ledger; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) export: Option<PathBuf>,
}

/// Compute the query index and the tree's tiles anew
///
/// Both follow from the entries; verification reports them as faults of kind `index` and `tree` if they are damaged. Any
/// other fault is an error, since computing anew would hide it. The filters of `log` are faster as far as the index goes; `log`
/// itself never writes.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example:
  sealbook reindex && sealbook verify")]
pub(crate) struct Reindex {}

/// Write all entries as JSON lines
///
/// A file is written under another name first and renamed when it is complete. Anybody can verify it with
/// `sealbook verify --export FILE`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook export ledger.jsonl
  sealbook export | gzip > ledger.jsonl.gz")]
pub(crate) struct Export {
    /// The file; `-` is standard output
    #[arg(default_value = "-", hide_default_value = true)]
    pub(crate) file: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// Record another ledger's entries as evidence in this one
///
/// The export is verified first. Each of its entries becomes the payload of an entry of kind `import`. Importing the same export
/// again adds only what is new.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Example:
  sealbook import ci-run-1234.jsonl")]
pub(crate) struct Import {
    /// The export, JSON lines
    pub(crate) file: PathBuf,
}

/// Print the completions for a shell
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook completions bash > ~/.local/share/bash-completion/completions/sealbook
  sealbook completions zsh > ~/.zfunc/_sealbook
  sealbook completions fish > ~/.config/fish/completions/sealbook.fish")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

/// Print the man page, or write one for each command
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook man | man -l -
  sealbook man --dir ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// Write all pages into this folder
    #[arg(long)]
    pub(crate) dir: Option<PathBuf>,
}
