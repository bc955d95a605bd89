#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""graph.py CMODX SOURCE_ROOT [graphviz]: graphs are the recorded ones, the same each time; they have no more nodes than was asked
for, what is left out is counted, and the bold path is the counterexample that `check` prints. With `graphviz`: Graphviz reads them,
and finds the nodes and edges that are in them; skipped where it is not installed. To record, and then to review with
`git diff tests/graphs`:
  GRAPHS_UPDATE=1 tests/graph.py build/sim/cmodx ."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

ISA, LINUX, DATA = 'scenarios/catalogue/isa/', 'scenarios/catalogue/linux/', 'tests/litmus/data/'
PAIR = LINUX + 'ftrace-pair-stop-machine.yaml'

# name: (exit status, arguments)
GRAPHS = {
    'states-proved': (0, ['check', '-m', 'sc', '--preempt', 'none', PAIR]),
    'states-refuted': (10, ['check', '-m', 'sc', '--preempt', 'full', PAIR]),
    'states-stale': (10, ['check', '-m', 'sc-stale', ISA + 'two-words-unordered.yaml']),
    'states-cut': (10, ['check', '-m', 'sc', '--graph-nodes', '16', LINUX + 'ftrace-call-ops-pair.yaml']),
    'states-few': (0, ['check', '-m', 'sc', '--preempt', 'none', '--graph-nodes', '1', PAIR]),
    'states-litmus': (0, ['check', '-m', 'sc', DATA + 'LB+data-po+data.litmus']),
    'timelines-refuted': (10, ['check', '-m', 'rvwmo', ISA + 'two-words-unordered.yaml']),
    'timelines-proved': (0, ['check', '-m', 'rvwmo', '--preempt', 'full', LINUX + 'ftrace-fixed-auipc-any.yaml']),
    'timelines-litmus': (0, ['check', DATA + 'LB+data-po+data.litmus']),
    'rows': (10, ['check', '-m', 'sc,rvwmo', ISA + 'message-passing-no-fence-i.yaml']),
    'events-sc': (10, ['replay', PAIR, '-s', 'sc,preempt=full@0:4,1:1,0/1,1:6,0:2']),
    'events-stale': (10, ['replay', ISA + 'two-words-unordered.yaml', '-s', 'rvwmo,ziccif,preempt=full@1:2,0:1,0/1']),
    'events-message': (10, ['replay', ISA + 'message-passing-no-fence-i.yaml', '-v', '-s',
                            'rvwmo,ziccif,preempt=full@0:2,1:3,0/1,0:1,0/1,0:1']),
    'events-promise': (0, ['replay', DATA + 'LB+data-po+data.litmus', '-s',
                           'data-only,preempt=full@0!11000040:4=1,1/1,1:1,0/1,0:3']),
    'events-lrsc': (0, ['replay', DATA + 'LRSC+own-store.litmus', '-s', 'data-only,preempt=full@0:4,0/1']),
    'events-amo': (0, ['replay', DATA + 'AMO+all.litmus', '-s', 'data-only,preempt=full@0:11']),
}

# Names with everything that might mean something.
ODD = r'''cmodx: 1
name: 'odd "name" \" <b> & &lt; \N {|} \'
title: x
asm: |
  .option norvc
  caller: call    "fu\"<n>c\\"
          .balign 8
  "fu\"<n>c\\":   nop
          nop
          ret
patches:
  enable:
    at: 'fu"<n>c\'
    asm: |
      .option norvc
      ebreak
harts:
  CPU0: {run: caller}
  CPU1: {steps: [store: enable]}
expect:
  - {model: sc, verdict: refuted}
'''

passed = failed = 0


def check(holds, complaint):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print(f'FAILED: {complaint}')


def run(cmodx, arguments):
    return subprocess.run([cmodx, *arguments], capture_output=True, text=True, check=False, timeout=120)


def graph(cmodx, arguments, status, name):
    done = run(cmodx, [*arguments, '--graph', 'dot'])
    check(done.returncode == status and not done.stderr, f'{name}: exit status {done.returncode}: {done.stderr}')
    return done.stdout


# ---- what is in a graph, by our own reading

STRING = r'"((?:[^"\\]|\\.)*)"'


def attributes(text):
    return {name: quoted if value.startswith('"') else value
            for name, value, quoted in re.findall(rf'(\w+)=({STRING}|[^\s\]]+)', text)}


class Dot:
    def __init__(self, text):
        self.nodes, self.edges = {}, []
        for line in text.splitlines():
            edge = re.fullmatch(r' *(\w+) -> (\w+) \[(.*)\]', line)
            node = re.fullmatch(r' *(\w+) \[(.*)\]', line)
            if edge:
                self.edges.append((edge[1], edge[2], attributes(edge[3])))
            elif node and node[1] not in ('graph', 'node', 'edge'):
                self.nodes[node[1]] = attributes(node[2])
        self.label = attributes(re.search(r'graph \[(.*)\]', text)[1])['label'].split(r'\n')

    def number(self, pattern):
        match = re.search(pattern, self.label[-1])
        return int(match[1].replace(',', '')) if match else 0


def digraphs(text):
    return [part for part in re.split(r'(?m)^(?=digraph )', text) if part]


def steps_of(edge):
    return len(edge[2].get('tooltip', '').split(r'\n'))


def check_exploration(name, dot, nodes_max):
    """Every state is shown, folded, or in a rest; a counterexample goes from the beginning to its end."""
    shown = [node for node in dot.nodes if node.startswith('n')]
    rests = [dot.nodes[node]['label'] for node in dot.nodes if node.startswith('more')]
    check(len(shown) <= nodes_max, f'{name}: {len(shown)} nodes')
    hidden = sum(int(rest.split()[0].replace(',', '')) for rest in rests if rest[0].isdigit())
    check(hidden == dot.number(r'([\d,]+) left out'), f'{name}: {hidden} nodes in rests')
    folded = sum(steps_of(edge) - 1 for edge in dot.edges if edge[1].startswith('n'))
    check(folded == dot.number(r'([\d,]+) folded'), f'{name}: {folded} nodes folded')
    total = dot.number(r'^(?:the first )?([\d,]+)')
    check(len(shown) + folded + hidden == total, f'{name}: {len(shown)} + {folded} + {hidden} of {total} nodes')
    at, length = 'n0', 0
    path = {edge[0]: edge for edge in dot.edges if 'penwidth' in edge[2]}
    while at in path:
        length += steps_of(path[at])
        at = path[at][1]
    return length, dot.nodes[at].get('color') == 'red'


def check_paths(cmodx):
    """The bold path has as many steps as the counterexample, which the graph of states has as its own."""
    for name, (_, arguments) in GRAPHS.items():
        if arguments[0] != 'check':
            continue
        nodes_max = int(arguments[arguments.index('--graph-nodes') + 1]) if '--graph-nodes' in arguments else 200
        for part in digraphs(run(cmodx, [*arguments, '--graph', 'dot']).stdout):
            dot = Dot(part)
            length, is_violation = check_exploration(name, dot, nodes_max)
            refuted = dot.label[1].startswith('REFUTED')
            check(refuted == is_violation, f'{name}: a path to a violation: {is_violation}')
            if name.startswith('states') and refuted:
                plain = [arg for i, arg in enumerate(arguments)
                         if arg != '--graph-nodes' and arguments[i - 1] != '--graph-nodes']
                text = run(cmodx, plain).stdout
                steps = int(re.search(r'(?:Minimal: |\b)(\d+) steps?, ', text)[1])
                check(length == steps, f'{name}: {length} steps, not {steps}')


def check_sizes(cmodx):
    """Any number of nodes will do; and what has not been explored is not said to be nothing."""
    for nodes in (1, 2, 7, 40, 300):
        text = run(cmodx, ['check', '-m', 'sc', LINUX + 'ftrace-call-ops-pair.yaml', '--graph', 'dot',
                           '--graph-nodes', str(nodes)]).stdout
        dot = Dot(text)
        check_exploration(f'{nodes} nodes', dot, nodes)
        check(dot.label[-1].startswith('the first ') == (64 * nodes < 966), f'{nodes} nodes: {dot.label[-1]}')


def check_events(cmodx):
    """fr leads from whoever reads a store to the next one in co; all of it by name."""
    for name, (_, arguments) in GRAPHS.items():
        if arguments[0] != 'replay':
            continue
        dot = Dot(run(cmodx, [*arguments, '--graph', 'dot']).stdout)
        by_name = {}
        for start, end, edge in dot.edges:
            by_name.setdefault(edge.get('label', '').strip().split(',')[0], set()).add((start, end))
        check(set(by_name) <= {'', 'po', 'fe', 'rf', 'co', 'fr', 'irf', 'ifr', 'rmw'}, f'{name}: {sorted(by_name)}')
        for reads, before in (('rf', 'fr'), ('irf', 'ifr')):
            for store, load in by_name.get(reads, ()):
                text = {node: dot.nodes[node]['label'].split(r'\n')[0] for node in (store, load)}
                # "a: W* x=1" and "b: R* x=1", or "a: W func=NEW" and "b: F func NEW"
                same = [re.sub(r'^\w+: [WRF][*.a-z]* ', '', line).replace('=', ' ') for line in text.values()]
                check(same[0] == same[1], f'{name}: {text}')
                for first, second in by_name.get('co', ()):
                    check(first != store or (load, second) in by_name.get(before, set()) | by_name.get('rmw', set()),
                          f'{name}: {load} reads {store}, and {second} is behind it')


# ---- recorded ones, and wrong uses

def check_recorded(cmodx):
    update = os.environ.get('GRAPHS_UPDATE')
    os.makedirs('tests/graphs', exist_ok=True)
    for name, (status, arguments) in GRAPHS.items():
        path = f'tests/graphs/{name}.dot'
        text = graph(cmodx, arguments, status, name)
        check(text == graph(cmodx, arguments, status, name), f'{name}: not the same twice')
        if update:
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text)
        recorded = open(path, encoding='utf-8').read() if os.path.exists(path) else None
        check(text == recorded, f'{name}: not what {path} has')
        with tempfile.TemporaryDirectory() as work:
            done = run(cmodx, [*arguments, '--graph', 'dot', '-o', f'{work}/out'])
            check(done.stdout == '' and open(f'{work}/out', encoding='utf-8').read() == text, f'{name}: -o')
    extra = set(os.listdir('tests/graphs')) - {f'{name}.dot' for name in GRAPHS}
    check(not extra, f'tests/graphs: {sorted(extra)}')


def check_usage(cmodx):
    wrong = [(['--graph', 'svg'], "unknown value 'svg' of --graph; expected dot"), (['--graph', ''], "unknown value ''"),
             (['--graph', 'dot', '--format', 'json'], 'exclude each other'),
             (['--graph', 'dot', '--format', 'herd'], 'exclude each other'),
             (['--graph', 'dot', '--report', 'json=x'], 'neither --report nor --kinds'),
             (['--graph', 'dot', '--kinds', 'x'], 'neither --report nor --kinds'),
             (['--graph', 'dot', '-q'], 'exclude each other'), (['--graph-nodes', '9'], '--graph-nodes is for --graph dot'),
             (['--graph', 'dot', '--graph-nodes', '0'], 'from 1 to 10000'),
             (['--graph', 'dot', '--graph-nodes=-1'], 'from 1 to 10000'),
             (['--graph', 'dot', '--graph-nodes', '10001'], 'from 1 to 10000')]
    for arguments, words in wrong:
        done = run(cmodx, ['check', PAIR, *arguments])
        check(done.returncode == 1 and words in done.stderr and not done.stdout, f'{arguments}: {done.stderr}')
    done = run(cmodx, [*GRAPHS['events-sc'][1], '--graph', 'png'])
    check(done.returncode == 1 and "unknown value 'png'" in done.stderr, f'replay: {done.stderr}')
    done = run(cmodx, ['check', 'nowhere.yaml', '--graph', 'dot'])
    check(done.returncode == 1 and not done.stdout, f'no such file: {done.returncode}')


# ---- Graphviz

def count(text):
    done = subprocess.run(['gvpr', 'BEG_G {printf("%d %d\\n", nNodes($G), nEdges($G))}'], input=text, capture_output=True,
                          text=True, check=False, timeout=60)
    return done.stdout, done.stderr


def check_graphviz(cmodx):
    with tempfile.TemporaryDirectory() as work:
        odd = f'{work}/odd.yaml'
        with open(odd, 'w', encoding='utf-8') as file:
            file.write(ODD)
        schedule = re.search(r'--schedule (\S+)', run(cmodx, ['check', odd]).stdout)[1]
        graphs = {**GRAPHS, 'odd': (10, ['check', odd]), 'odd events': (10, ['replay', odd, '-v', '-s', schedule])}
        for name, (status, arguments) in graphs.items():
            text = graph(cmodx, arguments, status, name)
            expected = ''.join(f'{len(Dot(part).nodes)} {len(Dot(part).edges)}\n' for part in digraphs(text))
            check(count(text) == (expected, ''), f'{name}: {count(text)}, not {expected}')
            done = subprocess.run(['dot', '-Tsvg'], input=text, capture_output=True, text=True, check=False, timeout=120)
            check(done.returncode == 0 and '</svg>' in done.stdout and not done.stderr, f'{name}: dot: {done.stderr}')
            if name == 'odd':
                check('odd &quot;name&quot; \\&quot; &lt;b&gt; &amp; &amp;lt; \\N {|} \\' in done.stdout, 'odd: the label')
                check('fu&quot;&lt;n&gt;c\\' in done.stdout, 'odd: a symbol')


def main():
    cmodx = os.path.realpath(sys.argv[1])
    os.chdir(sys.argv[2])
    os.environ.pop('CMODX_CATALOGUE', None)
    if sys.argv[3:] == ['graphviz']:
        if not shutil.which('dot') or not shutil.which('gvpr'):
            print('skipped: Graphviz is not installed')
            return 77
        check_graphviz(cmodx)
    else:
        check_recorded(cmodx)
        check_paths(cmodx)
        check_sizes(cmodx)
        check_events(cmodx)
        check_usage(cmodx)
    print(f'{passed} passed, {failed} failed')
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
