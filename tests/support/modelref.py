# SPDX-License-Identifier: GPL-2.0-or-later
"""The final states of a generated test according to the Python reference in ../shared/model, which is imported."""
import importlib
import re
import sys

import litmusgen

TRAP = 'trap'  # instead of states: some hart traps or leaves the code
MEMORIES_MAX = 400  # of the reference: larger tests are left out
STEPS_MAX = 60
NAMES = {'data-only': 'rvwmo', 'ziccif-only': 'Ziccif-only', 'ziccid': 'Ziccid', 'ir-decode-w': 'ir-decode-w',
         'ir-decode': 'ir-decode', 'ir3-fetch': 'ir3-fetch'}


class Reference:
    """answers: states, TRAP, or None for a test that is too large for it."""

    def __init__(self, directory):
        sys.path.insert(0, str(directory))
        self.litmus, self.mixlit, self.proto, self.proto_mixed = (
            importlib.import_module(name) for name in ('litmus', 'mixlit', 'proto', 'proto_mixed'))

    # ---- one size per location, whole instructions

    def plain(self, test, model):
        parsed = self.litmus.parse(litmusgen.litmus(test))
        _, outcomes, explorer = self.proto.run(parsed, NAMES[model], 'fix', max_nodes=MEMORIES_MAX, maxsteps=STEPS_MAX)
        if explorer.truncated:
            return None
        return {self.plain_state(test, parsed, outcome) for outcome in outcomes}

    def plain_state(self, test, parsed, outcome):
        state = set()
        for location, value in zip(parsed.obs, outcome):
            if location[0] == 'r':
                state.add((f'{location[1]}:x{location[2]}', value % (1 << 64)))
            else:
                name = parsed.symname[location[1]]
                state.add((name, value % (1 << 8 * test.locations[litmusgen.LOCATIONS.index(name)].size)))
        return frozenset(state)

    # ---- data of mixed sizes

    def mixed(self, test, model):
        parsed = self.litmus.parse(litmusgen.litmus(test))
        built = self.mixlit.from_litmus(parsed)
        outcomes, explorer = self.proto_mixed.run(built, NAMES[model], max_nodes=MEMORIES_MAX, maxsteps=STEPS_MAX)
        if explorer.truncated:
            return None
        memory = [parsed.symname[location[1]] for location in parsed.fobs if location[0] == 'm']
        return self.byte_states(test, built.obs_regs, memory, outcomes)

    def byte_states(self, test, registers, memory, outcomes):
        if any(hart[0] != 'end' for outcome in outcomes for hart in outcome[:-1]):
            return TRAP
        states = set()
        for outcome in outcomes:
            state = {(f'{h}:x{register}', value % (1 << 64)) for h, names in enumerate(registers)
                     for register, value in zip(names, outcome[h][1:])}
            for i, name in enumerate(memory):
                size = test.locations[litmusgen.LOCATIONS.index(name)].size
                state.add((name, int.from_bytes(outcome[-1][8 * i:8 * i + size], 'little')))
            states.add(frozenset(state))
        return states

    # ---- parcels and halves of instructions

    def assemble(self, tests):
        """All instructions of all tests with one run of the assembler."""
        texts = [text for test in tests for hart in self.code(test) for text in hart]
        texts += [unit.new.text() for test in tests for unit in test.patches() if not unit.part]
        texts += [unit.old.text() for test in tests for hart in test.harts for unit in hart if unit.old]
        self.mixlit.asm_many(texts)

    def code(self, test):
        return [relative(writer) for writer in litmusgen.write_harts(test)]

    def parcels(self, test, model, parcel):
        writers = litmusgen.write_harts(test)
        labels = {f'P{h}:{label}': self.mixlit.CODE + 0x100 * h + 4 * i
                  for h, writer in enumerate(writers) for label, i in label_lines(writer).items()}
        names = litmusgen.LOCATIONS[:len(test.locations)]
        addresses = {name: self.mixlit.DATA + 0x40 * i for i, name in enumerate(names)}
        initial = {(h, register): self.value(what, labels, addresses)
                   for h, writer in enumerate(writers) for register, what in writer.initial.items()}
        data = {addresses[name] + i: byte for name, location in zip(names, test.locations)
                for i, byte in enumerate(location.value.to_bytes(8, 'little'))}
        observed = litmusgen.observed(test)
        registers = [[register for hart, register in observed if hart == h] for h in range(len(writers))]
        built = self.mixlit.build(test.name, self.code(test), initial, data, registers,
                                  [addresses[name] + i for name in names for i in range(8)])
        outcomes, explorer = self.proto_mixed.run_fix(built, NAMES[model], parcel, max_nodes=MEMORIES_MAX,
                                                      maxsteps=STEPS_MAX)
        if explorer.truncated:
            return None
        return self.byte_states(test, registers, names, outcomes)

    def value(self, what, labels, addresses):
        if match := re.fullmatch(r'instr:"(.*)"', what):
            return int.from_bytes(self.mixlit.asm_many([match[1]])[0], 'little')
        return labels.get(what) or addresses.get(what) or int(what)


def label_lines(writer):
    lines = {label: i for i, (labels, _) in enumerate(writer.lines) for label in labels}
    return lines | {label: len(writer.lines) for label in writer.labels}


def relative(writer):
    """The code without labels, as GNU as wants it."""
    at = label_lines(writer)
    texts = []
    for i, (_, text) in enumerate(writer.lines):
        operation, _, operands = text.partition(' ')
        if operation in litmusgen.BRANCHES:
            *registers, label = operands.split(',')
            text = f'{operation} {",".join(registers + [f". + {4 * (at[label] - i)}"])}'
        texts.append(text)
    return texts
