"""The program behind the package: where it is, how it is called, and its errors as exceptions."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys

BAD_INPUT = 2
INTERRUPTED = (128 + signal.SIGINT, 128 + signal.SIGTERM)


class Error(Exception):
    """Something that the program said instead of a result. lines is its text, one line for each mistake."""

    def __init__(self, text):
        super().__init__(text)
        self.lines = text.splitlines()


class InputError(Error, ValueError):
    """An experiment, a file or an argument is wrong (exit code 2). The text names place, reason and what is allowed."""


class ProgramError(Error, RuntimeError):
    """The program failed (any other exit code): no space, no permission, a state that is not finite."""


def program():
    """The path of the binary: $BURSTPLEX_PROGRAM, else the one that was installed with the package, else that in PATH."""
    chosen = os.environ.get("BURSTPLEX_PROGRAM")
    if chosen:
        return chosen
    inside = pathlib.Path(__file__).parent / "bin" / ("burstplex.exe" if os.name == "nt" else "burstplex")
    if inside.exists():
        return str(inside)
    found = shutil.which("burstplex")
    if found:
        return found
    raise FileNotFoundError("the burstplex program is neither in the package nor in PATH; set BURSTPLEX_PROGRAM to it")


def command(*arguments, line=None):
    """Run the program and return what it prints. line, if given, is called with every line of its progress (standard
    error) as it comes. Raises InputError or ProgramError with the program's text. A KeyboardInterrupt is passed on once:
    the program ends with valid files, and then the KeyboardInterrupt is raised here."""
    arguments = [program(), *map(os.fspath, arguments)]
    # In a group of its own the program does not get the terminal's Ctrl-C a second time, which would abort it.
    child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, encoding="utf-8", start_new_session=os.name != "nt",
                             env={**os.environ, "BURSTPLEX_PROGRESS": "json"})
    with child:
        try:
            out, errors = _listen(child, line)
        except KeyboardInterrupt:
            child.send_signal(signal.SIGINT)
            child.communicate()
            raise
    if child.returncode != 0:
        raise _error(child.returncode, errors)
    return out


def _listen(child, line):
    """The program's output, and the lines of its standard error."""
    import threading
    out = []
    reader = threading.Thread(target=lambda: out.append(child.stdout.read()), daemon=True)
    reader.start()
    errors = []
    for text in child.stderr:
        errors.append(text)
        if line is not None and not text.startswith("burstplex: "):
            line(text.rstrip("\n"))
    child.wait()
    reader.join()
    return "".join(out), errors


def _error(code, lines):
    said = [text[len("burstplex: "):].rstrip("\n") for text in lines if text.startswith("burstplex: ")]
    text = "\n".join(said) or "".join(lines).strip() or f"exit code {code}"
    if code in INTERRUPTED or -code in (signal.SIGINT, signal.SIGTERM):
        return KeyboardInterrupt(text)
    return InputError(text) if code == BAD_INPUT else ProgramError(text)


def experiments():
    """The built-in experiments: {name: what it is}."""
    found = {}
    for text in command("list").splitlines():
        name, _, rest = text.partition(" ")
        found[name] = " ".join(rest.split())
    return found


def version():
    """What the program calls itself."""
    return command("version").strip()


def main():
    """The command burstplex of an installed package."""
    if os.name == "nt":
        sys.exit(subprocess.call([program(), *sys.argv[1:]]))
    os.execv(program(), ["burstplex", *sys.argv[1:]])
