/// Rows of a CSV file (RFC 4180), with the line each begins at, so that a mistake can be named. Fields are parted by what
/// parts the first line most: a comma, a semicolon (as spreadsheets write it in many countries) or a tab.
enum CommaSeparated {
    struct Row: Equatable {
        var line: Int
        var fields: [String]
    }

    struct Wrong: Error, Equatable {
        var line: Int
        var what: String
    }

    static func rows(of text: String) throws(Wrong) -> [Row] {
        let delimiter = delimiter(of: text)
        var rows: [Row] = []
        var row = Row(line: 1, fields: [])
        var field = ""
        var line = 1
        var isQuoted = false
        var wasQuoted = false
        var began = 1
        // A line break of Windows is one character to Swift.
        var rest = text[...]
        while let character = rest.popFirst() {
            if character.isNewline { line += 1 }
            if isQuoted {
                if character != "\"" {
                    field.append(character)
                } else if rest.first == "\"" {
                    field.append("\"")
                    rest.removeFirst()
                } else {
                    isQuoted = false
                    wasQuoted = true
                }
                continue
            }
            switch character {
            case "\"" where field.isEmpty && !wasQuoted:
                isQuoted = true
                began = line
            case delimiter:
                row.fields.append(field)
                (field, wasQuoted) = ("", false)
            case let other where other.isNewline:
                row.fields.append(field)
                if row.fields != [""] || wasQuoted { rows.append(row) }
                (field, wasQuoted, row) = ("", false, Row(line: line, fields: []))
            default:
                if wasQuoted { throw Wrong(line: line, what: "there is text after a quoted field") }
                field.append(character)
            }
        }
        if isQuoted { throw Wrong(line: began, what: "a quoted field does not end") }
        if !field.isEmpty || !row.fields.isEmpty || wasQuoted {
            row.fields.append(field)
            rows.append(row)
        }
        return rows
    }

    private static func delimiter(of text: String) -> Character {
        let first = text.prefix { !$0.isNewline }
        let counts = [",", ";", "\t"].map { delimiter in (delimiter, first.filter { $0 == Character(delimiter) }.count)
        }
        return Character(counts.max { $0.1 < $1.1 }?.0 ?? ",")
    }
}
