/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/explore/graph.h"

enum {
    NONE = G_MAXUINT
};

/* The state of a view being made. Arrays of guint are by node unless they say otherwise. */
typedef struct Viewer {
    const Graph *graph;
    GraphView *view;
    guint *first_out, *out; /* edges by the node they leave: out[first_out[n]] ... out[first_out[n + 1] - 1] */
    guint *n_in;
    GArray *lines;                 /* GraphLine: all there are, by the place in `order` of the node that they leave */
    GArray *order;                 /* guint: nodes that are not folded, breadth-first */
    guint *first_line;             /* by place in `order` */
    guint *parent;                 /* the node from which it is reached first */
    bool *found, *shown, *on_path; /* the last by edge */
    guint *rest;                   /* of nodes that are shown: index in view->rests, or NONE */
} Viewer;

void graph_init(Graph *graph)
{
    graph->nodes = g_array_new(FALSE, FALSE, sizeof(guint8));
    graph->edges = g_array_new(FALSE, FALSE, sizeof(GraphEdge));
    graph->path = g_array_new(FALSE, FALSE, sizeof(guint));
}

void graph_clear(Graph *graph)
{
    g_array_unref(graph->nodes);
    g_array_unref(graph->edges);
    g_array_unref(graph->path);
}

guint graph_add_node(Graph *graph, guint flags)
{
    guint8 byte = (guint8)flags;
    g_array_append_val(graph->nodes, byte);
    return graph->nodes->len - 1;
}

guint graph_add_edge(Graph *graph, guint from, guint to)
{
    GraphEdge edge = { from, to };
    g_array_append_val(graph->edges, edge);
    return graph->edges->len - 1;
}

void graph_view_free(GraphView *view)
{
    if (!view)
        return;
    g_array_unref(view->nodes);
    g_array_unref(view->lines);
    g_array_unref(view->edges);
    g_array_unref(view->rests);
    g_array_unref(view->cuts);
    g_free(view);
}

static const GraphEdge *edge_at(const Viewer *viewer, guint edge)
{
    return &g_array_index(viewer->graph->edges, GraphEdge, edge);
}

static guint flags_of(const Viewer *viewer, guint node)
{
    return g_array_index(viewer->graph->nodes, guint8, node);
}

/* ---- folding */

static void sort_edges(Viewer *viewer)
{
    guint n_nodes = viewer->graph->nodes->len, n_edges = viewer->graph->edges->len;
    viewer->first_out = g_new0(guint, n_nodes + 2);
    viewer->out = g_new(guint, n_edges + 1);
    viewer->n_in = g_new0(guint, n_nodes + 1);
    for (guint e = 0; e < n_edges; e++) {
        viewer->first_out[edge_at(viewer, e)->from + 2]++;
        viewer->n_in[edge_at(viewer, e)->to]++;
    }
    for (guint n = 0; n < n_nodes; n++)
        viewer->first_out[n + 2] += viewer->first_out[n + 1];
    for (guint e = 0; e < n_edges; e++)
        viewer->out[viewer->first_out[edge_at(viewer, e)->from + 1]++] = e;
}

static bool is_folded(const Viewer *viewer, guint node)
{
    return node != 0 && !flags_of(viewer, node) && viewer->n_in[node] == 1 &&
           viewer->first_out[node + 1] - viewer->first_out[node] == 1;
}

/* The line that begins with an edge. Its edges go behind those of all lines so far. */
static GraphLine follow(Viewer *viewer, guint edge)
{
    GArray *edges = viewer->view->edges;
    GraphLine line = { .from = edge_at(viewer, edge)->from, .first = edges->len, .on_path = viewer->on_path[edge] };
    g_array_append_val(edges, edge);
    guint to = edge_at(viewer, edge)->to;
    while (is_folded(viewer, to)) {
        edge = viewer->out[viewer->first_out[to]];
        g_array_append_val(edges, edge);
        to = edge_at(viewer, edge)->to;
    }
    line.to = to;
    line.n = edges->len - line.first;
    return line;
}

static void find_lines(Viewer *viewer)
{
    guint start = 0;
    g_array_append_val(viewer->order, start);
    viewer->found[0] = true;
    for (guint i = 0; i < viewer->order->len; i++) {
        guint node = g_array_index(viewer->order, guint, i);
        viewer->first_line[i] = viewer->lines->len;
        for (guint o = viewer->first_out[node]; o < viewer->first_out[node + 1]; o++) {
            GraphLine line = follow(viewer, viewer->out[o]);
            g_array_append_val(viewer->lines, line);
            if (viewer->found[line.to])
                continue;
            viewer->found[line.to] = true;
            viewer->parent[line.to] = node;
            g_array_append_val(viewer->order, line.to);
        }
        viewer->first_line[i + 1] = viewer->lines->len;
    }
}

/* ---- choosing */

static void choose(Viewer *viewer, guint node, guint *left)
{
    if (*left == 0 || viewer->shown[node])
        return;
    viewer->shown[node] = true;
    --*left;
}

static void choose_nodes(Viewer *viewer, guint nodes_max)
{
    guint left = MAX(nodes_max, 1);
    choose(viewer, 0, &left);
    for (guint i = 0; i < viewer->graph->path->len; i++) {
        guint to = edge_at(viewer, g_array_index(viewer->graph->path, guint, i))->to;
        if (!is_folded(viewer, to))
            choose(viewer, to, &left);
    }
    for (guint i = 0; i < viewer->order->len; i++)
        choose(viewer, g_array_index(viewer->order, guint, i), &left);
    for (guint i = 0; i < viewer->order->len; i++) {
        guint node = g_array_index(viewer->order, guint, i);
        if (viewer->shown[node])
            g_array_append_val(viewer->view->nodes, node);
    }
}

/* The rest that a node which is not shown belongs to, or that begins at one which is. */
static GraphRest *rest_of(Viewer *viewer, guint node, guint *number)
{
    GArray *rests = viewer->view->rests;
    while (!viewer->shown[node])
        node = viewer->parent[node];
    if (viewer->rest[node] == NONE) {
        GraphRest rest = { 0, false };
        viewer->rest[node] = rests->len;
        g_array_append_val(rests, rest);
    }
    *number = viewer->rest[node];
    return &g_array_index(rests, GraphRest, *number);
}

static void add_cut(Viewer *viewer, guint from, guint rest, guint n_lines)
{
    GArray *cuts = viewer->view->cuts;
    for (guint i = cuts->len; i-- > 0 && g_array_index(cuts, GraphCut, i).from == from;) {
        GraphCut *cut = &g_array_index(cuts, GraphCut, i);
        if (cut->rest == rest) {
            cut->n_lines += n_lines;
            return;
        }
    }
    GraphCut cut = { from, rest, n_lines };
    g_array_append_val(cuts, cut);
}

/* A line of which at least one end is not shown: what was folded into it is not, either. */
static void hide_line(Viewer *viewer, const GraphLine *line)
{
    guint rest;
    bool leads_out = viewer->shown[line->from];
    rest_of(viewer, leads_out ? line->to : line->from, &rest)->n_nodes += line->n - 1;
    if (leads_out)
        add_cut(viewer, line->from, rest, 1);
}

static void divide_node(Viewer *viewer, guint place)
{
    guint node = g_array_index(viewer->order, guint, place), rest;
    bool open = flags_of(viewer, node) & GRAPH_OPEN;
    for (guint i = viewer->first_line[place]; i < viewer->first_line[place + 1]; i++) {
        const GraphLine *line = &g_array_index(viewer->lines, GraphLine, i);
        if (viewer->shown[line->from] && viewer->shown[line->to])
            g_array_append_vals(viewer->view->lines, line, 1);
        else
            hide_line(viewer, line);
    }
    if (!viewer->shown[node])
        rest_of(viewer, node, &rest)->n_nodes++;
    if (open)
        rest_of(viewer, node, &rest)->open = true;
    if (open && viewer->shown[node])
        add_cut(viewer, node, rest, 0);
}

GraphView *graph_view(const Graph *graph, guint nodes_max)
{
    guint n_nodes = graph->nodes->len;
    GraphView *view = g_new0(GraphView, 1);
    view->nodes = g_array_new(FALSE, FALSE, sizeof(guint));
    view->lines = g_array_new(FALSE, FALSE, sizeof(GraphLine));
    view->edges = g_array_new(FALSE, FALSE, sizeof(guint));
    view->rests = g_array_new(FALSE, FALSE, sizeof(GraphRest));
    view->cuts = g_array_new(FALSE, FALSE, sizeof(GraphCut));
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(GraphLine));
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autofree guint *first_line = g_new0(guint, n_nodes + 1), *parent = g_new0(guint, n_nodes),
                     *rest = g_new(guint, n_nodes);
    g_autofree bool *found = g_new0(bool, n_nodes), *shown = g_new0(bool, n_nodes),
                    *on_path = g_new0(bool, graph->edges->len + 1);
    Viewer viewer = { graph, view, NULL, NULL, NULL, lines, order, first_line, parent, found, shown, on_path, rest };
    for (guint n = 0; n < n_nodes; n++)
        rest[n] = NONE;
    for (guint i = 0; i < graph->path->len; i++)
        on_path[g_array_index(graph->path, guint, i)] = true;
    if (n_nodes == 0)
        return view;
    sort_edges(&viewer);
    find_lines(&viewer);
    choose_nodes(&viewer, nodes_max);
    for (guint i = 0; i < order->len; i++)
        divide_node(&viewer, i);
    g_free(viewer.first_out);
    g_free(viewer.out);
    g_free(viewer.n_in);
    return view;
}
