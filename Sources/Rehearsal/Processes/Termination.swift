import Glibc

/// Ends processes for certain.
enum Termination {
    /// Kills processes and all they started, without a chance for any to react, and waits until they are gone.
    ///
    /// The roots are halted first so that they start nothing while their descendants are looked up. PostgreSQL's
    /// backends have sessions of their own, so a signal to the process group would miss them.
    @discardableResult
    static func killTrees(_ roots: [ProcessIdentity]) async -> Bool {
        let roots = roots.filter(\.isAlive)
        for root in roots { Glibc.kill(root.pid, SIGSTOP) }
        _ = await eventually(within: .milliseconds(200)) { roots.allSatisfy { $0.isHalted || !$0.isAlive } }
        // Descendants first: a backend that saw its postmaster die would still have time for a farewell.
        return await kill(roots.flatMap { ProcessRow.descendants(of: $0.pid) } + roots)
    }

    /// Kills exactly these and waits until they are gone.
    @discardableResult
    static func kill(_ processes: [ProcessIdentity]) async -> Bool {
        for process in processes where process.isAlive { Glibc.kill(process.pid, SIGKILL) }
        return await waitUntilGone(processes, within: .seconds(5))
    }

    /// Asks with `signal`, and kills what is left of them after `limit`.
    static func end(_ roots: [ProcessIdentity], by signal: Int32, within limit: Duration) async {
        for root in roots where root.isAlive { Glibc.kill(root.pid, signal) }
        if await waitUntilGone(roots, within: limit) { return }
        await killTrees(roots)
    }

    private static func waitUntilGone(_ processes: [ProcessIdentity], within limit: Duration) async -> Bool {
        await eventually(within: limit) {
            // Collects those that are our own children; the others belong to whoever started them.
            for process in processes { waitpid(process.pid, nil, WNOHANG) }
            return !processes.contains(where: \.isAlive)
        }
    }

    private static func eventually(within limit: Duration, _ condition: () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while !condition() {
            if ContinuousClock.now > deadline { return false }
            // A cancelled caller still has to clean up, so the wait goes on without its sleep being cut short.
            await Task { try? await Task.sleep(for: .milliseconds(3)) }.value
        }
        return true
    }
}
