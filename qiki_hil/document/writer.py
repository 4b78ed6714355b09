"""Writes plain data as YAML that reads back as the same data, by YAML 1.2 and by 1.1."""

from typing import Any

import yaml

from qiki_hil.document import schema


class Dumper(yaml.SafeDumper):
    """Quotes every text that either version of YAML would take for something else: `1e3` is a
    number in 1.2, `on` is true in 1.1."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Every value is written out, also one that stands twice: readers take no aliases."""
        return True


def _text(dumper: Dumper, value: str) -> yaml.ScalarNode:
    # Outside double quotes PyYAML writes what it takes for line breaks as they are, and reads
    # them back as \n.
    style = '"' if any(character in value for character in "\x85\u2028\u2029\ufeff") else None
    return dumper.represent_scalar(schema.STR, value, style=style)


for _tag, _pattern, _first in schema.PLAIN:
    Dumper.add_implicit_resolver(_tag, _pattern, _first)
Dumper.add_representer(str, _text)


def dump(data: Any, **options: Any) -> str:
    """YAML of plain data, keys in the order given; `options` are PyYAML's."""
    text: str = yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, **options)
    return text
