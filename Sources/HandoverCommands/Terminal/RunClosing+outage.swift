import FailoverModel

extension RunClosing {
    /// For how long each cluster took no writes: from the moment at which they began to be refused to that at which the
    /// promotion was proven. From the times of the events, so the real span is a little shorter.
    ///
    /// Where the new primary then waited for standbys that did not follow yet, its commits hung for longer; nothing in the
    /// journal says for how long, only that it was so.
    ///
    /// Nothing where the old primary was not closed by this run: then nobody knows when it stopped.
    static func outages(of state: RunState) -> [String] {
        state.plan.steps.filter { $0.isPivot }.compactMap { pivot in
            guard state.record(pivot.id).standing == .succeeded, let again = state.record(pivot.id).lastAt,
                let fence = state.plan.steps.first(where: {
                    $0.command == "postgres.fence" && $0.cluster == pivot.cluster
                }),
                state.record(fence.id).remembered?["wasPrimary"]?.flag == true,
                let closed = state.record(fence.id).firstAt
            else { return nil }
            let cluster = pivot.cluster.map { " \($0)" } ?? ""
            let span = SpanText.of(again.milliseconds(since: closed))
            let waited = state.record(pivot.id).facts?["commitsWaitFor"]?.text
            guard let waited else { return "\(pivot.site)\(cluster): no site took writes for \(span) at most" }
            return "\(pivot.site)\(cluster): no site took writes for \(span), and then commits waited for "
                + "synchronous_standby_names = \(waited), nobody knows for how long"
        }
    }
}
