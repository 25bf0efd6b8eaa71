/// The JSON Schema (draft 2020-12) of what `TimelineReport.json` gives: `handover.timeline/1` of one run and
/// `handover.timelines/1` of several. `handover timeline --schema` prints it.
package enum TimelineSchema {
    package static let text = #"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "A timeline of Handover",
          "oneOf": [{"$ref": "#/$defs/timeline"}, {"$ref": "#/$defs/timelines"}],
          "$defs": {
            "time": {"type": "string", "pattern": "^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$"},
            "maybeTime": {"oneOf": [{"$ref": "#/$defs/time"}, {"type": "null"}]},
            "maybeText": {"type": ["string", "null"]},
            "maybeNumber": {"type": ["integer", "null"]},
            "sequence": {"type": "integer", "minimum": 1},
            "milliseconds": {"type": "integer", "minimum": 0},
            "timelines": {
              "type": "object",
              "required": ["schema", "runs", "entries"],
              "properties": {
                "schema": {"const": "handover.timelines/1"},
                "runs": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/timeline"}},
                "entries": {
                  "type": "array",
                  "items": {"allOf": [{"$ref": "#/$defs/entry"}, {"required": ["run"], "properties": {"run": {"type": "string"}}}]}
                }
              }
            },
            "timeline": {
              "type": "object",
              "required": [
                "schema", "run", "recovery", "drill", "losses", "phases", "steps", "executors", "interruptions", "decisions", "notes",
                "troubles", "owed", "roleChanges", "criticalPath", "silences", "entries"
              ],
              "properties": {
                "schema": {"const": "handover.timeline/1"},
                "run": {
                  "type": "object",
                  "required": [
                    "id", "kind", "runbook", "title", "from", "to", "others", "state", "direction", "summary", "startedBy",
                    "startedAt", "lastAt", "endedAt"
                  ],
                  "properties": {
                    "id": {"type": "string", "minLength": 1},
                    "kind": {"enum": ["runbook", "settlement", "drill"]},
                    "runbook": {"type": "string"}, "title": {"type": "string"},
                    "from": {"type": "string"}, "to": {"type": "string"},
                    "others": {"type": "array", "items": {"type": "string"}},
                    "state": {"type": "string"},
                    "direction": {"enum": ["forward", "back"]},
                    "summary": {"type": "string"}, "startedBy": {"type": "string"},
                    "startedAt": {"$ref": "#/$defs/time"}, "lastAt": {"$ref": "#/$defs/time"},
                    "endedAt": {"$ref": "#/$defs/maybeTime"}
                  }
                },
                "recovery": {
                  "type": "object",
                  "required": ["milliseconds", "step", "objectiveMilliseconds", "unknownBecause"],
                  "properties": {
                    "milliseconds": {"$ref": "#/$defs/maybeNumber"}, "step": {"$ref": "#/$defs/maybeText"},
                    "objectiveMilliseconds": {"$ref": "#/$defs/maybeNumber"},
                    "unknownBecause": {"$ref": "#/$defs/maybeText"}
                  }
                },
                "drill": {
                  "oneOf": [
                    {"type": "null"},
                    {
                      "type": "object",
                      "required": ["good", "problems", "warnings", "recoveryMilliseconds", "parts", "notMeasured", "losses", "latencies"],
                      "properties": {
                        "good": {"type": ["boolean", "null"]},
                        "problems": {"type": "array", "items": {"type": "string"}},
                        "warnings": {"type": "array", "items": {"type": "string"}},
                        "recoveryMilliseconds": {"$ref": "#/$defs/maybeNumber"},
                        "parts": {
                          "type": "array",
                          "items": {
                            "type": "object", "required": ["name", "milliseconds"],
                            "properties": {"name": {"type": "string"}, "milliseconds": {"$ref": "#/$defs/milliseconds"}}
                          }
                        },
                        "notMeasured": {"type": "array", "items": {"type": "string"}},
                        "losses": {
                          "type": "array",
                          "items": {
                            "type": "object", "required": ["cluster", "bytes", "milliseconds"],
                            "properties": {
                              "cluster": {"type": "string"}, "bytes": {"$ref": "#/$defs/maybeNumber"},
                              "milliseconds": {"$ref": "#/$defs/maybeNumber"}
                            }
                          }
                        },
                        "latencies": {
                          "type": "array",
                          "items": {
                            "type": "object", "required": ["cluster", "clone", "primary", "primaryUnknown"],
                            "properties": {
                              "cluster": {"type": "string"}, "clone": {"type": ["object", "null"]},
                              "primary": {"type": ["object", "null"]}, "primaryUnknown": {"$ref": "#/$defs/maybeText"}
                            }
                          }
                        }
                      }
                    }
                  ]
                },
                "losses": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": [
                      "cluster", "site", "bytes", "milliseconds", "lastTransactionAt", "isAtLeastAsOf", "forkPosition",
                      "oldTimeline", "newTimeline", "promoted", "objectiveMilliseconds"
                    ],
                    "properties": {
                      "cluster": {"type": "string"}, "site": {"type": "string"},
                      "bytes": {"$ref": "#/$defs/maybeNumber"}, "milliseconds": {"$ref": "#/$defs/maybeNumber"},
                      "lastTransactionAt": {"$ref": "#/$defs/maybeTime"}, "isAtLeastAsOf": {"$ref": "#/$defs/maybeTime"},
                      "forkPosition": {"$ref": "#/$defs/maybeText"},
                      "oldTimeline": {"$ref": "#/$defs/maybeNumber"}, "newTimeline": {"$ref": "#/$defs/maybeNumber"},
                      "promoted": {"type": "boolean"}, "objectiveMilliseconds": {"$ref": "#/$defs/maybeNumber"}
                    }
                  }
                },
                "phases": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": ["id", "title", "startedAt", "endedAt", "milliseconds", "waitedMilliseconds"],
                    "properties": {
                      "id": {"type": "string"}, "title": {"type": "string"},
                      "startedAt": {"$ref": "#/$defs/maybeTime"}, "endedAt": {"$ref": "#/$defs/maybeTime"},
                      "milliseconds": {"$ref": "#/$defs/maybeNumber"}, "waitedMilliseconds": {"$ref": "#/$defs/milliseconds"}
                    }
                  }
                },
                "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
                "executors": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": ["pid", "host", "identity", "actor", "claimedAt", "takenOverBecause", "releasedAt", "reason"],
                    "properties": {
                      "pid": {"type": "integer"}, "host": {"type": "string"}, "identity": {"type": "string"},
                      "actor": {"type": "string"}, "claimedAt": {"$ref": "#/$defs/time"},
                      "takenOverBecause": {"$ref": "#/$defs/maybeText"}, "releasedAt": {"$ref": "#/$defs/maybeTime"},
                      "reason": {"$ref": "#/$defs/maybeText"}
                    }
                  }
                },
                "interruptions": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": ["beganAt", "resumedAt", "resumedBy", "milliseconds", "why", "lost", "stepsUnderWay"],
                    "properties": {
                      "beganAt": {"$ref": "#/$defs/time"}, "resumedAt": {"$ref": "#/$defs/maybeTime"},
                      "resumedBy": {"$ref": "#/$defs/maybeText"}, "milliseconds": {"$ref": "#/$defs/maybeNumber"},
                      "why": {"type": "string"}, "lost": {"type": "boolean"},
                      "stepsUnderWay": {"type": "array", "items": {"type": "string"}}
                    }
                  }
                },
                "decisions": {"type": "array", "items": {"$ref": "#/$defs/said"}},
                "notes": {"type": "array", "items": {"$ref": "#/$defs/said"}},
                "troubles": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": ["sequence", "time", "step", "sentence", "handling"],
                    "properties": {
                      "sequence": {"$ref": "#/$defs/sequence"}, "time": {"$ref": "#/$defs/time"},
                      "step": {"$ref": "#/$defs/maybeText"}, "sentence": {"type": "string"}, "handling": {"type": "string"}
                    }
                  }
                },
                "owed": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": ["step", "site", "title", "reason", "since", "paid"],
                    "properties": {
                      "step": {"type": "string"}, "site": {"type": "string"}, "title": {"type": "string"},
                      "reason": {"type": "string"}, "since": {"$ref": "#/$defs/time"}, "paid": {"type": "boolean"}
                    }
                  }
                },
                "roleChanges": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": ["sequence", "time", "site", "cluster", "from", "to"],
                    "properties": {
                      "sequence": {"$ref": "#/$defs/sequence"}, "time": {"$ref": "#/$defs/time"},
                      "site": {"type": "string"}, "cluster": {"$ref": "#/$defs/maybeText"},
                      "from": {"$ref": "#/$defs/maybeText"}, "to": {"type": "string"}
                    }
                  }
                },
                "criticalPath": {
                  "oneOf": [
                    {"type": "null"},
                    {
                      "type": "object",
                      "required": ["milliseconds", "links"],
                      "properties": {
                        "milliseconds": {"$ref": "#/$defs/milliseconds"},
                        "links": {
                          "type": "array",
                          "items": {
                            "type": "object",
                            "required": [
                              "step", "milliseconds", "waitingMilliseconds", "workingMilliseconds", "pausingMilliseconds",
                              "nobodyMilliseconds", "gainMilliseconds"
                            ],
                            "properties": {
                              "step": {"type": "string"}, "milliseconds": {"$ref": "#/$defs/milliseconds"},
                              "waitingMilliseconds": {"$ref": "#/$defs/milliseconds"},
                              "workingMilliseconds": {"$ref": "#/$defs/milliseconds"},
                              "pausingMilliseconds": {"$ref": "#/$defs/milliseconds"},
                              "nobodyMilliseconds": {"$ref": "#/$defs/milliseconds"},
                              "gainMilliseconds": {"$ref": "#/$defs/maybeNumber"}
                            }
                          }
                        }
                      }
                    }
                  ]
                },
                "silences": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": ["afterSequence", "untilSequence", "milliseconds", "steps"],
                    "properties": {
                      "afterSequence": {"$ref": "#/$defs/sequence"}, "untilSequence": {"$ref": "#/$defs/sequence"},
                      "milliseconds": {"$ref": "#/$defs/milliseconds"}, "steps": {"type": "array", "items": {"type": "string"}}
                    }
                  }
                },
                "entries": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/entry"}}
              }
            },
            "step": {
              "type": "object",
              "required": [
                "id", "phase", "title", "command", "site", "cluster", "pivot", "state", "startedAt", "endedAt", "milliseconds",
                "waitedMilliseconds", "sentence", "attempts", "waits"
              ],
              "properties": {
                "id": {"type": "string"}, "phase": {"type": "string"}, "title": {"type": "string"},
                "command": {"type": "string"}, "site": {"type": "string"}, "cluster": {"$ref": "#/$defs/maybeText"},
                "pivot": {"type": "boolean"}, "state": {"type": "string"},
                "startedAt": {"$ref": "#/$defs/maybeTime"}, "endedAt": {"$ref": "#/$defs/maybeTime"},
                "milliseconds": {"$ref": "#/$defs/maybeNumber"}, "waitedMilliseconds": {"$ref": "#/$defs/milliseconds"},
                "sentence": {"type": "string"},
                "attempts": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": ["number", "direction", "startedAt", "endedAt", "milliseconds", "outcome", "sentence", "fault"],
                    "properties": {
                      "number": {"$ref": "#/$defs/maybeNumber"}, "direction": {"enum": ["forward", "back"]},
                      "startedAt": {"$ref": "#/$defs/maybeTime"}, "endedAt": {"$ref": "#/$defs/maybeTime"},
                      "milliseconds": {"$ref": "#/$defs/maybeNumber"},
                      "outcome": {
                        "enum": [
                          "succeeded", "alreadySo", "adopted", "failed", "unknown", "refused", "deferred", "doubted",
                          "skipped", "decidedDone", "decidedNotDone", "lost", null
                        ]
                      },
                      "sentence": {"type": "string"},
                      "fault": {
                        "oneOf": [
                          {"type": "null"},
                          {
                            "type": "object",
                            "required": ["kind", "what", "place", "next"],
                            "properties": {
                              "kind": {"type": "string"}, "what": {"type": "string"}, "place": {"type": "string"},
                              "next": {"type": "string"}
                            }
                          }
                        ]
                      }
                    }
                  }
                },
                "waits": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "required": ["question", "askedAt", "answeredAt", "answeredBy", "answer", "milliseconds"],
                    "properties": {
                      "question": {"type": "string"}, "askedAt": {"$ref": "#/$defs/time"},
                      "answeredAt": {"$ref": "#/$defs/maybeTime"}, "answeredBy": {"$ref": "#/$defs/maybeText"},
                      "answer": {"$ref": "#/$defs/maybeText"}, "milliseconds": {"$ref": "#/$defs/maybeNumber"}
                    }
                  }
                }
              }
            },
            "said": {
              "type": "object",
              "required": ["sequence", "time", "happenedAt", "actor", "step", "sentence"],
              "properties": {
                "sequence": {"$ref": "#/$defs/sequence"}, "time": {"$ref": "#/$defs/time"},
                "happenedAt": {"$ref": "#/$defs/maybeTime"}, "actor": {"type": "string"},
                "step": {"$ref": "#/$defs/maybeText"}, "sentence": {"type": "string"}
              }
            },
            "entry": {
              "type": "object",
              "required": [
                "sequence", "time", "recordedAt", "elapsedMilliseconds", "actor", "type", "kind", "step", "source", "author",
                "sentence", "clockWentBackMilliseconds", "placeUncertain"
              ],
              "properties": {
                "sequence": {"$ref": "#/$defs/sequence"}, "time": {"$ref": "#/$defs/time"},
                "recordedAt": {"$ref": "#/$defs/time"}, "elapsedMilliseconds": {"type": "integer"},
                "actor": {"type": "string"}, "type": {"type": "string"},
                "kind": {"enum": ["run", "decision", "step", "trouble", "look", "note", "outside"]},
                "step": {"$ref": "#/$defs/maybeText"}, "source": {"$ref": "#/$defs/maybeText"},
                "author": {"$ref": "#/$defs/maybeText"}, "sentence": {"type": "string"},
                "clockWentBackMilliseconds": {"$ref": "#/$defs/maybeNumber"}, "placeUncertain": {"type": "boolean"}
              }
            }
          }
        }
        """#
}
