/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/story-parts.h"

static const ReplayStep *step_at(const Replay *replay, guint i)
{
    return &g_array_index(replay->steps, ReplayStep, i);
}

/* ---- which steps matter */

static bool in_region(const Replay *replay, uint64_t address)
{
    return program_region_at(replay->program, address) >= 0;
}

/* Whether other harts touch the same bytes, and somebody stores to them. */
static bool is_shared_access(const Replay *replay, guint i)
{
    const HartStep *mine = &step_at(replay, i)->step.hart;
    uint64_t address = mine->stores ? mine->store.address : mine->load_address;
    guint size = mine->stores ? mine->store.size : mine->load_size;
    for (guint j = 0; j < replay->steps->len; j++) {
        const HartStep *other = &step_at(replay, j)->step.hart;
        if (step_at(replay, j)->hart == step_at(replay, i)->hart || !(mine->stores || other->stores))
            continue;
        if (other->stores && other->store.address < address + size &&
            address < other->store.address + other->store.size)
            return true;
        if (other->loads && other->load_address < address + size && address < other->load_address + other->load_size)
            return true;
    }
    return false;
}

static bool changes(const ReplayStep *at, guint reg)
{
    return at->step.kind == STEP_EXECUTE && at->before.hart.x[reg] != at->step.hart.hart.x[reg];
}

/* Whether the violation is about a register at the end, and this is where it has got its value. */
static bool is_judged(const Replay *replay, guint i)
{
    const ViolationKind kind = replay->violation.kind;
    const ReplayStep *at = step_at(replay, i);
    if (kind != VIOLATION_CALL_END && kind != VIOLATION_FINAL)
        return false;
    guint n;
    const ConditionPlace *places =
        condition_places(program_property(replay->program, (guint)replay->violation.property)->condition, &n);
    for (guint p = 0; p < n; p++) {
        bool is_its = kind == VIOLATION_FINAL ? places[p].hart == at->hart : replay->violating_hart == (int)at->hart;
        if (places[p].is_memory || !is_its || !changes(at, places[p].number))
            continue;
        guint next = i + 1;
        while (next < replay->steps->len &&
               !(step_at(replay, next)->hart == at->hart && changes(step_at(replay, next), places[p].number)))
            next++;
        if (next == replay->steps->len)
            return true;
    }
    return false;
}

bool story_step_matters(const Replay *replay, guint i)
{
    const ReplayStep *at = step_at(replay, i);
    const HartStep *hart = &at->step.hart;
    /* The last step is what goes wrong, but for a deadlock: there nobody's step is. */
    bool is_end = i + 1 == replay->steps->len && replay->violation.kind != VIOLATION_DEADLOCK;
    if (is_end || at->step.kind != STEP_EXECUTE)
        return is_end || at->step.kind != STEP_SERVICE || at->step.service != SERVICE_SCHEDULE;
    if (in_region(replay, at->before.hart.pc) || hart->insn.kind == INSN_FENCE_I || hart->insn.kind == INSN_SRET ||
        hart->status == HART_TRAP)
        return true;
    if (hart->stores && in_region(replay, hart->store.address))
        return true;
    if (hart->loads && in_region(replay, hart->load_address))
        return true;
    if (hart->insn.kind == INSN_FENCE && replay->options->model->rvwmo_data)
        return true;
    return is_judged(replay, i) || ((hart->loads || hart->stores) && is_shared_access(replay, i));
}

/* ---- telling one step */

static void note(StoryStep *told, char *text)
{
    g_ptr_array_add(told->notes, text);
}

/* The newest store to a half of a fetch, if the fetch has read something older: its place in the timeline; 0: it has not. */
static guint half_missed(const ReplayStep *at, guint half)
{
    const Fetch *fetch = &at->step.hart.fetch;
    guint newest = 0;
    if (2 * half >= fetch->length)
        return 0;
    timeline_read(&at->world->timeline, fetch->pc + 2 * half, 2, G_MAXUINT, &newest);
    return newest > fetch->newest[half] ? newest : 0;
}

bool story_is_stale(const Replay *replay, const ReplayStep *at)
{
    return !replay->options->model->coherent_fetch && (half_missed(at, 0) || half_missed(at, 1));
}

/* A fetch that read before the newest store to its bytes. */
static void note_stale(StoryStep *told, const Replay *replay, const ReplayStep *at)
{
    const Fetch *fetch = &at->step.hart.fetch;
    if (!story_is_stale(replay, at))
        return;
    guint lower = story_step_of_message(replay, half_missed(at, 0));
    guint upper = fetch->length == 4 ? story_step_of_message(replay, half_missed(at, 1)) : lower;
    if (lower && upper && lower != upper) {
        note(told, g_strdup_printf("stale lower half, misses store %u", lower));
        note(told, g_strdup_printf("stale upper half, misses store %u", upper));
    } else if (lower || upper) {
        bool alike = lower == upper || fetch->newest[0] == fetch->newest[1];
        note(told, g_strdup_printf("stale%s, misses store %u",
                                   alike   ? " fetch"
                                   : lower ? " lower half"
                                           : " upper half",
                                   lower ? lower : upper));
    }
}

/* The step that has stored what a load should have read by then, if it has read something else; 0: it has not. */
static guint step_missed(const Replay *replay, const ReplayStep *at)
{
    const HartStep *hart = &at->step.hart;
    if (!hart->loads || hart->stores)
        return 0;
    guint newest;
    uint64_t now = timeline_read(&at->world->timeline, hart->load_address, hart->load_size, G_MAXUINT, &newest);
    return now == hart->load_value ? 0 : story_step_of_message(replay, newest);
}

static void note_registers(StoryStep *told, const Replay *replay, const ReplayStep *at)
{
    const Hart *before = &at->before.hart, *after = &at->step.task.hart;
    const HartStep *hart = &at->step.hart;
    if (at->step.finishes_call && at->step.task.status != TASK_DONE) /* the registers are those of the next call */
        return;
    guint missed = step_missed(replay, at);
    for (guint r = 1; r < 32; r++) {
        bool loaded = hart->loads && r == hart->insn.rd;
        if (before->x[r] == after->x[r] && !loaded)
            continue;
        g_autofree char *value = address_text(replay->program->image, after->x[r]);
        g_autofree char *place = loaded ? address_name(replay->program->image, hart->load_address) : NULL;
        note(told,
             g_strdup_printf("%s = %s%s%s", register_name(r), value, loaded ? " from " : "", loaded ? place : ""));
        if (loaded && missed)
            note(told, g_strdup_printf("older than store %u", missed));
    }
    if (hart->stores && hart->store.size) {
        g_autofree char *place = address_name(replay->program->image, hart->store.address);
        g_autofree char *value = address_text(replay->program->image, hart->store.value);
        note(told, g_strdup_printf("%s = %s", place, value));
    }
    bool jumps = hart->insn.kind == INSN_JAL || hart->insn.kind == INSN_JALR ||
                 (hart->retired && hart->status == HART_OK && after->pc != before->pc + hart->fetch.length);
    if (jumps && hart->retired && hart->insn.kind != INSN_STORE) {
        guint base = hart->insn.kind == INSN_JALR ? hart->insn.rs1 : 0;
        g_autofree char *value = address_text(replay->program->image, after->pc);
        g_autofree char *was = g_strdup_printf(" (%s was 0x%" G_GINT64_MODIFIER "x)", register_name(base), before->x[base]);
        /* the link has taken the place of what led here */
        note(told, g_strdup_printf("pc = %s%s", value, base && base == hart->insn.rd ? was : ""));
    }
}

static char *text_of(const Insn *insn, uint64_t pc)
{
    char text[96];
    insn_text(insn, pc, INSN_TEXT_ALIASES, text, sizeof text);
    return g_strdup(text);
}

/* Which version the code at [address, address + size) belongs to in memory as it is in `world`; NULL: to all. */
static const char *tag_in_memory(const Replay *replay, const World *world, uint64_t address, guint size)
{
    const char *tag = NULL;
    uint64_t end = (address + size + 1) & ~1ull;
    for (uint64_t at = address & ~1ull; at < end && !tag; at += 4) {
        guint length = end - at >= 4 ? 4 : 2;
        Fetch bytes = { .pc = at, .length = length };
        bytes.word = (uint32_t)timeline_read(&world->timeline, at, length, G_MAXUINT, NULL);
        tag = fetch_tag(replay->program, &bytes);
    }
    return tag;
}

/* What a store to a patched site turns the code into. */
static void tell_patch_store(StoryStep *told, const Replay *replay, const ReplayStep *at)
{
    const Message *store = &at->step.hart.store;
    const World *after = at->step.world ? at->step.world : at->world;
    const char *old = tag_in_memory(replay, at->world, store->address, store->size);
    const char *new = tag_in_memory(replay, after, store->address, store->size);
    g_autofree char *site = address_name(replay->program->image, store->address);
    g_free(told->what);
    g_clear_pointer(&told->tag, g_free);
    if (old || new)
        told->what = g_strdup_printf("%s: %s -> %s (%u byte%s)", site, old ? old : "same", new ? new : "same",
                                     store->size, store->size == 1 ? "" : "s");
    else
        told->what = g_strdup_printf("%s: the same %u bytes again", site, store->size);
}

static void tell_execute(StoryStep *told, const Replay *replay, const ReplayStep *at)
{
    const HartStep *hart = &at->step.hart;
    if (at->step.task.hart.phase == PHASE_PARCEL) {
        g_autofree char *name = address_name(replay->program->image, at->before.hart.pc);
        told->what = g_strdup_printf("fetch lower half of %s", name);
        Fetch half = { .pc = at->before.hart.pc, .word = at->step.task.hart.word, .length = 2 };
        told->tag = g_strdup(fetch_tag(replay->program, &half));
        return;
    }
    if (hart->status == HART_TRAP && hart->fetch.length == 0) {
        g_autofree char *name = address_text(replay->program->image, hart->tval);
        told->what = g_strdup_printf("fetch at %s", name);
        if (at->step.task.depth > at->before.depth)
            note(told, g_strdup("no code there: to the trap handler"));
        return;
    }
    told->what = text_of(&hart->insn, hart->fetch.pc);
    if (hart->fused.length) {
        Insn second = insn_decode(hart->fused.word);
        g_autofree char *text = text_of(&second, hart->fused.pc);
        note(told, g_strdup_printf("fused: %s", text));
    }
    told->tag = g_strdup(fetch_tag(replay->program, &hart->fetch));
    note_stale(told, replay, at);
    if (hart->stores && in_region(replay, hart->store.address))
        tell_patch_store(told, replay, at);
    else
        note_registers(told, replay, at);
    if (hart->status == HART_TRAP && at->step.task.depth > at->before.depth)
        note(told, g_strdup("trap: to the handler"));
}

static const char *mark_or_lock(const Replay *replay, const MachineStep *step)
{
    const GPtrArray *names = step->service == SERVICE_MARK ? replay->program->marks : replay->program->locks;
    return step->argument < names->len ? g_ptr_array_index(names, step->argument) : "?";
}

static char *service_text(const Replay *replay, const MachineStep *step)
{
    switch (step->service) {
    case SERVICE_SCHEDULE:
        return g_strdup("schedule point");
    case SERVICE_STOP_BEGIN:
        return g_strdup("stop_machine() asked for");
    case SERVICE_STOP_END:
        return g_strdup("} stop_machine ends");
    case SERVICE_LOCK:
        return g_strdup_printf("lock %s", mark_or_lock(replay, step));
    case SERVICE_UNLOCK:
        return g_strdup_printf("unlock %s", mark_or_lock(replay, step));
    case SERVICE_MARK:
        return g_strdup_printf("passes mark '%s'", mark_or_lock(replay, step));
    case SERVICE_AWAIT:
    case SERVICE_AWAIT_NOT: {
        g_autofree char *name = address_name(replay->program->image, step->hart.load_address);
        return g_strdup_printf("await %s: 0x%" G_GINT64_MODIFIER "x", name, step->hart.load_value);
    }
    case SERVICE_REMOTE_FENCE_I:
        return g_strdup(step->task.status == TASK_FENCING ? "remote fence.i asked for"
                                                          : "remote fence.i (nothing to wait for)");
    case SERVICE_SEND_IPI:
        return g_strdup("sends an IPI");
    case SERVICE_SYNCHRONIZE_RCU_TASKS:
        return g_strdup("synchronize_rcu_tasks()");
    case SERVICE_ON_EACH_CPU:
        return g_strdup("on_each_cpu(): sends IPIs");
    case SERVICE_ACK:
        return g_strdup("acknowledges the IPI");
    case SERVICE_ONLINE:
        return g_strdup("goes online");
    case SERVICE_OFFLINE:
        return g_strdup("goes offline");
    }
    g_assert_not_reached();
}

static char *interrupt_text(const Replay *replay, const ReplayStep *at, const char *where)
{
    const char *elsewhere = at->step.task.away && !at->before.away ? ", elsewhere" : "";
    if (at->step.argument == INTERRUPT_TIMER || at->step.other == at->hart)
        return g_strdup_printf("<interrupted at %s>", where);
    return g_strdup_printf("<IPI of %s at %s%s>", program_hart(replay->program, at->step.other)->name, where,
                           elsewhere);
}

/* The message of a service that takes effect before the hart gets to its call. */
static char *early_text(const Replay *replay, const Message *message)
{
    static const char *const names[] = { [MESSAGE_STOP] = "stop_machine()",
                                         [MESSAGE_STOP_END] = "the end of stop_machine()",
                                         [MESSAGE_FENCE] = "remote fence.i",
                                         [MESSAGE_FENCE_END] = "the end of remote fence.i",
                                         [MESSAGE_GRACE] = "synchronize_rcu_tasks",
                                         [MESSAGE_GRACE_END] = "the end of synchronize_rcu_tasks",
                                         [MESSAGE_CALL] = "on_each_cpu()",
                                         [MESSAGE_CALL_END] = "the end of on_each_cpu()",
                                         [MESSAGE_IPI] = "send_ipi",
                                         [MESSAGE_ONLINE] = "online",
                                         [MESSAGE_OFFLINE] = "offline",
                                         [MESSAGE_MARK] = "mark",
                                         [MESSAGE_LOCK] = "lock",
                                         [MESSAGE_UNLOCK] = "unlock" };
    const Program *program = replay->program;
    bool is_mark = message->kind == MESSAGE_MARK,
         is_lock = message->kind == MESSAGE_LOCK || message->kind == MESSAGE_UNLOCK;
    const GPtrArray *list = is_mark ? program->marks : program->locks;
    const char *of =
        (is_mark || is_lock) && message->value < list->len ? g_ptr_array_index(list, message->value) : NULL;
    return g_strdup_printf("<%s%s%s takes effect early>", names[message->kind], of ? " " : "", of ? of : "");
}

static char *event_text(const Replay *replay, const ReplayStep *at)
{
    g_autofree char *where = address_name(replay->program->image, at->before.hart.pc);
    switch (at->step.kind) {
    case STEP_INTERRUPT:
        return interrupt_text(replay, at, where);
    case STEP_ARRIVE:
        return g_strdup_printf("<IPI of %s arrives as well>", program_hart(replay->program, at->step.other)->name);
    case STEP_QUIESCE:
        return g_strdup_printf("<schedules: %s waits for that>", program_hart(replay->program, at->step.other)->name);
    case STEP_MIGRATE:
        return g_strdup_printf("<goes on on another hart%s, at %s>",
                               program_hart(replay->program, at->hart)->migration_fences ? ", fence.i" : "", where);
    case STEP_PARK:
        return g_strdup_printf("<%s at %s>", replay->options->preempt == PREEMPT_FULL ? "preempted" : "parked", where);
    case STEP_RESUME:
        return g_strdup_printf("<resumes at %s%s>", where,
                               at->world->stop_flags & STOP_WAITERS_FENCE_I ? ", fence.i" : "");
    case STEP_STOPPED:
        return g_strdup("stop_machine() {");
    case STEP_FENCE_I:
        return g_strdup_printf("<fence.i for %s>", program_hart(replay->program, at->step.other)->name);
    case STEP_SERVED:
        return g_strdup(at->before.status == TASK_FENCING ? "remote fence.i complete"
                        : at->before.status == TASK_GRACE ? "synchronize_rcu_tasks() returns"
                                                          : "on_each_cpu() returns");
    case STEP_LATER:
        return g_strdup_printf("<after mark '%s'>",
                               (const char *)g_ptr_array_index(replay->program->marks, at->step.argument));
    case STEP_PROMISE: {
        const Message *store = &at->step.hart.store;
        g_autofree char *place = address_name(replay->program->image, store->address);
        g_autofree char *value = address_text(replay->program->image, store->value);
        if (store->kind != MESSAGE_STORE)
            return early_text(replay, store);
        return g_strdup_printf("<store %s = %s takes effect early>", place, value);
    }
    case STEP_EXECUTE:
    case STEP_SERVICE:
        break;
    }
    g_assert_not_reached();
}

/* The line of C that an instruction is from. Assembly is its own source, and so is what a patch has put in its place. */
static char *c_place(const Replay *replay, const ReplayStep *at, const char *tag)
{
    const ImageLine *line = image_line(replay->program->image, at->before.hart.pc);
    int region = program_region_at(replay->program, at->before.hart.pc);

    if (!line || !(g_str_has_suffix(line->file, ".c") || g_str_has_suffix(line->file, ".h")))
        return NULL;
    if (tag && region >= 0 &&
        !g_str_equal(tag, region_version(program_region(replay->program, (guint)region), 0)->label))
        return NULL;
    g_autofree char *name = g_path_get_basename(line->file);
    return g_strdup_printf("%s:%u", name, line->line);
}

static void tell_insn(StoryStep *told, const ReplayStep *at)
{
    const HartStep *hart = &at->step.hart;
    told->pc = at->before.hart.pc;
    if (hart->fetch.length == 0)
        return;
    told->insn = text_of(&hart->insn, hart->fetch.pc);
    told->bytes = hart->fetch.word;
    told->length = hart->fetch.length;
}

StoryStep story_tell_step(const Replay *replay, guint i)
{
    const ReplayStep *at = step_at(replay, i);
    StoryStep told = {
        .first = i + 1, .last = i + 1, .hart = at->hart, .notes = g_ptr_array_new_with_free_func(g_free)
    };
    if (at->step.kind == STEP_EXECUTE)
        tell_execute(&told, replay, at);
    else if (at->step.kind == STEP_SERVICE)
        told.what = service_text(replay, &at->step);
    else
        told.what = event_text(replay, at);
    told.unnumbered = at->step.kind != STEP_EXECUTE && at->step.kind != STEP_SERVICE;
    told.event = story_event(at);
    story_add_links(&told, replay, i, step_missed(replay, at));
    told.origin = story_origin(replay, i);
    tell_insn(&told, at);
    told.place = told.unnumbered ? NULL : c_place(replay, at, told.tag);
    return told;
}

StoryStep story_tell_next(Replay *replay, const ReplayStep *next)
{
    guint n = replay->steps->len;
    g_array_append_vals(replay->steps, next, 1);
    StoryStep told = story_tell_step(replay, n);
    replay->steps->len = n; /* it was there for a moment, and owns nothing */
    return told;
}

/* Instructions that only prepare a service call or a store in compiled steps are nobody's concern. */
static bool is_scaffolding(const Replay *replay, guint i)
{
    const ImageSection *section = image_section_at(replay->program->image, step_at(replay, i)->before.hart.pc, 2);
    return section && g_str_has_prefix(section->name, ".text.cmodx.") && !story_step_matters(replay, i);
}

void story_add_steps(Story *story, const Replay *replay)
{
    for (guint i = 0; i < replay->steps->len;) {
        guint run = 0;
        if (is_scaffolding(replay, i)) {
            i++;
            continue;
        }
        while (i + run < replay->steps->len && !story_step_matters(replay, i + run) &&
               step_at(replay, i + run)->hart == step_at(replay, i)->hart)
            run++;
        if (run > 1) {
            StoryStep folded = { .first = i + 1,
                                 .last = i + run,
                                 .hart = step_at(replay, i)->hart,
                                 .folded = true,
                                 .what = g_strdup_printf("... %u steps ...", run),
                                 .notes = g_ptr_array_new_with_free_func(g_free),
                                 .links = g_array_new(FALSE, FALSE, sizeof(StoryLink)) };
            g_array_append_val(story->steps, folded);
            i += run;
        } else {
            StoryStep told = story_tell_step(replay, i);
            g_array_append_val(story->steps, told);
            i++;
        }
    }
}
