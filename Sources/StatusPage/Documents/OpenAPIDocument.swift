import TimelineReports

/// The JSON API in OpenAPI 3.1, as `/openapi.json` gives it: a test holds every answer against it.
enum OpenAPIDocument {
    /// The timeline's own schema is taken in whole, its references with it.
    static let text = template.replacing("\"TIMELINE\"", with: timeline)

    private static let timeline = TimelineSchema.text.replacing(
        "#/$defs/", with: "#/components/schemas/TimelineDocument/$defs/")

    private static let template = #"""
        {
          "openapi": "3.1.0",
          "info": {
            "title": "Handover's status page",
            "version": "1",
            "description": "What the journal says, as documents. Everything is read from the journal alone. Times are RFC 3339 in UTC with microseconds. New keys may come at any time."
          },
          "servers": [{"url": "/"}],
          "security": [{}, {"token": []}, {"session": []}, {"certificate": []}],
          "paths": {
            "/api/status": {"get": {
              "operationId": "status", "summary": "Sites, secrets, runs, what is owed: as handover status --json",
              "parameters": [{"$ref": "#/components/parameters/at"}],
              "responses": {"200": {"description": "How things stand, or stood", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}}},
                "400": {"$ref": "#/components/responses/Error"}, "401": {"$ref": "#/components/responses/Error"}, "404": {"$ref": "#/components/responses/Error"}, "503": {"$ref": "#/components/responses/Error"}}}},
            "/api/runs": {"get": {
              "operationId": "runs", "summary": "Every run that is not over and the newest of those that are, newest first: as handover runs --json",
              "parameters": [{"$ref": "#/components/parameters/at"}],
              "responses": {"200": {"description": "Runs", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Runs"}}}},
                "400": {"$ref": "#/components/responses/Error"}, "401": {"$ref": "#/components/responses/Error"}, "404": {"$ref": "#/components/responses/Error"}, "503": {"$ref": "#/components/responses/Error"}}}},
            "/api/runs/{id}": {"get": {
              "operationId": "run", "summary": "A run and its steps: as handover show RUN --json",
              "parameters": [{"$ref": "#/components/parameters/id"}, {"$ref": "#/components/parameters/at"}],
              "responses": {"200": {"description": "The run", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Run"}}}},
                "400": {"$ref": "#/components/responses/Error"}, "401": {"$ref": "#/components/responses/Error"}, "404": {"$ref": "#/components/responses/Error"}, "503": {"$ref": "#/components/responses/Error"}}}},
            "/api/runs/{id}/timeline": {"get": {
              "operationId": "timeline", "summary": "What happened in a run: as handover timeline RUN --format json",
              "parameters": [{"$ref": "#/components/parameters/id"}, {"$ref": "#/components/parameters/at"}],
              "responses": {"200": {"description": "The timeline", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/TimelineDocument"}}}},
                "400": {"$ref": "#/components/responses/Error"}, "401": {"$ref": "#/components/responses/Error"}, "404": {"$ref": "#/components/responses/Error"}, "503": {"$ref": "#/components/responses/Error"}}}},
            "/api/checks": {"get": {
              "operationId": "checks", "summary": "The last check, how those before it went, and the drills",
              "parameters": [{"$ref": "#/components/parameters/at"}],
              "responses": {"200": {"description": "Checks and drills", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Checks"}}}},
                "400": {"$ref": "#/components/responses/Error"}, "401": {"$ref": "#/components/responses/Error"}, "404": {"$ref": "#/components/responses/Error"}, "503": {"$ref": "#/components/responses/Error"}}}},
            "/api/events": {"get": {
              "operationId": "events", "summary": "Every entry of the journal as it comes, as server-sent events",
              "description": "Each event \"entry\" has the entry's sequence as its id; who comes back with Last-Event-ID gets what came after it, without a gap. An event \"failure\" says what and next where the journal cannot be followed any further, and null for both when it can again. An event \"reload\" says that the place is of another journal. A comment comes at least every 15 seconds. A client that takes nothing for 10 seconds is let go.",
              "parameters": [
                {"name": "after", "in": "query", "description": "Begin after this entry; without it, with the next one", "schema": {"type": "integer", "minimum": 0}},
                {"name": "at", "in": "query", "description": "The same as after", "schema": {"type": "integer", "minimum": 0}},
                {"name": "journal", "in": "query", "description": "The journal that the place is of; another one answers reload", "schema": {"type": "string"}},
                {"name": "Last-Event-ID", "in": "header", "description": "The same; it counts before the others", "schema": {"type": "integer", "minimum": 0}}],
              "responses": {"200": {"description": "Events; the data of each entry is an Event", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
                "400": {"$ref": "#/components/responses/Error"}, "401": {"$ref": "#/components/responses/Error"}, "503": {"$ref": "#/components/responses/Error"}}}},
            "/metrics": {"get": {
              "operationId": "metrics", "summary": "For Prometheus, text format 0.0.4",
              "responses": {"200": {"description": "Metrics", "content": {"text/plain": {"schema": {"type": "string"}}}}, "401": {"$ref": "#/components/responses/Error"}}}},
            "/healthz": {"get": {
              "operationId": "health", "summary": "Whether the journal is read as it grows; needs no token", "security": [{}],
              "responses": {"200": {"description": "It is", "content": {"text/plain": {"schema": {"const": "ok\n"}}}}, "503": {"description": "It is not; the text says why", "content": {"text/plain": {"schema": {"type": "string"}}}}}}},
            "/openapi.json": {"get": {
              "operationId": "openapi", "summary": "This document", "security": [{}],
              "responses": {"200": {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}}}}
          },
          "components": {
            "securitySchemes": {
              "token": {"type": "http", "scheme": "bearer"},
              "session": {"type": "apiKey", "in": "cookie", "name": "handover-session"},
              "certificate": {"type": "mutualTLS"}
            },
            "parameters": {
              "id": {"name": "id", "in": "path", "required": true, "description": "The whole name of a run", "schema": {"type": "string", "minLength": 1}},
              "at": {"name": "at", "in": "query", "description": "As of this entry, or of the last one at or before this time; without it, now",
                "schema": {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "string", "format": "date-time"}]}}
            },
            "responses": {
              "Error": {"description": "What is wrong, and what to do", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
            },
            "schemas": {
              "Time": {"type": "string", "pattern": "^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$"},
              "MaybeTime": {"oneOf": [{"$ref": "#/components/schemas/Time"}, {"type": "null"}]},
              "MaybeText": {"type": ["string", "null"]},
              "MaybeNumber": {"type": ["integer", "null"]},
              "Error": {
                "type": "object", "required": ["error"], "additionalProperties": false,
                "properties": {"error": {"type": "object", "required": ["what", "next"], "additionalProperties": false,
                  "properties": {"what": {"type": "string", "minLength": 1}, "next": {"type": "string", "minLength": 1}}}}
              },
              "Event": {
                "type": "object", "required": ["sequence", "time", "run", "actor", "type", "step", "sentence"], "additionalProperties": false,
                "properties": {
                  "sequence": {"type": "integer", "minimum": 1}, "time": {"$ref": "#/components/schemas/Time"},
                  "run": {"type": "string", "description": "Empty for what belongs to no run"}, "actor": {"type": "string"},
                  "type": {"type": "string"}, "step": {"$ref": "#/components/schemas/MaybeText"},
                  "sentence": {"type": "string", "description": "At most 2000 characters and what shows the invisible"}}
              },
              "Executor": {
                "oneOf": [{"type": "null"}, {
                  "type": "object", "required": ["host", "pid", "since", "liveness", "why"], "additionalProperties": false,
                  "properties": {
                    "host": {"type": "string"}, "pid": {"type": "integer"}, "since": {"$ref": "#/components/schemas/MaybeTime"},
                    "liveness": {"enum": ["alive", "gone", "unknown", null]}, "why": {"$ref": "#/components/schemas/MaybeText"}}
                }]
              },
              "Objectives": {
                "oneOf": [{"type": "null"}, {
                  "type": "object", "required": ["verdict", "recoveryTime", "loss"], "additionalProperties": false,
                  "properties": {
                    "verdict": {"enum": ["met", "missed", "unknown"]},
                    "recoveryTime": {"type": "object", "required": ["milliseconds", "verdict", "promisedMilliseconds"], "additionalProperties": false,
                      "properties": {"milliseconds": {"$ref": "#/components/schemas/MaybeNumber"}, "verdict": {"enum": ["met", "missed", "unknown"]}, "promisedMilliseconds": {"$ref": "#/components/schemas/MaybeNumber"}}},
                    "loss": {"type": "object", "required": ["milliseconds", "verdict", "isAtLeast", "promisedMilliseconds"], "additionalProperties": false,
                      "properties": {"milliseconds": {"$ref": "#/components/schemas/MaybeNumber"}, "verdict": {"enum": ["met", "missed", "unknown"]}, "isAtLeast": {"type": "boolean"}, "promisedMilliseconds": {"$ref": "#/components/schemas/MaybeNumber"}}}}
                }]
              },
              "RunState": {"enum": ["started", "running", "waiting", "failed", "refused", "interrupted", "completed", "rolledBack", "abandoned"]},
              "RunSummary": {
                "type": "object",
                "required": ["id", "runbook", "title", "kind", "from", "to", "state", "direction", "startedAt", "startedBy", "endedAt", "lastAt", "summary", "isPastPivot", "isAbandoned", "objectives", "executor"],
                "properties": {
                  "id": {"type": "string"}, "runbook": {"type": "string"}, "title": {"type": "string"},
                  "kind": {"enum": ["runbook", "settlement", "drill"]}, "from": {"type": "string"}, "to": {"type": "string"},
                  "state": {"$ref": "#/components/schemas/RunState"}, "direction": {"enum": ["forward", "back"]},
                  "startedAt": {"$ref": "#/components/schemas/Time"}, "startedBy": {"type": "string"},
                  "endedAt": {"$ref": "#/components/schemas/MaybeTime"}, "lastAt": {"$ref": "#/components/schemas/Time"},
                  "summary": {"type": "string"}, "isPastPivot": {"type": "boolean"},
                  "isAbandoned": {"type": "boolean", "description": "It says that it runs, and nobody carries it out any more"},
                  "objectives": {"$ref": "#/components/schemas/Objectives"}, "executor": {"$ref": "#/components/schemas/Executor"}}
              },
              "Runs": {"type": "object", "required": ["runs"], "additionalProperties": false,
                "properties": {"runs": {"type": "array", "items": {"$ref": "#/components/schemas/RunSummary"}}}},
              "Status": {
                "type": "object", "required": ["head", "sites", "secrets", "runs", "splitBrains", "objectives"],
                "properties": {
                  "head": {"type": "object", "required": ["sequence", "hash"], "additionalProperties": false,
                    "properties": {"sequence": {"type": "integer", "minimum": 0}, "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}},
                  "sites": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Site"}},
                  "secrets": {"type": "array", "items": {
                    "type": "object", "required": ["name", "site", "verdict", "observedAt"], "additionalProperties": false,
                    "properties": {"name": {"type": "string"}, "site": {"type": "string"},
                      "verdict": {"enum": ["inSync", "differs", "missing", "extra", "wrongLabel", "wrongType", "unknown"]},
                      "observedAt": {"$ref": "#/components/schemas/Time"}}}},
                  "runs": {"type": "array", "items": {"$ref": "#/components/schemas/RunSummary"}},
                  "splitBrains": {"type": "array", "items": {
                    "type": "object", "required": ["cluster", "isSplit", "right", "rightBecauseOf", "wrong", "strangers", "sides"], "additionalProperties": false,
                    "properties": {"cluster": {"type": "string"}, "isSplit": {"type": "boolean"}, "right": {"$ref": "#/components/schemas/MaybeText"},
                      "rightBecauseOf": {"$ref": "#/components/schemas/MaybeText"}, "wrong": {"type": "array", "items": {"type": "string"}},
                      "strangers": {"type": "array", "items": {"type": "string"}},
                      "sides": {"type": "array", "items": {
                        "type": "object", "required": ["site", "timeline", "position", "systemIdentifier", "observedAt"], "additionalProperties": false,
                        "properties": {"site": {"type": "string"}, "timeline": {"type": "integer"}, "position": {"type": "string"},
                          "systemIdentifier": {"type": "string"}, "observedAt": {"$ref": "#/components/schemas/MaybeTime"}}}}}}},
                  "objectives": {"oneOf": [{"type": "null"}, {"type": "object", "required": ["run", "measured"], "additionalProperties": false,
                    "properties": {"run": {"type": "string"}, "measured": {"$ref": "#/components/schemas/Objectives"}}}]}}
              },
              "Site": {
                "type": "object", "required": ["role", "postgres", "workloads", "workloadsUnreachable", "service", "lastSeenAt", "owed"],
                "properties": {
                  "role": {"enum": ["primary", "standby", "fenced", "unreachable", "unknown"]},
                  "postgres": {"type": "object", "additionalProperties": {
                    "type": "object",
                    "required": ["role", "observedAt", "unreachable", "timeline", "position", "lastTransactionAt", "systemIdentifier", "following", "receiver", "standbys"],
                    "additionalProperties": false,
                    "properties": {
                      "role": {"enum": ["primary", "standby", "fenced", "unreachable", "unknown"]}, "observedAt": {"$ref": "#/components/schemas/MaybeTime"},
                      "unreachable": {"$ref": "#/components/schemas/MaybeText"}, "timeline": {"$ref": "#/components/schemas/MaybeNumber"},
                      "position": {"$ref": "#/components/schemas/MaybeText"}, "lastTransactionAt": {"$ref": "#/components/schemas/MaybeTime"},
                      "systemIdentifier": {"$ref": "#/components/schemas/MaybeText"}, "following": {"$ref": "#/components/schemas/MaybeText"},
                      "receiver": {"$ref": "#/components/schemas/MaybeText"},
                      "standbys": {"type": "array", "items": {"type": "object", "required": ["name", "state", "lagBytes"], "additionalProperties": false,
                        "properties": {"name": {"type": "string"}, "state": {"type": "string"}, "lagBytes": {"$ref": "#/components/schemas/MaybeNumber"}}}}}}},
                  "workloads": {"type": "array", "items": {"type": "object", "required": ["kind", "name", "wanted", "ready", "pods"], "additionalProperties": false,
                    "properties": {"kind": {"type": "string"}, "name": {"type": "string"}, "wanted": {"type": "integer"}, "ready": {"type": "integer"}, "pods": {"type": "integer"}}}},
                  "workloadsUnreachable": {"$ref": "#/components/schemas/MaybeText"},
                  "service": {"oneOf": [{"type": "null"}, {"type": "object", "required": ["isServing", "status", "observedAt"], "additionalProperties": false,
                    "properties": {"isServing": {"type": "boolean"}, "status": {"$ref": "#/components/schemas/MaybeNumber"}, "observedAt": {"$ref": "#/components/schemas/MaybeTime"}}}]},
                  "lastSeenAt": {"$ref": "#/components/schemas/MaybeTime"},
                  "owed": {"type": "array", "items": {"type": "object", "required": ["run", "step", "title", "reason", "since", "isOfDrill"], "additionalProperties": false,
                    "properties": {"run": {"type": "string"}, "step": {"type": "string"}, "title": {"type": "string"}, "reason": {"type": "string"}, "since": {"$ref": "#/components/schemas/Time"}, "isOfDrill": {"type": "boolean"}}}}}
              },
              "Run": {
                "type": "object", "required": ["run", "steps", "next"],
                "properties": {
                  "run": {
                    "type": "object",
                    "required": ["id", "runbook", "title", "kind", "from", "to", "others", "state", "direction", "startedAt", "startedBy", "endedAt", "lastAt", "lastSequence", "objectives", "summary", "isPastPivot", "executor"],
                    "properties": {
                      "id": {"type": "string"}, "runbook": {"type": "string"}, "title": {"type": "string"}, "kind": {"enum": ["runbook", "settlement", "drill"]},
                      "from": {"type": "string"}, "to": {"type": "string"}, "others": {"type": "array", "items": {"type": "string"}},
                      "state": {"$ref": "#/components/schemas/RunState"}, "direction": {"enum": ["forward", "back"]},
                      "startedAt": {"$ref": "#/components/schemas/Time"}, "startedBy": {"type": "string"}, "endedAt": {"$ref": "#/components/schemas/MaybeTime"},
                      "lastAt": {"$ref": "#/components/schemas/Time"}, "lastSequence": {"type": "integer", "minimum": 1},
                      "objectives": {"$ref": "#/components/schemas/Objectives"}, "summary": {"type": "string"}, "isPastPivot": {"type": "boolean"},
                      "executor": {"$ref": "#/components/schemas/Executor"}}
                  },
                  "steps": {"type": "array", "items": {
                    "type": "object",
                    "required": ["id", "title", "phase", "command", "site", "cluster", "isPivot", "needs", "state", "attempts", "firstAt", "lastAt", "retryAt", "how", "found", "facts", "question", "approvedBy", "accepted", "fault", "refusal"],
                    "properties": {
                      "id": {"type": "string"}, "title": {"type": "string"}, "phase": {"type": "string"}, "command": {"type": "string"}, "site": {"type": "string"},
                      "cluster": {"$ref": "#/components/schemas/MaybeText"}, "isPivot": {"type": "boolean"}, "needs": {"type": "array", "items": {"type": "string"}},
                      "state": {"enum": ["pending", "asked", "approved", "denied", "acting", "succeeded", "failed", "unknown", "refused", "deferred", "skipped", "doubted", "undoing", "undone", "undoFailed", "undoUnknown", "undoRefused", "undoDoubted", "left"]},
                      "attempts": {"type": "integer", "minimum": 0}, "firstAt": {"$ref": "#/components/schemas/MaybeTime"}, "lastAt": {"$ref": "#/components/schemas/MaybeTime"},
                      "retryAt": {"$ref": "#/components/schemas/MaybeTime"}, "how": {"enum": ["acted", "alreadySo", "adopted", null]}, "found": {"type": "string"},
                      "facts": true, "question": {"$ref": "#/components/schemas/MaybeText"}, "approvedBy": {"$ref": "#/components/schemas/MaybeText"},
                      "accepted": {"type": "array", "items": {"type": "string"}},
                      "fault": {"oneOf": [{"type": "null"}, {"type": "object", "required": ["kind", "what", "place", "next"], "additionalProperties": false,
                        "properties": {"kind": {"type": "string"}, "what": {"type": "string"}, "place": {"type": "string"}, "next": {"type": "string"}}}]},
                      "refusal": {"oneOf": [{"type": "null"}, {"type": "object", "required": ["rule", "sentence", "acceptance"], "additionalProperties": false,
                        "properties": {"rule": {"type": "string"}, "sentence": {"type": "string"}, "acceptance": {"$ref": "#/components/schemas/MaybeText"}}}]}}}},
                  "next": {"type": "array", "items": {"type": "string"}, "description": "What a person types next; empty for the past"}}
              },
              "Checks": {
                "type": "object", "required": ["last", "history", "drills"], "additionalProperties": false,
                "properties": {
                  "last": {"oneOf": [{"type": "null"}, {"type": "object", "required": ["at", "ok", "lastSoundAt", "problems"], "additionalProperties": false,
                    "properties": {
                      "at": {"$ref": "#/components/schemas/Time"}, "ok": {"type": "integer", "minimum": 0}, "lastSoundAt": {"$ref": "#/components/schemas/MaybeTime"},
                      "problems": {"type": "array", "items": {"type": "object", "required": ["id", "site", "verdict", "seen"], "additionalProperties": false,
                        "properties": {"id": {"type": "string"}, "site": {"type": "string"}, "verdict": {"enum": ["ok", "warning", "failing", "unknown"]}, "seen": {"type": "string"}}}}}}]},
                  "history": {"type": "array", "description": "Newest first", "items": {"type": "object", "required": ["sequence", "at", "actor", "ok", "warning", "failing", "unknown"], "additionalProperties": false,
                    "properties": {"sequence": {"type": "integer", "minimum": 1}, "at": {"$ref": "#/components/schemas/Time"}, "actor": {"type": "string"},
                      "ok": {"type": "integer"}, "warning": {"type": "integer"}, "failing": {"type": "integer"}, "unknown": {"type": "integer"}}}},
                  "drills": {"type": "array", "items": {"type": "object", "required": ["id", "title", "state", "startedAt", "endedAt", "summary"], "additionalProperties": false,
                    "properties": {"id": {"type": "string"}, "title": {"type": "string"}, "state": {"$ref": "#/components/schemas/RunState"},
                      "startedAt": {"$ref": "#/components/schemas/Time"}, "endedAt": {"$ref": "#/components/schemas/MaybeTime"}, "summary": {"type": "string"}}}}}
              },
              "TimelineDocument": "TIMELINE"
            }
          }
        }
        """#
}
