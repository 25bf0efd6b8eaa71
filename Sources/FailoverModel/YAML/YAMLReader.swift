/// Reads one YAML document into nodes, or says everything that is wrong with it as YAML.
enum YAMLReader {
    /// The document's top mapping, whose keys must be among `keys`.
    static func mapping(
        of source: SourceText, called name: String, keys: [String], _ problems: inout Diagnostics
    ) -> YAMLMapping? {
        root(of: source, called: name, &problems)?.mapping(called: name, keys: keys, &problems)
    }

    private static func root(of source: SourceText, called name: String, _ problems: inout Diagnostics) -> YAMLNode? {
        if let problem = TextCheck.problem(in: source) {
            problems.add(problem.what, at: problem.place, fix: problem.fix)
            return nil
        }
        var builder = YAMLTreeBuilder()
        var failure: Diagnostic?
        do throws(Diagnostic) {
            try YAMLEvents.read(source) { (event, place) throws(Diagnostic) in try builder.receive(event, at: place) }
        } catch {
            failure = error
        }
        problems.add(contentsOf: builder.problems)
        if let failure {
            problems.add(failure.what, at: failure.place, fix: failure.fix)
            return nil
        }
        guard let root = builder.root else {
            problems.add(
                "the file is empty", at: SourcePlace(file: source.file),
                fix: "Write \(name) into it, or name another file.")
            return nil
        }
        return root
    }
}
