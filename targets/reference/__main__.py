"""Start the reference target, whole or with one planted bug, on 127.0.0.1."""

import argparse
import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[2])
sys.path[0] = ROOT


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reference", description=__doc__)
    parser.add_argument("--dialect", choices=("arena", "transparent", "session"), required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--defect", help="a name out of targets/defects")
    return parser


def main() -> None:
    from targets.reference.config import load
    from targets.reference.redaction import Redactor, log_to_stderr
    from targets.reference.serving import serve
    from targets.reference.subject import subject

    parser = command_line()
    asked = parser.parse_args()
    try:
        config = load(asked.config)
        app = subject(asked.dialect, config, asked.defect)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    log_to_stderr(Redactor(config.secrets))
    serve(app, asked.port, date=asked.dialect == "arena", drain=config.drain)


if __name__ == "__main__":
    main()
