import FailoverModel
import Testing

@Suite("Who is told, and of what")
struct TopologyAlertsTests {
    private func hooks(_ fields: String) throws(Diagnostics) -> [AlertHook] {
        let sites = ["dc1", "dc2"].enumerated().map {
            "  \($1): {postgres: {main: {host: 127.0.0.1, port: \($0 + 1), user: h, replication: {user: r}}}}"
        }
        let file = "alerts: {room: {\(fields)}}\nname: t\nsites:\n" + sites.joined(separator: "\n") + "\n"
        return try Topology.decode(SourceText(file: "t.yaml", text: file), directory: "/etc").alerts
    }

    @Test func `a hook is told of checks and of runs unless it says otherwise`() throws {
        let url = "form: slack, url: 'https://chat.example.org/h'"
        #expect(try hooks(url)[0].tells == [.checks, .runs])
        #expect(try hooks(url + ", tell: [runs]")[0].tells == [.runs])
        #expect(try hooks(url + ", tell: [runs, checks, runs]")[0].tells == [.runs, .checks])
    }

    @Test func `a Matrix room has a homeserver, an id and a token that stands elsewhere`() throws {
        let room = "form: matrix, url: 'https://matrix.example.org', room: '!ops:example.org'"
        #expect(
            try hooks(room + ", tokenFile: s/token") == [
                AlertHook(
                    name: "room", form: .matrix, url: .plain("https://matrix.example.org"),
                    room: AlertHook.Room(id: "!ops:example.org", token: .file("/etc/s/token")))
            ])
        #expect(try hooks(room + ", tokenEnvironment: T")[0].room?.token == .environment("T"))
    }

    @Test(arguments: ["99999", "0", "", "http", "-1", "+80", "80x", "1:2"])
    func `a port that is none is refused where it stands, and what is one is taken`(port: String) throws {
        for host in ["chat.example.org", "[2001:db8::1]"] {
            let problems = #expect(throws: Diagnostics.self) {
                try hooks("form: slack, url: 'https://\(host):\(port)/hook'")
            }
            let text = problems?.description ?? ""
            #expect(text.contains("t.yaml:1:") && text.contains("a port is a number from 1 to 65535"), "\(text)")
            for fine in ["\(host)", "\(host):443", "\(host):65535"] {
                #expect(try hooks("form: slack, url: 'https://\(fine)/a:b'").count == 1)
            }
        }
    }

    @Test(arguments: [
        ("form: slack, url: 'https://a', tell: []", "told of nothing"),
        ("form: slack, url: 'https://a', tell: [run]", "a list of checks, runs"),
        ("form: slack, url: 'https://a', tell: runs", "\"tell\" is a list"),
        ("form: slack, url: 'https://a', room: '!a:b'", "\"room\" is for the form matrix"),
        ("form: json, url: 'https://a', tokenFile: t", "\"tokenFile\" is for the form matrix"),
        ("form: matrix, url: 'https://a', tokenFile: t", "has no \"room\""),
        ("form: matrix, url: 'https://a', room: '!a:b'", "has no \"tokenFile\""),
        ("form: matrix, url: 'https://a', room: '#ops:example.org', tokenFile: t", "which begins with !"),
        ("form: matrix, url: 'https://a', room: '!a:b', token: syt_4711", "a secret stands in the file"),
        ("form: matrix, url: 'https://a', room: '!a:b', tokenFile: t, tokenEnvironment: T", "Keep one of them"),
    ])
    func `a slip is named, and no secret is repeated`(fields: String, expected: String) {
        let problems = #expect(throws: Diagnostics.self) { try hooks(fields) }
        let text = problems?.description ?? ""
        #expect(text.contains(expected) && !text.contains("4711"), "\(text)")
    }
}
