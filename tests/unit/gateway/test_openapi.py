"""Documents of several services become one."""

from typing import Any

from services.gateway.domain.openapi import merge


def document(path: str, schema: str, method: str = "get") -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {
        "paths": {path: {method: {"responses": {"200": {"content": {"application/json": {"schema": reference}}}}}}},
        "components": {"schemas": {schema: {"type": "object"}}, "securitySchemes": {"bearer": {"type": "http"}}},
        "tags": [{"name": schema}],
    }


class TestMerge:
    def test_keeps_components_of_the_same_name_apart(self) -> None:
        merged = merge({"one": document("/a", "Item"), "two": document("/b", "Item")}, first="one")

        assert set(merged["components"]["schemas"]) == {"one.Item", "two.Item"}
        content = merged["paths"]["/b"]["get"]["responses"]["200"]["content"]
        assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/two.Item"}

    def test_keeps_security_schemes_common(self) -> None:
        merged = merge({"one": document("/a", "A"), "two": document("/b", "B")}, first="one")

        assert set(merged["components"]["securitySchemes"]) == {"bearer"}

    def test_prefers_the_first_service_and_keeps_other_methods(self) -> None:
        merged = merge(
            {"zeta": document("/a", "Theirs"), "own": document("/a", "Ours"), "writer": document("/a", "New", "post")},
            first="own",
        )

        assert set(merged["paths"]["/a"]) == {"get", "post"}
        assert "own.Ours" in str(merged["paths"]["/a"]["get"])

    def test_follows_references_wherever_they_stand(self) -> None:
        choice = document("/a", "Item")
        choice["components"]["schemas"]["Either"] = {"oneOf": [{"$ref": "#/components/schemas/Item"}, {"type": "null"}]}

        merged = merge({"one": choice}, first="one")

        assert merged["components"]["schemas"]["one.Either"]["oneOf"] == [
            {"$ref": "#/components/schemas/one.Item"},
            {"type": "null"},
        ]
