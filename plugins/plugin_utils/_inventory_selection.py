# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificates and assets an inventory is made of: what the server is asked for, and what is left out here.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._copies import SERVERS_OWN, needed_includes
from ..module_utils._errors import CertViewError
from ..module_utils._estate import Record
from ..module_utils._fields import FIELDS
from ..module_utils._filters import Condition, holds
from ..module_utils._list_module import CONDITION_OPTIONS, WHERE_OPTIONS
from ..module_utils._listing import query_from
from ..module_utils._query import Query

CONDITIONS: Mapping[str, Mapping[str, t.Any]] = {"where": WHERE_OPTIONS["where"], **CONDITION_OPTIONS}
"""The conditions of M(community.qualys.certview_certificate_info), as an argument specification."""

FILTERS = ("include_filters", "exclude_filters")
_OF_QUERY = ("asset_type", "all_assets", "page_size")
SELECTION_OPTIONS = (*CONDITIONS, *FILTERS, *_OF_QUERY)


class Selection(t.NamedTuple):
    """What an inventory is made of.

    :ivar query: What to ask for.
    :ivar asked: The conditions that the server applies to certificates; here they choose among the assets of each.
    :ivar included: Of each of these lists of conditions one must hold, if there are any.
    :ivar excluded: None of these may hold.
    """

    query: Query
    asked: tuple[Condition, ...]
    included: tuple[tuple[Condition, ...], ...]
    excluded: tuple[tuple[Condition, ...], ...]

    def chosen(self, records: Iterable[Record]) -> Iterator[Record]:
        """Give the records that are chosen, each with those of its assets that are.

        A certificate may lie on many assets: one that is wanted for its tag brings none that lacks the tag.
        """
        of_assets = any(made.field in FIELDS and FIELDS[made.field].is_of_assets for made in self._all())
        for record in records:
            if not of_assets:
                if self._chooses(record):
                    yield record
                continue
            assets = [
                asset
                for asset in record["assets"]
                if self._chooses({**record, "assets": [asset], "assets_complete": True})
            ]
            if assets:
                yield {**record, "assets": assets}

    def _chooses(self, record: Record) -> bool:
        return (
            # A field that nobody here knows was looked at by the server.
            holds(self.asked, record, untold=True)
            and (not self.included or any(holds(several, record, untold=False) for several in self.included))
            and not any(holds(several, record, untold=False) for several in self.excluded)
        )

    def _all(self) -> Iterator[Condition]:
        for several in (self.asked, *self.included, *self.excluded):
            yield from several


def selection_of(options: Mapping[str, t.Any], includes: Iterable[str], as_of: datetime) -> Selection:
    """Return what the options of SELECTION_OPTIONS say.

    :param includes: What the answer is to hold for other reasons.
    :raises CertViewError: Kind V(options), for a condition that cannot mean anything.
    """
    asked = _query(
        {name: options[name] for name in CONDITIONS},
        "the conditions of the inventory",
        **{name: options[name] for name in _OF_QUERY},
    )
    filters = {name: tuple(_filter(given, name, as_of) for given in options[name] or ()) for name in FILTERS}
    conditions = _conditions(asked, as_of)
    needed = {made for several in (conditions, *filters[FILTERS[0]], *filters[FILTERS[1]]) for made in several}
    wanted = {*asked.includes, *includes, *needed_includes(tuple(needed))}
    return Selection(
        dataclasses.replace(asked, includes=tuple(sorted(wanted))),
        conditions,
        filters["include_filters"],
        filters["exclude_filters"],
    )


def _conditions(query: Query, as_of: datetime) -> tuple[Condition, ...]:
    return (*query.where, *query.shortcuts.conditions(as_of))


def _filter(given: object, name: str, as_of: datetime) -> tuple[Condition, ...]:
    if not isinstance(given, Mapping) or not given:
        raise CertViewError(
            f"{name} has {given!r}, which holds no condition", kind="options", hint="Write it as - tags: [Production]"
        )
    conditions = _conditions(_query(given, name), as_of)
    undecided = next((made for made in conditions if made.operator in SERVERS_OWN), None)
    if undecided is not None:
        raise CertViewError(
            f"{name} cannot decide {undecided.operator}, for an answer does not tell an absent value from one that was"
            " left out",
            kind="options",
            hint="Turn the condition round: exclude what is, or include it. The server decides it in where.",
        )
    unknown = [made.field for made in conditions if made.field not in FIELDS]
    if unknown:
        nearest = difflib.get_close_matches(unknown[0], FIELDS, n=1, cutoff=0.0)
        raise CertViewError(
            f"{name} cannot look at {unknown[0]}, which only the server knows",
            kind="options",
            hint=f"Did you mean {nearest[0]}? What only the server knows can be asked for with where.",
        )
    return conditions


def _query(given: Mapping[str, t.Any], where: str, **of_query: t.Any) -> Query:
    """Return conditions as a query.

    :param given: Values by name; a name that is no condition is a slip, and must not choose everything.
    """
    named = {name: value for name, value in given.items() if value is not None}
    checked = ArgumentSpecValidator({name: dict(spec) for name, spec in CONDITIONS.items()}).validate(named)
    if checked.error_messages:
        raise CertViewError(f"{where}: {'; '.join(checked.error_messages)}", kind="options")
    others = dict.fromkeys(("query", "includes", "exclude_fields", "sort", "limit"))
    wanted = {"asset_type": "all", "all_assets": True, "page_size": Query.page_size, **of_query}
    params = {**others, **wanted, **checked.validated_parameters}
    return query_from({**params, "where": _with_values(params["where"])})


def _with_values(where: Sequence[Mapping[str, t.Any]] | None) -> list[dict[str, t.Any]]:
    return [{"value": None, **item} for item in where or ()]
