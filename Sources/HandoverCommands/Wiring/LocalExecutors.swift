package import FailoverModel
import Glibc
package import RunEngine

/// Tells executors of this machine apart, living and gone, by what Linux says about their processes.
package struct LocalExecutors: ExecutorRegistry {
    private let proc: String
    private let host: String

    /// `proc` is where the proc file system is.
    package init(proc: String = "/proc", host: String = Self.hostName()) {
        self.proc = proc
        self.host = host
    }

    package func liveness(of executor: Executor) -> Liveness {
        guard executor.host == host else {
            return .unknown("it runs on \(executor.host), and this is \(host)")
        }
        guard let boot = Self.boot(proc) else { return .unknown("\(proc) does not say when this machine was started") }
        guard executor.boot == boot else { return .gone("this machine has been restarted since") }
        guard let start = Self.processStart(executor.pid, proc), start == executor.processStart else {
            return .gone("process \(executor.pid) is gone")
        }
        return .alive
    }

    /// This process. The identity is random, so that it is nobody else's.
    package static func current() throws -> Executor {
        let pid = Int64(getpid())
        guard let boot = boot("/proc"), let start = processStart(pid, "/proc") else {
            throw Fault(
                .invalid, "this process cannot be told from others: /proc is not readable", at: "/proc",
                next: "Mount /proc, and run handover again")
        }
        let identity = (0..<2).map { _ in
            let digits = String(UInt64.random(in: .min ... .max), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return Executor(identity: identity.joined(), host: hostName(), boot: boot, pid: pid, processStart: start)
    }

    /// The machine's name; in a container with processes of its own also which: process numbers mean nothing outside.
    package static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        let isKnown = gethostname(&name, name.count - 1) == 0
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (isKnown ? host : "localhost") + processNamespace()
    }

    /// Empty in the machine's own, whose inode is the same on every Linux (`PROC_PID_INIT_INO`).
    private static func processNamespace() -> String {
        var found = stat()
        guard stat("/proc/self/ns/pid", &found) == 0, found.st_ino != 0xEFFF_FFFC else { return "" }
        return "/container-\(found.st_ino)"
    }

    private static func boot(_ proc: String) -> String? {
        guard let text = SmallText.read("\(proc)/sys/kernel/random/boot_id") else { return nil }
        return String(text.prefix { !$0.isWhitespace })
    }

    /// Field 22 of `/proc/PID/stat`; the name in field 2 may hold anything, so counting begins after the last `)`.
    /// A zombie has ended, whatever its start time.
    static func processStart(_ pid: Int64, _ proc: String) -> Int64? {
        guard let text = SmallText.read("\(proc)/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return Int64(fields[19])
    }
}
