import Testing

@testable import FailoverModel

@Suite("Decoding the chart of a topology")
struct TopologyChartTests {
    private func decode(chart: String?, values: [String?] = ["[a.yaml]", "[/b.yaml, c.yaml]"]) throws(Diagnostics)
        -> Topology
    {
        let sites = zip(["dc1", "dc2"], values).map { name, values in
            "  \(name): {kubernetes: {release: ess\(values.map { ", values: \($0)" } ?? "")}}\n"
        }
        let text = "name: test\n" + (chart.map { "chart: \($0)\n" } ?? "") + "sites:\n" + sites.joined()
        return try Topology.decode(SourceText(file: "t.yaml", text: text), directory: "/etc")
    }

    private func problems(chart: String?, values: [String?] = ["[a.yaml]", "[b.yaml]"]) -> [String] {
        do throws(Diagnostics) {
            _ = try decode(chart: chart, values: values)
            return []
        } catch {
            return error.items.map(\.description)
        }
    }

    @Test func `What may be left out has its default, and paths are beside the file`() throws {
        let topology = try decode(chart: "{reference: charts/ess.tgz}")
        #expect(topology.chart == HelmChart(reference: "/etc/charts/ess.tgz"))
        #expect(topology.sites.map { $0.kubernetes?.values } == [["/etc/a.yaml"], ["/b.yaml", "/etc/c.yaml"]])
    }

    @Test func `Everything that can be written is read`() throws {
        let chart = try decode(
            chart:
                "{reference: \"oci://r.example.org/ess\", version: 26.8.2, program: bin/helm, timeout: 2m, standbyValues: [s.yaml], registry: {caCertificate: ca.pem, loginFile: login.json}}"
        ).chart
        #expect(
            chart
                == HelmChart(
                    reference: "oci://r.example.org/ess", version: "26.8.2", program: "/etc/bin/helm",
                    standbyValues: ["/etc/s.yaml"], timeoutMilliseconds: 120_000,
                    registry: .init(caCertificate: "/etc/ca.pem", loginFile: "/etc/login.json")))
    }

    @Test func `Half of it, and what Helm could not find, are named`() {
        #expect(
            problems(chart: "{reference: \"oci://r.example.org/ess\"}").first?.contains("no version is named") == true)
        #expect(problems(chart: "{reference: \"https://r.example.org/ess\"}").first?.contains("oci://") == true)
        #expect(problems(chart: nil).first?.contains("names no chart") == true)
        #expect(
            problems(chart: "{reference: ess, registry: {plainHTTP: true}}").first?.contains("names a file") == true)
        let open = "{reference: \"oci://r.example.org/ess\", version: 1.0.0, registry: {plainHTTP: true, loginFile: l}}"
        #expect(problems(chart: open).first?.contains("no use for \"loginFile\"") == true)
        let half = problems(chart: "{reference: ess}", values: ["[a.yaml]", nil])
        #expect(half.count == 1 && half[0].contains("\"dc2\" has no \"values\""))
    }
}
