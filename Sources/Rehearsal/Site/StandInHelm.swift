import FailoverModel
import Foundation

/// Installs the stand-in chart with the real `helm`: the first site serves, the others run nothing.
struct StandInHelm: Sendable {
    var program: String
    var files: RehearsalFiles

    func install(at site: String, isServing: Bool) async throws {
        var words = [
            "upgrade", "--install", StandInRelease.name, files.chart, "--namespace", StandInRelease.namespace,
            "--kubeconfig", files.kubeconfig(site), "--values", "\(files.values)/\(site).yaml", "--timeout", "30s",
        ]
        if !isServing { words += ["--values", files.standbyValues] }
        try await Launch(
            executable: program, arguments: words, environment: files.environment(["HOME": files.directory]),
            output: .file(files.log("\(site)-helm"))
        ).succeed(within: .seconds(60), next: "See \(files.log("\(site)-helm"))")
    }
}
