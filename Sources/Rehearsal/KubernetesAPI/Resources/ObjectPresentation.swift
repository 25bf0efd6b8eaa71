/// The form in which a client wants objects: whole, as rows of a table, or their metadata only.
struct ObjectPresentation: Sendable {
    enum Form: Sendable, Hashable {
        case whole
        case table
        case metadata
    }

    let type: ResourceType
    let form: Form
    /// What a table's row carries of its object: `Metadata`, `Object` or `None`.
    let includeObject: String

    init(_ request: APIRequest, type: ResourceType) {
        self.type = type
        self.includeObject = request.query["includeObject"] ?? "Metadata"
        var form = Form.whole
        for choice in request.accept.split(separator: ",").reversed() {
            let parts = Set(choice.split(separator: ";").map { String($0).trimmingSpaces })
            guard parts.contains("application/json") else { continue }
            if parts.isSuperset(of: ["as=Table", "v=v1", "g=meta.k8s.io"]) {
                form = .table
            } else if parts.contains("as=PartialObjectMetadata") || parts.contains("as=PartialObjectMetadataList") {
                form = .metadata
            } else {
                form = .whole
            }
        }
        self.form = form
    }

    func one(_ object: APIValue) -> APIValue {
        switch form {
        case .whole: object
        case .table: table([object], metadata: ["resourceVersion": object["metadata", "resourceVersion"] ?? ""])
        case .metadata: Self.metadata(of: object)
        }
    }

    /// The object of a watch event; a table shows its columns only once.
    func watched(_ object: APIValue, isFirst: Bool) -> APIValue {
        var shown = one(object)
        if form == .table, !isFirst { shown["columnDefinitions"] = [] }
        return shown
    }

    func list(_ page: ListPage) -> APIValue {
        var metadata: APIValue = ["resourceVersion": .string(String(page.resourceVersion))]
        metadata["continue"] = page.continueToken.map { .string($0) }
        metadata["remainingItemCount"] = page.remaining.map { .count($0) }
        let objects = page.objects.map(\.value)
        switch form {
        case .whole:
            return [
                "kind": .string("\(type.kind)List"), "apiVersion": .string(type.apiVersion), "metadata": metadata,
                "items": .array(objects),
            ]
        case .table: return table(objects, metadata: metadata)
        case .metadata:
            return [
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
                "items": .array(objects.map(Self.metadata)),
            ]
        }
    }

    /// A list of whole objects made of their stored bytes; `nil` for the other forms.
    func plainList(_ page: ListPage) -> [UInt8]? {
        guard form == .whole else { return nil }
        var empty = page
        empty.objects = []
        var bytes = Array("{\"items\":[".utf8)
        for (index, object) in page.objects.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += object.encoded
        }
        var rest = list(empty)
        rest["items"] = nil
        return bytes + Array("],".utf8) + rest.encoded().dropFirst()
    }

    /// What a bookmark of this form calls itself.
    var bookmarkKind: (kind: String, apiVersion: String) {
        switch form {
        case .whole: (type.kind, type.apiVersion)
        case .table: ("Table", "meta.k8s.io/v1")
        case .metadata: ("PartialObjectMetadata", "meta.k8s.io/v1")
        }
    }

    private static func metadata(of object: APIValue) -> APIValue {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object["metadata"] ?? .object([:]),
        ]
    }

    private func table(_ objects: [APIValue], metadata: APIValue) -> APIValue {
        let columns = TableColumn.columns(of: type)
        let rows = objects.map { object -> APIValue in
            var row: APIValue = ["cells": .array(columns.map { $0.cell(object) })]
            switch includeObject {
            case "None": break
            case "Object": row["object"] = object
            default: row["object"] = Self.metadata(of: object)
            }
            return row
        }
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            "columnDefinitions": .array(columns.map(\.definition)), "rows": .array(rows),
        ]
    }
}
