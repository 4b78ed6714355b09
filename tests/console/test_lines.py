"""Lines out of a byte stream."""

from hypothesis import given, settings
from hypothesis import strategies as st

from qiki_hil.console.live.lines import LineSplitter


def test_a_line_has_an_end():
    assert len(LineSplitter().feed(b"x" * 10_000 + b"\n")[0]) == 10_000
    splitter = LineSplitter()
    splitter.feed(b"x" * 10_000)
    assert len(splitter.end()[0]) == 4096


@settings(deadline=None)
@given(st.lists(st.sampled_from([b"arm", b"\n", b" ", b"hold\n", b"\r\n"]), max_size=20))
def test_lines_of_a_stream_do_not_depend_on_how_it_is_cut(parts):
    whole = LineSplitter()
    cut = LineSplitter()
    lines = whole.feed(b"".join(parts)) + whole.end()
    pieces = [line for part in parts for line in cut.feed(part)] + cut.end()
    assert pieces == lines
