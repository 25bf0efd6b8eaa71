import Foundation
import HandoverCommands
import Synchronization

/// The program, called in this process with a folder of its own for journal, topology and what belongs to them.
struct HandoverInFolder: Sendable {
    var directory: String

    static func run<Value>(
        _ files: [String: String], _ body: (HandoverInFolder) async throws -> Value
    ) async throws -> Value {
        let directory = NSTemporaryDirectory() + "handover-folder-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for (name, text) in files {
            try text.write(toFile: "\(directory)/\(name)", atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(directory)/\(name)")
        }
        return try await body(HandoverInFolder(directory: directory))
    }

    /// `plan` and `run` take `runbook.yaml` of the folder.
    func call(_ words: String...) async -> (code: Int32, text: String) {
        let text = Mutex("")
        let wiring = Wiring(
            console: Console(
                output: { line in text.withLock { $0 += line } }, error: { line in text.withLock { $0 += line } },
                isInteractive: false, ask: { _ in nil }),
            environment: { name in
                [
                    "HANDOVER_JOURNAL": "\(directory)/journal.sqlite",
                    "HANDOVER_TOPOLOGY": "\(directory)/topology.yaml", "HANDOVER_ACTOR": "anna",
                ][name]
            }, handlesSignals: false)
        var words = words
        if ["plan", "run"].contains(words.first) { words.insert("\(directory)/runbook.yaml", at: 1) }
        let code = await HandoverProgram.run(words, wiring: wiring)
        return (code, text.withLock(\.self))
    }

    /// Whether a text stands in a file of the journal.
    func journalHolds(_ text: String) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasPrefix("journal") }.contains {
            try Data(contentsOf: URL(filePath: "\(directory)/\($0)")).range(of: Data(text.utf8)) != nil
        }
    }
}
