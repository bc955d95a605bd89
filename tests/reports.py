#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""reports.py CMODX SOURCE_ROOT: every kind of report of real scenarios is what its readers take, by their own
schemas and parsers; all kinds agree on what fails; every counterexample in them replays."""
import html
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

MODULES, TOOLS = ['jsonschema', 'yaml'], ['xmllint', 'prove', 'cmark-gfm']
MISSING = [m for m in MODULES if not importlib.util.find_spec(m)] + [t for t in TOOLS if not shutil.which(t)]
if MISSING:
    print('skipped: needs', ', '.join(MISSING))
    sys.exit(77)

import jsonschema  # pylint: disable=wrong-import-position
import yaml  # pylint: disable=wrong-import-position

# Proved, refuted, inconclusive; any number of harts, C, traps, a final state that exists, harts that store early.
SCENARIOS = [
    'scenarios/catalogue/isa/aligned-word-any.yaml',
    'scenarios/catalogue/isa/message-passing-no-fence-i.yaml',
    'scenarios/catalogue/jit/openjdk-not-entrant-reads.yaml',
    'scenarios/catalogue/linux/c-membarrier-no-fences.yaml',
    'tests/scenarios/handler-schedule-point.yaml',
    'tests/scenarios/csr-mix-before-a-trap.yaml',
    'tests/scenarios/torn-ecall.yaml',
]

# What every format has to escape, in the names that a user gives. What the scenario expects is wrong in one row.
HOSTILE_FILE = 'a & b, "c" <d>: \'e\' #1 100%|`f`.yaml'
HOSTILE = r'''cmodx: 1
name: "te|st/<b>&\"quoted\" `tick` #5 100% é ]]> a,b: c"
title: "*bold* ~~~ ```"
asm: |
  .option norvc
  caller: mv      s0, ra
          call    func
          jr      s0
  func:   addi    a0, a0, 1
          ret
patches:
  enable:
    at: func
    asm: |
      .option norvc
      addi    a1, a1, 2
harts:
  CPU0: {run: caller}
  CPU1: {steps: [store: enable]}
expect:
  - {model: sc, verdict: refuted}
  - {model: rvwmo, verdict: proved}
  - {model: sc, fetch-atomicity: 2, verdict: proved}
'''


class Failure(Exception):
    """What is wrong with a report."""


def need(condition, *what):
    if not condition:
        raise Failure(' '.join(str(part) for part in what))


def run(*command, status=0, **options):
    done = subprocess.run(command, capture_output=True, timeout=300, check=False, **options)
    need(done.returncode == status, command, 'exits with', done.returncode, done.stdout.decode(), done.stderr.decode())
    return done.stdout


# ---- JSON

def strict(schema):
    """The schema as it is now: readers ignore keys and values that they do not know, but this version has only these."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: strict(part) for key, part in schema.items()}
    if isinstance(schema.get('properties'), dict) and schema.get('type') == 'object':
        result['additionalProperties'] = False
    if 'examples' in schema:
        result['enum'] = schema['examples']
    return result


def check_json(text, root):
    with open(os.path.join(root, 'share/result.schema.json'), encoding='utf-8') as file:
        schema = json.load(file)
    report = json.loads(text)
    for each in schema, strict(schema):
        jsonschema.Draft202012Validator.check_schema(each)
        jsonschema.Draft202012Validator(each).validate(report)
    results, summary = report['results'], report['summary']
    need(summary['results'] == len(results))
    for verdict in 'proved', 'refuted', 'inconclusive':
        need(summary[verdict] == sum(result['verdict'] == verdict for result in results), verdict)
    return report


# ---- the others: each returns how many results fail

def check_sarif(text, root, report):
    with open(os.path.join(root, 'tests/schemas/sarif-2.1.0-rtm.5.json'), encoding='utf-8') as file:
        schema = json.load(file)
    log = json.loads(text)
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    [sarif] = log['runs']
    rules = [rule['id'] for rule in sarif['tool']['driver']['rules']]
    need(len(set(rules)) == len(rules), 'rules come twice')
    for result in sarif['results']:
        need(rules[result['ruleIndex']] == result['ruleId'], result['ruleId'])
        for location in result['locations']: # what GitHub wants
            need(location['physicalLocation']['region']['startLine'] >= 1)
        for flow in result.get('codeFlows', []):
            steps = [step for thread in flow['threadFlows'] for step in thread['locations']]
            need(sorted(step['executionOrder'] for step in steps) == list(range(1, len(steps) + 1)), 'order of steps')
    prints = [result['partialFingerprints']['cmodxObligation/v1'] for result in sarif['results']]
    need(len(set(prints)) == len(prints), 'fingerprints come twice')
    flows = sum('codeFlows' in result for result in sarif['results'])
    need(flows == sum(bool(result['fails'] and result['counterexample']) for result in report['results']), 'code flows')
    return len(sarif['results'])


def check_junit(text, root, report, path):
    for schema in 'junit-ant.xsd', 'junit-jenkins.xsd':
        run('xmllint', '--noout', '--nonet', '--schema', os.path.join(root, 'tests/schemas', schema), path)
    suites = ElementTree.fromstring(text)
    cases = suites.findall('testsuite/testcase')
    names = [(case.get('classname'), case.get('name')) for case in cases]
    need(len(cases) == len(report['results']) and len(set(names)) == len(names), 'cases')
    for suite in suites:
        for attribute, elements in ('tests', 'testcase'), ('failures', 'testcase/failure'), ('errors', 'testcase/error'):
            need(int(suite.get(attribute)) == len(suite.findall(elements)), suite.get('name'), attribute)
    for case, result in zip(cases, report['results']):
        bad = list(case)
        need(bool(bad) == result['fails'], case.get('name'))
        need(not bad or (result['text'] or result['error']) in bad[0].text, case.get('name'), 'lacks its report')
    return sum(bool(len(case)) for case in cases)


TEST_POINT = re.compile(r'(not )?ok (\d+) - ((?:[^\\#]|\\[\\#])*)$')


def check_tap(text, report, path):
    lines = text.split('\n')
    need(lines[0] == 'TAP version 14' and lines[1] == f'1..{len(report["results"])}', lines[:2])
    at, failing = 2, 0
    for number, result in enumerate(report['results'], 1):
        point = TEST_POINT.match(lines[at])
        need(point and int(point[2]) == number, lines[at])
        end = lines.index('  ...', at)
        need(lines[at + 1] == '  ---', lines[at + 1])
        block = yaml.safe_load('\n'.join(line[2:] for line in lines[at + 2:end]))
        for key, value in block.items():
            lines_of = key in ('text', 'error')
            value = value.rstrip('\n') if lines_of else value
            need(value == (result[key].rstrip('\n') if lines_of else
                           result['counterexample'][key] if key in ('schedule', 'replay') else result[key]), key, value)
        need(bool(point[1]) == result['fails'], lines[at])
        failing += bool(point[1])
        at = end + 1
    need(lines[at:] == [''], lines[at:])
    # prove of Perl 5.36 wants no later version than 13, which differs in nothing that is used here
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text.replace('TAP version 14', 'TAP version 13', 1))
    proved = subprocess.run(['prove', '--exec', 'cat', path], capture_output=True, text=True, check=False)
    need('Parse errors' not in proved.stdout, proved.stdout)
    need((f'Failed {failing}/{len(report["results"])} subtests' if failing else 'Result: PASS') in proved.stdout,
         proved.stdout)
    return failing


COMMAND = re.compile(r'::(error|notice) ((?:[a-z]+=(?:[^%:,\r]|%(?:25|0D|0A|3A|2C))*,?)+)::((?:[^%\r]|%(?:25|0D|0A))*)$')


def check_github(text, report):
    lines = text.splitlines()
    commands = [COMMAND.match(line) for line in lines]
    need(all(commands), lines)
    need([command[1] for command in commands] == ['error'] * (len(lines) - 1) + ['notice'], lines)
    files = [re.search('file=([^,]*)', command[2])[1] for command in commands[:-1]]
    for file, result in zip(files, [result for result in report['results'] if result['fails']]):
        for code, character in ('%2C', ','), ('%3A', ':'), ('%0A', '\n'), ('%0D', '\r'), ('%25', '%'):
            file = file.replace(code, character)
        need(file == result['file'], file)
    return len(lines) - 1


class Page(HTMLParser):
    """What a browser makes of the Markdown: rows of tables, blocks of code, whether everything that opens closes."""

    def __init__(self):
        super().__init__()
        self.open, self.tables, self.blocks = [], [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag == 'table':
            self.tables.append([])
        elif tag == 'tr':
            self.tables[-1].append([])
        elif tag in ('td', 'th'):
            self.tables[-1][-1].append('')
        elif tag == 'pre':
            self.blocks.append('')

    def handle_endtag(self, tag):
        need(self.open and self.open.pop() == tag, 'unexpected', tag)

    def handle_data(self, data):
        if 'td' in self.open:
            self.tables[-1][-1][-1] += data
        if 'pre' in self.open:
            self.blocks[-1] += data


def check_markdown(text, report):
    page = Page()
    page.feed(run('cmark-gfm', '-e', 'table', '--unsafe', input=text.encode()).decode())
    need(not page.open, page.open, 'not closed')
    need(len(page.tables) == 2, 'tables')
    rows = page.tables[1][1:]
    need(len(rows) == len(report['results']) and all(len(row) == 5 for row in rows), 'rows')
    for row, result in zip(rows, report['results']):
        need(row[1:3] == [result['scenario'] or result['file'], result['label'] or ''], row)
    failing = [result for result in report['results'] if result['fails']]
    need([block.rstrip('\n') for block in page.blocks] ==
         [(result['text'] or result['error']).rstrip('\n') for result in failing], 'reports')
    return sum(row[0] == 'FAIL' for row in rows)


# ---- runs

def replay(cmodx, report):
    for command in {result['counterexample']['replay'] for result in report['results'] if result['counterexample']}:
        run(cmodx, *shlex.split(command)[1:], status=10)


def read(directory, kind):
    with open(os.path.join(directory, f'report.{kind}'), encoding='utf-8', newline='') as file:
        return file.read()


def check_run(cmodx, root, mode, directory):
    files = [*SCENARIOS, os.path.join(directory, HOSTILE_FILE), os.path.join(directory, 'broken.yaml')]
    kinds = ['json', 'sarif', 'junit', 'tap', 'github', 'markdown']
    reports = [f'--report={kind}={directory}/report.{kind}' for kind in kinds]
    # one file cannot be loaded: that is worse than a row that fails
    run(cmodx, mode, *reports, *files, status=2)
    texts = {kind: read(directory, kind) for kind in kinds}
    run(cmodx, mode, *reports, *files, status=2)
    for kind in kinds:
        need(texts[kind] == read(directory, kind), kind, 'is another one the second time')
    report = check_json(texts['json'], root)
    failing = {'json': sum(result['fails'] for result in report['results']),
               'sarif': check_sarif(texts['sarif'], root, report),
               'junit': check_junit(texts['junit'], root, report, os.path.join(directory, 'report.junit')),
               'tap': check_tap(texts['tap'], report, os.path.join(directory, 'report.tap13')),
               'github': check_github(texts['github'], report),
               'markdown': check_markdown(texts['markdown'], report)}
    print(mode, len(report['results']), 'results, failing:', failing)
    need(len(set(failing.values())) == 1, 'they differ in what fails')
    need(mode == 'check' or failing['json'] == 3, 'two rows and a file should fail')
    replay(cmodx, report)


def check_kept(cmodx, root, directory):
    """A search that a limit has ended: every kind says how to go on with it."""
    kinds = ['json', 'junit', 'tap', 'github', 'markdown', 'html']
    reports = [f'--report={kind}={directory}/report.{kind}' for kind in kinds]
    kept = os.path.join(directory, "it's & kept.ckpt")
    command = [cmodx, 'check', '--model', 'sc', '--checkpoint', kept, *reports,
               'scenarios/catalogue/linux/ftrace-fixed-auipc.yaml']
    run(*command, '--max-states', '1000', status=5)
    texts = {kind: read(directory, kind) for kind in kinds}
    [result] = check_json(texts['json'], root)['results']
    need(result['reason-code'] == 'max-states' and result['checkpoint'] == kept, result)
    need(result['reason'] == 'stopped by --max-states 1000', result['reason'])
    need(0 < result['estimate']['done'] < result['estimate']['total'] and result['estimate']['unit'] == 'states', result)
    need(result['message'] == f'INCONCLUSIVE: {result["reason"]}; continue: {result["resume"]}', result['message'])
    for kind in kinds[1:]:
        text = html.unescape(re.sub('</?span[^>]*>', '', texts[kind])) if kind in ('junit', 'markdown', 'html') else texts[kind]
        text = text.replace('\\\\', '\\') if kind == 'tap' else text
        need(result['resume'] in text, kind, 'does not say how to go on:', texts[kind])
    run(cmodx, *shlex.split(result['resume'])[1:])
    need(not os.path.exists(kept), 'a search that has come to its end leaves its checkpoint')
    run(*command, '--checkpoint', 'never', '--timeout', '0.0001', status=5)
    [result] = check_json(read(directory, 'json'), root)['results']
    need(result['reason-code'] == 'timeout' and result['checkpoint'] is None and result['resume'] is None, result)
    need(result['message'] == f'INCONCLUSIVE: {result["reason"]}', result['message'])


def main():
    cmodx, root = (os.path.abspath(argument) for argument in sys.argv[1:])
    os.chdir(root)
    failed = 0
    for mode in 'check', 'test', 'kept':
        with tempfile.TemporaryDirectory() as directory:
            for name, text in (HOSTILE_FILE, HOSTILE), ('broken.yaml', 'cmodx: 1\nname: [\n'):
                with open(os.path.join(directory, name), 'w', encoding='utf-8') as file:
                    file.write(text)
            try:
                if mode == 'kept':
                    check_kept(cmodx, root, directory)
                else:
                    check_run(cmodx, root, mode, directory)
            except (Failure, jsonschema.ValidationError, ElementTree.ParseError, yaml.YAMLError, ValueError) as error:
                print(f'FAILED: {mode}: {type(error).__name__}: {error}')
                failed += 1
    print(f'{3 - failed} passed, {failed} failed')
    return failed != 0


sys.exit(main())
