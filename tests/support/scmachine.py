# SPDX-License-Identifier: GPL-2.0-or-later
"""The final states of a generated test under sequential consistency, fetches included: every interleaving of its units,
by brute force. Knows nothing of cmodx or of instruction encodings."""
import litmusgen

M64 = (1 << 64) - 1


def signed(value, size):
    value &= (1 << 8 * size) - 1
    return value - (1 << 8 * size) if value >> (8 * size - 1) else value


def combined(what, old, operand, size):
    mask = (1 << 8 * size) - 1
    a, b = signed(old, size), signed(operand, size)
    return {'swap': b, 'add': a + b, 'or': a | b, 'and': a & b, 'xor': a ^ b, 'max': max(a, b), 'min': min(a, b),
            'maxu': max(a & mask, b & mask), 'minu': min(a & mask, b & mask)}[what]


class Machine:
    """A state is (positions, registers, memory, code, reservations), all tuples; memory holds 8 bytes per location."""

    def __init__(self, test):
        self.test = test
        self.sites = sorted(test.sites().items())
        self.index = {place: i for i, (place, _) in enumerate(self.sites)}
        self.programs = test.harts

    def initial(self):
        n = len(self.programs)
        memory = b''.join(location.value.to_bytes(8, 'little') for location in self.test.locations)
        return (0,) * n, ((0,) * 32,) * n, memory, tuple(unit.old for _, (_, unit) in self.sites), (None,) * n

    def states(self):
        seen, todo, final = {self.initial()}, [self.initial()], set()
        while todo:
            state = todo.pop()
            successors = [next_state for hart in range(len(self.programs)) for next_state in self.steps(state, hart)]
            if not successors:
                final.add(self.outcome(state))
            for successor in successors:
                if successor not in seen:
                    seen.add(successor)
                    todo.append(successor)
        return final

    def outcome(self, state):
        _, registers, memory, _, _ = state
        values = {(f'{hart}:x{register}', registers[hart][register])
                  for hart, register in litmusgen.observed(self.test)}
        for i, location in enumerate(self.test.locations):
            values.add((litmusgen.LOCATIONS[i], int.from_bytes(memory[8 * i:8 * i + location.size], 'little')))
        return frozenset(values)

    def steps(self, state, hart):
        if state[0][hart] >= len(self.programs[hart]):
            return
        unit = self.programs[hart][state[0][hart]]
        for change in getattr(self, unit.kind)(Step(state, hart), unit):
            yield change.done()

    # ---- units

    def fence(self, step, unit):
        yield step

    def branch(self, step, unit):
        if step.registers[unit.depends]:
            step.advance += unit.skip
        yield step

    def load(self, step, unit):
        value = step.read(unit)
        step.set(unit.result, value if unit.unsigned else signed(value, unit.size))
        yield step

    def store(self, step, unit):
        step.write(unit, step.registers[unit.source] if unit.source else unit.value)
        yield step

    def amo(self, step, unit):
        old = step.read(unit)
        operand = step.registers[unit.source] if unit.source else unit.value
        step.write(unit, combined(unit.what, old, operand, unit.size))
        step.set(unit.result, signed(old, unit.size))
        yield step

    def lr(self, step, unit):
        step.set(unit.result, signed(step.read(unit), unit.size))
        step.reservations[step.hart] = (unit.place * 8, unit.size)
        yield step

    def sc(self, step, unit):
        held = step.reservations[step.hart]
        step.reservations[step.hart] = None
        failed = Step(step.done(0), step.hart)
        failed.set(unit.result, 1)
        yield failed
        if held and held[0] == unit.place * 8 and unit.size <= held[1]:
            step.write(unit, unit.value)
            step.set(unit.result, 0)
            yield step

    def site(self, step, unit):
        if not unit.function:  # else it only runs when called
            self.execute(step, step.code[self.index[unit.place]])
        yield step

    def call(self, step, unit):
        yield from self.site(step, unit)

    def patch(self, step, unit):
        step.code[self.index[unit.place]] = unit.new
        yield step

    def check(self, step, unit):
        step.set(unit.result, int(step.code[self.index[unit.place]] != unit.old))
        yield step

    def execute(self, step, instruction):
        word = litmusgen.Unit('', place=instruction.operand, size=4)
        if instruction.op == 'li':
            step.set(instruction.register, instruction.operand)
        elif instruction.op == 'lw':
            step.set(instruction.register, signed(step.read(word), 4))
        elif instruction.op == 'sw':
            step.write(word, litmusgen.SITE_VALUES[instruction.register])


class Step:
    """A state in the making."""

    def __init__(self, state, hart):
        self.hart = hart
        self.positions, self.all_registers, self.memory, code, reservations = state
        self.registers = list(self.all_registers[hart])
        self.code, self.reservations = list(code), list(reservations)
        self.advance = 1

    def done(self, advance=None):
        def with_mine(values, mine):
            return values[:self.hart] + (mine,) + values[self.hart + 1:]
        position = self.positions[self.hart] + (self.advance if advance is None else advance)
        return (with_mine(self.positions, position), with_mine(self.all_registers, tuple(self.registers)), self.memory,
                tuple(self.code), tuple(self.reservations))

    def set(self, register, value):
        if register:
            self.registers[register] = value & M64

    def read(self, unit):
        start = 8 * unit.place + unit.offset
        return int.from_bytes(self.memory[start:start + unit.size], 'little')

    def write(self, unit, value):
        start = 8 * unit.place + unit.offset
        data = (value & ((1 << 8 * unit.size) - 1)).to_bytes(unit.size, 'little')
        self.memory = self.memory[:start] + data + self.memory[start + unit.size:]
        for hart, held in enumerate(self.reservations):
            if held and hart != self.hart and held[0] < start + unit.size and start < held[0] + held[1]:
                self.reservations[hart] = None
