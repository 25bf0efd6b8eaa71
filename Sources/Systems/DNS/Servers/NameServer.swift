import FailoverModel

/// What one authoritative server answers for the names.
struct NameServer: Sendable {
    let server: DNSZone.Server
    let transport: any DNSTransport

    struct Answer: Equatable, Sendable {
        var sets: [DNSRecordSet] = []
        /// How long "there is no such record" may be kept by those who asked, in seconds (RFC 2308 §5); 0 where
        /// everything is there.
        var absenceSeconds: Int64 = 0
    }

    private struct Question {
        var name: String
        var domain: DNSName
        var type: DNSRecordType
        var id = UInt16.random(in: 0 ... .max)
    }

    /// Every record set of our types at the names, as the server itself has them.
    func look(at names: [String]) async throws(Fault) -> Answer {
        var questions: [Question] = []
        for name in names {
            guard let domain = DNSName(name) else {
                throw Fault(.invalid, "this cannot be a name", at: name, next: "Correct the topology.")
            }
            questions += [.alias, .address4, .address6].map { Question(name: name, domain: domain, type: $0) }
        }
        let messages = questions.map { DNSMessage.question($0.domain, $0.type.code, id: $0.id) }
        let answers = try await transport.answers(to: messages, from: server, effect: .reads)
        var whole = Answer()
        for (question, bytes) in zip(questions, answers) {
            // Asked for the addresses of an alias, a server may go on and fail where the alias leads.
            if question.type != .alias, whole.sets.set(question.name, .alias) != nil { continue }
            let message = try understand(bytes, question)
            if let set = try set(in: message, question) {
                whole.sets.append(set)
            } else {
                whole.absenceSeconds = max(whole.absenceSeconds, Self.absence(in: message))
            }
        }
        return whole
    }

    /// The answer, if it is one: to this question, of a server that has the authority to give it.
    private func understand(_ bytes: [UInt8], _ question: Question) throws(Fault) -> DNSMessage {
        let message: DNSMessage
        do throws(WireError) { message = try DNSMessage(bytes) } catch { throw broken(error, question) }
        let asked = DNSMessage.Question(
            name: question.domain, type: question.type.code, questionClass: ClassCode.internet)
        guard message.isAnswer, message.id == question.id, message.operation == DNSMessage.query,
            message.questions == [asked] || (message.questions.isEmpty && message.code != .noError)
        else { throw broken(.unrelated, question) }
        guard !message.isCutShort else { throw broken(.truncated, question) }
        let place = place(question)
        switch message.code {
        case .noError, .noSuchName:
            guard message.isAuthoritative else {
                throw Fault(
                    .rejected, "it answers, but not as a server that has the zone", at: place,
                    next: "Name only authoritative servers of the zone, and no zone that is delegated to others.")
            }
            return message
        case .refused, .notAuthoritative:
            throw Fault(
                .rejected, "it refuses to answer (\(message.code))", at: place,
                next: "Check that it has the zone and lets this machine ask.")
        case .serverFailure:
            throw Fault(
                .unavailable, "it cannot answer (SERVFAIL)", at: place,
                next: "Check that it has loaded the zone, and that its copy has not expired.")
        case .formatError, .notImplemented, .nameExists, .setExists, .noSuchSet, .notInZone, .other:
            throw Fault(
                .invalid, "it does not understand the question (\(message.code))", at: place,
                next: "Check what answers at this address and port.")
        }
    }

    private func set(in message: DNSMessage, _ question: Question) throws(Fault) -> DNSRecordSet? {
        var values: Set<String> = []
        var seconds: UInt32 = .max
        for record in message.answers
        where record.owner == question.domain && record.type == question.type.code
            && record.recordClass == ClassCode.internet
        {
            do throws(WireError) { values.insert(try question.type.value(of: record, in: message)) } catch {
                throw broken(error, question)
            }
            seconds = min(seconds, record.ttl)
        }
        return values.isEmpty
            ? nil : DNSRecordSet(question.name, question.type, Array(values), ttlSeconds: Int64(seconds))
    }

    /// The last number of the SOA, or its TTL where that is less.
    private static func absence(in message: DNSMessage) -> Int64 {
        guard let soa = message.authorities.first(where: { $0.type == RecordCode.soa }), soa.data.count >= 22 else {
            return 0
        }
        let least = message.data(of: soa).suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Int64(min(soa.ttl, least))
    }

    private func broken(_ error: WireError, _ question: Question) -> Fault {
        Fault(
            .invalid, error.sentence, at: place(question), next: "Check what answers at this address and port.")
    }

    private func place(_ question: Question) -> String {
        "name server \(server), \(question.name) \(question.type.rawValue)"
    }
}
