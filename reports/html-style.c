/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Colours, the rest of the style, and the legend of the drawings. Every colour of text has a contrast of at least 4.5
 * to the background it stands on, in both schemes (tests/page.py measures it). */
#include "reports/html-parts.h"

static const char *const light =
    "--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#8b949e;--soft:#d0d7de;--box:#f6f8fa;--link:#0550ae;"
    "--pf:#116329;--pb:#dafbe1;--rf:#a40e26;--rb:#ffebe9;--qf:#6f4400;--qb:#fff3c4;"
    "--of:#8a4600;--ob:#ffe8cc;--nf:#0b4a9e;--nb:#ddeeff;--mf:#6e2fb0;--mb:#f1e5ff;--tf:#0f5a5a;--tb:#d9f2f0";
static const char *const dark =
    "--bg:#14171b;--fg:#e6e8eb;--dim:#a9b1bb;--line:#7d8590;--soft:#3a4048;--box:#1f242a;--link:#79b8ff;"
    "--pf:#7ee2a0;--pb:#12301d;--rf:#ffa198;--rb:#45191b;--qf:#f0cd6b;--qb:#3a2d08;"
    "--of:#ffc078;--ob:#43290a;--nf:#8cc4ff;--nb:#0f2f56;--mf:#d6b3ff;--mb:#34204f;--tf:#7fdcd6;--tb:#0d3533";

static const char *const page =
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1rem;max-width:86rem;background:var(--bg);color:var(--fg);"
    "font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\n"
    "code,pre,svg.d,.rw th[scope=row],.mx{font-family:ui-monospace,\"DejaVu Sans Mono\",Menlo,Consolas,monospace}\n"
    "code,pre,.rw th[scope=row]{font-size:.875rem}\n"
    "h1{font-size:1.4rem;line-height:1.25;margin:.5rem 0}\n"
    "h2{font-size:1.25rem;margin:2.5rem 0 .5rem;padding-top:.5rem;border-top:1px solid var(--soft)}\n"
    "h3{font-size:1.05rem;margin:2rem 0 .25rem}\n"
    "p,li{max-width:75ch}p{margin:.4rem 0}\n"
    "a{color:var(--link)}a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid "
    "var(--link);outline-offset:2px}\n"
    ":target{scroll-margin-top:1rem;outline:2px solid var(--link);outline-offset:3px}\n"
    "nav ul,.ct{list-style:none;padding:0;margin:.5rem 0}nav li,.ct li{display:inline-block;margin:0 1.25rem .25rem 0}\n"
    ".wh{white-space:nowrap}.ct b{font-size:1.5rem}.ti{font-size:1.05rem;color:var(--dim)}.se{font-weight:600}\n"
    "pre{overflow-x:auto;padding:.75rem;margin:.5rem 0;background:var(--box);border:1px solid var(--soft);"
    "border-radius:4px;overflow-wrap:normal;line-height:1.35}\n"
    "details{margin:.5rem 0}summary{cursor:pointer;width:fit-content}\n"
    "table{border-collapse:collapse;margin:.5rem 0}caption{text-align:left;color:var(--dim);padding-bottom:.25rem}\n"
    "th,td{border:1px solid var(--soft);padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "th{font-weight:600;background:var(--box)}\n"
    ".sc{overflow-x:auto;max-width:100%}figure{margin:.75rem 0}\n"
    ".k{padding:.1rem .4rem;border-radius:3px;border:1px solid currentColor;white-space:nowrap}\n"
    ".p{color:var(--pf);background:var(--pb)}.r{color:var(--rf);background:var(--rb)}.q{color:var(--qf);"
    "background:var(--qb)}\n"
    ".mx{font-size:.75rem;overflow-wrap:normal}.mx th,.mx td{padding:.15rem .4rem;white-space:nowrap}"
    ".mx td a{color:inherit}\n"
    "@media(max-width:48rem){.mx th[scope=row]{white-space:normal;overflow-wrap:anywhere;min-width:9rem}}\n"
    "@media(min-width:48.01rem){.mx th[scope=row]{position:sticky;left:0}}\n"
    ".rw th,.rw td:nth-child(2){overflow-wrap:normal}.rw th[scope=row]{font-weight:400}\n"
    "@media(max-width:40rem){.rw,.rw tbody,.rw tr,.rw th,.rw td{display:block}.rw thead{position:absolute;clip-path:"
    "inset(50%);width:1px;height:1px;overflow:hidden}.rw th,.rw td{border:0;background:none;padding:.1rem 0}.rw tr{"
    "border-top:1px solid var(--soft);padding:.4rem 0}}\n"
    ".si,.rg{overflow-wrap:normal}.si caption{width:max-content;max-width:calc(100vw - 2rem)}.si code,.rg code{white-space:pre}.si td b{font-size:.8rem}.si th,.rg td{white-space:nowrap}.ex{background:var(--rb);"
    "color:var(--rf)}\n"
    ".defs{position:absolute}.lg{padding:0;margin:0}.lg dt{font-weight:600;margin-top:.5rem}.lg dd{margin:0 0 0 "
    "1.5rem;max-width:70ch}.lg svg{vertical-align:middle;margin-right:.5rem}\n";

static const char *const drawing =
    ".d{display:block;font-size:14px}.d text{fill:var(--fg);white-space:pre}\n"
    ".d .hd{font-weight:700;text-anchor:middle}.d .en{font-weight:400;fill:var(--dim)}\n"
    ".d .ln{stroke:var(--soft);stroke-width:2;fill:none}.d .pk{fill:url(#hatch);stroke:var(--line)}"
    ".ha{stroke:var(--line);stroke-width:1.5}\n"
    ".d .b{fill:var(--box);stroke:var(--line)}.d .fo{fill:var(--bg)}.d .ev{stroke-dasharray:2 3}"
    ".d .pr{stroke:var(--tf);stroke-width:2;stroke-dasharray:6 3}.d .bad{stroke:var(--rf);stroke-width:3}\n"
    ".d .no{fill:var(--dim);text-anchor:end}.d .i{fill:var(--dim)}.d .nt,.d .pl{font-size:13px;fill:var(--dim)}\n"
    ".d .bt{font-size:12px;font-weight:700;text-anchor:middle}\n"
    ".d .o{fill:var(--of)}.d .v{fill:var(--nf)}.d .m{fill:var(--mf)}.d .t{fill:var(--tf)}\n"
    ".d .bg{stroke-width:1}.d .bg.o{fill:var(--ob);stroke:var(--of)}.d .bg.v{fill:var(--nb);stroke:var(--nf)}"
    ".d .bg.m{fill:var(--mb);stroke:var(--mf)}.d .bg.t{fill:var(--tb);stroke:var(--tf)}\n"
    ".d .st{fill:none;stroke:var(--pf);stroke-width:2;stroke-dasharray:8 4}.d .hb{fill:none;stroke:var(--qf);"
    "stroke-width:1.5;stroke-dasharray:4 3}.d .sl{font-size:12px;fill:var(--dim);paint-order:stroke;stroke:var(--bg);stroke-width:5px}\n"
    ".d .fe{stroke:var(--fg);stroke-width:3;fill:none}\n"
    ".d .af,.d .am,.d .al,.d .ao{fill:none;stroke:var(--nf);stroke-width:2}.d .am,.d .ao{stroke:var(--rf);"
    "stroke-dasharray:6 4}.d .al{stroke:var(--fg)}.d .al,.d .ao{stroke-width:1}\n"
    ".hf{fill:var(--nf)}.hl{fill:none;stroke:var(--fg)}.hx{fill:none;stroke:var(--rf);stroke-width:2}\n"
    ".d .dot{fill:var(--fg)}.d .w{font-size:12px;paint-order:stroke;stroke:var(--bg);stroke-width:4px}"
    ".d .e{text-anchor:end}\n"
    ".d .ba{fill:var(--rb);stroke:var(--rf);stroke-width:2}.d .bn{font-size:18px;font-weight:700;text-anchor:middle;"
    "fill:var(--rf)}\n";

void html_put_style(GString *out)
{
    g_string_append_printf(out, ":root{color-scheme:light dark;%s}\n", light);
    g_string_append_printf(out, "@media (prefers-color-scheme:dark){:root{%s}}\n", dark);
    g_string_append_printf(out, "%s%s", page, drawing);
    g_string_append_printf(
        out,
        "@media print{:root{color-scheme:light;%s}body{max-width:none;padding:0}nav{display:none}"
        ".sc{overflow:visible}.mx{font-size:6pt}.mx th,.mx td{padding:1pt 2pt;white-space:normal}pre{white-space:pre-wrap}svg.d{max-width:100%%;height:auto}"
        "svg.d,tr{break-inside:avoid}}\n",
        light);
}

typedef struct Sign {
    const char *drawing, *name, *meaning; /* the drawing is 64 by 20 */
} Sign;

static const Sign signs[] = {
    { "<path class=\"af\" marker-end=\"url(#m-h)\" d=\"M2 10H62\"/>", "solid arrow, fetches",
      "The instruction, or half of it, is what that store has written." },
    { "<path class=\"am\" marker-end=\"url(#m-x)\" d=\"M2 10H62\"/>", "dashed, misses",
      "The fetch has read something older, although that store has taken effect." },
    { "<path class=\"al\" marker-end=\"url(#m-l)\" d=\"M2 10H62\"/>", "thin arrow, loads",
      "A load has read what that store has written; thin and dashed: it has missed it." },
    { "<rect class=\"bg o\" x=\"2\" y=\"1\" width=\"60\" height=\"18\" rx=\"3\"/>"
      "<text class=\"bt o\" x=\"32\" y=\"14\">OLD</text>",
      "OLD, NEW, MIX or a name", "Which version of the patched site was fetched; MIX: parts of several." },
    { "<rect class=\"b pr\" x=\"2\" y=\"2\" width=\"60\" height=\"16\" rx=\"4\"/>", "bold dashes, EARLY",
      "A store takes effect before its turn: the model lets it overtake what the hart does first." },
    { "<rect class=\"b\" x=\"6\" y=\"2\" width=\"52\" height=\"16\"/><path class=\"fe\" d=\"M2 2h60M2 18h60\"/>",
      "two strong lines", "fence.i: the hart fetches anew behind it." },
    { "<rect class=\"pk\" x=\"2\" y=\"1\" width=\"60\" height=\"18\"/>", "hatched",
      "The hart is parked, for stop_machine." },
    { "<rect class=\"hb\" x=\"2\" y=\"2\" width=\"60\" height=\"16\" rx=\"4\"/>", "dashed frame",
      "A trap or interrupt handler; across all harts: stop_machine." },
};

void html_put_legend(GString *out)
{
    g_string_append(out,
                    "<section aria-labelledby=\"legend\">\n<h2 id=\"legend\">How to read the drawings</h2>\n"
                    "<p>Time runs downwards, each hart has a column, and the numbers are the steps in their order. "
                    "Steps that do not matter are folded.</p>\n<dl class=\"lg\">\n");
    for (guint i = 0; i < G_N_ELEMENTS(signs); i++)
        g_string_append_printf(out,
                               "<dt><svg class=\"d\" style=\"display:inline-block\" width=\"64\" height=\"20\" "
                               "aria-hidden=\"true\" focusable=\"false\">%s</svg>%s</dt>\n<dd>%s</dd>\n",
                               signs[i].drawing, signs[i].name, signs[i].meaning);
    g_string_append(out, "</dl>\n</section>\n");
}
