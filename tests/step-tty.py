# SPDX-License-Identifier: GPL-2.0-or-later
"""step-tty.py CMODX SOURCE_ROOT: `cmodx step` on a terminal: prompt, editing, history, completion, Ctrl-C, Ctrl-D."""
import os
import pty
import select
import signal
import sys
import termios
import time

CMODX, ROOT = os.path.abspath(sys.argv[1]), sys.argv[2]
FILE = "scenarios/catalogue/linux/ftrace-pair-stop-machine.yaml"
PROMPT = "(cmodx) "


class Terminal:
    """A session on a terminal of its own."""

    def __init__(self):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(ROOT)
            os.environ["TERM"] = "xterm"
            os.execv(CMODX, [CMODX, "step", FILE, "--model", "sc", "--preempt", "full"])
        self.seen = ""
        self.wait_for(PROMPT)

    def wait_for(self, text):
        """What comes up to and with a text; without it, if there is none in time, or the session has ended."""
        while text not in self.seen and select.select([self.fd], [], [], 20)[0]:
            try:
                more = os.read(self.fd, 4096).decode("utf-8", "replace")
            except OSError:
                break
            if not more:
                break
            self.seen += more
        before, found, self.seen = self.seen.partition(text)
        return before + found

    def type(self, keys, until=PROMPT):
        os.write(self.fd, keys.encode())
        return self.wait_for(until)

    def wait_for_editing(self):
        """Until keys are keys: between the prompt and that, Ctrl-D is lost (the library's way)."""
        for _ in range(2000):
            if not termios.tcgetattr(self.fd)[3] & termios.ICANON:
                return
            time.sleep(0.01)

    def status(self):
        """The exit status of a session that ought to have ended; one that goes on is killed."""
        for _ in range(200):
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.1)
        os.kill(self.pid, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


passed = failed = 0


def check(what, text, *parts):
    global passed, failed
    missing = [part for part in parts if part not in text]
    if missing:
        print("FAILED: %s: no %r in %r" % (what, missing, text))
    failed += bool(missing)
    passed += not missing


def main():
    terminal = Terminal()
    check("a command", terminal.type("step\n"), "after step 1\r\n", PROMPT)
    check("an empty line repeats it", terminal.type("\n"), "after step 2\r\n")
    check("the key of the last line", terminal.type("\x1b[A\n"), "after step 3\r\n")
    check("what is erased", terminal.type("undoo\x7f 2\n"), "after step 1 of 3\r\n")
    check("another beginning", terminal.type("2\x01# \n"), PROMPT)
    check("the name of a command", terminal.type("sche\t\n"), "sc,preempt=full@0:1\r\n")
    check("the name of a subject", terminal.type("show tim\t\n"), "no stores yet")
    check("the name of a hart", terminal.type("step C\t1\n"), "after step 2\r\n")
    check("a label", terminal.type("break at trace_a\n"), "breakpoint 1: any hart at trace_a")
    check("Ctrl-C gives up a line", terminal.type("junk\x03"), PROMPT)
    check("a line that is not sent", terminal.type("more junk", "more junk"), "more junk")
    check("Ctrl-C gives it up as well", terminal.type("\x03"), PROMPT)
    check("and no more", terminal.type("schedule\n"), "sc,preempt=full@0:1,1:1\r\n")
    check("a mistake", terminal.type("1x\n"), "'1x' is no choice")
    check("a run to the end", terminal.type("run until violation\n"), "nobody can go on")
    terminal.wait_for_editing()
    terminal.type("\x04", "never shown")
    check("Ctrl-D ends the session", str(terminal.status()), "0")
    terminal = Terminal()
    os.kill(terminal.pid, signal.SIGTERM)
    check("SIGTERM ends one", str(terminal.status()), str(-signal.SIGTERM))
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


sys.exit(main())
