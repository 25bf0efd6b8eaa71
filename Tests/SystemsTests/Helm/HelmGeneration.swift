import Foundation

/// Which Helm a test runs on: the program of Helm 3, or the library of Helm 4 from PyPI behind the words of the program.
///
/// `HANDOVER_HELM=4` in the environment runs every test of Helm on Helm 4, not only the sample that always does.
enum HelmGeneration: String, CaseIterable, Sendable {
    case three = "3"
    case four = "4"

    static let chosen = ProcessInfo.processInfo.environment["HANDOVER_HELM"].flatMap(HelmGeneration.init) ?? .three

    /// For the sample: both, where both are there.
    static let sample: [HelmGeneration] = chosen == .four ? [.four] : allCases.filter { $0.program != nil }

    /// Its path; `nil` where it is not installed.
    var program: String? {
        switch self {
        case .three: Self.programOfThree
        case .four: Self.programOfFour
        }
    }

    private static let programOfThree = path("helm")

    private static let programOfFour: String? = {
        guard let python = path("python3") else { return nil }
        let look = Process()
        look.executableURL = URL(filePath: python)
        look.arguments = [
            "-c", "import importlib.util as u, sys; sys.exit(u.find_spec('helm_python') is None)",
        ]
        look.standardError = FileHandle.nullDevice
        guard (try? look.run()) != nil else { return nil }
        look.waitUntilExit()
        guard look.terminationStatus == 0 else { return nil }
        let file = FileManager.default.temporaryDirectory.appending(path: "helm-4-\(getpid())").path
        let isMade = FileManager.default.createFile(
            atPath: file, contents: Data("#!\(python)\n\(HelmFourScript.text)".utf8),
            attributes: [.posixPermissions: 0o755])
        atexit { unlink(FileManager.default.temporaryDirectory.appending(path: "helm-4-\(getpid())").path) }
        return isMade ? file : nil
    }()

    private static func path(_ program: String) -> String? {
        ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map { "\($0)/\(program)" }
            .first(where: FileManager.default.isExecutableFile)
    }
}
