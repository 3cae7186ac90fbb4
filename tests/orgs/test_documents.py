"""The store of files: what is kept comes back, what was changed or left behind does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from orgs.exceptions import FileDamaged
from orgs.kernel.sheets import FileRejected
from orgs.operations import documents

STORE = documents.Store("test_documents")
PDF = b"%PDF-1.4\n%%EOF\n"


def test_a_kept_file_comes_back_and_a_changed_one_does_not():
    document = documents.checked(PDF, "../总结.PDF")
    assert (document.name, document.size) == ("总结.pdf", len(PDF))
    name = STORE.keep(document.data)
    path = Path(settings.MEDIA_ROOT, STORE.folder, name)
    assert PDF not in path.read_bytes()
    assert STORE.read(name, document.sha256) == PDF
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(bytes(whole))
    assert not STORE.is_intact(name, document.sha256)
    STORE.forget(name)
    with pytest.raises(FileDamaged):
        STORE.read(name, document.sha256)


@pytest.mark.parametrize("name", ["../secret", "x.bin", "", "0" * 32])
def test_only_names_of_ours_are_paths(name):
    with pytest.raises(FileDamaged):
        STORE.read(name, "0" * 64)


def test_a_file_whose_row_is_not_written_goes_again():
    names = []

    def fail():
        with STORE.held(PDF) as name:
            names.append(name)
            raise ValueError("no row")

    with pytest.raises(ValueError, match="no row"):
        fail()
    assert not Path(settings.MEDIA_ROOT, STORE.folder, names[0]).exists()


def test_a_file_of_another_kind_is_refused():
    with pytest.raises(FileRejected):
        documents.checked(b"MZ\x90\x00", "a.pdf")
