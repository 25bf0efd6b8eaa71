import Testing

@testable import FailoverModel

/// What a runbook of this text is refused with, one line each.
func problems(ofRunbook text: String) -> [String] {
    do throws(Diagnostics) {
        _ = try Runbook.decode(SourceText(file: "x.yaml", text: text))
        return []
    } catch {
        return error.items.map(\.description)
    }
}

@Suite("Reading YAML")
struct InputTests {
    /// Reads one mapping with the key `a`, as the decoders do.
    private func read(_ bytes: [UInt8], keys: [String] = ["a", "b"]) -> (YAMLMapping?, [String]) {
        var problems = Diagnostics()
        let source = SourceText(file: "x.yaml", bytes: bytes)
        let mapping = YAMLReader.mapping(of: source, called: "a test", keys: keys, &problems)
        return (mapping, problems.items.map(\.description))
    }

    private func read(_ text: String) -> (YAMLMapping?, [String]) { read(Array(text.utf8)) }

    @Test(
        "Text that is not YAML is refused at its place and in plain words",
        arguments: [
            ("a: 1\nb:\n\tc: 2\n", "x.yaml:3:1: there is a tab where YAML wants spaces"),
            ("a: 1\n\tb: 2\n", "x.yaml:2:1: there is a tab where YAML wants spaces"),
            ("\u{FEFF}a:\t\n\tb: 1\n", "x.yaml:2:1: there is a tab where YAML wants spaces"),
            ("\u{FEFF}\ta: 1\n", "x.yaml:1:1: there is a tab where YAML wants spaces"),
            ("a: \"open\nb: 1\n", "x.yaml:3:1: the quotation mark opened in line 1 is not closed"),
            ("a: [1, 2\nb: 1\n", "the bracket opened in line 1 is not closed, or a comma is missing"),
            ("a: b: c\n", "x.yaml:1:5: there is a \": \" where no key can be"),
            ("a: @home\n", "x.yaml:1:4: a value cannot begin with \"@\""),
            ("a: 1\n  b: 2\n", "x.yaml:2:4: there is a \": \" where no key can be"),
            ("  a: 1\n b: 2\n", "x.yaml:2:2: the indentation does not fit the lines above"),
            ("a: 1\nlonely\n", "the key that begins in line 2 has no \":\" after it"),
            ("a: 1\n---\na: 2\n", "x.yaml:2:1: a second document begins here"),
            ("a: !!python/object x\n", "x.yaml:1:4: the tag \"tag:yaml.org,2002:python/object\" is not supported"),
            ("? [a]\n: 1\n", "x.yaml:1:3: a key must be a plain text"),
            ("a: *nothing\n", "x.yaml:1:4: the alias \"*nothing\" has no anchor before it"),
            ("a: &x [*x]\n", "x.yaml:1:8: the alias \"*x\" has no anchor before it"),
            ("", "x.yaml: the file is empty. Write a test into it, or name another file."),
            ("# only a comment\n", "x.yaml: the file is empty"),
            ("- a\n", "x.yaml:1:1: a test is a mapping, and this is a list"),
            ("a: 1\nb: 2\na: 3\n", "x.yaml:3:1: the key \"a\" is there twice, first in line 1. Remove one of them."),
        ])
    func refusesText(text: String, expected: String) throws {
        let (_, problems) = read(text)
        #expect(problems.count == 1)
        #expect(try #require(problems.first).contains(expected), "\(problems)")
    }

    @Test(
        "Bytes that are not text are refused before the parser sees them",
        arguments: [
            (Array("a: 1\nb: x".utf8) + [0xFF], "x.yaml:2:5: the file is not UTF-8 here"),
            (Array("é: ".utf8) + [0xC3], "x.yaml:1:4: the file is not UTF-8 here"),
            (Array("a: \u{0}".utf8), "x.yaml:1:4: there is a control character (U+0000) here"),
            (Array("a: 1\nb: \u{1B}[31m".utf8), "x.yaml:2:4: there is a control character (U+001B) here"),
            (Array("a: \u{FEFF}x".utf8), "x.yaml:1:4: there is a control character (U+FEFF) here"),
            ([UInt8](repeating: 0x23, count: 1_048_577), "x.yaml: the file has 1048577 bytes"),
        ])
    func refusesBytes(bytes: [UInt8], expected: String) throws {
        let (_, problems) = read(bytes)
        #expect(problems.count == 1)
        #expect(try #require(problems.first).hasPrefix(expected), "\(problems)")
    }

    @Test("All wrong keys of a file are reported, each with what was meant")
    func reportsAll() {
        let (_, problems) = read("aa: 1\nzebra: 2\nb: 1\nb: 2\n")
        #expect(
            problems == [
                "x.yaml:4:1: the key \"b\" is there twice, first in line 3. Remove one of them.",
                "x.yaml:1:1: unknown key \"aa\" in a test. Did you mean \"a\"?",
                "x.yaml:2:1: unknown key \"zebra\" in a test. The keys here are a, b.",
            ])
    }

    @Test(
        "Text stays as written, whatever YAML 1.1 makes of it",
        arguments: ["no", "on", "0123", "1:30", "~", "null", "1e3", "0x10", "2026-11-23", "true"])
    func keepsText(text: String) {
        var problems = Diagnostics()
        let (mapping, _) = read("a: \(text)\n")
        #expect(mapping?["a"]?.text("a", example: "a: b", &problems) == text)
        #expect(problems.isEmpty)
    }

    @Test("Only true and false are truth", arguments: ["yes", "no", "on", "off", "True", "1", "\"true\"", "~", "[]"])
    func refusesOtherTruth(text: String) throws {
        var problems = Diagnostics()
        let (mapping, _) = read("a: \(text)\n")
        #expect(try #require(mapping?["a"]).flag("a", &problems) == nil)
        #expect(problems.items.first?.what.hasPrefix("\"a\" wants true or false, and this is ") == true)
        #expect(problems.items.first?.fix == "Write it like \"a: true\".")
    }

    @Test(
        "Numbers are whole, decimal and without quotation marks",
        arguments: ["0123", "1_000", "0x10", "1.5", "\"5\"", "+5", "", "99999999999999999999", "1:30", "--"])
    func refusesOtherNumbers(text: String) throws {
        var problems = Diagnostics()
        let (mapping, _) = read("a: \(text)\n")
        #expect(try #require(mapping?["a"]).integer("a", in: 0...10, example: "a: 5", &problems) == nil)
        #expect(problems.items.first?.what.hasPrefix("\"a\" wants a whole number, and this is ") == true)
    }

    @Test("Parameters become JSON, and what readers disagree on must be quoted")
    func makesJSON() throws {
        var problems = Diagnostics()
        let (mapping, _) = read(
            "a: {text: x, quoted: '5', number: -5, flag: true, none: ~, list: [1, '2'], sha: 1e2ff}\n")
        #expect(
            try #require(mapping?["a"]).json("a", &problems) == [
                "text": "x", "quoted": "5", "number": -5, "flag": true, "none": nil, "list": [1, "2"], "sha": "1e2ff",
            ])
        #expect(problems.isEmpty)
        for text in ["yes", "0123", "1.5", "1:30", "True", "0x1F", "1_000", ".5", "Off", "1e3"] {
            var problems = Diagnostics()
            let (mapping, _) = read("a: \(text)\n")
            _ = try #require(mapping?["a"]).json("a", &problems)
            #expect(problems.items.count == 1, "\(text)")
        }
    }

    @Test("A byte order mark and Windows line ends do not shift places")
    func toleratesWindows() {
        let (mapping, problems) = read("\u{FEFF}a: 1\r\nbb: 2\r\n")
        #expect(mapping?["a"] != nil)
        #expect(problems == ["x.yaml:2:1: unknown key \"bb\" in a test. Did you mean \"b\"?"])
    }
}
