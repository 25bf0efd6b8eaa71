import Foundation

/// The objects of one rehearsal cluster, their single counter of versions, and the changes that watches follow.
///
/// Every rule of the API runs inside this actor without suspension, so a request sees and changes one state.
actor KubernetesCluster {
    private(set) var objects: [String: [ObjectKey: StoredObject]] = [:]
    private(set) var resourceVersion: Int64 = 0
    private(set) var history: [WatchEvent] = []
    /// Versions up to this one are no longer in `history`; a watch from before it has expired.
    private(set) var forgottenVersion: Int64 = 0
    nonisolated let watchers = ClusterWatchers()
    private let stateFile: ClusterStateFile?
    private var savedVersion: Int64 = 0
    let timing: PodTiming
    /// When each pod becomes ready, or disappears; by uid, and only in memory, so that a restart starts the wait anew.
    var podDeadlines: [String: PodDeadline] = [:]
    var nextAddress = 1
    /// Which pods are really run, and those that are; by uid.
    let containers: LocalContainers?
    var localContainers: [String: LocalContainer] = [:]

    private static let historyLimit = 4_000

    /// Opens the state file when there is one, and makes what every cluster has: a node and the usual namespaces.
    init(stateFilePath: String?, timing: PodTiming, containers: LocalContainers? = nil) throws {
        self.containers = containers
        self.timing = timing
        self.stateFile = stateFilePath.map { ClusterStateFile(path: $0) }
        if let state = try stateFile?.read() {
            resourceVersion = Int64(state["resourceVersion"]?.text ?? "") ?? 0
            nextAddress = state["nextAddress"]?.int ?? 1
            for object in state["objects"]?.items ?? [] {
                guard
                    let type = ResourceRegistry.type(
                        apiVersion: object["apiVersion"]?.text ?? "", kind: object["kind"]?.text ?? "")
                else { continue }
                let key = ObjectKey(type: type, namespace: object.namespace, name: object.name)
                objects[type.storeName, default: [:]][key] = StoredObject(object)
            }
        }
        forgottenVersion = resourceVersion
        savedVersion = resourceVersion
    }

    // MARK: Reading

    func stored(_ key: ObjectKey) -> StoredObject? { objects[key.type.storeName]?[key] }
    func value(_ key: ObjectKey) -> APIValue? { stored(key)?.value }

    /// The objects of a type, of one namespace or of all, in name order.
    func list(_ type: ResourceType, namespace: String? = nil) -> [(key: ObjectKey, object: StoredObject)] {
        (objects[type.storeName] ?? [:])
            .filter { namespace == nil || $0.key.namespace == namespace }
            .map { (key: $0.key, object: $0.value) }
            .sorted { $0.key < $1.key }
    }

    /// The values of a type, of one namespace or of all, in name order.
    func values(_ type: ResourceType, namespace: String? = nil) -> [APIValue] {
        list(type, namespace: namespace).map(\.object.value)
    }

    // MARK: Writing

    /// Stores an object under the next version and tells the watches.
    @discardableResult
    func put(_ key: ObjectKey, _ value: APIValue) -> StoredObject {
        resourceVersion += 1
        var value = value
        value["metadata", "resourceVersion"] = .string(String(resourceVersion))
        let previous = self.value(key)
        let object = StoredObject(value)
        objects[key.type.storeName, default: [:]][key] = object
        record(
            WatchEvent(
                change: previous == nil ? .added : .modified, resourceVersion: resourceVersion, key: key,
                object: object, previous: previous))
        return object
    }

    /// Removes an object and tells the watches, which see its last state under the version of the removal.
    func remove(_ key: ObjectKey) {
        guard var value = value(key) else { return }
        resourceVersion += 1
        value["metadata", "resourceVersion"] = .string(String(resourceVersion))
        objects[key.type.storeName]?[key] = nil
        podDeadlines[value.uid] = nil
        record(
            WatchEvent(
                change: .deleted, resourceVersion: resourceVersion, key: key, object: StoredObject(value),
                previous: nil))
    }

    private func record(_ event: WatchEvent) {
        history.append(event)
        if history.count > Self.historyLimit * 2 {
            history.removeFirst(Self.historyLimit)
            forgottenVersion = history[0].resourceVersion - 1
        }
        watchers.tell(event)
    }

    // MARK: Watching

    /// Every change from now on. The stream ends the subscription when its reader goes away.
    func changes() -> WatchChanges { watchers.add() }

    // MARK: Lasting

    /// Writes the state file when something changed since it was last written; returns once that is on disk.
    func makeDurable() async throws {
        guard let stateFile, savedVersion < resourceVersion else { return }
        let version = resourceVersion
        try await stateFile.write(snapshot(), version: version)
        savedVersion = max(savedVersion, version)
    }

    private func snapshot() -> [UInt8] {
        let head = "{\"resourceVersion\":\"\(resourceVersion)\",\"nextAddress\":\(nextAddress),\"objects\":[\n"
        var bytes = Array(head.utf8)
        var first = true
        for type in ResourceRegistry.types {
            for object in (objects[type.storeName] ?? [:]).values {
                if !first { bytes.append(contentsOf: ",\n".utf8) }
                first = false
                bytes.append(contentsOf: object.encoded)
            }
        }
        bytes.append(contentsOf: "\n]}\n".utf8)
        return bytes
    }
}

/// How long a pod takes to become ready and to go away.
struct PodTiming: Sendable {
    var startDelay: Duration
    var terminationDelay: Duration
}

/// The moment at which a pod changes by itself.
struct PodDeadline: Sendable {
    enum Change: Sendable {
        case starts
        case disappears
    }

    let change: Change
    let at: ContinuousClock.Instant
}
