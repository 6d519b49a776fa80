# SPDX-License-Identifier: GPL-2.0-or-later
"""A person at the serial console of the machine: reads the screen, presses keys, pulls the plug.

Steps, in the order they are to happen:
  wait:TEXT      until TEXT appears
  pick:TITLE     wait for the GRUB menu, move to the entry of this exact title, press Enter (a submenu opens)
  edit           wait for the GRUB menu, press e, go to the line that begins with "linux"
  edit:TITLE     the same, on the entry of this title
  add:WORDS      while editing: type WORDS at the end of the line
  delete:WORD    while editing: delete this word; if WORD ends with "=", the first word that begins with it
  boot           while editing: ^X
  type:WORDS     type WORDS and press Enter
  keyboard:WORDS=TEXT  the same on the machine's own keyboard, for what is asked on its screen, which nobody sees
                 here: again every few seconds until TEXT appears
  monitor:LINE   tell QEMU's monitor, as in "device_add bochs-display,bus=port3"
  unplug:TEXT    wait for TEXT, then power off without warning
Then the machine runs until it powers off by itself.
"""
import os
import re
import select
import socket
import subprocess
import time

UNPLUGGED = 3
# Where a boot ends that nobody will carry on: no use in waiting for it.
DEAD_ENDS = ["Kernel panic", "(initramfs)", "grub rescue>", "You are in emergency mode", "Boot failed"]
CTRL = {letter: bytes([ord(letter) - 64]) for letter in "ABDEFNPX"}


class GaveUp(Exception):
    pass


class Screen:
    """The few things a VT100 must know to show what GRUB draws."""

    def __init__(self, rows=24, columns=80):
        self.rows, self.columns = rows, columns
        self.row = self.column = 0
        self.reverse = False
        self.cells = {}      # (row, column) -> (character, shown in reverse)
        self.rest = ""

    def feed(self, text):
        text = self.rest + text
        self.rest = ""
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self.put(text[at])
                at += 1
                continue
            code = re.match(r"\x1b(?:\[([0-9;?]*)([A-Za-z@])|[()].|[^\[()])", text[at:])
            if not code:
                self.rest = text[at:]      # the rest of this sequence has not come yet
                return
            if code.group(2):
                self.command(code.group(2), [int(n) for n in re.findall(r"\d+", code.group(1))])
            at += code.end()

    def put(self, char):
        if char == "\r":
            self.column = 0
        elif char == "\n":
            self.row = min(self.row + 1, self.rows - 1)
        elif char == "\b":
            self.column = max(self.column - 1, 0)
        elif char >= " ":
            self.cells[self.row, self.column] = (char, self.reverse)
            self.column = min(self.column + 1, self.columns - 1)

    def command(self, name, numbers):
        first = numbers[0] if numbers else 0
        if name == "H":
            self.row, self.column = [max(n, 1) - 1 for n in (numbers + [1, 1])[:2]]
        elif name == "J":
            self.cells = {}
        elif name == "K":
            for column in range(self.column, self.columns):
                self.cells.pop((self.row, column), None)
        elif name == "m":
            self.reverse = first == 7

    def line(self, row):
        return "".join(self.cells.get((row, column), " ")[0] for column in range(self.columns))

    def highlighted(self):
        for row in range(self.rows):
            marked = "".join(char for (char, reverse) in
                             (self.cells.get((row, column), (" ", False)) for column in range(self.columns))
                             if reverse)
            if marked.strip():
                return marked.strip(" *|>")
        return ""

    def edited_line(self):
        """The whole line whose first screen row the cursor is in; GRUB breaks a long one with a backslash."""
        text = ""
        for row in range(self.row, self.rows):
            part = self.line(row)[1:-1].strip("|")
            wrapped = re.search(r"\\\s*$", part)
            text += part[:wrapped.start()] if wrapped else part.rstrip()
            if not wrapped:
                break
        return text

    def __str__(self):
        return "\n".join(self.line(row).rstrip() for row in range(self.rows))


class Person:
    def __init__(self, machine, log, monitor_socket, timeout):
        self.machine, self.log, self.monitor_socket = machine, log, monitor_socket
        self.deadline = time.monotonic() + timeout
        self.screen = Screen()
        self.seen = ""
        self.wanted = ""     # what is waited for: a dead end behind it is none

    def out_of_time(self):
        return time.monotonic() >= self.deadline

    def read(self, seconds):
        """Read what comes within so many seconds; False if nothing came."""
        output = self.machine.stdout
        if not select.select([output], [], [], seconds)[0]:
            return False
        data = os.read(output.fileno(), 65536)
        if not data:
            self.machine.wait()
            return False
        self.log.write(data)
        self.log.flush()
        text = data.decode("utf-8", "replace")
        self.screen.feed(text)
        self.seen += text
        if self.wanted and self.wanted in self.seen:
            return True
        for end in DEAD_ENDS:
            if end in self.seen[-len(text) - len(end):]:
                raise GaveUp(f"the boot ended with: {end}")
        return True

    def wait(self, text):
        self.wanted = text
        while text not in self.seen:
            if self.machine.poll() is not None:
                raise GaveUp(f"the machine went off before it said: {text}")
            if self.out_of_time():
                raise GaveUp(f"out of time; waited for: {text}")
            self.read(1)
        self.seen = self.seen[self.seen.index(text) + len(text):]
        self.wanted = ""

    def settle(self):
        while self.read(0.4) and not self.out_of_time():
            pass

    def press(self, keys):
        for key in keys:
            self.machine.stdin.write(key if isinstance(key, bytes) else key.encode())
            self.machine.stdin.flush()
            self.read(0.02)
        self.settle()

    def menu(self):
        """Be in front of a GRUB menu whose countdown has stopped."""
        while "Use the" not in str(self.screen) or not self.screen.highlighted():
            if self.out_of_time() or self.machine.poll() is not None:
                raise GaveUp("no GRUB menu appeared")
            self.read(0.2)
        self.press([CTRL["A"]])      # to the first entry, and any key stops the countdown

    def point_at(self, title):
        self.menu()
        for _ in range(20):
            if self.screen.highlighted() == title:
                return
            self.press(["\x1b[B"])
        raise GaveUp(f"no entry '{title}' in the GRUB menu:\n{self.screen}")

    def pick(self, title):
        self.point_at(title)
        self.screen.cells = {}
        self.press(["\r"])

    def edit(self, title=""):
        if title:
            self.point_at(title)
        else:
            self.menu()
        self.press(["e"])
        for _ in range(40):
            if self.screen.edited_line().split()[:1] == ["linux"]:
                return
            self.press([CTRL["N"]])
        raise GaveUp(f"no linux line:\n{self.screen}")

    def add(self, words):
        self.press([CTRL["E"], *(" " + words)])

    def delete(self, word):
        self.press([CTRL["E"], CTRL["A"]])      # its end may have been below the screen
        before = self.screen.edited_line()
        rest = r"\S*" if word.endswith("=") else r"(?=\s|$)"
        found = re.search(r"\s" + re.escape(word) + rest, before)
        if not found:
            raise GaveUp(f"no word '{word}' in: {before}\n{self.screen}")
        to_go = len(before[:found.start()].replace(" " * 8, "\t"))      # a tab is shown as 8 blanks
        self.press([CTRL["F"]] * to_go + [CTRL["D"]] * len(found.group()) + [CTRL["A"]])
        after = self.screen.edited_line()
        if after != before[:found.start()] + before[found.end():]:
            raise GaveUp(f"deleting '{word}' went wrong:\n{self.screen}")

    def boot(self):
        self.press([CTRL["X"]])

    def monitor(self, line):
        prompt = b"(qemu) "
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(30)
            monitor.connect(self.monitor_socket)
            answers = []
            for command in ["", line]:      # the first prompt comes unasked
                if command:
                    monitor.sendall(command.encode() + b"\n")
                answer = b""
                while not answer.endswith(prompt):
                    answer += monitor.recv(4096)
                answers.append(answer)
        said = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", answers[1].decode()).replace("\r", "").split("\n")[1:-1]
        if said:
            raise GaveUp(f"monitor: {line}: {' '.join(said)}")

    def keyboard(self, words_and_text):
        words, _, text = words_and_text.partition("=")
        while text not in self.seen and self.machine.poll() is None and not self.out_of_time():
            for key in [*words, "ret"]:
                self.monitor(f"sendkey {key}")
            until = time.monotonic() + 5
            while text not in self.seen and time.monotonic() < until:
                self.read(1)
        self.wait(text)

    def unplug(self):
        """QEMU writes out what the machine has given it and exits: to the machine this is a power cut."""
        if self.machine.poll() is None:
            self.machine.terminate()
            try:
                self.machine.wait(10)
            except subprocess.TimeoutExpired:
                self.machine.kill()
                self.machine.wait()

    def act(self, steps):
        for step in steps:
            name, _, text = step.partition(":")
            if name == "unplug":
                self.wait(text)
                self.unplug()
                return UNPLUGGED
            {"wait": self.wait, "pick": self.pick, "edit": self.edit, "add": self.add,
             "delete": self.delete, "type": lambda text: self.press([*text, "\r"]),
             "keyboard": self.keyboard, "monitor": self.monitor, "boot": lambda _: self.boot()}[name](text)
        while self.machine.poll() is None:
            if self.out_of_time():
                raise GaveUp("out of time; the machine did not power off")
            self.read(1)
        return 0 if self.machine.returncode == 0 else 1
