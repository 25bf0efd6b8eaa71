/// Which objects of a type a request asks for.
struct ListQuery: Sendable {
    var type: ResourceType
    /// `nil` for all namespaces.
    var namespace: String?
    var labels: LabelSelector
    var fields: FieldSelector
    var limit: Int?
    var continueToken: String?

    func matches(_ key: ObjectKey, _ object: APIValue) -> Bool {
        key.type == type && (namespace == nil || key.namespace == namespace) && labels.matches(object.labels)
            && fields.matches(object)
    }
}

/// One page of a list.
struct ListPage: Sendable {
    var objects: [StoredObject]
    var resourceVersion: Int64
    var continueToken: String?
    var remaining: Int?
}

extension KubernetesCluster {
    /// The objects that match, a page at a time when the query has a limit.
    func page(_ query: ListQuery) throws(APIFailure) -> ListPage {
        var found = list(query.type, namespace: query.namespace)
            .filter { query.labels.matches($0.object.value.labels) && query.fields.matches($0.object.value) }
        if let token = query.continueToken {
            guard let bytes = APIBase64.decoded(token) else {
                throw .badRequest("continue key is not valid: illegal base64 data")
            }
            let start = String(decoding: bytes, as: UTF8.self)
            found = found.filter { $0.key.sortText > start }
        }
        guard let limit = query.limit, limit > 0, found.count > limit else {
            return ListPage(objects: found.map(\.object), resourceVersion: resourceVersion)
        }
        let page = found.prefix(limit)
        return ListPage(
            objects: page.map(\.object), resourceVersion: resourceVersion,
            continueToken: page.last.map { APIBase64.encoded($0.key.sortText) }, remaining: found.count - limit)
    }

    /// What a watch starts with: the events up to now, and every change from here on.
    ///
    /// Without a resource version, or with `0`, these are the present objects as additions; from a version, the changes
    /// since. A version whose changes are forgotten is expired, and the client lists again.
    func startWatch(
        _ query: ListQuery, from version: Int64?
    ) throws(APIFailure) -> (start: [WatchEvent], version: Int64, changes: WatchChanges) {
        guard let version, version > 0 else {
            let present = list(query.type, namespace: query.namespace).map {
                WatchEvent(
                    change: .added, resourceVersion: $0.object.value.resourceVersion, key: $0.key, object: $0.object,
                    previous: nil)
            }
            return (present, resourceVersion, changes())
        }
        if version < forgottenVersion { throw .expired(version, resourceVersion) }
        return (history.filter { $0.resourceVersion > version }, resourceVersion, changes())
    }
}
