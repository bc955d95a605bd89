# SPDX-License-Identifier: GPL-2.0-or-later
"""What the loader accepts where in a scenario, in its own words: it lists all known names when it meets one that is like
none of them."""
import os
import re
import subprocess
import tempfile

UNKNOWN = 'qqqqqqqqqq'
HEAD = 'cmodx: 1\nname: a/b\ntitle: t\n'
CODE = "asm: |\n  .option norvc\n  f: nop\n     ret\npatches:\n  p: {at: f, asm: 'addi a0, a0, 1'}\n"
HART = 'harts:\n  CPU0: {run: f}\n'


def steps(step):
    return HEAD + CODE + f'harts:\n  CPU0: {{steps: [{step}]}}\n'


def hart(key):
    return HEAD + CODE + f'harts:\n  CPU0: {{run: f, {key}}}\n'


def properties(item):
    return HEAD + CODE + f'harts:\n  CPU0: {{run: f}}\n  CPU1: {{steps: [store: p, mark: m]}}\nproperties:\n  - {item}\n'


def row(options):
    return HEAD + CODE + HART + f'expect:\n  - {{{options}}}\n'


# Where keys are, and a scenario with an unknown one there.
KEYS = {
    'scenario': HEAD + CODE + HART + f'{UNKNOWN}: 1\n',
    'patch': HEAD + CODE + f'  q: {{at: f, asm: nop, {UNKNOWN}: 1}}\n' + HART,
    'hart': hart(f'{UNKNOWN}: 1'),
    'migrations': hart(f'migrations: {{times: 1, {UNKNOWN}: 1}}'),
    'store': steps(f'store: {{patch: p, {UNKNOWN}: 1}}'),
    'store-data': steps(f'store-data: {{at: f, value: 1, {UNKNOWN}: 1}}'),
    'await': steps(f'await: {{at: f, is: 1, {UNKNOWN}: 1}}'),
    'stop-machine': steps(f'stop-machine: {{do: [], {UNKNOWN}: 1}}'),
    'free': steps(f'free: {{from: f, until: f+4, {UNKNOWN}: 1}}'),
    'row': row(f'model: sc, verdict: proved, {UNKNOWN}: 1'),
    'old-or-new': properties(f'{{old-or-new: f, {UNKNOWN}: 1}}'),
    'lands-in': properties(f'{{lands-in: f, {UNKNOWN}: 1}}'),
    'never': properties(f'{{never: f, {UNKNOWN}: 1}}'),
    'each-call': properties(f"{{each-call: 'a0 = 1', {UNKNOWN}: 1}}"),
    'after': properties(f'{{after: m, {UNKNOWN}: 1}}'),
    'exists': properties(f"{{exists: 'CPU0:a0 = 1', {UNKNOWN}: 1}}"),
    '~exists': properties(f"{{~exists: 'CPU0:a0 = 1', {UNKNOWN}: 1}}"),
    'forall': properties(f"{{forall: 'CPU0:a0 = 1', {UNKNOWN}: 1}}"),
}

# Where one of a few words is, and a scenario with another one there. Steps and properties are keys as well.
WORDS = {
    'steps': steps(UNKNOWN),
    'properties': properties(f'{{{UNKNOWN}: 1}}'),
    'unchecked': HEAD + CODE + HART + f'unchecked: [{UNKNOWN}]\n',
    'store width': steps(f'store: {{patch: p, width: {UNKNOWN}}}'),
    'store-data width': steps(f'store-data: {{at: f, value: 1, width: {UNKNOWN}}}'),
    'await width': steps(f'await: {{at: f, is: 1, width: {UNKNOWN}}}'),
    'store order': steps(f'store: {{patch: p, order: {UNKNOWN}}}'),
    'stop-machine waiters': steps(f'stop-machine: {{waiters: {UNKNOWN}, do: []}}'),
    'stop-machine release': steps(f'stop-machine: {{release: {UNKNOWN}, do: []}}'),
    'fence': steps(f'fence: {UNKNOWN}'),
    'row verdict': row(f'model: sc, verdict: {UNKNOWN}'),
}


def lint(cmodx, texts, directory):
    """The first complaint about each, or None."""
    files = []
    for i, text in enumerate(texts):
        files.append(os.path.join(directory, f'{i}.yaml'))
        with open(files[-1], 'w', encoding='utf-8') as file:
            file.write(text)
    run = subprocess.run([cmodx, 'lint', *files], capture_output=True, text=True, check=False)
    if run.returncode not in (0, 2, 5):
        raise SystemExit(f'cmodx lint: exit status {run.returncode}: {run.stderr}')
    complaints = [None] * len(files)
    for name, message in re.findall(r'^(.*?):\d+:\d+: (?:error|skipped): (.*)$', run.stderr, re.MULTILINE):
        i = files.index(name)
        complaints[i] = complaints[i] or message
    return complaints


def known(cmodx, scenarios):
    """{place: what is known there}, for places such as those of KEYS."""
    with tempfile.TemporaryDirectory() as directory:
        complaints = lint(cmodx, list(scenarios.values()), directory)
    names = {}
    for place, complaint in zip(scenarios, complaints):
        # fences are pairs with a comma between
        match = re.search(rf"'{UNKNOWN}'(?: of [a-z-]+)?; (?:known|expected):? (.*)$", complaint or '')
        if not match:
            raise SystemExit(f'{place}: the loader does not say what it knows: {complaint}')
        names[place] = re.split(r', |\|', match[1])
    return names


def keys(cmodx):
    return known(cmodx, KEYS)


def models(cmodx):
    table = subprocess.run([cmodx, 'models'], capture_output=True, text=True, check=True).stdout.split('\n\n', 1)[0]
    return [line.split()[0] for line in table.splitlines()[1:]]


def words(cmodx):
    """The same for words; with the values of the options of rows."""
    options = [key for key in keys(cmodx)['row'] if key not in ('model', 'verdict', 'property')]
    of_rows = {f'row {key}': row(f'model: sc, verdict: proved, {key}: {UNKNOWN}') for key in options}
    return {**known(cmodx, {**WORDS, **of_rows}), 'row model': models(cmodx)}
