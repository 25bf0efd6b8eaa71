import FailoverModel
import Foundation

/// Gives the token (and for some plugins the certificate) of the next request; reads or asks again when it has to.
actor KubernetesCredentials {
    enum Source: Sendable {
        case none
        case token(Secret)
        /// Read again whenever the file has changed.
        case file(String)
        case plugin(ExecPlugin)
    }

    /// What goes with one request.
    struct Grant: Sendable {
        var token: Secret?
        var identity: TLSSettings.Identity?
    }

    private let source: Source
    private let now: @Sendable () -> Date
    private var cached: ExecCredential?
    private var asking: Task<Result<ExecCredential, Fault>, Never>?

    init(_ source: Source, now: @escaping @Sendable () -> Date = { Date() }) {
        self.source = source
        self.now = now
    }

    func grant() async throws(Fault) -> Grant {
        switch source {
        case .none: return Grant()
        case .token(let token): return Grant(token: token)
        case .file(let path): return Grant(token: try Self.token(inFile: path))
        case .plugin(let plugin):
            let credential = try await credential(from: plugin)
            return Grant(token: credential.token, identity: credential.identity)
        }
    }

    /// After a 401. Whether asking again may give something else.
    func refused() -> Bool {
        switch source {
        case .none, .token: return false
        case .file: return true
        case .plugin:
            cached = nil
            return true
        }
    }

    /// One run of the plugin at a time, however many requests wait for it.
    private func credential(from plugin: ExecPlugin) async throws(Fault) -> ExecCredential {
        if let cached, cached.isValid(at: now()) { return cached }
        let task: Task<Result<ExecCredential, Fault>, Never>
        if let asking {
            task = asking
        } else {
            // Owned by this actor and bounded by the plugin's own deadline.
            task = Task {
                do throws(Fault) { return .success(try await plugin.run()) } catch { return .failure(error) }
            }
            asking = task
        }
        let result = await task.value
        if asking == task { asking = nil }
        let credential = try result.get()
        cached = credential
        return credential
    }

    private static func token(inFile path: String) throws(Fault) -> Secret {
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(data: data, encoding: .utf8)?.trimmingCharacters(in: .whitespacesAndNewlines),
            !text.isEmpty
        else {
            throw Fault(.invalid, "the token file is missing, empty or not text", at: path, next: "Check tokenFile.")
        }
        return Secret(text)
    }
}
