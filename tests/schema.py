#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""schema.py CMODX SOURCE_ROOT: share/scenario.schema.json says what the loader says. It has the same keys and words; what
`cmodx lint` accepts is valid; of scenarios changed at random, what is not valid is refused by lint, and what lint refuses
for its form is not valid. What only the assembler can tell (whether a label exists) is not in the schema."""
import copy
import glob
import json
import os
import random
import re
import subprocess
import sys
import tempfile

from support import keys as loader

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(f'skipped: {error}')
    sys.exit(77)

MUTATIONS = 400
SEED = int(os.environ.get('CMODX_SEED', '1'))

# Complaints about the form. Ranges are left out: where a store may start depends on its patch.
FORM = re.compile(r"""
    unknown\ (key|step|property|fence|order|action|verdict|width|value|model|register)
    | missing\ key | expected\ (text|a\ sequence|a\ mapping|a\ number|true\ or\ false|a\ step|a\ property|either)
    | expected\ (a\ name\ of|the\ name\ of|LABEL,) | does\ not\ fit\ into\ 64\ bits
    | takes\ no\ argument | needs\ (an\ argument|either|at\ least\ one) | the\ list\ is\ empty | is\ in\ the\ list\ already
    | is\ named\ twice | interrupts\ need | only\ a\ refuted\ row | has\ no\ steps | there\ are\ no\ 'sources'
    | goes\ with | reads\ version\ 1 | is\ always\ 0 | at\ an\ odd\ address
    """, re.VERBOSE)
# These have a grammar of their own.
CONDITION = re.compile(r'/(each-call|~?exists|forall)$')


class Loader(yaml.BaseLoader):
    """The types of YAML 1.2, as editors that know schemas see them; PyYAML's own are those of 1.1."""


class Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def resolved(loader_, node):
    text = loader_.construct_scalar(node)
    if node.style is not None:
        return text
    if text in ('', '~', 'null', 'Null', 'NULL'):
        return None
    if re.fullmatch('true|True|TRUE|false|False|FALSE', text):
        return text[0] in 'tT'
    if re.fullmatch(r'[-+]?[0-9]+', text):
        return int(text)
    if re.fullmatch(r'0x[0-9a-fA-F]+|0o[0-7]+', text):
        return int(text, 0)
    if re.fullmatch(r'[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?', text):
        return float(text)
    return text


def mapping(loader_, node):
    return {loader_.construct_scalar(key): loader_.construct_object(value, deep=True) for key, value in node.value}


Loader.add_constructor('tag:yaml.org,2002:str', resolved)
Loader.add_constructor('tag:yaml.org,2002:map', mapping)
Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar(
    'tag:yaml.org,2002:str', text, style='|' if '\n' in text else None))
Dumper.add_representer(type(None), lambda dumper, _: dumper.represent_scalar('tag:yaml.org,2002:null', ''))


def load(text):
    return yaml.load(text, Loader)


def tidy(node):
    """Texts that a block can hold: PyYAML quotes those with tabs or blanks at the ends of lines."""
    if isinstance(node, dict):
        return {key: tidy(value) for key, value in node.items()}
    if isinstance(node, list):
        return [tidy(item) for item in node]
    if isinstance(node, str) and '\n' in node:
        return '\n'.join(line.rstrip() for line in node.expandtabs().split('\n'))
    return node


# ---- the same keys and words

def resolve(schema, node):
    return schema['$defs'][node['$ref'].rsplit('/', 1)[1]] if '$ref' in node else node


def alternatives(schema, node):
    node = resolve(schema, node)
    return [a for each in node['oneOf'] for a in alternatives(schema, each)] if 'oneOf' in node and \
        'properties' not in node else [node]


def schema_keys(schema):
    defs = schema['$defs']
    steps_, properties_ = {}, {}
    for step in alternatives(schema, {'$ref': '#/$defs/step'}):
        for name, value in step.get('properties', {}).items():
            steps_[name] = next((a for a in alternatives(schema, value) if 'properties' in a), None)
    for each in alternatives(schema, {'$ref': '#/$defs/property'}):
        if 'required' in each:
            properties_.setdefault(each['required'][0], set()).update(each['properties'])
    migrations = next(a for a in alternatives(schema, defs['hart']['properties']['migrations']) if 'properties' in a)
    found = {name: set(step['properties']) for name, step in steps_.items() if step}
    found |= {'scenario': set(schema['properties']), 'migrations': set(migrations['properties'])}
    found |= {name: set(defs[name]['properties']) for name in ('patch', 'hart', 'row')}
    return found | properties_, steps_, properties_


def schema_words(schema, steps_, properties_):
    defs = schema['$defs']
    enum = lambda node: {str(value) for each in alternatives(schema, node) for value in each.get('enum', ())}
    found = {f'row {name}': enum(value) for name, value in defs['row']['properties'].items() if enum(value)}
    for name, step in steps_.items():
        for key, value in (step or {}).get('properties', {}).items():
            if enum(value):
                found[f'{name} {key}'] = enum(value)
    bare = next(each['enum'] for each in defs['step']['oneOf'] if 'enum' in each)
    found['steps'] = set(bare) | set(steps_)
    found['properties'] = enum(schema['properties']['unchecked']['items']) | set(properties_)
    found['unchecked'] = enum(schema['properties']['unchecked']['items'])
    found['fence'] = enum(next(e for e in defs['step']['oneOf'] if 'fence' in e.get('properties', ()))['properties']['fence'])
    return found


def compare(what, schema, program):
    good = True
    for place in sorted(set(schema) | set(program)):
        ours, theirs = set(schema.get(place, ())), set(program.get(place, ()))
        if ours != theirs:
            print(f'FAILED: {what} of {place}: only the schema has {sorted(ours - theirs)}, '
                  f'only the loader has {sorted(theirs - ours)}')
            good = False
    return good


# ---- changes

def places(node, path=()):
    """The way to every node below."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield path + (key,)
        yield from places(value, path + (key,))


def at(node, path):
    for key in path:
        node = node[key]
    return node


def misspelt(word, rng):
    i = rng.randrange(len(word))
    return rng.choice([word[:i] + word[i + 1:], word[:i] + word[i] + word[i:], word[:i] + '-q' + word[i:], word.upper()])


def rename(parent, key, rng):
    new = misspelt(key, rng) if rng.random() < .7 else rng.choice(['q', 'at', 'width', 'run', 'x-q'])
    items = [(new if k == key else k, v) for k, v in parent.items()]
    parent.clear()
    parent.update(items)


def delete(parent, key, _):
    del parent[key]


def add(parent, key, rng):
    new = rng.choice(['qqqq', 'x-q', 'until', 'of', 'asm', 'model', 'do'])
    if isinstance(parent[key], dict):
        parent[key].setdefault(new, rng.choice([1, 'text', ['text']]))
    elif isinstance(parent[key], list):
        parent[key].append(rng.choice([1, 'text', {new: 1}, parent[key][0] if parent[key] else 'q']))
    else:
        parent[key] = {new: parent[key]}


def retype(parent, key, rng):
    old = parent[key]
    parent[key] = rng.choice([[old], {'q': old}, 'text', 7, 1.5, True, None, [], {}, -1, 0, 1 << 70])


def misspell(parent, key, rng):
    parent[key] = misspelt(str(parent[key]), rng)


CHANGES = {
    'rename a key': (rename, lambda parent, key: isinstance(parent, dict) and key),
    'delete': (delete, lambda parent, key: True),
    'add': (add, lambda parent, key: True),
    'change a type': (retype, lambda parent, key: True),
    'misspell a word': (misspell, lambda parent, key: isinstance(parent[key], (str, int)) and '\n' not in str(parent[key])
                        and str(parent[key])),
}


def mutate(data, name, rng):
    """(what was done, the changed copy)"""
    change, fits = CHANGES[name]
    data = copy.deepcopy(data)
    ways = [path for path in places(data) if fits(at(data, path[:-1]), path[-1])]
    path = rng.choice(ways)
    change(at(data, path[:-1]), path[-1], rng)
    return f'{name} at {"/".join(map(str, path))}', data


def main():
    cmodx, root = os.path.realpath(sys.argv[1]), sys.argv[2]
    with open(os.path.join(root, 'share/scenario.schema.json'), encoding='utf-8') as file:
        schema = json.load(file)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    good = True

    of_places, steps_, properties_ = schema_keys(schema)
    good &= compare('keys', of_places, loader.keys(cmodx))
    good &= compare('words', schema_words(schema, steps_, properties_), loader.words(cmodx))

    directories = [os.path.join(root, 'scenarios/catalogue'), os.path.join(root, 'tests/scenarios')]
    paths = sorted(path for top in directories for path in glob.glob(top + '/**/*.yaml', recursive=True))
    lint = subprocess.run([cmodx, 'lint', *paths], capture_output=True, text=True, check=False)
    accepted = set(re.findall(r'^(.*): ok: ', lint.stdout, re.MULTILINE))
    texts = {}
    for path in paths:
        with open(path, encoding='utf-8') as file:
            texts[path] = load(file.read())
        complaint = path in accepted and next(validator.iter_errors(texts[path]), None)
        if complaint:
            print(f'FAILED: {path}: {"/".join(map(str, complaint.path))}: {complaint.message}')
            good = False
    print(f'{len(accepted)} of {len(paths)} scenarios accepted by lint, and validated')
    good &= len(accepted) > 100

    # What is beside a scenario is found through the environment. The compiler would take most of the time.
    os.environ['CMODX_INCLUDE_PATH'] = ':'.join(sorted({os.path.dirname(path) for path in paths}))
    rng = random.Random(SEED)
    usable = [path for path in paths if path in accepted and 'sources' not in texts[path]]
    usable += [path for path in paths if path in accepted and 'sources' in texts[path]][:4]
    cases = [(path, 'nothing', tidy(texts[path])) for path in rng.sample(usable, 20)]
    for i in range(MUTATIONS):
        path = rng.choice(usable)
        cases.append((path, *mutate(tidy(texts[path]), list(CHANGES)[i % len(CHANGES)], rng)))
    dumps = [yaml.dump(data, Dumper=Dumper, sort_keys=False, width=1 << 20) for _, _, data in cases]
    with tempfile.TemporaryDirectory() as directory:
        complaints = loader.lint(cmodx, dumps, directory)
    tally = {}
    for (path, what, _), dump, complaint in zip(cases, dumps, complaints):
        refused = next(validator.iter_errors(load(dump)), None)
        form = FORM.search(complaint or '') and not CONDITION.search(what)
        wrong = ('the schema refuses what lint accepts' if refused and not complaint else
                 'the schema accepts what lint refuses for its form'
                 if complaint and not refused and (form or what == 'nothing') else None)
        key = 'refused by both' if refused and complaint else 'refused by lint alone' if complaint else 'accepted'
        tally[key] = tally.get(key, 0) + 1
        if not wrong:
            continue
        good = False
        print(f'FAILED: {path}: {what}: {wrong} (CMODX_SEED={SEED})')
        print(f'  lint:   {complaint}')
        print(f'  schema: {refused and "/".join(map(str, refused.path)) + ": " + refused.message[:300]}')
    print(f'seed {SEED}: {len(cases)} scenarios, ' + ', '.join(f'{n} {key}' for key, n in sorted(tally.items())))
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
