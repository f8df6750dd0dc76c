"""Named people, the plan, a fixed day. The official plan and the sample accounts are loaded once per test database.

The default database decides which tests run: on SQLite all but those marked `postgres`; on PostgreSQL (DATABASE_URL set by bin/test)
those marked `postgres` or `both_databases`.
"""

import datetime
import gc
import os
import tempfile

import hypothesis
import pytest

# How long an example takes says something about the machine, nothing about the rule.
hypothesis.settings.register_profile("portal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("portal")

if "PENXI_VAR" not in os.environ:
    os.environ["PENXI_VAR"] = tempfile.mkdtemp(prefix="penxi-test-")

TODAY = datetime.date(2022, 11, 30)
PASSWORD = "Shili-Mima-2022"
PEOPLE = [
    "sysadmin",
    "office",
    "office2",
    "leader",
    "department",
    "finance",
    "puan",
    "puan2",
    "puan_finance",
    "chicheng",
    "chicheng2",
    "chicheng_finance",
    "guangfu",
    "zhulinqiao",
    "xiahejie",
    "dongjie",
    "nanbeijie",
    "contractor",
    "auditor",
]


LONGEST_FIRST = ("test_story.py", "test_access.py", "test_production.py", "test_kill.py", "test_year.py", "test_run.py")
"""bin/test gives whole files to processes: none should begin its longest one when the others are done."""


def pytest_xdist_make_scheduler(config, log):
    """Whole files, but for the cells of test_access.py, by far the longest file: each half of its accounts makes its own world."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class FilesAndHalves(LoadFileScheduling):
        def _split_scope(self, nodeid):
            account = nodeid.partition("test_access.py::test_cells_of_an_account[")[2].rstrip("]")
            return super()._split_scope(nodeid) + (" second half" if account and PEOPLE.index(account) % 2 else "")

    return FilesAndHalves(config, log)


def pytest_collection_finish():
    """What was imported stays: it is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_modifyitems(config, items):
    from django.conf import settings

    items.sort(key=lambda item: LONGEST_FIRST.index(item.path.name) if item.path.name in LONGEST_FIRST else len(LONGEST_FIRST))

    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    chosen, left = [], []
    for item in items:
        only, both = item.get_closest_marker("postgres"), item.get_closest_marker("both_databases")
        (chosen if ((only or both) if on_postgres else not only) else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = chosen


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords():
    """A quick hasher for tests; the rules of the production hasher are tested on their own."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def fill_database():
    """The plan and the people, where they do not stand yet: tests that really commit empty the database when they end."""
    from django.core.management import call_command

    from accounts import clock
    from accounts.models import User
    from accounts.sample import create_accounts
    from pilots import plan_memory

    if not User.objects.exists():
        with clock.at(TODAY):
            call_command("load_plan", verbosity=0)
            create_accounts(password=PASSWORD)
        plan_memory.forget()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, tmp_path_factory):
    """On SQLite the test database is a file: threads of a live server have connections of their own, as in the portal (a database in memory
    has one connection for all of them)."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, cheap_passwords):
    """The plan and the people stand in every test database."""
    with django_db_blocker.unblock():
        fill_database()


@pytest.fixture(autouse=True)
def today():
    """The business clock stands at 2022-11-30 in every test; `with clock.at(...)` moves it."""
    from accounts import clock

    with clock.at(TODAY):
        yield TODAY


@pytest.fixture(autouse=True)
def fresh_plan():
    """No test sees what another one read of the plan, or computed for the home page."""
    from pilots import plan_memory, record_memory

    plan_memory.forget()
    record_memory.forget()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Each test has a media folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def person(db):
    """`person("guangfu")` → that User."""
    from accounts.models import User

    def get(username):
        return User.objects.select_related("unit").get(username=username)

    return get


def _named(username):
    @pytest.fixture(name=username)
    def fixture(person):
        return person(username)

    fixture.__doc__ = f"The sample account {username}."
    return fixture


for _username in PEOPLE:
    globals()[_username] = _named(_username)


@pytest.fixture
def as_person(person):
    """`as_person("guangfu")` → a test client logged in as that person; a fresh client each time."""
    from django.test import Client

    def login(username, **client_options):
        client = Client(**client_options)
        client.force_login(person(username), backend="accounts.auth.AccountBackend")
        return client

    return login


@pytest.fixture
def pilot(db):
    """`pilot("P2")` → that Pilot."""
    from pilots.models import Pilot

    def get(code):
        return Pilot.objects.select_related("unit", "accountable", "type").get(code=code)

    return get


@pytest.fixture
def task(db):
    """`task("T2.4")` → the task instance of an obligation with one instance, `task("S1.1", "guangfu")` of one unit's."""
    from pilots.models import Task

    def get(code, unit=None):
        found = Task.objects.filter(obligation__code=code)
        return found.get(unit__code=unit) if unit else found.get()

    return get
