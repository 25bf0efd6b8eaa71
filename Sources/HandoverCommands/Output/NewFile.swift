import FailoverModel
import Glibc

/// A file that the program makes for a person, and that must not be there yet; nobody else may read it.
struct NewFile {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(Fault) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let why = errno == EEXIST ? "the file is there already" : String(cString: strerror(errno))
            throw Fault(.invalid, "it cannot be made: \(why)", at: path, next: "Give another --output")
        }
    }

    func write(_ bytes: [UInt8]) throws(Fault) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno != EINTR { throw failure() }
            written += max(0, count)
        }
    }

    func close() throws(Fault) { if Glibc.close(descriptor) != 0 { throw failure() } }

    private func failure() -> Fault {
        let why = String(cString: strerror(errno))
        return Fault(.invalid, "it cannot be written: \(why)", at: path, next: "Make room, or give another --output")
    }
}
