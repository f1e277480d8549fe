//! Arguments of the calls about what an AI wrote.

use super::parse;
use sealbook::{
    Code, Error, Format, People, ReportOptions, Result, ScanOptions, StatsOptions, Target, WhyOptions,
};
use serde::Deserialize;

/// `{"revision"?, "history"?, "tree"?, "no_ignore"?, "no_cache"?, "record"?}`. The history is read unless only the tree is asked for.
///
/// # Errors
/// `INVALID_ARGUMENT` for anything else, and if nothing is to be read.
pub fn scan_options(text: &str) -> Result<ScanOptions> {
    #[derive(Deserialize, Default)]
    #[serde(deny_unknown_fields, default)]
    struct Wire {
        revision: Option<String>,
        history: Option<bool>,
        tree: bool,
        no_ignore: bool,
        no_cache: bool,
        record: bool,
    }
    let Wire { revision, history, tree, no_ignore, no_cache, record } = parse(text, "scan options")?;
    let history = reads_history(history, tree, revision.is_some())?;
    Ok(ScanOptions { revision, history, tree, no_ignore, no_cache, record })
}

/// Whether a scan reads the history: as the caller says, else unless only the tree is asked for.
///
/// # Errors
/// `INVALID_ARGUMENT` if nothing is to be read.
pub fn reads_history(history: Option<bool>, tree: bool, has_revision: bool) -> Result<bool> {
    let history = history.unwrap_or(!tree || has_revision);
    if history || tree {
        return Ok(history);
    }
    Err(Error::new(Code::InvalidArgument, "neither the history nor the tree is to be scanned")
        .remedy("ask for one of them"))
}

/// `{"target"?: "auto"|"commit"|"file", "revision"?}`.
///
/// # Errors
/// `INVALID_ARGUMENT` for anything else.
pub fn why_options(text: &str) -> Result<WhyOptions> {
    #[derive(Deserialize, Default)]
    #[serde(deny_unknown_fields, default)]
    struct Wire {
        target: Option<String>,
        revision: Option<String>,
    }
    let wire: Wire = parse(text, "options")?;
    let target = one_of(
        "target",
        wire.target.as_deref(),
        &[("auto", Target::Auto), ("commit", Target::Commit), ("file", Target::File)],
    )?;
    Ok(WhyOptions { target, revision: wire.revision })
}

/// `{"revision"?, "people"?: "full"|"hashed"|"none", "folders"?, "no_cache"?}`.
///
/// # Errors
/// `INVALID_ARGUMENT` for anything else.
pub fn stats_options(text: &str) -> Result<StatsOptions> {
    parse::<Figures>(text, "options")?.read()
}

/// As [`stats_options`], and `{"tree"?, "title"?, "format"?: "html"|"markdown"|"json", "ledger"?}`.
///
/// # Errors
/// `INVALID_ARGUMENT` for anything else.
pub fn report_options(text: &str) -> Result<ReportOptions> {
    #[derive(Deserialize, Default)]
    #[serde(deny_unknown_fields, default)]
    struct Wire {
        revision: Option<String>,
        people: Option<String>,
        folders: Option<u8>,
        no_cache: bool,
        tree: Option<bool>,
        title: Option<String>,
        format: Option<String>,
        ledger: Option<String>,
    }
    let wire: Wire = parse(text, "options")?;
    let Wire { revision, people, folders, no_cache, .. } = wire;
    let format = one_of(
        "format",
        wire.format.as_deref(),
        &[("html", Format::Html), ("markdown", Format::Markdown), ("json", Format::Json)],
    )?;
    Ok(ReportOptions {
        stats: Figures { revision, people, folders, no_cache }.read()?,
        tree: wire.tree.unwrap_or(true),
        title: wire.title,
        format,
        ledger: wire.ledger.map(Into::into),
    })
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Figures {
    revision: Option<String>,
    people: Option<String>,
    folders: Option<u8>,
    no_cache: bool,
}

impl Figures {
    fn read(self) -> Result<StatsOptions> {
        let people = one_of(
            "people",
            self.people.as_deref(),
            &[("full", People::Full), ("hashed", People::Hashed), ("none", People::None)],
        )?;
        let default = StatsOptions::default();
        Ok(StatsOptions {
            revision: self.revision,
            people,
            folders: self.folders.unwrap_or(default.folders),
            no_cache: self.no_cache,
        })
    }
}

/// The value of a word; the default if none is given.
fn one_of<T: Copy + Default>(name: &str, word: Option<&str>, words: &[(&str, T)]) -> Result<T> {
    let Some(word) = word else { return Ok(T::default()) };
    words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<_> = words.iter().map(|(known, _)| *known).collect();
        Error::new(Code::InvalidArgument, format!("{name} {word:?} is not known"))
            .remedy(&format!("use one of {}", known.join(", ")))
    })
}
