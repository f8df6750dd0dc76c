"""Production refuses to start with a missing, weak or dangerous setting, in one line and without telling a secret."""

import pytest

from tests.wiring.starts import PRODUCTION, environment, run

GUNICORN = ("-m", "gunicorn", "-c", "penxi_pilot/gunicorn.py", "penxi_pilot.wsgi")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-" + "x1y2z3w4v5u6" * 6}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": " "}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite:////tmp/penxi.sqlite3"}, "DATABASE_URL"),
        ({"REDIS_URL": None}, "REDIS_URL"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"PENXI_TODAY": "2023-03-31"}, "PENXI_TODAY"),
        ({"PENXI_ENV": "produktion"}, "PENXI_ENV"),
    ],
    ids=lambda value: "-".join(f"{k}={str(v)[:12]}" for k, v in value.items()) if isinstance(value, dict) else value,
)
def test_production_refuses(tmp_path, change, named):
    env = environment(tmp_path, **{**PRODUCTION, **change})
    done = run(*GUNICORN, "--check-config", env=env)
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("无法启动：")
    assert named in lines[0]
    for secret in (env.get("SECRET_KEY"), "geheim-4711"):
        assert not secret or secret not in done.stderr + done.stdout


def test_complete_settings_are_accepted_and_the_deploy_check_has_no_warning(tmp_path):
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", env=environment(tmp_path, **PRODUCTION))
    assert done.returncode == 0, done.stderr


def test_production_is_real_whatever_the_mode_says(tmp_path):
    env = environment(tmp_path, **PRODUCTION, PENXI_MODE="sample")
    done = run(
        "-c",
        "from django.conf import settings as s; print(s.PENXI_MODE, s.SAMPLE_MODE, s.PENXI_TODAY)",
        env={**env, "DJANGO_SETTINGS_MODULE": "penxi_pilot.settings"},
    )
    assert done.stdout.split() == ["real", "False", "None"]


def test_embedded_needs_nothing(tmp_path):
    env = environment(tmp_path, DJANGO_SETTINGS_MODULE="penxi_pilot.settings")
    done = run(
        "-c", "from django.conf import settings as s; print(s.PENXI_TODAY, s.DATABASES['default']['ENGINE'], s.CELERY_BROKER_URL)", env=env
    )
    day, engine, broker = done.stdout.split()
    assert (day, engine) == ("2023-03-31", "django.db.backends.sqlite3")
    assert broker == f"sqla+sqlite:///{tmp_path}/queue.sqlite3"
    assert (tmp_path / "run" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_only_the_web_process_pools_connections(tmp_path):
    """A pool has threads that do not survive the fork of a worker's children."""
    program = "from django.conf import settings as s; print('pool' in s.DATABASES['default']['OPTIONS'])"
    for process, pooled in (("web", "True"), ("worker", "False"), ("beat", "False"), (None, "False")):
        env = environment(tmp_path, **PRODUCTION, PENXI_PROCESS=process, DJANGO_SETTINGS_MODULE="penxi_pilot.settings")
        assert run("-c", program, env=env).stdout.strip() == pooled


@pytest.mark.parametrize("command", [("-m", "celery", "-A", "penxi_pilot", "beat"), ("-m", "penxi_pilot.prepare")], ids=["beat", "prepare"])
def test_other_processes_refuse_as_well(tmp_path, command):
    done = run(*command, env=environment(tmp_path, **{**PRODUCTION, "SECRET_KEY": "short"}))
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr.strip().splitlines()[-1]
