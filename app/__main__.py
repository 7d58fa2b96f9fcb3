"""The command: serve, config, migrate, check, trace, export."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

# One thread a process for matrix products: small ones are slower on many, and sessions share the cores.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

if sys.platform == "win32":
    sys.exit("Backflow needs Linux or macOS; on Windows, run it in WSL.")

from pydantic import ValidationError  # noqa: E402 - the threads must be limited before NumPy is loaded
from pydantic_settings import SettingsError  # noqa: E402

from app import __version__  # noqa: E402
from app.documents import read_experiment  # noqa: E402
from app.serve import serve  # noqa: E402
from app.settings import Settings  # noqa: E402
from engine.experiment import Experiment  # noqa: E402
from engine.problem import BadExperiment  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        options = parser().parse_args(arguments)
        return int(options.run(options))
    except BadExperiment as error:
        for problem in error.problems:
            print(
                f"{problem.where or 'document'}: expected {problem.expected}, got {problem.came}",
                file=sys.stderr,
            )
        return 1
    except ValidationError as error:
        for found in error.errors():
            print(f"{found['loc'][0]}: {found['msg']}, got {found['input']!r}", file=sys.stderr)
        return 2
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # as a shell says it


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser("backflow", description="Watch the gradients flow back through a network.")
    root.add_argument("--version", action="version", version=__version__)
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    settings = Settings()

    one = commands.add_parser("serve", help="start the service")
    one.add_argument("--host", default=settings.host)
    one.add_argument("--port", type=at_least(0), default=settings.port)
    one.add_argument(
        "--allow-remote",
        action="store_true",
        default=settings.allow_remote,
        help="listen beyond this machine",
    )
    one.add_argument(
        "--cluster",
        metavar="ADDRESS",
        default=settings.cluster,
        help="run the sessions on the nodes of this Ray cluster; auto: the one that this machine is a node of",
    )
    one.add_argument("--reload", action="store_true", help="restart when a source file changes")
    one.set_defaults(run=run_serve)

    one = commands.add_parser("config", help="print the settings in effect")
    one.set_defaults(run=run_config)

    one = commands.add_parser("migrate", help="bring the database's tables up to this version")
    one.set_defaults(run=run_migrate)

    one = commands.add_parser("check", help="validate an experiment and prove its gradients")
    one.add_argument("file", type=Path)
    one.add_argument("--steps", type=at_least(1), default=1, help="steps to train before the proof")
    one.set_defaults(run=run_check)

    one = commands.add_parser("trace", help="run an experiment and write its last step's numbers")
    one.add_argument("file", type=Path)
    one.add_argument("--steps", type=at_least(1), required=True)
    one.add_argument("--out", type=Path, required=True, help="an .npz file")
    one.set_defaults(run=run_trace)

    one = commands.add_parser("export", help="write an experiment as a script for another framework")
    one.add_argument("file", type=Path)
    one.add_argument("--to", choices=["pytorch", "keras"], required=True)
    one.add_argument("--steps", type=at_least(0), default=0, help="steps to train before the weights are written")
    one.add_argument("--out", type=Path, help="a folder for script and weights (default: FILE without its ending)")
    one.set_defaults(run=run_export)
    return root


def at_least(least: int) -> Callable[[str], int]:
    """The type of an argument that is a whole number from `least`."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"expected a whole number from {least}, got {text!r}")
        return int(text)

    return number


def load(path: Path) -> Experiment:
    return read_experiment(path.read_bytes())


def run_config(options: argparse.Namespace) -> int:
    """Every setting as it is in effect, as lines that a shell could read; what is secret is not shown."""
    for name, value in Settings().shown():
        print(f"BACKFLOW_{name.upper()}={value}")
    return 0


def run_migrate(options: argparse.Namespace) -> int:
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    from app.claim import InUse, claim
    from app.revisions import OtherTables
    from app.store import prepare_at

    database = Settings().database
    if not database:
        print("BACKFLOW_DATABASE names no database", file=sys.stderr)
        return 2
    try:
        with claim(database):
            prepare_at(database, migrate=True)
    except (OtherTables, InUse, DBAPIError) as error:
        print(error, file=sys.stderr)
        return 1
    except (SQLAlchemyError, ImportError, ValueError) as error:
        print(f"BACKFLOW_DATABASE names no database that can be used: {error}", file=sys.stderr)
        return 2
    return 0


def run_serve(options: argparse.Namespace) -> int:
    settings = Settings(
        host=options.host, port=options.port, allow_remote=options.allow_remote, cluster=options.cluster
    )
    return serve(settings, options.reload)


def run_check(options: argparse.Namespace) -> int:
    from app.check import check

    return check(load(options.file), options.steps)


def run_trace(options: argparse.Namespace) -> int:
    import numpy as np

    from app.trace import trace

    with options.out.open("wb") as file:
        np.savez(file, allow_pickle=False, **trace(load(options.file), options.steps))
    return 0


def run_export(options: argparse.Namespace) -> int:
    from app.export.files import Exported, files
    from app.export.keras.script import Script as Keras
    from app.export.pytorch.script import Script as PyTorch
    from engine.run import Run

    run = Run(load(options.file))
    frameworks: dict[str, Callable[..., Exported]] = {"pytorch": PyTorch, "keras": Keras}
    script = frameworks[options.to](run.experiment, run.network)
    run.advance(options.steps)
    folder: Path = options.out or Path(options.file.stem)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files(run, script).items():
        (folder / name).write_bytes(content)
        print(folder / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
