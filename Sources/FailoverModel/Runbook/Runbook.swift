/// What a person wrote down for the night: phases of steps, not yet bound to sites.
package struct Runbook: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Equatable, Sendable {
        /// Moves the service.
        case move
        /// Moves nothing: a clone of the standby is promoted and tried beside what serves, and removed again.
        case drill
    }

    package var kind: Kind
    package var name: String
    package var title: String
    package var objectives: Objectives
    package var phases: [RunbookPhase]
    /// The file it was read from, for messages.
    package var file: String

    package init(
        kind: Kind = .move, name: String, title: String, objectives: Objectives = Objectives(),
        phases: [RunbookPhase], file: String = "runbook"
    ) {
        self.kind = kind
        self.name = name
        self.title = title
        self.objectives = objectives
        self.phases = phases
        self.file = file
    }
}

/// A barrier: no step of it begins before every step of the earlier phases is settled.
package struct RunbookPhase: Equatable, Sendable {
    package var id: String
    package var title: String
    package var steps: [RunbookStep]
    package var place: SourcePlace

    package init(id: String, title: String, steps: [RunbookStep], place: SourcePlace = SourcePlace(file: "runbook")) {
        self.id = id
        self.title = title
        self.steps = steps
        self.place = place
    }
}

/// One line of a runbook; `plan` makes a step of it for each site and cluster it is about.
package struct RunbookStep: Equatable, Sendable {
    package struct Need: Equatable, Sendable {
        package var id: String
        package var place: SourcePlace

        package init(_ id: String, place: SourcePlace = SourcePlace(file: "runbook")) {
            self.id = id
            self.place = place
        }
    }

    package var id: String
    /// `nil`: the command's sentence.
    package var title: String?
    package var command: String
    package var site: StepSite
    package var needs: [Need]
    package var deadlineMilliseconds: Int64
    package var retry: RetryPolicy
    package var whenUnreachable: WhenUnreachable
    /// The question a person must say yes to.
    package var approval: String?
    /// What a person takes responsibility for by saying yes.
    package var accepts: [String]
    package var isPivot: Bool
    /// Left out at a site that has no such system in the topology; otherwise that is an error.
    package var isOptional: Bool
    package var parameters: [String: JSONValue]
    package var place: SourcePlace

    package init(
        id: String, title: String? = nil, command: String, site: StepSite, needs: [Need] = [],
        deadlineMilliseconds: Int64 = 60_000, retry: RetryPolicy = RetryPolicy(),
        whenUnreachable: WhenUnreachable = .fail, approval: String? = nil, accepts: [String] = [],
        isPivot: Bool = false, isOptional: Bool = false, parameters: [String: JSONValue] = [:],
        place: SourcePlace = SourcePlace(file: "runbook")
    ) {
        self.id = id
        self.title = title
        self.command = command
        self.site = site
        self.needs = needs
        self.deadlineMilliseconds = deadlineMilliseconds
        self.retry = retry
        self.whenUnreachable = whenUnreachable
        self.approval = approval
        self.accepts = accepts
        self.isPivot = isPivot
        self.isOptional = isOptional
        self.parameters = parameters
        self.place = place
    }
}

/// Which sites a line is about, before the run says what `from` and `to` are.
package enum StepSite: Equatable, Sendable {
    case from
    case to
    /// Every site that is neither `from` nor `to`, one step each.
    case others
    /// `to` and the others, one step each.
    case standbys
    case named(String)

    /// The words that no site may have as its name.
    package static let words = ["from", "to", "others", "standbys"]

    package init(_ text: String) {
        switch text {
        case "from": self = .from
        case "to": self = .to
        case "others": self = .others
        case "standbys": self = .standbys
        default: self = .named(text)
        }
    }

    /// Whether it may mean more than one site, so that the steps' ids carry the site.
    var isSeveral: Bool {
        switch self {
        case .others, .standbys: true
        case .from, .to, .named: false
        }
    }
}
