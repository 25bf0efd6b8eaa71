import FailoverModel

/// Changes a server for a command: by SQL, or through the operator behind which it runs.
///
/// The commands decide what is to be done and prove by SQL that it was; a hand only does it. Each function given twice leaves
/// the server as once, and may return before the effect shows.
protocol ServerHand: Sendable {
    /// Whether it makes a standby of a primary, rewinding it where that is needed.
    var demotes: Bool { get }
    /// Looks whether it could change the server now; nothing is changed. `finding` is what the command found there.
    func grip(on target: PostgresTarget, for command: String, _ finding: Finding) async throws(Fault) -> Grip

    func fence(_ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault)
    /// `remembered`: the facts of the fence's first intent.
    func unfence(
        _ target: PostgresTarget, _ connection: PostgresConnection, remembered: JSONValue?
    ) async throws(Fault)
    /// Cuts a standby from its upstream.
    func freeze(_ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault)
    /// Has a frozen standby stream from another standby, without a slot.
    func stream(
        _ target: PostgresTarget, from source: PostgresTarget, _ connection: PostgresConnection,
        carrying old: ConnectionString?
    ) async throws(Fault)
    /// Has a server stream from the new primary by its slot there. `remembered`: the facts of its fence, if it had one.
    func follow(
        _ standby: PostgresTarget, _ primary: PostgresTarget, _ connection: PostgresConnection,
        carrying old: ConnectionString?, remembered: JSONValue?
    ) async throws(Fault)
    /// `remembered`: the facts of the first intent of the step that is undone.
    func restoreUpstream(
        _ target: PostgresTarget, _ connection: PostgresConnection, _ upstream: Upstream, password: Secret?,
        remembered: JSONValue?
    ) async throws(Fault)
    func makeSlots(_ names: [String], _ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault)
    func dropSlots(_ names: [String], _ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault)
    func clearSynchronous(_ target: PostgresTarget, _ connection: PostgresConnection) async throws(Fault)
    func restoreSynchronous(
        _ target: PostgresTarget, _ connection: PostgresConnection, to old: RememberedSetting, remembered: JSONValue?
    ) async throws(Fault)
    /// Asks for the promotion and waits for its end; throws `.uncertain` where it does not see one.
    func promote(
        _ target: PostgresTarget, _ connection: PostgresConnection, within seconds: Int64
    ) async throws(Fault)
    /// What a promotion that SQL has proven still lacks; `nil` where nothing.
    func unconfirmedPromotion(_ target: PostgresTarget) async throws(Fault) -> String?
}

/// Whether a hand can do its work at a server.
enum Grip: Sendable {
    /// What it has to remember of the server for the undo; no secrets.
    case firm(memory: JSONValue?)
    case hindered(StandbyComparison.Refusal)
}

extension PostgresAccess {
    /// CloudNativePG has commands of its own, because there the fence and the promotion are one exchange.
    func hand(for target: PostgresTarget) -> any ServerHand {
        switch target.server.driver {
        case .sql, .cloudNativePG: SQLHand(access: self)
        case .patroni(let members): PatroniHand(access: self, members: members)
        }
    }
}
