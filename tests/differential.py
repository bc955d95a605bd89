#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""differential.py CMODX SOURCE_ROOT explorers|reference [--seed N] [--count N]: random litmus tests, decided twice.

explorers: the two explorers of cmodx against each other, and against a brute-force interpreter under sc.
reference: cmodx against the Python reference in ../shared/model; exits 77 where that is missing.
--count scales the number of tests of each kind; 100 is the default. The sets of final states must be equal. A test that
differs is made as small as it gets, and printed with both sets."""
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(__import__('pathlib').Path(__file__).parent / 'support'))

import argparse
import os
import random
import tempfile
from collections import namedtuple
from pathlib import Path

import herdlog
import litmusdraw
import litmusgen
import modelref
import scmachine

SKIPPED = 77
SHOWN_MAX = 3  # mismatches of one kind that are made small and printed
FETCH_MODELS = ['ziccif-only', 'ziccid', 'ir-decode-w', 'ir-decode', 'ir3-fetch']

# What a test is run with: a model and further options of cmodx.
Setting = namedtuple('Setting', 'model options', defaults=[()])
# A kind of test: n per 100 of --count, draw(random, name), settings to choose from, and the two sides to compare: the
# one that is tested and the one that is trusted.
Kind = namedtuple('Kind', 'title n draw settings sides')
# A side: its name, and answers(tests, setting) -> states, modelref.TRAP or None (no answer) by the name of the test.
Side = namedtuple('Side', 'name answers')


# ---- sides

def cmodx_side(cmodx, *options):
    def answers(tests, setting):
        with tempfile.TemporaryDirectory() as directory:
            files = []
            for test in tests:
                files.append(Path(directory, test.name + '.litmus'))
                files[-1].write_text(litmusgen.litmus(test))
            results, messages = herdlog.run(cmodx, files, setting.model, *setting.options, *options)
        for test in tests:
            if test.name not in results:
                raise herdlog.Failure(f'no result for {test.name}:\n{litmusgen.litmus(test)}{messages[-2000:]}')
        return {test.name: cmodx_answer(test, results[test.name]) for test in tests}
    return Side('cmodx ' + ' '.join(options) if options else 'cmodx', answers)


def cmodx_answer(test, result):
    if result.undecided():
        return modelref.TRAP
    if wrong := herdlog.inconsistencies(result):
        raise herdlog.Failure(f'{test.name}: {wrong[0]}')
    return litmusgen.canonical(test, result)


def one_by_one(name, answer):
    return Side(name, lambda tests, setting: {test.name: answer(test, setting) for test in tests})


def brute_force_side():
    return one_by_one('brute force', lambda test, setting: scmachine.Machine(test).states())


def parcels_side(reference):
    def answers(tests, setting):
        reference.assemble(tests)
        return {test.name: reference.parcels(test, setting.model, int(setting.options[1])) for test in tests}
    return Side('reference', answers)


# ---- comparing

def differing(kind, tests, setting):
    """(test, answer, answer) where the sides differ, and how many tests both answered."""
    first, second = (side.answers(tests, setting) for side in kind.sides)
    answered = [(test, first[test.name], second[test.name]) for test in tests]
    compared = [(test, a, b) for test, a, b in answered if None not in (a, b)]
    return [(test, a, b) for test, a, b in compared if a != b or not may_be(test, a)], len(compared)


def may_be(test, answer):
    return isinstance(answer, set) or test.may_trap()


def shapes(answers):
    """A trap against states is another mismatch than states against states."""
    return [isinstance(answer, set) for answer in answers]


def minimise(kind, test, setting):
    def difference(tried):
        return [shapes(answers) for _, *answers in differing(kind, [tried], setting)[0]]

    def fails(smaller):
        try:
            return difference(smaller) == original
        except (herdlog.Failure, StopIteration):
            return False

    original = difference(test)
    return litmusgen.minimised(test, fails)


def state_lines(answer, other):
    """All states, those that the other side lacks marked."""
    if not isinstance(answer, set):
        return [f'  {answer}']
    lines = []
    for state in answer:
        only = not isinstance(other, set) or state not in other
        lines.append(f'  {"*" if only else " "} ' + ' '.join(f'{place}={value};' for place, value in sorted(state)))
    return sorted(lines, key=lambda line: line[4:])


def show(kind, test, setting, seed):
    small = minimise(kind, test, setting)
    ((_, *answers),), _ = differing(kind, [small], setting)
    print(f'MISMATCH: {kind.title}, {test.name}, --seed {seed}, --model {" ".join((setting.model, *setting.options))}')
    print(litmusgen.litmus(small), end='')
    for i, side in enumerate(kind.sides):
        print(f'{side.name}:', *state_lines(answers[i], answers[1 - i]), sep='\n')
    print(flush=True)


def draw_tests(kind, seed, count):
    """Name and seed of a test follow from its number: the same with every --count."""
    chosen = {setting: [] for setting in kind.settings}
    for i in range(max(1, kind.n * count // 100)):
        generator = random.Random(f'{seed} {kind.title} {i}')
        setting = generator.choice(kind.settings)
        while True:
            test = kind.draw(generator, f'random-{i}')
            try:
                litmusgen.litmus(test)
                break
            except StopIteration:  # out of registers
                pass
        chosen[setting].append(test)
    return chosen


def compare(kind, seed, count):
    n_compared = n_tests = 0
    mismatches = []
    for setting, tests in draw_tests(kind, seed, count).items():
        if tests:
            found, n = differing(kind, tests, setting)
            mismatches += [(test, setting) for test, _, _ in found]
            n_compared += n
            n_tests += len(tests)
    for test, setting in mismatches[:SHOWN_MAX]:
        show(kind, test, setting, seed)
    print(f'{kind.title}: {n_compared} of {n_tests} tests compared, {len(mismatches)} differ', flush=True)
    return len(mismatches)


# ---- kinds of tests

def draw_for_sc(generator, name, misaligned=False):
    return litmusdraw.data_test(generator, name, mixed=generator.random() < 0.5, misaligned=misaligned)


def draw_misaligned(generator, name):
    return draw_for_sc(generator, name, misaligned=True)


def draw_patches(generator, name):
    return litmusdraw.patch_test(generator, name)


def draw_tearing(generator, name):
    return litmusdraw.patch_test(generator, name, tearing=True)


def explorer_kinds(cmodx):
    explorers = tuple(cmodx_side(cmodx, '--explorer', name) for name in ('timeline', 'interleaving'))
    sc, stale = Setting('sc'), [Setting(model) for model in ('sc-stale', 'sc-ziccif', 'sc-ziccid')]
    brute_force = explorers[1], brute_force_side()
    halves = [Setting(model, ('--fetch-atomicity', parcel)) for model in ('sc', 'sc-stale') for parcel in '24']
    return [Kind('explorers, data', 300, draw_misaligned, [sc, stale[0]], explorers),
            Kind('explorers, patches', 900, draw_patches, [sc, *stale], explorers),
            Kind('explorers, torn patches', 600, draw_tearing, halves, explorers),
            Kind('brute force, data', 200, draw_for_sc, [sc], brute_force),
            Kind('brute force, patches', 300, draw_patches, [sc], brute_force)]


def reference_kinds(cmodx, reference):
    def sides(answer):
        return cmodx_side(cmodx), one_by_one('reference', lambda test, setting: answer(test, setting.model))

    data = [Setting('data-only')]
    fetch = [Setting(model) for model in FETCH_MODELS]
    parcels = [Setting(model, ('--fetch-atomicity', parcel)) for model in FETCH_MODELS for parcel in '24']
    return [Kind('reference, data', 600, lambda r, name: litmusdraw.data_test(r, name), data, sides(reference.plain)),
            Kind('reference, mixed sizes', 300, lambda r, name: litmusdraw.data_test(r, name, mixed=True), data,
                 sides(reference.mixed)),
            Kind('reference, patches', 500, draw_patches, fetch, sides(reference.plain)),
            Kind('reference, parcels', 250, draw_tearing, parcels, (cmodx_side(cmodx), parcels_side(reference)))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('cmodx')
    parser.add_argument('source_root', type=Path)
    parser.add_argument('mode', choices=['explorers', 'reference'])
    parser.add_argument('--seed', type=int, default=int(os.environ.get('CMODX_SEED', '1')))
    parser.add_argument('--count', type=int, default=100)
    arguments = parser.parse_args()
    if arguments.mode == 'explorers':
        kinds = explorer_kinds(arguments.cmodx)
    else:
        directory = arguments.source_root.resolve().parent / 'shared/model'
        if not directory.is_dir():
            print(f'skipped: {directory} is not there')
            return SKIPPED
        kinds = reference_kinds(arguments.cmodx, modelref.Reference(directory))
    print(f'seed {arguments.seed}', flush=True)
    try:
        return 1 if sum(compare(kind, arguments.seed, arguments.count) for kind in kinds) else 0
    except herdlog.Failure as failure:
        print(failure)
        return 1


if __name__ == '__main__':
    sys.exit(main())
