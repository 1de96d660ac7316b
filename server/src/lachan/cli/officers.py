"""Officers: the first one is made here."""

from typing import Annotated

import typer

from lachan.cli.say import complain, plain
from lachan.cli.session import database

app = typer.Typer(help="Officers' accounts.", no_args_is_help=True)


@app.command("create")
def create(
    username: str,
    name: Annotated[str, typer.Option(help="Full name, as shown to colleagues.")],
    role: Annotated[str, typer.Option(help="ministry, province, commune, border or inspector.")],
    area: Annotated[str, typer.Option(help="Code of the area the role covers: VN, 48, 20195 …")],
    password: Annotated[str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)],
) -> None:
    """Make an officer with a role over an area; a second factor is asked for at the first sign-in."""
    with database():
        from django.core.exceptions import ValidationError

        from lachan.cli.units import unit_by_code
        from lachan.register.access.actions import create_officer

        unit = unit_by_code(area)
        if unit is None:
            complain(f"No area in force has the code {area}; `lachan areas find` looks one up.")
            raise typer.Exit(1)
        try:
            create_officer(username=username, name=name, password=password, role=role, area=unit)
        except (ValidationError, ValueError) as error:
            complain("; ".join(error.messages) if isinstance(error, ValidationError) else str(error))
            raise typer.Exit(1) from error
        plain(f"{username}: {role} over {unit.name}")
