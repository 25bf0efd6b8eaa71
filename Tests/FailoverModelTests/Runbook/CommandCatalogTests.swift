import Testing

@testable import FailoverModel

@Suite("The catalog of commands")
struct CommandCatalogTests {
    @Test("Names are distinct and belong to their system", arguments: CommandCatalog.commands.map(\.name))
    func names(name: String) throws {
        #expect(CommandCatalog.commands.count { $0.name == name } == 1)
        let scope = try #require(CommandCatalog.command(named: name)).scope
        switch scope {
        case .postgresCluster: #expect(name.hasPrefix("postgres.") || name.hasPrefix("drill."))
        case .kubernetesRelease: #expect(name.hasPrefix("kubernetes.") || name.hasPrefix("secrets."))
        case .synapseDatabase: #expect(name.hasPrefix("synapse."))
        case .helmRelease: #expect(name.hasPrefix("helm."))
        case .site: #expect(name.hasPrefix("program.") || name.hasPrefix("drill."))
        case .serviceEndpoint, .serviceNames: #expect(name.hasPrefix("service."))
        case .siteFirewall: #expect(name.hasPrefix("firewall."))
        case .dnsRecords, .externalDNS: #expect(name.hasPrefix("dns."))
        case .mediaBucket: #expect(name.hasPrefix("media."))
        }
    }

    @Test("A sentence names the site and nothing else in braces", arguments: CommandCatalog.commands.map(\.sentence))
    func sentences(sentence: String) {
        let names = Placeholders.pieces(of: sentence).compactMap { if case .name(let name) = $0 { name } else { nil } }
        #expect(names == ["site"])
    }

    @Test("What is a pivot can neither be deferred nor undone")
    func pivot() {
        let pivots = CommandCatalog.commands.filter(\.isPivot)
        #expect(pivots.map(\.name) == ["postgres.promote", "postgres.reopen"])
        #expect(pivots.allSatisfy { !$0.mayDefer && !$0.hasUndo })
    }
}
