import FailoverModel
import Foundation

/// `media.check`: Synapse at the site will find its old media and be able to keep new ones.
///
/// Looking reads an old object. Acting writes a probe; verifying reads it back, compares, and deletes it. The probe's key is
/// the same for every try of the step, and its content another for each, so that what is read back is what was just
/// written. It is checked anew in every run: that it was so once proves nothing.
struct MediaCheckCommand: StepCommand {
    static let name = "media.check"
    /// What a person answers for who goes on although there are no media.
    static let acceptance = "no-media"
    let access: MediaAccess

    func examine(_ context: StepContext) async throws(Fault) -> Finding {
        let media = try access.bucket(of: context.site, in: context.topology)
        let key = media.probeKey(context)
        let facts: JSONValue = [
            "command": .string(Self.name), "site": .string(context.site),
            "bucket": .string(media.client.bucket.bucket), "probe": .string(key),
            "content": .string("\(context.idempotencyKey) \(UUID().uuidString)"),
        ]
        let found: String
        switch try await media.look() {
        case .readable(let object): found = "\(object) in \(media.name) can be read"
        case .empty where context.accepted.contains(Self.acceptance):
            found = "\(media.name) has no object, and a person said to go on"
        case .empty:
            return Finding(
                .refused(rule: "no-media", acceptance: Self.acceptance),
                "\(media.name) has no object, so every picture and file that was ever sent would be missing",
                facts: facts)
        }
        return Finding(.needed, "\(found); a probe will be written, read back and deleted", facts: facts)
    }

    func act(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let probe = Probe(finding.facts) else { return }
        let media = try access.bucket(of: context.site, in: context.topology)
        try await media.client.put(probe.key, Data(probe.content.utf8))
    }

    func verify(_ context: StepContext, after finding: Finding) async throws(Fault) -> Finding {
        let media = try access.bucket(of: context.site, in: context.topology)
        guard let probe = Probe(finding.facts) else { return finding }
        var facts = finding.facts
        guard let read = try await media.client.get(probe.key) else {
            return Finding(.waiting, "the probe was written to \(media.name) and is not there yet", facts: facts)
        }
        guard read == Data(probe.content.utf8) else {
            return Finding(.waiting, "the probe in \(media.name) is not what was written", facts: facts)
        }
        let left = await media.cleanUp(probe.key)
        if left != nil, case .object(var fields) = facts {
            fields["isProbeLeft"] = true
            facts = .object(fields)
        }
        let end = left.map { "; it could not be deleted: \($0.what)" } ?? " and is deleted again"
        return Finding(.done, "\(media.name) can be read and written: a probe came back as it was\(end)", facts: facts)
    }

    /// The probe of a try that was cut short may still be there. What does not let itself be asked, or let a probe be deleted,
    /// is in nobody's way back: a probe that is left is harmless, and the next check deletes it.
    func examineUndo(_ context: StepContext) async throws(Fault) -> Finding {
        guard let remembered = context.remembered, let probe = Probe(remembered) else {
            return Finding(.done, "no probe was written")
        }
        guard context.history[context.step]?["isProbeLeft"]?.flag != true else {
            return Finding(.done, "the probe is left where these keys may not delete it", facts: remembered)
        }
        do throws(Fault) {
            let media = try access.bucket(of: context.site, in: context.topology)
            guard try await media.client.get(probe.key, firstByteOnly: true) != nil else {
                return Finding(.done, "no probe is left in \(media.name)", facts: remembered)
            }
            return Finding(.needed, "the probe in \(media.name) will be deleted", facts: remembered)
        } catch {
            return Finding(.done, "whether a probe is left cannot be told: \(error.what)", facts: remembered)
        }
    }

    func undo(_ context: StepContext, on finding: Finding) async throws(Fault) {
        guard let probe = Probe(finding.facts) else { return }
        let media = try access.bucket(of: context.site, in: context.topology)
        if let left = await media.cleanUp(probe.key) { throw left }
    }

    /// What is written, and where.
    private struct Probe {
        var key: String
        var content: String

        init?(_ facts: JSONValue) {
            guard let key = facts["probe"]?.text, let content = facts["content"]?.text else { return nil }
            self.key = key
            self.content = content
        }
    }
}

/// The step commands of this system by the name that runbooks use.
package enum MediaCommands {
    package static func all(access: MediaAccess) -> [String: any StepCommand] {
        [MediaCheckCommand.name: MediaCheckCommand(access: access)]
    }
}
