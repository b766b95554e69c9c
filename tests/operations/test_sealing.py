"""Sealed files: whatever was done to one is seen, and the wrong key says so."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from medportal.operations.backups import keys as key_sets
from medportal.operations.backups import layout
from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.retention import kept, thin_out
from medportal.operations.backups.sealing import (
    CHUNK_BYTES,
    HEADER_BYTES,
    TAG_BYTES,
    SealedWriter,
    opened,
)

SECRETS = {"SECRET_KEY": "s" * 50, "IDENTIFIER_KEY": "i" * 50}
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES


@pytest.fixture
def keys(tmp_path):
    return key_sets.make_key_set(tmp_path / "key", SECRETS, "loopback")


def sealed(keys, content: bytes, name="file.sealed") -> bytes:
    target = io.BytesIO()
    writer = SealedWriter(target, keys, name)
    writer.write(content)
    writer.finish()
    return target.getvalue()


def read(tmp_path, keys, content: bytes, name="file.sealed") -> bytes:
    (tmp_path / name).write_bytes(content)
    return b"".join(opened(tmp_path / name, keys))


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_what_was_sealed_comes_back_and_is_not_to_be_seen(tmp_path, keys, size):
    plain = (b"Vanterpool " * (size // 11 + 1))[:size]
    found = sealed(keys, plain)

    assert read(tmp_path, keys, found) == plain
    assert b"Vanterpool" not in found
    assert sealed(keys, plain) != found, "a salt of chance each time"


DAMAGE = {
    "a byte of the first chunk": lambda f: _flipped(f, HEADER_BYTES),
    "a byte of the last chunk": lambda f: _flipped(f, len(f) - TAG_BYTES - 1),
    "a byte of the tag": lambda f: _flipped(f, len(f) - 1),
    "a byte of the salt": lambda f: _flipped(f, HEADER_BYTES - 1),
    "cut within a chunk": lambda f: f[:-5],
    "cut at the end of a chunk": lambda f: f[: HEADER_BYTES + SEALED_CHUNK],
    "only the header": lambda f: f[:HEADER_BYTES],
    "half a header": lambda f: f[:20],
    "nothing": lambda f: f[:0],
    "a chunk twice": lambda f: f[: HEADER_BYTES + SEALED_CHUNK] + f[HEADER_BYTES:],
    "a chunk left out": lambda f: f[:HEADER_BYTES] + f[HEADER_BYTES + SEALED_CHUNK :],
    "something more at the end": lambda f: f + b"x",
}


def _flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_one_clear_line(tmp_path, keys, name):
    harmed = DAMAGE[name](sealed(keys, b"x" * (CHUNK_BYTES + 100)))

    with pytest.raises(BackupError, match=r"damaged|cut short") as problem:
        read(tmp_path, keys, harmed)
    assert "\n" not in str(problem.value)


def test_a_file_under_another_name_is_refused(tmp_path, keys):
    with pytest.raises(BackupError, match="damaged"):
        read(tmp_path, keys, sealed(keys, b"objects", "objects.sealed"), "database.sealed")


def test_another_key_says_which_one_is_needed(tmp_path, keys):
    other = key_sets.make_key_set(tmp_path / "other", SECRETS, "")

    with pytest.raises(BackupError, match=f"the key {keys.fingerprint}; ") as problem:
        read(tmp_path, other, sealed(keys, b"x"))
    assert f"this is the key {other.fingerprint}" in str(problem.value)


def test_a_key_set_is_its_owners_alone_and_never_written_over(tmp_path, keys):
    file = tmp_path / "key"

    assert file.stat().st_mode & 0o077 == 0
    assert key_sets.read_key_set(file) == keys
    with pytest.raises(BackupError, match="never written over"):
        key_sets.make_key_set(file, SECRETS, "")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"key": "x"}', '{"key": "eA==", "secrets": {}}', "\x00"]
)
def test_what_is_no_key_set_is_said_in_one_line(tmp_path, text):
    (tmp_path / "key").write_text(text)

    with pytest.raises(BackupError, match="is no key set"):
        key_sets.read_key_set(tmp_path / "key")


def test_without_the_key_set_no_backup_is_read(tmp_path):
    with pytest.raises(BackupError, match="without the key set that was kept apart"):
        key_sets.read_key_set(tmp_path / "gone")


@pytest.mark.parametrize("inside", ["key", "deep/er/key", "../backups/key"])
def test_a_key_beside_what_it_opens_is_refused(tmp_path, inside):
    place = tmp_path / "backups"

    with pytest.raises(BackupError, match="keep the key apart"):
        key_sets.refuse_beside(place / inside, place)
    key_sets.refuse_beside(tmp_path / "elsewhere" / "key", place)


def test_a_manifest_of_another_format_is_refused(tmp_path, keys):
    folder = tmp_path / "medportal-20261125T020000Z"
    folder.mkdir()
    for name in (layout.DATABASE, layout.OBJECTS):
        (folder / name).touch()
    body = json.dumps({"format": 2}).encode()
    (folder / layout.MANIFEST).write_bytes(sealed(keys, body, layout.MANIFEST))

    with pytest.raises(BackupError, match="another format"):
        layout.read_manifest(folder, keys)


def test_of_four_hundred_nights_seven_days_five_weeks_and_twelve_months_stay():
    last = datetime(2026, 11, 25, 2, tzinfo=UTC)
    nights = [last - timedelta(days=n) for n in range(400)]

    staying = kept(nights)

    assert [last - timedelta(days=n) for n in range(7)] == sorted(staying, reverse=True)[:7]
    assert len({night.isocalendar()[:2] for night in staying if last - night < timedelta(35)}) == 5
    assert len({(night.year, night.month) for night in staying}) == 12
    assert len(staying) <= 7 + 5 + 12
    assert kept([]) == set()


def test_thinning_touches_nothing_but_old_nightly_ones(tmp_path):
    names = [f"medportal-202611{day:02}T020000Z-nightly" for day in range(1, 26)]
    others = ["medportal-20200101T020000Z", "notes.txt", ".making-medportal-20261101T020000Z"]
    for name in (*names, *others):
        (tmp_path / name).mkdir()

    left = thin_out(tmp_path)

    there = {path.name for path in tmp_path.iterdir()}
    assert there == set(names) - set(left) | set(others)
    assert names[-7:] == [name for name in names[-7:] if name in there]
    assert len(left) == 25 - 7 - 3  # three more weeks have their newest


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_what_is_not_whole_has_no_name(tmp_path, error):
    def stopped():
        with layout.folder_in_the_making(tmp_path, "medportal-x") as folder:
            (folder / "half").write_text("half")
            raise error

    with pytest.raises(error):
        stopped()

    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_two_at_once_in_one_place_do_not_meet(tmp_path):
    def second():
        with layout.folder_in_the_making(tmp_path, "medportal-b"):
            pass

    with (
        layout.folder_in_the_making(tmp_path, "medportal-a"),
        pytest.raises(BackupError, match="Another backup"),
    ):
        second()


def test_what_a_killed_one_left_goes_with_the_next(tmp_path):
    (tmp_path / ".making-medportal-old").mkdir()
    (tmp_path / ".making-medportal-old" / "half").touch()

    with layout.folder_in_the_making(tmp_path, "medportal-new"):
        pass

    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "medportal-new"]
