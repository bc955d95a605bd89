#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""completions.py CMODX SOURCE_ROOT: bash, zsh and fish, those that are installed, offer the commands, options, words and
files that the program takes."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from support import keys as loader
from support import usage

BASH = r'''
source "$1"
shift
complete -p cmodx | grep -q -- '-F _cmodx' || exit 1
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_cmodx
printf '%s\n' "${COMPREPLY[@]}"
'''


class Shell:
    def __init__(self, name, directory, environment, tests):
        self.name, self.directory, self.environment, self.tests = name, directory, environment, tests
        self.file = os.path.join(directory, {'bash': 'cmodx.bash', 'zsh': '_cmodx', 'fish': 'cmodx.fish'}[name])

    def run(self, *command):
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=self.environment,
                              stdin=subprocess.DEVNULL)

    def syntax(self):
        """What the shell has to say of the file."""
        done = self.run(self.name, '--no-execute' if self.name == 'fish' else '-n', self.file)
        return done.stderr or (done.returncode and 'does not parse')

    def offers(self, line):
        """What is offered behind the line: for the last word, and for the last item of a list."""
        if self.name == 'bash': # takes an '=' for a word of its own
            words = [word for part in line.split(' ') for word in re.findall('=|[^=]+', part) or ['']]
            done = self.run('bash', '--norc', '-c', BASH, 'bash', self.file, *words)
        elif self.name == 'zsh':
            done = self.run('zsh', '-f', os.path.join(self.tests, 'support/complete.zsh'), self.directory, line)
        else:
            done = self.run('fish', '--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', self.file, line)
        if done.returncode or done.stderr:
            return [f'{self.name}: exit status {done.returncode}: {done.stderr}']
        found = [offer.split('\t')[0] for offer in done.stdout.splitlines() if offer]
        # Options that take an argument end in one of these; so do directories.
        return sorted({re.sub('^--[a-z-]+=(?=.)|^.*,(?=.)', '', offer).rstrip('=/') for offer in found})


def main():
    cmodx, root = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
    shells = [name for name in ('bash', 'zsh', 'fish') if shutil.which(name)]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as work:
        os.mkdir(f'{work}/bin')
        os.symlink(cmodx, f'{work}/bin/cmodx')
        os.makedirs(f'{work}/files/directory')
        for name in ('a.yaml', 'b.litmus', 'c.txt', 'd e.yaml'):
            with open(f'{work}/files/{name}', 'w', encoding='utf-8'):
                pass
        os.chdir(f'{work}/files')
        environment = {**os.environ, 'PATH': f'{work}/bin:{os.environ["PATH"]}', 'HOME': work, 'TERM': 'dumb'}

        cases = [('cmodx ', usage.commands(cmodx)), ('cmodx mat', ['matrix']), ('cmodx models ', [])]
        for command in usage.commands(cmodx):
            options = usage.options(cmodx, command)
            cases.append((f'cmodx {command} --', [f'--{name}' for name in options]))
        for command in ('check', 'matrix'):
            for name, (short, argument) in usage.options(cmodx, command).items():
                words = usage.words(argument)
                if words:
                    cases += [(f'cmodx {command} --{name}={words[0][0]}', [w for w in words if w[0] == words[0][0]]),
                              (f'cmodx {command} x.yaml --{name} ', words)]
                if words and '[,' in argument:
                    other = next(word for word in words if word[0] != words[0][0])
                    cases.append((f'cmodx {command} --{name} {words[0]},{other[0]}', [w for w in words if w[0] == other[0]]))
        models = loader.models(cmodx)
        cases += [('cmodx check --model=', models), ('cmodx check -m sc,rv', ['rvwmo']), ('cmodx check --timeout ', [])]
        files = ['a.yaml', 'b.litmus', 'd e.yaml', 'directory']
        cases += [('cmodx check ', files), ('cmodx check -q a.yaml b', ['b.litmus']),
                  ('cmodx check -o ', [*files, 'c.txt']), ('cmodx test --output=', [*files, 'c.txt'])]

        for name in shells:
            shell = Shell(name, os.path.join(root, 'completions'), environment, os.path.join(root, 'tests'))
            complaint = shell.syntax()
            passed, failed = passed + (not complaint), failed + bool(complaint)
            if complaint:
                print(f'FAILED: {name}: {complaint}')
            for line, expected in cases:
                found = [offer.replace('\\', '') for offer in shell.offers(line)]
                if line in ('cmodx ', 'cmodx models '): # some also offer options
                    found = [offer for offer in found if not offer.startswith('-')]
                # fish does not choose, and zsh offers the others if nothing else fits, as it seems to here.
                if name != 'bash' and line == 'cmodx check ':
                    expected = [*files, 'c.txt']
                if found == sorted(expected):
                    passed += 1
                    continue
                failed += 1
                print(f'FAILED: {name}: {line!r}: offers {found}, expected {sorted(expected)}')
    print(f'{passed} passed, {failed} failed; {", ".join(shells)}')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
