# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws random litmus tests. Accesses that have nothing to do with each other rarely show anything, so most tests are
rings: each hart accesses one node and then the next one, of two harts at one node at least one stores, and all harts but
one tend to be well ordered, so that what the test shows depends on the last one."""
from dataclasses import replace

from litmusgen import RESULTS, SITE_VALUES, Instruction, Location, Test, Unit

# ---- data accesses

def chance(random, probability):
    return random.random() < probability


class Drawer:
    """Draws the units of one hart."""

    def __init__(self, random, locations, mixed=False, zalasr=True, misaligned=True):
        self.random, self.locations = random, locations
        self.mixed, self.zalasr, self.misaligned = mixed, zalasr, misaligned
        self.results = []

    def next_result(self):
        free = [register for register in RESULTS if register not in self.results]
        self.results.append(free[0] if free else self.random.choice(RESULTS))
        return self.results[-1]

    def loaded(self):
        return self.random.choice(self.results) if self.results else 0

    def place(self):
        return self.random.randrange(len(self.locations))

    def number(self, size):
        if not self.mixed:
            return self.random.randrange(1, 4)
        byte = self.random.randrange(0x40, 0x78)  # it shows which byte is which, and is the address of nothing
        return sum(byte + i << 8 * i for i in range(size))

    def extent(self, place):
        """Size and offset."""
        if not self.mixed:
            return self.locations[place].size, 0
        size = self.random.choice([1, 2, 4, 8])
        step = 1 if self.misaligned and chance(self.random, 0.15) else size
        return size, self.random.randrange(0, 8 - size + 1, step)

    def dependency(self, kinds):
        register = self.loaded()
        if not register or not chance(self.random, 0.5):
            return {}
        return {'depends': register, 'through': self.random.choice(kinds)}

    def bits(self, choices):
        return self.random.choice(choices) if chance(self.random, 0.3) else ''

    def load(self):
        place = self.place()
        size, offset = self.extent(place)
        bits = self.bits(['aq', 'aq', 'aqrl']) if self.zalasr and offset % size == 0 else ''
        unit = Unit('load', place, offset, size, unsigned=size < 8 and not bits and chance(self.random, 0.3), bits=bits,
                    **self.dependency(['addr', 'addr', 'ctrl']))
        return replace(unit, result=self.next_result())

    def store(self):
        place = self.place()
        size, offset = self.extent(place)
        bits = self.bits(['rl', 'rl', 'aqrl']) if self.zalasr and offset % size == 0 else ''
        copies = bool(self.results) and chance(self.random, 0.2)
        return Unit('store', place, offset, size, value=0 if copies else self.number(size),
                    source=self.loaded() if copies else 0, bits=bits, **self.dependency(['addr', 'data', 'ctrl']))

    def word_size(self, place):
        return self.random.choice([4, 8]) if self.mixed else self.locations[place].size

    def amo(self):
        place = self.place()
        size = self.word_size(place)
        what = self.random.choice(['swap', 'swap', 'add', 'or', 'and', 'xor', 'max', 'minu'])
        unit = Unit('amo', place, 0, size, value=self.number(size), what=what, bits=self.bits(['aq', 'rl', 'aqrl']),
                    **self.dependency(['addr', 'data', 'ctrl']))
        return replace(unit, result=self.next_result() if chance(self.random, 0.7) else 0)

    def pair(self):
        """LR and SC, perhaps with something in between."""
        place, bits = self.place(), ['aq', 'rl', 'aqrl']
        size = self.word_size(place)
        first = replace(Unit('lr', place, 0, size, bits=self.bits(bits), **self.dependency(['addr', 'ctrl'])),
                        result=self.next_result())
        between = [self.access()] if chance(self.random, 0.25) else []
        if self.mixed and chance(self.random, 0.4):
            size = 4  # within LR, or the same
        if chance(self.random, 0.1):
            place = self.place()
            size = self.word_size(place)
        last = Unit('sc', place, 0, size, value=self.number(size), bits=self.bits(bits),
                    **self.dependency(['addr', 'data', 'ctrl']))
        return [first, *between, replace(last, result=self.next_result())]

    def access(self):
        return self.random.choices([self.load, self.store, self.amo], [5, 5, 1])[0]()

    def fence(self):
        kinds = ['r,r', 'r,w', 'w,r', 'w,w', 'rw,rw', 'rw,w', 'r,rw', 'tso', 'tso']
        return Unit('fence', what=self.random.choice(kinds))

    def data_units(self, n):
        units = []
        while n > 0:
            if n >= 2 and chance(self.random, 0.12):
                units += self.pair()
                n -= 2
            else:
                units.append(self.access())
                n -= 1
            if n > 0 and chance(self.random, 0.3):
                units.append(self.fence())
            if n > 0 and self.results and chance(self.random, 0.1):
                units.append(Unit('branch', depends=self.loaded(), skip=self.random.randrange(0, 2)))
        return units


def split(random, total, n):
    """n positive numbers with that sum."""
    parts = [1] * n
    for _ in range(total - n):
        parts[random.randrange(n)] += 1
    return parts


def data_locations(random, n, mixed):
    return tuple(Location(8 if mixed else random.choice([4, 4, 4, 8]), random.choice([0, 0, 0, 2])) for _ in range(n))


def loose_data_test(random, name, mixed, **options):
    """Accesses that have nothing to do with each other."""
    n_harts = random.choice([1, 2, 2, 2, 2, 3, 3])
    locations = data_locations(random, random.choice([1, 1, 2] if mixed else [1, 2, 2, 3]), mixed)
    parts = split(random, max(n_harts, random.randint(3, 6)), n_harts)
    return Test(name, locations, tuple(tuple(Drawer(random, locations, mixed, **options).data_units(n)) for n in parts))


class CycleDrawer(Drawer):
    """Draws a hart that accesses one node of a ring, then the next one, with a link in between that may order them.
    A node is a location, or a byte of one when sizes are mixed."""

    def __init__(self, random, locations, nodes, mixed, **options):
        super().__init__(random, locations, mixed, **options)
        self.nodes = nodes
        self.node = None  # the one that is being accessed
        self.there = None  # the next one

    def place(self):
        return self.node[0] if self.node else super().place()

    def extent(self, place):
        if not self.mixed or not self.node:
            return super().extent(place)
        while True:
            size, offset = super().extent(place)
            if offset <= self.node[1] < offset + size:
                return size, offset

    def dependency(self, kinds):
        return {}

    def bits(self, choices):
        return self.random.choice(choices) if chance(self.random, 0.15) else ''

    def at(self, node, role):
        """The units that access a node."""
        self.node = node
        draw = self.random.choices([role, 'amo', 'pair'], [8, 2, 2 if self.mixed else 1])[0]
        if draw == 'pair':
            units = self.pair()[:1 if role == 'load' else None]
        else:
            units = [getattr(self, draw)()]
        self.node = None
        return units

    def depend(self, unit, on):
        choices = {'load': ['addr', 'addr', 'ctrl'], 'lr': ['addr', 'ctrl']}.get(unit.kind, ['addr', 'data', 'ctrl'])
        if unit.source:
            choices = ['addr', 'ctrl']
        return replace(unit, depends=on, through=self.random.choice(choices))

    def linked(self, first, second, strongly):
        """What stands between, and the second access as the link makes it."""
        if strongly:
            return first + [Unit('fence', what='rw,rw')] + second
        link = self.random.choices(['fence', 'dependency', 'bits', 'middle', 'none'], [25, 25, 20, 20, 10])[0]
        on = first[-1].result or first[0].result
        if link == 'fence':
            return first + [self.fence()] + second
        if link == 'bits':
            return [self.annotated(unit) for unit in first + second]
        if link == 'dependency' and on:
            return first + [self.depend(second[0], on)] + second[1:]
        if link == 'middle':
            return first + self.middle(first, second)
        return first + second

    def annotated(self, unit):
        choices = {'load': ['aq', 'aqrl'], 'store': ['rl', 'aqrl'], 'branch': [''], 'fence': ['']}
        if not self.zalasr or self.mixed and unit.offset % unit.size:
            choices |= {'load': [''], 'store': ['']}
        return replace(unit, bits=self.random.choice(choices.get(unit.kind, ['aq', 'rl', 'aqrl'])), unsigned=False)

    def middle(self, first, second):
        """One or two accesses between, each perhaps dependent on what was loaded before it."""
        units = []
        on = first[-1].result or first[0].result
        if self.mixed and chance(self.random, 0.6):
            if second[0].kind == 'load' and second[0].size > 1:
                return [self.half_of(second[0], on)] + second
            if first[0].kind == 'store' and first[0].size < 8 and second[0].kind != 'sc':
                return self.partly_forwarded(first[0], second)
        for _ in range(self.random.choice([1, 1, 2])):
            self.node = self.random.choice(self.nodes + [None])
            unit = self.access()
            if units and units[-1].kind in ('store', 'amo') and chance(self.random, 0.6):  # load the store
                unit = replace(units[-1], kind='load', bits='', depends=0, through='', source=0, value=0, what='',
                               result=self.next_result())
            elif on and chance(self.random, 0.7):
                unit = self.depend(unit, on)
            self.node = None
            units.append(unit)
            on = unit.result or on
            if chance(self.random, 0.2):
                units.append(self.fence())
        if on and chance(self.random, 0.6):
            second = [self.depend(second[0], on)] + second[1:]
        return units + second

    def half_of(self, load, on):
        """A store that is forwarded to half of a load, rather not to the byte that the ring is about."""
        size = load.size // 2
        halves = [load.offset, load.offset + size]
        if chance(self.random, 0.8) and load.offset % load.size == 0:
            halves = [half for half in halves if not half <= self.there[1] < half + size]
        store = Unit('store', load.place, self.random.choice(halves), size, value=self.number(size))
        return self.depend(store, on) if on and chance(self.random, 0.7) else store

    def partly_forwarded(self, store, second):
        """A load that takes some of its bytes from a store, and what depends on it."""
        size = self.random.choice([size for size in (2, 4, 8) if size > store.size])
        load = Unit('load', store.place, store.offset // size * size, size, result=self.next_result())
        return [load, self.depend(second[0], load.result)] + second[1:]

    def hart(self, here, there, roles, strongly):
        self.there = there
        units = self.linked(self.at(here, roles[0]), self.at(there, roles[1]), strongly)
        if chance(self.random, 0.1) and self.results:
            units.insert(self.random.randrange(1, len(units) + 1), Unit('branch', depends=self.loaded(), skip=1))
        return tuple(units)


def cycle_nodes(random, n, locations, mixed):
    if mixed:
        return [(random.randrange(len(locations)), random.randrange(8)) for _ in range(n)]
    return [(i % len(locations), 0) for i in range(n)]


def cycle_roles(random, n, both_load=0.0):
    """What each hart does to its first and to its second node: of two harts at one node at least one stores, mostly."""
    usual = [('load', 'store'), ('store', 'load'), ('store', 'load'), ('store', 'store')]
    meetings = [('load', 'load') if chance(random, both_load) else random.choice(usual) for _ in range(n)]
    return [(meetings[h][1], meetings[(h + 1) % n][0]) for h in range(n)]


def cycle_data_test(random, name, mixed, **options):
    n = random.choice([2, 2, 2, 3])
    locations = data_locations(random, random.choice([1, 1, 2]) if mixed else random.choice([1] + [n] * 5), mixed)
    nodes = cycle_nodes(random, n, locations, mixed)
    roles = cycle_roles(random, n)
    weak = random.randrange(n)  # the other harts tend to be well ordered, or there would be nothing to see
    harts = []
    for h in range(n):
        drawer = CycleDrawer(random, locations, nodes, mixed, **options)
        single = n == 3 and chance(random, 0.3)
        strongly = h != weak and chance(random, 0.65)
        harts.append(tuple(drawer.at(nodes[h], roles[h][0])) if single else
                     drawer.hart(nodes[h], nodes[(h + 1) % n], roles[h], strongly))
    return Test(name, locations, tuple(harts))


def data_test(random, name, mixed=False, **options):
    draw = loose_data_test if chance(random, 0.25) else cycle_data_test
    return draw(random, name, mixed, **options)


# ---- patches

def draw_instruction(random, group, n_locations):
    register = random.choice(RESULTS[:3])
    if group == 'li':
        return Instruction('li', register, random.randrange(1, 4))
    if group == 'lw':
        return Instruction('lw', register, random.randrange(n_locations))
    if group == 'sw':
        return Instruction('sw', random.choice(list(SITE_VALUES)), random.randrange(n_locations))
    return Instruction(random.choice(['fence rw,rw', 'fence r,r', 'fence w,w', 'fence.i', 'nop']))


class PatchDrawer(Drawer):
    """Draws the units of one hart of a test that patches code."""

    def __init__(self, random, locations, sites, tearing):
        super().__init__(random, locations, zalasr=False)
        self.sites, self.tearing = sites, tearing  # sites: number -> site

    def patch(self):
        place = self.random.choice(list(self.sites))
        old = self.sites[place].old
        group = old.group() if self.tearing else self.random.choice(['li', 'li', 'lw', 'sw', 'other'])
        unit = Unit('patch', place, new=draw_instruction(self.random, group, len(self.locations)))
        if self.tearing and chance(self.random, 0.04):
            return replace(unit, new=Instruction('zero'), part='low')
        if self.tearing and chance(self.random, 0.5):
            return replace(unit, part=self.random.choice(['low', 'high']))
        if chance(self.random, 0.15):
            return replace(unit, what='amo', bits=self.bits(['aq', 'rl', 'aqrl']))
        register = self.loaded()
        if register and chance(self.random, 0.2):
            return replace(unit, depends=register, through='ctrl')
        return unit

    def check(self):
        place = self.random.choice(list(self.sites))
        return Unit('check', place, old=self.sites[place].old, result=self.next_result())

    def call(self):
        functions = [place for place, site in self.sites.items() if site.function]
        return Unit('call', self.random.choice(functions)) if functions else self.access()

    def units(self, own, n):
        """n things to do besides running the own sites once. What is inserted may come before the load of a register
        that it uses; then it depends on nothing."""
        units = list(own)
        for _ in range(n):
            draws = [self.patch, self.access, self.call, self.check]
            draw = self.random.choices(draws, [5, 4, 3, 0 if self.tearing else 1])[0]
            units.insert(self.random.randrange(len(units) + 1), draw())
            if chance(self.random, 0.35):
                fence = Unit('fence', what='i') if chance(self.random, 0.6) else self.fence()
                units.insert(self.random.randrange(len(units) + 1), fence)
        return tuple(units)


def draw_site(random, place, n_locations, tearing):
    group = random.choice(['li', 'li', 'li', 'lw', 'sw'] + ([] if tearing else ['other']))
    return Unit('site', place, old=draw_instruction(random, group, n_locations), function=chance(random, 0.4))


def loose_patch_test(random, name, tearing):
    n_harts = random.choice([1, 2, 2, 2, 3])
    locations = tuple(Location(4, random.choice([0, 0, 2])) for _ in range(random.choice([1, 2])))
    sites = {place: draw_site(random, place, len(locations), tearing) for place in range(random.choice([1, 1, 2]))}
    owners = {place: random.randrange(n_harts) for place in sites}
    parts = split(random, max(n_harts, random.randint(3, 5)), n_harts)
    harts = tuple(PatchDrawer(random, locations, sites, tearing).units([sites[p] for p in sites if owners[p] == h], n)
                  for h, n in enumerate(parts))
    return Test(name, locations, harts)


class CyclePatchDrawer(PatchDrawer):
    """Draws a hart that accesses one node of a ring, then the next one. A node is a location or a site."""

    def __init__(self, random, locations, sites, tearing, hart, owners):
        super().__init__(random, locations, sites, tearing)
        self.hart_number, self.owners = hart, owners

    def at(self, node, role):
        kind, place = node
        if kind == 'data':
            return replace(getattr(self, role)(), place=place, bits='', depends=0, through='')
        site = self.sites[place]
        if role == 'store':
            return self.only(site).patch()
        is_elsewhere = not site.function and self.owners[place] != self.hart_number
        if is_elsewhere or not self.tearing and chance(self.random, 0.2):
            return self.only(site).check()
        return Unit('call', place) if site.function else site

    def dependent(self, first, between, second):
        """Nothing between, and the second access depends on what the first one loaded, or on what the site computed."""
        on = first.old.register if first.kind == 'site' and first.old.op in ('li', 'lw') else first.result
        choices = {'patch': ['ctrl'], 'load': ['addr', 'ctrl'], 'store': ['addr', 'data', 'ctrl']}.get(second.kind)
        if not on or not choices or second.part or second.source:
            return between, second
        return [], replace(second, depends=on, through=self.random.choice(choices))

    def only(self, site):
        """The same, as if there were no other site."""
        drawer = PatchDrawer(self.random, self.locations, {site.place: site}, self.tearing)
        drawer.results = self.results
        return drawer

    def anchor(self):
        return replace(self.random.choice([self.load, self.store])(), bits='', depends=0, through='')

    def strong_link(self):
        fences = [Unit('fence', what='rw,rw'), Unit('fence', what='i')]
        return self.random.choice([fences, fences, fences[:1]])

    def link(self):
        fence_i = Unit('fence', what='i')
        links = {(): 20, (fence_i,): 35, (self.fence(),): 25, (self.fence(), fence_i): 4, (self.anchor(), fence_i): 8,
                 (self.anchor(), self.fence()): 4, (fence_i, self.anchor()): 4}
        return self.random.choices(list(links), list(links.values()))[0]

    def hart(self, here, there, roles, strongly):
        first, second = self.at(here, roles[0]), self.at(there, roles[1])
        between = self.strong_link() if strongly else self.link()
        if not strongly and chance(self.random, 0.35):
            between, second = self.dependent(first, between, second)
        own = [self.only(first).patch()] if first.kind == 'site' and chance(self.random, 0.3) else []
        return [*own, first, *between] + [second] * (first != second)


def cycle_patch_nodes(random, n, sites, locations):
    """The first site, then others; or the first site alone."""
    first, *others = [('site', place) for place in sites] + [('data', place) for place in range(len(locations))]
    if len(sites) == 1 or chance(random, 0.3):
        random.shuffle(others)
    if chance(random, 0.15):
        others = []
    return ([first] + others + [first] * n)[:n]


def cycle_patch_test(random, name, tearing):
    n = random.choice([2, 2, 2, 3])
    locations = tuple(Location(4, random.choice([0, 0, 2])) for _ in range(random.choice([1, 2])))
    sites = {place: draw_site(random, place, len(locations), tearing) for place in range(random.choice([1, 2, 2]))}
    nodes = cycle_patch_nodes(random, n, sites, locations)
    roles = cycle_roles(random, n, both_load=0.15)  # then the site's own hart patches it
    owners = {place: owner_of(random, ('site', place), nodes, roles) for place in sites}
    weak = random.randrange(n)
    drawers = [CyclePatchDrawer(random, locations, sites, tearing, h, owners) for h in range(n)]
    harts = [drawer.hart(nodes[h], nodes[(h + 1) % n], roles[h], h != weak and chance(random, 0.65))
             for h, drawer in enumerate(drawers)]
    for place, site in sites.items():
        if site not in harts[owners[place]]:
            harts[owners[place]].append(site)
        if not any(unit.kind == 'patch' and unit.place == place for hart in harts for unit in hart):
            harts[owners[place]].insert(0, drawers[owners[place]].only(site).patch())
    return Test(name, locations, tuple(map(tuple, harts)))


def pair_test(random, name):
    """Two sites that follow each other at an address divisible by eight, and stores to both or across."""
    locations = (Location(4, random.choice([0, 2])),)
    sites = {place: replace(draw_site(random, place, 1, True), function=False) for place in (0, 1)}
    drawer = PatchDrawer(random, locations, sites, True)

    def patch():
        unit = drawer.patch()
        part = random.choice(['pair', 'pair', 'middle', unit.part])
        if part not in ('pair', 'middle') or unit.what or unit.through:
            return unit
        first, second = (draw_instruction(random, sites[place].old.group(), 1) for place in (0, 1))
        return Unit('patch', 0, new=first, second=second, part=part)

    def after(n, draws):
        units = []
        for _ in range(n):
            units.append(random.choice(draws)())
            if chance(random, 0.5):
                units.append(Unit('fence', what=random.choice(['w,w', 'rw,rw', 'i', 'i'])))
        return tuple(units)

    harts = [tuple(sites.values()) + after(random.randrange(2), [drawer.access, patch])]
    harts += [after(n, [patch, patch, drawer.access]) for n in random.choice([(1,), (2,), (3,), (1, 1), (1, 2)])]
    return Test(name, locations, tuple(harts))


def owner_of(random, node, nodes, roles):
    """A hart that reads the node, if there is one."""
    n = len(roles)
    readers = [h for h in range(n) for node_read, role in zip((nodes[h], nodes[(h + 1) % n]), roles[h])
               if node_read == node and role == 'load']
    return random.choice(readers or range(n))


def patch_test(random, name, tearing=False):
    if tearing and chance(random, 0.3):
        return pair_test(random, name)
    draw = loose_patch_test if chance(random, 0.3) else cycle_patch_test
    return draw(random, name, tearing)
