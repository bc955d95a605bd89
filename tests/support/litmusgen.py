# SPDX-License-Identifier: GPL-2.0-or-later
"""Litmus tests: what they are made of, how they are written as text and made smaller.

A test is a few harts, each a list of units. A unit is one access with the instructions that make it depend on
something, a fence, a branch, an instruction that is patched (a site), a patch, or a call of a site that is a function.
Units are independent of each other but for registers, so any of them can be left out and the rest is still a test."""
import re
from dataclasses import dataclass, replace

RESULTS = [5, 8, 9, 29, 30, 31]  # registers for what a hart loads
TEMPORARIES = 6, 7
FREE = [14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28]  # for values and addresses
LOCATIONS = 'xyz'
LOCATION_REGISTER = 10  # x10 = x, x11 = y ... in every hart
SITE_VALUES = {12: 7, 13: 9}  # what a site stores
LETTER = {1: 'b', 2: 'h', 4: 'w', 8: 'd'}
BRANCHES = ('beq', 'bne', 'j', 'jal')  # the last operand is a label


@dataclass(frozen=True)
class Instruction:
    """What stands at a site, or is put there."""
    op: str  # li, nop, lw, sw, fence.i, "fence r,r" ..., or zero, which is illegal and only patched in by halves
    register: int = 0
    operand: int = 0  # li: the number; lw, sw: the location

    def text(self):
        if self.op == 'li':
            return f'li x{self.register},{self.operand}'
        if self.op in ('lw', 'sw'):
            return f'{self.op} x{self.register},0(x{LOCATION_REGISTER + self.operand})'
        return self.op

    def group(self):
        """Instructions of one group may be torn into each other: any mixture of their halves is in the group."""
        return {'nop': 'li'}.get(self.op, self.op)

    def word(self):
        base = LOCATION_REGISTER + self.operand
        if self.op == 'zero':
            return 0
        if self.op in ('li', 'nop'):
            return self.operand << 20 | self.register << 7 | 0x13
        if self.op == 'lw':
            return base << 15 | 2 << 12 | self.register << 7 | 0x03
        if self.op == 'sw':
            return self.register << 20 | base << 15 | 2 << 12 | 0x23
        raise ValueError(self.op)


@dataclass(frozen=True)
class Unit:
    kind: str  # load store amo lr sc fence branch | site call patch check
    place: int = 0  # location; of the second line: number of the site
    offset: int = 0
    size: int = 4
    unsigned: bool = False
    result: int = 0  # register that takes what is loaded, or whether SC failed
    value: int = 0  # what is stored, operand of an AMO
    source: int = 0  # register stored instead
    depends: int = 0  # register that this depends on ...
    through: str = ''  # ... through its addr, data or ctrl
    bits: str = ''  # aq rl aqrl
    what: str = ''  # AMO: operation; fence: operands
    skip: int = 0  # branch: over how many units
    old: Instruction | None = None  # site, check
    new: Instruction | None = None  # patch
    function: bool = False  # site: at the end of the hart, reached by calls
    part: str = ''  # patch: low or high half, middle (high of this site, low of the next one), pair; else the word
    second: Instruction | None = None  # middle, pair: for the next site, which follows at once


@dataclass(frozen=True)
class Location:
    size: int
    value: int = 0


@dataclass(frozen=True)
class Test:
    name: str
    locations: tuple[Location, ...]
    harts: tuple[tuple[Unit, ...], ...]

    def sites(self):
        """Number of the site -> (hart, unit)."""
        return {unit.place: (h, unit) for h, hart in enumerate(self.harts) for unit in hart if unit.kind == 'site'}

    def patches(self):
        return [unit for hart in self.harts for unit in hart if unit.kind == 'patch']

    def is_self(self):
        return bool(self.sites())

    def may_trap(self):
        return any(unit.new.op == 'zero' for unit in self.patches())


# ---- from units to instructions

class Writer:
    """The code and the initial registers of one hart."""

    def __init__(self, test, hart):
        self.test, self.hart = test, hart
        self.lines = []  # (labels, text)
        self.labels = []  # of the next line
        self.initial = {LOCATION_REGISTER + i: LOCATIONS[i] for i in range(len(test.locations))}
        self.temporaries = 0
        if test.is_self():
            self.initial |= {register: str(value) for register, value in SITE_VALUES.items()}

    def add(self, text):
        self.lines.append((self.labels, text))
        self.labels = []

    def holding(self, what):
        """A register that initially holds it."""
        for register, held in self.initial.items():
            if held == what:
                return register
        register = next(free for free in FREE if free not in self.initial)
        self.initial[register] = what
        return register

    def temporary(self):
        self.temporaries += 1
        return TEMPORARIES[self.temporaries % 2]

    def depending(self, register, on):
        """A register with the same value that depends on another one."""
        zero = self.temporary()
        self.add(f'xor x{zero},x{on},x{on}')
        self.add(f'add x{zero},x{zero},x{register}')
        return zero

    def write(self, units):
        functions = []
        targets = {}
        for i, unit in enumerate(units):
            self.labels += targets.get(i, [])
            if unit.kind == 'branch':
                target = min(i + 1 + unit.skip, len(units))
                name = f'L{self.hart}n{target}'
                if name not in targets.setdefault(target, []):
                    targets[target].append(name)
                self.add(f'bne x{unit.depends},x0,{name}')
            elif unit.kind == 'site' and unit.function:
                functions.append(unit)
            else:
                self.unit(unit)
        self.labels += targets.get(len(units), [])
        if functions:
            self.add(f'j end{self.hart}')
        for unit in functions:
            self.labels.append(f'f{unit.place}')
            self.unit(unit)
            self.add('ret')
        if functions:
            self.labels.append(f'end{self.hart}')
        return self

    def unit(self, unit):
        {'fence': self.fence, 'site': self.site, 'call': self.call, 'patch': self.patch,
         'check': self.check}.get(unit.kind, self.access)(unit)

    def access(self, unit):
        address = LOCATION_REGISTER + unit.place
        data = unit.source or (self.holding(str(unit.value)) if unit.kind in ('store', 'amo', 'sc') else 0)
        if unit.through == 'ctrl':
            self.skip_nothing(unit.depends)
        elif unit.through == 'addr':
            address = self.depending(address, unit.depends)
        elif unit.through == 'data':
            data = self.depending(data, unit.depends)
        if unit.offset and unit.bits:  # these instructions take no offset
            offset_by = self.temporary()
            self.add(f'addi x{offset_by},x{address},{unit.offset}')
            unit, address = replace(unit, offset=0), offset_by
        self.add(access_text(unit, address, data))

    def skip_nothing(self, on):
        name = f'C{self.hart}n{len(self.lines)}'
        self.add(f'bne x{on},x0,{name}')
        self.labels.append(name)

    def fence(self, unit):
        self.add(f'fence {unit.what}' if ',' in unit.what else f'fence.{unit.what}')

    def site(self, unit):
        self.labels.append(f'm{unit.place}')
        self.add(unit.old.text())

    def call(self, unit):
        hart, _ = self.test.sites()[unit.place]
        if hart == self.hart:
            self.add(f'jal f{unit.place}')
        else:
            self.add(f'jalr x{self.holding(f"P{hart}:f{unit.place}")}')

    def patch(self, unit):
        hart, site = self.test.sites()[unit.place]
        address = self.holding(f'P{hart}:m{unit.place}')
        if unit.part:
            store, offset, value = patch_of_part(unit)
            self.add(f'{store} x{self.holding(str(value))},{offset}(x{address})')
            return
        word = self.holding(f'instr:"{unit.new.text()}"')
        if unit.through == 'ctrl':
            self.skip_nothing(unit.depends)
        if unit.what == 'amo':
            self.add(f'amoswap.w{dotted(unit.bits)} x0,x{word},(x{address})')
        else:
            self.add(f'sw{dotted(unit.bits)} x{word},0(x{address})')

    def check(self, unit):
        """Loads a site as data: 0 if it is as it was."""
        hart, _ = self.test.sites()[unit.place]
        address, old = self.holding(f'P{hart}:m{unit.place}'), self.holding(f'instr:"{unit.old.text()}"')
        self.add(f'lwu x{unit.result},0(x{address})')
        self.add(f'xor x{unit.result},x{unit.result},x{old}')
        self.add(f'sltu x{unit.result},x0,x{unit.result}')


def dotted(bits):
    return f'.{bits}' if bits else ''


def access_text(unit, address, data):
    letter, bits, result = LETTER[unit.size], dotted(unit.bits), f'x{unit.result}'
    if unit.kind == 'load':
        return f'l{letter}{"u" if unit.unsigned else ""}{bits} {result},{unit.offset}(x{address})'
    if unit.kind == 'store':
        return f's{letter}{bits} x{data},{unit.offset}(x{address})'
    if unit.offset:
        raise ValueError('AMO, LR and SC have no offset')
    if unit.kind == 'lr':
        return f'lr.{letter}{bits} {result},(x{address})'
    if unit.kind == 'sc':
        return f'sc.{letter}{bits} {result},x{data},(x{address})'
    return f'amo{unit.what}.{letter}{bits} {result},x{data},(x{address})'


def patch_of_part(unit):
    """The store, its offset and what it stores."""
    first, second = unit.new.word(), unit.second.word() if unit.second else 0
    return {'low': ('sh', 0, first & 0xffff),
            'high': ('sh', 2, first >> 16),
            'middle': ('sw', 2, first >> 16 | (second & 0xffff) << 16),
            'pair': ('sd', 0, first | second << 32)}[unit.part]


def write_harts(test):
    return [Writer(test, h).write(units) for h, units in enumerate(test.harts)]


def observed(test):
    """(hart, register) of all that is ever loaded."""
    sites = test.sites()
    seen = set()
    for h, hart in enumerate(test.harts):
        seen |= {(h, unit.result) for unit in hart if unit.result}
        runs = {unit.place for unit in hart if unit.kind == 'call' or unit.kind == 'site' and not unit.function}
        versions = [sites[place][1].old for place in runs] + [unit.new for unit in test.patches() if unit.place in runs]
        versions += [unit.second for unit in test.patches() if unit.second and unit.place + 1 in runs]
        seen |= {(h, version.register) for version in versions if version.op in ('li', 'lw') and version.register}
    return sorted(seen)


# ---- the litmus file

def columns(writers):
    cells = []
    for writer in writers:
        cells.append([' '.join([f'{label}:' for label in labels] + [text]) for labels, text in writer.lines])
        cells[-1] += [f'{label}:' for label in writer.labels]
    for column in cells:
        column[:] = [part for cell in column for part in split_labels(cell)]
    height = max(map(len, cells))
    rows = [[f'P{h}' for h in range(len(cells))]]
    rows += [[column[i] if i < len(column) else '' for column in cells] for i in range(height)]
    widths = [max(len(row[h]) for row in rows) for h in range(len(cells))]
    return [' ' + ' | '.join(cell.ljust(width) for cell, width in zip(row, widths)) + ' ;' for row in rows]


def split_labels(cell):
    """A label stands in a cell of its own."""
    words = cell.split(' ')
    labels = [word for word in words if word.endswith(':')]
    rest = ' '.join(words[len(labels):])
    return labels + ([rest] if rest else [])


def registers_used(test, writers):
    """By each hart: in its own code, and in what may stand at a site."""
    anywhere = ' '.join(instruction.text() for hart in test.harts for unit in hart
                        for instruction in (unit.old, unit.new, unit.second) if instruction)
    return [set(map(int, re.findall(r'\bx(\d+)', ' '.join([anywhere] + [text for _, text in writer.lines]))))
            for writer in writers]


def litmus(test):
    writers = write_harts(test)
    lines = [f'RISCV {test.name}'] + (['Variant=self'] if test.is_self() else []) + ['{']
    for i, location in enumerate(test.locations):
        kind = {4: 'int32_t', 8: 'int64_t'}[location.size]
        lines.append(f' {kind} {LOCATIONS[i]}={location.value};')
    used = registers_used(test, writers)
    for h, writer in enumerate(writers):
        lines.append(' ' + ' '.join(f'{h}:x{register}={what};' for register, what in sorted(writer.initial.items())
                                    if register in used[h]))
    lines += ['}'] + columns(writers)
    places = [f'{h}:x{register}' for h, register in observed(test)] + list(LOCATIONS[:len(test.locations)])
    return '\n'.join(lines + [f'locations [{"; ".join(places)}]', 'exists (true)', ''])


def canonical(test, result):
    """The states of a herd log as sets of (place, value), the values unsigned."""
    bits = {LOCATIONS[i]: 8 * location.size for i, location in enumerate(test.locations)}

    def cell(text):
        place, value = text.split('=')
        place = place.strip('[]')
        return place, int(value) % (1 << bits.get(place, 64)) if value.lstrip('-').isdigit() else value
    return {frozenset(map(cell, state)) for state in result.state_set()}


# ---- making a failing test smaller

def are_neighbours(test, place):
    return any([unit.place for unit in hart[:2] if unit.kind == 'site'] == [place, place + 1] for hart in test.harts)


def is_sound(test):
    places = test.sites()
    if not all(are_neighbours(test, unit.place) for unit in test.patches() if unit.second):
        return False
    return all(unit.place in places and (unit.kind != 'call' or places[unit.place][1].function)
               for hart in test.harts for unit in hart if unit.kind in ('patch', 'check', 'call'))


def simpler_units(unit):
    plain = {'depends': 0, 'through': ''} if unit.kind != 'branch' else {}
    for change in ({'bits': ''}, plain, {'unsigned': False}, {'source': 0, 'value': 1} if unit.source else {}):
        if any(getattr(unit, key) != value for key, value in change.items()):
            yield replace(unit, **change)


def uses_last_location(test):
    last = len(test.locations) - 1
    units = [unit for hart in test.harts for unit in hart]
    return (any(unit.place == last for unit in units if unit.kind in ('load', 'store', 'amo', 'lr', 'sc')) or
            any(instruction.operand == last for unit in units for instruction in (unit.old, unit.new, unit.second)
                if instruction and instruction.op in ('lw', 'sw')))


def without_site(test, place):
    """Without the site and all that is done to it."""
    kinds = ('site', 'call', 'patch', 'check')
    return replace(test, harts=tuple(tuple(unit for unit in hart if unit.kind not in kinds or unit.place != place)
                                     for hart in test.harts))


def smaller_tests(test):
    """Each test that is one step smaller, the most promising ones first."""
    for h, hart in enumerate(test.harts):
        yield replace(test, harts=test.harts[:h] + test.harts[h + 1:])
    for place in test.sites():
        yield without_site(test, place)
    for h, hart in enumerate(test.harts):
        def with_hart(units):
            return replace(test, harts=test.harts[:h] + (tuple(units),) + test.harts[h + 1:])
        for i in range(len(hart)):
            yield with_hart(hart[:i] + hart[i + 1:])
        for i, unit in enumerate(hart):
            for simpler in simpler_units(unit):
                yield with_hart(hart[:i] + (simpler,) + hart[i + 1:])
    if len(test.locations) > 1 and not uses_last_location(test):
        yield replace(test, locations=test.locations[:-1])


def minimised(test, fails):
    """A test that fails and none of whose smaller ones does."""
    while True:
        for smaller in smaller_tests(test):
            if smaller.harts and all(smaller.harts) and is_sound(smaller) and fails(smaller):
                test = smaller
                break
        else:
            return test
