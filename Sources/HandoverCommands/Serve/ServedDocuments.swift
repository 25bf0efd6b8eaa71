import FailoverModel
import RunEngine
import StatusPage

/// The documents of the command line for the page, so that both say the same.
enum ServedDocuments {
    static func of(_ invocation: Invocation) -> PageDocuments {
        let file = JournalFile(invocation)
        let siteNames = TopologyFile.siteNames(invocation)
        return PageDocuments(
            status: { picture in
                let shown = StatusPicture(snapshot(picture), siteNames: siteNames, file: file)
                return StatusDocument(picture: shown).json
            },
            runs: { picture in
                let runs = picture.projections.runs.newestFirst.map {
                    picture.past == nil ? file.listed($0) : ListedRun(summary: $0, liveness: nil)
                }
                // What a run of the past came to since is not told.
                let measured = picture.past == nil ? RunsCommand.measured(runs, file) : [:]
                return ["runs": .array(runs.map { RunSummaryDocument.json($0, measured: measured[$0.summary.id]) })]
            },
            run: { state, isPast in
                let liveness = isPast ? nil : file.liveness(of: state)
                let next = isPast ? [] : NextLines.of(state, invocation, isAbandoned: liveness?.isGone ?? false)
                return RunDocument(state: state, liveness: liveness, next: next).json
            },
            next: { state in
                NextLines.of(state, invocation, isAbandoned: file.liveness(of: state)?.isGone ?? false)
            },
            whyGone: { executor in
                guard case .gone(let why) = invocation.wiring.registry.liveness(of: executor) else { return nil }
                return why
            },
            siteNames: siteNames, now: { invocation.now }, version: HandoverProgram.version)
    }

    private static func snapshot(_ picture: PagePicture) -> JournalSnapshot {
        JournalSnapshot(head: picture.head, projections: picture.projections, past: picture.past)
    }
}
