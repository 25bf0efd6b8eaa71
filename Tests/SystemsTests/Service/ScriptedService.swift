import Foundation

@testable import Systems

/// An ESS behind an ingress, as far as the acceptance list asks it, for as long as a test needs it: TLS with an authority of its
/// own, and answers that a test may change.
struct ScriptedService: Sendable {
    /// A port each, on which another certificate is shown.
    enum Door: Int, Sendable {
        case right, otherName, endsSoon, stranger
    }

    let directory: String
    private let ports: [Int]

    var authority: String { "\(directory)/ca.pem" }
    func port(_ door: Door = .right) -> Int { ports[door.rawValue] }

    /// What arrived: `GET matrix.ess.test /path sni=matrix.ess.test token`.
    var seen: [String] {
        ((try? String(contentsOfFile: "\(directory)/requests", encoding: .utf8)) ?? "").split(separator: "\n")
            .map(String.init)
    }

    static let hosts = [
        "ess.test", "matrix.ess.test", "account.ess.test", "mrtc.ess.test", "element.ess.test", "admin.ess.test",
    ]
    static let token = "mct_planted-token-4711-of-nobody"

    /// From now on these answers are given instead, by host and path. `status`, `body`, `delay` (seconds), `cut` (bytes sent
    /// before the connection breaks).
    func say(_ answers: [String: [String: any Sendable]]) throws {
        let data = try JSONSerialization.data(withJSONObject: answers)
        try data.write(to: URL(filePath: "\(directory)/script.json"), options: .atomic)
    }

    static func run(_ body: (ScriptedService) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "handover-service-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-u", "-c", script, directory]
        process.environment = ProcessInfo.processInfo.environment.merging(["PROBE_TOKEN": token]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        defer { kill(process.processIdentifier, SIGKILL) }
        let line = String(
            decoding: await PythonServer.firstLine(of: output.fileHandleForReading), as: UTF8.self)
        let ports = line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard ports.count == 4 else { throw CocoaError(.fileReadCorruptFile) }
        try await body(ScriptedService(directory: directory, ports: ports))
    }

    private static let script = #"""
        import http.server, json, os, socket, ssl, subprocess, sys, threading, time
        os.chdir(sys.argv[1])
        token = os.environ["PROBE_TOKEN"]
        hosts = ["ess.test", "matrix.ess.test", "account.ess.test", "mrtc.ess.test", "element.ess.test", "admin.ess.test"]
        def openssl(*args):
            subprocess.run(["openssl", *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        for name in ["ca", "stranger"]:
            openssl("req", "-x509", *new, "-keyout", name + ".key", "-out", name + ".pem", "-days", "9", "-subj", "/CN=" + name)
        def leaf(name, names, days, ca="ca"):
            openssl("req", "-x509", *new, "-keyout", name + ".key", "-out", name + ".pem", "-days", days, "-subj", "/CN=" + name,
                    "-CA", ca + ".pem", "-CAkey", ca + ".key", "-addext", "subjectAltName=" + ",".join("DNS:" + n for n in names))
        leaf("right", hosts, "30"); leaf("otherName", ["other.example"], "30")
        leaf("endsSoon", hosts, "3"); leaf("stranger-leaf", hosts, "30", "stranger")
        kept, lock = {}, threading.Lock()
        usual = {
            "ess.test/.well-known/matrix/server": {"m.server": "matrix.ess.test:443"},
            "ess.test/.well-known/matrix/client": {"m.homeserver": {"base_url": "https://matrix.ess.test"},
                "org.matrix.msc4143.rtc_foci": [{"type": "livekit", "livekit_service_url": "https://mrtc.ess.test"}]},
            "matrix.ess.test/_synapse/ess/version": {"version": "26.8.2", "edition": "community"},
            "matrix.ess.test/_matrix/client/versions": {"versions": ["v1.11"]},
            "matrix.ess.test/_matrix/federation/v1/version": {"server": {"name": "Synapse", "version": "1.159.0"}},
            "matrix.ess.test/_matrix/client/v3/account/whoami": {"user_id": "@handover:ess.test"},
            "matrix.ess.test/_matrix/client/v1/auth_metadata": {"issuer": "https://account.ess.test/"},
            "account.ess.test/.well-known/openid-configuration": {"issuer": "https://account.ess.test/"},
            "element.ess.test/config.json":
                {"default_server_config": {"m.homeserver": {"base_url": "https://matrix.ess.test"}}},
            "element.ess.test/health": "OK", "admin.ess.test/health": "OK", "mrtc.ess.test/": "OK",
            "element.ess.test/own": {"status": "ok", "parts": [{"up": True}]},
        }
        names = {}
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *args): pass
            def setup(self):
                self.request.do_handshake(); super().setup()
            def answer(self, status, body):
                body = body if isinstance(body, str) else json.dumps(body)
                self.send_response(status); self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers(); self.wfile.write(body.encode())
            def serve(self):
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                host = self.headers["Host"]; place = host + self.path
                with lock:
                    open("requests", "a").write("%s %s %s sni=%s%s\n" % (self.command, host, self.path,
                        getattr(self.request, "asked", None), " token" if self.headers["Authorization"] else ""))
                said = {}
                try: said = json.load(open("script.json"))
                except OSError: pass
                mine = said.get(self.command + " " + place) or said.get(place) or said.get(host)
                if mine:
                    if "delay" in mine: time.sleep(mine["delay"])
                    if "cut" in mine:
                        self.send_response(200); self.send_header("Content-Length", "1000"); self.end_headers()
                        self.wfile.write(b"x" * mine["cut"]); self.wfile.flush()
                        self.close_connection = True; self.connection.close(); return
                    if "body" in mine: return self.answer(mine.get("status", 200), mine["body"])
                if host == "matrix.ess.test" and ("/account_data/" in self.path or self.path.endswith("whoami")):
                    if self.headers["Authorization"] != "Bearer " + token:
                        return self.answer(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token passed."})
                if "/account_data/" in self.path:
                    if self.command == "PUT": kept[self.path] = sent.decode(); return self.answer(200, {})
                    if self.path in kept: return self.answer(200, kept[self.path])
                    return self.answer(404, {"errcode": "M_NOT_FOUND", "error": "Account data not found"})
                if place == "mrtc.ess.test/sfu/get": return self.answer(405, "")
                if place in usual: return self.answer(200, usual[place])
                self.answer(404, "default backend - 404")
            do_GET = do_PUT = do_POST = serve
        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            def handle_error(self, *args): pass
        ports = []
        for name in ["right", "otherName", "endsSoon", "stranger-leaf"]:
            server = Server(("127.0.0.1", 0), Handler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(name + ".pem", name + ".key")
            def note(connection, asked, context): connection.asked = asked
            context.sni_callback = note
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            ports.append(str(server.server_address[1]))
        print(" ".join(ports)); time.sleep(600)
        """#
}
