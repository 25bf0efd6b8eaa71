import Foundation
import Glibc

/// Pods that are really run, as programs of this machine: those that have a claim whose files lie here.
///
/// Each gets mount, process and IPC namespaces of its own, so that it sees its volumes where its template mounts them, is
/// process 1 as in a container, and ends with everything that it has started. There is no image: its programs are this
/// machine's, found by the `PATH` of its own environment. That takes root and `unshare`.
package struct LocalContainers: Sendable {
    /// The folder of each PersistentVolumeClaim, by the claim's name.
    package var claims: [String: String]
    /// Where logs and the files of other volumes lie.
    package var directory: String

    package init(claims: [String: String], directory: String) {
        self.claims = claims
        self.directory = directory
    }

    /// Whether this machine lets us have them: namespaces take root, and not every machine lets root have them.
    package static let arePossible: Bool = {
        guard getuid() == 0 else { return false }
        let tried = Process()
        tried.executableURL = URL(filePath: "/usr/bin/unshare")
        tried.arguments = ["--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc", "true"]
        guard (try? tried.run()) != nil else { return false }
        tried.waitUntilExit()
        return tried.terminationStatus == 0
    }()
}

/// A volume of a pod as it lies on this machine, and where the container has it.
struct LocalMount: Sendable {
    var source: String
    var target: String

    /// Binds the arguments two by two; where there is nothing to bind over, an empty file system in memory is laid over the
    /// nearest folder that there is.
    static let script = #"""
        laid=
        while [ "$1" != -- ]; do
            for folder in $laid; do
                case $2 in "$folder"/*) mkdir -p "$2" ;; esac
            done
            if [ ! -e "$2" ]; then
                over=$2; while [ ! -e "$over" ]; do over=${over%/*}; over=${over:-/}; done
                if [ "$over" = / ]; then echo "$2 cannot be mounted on this machine"; exit 125; fi
                mount -t tmpfs -o mode=755 tmpfs "$over" && mkdir -p "$2" || exit 125
                laid="$laid $over"
            fi
            mount --bind "$1" "$2" || exit 125
            shift 2
        done
        shift
        exec setpriv "$@"
        """#
}

/// A container of a pod that runs here.
struct LocalContainer: Sendable {
    var process: ProcessIdentity
    var startedAt: String
    /// Whether it was asked to stop, and since when.
    var stoppingSince: ContinuousClock.Instant?
}
