"""Formats for programs: held against the schemas and validators of those who read them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from lxml import etree

from lint_exitstack.clients.cli import main
from lint_exitstack.model.finding import Finding, Fixability, Hazard
from lint_exitstack.model.outcome import FileOutcome, Reported
from lint_exitstack.model.position import Position, Span
from lint_exitstack.reports import format_named, formats
from lint_exitstack.reports._style import Style
from lint_exitstack.rules import all_rules

NEST = "with a:\n    with b:\n        pass\n"
# One of each: safe, unsafe, without a fix, twice the same, nothing, no Python.
SAMPLES = {
    "a b/ä,%:#.py": NEST + "\n\ndef f():\n    with a:\n        with b:\n            pass\n",
    "unsafe.py": "import m\n\ntry:\n    m.f()\nexcept ValueError:\n    pass\n",
    "late.py": 'x = "é𝄞"; y = 1\n"é𝄞"; open("f").read()\n',
    "clean.py": "x = 1\n",
    "broken.py": "with a\n",
    "twice.py": NEST + NEST,
}

# Of GitLab's documented fields, those that its merge requests need.
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/.]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {
                            "begin": {"type": "integer", "minimum": 1},
                            "end": {"type": "integer", "minimum": 1},
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    for name, text in SAMPLES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def report(name: str, *options: str) -> str:
    assert main(["check", "--isolated", "--output-format", name, "-o", "out", "-q", *options]) == 1
    with Path("out").open(encoding="utf-8", newline="") as file:
        return file.read()


def finding(**about) -> Finding:
    span = Span(Position(3, 4), Position(3, 11))
    return replace(Finding("XIT101", "collapsible-with", "too deep", "", span), **about)


def rendered(name: str, *findings: Finding, **about) -> str:
    items = tuple(Reported(found, "    with a:") for found in findings)
    outcome = replace(FileOutcome("/w/a.py", "a.py", items), **about)
    return "".join(format_named(name).render([outcome], Style()))


def test_every_promised_format_is_there():
    promised = "concise full grouped json json-lines github azure gitlab sarif junit pylint rdjson"
    assert set(promised.split()) <= set(formats())


def test_sarif_keeps_to_the_official_schema(project, sarif_multitool):
    schema = json.loads((sarif_multitool / "sarif-2.1.0.json").read_text("utf-8-sig"))
    log = json.loads(report("sarif"))
    jsonschema.validate(log, schema)
    assert len(log["runs"][0]["results"]) == 7


def test_sarif_satisfies_microsofts_and_githubs_rules(project, sarif_multitool):
    report("sarif")
    command = [str(sarif_multitool / "Sarif.Multitool"), "validate", "out"]
    options = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert not re.search(r"\b(error|warning) [A-Z]+\d+", done.stdout), done.stdout


def test_the_validator_does_find_mistakes(project, sarif_multitool):
    log = json.loads(report("sarif"))
    log["runs"][0]["results"][0]["ruleIndex"] = 4711
    (project / "bad.sarif").write_text(json.dumps(log))
    command = [str(sarif_multitool / "Sarif.Multitool"), "validate", "bad.sarif"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert re.search(r"error SARIF\d+", done.stdout)


def test_sarif_describes_every_rule(project):
    rules = json.loads(report("sarif"))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in all_rules()]
    for rule in rules:
        assert len(rule["fullDescription"]["text"]) > 40, rule["id"]
        assert rule["help"]["text"] == rule["help"]["markdown"]
        assert "## " not in rule["fullDescription"]["text"]


def test_sarif_quotes_paths(project):
    results = json.loads(report("sarif"))["runs"][0]["results"]
    places = {
        item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for item in results
    }
    assert "a%20b/%C3%A4%2C%25%3A%23.py" in places


def test_sarif_carries_fixes_that_do_what_they_say(project):
    results = json.loads(report("sarif"))["runs"][0]["results"]
    [first, *_] = [item for item in results if "%C3" in json.dumps(item)]
    [change] = first["fixes"][0]["artifactChanges"]
    [edit] = change["replacements"]
    assert edit == {
        "deletedRegion": {"startLine": 1, "startColumn": 1, "endLine": 4, "endColumn": 1},
        "insertedContent": {"text": "with a, b:\n    pass\n"},
    }


def sarif_names(log) -> list[tuple[str, str]]:
    return [
        (
            json.dumps(item["locations"][0]["physicalLocation"]["artifactLocation"]),
            item["partialFingerprints"]["lintExitstack/v1"],
        )
        for item in log["runs"][0]["results"]
    ]


def gitlab_names(issues) -> list[tuple[str, str]]:
    return [(issue["check_name"], issue["fingerprint"]) for issue in issues]


@pytest.mark.parametrize(("name", "names"), [("sarif", sarif_names), ("gitlab", gitlab_names)])
def test_fingerprints_survive_moves_of_lines(project, name, names):
    path = project / "twice.py"
    old = names(json.loads(report(name)))
    path.write_text("import os\n\n# something new\n" + path.read_text())
    assert names(json.loads(report(name))) == old
    path.write_text(path.read_text().replace("with b", "with other", 1))
    changed = names(json.loads(report(name)))
    assert len(changed) == len(old)
    assert len(set(changed) & set(old)) == len(old) - 1


def test_gitlab_gets_what_it_documents(project):
    issues = json.loads(report("gitlab"))
    jsonschema.validate(issues, GITLAB)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 7
    assert {issue["severity"] for issue in issues} == {"minor", "major"}


def test_junit_keeps_to_the_schema(project, junit_xsd):
    schema = etree.XMLSchema(etree.parse(str(junit_xsd)))
    text = report("junit")
    schema.assertValid(etree.fromstring(text.encode()))
    document = etree.fromstring(text.encode())
    assert document.attrib == {
        "name": "lint-exitstack", "tests": "8", "failures": "7", "errors": "0",
    }  # fmt: skip
    assert len(document.findall(".//testcase")) == 8
    assert len(document.findall(".//failure")) == 7


def test_junit_can_say_everything():
    text = rendered("junit", finding(message='<&"\x1b\ud800\uffff>'), errors=("it < broke",))
    failures = etree.fromstring(text.encode()).findall(".//failure")
    assert failures[0].get("message") == '<&"\ufffd\ufffd\ufffd>'
    assert failures[1].text == "it < broke"


def test_pages_of_rules_have_the_address_that_the_user_gave(project):
    given = ("--config", 'rule-url = "https://docs.example/{code}/{name}"')
    page = "https://docs.example/XIT101/collapsible-with"
    assert json.loads(report("json", *given))[0]["url"] == page
    assert json.loads(report("rdjson", *given))["diagnostics"][0]["code"]["url"] == page
    rules = json.loads(report("sarif", *given))["runs"][0]["tool"]["driver"]["rules"]
    assert page in [rule.get("helpUri") for rule in rules]
    # There is none of ours that we could invent.
    assert json.loads(report("json"))[0]["url"] is None
    assert "url" not in json.loads(report("rdjson"))["diagnostics"][0]["code"]
    assert "helpUri" not in report("sarif")


def test_github(project, monkeypatch):
    lines = report("github").splitlines()
    assert lines[0] == (
        "::warning title=lint-exitstack (XIT101 collapsible-with),file=a b/ä%2C%25%3A#.py,"
        "line=1,endLine=2::a b/ä,%25:#.py:1:1: XIT101 2 nested `with` statements can be one"
    )
    assert any(line.startswith("::error title=lint-exitstack (XIT901") for line in lines)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.parent))
    assert f"file={project.name}/a b/" in report("github")


def test_github_columns_are_for_one_line():
    assert "line=3,endLine=3,col=5,endColumn=12::" in rendered("github", finding())
    long = finding(span=Span(Position(3, 4), Position(4, 2)))
    assert "line=3,endLine=4::" in rendered("github", long)


def test_github_commands_stay_on_one_line():
    text = rendered("github", finding(message="a\nb\r"), errors=("c\nd",))
    assert text.count("\n") == 2
    assert "a%0Ab%0D" in text
    assert "c%0Ad" in text


def test_azure(project, monkeypatch):
    lines = report("azure").splitlines()
    assert lines[0] == (
        "##vso[task.logissue type=warning;sourcepath=a b/ä,%AZP25:#.py;linenumber=1;columnnumber=1;"
        "code=XIT101;]collapsible-with: 2 nested `with` statements can be one"
    )
    assert any("type=error;" in line and "code=XIT901" in line for line in lines)
    monkeypatch.setenv("BUILD_SOURCESDIRECTORY", str(project.parent))
    assert f"sourcepath={project.name}/a b/" in report("azure")


def test_azure_commands_end_where_they_should():
    text = rendered("azure", finding(message="a\nb]; 5%"), errors=("c\nd",))
    place = "sourcepath=a.py;linenumber=3;columnnumber=5"
    assert text.splitlines() == [
        f"##vso[task.logissue type=warning;{place};code=XIT101;]collapsible-with: a%0Ab]; 5%AZP25",
        "##vso[task.logissue type=error;sourcepath=a.py;]c%0Ad",
    ]


def test_hazards_are_named_in_annotations():
    hazard = Hazard("exit-chain", "the chain is lost")
    held = finding(hazards=(hazard,), fixability=Fixability.UNSAFE)
    assert "too deep (unsafe fix: exit-chain: the chain is lost)" in rendered("github", held)


def test_pylint(project):
    assert report("pylint").splitlines()[:2] == [
        "a b/ä,%:#.py:1: [XIT101(collapsible-with), ] 2 nested `with` statements can be one",
        "a b/ä,%:#.py:7: [XIT101(collapsible-with), f] 2 nested `with` statements can be one",
    ]


def test_grouped(project):
    text = report("grouped", "--unsafe-fixes")
    assert text.startswith(
        "a b/ä,%:#.py:\n  1:1  XIT101 [*] 2 nested `with` statements can be one\n"
    )
    assert "\n\ntwice.py:\n  1:1  XIT101" in text


def test_json_lines_are_the_objects_of_json(project):
    lines = [json.loads(line) for line in report("json-lines").splitlines()]
    assert lines == json.loads(report("json"))
    assert len(lines) == 7


def test_rdjson_counts_bytes(project):
    diagnostics = json.loads(report("rdjson"))["diagnostics"]
    [late] = [item for item in diagnostics if item["location"]["path"] == "late.py"]
    assert late["location"]["range"]["start"] == {"line": 2, "column": 11}
    assert late["code"] == {"value": "XIT602"}


def test_rdjson_suggests_whole_rewrites(project):
    first = json.loads(report("rdjson"))["diagnostics"][0]
    assert first["suggestions"] == [
        {
            "range": {"start": {"line": 1, "column": 1}, "end": {"line": 4, "column": 1}},
            "text": "with a, b:\n    pass\n",
        }
    ]


def test_rdjson_ends_where_a_file_without_a_last_line_end_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("with a:\n    with b:\n        x = 'é'", "utf-8")
    [only] = json.loads(report("rdjson"))["diagnostics"]
    assert only["suggestions"][0]["range"]["end"] == {"line": 3, "column": 17}


def test_formats_load_nothing_heavy(tmp_path):
    code = (
        "import sys; from lint_exitstack.reports import format_named\n"
        f"for name in {[name for name in formats() if name != 'html']!r}: format_named(name)\n"
        "print([name for name in ('libcst', 'jinja2', 'pygments') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
