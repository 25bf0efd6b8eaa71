extension APIRequestHandler {
    /// Answers what a user asks about itself: who it is, and whether it may do something.
    func review(_ request: APIRequest, type: ResourceType) throws(APIFailure) -> APIValue {
        var review = try request.decodedBody()
        review["apiVersion"] = .string(type.apiVersion)
        review["kind"] = .string(type.kind)
        review.setDefault(["creationTimestamp": .null], at: "metadata")
        if type.kind == "SelfSubjectReview" {
            let groups = (request.identity.groups + ["system:authenticated"]).map { APIValue.string($0) }
            review["status", "userInfo"] = ["username": .string(request.identity.user), "groups": .array(groups)]
            return review
        }
        let asked = review["spec", "resourceAttributes"]
        let allowed = asked.map { access.allows(Self.attempt($0), user: request.identity.user) } ?? true
        review["status"] = ["allowed": .bool(allowed)]
        return review
    }

    private static func attempt(_ asked: APIValue) -> AccessAttempt {
        let text = { (key: String) in asked[key]?.text.flatMap { $0.isEmpty ? nil : $0 } }
        return AccessAttempt(
            verb: text("verb") ?? "*", group: text("group") ?? "",
            resource: (text("resource") ?? "*") + (text("subresource").map { "/\($0)" } ?? ""),
            namespace: text("namespace"), name: text("name"))
    }
}
