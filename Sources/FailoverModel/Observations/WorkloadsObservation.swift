/// The workloads of one Helm release as the Kubernetes API showed them.
package struct WorkloadsObservation: Equatable, Sendable {
    package var workloads: [Workload]

    package init(workloads: [Workload]) { self.workloads = workloads }

    /// A Deployment or StatefulSet.
    package struct Workload: Hashable, Sendable {
        /// `Deployment` or `StatefulSet`.
        package var kind: String
        package var name: String
        /// `spec.replicas`.
        package var wanted: Int64
        /// `status.readyReplicas`.
        package var ready: Int64
        /// Pods of it that still exist, whatever their phase.
        package var pods: Int64

        package init(kind: String, name: String, wanted: Int64, ready: Int64, pods: Int64) {
            self.kind = kind
            self.name = name
            self.wanted = wanted
            self.ready = ready
            self.pods = pods
        }
    }
}
