import FailoverModel
import Foundation
import Glibc

/// Where everything of a rehearsal lies below its directory.
struct RehearsalFiles: Sendable {
    /// Absolute.
    var directory: String

    init(directory: String) {
        let path = directory.hasPrefix("/") ? directory : FileManager.default.currentDirectoryPath + "/" + directory
        self.directory = URL(filePath: path).standardizedFileURL.path(percentEncoded: false).trimmingSlash
    }

    var record: String { "\(directory)/rehearsal.json" }
    var lock: String { "\(directory)/rehearsal.lock" }
    var topology: String { "\(directory)/topology.yaml" }
    var acknowledgements: String { "\(directory)/writer.log" }
    var nextNumber: String { "\(directory)/writer.next" }
    var logs: String { "\(directory)/logs" }
    var secrets: String { "\(directory)/secrets" }
    var certificates: String { "\(directory)/tls" }
    var kubeconfigs: String { "\(directory)/kube" }
    var clusters: String { "\(directory)/clusters" }
    var chart: String { "\(directory)/chart" }
    var values: String { "\(directory)/values" }
    var synapse: String { "\(directory)/synapse" }
    var names: String { "\(directory)/names" }
    var standbyValues: String { "\(values)/standby.yaml" }
    var drillValues: String { "\(values)/drill.yaml" }
    /// The PostgreSQL data, or a symbolic link to it.
    var postgres: String { "\(directory)/postgres" }

    func log(_ name: String) -> String { "\(logs)/\(name).log" }
    func secret(_ name: String) -> String { "\(secrets)/\(name)" }
    func kubeconfig(_ site: String) -> String { "\(kubeconfigs)/\(site).yaml" }
    func clusterState(_ site: String) -> String { "\(clusters)/\(site).json" }

    /// All that `up` makes, and `down` therefore takes away; nothing else in the directory is touched.
    var everything: [String] {
        [
            topology, acknowledgements, nextNumber, secrets, certificates, kubeconfigs, clusters, chart, values,
            names, synapse, postgres, logs,
        ]
    }

    /// Where the data goes when `postgres` cannot reach the directory; the same for the same directory.
    var outsideDataRoot: String {
        let hash = directory.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return "/var/tmp/handover-rehearsal-\(String(hash, radix: 16))"
    }

    /// Marks every process of this rehearsal, so that those of an `up` that was killed can be found too.
    var marker: (name: String, value: String) { ("HANDOVER_REHEARSAL", directory) }

    /// The environment of the rehearsal's processes: nothing of ours that could lead libpq or a server elsewhere.
    func environment(_ more: [String: String] = [:]) -> [String: String] {
        let kept = ProcessInfo.processInfo.environment.filter { ["PATH", "LD_LIBRARY_PATH", "TZ"].contains($0.key) }
        let own = [marker.name: marker.value, "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "PGTZ": "UTC"]
        return kept.merging(own) { $1 }.merging(more) { $1 }
    }

    /// The password or other secret of this name.
    func readSecret(_ name: String) throws -> String {
        guard let text = SmallFile.text(at: secret(name)) else {
            throw SmallFile.failure("cannot be read", secret(name))
        }
        return text.trimmingCharacters(in: .newlines)
    }
}

extension RehearsalFiles {
    func readRecord() throws -> RehearsalRecord? {
        guard SmallFile.exists(record) else { return nil }
        guard let text = SmallFile.text(at: record) else { throw SmallFile.failure("cannot be read", record) }
        guard let read = try? JSONDecoder().decode(RehearsalRecord.self, from: Data(text.utf8)), read.format == 1 else {
            throw Fault(
                .invalid, "it is not a rehearsal of this version", at: record,
                next: "Remove the directory \(directory) if it holds nothing you want to keep")
        }
        return read
    }

    /// The record of a rehearsal that was brought up.
    func requireRecord() throws -> RehearsalRecord {
        guard let record = try readRecord() else {
            throw Fault(
                .invalid, "there is no rehearsal here", at: directory,
                next: "Run handover rehearsal up --directory \(directory)")
        }
        return record
    }

    func write(_ record: RehearsalRecord) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try SmallFile.write(String(decoding: encoder.encode(record), as: UTF8.self) + "\n", to: self.record)
    }
}

extension String {
    fileprivate var trimmingSlash: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}
