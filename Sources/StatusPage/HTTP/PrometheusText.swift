/// Samples as Prometheus reads them.
///
/// Source: Prometheus, "Exposition formats", text format 0.0.4.
package struct PrometheusText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var families: [(name: String, help: String, type: String, samples: [String])] = []

    package init() {}

    package mutating func add(
        _ name: String, _ help: String, type: String = "gauge", _ samples: [([(String, String)], String)]
    ) {
        let lines = samples.map { labels, value in
            let text = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
            return text.isEmpty ? "\(name) \(value)" : "\(name){\(text)} \(value)"
        }
        families.append((name, help, type, lines))
    }

    package var text: String {
        families.map { family in
            (["# HELP \(family.name) \(family.help)", "# TYPE \(family.name) \(family.type)"] + family.samples)
                .joined(separator: "\n") + "\n"
        }.joined()
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
