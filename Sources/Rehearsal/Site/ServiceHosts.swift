/// The hosts of the rehearsal's service, as the Ingresses of an ESS have them.
enum ServiceHosts {
    static let serverName = RehearsalNames.zone
    static let synapse = "matrix.\(RehearsalNames.zone)"
    static let mas = "account.\(RehearsalNames.zone)"
    static let rtc = "mrtc.\(RehearsalNames.zone)"
    static let elementWeb = "element.\(RehearsalNames.zone)"
    static let elementAdmin = "admin.\(RehearsalNames.zone)"

    /// Those of a drill's release, which nobody is told of.
    static let drillZone = "drill.\(RehearsalNames.zone)"
    static let drillSynapse = "matrix.\(drillZone)"
    static let drillElementAdmin = "admin.\(drillZone)"
    static let drill = [drillSynapse, drillElementAdmin]

    static let all = [serverName, synapse, mas, rtc, elementWeb, elementAdmin]

    /// Who proves that the service takes writes, and the file that holds the access token.
    static let probeUser = "@handover:\(RehearsalNames.zone)"
    static let probeTokenName = "probe-token"

    /// What a site's SFU tells its clients; one of the addresses set aside for examples (RFC 5737).
    static func advertised(_ index: Int) -> String { "203.0.113.\(index + 21)" }
}
