"""The verbs and their help. Each verb is thin: the work is an action of the room it belongs to."""

from pathlib import Path
from typing import Annotated

import typer

from lachan.cli import data, demo, doctor, forms, officers, places, safety
from lachan.cli.say import complain, say
from lachan.ground.platform import config, postgres
from lachan.serve import supervisor, tls

app = typer.Typer(
    name="lachan",
    help="Lá Chắn: outbreak response for a province or the country. Start with `lachan demo`, or `lachan doctor`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(data.areas, name="areas")
app.add_typer(data.tracing, name="tracing")
app.add_typer(data.audit, name="audit")
app.add_typer(data.checkin, name="checkin")
app.add_typer(data.people, name="people")
app.add_typer(forms.app, name="forms")
app.add_typer(places.app, name="places")
app.add_typer(officers.app, name="officer")
app.add_typer(safety.app, name="safety")
app.command("doctor")(doctor.doctor)

Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 lets phones on the network in.")]
Port = Annotated[int, typer.Option(envvar="LACHAN_PORT", help="Port to listen on.")]
Tls = Annotated[
    bool, typer.Option("--tls", help="HTTPS: a phone's camera needs it. Uses --cert/--key, or makes a demo one.")
]
Cert = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Your certificate chain (PEM).")]
Key = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The certificate's private key (PEM).")]


@app.command()
def serve(
    host: Host = "127.0.0.1", port: Port = 8000, use_tls: Tls = False, cert: Cert = None, key: Key = None
) -> None:
    """Serve every page in the foreground until Ctrl-C: database, web process and steward in one process tree.

    Honours LACHAN_PORT, LACHAN_DATA (./.lachan) and DATABASE_URL (else the embedded PostgreSQL).
    """
    _serve(_options(host, port, use_tls, cert, key), with_demo=False)


@app.command("demo")
def play_demo(
    host: Host = "127.0.0.1", port: Port = 8000, use_tls: Tls = False, cert: Cert = None, key: Key = None
) -> None:
    """Serve with a demonstration world: 20,000 people, 400 places, 14 days and an outbreak. Continues where it was."""
    demo.mark_environment()
    _serve(_options(host, port, use_tls, cert, key), with_demo=True)


def _options(host: str, port: int, use_tls: bool, cert: Path | None, key: Path | None) -> supervisor.Options:
    if (cert is None) != (key is None):
        raise typer.BadParameter("--cert and --key go together")
    if not use_tls and cert is None:
        return supervisor.Options(host=host, port=port)
    reachable = tls.local_addresses() if host == "0.0.0.0" else [host]  # noqa: S104  compared, not bound
    if cert is None or key is None:
        cert, key = tls.demo_certificate(config.data_dir() / "tls", [*reachable, "localhost"])
        say(f"HTTPS with a demonstration certificate ({cert}): the phone warns once; accept it.")
        if not reachable[0].startswith("127."):
            demo.show_qr(f"https://{reachable[0]}:{port}/app/")
    return supervisor.Options(host=host, port=port, certificate=cert, key=key, public_hosts=tuple(reachable))


def _serve(options: supervisor.Options, *, with_demo: bool) -> None:
    when_up = demo.player(options) if with_demo else None
    try:
        supervisor.run(options, say, when_up)
    except (supervisor.CannotServeError, postgres.PostgresUnavailableError) as error:
        complain(str(error))
        raise typer.Exit(1) from error


def main() -> None:
    app()
