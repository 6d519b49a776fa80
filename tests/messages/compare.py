#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""compare.py SIGNATURES SAMPLES SOURCE...: whether kernels print what diagnose looks for.

SIGNATURES is what `vfio-early --json diagnose --list-signatures` prints, SAMPLES a table
of ids and messages, and each SOURCE a directory NAME with the sources of a kernel, or of
a driver that is not the kernel's. A message has to be what a format string of a source
prints, from its first character to its last; each text of a signature has to be found in
such a message. Prints what is not so, and fails.
"""

import json
import os
import re
import sys

LITERAL = r'"(?:[^"\\\n]|\\.)*"'
# "..." "..." and "..." PRIx64 "...": one format string
STRING = re.compile(rf"{LITERAL}(?:\s*(?:[A-Za-z_]\w*\s*)?{LITERAL})*")
PREFIX = re.compile(r"#define\s+(?:pr_fmt|dev_fmt)\(\w+\)\s+(.*)")
NAMED = re.compile(rf"#define\s+([A-Z]\w+)[ \t]+({LITERAL})")
CONVERSION = re.compile(r"%[-+ #0-9.*]*(?:hh|ll|[hlLqzjt])?(?:p[A-Za-z]*|[diouxXcse])")
# what dev_*(), pci_*(), drm_*() and nouveau's nvkm_*() put in front, and FW_BUG and its like
DEVICE = r"(?:[\w.-]+ [\w.:-]+: )?(?:\[drm\] (?:\*ERROR\* )?|\w+: )?"
FIRMWARE = r"(?:\[(?:Firmware (?:Bug|Warn|Info)|Hardware Error)\]: ?)?"
ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
# A format of less would fit anything.
LETTERS = 8


def plain(literals):
    """The text of adjacent C strings; what stands between them is a conversion."""
    text, end = "", 0
    for found in re.finditer(LITERAL, literals):
        if literals[end : found.start()].strip():
            text += "%s"
        text += re.sub(
            r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)",
            lambda m: ESCAPES.get(m[1], ""),
            found[0][1:-1],
        )
        end = found.end()
    return text


def expression(text):
    """What a format string prints, and how many letters of it are always the same."""
    pieces = CONVERSION.split(text.replace("%%", "\0").strip())
    pieces = [piece.replace("\0", "%") for piece in pieces]
    letters = sum(len(re.sub(r"\W", "", piece)) for piece in pieces)
    return ".*".join(re.escape(piece) for piece in pieces), letters, pieces


def constants(source):
    """The source with its own names for literals replaced where they are in a string."""
    for word, literal in NAMED.findall(source):
        source = re.sub(
            rf'(?<!#define )\b{word}\b(?=\s*(?:[A-Z_]+\s*)?"|\s*,)',
            lambda _, literal=literal: literal,
            source,
        )
    return source


def front_of(text):
    """What pr_fmt() or dev_fmt() puts in front, as an expression."""
    named = r"[\w-]+" if re.search("KBUILD_MODNAME|__func__", text) else ""
    return named + re.escape(plain(text)).replace("%s", ".*")


def strings(path):
    """(front, format string) of a source, or of an object that has no source here."""
    with open(path, "rb") as file:
        content = file.read()
    if path.endswith(".o_binary"):
        for text in re.findall(rb"[\t\n\x20-\x7e]{8,}", content):
            yield "", text.decode()
        return
    source = constants(content.decode(errors="replace"))
    front = "|".join(front_of(text) for text in PREFIX.findall(source))
    for literals in STRING.findall(source):
        yield front, plain(literals)


def formats(directory):
    """The longest piece of each format string below the directory, by its expression."""
    found = {}
    for place, _, names in os.walk(directory):
        for name in names:
            if not name.endswith((".c", ".h", ".cpp", ".o_binary")):
                continue
            for front, text in strings(os.path.join(place, name)):
                body, letters, pieces = expression(text)
                if letters >= LETTERS:
                    found.setdefault((front, body), max(pieces, key=len))
    return found


def prints(known, message):
    """Whether one of the format strings prints this message."""
    for (front, body), piece in known.items():
        if piece.strip() in message and re.fullmatch(
            rf"{FIRMWARE}{DEVICE}(?:{front})?{FIRMWARE}{body}", message
        ):
            return True
    return False


def fits(text, message):
    """As log_matches(): the pieces of the text in their order."""
    at = 0
    for piece in text.split("%"):
        at = message.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        signatures = json.load(file)["signatures"]
    with open(sys.argv[2], encoding="utf-8") as file:
        samples = [line.rstrip("\n").split("\t") for line in file]
    sources = {os.path.basename(path): formats(path) for path in sys.argv[3:]}
    wrong = 0
    said = {}
    for number, message in samples:
        message = re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), message)
        names = [name for name in sources if prints(sources[name], message)]
        said.setdefault(number, []).append((re.sub(r"\nNVRM: |\n", " ", message), names))
        if not names:
            wrong += 1
            print(f"{number}: no source prints: {message}")
    for signature in signatures:
        for text in (one["text"] for one in signature["said"]):
            if not any(
                names and fits(text, message)
                for message, names in said.get(signature["id"], [])
            ):
                wrong += 1
                print(f"{signature['id']}: no message of a source holds: {text}")
    print(f"{len(samples)} messages, {len(sources)} sources ({', '.join(sources)}), {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
