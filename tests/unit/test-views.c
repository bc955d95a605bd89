/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Views of a hart byte by byte: the stretches against a plain array, what may be read against the rule written out, and
 * the witnesses that tell the rule for accesses of several sizes from simpler ones. */
#include "sim/hart/views.h"

#include <criterion/criterion.h>
#include <string.h>

#include "tests/support/toy.h"

enum {
    DATA = 0x30000,
    WINDOW = 16,        /* bytes of memory that random accesses use */
    STRETCH = 120,      /* bytes of the array model: more than BYTE_VIEWS_MAX stretches fit */
    RANDOM_READS = 2000 /* harts */
};

/* ---- stretches against an array */

typedef struct PlainByte {
    View coherence, stamp, forward;
    uint8_t flags;
} PlainByte;

static bool same_byte(const PlainByte *a, const PlainByte *b)
{
    return a->coherence == b->coherence && a->stamp == b->stamp && a->forward == b->forward && a->flags == b->flags;
}

static PlainByte plain(const ByteViews *bytes)
{
    return (PlainByte){ bytes->coherence, bytes->stamp, bytes->forward, bytes->flags };
}

static guint plain_stretches(const PlainByte *bytes, guint n)
{
    static const PlainByte nothing;
    guint stretches = 0;
    for (guint i = 0; i < n; i++)
        if (!same_byte(&bytes[i], &nothing) && (i == 0 || !same_byte(&bytes[i], &bytes[i - 1])))
            stretches++;
    return stretches;
}

static void expect_bytes(const Views *views, uint64_t base, const PlainByte *bytes, guint n)
{
    uint64_t at = 0;
    for (guint i = 0; i < views->n_bytes; i++) {
        cr_assert_gt(views->bytes[i].size, 0);
        cr_assert_geq(views->bytes[i].address, at, "stretch %u begins before the one before it ends", i);
        at = views->bytes[i].address + views->bytes[i].size;
    }
    for (guint i = 0; i < n; i++) {
        ByteViews found = views_byte(views, base + i);
        PlainByte byte = plain(&found);
        cr_assert(same_byte(&byte, &bytes[i]), "byte %u: %u %u %u %u instead of %u %u %u %u", i, byte.coherence,
                  byte.stamp, byte.forward, byte.flags, bytes[i].coherence, bytes[i].stamp, bytes[i].forward,
                  bytes[i].flags);
    }
    ByteViews below = views_byte(views, base - 1), above = views_byte(views, base + n);
    static const PlainByte nothing;
    PlainByte outside[] = { plain(&below), plain(&above) };
    cr_assert(same_byte(&outside[0], &nothing) && same_byte(&outside[1], &nothing));
    cr_assert_eq(views->n_bytes, plain_stretches(bytes, n), "%u stretches, but %u are enough", views->n_bytes,
                 plain_stretches(bytes, n));
}

static void expect_coherence(const Views *views, uint64_t base, const PlainByte *bytes, guint first, guint size)
{
    View expected = 0;
    for (guint i = 0; i < size; i++)
        expected = MAX(expected, bytes[first + i].coherence);
    cr_assert_eq(views_coherence(views, base + first, size), expected);
}

/* One random change to both; false once there are too many stretches. */
static bool change(GRand *rand, Views *views, uint64_t base, PlainByte *bytes, guint values, guint size_max)
{
    guint size = (guint)g_rand_int_range(rand, 1, (gint32)size_max + 1),
          first = (guint)g_rand_int_range(rand, 0, STRETCH - 16);
    View value = (View)g_rand_int_range(rand, 0, (gint32)values);
    if (g_rand_int_range(rand, 0, 3) == 0) {
        bool fits = views_raise_coherence(views, base + first, size, value);
        for (guint i = first; i < first + size; i++)
            bytes[i].coherence = MAX(bytes[i].coherence, value);
        return fits;
    }
    ByteViews to = { .coherence = value, .stamp = (View)g_rand_int_range(rand, 0, (gint32)values) };
    to.forward = (View)g_rand_int_range(rand, 0, 2);
    to.flags = (uint8_t)g_rand_int_range(rand, 0, 4);
    PlainByte before[STRETCH];
    memcpy(before, bytes, sizeof before);
    for (guint i = first; i < first + size; i++)
        bytes[i] = plain(&to);
    if (views_set_bytes(views, base + first, size, to))
        return true;
    expect_bytes(views, base, before, STRETCH); /* unchanged, then */
    return false;
}

Test(views, stretches_are_an_array_of_bytes)
{
    guint32 seed = test_seed();
    guint n_overflows = 0;
    for (guint32 i = 0; i < 300; i++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed * 0x10001 + i);
        uint64_t base = i % 3 ? DATA + i % 7 : UINT64_MAX - 2 * STRETCH;
        guint values = 1 + i % 5;
        Views views = { 0 };
        PlainByte bytes[STRETCH] = { { 0 } };
        for (guint n = 0; n < 200; n++) {
            if (!change(rand, &views, base, bytes, values, i % 4 ? 16 : 2)) {
                cr_assert_gt(plain_stretches(bytes, STRETCH), BYTE_VIEWS_MAX, "program %u: there was room", i);
                n_overflows++;
                break;
            }
            cr_assert_leq(plain_stretches(bytes, STRETCH), BYTE_VIEWS_MAX);
            expect_bytes(&views, base, bytes, STRETCH);
            guint first = (guint)g_rand_int_range(rand, 0, STRETCH - 8);
            expect_coherence(&views, base, bytes, first, 1u << g_rand_int_range(rand, 0, 4));
        }
    }
    cr_assert_gt(n_overflows, 10, "the case is met");
}

/* Exactly BYTE_VIEWS_MAX stretches fit, and no more. */
Test(views, there_is_room_for_so_many_stretches)
{
    Views views = { 0 };
    for (guint i = 0; i < BYTE_VIEWS_MAX; i++)
        cr_assert(views_set_bytes(&views, DATA + 2 * i, 1, (ByteViews){ .coherence = 1 }));
    Views full = views;
    cr_assert_not(views_set_bytes(&views, DATA + 2 * BYTE_VIEWS_MAX, 1, (ByteViews){ .coherence = 1 }));
    cr_assert_not(views_raise_coherence(&views, DATA - 2, 1, 1));
    cr_assert(!memcmp(&views, &full, views_size(&full)), "what does not fit changes nothing");
    cr_assert(views_set_bytes(&views, DATA, 2 * BYTE_VIEWS_MAX, (ByteViews){ .coherence = 1 }), "all become one");
    cr_assert_eq(views.n_bytes, 1);
    cr_assert(views_set_bytes(&views, DATA, 2 * BYTE_VIEWS_MAX, (ByteViews){ 0 }));
    cr_assert_eq(views.n_bytes, 0, "nothing known takes no room");
}

/* A long array stored byte by byte: stretches grow up to 128 bytes. */
Test(views, long_stretches)
{
    Views up = { 0 }, down = { 0 };
    const ByteViews to = { .coherence = 3, .stamp = 3, .forward = 1, .flags = BYTES_STORED };
    for (guint i = 0; i < 1000; i++) {
        cr_assert(views_set_bytes(&up, DATA + i, 1, to));
        cr_assert(views_set_bytes(&down, DATA + 999 - i, 1, to));
    }
    for (guint i = 0; i < 1000; i++) {
        cr_assert_eq(views_byte(&up, DATA + i).stamp, 3);
        cr_assert_eq(views_byte(&down, DATA + i).stamp, 3);
    }
    cr_assert_eq(up.n_bytes, 8);
    cr_assert_eq(views_coherence(&up, DATA - 5, 4), 0);
    cr_assert_eq(views_coherence(&up, DATA + 1000, 8), 0);
    cr_assert_eq(views_coherence(&up, DATA + 126, 4), 3);
}

/* ---- small parts */

Test(views, stamps)
{
    Stamps set = { { 0 } };
    cr_assert(stamps_empty(&set));
    for (guint ts = 1; ts <= TIMELINE_MAX; ts++) {
        stamps_add(&set, ts);
        for (guint other = 0; other <= TIMELINE_MAX; other++)
            cr_assert_eq(stamps_has(&set, other), other == ts);
        cr_assert_not(stamps_empty(&set));
        stamps_remove(&set, ts);
        cr_assert(stamps_empty(&set));
    }
}

Test(views, join_of_registers)
{
    Views views = { 0 };
    for (guint r = 1; r < 32; r++)
        views.reg[r] = (View)(r * 7 % 32);
    cr_assert_eq(views_of_registers(&views, 0), 0);
    for (guint a = 0; a < 32; a++)
        for (guint b = 0; b < 32; b++)
            cr_assert_eq(views_of_registers(&views, 1u << a | 1u << b), MAX(views.reg[a], views.reg[b]));
    cr_assert_eq(views_of_registers(&views, ~0u), 31);
}

/* ---- a timeline to read from */

typedef struct Memory {
    Image *image;
    Timeline timeline;
} Memory;

static void memory_init(Memory *memory)
{
    uint8_t bytes[WINDOW];
    for (guint i = 0; i < WINDOW; i++)
        bytes[i] = (uint8_t)(0xa0 + i);
    memory->image = image_new();
    image_add_section(memory->image, ".data", DATA, WINDOW, IMAGE_WRITE, bytes);
    image_seal(memory->image);
    timeline_init(&memory->timeline, memory->image);
}

static void memory_clear(Memory *memory)
{
    timeline_clear(&memory->timeline);
    image_free(memory->image);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Memory, memory_clear)

/* Message k has bytes k: what is read tells where it is from. */
static View append(Memory *memory, guint offset, guint size)
{
    Message message = { .address = DATA + offset, .size = (uint8_t)size };
    for (guint i = 0; i < size; i++)
        message.value |= (uint64_t)(timeline_now(&memory->timeline) + 1) << 8 * i;
    return (View)timeline_append(&memory->timeline, &message);
}

static void set_read(Views *views, guint offset, guint size, View post)
{
    cr_assert(views_raise_coherence(views, DATA + offset, size, post));
}

/* The hart's store at `stamp`, forwarded with view `forward`; exclusive: by an AMO or SC. */
static void set_stored(Views *views, guint offset, guint size, View stamp, View forward, bool exclusive)
{
    ByteViews bytes = { .coherence = stamp, .stamp = stamp, .forward = forward, .flags = BYTES_STORED };
    if (exclusive)
        bytes.flags |= BYTES_EXCLUSIVE;
    cr_assert(views_set_bytes(views, DATA + offset, size, bytes));
}

typedef struct Choices {
    guint n;
    ReadChoice at[TIMELINE_MAX + 1];
} Choices;

static void read_all(const Views *views, const Memory *memory, guint offset, guint size, View pre, View horizon,
                     Choices *choices)
{
    memset(choices, 0, sizeof *choices);
    choices->n = views_read(views, &memory->timeline, DATA + offset, size, pre, horizon, choices->at);
}

/* "1,1>2 0,1>3": the stamps of the bytes of each choice, and its view. */
static char *choices_text(const Choices *choices, guint size)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < choices->n; i++) {
        for (guint b = 0; b < size; b++)
            g_string_append_printf(text, "%s%u", b ? "," : i ? " " : "", choices->at[i].stamp[b]);
        g_string_append_printf(text, ">%u", choices->at[i].post);
    }
    return g_string_free(text, FALSE);
}

static void expect_choices(const Views *views, const Memory *memory, guint offset, guint size, View pre, View horizon,
                           const char *expected)
{
    Choices choices;
    read_all(views, memory, offset, size, pre, horizon, &choices);
    g_autofree char *text = choices_text(&choices, size);
    cr_expect_str_eq(text, expected, "%u bytes at %u from %u: %s instead of %s", size, offset, pre, text, expected);
    for (guint i = 0; i < choices.n; i++)
        for (guint b = 0; b < size; b++) {
            guint ts = choices.at[i].stamp[b];
            cr_expect_eq((uint8_t)(choices.at[i].value >> 8 * b), ts ? ts : 0xa0 + offset + b);
        }
}

Test(views, read_of_one_size)
{
    g_auto(Memory) memory;
    memory_init(&memory);
    Views views = { 0 };
    expect_choices(&views, &memory, 0, 4, 0, VIEW_NEVER, "0,0,0,0>0");
    append(&memory, 0, 4);
    append(&memory, 8, 4); /* none of its business */
    append(&memory, 0, 4);
    expect_choices(&views, &memory, 0, 4, 0, VIEW_NEVER, "0,0,0,0>0 1,1,1,1>1 3,3,3,3>3");
    expect_choices(&views, &memory, 0, 4, 2, VIEW_NEVER, "1,1,1,1>2 3,3,3,3>3");
    expect_choices(&views, &memory, 0, 4, 3, VIEW_NEVER, "3,3,3,3>3");
    expect_choices(&views, &memory, 0, 4, VIEW_NEVER, VIEW_NEVER, "3,3,3,3>65535");
    /* Of two loads the second reads the same message or a later one (ppo 2), but the same one as early as it likes. */
    set_read(&views, 0, 4, 2);
    expect_choices(&views, &memory, 0, 4, 0, VIEW_NEVER, "1,1,1,1>1 3,3,3,3>3");
}

Test(views, horizon)
{
    g_auto(Memory) memory;
    memory_init(&memory);
    append(&memory, 0, 1);
    append(&memory, 0, 1);
    append(&memory, 0, 1);
    Views views = { 0 };
    expect_choices(&views, &memory, 0, 1, 0, 0, "0>0");
    expect_choices(&views, &memory, 0, 1, 0, 1, "0>0 1>1");
    expect_choices(&views, &memory, 0, 1, 0, 2, "0>0 1>1 2>2");
    expect_choices(&views, &memory, 0, 1, 0, 3, "0>0 1>1 2>2 3>3");
    expect_choices(&views, &memory, 0, 1, 2, 1, "2>2");
}

/* An own store is read as early as its address and data are known (ppo 12), until something newer is. */
Test(views, forwarding)
{
    g_auto(Memory) memory;
    memory_init(&memory);
    append(&memory, 0, 4);
    append(&memory, 0, 4); /* own */
    append(&memory, 0, 4);
    Views views = { 0 };
    set_stored(&views, 0, 4, 2, 0, false);
    expect_choices(&views, &memory, 0, 4, 0, VIEW_NEVER, "2,2,2,2>0 3,3,3,3>3");
    set_stored(&views, 0, 4, 2, 1, false);
    expect_choices(&views, &memory, 0, 4, 0, VIEW_NEVER, "2,2,2,2>1 3,3,3,3>3");
    expect_choices(&views, &memory, 0, 2, 0, VIEW_NEVER, "2,2>1 3,3>3");
    /* once 3 has been read, there is nothing to forward any more */
    set_read(&views, 0, 1, 3);
    expect_choices(&views, &memory, 0, 1, 0, VIEW_NEVER, "3>3");
    expect_choices(&views, &memory, 1, 1, 0, VIEW_NEVER, "2>1 3>3");
    expect_choices(&views, &memory, 0, 2, 0, VIEW_NEVER, "3,3>3");
    /* ppo 3: AMO and SC are never forwarded */
    set_stored(&views, 0, 4, 2, 0, true);
    expect_choices(&views, &memory, 0, 4, 0, VIEW_NEVER, "2,2,2,2>2 3,3,3,3>3");
}

/* Stamp 0 of a byte never stored is not an own store of stamp 0. */
Test(views, nothing_stored_is_nothing_to_forward)
{
    g_auto(Memory) memory;
    memory_init(&memory);
    append(&memory, 1, 1);
    Views views = { 0 };
    set_stored(&views, 1, 1, 1, 0, false);
    set_read(&views, 0, 1, 1);
    expect_choices(&views, &memory, 0, 2, 0, VIEW_NEVER, "0,1>0");
    /* private memory has no messages: a store there has stamp 0, and is forwarded */
    set_stored(&views, 8, 4, 0, 1, false);
    expect_choices(&views, &memory, 8, 4, 0, VIEW_NEVER, "0,0,0,0>1");
}

/* ---- witnesses of the rule for several sizes: an aligned load is one event */

/* P0: sb x+0; fence w,w; sb x+1      P1: lb x+1 = new; lh x+0 = {old, new} is forbidden. */
Test(views, a_byte_read_before_binds_the_whole_load)
{
    g_auto(Memory) memory;
    memory_init(&memory);
    append(&memory, 0, 1);
    append(&memory, 1, 1);
    Views views = { 0 };
    expect_choices(&views, &memory, 0, 2, 0, VIEW_NEVER, "0,0>0 1,0>1 1,2>2");
    set_read(&views, 1, 1, 2);
    expect_choices(&views, &memory, 0, 2, 0, VIEW_NEVER, "1,2>2");
    /* reading the old byte binds nothing */
    Views old = { 0 };
    set_read(&old, 1, 1, 0);
    expect_choices(&old, &memory, 0, 2, 0, VIEW_NEVER, "0,0>0 1,0>1 1,2>2");
    /* nor does the point that it was read at, only the message (RSW byte by byte) */
    Views late = { 0 };
    set_read(&late, 1, 1, 1);
    expect_choices(&late, &memory, 0, 2, 0, VIEW_NEVER, "0,0>0 1,0>1 1,2>2");
}

/* P0: sb x+3; fence w,w; sb x+0     P1: lb x+0 = new; sb x+2 (data); lh x+2 = {own, old} is forbidden (ppo 12). */
Test(views, a_forwarding_view_binds_the_whole_load)
{
    g_auto(Memory) memory;
    memory_init(&memory);
    append(&memory, 3, 1);
    append(&memory, 0, 1);
    append(&memory, 2, 1); /* own */
    Views views = { 0 };
    set_read(&views, 0, 1, 2);
    set_stored(&views, 2, 1, 3, 2, false);
    expect_choices(&views, &memory, 2, 2, 0, VIEW_NEVER, "3,1>2");
    Views free = { 0 };
    set_stored(&free, 2, 1, 3, 0, false);
    expect_choices(&free, &memory, 2, 2, 0, VIEW_NEVER, "3,0>0 3,1>1");
}

/* P0: amoswap.w x+0; ld x = {own, old}     P1: sw x+4; fence w,r; lw x+0 = old is forbidden (ppo 3). */
Test(views, part_of_an_amo_is_not_forwarded_either)
{
    g_auto(Memory) memory;
    memory_init(&memory);
    append(&memory, 4, 4);
    append(&memory, 0, 4); /* own */
    Views amo = { 0 }, plain_store = { 0 };
    set_stored(&amo, 0, 4, 2, 0, true);
    expect_choices(&amo, &memory, 0, 8, 0, VIEW_NEVER, "2,2,2,2,1,1,1,1>2");
    set_stored(&plain_store, 0, 4, 2, 0, false);
    expect_choices(&plain_store, &memory, 0, 8, 0, VIEW_NEVER, "2,2,2,2,0,0,0,0>0 2,2,2,2,1,1,1,1>1");
}

/* P0: sb x+0; lh x+0; lb x+3 (addr) = old     P1: sb x+3; fence w,r; lb x+0 = old stays allowed: the view of a load
 * that forwards one of its bytes does not contain that store. */
Test(views, a_load_that_forwards_a_part_keeps_the_forwarding_view)
{
    g_auto(Memory) memory;
    memory_init(&memory);
    append(&memory, 3, 1);
    append(&memory, 0, 1); /* own */
    Views views = { 0 };
    set_stored(&views, 0, 1, 2, 0, false);
    expect_choices(&views, &memory, 0, 2, 0, VIEW_NEVER, "2,0>0");
    expect_choices(&views, &memory, 3, 1, 0, VIEW_NEVER, "0>0 1>1");
}

/* ---- the rule written out */

static guint naive_newest(const Timeline *timeline, uint64_t address, guint bound)
{
    guint newest = 0;
    for (guint ts = 1; ts <= timeline->messages->len && ts <= bound; ts++) {
        const Message *message = &g_array_index(timeline->messages, Message, ts - 1);
        if (address >= message->address && address < message->address + message->size)
            newest = ts;
    }
    return newest;
}

/* What is known of one byte, looked up anew. */
typedef struct Known {
    guint last;
    bool own; /* forwardable */
    guint stamp, forward;
} Known;

static Known known(const Views *views, const Timeline *timeline, uint64_t address)
{
    Known known = { 0 };
    guint coherence = 0;
    for (guint i = 0; i < views->n_bytes; i++) {
        const ByteViews *bytes = &views->bytes[i];
        if (address < bytes->address || address >= bytes->address + bytes->size)
            continue;
        coherence = bytes->coherence;
        known.own = bytes->flags == BYTES_STORED;
        known.stamp = bytes->stamp;
        known.forward = bytes->forward;
    }
    known.last = naive_newest(timeline, address, coherence);
    return known;
}

static void naive_read(const Views *views, const Memory *memory, guint offset, guint size, View pre, View horizon,
                       Choices *choices)
{
    const Timeline *timeline = &memory->timeline;
    uint64_t address = DATA + offset;
    guint low = pre, now = MIN(timeline->messages->len, horizon);
    memset(choices, 0, sizeof *choices);
    for (guint i = 0; i < size; i++) {
        Known byte = known(views, timeline, address + i);
        low = MAX(low, byte.own && byte.last == byte.stamp ? byte.forward : byte.last);
    }
    for (guint point = low; point <= MAX(low, now); point++) {
        ReadChoice choice = { .post = pre };
        for (guint i = 0; i < size; i++) {
            Known byte = known(views, timeline, address + i);
            guint ts = naive_newest(timeline, address + i, MAX(byte.last, point));
            guint from = byte.own && ts == byte.stamp ? byte.forward : ts;
            choice.stamp[i] = (View)ts;
            choice.post = MAX(choice.post, (View)from);
            choice.value |= (uint64_t)timeline_byte(timeline, address + i, ts) << 8 * i;
        }
        bool is_new = true;
        for (guint c = 0; c < choices->n; c++)
            is_new = is_new && memcmp(choices->at[c].stamp, choice.stamp, sizeof choice.stamp) != 0;
        if (is_new)
            choices->at[choices->n++] = choice;
    }
}

static bool same_choices(const Choices *a, const Choices *b, guint size)
{
    if (a->n != b->n)
        return false;
    for (guint i = 0; i < a->n; i++)
        if (a->at[i].post != b->at[i].post || a->at[i].value != b->at[i].value ||
            memcmp(a->at[i].stamp, b->at[i].stamp, size * sizeof(View)) != 0)
            return false;
    return true;
}

/* A hart that runs at random against a random timeline, by the rules of loads and stores. */
typedef struct Wanderer {
    Memory memory;
    Views views;
    GRand *rand;
    bool mine[TIMELINE_MAX + 1]; /* by timestamp */
} Wanderer;

static void wanderer_init(Wanderer *wanderer, guint32 seed)
{
    memset(wanderer, 0, sizeof *wanderer);
    wanderer->rand = g_rand_new_with_seed(seed);
    memory_init(&wanderer->memory);
    guint n = (guint)g_rand_int_range(wanderer->rand, 0, 14);
    for (guint i = 0; i < n; i++) {
        guint size = 1u << g_rand_int_range(wanderer->rand, 0, 4);
        guint offset = (guint)g_rand_int_range(wanderer->rand, 0, WINDOW / (gint32)size) * size;
        View ts = append(&wanderer->memory, offset, size);
        wanderer->mine[ts] = g_rand_int_range(wanderer->rand, 0, 2);
        if (wanderer->mine[ts])
            stamps_add(&wanderer->views.promised, ts);
    }
}

static void wanderer_clear(Wanderer *wanderer)
{
    memory_clear(&wanderer->memory);
    g_rand_free(wanderer->rand);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wanderer, wanderer_clear)

static guint below(Wanderer *wanderer, guint n)
{
    return (guint)g_rand_int_range(wanderer->rand, 0, (gint32)n);
}

typedef struct Access {
    guint offset, size;
    View pre;
} Access;

static Access random_access(Wanderer *wanderer)
{
    guint size = 1u << below(wanderer, 4), now = timeline_now(&wanderer->memory.timeline);
    Access access = { .offset = below(wanderer, WINDOW / size) * size, .size = size };
    access.pre = wanderer->views.read_new;
    if (below(wanderer, 3) == 0) /* an address that depends on a load */
        view_raise(&access.pre, (View)below(wanderer, now + 1));
    return access;
}

/* What a step does, so that it can be done again to other views of the same hart. */
typedef struct Step {
    enum {
        STEP_READ,
        STEP_WRITE,
        STEP_ORDER,
        STEP_BRANCH
    } kind;
    Access access;
    guint choice;
    View stamp, forward;
    bool exclusive, reads, writes;
} Step;

static void wander(const Memory *memory, Views *views, const Step *step)
{
    Choices choices;
    View before;
    switch (step->kind) {
    case STEP_READ:
        read_all(views, memory, step->access.offset, step->access.size, step->access.pre, VIEW_NEVER, &choices);
        cr_assert_lt(step->choice, choices.n);
        set_read(views, step->access.offset, step->access.size, choices.at[step->choice].post);
        view_raise(&views->read_old, choices.at[step->choice].post);
        break;
    case STEP_WRITE:
        set_stored(views, step->access.offset, step->access.size, step->stamp, step->forward, step->exclusive);
        view_raise(&views->write_old, step->stamp);
        stamps_remove(&views->promised, step->stamp);
        break;
    case STEP_ORDER:
        before = view_join(views->read_old, views->write_old);
        view_raise(&views->read_new, step->reads ? before : 0);
        view_raise(&views->write_new, step->writes ? before : 0);
        break;
    case STEP_BRANCH:
        view_raise(&views->control, views->read_old);
        break;
    }
}

/* The view after which a store comes, its own operands apart. */
static View store_bound(const Views *views, guint offset, guint size)
{
    return view_join(view_join(views->write_new, views->control), views_coherence(views, DATA + offset, size));
}

/* An own message that can be claimed now becomes the step's store; else a new one does. */
static void random_store(Wanderer *wanderer, Step *step)
{
    step->kind = STEP_WRITE;
    step->exclusive = below(wanderer, 5) == 0;
    guint now = timeline_now(&wanderer->memory.timeline);
    for (guint ts = 1; ts <= now; ts++) {
        const Message *message = &g_array_index(wanderer->memory.timeline.messages, Message, ts - 1);
        guint offset = (guint)(message->address - DATA);
        if (!stamps_has(&wanderer->views.promised, ts) || ts <= store_bound(&wanderer->views, offset, message->size))
            continue;
        step->access.offset = offset;
        step->access.size = message->size;
        step->stamp = (View)ts;
        break;
    }
    if (!step->stamp)
        step->stamp = append(&wanderer->memory, step->access.offset, step->access.size);
    step->forward = step->exclusive ? 0 : (View)below(wanderer, step->stamp);
}

static Step random_step(Wanderer *wanderer)
{
    Step step = { .access = random_access(wanderer) };
    Choices choices;
    switch (below(wanderer, 8)) {
    case 0:
    case 1:
        random_store(wanderer, &step);
        break;
    case 2:
        step.kind = STEP_ORDER;
        step.reads = below(wanderer, 2);
        step.writes = below(wanderer, 2);
        break;
    case 3:
        step.kind = STEP_BRANCH;
        break;
    default:
        step.kind = STEP_READ;
        read_all(&wanderer->views, &wanderer->memory, step.access.offset, step.access.size, step.access.pre, VIEW_NEVER,
                 &choices);
        step.choice = below(wanderer, choices.n);
        break;
    }
    return step;
}

static void expect_naive(Wanderer *wanderer, const char *what)
{
    Access access = random_access(wanderer);
    guint now = timeline_now(&wanderer->memory.timeline);
    View horizon = below(wanderer, 3) ? VIEW_NEVER : (View)below(wanderer, now + 2);
    Choices found, expected;
    read_all(&wanderer->views, &wanderer->memory, access.offset, access.size, access.pre, horizon, &found);
    naive_read(&wanderer->views, &wanderer->memory, access.offset, access.size, access.pre, horizon, &expected);
    g_autofree char *a = choices_text(&found, access.size), *b = choices_text(&expected, access.size);
    cr_assert(same_choices(&found, &expected, access.size), "%s: %u bytes at %u from %u: %s instead of %s", what,
              access.size, access.offset, access.pre, a, b);
}

Test(views, reads_are_those_of_the_rule_written_out)
{
    guint32 seed = test_seed();
    for (guint32 i = 0; i < RANDOM_READS; i++) {
        g_auto(Wanderer) wanderer;
        wanderer_init(&wanderer, seed * 0x20001 + i);
        for (guint n = 0; n < 12; n++) {
            Step step = random_step(&wanderer);
            wander(&wanderer.memory, &wanderer.views, &step);
            expect_naive(&wanderer, "a run");
        }
    }
}

/* Not only on views that a run can have. */
Test(views, reads_on_views_by_chance)
{
    guint32 seed = test_seed();
    for (guint32 i = 0; i < RANDOM_READS; i++) {
        g_auto(Wanderer) wanderer;
        wanderer_init(&wanderer, seed * 0x30001 + i);
        guint now = timeline_now(&wanderer.memory.timeline);
        for (guint offset = 0; offset < WINDOW; offset++) {
            ByteViews bytes = { .coherence = (View)below(&wanderer, now + 1),
                                .stamp = (View)below(&wanderer, now + 1) };
            bytes.forward = (View)below(&wanderer, now + 1);
            bytes.flags = (uint8_t)below(&wanderer, 4);
            cr_assert(views_set_bytes(&wanderer.views, DATA + offset, 1, bytes));
        }
        for (guint n = 0; n < 8; n++)
            expect_naive(&wanderer, "by chance");
    }
}

/* ---- forgetting */

/* Everything that later steps can learn from the two. */
static void expect_same_future(Wanderer *wanderer, const Views *normal, guint i)
{
    const Views *views = &wanderer->views;
    guint now = timeline_now(&wanderer->memory.timeline);
    for (guint size = 1; size <= 8; size *= 2)
        for (guint offset = 0; offset < WINDOW; offset += size) {
            View pre = view_join(views->read_new, (View)below(wanderer, now + 1));
            Choices a, b;
            read_all(views, &wanderer->memory, offset, size, pre, VIEW_NEVER, &a);
            read_all(normal, &wanderer->memory, offset, size, pre, VIEW_NEVER, &b);
            g_autofree char *x = choices_text(&a, size), *y = choices_text(&b, size);
            cr_assert(same_choices(&a, &b, size), "hart %u: %u bytes at %u from %u: %s becomes %s", i, size, offset,
                      pre, x, y);
            cr_assert_eq(store_bound(views, offset, size), store_bound(normal, offset, size), "hart %u: a store", i);
        }
    cr_assert_eq(MAX(views->fetch, views->fetched), MAX(normal->fetch, normal->fetched));
    cr_assert_eq(views->fetch, normal->fetch);
    const GArray *messages = wanderer->memory.timeline.messages;
    cr_assert_eq(views_dead(views, &views->promised, messages, false),
                 views_dead(normal, &normal->promised, messages, false));
}

Test(views, what_is_forgotten_is_never_missed)
{
    guint32 seed = test_seed();
    guint n_changed = 0;
    for (guint32 i = 0; i < RANDOM_READS; i++) {
        g_auto(Wanderer) wanderer;
        wanderer_init(&wanderer, seed * 0x40001 + i);
        Views normal;
        views_assign(&normal, &wanderer.views);
        for (guint n = 0; n < 12; n++) {
            Step step = random_step(&wanderer);
            wander(&wanderer.memory, &wanderer.views, &step);
            wander(&wanderer.memory, &normal, &step);
            wanderer.views.fetched = normal.fetched = (View)below(&wanderer, 5);
            view_raise(&wanderer.views.fetch, (View)below(&wanderer, 3));
            normal.fetch = wanderer.views.fetch;
            Views before;
            views_assign(&before, &normal);
            views_normalise(&normal);
            n_changed += before.n_bytes != normal.n_bytes || memcmp(&before, &normal, views_size(&before)) != 0;
            expect_same_future(&wanderer, &normal, i);
            Views again;
            views_assign(&again, &normal);
            views_normalise(&again);
            cr_assert(again.n_bytes == normal.n_bytes && !memcmp(&again, &normal, views_size(&normal)),
                      "hart %u: once is enough", i);
        }
    }
    cr_assert_gt(n_changed, RANDOM_READS, "something is forgotten now and then");
}

/* ---- promises that cannot be kept */

static bool naive_dead(const Views *views, const Timeline *timeline)
{
    for (guint ts = 1; ts <= TIMELINE_MAX; ts++) {
        if (!stamps_has(&views->promised, ts))
            continue;
        const Message *message = &g_array_index(timeline->messages, Message, ts - 1);
        if (ts <= views->write_new || ts <= views->control || ts <= views->clock)
            return true;
        for (guint b = 0; b < message->size; b++)
            if (ts <= views_byte(views, message->address + b).coherence)
                return true;
    }
    return false;
}

Test(views, dead)
{
    g_auto(Memory) memory;
    memory_init(&memory);
    append(&memory, 0, 4);
    append(&memory, 4, 4);
    append(&memory, 4, 2);
    Message mark = { .kind = MESSAGE_MARK, .address = DATA };
    timeline_append(&memory.timeline, &mark); /* 4: no bytes */
    Views views = { 0 };
    cr_assert_not(views_dead(&views, &views.promised, memory.timeline.messages, false));
    stamps_add(&views.promised, 2);
    cr_assert_not(views_dead(&views, &views.promised, memory.timeline.messages, false));
    View *const bounds[] = { &views.write_new, &views.control, &views.clock };
    for (guint i = 0; i < G_N_ELEMENTS(bounds); i++) {
        *bounds[i] = 1;
        cr_assert_not(views_dead(&views, &views.promised, memory.timeline.messages, false));
        *bounds[i] = 2;
        cr_assert(views_dead(&views, &views.promised, memory.timeline.messages, false));
        *bounds[i] = 0;
    }
    views.read_new = views.read_old = views.write_old = views.fetch = 4; /* bind no store */
    cr_assert_not(views_dead(&views, &views.promised, memory.timeline.messages, false));
    set_read(&views, 0, 4, 3);
    cr_assert_not(views_dead(&views, &views.promised, memory.timeline.messages, false), "other bytes");
    set_read(&views, 7, 1, 1);
    cr_assert_not(views_dead(&views, &views.promised, memory.timeline.messages, false));
    set_read(&views, 7, 1, 3);
    cr_assert(views_dead(&views, &views.promised, memory.timeline.messages, false), "one byte is enough");
    stamps_remove(&views.promised, 2);
    stamps_add(&views.promised, 3);
    cr_assert_not(views_dead(&views, &views.promised, memory.timeline.messages, false), "it is not one of its bytes");
    stamps_add(&views.promised, 4);
    set_read(&views, 0, 8, 2);
    cr_assert_not(views_dead(&views, &views.promised, memory.timeline.messages, false), "a mark has no coherence");
    views.clock = 4;
    cr_assert(views_dead(&views, &views.promised, memory.timeline.messages, false));
}

Test(views, dead_as_written_out)
{
    guint32 seed = test_seed();
    guint n_dead = 0;
    for (guint32 i = 0; i < RANDOM_READS; i++) {
        g_auto(Wanderer) wanderer;
        wanderer_init(&wanderer, seed * 0x50001 + i);
        for (guint n = 0; n < 8; n++) {
            Step step = random_step(&wanderer);
            wander(&wanderer.memory, &wanderer.views, &step);
            bool dead = naive_dead(&wanderer.views, &wanderer.memory.timeline);
            n_dead += dead;
            cr_assert_eq(
                views_dead(&wanderer.views, &wanderer.views.promised, wanderer.memory.timeline.messages, false), dead,
                "hart %u", i);
        }
    }
    cr_assert_gt(n_dead, 100);
    cr_assert_lt(n_dead, RANDOM_READS * 8 - 100);
}
