"""`voicegate numbers login` and `profile`: the credentials of several accounts, by name."""

import sys

import click

from ...gateway.terminal.answer import Answer, Json
from ...gateway.terminal.command import command
from ...gateway.terminal.exit_code import ExitCode
from ..desk.invocation import Invocation
from ..desk.protocol import Profile


@command(
    "voicegate numbers login eu",
    "voicegate numbers login eu --account AC… --with-token < token.txt",
    codes=(
        *(ExitCode.FAILED, ExitCode.AUTH, ExitCode.NOT_FOUND, ExitCode.UNREACHABLE),
        ExitCode.NEEDS_CONFIRMATION,
    ),
)
@click.argument("name")
@click.option("--account", metavar="SID", help="The account's SID, instead of the question.")
@click.option(
    "--with-token", "is_token_piped", is_flag=True, help="Read the auth token from stdin."
)
def login(
    invocation: Invocation, *, name: str, account: str | None, is_token_piped: bool
) -> Answer:
    """Keep the credentials of an account as profile NAME, once the carrier takes them.

    They stand in ~/.config/voicegate/NAME.env, which nobody else may read; other settings in that
    file stay. --profile NAME uses it. The token is never shown, and no option takes it.
    """
    terminal, profiles = invocation.terminal, invocation.desk.profiles
    known = profiles.find(name)
    sid = account or terminal.ask("Account SID: ", "--account")
    token = _piped() if is_token_piped else terminal.ask_secret("Auth token: ", "--with-token")
    if known.is_there and known.account != sid:
        of = f" of {known.account}" if known.account else ""
        terminal.confirm(f"There is a profile {name}{of}. Replace its credentials?")
    if invocation.options.is_dry_run:
        return _answer(Profile(name, known.file, sid, "not kept: --dry-run", known.is_there))
    with terminal.progress("asking the provider"):
        kept = profiles.keep(name, sid, token)
    return _answer(kept)


@command("voicegate numbers profile")
def profile(invocation: Invocation) -> Answer:
    """List the profiles and their accounts; to forget one, remove its file."""
    items = [_fields(one) for one in invocation.desk.profiles.listed()]
    columns = ("name", "account", "file", "problem")
    return Answer("ProfileList", {"items": items}, columns, next_step=_next_step(items))


def _piped() -> str:
    return sys.stdin.readline().strip()


def _answer(kept: Profile) -> Answer:
    lines = [f"profile {kept.name}: {kept.account}, in {kept.file}"]
    if kept.problem:
        lines.append(kept.problem)
    next_step = f"Use it: voicegate numbers list --profile {kept.name}"
    return Answer("Profile", _fields(kept), ("name",), lines=lines, next_step=next_step)


def _fields(one: Profile) -> dict[str, Json]:
    return {"name": one.name, "account": one.account, "file": one.file, "problem": one.problem}


def _next_step(items: list[dict[str, Json]]) -> str:
    return "" if items else "Keep one: voicegate numbers login NAME"
