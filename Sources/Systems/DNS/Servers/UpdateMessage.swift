import FailoverModel

/// One dynamic update for all names (RFC 2136): carried out whole, and only where everything is as it was found.
struct UpdateMessage {
    let bytes: [UInt8]

    /// `nil` where something cannot be written as DNS data.
    init?(_ change: ZoneChange, zone: String, id: UInt16) {
        guard let zoneName = DNSName(zone) else { return nil }
        var prerequisites = Section()
        var updates = Section()
        for name in change.names {
            guard let owner = DNSName(name) else { return nil }
            for type in DNSRecordType.allCases {
                guard prerequisites.require(change.found.set(name, type), owner, type) else { return nil }
            }
            // A server passes over a CNAME beside other data without a word (§3.4.2.2), and the name would lead nowhere.
            if change.wanted.set(name, .alias) != nil {
                for type in RecordCode.others { prerequisites.requireAbsence(owner, type) }
            }
        }
        // All that goes goes first: an address may take a CNAME's place, and the other way round.
        for set in change.removed {
            guard let owner = DNSName(set.name) else { return nil }
            updates.add(owner, set.type.code, ClassCode.any, ttl: 0, data: [])
        }
        for set in change.added {
            guard let owner = DNSName(set.name), updates.add(set, owner) else { return nil }
        }
        guard let prerequisiteCount = UInt16(exactly: prerequisites.count),
            let updateCount = UInt16(exactly: updates.count)
        else { return nil }
        var writer = WireWriter()
        writer.number16(id)
        writer.number16(UInt16(DNSMessage.update) << 11)
        for count in [1, prerequisiteCount, updateCount, 0] { writer.number16(count) }
        writer.name(zoneName)
        writer.number16(RecordCode.soa)
        writer.number16(ClassCode.internet)
        writer.raw(prerequisites.writer.bytes + updates.writer.bytes)
        // Room for the signature within the 65,535 bytes that TCP carries.
        guard writer.bytes.count <= 65_000 else { return nil }
        bytes = writer.bytes
    }

    private struct Section {
        var writer = WireWriter()
        var count = 0

        mutating func add(_ owner: DNSName, _ type: UInt16, _ recordClass: UInt16, ttl: UInt32, data: [UInt8]) {
            writer.record(owner, type, recordClass, ttl: ttl, data: data)
            count += 1
        }

        mutating func add(_ set: DNSRecordSet, _ owner: DNSName, isPrerequisite: Bool = false) -> Bool {
            for value in set.values {
                guard let data = set.type.data(of: value), let ttl = UInt32(exactly: set.ttlSeconds) else {
                    return false
                }
                add(owner, set.type.code, ClassCode.internet, ttl: isPrerequisite ? 0 : ttl, data: data)
            }
            return true
        }

        /// "RRset exists (value dependent)" or "RRset does not exist" (§2.4.2, §2.4.3).
        mutating func require(_ set: DNSRecordSet?, _ owner: DNSName, _ type: DNSRecordType) -> Bool {
            if let set { return add(set, owner, isPrerequisite: true) }
            requireAbsence(owner, type.code)
            return true
        }

        mutating func requireAbsence(_ owner: DNSName, _ type: UInt16) {
            add(owner, type, ClassCode.none, ttl: 0, data: [])
        }
    }
}
