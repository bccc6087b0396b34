#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples of the documentation, and looks for what it names.

    tests/docs/run.py PROGRAM [WORD...]

PROGRAM is the built gpuaas. With words, only sections with one of them in their title are run.

A page is read from top to bottom. What counts are its fenced blocks:

    yaml     that begins with the comment `# NAME.yaml`: a file of that name, until another takes
             its place; any other yaml of ours or Kueue's: `gpuaas check` must find no mistake
    console  `$ gpuaas ...`: the shell runs that, in a folder that has these files and what is in
             the repository, and it prints what follows: all of it or, after an empty line, the
             end. Other commands are not run.

Files and folders of the repository that a page names must exist.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "manifests/README.md", "docs/*.md"]
FENCE = "```"
FILE_NAME = re.compile(r"# ([\w.-]+\.yaml)")
CHECKED_YAML = re.compile(r"^apiVersion: (kueue\.x-k8s\.io|config\.gpuaas\.dev)/", re.MULTILINE)
COMMAND = re.compile(r"\$ (gpuaas .*)")
FOLDERS = "base|policy|certs|webhook|manifests|tests|scripts|docs"
NAMED_PATH = re.compile(rf"`((?:(?:{FOLDERS})/[\w./*-]*|\w+\.(?:c|h|py|sh|md)))`|\]\(([^)#:]+)\)")
PLACEHOLDER = re.compile(r"[A-Z][A-Z-]+(?=/|\.c)")  # tests/unit/MODULE/test_FILE.c


class Block:
    """A fenced block of a page."""

    def __init__(self, title, number, language):
        self.title = title    # of the heading above
        self.number = number  # of the line that opens it
        self.language = language
        self.lines = []

    def file_name(self):
        name = FILE_NAME.fullmatch(self.lines[0]) if self.lines and self.language == "yaml" else None
        return name and name[1]

    def text(self):
        return "\n".join(self.lines) + "\n"


def read_page(page):
    """Returns the blocks, and the numbers and lines of the prose between them."""
    blocks, prose = [], []
    title, is_prose = "", True
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.startswith(FENCE):
            is_prose = not is_prose
            if not is_prose:
                blocks.append(Block(title, number, line.removeprefix(FENCE)))
        elif not is_prose:
            blocks[-1].lines.append(line)
        else:
            title = line.lstrip("# ") if line.startswith("#") else title
            prose.append((number, line))
    return blocks, prose


def run(folder, command, **options):
    environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    return subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=folder, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                          check=False, **options)


def split_commands(lines):
    """The commands of a console block, each with what it prints."""
    commands = []
    for line in lines:
        if commands and commands[-1][0].endswith("\\"):
            commands[-1][0] = commands[-1][0][:-1] + line
        elif line.startswith("$ "):
            commands.append([line, []])
        elif commands:
            commands[-1][1].append(line)
    return commands


def find_end(printed, told):
    """The end of what was printed that is to be compared: what follows an empty line, or all."""
    start = len(printed) - len(told)
    return printed[start:] if start > 0 and printed[start - 1] == "" else printed


def find_difference(folder, command, told):
    done = run(folder, command)
    printed = [line.rstrip() for line in done.stdout.splitlines()]
    told = [line.rstrip() for line in told]
    difference = list(difflib.unified_diff(told, find_end(printed, told), "told", "printed", lineterm=""))
    if done.returncode != 0:
        difference.append(f"'{command}' ended with code {done.returncode}")
    return difference


def run_commands(folder, lines):
    """Yields what is wrong with each of ours."""
    for line, told in split_commands(lines):
        command = COMMAND.fullmatch(line)
        if command:
            yield find_difference(folder, command[1], told)


def find_mistakes(folder, text):
    done = run(folder, "gpuaas check -", input=text)
    return [] if done.returncode == 0 else done.stdout.splitlines()


def is_there(page, path, link):
    if link:
        return (page.parent / link).exists()
    pattern = PLACEHOLDER.sub("*", path).rstrip("/")
    if "/" in path:
        return any(ROOT.glob(pattern))
    return (ROOT / path).exists() or any(found for folder in FOLDERS.split("|")
                                         for found in (ROOT / folder).rglob(pattern))


class Examination:
    """Counts what is looked at, and prints what is wrong."""

    def __init__(self, program, words):
        self.program = program
        self.words = words
        self.passed = 0
        self.failed = 0

    def note(self, page, what, faults):
        self.passed += not faults
        self.failed += bool(faults)
        if faults:
            print(f"FAIL {page.relative_to(ROOT)}: {what}")
            print("\n".join(f"    {fault}" for fault in faults))

    def is_wanted(self, title):
        return not self.words or any(word in title for word in self.words)

    def run_block(self, page, folder, block):
        what = f"line {block.number}, {block.title}"
        if block.file_name():
            (folder / block.file_name()).write_text(block.text())
        elif block.language == "yaml" and CHECKED_YAML.search(block.text()):
            self.note(page, what, find_mistakes(folder, block.text()))
        elif block.language == "console" and self.is_wanted(block.title):
            for faults in run_commands(folder, block.lines):
                self.note(page, what, faults)

    def run_examples(self, page, blocks):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "bin").mkdir()
            (folder / "bin/gpuaas").symlink_to(self.program)
            for name in FOLDERS.split("|"):
                (folder / name).symlink_to(ROOT / name)
            for block in blocks:
                self.run_block(page, folder, block)

    def find_missing(self, page, prose):
        named = [(number, path, link) for number, line in prose for path, link in NAMED_PATH.findall(line)]
        missing = [f"line {number}: '{path or link}' is not there" for number, path, link in named
                   if not is_there(page, path, link)]
        if named:
            self.note(page, "the files that it names", missing)


def main():
    examination = Examination(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:])
    for page in [page for pattern in PAGES for page in sorted(ROOT.glob(pattern))]:
        blocks, prose = read_page(page)
        examination.run_examples(page, blocks)
        examination.find_missing(page, prose)
    print(f"{examination.passed} passed, {examination.failed} failed")
    return 1 if examination.failed else 0


if __name__ == "__main__":
    sys.exit(main())
