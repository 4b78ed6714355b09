"""Files that people write, read in one way: bots, rigs, scenarios, campaigns, thrust profiles.

shipped      a file by the name it ships under, or by its path
textfile     the text of a file, bounded
schema       which plain text is a number, a truth value, nothing or a text: YAML 1.2
reader       text to plain data with lines; duplicate keys and aliases are refused
validation   plain data to a model
problems     every problem of a file, each with its path and line
suggest      what was probably meant by a word that is not known
writer       plain data to YAML that is read back the same
"""

from qiki_hil.document.problems import Path, Problem, Problems, as_texts, dotted, shown
from qiki_hil.document.reader import DEPTH_MAX, Document, parse
from qiki_hil.document.shipped import ShippedFiles, SourceText
from qiki_hil.document.suggest import allowed_words, listed, unknown_key
from qiki_hil.document.validation import from_pydantic, validated
from qiki_hil.document.writer import Dumper, dump

__all__ = [
    "DEPTH_MAX",
    "Document",
    "Dumper",
    "Path",
    "Problem",
    "Problems",
    "ShippedFiles",
    "SourceText",
    "allowed_words",
    "as_texts",
    "dotted",
    "dump",
    "from_pydantic",
    "listed",
    "parse",
    "shown",
    "unknown_key",
    "validated",
]
