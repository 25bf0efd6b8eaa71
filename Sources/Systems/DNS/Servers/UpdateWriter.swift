import FailoverModel

/// Changes a zone by dynamic updates to its first server.
struct UpdateWriter: ZoneWriter {
    let zone: String
    let server: NameServer
    let key: DNSZone.UpdateKey
    let secrets: any SecretSource
    let now: @Sendable () -> Moment

    /// Also tries the key on a mere question, so that a wrong one, or a wrong clock, is found by looking on a quiet day.
    func look(at names: [String]) async throws(Fault) -> NameServer.Answer {
        let key = try TSIGKey(key, from: secrets)
        let answer = try await server.look(at: names)
        try await tryOut(key)
        return answer
    }

    /// Throws only on the server's own word against the key: not every server looks at the signature of a question.
    private func tryOut(_ key: TSIGKey) async throws(Fault) {
        let id = UInt16.random(in: 0 ... .max)
        guard let name = DNSName(zone),
            let signed = SignedMessage(
                DNSMessage.question(name, RecordCode.soa, id: id), key: key, seconds: seconds)
        else { return }
        let bytes = try await server.transport.answers(to: [signed.bytes], from: server.server, effect: .reads)
        guard let message = try? DNSMessage(bytes.first ?? []), message.id == id,
            let proof = try? signed.proof(of: message, seconds: seconds)
        else { return }
        switch proof {
        case .signed(let record), .signedAtOtherTime(let record), .unsigned(let record?):
            guard record.error != 0 else { return }
            let words = UpdateFaults(place: place, zone: zone, key: key.name.description)
            if let refusal = words.fault(message.code, proof, now: seconds) { throw refusal }
        case .unsigned(nil), .wrong: return
        }
    }

    func write(_ change: ZoneChange) async throws(Fault) {
        guard !change.names.isEmpty else { return }
        let key = try TSIGKey(key, from: secrets)
        let id = UInt16.random(in: 0 ... .max)
        guard let update = UpdateMessage(change, zone: zone, id: id),
            let signed = SignedMessage(update.bytes, key: key, seconds: seconds)
        else {
            throw Fault(
                .invalid, "the records cannot be written as a DNS message", at: place,
                next: "Check names, values and their number in the topology.")
        }
        let bytes = try await server.transport.answers(to: [signed.bytes], from: server.server, effect: .changes)
        let words = UpdateFaults(place: place, zone: zone, key: key.name.description)
        let (code, proof) = try read(bytes.first ?? [], id: id, signed, words)
        guard let refusal = words.fault(code, proof, now: seconds) else { return }
        if case .unsigned = proof, refusal.kind != .uncertain { try await lookBeforeBelieving(refusal, change) }
        throw refusal
    }

    private func read(
        _ bytes: [UInt8], id: UInt16, _ signed: SignedMessage, _ words: UpdateFaults
    ) throws(Fault) -> (ResponseCode, SignedMessage.Proof) {
        do throws(WireError) {
            let message = try DNSMessage(bytes)
            guard message.isAnswer, message.id == id, message.operation == DNSMessage.update else {
                throw .unrelated
            }
            return (message.code, try signed.proof(of: message, seconds: seconds))
        } catch {
            throw words.unreadable(error)
        }
    }

    /// A refusal that nobody signed proves nothing: it counts only where the records are as they were.
    private func lookBeforeBelieving(_ refusal: Fault, _ change: ZoneChange) async throws(Fault) {
        let names = change.names
        let seen = try? await server.look(at: names).sets
        guard let seen, seen.isSame(as: change.found.filter { names.contains($0.name) }) else {
            throw Fault(
                .uncertain, "\(refusal.what); nobody signed that answer, and the records are not seen as they were",
                at: place, next: "Resume: the records are looked at before anything is sent again.")
        }
    }

    private var place: String { "zone \(zone) at name server \(server.server)" }

    private var seconds: UInt64 { UInt64(max(0, now().microseconds / 1_000_000)) }
}
