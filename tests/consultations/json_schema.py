"""As much of JSON Schema as docs/open-data.schema.json is written in."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
READ = {"date-time": datetime.fromisoformat, "date": date.fromisoformat}


def breaches(data: Any, schema: dict[str, Any]) -> list[str]:
    """Where the data break it, and how."""
    return list(_breaches(data, schema, schema["$defs"], "$"))


def _breaches(data: Any, schema: dict[str, Any], shapes: dict[str, Any], at: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _breaches(data, shapes[schema["$ref"].removeprefix("#/$defs/")], shapes, at)
        return
    kinds = schema.get("type", [])
    if not isinstance(data, tuple(TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))):
        yield f"{at}: {data!r}"
    elif isinstance(data, dict):
        yield from _of_object(data, schema, shapes, at)
    elif isinstance(data, list):
        for place, item in enumerate(data):
            yield from _breaches(item, schema["items"], shapes, f"{at}[{place}]")
    elif isinstance(data, str) and not _is_as_said(data, schema):
        yield f"{at}: {data!r}"


def _of_object(data: dict[str, Any], schema: dict[str, Any], shapes: dict[str, Any], at: str) -> Iterator[str]:
    known = schema.get("properties", {})
    yield from (f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in data)
    for name, value in data.items():
        shape = known.get(name) or schema.get("additionalProperties")
        if shape:
            yield from _breaches(value, shape, shapes, f"{at}.{name}")
        else:
            yield f"{at}: {name} is not expected"


def _is_as_said(data: str, schema: dict[str, Any]) -> bool:
    try:
        READ.get(schema.get("format", ""), str)(data)
    except ValueError:
        return False
    return data in schema.get("enum", [data])
