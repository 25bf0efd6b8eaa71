import FailoverModel

/// Says in plain words why an update was not carried out.
struct UpdateFaults {
    let place: String
    let zone: String
    let key: String

    /// `nil` where the answer is a yes that carries the key's signature of this moment.
    func fault(_ code: ResponseCode, _ proof: SignedMessage.Proof, now: UInt64) -> Fault? {
        switch proof {
        case .signed(let record) where record.error == 0: return code == .noError ? nil : refusal(code, isSigned: true)
        case .signed(let record): return signatureRefused(record, isSigned: true, now: now)
        case .signedAtOtherTime(let record) where record.error != 0:
            return signatureRefused(record, isSigned: true, now: now)
        case .signedAtOtherTime(let record):
            return unproven("was signed \(difference(record.time, now)), which the key does not allow")
        case .wrong: return unproven("carries a signature that is not the key's")
        case .unsigned(let record?) where record.error != 0:
            return signatureRefused(record, isSigned: false, now: now)
        case .unsigned:
            return code == .noError
                ? unproven("is a yes without a signature, which anybody could have sent")
                : refusal(code, isSigned: false)
        }
    }

    func unreadable(_ error: WireError) -> Fault {
        Fault(
            .uncertain, "\(error.sentence); the update was sent and may have taken effect", at: place,
            next: "Resume: the records are looked at before anything is sent again.")
    }

    private func unproven(_ what: String) -> Fault {
        Fault(
            .uncertain, "the answer to the update \(what)", at: place,
            next: "Check what stands between here and the server, and both clocks; then resume.")
    }

    /// NOTAUTH with an account of what is wrong with our signature (RFC 8945 §5.2).
    private func signatureRefused(_ record: TSIGRecord, isSigned: Bool, now: UInt64) -> Fault {
        let note = isSigned ? "" : unsignedNote
        switch record.error {
        case TSIGRecord.badSignature:
            return Fault(
                .forbidden, "the server does not accept the signature of the key \(key) (BADSIG)\(note)", at: place,
                next: "Check that the secret and the algorithm are those that the server has for this key.")
        case TSIGRecord.badKey:
            return Fault(
                .forbidden, "the server does not know the key \(key), or not for this (BADKEY)\(note)", at: place,
                next: "Check the key's name and algorithm, and what the server lets it change.")
        case TSIGRecord.badTime:
            let clocks = record.serverTime.map { ": its clock is \(difference($0, now))" } ?? ""
            return Fault(
                .forbidden, "the server does not accept the time of the signature (BADTIME)\(clocks)\(note)",
                at: place, next: "Compare the clocks of this machine and of the server, and set the wrong one.")
        case let code:
            return Fault(
                .forbidden, "the server does not accept the signature (TSIG error \(code))\(note)", at: place,
                next: "Check the key on both sides and the server's log.")
        }
    }

    private func refusal(_ code: ResponseCode, isSigned: Bool) -> Fault {
        let (kind, what, next) = words(code)
        return Fault(kind, "\(what) (\(code))\(isSigned ? "" : unsignedNote)", at: place, next: next)
    }

    private func words(_ code: ResponseCode) -> (Fault.Kind, String, String) {
        switch code {
        case .refused:
            (
                .forbidden, "the server does not let the key \(key) make this change",
                "Check the key's secret, and what the server lets it change (BIND: update-policy)."
            )
        case .notAuthoritative:
            (
                .rejected, "the server is not the primary server of the zone \(zone)",
                "Name the zone's primary server first below \"servers\", and check \"zone\"."
            )
        case .notInZone:
            (.rejected, "a name is not in the zone \(zone)", "Check the names and \"zone\" in the topology.")
        case .nameExists, .setExists, .noSuchSet, .noSuchName:
            (
                .conflict, "a record is not as it was found a moment ago, so nothing was changed",
                "Look again: somebody else changed it, a wildcard answers for it, or a CNAME would stand beside records of "
                    + "another type."
            )
        case .serverFailure:
            (.unavailable, "the server failed to make the change", "Look into the server's log.")
        case .notImplemented:
            (.rejected, "the server takes no dynamic updates", "Allow them on the server, or use another driver.")
        case .formatError:
            (.invalid, "the server does not understand the update", "Check what answers at this address and port.")
        case .noError, .other:
            (.rejected, "the server does not make the change", "Look into the server's log.")
        }
    }

    private var unsignedNote: String { "; the answer is not signed" }

    private func difference(_ time: UInt64, _ now: UInt64) -> String {
        time > now ? "\(time - now) s ahead of ours" : "\(now - time) s behind ours"
    }
}
