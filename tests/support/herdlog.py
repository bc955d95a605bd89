# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs `cmodx check --format herd` on many litmus tests at once and reads what it prints."""
import re
import subprocess
from dataclasses import dataclass, field

ANSWERS = {0, 5, 10}  # exit statuses of a run that said something about every file


class Failure(Exception):
    """cmodx did not do its job."""


@dataclass
class Result:
    name: str
    quantifier: str
    announced: int = 0  # "States N"
    states: list[str] = field(default_factory=list)  # the lines, as printed
    outcome: str = ''  # Ok, No or Undef, perhaps after "Loop "
    witnesses: tuple[int, int] | None = None
    condition: str = ''
    observation: str = ''
    counts: tuple[int, int] | None = None

    def state_set(self):
        """The final states, each a set of "place=value"."""
        return {frozenset(cell.strip() for cell in line.split(';') if cell.strip()) for line in self.states}

    def undecided(self):
        return 'Undef' in self.outcome or 'Loop' in self.outcome


def parse(text):
    """The blocks of a log of herd7 or cmodx, by the name of the test."""
    results = {}
    result = None
    for line in text.splitlines():
        words = line.split()
        if line.startswith('Test '):
            result = Result(words[1], words[2])
            if result.name in results:
                raise Failure(f'two tests have the name {result.name}')
            results[result.name] = result
        elif result is None or result.observation:
            result = None
        elif not words:
            result.states.append('')  # of a test that observes nothing
        else:
            parse_line(result, line, words)
    return results


def parse_line(result, line, words):
    if words[0] == 'States':
        result.announced = int(words[1])
    elif words[0] == 'Condition':
        result.condition = line.removeprefix('Condition ')
    elif words[0] == 'Observation':
        result.observation = words[2]
        result.counts = int(words[3]), int(words[4])
    elif match := re.fullmatch(r'Positive: (\d+) Negative: (\d+)', line):
        result.witnesses = int(match[1]), int(match[2])
    elif words[-1] in ('Ok', 'No', 'Undef'):
        result.outcome = line
    elif '=' in line:
        result.states.append(line)


def inconsistencies(result):
    """What a block of cmodx's contradicts itself in."""
    positive, negative = result.counts or (0, 0)
    expected = {
        'Allowed': ('Ok' if positive else 'No', (positive, negative)),
        'Forbidden': ('No' if positive else 'Ok', (negative, positive)),
        'Required': ('No' if negative else 'Ok', (positive, negative)),
    }.get(result.quantifier)
    if expected is None or result.counts is None:
        return [f'{result.quantifier} {result.observation}: not a block of herd']
    found = []
    if result.announced != len(result.states) or result.announced != len(result.state_set()):
        found.append(f'"States {result.announced}", but {len(result.state_set())} different ones are listed')
    if positive + negative != result.announced:
        found.append(f'{positive} + {negative} states observed of {result.announced}')
    if result.observation != ('Never' if not positive else 'Sometimes' if negative else 'Always'):
        found.append(f'{result.observation} with {positive} and {negative}')
    if not result.undecided() and (result.outcome, result.witnesses) != expected:
        found.append(f'{result.outcome} {result.witnesses}, expected {expected}')
    return found


def run(cmodx, files, model, *options):
    """One process for all files. Returns the results by name, and what went to stderr."""
    command = [str(cmodx), 'check', '--format', 'herd', '--model', model, *options, *map(str, files)]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode not in ANSWERS:
        shown = ' '.join(command[:6 + len(options)])
        raise Failure(f'{shown} ...: exit status {process.returncode}\n{process.stderr[-2000:]}')
    return parse(process.stdout), process.stderr
