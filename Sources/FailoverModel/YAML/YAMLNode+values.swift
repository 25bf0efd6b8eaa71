extension YAMLNode {
    /// A text exactly as written: `no`, `0123`, `1:30` and `~` stay what they are, whatever YAML 1.1 makes of them.
    func text(_ name: String, example: String, _ problems: inout Diagnostics) -> String? {
        guard case .scalar(let text, _) = content, !text.isEmpty else {
            return wrong(name, wanted: "a text", example: example, &problems)
        }
        return text
    }

    /// A text of which `accepts` is true; `rule` says in words what that is.
    func text(
        _ name: String, example: String, rule: String, _ problems: inout Diagnostics, where accepts: (String) -> Bool
    ) -> String? {
        guard let text = text(name, example: example, &problems) else { return nil }
        guard accepts(text) else {
            problems.add(
                "\"\(name)\" is \(rule), and this is \(quote(text))", at: place, fix: "Write it like \"\(example)\".")
            return nil
        }
        return text
    }

    /// A whole decimal number, without quotation marks.
    func integer(
        _ name: String, in range: ClosedRange<Int64>, example: String, _ problems: inout Diagnostics
    ) -> Int64? {
        guard case .scalar(let text, isPlain: true) = content, let number = Self.integer(text) else {
            return wrong(name, wanted: "a whole number", example: example, &problems)
        }
        guard range.contains(number) else {
            problems.add(
                "\"\(name)\" is from \(range.lowerBound) to \(range.upperBound), and this is \(number)", at: place,
                fix: "Write it like \"\(example)\".")
            return nil
        }
        return number
    }

    /// `true` or `false`; the `yes` and `on` of YAML 1.1 are refused, because half the readers take them for texts.
    func flag(_ name: String, _ problems: inout Diagnostics) -> Bool? {
        switch content {
        case .scalar("true", isPlain: true): true
        case .scalar("false", isPlain: true): false
        case .scalar, .sequence, .mapping:
            wrong(name, wanted: "true or false", example: "\(name): true", &problems)
        }
    }

    /// A duration such as `90s` in milliseconds.
    func duration(
        _ name: String, in range: ClosedRange<Int64>, example: String, _ problems: inout Diagnostics
    ) -> Int64? {
        guard case .scalar(let text, _) = content, let milliseconds = DurationText.milliseconds(text) else {
            return wrong(name, wanted: "a duration (of d, h, m, s, ms)", example: example, &problems)
        }
        guard range.contains(milliseconds) else {
            let (least, most) = (DurationText.text(range.lowerBound), DurationText.text(range.upperBound))
            problems.add(
                "\"\(name)\" is from \(least) to \(most), and this is \(text)", at: place,
                fix: "Write it like \"\(example)\".")
            return nil
        }
        return milliseconds
    }

    private func wrong<Value>(
        _ name: String, wanted: String, example: String, _ problems: inout Diagnostics
    ) -> Value? {
        problems.add(
            "\"\(name)\" wants \(wanted), and this is \(found)", at: place, fix: "Write it like \"\(example)\".")
        return nil
    }

    /// Decimal digits without a leading zero (which other readers take for octal) and without `_`, `0x` or `1:30`.
    static func integer(_ text: String) -> Int64? {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard let first = digits.first, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            first != UInt8(ascii: "0") || digits.count == 1
        else { return nil }
        return Int64(text)
    }
}
