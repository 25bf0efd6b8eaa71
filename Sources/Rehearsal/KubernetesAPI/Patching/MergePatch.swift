extension APIValue {
    /// The value after a JSON merge patch (RFC 7396): objects merge, `null` removes, anything else replaces.
    func merging(_ patch: APIValue) -> APIValue {
        guard case .object(let changes) = patch else { return patch }
        var result = members ?? [:]
        for (key, change) in changes {
            result[key] = change == .null ? nil : (result[key] ?? .null).merging(change)
        }
        return .object(result)
    }
}
