import FailoverModel

/// The topology that a command line names.
enum TopologyFile {
    static func read(_ invocation: Invocation) throws -> Topology {
        let path = invocation.topologyPath
        let source = try InputFile.read(
            path, called: "topology file",
            ifMissing:
                "Give --topology FILE, or set HANDOVER_TOPOLOGY; to try handover, begin with handover rehearsal up")
        return try Topology.decode(source, directory: InputFile.directory(of: path))
    }

    /// The names of its sites; none where there is no such file. What is wrong with it is only remarked upon.
    static func siteNames(_ invocation: Invocation) -> [String] {
        guard SmallText.exists(invocation.topologyPath) else { return [] }
        do {
            return try read(invocation).sites.map(\.name)
        } catch {
            invocation.say("warning: \(CommandFailure(error, invocation: invocation).text)")
            return []
        }
    }
}
