/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/text.h"

#include "sim/explore/estimate.h"

#include <string.h>

enum {
    WIDTH = 72,
    LINE_MAX_WIDTH = 80,
    NUMBER_WIDTH = 4,
    COLUMN_MIN = 22,
    COLUMN_MAX = 36, /* beyond that, tags would be far from what they are about */
    TAG_WIDTH = 4,
    DIGITS_READ = 18
};

/* ---- numbers and names */

char *shell_word(const char *text)
{
    static const char plain[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "/._-+=:@%,";
    return *text && !text[strspn(text, plain)] ? g_strdup(text) : g_shell_quote(text);
}

char *shell_file(const char *file)
{
    if (source_is_standard_input(file))
        return g_strdup("-");
    g_autofree char *path = g_strconcat(*file == '-' ? "./" : "", file, NULL);
    return shell_word(path);
}

char *resume_command(const char *file, const char *checkpoint)
{
    g_autofree char *scenario = shell_file(file), *kept = shell_file(checkpoint);
    return g_strdup_printf("cmodx check %s --resume %s", scenario, kept);
}

char *replay_command(const char *file, const char *schedule)
{
    g_autofree char *scenario = shell_file(file);
    return g_strdup_printf("cmodx replay %s --schedule %s", scenario, schedule);
}

char *whole_schedule(const Options *options, const GArray *trail)
{
    g_autofree char *head = options_text(options), *steps = schedule_text(trail);
    return g_strdup_printf("%s@%s", head, steps);
}

char *grouped_digits(const char *digits)
{
    GString *text = g_string_new(NULL);
    gsize length = strlen(digits);
    for (gsize i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            g_string_append_c(text, ',');
        g_string_append_c(text, digits[i]);
    }
    return g_string_free(text, FALSE);
}

char *grouped(guint64 number)
{
    g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, number);
    return grouped_digits(digits);
}

char *property_names(const Program *program)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < program->properties->len; i++) {
        const char *name = program_property(program, i)->name;
        g_autofree char *listed = g_strdup_printf("%s, ", text->str);
        g_autofree char *item = g_strdup_printf("%s, ", name);
        if (strstr(listed, item) == NULL)
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", name);
    }
    return g_string_free(text, FALSE);
}

/* ---- wrapped prose */

static void wrap(GString *out, const char *indent, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    gsize column = 0;
    for (guint i = 0; words[i]; i++) {
        gsize length = strlen(words[i]);
        if (column && column + 1 + length > WIDTH) {
            g_string_append_c(out, '\n');
            column = 0;
        }
        if (column)
            g_string_append_c(out, ' ');
        else
            g_string_append(out, indent);
        g_string_append(out, words[i]);
        column = column ? column + 1 + length : strlen(indent) + length;
    }
    g_string_append_c(out, '\n');
}

/* ---- columns */

typedef struct Columns {
    guint n;
    guint width;
    int of_hart[HARTS_MAX]; /* column, or -1 for a hart that does nothing */
} Columns;

static Columns make_columns(const Replay *replay)
{
    Columns columns = { 0 };
    for (guint h = 0; h < HARTS_MAX; h++)
        columns.of_hart[h] = -1;
    for (guint h = 0; h < replay->program->harts->len; h++)
        for (guint i = 0; i < replay->steps->len && columns.of_hart[h] < 0; i++)
            if (g_array_index(replay->steps, ReplayStep, i).hart == h)
                columns.of_hart[h] = (int)columns.n++;
    if (columns.n == 0)
        columns.n = 1;
    columns.width = MAX((WIDTH - NUMBER_WIDTH) / columns.n, COLUMN_MIN);
    return columns;
}

/* One line: a number (0: none), then text in the column of one hart; text too long for that starts further left. */
static void put_line(GString *out, const Columns *columns, guint number, int hart, guint indent, const char *text)
{
    g_autofree char *label = number ? g_strdup_printf("%3u", number) : g_strdup("");
    guint column = hart >= 0 ? (guint)MAX(columns->of_hart[hart], 0) : 0;
    guint start = NUMBER_WIDTH + column * columns->width + indent, length = (guint)strlen(text);
    if (NUMBER_WIDTH + columns->n * columns->width <= WIDTH && start + length > LINE_MAX_WIDTH)
        start = length < LINE_MAX_WIDTH - NUMBER_WIDTH ? LINE_MAX_WIDTH - length : NUMBER_WIDTH;
    g_string_append_printf(out, "%-*s%s\n", (int)start, label, text);
}

static void put_head(GString *out, const Replay *replay, const Columns *columns)
{
    g_autoptr(GString) names = g_string_new(NULL), rules = g_string_new(NULL);
    for (guint h = 0; h < replay->program->harts->len; h++) {
        const HartSpec *spec = program_hart(replay->program, h);
        if (columns->of_hart[h] < 0)
            continue;
        g_autofree char *title = g_strdup_printf("%s (%s)", spec->name, story_entry(replay->program, spec));
        if (strlen(title) > columns->width - 2)
            title[columns->width - 2] = '\0';
        g_autofree char *rule = g_strnfill(strlen(title), '-');
        g_string_append_printf(names, "%-*s", (int)columns->width, title);
        g_string_append_printf(rules, "%-*s", (int)columns->width, rule);
    }
    g_string_append_printf(out, "%*s%s\n", NUMBER_WIDTH, "", g_strchomp(names->str));
    g_string_append_printf(out, "%*s%s\n", NUMBER_WIDTH, "", g_strchomp(rules->str));
}

static void put_step(GString *out, const Columns *columns, const StoryStep *step)
{
    g_autoptr(GString) text = g_string_new(step->what);
    guint indent = step->unnumbered ? 0 : 1;
    if (step->tag) {
        guint tag_at = MIN(columns->width, COLUMN_MAX) - TAG_WIDTH - 2 - indent;
        while (text->len < tag_at)
            g_string_append_c(text, ' ');
        g_string_append_printf(text, " %s", step->tag);
    }
    put_line(out, columns, step->folded ? 0 : step->first, (int)step->hart, indent, text->str);
    for (guint i = 0; i < step->notes->len; i++)
        put_line(out, columns, 0, (int)step->hart, indent + 2, g_ptr_array_index(step->notes, i));
}

/* A line of C stands above its first step; `last`: the line of each hart's step before. */
static void put_place(GString *out, const Columns *columns, const StoryStep *step, const char **last)
{
    if (step->unnumbered || step->folded)
        return;
    if (step->place && (!last[step->hart] || !g_str_equal(last[step->hart], step->place)))
        put_line(out, columns, 0, (int)step->hart, 0, step->place);
    last[step->hart] = step->place;
}

static void put_banner(GString *out, const char *banner, const TextStyle *style)
{
    g_autofree char *text = g_strdup_printf("*** %s ***", banner);
    gsize indent = (WIDTH - strlen(text)) / 2;
    g_string_append_printf(out, "\n%*s%s%s%s\n", (int)indent, "", style->colour ? "\033[1;31m" : "", text,
                           style->colour ? "\033[0m" : "");
}

/* ---- the site table */

static const StoryInsn *insn_of(const Story *story, uint64_t address, guint version)
{
    for (guint i = 0; i < story->insns->len; i++) {
        const StoryInsn *insn = &g_array_index(story->insns, StoryInsn, i);
        if (insn->address == address && insn->version == version)
            return insn;
    }
    return NULL;
}

static char *cell(const StoryInsn *insn)
{
    return insn ? g_strdup_printf("%c%-8s %s", insn->executed ? '*' : ' ', insn->bytes, insn->text) : g_strdup("");
}

static void put_two_versions(GString *out, const Replay *replay, const Region *region, const Story *story)
{
    const guint site_width = 16, cell_width = (WIDTH - 2 - 16) / 2;
    g_string_append_printf(out, "  %-*s %-*s %s\n", (int)site_width, "site", (int)cell_width,
                           region_version(region, 0)->label, region_version(region, 1)->label);
    for (uint64_t address = region->start; address < region->start + region->size; address += 2) {
        const StoryInsn *old = insn_of(story, address, 0), *new = insn_of(story, address, 1);
        if (!old && !new)
            continue;
        g_autofree char *name = address_name(replay->program->image, address);
        g_autofree char *left = cell(old), *right = cell(new);
        g_autofree char *line = g_strdup_printf("  %-*s%-*s %s", (int)site_width, name, (int)cell_width, left, right);
        g_string_append_printf(out, "%s\n", g_strchomp(line));
    }
}

static void put_many_versions(GString *out, const Replay *replay, const Region *region, const Story *story)
{
    guint width = 3;
    for (guint v = 0; v < region->versions->len; v++)
        width = MAX(width, (guint)strlen(region_version(region, v)->label));
    g_string_append_printf(out, "  %-16s%-*s\n", "site", (int)width, "version");
    for (guint i = 0; i < story->insns->len; i++) {
        const StoryInsn *insn = &g_array_index(story->insns, StoryInsn, i);
        bool first = i == 0 || g_array_index(story->insns, StoryInsn, i - 1).address != insn->address;
        g_autofree char *name = address_name(replay->program->image, insn->address);
        g_autofree char *text = cell(insn);
        g_string_append_printf(out, "  %-16s%-*s %s\n", first ? name : "", (int)width,
                               region_version(region, insn->version)->label, text);
    }
}

static void put_site(GString *out, const Replay *replay, const Story *story)
{
    if (story->region < 0)
        return;
    const Region *region = program_region(replay->program, (guint)story->region);
    const char *name = program_hart(replay->program, (guint)replay->violating_hart)->name;
    g_string_append_c(out, '\n');
    if (region->versions->len == 2)
        put_two_versions(out, replay, region, story);
    else
        put_many_versions(out, replay, region, story);
    for (guint i = 0; i < story->torn->len; i++)
        wrap(out, "  ", g_ptr_array_index(story->torn, i));
    g_autofree char *legend = g_strdup_printf("(* = executed by %s)", name);
    g_string_append_printf(out, "%*s\n", WIDTH, legend);
}

void text_story(GString *out, const Replay *replay, const Story *story, const TextStyle *style)
{
    Columns columns = make_columns(replay);
    if (replay->steps->len)
        put_head(out, replay, &columns);
    const char *places[HARTS_MAX] = { NULL };
    for (guint i = 0; i < story->steps->len; i++) {
        const StoryStep *step = &g_array_index(story->steps, StoryStep, i);
        put_place(out, &columns, step, places);
        put_step(out, &columns, step);
    }
    if (story->banner)
        put_banner(out, story->banner, style);
    put_site(out, replay, story);
}

/* ---- verdicts */

static const Property *violated(const Scenario *scenario, const Outcome *outcome)
{
    return outcome->verdict == VERDICT_REFUTED ? program_property(scenario->program, (guint)outcome->violation.property)
                                               : NULL;
}

void violation_place(const Scenario *scenario, const Property *property, const Replay *replay, guint *line,
                     guint *column)
{
    *line = property->line ? property->line : scenario->line;
    *column = property->line ? property->column : 1;
    if (!property->line && replay && replay->violating_hart >= 0 && replay->steps->len) {
        const ReplayStep *last = &g_array_index(replay->steps, ReplayStep, replay->steps->len - 1);
        const ImageLine *at = image_line(scenario->program->image, last->before.hart.pc);
        if (at && g_str_equal(at->file, scenario->file))
            *line = at->line;
    }
}

static void put_verdict(GString *out, const Scenario *scenario, const char *label, const Outcome *outcome,
                        const Replay *replay, const TextStyle *style)
{
    static const char *const colours[] = { "\033[1;32m", "\033[1;31m", "\033[1;33m" };
    const Property *property = violated(scenario, outcome);
    g_autofree char *all = property_names(scenario->program);
    g_string_append(out, scenario->file);
    if (property) {
        guint line, column;
        violation_place(scenario, property, replay, &line, &column);
        g_string_append_printf(out, ":%u:%u", line, column);
    }
    g_string_append_printf(out, ": %s%s%s: %s [%s]\n", style->colour ? colours[outcome->verdict] : "",
                           verdict_name(outcome->verdict), style->colour ? "\033[0m" : "",
                           property ? property->name : all, label);
}

static const char *plural(guint64 n)
{
    return n == 1 ? "" : "s";
}

static void put_counts(GString *out, const Outcome *outcome)
{
    const SearchResult *result = outcome->search;
    g_autofree char *states = grouped(result->progress.states), *moves = grouped(result->progress.transitions);
    if (outcome->timelines) {
        g_autofree char *orders = grouped(outcome->timelines);
        g_string_append_printf(out, "%s order%s of stores,\n  %s state%s of single harts, %s transition%s", orders,
                               plural(outcome->timelines), states, plural(result->progress.states), moves,
                               plural(result->progress.transitions));
        return;
    }
    g_string_append_printf(out, "%s state%s, %s transition%s, depth %u", states, plural(result->progress.states), moves,
                           plural(result->progress.transitions), result->progress.depth);
}

char *rounded(guint64 number)
{
    static const char *const units[] = { "", " million", " billion", " trillion", " quadrillion" };
    double value = (double)number, step = 1;
    guint unit = 0;
    if (value >= 1e6)
        for (value /= 1e6, unit = 1; value >= 1000 && unit + 1 < G_N_ELEMENTS(units); unit++)
            value /= 1000;
    while (value / step >= 1000)
        step *= 10;
    if (unit)
        return g_strdup_printf("%.*f%s", value < 10 ? 2 : value < 100 ? 1 : 0, value, units[unit]);
    return grouped((guint64)(value / step + 0.5) * (guint64)step);
}

char *readable_digits(const char *digits)
{
    gsize length = strlen(digits);
    if (length <= DIGITS_READ)
        return grouped_digits(digits);
    guint leading = (guint)(digits[0] - '0') * 100 + (guint)(digits[1] - '0') * 10 + (guint)(digits[2] - '0');
    leading = (leading + 5) / 10;
    bool carry = leading == 100;
    return g_strdup_printf("%u.%ue%" G_GSIZE_FORMAT, carry ? 1 : leading / 10, carry ? 0 : leading % 10,
                           length - 1 + carry);
}

static void put_proof(GString *out, const Options *options, const Outcome *outcome, bool verbose)
{
    const SearchResult *result = outcome->search;
    g_string_append(out, "  every ordering explored: ");
    put_counts(out, outcome);
    g_string_append_c(out, '\n');
    if (outcome->any)
        g_string_append_printf(out,
                               "  for any number of harts like %s: they leave nothing in shared memory,\n"
                               "  so no hart can tell how many there are\n",
                               outcome->any);
    const char *what = options->model->coherent_fetch ? "interleavings at instruction boundaries"
                                                      : "interleavings and choices of what each fetch reads";
    if (result->endless) {
        g_string_append_printf(out, "  with loops that never end: these stand for infinitely many\n  %s\n", what);
    } else if (result->interleavings) {
        g_autofree char *number = readable_digits(result->interleavings);
        bool fits = strlen("  these stand for  ") + strlen(number) + strlen(what) <= LINE_MAX_WIDTH;
        g_string_append_printf(out, "  these stand for %s%s%s\n", number, fits ? " " : "\n  ", what);
        if (verbose && strlen(result->interleavings) > DIGITS_READ)
            g_string_append_printf(out, "  (exactly %s)\n", result->interleavings);
    }
}

/* How much there may be that a limit has cut off. */
static void put_estimate(GString *out, const SearchResult *result)
{
    const SearchProgress *progress = &result->progress;
    if (result->end == SEARCH_COMPLETE || progress->expected <= progress->done)
        return;
    g_autofree char *expected = rounded(progress->expected);
    g_string_append_printf(out, "  about %.0f%% of an estimated %s %s (by %s)\n",
                           100 * (double)progress->done / (double)progress->expected, expected, progress->unit,
                           ESTIMATE_METHOD);
}

static void put_doubt(GString *out, const Scenario *scenario, const Outcome *outcome)
{
    g_string_append_printf(out, "  %s\n", outcome->reason);
    if (outcome->search->end == SEARCH_COMPLETE)
        g_string_append(out, "  no violation in the rest: ");
    else
        g_string_append(out, "  no violation in the part explored: ");
    put_counts(out, outcome);
    g_string_append_c(out, '\n');
    put_estimate(out, outcome->search);
    if (outcome->checkpoint) {
        g_autofree char *command = resume_command(scenario->file, outcome->checkpoint);
        g_string_append_printf(out, "  continue: %s\n", command);
    }
    if (outcome->search->out_of_model)
        g_string_append_printf(out, "  %" G_GUINT64_FORMAT " transition%s left the model\n",
                               outcome->search->out_of_model, plural(outcome->search->out_of_model));
}

char *options_text(const Options *options)
{
    g_autofree char *label = options_label(options, true);
    g_auto(GStrv) parts = g_strsplit(label, ", ", -1);
    return g_strjoinv(",", parts);
}

/* Timelines are looked at in the order of their lengths. */
static void put_fewest_stores(GString *out, const Replay *replay)
{
    guint n = timeline_now(&replay->world.timeline);
    g_string_append_printf(out, "\n Minimal: %u step%s. No counterexample has fewer stores and services (%u).\n",
                           replay->steps->len, plural(replay->steps->len), n);
}

void text_sentence(GString *out, const Story *story)
{
    wrap(out, " ", story->sentence);
    g_autoptr(GString) allowed = g_string_new(NULL);
    for (guint i = 0; i < story->allowed->len; i++)
        g_string_append_printf(allowed, "%s%s",
                               i ? ", " : "Allowed: ", (const char *)g_ptr_array_index(story->allowed, i));
    if (allowed->len)
        wrap(out, " ", g_string_append_c(allowed, '.')->str);
    g_string_append_c(out, '\n');
}

/* Numbers may be missing from the left column. */
static void put_gaps(GString *out, const Story *story)
{
    guint next = 1;
    for (guint i = 0; i < story->steps->len; i++) {
        const StoryStep *step = &g_array_index(story->steps, StoryStep, i);
        if (step->first != next) {
            g_string_append(out, " Steps without a line only set up the next one of their hart.\n");
            return;
        }
        next = step->last + 1;
    }
}

/* The sentence, what would have been right, the steps, the site, and how small it is. */
static char *counterexample(const Outcome *outcome, const Replay *replay, const TextStyle *style)
{
    GString *out = g_string_new("\n");
    g_autoptr(Story) story = story_tell(replay);
    text_sentence(out, story);
    text_story(out, replay, story, style);
    guint switches = trail_switches(outcome->trail);
    if (outcome->timelines)
        put_fewest_stores(out, replay);
    else
        g_string_append_printf(out, "\n Minimal: %u step%s, %u change%s of hart. No shorter counterexample exists.\n",
                               outcome->trail->len, plural(outcome->trail->len), switches, plural(switches));
    put_gaps(out, story);
    return g_string_free(out, FALSE);
}

static void put_refutation(GString *out, const Scenario *scenario, const Options *options, const Outcome *outcome,
                           const char *label, const Replay *replay, GHashTable *told, const TextStyle *style)
{
    if (!replay) {
        g_string_append(out, "  no execution reaches such a final state: ");
        put_counts(out, outcome);
        g_string_append_c(out, '\n');
        return;
    }
    g_autofree char *text = counterexample(outcome, replay, style);
    const char *before = g_hash_table_lookup(told, text);
    if (before)
        g_string_append_printf(out, " Same counterexample as [%s].\n", before);
    else
        g_string_append(out, text);
    if (!before)
        g_hash_table_insert(told, g_steal_pointer(&text), g_strdup(label));
    g_autofree char *schedule = whole_schedule(options, outcome->trail);
    g_autofree char *command = replay_command(scenario->file, schedule);
    g_string_append_printf(out, " Replay:  %s\n", command);
}

static void put_costs(GString *out, const Outcome *outcome)
{
    g_autofree char *steps = grouped(outcome->oracle_steps), *memo = grouped(outcome->search->memo_entries);
    g_autofree char *finals = grouped(outcome->search->final_states);
    const char *s = plural(outcome->search->final_states);
    if (outcome->timelines)
        g_string_append_printf(out, "  %s final state%s, ", finals, s);
    else
        g_string_append_printf(out, "  %u local state%s, %u shared, %s pairs stepped, %s final state%s\n  ",
                               outcome->tasks, plural(outcome->tasks), outcome->worlds, memo, finals, s);
    g_string_append_printf(out, "%s instructions emulated (%u distinct), %.1f MiB held\n", steps, outcome->oracle_words,
                           (double)outcome->search->progress.bytes / (1 << 20));
    if (outcome->resumed)
        g_string_append(out, "  instructions are those emulated since the search was resumed\n");
}

static void put_assumptions(GString *out, const Scenario *scenario, const Options *options, const Outcome *outcome)
{
    g_string_append_printf(out, "  holds for: %u hart%s%s%s, model %s (%s)\n", scenario->program->harts->len,
                           plural(scenario->program->harts->len), outcome->any ? " and any number more like " : "",
                           outcome->any ? outcome->any : "", options->model->name, options->model->summary);
    g_string_append(out, "  code is writable through an alias, addresses are not translated, no other harts\n");
}

GHashTable *text_told_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void text_report(GString *out, const Scenario *scenario, const Options *options, bool with_preempt,
                 const Outcome *outcome, const Replay *replay, GHashTable *told, const TextStyle *style)
{
    g_autofree char *label = options_label(options, with_preempt);
    put_verdict(out, scenario, label, outcome, replay, style);
    if (style->quiet)
        return;
    switch (outcome->verdict) {
    case VERDICT_PROVED:
        put_proof(out, options, outcome, style->verbose);
        if (style->verbose)
            put_assumptions(out, scenario, options, outcome);
        break;
    case VERDICT_REFUTED:
        put_refutation(out, scenario, options, outcome, label, replay, told, style);
        break;
    case VERDICT_INCONCLUSIVE:
        put_doubt(out, scenario, outcome);
        break;
    }
    if (style->verbose)
        put_costs(out, outcome);
}
