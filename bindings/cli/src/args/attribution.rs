//! The commands about what an AI wrote.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Find out what an AI wrote: in the files of a folder, in the commits of a git repository, or both
///
/// --history reads trailers, authors, committers, messages, branch names and notes of the commits; --tree reads the comments of the files
/// in PATH. Commits about which nothing is known are counted as unknown, never as human. Rules of your own, and rules to
/// switch off, stand in sealbook.toml; see `sealbook rules`. With --record each commit with its claims, and each claim about
/// a file, becomes an entry; what was recorded before is not recorded again.
///
/// What a history said is remembered in the user's cache folder (SEALBOOK_CACHE names another, `off` none), so that the next scan
/// reads only new commits.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook scan --history --json
  sealbook scan --history --list ai
  sealbook scan --tree src
  sealbook scan --history --record --revision v1.0 ~/src/shop")]
pub(crate) struct Scan {
    /// A path in the repository; with --tree the folder or file to read
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Read the commits
    #[arg(long)]
    pub(crate) history: bool,
    /// Read the files
    #[arg(long)]
    pub(crate) tree: bool,
    /// List the commits of one kind instead, newest first, each with its strongest claim; with --json a line each
    #[arg(long, value_enum, value_name = "KIND", requires = "history", conflicts_with_all = ["tree", "record"])]
    pub(crate) list: Option<Listed>,
    /// Record what is found in the ledger of --project, else of the project at or above PATH
    #[arg(long)]
    pub(crate) record: bool,
    /// The commit to start from [default: HEAD]
    #[arg(long, value_name = "REV", requires = "history")]
    pub(crate) revision: Option<String>,
    /// Read files that .gitignore excludes, too
    #[arg(long, requires = "tree")]
    pub(crate) no_ignore: bool,
    /// Read every commit, also those that an earlier scan remembered
    #[arg(long, requires = "history")]
    pub(crate) no_cache: bool,
}

/// Commits by what is known about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// With an AI claim of strength medium or better
    Ai,
    /// With a statement of human work
    Human,
    /// By a bot that is not AI
    Automation,
    /// About which nothing is known
    Unknown,
}

/// Explain what is known about a commit or a file, and on what evidence
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook why HEAD~3
  sealbook why src/cart.rs --json")]
pub(crate) struct Why {
    /// A commit, as git understands it, or a file of the repository
    #[arg(value_name = "COMMIT|FILE")]
    pub(crate) target: OsString,
    /// Take the target for a commit, also if there is a file of that name
    #[arg(long, conflicts_with = "file")]
    pub(crate) commit: bool,
    /// Take the target for a file, also if there is a branch of that name
    #[arg(long)]
    pub(crate) file: bool,
    /// The version of the file to explain [default: HEAD]
    #[arg(long, value_name = "REV", conflicts_with = "commit")]
    pub(crate) revision: Option<String>,
    /// A path in the repository
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub(crate) repository: PathBuf,
}

/// Count what is known about a git repository: by tool, model, strength, person, folder and month
///
/// Every count stands beside the human evidence, the automation and what is unknown: a share of AI without the unknown share would say nothing.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook stats
  sealbook stats --people none --json ~/src/shop")]
pub(crate) struct Stats {
    /// A path in the repository
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) options: Figures,
}

/// What goes into statistics and reports.
#[derive(Debug, ClapArgs)]
pub(crate) struct Figures {
    /// The commit to start from [default: HEAD]
    #[arg(long, value_name = "REV")]
    pub(crate) revision: Option<String>,
    /// How authors appear
    #[arg(long, value_enum, default_value_t)]
    pub(crate) people: People,
    /// How many levels of folders are told apart; 0 leaves folders out
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) folders: u8,
    /// Read every commit, also those that an earlier scan remembered
    #[arg(long)]
    pub(crate) no_cache: bool,
}

/// How people stand in statistics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum People {
    /// By name and address
    Full,
    /// By a pseudonym; whoever has the history can tell whose it is
    #[default]
    Hashed,
    /// Not at all
    None,
}

/// Write a report about a git repository and its ledger: one HTML file, Markdown or JSON
///
/// The HTML file needs no network and no script. The ledger of the project, if there is one, is verified, and the report says what that covers.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook report --html report.html
  sealbook report --markdown - --people none
  sealbook report --json")]
pub(crate) struct Report {
    /// A path in the repository
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Write the report as HTML to this file; `-` is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "markdown")]
    pub(crate) html: Option<PathBuf>,
    /// Write the report as Markdown to this file; `-` is standard output [default: -]
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Overwrite the file if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// Leave out the files: only the history is read
    #[arg(long)]
    pub(crate) no_tree: bool,
    /// The report's title [default: the repository's name]
    #[arg(long)]
    pub(crate) title: Option<String>,
    #[command(flatten)]
    pub(crate) options: Figures,
}

/// List the rules of the catalogue, show one, or try a text
///
/// The rules are those that come with Sealbook, as the sealbook.toml of the project changes them.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  sealbook rules list
  sealbook rules show claude-code/co-author-noreply
  sealbook rules test 'Co-authored-by: Claude <noreply@anthropic.com>'")]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
    /// A path in the project whose sealbook.toml counts
    #[arg(long, value_name = "PATH", default_value = ".", global = true)]
    pub(crate) path: PathBuf,
}

/// What to do with the rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List all rules, and those that are switched off
    List,
    /// Show one rule with what is known about its mistakes
    Show {
        /// The rule's id
        id: String,
    },
    /// Say which rules match a text, wherever it might stand
    Test {
        /// The text: a trailer, a name with an address, a message, a branch, a comment, a path
        text: String,
    },
}
