"""Officers: the first one is made here."""

import time
from typing import Annotated

import typer

from lachan.cli.say import complain, plain
from lachan.cli.session import database

# RFC 6238's usual step, and allauth's.
TOTP_PERIOD_S = 30

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


@app.command("code")
def code(username: str) -> None:
    """Print the six digits that the officer's authenticator app would show now. For the demonstration's officers."""
    with database():
        from allauth.mfa.adapter import get_adapter
        from allauth.mfa.models import Authenticator
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        factor = Authenticator.objects.filter(user__username=username, type=Authenticator.Type.TOTP).first()
        if factor is None:
            complain(f"{username} has no authenticator app; see `lachan officer create`.")
            raise typer.Exit(1)
        secret = get_adapter().decrypt(factor.data["secret"])
        plain(format_hotp_value(hotp_value(secret, int(time.time()) // TOTP_PERIOD_S)))
