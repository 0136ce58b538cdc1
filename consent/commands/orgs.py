"""Commands about organisations."""

from typing import Annotated

import typer

from chassis.cli.console import print_json, print_table
from chassis.cli.options import AsJson
from chassis.text import plural
from consent.commands.service_folder import ServiceFolder, beside, writing
from consent.errors import InvalidSettings
from consent.registry.values import OrgKind
from policies.vocabulary import OrgId

app = typer.Typer(help="Organisations that may ask: clubs, the league, the governing body.", no_args_is_help=True)


def register(program: typer.Typer) -> None:
    """Add `org` and its commands to the program."""
    program.add_typer(app, name="org")


@app.command("add")
def org_add(
    directory: ServiceFolder,
    org: Annotated[str, typer.Argument(help="Identifier, such as club-a.")],
    name: Annotated[str, typer.Option(help="Name, as athletes read it.")],
    kind: Annotated[OrgKind, typer.Option(help="What it is.")],
    key: Annotated[str, typer.Option(help="Its public key (base64), which signs its requests.")],
) -> None:
    """Register an organisation, or change its name and key. Stop the service first: the log has one writer.

    Example: homefield-consent org add union club-a --name "Eastmere FC" --kind club --key BASE64
    """
    from chassis.names import read_name
    from policies.signing import VerifyKey

    if not OrgId(org).replace("-", "").isalnum() or not 2 <= len(org) <= 64 or org != org.lower():
        raise InvalidSettings("expected an identifier of 2 to 64 lower-case letters, digits and hyphens")
    with writing(directory) as service:
        service.store.add_org(OrgId(org), name=read_name(name), kind=kind, key=VerifyKey.from_text(key))


@app.command("list")
def org_list(directory: ServiceFolder, as_json: AsJson = False) -> None:
    """List the registered organisations.

    Example: homefield-consent org list union
    """
    with beside(directory) as store:
        rows = [
            {"org": org.org_id, "name": org.name, "kind": org.kind.value, "key": org.key.text if org.key else ""}
            for org in store.orgs()
        ]
    if as_json:
        print_json("homefield-org-list-1", {"organisations": rows})
        return
    lines = [(r["org"], r["name"], r["kind"], r["key"]) for r in rows]
    print_table(plural(len(rows), "organisation", "organisations"), ("Id", "Name", "Kind", "Key"), lines)
