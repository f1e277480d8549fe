//! Whether a comment speaks about its whole file.

use super::comments::Comment;
use regex::bytes::{Regex, RegexBuilder};
use sealbook_error::{Code, Error, Result};

/// The words that decide.
pub(crate) struct Extents {
    about_the_file: Regex,
    opens_with_making: Regex,
    about_a_part: Regex,
}

/// The comment names the file, or is of the kind that generators put at the top of one.
const ABOUT_THE_FILE: &str = r"\b(?:this|the|entire|whole) (?:entire |whole )?(?:file|script|module|program|source|document|page|package)\b|\bcode generated\b|@generated\b|\bdo not edit\b";
/// The line begins by saying how something was made.
const OPENS_WITH_MAKING: &str = r"^[^a-z0-9]{0,16}(?:auto(?:matically)?[ -]?)?(?:ai[ -])?(?:generated|written|created|authored|implemented|produced|coded)\b";
/// The line says that only some of it was made so.
const ABOUT_A_PART: &str = r"\b(?:parts?|portions?|some|sections?|partly|partially|mostly|largely|initially|originally|below|following|functions?|class|methods?|blocks?|snippets?|inspired|based)\b";

impl Extents {
    pub(crate) fn new() -> Result<Self> {
        let compile = |text: &str| {
            RegexBuilder::new(text).case_insensitive(true).unicode(false).build().map_err(|error| {
                Error::new(Code::Internal, format!("a built-in expression does not compile: {error}"))
            })
        };
        Ok(Self {
            about_the_file: compile(ABOUT_THE_FILE)?,
            opens_with_making: compile(OPENS_WITH_MAKING)?,
            about_a_part: compile(ABOUT_A_PART)?,
        })
    }

    /// Whether a comment that says `evidence` speaks about the file that it opens.
    ///
    /// It must stand before all code, must not restrict itself to a part, and must either name the file or say
    /// how it was made and stand apart from what follows, as the header of a file does. One right above a
    /// function may be about that function: then only the comment's own lines are claimed.
    pub(crate) fn is_whole(&self, comment: &Comment, bytes: &[u8], evidence: &[u8]) -> bool {
        comment.is_first
            && !self.about_a_part.is_match(evidence)
            && (self.about_the_file.is_match(evidence)
                || self.opens_with_making.is_match(evidence) && comment.stands_apart(bytes))
    }
}
