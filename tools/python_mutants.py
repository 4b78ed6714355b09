"""Mutants of Python source: small changes, each of which a test should notice.

mutmut is not used: it leaves module constants and decorated functions (properties) alone, and
these hold limits and permissions here.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

SYMBOLS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
CHANGED = {
    ast.Lt: ["<="],
    ast.LtE: ["<"],
    ast.Gt: [">="],
    ast.GtE: [">"],
    ast.Eq: ["!=", "<=", ">="],
    ast.NotEq: ["==", "<", ">"],
    ast.Is: ["is not"],
    ast.IsNot: ["is"],
    ast.In: ["not in"],
    ast.NotIn: ["in"],
}
OPERATORS = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "+",
    ast.BitAnd: "|",
    ast.BitOr: "&",
    ast.BitXor: "|",
    ast.LShift: ">>",
    ast.RShift: "<<",
}
NAME_MAX = 70
"""Characters of source that a name quotes."""
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change. `name` says where and what, without a line number: it survives other edits."""

    file: str
    name: str
    line: int
    start: int
    end: int
    new: bytes

    def applied(self, source: bytes) -> bytes:
        """The source with the change in it."""
        return source[: self.start] + self.new + source[self.end :]


class _Finder(ast.NodeVisitor):
    """Collects (function, node, replacement) over a module."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.scope: list[str] = []
        self._in_function = False
        self.found: list[tuple[str, ast.expr | ast.stmt, str]] = []
        self._around: list[ast.AST] = []

    def visit(self, node: ast.AST) -> None:
        self._around.append(node)
        super().visit(node)
        self._around.pop()

    def _add(self, node: ast.expr | ast.stmt, new: str, where: str = "") -> None:
        self.found.append((f"{'.'.join(self.scope) or 'module'}: {where}", node, new))

    def _text(self, node: ast.AST) -> str:
        return ast.get_source_segment(self.source, node) or ""

    def _scoped(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        outer, self._in_function = self._in_function, not isinstance(node, ast.ClassDef)
        self.scope.append(node.name)
        for child in node.body:
            self.visit(child)
        if not isinstance(node, ast.ClassDef):
            for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
                self.visit(default)
        self.scope.pop()
        self._in_function = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._scoped(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._scoped(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._scoped(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._named(node.target, node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = [self._text(operand) for operand in (node.left, *node.comparators)]
        symbols = [SYMBOLS[type(operator)] for operator in node.ops]
        for n, operator in enumerate(node.ops):
            for symbol in CHANGED[type(operator)]:
                words = [operands[0]]
                for m, operand in enumerate(operands[1:]):
                    words += [symbol if m == n else symbols[m], operand]
                self._add(node, " ".join(words))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = " or " if isinstance(node.op, ast.And) else " and "
        self._add(node, f"({word.join(f'({self._text(value)})' for value in node.values)})")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub):
            self._add(node, self._text(node.operand))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        word = OPERATORS.get(type(node.op))
        if word is not None and not isinstance(node.left, ast.JoinedStr):
            self._add(node, f"({self._text(node.left)} {word} {self._text(node.right)})")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        where = f"{_short(self._text(self._around[-2]))}: "
        if isinstance(node.value, bool):
            self._add(node, str(not node.value), where)
        elif isinstance(node.value, int | float):
            self._add(node, repr(node.value + 1), where)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg != "strict":  # of `zip`: it checks ourselves
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Wording is left to the tests of texts."""

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in CALLS:
            self._add(node.func, CALLS[node.func.id])
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        """Unless turning its one comparison round is the same."""
        if not isinstance(test, ast.Compare | ast.UnaryOp):
            self._add(test, f"(not ({self._text(test)}))")

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call | ast.Await):
            self._add(node, "pass")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self._add(node, "pass")
        self._named(node.targets[0], node.value)

    def _named(self, target: ast.expr, value: ast.expr) -> None:
        """The value of a constant of the module or a class stands under the constant's name."""
        name = self._text(target) if not self._in_function else ""
        self.scope += [name] if name else []
        self.visit(value)
        del self.scope[len(self.scope) - bool(name) :]

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._add(node, "pass")
        self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._add(node, "pass")


def mutants(file: str, source: bytes, scopes: tuple[str, ...] = ()) -> Iterator[Mutant]:
    """Every mutant of a module, in its order; `scopes` keeps those of the functions and classes
    whose qualified names begin so."""
    text = source.decode()
    finder = _Finder(text)
    finder.visit(ast.parse(text))
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    seen: Counter[str] = Counter()
    for place, node, new in finder.found:
        scope = place.partition(":")[0]
        if scopes and not any(scope == s or scope.startswith(f"{s}.") for s in scopes):
            continue
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        name = f"{place}{_short(source[start:end].decode())} -> {_short(new)}"
        seen[name] += 1
        if seen[name] > 1:
            name += f" #{seen[name]}"
        yield Mutant(file, name, node.lineno, start, end, new.encode())


def _short(text: str) -> str:
    """A piece of source on one line."""
    line = " ".join(text.split())
    return line if len(line) <= NAME_MAX else f"{line[: NAME_MAX - 3]}..."
