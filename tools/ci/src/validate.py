"""Draft 7 over documents from standard input, [{"schema": path, "document": ...}]: for each, where and why it is refused."""

import difflib
import json
import sys

from jsonschema import Draft7Validator
from jsonschema.exceptions import relevance


def is_type(error):
    """Whether it is about the word that says what kind of thing was meant."""
    return error.path and error.path[-1] == "type" and error.validator in ("enum", "const")


def branches(error):
    """What each branch of a choice has against it; a reference to a template is never what was meant where there is none."""
    found = {}
    for inner in error.context:
        found.setdefault(inner.schema_path[0], []).append(inner)
    meant = [all for all in found.values() if not any(one.validator == "required" and "template" in one.validator_value for one in all)]
    return meant or list(found.values())


def told(error):
    """Follows an error to where it arose: in the branch that was meant, which is the one of that type, or the one with the least against it."""
    while error.context:
        choices = branches(error)
        of_type = [all for all in choices if not any(map(is_type, all))]
        if not of_type:
            types = [one for all in choices for one in all if is_type(one)]
            return answer(types[0], [word for one in types for word in one.schema.get("enum", [one.schema.get("const")])])
        error = max(min(of_type, key=lambda all: (len(all), -max(len(one.absolute_path) for one in all))), key=relevance)
    schema = error.schema if isinstance(error.schema, dict) else {}
    return answer(error, schema.get("enum", []))


def answer(error, allowed):
    return {
        "path": list(error.absolute_path),
        "rule": error.validator,
        "value": error.instance if isinstance(error.instance, (str, int, float, bool)) else None,
        "keys": list(error.instance) if isinstance(error.instance, dict) else [],
        "allowed": [one for one in allowed if isinstance(one, str)],
        "message": error.message if len(error.message) < 300 else "",
    }


# What people name as they like.
FREE = {"envVariables", "tags", "labels", "headers"}


def words(schema):
    """Every name of a field that the schema has anywhere: it forbids no other, so that a misspelt one would be ignored by who reads it."""
    known, left = set(), [schema]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            properties = one.get("properties")
            known.update(properties if isinstance(properties, dict) else ())
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
    return known


def unknown(document, known, path=()):
    if isinstance(document, list):
        for place, one in enumerate(document):
            yield from unknown(one, known, (*path, place))
    elif isinstance(document, dict):
        for key, value in document.items():
            if key not in known:
                near = difflib.get_close_matches(key, known, 5, 0.5)
                yield {"path": [*path, key], "rule": "unknown", "value": key, "keys": [], "allowed": near, "message": ""}
            elif key not in FREE:
                yield from unknown(value, known, (*path, key))


validators = {}
answers = []
for task in json.load(sys.stdin):
    path = task["schema"]
    if path not in validators:
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        validators[path] = (Draft7Validator(schema), words(schema))
    validator, known = validators[path]
    answers.append([*unknown(task["document"], known), *(told(error) for error in validator.iter_errors(task["document"]))])
json.dump(answers, sys.stdout)
