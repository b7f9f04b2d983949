"""Files are what is in them; what comes under another name, or with a program in it, is refused."""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from seawall.cases import evidence
from seawall.cases.evidence import File
from seawall.office import packs

RULES = packs.evidence()


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as into:
        for name in names:
            into.writestr(name, "x")
    return made.getvalue()


def workbook() -> bytes:
    made = io.BytesIO()
    Workbook().save(made)
    return made.getvalue()


PNG = bytes.fromhex("89504e470d0a1a0a") + b"\0" * 20
GOOD = {
    "report.PDF": (b"%PDF-1.7\n...", "application/pdf"),
    "shot.png": (PNG, "image/png"),
    "photo.jpeg": (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
    "rows.csv": ("a,b\n1,二\n".encode(), "text/csv"),
    "notes.txt": (b"plain\n", "text/plain"),
    "letter.eml": (b"From: a@b.example\r\nSubject: x\r\n\r\nhello", "message/rfc822"),
    "book.xlsx": (workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
BAD = {
    "nothing.txt": (b"", "evidence-empty"),
    "huge.txt": (b"x" * (RULES.bytes_most + 1), "evidence-large"),
    "page.html": (b"<script>alert(1)</script>", "evidence-type"),
    "picture.png": (b"<svg onload=alert(1)>", "evidence-type"),
    "program.pdf": (b"MZ\x90\0", "evidence-type"),
    "hidden.pdf": (PNG, "evidence-type"),
    "macros.xlsx": (
        archive("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"),
        "evidence-type",
    ),
    "other.xlsx": (archive("word/document.xml"), "evidence-type"),
    "cut.xlsx": (b"PK\x03\x04cut", "evidence-type"),
    "bytes.txt": (b"\xff\xfe\x00", "evidence-type"),
    "control.csv": (b"a,\x07b\n", "evidence-type"),
    "no.eml": (b"hello\n", "evidence-type"),
    "noname": (b"plain\n", "evidence-type"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_allowed_is_known_by_its_content(name: str) -> None:
    content, media = GOOD[name]
    found = evidence.recognised(RULES, name, content)
    assert isinstance(found, File), found
    assert (found.name, found.media, found.bytes) == (name, media, len(content))


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_allowed_is_refused(name: str) -> None:
    content, code = BAD[name]
    found = evidence.recognised(RULES, name, content)
    assert not isinstance(found, File)
    assert [each.code for each in found] == [code]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\证据 1.txt", "证据 1.txt"),
        ('a"b;c\r\nd.txt', "a_b_c_d.txt"),
        ("...txt", "file.txt"),
        ("x" * 300 + ".txt", "x" * 116 + ".txt"),
    ],
)
def test_a_name_is_for_people_and_leads_nowhere(given: str, kept: str) -> None:
    found = evidence.recognised(RULES, given, b"plain\n")
    assert isinstance(found, File)
    assert found.name == kept
    assert Path(found.name).name == found.name
