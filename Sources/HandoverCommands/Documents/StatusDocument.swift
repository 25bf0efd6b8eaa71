import FailoverModel
import JournalStore

/// `status --json`, the contract that scripts read.
struct StatusDocument {
    let picture: StatusPicture

    var json: JSONValue {
        [
            "head": HeadDocument.json(picture.head),
            "sites": .object(
                Dictionary(picture.sites.map { ($0.site, site($0)) }) { first, _ in first }),
            "secrets": .array(picture.secrets.map(secret)),
            "runs": .array(picture.runs.map { RunSummaryDocument.json($0) }),
            "drills": .object(picture.drills.mapValues(drill)),
            "splitBrains": .array(picture.splitBrains.map(splitBrain)),
            "objectives": picture.measured.map {
                ["run": .string($0.run), "measured": ObjectivesText.json($0.objectives)]
            } ?? .null,
        ]
    }

    private func drill(_ status: DrillProjection.Status) -> JSONValue {
        ["last": drill(status.last), "lastGood": status.lastGood.map(drill) ?? .null]
    }

    private func drill(_ drill: DrillProjection.Drill) -> JSONValue {
        [
            "run": .string(drill.run), "from": .string(drill.from), "endedAt": JSONValue(drill.endedAt),
            "good": .bool(drill.isGood),
        ]
    }

    private func splitBrain(_ brain: SplitBrain) -> JSONValue {
        [
            "cluster": .string(brain.cluster), "isSplit": .bool(brain.isSplit), "right": JSONValue(brain.right?.site),
            "rightBecauseOf": JSONValue(brain.right?.run), "wrong": .array(brain.wrong.map(JSONValue.string)),
            "strangers": .array(brain.strangers.map(JSONValue.string)),
            "sides": .array(
                brain.sides.map {
                    [
                        "site": .string($0.site), "timeline": .integer($0.timeline),
                        "position": .string($0.position.description), "systemIdentifier": .string($0.systemIdentifier),
                        "observedAt": JSONValue($0.seenAt),
                    ]
                }),
        ]
    }

    private func site(_ view: SiteView) -> JSONValue {
        [
            "role": .string(view.role.rawValue),
            "postgres": .object(Dictionary(view.databases.map { ($0.cluster, database($0)) }) { first, _ in first }),
            "workloads": .array((view.workloads?.workloads ?? []).map(workload)),
            "workloadsUnreachable": JSONValue(view.workloadsUnreachable),
            "service": view.isServing.map {
                [
                    "isServing": .bool($0), "status": JSONValue(view.serviceStatus),
                    "observedAt": JSONValue(view.serviceSeenAt),
                ]
            } ?? .null,
            "lastSeenAt": JSONValue(view.lastSeenAt),
            "owed": .array(view.owed.map(owed)),
        ]
    }

    private func database(_ database: SiteView.Database) -> JSONValue {
        let seen = database.observation
        return [
            "role": .string(database.role.rawValue), "observedAt": JSONValue(database.observedAt),
            "unreachable": JSONValue(database.unreachable), "timeline": JSONValue(seen?.timeline),
            "position": JSONValue(seen?.position.description),
            "lastTransactionAt": JSONValue(seen?.lastTransactionAt),
            "systemIdentifier": JSONValue(seen?.systemIdentifier),
            "following": JSONValue(seen?.receiver.map { "\($0.senderHost):\($0.senderPort)" }),
            "receiver": JSONValue(seen?.receiver?.status),
            "standbys": .array(
                (seen?.senders ?? []).map {
                    [
                        "name": .string($0.applicationName), "state": .string($0.state),
                        "lagBytes": JSONValue($0.lagBytes),
                    ]
                }),
        ]
    }

    private func workload(_ workload: WorkloadsObservation.Workload) -> JSONValue {
        [
            "kind": .string(workload.kind), "name": .string(workload.name), "wanted": .integer(workload.wanted),
            "ready": .integer(workload.ready), "pods": .integer(workload.pods),
        ]
    }

    private func owed(_ owed: OwedProjection.Owed) -> JSONValue {
        [
            "run": .string(owed.debt.run), "step": .string(owed.debt.step), "title": .string(owed.title),
            "reason": .string(owed.reason), "since": JSONValue(owed.since), "isOfDrill": .bool(owed.isOfDrill),
        ]
    }

    private func secret(_ status: SecretProjection.Status) -> JSONValue {
        [
            "name": .string(status.name), "site": .string(status.site), "verdict": .string(status.verdict.rawValue),
            "observedAt": JSONValue(status.observedAt),
        ]
    }
}

/// The journal's head as JSON: the hash as 64 hexadecimal digits, which `journal verify --head` takes.
enum HeadDocument {
    static func json(_ head: JournalHead) -> JSONValue {
        ["sequence": .integer(head.sequence), "hash": .string(head.hash.hexadecimal)]
    }
}
