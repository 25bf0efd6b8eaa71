/// One thing that is wrong with an input file: where, what, and what to write instead.
package struct Diagnostic: Error, Hashable, Sendable {
    package var place: SourcePlace
    /// One sentence without a full stop, never with a secret's value in it.
    package var what: String
    /// One sentence.
    package var fix: String

    package init(_ what: String, at place: SourcePlace, fix: String) {
        self.what = what
        self.place = place
        self.fix = fix
    }

    package var file: String { place.file }
    package var line: Int { place.line }
    package var column: Int { place.column }
}

extension Diagnostic: CustomStringConvertible {
    package var description: String { "\(place): \(what). \(fix)" }
}

/// Everything that is wrong with a file, so that a person mends it in one go.
package struct Diagnostics: Error, Hashable, Sendable {
    /// A file that is wrong in more places is the wrong file; the rest is only counted.
    static let most = 200

    /// In the order of the file once the reading is over.
    package private(set) var items: [Diagnostic] = []
    private var omitted = 0

    package init(_ items: [Diagnostic] = []) { self.items = items }

    package var isEmpty: Bool { items.isEmpty }
    /// How many there are, the ones that are only counted included.
    package var count: Int { items.count + omitted }

    package mutating func add(
        _ what: @autoclosure () -> String, at place: SourcePlace, fix: @autoclosure () -> String
    ) {
        if items.count < Self.most {
            items.append(Diagnostic(what(), at: place, fix: fix()))
        } else {
            omitted += 1
        }
    }

    package mutating func add(contentsOf others: Diagnostics) {
        items += others.items
        omitted += others.omitted
    }

    /// Throws these where there are any, in the order of the file.
    package func throwIfAny() throws(Diagnostics) {
        guard !isEmpty else { return }
        let ordered = items.enumerated().sorted { left, right in
            left.element.place == right.element.place
                ? left.offset < right.offset : left.element.place < right.element.place
        }
        var sorted = self
        sorted.items = ordered.map(\.element)
        throw sorted
    }
}

extension Diagnostics: CustomStringConvertible {
    /// One line each; a file that is wrong everywhere does not fill the terminal.
    package var description: String {
        let shown = items.prefix(50).map(\.description)
        return (count > 50 ? shown + ["and \(count - 50) more"] : shown).joined(separator: "\n")
    }

    /// The same as the error that the rest of the program speaks.
    package var fault: Fault {
        guard let first = items.first else {
            return Fault(.invalid, "the input is wrong", at: "input", next: "Look at the file.")
        }
        let more = count > 1 ? " (and \(count - 1) more in this file)" : ""
        return Fault(.invalid, first.what + more, at: first.place.description, next: first.fix)
    }
}
