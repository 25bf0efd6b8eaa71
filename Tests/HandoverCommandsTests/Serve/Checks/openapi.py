"""Holds answers of the status page against its OpenAPI file: openapi.py ANSWERS. Prints what is wrong."""
import json, re, sys
from jsonschema import Draft202012Validator

given = json.load(open(sys.argv[1]))
answers = given["answers"]
document = json.loads(next(a["body"] for a in answers if a["path"] == "/openapi.json"))


def resolve(reference):
    place = document
    for part in reference.removeprefix("#/").split("/"):
        place = place[part.replace("~1", "/").replace("~0", "~")]
    return place


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str): yield value["$ref"]
        for one in value.values(): yield from references(one)
    elif isinstance(value, list):
        for one in value: yield from references(one)


def check(schema, value, where):
    # The whole document is around the schema, so that its references lead somewhere.
    validator = Draft202012Validator({**schema, "components": document["components"]})
    for error in list(validator.iter_errors(value))[:5]:
        print(where, "/".join(map(str, error.absolute_path)), error.message[:300])


if document["openapi"] != "3.1.0": print("not OpenAPI 3.1")
for key in ("info", "paths", "components"):
    if key not in document: print("no", key)
for reference in set(references(document)):
    try: resolve(reference)
    except (KeyError, TypeError): print("leads nowhere:", reference)
for name, schema in document["components"]["schemas"].items(): Draft202012Validator.check_schema(schema)
names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
if len(names) != len(set(names)): print("an operationId is there twice")
for path, item in document["paths"].items():
    wanted = set(re.findall(r"{(\w+)}", path))
    given_names = set()
    for parameter in item["get"].get("parameters", []):
        parameter = resolve(parameter["$ref"]) if "$ref" in parameter else parameter
        if parameter["in"] == "path": given_names.add(parameter["name"])
        Draft202012Validator.check_schema(parameter["schema"])
    if wanted != given_names: print(path, "has other parameters")

met = set()
for answer in answers:
    path = answer["path"].split("?")[0]
    found = None
    for known in document["paths"]:
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), path): found = known
    if not found:
        print("not in the document:", path)
        continue
    met.add(found)
    responses = document["paths"][found]["get"]["responses"]
    response = responses.get(str(answer["status"]))
    if response is None:
        print(path, "answers", answer["status"], "which is not foreseen")
        continue
    if "$ref" in response: response = resolve(response["$ref"])
    kind = answer["type"].split(";")[0]
    if kind not in response["content"]:
        print(path, "is", kind)
        continue
    schema = response["content"][kind]["schema"]
    check(schema, json.loads(answer["body"]) if kind == "application/json" else answer["body"], answer["path"])
for missing in set(document["paths"]) - met - {"/api/events"}: print("never asked for:", missing)
for event in given["events"]: check(document["components"]["schemas"]["Event"], json.loads(event), "event")
if len(given["events"]) < 10: print("only", len(given["events"]), "events")
