import FailoverModel
import Foundation

/// An answer to ListObjectsV2.
struct BucketListing: Equatable {
    struct Object: Equatable, Sendable {
        var key: String
        var bytes: Int64
        /// `2024-03-01T12:00:00.000Z`, as the storage writes it.
        var modified: String

        /// The day alone, where it is one.
        var day: String? {
            let day = modified.prefix(10)
            return day.utf8.count == 10 && day.allSatisfy { $0 == "-" || ("0"..."9").contains($0) } ? String(day) : nil
        }
    }

    var objects: [Object]

    /// Throws where it is no such answer, so that a page of something else does not pass for an empty bucket.
    init(_ body: Data, at place: String) throws(Fault) {
        guard let list = XMLText(body).elements("ListBucketResult").first else {
            throw Fault(
                .invalid, "the answer is not a list of objects", at: place,
                next: "Check that \"url\" is that of an object storage that speaks S3.")
        }
        objects = []
        for entry in list.elements("Contents") {
            guard let key = entry["Key"], !key.isEmpty, let bytes = entry["Size"].flatMap({ Int64($0) }) else {
                throw Fault(
                    .invalid, "the list of objects cannot be understood", at: place,
                    next: "Check what answers at \"url\".")
            }
            objects.append(Object(key: key, bytes: bytes, modified: entry["LastModified"] ?? ""))
        }
    }
}
