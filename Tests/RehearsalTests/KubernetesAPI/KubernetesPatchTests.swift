import Testing

@testable import Rehearsal

/// The four kinds of patch on plain values.
struct KubernetesPatchTests {
    private static func value(_ yaml: String) throws -> APIValue { try APIValue(yaml: yaml) }

    @Test(arguments: [
        // Items merge by name; an unknown one is added.
        (
            "spec: {containers: [{name: a, image: x}, {name: b, image: y}]}",
            "spec: {containers: [{name: b, image: z}, {name: c, image: w}]}",
            "spec: {containers: [{name: a, image: x}, {name: b, image: z}, {name: c, image: w}]}"
        ),
        // `$patch: delete` removes an item.
        (
            "spec: {containers: [{name: a}, {name: b}]}", "spec: {containers: [{name: a, $patch: delete}]}",
            "spec: {containers: [{name: b}]}"
        ),
        // `$patch: replace` in a list replaces the list.
        (
            "spec: {volumes: [{name: a}, {name: b}]}", "spec: {volumes: [{$patch: replace}, {name: c}]}",
            "spec: {volumes: [{name: c}]}"
        ),
        // `$patch: replace` in an object replaces the object.
        (
            "metadata: {labels: {a: x, b: y}}", "metadata: {labels: {$patch: replace, c: z}}",
            "metadata: {labels: {c: z}}"
        ),
        // `$retainKeys` removes the keys it does not name.
        (
            "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}",
            "strategy: {$retainKeys: [type], type: Recreate}", "strategy: {type: Recreate}"
        ),
        // `$setElementOrder` orders.
        (
            "containers: [{name: a}, {name: b}]",
            "{$setElementOrder/containers: [{name: c}, {name: b}, {name: a}], containers: [{name: c}]}",
            "containers: [{name: c}, {name: b}, {name: a}]"
        ),
        // A set of plain values.
        (
            "metadata: {finalizers: [a, b]}",
            "metadata: {$deleteFromPrimitiveList/finalizers: [a], finalizers: [c]}",
            "metadata: {finalizers: [b, c]}"
        ),
        // Lists without a merge key are replaced, and null removes.
        (
            "spec: {tolerations: [{key: a}], x: 1}", "spec: {tolerations: [{key: b}], x: null}",
            "spec: {tolerations: [{key: b}]}"
        ),
        // Container ports merge by their number, Service ports by theirs.
        (
            "spec: {containers: [{name: a, ports: [{containerPort: 80}]}], ports: [{port: 1, name: x}]}",
            "spec: {containers: [{name: a, ports: [{containerPort: 81}]}], ports: [{port: 1, name: y}]}",
            "spec: {containers: [{name: a, ports: [{containerPort: 80}, {containerPort: 81}]}], ports: [{port: 1, name: y}]}"
        ),
    ])
    func `a strategic merge patch follows Kubernetes' lists`(live: String, patch: String, result: String) throws {
        let patched = try StrategicMergePatch.apply(Self.value(patch), to: Self.value(live))
        #expect(patched == (try Self.value(result)))
    }

    @Test func `a list item without its merge key is refused`() throws {
        #expect(throws: APIFailure.self) {
            try StrategicMergePatch.apply(Self.value("containers: [{image: x}]"), to: .object([:]))
        }
    }

    @Test func `a merge patch replaces lists and removes by null`() throws {
        let live = try Self.value("{a: [1, 2], b: {c: 1, d: 2}}")
        #expect(live.merging(try Self.value("{a: [3], b: {c: null}}")) == (try Self.value("{a: [3], b: {d: 2}}")))
    }

    @Test(arguments: [
        (#"[{"op":"add","path":"/a/-","value":3}]"#, "{a: [1, 2, 3], b~/c: x}"),
        (#"[{"op":"remove","path":"/a/0"}]"#, "{a: [2], b~/c: x}"),
        (#"[{"op":"replace","path":"/b~0~1c","value":"y"}]"#, "{a: [1, 2], b~/c: y}"),
        (#"[{"op":"move","from":"/a","path":"/d"}]"#, "{d: [1, 2], b~/c: x}"),
        (#"[{"op":"copy","from":"/a/1","path":"/a/0"}]"#, "{a: [2, 1, 2], b~/c: x}"),
        (#"[{"op":"test","path":"/a/0","value":1},{"op":"remove","path":"/a"}]"#, "{b~/c: x}"),
    ])
    func `a JSON patch does its operations`(patch: String, result: String) throws {
        let live = try Self.value("{a: [1, 2], b~/c: x}")
        let operations = try JSONPatch(APIValue(json: Array(patch.utf8)))
        #expect(try operations.applied(to: live) == (try Self.value(result)))
    }

    @Test(arguments: [
        #"[{"op":"test","path":"/a/0","value":2}]"#, #"[{"op":"remove","path":"/x"}]"#,
        #"[{"op":"add","path":"/a/9","value":1}]"#,
    ])
    func `a JSON patch that does not fit is unprocessable`(patch: String) throws {
        let operations = try JSONPatch(APIValue(json: Array(patch.utf8)))
        let failure = #expect(throws: APIFailure.self) { try operations.applied(to: Self.value("{a: [1, 2]}")) }
        #expect(failure?.code == 422)
    }

    @Test func `integers stay exact and keys are sorted`() throws {
        let text = #"{"b":9007199254740993,"a":[1.5,-3,true,null,"é\n\"\u0001"]}"#
        let value = try APIValue(json: Array(text.utf8))
        #expect(value["b"] == .integer(9_007_199_254_740_993))
        #expect(value.json == #"{"a":[1.5,-3,true,null,"é\n\"\u0001"],"b":9007199254740993}"#)
        #expect(try APIValue(json: value.encoded()) == value)
    }

    @Test(arguments: ["", "{", "[1,]", "{\"a\" 1}", "nul", "1 2", "\"\\x\"", "-", "{\"a\":1,}"])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: JSONSyntaxError.self) { try APIValue(json: Array(text.utf8)) }
    }

    @Test func `YAML dates and quoted numbers stay text`() throws {
        let value = try Self.value("{a: 2026-01-01, b: \"1\", c: 1, d: true, e: 1.5, f: null, g: 2026-01-01T00:00:00Z}")
        #expect(
            value == [
                "a": "2026-01-01", "b": "1", "c": 1, "d": true, "e": .double(1.5), "f": .null,
                "g": "2026-01-01T00:00:00Z",
            ])
    }
}
