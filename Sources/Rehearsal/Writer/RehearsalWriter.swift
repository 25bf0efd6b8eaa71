import FailoverModel
import Foundation
import Glibc
import Systems

/// Writes numbered rows to whichever site is the primary, one transaction each, and keeps a log of those acknowledged.
///
/// After an error the number is given up: its row may be there or not, and nobody was told that it is. So what counts
/// as lost is exactly what a client was promised and does not get back.
package struct RehearsalWriter {
    private let files: RehearsalFiles
    private let search: PrimarySearch
    private let log: Int32
    private var next: Int64

    private static let interval: Duration = .milliseconds(5)
    /// Each start takes its own block of numbers, so that none is ever used twice.
    private static let blockSize: Int64 = 1_000_000

    /// Writes until the task is cancelled or the process gets SIGTERM or SIGINT; a row in flight is finished first.
    package static func run(directory: String) async throws {
        var writer = try RehearsalWriter(directory)
        defer { close(writer.log) }
        let end = EndSignal()
        while !end.isSet, !Task.isCancelled {
            guard let primary = await writer.search.find() else {
                try? await Task.sleep(for: .milliseconds(50))
                continue
            }
            await writer.write(to: primary, until: end)
            primary.session.close()
        }
    }

    private init(_ directory: String) throws {
        files = RehearsalFiles(directory: directory)
        let record = try files.requireRecord()
        let files = files
        search = PrimarySearch(sites: try record.sites.map { try PostgresSite($0, of: record, files: files) })
        next = SmallFile.text(at: files.nextNumber).flatMap { Int64($0.filter(\.isNumber)) } ?? 1
        try SmallFile.write("\(next + Self.blockSize)\n", to: files.nextNumber)
        log = open(files.acknowledgements, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw SmallFile.failure("cannot be opened", files.acknowledgements) }
    }

    private mutating func write(to primary: PrimarySearch.Found, until end: EndSignal) async {
        do {
            // Our sessions do not wait for standbys unless asked to; Synapse's do.
            try await primary.session.query("SET synchronous_commit = on", within: .seconds(1))
            var due = ContinuousClock.now
            while !end.isSet, !Task.isCancelled {
                let number = next
                next += 1
                let isSafe = try await primary.session.confirm(
                    "INSERT INTO rehearsal_writes (n, site) VALUES ($1, $2)", [String(number), primary.site],
                    within: .seconds(2))
                guard isSafe else { return note("row \(number) at \(primary.site) was not confirmed by a standby") }
                acknowledge(number, at: primary.site)
                due = max(due + Self.interval, .now - Self.interval)
                try? await Task.sleep(until: due, tolerance: .zero, clock: .continuous)
            }
        } catch {
            note("row \(next - 1) at \(primary.site) was not acknowledged: \(error)")
        }
    }

    private func note(_ text: String) {
        _ = SmallFile.all(Array("\(Moment.now) \(text)\n".utf8), to: STDERR_FILENO)
    }

    private func acknowledge(_ number: Int64, at site: String) {
        _ = SmallFile.all(Array("\(number) \(Moment.now.microseconds) \(site)\n".utf8), to: log)
    }
}

extension Moment {
    /// The machine's clock.
    static var now: Moment {
        Moment(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}
