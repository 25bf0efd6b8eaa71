import CYaml

/// libyaml's complaints in the words of somebody who writes a runbook.
enum YAMLSyntax {
    static func problem(_ parser: yaml_parser_t, in source: SourceText) -> Diagnostic {
        let problem = parser.problem.map { String(cString: $0) } ?? "the file cannot be read as YAML"
        let context = parser.context.map { String(cString: $0) } ?? ""
        let place = SourcePlace(file: source.file, parser.problem_mark)
        let began = Int(parser.context_mark.line) + 1
        if source.scalar(at: place) == "\t" {
            return Diagnostic(
                "there is a tab where YAML wants spaces", at: place, fix: "Indent with spaces, two for each level.")
        }
        let (what, fix) = words(problem, context: context, character: source.scalar(at: place), began: began)
        return Diagnostic(what, at: place, fix: fix)
    }

    private static func words(
        _ problem: String, context: String, character: Unicode.Scalar?, began: Int
    ) -> (what: String, fix: String) {
        switch problem {
        case "found character that cannot start any token":
            let shown = character.map { " with " + quote(String($0)) } ?? ""
            return ("a value cannot begin\(shown)", "Put the value in quotation marks.")
        case "mapping values are not allowed in this context":
            return (
                "there is a \": \" where no key can be",
                "Put a text that has a colon in quotation marks, and check the indentation."
            )
        case "could not find expected ':'":
            return ("the key that begins in line \(began) has no \":\" after it", "Write it as \"key: value\".")
        case "found unexpected end of stream" where context.contains("quoted scalar"):
            return ("the quotation mark opened in line \(began) is not closed", "Close it.")
        case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
            return (
                "the bracket opened in line \(began) is not closed, or a comma is missing",
                "Close it, or put a comma between the entries."
            )
        case "did not find expected key", "did not find expected '-' indicator",
            "did not find expected <document start>":
            return (
                "the indentation does not fit the lines above" + (began > 1 ? " (from line \(began))" : ""),
                "Align it with the entry it belongs to."
            )
        case "Maximum nesting level reached, set with yaml_set_max_nest_level())":
            return YAMLTreeBuilder.tooDeep
        default:
            return (context.isEmpty ? problem : "\(problem) \(context) in line \(began)", "Mend the YAML there.")
        }
    }
}
