/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps what the timeline explorer knows between two timelines, and takes it up again. */
#include "sim/machine/timelines-parts.h"

void timelines_mark(Timelines *timelines, Group *group)
{
    timelines->mark = (TimelinesMark){ .group = group,
                                       .states = timelines->counts.states,
                                       .transitions = timelines->counts.transitions,
                                       .waited = timelines->machine->waited,
                                       .served = timelines->machine->served,
                                       .stops = timelines->machine->stops,
                                       .reads_shared = group->solo.reads_shared,
                                       .must_split = group->solo.must_split };
    memory_map_mark(timelines->map);
    footprint_mark(group->footprint);
}

/* Takes back what a run that was cut short has noted. What it has interned stays: when it is made again, it interns the same, in
 * the same order. */
static void undo(Timelines *timelines)
{
    const TimelinesMark *mark = &timelines->mark;
    timelines->counts.states = mark->states;
    timelines->counts.transitions = mark->transitions;
    timelines->machine->waited = mark->waited;
    timelines->machine->served = mark->served;
    timelines->machine->stops = mark->stops;
    mark->group->solo.reads_shared = mark->reads_shared;
    mark->group->solo.must_split = mark->must_split;
    memory_map_undo(timelines->map);
    footprint_undo(mark->group->footprint);
}

static void archive_result(Archive *archive, SoloResult *result)
{
    archive_array(archive, result->promisable);
    archive_array(archive, result->ends);
    archive_array(archive, result->stands);
    archive_static_text(archive, &result->unsupported);
    archive_u64(archive, &result->unsupported_pc);
    archive_static_text(archive, &result->leaves);
    archive_u64(archive, &result->leaves_pc);
    archive_bool(archive, &result->endless);
    archive_bool(archive, &result->adds);
    ARCHIVE_VALUE(archive, result->end);
    archive_u32(archive, &result->states);
    archive_u32(archive, &result->transitions);
    archive_bool(archive, &result->result.viable);
    archive_bool(archive, &result->result.completable);
    archive_bool(archive, &result->result.violates);
    result->result.messages = (const uint32_t *)(const void *)result->promisable->data;
    result->result.n_messages = result->promisable->len;
}

static void archive_results(Archive *archive, GPtrArray *results)
{
    guint32 n = results->len;
    archive_u32(archive, &n);
    for (guint i = 0; i < n && !archive_failed(archive); i++) {
        if (archive_is_reading(archive))
            g_ptr_array_add(results, solo_result_new());
        archive_result(archive, g_ptr_array_index(results, i));
    }
}

static void archive_group(Archive *archive, Group *group)
{
    archive_bool(archive, &group->quiet);
    archive_bool(archive, &group->loud);
    archive_bool(archive, &group->solo.reads_shared);
    archive_bool(archive, &group->solo.must_split);
    archive_u32(archive, &group->solo.suffix_max);
    footprint_archive(group->footprint, archive);
}

/* The end of an execution that is known to be as an "exists" asks. */
static void archive_witness(Archive *archive, Timelines *timelines)
{
    guint n = timelines->space.n_processes;
    archive_bool(archive, &timelines->witness);
    ARCHIVE_VALUE(archive, timelines->violation);
    archive_array(archive, timelines->violating_timeline);
    bool ends = timelines->violating_ends != NULL;
    archive_bool(archive, &ends);
    if (ends && !timelines->violating_ends)
        timelines->violating_ends = g_new0(uint32_t, n);
    if (ends)
        archive_bytes(archive, timelines->violating_ends, n * sizeof *timelines->violating_ends);
}

static void archive_flags(Archive *archive, Timelines *timelines)
{
    archive_bool(archive, &timelines->no_groups);
    archive_bool(archive, &timelines->is_void);
    archive_bool(archive, &timelines->too_many);
    archive_bool(archive, &timelines->endless);
    ARCHIVE_VALUE(archive, timelines->cut);
    ARCHIVE_VALUE(archive, timelines->promised_by);
    archive_static_text(archive, &timelines->unsupported);
    archive_u32(archive, &timelines->unsupported_hart);
    archive_u64(archive, &timelines->unsupported_pc);
    archive_u64(archive, &timelines->counts.states);
    archive_u64(archive, &timelines->counts.transitions);
    archive_u32(archive, &timelines->counts.rounds);
    archive_expect(archive, timelines->machine->program->properties->len);
    for (guint i = 0; i < timelines->machine->program->properties->len; i++)
        archive_bool(archive, &timelines->reached[i]);
}

void timelines_archive(PromiseSpace *space, Archive *archive)
{
    Timelines *timelines = (Timelines *)space;
    Intern *const interns[] = { timelines->contents, timelines->ends, timelines->finals };
    if (!archive_is_reading(archive) && timelines->stopped != SEARCH_COMPLETE)
        undo(timelines);
    machine_archive(timelines->machine, archive);
    archive_flags(archive, timelines);
    memory_map_archive(timelines->map, archive);
    for (guint i = 0; i < G_N_ELEMENTS(interns); i++)
        archive_intern(archive, interns[i]);
    if (archive_is_reading(archive)) { /* it is not empty when new */
        intern_free(timelines->views);
        timelines->views = intern_new();
    }
    archive_intern(archive, timelines->views);
    archive_array(archive, timelines->pool);
    archive_array(archive, timelines->kept);
    archive_witness(archive, timelines);
    if (archive_is_reading(archive) && timelines->no_groups)
        timelines_regroup(timelines);
    archive_expect(archive, timelines->groups->len);
    for (guint g = 0; g < timelines->groups->len; g++)
        archive_group(archive, &g_array_index(timelines->groups, Group, g));
    if (archive_is_reading(archive))
        timelines_prepare_groups(timelines, false);
    archive_results(archive, timelines->results);
}

const PromiseResult *timelines_result(PromiseSpace *space, guint number)
{
    const Timelines *timelines = (const Timelines *)space;
    if (number >= timelines->results->len)
        return NULL;
    const SoloResult *result = g_ptr_array_index(timelines->results, number);
    return &result->result;
}
