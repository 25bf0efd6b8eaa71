import Foundation
import Glibc
import HandoverTestSupport

/// A small HTTP server that writes down what is sent to it.
struct Receiver {
    let program: ChildProgram
    let folder: String
    let port: Int

    static func start(in folder: String) async throws -> Receiver {
        let script = """
            import http.server, json, os, sys
            folder = sys.argv[1]
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                    with open(folder + "/hooks", "a") as f:
                        f.write(json.dumps([self.path, body, self.headers.get("X-Handover-Signature", ""),
                            self.headers.get("Idempotency-Key", "")]) + "\\n")
                    self.send_response(204); self.end_headers()
                def log_message(self, *a): pass
            server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
            with open(folder + "/port.new", "w") as f: f.write(str(server.server_port))
            os.rename(folder + "/port.new", folder + "/port")
            server.serve_forever()
            """
        let program = try ChildProgram.start("python3", ["-c", script, folder])
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            if let text = try? String(contentsOfFile: folder + "/port", encoding: .utf8), let port = Int(text) {
                return Receiver(program: program, folder: folder, port: port)
            }
            guard ContinuousClock.now < deadline else { throw FailoverStage.NotInTime(what: "the receiver is up") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func stop() { program.send(SIGKILL) }

    func bodies(at path: String) -> [String] { received.filter { $0.first == path }.map { $0[1] } }
    var signatures: [String] { received.map { $0[2] } }
    /// The key of each message that arrived, in its order.
    func keys(at path: String) -> [String] { received.filter { $0.first == path }.map { $0[3] } }

    private var received: [[String]] {
        let text = (try? String(contentsOfFile: folder + "/hooks", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) }
    }
}
