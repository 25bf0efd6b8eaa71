import FailoverModel
import Foundation

/// What `up` has built.
package struct RehearsalDescription: Sendable {
    package var directory: String
    package var topologyPath: String
    package var siteNames: [String]
    /// What to type next, one command a line.
    package var nextCommands: [String]
}

/// A person interrupted `up`; what it had started is stopped again. Commands end with exit code 130.
package struct RehearsalInterrupted: Error {
    package var directory: String
}

extension RehearsalStage {
    /// Builds the rehearsal and returns when everything serves: under fifteen seconds. Takes down what it has built
    /// when anything fails, or when the task is cancelled or the person interrupts.
    ///
    /// Refuses where a rehearsal is, running or not: it repairs nothing silently.
    package func up(
        _ plan: RehearsalPlan = RehearsalPlan(), progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> RehearsalDescription {
        try checkNames(plan.siteNames)
        // PostgreSQL's account has to pass through; what is not its business lies in directories of mode 0700.
        try SmallFile.makeDirectory(files.directory, mode: Account.forPostgres() == nil ? 0o700 : 0o711)
        let lock = try await RehearsalLock.acquire(files)
        try refuseWhatIsThere()
        do {
            try await cancellingOnInterrupt {
                try await RehearsalBuilder(files: files, plan: plan, progress: progress).build()
            }
        } catch {
            // Not part of this task: it may be cancelled, and the clean-up has to go on.
            await Task { try? await tearDown(keepingLogs: true) }.value
            throw error is CancellationError ? RehearsalInterrupted(directory: files.directory) : error
        }
        _ = consume lock
        return description(of: plan)
    }

    private func refuseWhatIsThere() throws {
        let down = "Run handover rehearsal down --directory \(files.directory) first"
        if let record = try files.readRecord() {
            let isRunning = record.processes.contains(where: \.isAlive)
            let state =
                switch record.phase {
                case .preparing: "an up that did not end left its parts"
                case .ready:
                    isRunning ? "a rehearsal is already running" : "a rehearsal is there, and nothing of it runs"
                }
            throw Fault(.refused, "\(state); nothing was changed", at: files.directory, next: down)
        }
        if let path = (files.everything + [files.outsideDataRoot]).first(where: SmallFile.exists) {
            guard path == files.logs || path == files.acknowledgements || path == files.topology else {
                throw Fault(.refused, "it is in the way; nothing was changed", at: path, next: down)
            }
            // What down --keep kept.
            for path in [files.logs, files.acknowledgements, files.topology] {
                try? FileManager.default.removeItem(atPath: path)
            }
        }
    }

    private func checkNames(_ names: [String]) throws {
        let isGood = names.allSatisfy { name in
            name.first.map { $0.isASCII && $0.isLowercase } == true
                && name.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
                && name.utf8.count <= 40
        }
        guard isGood, names.count >= 2, Set(names).count == names.count else {
            throw Fault(
                .invalid, "the sites \(names) are not usable", at: "the plan",
                next: "Name at least two different sites in lower-case letters, digits and hyphens")
        }
    }

    private func description(of plan: RehearsalPlan) -> RehearsalDescription {
        let (from, to) = (plan.siteNames[0], plan.siteNames[1])
        let directory = files.directory
        return RehearsalDescription(
            directory: directory, topologyPath: files.topology, siteNames: plan.siteNames,
            nextCommands: [
                "export HANDOVER_TOPOLOGY=\(files.topology) HANDOVER_JOURNAL=\(directory)/journal.sqlite",
                "handover rehearsal break \(from) --directory \(directory)",
                "handover run ess-failover --from \(from) --to \(to)",
                "handover rehearsal status --directory \(directory)",
                "handover rehearsal down --directory \(directory)",
            ])
    }
}
