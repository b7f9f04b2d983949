"""Delimited text: every row becomes a record or a reject."""

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.portfolio import delimited, problems
from seawall.portfolio.delimited import Dialect, Reader

Rows = list[tuple[int, tuple[str, ...]]]


def opened(data: bytes, dialect: Dialect | None = None) -> Reader:
    return Reader(io.BytesIO(data), "tape.csv", dialect or Dialect())


def drained(reader: Reader) -> Rows:
    columns = reader.header
    return [
        (row["row"], tuple(row[name] for name in columns))
        for batch in reader.batches(columns)
        for row in batch.to_pylist()
    ]


def rejected(reader: Reader) -> list[tuple[int, str]]:
    return [(reject.row, reject.problem.code) for reject in reader.rejects]


def test_a_plain_file_gives_its_rows_numbered_from_one() -> None:
    reader = opened(b"a,b\n1,2\n3,4\n")
    assert reader.header == ("a", "b")
    assert drained(reader) == [(1, ("1", "2")), (2, ("3", "4"))]
    assert reader.rejects == []
    assert reader.rows == 2
    assert reader.ends_with_line_end


def test_a_byte_order_mark_is_not_part_of_the_first_column() -> None:
    assert opened(b"\xef\xbb\xbfid,x\n1,2\n").header == ("id", "x")


def test_an_empty_stream_has_no_header() -> None:
    assert opened(b"").header == ()


def test_only_the_columns_asked_for_are_kept() -> None:
    (batch,) = opened(b"a,b,c\n1,2,3\n").batches(("c", "a"))
    assert batch.to_pylist() == [{"row": 1, "c": "3", "a": "1"}]


def test_windows_line_ends_and_another_delimiter_are_read() -> None:
    reader = opened(b"a;b\r\n1;2,5\r\n", Dialect(delimiter=";"))
    assert drained(reader) == [(1, ("1", "2,5"))]


def test_blank_lines_are_not_rows() -> None:
    reader = opened(b"a,b\n\n1,2\n   \n\r\n3,4\n\n")
    assert drained(reader) == [(1, ("1", "2")), (2, ("3", "4"))]
    assert reader.rows == 2


def test_a_quoted_newline_stays_inside_its_field() -> None:
    reader = opened(b'a,b\n"one\ntwo\nthree",2\n3,4\n')
    assert drained(reader) == [(1, ("one\ntwo\nthree", "2")), (2, ("3", "4"))]


def test_doubled_quotes_and_quoted_delimiters_are_read() -> None:
    reader = opened(b'a,b\n"say ""hi"", Bob",2\n')
    assert drained(reader) == [(1, ('say "hi", Bob', "2"))]


def test_an_unclosed_quote_costs_only_its_own_line() -> None:
    reader = opened(b'a,b\n1,2\n3,"four\n5,6\n7,8\n')
    assert drained(reader) == [(1, ("1", "2")), (3, ("5", "6")), (4, ("7", "8"))]
    assert rejected(reader) == [(2, "row-quotes")]
    assert reader.rejects[0].value == '3,"four'
    assert reader.rows == 4


def test_an_unclosed_quote_far_from_the_end_does_not_swallow_the_file() -> None:
    body = b"".join(b"%d,x\n" % number for number in range(2000))
    reader = opened(b'a,b\n0,"open\n' + body)
    assert len(drained(reader)) == 2000
    assert rejected(reader) == [(1, "row-quotes")]


def test_a_stray_quote_inside_a_quoted_field_is_a_reject_of_that_row_only() -> None:
    reader = opened(b'a,b\n"x"y"",2\n3,4\n')
    assert drained(reader) == [(2, ("3", "4"))]
    assert rejected(reader) == [(1, "row-quotes")]


def test_a_row_of_the_wrong_width_says_what_it_has_and_what_the_header_has() -> None:
    reader = opened(b"a,b\n1\n2,3\n4,5,6\n")
    assert drained(reader) == [(2, ("2", "3"))]
    assert sorted(rejected(reader)) == [(1, "row-width"), (3, "row-width")]
    assert "3 fields" in reader.rejects[1].problem.message.en
    assert "header has 2" in reader.rejects[1].problem.message.en


def test_a_line_that_is_too_long_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LINE_BYTES_MOST", 20)
    reader = opened(b"a,b\n1,2\n" + b"x" * 95 + b",y\n3,4\n")
    assert drained(reader) == [(1, ("1", "2")), (3, ("3", "4"))]
    assert rejected(reader) == [(2, "row-too-long")]
    assert "20 bytes" in reader.rejects[0].problem.message.en


@pytest.mark.parametrize("length", [19, 20, 21])
def test_a_line_just_at_the_limit_is_read(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    monkeypatch.setattr(delimited, "LINE_BYTES_MOST", 20)
    line = b"1," + b"x" * (length - 3) + b"\n"
    reader = opened(b"a,b\n" + line + b"3,4\n")
    read = drained(reader)
    assert len(read) + len(reader.rejects) == reader.rows == 2
    assert read[-1] == (2, ("3", "4"))


def test_a_file_may_end_in_a_line_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "LINE_BYTES_MOST", 20)
    reader = opened(b"a,b\n1,2\n" + b"x" * 95)
    assert drained(reader) == [(1, ("1", "2"))]
    assert rejected(reader) == [(2, "row-too-long")]
    assert not reader.ends_with_line_end


def test_a_line_of_bad_utf8_is_a_reject_and_the_next_is_read() -> None:
    reader = opened(b"a,b\n1,\xff\xfe\n3,\xe4\xb8\xad\n")
    assert drained(reader) == [(2, ("3", "中"))]
    assert rejected(reader) == [(1, "row-encoding")]
    assert "utf-8" in reader.rejects[0].problem.message.en


def test_a_file_in_a_declared_encoding_is_read() -> None:
    data = "编号,b\n贷款,2\n".encode("gb18030")
    reader = opened(data, Dialect(encoding="gb18030"))
    assert reader.header == ("编号", "b")
    assert drained(reader) == [(1, ("贷款", "2"))]


def test_a_header_in_another_encoding_cannot_be_read() -> None:
    with pytest.raises(UnicodeDecodeError):
        opened("编号,b\n".encode("gb18030"))


def test_a_missing_last_line_end_is_noticed() -> None:
    reader = opened(b"a,b\n1,2")
    assert drained(reader) == [(1, ("1", "2"))]
    assert not reader.ends_with_line_end


def test_a_null_byte_is_data_or_a_reject_and_never_an_end() -> None:
    reader = opened(b"a,b\n1,\x00\n3,4\n")
    read = drained(reader)
    assert len(read) + len(reader.rejects) == reader.rows == 2
    assert read[-1] == (2, ("3", "4"))


def test_rows_keep_their_numbers_when_a_bad_line_follows_an_unclosed_quote() -> None:
    reader = opened(b'a,b\n1,"open\n3,4\n5,\xff\n7,8\n')
    assert drained(reader) == [(2, ("3", "4")), (4, ("7", "8"))]
    assert sorted(rejected(reader)) == [(1, "row-quotes"), (3, "row-encoding")]


def test_a_record_is_not_kept_without_the_line_of_it_that_cannot_be_read() -> None:
    reader = opened(b'a,b\n"one\n\xff\nthree",2\n7,8\n')
    assert ("one\nthree", "2") not in [fields for _, fields in drained(reader)]


def lines(*alphabet: bytes) -> st.SearchStrategy[bytes]:
    return st.lists(st.sampled_from(alphabet), max_size=60).map(b"".join)


@given(lines(b"a", b"1", b",", b'"', b"\n", b"\r\n", b" ", b"\xff", "中".encode(), b'"x"'))
def test_every_row_is_a_record_or_a_reject(body: bytes) -> None:
    reader = opened(b"a,b\n" + body)
    read = drained(reader)
    numbers = sorted([number for number, _ in read] + [each.row for each in reader.rejects])
    assert numbers == list(range(1, reader.rows + 1))


def _fields() -> Iterator[st.SearchStrategy[str]]:
    text = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12)
    yield from (text, text, text)


@given(st.lists(st.tuples(*_fields()).filter(lambda row: "".join(row).strip() != ""), max_size=30))
def test_what_the_csv_module_writes_is_read_back_whole(rows: list[tuple[str, ...]]) -> None:
    stream = io.StringIO(newline="")
    out = csv.writer(stream, lineterminator="\n")
    out.writerows([("a", "b", "c"), *rows])
    reader = opened(stream.getvalue().encode())
    assert [fields for _, fields in drained(reader)] == rows
    assert reader.rejects == []


def test_every_reject_names_file_row_reason_and_remedy() -> None:
    reader = opened(b"a,b\n1\n")
    drained(reader)
    (reject,) = reader.rejects
    assert reject.problem.kind is problems.ROW_WIDTH
    assert str(reject.problem.where) == "tape.csv, row 1"
    assert reject.problem.remedy.en
    assert reject.problem.remedy.zh
