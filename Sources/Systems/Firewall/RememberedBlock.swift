import FailoverModel

/// What was found before outbound traffic was closed or opened; kept in the intent.
struct RememberedBlock {
    /// What was there under our name; `nil` where nothing was.
    var before: JSONValue?
    /// The run under whose name the block was to be made.
    var mark: String
    /// The probes that got through at that time: the only ones that can prove something later.
    var controls: [String]

    init(before: JSONValue?, mark: String, controls: [String]) {
        self.before = before
        self.mark = mark
        self.controls = controls
    }

    /// `nil` for facts of another kind.
    init?(facts: JSONValue?) {
        guard let mark = facts?["mark"]?.text, let controls = facts?["controls"]?.elements?.compactMap(\.text) else {
            return nil
        }
        // `nil` alone would be the literal of a JSON null here.
        let before = facts?["before"].flatMap { $0.isNull ? JSONValue?.none : $0 }
        self.init(before: before, mark: mark, controls: controls)
    }

    var facts: JSONValue {
        [
            "before": before ?? .null, "mark": .string(mark),
            "controls": .array(controls.map(JSONValue.string)),
        ]
    }
}
