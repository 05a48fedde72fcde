"""A nabla session behind a pseudo-terminal, and one behind a pipe."""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

PATIENCE = float(os.environ.get("NABLA_PATIENCE", "120"))  # seconds for anything that must come; slow machines are slow
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]|\x07|\r")
PROMPT = "nabla> "
MORE = "  ...> "


class Missing(AssertionError):
    """What was expected did not come."""


class Terminal:
    """Types into a session and reads what it shows; escape codes are taken out."""

    def __init__(self, binary, state, arguments=("repl",), cwd=None):
        # libedit's el_set(EL_ADDFN) copies the names of a function and never frees them.
        leaks = pathlib.Path(__file__).resolve().parent / "libedit.supp"
        env = dict(os.environ, XDG_STATE_HOME=str(state), TERM="xterm", LC_ALL="C.UTF-8",
                   HOME=str(state),
                   LSAN_OPTIONS=f"suppressions={leaks}:print_suppressions=0")
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                if cwd is not None:
                    os.chdir(cwd)
                os.execve(binary, [binary, *arguments], env)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self.text = ""
        self.at = 0
        self.status = None

    def _read(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # Linux: the other side is closed
            return False
        self.text += ESCAPES.sub("", data.decode("utf-8", "replace"))
        return bool(data)

    def expect(self, wanted, patience=PATIENCE):
        """Waits for the text; returns what came before it since the last call."""
        end = time.monotonic() + patience
        while True:
            found = self.text.find(wanted, self.at)
            if found >= 0:
                before = self.text[self.at:found]
                self.at = found + len(wanted)
                return before
            if time.monotonic() > end or not self._read(0.5):
                raise Missing(f"expected {wanted!r}, got {self.text[self.at:]!r}")

    def send(self, keys):
        data = keys if isinstance(keys, bytes) else keys.encode()
        while data:
            data = data[os.write(self.fd, data):]

    def enter(self, line, prompt=PROMPT):
        """Types a line and returns what is shown until the next prompt."""
        self.send(line + "\r")
        return self.expect(prompt)

    def wait(self, patience=PATIENCE):
        """The exit status once the session has ended."""
        end = time.monotonic() + patience
        while self.status is None:
            self._read(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid == self.pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                raise Missing(f"the session does not end; it shows {self.text[self.at:]!r}")
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


class Pipe:
    """A session that reads lines from a pipe and is asked one after the other."""

    MARKER = b"0.0625\n"

    def __init__(self, binary, cwd=None):
        self.process = subprocess.Popen([binary, "repl"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cwd,
                                        bufsize=0)

    def ask(self, text):
        """Everything that an input of one or more lines makes the session say."""
        self.process.stdin.write((text + "\n1/16\n").encode())
        output = b""
        while not output.endswith(self.MARKER):
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            data = self.process.stdout.read(65536) if ready else b""
            if not data:
                raise Missing(f"no answer to {text!r}: {output.decode()!r}")
            output += data
        return output[:-len(self.MARKER)].decode()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait(timeout=PATIENCE)
