import FailoverModel
import Foundation

/// Where PostgreSQL's server programs are installed.
enum PostgresPrograms {
    /// The oldest version whose `ALTER SYSTEM` can be granted (GRANT … ON PARAMETER).
    static let oldestVersion = 15

    /// The newest of Debian's `/usr/lib/postgresql/VERSION/bin`, else the directory of PATH that has `postgres`.
    static func find() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let installed = versions.compactMap(Int.init).sorted(by: >).map { (version: $0, path: "\(root)/\($0)/bin") }
        if let newest = installed.first(where: { $0.version >= oldestVersion && isComplete($0.path) }) {
            return newest.path
        }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        if let found = path.split(separator: ":").map(String.init).first(where: isComplete) { return found }
        throw Fault(
            .invalid, "no PostgreSQL server \(oldestVersion) or later is installed", at: root,
            next: "Run apt-get install postgresql-\(oldestVersion)")
    }

    private static func isComplete(_ directory: String) -> Bool {
        ["postgres", "initdb", "pg_basebackup"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: "\(directory)/\($0)")
        }
    }
}
