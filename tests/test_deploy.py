"""What is shipped to run the house elsewhere names commands, options, settings and files that there are."""

import re
import shlex
import tomllib
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from seawall.cli.main import COMMANDS, app
from seawall.office.addresses import VARIABLE, Console, unsafe
from seawall.office.settings import Settings
from seawall.office.work import schedule

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("init", "web", "worker")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
HEADERS = {"Host": "$host", "X-Forwarded-Proto": "$scheme", "X-Forwarded-For": "$remote_addr"}
OPERATE = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


def parsed(words: list[str]) -> None:
    """A command with its options is one that the program takes; it is not run."""
    name, *options = words
    assert name in COMMANDS, words
    group: Any = typer.main.get_command(app)
    command = group.get_command(None, name)
    command.make_context(name, options)


def unit(name: str) -> ConfigParser:
    read = ConfigParser(
        strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",)
    )
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read_string((ROOT / "deploy" / name).read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("file", sorted((ROOT / "deploy").glob("*.service")), ids=lambda f: f.name)
def test_a_unit_runs_a_command_as_a_user_of_its_own(file: Path) -> None:
    service = unit(file.name)["Service"]
    words = shlex.split(service["ExecStart"])
    if words[0] == "/bin/sh":
        words = shlex.split(words[2].removeprefix("exec "))
    assert words[0] == "/opt/seawall/bin/seawall"
    parsed(words[1:])
    assert service["User"] == "seawall"
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert "/srv/seawall" in service["ReadWritePaths"].split()
    assert f"deploy/{file.name}" in OPERATE


def test_a_timer_begins_a_service_that_is_there() -> None:
    for file in (ROOT / "deploy").glob("*.timer"):
        assert file.with_suffix(".service").is_file()
        assert re.fullmatch(r"\*-\*-\* \d\d:\d\d:\d\d", unit(file.name)["Timer"]["OnCalendar"])


def test_a_unit_has_more_time_to_stop_than_the_worker_takes() -> None:
    from seawall.cli.working import GRACE_S  # noqa: PLC0415 - a command's module
    from seawall.console.server import STOPS_WITHIN_S  # noqa: PLC0415 - Django's settings first

    for name in ("seawall-web.service", "seawall-work.service"):
        assert float(unit(name)["Service"]["TimeoutStopSec"]) > max(GRACE_S, STOPS_WITHIN_S)


def test_every_service_of_ours_runs_a_command() -> None:
    for name in ("web", "worker"):
        parsed(SERVICES[name]["command"])
    made = SERVICES["init"]["command"][0].partition("exec seawall ")[2]
    parsed(shlex.split(made.replace("$$", "$")))
    check = SERVICES["worker"]["healthcheck"]["test"]
    assert check[:2] == ["CMD", "seawall"]
    parsed(check[2:])


def test_services_can_do_no_more_than_they_must() -> None:
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"]
        assert "ports" not in service
    assert re.search(r"^USER seawall$", DOCKERFILE, re.MULTILINE)
    assert DOCKERFILE.rindex("\nUSER ") < DOCKERFILE.index("\nENTRYPOINT")
    assert [name for name, each in SERVICES.items() if "ports" in each] == ["proxy"]


def test_every_service_is_looked_after_and_waits_for_what_it_needs() -> None:
    for name in ("web", "worker", "database"):
        assert "healthcheck" in SERVICES[name], name
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            healthy = "healthcheck" in SERVICES[other]
            assert healthy == (how["condition"] == "service_healthy"), (name, other)
    volumes = {told.partition(":")[0] for each in SERVICES.values() for told in each.get("volumes", ())}  # fmt: skip
    named = {each for each in volumes if not each.startswith(".")}
    assert named == set(COMPOSE["volumes"])
    assert all((ROOT / each).exists() for each in volumes - named)


def test_the_containers_settings_are_safe_settings_of_the_console() -> None:
    told = {
        name.removeprefix(VARIABLE).lower(): re.sub(r"\$\{\w+:-(\w+)\}", r"\1", str(value))
        for name, value in SERVICES["web"]["environment"].items()
        if name.startswith(VARIABLE)
    }
    assert told.keys() <= Console.model_fields.keys()
    console = Console.model_validate({**told, "hosts": told["hosts"].split(",")})
    assert list(unsafe(console, "compose.yaml")) == []
    assert str(console.port) in SERVICES["web"]["expose"]
    assert f":{console.port}" in SERVICES["proxy"]["environment"]["SEAWALL_UPSTREAM"]
    assert f"127.0.0.1:{console.port}/api/v1/ready" in SERVICES["web"]["healthcheck"]["test"][-1]


def test_a_password_stands_in_no_file_and_images_have_no_registry_of_ours() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"PASSWORD: (.*)", text)) == {
        "${SEAWALL_DB_PASSWORD:?write it into .env}"
    }
    images = [*re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE), *re.findall(r"image: (\S+)", text)]  # fmt: skip
    assert all("/" not in image for image in images)


def test_the_image_is_made_of_files_that_are_there_and_sees_no_others() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    seen = {each.removeprefix("!") for each in ignored if each.startswith("!")}
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for name in line.split()[:-1]
    }
    assert copied == seen
    assert all((ROOT / name).exists() for name in copied)
    assert ignored[0] == "*"


def test_the_proxys_headers_are_set_wherever_it_asks_the_console() -> None:
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    blocks = [each for each in re.findall(r"\{([^{}]*)\}", text) if "proxy_pass" in each]
    assert len(blocks) == 2
    for block in blocks:
        for name, value in HEADERS.items():
            assert f"proxy_set_header {name} {value};" in block
        assert f"127.0.0.1:{Console().port}" in block


def test_what_the_page_shows_as_settings_can_be_read() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", OPERATE, re.DOTALL)
    told = Settings.model_validate(tomllib.loads(block))
    assert list(unsafe(told.console, "operate.md")) == []
    assert told.work.publish is not None
    for name in Console.model_fields:
        assert f"`{name}`" in OPERATE, name


def test_the_page_tells_the_schedule_as_it_is() -> None:
    told = {
        row[0]: row[1] for row in re.findall(r"^\| `(\w+)` \| ([^|]+) \|", OPERATE, re.MULTILINE)
    }
    for entry in schedule.shipped().entries:
        minute, hour, *_ = entry.cron.split()
        at = f"{hour:0>2}:{minute:0>2}" if hour.isdigit() else told[entry.id].strip()
        assert told[entry.id].strip() == at
        assert (
            at in ("each minute", "every ten minutes", "every fifteen minutes", "each hour")
        ) == (not hour.isdigit())


def test_commands_on_the_page_are_commands() -> None:
    named = re.findall(r"`seawall ([a-z]+)((?: --[a-z-]+)*)`", OPERATE)
    assert len(named) > 10
    for name, options in named:
        assert name in COMMANDS
        group: Any = typer.main.get_command(app)
        command = group.get_command(None, name)
        known = {opt for each in getattr(command, "params", ()) for opt in each.opts}
        assert set(options.split()) <= known, (name, options)
