"""Where the console may listen, and by which names it may be asked."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from seawall.core.problem import UnableToUseInput
from seawall.office import addresses, homes, settings
from seawall.office.addresses import Console
from seawall.office.settings import Settings

PUBLIC = "https://seawall.lender.example"


def codes(**told: object) -> list[str]:
    return [each.code for each in addresses.unsafe(Console.model_validate(told), "here")]


@pytest.fixture
def pem(tmp_path: Path) -> Callable[[str], Path]:
    def made(name: str) -> Path:
        file = tmp_path / name
        file.touch(mode=0o600)
        return file

    return made


@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({}, []),
        ({"host": "localhost", "port": 9000}, []),
        ({"host": "::1"}, []),
        ({"host": "0.0.0.0"}, ["console-unencrypted", "console-nameless"]),  # noqa: S104 - it is refused
        ({"host": "10.1.2.3", "public": PUBLIC}, ["console-unencrypted"]),
        ({"host": "seawall.lender.example", "public": PUBLIC}, ["console-unencrypted"]),
        ({"host": "0.0.0.0", "public": PUBLIC, "behind_proxy": True}, []),  # noqa: S104 - a proxy stands before it
        ({"public": PUBLIC, "behind_proxy": True}, []),
        ({"behind_proxy": True}, ["console-public-unencrypted"]),
        ({"public": "http://seawall.lender.example"}, ["console-public-unencrypted"]),
        ({"public": "http://seawall.lender.example", "behind_proxy": True}, ["console-public-unencrypted"]),
        ({"certificate": "/none.pem"}, ["console-certificate-half", "console-certificate-absent"]),
    ],
)  # fmt: skip
def test_what_others_could_reach_without_encryption_is_refused(
    told: dict[str, object], refused: list[str]
) -> None:
    assert codes(**told) == refused


def test_a_certificate_and_its_key_serve_others(pem: Callable[[str], Path]) -> None:
    told = {"host": "10.1.2.3", "public": PUBLIC, "certificate": pem("c"), "private_key": pem("k")}
    assert codes(**told) == []
    pem("k").chmod(0o640)
    assert codes(**told) == ["console-key-open"]


@pytest.mark.parametrize(
    ("told", "origin", "names"),
    [
        ({}, "http://127.0.0.1:8080", ("127.0.0.1", "localhost", "[::1]")),
        ({"host": "::1"}, "http://[::1]:8080", ("[::1]", "localhost", "127.0.0.1")),
        ({"public": f"{PUBLIC}/", "host": "10.1.2.3", "hosts": ("web-1",)}, PUBLIC, ("seawall.lender.example", "web-1")),
        ({"certificate": "c", "port": 8443}, "https://127.0.0.1:8443", ("127.0.0.1", "localhost", "[::1]")),
    ],
)  # fmt: skip
def test_it_answers_to_its_names_only(
    told: dict[str, object], origin: str, names: tuple[str, ...]
) -> None:
    console = Console.model_validate(told)
    assert (console.origin, console.names) == (origin, names)
    assert console.encrypted == origin.startswith("https")


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / settings.FILE).write_text(
        f'[console]\npublic = "{PUBLIC}"\nbehind_proxy = true\nport = 9000\n'
        '[console.mail]\nhost = "mail.lender.example"\nsender = "seawall@lender.example"\n'
    )
    told = settings.read(tmp_path).console
    assert (told.public, told.port, told.behind_proxy, told.workers) == (PUBLIC, 9000, True, 1)
    assert told.mail is not None
    for name, value in {"PORT": "9001", "HOSTS": "web-1, web-2", "BEHIND_PROXY": "false"}.items():
        monkeypatch.setenv(f"SEAWALL_CONSOLE_{name}", value)
    told = settings.read(tmp_path).console
    assert (told.port, told.hosts, told.behind_proxy) == (9001, ("web-1", "web-2"), False)
    assert told.mail is not None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("port = 0", "console.port"),
        ('public = "seawall.lender.example"', "console.public"),
        ('public = "https://seawall.lender.example/console"', "console.public"),
        ("prot = 80", "console.prot"),
        ('mail = {host = "m", sender = "s", password = "p"}', "console.mail.password"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / settings.FILE).write_text(f"[console]\n{text}\n")
    with pytest.raises(UnableToUseInput) as caught:
        settings.read(tmp_path)
    assert [each.facts["name"] for each in caught.value.problems] == [named]


def test_a_wrong_variable_is_refused_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAWALL_CONSOLE_PORT", "eighty")
    with pytest.raises(UnableToUseInput, match="SEAWALL_CONSOLE_"):
        settings.read(tmp_path)


def test_a_new_home_does_not_write_the_machines_addresses_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAWALL_CONSOLE_PUBLIC", PUBLIC)
    made = homes.make(tmp_path / "home", "lender.example/ledger")
    assert made.settings.console.public == PUBLIC
    monkeypatch.delenv("SEAWALL_CONSOLE_PUBLIC")
    assert homes.home(tmp_path / "home").settings == Settings()
    assert not os.path.lexists(tmp_path / "home" / settings.FILE)
