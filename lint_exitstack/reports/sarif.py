"""Findings as SARIF 2.1.0, with every rule's page, fixes and fingerprints."""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lint_exitstack import __version__
from lint_exitstack.reports import EDITS, IDENTIFY
from lint_exitstack.reports._places import in_cell
from lint_exitstack.reports._records import HOMEPAGE, fingerprinted, is_error, sentence
from lint_exitstack.rules import all_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lint_exitstack.model.finding import Finding
    from lint_exitstack.model.outcome import Edit, FileOutcome, Reported
    from lint_exitstack.model.position import Span
    from lint_exitstack.reports._style import Style
    from lint_exitstack.rules.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "SRCROOT"

NEEDS = frozenset({EDITS, IDENTIFY})


def render(outcomes: Sequence[FileOutcome], style: Style) -> Iterator[str]:  # noqa: ARG001 - colours are for people
    """Yield one log with one run."""
    rules = all_rules()
    index = {rule.code: number for number, rule in enumerate(rules)}
    urls = {item.finding.code: item.url for outcome in outcomes for item in outcome.reported}
    results = [
        _result(_artifact(outcome), item, name, index[item.finding.code])
        for outcome in outcomes
        for item, name in fingerprinted(outcome)
    ]
    driver = {
        "name": "lint-exitstack",
        "informationUri": HOMEPAGE,
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule, urls.get(rule.code)) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(outcomes)],
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The folder that lint-exitstack ran in."}}
        },
        # Ours count as the standard's default doesn't: in characters.
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: Rule, url: str | None) -> dict[str, Any]:
    page = rule.documentation.strip()
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{rule.summary[0].upper()}{rule.summary[1:]}."},
        "fullDescription": {"text": _first_paragraphs(page)},
        "help": {"text": page, "markdown": page},
        **({"helpUri": url} if url else {}),
        "defaultConfiguration": {
            "enabled": rule.default,
            "level": "error" if is_error(rule.code) else "warning",
        },
        "properties": {"tags": ["cleanup", rule.family.replace("_", "-")]},
    }


def _first_paragraphs(page: str) -> str:
    """Return what the page says before its second heading, as one text."""
    head, _, rest = page.partition("\n## ")
    what = rest.partition("\n## ")[0].partition("\n")[2]
    return " ".join(f"{head} {what}".split())


def _invocation(outcomes: Sequence[FileOutcome]) -> dict[str, Any]:
    errors = [error for outcome in outcomes for error in outcome.errors]
    notes = [{"level": "error", "message": {"text": error}} for error in errors]
    return {"executionSuccessful": not errors, "toolExecutionNotifications": notes}


def _artifact(outcome: FileOutcome) -> dict[str, str]:
    shown = PurePath(outcome.shown)
    if shown.is_absolute():
        return {"uri": Path(outcome.path).as_uri()}
    uri = quote(shown.as_posix().encode(errors="surrogateescape"))
    return {"uri": uri, "uriBaseId": _ROOT}


def _result(artifact: dict[str, str], item: Reported, name: str, rule: int) -> dict[str, Any]:
    finding = item.finding
    location: dict[str, Any] = {"physicalLocation": _place(artifact, _region(finding.span))}
    if item.cell is not None:
        # Columns of the cell would point anywhere in the JSON that it is written in.
        lines = {"startLine": item.cell.first, "endLine": item.cell.last}
        location = {"physicalLocation": _place(artifact, lines)}
    if item.scope:
        location["logicalLocations"] = [{"fullyQualifiedName": item.scope}]
    result = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": "error" if is_error(finding.code) else "warning",
        "message": {"text": _ended(sentence(finding) + in_cell(item))},
        "locations": [location],
        "partialFingerprints": {"lintExitstack/v1": name},
        "properties": {
            "applicability": finding.fixability.value,
            "hazards": [hazard.name for hazard in finding.hazards],
        },
    }
    if not item.cell and (related := _related(artifact, finding)):
        result["relatedLocations"] = related
    if item.edits and not item.cell:
        result["fixes"] = [_fix(artifact, finding, item.edits)]
    return result


def _place(artifact: dict[str, str], region: dict[str, int]) -> dict[str, Any]:
    return {"artifactLocation": artifact, "region": region}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.start.line,
        "startColumn": span.start.column + 1,
        "endLine": span.end.line,
        "endColumn": span.end.column + 1,
    }


def _related(artifact: dict[str, str], finding: Finding) -> list[dict[str, Any]]:
    placed = [hazard for hazard in finding.hazards if hazard.span is not None]
    return [
        {
            "id": number,
            "message": {"text": _ended(f"{hazard.name}: {hazard.message}")},
            "physicalLocation": _place(artifact, _region(hazard.span)),
        }
        for number, hazard in enumerate(placed, 1)
        if hazard.span is not None
    ]


def _fix(artifact: dict[str, str], finding: Finding, edits: Sequence[Edit]) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.content}}
        for edit in edits
    ]
    kind = finding.fixability.value
    return {
        "description": {"text": f"Rewrite with contextlib ({kind})."},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _ended(text: str) -> str:
    """Return a message as the standard likes it: a sentence."""
    return text if text.endswith(".") else f"{text}."
