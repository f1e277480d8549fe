//! What the lexer must tell apart in a language, as data.

use self::Form::{
    Block, Char, CppRaw, Dollar, HashRaw, Heredoc, Line, LineStart, Lines, Long, Nested, Quoted, Regex,
    Template, WordStart,
};

/// One lexical form: a comment, or a text in which a comment's opener means nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// A comment from the opener to the end of the line.
    Line(&'static str),
    /// The same, only where a word can begin: neither `$#` nor `a#b` opens one.
    WordStart(&'static str),
    /// The same, only as the first text of its line, in any case of letters.
    LineStart(&'static str),
    /// A comment between two marks.
    Block(&'static str, &'static str),
    /// The same, and such comments contain each other.
    Nested(&'static str, &'static str),
    /// A comment between two lines that begin with the marks.
    Lines(&'static str, &'static str),
    /// `[==[` … `]==]` after this prefix: a comment, or without a prefix a text.
    Long(&'static str),
    /// A text between two marks: the byte that escapes another, or none, and whether it may span lines.
    Quoted(&'static str, &'static str, Option<u8>, bool),
    /// `'x'`, where an apostrophe alone may mean something else.
    Char,
    /// A text after this prefix in quotes with any number of `#` around them: `r#"…"#`.
    HashRaw(&'static str),
    /// `R"delimiter(…)delimiter"`.
    CppRaw,
    /// A text in back quotes with `${code}` in it.
    Template,
    /// A regular expression between slashes, where an operand may stand.
    Regex,
    /// Lines up to one that holds the stated word.
    Heredoc(Here),
    /// `$tag$…$tag$`.
    Dollar,
}

/// How a language opens a here-document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    /// `<<WORD`, `<< WORD`, `<<-WORD`, `<<'WORD'`.
    Shell,
    /// `<<WORD` with an upper-case letter first, `<<~word`, `<<-word`, `<<"word"`: no space, as `<<` also shifts.
    Script,
    /// `<<<WORD`.
    Php,
}

/// A language's forms, in the order in which they are tried at a place.
#[derive(Debug)]
pub(crate) struct Syntax {
    pub(crate) forms: &'static [Form],
    /// Whether a text in three quotes that opens the file is its documentation, as in Python.
    pub(crate) docstring: bool,
}

const ESC: Option<u8> = Some(b'\\');
const DOUBLE: Form = Quoted("\"", "\"", ESC, false);
const DOUBLE_LINES: Form = Quoted("\"", "\"", ESC, true);
const SINGLE: Form = Quoted("'", "'", ESC, false);
const SINGLE_RAW: Form = Quoted("'", "'", None, false);
const SINGLE_RAW_LINES: Form = Quoted("'", "'", None, true);
const TRIPLE: Form = Quoted("\"\"\"", "\"\"\"", ESC, true);
const TRIPLE_RAW: Form = Quoted("\"\"\"", "\"\"\"", None, true);
const TRIPLE_SINGLE: Form = Quoted("'''", "'''", ESC, true);
const TRIPLE_SINGLE_RAW: Form = Quoted("'''", "'''", None, true);
const SLASHES: Form = Line("//");
const STARS: Form = Block("/*", "*/");
const NESTED_STARS: Form = Nested("/*", "*/");

const fn of(forms: &'static [Form]) -> Syntax {
    Syntax { forms, docstring: false }
}

pub(crate) static C: Syntax = of(&[SLASHES, STARS, CppRaw, DOUBLE, Char]);
pub(crate) static CSHARP: Syntax = of(&[
    SLASHES,
    STARS,
    TRIPLE_RAW,
    Quoted("@\"", "\"", None, true),
    Quoted("@$\"", "\"", None, true),
    DOUBLE,
    Char,
]);
pub(crate) static JAVA: Syntax = of(&[SLASHES, STARS, TRIPLE, DOUBLE, Char]);
pub(crate) static GROOVY: Syntax = of(&[SLASHES, STARS, TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE, Regex]);
pub(crate) static NESTING: Syntax = of(&[SLASHES, NESTED_STARS, TRIPLE_RAW, DOUBLE, Char]);
pub(crate) static GO: Syntax = of(&[SLASHES, STARS, Quoted("`", "`", None, true), DOUBLE, Char]);
pub(crate) static RUST: Syntax = of(&[SLASHES, NESTED_STARS, HashRaw("r"), DOUBLE_LINES, Char]);
pub(crate) static SWIFT: Syntax = of(&[SLASHES, NESTED_STARS, HashRaw(""), TRIPLE, DOUBLE]);
pub(crate) static DART: Syntax = of(&[
    SLASHES,
    NESTED_STARS,
    Quoted("r\"", "\"", None, false),
    Quoted("r'", "'", None, false),
    TRIPLE,
    TRIPLE_SINGLE,
    DOUBLE,
    SINGLE,
]);
pub(crate) static D: Syntax = of(&[
    SLASHES,
    STARS,
    Nested("/+", "+/"),
    Quoted("r\"", "\"", None, true),
    Quoted("`", "`", None, true),
    DOUBLE_LINES,
    Char,
]);
pub(crate) static ZIG: Syntax = of(&[SLASHES, Form::Quoted("\\\\", "\n", None, true), DOUBLE, Char]);
pub(crate) static JAVASCRIPT: Syntax = of(&[SLASHES, STARS, Template, DOUBLE, SINGLE, Regex]);
pub(crate) static JSONC: Syntax = of(&[SLASHES, STARS, DOUBLE, SINGLE]);
pub(crate) static SOLIDITY: Syntax = of(&[SLASHES, STARS, DOUBLE, SINGLE]);
pub(crate) static PHP: Syntax =
    of(&[SLASHES, STARS, Line("#"), Heredoc(Here::Php), DOUBLE_LINES, Quoted("'", "'", ESC, true)]);
pub(crate) static CSS: Syntax = of(&[STARS, DOUBLE, SINGLE]);
pub(crate) static SCSS: Syntax = of(&[Quoted("url(", ")", None, false), SLASHES, STARS, DOUBLE, SINGLE]);
pub(crate) static PYTHON: Syntax =
    Syntax { forms: &[Line("#"), TRIPLE, TRIPLE_SINGLE, DOUBLE, SINGLE], docstring: true };
pub(crate) static RUBY: Syntax = of(&[
    Lines("=begin", "=end"),
    WordStart("#"),
    Heredoc(Here::Script),
    DOUBLE_LINES,
    Quoted("'", "'", ESC, true),
    Quoted("`", "`", ESC, true),
    Regex,
]);
pub(crate) static ELIXIR: Syntax = of(&[WordStart("#"), TRIPLE, TRIPLE_SINGLE, DOUBLE_LINES, SINGLE]);
pub(crate) static SHELL: Syntax = of(&[
    WordStart("#"),
    Heredoc(Here::Shell),
    DOUBLE_LINES,
    Quoted("$'", "'", ESC, true),
    SINGLE_RAW_LINES,
    // An escaped quote or mark outside of a text is a character like others.
    Quoted("\\'", "", None, true),
    Quoted("\\\"", "", None, true),
    Quoted("\\#", "", None, true),
]);
pub(crate) static POWERSHELL: Syntax = of(&[
    Block("<#", "#>"),
    WordStart("#"),
    Quoted("@\"", "\n\"@", None, true),
    Quoted("@'", "\n'@", None, true),
    Quoted("\"", "\"", Some(b'`'), true),
    SINGLE_RAW_LINES,
]);
pub(crate) static PERL: Syntax = of(&[
    Lines("=pod", "=cut"),
    Lines("=head", "=cut"),
    WordStart("#"),
    Heredoc(Here::Script),
    DOUBLE,
    SINGLE,
]);
pub(crate) static R: Syntax =
    of(&[Line("#"), DOUBLE_LINES, Quoted("'", "'", ESC, true), Quoted("`", "`", None, false)]);
pub(crate) static JULIA: Syntax = of(&[Nested("#=", "=#"), Line("#"), TRIPLE, DOUBLE_LINES, Char]);
pub(crate) static NIM: Syntax = of(&[Nested("#[", "]#"), Line("#"), TRIPLE_RAW, DOUBLE, Char]);
pub(crate) static LUA: Syntax = of(&[Long("--"), Line("--"), Long(""), DOUBLE, SINGLE]);
pub(crate) static SQL: Syntax = of(&[
    Line("--"),
    NESTED_STARS,
    Dollar,
    SINGLE_RAW_LINES,
    Quoted("\"", "\"", None, false),
    Quoted("`", "`", None, false),
]);
pub(crate) static HASKELL: Syntax = of(&[Nested("{-", "-}"), Line("--"), DOUBLE, Char]);
pub(crate) static LEAN: Syntax = of(&[Nested("/-", "-/"), Line("--"), DOUBLE_LINES, Char]);
pub(crate) static OCAML: Syntax =
    of(&[Nested("(*", "*)"), DOUBLE_LINES, Quoted("{|", "|}", None, true), Char]);
pub(crate) static FSHARP: Syntax =
    of(&[SLASHES, Nested("(*", "*)"), TRIPLE_RAW, Quoted("@\"", "\"", None, true), DOUBLE_LINES, Char]);
pub(crate) static PASCAL: Syntax = of(&[SLASHES, Block("(*", "*)"), Block("{", "}"), SINGLE_RAW]);
pub(crate) static LISP: Syntax = of(&[
    Nested("#|", "|#"),
    Quoted("#\\;", "", None, true),
    Quoted("#\\\"", "", None, true),
    Quoted("\\;", "", None, true),
    Quoted("\\\"", "", None, true),
    Line(";"),
    DOUBLE_LINES,
]);
pub(crate) static ERLANG: Syntax = of(&[
    Quoted("$%", "", None, true),
    Quoted("$\"", "", None, true),
    Quoted("$'", "", None, true),
    Line("%"),
    DOUBLE_LINES,
    SINGLE,
]);
pub(crate) static PROLOG: Syntax = of(&[Line("%"), STARS, DOUBLE, SINGLE]);
pub(crate) static TEX: Syntax = of(&[Quoted("\\%", "", None, true), Line("%")]);
pub(crate) static MATLAB: Syntax = of(&[Lines("%{", "%}"), Line("%"), Quoted("\"", "\"", None, false)]);
pub(crate) static FORTRAN: Syntax = of(&[Line("!"), Quoted("\"", "\"", None, false), SINGLE_RAW]);
pub(crate) static DASHES: Syntax = of(&[Line("--"), Quoted("\"", "\"", None, false), Char]);
pub(crate) static VERILOG: Syntax = of(&[SLASHES, STARS, DOUBLE]);
pub(crate) static ASSEMBLY: Syntax =
    of(&[SLASHES, STARS, WordStart(";"), WordStart("#"), WordStart("@"), DOUBLE, Char]);
pub(crate) static HASH: Syntax = of(&[WordStart("#"), DOUBLE, SINGLE]);
pub(crate) static YAML: Syntax = of(&[WordStart("#"), DOUBLE, SINGLE_RAW]);
pub(crate) static HASH_LINES: Syntax = of(&[LineStart("#")]);
pub(crate) static INI: Syntax = of(&[LineStart("#"), LineStart(";"), LineStart("!")]);
pub(crate) static TOML: Syntax = of(&[Line("#"), TRIPLE, TRIPLE_SINGLE_RAW, DOUBLE, SINGLE_RAW]);
pub(crate) static CMAKE: Syntax = of(&[Long("#"), Line("#"), Long(""), DOUBLE_LINES]);
pub(crate) static NIX: Syntax = of(&[Line("#"), STARS, Quoted("''", "''", None, true), DOUBLE_LINES]);
pub(crate) static HCL: Syntax = of(&[Line("#"), SLASHES, STARS, Heredoc(Here::Shell), DOUBLE]);
pub(crate) static THRIFT: Syntax = of(&[Line("#"), SLASHES, STARS, DOUBLE, SINGLE]);
pub(crate) static GRAPHQL: Syntax = of(&[Line("#"), TRIPLE_RAW, DOUBLE]);
pub(crate) static VIM: Syntax = of(&[LineStart("\"")]);
pub(crate) static BATCH: Syntax = of(&[LineStart("rem "), LineStart("@rem "), LineStart("::")]);
pub(crate) static BASIC: Syntax = of(&[LineStart("rem "), Quoted("\"", "\"", None, false), Line("'")]);
pub(crate) static TCL: Syntax = of(&[LineStart("#"), Quoted(";#", "", None, true)]);
pub(crate) static HANDLEBARS: Syntax =
    of(&[Block("{{!--", "--}}"), Block("{{!", "}}"), Block("<!--", "-->")]);
pub(crate) static JINJA: Syntax = of(&[Block("{#", "#}"), Block("<!--", "-->")]);
