# SPDX-License-Identifier: GPL-2.0-or-later
"""step-walk.py CMODX SOURCE_ROOT: random walks of `cmodx step`. Wherever one gets: undo and redo, and going to the beginning and
back, lead to the same state; the schedule that is printed leads there, too, in a new session and in a replay, which runs every
instruction at its true address. CMODX_SEED chooses other walks."""
import os
import random
import re
import subprocess
import sys

CMODX, ROOT = os.path.abspath(sys.argv[1]), sys.argv[2]
STEPS = int(os.environ.get("CMODX_WALK_STEPS", "200"))

WALKS = [
    ("linux/ftrace-pair-stop-machine", "sc", ["--preempt", "full"]),
    ("linux/ftrace-pair-stop-machine", "sc-stale", ["--preempt", "none"]),
    ("linux/ftrace-pair-stop-machine", "rvwmo", ["--preempt", "full"]),
    ("linux/ftrace-fixed-auipc-by-halves", "sc", ["--fetch-atomicity", "2"]),
    ("linux/ftrace-j8-protocol-ipi", "rvwmo", []),
    ("linux/ftrace-j8-protocol-rcu-tasks", "sc-stale", []),
    ("linux/c-jump-label-no-data-fence", "rvwmo", []),
    ("linux/flush-icache-mm", "rvwmo", []),
    ("linux/flush-icache-mm", "ziccid", []),
    ("linux/c-membarrier-sync-core", "sc-stale", []),
    ("isa/two-words-unordered", "rvwmo", []),
    ("isa/code-behind-a-pointer", "ziccif-only", []),
    ("isa/message-passing-fence-i", "rvwmo", ["--explorer", "timeline"]),
    ("jit/openjdk-entry-barrier", "rvwmo", []),
    ("jit/v8-far-slot", "ziccid", []),
    ("jit/openjdk-patch-bytes", "ziccif-only", ["--fetch-atomicity", "2"]),
]


class Failure(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failure(what)


class Session:
    """A running `cmodx step`."""

    def __init__(self, arguments):
        self.process = subprocess.Popen([CMODX, "step"] + arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, cwd=ROOT)
        self.start = self.ask("#")

    def ask(self, command):
        """What a command prints."""
        mark = "# end"
        self.process.stdin.write(command + "\n" + mark + "\n")
        self.process.stdin.flush()
        lines = []
        while True:
            line = self.process.stdout.readline()
            expect(line, "the session ended: " + "".join(lines[-5:]))
            if line.rstrip("\n") == "> " + mark:
                break
            lines.append(line)
        if lines and lines[0] == "> " + command + "\n":
            lines.pop(0)
        return "".join(lines)

    def state(self):
        text = "".join(self.ask("show " + what) for what in ("choices", "regs", "timeline", "views"))
        return re.sub(r"^(after step \d+) of \d+$", r"\1", text, flags=re.M)

    def quit(self):
        self.process.stdin.close()
        self.process.stdout.read()
        return self.process.wait()


def choices(text):
    """The numbers that can be entered."""
    numbers = []
    for line in text.splitlines():
        found = re.match(r" +(\d+)  \S", line)
        if "leads out of the machine" in line:
            numbers.pop()
        elif found:
            numbers.append(int(found.group(1)))
    return numbers


def steps_of(state):
    return int(re.search(r"^after step (\d+)$", state, re.M).group(1))


def check_back_and_forth(session, rng):
    here = session.state()
    at = steps_of(here)
    if at == 0:
        return
    times = rng.randint(1, at)
    session.ask("undo %d" % times)
    session.ask("redo %d" % times)
    expect(session.state() == here, "undo %d and redo at step %d lead elsewhere" % (times, at))
    session.ask("goto %d" % rng.randint(0, at))
    session.ask("goto %d" % at)
    expect(session.state() == here, "goto and back at step %d leads elsewhere" % at)


def check_schedule(session, file):
    """The schedule leads to the same state in a new session, and to the same story in a replay."""
    here, story = session.state(), session.ask("show story")
    schedule = session.ask("schedule").strip()
    other = Session([file, "--schedule", schedule])
    expect(other.state() == here, "the schedule leads elsewhere: " + schedule)
    status = other.quit()
    replay = subprocess.run([CMODX, "replay", file, "--schedule", schedule], cwd=ROOT, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    expect(replay.returncode == status, "replay ends with %d, the session with %d: %s\n%s" %
           (replay.returncode, status, schedule, replay.stdout))
    wanted = [line for line in story.splitlines() if line.strip()]
    found = [line for line in replay.stdout.splitlines() if line.strip()]
    table = wanted[next((i for i, line in enumerate(wanted) if "---" in line), 0):]
    expect("\n".join(table) in "\n".join(found), "the replay tells another story: " + schedule)


def choose(session, state, rng):
    """One step, or back from where there is none; the state after it."""
    numbers = choices(session.ask("show choices"))
    if numbers:
        return session.ask(str(rng.choice(numbers)))
    at = steps_of(state)
    return session.ask("undo %d" % rng.randint(1, at)) if at else state


def walk(name, model, options, rng):
    file = "scenarios/catalogue/" + name + ".yaml"
    session = Session([file, "--model", model] + (options if "--preempt" in options else options + ["--preempt", "full"]))
    state, promises, violations = session.start, 0, 0
    for i in range(STEPS):
        state = choose(session, state, rng)
        promises += "takes effect early" in state.splitlines()[0]
        violated = "\nviolates " in state
        violations += violated
        if i % 20 == 19:
            check_back_and_forth(session, rng)
        if i % 50 == 49 or (violated and violations <= 2):
            check_schedule(session, file)
    session.quit()
    return promises, violations


def main():
    seed = int(os.environ.get("CMODX_SEED", "1"))
    print("seed", seed)
    passed = failed = promises = violations = 0
    for number, (name, model, options) in enumerate(WALKS):
        try:
            found = walk(name, model, options, random.Random(seed * 1000 + number))
            promises, violations = promises + found[0], violations + found[1]
            print("%-45s %-12s %d promises, %d violations" % (name, model, found[0], found[1]), flush=True)
            passed += 1
        except Failure as failure:
            print("FAILED: %s [%s %s]: %s" % (name, model, " ".join(options), failure))
            failed += 1
    print("%d passed, %d failed; %d promises, %d violations" % (passed, failed, promises, violations))
    return failed > 0 or promises == 0 or violations == 0


sys.exit(main())
