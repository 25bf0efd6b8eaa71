"""Holds exports against what others make of their formats: formats.py SCHEMA JSON CSV TRACE. Prints what is wrong."""
import csv, json, re, sys

import jsonschema
from google.protobuf.json_format import MessageToDict, ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

schema, document, table, trace = sys.argv[1:]
with open(schema) as file: schema = json.load(file)
with open(document) as file: document = json.load(file)
with open(trace) as file: trace = json.load(file)

validator = jsonschema.Draft202012Validator(schema)
validator.check_schema(schema)
for error in validator.iter_errors(document):
    print("schema:", "/".join(map(str, error.path)), error.message[:200])
# A schema that takes anything proves nothing.
for change in ("entries", "schema"):
    if validator.is_valid({key: value for key, value in document.items() if key != change}):
        print("schema: takes a document without", change)

# The same rows as the JSON. A cell may have an apostrophe before what would be a formula, and invisible text is shown.
with open(table, newline="", encoding="utf-8") as file: rows = list(csv.DictReader(file, strict=True))
entries = document["entries"]
if len(rows) != len(entries): print("csv:", len(rows), "rows for", len(entries), "entries")
for row, entry in zip(rows, entries):
    for key in ("sequence", "time", "recordedAt", "elapsedMilliseconds", "type", "kind", "clockWentBackMilliseconds"):
        if row[key] != ("" if entry[key] is None else str(entry[key])): print("csv:", key, row[key], "is not", entry[key])
    for key in ("run", "actor", "step", "source", "author", "sentence"):
        shown, plain = row[key], entry.get(key, document.get("run", {}).get("id")) or ""
        if shown[:1] == "'" and plain[:1] in "=+-@": shown = shown[1:]
        if re.fullmatch(r"[\x20-\x7e]*", plain) and shown != plain: print("csv:", key, shown[:80], "is not", plain[:80])
        if re.search("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", shown): print("csv:", key, "has invisible text")
        if row[key][:1] in ("=", "+", "-", "@"): print("csv:", key, "would be a formula")

# The protobuf mapping: unknown fields, wrong kinds and wrong enumerations are refused by the real messages. Identifiers are
# in hexadecimal there, where protobuf itself has base64.
def with_bytes(value):
    import base64
    if isinstance(value, list): return [with_bytes(one) for one in value]
    if not isinstance(value, dict): return value
    out = {}
    for key, one in value.items():
        if key in ("traceId", "spanId", "parentSpanId"):
            if not re.fullmatch("[0-9a-f]{%d}" % (32 if key == "traceId" else 16), one): print("trace:", key, one)
            one = base64.b64encode(bytes.fromhex(one)).decode()
        elif key.endswith("UnixNano") or key == "intValue":
            if not isinstance(one, str): print("trace:", key, "is no text")
        elif key in ("kind", "code"):
            if not isinstance(one, int): print("trace:", key, "is no number")
        out[key] = with_bytes(one)
    return out

message = ParseDict(with_bytes(trace), ExportTraceServiceRequest())
spans = [span for resource in message.resource_spans for scope in resource.scope_spans for span in scope.spans]
ids = {(span.trace_id, span.span_id) for span in spans}
if len(ids) != len(spans): print("trace: two spans have one identifier")
roots = [span for span in spans if not span.parent_span_id]
runs = document.get("runs", [document])
if len(roots) != len(runs): print("trace:", len(roots), "roots for", len(runs), "runs")
for span in spans:
    if span.parent_span_id and (span.trace_id, span.parent_span_id) not in ids: print("trace: no parent of", span.name)
    if span.end_time_unix_nano < span.start_time_unix_nano: print("trace:", span.name, "ends before it begins")
    if len(span.trace_id) != 16 or len(span.span_id) != 8: print("trace: identifier of", span.name)
names = {attribute.value.string_value for span in spans for attribute in span.attributes if attribute.key == "handover.step"}
begun = {step["id"] for run in runs for step in run["steps"] if step["startedAt"]}
if names != begun: print("trace: steps", names ^ begun)
if MessageToDict(message)["resourceSpans"] == []: print("trace: nothing in it")
