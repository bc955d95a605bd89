#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""agree.py CMODX SOURCE_ROOT: verdicts of the scenarios that must agree with each other, whatever they are.

The two explorers decide the same. What is violated in a run is violated in every model that allows more runs: where tasks
may be stopped anywhere (preempt: full), where halfwords are fetched one by one (fetch-atomicity: 2), in a weaker model. A
verdict that is PROVED on one side only is an error; so is INCONCLUSIVE on one side only, but for what EXCUSES lists."""
import sys

sys.dont_write_bytecode = True

import argparse
import json
import os
import subprocess
from collections import namedtuple
from pathlib import Path

DIRECTORIES = ['scenarios/catalogue', 'tests/scenarios']
CELL = ('file', 'model', 'fetch-atomicity', 'preempt', 'explorer')
GRID = ['--fetch-atomicity', '4,2', '--preempt', 'none,full']

# (stronger, weaker): every run of the stronger model is one of the weaker. A fetch of `sc` reads memory as it is, so a
# hart's fetches are in order, also with its accesses. `ziccid` orders all fetches, `rvwmo` those around a fence.i.
WEAKER = [('sc', 'sc-stale'), ('sc', 'ziccid'), ('sc-stale', 'rvwmo'), ('ziccid', 'rvwmo')]

# A deadlock is no run that goes wrong, but the lack of others: a hart that nobody may stop, say. Nor is a final state
# that is never reached.
NOT_OF_ONE_RUN = ('progress', 'exists')

# With this explorer a scenario has this verdict in these cells, which are compared with nothing.
Excuse = namedtuple('Excuse', 'scenario explorer cells verdict reason')
EXCUSES = [
    Excuse('timeline/forever-lock', 'timeline', {}, 'inconclusive', 'a hart that stores without end'),
    Excuse('timeline/pass-data-not-read', 'timeline', {'model': 'sc', 'fetch-atomicity': 4}, 'proved',
           'what the data is that a pass has not read differs between the explorers, see README.md'),
]

# Stores that nothing orders come in every order: with RVWMO data these take minutes, or all memory.
TOO_MANY_ORDERS = ['loads-in-a-loop.yaml', 'loads-repeated.yaml', 'timeline/park-at-free-lock.yaml']


class Failure(Exception):
    pass


# ---- running

# Every so many scenarios: where one takes long.
EVERY = int(os.environ.get('CMODX_EVERY', '1'))


def matrix(cmodx, files, *options):
    """The entries of all files. Exit status 10: not what rows expect, which is for other tests to tell."""
    command = [cmodx, 'matrix', '--format', 'json', *GRID, *options, '--', *files]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if result.returncode not in (0, 10):
        raise Failure(f'{" ".join(map(str, command[:-len(files)]))} ...: exit status {result.returncode}')
    return json.loads(result.stdout)


def all_entries(cmodx, root):
    files = [path for directory in DIRECTORIES for path in sorted(Path(root, directory).rglob('*.yaml'))]
    slow = {Path(root, 'tests/scenarios', name) for name in TOO_MANY_ORDERS}
    if missing := slow - set(files):
        raise Failure(f'no such files: {missing}')
    files = files[::EVERY]
    entries = matrix(cmodx, files, '--model', 'sc,sc-stale', '--explorer', 'interleaving,timeline')
    entries += matrix(cmodx, [file for file in files if file not in slow], '--model', 'rvwmo,ziccid')
    for entry in entries:
        entry['explorer'] = entry['explorer'] or 'timeline'
    return entries


# ---- comparing

def excused(entry):
    for excuse in EXCUSES:
        if (entry['scenario'], entry['explorer'], entry['verdict']) == (excuse.scenario, excuse.explorer, excuse.verdict) \
                and all(entry[name] == value for name, value in excuse.cells.items()):
            return excuse
    return None


def told(entry):
    """The options that decide this cell, and the verdict."""
    options = ' '.join(f'--{name} {entry[name]}' for name in CELL[1:])
    why = entry['property'] or entry['reason']
    return f'{entry["file"]} {options}: {entry["verdict"]}' + (f' ({why})' if why else '')


class Comparison:
    def __init__(self, entries):
        self.n_compared = self.n_failed = 0
        self.used = [excuse for excuse in map(excused, entries) if excuse]
        self.entries = [entry for entry in entries if not excused(entry)]
        self.cells = {tuple(entry[name] for name in CELL): entry for entry in self.entries}

    def other(self, entry, changes):
        """The entry of the same cell but for `changes`, or None."""
        return self.cells.get(tuple({**entry, **changes}[name] for name in CELL))

    def weaker(self, entry, model):
        """By the same explorer, if the model has both."""
        return self.other(entry, {'model': model}) or self.other(entry, {'model': model, 'explorer': 'timeline'})

    def fail(self, what, a, b):
        self.n_failed += 1
        print(f'FAILED: {what}\n  {told(a)}\n  {told(b)}')

    def by_both(self, a, b):
        if not b:
            return
        self.n_compared += 1
        if a['verdict'] != b['verdict']:
            self.fail('the explorers differ', a, b)
        elif a['property'] != b['property']:
            print(f'note: {told(a)}; {b["explorer"]}: {b["property"]}')

    def implies(self, what, a, b):
        """What refutes a, a single run, is a run of b as well."""
        if not b or a['verdict'] != 'refuted' or a['property'].split()[0].rstrip(':') in NOT_OF_ONE_RUN:
            return
        self.n_compared += 1
        if b['verdict'] != 'refuted':
            self.fail(what, a, b)

    def run(self):
        for entry in self.entries:
            if entry['explorer'] == 'interleaving':
                self.by_both(entry, self.other(entry, {'explorer': 'timeline'}))
            if entry['preempt'] == 'none':
                self.implies('refuted without preemption only', entry, self.other(entry, {'preempt': 'full'}))
            if entry['fetch-atomicity'] == 4:
                self.implies('refuted with atomic fetch only', entry, self.other(entry, {'fetch-atomicity': 2}))
            for stronger, weaker in WEAKER:
                if entry['model'] == stronger:
                    self.implies('refuted in the stronger model only', entry, self.weaker(entry, weaker))
        for excuse in EXCUSES:
            if excuse not in self.used and EVERY == 1:
                self.n_failed += 1
                print(f'FAILED: {excuse.scenario} need not be excused for: {excuse.reason}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('cmodx')
    parser.add_argument('source_root', type=Path)
    arguments = parser.parse_args()
    try:
        comparison = Comparison(all_entries(arguments.cmodx, arguments.source_root))
    except Failure as failure:
        print(failure)
        return 1
    comparison.run()
    print(f'{comparison.n_compared - comparison.n_failed} passed, {comparison.n_failed} failed')
    return 1 if comparison.n_failed else 0


if __name__ == '__main__':
    sys.exit(main())
