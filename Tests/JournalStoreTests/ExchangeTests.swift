import FailoverModel
import Foundation
import HandoverTestSupport
import JournalStore
import Testing

@Suite struct ExchangeTests {
    private func exported(_ path: String) throws -> [String] {
        var lines: [String] = []
        try JournalReader(path: path).exportLines { lines.append(String(decoding: $0, as: UTF8.self)) }
        return lines
    }

    private func journalOfEverything(_ path: String) async throws {
        let writer = try JournalWriter(path: path)
        var head = JournalHead.empty
        for event in EventSamples.all {
            let entry = event.entry(
                run: "r-ü", time: Moment(microseconds: 1_795_000_000_000_001), actor: "ada \"quoted\"")
            head = try await writer.append([entry], expecting: head)
        }
    }

    @Test func `an export taken in gives the same export, to the byte`() async throws {
        try await withFolder { folder in
            try await journalOfEverything(folder + "/a")
            let lines = try exported(folder + "/a")
            try lines.joined(separator: "\n").appending("\n").write(
                toFile: folder + "/lines", atomically: true, encoding: .utf8)
            let head = try await JournalWriter(path: folder + "/b").importLines(from: folder + "/lines")
            #expect(head == (try JournalReader(path: folder + "/a").head()))
            #expect(try exported(folder + "/b") == lines)
            #expect(try JournalReader.verify(path: folder + "/b").isSound)
        }
    }

    @Test func `every line of an export is JSON for others too`() async throws {
        try await withFolder { folder in
            try await journalOfEverything(folder + "/a")
            for line in try exported(folder + "/a") {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
        }
    }

    @Test(arguments: [
        ("line 3 removed", 3), ("line 3 changed", 3), ("last line removed", EventSamples.all.count), ("line 3 cut", 3),
        ("header gone", 1),
    ])
    func `a changed export is refused at its line and leaves the journal empty`(change: String, line: Int) async throws
    {
        try await withFolder { folder in
            try await journalOfEverything(folder + "/a")
            var lines = try exported(folder + "/a")
            switch change {
            case "line 3 removed": lines.remove(at: 2)
            case "line 3 changed": lines[2] = lines[2].replacing("4711", with: "4712")
            case "last line removed": lines.removeLast()
            case "line 3 cut": lines[2] = String(lines[2].dropLast(10))
            default: lines.removeFirst()
            }
            try lines.joined(separator: "\n").write(toFile: folder + "/lines", atomically: true, encoding: .utf8)
            let writer = try JournalWriter(path: folder + "/b")
            let error = await #expect(throws: JournalError.self) {
                try await writer.importLines(from: folder + "/lines")
            }
            guard case .badLine(_, line, _)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(try await writer.head() == .empty)
        }
    }

    @Test func `an import into a journal that has entries is refused`() async throws {
        try await withFolder { folder in
            try await journalOfEverything(folder + "/a")
            try exported(folder + "/a").joined(separator: "\n").write(
                toFile: folder + "/lines", atomically: true, encoding: .utf8)
            await #expect(throws: JournalError.self) {
                try await JournalWriter(path: folder + "/a").importLines(from: folder + "/lines")
            }
        }
    }
}
