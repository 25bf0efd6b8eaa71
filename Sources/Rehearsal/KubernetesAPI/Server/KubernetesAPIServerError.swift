/// Why the API server cannot start or keep its state: what happened, and what to do next.
package struct KubernetesAPIServerError: Error, CustomStringConvertible, Sendable {
    package let problem: String
    package let remedy: String

    package var description: String { "\(problem); \(remedy)" }
}
