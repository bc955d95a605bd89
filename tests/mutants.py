#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""mutants.py CMODX SOURCE_ROOT: takes one load-bearing thing (a fence, a flush, an alignment, a lock, a wait) out of proved
scenarios, as tests/mutants.txt lists them, and asks that each is refuted then, by the property named there."""
import os
import re
import subprocess
import sys
import tempfile


def records(path):
    """Yields (line number, file, options, property, old text, new text)."""
    with open(path, encoding='utf-8') as file:
        lines = file.read().split('\n')
    at = 0
    while at < len(lines):
        if not lines[at] or lines[at].startswith('#'):
            at += 1
            continue
        head = re.fullmatch(r'(\S+\.yaml)((?: --\S+ \S+)+) -> (.+)', lines[at])
        if not head:
            sys.exit(f'{path}:{at + 1}: expected FILE --OPTION VALUE... -> PROPERTY')
        number, old, new = at + 1, [], []
        at += 1
        while at < len(lines) and lines[at][:1] in ('-', '+'):
            (old if lines[at][0] == '-' else new).append(lines[at][1:])
            at += 1
        yield number, head[1], head[2].split(), head[3], old, new


def verdict(cmodx, path, options):
    """The verdict and the property of the first line, or what went wrong."""
    done = subprocess.run([cmodx, 'check', path, *options], capture_output=True, text=True, timeout=300, check=False)
    first = done.stdout.split('\n')[0]
    found = re.search(r': (PROVED|REFUTED|INCONCLUSIVE): (.*) \[', first)
    return (found[1], found[2]) if found else ('no verdict', done.stderr)


def mutate(text, old, new):
    """The text without the lines `old`, which must be there exactly once; None if they are not."""
    lines = text.split('\n')
    places = [i for i in range(len(lines)) if lines[i:i + len(old)] == old]
    if len(places) != 1 or not old:
        return None
    return '\n'.join(lines[:places[0]] + new + lines[places[0] + len(old):])


def main():
    cmodx, root = sys.argv[1:3]
    failed, files, n, number_of_record = 0, set(), 0, 0
    every = int(os.environ.get('CMODX_EVERY', '1'))
    catalogue = os.path.join(root, 'scenarios/catalogue')
    for number, name, options, wanted, old, new in records(os.path.join(root, 'tests/mutants.txt')):
        if number_of_record % every:
            number_of_record += 1
            continue
        number_of_record += 1
        where = f'mutants.txt:{number}: {name}'
        path = os.path.join(catalogue, name)
        n += 1
        files.add(name)
        with open(path, encoding='utf-8') as file:
            text = file.read()
        changed = mutate(text, old, new)
        if changed is None:
            print(f'FAILED: {where}: the lines to be changed are not there once')
            failed += 1
            continue
        before = verdict(cmodx, path, options)
        # beside the original, so that it finds what it includes
        with tempfile.NamedTemporaryFile('w', suffix='.yaml', encoding='utf-8') as copy:
            copy.write(changed)
            copy.flush()
            env_path = os.environ.get('CMODX_INCLUDE_PATH')
            os.environ['CMODX_INCLUDE_PATH'] = os.path.dirname(path) + (':' + env_path if env_path else '')
            after = verdict(cmodx, copy.name, options)
            if env_path is None:
                del os.environ['CMODX_INCLUDE_PATH']
            else:
                os.environ['CMODX_INCLUDE_PATH'] = env_path
        ok = before[0] == 'PROVED' and after[0] == 'REFUTED' and after[1].startswith(wanted)
        failed += not ok
        change = '; '.join(line.strip() for line in old) + ' -> ' + ('; '.join(line.strip() for line in new) or 'nothing')
        print(f'{"ok" if ok else "FAILED"}: {name} [{" ".join(options)}]: {change}: {before[0]}, then {after[0]}: {after[1]}')
    if len(files) < 20 and every == 1:
        print(f'FAILED: only {len(files)} scenarios')
        failed += 1
    print(f'{n - failed} passed, {failed} failed')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
