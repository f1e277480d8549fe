use super::comments;
use crate::tree::languages::LANGUAGES;
use crate::tree::seek;
use proptest::prelude::*;

/// The texts of the comments with their lines.
fn of(language: &str, text: &str) -> Vec<(u32, u32, String)> {
    let all = comments(language, text.as_bytes()).unwrap();
    all.into_iter().map(|(lines, text)| (lines.start, lines.end, text)).collect()
}

fn texts(language: &str, text: &str) -> Vec<String> {
    of(language, text).into_iter().map(|(.., text)| text).collect()
}

/// Every language with comments shows `yes` of these and nothing that says `no`.
#[test]
fn texts_of_the_code_are_no_comments() {
    let cases: &[(&str, &str)] = &[
        ("c", "char *a = \"// no\"; char b = '\"'; /* yes */ char *c = \"\\\" // no\";"),
        ("c", "auto a = R\"x(no // no )\" /* no */ )x\"; // yes\nint big = 1'000'000; // yes"),
        ("c", "\"unclosed // no\n/* yes */ int a;"),
        ("csharp", "var p = @\"C:\\no // no\"; // yes\nvar r = \"\"\"\n// no \"\n\"\"\"; // yes"),
        ("java", "String a = \"\"\"\n// no\n\"\"\"; // yes\nchar c = '\\''; // yes"),
        ("kotlin", "/* yes /* nested yes */ yes */ val a = \"\"\"// no\"\"\""),
        ("go", "a := `// no\n/* no */`; r := '`' // yes\nb := `x` // yes"),
        (
            "rust",
            "let a = r##\"// no \"# // no\"##; let b: &'a str = \"// no\"; // yes\nlet c = '\"'; // yes",
        ),
        ("rust", "/* yes /* yes */ yes */ let a = br#\"// no\"#; /// yes\nlet bar = \"\n// no\"; // yes"),
        ("swift", "let a = #\"\" // no\"#; let b = \"\"\"\n// no\n\"\"\" // yes"),
        ("dart", "var a = r'\\'; // yes\nvar b = '''\n// no\n'''; /* yes /* yes */ */"),
        ("d", "auto a = `// no`; /+ yes /+ yes +/ +/ // yes"),
        ("zig", "const a =\n  \\\\// no\n  \\\\ // no\n; // yes"),
        (
            "javascript",
            "const a = '// no', b = /[/'\"`]\\/\\/ no/g, c = x / y; // yes\nconst d = a / b / c; // yes",
        ),
        ("javascript", "const a = `// no ${ f({ /* yes */ x: `// no ${1} no` }) } // no`; // yes"),
        ("javascript", "return /no'/.test(a) // yes\nconst e = b[0] / 2 + \"'\" // yes"),
        ("javascript", "#!/usr/bin/env node no\n// yes"),
        (
            "php",
            "<p>no # no // no</p>\n<?php $a = '// no'; # yes\n$b = <<<EOT\n// no\nEOT;\n// yes\n?>\n// no <!-- yes -->",
        ),
        ("css", "a { background: url(//no) } /* yes */ b::after { content: '/* no */' }"),
        ("scss", "a { background: url(http://no/x) } // yes"),
        (
            "python",
            "\"\"\"yes\"\"\"\na = '# no'\nb = '''\n# no\n'''\ndef f():\n    \"\"\"no\"\"\"\n    # yes\n",
        ),
        ("python", "# yes\n\n'''yes'''\n'''no'''"),
        ("python", "a = r'\\' # no'\n\"\"\"no\"\"\" # yes"),
        (
            "ruby",
            "a = '# no'\nb = \"#{x} # no\"\nc = <<~EOS\n  # no\nEOS\nclass << self # yes\nend\n=begin\nyes\n=end\n# yes",
        ),
        ("ruby", "a = b =~ /# no \"/ # yes"),
        ("shell", "echo '# no' \"# no\" $# ${a#no} a#no # yes\ncat <<'EOF' # yes\n# no\nEOF\n# yes"),
        (
            "shell",
            "cat <<-EOF <<B\n\t# no\n\tEOF\n# no\nB\n# yes\necho \\# no \\\" # yes\nx=$((1<<2)) # yes\nread <<< no # yes",
        ),
        ("powershell", "<# yes #> $a = @\"\n# no\n\"@\n$b = \"`\" # no\" # yes"),
        ("perl", "my $n = $#no; # yes\n=pod\nyes\n=cut\nmy $a = \"# no\"; # yes"),
        ("lua", "a = \"-- no\" b = [==[\n-- no ]] ]==] -- yes\n--[[ yes\nyes ]] c = 1"),
        ("sql", "select '-- no', \"-- no\", $x$ -- no $x$; -- yes\n/* yes */ select 'it''s -- no'"),
        ("haskell", "a = \"-- no\" {- yes {- yes -} -} -- yes\nb' = 'x' -- yes"),
        ("ocaml", "let a = \"(* no *)\" (* yes (* yes *) *) let b = {|(* no *)|} let c = 'a'"),
        ("lisp", "(a \"; no\" #\\; b) ; yes\n#| yes #| yes |# |#"),
        ("erlang", "A = \"% no\", B = $%, C = 'no % no', % yes"),
        ("tex", "50\\% no % yes"),
        ("toml", "a = '# no' # yes\nb = '''\n# no''' # yes\nc = \"\\\" # no\""),
        ("yaml", "a: '# no' # yes\nb: x#no\nrun: |\n  # no\n  echo\n\n  # no\nc: >-\n  # no\n# yes"),
        ("cmake", "set(a \"# no\") # yes\n#[[ yes\nyes ]] set(b [=[ # no ]=])"),
        ("nix", "a = ''\n # no\n''; # yes\n/* yes */"),
        ("hcl", "a = \"# no\" # yes\nb = <<-EOT\n # no\n EOT\n// yes"),
        ("batch", "echo rem no\r\nREM yes\r\n:: yes\r\n"),
        ("basic", "a = \"' no\" ' yes\nRem yes"),
        ("vim", "\" yes\nlet a = \"no\""),
        ("configuration", "a = # no\n# yes\n ; yes"),
        ("hash-comments", "a:\n\techo \"# no\" a#no # yes"),
        (
            "markup",
            "<!-- yes --><p title='no'>// no</p><script>let a = '// no'; // yes\n</script><![CDATA[<!-- no -->]]>",
        ),
        (
            "markup",
            "<SCRIPT>/* yes */</SCRIPT><style>/* yes */ a{}</style><scripted>// no</scripted><% no %><%-- yes --%>",
        ),
        (
            "markdown",
            "no <!-- yes --> `<!-- no -->`\n```html\n<!-- no -->\n```\n    <!-- no -->\n<!--\nyes\n-->\n# no",
        ),
        ("jinja", "{# yes #} no <!-- yes -->"),
        ("assembly", "mov a, b ; yes\n.ascii \"; no\" # yes"),
        ("json-with-comments", "{\"a\": \"// no\"} // yes"),
        ("fortran", "print *, '! no' ! yes"),
        ("pascal", "a := '{ no }'; { yes } (* yes *) // yes"),
    ];
    for (language, text) in cases {
        let found = texts(language, text);
        let all = found.join("\n");
        assert!(!all.contains("no"), "{language}: {text}\n{found:#?}");
        assert_eq!(all.matches("yes").count(), text.matches("yes").count(), "{language}: {text}\n{found:#?}");
    }
}

#[test]
fn line_comments_on_consecutive_lines_are_one_comment() {
    let found = of("rust", "// a\n    // b\n\n// c\nlet x = 1; // d\n// e\n");
    let expected = [(1, 2, "a\nb"), (4, 4, "c"), (5, 5, "d"), (6, 6, "e")];
    assert_eq!(found, expected.map(|(start, end, text)| (start, end, text.to_owned())));
}

#[test]
fn marks_and_decoration_are_no_part_of_the_text() {
    assert_eq!(texts("java", "/**\n * one\n *\n * two\n */"), ["\none\n\ntwo\n"]);
    assert_eq!(texts("rust", "//! one\n//! two"), ["one\ntwo"]);
    assert_eq!(texts("python", "#####\n# one #\n#####"), ["\none\n"]);
    assert_eq!(texts("markup", "<!-- one -->"), ["one"]);
    assert_eq!(texts("lua", "--[==[ one ]==]"), ["one"]);
    assert_eq!(texts("python", "r'''one'''"), ["one"]);
}

#[test]
fn a_byte_order_mark_and_windows_lines_change_nothing() {
    assert_eq!(
        of("python", "\u{feff}'''one'''\r\n# two\r\n# three\r\n"),
        of("python", "'''one'''\n# two\n# three\n")
    );
}

#[test]
fn an_unclosed_comment_ends_with_the_file() {
    assert_eq!(of("c", "int a;\n/* one\ntwo\n"), [(2, 3, "one\ntwo\n".to_owned())]);
    assert_eq!(of("rust", "/* a /* */"), [(1, 1, "a /* */".to_owned())]);
    assert_eq!(of("markup", "<!--"), [(1, 1, String::new())]);
}

fn source() -> impl Strategy<Value = Vec<u8>> {
    // What opens and closes something, so that random text reaches the states that matter.
    let marks = [
        "/*",
        "*/",
        "//",
        "\"",
        "'",
        "`",
        "${",
        "}",
        "{",
        "\n",
        "\\",
        "#",
        "--",
        "[[",
        "]]",
        "[=[",
        "]=]",
        "(*",
        "*)",
        "{-",
        "-}",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<?php",
        "?>",
        "<<EOF",
        "EOF",
        "<<~",
        "'''",
        "\"\"\"",
        "r#\"",
        "\"#",
        "R\"x(",
        ")x\"",
        "$$",
        "$x$",
        "=begin",
        "=end",
        "```",
        "|",
        ":",
        " ",
        "\t",
        "/",
        "=",
        "a",
        "\u{feff}",
        "é",
        "#!/",
        "<![CDATA[",
        "]]>",
        "/+",
        "+/",
        "{#",
        "#}",
        "rem ",
        "%{",
        "\r",
    ];
    let mark = prop::sample::select(marks.to_vec()).prop_map(|mark| mark.as_bytes().to_vec());
    prop::collection::vec(prop_oneof![9 => mark, 1 => any::<Vec<u8>>()], 0..60)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_lexed_and_every_comment_lies_in_the_file(bytes in source()) {
        let last = super::count_lines(&bytes);
        for language in LANGUAGES {
            let mut end = 0;
            super::each(language, &bytes, &mut |comment| {
                assert!(comment.range.start >= end, "{} overlaps: {comment:?}", language.name);
                assert!(comment.range.start < comment.range.end && comment.range.end <= bytes.len());
                assert!(1 <= comment.lines.start && comment.lines.start <= comment.lines.end);
                assert!(comment.lines.end <= last, "{}: {comment:?} of {last}", language.name);
                end = comment.range.end;
            });
            comments(language.name, &bytes).unwrap();
        }
    }
}

/// How often the lexer may look at a byte, on average over the file.
const MOST_LOOKS: u64 = 8;

#[test]
fn nothing_but_openers_is_lexed_in_linear_time() {
    let units = [
        "/*", "//", "\"", "'", "`${", "/[", "=/", "#", "--[", "--[[", "(*", "{-", "<!--", "<script",
        "<?php ", "<?", "<<A ", "<<A\n", "r#", "R\"(", "$a", "'\\", "{", "[=", "`", "a: |\n", " #", "#[",
        "@\"", "\\", "=begin\n", "```\n", "<", " ", "\n", "/* */", "// a\n", "r\"\" ", "<style>", "${",
        "\n=pod", "#\"", "/\n",
    ];
    // Languages share most of their syntaxes.
    let mut seen = std::collections::HashSet::new();
    for language in LANGUAGES.iter().filter(|language| seen.insert(format!("{:?}", language.layout))) {
        for unit in units {
            // Quadratic work looks at thousands of times the length of the longer text.
            for length in [1 << 12, 1 << 16] {
                let text = unit.repeat(length / unit.len());
                let looked_at = seek::looked_at(|| super::each(language, text.as_bytes(), &mut |_| ()));
                let times = looked_at / length as u64;
                assert!(times <= MOST_LOOKS, "{} looks {times} times at {unit:?}", language.name);
            }
        }
    }
}
