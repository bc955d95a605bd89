# SPDX-License-Identifier: GPL-2.0-or-later
"""What the program says of itself: its commands and their options."""
import re
import subprocess


def help_of(cmodx, *command):
    return subprocess.run([cmodx, *command, '--help'], capture_output=True, text=True, check=True).stdout


def commands(cmodx):
    listed = help_of(cmodx).split('Commands:\n')[1].split('\n\n')[0]
    return [line.split()[0] for line in listed.splitlines()]


def options(cmodx, command):
    """{long name: (short name or None, argument or None)}"""
    found = re.findall(r'^ +(?:-(\w), )?--([a-z-]+)(?:=(\S+))?(?: .*)?$', help_of(cmodx, command), re.MULTILINE)
    return {name: (short or None, argument or None) for short, name, argument in found}


def words(argument):
    """The words of an argument such as none|full[,...] or dot; none of one such as FILE."""
    match = re.fullmatch(r'([a-z0-9-]+(?:\|[a-z0-9-]+)*)(\[,\.\.\.\])?', argument or '')
    return match[1].split('|') if match else []
