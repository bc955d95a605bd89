/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every writer makes of the same small run, to the byte. */
#include "reports/writers.h"
#include "tests/support/results.h"

#include <criterion/criterion.h>

static void expect_text(void (*writer)(GString *out, const RunReport *run), const char *expected)
{
    g_autoptr(RunReport) run = sample_run();
    g_autoptr(GString) out = g_string_new(NULL);
    writer(out, run);
    cr_expect_str_eq(out->str, expected, "\n%s", out->str);
}

Test(writers_pinned, junit)
{
    expect_text(
        junit_write,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites>\n"
        "  <testsuite id=\"0\" package=\"cmodx\" name=\"a.yaml\" timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"0\">\n"
        "    <properties>\n"
        "      <property name=\"command\" value=\"cmodx test .\"/>\n"
        "    </properties>\n"
        "    <testcase classname=\"a\" name=\"a [sc]\" time=\"0\"/>\n"
        "    <testcase classname=\"a\" name=\"a [rvwmo, ziccif]\" time=\"0\">\n"
        "      <failure type=\"unexpected-verdict\" message=\"expected PROVED, found REFUTED (no-trap)\">a.yaml:20:5: expected PROVED, found REFUTED (no-trap)\n"
        "a.yaml: REFUTED text\n"
        "</failure>\n"
        "    </testcase>\n"
        "    <system-out/>\n"
        "    <system-err/>\n"
        "  </testsuite>\n"
        "  <testsuite id=\"1\" package=\"cmodx\" name=\"b.yaml\" timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\" tests=\"1\" failures=\"0\" errors=\"1\" time=\"0\">\n"
        "    <properties>\n"
        "      <property name=\"command\" value=\"cmodx test .\"/>\n"
        "    </properties>\n"
        "    <testcase classname=\"b\" name=\"b [sc]\" time=\"0\">\n"
        "      <error type=\"inconclusive\" message=\"INCONCLUSIVE: a limit\">b.yaml: INCONCLUSIVE text\n"
        "</error>\n"
        "    </testcase>\n"
        "    <system-out/>\n"
        "    <system-err/>\n"
        "  </testsuite>\n"
        "  <testsuite id=\"2\" package=\"cmodx\" name=\"c.yaml\" timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\" tests=\"1\" failures=\"0\" errors=\"1\" time=\"0\">\n"
        "    <properties>\n"
        "      <property name=\"command\" value=\"cmodx test .\"/>\n"
        "    </properties>\n"
        "    <testcase classname=\"c.yaml\" name=\"c.yaml\" time=\"0\">\n"
        "      <error type=\"error\" message=\"c.yaml:3:4: error: bad\">c.yaml:3:4: error: bad</error>\n"
        "    </testcase>\n"
        "    <system-out/>\n"
        "    <system-err/>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
}

Test(writers_pinned, tap)
{
    expect_text(tap_write, "TAP version 14\n"
                           "1..4\n"
                           "ok 1 - a [sc]: PROVED\n"
                           "  ---\n"
                           "  verdict: proved\n"
                           "  expected: proved\n"
                           "  file: \"a.yaml\"\n"
                           "  row-line: 20\n"
                           "  row-column: 5\n"
                           "  ...\n"
                           "not ok 2 - a [rvwmo, ziccif]: expected PROVED, found REFUTED (no-trap)\n"
                           "  ---\n"
                           "  verdict: refuted\n"
                           "  expected: proved\n"
                           "  property: \"no-trap\"\n"
                           "  rule: \"no-trap\"\n"
                           "  file: \"a.yaml\"\n"
                           "  line: 12\n"
                           "  column: 5\n"
                           "  row-line: 20\n"
                           "  row-column: 5\n"
                           "  schedule: \"sc,preempt=full@1:1,0:3\"\n"
                           "  replay: \"cmodx replay a.yaml --schedule sc,preempt=full@1:1,0:3\"\n"
                           "  text: |\n"
                           "    a.yaml: REFUTED text\n"
                           "  ...\n"
                           "not ok 3 - b [sc]: INCONCLUSIVE: a limit\n"
                           "  ---\n"
                           "  verdict: inconclusive\n"
                           "  reason: \"a limit\"\n"
                           "  file: \"b.yaml\"\n"
                           "  text: |\n"
                           "    b.yaml: INCONCLUSIVE text\n"
                           "  ...\n"
                           "not ok 4 - c.yaml:3:4: error: bad\n"
                           "  ---\n"
                           "  error: |\n"
                           "    c.yaml:3:4: error: bad\n"
                           "  file: \"c.yaml\"\n"
                           "  line: 3\n"
                           "  column: 4\n"
                           "  ...\n");
}

Test(writers_pinned, github)
{
    expect_text(
        github_write,
        "::error file=a.yaml,line=20,col=5,title=a [rvwmo%2C ziccif]::expected PROVED, found REFUTED (no-trap)%0ACPU0 jumps to 0x0. Allowed: OLD goes to 0x4.%0Acmodx replay a.yaml --schedule sc,preempt=full@1:1,0:3\n"
        "::error file=b.yaml,title=b [sc]::INCONCLUSIVE: a limit\n"
        "::error file=c.yaml,line=3,col=4,title=c.yaml::c.yaml:3:4: error: bad\n"
        "::notice title=cmodx::3 of 4 failed: 1 proved, 1 refuted, 1 inconclusive, 1 error\n");
}

Test(writers_pinned, markdown)
{
    expect_text(markdown_write,
                "## cmodx: 3 of 4 failed\n"
                "\n"
                "| proved | refuted | inconclusive | errors | as expected | not as expected |\n"
                "|---:|---:|---:|---:|---:|---:|\n"
                "| 1 | 1 | 1 | 1 | 1 | 1 |\n"
                "\n"
                "### Failures\n"
                "\n"
                "<details><summary><b>a [rvwmo, ziccif]</b>: expected PROVED, found REFUTED (no-trap)</summary>\n"
                "\n"
                "a.yaml:20:5\n"
                "\n"
                "```text\n"
                "a.yaml: REFUTED text\n"
                "```\n"
                "\n"
                "</details>\n"
                "\n"
                "<details><summary><b>b [sc]</b>: INCONCLUSIVE: a limit</summary>\n"
                "\n"
                "b.yaml\n"
                "\n"
                "```text\n"
                "b.yaml: INCONCLUSIVE text\n"
                "```\n"
                "\n"
                "</details>\n"
                "\n"
                "<details><summary>c.yaml:3:4: error: bad</summary>\n"
                "\n"
                "c.yaml:3:4\n"
                "\n"
                "```text\n"
                "c.yaml:3:4: error: bad\n"
                "```\n"
                "\n"
                "</details>\n"
                "\n"
                "### All results\n"
                "\n"
                "| | scenario | options | verdict | |\n"
                "|---|---|---|---|---|\n"
                "| ok | a | sc | PROVED |  |\n"
                "| **FAIL** | a | rvwmo, ziccif | REFUTED | no-trap |\n"
                "| **FAIL** | b | sc | INCONCLUSIVE | a limit |\n"
                "| **FAIL** | c.yaml |  | error | c.yaml:3:4: error: bad |\n"
                "\n"
                "Made by cmodx test .\n");
}
