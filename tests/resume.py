#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""resume.py CMODX SOURCE_ROOT: searches that are killed at random moments and taken up again come to the same end.

Each scenario is decided once without interruption. Then it is begun again and again: each time it is killed (SIGKILL) after a
random time, and goes on from the checkpoint it has left, if any; sometimes a limit ends it instead. What the last run prints has
to be what the first one printed, but for the emulator's figures. Prints its seed; CMODX_SEED repeats one.
"""
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

CMODX, ROOT = sys.argv[1], sys.argv[2]
EVERY = "0.02s"
SCENARIOS = ["moves.yaml", "orders.yaml", "lost.yaml"]
# Small ones are cut at every number of states: with runs of a hart that are made again since they have looked at more memory
# than was known (late), or since harts turned out to be different (split).
SWEPT = [("late.yaml", ["--model", "rvwmo"]), ("split.yaml", ["--model", "rvwmo"]), ("late.litmus", []), ("early.litmus", []),
         ("final.litmus", ["--model", "sc"]), ("message.litmus", [])]


def every():
    """Under the sanitizers there is time for one in so many."""
    return int(os.environ.get("CMODX_EVERY", 1))


def run(arguments, seconds=None):
    """(exit status, stdout, stderr); the status is -9 if the time was up."""
    process = subprocess.Popen([CMODX] + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        out, err = process.communicate()
    return process.returncode, out, err


def comparable(text):
    """Without what the emulator did before the search was resumed, and the line that says so."""
    text = re.sub(r"[\d,]+ instructions emulated \(\d+ distinct\)", "instructions", text)
    return text.replace("  instructions are those emulated since the search was resumed\n", "")


def fail(message, *texts):
    print(message, *texts, sep="\n")
    sys.exit(1)


def arguments(scenario, checkpoint, seconds, at_random):
    """The command for one attempt: from the checkpoint if there is one."""
    result = ["check", "-v", scenario, "--checkpoint", checkpoint, "--checkpoint-every", EVERY]
    if os.path.exists(checkpoint):
        result += ["--resume", checkpoint]
    if at_random.random() < 0.3:
        result += ["--timeout", "%.3f" % (seconds * at_random.uniform(0.1, 0.5))]
    return result


def expect_same(what, status, out, err, expected):
    if (status, comparable(out)) != (expected[0], comparable(expected[1])):
        fail(f"{what}, it ends otherwise ({status}):", out, err, "expected:", expected[1])


def attempts(scenario, checkpoint, expected, seconds, at_random):
    """Kills and resumes until a run has come to its end; how often it was cut short, and resumed with something to go on from."""
    cut = resumed = 0
    while True:
        had = os.path.exists(checkpoint)
        patient = cut >= 12  # a slow machine must come to an end as well
        command = arguments(scenario, checkpoint, seconds, at_random)
        if patient and "--timeout" in command:
            del command[-2:]
        status, out, err = run(command, None if patient else at_random.uniform(0.1 * seconds, 0.9 * seconds))
        resumed += had
        if status == -signal.SIGKILL or (status == 5 and "stopped by --timeout" in out):
            cut += 1
            continue
        expect_same(f"{scenario}: resumed {resumed} times", status, out, err, expected)
        if os.path.exists(checkpoint):
            fail(f"{checkpoint} was left behind")
        return cut, resumed


def kill_and_resume(directory, at_random):
    for name in SCENARIOS:
        scenario = os.path.join(ROOT, "tests", "resume", name)
        start = time.monotonic()
        expected = run(["check", "-v", scenario, "--checkpoint", "never"])
        took = time.monotonic() - start
        if expected[0] not in (0, 10):
            fail(f"{scenario} cannot be decided:", *expected[1:])
        checkpoint = os.path.join(directory, name + ".ckpt")
        cut, resumed = attempts(scenario, checkpoint, expected, took, at_random)
        print(f"ok: {name}: cut short {cut} times, resumed {resumed} times")


def sweep(directory):
    for name, options in SWEPT:
        scenario = os.path.join(ROOT, "tests", "resume", name)
        checkpoint = os.path.join(directory, "sweep.ckpt")
        command = ["check", "-v", scenario, "--checkpoint", checkpoint]
        expected = run(command[:-1] + ["never"] + options)
        last = min(states_of(expected[1]) or 160, 160)
        n = 0
        for limit in range(1, last, every()):
            run(command + options + ["--max-states", str(limit)])
            if not os.path.exists(checkpoint):
                continue
            n += 1
            expect_same(f"{name}: cut at {limit} states", *run(command + ["--resume", checkpoint]), expected)
        if n < last // every() // 2:
            fail(f"{name}: only {n} of {last} limits have cut it short")
        # a run that is cut while it looks at memory that nobody knew of is not made again before the search is kept
        run(command + options + ["--max-memory", "1"])
        if os.path.exists(checkpoint):
            expect_same(f"{name}: cut at 1 MiB", *run(command + ["--resume", checkpoint]), expected)
        print(f"ok: {name}: cut at {n} numbers of states")


def states_of(text):
    found = re.search(r"([\d,]+) states?", text)
    return int(found.group(1).replace(",", "")) if found else 0


def limit_and_resume(scenario, options, directory, at_random):
    """Cuts one search short by numbers of states, again and again; how often, or None if there is nothing to cut."""
    expected = run(["check", "-v", scenario, "--checkpoint", "never"] + options)
    states = states_of(expected[1])
    if expected[0] not in (0, 5, 10) or states < 2 or expected[1].count(" [") != 1:
        return None
    checkpoint = os.path.join(directory, "limit.ckpt")
    limit = at_random.randint(1, states)
    command = ["check", "-v", scenario, "--checkpoint", checkpoint]
    status, out, err = run(command + options + ["--max-states", str(limit)])
    cut = 0
    while "stopped by --max-states" in out and "--resume" in out:
        cut += 1
        limit += at_random.randint(1, states) if cut < 5 else 1 << 40
        status, out, err = run(command + ["--resume", checkpoint, "--max-states", str(limit)])
    expect_same(f"{scenario} {' '.join(options)}: cut short {cut} times", status, out, err, expected)
    if os.path.exists(checkpoint):
        if status != 5:
            fail(f"{checkpoint} was left behind")
        os.unlink(checkpoint)
    return cut


def catalogue():
    for directory, _, names in sorted(os.walk(os.path.join(ROOT, "scenarios", "catalogue"))):
        for name in sorted(names):
            if name.endswith(".yaml"):
                yield os.path.join(directory, name)


def main():
    seed = int(os.environ.get("CMODX_SEED", random.randrange(1 << 32)))
    print("seed", seed)
    at_random = random.Random(seed)
    n, cut = 0, 0
    with tempfile.TemporaryDirectory() as directory:
        kill_and_resume(directory, at_random)
        sweep(directory)
        scenarios = list(catalogue())
        for scenario in at_random.sample(scenarios, int(os.environ.get("CMODX_SAMPLE", 40 // every()))):
            for options in (["--model", "rvwmo", "--preempt", "full"], ["--model", "sc-stale", "--preempt", "none"]):
                times = limit_and_resume(scenario, options, directory, at_random)
                n += times is not None
                cut += times or 0
    print(f"ok: {n} rows of the catalogue, cut short {cut} times")


main()
