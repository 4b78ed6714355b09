"""Generates qiki_hil/_pb and protos/image.binpb from protos/.

    python tools/gen_protos.py           write the modules and the image
    python tools/gen_protos.py --check   exit 1, with a summary, where the committed ones are stale

The output depends on protos/ and on the installed grpcio-tools and buf alone. Service stubs are
left out: they would make grpcio a dependency of whoever imports a message.

The image is what the contracts promise. Both forms exit 1 where protos/ breaks a promise of it
(`buf breaking`): a field that is gone, renumbered or of another type. What is added to protos/ is
promised when the image is written.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
OUTPUT = ROOT / "qiki_hil" / "_pb"
PACKAGE = "qiki_hil._pb"
IMAGE = PROTOS / "image.binpb"
BUF = Path(sys.executable).with_name("buf")
# The google/protobuf/*.proto files that come with grpcio-tools.
INCLUDES = Path(protoc.__file__).parent / "_proto"

# `from qiki.commands.v1 import ...` as protoc writes it, in modules and in stubs.
IMPORT = re.compile(r"^from qiki\.", flags=re.MULTILINE)
HEADER = '"""Made by tools/gen_protos.py from protos/. Do not edit."""\n'


def compile_protos(sources: list[str], target: Path) -> None:
    """Runs protoc over `sources` (paths relative to protos/) into `target`."""
    arguments = [
        "protoc",
        f"--proto_path={PROTOS}",
        f"--proto_path={INCLUDES}",
        f"--python_out={target}",
        f"--pyi_out={target}",
        *sources,
    ]
    if protoc.main(arguments) != 0:
        sys.exit("gen_protos: protoc refused protos/ (its words are above)")


def generate() -> dict[Path, str]:
    """The whole tree of qiki_hil/_pb: path relative to it, and text."""
    sources = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        compile_protos(sources, target)
        tree = {
            path.relative_to(target): IMPORT.sub(f"from {PACKAGE}.qiki.", path.read_text("utf-8"))
            for path in sorted(target.rglob("*_pb2.py*"))
        }
    packages = {parent for path in tree for parent in path.parents}
    return tree | {package / "__init__.py": HEADER for package in packages}


def buf(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    """Runs buf over protos/."""
    return subprocess.run([BUF, *map(str, arguments)], capture_output=True, check=False)


def build_image() -> bytes:
    """protos/ as a compiled image."""
    done = buf("build", PROTOS, "--exclude-source-info", "-o", "-#format=binpb")
    if done.returncode != 0:
        sys.exit(f"gen_protos: buf refused protos/: {done.stderr.decode()}")
    return done.stdout


def broken_promises() -> str:
    """Where protos/ breaks what the committed image promises, in the words of buf."""
    if not IMAGE.exists():
        return ""
    done = buf("breaking", PROTOS, "--against", IMAGE)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).decode()


def committed() -> dict[Path, str]:
    """What is there now, byte code aside."""
    return {
        path.relative_to(OUTPUT): path.read_text("utf-8")
        for path in sorted(OUTPUT.rglob("*.py*"))
        if path.suffix in {".py", ".pyi"}
    }


def differences(wanted: dict[Path, str], present: dict[Path, str]) -> list[str]:
    """One line for each file that is missing, left over or different; sorted by path."""
    words = {}
    for path in wanted.keys() | present.keys():
        if path not in present:
            words[path] = "missing"
        elif path not in wanted:
            words[path] = "no longer made from any proto"
        elif wanted[path] != present[path]:
            words[path] = "differs"
    return [f"qiki_hil/_pb/{path}: {words[path]}" for path in sorted(words)]


def write(wanted: dict[Path, str], present: dict[Path, str]) -> None:
    """Brings qiki_hil/_pb to `wanted`; files that are right already keep their times."""
    for path in present.keys() - wanted.keys():
        (OUTPUT / path).unlink()
    for path, text in wanted.items():
        if present.get(path) != text:
            (OUTPUT / path).parent.mkdir(parents=True, exist_ok=True)
            (OUTPUT / path).write_text(text, "utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 where stale")
    options = parser.parse_args(arguments)
    if broken := broken_promises():
        sys.stderr.write(f"{broken}cure: give back what was there; what is new gets a new number\n")
        return 1
    wanted, present, image = generate(), committed(), build_image()
    stale = differences(wanted, present)
    if not IMAGE.exists() or IMAGE.read_bytes() != image:
        stale.append("protos/image.binpb: differs")
    if options.check and stale:
        sys.stderr.write("\n".join([*stale, "cure: python tools/gen_protos.py", ""]))
        return 1
    if not options.check:
        write(wanted, present)
        IMAGE.write_bytes(image)
    return 0


if __name__ == "__main__":
    sys.exit(main())
