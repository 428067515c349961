# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sending leaf certificates to Certificate View, and reading which of them it took.

Source: CertView API guide, "Import Leaf Certificate".

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import re
import ssl
import typing as t

from ._answers import Answer, printable, without_secrets
from ._certificate_file import contents_of
from ._transport import Upload
from ._values import items, lines, mapping, scrub_all, text, truth

PATH = "/certview/v1/certificates/import/leaf"

# No bound is documented; so many stay below the 1 MB that web servers commonly allow a request.
MOST_CERTIFICATES = 200

_ENTRIES = "certificatesResponses"

# The guide names no field that tells how an import went. These are what APIs call them, without hyphens and case; what
# is taken for a failure by mistake costs a look into the list.
_FAULTS = re.compile(r"error|fail|reject|refus|denied|invalid|exception")
_STATUSES = frozenset(
    {"status", "importstatus", "result", "importresult", "outcome", "code", "statuscode", "resultcode", "responsecode"}
)
_CONFIRMATIONS = frozenset({"success", "successful", "imported", "accepted"})
_REMARKS = frozenset({"message", "messages", "msg", "reason", "detail", "details"})

_SUCCESSES = frozenset(
    {"success", "successful", "succeeded", "ok", "imported", "created", "accepted", "added", "saved", "done"}
    | {"complete", "completed", "0", "200", "201", "202"}
)
_NO_FAULTS = _SUCCESSES | {"false", "none", "null"}

_MOST_WORDS = 300


class Told(t.NamedTuple):
    """What the answer to an import tells of certificates, by their SHA-256.

    :ivar imported: Those that it names without a sign of failure.
    :ivar doubted: The server's words on each that it names with one.
    :ivar otherwise: Its words on what it does not name.
    """

    imported: frozenset[str]
    doubted: dict[str, str]
    otherwise: str


def upload(certificates: t.Iterable[bytes]) -> Upload:
    """Return the file that imports *certificates*, each given in DER."""
    pem = "".join(map(ssl.DER_cert_to_PEM_cert, certificates))
    return Upload("certificates.pem", pem.encode("ascii"), "application/x-pem-file")


def told_by(answer: Answer) -> Told:
    """Return what the answer to an import tells of each certificate.

    The guide shows no more of an entry than C(rawData), which it may repeat of a certificate that was refused, too.

    :raises CertViewError: of kind V(answer) when it is not JSON.
    """
    body = mapping(answer.json())
    of_all = _doubts({name: value for name, value in body.items() if name != _ENTRIES}, answer.secrets)
    imported: set[str] = set()
    doubted: dict[str, str] = {}
    otherwise = []
    for each in items(body.get(_ENTRIES)):
        entry = mapping(each)
        named, doubts = _named(entry), _doubts(entry, answer.secrets)
        if doubts or of_all:
            doubted.update(dict.fromkeys(named, doubts or of_all))
        else:
            imported |= named
        if doubts and not named:
            otherwise.append(doubts)
    if of_all and not doubted:
        otherwise.append(of_all)
    return Told(frozenset(imported - doubted.keys()), doubted, "; ".join(otherwise)[:_MOST_WORDS])


def _named(entry: t.Mapping[str, t.Any]) -> set[str]:
    raw_data = lines(entry.get("rawData")) or ""
    certhash = text(entry.get("certhash"))
    named = set(contents_of(raw_data.encode("utf-8", "replace")).certificates)
    return named | {certhash.lower()} if certhash else named


def _doubts(entry: t.Mapping[str, t.Any], secrets: tuple[str, ...]) -> str:
    """Return the words that stand against the success of an import; none when nothing does."""
    faults, remarks, is_confirmed = [], [], False
    for path, value in _leaves(entry):
        name = path.rpartition(".")[2]
        word = value.lower()
        if _FAULTS.search(path):
            faults += [] if word in _NO_FAULTS else [f"{path}: {value}"]
        elif name in _CONFIRMATIONS:
            faults += [f"{path}: {value}"] if truth(word) is False else []
        elif name in _STATUSES:
            is_confirmed = is_confirmed or word in _SUCCESSES or truth(word) is True
            faults += [] if word in _SUCCESSES or truth(word) is True else [f"{path}: {value}"]
        elif name in _REMARKS:
            remarks.append(f"{path}: {value}")
    told = faults + remarks if faults or not is_confirmed else []
    return printable(without_secrets(", ".join(told), secrets))[:_MOST_WORDS]


def _leaves(entry: t.Mapping[str, t.Any]) -> t.Iterator[tuple[str, str]]:
    """Give the path and the text of each value that says something, as deep as scrubbing leaves it."""
    waiting: list[tuple[str, t.Any]] = [("", scrub_all(dict(entry)))]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            prefix = f"{path}." if path else ""
            inner = [(prefix + re.sub("[_-]", "", name.lower()), item) for name, item in value.items()]
            waiting += reversed(inner)
        elif isinstance(value, list):
            waiting += [(path, item) for item in reversed(value)]
        elif value is not None and str(value).strip():
            yield path, str(value).strip()
