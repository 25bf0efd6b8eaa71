/// The bytes of an input file, and the name by which messages speak of it. Whoever has file access reads it.
package struct SourceText: Sendable {
    package var file: String
    package var bytes: [UInt8]

    package init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
    }

    package init(file: String, text: String) {
        self.init(file: file, bytes: Array(text.utf8))
    }

    /// The bytes without a byte order mark, which libyaml takes for a letter once it is told the encoding.
    var content: ArraySlice<UInt8> {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    }

    /// The scalar at a place as libyaml counts them: lines end with a line feed, columns are Unicode scalars.
    func scalar(at place: SourcePlace) -> Unicode.Scalar? {
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.indices.contains(place.line - 1) else { return nil }
        let scalars = Array(String(decoding: lines[place.line - 1], as: UTF8.self).unicodeScalars)
        return scalars.indices.contains(place.column - 1) ? scalars[place.column - 1] : nil
    }
}

/// A line and a column of a file, both counted from 1; line 0 stands for the whole of it.
package struct SourcePlace: Hashable, Sendable {
    package var file: String
    package var line: Int
    package var column: Int

    package init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }
}

extension SourcePlace: Comparable, CustomStringConvertible {
    package static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }

    /// `runbooks/x.yaml:12:7`, which editors and terminals make a link of.
    package var description: String { line > 0 ? "\(file):\(line):\(column)" : file }
}
