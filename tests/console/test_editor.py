"""The line editor, key by key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qiki_hil.console.live.editor import LineEditor, LineSplitter

UP, DOWN, LEFT, RIGHT = b"\x1b[A", b"\x1b[B", b"\x1b[D", b"\x1b[C"


def typed(*keys: bytes) -> LineEditor:
    editor = LineEditor()
    for key in keys:
        editor.feed(key)
    return editor


def test_enter_finishes_a_line_and_empties_the_editor():
    editor = LineEditor()
    assert editor.feed(b"arm") == []
    assert editor.feed(b"\r") == ["arm"]
    assert (editor.text, editor.cursor) == ("", 0)


def test_pasted_lines_come_one_by_one_and_empty_ones_not_at_all():
    assert LineEditor().feed(b"arm\n\n  \nhold \nbr") == ["arm", "hold"]


@pytest.mark.parametrize(
    ("keys", "text", "cursor"),
    [
        ([b"armm", b"\x7f"], "arm", 3),
        ([b"\x7f", b"a", b"\x08", b"\x08"], "", 0),
        ([b"goto 1 2", b"\x15"], "", 0),
        ([b"goto 1 2", LEFT, LEFT, b"\x15"], " 2", 0),
        ([b"goto 1 2", b"\x17"], "goto 1 ", 7),
        ([b"goto 1 2 ", b"\x17", b"\x17"], "goto ", 5),
        ([b"goto 1 2", b"\x01", b"\x0b"], "", 0),
        ([b"am", LEFT, b"r"], "arm", 2),
        ([b"am", LEFT, LEFT, LEFT, RIGHT, b"r"], "arm", 2),
        ([b"rm", b"\x1b[H", b"a", b"\x1b[F", b"!"], "arm!", 4),
        ([b"rm", b"\x1bOH", b"a", b"\x05", b"!"], "arm!", 4),
        ([b"xarm", b"\x01", b"\x1b[3~"], "arm", 0),
        ([b"a\x1b[5~rm"], "arm", 3),
        ([b"a\x1b[1;5Crm\x1b[200~"], "arm", 3),
        ([b"a\x00\x07\trm"], "arm", 3),
    ],
)
def test_keys_edit_the_line(keys, text, cursor):
    editor = typed(*keys)
    assert (editor.text, editor.cursor) == (text, cursor)


def test_up_and_down_go_through_what_was_typed_and_come_back_to_the_draft():
    editor = typed(b"arm\r", b"hold\r", b"hold\r", b"dra", UP)
    assert editor.text == "hold"
    editor.feed(UP + UP)
    assert editor.text == "arm"
    editor.feed(DOWN)
    assert editor.text == "hold"
    editor.feed(DOWN + DOWN)
    assert editor.text == "dra"
    assert editor.feed(b"ft" + UP + b"\r") == ["hold"]


def test_a_key_and_a_letter_may_arrive_in_pieces():
    editor = typed(b"arm\r", b"\x1b", b"[", b"A")
    assert editor.text == "arm"
    editor = typed(*(bytes([byte]) for byte in "°µ".encode()))
    assert editor.text == "°µ"


@settings(deadline=None)
@given(st.lists(st.binary(max_size=12), max_size=30))
def test_no_bytes_upset_the_editor(chunks):
    editor = LineEditor()
    for chunk in chunks:
        for line in editor.feed(chunk):
            assert line == line.strip() != ""
    assert 0 <= editor.cursor <= len(editor.text)
    assert editor.text.isprintable()


def test_a_line_has_an_end():
    assert len(typed(b"x" * 10_000).text) == 4096
    assert len(LineSplitter().feed(b"x" * 10_000 + b"\n")[0]) == 10_000


@settings(deadline=None)
@given(st.lists(st.sampled_from([b"arm", b"\n", b" ", b"hold\n", b"\r\n"]), max_size=20))
def test_lines_of_a_stream_do_not_depend_on_how_it_is_cut(parts):
    whole = LineSplitter()
    cut = LineSplitter()
    lines = whole.feed(b"".join(parts)) + whole.end()
    pieces = [line for part in parts for line in cut.feed(part)] + cut.end()
    assert pieces == lines
