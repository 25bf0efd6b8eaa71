extension SiteObservation: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writeFields(to: &$0) }
    }

    /// The fields without the braces, for payloads that are an observation.
    func writeFields(to writer: inout JSONWriter) {
        writer.field("cluster", cluster)
        switch seen {
        case .postgres(let server): writer.field("postgres", server)
        case .service(let status, let isServing):
            writer.key("service")
            writer.object {
                $0.field("isServing", isServing)
                $0.field("status", status)
            }
        case .unreachable, .workloads: break
        }
        writer.field("site", site)
        switch seen {
        case .unreachable(let system, let reason):
            writer.key("unreachable")
            writer.object {
                $0.field("reason", reason)
                $0.field("system", system)
            }
        case .workloads(let release): writer.field("workloads", release.workloads)
        case .postgres, .service: break
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        var site = ""
        var cluster: String?
        var seen: Seen?
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "cluster": cluster = try reader.string()
            case "postgres": seen = .postgres(try PostgresObservation(from: &reader))
            case "service":
                var status: Int64 = 0
                var isServing = false
                try reader.object { (key, reader) throws(DecodingFailure) in
                    switch key {
                    case "isServing": isServing = try reader.bool()
                    case "status": status = try reader.integer()
                    default: try reader.skip()
                    }
                }
                seen = .service(status: status, isServing: isServing)
            case "site": site = try reader.string()
            case "unreachable":
                var system = ""
                var reason = ""
                try reader.object { (key, reader) throws(DecodingFailure) in
                    switch key {
                    case "reason": reason = try reader.string()
                    case "system": system = try reader.string()
                    default: try reader.skip()
                    }
                }
                seen = .unreachable(system: system, reason: reason)
            case "workloads": seen = .workloads(WorkloadsObservation(workloads: try reader.list()))
            default: try reader.skip()
            }
        }
        guard let seen else { throw reader.failure("an observation without what was seen") }
        self.init(site: site, cluster: cluster, seen: seen)
    }
}

extension PostgresObservation: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("foreignSessions", foreignSessions)
            $0.field("isInRecovery", isInRecovery)
            $0.field("isReadOnlyByDefault", isReadOnlyByDefault)
            $0.field("lastTransactionAt", lastTransactionAt)
            $0.field("position", position)
            $0.field("receiver", receiver)
            $0.field("replayed", replayed)
            $0.field("senders", senders)
            $0.field("serverVersion", serverVersion)
            $0.field("slots", slots)
            $0.field("synchronousStandbyNames", synchronousStandbyNames)
            $0.field("systemIdentifier", systemIdentifier)
            $0.field("timeline", timeline)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(
            systemIdentifier: "", serverVersion: 0, isInRecovery: false, timeline: 0, position: LogPosition(bytes: 0),
            replayed: nil, lastTransactionAt: nil, isReadOnlyByDefault: false, synchronousStandbyNames: "",
            foreignSessions: 0, receiver: nil, senders: [], slots: [])
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "foreignSessions": foreignSessions = try reader.integer()
            case "isInRecovery": isInRecovery = try reader.bool()
            case "isReadOnlyByDefault": isReadOnlyByDefault = try reader.bool()
            case "lastTransactionAt": lastTransactionAt = try reader.moment()
            case "position": position = try reader.position()
            case "receiver": receiver = try Receiver(from: &reader)
            case "replayed": replayed = try reader.position()
            case "senders": senders = try reader.list()
            case "serverVersion": serverVersion = try reader.integer()
            case "slots": slots = try reader.list()
            case "synchronousStandbyNames": synchronousStandbyNames = try reader.string()
            case "systemIdentifier": systemIdentifier = try reader.string()
            case "timeline": timeline = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}

extension PostgresObservation.Receiver: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("lastMessageAt", lastMessageAt)
            $0.field("senderHost", senderHost)
            $0.field("senderPort", senderPort)
            $0.field("slot", slot)
            $0.field("status", status)
            $0.field("timeline", timeline)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(status: "", timeline: 0, senderHost: "", senderPort: 0, slot: nil, lastMessageAt: nil)
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "lastMessageAt": lastMessageAt = try reader.moment()
            case "senderHost": senderHost = try reader.string()
            case "senderPort": senderPort = try reader.integer()
            case "slot": slot = try reader.string()
            case "status": status = try reader.string()
            case "timeline": timeline = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}

extension PostgresObservation.Sender: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("applicationName", applicationName)
            $0.field("lagBytes", lagBytes)
            $0.field("replayed", replayed)
            $0.field("state", state)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(applicationName: "", state: "", replayed: nil, lagBytes: nil)
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "applicationName": applicationName = try reader.string()
            case "lagBytes": lagBytes = try reader.integer()
            case "replayed": replayed = try reader.position()
            case "state": state = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

extension PostgresObservation.Slot: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("isActive", isActive)
            $0.field("name", name)
            $0.field("retainedBytes", retainedBytes)
            $0.field("walStatus", walStatus)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(name: "", isActive: false, walStatus: nil, retainedBytes: nil)
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "isActive": isActive = try reader.bool()
            case "name": name = try reader.string()
            case "retainedBytes": retainedBytes = try reader.integer()
            case "walStatus": walStatus = try reader.string()
            default: try reader.skip()
            }
        }
    }
}

extension WorkloadsObservation.Workload: JSONWritable, JSONReadable {
    package func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("kind", kind)
            $0.field("name", name)
            $0.field("pods", pods)
            $0.field("ready", ready)
            $0.field("wanted", wanted)
        }
    }

    package init(from reader: inout JSONReader) throws(DecodingFailure) {
        self.init(kind: "", name: "", wanted: 0, ready: 0, pods: 0)
        try reader.object { (key, reader) throws(DecodingFailure) in
            switch key {
            case "kind": kind = try reader.string()
            case "name": name = try reader.string()
            case "pods": pods = try reader.integer()
            case "ready": ready = try reader.integer()
            case "wanted": wanted = try reader.integer()
            default: try reader.skip()
            }
        }
    }
}
