import Foundation
import Systems

/// A small real server with certificates of its own, for as long as a test needs it.
struct PythonServer {
    enum Kind: String {
        case good, expired, otherName, plain, wantsClientCertificate, blackHole
    }

    var port: Int
    var directory: String
    var requests: String { "\(directory)/requests" }

    func file(_ name: String) -> String { "\(directory)/\(name)" }
    func url(_ path: String, scheme: String = "https") -> String { "\(scheme)://127.0.0.1:\(port)\(path)" }
    /// Trusts the server's authority.
    var trusting: TLSSettings { TLSSettings(authorities: .file(file("ca.pem"))) }
    var identity: TLSSettings.Identity {
        TLSSettings.Identity(certificate: .file(file("client.pem")), key: .file(file("client.key")))
    }
    /// Method and path of each request that arrived.
    var seen: [String] {
        ((try? String(contentsOfFile: requests, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    static func run<Result>(_ kind: Kind, _ body: (PythonServer) async throws -> Result) async throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "handover-http-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-u", "-c", script, kind.rawValue, directory]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            // Not SIGTERM: children of a cooperative thread are born with it blocked.
            kill(process.processIdentifier, SIGKILL)
        }
        let line = await firstLine(of: output.fileHandleForReading)
        let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let port = Int(text) else { throw CocoaError(.fileReadCorruptFile) }
        return try await body(PythonServer(port: port, directory: directory))
    }

    /// Read on a thread of its own, so that no test waits for another one's server.
    static func firstLine(of handle: FileHandle) async -> Data {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var line = Data()
                while !line.contains(UInt8(ascii: "\n")) {
                    let more = handle.availableData
                    if more.isEmpty { break }
                    line += more
                }
                continuation.resume(returning: line)
            }
        }
    }

    private static let script = #"""
        import http.server, json, os, socket, ssl, subprocess, sys, threading, time
        kind, folder = sys.argv[1:3]
        os.chdir(folder)
        def openssl(*args):
            subprocess.run(["openssl", *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        def authority(name):
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key",
                    "-out", name + ".pem", "-days", "2", "-subj", "/CN=" + name)
        def leaf(name, names, days="2"):
            openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key",
                    "-out", name + ".csr", "-subj", "/CN=" + name)
            open(name + ".ext", "w").write("subjectAltName=" + names + "\n")
            openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                    "-out", name + ".pem", "-days", days, "-extfile", name + ".ext")
        authority("ca"); authority("stranger")
        leaf("client", "DNS:client")
        names = "DNS:other.example" if kind == "otherName" else "IP:127.0.0.1,DNS:api.example"
        leaf("server", names, "-1" if kind == "expired" else "2")
        if kind == "blackHole":
            hole = socket.socket(); hole.bind(("127.0.0.1", 0)); hole.listen(64)
            print(hole.getsockname()[1]); time.sleep(600)
        lock, tries, connections = threading.Lock(), {}, 0
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def setup(self):
                global connections
                with lock: connections += 1; self.number = connections
                if kind != "plain": self.shake_hands()
                super().setup()
            def shake_hands(self):
                spare = socket.socket(fileno=os.dup(self.request.fileno()))
                try: self.request.do_handshake()
                except OSError:
                    # Closed with something unread, the connection would be reset before the client has read the alert.
                    spare.settimeout(5)
                    try:
                        while spare.recv(65536): pass
                    except OSError: pass
                    raise
                finally: spare.close()
            def log_message(self, *args): pass
            def answer(self, status, body, **headers):
                self.send_response(status)
                for name, value in headers.items(): self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
            def cut(self):
                self.close_connection = True
                self.connection.close()
            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with lock:
                    open("requests", "a").write(self.command + " " + self.path + "\n")
                    tries[self.path] = tries.get(self.path, 0) + 1
                    count = tries[self.path]
                if self.path == "/garbage": return self.answer(200, b"<html>not json")
                if self.path == "/big": return self.answer(200, b"x" * 3_000_000)
                if self.path == "/redirect": return self.answer(302, b"", Location="/echo")
                if self.path == "/cut":
                    self.send_response(200); self.send_header("Content-Length", "1000"); self.end_headers()
                    self.wfile.write(b"0123456789"); self.wfile.flush(); return self.cut()
                if self.path == "/cut-early": return self.cut()
                if self.path == "/hang": time.sleep(30); return
                if self.path == "/drip":
                    self.send_response(200); self.send_header("Content-Length", "1000"); self.end_headers()
                    try:
                        for _ in range(100): self.wfile.write(b"."); self.wfile.flush(); time.sleep(0.1)
                    except OSError: pass
                    return
                if self.path.startswith("/throttled") and count == 1:
                    return self.answer(429, b"slow down", Retry_After="1")
                if self.path.startswith("/broken-once") and count == 1: return self.answer(500, b"boom")
                echo = {"method": self.command, "path": self.path, "body": body.decode(), "connection": self.number,
                        "headers": {name.lower(): value for name, value in self.headers.items()}}
                self.answer(200, json.dumps(echo).encode(), X_Seen="yes")
            do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = serve
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        if kind != "plain":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain("server.pem", "server.key")
            if kind == "wantsClientCertificate":
                context.load_verify_locations("ca.pem"); context.verify_mode = ssl.CERT_REQUIRED
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        print(server.server_address[1])
        server.serve_forever()
        """#
}
