"""docker-compose.yml and Dockerfile: valid, complete, and running what the tests run by hand."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from penxi_pilot import supervisor
from tests.production.portal import compose

ROOT = Path(__file__).resolve().parents[2]


def check(file):
    """Against the schema of the Compose Specification shipped with docker-compose 1.29.2 (Apache 2.0); the top-level `name` came later."""
    schema = json.loads((Path(__file__).parent / "compose_spec.json").read_text("utf8"))
    jsonschema.Draft7Validator(schema).validate({key: value for key, value in file.items() if key != "name"})


def test_compose_file_fits_its_schema():
    check(compose())


def test_the_schema_does_refuse():
    """Control: a misspelt key is found."""
    file = compose()
    file["services"]["web"]["comand"] = []
    with pytest.raises(jsonschema.ValidationError):
        check(file)


def test_services():
    services = compose()["services"]
    assert set(services) == {"prepare", "web", "worker", "beat", "postgres", "redis"}
    for name in ("web", "worker", "beat"):
        needs = services[name]["depends_on"]
        assert needs["prepare"]["condition"] == "service_completed_successfully"
        assert needs["postgres"]["condition"] == needs["redis"]["condition"] == "service_healthy"
        assert services[name]["restart"] == "unless-stopped"
    assert services["prepare"]["restart"] == "no"
    assert all("healthcheck" in services[name] for name in set(services) - {"prepare"})
    # Web and worker can be multiplied: no fixed name, and a range of ports.
    assert not any("container_name" in service for service in services.values())
    assert re.fullmatch(r"127\.0\.0\.1:8000-8009:8000", services["web"]["ports"][0])


def test_files_are_shared_and_kept():
    file = compose()
    for name in ("prepare", "web", "worker", "beat"):
        assert "data:/data" in file["services"][name]["volumes"]
        assert file["services"][name]["environment"]["PENXI_VAR"] == "/data"
    assert "postgres:/var/lib/postgresql/data" in file["services"]["postgres"]["volumes"]
    assert set(file["volumes"]) == {"data", "postgres"}


def test_database_locale_suits_chinese():
    assert "--locale=C.UTF-8" in compose()["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]


def test_secrets_come_from_outside():
    environment = compose()["services"]["web"]["environment"]
    for name in ("SECRET_KEY", "ALLOWED_HOSTS"):
        assert environment[name].startswith("${" + name + ":?")
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]


def test_a_worker_may_finish_its_job():
    from django.conf import settings

    grace = int(compose()["services"]["worker"]["stop_grace_period"].removesuffix("s"))
    assert grace > settings.CELERY_TASK_TIME_LIMIT


def test_compose_and_the_embedded_default_run_the_same_programs():
    """Only program names, the address and the worker's name differ."""

    def essence(words):
        own = {"-m", "--quiet"}
        rest = [word for word in words if word not in own and not word.endswith("/python") and not word.startswith(("fd://", "worker-"))]
        return [word for word in rest if word not in ("-b", "-n")]

    services = compose()["services"]
    for name, command, *_ in supervisor.commands(7):
        assert essence(command) == essence(services[name]["command"]), name


def test_every_setting_of_the_compose_file_is_explained():
    example = (ROOT / ".env.example").read_text("utf8")
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text("utf8")))
    assert all(re.search(rf"^{name}=", example, re.MULTILINE) for name in asked)


def test_every_setting_that_is_read_is_explained():
    example = (ROOT / ".env.example").read_text("utf8")
    sources = (ROOT / "penxi_pilot/settings.py", ROOT / "penxi_pilot/gunicorn.py")
    read = {
        name
        for source in sources
        for name in re.findall(r"(?:env(?:\.\w+)?|_required|environ\.get)\(\s*\"([A-Z_]+)\"", source.read_text("utf8"))
    }
    internal = {"PENXI_PROCESS", "STATIC_ROOT", "DJANGO_SETTINGS_MODULE"}
    unknown = {name for name in read - internal if not re.search(rf"^#? ?{name}=", example, re.MULTILINE) and name != "DEBUG"}
    assert not unknown


def test_the_image_is_made_by_the_set_up_that_is_tested():
    text = (ROOT / "Dockerfile").read_text("utf8")
    assert "RUN bin/setup" in text
    assert "USER penxi" in text
    assert set(re.findall(r"FROM (\S+)", text)) == {"debian:bookworm-slim"}
    ignored = (ROOT / ".dockerignore").read_text("utf8").split()
    assert {".env", ".git", "var", ".venv"} <= set(ignored)
