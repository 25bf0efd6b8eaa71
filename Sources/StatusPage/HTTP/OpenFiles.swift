import Glibc

/// How many files and connections this process may have open at once.
package enum OpenFiles {
    /// What the page takes at most, with room to spare.
    private static let enough: rlim_t = 2048

    /// Lets the process have as many as the page can need, as far as its hard limit goes: systemd and shells give 1024.
    package static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < enough else { return }
        limit.rlim_cur = min(enough, limit.rlim_max)
        _ = setrlimit(resource, &limit)
    }

    static var limit: Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
