import FailoverModel
import Foundation
import Glibc

extension RehearsalStage {
    /// Ends every process of the rehearsal, recorded or not, and removes its files. The caller holds the lock.
    func tearDown(keepingLogs: Bool) async throws {
        var record = try? files.readRecord()
        if let known = record {
            record?.sites = known.sites.map { (try? current($0, of: known)) ?? $0 }
        }
        await endProcesses(record)
        let servers = (record?.sites ?? []).compactMap { site in
            record.flatMap { try? PostgresSite(site, of: $0, files: files) }
        }
        // That of a pod went with the pod, and the number that is left of it may be another's here.
        if record?.hasStatefulSets != true { for server in servers { server.freeLeftMemory() } }
        try removeFiles(dataRoot: record?.dataRoot, keepingLogs: keepingLogs)
    }

    private func endProcesses(_ record: RehearsalRecord?) async {
        let servers = (record?.sites ?? []).compactMap(\.postgres)
        let others = (record?.processes ?? []).filter { !servers.contains($0) }
        await Termination.killTrees(others)
        // SIGQUIT is PostgreSQL's immediate shutdown: no checkpoint, but its shared memory is given back.
        await Termination.end(servers, by: SIGQUIT, within: .milliseconds(1500))
        // An up that was killed may have started what it had no time to record.
        let marker = "\(files.marker.name)=\(files.marker.value)"
        await Termination.killTrees(ProcessRow.carrying(marker))
    }

    private func removeFiles(dataRoot: String?, keepingLogs: Bool) throws {
        // The link tells where the data is even where the record cannot be read.
        let linked = try? FileManager.default.destinationOfSymbolicLink(atPath: files.postgres)
        let isOutside = dataRoot == files.outsideDataRoot || linked == files.outsideDataRoot
        let kept = keepingLogs ? [files.logs, files.acknowledgements, files.topology] : []
        for path in files.everything where !kept.contains(path) { try remove(path) }
        if isOutside { try remove(files.outsideDataRoot) }
        try remove("\(files.record).new")
        try remove(files.record)
    }

    private func remove(_ path: String) throws {
        // Looks at a link itself, not at where it leads.
        guard (try? FileManager.default.attributesOfItem(atPath: path)) != nil else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw Fault(
                .invalid, "it cannot be removed: \(error)", at: path, next: "Remove it by hand, and try again")
        }
    }
}
