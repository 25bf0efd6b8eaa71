import FailoverModel

/// A program on a host, called here or through `ssh`: words of the topology, with arguments and standard input of ours.
struct HostProgram: Sendable {
    var words: [String]
    var environment: [String: String]
    /// `dc1, firewall edge`.
    var place: String
    /// How long a call may take.
    var seconds: Int64 = 20
    /// Values that are taken out of what it writes.
    var secrets: [String] = []
    /// How much of the end of what it writes is kept, in bytes.
    var keptBytes = 1_048_576

    /// Runs it to its end, whatever its status. Throws where it could not be asked at all.
    ///
    /// `changes` says that it would have changed something: then a time-out or a lost connection is not known to have done
    /// nothing.
    func run(_ arguments: [String] = [], input: String = "", changes: Bool = false) async throws(Fault)
        -> ProgramCall.Ended
    {
        let call = ProgramCall(
            words: words + arguments, environment: environment.merging(["LC_ALL": "C"]) { _, own in own },
            secrets: secrets,
            place: place, input: input, kept: keptBytes)
        let result: Result<ProgramCall.Ended, Fault>? = await withTaskGroup(of: Result<ProgramCall.Ended, Fault>?.self)
        { group in
            group.addTask {
                do throws(Fault) { return .success(try await call.run()) } catch { return .failure(error) }
            }
            group.addTask {
                do { try await Task.sleep(for: .seconds(seconds)) } catch { return nil }
                return .failure(lost("it gave no answer within \(seconds) s", changes))
            }
            let first = await group.next().flatMap(\.self)
            group.cancelAll()
            // Cancelled from outside, the sleeper may be first, and the call then says what it means.
            if let first { return first }
            return await group.next().flatMap(\.self)
        }
        guard let result else { throw lost("it was ended before it was through", changes) }
        let ended = try result.get()
        if let fault = unanswered(ended, changes) { throw fault }
        return ended
    }

    /// Endings that say nothing about what was asked.
    private func unanswered(_ ended: ProgramCall.Ended, _ changes: Bool) -> Fault? {
        let said = ended.sentence.isEmpty ? "" : ": \(ended.sentence)"
        guard let status = ended.status else { return lost("a signal ended it\(said)", changes) }
        switch status {
        case 255 where isSSH:
            guard !ended.errors.contains("Permission denied"), !ended.errors.contains("Host key verification failed")
            else {
                return Fault(
                    .forbidden, "the host does not let ssh in\(said)", at: place,
                    next: "Try the same ssh by hand as this user; it must not ask anything.")
            }
            return lost("ssh does not reach the host\(said)", changes)
        case 69: return lost("the host cannot be reached\(said)", changes)
        case 126, 127: return missing(said)
        default:
            let isMissing = ["command not found", "exec of \"", "cannot open network namespace"].contains {
                ended.errors.lowercased().contains($0)
            }
            return isMissing ? missing(said) : nil
        }
    }

    private func missing(_ said: String) -> Fault {
        Fault(
            .invalid, "the program is not there\(said)", at: place,
            next: "Install it on the host, or correct \"program\" in the topology.")
    }

    private func lost(_ what: String, _ changes: Bool) -> Fault {
        Fault(
            changes ? .uncertain : .unreachable, what, at: place,
            next: changes ? "Resume: it is looked at before anything is done." : "See whether the host answers.")
    }

    private var isSSH: Bool { words.first?.split(separator: "/").last == "ssh" }
}
