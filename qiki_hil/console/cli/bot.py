"""`qiki-hil bot`: list, check, show, hash and make BotSpecs."""

from pathlib import Path
from typing import Any

import click
from rich.columns import Columns
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from qiki_hil.console.cli.bot_map import map_
from qiki_hil.console.cli.completion import names_or_files
from qiki_hil.console.cli.options import json_option
from qiki_hil.console.safe_console import report_console
from qiki_hil.console.say import say, say_json
from qiki_hil.document.outfile import check_writable, write_file
from qiki_hil.document.shipped import SUFFIXES
from qiki_hil.errors import SpecError, SpecFileError
from qiki_hil.kernels import NOZZLES_PER_CLUSTER
from qiki_hil.pictures import write_png
from qiki_hil.spec import AXES, Answers, Authority, BotSpec, generate
from qiki_hil.spec.drawing import VIEWS, figure, text_view
from qiki_hil.spec.generate import BASE

_USAGE = 2
_WIDTH = 110
_GEOMETRY = click.Choice(["canted", "table"], case_sensitive=False)
_COMPLETE = names_or_files(BotSpec.shipped)


@click.group()
def bot() -> None:
    """Look at, check and make the files that describe a bot (BotSpecs).

    NAME is a bot that ships with the package (dodeca-01, dodeca-table), FILE a YAML file.
    """


bot.add_command(map_)


@bot.command("list")
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@json_option
def list_(folder: Path | None, as_json: bool) -> None:
    """List the bots that ship, and those of the YAML files in FOLDER. A file that is no bot, or a
    broken one, is named with its first problem."""
    sources = [*BotSpec.shipped()]
    if folder is not None:
        sources += [str(path) for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    found = [_entry(source) for source in sources]
    if as_json:
        say_json({"bots": found})
        return
    width = max(len(entry["name"]) for entry in found)
    for entry in found:
        about = entry["error"] or f"{entry['id']}, {entry['title']}"
        say(f"{entry['name']:{width}}  {about}")


def _entry(source: str) -> dict[str, Any]:
    """A bot by its name or file."""
    entry: dict[str, Any] = {"name": source, "id": None, "title": None, "hash": None, "error": None}
    try:
        spec = BotSpec.load(source)
    except SpecError as error:
        problems = error.problems if isinstance(error, SpecFileError) else [str(error)]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return entry | {"error": f"no bot: {problems[0]}{more}"}
    about = spec.metadata
    return entry | {"id": about.id, "title": about.title, "hash": spec.hash}


@bot.command()
@click.argument("names", metavar="[NAME|FILE]...", nargs=-1, shell_complete=_COMPLETE)
@click.pass_context
def check(context: click.Context, names: tuple[str, ...]) -> None:
    """Check specifications and list every problem; without a name, all that ship.

    Ends with exit code 2 where one is broken.
    """
    broken = False
    for name in names or BotSpec.shipped():
        try:
            spec = BotSpec.load(name)
        except SpecError as error:
            say(str(error), err=True)
            broken = True
        else:
            say(f"{name}: ok, {spec.metadata.id}, {spec.hash}")
    if broken:
        context.exit(_USAGE)


@bot.command("hash")
@click.argument("names", metavar="[NAME|FILE]...", nargs=-1, shell_complete=_COMPLETE)
def hash_(names: tuple[str, ...]) -> None:
    """Print the hash of everything that changes a bot's behaviour."""
    for name in names or (BASE,):
        say(f"{BotSpec.load(name).hash}  {name}")


@bot.command()
@click.argument("name", metavar="[NAME|FILE]", default=BASE, shell_complete=_COMPLETE)
@json_option
@click.option(
    "--png",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a 3-D drawing to this file.",
)
def show(name: str, as_json: bool, png: Path | None) -> None:
    """Show a bot: geometry, mass, authority per axis, and where the plumes go."""
    spec = BotSpec.load(name)
    authority = spec.authority()
    if as_json:
        say_json(_summary(spec, authority))
    else:
        _print(spec, authority)
    if png is not None:
        write_png(lambda: figure(spec), png, 120)
        say(f"drawing written to {png}", err=True)


def _summary(spec: BotSpec, authority: Authority) -> dict[str, Any]:
    return {
        "id": spec.metadata.id,
        "title": spec.metadata.title,
        "hash": spec.hash,
        "inradius_m": spec.hull.inradius_m,
        "mass": spec.mass.model_dump(mode="json"),
        "com_wet_m_body": spec.com_m_body.tolist(),
        "thrusters": [
            {
                "index": index,
                "cluster": thruster.cluster,
                "position_m_body": thruster.position_m_body,
                "force_direction_body": thruster.force_direction_body,
                "thrust_max_n": thruster.thrust_max_n,
            }
            for index, thruster in enumerate(spec.thrusters)
        ],
        "effectiveness": spec.effectiveness.tolist(),
        "authority": {
            "pure_force_n": dict(zip(AXES, authority.force_n.tolist(), strict=True)),
            "pure_torque_nm": dict(zip(AXES, authority.torque_nm.tolist(), strict=True)),
            "pure_force_worst_n": authority.force_worst_n,
            "pure_torque_worst_nm": authority.torque_worst_nm,
        },
    }


def _print(spec: BotSpec, authority: Authority) -> None:
    console = report_console(_WIDTH)
    console.print(Text.assemble((spec.metadata.id, "bold"), "  ", spec.metadata.title))
    console.print(f"{spec.hash}\n", highlight=False)
    console.print(Columns([_facts(spec), _authority(authority)], padding=(0, 4)))
    console.print(_thrusters(spec))
    views = [Panel(Text(text_view(spec, view)), title=view.title, expand=False) for view in VIEWS]
    console.print(Columns(views))
    console.print("arrows are plumes, the force goes the other way; ⊙ to the eye, ⊗ from it")


def _facts(spec: BotSpec) -> Table:
    mass, table = spec.mass, Table("mass and hull", "", title="Craft")
    moments = ", ".join(f"{mass.inertia_kgm2[i][i]:g}" for i in range(3))
    bayonets = [name for name, face in spec.hull.faces.items() if face.role == "bayonet"]
    for label, value in (
        ("dry mass", f"{mass.dry_kg:g} kg"),
        ("propellant", f"{mass.propellant_kg:g} kg, Isp {mass.isp_s:g} s"),
        ("centre of mass, full", f"{_vector(spec.com_m_body.tolist())} m"),
        ("inertia, dry (diagonal)", f"{moments} kg·m²"),
        ("hull", f"{spec.hull.shape}, inradius {spec.hull.inradius_m:g} m"),
        ("bayonets", " and ".join(bayonets)),
    ):
        table.add_row(label, value)
    return table


def _authority(authority: Authority) -> Table:
    table = Table("axis", title="Authority about the centre of mass")
    table.add_column("pure force, N", justify="right")
    table.add_column("pure torque, N·m", justify="right")
    for axis, force_n, torque_nm in zip(AXES, authority.force_n, authority.torque_nm, strict=True):
        table.add_row(axis, f"{force_n:.1f}", f"{torque_nm:.1f}")
    table.add_section()
    table.add_row("weakest", f"{authority.force_worst_n:.1f}", f"{authority.torque_worst_nm:.1f}")
    return table


def _thrusters(spec: BotSpec) -> Table:
    table = Table("#", "cluster", title="Thrusters")
    for heading in ("position, m", "force direction", "N"):
        table.add_column(heading, justify="right", no_wrap=True)
    for index, thruster in enumerate(spec.thrusters):
        table.add_row(
            str(index),
            str(thruster.cluster),
            _vector(thruster.position_m_body),
            _vector(thruster.force_direction_body),
            f"{thruster.thrust_max_n:g}",
            end_section=(index + 1) % NOZZLES_PER_CLUSTER == 0,
        )
    return table


def _vector(values: tuple[float, ...] | list[float]) -> str:
    return "(" + ", ".join(f"{value + 0.0:+.3f}" for value in values) + ")"


@bot.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--id", "bot_id", help="Name of the bot.  [default: from the file's name]")
@click.option("--geometry", type=_GEOMETRY, help="Nozzle layout.")
@click.option("--thrust-n", type=float, help="Thrust of a nozzle, N.")
@click.option("--cant-deg", type=float, help="Tilt against the face's normal (canted only).")
@click.option("--inradius-m", type=float, help="Centre to face, m.")
@click.option("--dry-kg", type=float, help="Mass without propellant, kg.")
@click.option("--propellant-kg", type=float, help="Propellant, kg.")
@click.option("--yes", is_flag=True, help="Ask nothing: take defaults for what is not given.")
@click.option("--force", is_flag=True, help="Replace OUT.yaml where it exists.")
def init(
    out: Path,
    bot_id: str | None,
    geometry: Any,
    thrust_n: float | None,
    cant_deg: float | None,
    inradius_m: float | None,
    dry_kg: float | None,
    propellant_kg: float | None,
    yes: bool,
    force: bool,
) -> None:
    """Make a valid specification from a few answers and write it to OUT.yaml."""
    check_writable(out, "YAML", replace=force)
    ask = _Asker(yes)
    bot_id = ask("Name of the bot", bot_id, out.stem)
    geometry = ask("Geometry", geometry, "canted", _GEOMETRY)
    thrust_n = ask("Thrust of a nozzle, N", thrust_n, 240.0 if geometry == "canted" else 260.0)
    if geometry == "canted":
        cant_deg = ask("Cant angle, degrees", cant_deg, 40.0)
    elif cant_deg is not None:
        raise click.UsageError("--cant-deg has no meaning for the table's fixed directions.")
    answers = Answers(
        id=bot_id,
        geometry=geometry,
        thrust_n=thrust_n,
        cant_deg=0.0 if cant_deg is None else cant_deg,
        inradius_m=ask("Inradius of the hull, m", inradius_m, 1.05),
        dry_kg=ask("Dry mass, kg", dry_kg, 420.0),
        propellant_kg=ask("Propellant, kg", propellant_kg, 12.0),
    )
    spec = generate(answers)
    write_file(out, spec.to_yaml(), "YAML", replace=force)
    say(f"{out}: written, {spec.metadata.id}, {spec.hash}")


class _Asker:
    """Takes an answer from its option, else asks, or takes the default where nobody is asked."""

    def __init__(self, unattended: bool) -> None:
        self._unattended = unattended

    def __call__(self, question: str, given: Any, default: Any, kind: Any = None) -> Any:
        if given is not None:
            return given
        if self._unattended:
            return default
        return click.prompt(question, default=default, type=kind or type(default))
