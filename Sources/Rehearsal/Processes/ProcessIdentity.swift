import Glibc

/// A process as it can be found again by anybody later: a recycled number has another start time.
package struct ProcessIdentity: Codable, Hashable, Sendable {
    package var pid: Int32
    /// Clock ticks from the machine's start to the process's (proc(5), `stat`, field 22).
    package var startTicks: UInt64
    /// `/proc/sys/kernel/random/boot_id` when it was started: ticks of another boot mean nothing.
    package var boot: String

    /// The process of this number as it is now; `nil` where there is none.
    init?(pid: Int32) {
        guard let row = ProcessRow(pid: pid) else { return nil }
        self.pid = pid
        startTicks = row.startTicks
        boot = Self.currentBoot
    }

    static var currentBoot: String {
        (SmallFile.text(at: "/proc/sys/kernel/random/boot_id") ?? "").filter { !$0.isWhitespace }
    }

    /// What the process table says of it; `nil` where it is gone, or only a zombie is left of it.
    private var row: ProcessRow? {
        guard boot == Self.currentBoot, let row = ProcessRow(pid: pid), row.startTicks == startTicks else { return nil }
        return row.state == "Z" || row.state == "X" ? nil : row
    }

    package var isAlive: Bool { row != nil }
    /// Whether it was halted by SIGSTOP.
    var isHalted: Bool { row?.state == "T" }
}

/// One line of the process table.
struct ProcessRow {
    var pid: Int32
    var state: Character
    var parent: Int32
    var startTicks: UInt64

    init?(pid: Int32) {
        // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
        guard let text = SmallFile.text(at: "/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first, let parent = Int32(fields[1]),
            let startTicks = UInt64(fields[19])
        else { return nil }
        (self.pid, self.state, self.parent, self.startTicks) = (pid, state, parent, startTicks)
    }

    /// Every process there is.
    static var all: [ProcessRow] {
        guard let listing = opendir("/proc") else { return [] }
        defer { closedir(listing) }
        var rows: [ProcessRow] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let row = Int32(name).flatMap({ ProcessRow(pid: $0) }) { rows.append(row) }
        }
        return rows
    }

    /// The processes below `root`, at any depth.
    static func descendants(of root: Int32) -> [ProcessIdentity] {
        let byParent = Dictionary(grouping: all, by: \.parent)
        var found: [ProcessIdentity] = []
        var open = [root]
        while let parent = open.popLast() {
            for row in byParent[parent] ?? [] {
                open.append(row.pid)
                if let identity = ProcessIdentity(pid: row.pid) { found.append(identity) }
            }
        }
        return found
    }

    /// The processes whose environment holds `entry` (`NAME=value`), but this one.
    static func carrying(_ entry: String) -> [ProcessIdentity] {
        all.compactMap { row in
            guard row.pid != getpid(), let text = SmallFile.text(at: "/proc/\(row.pid)/environ"),
                text.split(separator: "\0").contains(entry[...])
            else { return nil }
            return ProcessIdentity(pid: row.pid)
        }
    }
}
