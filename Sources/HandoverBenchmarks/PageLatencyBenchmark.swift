import FailoverModel
import Foundation
import Glibc
import HandoverTestSupport
import JournalStore

/// From an entry's own time, taken before its append and sync in another process, to its event at a client of
/// `handover serve`; beside a program that does nothing but ask SQLite for the newest entry, without a pause.
enum PageLatencyBenchmark {
    private static let count = 200

    static func run(journal: String) async throws {
        let ours = try await ServedJournal.with(journal) { port in
            let socket = try LineSocket(port: port)
            try socket.get("/api/events")
            // The stream stands once it has said where it begins.
            while let line = socket.line(), !line.hasPrefix(": follows") {}
            return try await appended(to: journal) { () -> Moment? in
                while let line = socket.line() {
                    guard line.hasPrefix("data: "), line.contains("page-latency") else { continue }
                    return time(in: line)
                }
                return nil
            }
        }
        let reader = try JournalReader(path: journal)
        var last = try reader.head().sequence
        let bare = try await appended(to: journal) { () -> Moment? in
            while true {
                let head = try reader.head().sequence
                guard head > last else { continue }
                last += 1
                return try reader.entry(last)?.time
            }
        }
        report("page-latency", median(ours), "ms", reference: median(bare))
        report("page-latency-slowest", ours.max() ?? 0, "ms", reference: bare.max() ?? 0)
    }

    /// What the other process does: an entry every 20 ms.
    static func child(journal: String) async throws {
        let writer = try JournalWriter(path: journal)
        var head = try await writer.head()
        for number in 0..<count {
            try await Task.sleep(for: .milliseconds(20))
            let note = Event.noteAdded(NoteAdded(text: "page-latency \(number)"))
            head = try await writer.append(
                [note.entry(run: "page-latency", time: now, actor: "bench")], expecting: head)
        }
    }

    /// Milliseconds of each.
    private static func appended(
        to journal: String, next: @escaping () throws -> Moment?
    ) async throws -> [Double] {
        let child = try ChildProgram.start(CommandLine.arguments[0], ["latency-child", journal])
        var milliseconds: [Double] = []
        while milliseconds.count < count, let time = try next() {
            milliseconds.append(Double(now.microseconds - time.microseconds) / 1000)
        }
        let ending = await child.end()
        guard ending.code == 0, milliseconds.count == count else {
            throw Measured.Failure(what: "\(milliseconds.count) of \(count) entries came: \(ending.errors)")
        }
        return milliseconds
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func time(in line: String) -> Moment? {
        guard let start = line.range(of: "\"time\":\"") else { return nil }
        return Moment(line[start.upperBound...].prefix { $0 != "\"" })
    }

    private static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
