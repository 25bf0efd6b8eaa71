import FailoverModel
import Synchronization

/// `drill.load`: reads from the promoted copy, and at the same time, with the same statements at the same rate, from the
/// primary; from the standby where no primary can be asked.
///
/// Both are measured from here, so both times have the way there in them. The real server gets two sessions, each statement
/// in a transaction that can only read, and as many a second as the step says.
struct DrillLoadCommand: DrillDatabaseCommand {
    static let name = DrillCommandName.load
    let access: PostgresAccess
    private let results = DrillResults()

    private static let connections = 2

    init(access: PostgresAccess) { self.access = access }

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let copy = try copy(context)
        let (sight, refusal) = try await own(copy, context)
        if let refusal { return refusal }
        guard sight.phase == "promoted", sight.isRunning else {
            return .refused(
                "not-promoted", "the copy of \(copy.target.place) is not promoted (\(sight.phase)); promote it first")
        }
        let (seconds, perSecond) = rate(context)
        let moment = try await moment(context)
        let beside = moment.primary?.target ?? copy.target
        return Finding(
            .needed,
            "the copy of \(copy.target.place), and beside it \(beside.place), will be read from \(perSecond) times a second for "
                + "\(seconds) s",
            facts: facts(
                Self.name, at: copy.target,
                [
                    "seconds": .integer(seconds), "perSecond": .integer(perSecond),
                    "connections": .integer(Int64(Self.connections)),
                    "systemIdentifier": JSONValue(sight.systemIdentifier), "besideSite": .string(beside.site),
                    "besideIsPrimary": .bool(moment.primary != nil),
                ]), observations: moment.observations)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        let copy = try copy(context)
        let (seconds, perSecond) = rate(context)
        let beside = try target(at: finding.facts["besideSite"]?.text ?? context.site, context)
        let database = database(copy, context)
        let proof = DrillProof(
            copy: copy, systemIdentifier: finding.facts["systemIdentifier"]?.text, access: access)
        let connection = try await proof.connect(database: database)
        defer { connection.close() }
        let reads = try await DrillReads.find(copy.drill.statements, on: connection, within: access.limits.statement)
        var random = SystemRandomNumberGenerator()
        let statements = reads.statements(Int(seconds * perSecond), using: &random)
        func reader(_ connect: @escaping @Sendable () async throws(Fault) -> PostgresConnection) -> DrillReader {
            DrillReader(
                connect: connect, statements: statements, perSecond: perSecond, connections: Self.connections)
        }
        async let there = reader { () async throws(Fault) in
            try await proof.connect(database: database, statementTimeout: DrillReader.limit)
        }.measure()
        async let here = reader { () async throws(Fault) in
            try await beside.connect(database: database, statementTimeout: DrillReader.limit)
        }.measure()
        let (copied, real) = await (there, here)
        if Task.isCancelled {
            throw Fault(.uncertain, "reading was cancelled", at: copy.place, next: "Resume: it is measured anew")
        }
        if copied.times.isEmpty, let error = copied.firstError {
            throw Fault(
                error.kind, "nothing could be read from the copy: \(error.what)", at: error.place, next: error.next)
        }
        results.keep(
            Result(
                reads: reads, copied: copied, real: real, beside: beside.place, besideSite: beside.site,
                besideIsPrimary: finding.facts["besideIsPrimary"]?.flag ?? false), for: context.idempotencyKey)
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let copy = try copy(context)
        guard let result = results.result(for: context.idempotencyKey) else {
            return Finding(.waiting, "nothing was measured", facts: finding.facts)
        }
        var more = finding.facts.fields ?? [:]
        more["reads"] = .string(result.reads.name)
        more[DrillFacts.clone] = result.copied.latency(at: context.site)
        let real = result.real.latency(at: result.besideSite)
        if !result.besideIsPrimary {
            more[DrillFacts.primaryUnknown] = "no site could be asked that is a primary"
            more[DrillFacts.standby] = real
        } else if result.real.times.isEmpty {
            more[DrillFacts.primaryUnknown] = JSONValue(result.real.firstError?.what)
        } else {
            more[DrillFacts.primary] = real
        }
        if result.copied.errors > 0 {
            let first = result.copied.firstError.map { ": \($0.what)" } ?? ""
            more[DrillFacts.problems] = .array([
                .string("\(result.copied.errors) of the reads of the copy of \(copy.target.place) failed\(first)")
            ])
        }
        return Finding(
            .done,
            "read \(result.reads.title): the copy answers \(result.copied.sentence); \(result.beside) \(result.real.sentence)",
            facts: .object(more))
    }

    private func rate(_ context: StepContext) -> (seconds: Int64, perSecond: Int64) {
        (context.parameters["seconds"]?.integer ?? 10, context.parameters["perSecond"]?.integer ?? 20)
    }

    private func database(_ copy: DrillCopy, _ context: StepContext) -> String? {
        if let named = copy.drill.database { return named }
        guard let synapse = context.topology.synapse, synapse.cluster == copy.target.server.cluster else { return nil }
        return synapse.database
    }

    struct Result: Sendable {
        var reads: DrillReads
        var copied: DrillReader.Measured
        var real: DrillReader.Measured
        var beside: String
        var besideSite: String
        var besideIsPrimary: Bool
    }
}

/// What was measured, from acting to verifying; a Handover that is killed in between measures again.
final class DrillResults: Sendable {
    private let kept = Mutex<[String: DrillLoadCommand.Result]>([:])

    func keep(_ result: DrillLoadCommand.Result, for key: String) { kept.withLock { $0[key] = result } }
    func result(for key: String) -> DrillLoadCommand.Result? { kept.withLock { $0[key] } }
}

extension DrillReader.Measured {
    func latency(at site: String) -> JSONValue {
        .object([
            "site": .string(site), DrillFacts.statements: .integer(Int64(times.count)), "errors": .integer(errors),
            DrillFacts.median: JSONValue(percentile(0.5)), DrillFacts.slow: JSONValue(percentile(0.95)),
            "p99Microseconds": JSONValue(percentile(0.99)),
        ])
    }

    /// `in 0.4 ms (half), 1.2 ms (95 %), 3.0 ms (99 %) of 200`.
    var sentence: String {
        let failed = errors > 0 ? ", \(errors) errors" : ""
        guard let half = percentile(0.5), let most = percentile(0.95), let nearlyAll = percentile(0.99) else {
            return "not at all\(failed)"
        }
        return
            "in \(half.asMilliseconds) ms (half), \(most.asMilliseconds) ms (95 %), \(nearlyAll.asMilliseconds) ms (99 %) of "
            + "\(times.count)\(failed)"
    }
}

extension Int64 {
    /// Microseconds as milliseconds with one or two places.
    fileprivate var asMilliseconds: String {
        self < 10_000
            ? "\(self / 1000).\(String(self % 1000 / 10 + 100).dropFirst())" : "\(self / 1000).\(self % 1000 / 100)"
    }
}
