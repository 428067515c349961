# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeing to it that the certificates of a file are known to Certificate View.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from ._batches import send_in_batches
from ._certificate_file import Contents, contents_of
from ._client import CertViewClient
from ._diff import line_diff
from ._enumeration import enumerated
from ._errors import CertViewError
from ._filters import Shortcuts
from ._leaf_import import MOST_CERTIFICATES, Told
from ._query import Query


def contents_from(path: t.Optional[str], content: t.Optional[str]) -> Contents:
    """Return the certificates in the file *path*, or else in the text *content*.

    :raises CertViewError: of kind V(file) or V(options) when there is none, a damaged one, or no file to read.
    """
    if path is None:
        return _checked(contents_of((content or "").encode("utf-8", "replace")), "content", "options")
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except (OSError, ValueError) as exc:
        raise CertViewError(
            f"{path!r} cannot be read: {getattr(exc, 'strerror', None) or exc}",
            kind="file",
            hint="Check that it is there, on the machine where the task runs, and that its user may read it",
        ) from exc
    return _checked(contents_of(data), path, "file")


def _checked(contents: Contents, where: str, kind: str) -> Contents:
    if contents.damaged:
        raise CertViewError(
            f"{where} holds {contents.damaged} PEM blocks that are called a certificate and are none",
            kind=kind,
            hint="Look at it with: openssl crl2pkcs7 -nocrl -certfile FILE | openssl pkcs7 -print_certs -noout",
        )
    if not contents.certificates:
        raise CertViewError(
            f"{where} holds no certificate",
            kind=kind,
            hint="Give X.509 certificates as PEM or DER; openssl takes them out of a PKCS #7 or PKCS #12 store",
        )
    return contents


def ensured_certificates(
    client: CertViewClient, contents: Contents, as_of: datetime, *, check_mode: bool
) -> dict[str, t.Any]:
    """Import what is not known, and return the result of M(community.qualys.certview_certificate_import).

    :param as_of: The present.
    :param check_mode: Whether to import none, and only tell which would be.
    :raises CertViewError: of kind V(permission) when the user may not import, of kind V(request) when the server
        refuses a certificate, of kind V(answer) when one was sent and is not there afterwards.
    """
    wanted = [*contents.certificates]
    known = _known(client, wanted, as_of)
    missing = [certhash for certhash in wanted if certhash not in known]
    present = [certhash for certhash in wanted if certhash in known]
    if not check_mode:
        send_in_batches(
            lambda batch: _import(client, contents, batch, as_of),
            missing,
            MOST_CERTIFICATES,
            what="certificates",
            done="imported",
        )
    return {
        "changed": bool(missing),
        "imported": missing,
        "present": present,
        "count": len(wanted),
        "left_out": contents.left_out,
        "diff": line_diff("certificates", present, wanted),
        "api": client.api_use,
    }


def _known(client: CertViewClient, certhashes: t.Sequence[str], as_of: datetime) -> set[str]:
    query = Query(shortcuts=Shortcuts(certhashes=tuple(certhashes)))
    return {str(record["certhash"]).lower() for record in client.records(query, as_of)}


def _import(client: CertViewClient, contents: Contents, certhashes: t.Sequence[str], as_of: datetime) -> None:
    try:
        told = client.import_certificates([contents.certificates[certhash] for certhash in certhashes])
    except CertViewError as exc:
        raise _explained(exc, certhashes) from exc
    unconfirmed = [certhash for certhash in certhashes if certhash not in told.imported]
    # The answer is hardly documented; the list is what counts.
    lost = sorted(set(unconfirmed) - _known(client, unconfirmed, as_of)) if unconfirmed else []
    if lost:
        raise _unconfirmed(lost, told)


def _unconfirmed(lost: t.Sequence[str], told: Told) -> CertViewError:
    words = [f"{certhash} ({told.doubted[certhash]})" if certhash in told.doubted else certhash for certhash in lost]
    more = f"; the server says: {told.otherwise}" if told.otherwise else ""
    return CertViewError(
        f"the server took the file, but does not confirm {enumerated(words)}, and its list does not hold it{more}",
        kind="answer",
        hint="Leave out what the server refuses, or run again in some minutes: what is there by then is not sent twice",
    )


def _explained(exc: CertViewError, certhashes: t.Sequence[str]) -> CertViewError:
    if exc.http_status == 400:
        exc.message = f"{exc.message} (sent: {enumerated(certhashes)})"
        exc.hint = "The API takes leaf certificates only: leave those of authorities out, which a chain file holds too"
    if exc.http_status == 403:
        exc.hint = f"{exc.hint}. Qualys also refuses imports by users whose scope is restricted to some tags"
    return exc
