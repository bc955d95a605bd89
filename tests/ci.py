#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ci.py CMODX SOURCE_ROOT: what is shipped for CI fits the program. The problem matcher of GitHub finds file, line,
column, severity and message in what the program prints; the workflow and the GitLab job are well-formed, use what is
there, and their commands pass and fail as they should."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

GOOD = '''cmodx: 1
name: ci/good
title: nothing is patched
asm: |
  f:      ret
harts:
  CPU0: {run: f}
expect:
  - {model: sc, verdict: proved}
'''
WRONG_ROW = GOOD.replace('verdict: proved', 'verdict: refuted')
REFUTED = GOOD.replace('ret\n', 'ebreak\n')
MALFORMED = GOOD.replace('harts:', 'hart:')
BAD_ASSEMBLY = GOOD.replace('ret\n', 'floo a0\n')
BAD_C = GOOD.replace('asm: |\n  f:      ret', 'sources: [bad.c]')
LITMUS = '''RISCV one
(* Result: Always *)
{ 0:x6=x; }
 P0          ;
 sw x0,0(x6) ;
exists (x=1)
'''

# What ECMAScript has no word for, or another one.
NOT_ECMASCRIPT = [r'\(\?[P<#aiLmsux>]', r'\\[AZzhHGpPK]', r'[*+?}]\+', r'\[\[:']


class Matcher:
    """A problem matcher as GitHub applies it: line by line, the first that fits."""

    def __init__(self, path):
        self.matchers = json.loads(path.read_text(encoding='utf-8'))['problemMatcher']

    def patterns(self):
        for matcher in self.matchers:
            assert len(matcher['pattern']) == 1, 'a pattern is one line'
            yield matcher, matcher['pattern'][0]

    def found(self, output):
        """(owner, file, line, column, severity, message) of each line that matches."""
        problems = []
        for line in output.splitlines():
            for matcher, pattern in self.patterns():
                match = re.search(pattern['regexp'], line, re.ASCII)
                if match:
                    def group(key):
                        return match[pattern[key]] if key in pattern else None
                    problems.append((matcher['owner'], group('file'), group('line'), group('column'),
                                     group('severity') or matcher.get('severity'), group('message')))
                    break
        return problems


class Test:
    def __init__(self, cmodx, root):
        self.cmodx, self.root = cmodx, root
        self.passed = self.failed = 0
        self.matcher = Matcher(root / 'share/github/cmodx-problem-matcher.json')

    def check(self, holds, what):
        self.passed += bool(holds)
        self.failed += not holds
        if not holds:
            print(f'FAILED: {what}')

    def run(self, *arguments):
        done = subprocess.run([self.cmodx, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=100, check=False)
        return done.returncode, done.stdout

    # ---- the problem matcher

    def matcher_is_well_formed(self):
        owners = [matcher['owner'] for matcher, _ in self.matcher.patterns()]
        self.check(len(set(owners)) == len(owners), 'owners are different')
        for matcher, pattern in self.matcher.patterns():
            owner, regexp = matcher['owner'], pattern['regexp']
            self.check(set(matcher) <= {'owner', 'severity', 'pattern'}, f'{owner}: keys of the matcher')
            self.check(set(pattern) <= {'regexp', 'file', 'line', 'column', 'severity', 'message'},
                       f'{owner}: keys of the pattern')
            self.check('message' in pattern, f'{owner}: a message')
            self.check(matcher.get('severity', 'error') in ('error', 'warning', 'notice'), f'{owner}: severity')
            numbers = [value for key, value in pattern.items() if key != 'regexp']
            self.check(sorted(numbers) == list(range(1, re.compile(regexp).groups + 1)), f'{owner}: groups')
            for word in NOT_ECMASCRIPT:
                self.check(not re.search(word, regexp), f'{owner}: {word} is not ECMAScript')
        if shutil.which('node'):
            script = 'for (const m of JSON.parse(process.argv[1])) new RegExp(m.pattern[0].regexp)'
            done = subprocess.run(['node', '-e', script, json.dumps(self.matcher.matchers)], check=False)
            self.check(done.returncode == 0, 'node compiles the patterns')

    def finds(self, name, arguments, status, expected):
        """`expected`: (owner, file, line, column, severity, beginning of the message) of each problem, in order."""
        got, output = self.run(*arguments)
        self.check(got == status, f'{name}: exit status {got}, expected {status}\n{output}')
        found = self.matcher.found(output)
        fits = len(found) == len(expected) and all(
            mine[:5] == theirs[:5] and mine[5].startswith(theirs[5]) for mine, theirs in zip(found, expected))
        self.check(fits, f'{name}: found {found}\nin\n{output}')

    def matcher_finds_problems(self):
        files = {'good.yaml': GOOD, 'wrong row.yaml': WRONG_ROW, 'refuted.yaml': REFUTED, 'malformed.yaml': MALFORMED,
                 'assembly.yaml': BAD_ASSEMBLY, 'c.yaml': BAD_C, 'bad.c': 'void f(void) { foo bar; }\n',
                 'never.litmus': LITMUS, 'bad.litmus': LITMUS.replace('P0 ', 'Q0 '),
                 'skipped.litmus': LITMUS.replace('sw x0', 'fsw f0')}
        for name, text in files.items():
            Path(name).write_text(text, encoding='utf-8')
        self.finds('good', ['test', 'good.yaml'], 0, [])
        self.finds('wrong row', ['test', 'wrong row.yaml'], 10, [
            ('cmodx-verdict', 'wrong row.yaml', '9', '5', 'error', 'FAIL [sc]: expected REFUTED, found PROVED')])
        self.finds('refuted', ['test', 'refuted.yaml'], 10, [
            ('cmodx-verdict', 'refuted.yaml', '9', '5', 'error', 'FAIL [sc]: expected PROVED, found REFUTED (no-trap)')])
        self.finds('check refuted', ['check', 'refuted.yaml'], 10, [
            ('cmodx-verdict', 'refuted.yaml', '5', '1', 'error', 'REFUTED: no-trap')])
        self.finds('a limit', ['test', '--max-states', '1', 'good.yaml'], 10, [
            ('cmodx-verdict', 'good.yaml', '9', '5', 'error', 'FAIL [sc]: expected PROVED, found INCONCLUSIVE (')])
        self.finds('check inconclusive', ['check', '--max-states', '1', 'good.yaml'], 5, [
            ('cmodx-inconclusive', 'good.yaml', None, None, 'error', 'INCONCLUSIVE: no-trap')])
        self.finds('malformed', ['test', 'malformed.yaml'], 2, [
            ('cmodx-error', 'malformed.yaml', '6', '1', 'error', "unknown key 'hart'")])
        self.finds('assembly', ['test', 'assembly.yaml'], 2, [
            ('cmodx-error', 'assembly.yaml', '5', '3', 'error', 'unrecognized opcode')])
        if shutil.which('riscv64-linux-gnu-gcc'):
            self.finds('C', ['lint', 'c.yaml'], 2, [
                ('cmodx-error', 'bad.c', '1', '16', 'error', "unknown type name 'foo'")])
            place = '::error file=bad.c,line=1,col=16,title=c.yaml::'
            self.check(place in self.run('test', '--format', 'github', 'c.yaml')[1], 'an annotation of a C source')
        self.finds('litmus', ['test', 'never.litmus'], 10, [
            ('cmodx-verdict', 'never.litmus', '2', '12', 'error', 'FAIL [data-only]: expected Always, found Never')])
        self.finds('litmus limit', ['test', '--max-states', '1', 'never.litmus'], 10, [
            ('cmodx-verdict', 'never.litmus', '2', '12', 'error',
             'FAIL [data-only]: expected Always, found INCONCLUSIVE (stopped by --max-states 1)')])
        self.finds('litmus inconclusive', ['check', '--max-states', '1', 'never.litmus'], 5, [
            ('cmodx-verdict', 'never.litmus', '6', '1', 'error', 'INCONCLUSIVE: exists')])
        self.finds('litmus malformed', ['test', 'bad.litmus'], 2, [
            ('cmodx-error', 'bad.litmus', '4', '2', 'error', "expected 'P0'")])
        self.finds('litmus skipped', ['check', 'good.yaml', 'skipped.litmus'], 5, [
            ('cmodx-skipped', 'skipped.litmus', '5', '2', 'warning', 'skipped: ')])
        os.remove('c.yaml')
        self.finds('all', ['test', '.'], 2, [
            ('cmodx-error', './assembly.yaml', '5', '3', 'error', ''),
            ('cmodx-error', './bad.litmus', '4', '2', 'error', ''),
            ('cmodx-error', './malformed.yaml', '6', '1', 'error', ''),
            ('cmodx-skipped', './skipped.litmus', '5', '2', 'warning', ''),
            ('cmodx-verdict', './never.litmus', '2', '12', 'error', ''),
            ('cmodx-verdict', './refuted.yaml', '9', '5', 'error', ''),
            ('cmodx-verdict', './wrong row.yaml', '9', '5', 'error', '')])

    # ---- workflows

    def shipped(self, name, command):
        """Of a command that uses .cmodx/PATH: PATH is there. Options of ./setup are those of meson."""
        for path in re.findall(r'(?<![\w/$.])\.cmodx/([\w./-]+)', command):
            self.check(path.startswith('build/') or (self.root / path).exists(), f'{name}: {path} is not in the sources')
        options = (self.root / 'meson_options.txt').read_text(encoding='utf-8')
        for option in re.findall(r'setup.* -D(\w+)=', command):
            self.check(f"option('{option}'" in options, f'{name}: no option {option}')

    def job(self, name, commands, reports):
        """Runs the commands that need neither network nor a build, among good scenarios and among bad ones."""
        commands = [command for command in commands if not re.search(r'apt-get|git clone|setup|\.cmodx', command)]
        self.check(sum(command.startswith('cmodx ') for command in commands) == 1, f'{name}: one command of cmodx')
        for text, wanted in ((GOOD, 0), (REFUTED, 10), (MALFORMED, 2)):
            with tempfile.TemporaryDirectory() as directory:
                os.makedirs(f'{directory}/scenarios')
                Path(f'{directory}/scenarios/one.yaml').write_text(text, encoding='utf-8')
                environment = dict(os.environ, SCENARIOS='scenarios', GITHUB_STEP_SUMMARY=f'{directory}/step-summary',
                                   PATH=f'{os.path.dirname(self.cmodx)}:{os.environ["PATH"]}')
                for command in commands:
                    done = subprocess.run(['sh', '-e', '-c', command], cwd=directory, env=environment,
                                          capture_output=True, text=True, timeout=100, check=False)
                    status = wanted if command.startswith('cmodx ') else 0
                    self.check(done.returncode == status, f'{name}: {command}: exit status {done.returncode}, '
                               f'expected {status}\n{done.stdout}{done.stderr}')
                for report in reports:
                    self.check(os.path.exists(f'{directory}/{report}'), f'{name}: no {report}')

    def github(self):
        name = 'docs/examples/github-workflow.yml'
        workflow = yaml.load((self.root / name).read_text(encoding='utf-8'), yaml.BaseLoader)
        self.check(set(workflow) == {'name', 'on', 'permissions', 'env', 'jobs'}, f'{name}: keys')
        self.check(workflow['permissions'] == {'contents': 'read'}, f'{name}: permissions')
        for job in workflow['jobs'].values():
            self.check(set(job) <= {'runs-on', 'container', 'timeout-minutes', 'steps'}, f'{name}: keys of the job')
            for step in job['steps']:
                self.check(set(step) <= {'name', 'uses', 'with', 'run', 'if'} and ('uses' in step) != ('run' in step),
                           f'{name}: {step}')
                self.check('uses' not in step or re.fullmatch(r'[\w-]+/[\w-]+@v\d+', step['uses']), f'{name}: {step}')
                self.shipped(name, step.get('run', ''))
            uploads = [step['with']['path'] for step in job['steps'] if 'upload' in step.get('uses', '')]
            self.job(name, [step['run'] for step in job['steps'] if 'run' in step], [*uploads, 'step-summary'])

    def gitlab(self):
        name = 'docs/examples/gitlab-ci.yml'
        job = yaml.load((self.root / name).read_text(encoding='utf-8'), yaml.BaseLoader)['cmodx']
        self.check(set(job) == {'image', 'timeout', 'variables', 'before_script', 'script', 'artifacts'}, f'{name}: keys')
        for command in job['before_script']:
            self.shipped(name, command)
        artifacts = job['artifacts']
        self.job(name, job['script'], [*artifacts['paths'], *artifacts['reports'].values()])


def main():
    test = Test(os.path.realpath(sys.argv[1]), Path(sys.argv[2]).resolve())
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        test.matcher_is_well_formed()
        test.matcher_finds_problems()
        test.github()
        test.gitlab()
        os.chdir('/')
    print(f'{test.passed} passed, {test.failed} failed')
    return test.failed > 0


if __name__ == '__main__':
    sys.exit(main())
