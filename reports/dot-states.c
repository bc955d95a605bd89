/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Graphs of the interleaving explorer. */
#include "reports/dot-parts.h"
#include "reports/story-parts.h"
#include "sim/explore/space-graph.h"

#include <string.h>

typedef struct States {
    const DotSubject *subject;
    const Program *program;
    Machine *machine;
    SpaceGraph *graph;
    GraphView *view;
    HartSet *moved;     /* by node: harts that lines into it are of */
    guint *way_in;      /* by node: the first edge into it */
    Replay replay;      /* without steps, for telling single ones */
    World world, after; /* scratch */
} States;

static const GraphEdge *edge_at(const States *states, guint edge)
{
    return &g_array_index(states->graph->graph.edges, GraphEdge, edge);
}

/* Calls back with the step that an edge stands for. */
typedef void (*WithStep)(States *states, const ReplayStep *at, gpointer data);

static void with_step(States *states, guint edge, WithStep call, gpointer data)
{
    const uint32_t *state = space_graph_state(states->graph, edge_at(states, edge)->from);
    const TrailStep *by = &g_array_index(states->graph->moves, TrailStep, edge);
    Task task = machine_task(states->machine, state[1 + by->process]);
    machine_world(states->machine, state[0], &states->world);
    g_autoptr(GArray) steps = machine_steps(states->machine, &task, &states->world);
    ReplayStep at = { .hart = by->process, .move = by->move, .before = task, .world = &states->world };
    at.step = g_array_index(steps, MachineStep, by->move);
    call(states, &at, data);
}

/* ---- lines */

/* "auipc OLD" of "auipc t0,0x12 OLD"; what is no instruction stays as it is, without the number of bytes. */
static char *brief_text(const ReplayStep *at, const StoryStep *told)
{
    bool is_insn = at->step.kind == STEP_EXECUTE && told->insn && g_str_equal(told->what, told->insn);
    char *text = g_strdup(told->what);
    char *end = strstr(text, is_insn ? " " : " (");
    if (end)
        *end = '\0';
    return text;
}

static void tell(States *states, const ReplayStep *at, gpointer data)
{
    StoryStep told = story_tell_next(&states->replay, at);
    g_autofree char *brief = brief_text(at, &told);
    const char *tag = told.tag ? told.tag : "", *blank = told.tag ? " " : "",
               *stale = story_is_stale(&states->replay, at) ? " (stale)" : "";
    DotStep step = { .hart = at->hart };
    step.what = g_strconcat(told.what, blank, tag, stale, NULL);
    step.brief = g_strconcat(brief, blank, tag, stale, NULL);
    g_array_append_val((GArray *)data, step);
    story_step_clear(&told);
}

static void put_line(GString *out, States *states, const GraphLine *line)
{
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(DotStep));
    g_array_set_clear_func(steps, dot_step_clear);
    for (guint i = 0; i < line->n; i++)
        with_step(states, g_array_index(states->view->edges, guint, line->first + i), tell, steps);
    g_autofree char *label = dot_line_label(states->subject, steps, "steps");
    g_autofree char *tooltip = dot_line_tooltip(states->subject, steps);
    const char *colour = dot_line_colour(steps);
    bool leaves_model = space_graph_kind(states->graph, line->to) == NODE_OUT_OF_MODEL;
    g_string_append_printf(out, "  n%u -> n%u [", line->from, line->to);
    dot_put_edge_label(out, label);
    if (line->n > 1) {
        dot_put_attribute(out, "tooltip", tooltip);
        dot_put_attribute(out, "labeltooltip", tooltip);
    }
    g_string_append_printf(out, " color=\"%s\" fontcolor=\"%s\"%s%s]\n", colour, colour,
                           line->on_path ? " penwidth=3 weight=8" : "", leaves_model ? " style=dashed" : "");
}

/* ---- nodes */

/* "func+4": the code of compiled steps is nobody's own, and has a name that is too long. */
static char *place_text(const States *states, const Task *task)
{
    char *name = address_name(states->program->image, task->hart.pc);
    const char *plus = strchr(name, '+');
    if (!g_str_has_prefix(name, "cmodx_start_"))
        return name;
    char *shorter = g_strdup_printf("steps%s", plus ? plus : "");
    g_free(name);
    return shorter;
}

static char *task_text(const States *states, const Task *task)
{
    static const char *const words[] = {
        [TASK_PARKED] = " (parked)", [TASK_STOPPING] = " (waits)", [TASK_FENCING] = " (waits)",
        [TASK_GRACE] = " (waits)",   [TASK_CALLING] = " (waits)",  [TASK_IDLE] = "idle",
        [TASK_DONE] = "done",        [TASK_CRASHED] = "crashed",   [TASK_RUNNING] = ""
    };
    const char *name = program_hart(states->program, task->id)->name, *word = words[task->status];
    if (task->status == TASK_IDLE || task->status == TASK_DONE || task->status == TASK_CRASHED)
        return g_strdup_printf("%s %s", name, word);
    g_autofree char *place = place_text(states, task);
    return g_strdup_printf("%s %s%s%s", name, place, task->hart.phase == PHASE_BOUNDARY ? "" : " (half done)", word);
}

/* Where the harts are of which this is news. */
static char *node_label(const States *states, guint node)
{
    const uint32_t *state = space_graph_state(states->graph, node);
    HartSet harts = node == 0 ? hart_set_all(states->program->harts->len) : states->moved[node];
    GString *text = g_string_new(NULL);
    for (guint h = 0; h < states->program->harts->len; h++) {
        Task task = machine_task(states->machine, state[1 + h]);
        g_autofree char *line = hart_set_has(harts, h) ? task_text(states, &task) : NULL;
        if (line)
            g_string_append_printf(text, "%s%s", text->len ? "\n" : "", line);
    }
    return g_string_free(text, FALSE);
}

static void put_memory(GString *text, const States *states)
{
    const Timeline *timeline = &states->world.timeline;
    for (guint i = 0; i < timeline->settled->len; i++) {
        const Granule *granule = &g_array_index(timeline->settled, Granule, i);
        g_autofree char *name = address_name(states->program->image, granule->address);
        g_string_append_printf(text, "\n%s = 0x%" G_GINT64_MODIFIER "x", name, granule->value);
    }
    for (guint i = 0; i < timeline->messages->len; i++) {
        g_autofree char *message = story_message_text(states->program, &g_array_index(timeline->messages, Message, i));
        g_string_append_printf(text, "\n%s", message);
    }
}

/* All that a state is: where every hart is, registers that are not 0, memory that has been stored to. */
static char *node_tooltip(States *states, guint node)
{
    const uint32_t *state = space_graph_state(states->graph, node);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "state %u", node);
    for (guint h = 0; h < states->program->harts->len; h++) {
        Task task = machine_task(states->machine, state[1 + h]);
        g_autofree char *line = task_text(states, &task);
        g_string_append_printf(text, "\n%s", line);
        for (guint r = 1; r < 32; r++) {
            g_autofree char *value = address_name(states->program->image, task.hart.x[r]);
            if (task.hart.x[r])
                g_string_append_printf(text, ", %s = %s", register_name(r), value);
        }
    }
    machine_world(states->machine, state[0], &states->world);
    put_memory(text, states);
    return g_string_free(text, FALSE);
}

/* What a violation or a way out of the model is called. */
static void name_end(States *states, const ReplayStep *at, gpointer data)
{
    char **name = data;
    if (at->step.unsupported || at->step.violation.property < 0) {
        *name = g_strdup_printf("outside the model:\n%s", at->step.unsupported ? at->step.unsupported : "a trap");
        return;
    }
    states->replay.violation = at->step.violation;
    *name = g_strdup_printf("%s\n%s", story_banner(&states->replay),
                            program_property(states->program, (guint)at->step.violation.property)->name);
}

static Violation final_violation(States *states, guint node)
{
    const uint32_t *state = space_graph_state(states->graph, node);
    g_autofree Task *tasks = g_new0(Task, states->program->harts->len);
    for (guint h = 0; h < states->program->harts->len; h++)
        tasks[h] = machine_task(states->machine, state[1 + h]);
    machine_world(states->machine, state[0], &states->world);
    return machine_final(states->machine, tasks, &states->world);
}

static void put_node(GString *out, States *states, guint node)
{
    SpaceNodeKind kind = space_graph_kind(states->graph, node);
    g_autofree char *where = node_label(states, node), *tooltip = node_tooltip(states, node), *name = NULL;
    const char *look = node == 0 ? " style=\"rounded,bold\"" : "";
    if (kind == NODE_VIOLATION || kind == NODE_OUT_OF_MODEL) {
        with_step(states, states->way_in[node], name_end, &name);
        look = kind == NODE_VIOLATION ? " shape=doubleoctagon style=bold color=red fontcolor=red" : " style=dashed";
    } else if (kind == NODE_FINAL) {
        states->replay.violation = final_violation(states, node);
        look = " peripheries=2";
        if (states->replay.violation.kind != VIOLATION_NONE) {
            look = " shape=doubleoctagon style=bold color=red fontcolor=red";
            name = g_strdup(story_banner(&states->replay));
        }
    }
    g_autofree char *label = g_strdup_printf("%s%s%s", name ? name : "", name ? "\n" : "", where);
    g_string_append_printf(out, "  n%u [", node);
    dot_put_attribute(out, "label", label);
    dot_put_attribute(out, "tooltip", tooltip);
    g_string_append_printf(out, "%s]\n", look);
}

/* ---- the graph */

static void note_lines(States *states)
{
    for (guint i = states->graph->graph.edges->len; i-- > 0;)
        states->way_in[edge_at(states, i)->to] = i;
    for (guint i = 0; i < states->view->lines->len; i++) {
        const GraphLine *line = &g_array_index(states->view->lines, GraphLine, i);
        for (guint e = 0; e < line->n; e++) {
            guint edge = g_array_index(states->view->edges, guint, line->first + e);
            states->moved[line->to] |= hart_set_of(g_array_index(states->graph->moves, TrailStep, edge).process);
        }
    }
}

void dot_put_states(GString *out, const DotSubject *subject, Oracle *oracle)
{
    const Program *program = subject->scenario->program;
    g_autoptr(Machine) machine = machine_new(program, subject->options, oracle);
    guint explored = subject->nodes_max > G_MAXUINT / DOT_EXPLORED ? G_MAXUINT : subject->nodes_max * DOT_EXPLORED;
    g_autoptr(SpaceGraph) graph = space_graph(machine_space(machine), subject->outcome->trail, explored);
    g_autoptr(GraphView) view = graph_view(&graph->graph, subject->nodes_max);
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(ReplayStep));
    g_autofree HartSet *moved = g_new0(HartSet, graph->kinds->len);
    g_autofree guint *way_in = g_new0(guint, graph->kinds->len);
    States states = { subject, program, machine, graph, view, moved, way_in };
    states.replay = (Replay){ .program = program, .options = subject->options, .steps = none, .region = -1 };
    world_init(&states.world, program);
    note_lines(&states);
    g_autofree char *counts =
        dot_counts(view, graph->kinds->len, graph->moves->len, graph->complete, "states", "moves");
    dot_begin(out, subject, counts);
    for (guint i = 0; i < view->nodes->len; i++)
        put_node(out, &states, g_array_index(view->nodes, guint, i));
    for (guint i = 0; i < view->lines->len; i++)
        put_line(out, &states, &g_array_index(view->lines, GraphLine, i));
    dot_put_rests(out, view, "states");
    dot_end(out);
    world_clear(&states.world);
}
