#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""man.py CMODX SOURCE_ROOT: the manual pages are about this program: they have its commands, options, exit statuses and
environment variables, and the keys and words of the format, no fewer and no more. mandoc and groff, where they are
installed, find nothing to complain about."""
import glob
import os
import re
import shutil
import subprocess
import sys

from support import keys as loader
from support import usage

failed = 0


def check(holds, complaint):
    global failed
    if not holds:
        print(f'FAILED: {complaint}')
        failed += 1


def same(what, page, program):
    check(not set(program) - set(page), f'{what}: not in the page: {sorted(set(program) - set(page))}')
    check(not set(page) - set(program), f'{what}: only in the page: {sorted(set(page) - set(program))}')


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read().replace('\\\n', '')


def section(page, name, end='Sh'):
    """The text below a heading, up to the next one."""
    match = re.search(rf'^\.(?:Sh|Ss) {name}\n(.*?)(?=^\.(?:Sh|{end}) |\Z)', page, re.MULTILINE | re.DOTALL)
    return match[1] if match else ''


# ---- cmodx.1

def documented(text):
    found = {}
    for short, name, argument in re.findall(r'^\.It (?:Fl (\w) , )?Fl -([a-z-]+)(?: Ns = Ns Ar (\S+))?$', text, re.MULTILINE):
        check(name not in found, f'--{name} is documented twice')
        found[name] = (short or None, argument or None)
    check(len(found) == len(re.findall(r'^\.It Fl', text, re.MULTILINE)), 'an item of an option is not readable')
    return found


def check_options(cmodx, page):
    listed = usage.commands(cmodx)
    same('commands', re.findall(r'^\.Ss (\S+)$', section(page, 'COMMANDS'), re.MULTILINE), listed)
    common = documented(section(page, 'OPTIONS'))
    seen = set()
    for command in listed:
        own = documented(section(page, command, 'Ss'))
        has = usage.options(cmodx, command)
        seen |= set(has)
        for name, form in has.items():
            told = own.get(name, common.get(name))
            check(told == form, f'cmodx {command} --{name}: the program says {form}, the page {told or "nothing"}')
        same(f'options of cmodx {command} alone', set(own) - set(has), [])
    same('options of several commands', set(common) - seen, [])
    mentioned = set(re.findall(r'\bFl -([a-z-]+)', page))
    check(mentioned <= seen | {'version', 'help'}, f'options that do not exist: {sorted(mentioned - seen)}')


def check_rest(cmodx, root, page):
    status = usage.help_of(cmodx).split('Exit status: ')[1]
    same('exit statuses', re.findall(r'^\.It (\d+)$', section(page, 'EXIT STATUS'), re.MULTILINE), re.findall(r'\d+', status))
    used = {'CMODX_INCLUDE_PATH'}
    for room in ('isa', 'sim', 'scenarios', 'reports'):
        for path in glob.glob(os.path.join(root, room, '**/*.c'), recursive=True):
            used |= set(re.findall(r'g_getenv\("(\w+)"\)', read(path)))
    same('environment', re.findall(r'^\.It Ev (\S+)$', section(page, 'ENVIRONMENT'), re.MULTILINE), used)


# ---- cmodx-scenario.5

def places(page):
    """{place: keys}, {place: words}"""
    keys, words, properties = {}, {}, {}
    of_keys = of_words = set()
    for line in page.splitlines():
        mark = re.fullmatch(r'\.\\" (keys|words): (.*)', line)
        if mark and mark[1] == 'keys':
            of_keys = keys.setdefault(mark[2], set())
        elif mark:
            of_words = words.setdefault(mark[2], set())
        elif line.startswith(('.Sh', '.Ss', '.Pp', '.El', '.It Ic ')):
            of_words = set()
        key = re.match(r'\.It Ic (\S+)', line)
        if key:
            of_keys.add(key[1])
        of_words.update(re.findall(r'\bCm (\S+)', line))
        item = re.match(r'\.It { Ns Cm (\S+)', line)
        if item:
            properties.setdefault(item[1], {item[1]}).update(re.findall(r'\bIc (\S+)', line))
    return {**keys, **properties}, words


def check_format(cmodx, root, page):
    same('shared files', re.findall(r'^\.It Pa (\S+\.[hs])$', page, re.MULTILINE),
         os.listdir(os.path.join(root, 'scenarios/include')))
    keys, words = places(page)
    program = loader.keys(cmodx)
    for place in sorted(set(keys) | set(program)):
        same(f'keys of {place}', keys.get(place, ()), program.get(place, ()))
    program = loader.words(cmodx)
    for place in sorted(set(words) | set(program)):
        same(f'words of {place}', words.get(place, ()), program.get(place, ()))


# ---- the language

def check_language(path):
    name = os.path.basename(path)
    check(read(path).startswith('.\\" SPDX-License-Identifier: GPL-2.0-or-later\n'), f'{name}: no SPDX line')
    if shutil.which('mandoc'):
        said = subprocess.run(['mandoc', '-T', 'lint', path], capture_output=True, text=True, check=False).stdout
        # Which other pages there are on this machine is not the question.
        said = [line for line in said.splitlines() if 'referenced manual not found' not in line]
        check(not said, '\n'.join(['mandoc:', *said]))
    if shutil.which('groff'):
        said = subprocess.run(['groff', '-ww', '-mdoc', '-Tascii', '-z', path], capture_output=True, text=True, check=False).stderr
        check(not said or "can't open" in said or 'cannot open' in said, f'groff: {said}')


def main():
    cmodx, root = os.path.realpath(sys.argv[1]), sys.argv[2]
    pages = sorted(glob.glob(os.path.join(root, 'man/*.[1-8]')))
    page = read(os.path.join(root, 'man/cmodx.1'))
    check_options(cmodx, page)
    check_rest(cmodx, root, page)
    check_format(cmodx, root, read(os.path.join(root, 'man/cmodx-scenario.5')))
    for path in pages:
        check_language(path)
    tools = [tool for tool in ('mandoc', 'groff') if shutil.which(tool)]
    print(f'{len(pages)} pages, {failed} failed; checked with {" and ".join(tools) or "neither mandoc nor groff"}')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
