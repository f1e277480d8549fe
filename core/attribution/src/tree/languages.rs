//! Which file is of which language.

use super::syntax::{self, Syntax};
use std::collections::HashMap;
use std::path::Path;

/// Where in a file of a language its forms apply.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Layout {
    /// Everywhere.
    Plain(&'static Syntax),
    /// Between tags, whose own comments are those of markup, with scripts and styles in it.
    Markup,
    /// Markdown: comments of markup, outside of blocks and spans of code.
    Markdown,
    /// PHP in markup.
    Php,
    /// YAML, where a block scalar holds other text.
    Yaml,
}

/// A language whose comments are known.
#[derive(Debug)]
pub(crate) struct Language {
    /// Its name, in lower case.
    pub(crate) name: &'static str,
    pub(crate) layout: Layout,
    /// Endings of file names, without the dot, in lower case.
    extensions: &'static [&'static str],
    /// Whole file names, in lower case.
    names: &'static [&'static str],
    /// Programs that a `#!` line names, without a version.
    interpreters: &'static [&'static str],
}

macro_rules! languages {
    ($($name:literal $layout:expr, [$($extension:literal)*] [$($file:literal)*] [$($interpreter:literal)*];)*) => {
        &[$(Language {
            name: $name,
            layout: $layout,
            extensions: &[$($extension),*],
            names: &[$($file),*],
            interpreters: &[$($interpreter),*],
        }),*]
    };
}

use Layout::{Markdown, Markup, Php, Plain, Yaml};

/// Every language: name and layout, endings, file names, interpreters.
pub(crate) static LANGUAGES: &[Language] = languages! {
    "ada" Plain(&syntax::DASHES), ["adb" "ads" "ada"] [] [];
    "assembly" Plain(&syntax::ASSEMBLY), ["asm" "s" "nasm"] [] [];
    "basic" Plain(&syntax::BASIC), ["vb" "vbs" "bas" "cls" "frm"] [] [];
    "batch" Plain(&syntax::BATCH), ["bat" "cmd"] [] [];
    "c" Plain(&syntax::C), ["c" "h" "cc" "cpp" "cxx" "c++" "hh" "hpp" "hxx" "h++" "inl" "ipp" "tpp" "ino" "m" "mm" "cu" "cuh" "cl" "glsl" "vert" "frag" "comp" "hlsl" "metal" "wgsl" "fx" "idl" "x"] [] [];
    "clojure" Plain(&syntax::LISP), ["clj" "cljs" "cljc" "edn" "bb"] [] ["bb" "clojure"];
    "cmake" Plain(&syntax::CMAKE), ["cmake"] ["cmakelists.txt"] [];
    "configuration" Plain(&syntax::INI), ["ini" "cfg" "properties" "editorconfig" "desktop" "service" "timer" "socket" "target" "gitconfig" "npmrc" "pylintrc"] [".editorconfig" ".gitconfig" ".gitmodules" ".npmrc" ".pylintrc" ".flake8" ".coveragerc"] [];
    "crystal" Plain(&syntax::RUBY), ["cr"] [] ["crystal"];
    "csharp" Plain(&syntax::CSHARP), ["cs" "csx"] [] [];
    "css" Plain(&syntax::CSS), ["css"] [] [];
    "d" Plain(&syntax::D), ["d" "di"] [] ["rdmd"];
    "dart" Plain(&syntax::DART), ["dart"] [] ["dart"];
    "docker" Plain(&syntax::HASH_LINES), ["dockerfile" "containerfile"] ["dockerfile" "containerfile" ".dockerignore"] [];
    "elixir" Plain(&syntax::ELIXIR), ["ex" "exs"] [] ["elixir"];
    "elm" Plain(&syntax::HASKELL), ["elm"] [] [];
    "emacs-lisp" Plain(&syntax::LISP), ["el"] [".emacs"] [];
    "erlang" Plain(&syntax::ERLANG), ["erl" "hrl" "escript"] ["rebar.config"] ["escript"];
    "fortran" Plain(&syntax::FORTRAN), ["f90" "f95" "f03" "f08"] [] [];
    "fsharp" Plain(&syntax::FSHARP), ["fs" "fsi" "fsx"] [] [];
    "gleam" Plain(&syntax::VERILOG), ["gleam"] [] [];
    "go" Plain(&syntax::GO), ["go"] ["go.mod" "go.work"] [];
    "graphql" Plain(&syntax::GRAPHQL), ["graphql" "gql" "graphqls"] [] [];
    "groovy" Plain(&syntax::GROOVY), ["groovy" "gradle" "gvy"] ["jenkinsfile"] ["groovy"];
    "handlebars" Plain(&syntax::HANDLEBARS), ["hbs" "handlebars" "mustache"] [] [];
    "hash-comments" Plain(&syntax::HASH), ["mk" "mak" "awk" "sed" "jq" "pp" "capnp" "conf" "just" "ninja" "rego" "tf.tmpl" "gd" "gn" "gni" "bitbake" "bbclass" "spec"] ["makefile" "gnumakefile" "justfile" "meson.build" "meson_options.txt" "nginx.conf" "codeowners"] ["make" "awk" "gawk" "sed" "jq"];
    "haskell" Plain(&syntax::HASKELL), ["hs" "lhs" "purs" "idr" "agda" "dhall"] [] ["runhaskell" "runghc" "stack"];
    "hcl" Plain(&syntax::HCL), ["tf" "tfvars" "hcl" "nomad"] [] [];
    "ignore-list" Plain(&syntax::HASH_LINES), ["gitignore" "gitattributes" "env"] [".gitignore" ".gitattributes" ".ignore" ".npmignore" ".prettierignore" ".eslintignore" ".env" ".mailmap" "robots.txt" "requirements.txt"] [];
    "java" Plain(&syntax::JAVA), ["java" "jav"] [] ["java"];
    "javascript" Plain(&syntax::JAVASCRIPT), ["js" "jsx" "mjs" "cjs" "ts" "tsx" "mts" "cts" "es6" "gs"] ["jakefile"] ["node" "deno" "bun" "ts-node" "tsx"];
    "jinja" Plain(&syntax::JINJA), ["jinja" "jinja2" "j2" "twig" "njk"] [] [];
    "json-with-comments" Plain(&syntax::JSONC), ["jsonc" "json5" "hjson" "code-workspace"] [] [];
    "julia" Plain(&syntax::JULIA), ["jl"] [] ["julia"];
    "kotlin" Plain(&syntax::NESTING), ["kt" "kts" "ktm"] [] ["kotlin"];
    "lean" Plain(&syntax::LEAN), ["lean"] [] [];
    "lisp" Plain(&syntax::LISP), ["lisp" "lsp" "scm" "ss" "rkt" "asd" "fnl" "hy"] [] ["sbcl" "guile" "racket"];
    "lua" Plain(&syntax::LUA), ["lua" "luau" "rockspec"] [] ["lua" "luajit"];
    "markdown" Markdown, ["md" "markdown" "mdown" "mkd" "mdx" "mdc" "qmd" "rmd"] [] [];
    "markup" Markup, ["html" "htm" "xhtml" "xml" "xsd" "xsl" "xslt" "xaml" "svg" "vue" "svelte" "astro" "plist" "csproj" "fsproj" "vbproj" "props" "targets" "resx" "storyboard" "xib" "wsdl" "rss" "jsp" "aspx" "cshtml" "razor" "ejs" "erb"] ["pom.xml"] [];
    "matlab" Plain(&syntax::MATLAB), ["matlab" "mlx" "oct"] [] ["octave"];
    "nim" Plain(&syntax::NIM), ["nim" "nims" "nimble"] [] ["nim"];
    "nix" Plain(&syntax::NIX), ["nix"] [] [];
    "ocaml" Plain(&syntax::OCAML), ["ml" "mli" "mll" "mly" "sml" "v.ml" "re"] [] ["ocaml"];
    "odin" Plain(&syntax::NESTING), ["odin"] [] [];
    "pascal" Plain(&syntax::PASCAL), ["pas" "dpr" "dpk" "lpr" "pp.pas"] [] ["instantfpc"];
    "perl" Plain(&syntax::PERL), ["pl" "pm" "t" "psgi"] [] ["perl"];
    "php" Php, ["php" "phtml" "php3" "php4" "php5" "phps"] [] ["php"];
    "powershell" Plain(&syntax::POWERSHELL), ["ps1" "psm1" "psd1"] [] ["pwsh" "powershell"];
    "prolog" Plain(&syntax::PROLOG), ["pro" "prolog"] [] ["swipl"];
    "python" Plain(&syntax::PYTHON), ["py" "pyi" "pyw" "pyx" "pxd" "bzl" "bazel" "star" "sage" "smk"] ["sconstruct" "sconscript" "build" "workspace" "snakefile" "wscript" "tiltfile"] ["python" "pypy" "uv"];
    "r" Plain(&syntax::R), ["r"] [".rprofile"] ["rscript"];
    "ruby" Plain(&syntax::RUBY), ["rb" "rake" "gemspec" "ru" "podspec" "thor" "rbi" "rbs"] ["rakefile" "gemfile" "podfile" "vagrantfile" "fastfile" "brewfile" "guardfile" "capfile" "dangerfile"] ["ruby" "jruby"];
    "rust" Plain(&syntax::RUST), ["rs" "ron"] [] ["rust-script"];
    "scala" Plain(&syntax::NESTING), ["scala" "sc" "sbt"] [] ["scala" "amm"];
    "scss" Plain(&syntax::SCSS), ["scss" "sass" "less" "styl"] [] [];
    "shell" Plain(&syntax::SHELL), ["sh" "bash" "zsh" "ksh" "bats" "ebuild" "fish" "command"] [".bashrc" ".bash_profile" ".profile" ".zshrc" ".zshenv" ".envrc" "pkgbuild" "configure"] ["sh" "bash" "zsh" "dash" "ksh" "ash" "bats" "fish"];
    "solidity" Plain(&syntax::SOLIDITY), ["sol" "proto" "prisma" "bicep" "jsonnet" "libsonnet" "cairo" "move" "cypher" "as" "hx" "vala" "qml" "v" "apex" "cds"] [] [];
    "sql" Plain(&syntax::SQL), ["sql" "psql" "pgsql" "ddl" "dml" "plsql"] [] [];
    "swift" Plain(&syntax::SWIFT), ["swift"] [] ["swift"];
    "tcl" Plain(&syntax::TCL), ["tcl"] [] ["tclsh" "wish"];
    "tex" Plain(&syntax::TEX), ["tex" "sty" "bib"] [] [];
    "thrift" Plain(&syntax::THRIFT), ["thrift"] [] [];
    "toml" Plain(&syntax::TOML), ["toml"] ["cargo.lock" "pipfile" "poetry.lock"] [];
    "verilog" Plain(&syntax::VERILOG), ["sv" "svh" "vh"] [] [];
    "vhdl" Plain(&syntax::DASHES), ["vhd" "vhdl"] [] [];
    "vim" Plain(&syntax::VIM), ["vim"] [".vimrc" "vimrc" ".gvimrc"] [];
    "yaml" Yaml, ["yml" "yaml"] [".clang-format" ".clang-tidy"] [];
    "zig" Plain(&syntax::ZIG), ["zig" "zon"] [] [];
};

/// The languages by what names them.
#[derive(Debug)]
pub(crate) struct Languages {
    extensions: HashMap<&'static str, &'static Language>,
    names: HashMap<&'static str, &'static Language>,
    interpreters: HashMap<&'static str, &'static Language>,
}

/// What the name of a file says about its language.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Named {
    Known(&'static Language),
    /// A name without an ending: the file's first line may say more.
    PerhapsScript,
    Unknown,
}

impl Languages {
    pub(crate) fn new() -> Self {
        let index = |keys: fn(&'static Language) -> &'static [&'static str]| {
            let all =
                LANGUAGES.iter().flat_map(|language| keys(language).iter().map(move |key| (*key, language)));
            all.collect()
        };
        Self {
            extensions: index(|language| language.extensions),
            names: index(|language| language.names),
            interpreters: index(|language| language.interpreters),
        }
    }

    /// The language of a file of this name.
    pub(crate) fn of_name(&self, path: &Path) -> Named {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Named::Unknown };
        let mut buffer = [0; 64];
        let Some(name) = lower_case(name, &mut buffer) else {
            // Too long to be one of the names; its ending may still be known.
            let mut buffer = [0; 64];
            let ending = path.extension().and_then(|ending| ending.to_str());
            let known = ending.and_then(|text| self.extensions.get(lower_case(text, &mut buffer)?));
            return known.map_or(Named::Unknown, |language| Named::Known(language));
        };
        if let Some(language) = self.names.get(name) {
            return Named::Known(language);
        }
        match name.rsplit_once('.') {
            Some((_, ending)) => {
                self.extensions.get(ending).map_or(Named::Unknown, |language| Named::Known(language))
            }
            // `Dockerfile.dev` has an ending, `Dockerfile` is a name: only bare names can be scripts.
            None => Named::PerhapsScript,
        }
    }

    /// The language of a file that begins so, by its `#!` line.
    pub(crate) fn of_script(&self, bytes: &[u8]) -> Option<&'static Language> {
        let line = bytes.strip_prefix(b"#!")?;
        let line = line.get(..line.len().min(256))?;
        let line = line.split(|byte| *byte == b'\n').next()?;
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let base = |word: &'_ [u8]| -> Option<String> {
            let name = word.rsplit(|byte| *byte == b'/').next()?;
            Some(String::from_utf8_lossy(name).to_ascii_lowercase())
        };
        let mut program = base(words.next()?)?;
        if program == "env" {
            program = words.find(|word| !word.starts_with(b"-") && !word.contains(&b'=')).and_then(base)?;
        }
        let unversioned = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        self.interpreters.get(program.as_str()).or_else(|| self.interpreters.get(unversioned)).copied()
    }

    /// The language of this name.
    pub(crate) fn named(name: &str) -> Option<&'static Language> {
        LANGUAGES.iter().find(|language| language.name == name)
    }
}

fn lower_case<'b>(text: &str, buffer: &'b mut [u8; 64]) -> Option<&'b str> {
    let buffer = buffer.get_mut(..text.len())?;
    buffer.copy_from_slice(text.as_bytes());
    buffer.make_ascii_lowercase();
    std::str::from_utf8(buffer).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(named: Named) -> Option<&'static str> {
        match named {
            Named::Known(language) => Some(language.name),
            _ => None,
        }
    }

    #[test]
    fn no_key_names_two_languages_and_every_key_is_in_lower_case() {
        type Keys = fn(&'static Language) -> &'static [&'static str];
        let kinds: [Keys; 3] = [|l| l.extensions, |l| l.names, |l| l.interpreters];
        for keys in kinds {
            let mut all: Vec<_> = LANGUAGES.iter().flat_map(keys).collect();
            assert!(all.iter().all(|key| **key == key.to_lowercase() && !key.is_empty()));
            all.sort_unstable();
            let twice: Vec<_> = all.windows(2).filter(|pair| pair[0] == pair[1]).collect();
            assert!(twice.is_empty(), "{twice:?}");
        }
        assert!(LANGUAGES.windows(2).all(|pair| pair[0].name < pair[1].name));
    }

    #[test]
    fn a_name_tells_the_language_in_any_case_of_letters() {
        let languages = Languages::new();
        let of = |name: &str| name_of(languages.of_name(Path::new(name)));
        assert_eq!(of("src/a.rs"), Some("rust"));
        assert_eq!(of("A.TSX"), Some("javascript"));
        assert_eq!(of("deep/Makefile"), Some("hash-comments"));
        assert_eq!(of("CMakeLists.txt"), Some("cmake"));
        assert_eq!(of(".gitignore"), Some("ignore-list"));
        assert_eq!(of("notes.txt"), None);
        assert_eq!(of("data.json"), None);
        assert_eq!(of(&format!("{}.py", "x".repeat(200))), Some("python"));
        assert!(matches!(languages.of_name(Path::new("run")), Named::PerhapsScript));
        assert!(matches!(languages.of_name(Path::new("x.")), Named::Unknown));
    }

    #[test]
    fn the_first_line_tells_the_language_of_a_script() {
        let languages = Languages::new();
        let of = |text: &[u8]| languages.of_script(text).map(|language| language.name);
        assert_eq!(of(b"#!/bin/sh\n"), Some("shell"));
        assert_eq!(of(b"#! /usr/bin/env -S FOO=1 python3.12 -u\n"), Some("python"));
        assert_eq!(of(b"#!/usr/bin/perl"), Some("perl"));
        assert_eq!(of(b"#!"), None);
        assert_eq!(of(b"#!/usr/bin/env"), None);
        assert_eq!(of(b"plain text"), None);
        assert_eq!(of(b"#!/bin/\xff\xfe\n"), None);
    }
}
