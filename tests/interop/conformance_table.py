#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Findings of many runs of prov check as tables: conformance_table.py FOLDER VERSIONS > FILE

FOLDER has one file a run, ROLE.STACK.KIND.json, as prov check --json wrote it."""
import json
import pathlib
import sys

CELLS = {"pass": "pass", "fail": "**fail**", "not applicable": "n/a", "not tested": "?"}


def load(folder):
    runs = {}
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        role, stack, kind = path.name[:-5].split(".")
        lines = [line for line in path.read_text().splitlines() if line.startswith("{")]
        findings = [json.loads(line) for line in lines]
        findings = [row for row in findings if "rule" in row and "verdict" in row]
        if findings:
            runs.setdefault(role, {})[f"{stack} {kind}"] = {row["rule"]: row for row in findings}
    return runs


def table(runs):
    names = list(runs)
    print("| rule | level | " + " | ".join(names) + " |")
    print("|---|---|" + "---|" * len(names))
    for rule, row in next(iter(runs.values())).items():
        cells = [CELLS[runs[name][rule]["verdict"]] if rule in runs[name] else "?" for name in names]
        print(f"| {rule} | {row['level']} | " + " | ".join(cells) + " |")
    print()


def words(text, most):
    text = text.replace("|", "/").replace("\n", " ")
    return text if len(text) <= most else text[: most - 3] + "..."


def deviations(runs):
    for name, findings in runs.items():
        failed = [row for row in findings.values() if row["verdict"] == "fail"]
        tested = sum(row["verdict"] in ("pass", "fail") for row in findings.values())
        print(f"**{name}**: {tested} of {len(findings)} rules could be tested, {len(failed)} failed.\n")
        for row in failed:
            word = "section" if row["section"][0].isdigit() else "appendix"
            where = f"{row['document']}, {word} {row['section']}"
            print(f"- {row['rule']} ({row['level']}, {where}): {words(row['evidence'], 150)}")
        print()


def main():
    folder, versions = sys.argv[1], pathlib.Path(sys.argv[2]).read_text()
    runs = load(folder)
    titles = {"server": "Servers (`prov check endpoint`)", "client": "Clients (`prov check device`)"}
    print("# What the checker found\n")
    print("Written by `tests/interop/conformance.sh`; do not edit. Each column is one run against one stack as Debian")
    print("packages it, set up as the suite asks (its smallest configuration, not its defaults everywhere). A cell is what was")
    print("measured in that run and no judgement of the stack: many were never meant for this profile. *n/a*: the rule does not apply to")
    print("what the stack offered; *?*: not tested: the run's own report says why. libcoap's client was given an address: it has no")
    print("name to compare. gnutls-serv serves one client at a time, so that much could not be tested. libcoap is over OpenSSL.")
    print("cert.… rules are about the certificate that openssl made for the run, not about the stack.\n")
    print("## Versions\n")
    print(versions)
    for role, title in titles.items():
        if role in runs:
            print(f"## {title}\n")
            table(runs[role])
            print("### Deviations\n")
            deviations(runs[role])


main()
