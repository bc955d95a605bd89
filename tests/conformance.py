#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""conformance.py CMODX SOURCE_ROOT litmus|conformance: does cmodx give the known verdicts?

litmus: tests/litmus, all kinds and numbers of final states (see tests/litmus/README.md).
conformance: the public suites in ../shared/conformance, all final states. Exits 77 where there are none."""
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(__import__('pathlib').Path(__file__).parent / 'support'))

from pathlib import Path

import herdlog

SKIPPED = 77
FETCH_MODELS = ['ziccif-only', 'ziccid', 'ir-decode-w', 'ir-decode', 'ir3-fetch']
# Directory, and its lists of kinds with their models.
SUITES = {'data': {'data': 'data-only'}, 'mixed': {'mixed': 'data-only'}, 'fetch': {model: model for model in FETCH_MODELS}}
INCLUSIONS = [('sc', 'data-only'), ('sc', 'ziccid'), ('ziccid', 'ir-decode'), ('ir-decode', 'ir-decode-w'),
              ('ir-decode-w', 'ziccif-only'), ('ziccid', 'ir3-fetch'), ('ir3-fetch', 'ziccif-only')]
KINDS = {'Never': {'Forbid'}, 'Sometimes': {'Allow'}, 'Always': {'Allow', 'Require'}}
# conformance/ifetch has its verdicts in words.
IFETCH = {'LB.RF+data': {'ziccif-only': 'Allow', 'ir3-fetch': 'Allow'}, 'OOTA.F': {}}


class Tally:
    def __init__(self):
        self.checked = 0
        self.mismatches = 0

    def mismatch(self, name, model, what, lines=()):
        self.mismatches += 1
        print(f'{name} [{model}]: {what}')
        for line in lines:
            print(f'    {line}')

    def check_result(self, name, model, result, complain):
        """A result that is there, decided and consistent; `complain` yields what else is wrong with it."""
        self.checked += 1
        if result is None:
            self.mismatch(name, model, 'no result')
            return
        wrong = herdlog.inconsistencies(result)
        if result.undecided():
            wrong.append(f'undecided: {result.outcome}')
        for what, lines in [(what, ()) for what in wrong] + list(complain(result)):
            self.mismatch(name, model, what, lines)

    def total(self, title):
        print(f'{title}: {self.checked} verdicts checked, {self.mismatches} mismatches')
        return 1 if self.mismatches or not self.checked else 0


def read_list(path):
    """NAME VALUE, one per line."""
    return dict(line.split() for line in path.read_text().splitlines())


def run(cmodx, files, model):
    results, messages = herdlog.run(cmodx, files, model)
    if len(results) != len(files):
        print(messages, end='')
    return results


# ---- tests/litmus

def check_suite(tally, litmus, results, directory, listed, model):
    kinds, states = (read_list(litmus / what / listed) for what in ('kinds', 'states'))
    names = {file.stem for file in (litmus / directory).glob('*.litmus')}
    if not names == kinds.keys() == states.keys():
        tally.mismatch(listed, model, 'files, kinds and states list different tests')

    for name, kind in kinds.items():
        def complain(result):
            if kind not in KINDS[result.observation]:
                yield f'{result.observation}, expected {kind}', result.states
            if result.announced != int(states[name]):
                yield f'{result.announced} final states, expected {states[name]}', result.states
        tally.check_result(name, model, results.get(name), complain)


def check_inclusion(tally, results, strong, weak):
    """What a strong model allows, a weak one allows as well."""
    for name, allowed in results[strong].items():
        def complain(result):
            more = allowed.state_set() - result.state_set()
            if more:
                yield f'{len(more)} states that {strong} has and {weak} lacks', map('; '.join, more)
        tally.check_result(name, f'{strong} <= {weak}', results[weak].get(name), complain)


def check_litmus(cmodx, root):
    tally = Tally()
    litmus = root / 'tests/litmus'
    for directory, suites in SUITES.items():
        files = sorted((litmus / directory).glob('*.litmus'))
        results = {'sc': run(cmodx, files, 'sc')}
        for listed, model in suites.items():
            results[model] = run(cmodx, files, model)
            check_suite(tally, litmus, results[model], directory, listed, model)
        for strong, weak in INCLUSIONS:
            if strong in results and weak in results:
                check_inclusion(tally, results, strong, weak)
    return tally.total('litmus')


# ---- ../shared/conformance

def differences(expected, result):
    wanted, found = expected.state_set(), result.state_set()
    missing, extra = (sorted('; '.join(sorted(state)) for state in states) for states in (wanted - found, found - wanted))
    if missing or extra:
        yield (f'{len(missing)} missing and {len(extra)} extra states',
               [f'missing: {state}' for state in missing] + [f'extra: {state}' for state in extra])
    if (expected.observation, expected.announced) != (result.observation, result.announced):
        yield f'{result.observation} of {result.announced}, expected {expected.observation} of {expected.announced}', ()


def check_rvwmo(tally, cmodx, conformance):
    wanted = herdlog.parse((conformance / 'rvwmo.expected').read_text())
    results = run(cmodx, sorted((conformance / 'rvwmo').rglob('*.litmus')), 'data-only')
    for name, expected in wanted.items():
        tally.check_result(name, 'data-only', results.get(name), lambda result: differences(expected, result))
    for name in results.keys() - wanted.keys():
        tally.mismatch(name, 'data-only', 'nothing is known about this test')


def check_ifetch(tally, cmodx, conformance):
    files = sorted((conformance / 'ifetch').glob('*.litmus'))
    for model in FETCH_MODELS:
        results = run(cmodx, files, model)
        for name, kinds in IFETCH.items():
            kind = kinds.get(model, 'Forbid')

            def complain(result):
                if kind not in KINDS[result.observation]:
                    yield f'{result.observation}, expected {kind}', result.states
            tally.check_result(name, model, results.get(name), complain)


def check_conformance(cmodx, root):
    conformance = root.resolve().parent / 'shared/conformance'
    if not conformance.is_dir():
        print(f'skipped: {conformance} is not there')
        return SKIPPED
    tally = Tally()
    check_rvwmo(tally, cmodx, conformance)
    check_ifetch(tally, cmodx, conformance)
    return tally.total('conformance')


def main(arguments):
    modes = {'litmus': check_litmus, 'conformance': check_conformance}
    if len(arguments) != 3 or arguments[2] not in modes:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    try:
        return modes[arguments[2]](Path(arguments[0]), Path(arguments[1]))
    except herdlog.Failure as failure:
        print(failure)
        return 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
