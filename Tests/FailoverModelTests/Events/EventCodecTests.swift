import FailoverModel
import Foundation
import HandoverTestSupport
import Testing

@Suite struct EventCodecTests {
    /// `journal/fixtures` of this checkout: one file for every type and version that was ever written.
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../../journal/fixtures"
    )
    .standardized

    @Test(arguments: EventSamples.all)
    func `an event reads back from its bytes as it was`(event: Event) throws {
        let stored = event.entry(run: "r", time: Moment(microseconds: 1), actor: "ada")
        let entry = Entry(
            sequence: 1, run: stored.run, time: stored.time, actor: stored.actor, type: stored.type,
            version: stored.version, payload: stored.payload, hash: [])
        #expect(try Event(entry) == event)
    }

    @Test(arguments: EventSamples.observations)
    func `every form of an observation reads back as it was`(observation: SiteObservation) throws {
        #expect(try SiteObservation(json: observation.jsonBytes) == observation)
    }

    @Test(arguments: EventSamples.all)
    func `a payload is JSON for others too, and its keys are sorted at every level`(event: Event) throws {
        let bytes = event.payload.jsonBytes
        let object = try JSONSerialization.jsonObject(with: Data(bytes))
        let sorted = try JSONSerialization.data(
            withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        // Foundation escapes some characters that we write as they are; what counts is the order.
        let ours = try JSONSerialization.jsonObject(with: Data(bytes)) as? NSDictionary
        #expect(ours == (try JSONSerialization.jsonObject(with: sorted) as? NSDictionary))
        #expect(try JSONValue(json: bytes).jsonBytes == bytes)
    }

    @Test func `there is a fixture of every type and version, and each still reads as it was written`() throws {
        for event in EventSamples.all {
            let payload = event.payload
            let name = "\(type(of: payload).type).v\(type(of: payload).version).json"
            let stored = try Data(contentsOf: Self.fixtures.appending(path: name))
            #expect(Array(stored) == payload.jsonBytes + [0x0A], "\(name)")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.fixtures.path).filter {
            $0.hasSuffix(".json")
        }
        for file in files {
            let parts = file.split(separator: ".v")
            let version = try #require(Int64(parts.last?.dropLast(5) ?? ""))
            let payload = Array(try Data(contentsOf: Self.fixtures.appending(path: file)))
            let entry = Entry(
                sequence: 1, run: "r", time: Moment(microseconds: 1), actor: "ada", type: String(parts[0]),
                version: version,
                payload: payload, hash: [])
            #expect(throws: Never.self, "\(file)") { try Event(entry) }
        }
        #expect(files.count >= EventKind.allCases.count)
    }

    @Test func `the samples have an event of every kind`() {
        let kinds = Set(EventSamples.all.map { "\(type(of: $0.payload).type)" })
        #expect(kinds == Set(EventKind.allCases.map { "\($0.payloadType.type)" }))
    }

    @Test func `an unknown type and a newer version are refused with the sequence and what to do`() {
        func entry(_ type: String, _ version: Int64) -> Entry {
            Entry(
                sequence: 42, run: "r", time: Moment(microseconds: 1), actor: "ada", type: type, version: version,
                payload: Array("{}".utf8), hash: [])
        }
        for entry in [entry("run.teleported", 1), entry("note.added", 9)] {
            let error = #expect(throws: UnreadableEntry.self) { try Event(entry) }
            #expect(error?.description.contains("journal sequence 42") == true)
            #expect(error?.description.contains("handover journal verify") == true)
        }
    }

    @Test func `cut or changed bytes never trap, whatever they are`() {
        var random = SeededGenerator(seed: 17)
        for event in EventSamples.all {
            let payload = event.payload.jsonBytes
            for _ in 0..<300 {
                var bytes = payload
                switch random.number(0...2) {
                case 0: bytes.removeLast(random.number(0...bytes.count))
                case 1: bytes[random.number(0...bytes.count - 1)] = UInt8(random.number(0...255))
                default: bytes.insert(UInt8(random.number(0...255)), at: random.number(0...bytes.count))
                }
                let entry = Entry(
                    sequence: 1, run: "r", time: Moment(microseconds: 1), actor: "ada",
                    type: "\(type(of: event.payload).type)", version: 1, payload: bytes, hash: [])
                _ = try? Event(entry)
                var projections = JournalProjections()
                _ = try? entry.withBytes { try projections.apply($0) }
            }
        }
    }
}
