"""The embedded servers end with their supervisor, however it ends, and keep their data."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from medportal.configuration.addresses import ROOT, servers_run
from medportal.supervisor.process import wait_until
from medportal.supervisor.system import Unusable
from medportal.supervisor.valkey import refuse_evicting
from medportal.tools.launch.apart import environment
from tests.supervisor.conftest import lives

SECONDS = 30


def addresses(folder: Path) -> dict[str, str]:
    return json.loads((folder / "var" / "servers.json").read_text())


def owner(folder: Path) -> str:
    return str(json.loads((folder / "var" / "owner.json").read_text())["owner_url"])


def processes_in(folder: Path) -> list[str]:
    """Command lines that name ``folder``: whatever a supervisor may have left behind."""
    found = subprocess.run(["ps", "axo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if str(folder) in line and "ps axo" not in line]


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT])
def test_nothing_outlives_the_supervisor(supervise, folder, signum):
    supervisor = supervise("web", "interactive").await_ready()
    assert set(supervisor.children) == {"postgres", "valkey", "web", "interactive"}
    assert all(map(lives, supervisor.children.values()))

    supervisor.end(signum)

    gone = wait_until(lambda: not any(map(lives, supervisor.children.values())), SECONDS)
    assert gone, {name: lives(pid) for name, pid in supervisor.children.items()}
    assert wait_until(lambda: not processes_in(folder), SECONDS), processes_in(folder)


def test_after_a_kill_the_next_start_finds_the_data(supervise, folder):
    first = supervise().await_ready()
    with psycopg.connect(owner(folder)) as session:
        session.execute("CREATE TABLE kept AS SELECT 7 AS value")
    with redis.Redis.from_url(addresses(folder)["redis_url"]) as broker:
        broker.set("kept", "7")
        # everysec: the next second's write shows that this one is on the disk
        assert broker.waitaof(1, 0, 5000)[0] == 1
    first.end(signal.SIGKILL)

    supervise().await_ready()

    with psycopg.connect(owner(folder)) as session:
        assert session.execute("SELECT value FROM kept").fetchone() == (7,)
    with redis.Redis.from_url(addresses(folder)["redis_url"]) as broker:
        assert broker.get("kept") == b"7"


def test_a_broker_whose_file_breaks_off_starts_with_what_is_whole(supervise, folder):
    first = supervise().await_ready()
    with redis.Redis.from_url(addresses(folder)["redis_url"]) as broker:
        broker.set("kept", "7")
        broker.set("torn", "x" * 100)
        assert broker.waitaof(1, 0, 5000)[0] == 1
    first.end(signal.SIGKILL)
    (file,) = (folder / "var" / "valkey" / "appendonlydir").glob("*.incr.aof")
    os.truncate(file, file.stat().st_size - 20)

    supervise().await_ready()

    with redis.Redis.from_url(addresses(folder)["redis_url"]) as broker:
        assert (broker.get("kept"), broker.get("torn")) == (b"7", None)


def test_a_second_start_in_the_same_folder_says_so(supervise):
    supervise().await_ready()
    second = supervise()
    _, said = second.process.communicate(timeout=SECONDS)
    assert second.process.returncode == 1
    assert "already run" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("name", ["two words", "Ärzte-Haus 'Süd'", "市立医院 一号楼", 'a "b"'])
def test_blanks_quotes_umlauts_and_chinese_in_the_path(supervise, folder, name):
    supervise(var=folder / name / "var").await_ready()

    with redis.Redis.from_url(addresses(folder / name)["redis_url"]) as broker:
        assert broker.set("kept", "7")
        assert broker.config_get("dir")["dir"] == str(folder / name / "var" / "valkey")
    with psycopg.connect(owner(folder / name)) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_after_a_kill_the_lock_is_asked_and_not_the_files(supervise, folder):
    """They say where servers were: a command that believed them ended in a traceback."""
    supervisor = supervise().await_ready()
    assert servers_run(folder / "var")
    (folder / "var" / "ready").write_text("MedPortal is ready\n")
    secrets = {"SECRET_KEY": "s" * 50, "IDENTIFIER_KEY": "i" * 50}
    (folder / "var" / "secrets.json").write_text(json.dumps(secrets))
    supervisor.end(signal.SIGKILL)
    assert (folder / "var" / "servers.json").exists()

    assert not servers_run(folder / "var")
    asked = environment(folder / "var", KEY=str(folder / "key"))
    made = subprocess.run(
        [sys.executable, "-m", "medportal.tools.launch", "backup-key"],
        cwd=ROOT, env=asked, capture_output=True, text=True, check=False,
    )  # fmt: skip
    alone = subprocess.run(
        [sys.executable, "manage.py", "issue_token", "nobody"],
        cwd=ROOT, env=asked, capture_output=True, text=True, check=False,
    )  # fmt: skip
    upgraded = subprocess.run(
        [sys.executable, "-m", "medportal.tools.launch", "upgrade"],
        cwd=ROOT, env=asked | {"TO": str(folder / "kept")}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert made.returncode == 0, made.stderr
    assert (folder / "key").exists()
    assert "No servers: set DATABASE_URL" in alone.stderr
    assert "Stop the portal first" not in upgraded.stderr
    for done in (made, alone, upgraded):
        assert "Traceback" not in done.stderr


def test_two_folders_run_side_by_side(supervise, folder):
    supervise(var=folder / "one").await_ready()
    supervise(var=folder / "two").await_ready()


def test_a_crashed_child_is_started_again(supervise):
    supervisor = supervise("web").await_ready()
    os.kill(supervisor.children["web"], signal.SIGKILL)
    assert supervisor.process.stdout is not None
    assert "web ended by itself" in supervisor.process.stdout.readline()


def test_a_crashed_broker_is_started_again(supervise, folder):
    supervisor = supervise().await_ready()
    os.kill(supervisor.children["valkey"], signal.SIGKILL)

    def answers() -> bool:
        try:
            with redis.Redis.from_url(addresses(folder)["redis_url"]) as broker:
                return bool(broker.ping())
        except redis.RedisError:
            return False

    assert wait_until(lambda: not lives(supervisor.children["valkey"]), SECONDS)
    assert wait_until(answers, SECONDS)


def test_addresses_and_passwords_are_for_their_owner_alone(supervise, folder):
    supervise().await_ready()
    assert not (folder / "var" / "postgres" / "data").stat().st_mode & 0o077
    for name in ("servers.json", "owner.json", "passwords.json"):
        mode = stat.S_IMODE((folder / "var" / name).stat().st_mode)
        assert mode == 0o600, name


def test_nobody_enters_without_a_password(supervise, folder):
    supervise().await_ready()
    sockets = addresses(folder)["sockets"]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://postgres@/postgres?host={sockets}")
    with (
        redis.Redis(unix_socket_path=f"{sockets}/valkey.sock") as broker,
        pytest.raises(redis.AuthenticationError),
    ):
        broker.ping()


def test_the_database_writes_no_statement_into_its_log(supervise, folder):
    supervise().await_ready()
    with psycopg.connect(owner(folder), autocommit=True) as session:
        session.execute("CREATE TABLE person (name text UNIQUE, born date)")
        session.execute("INSERT INTO person VALUES ('Wang Xiaoming', '1960-01-01')")
        for statement in (
            "INSERT INTO person VALUES ('Wang Xiaoming', '1960-01-01')",
            "SELECT * FROM person WHERE born = 'Wang Xiaoming'",
            "SELECT 'Wang Xiaoming' FROM nowhere",
        ):
            with pytest.raises(psycopg.Error):
                session.execute(statement)
    log = (folder / "var" / "logs" / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "Wang Xiaoming" not in log
    assert "person" not in log


def test_the_cluster_is_made_as_promised(supervise, folder):
    supervise().await_ready()
    with psycopg.connect(addresses(folder)["database_url"]) as session:
        shown = {
            name: session.execute(f"SHOW {name}").fetchone()[0]
            for name in ("data_checksums", "listen_addresses", "password_encryption")
        }
        locale = session.execute(
            "SELECT datlocprovider, datctype FROM pg_database WHERE datname = 'medportal'"
        ).fetchone()
    assert shown == {
        "data_checksums": "on",
        "listen_addresses": "",
        "password_encryption": "scram-sha-256",
    }
    assert locale == ("c", "C.UTF-8")


def test_a_broker_that_may_drop_messages_is_refused(supervise, folder):
    supervise().await_ready()
    url = addresses(folder)["redis_url"]
    refuse_evicting(url)
    with redis.Redis.from_url(url) as broker:
        broker.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(Unusable, match="noeviction"):
        refuse_evicting(url)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_a_closed_folder_is_said_and_left_closed(supervise, folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    supervisor = supervise(var=closed / "var")
    assert supervisor.process.stdout is not None
    said = supervisor.process.stdout.readline()
    assert f"{closed} was closed" in said
    elsewhere = Path(said.rsplit(" ", 1)[1].strip())
    try:
        supervisor.await_ready()
        assert (elsewhere / "data" / "PG_VERSION").exists()
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        supervisor.end(signal.SIGINT)
        closed.chmod(0o711)  # open now, and still: where the data are, they stay
        supervise(var=closed / "var").await_ready()
        assert not (closed / "var" / "postgres" / "data").exists()
    finally:
        subprocess.run(["rm", "-rf", str(elsewhere.parent)], check=True)


def test_web_and_workers_know_no_owner_of_the_tables(supervise, folder):
    """Neither in their environment nor in the file of addresses that they read."""
    supervisor = supervise("web", "interactive").await_ready()
    secret = owner(folder)
    password = psycopg.conninfo.conninfo_to_dict(secret)["password"]

    assert password not in (folder / "var" / "servers.json").read_text()
    for role in ("web", "interactive"):
        surroundings = Path(f"/proc/{supervisor.children[role]}/environ").read_bytes().decode()
        assert "OWNER" not in surroundings
        assert str(password) not in surroundings
