# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of what modules that list things have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment P(community.qualys.listing#doc_fragment)."""

    DOCUMENTATION = r"""
options:
  limit:
    description: How many records to return at most.
    type: int
  dest:
    description:
      - A file that is to hold the records, one JSON document a line, readable by its owner only. The result then has
        counts only. This is the way for more than some thousands of records.
    type: path
attributes:
  diff_mode:
    details:
      - This changes nothing but the file O(dest).
notes:
  - It asks the API where the task runs, once for each host of the play. For all hosts together run it once, on the
    controller, as the examples do.
  - A row that Qualys removes while the list is read can hide another one until the next time. The API gives no sign of
    it, so RV(complete) does not tell it either.
"""

    WHERE = r"""
options:
  where:
    description:
      - Conditions that the server is to apply, all of which must hold. What it answers is checked again here, as far
        as an answer tells what a condition is about. What contradicts is left out, with a warning.
    type: list
    elements: dict
    suboptions:
      field:
        description:
          - Name of the field as the API has it, for example V(certificate.validToDate), V(asset.tagName) or
            V(instance.port) where the list has such. A name that this collection does not know is passed on.
        type: str
        required: true
      operator:
        description:
          - How to compare. V(contains) is for texts only, and those that order are for numbers and dates only.
        type: str
        required: true
        choices:
          - equals
          - not_equals
          - in
          - contains
          - greater
          - greater_than_equal
          - lesser
          - less_than_equal
          - is_empty
          - is_not_empty
      value:
        description:
          - What to compare with. For V(in) a list, or texts separated by commas; more than 1,000 values are asked for
            in several queries. Not given for V(is_empty) and V(is_not_empty).
        type: raw
  page_size:
    description: How many records one call asks for, from 1 to 200.
    type: int
    default: 200
"""

    CONDITIONS = r"""
options:
  certhashes:
    description: Only certificates that have one of these SHA-256 fingerprints, given with or without colons.
    type: list
    elements: str
  primary_ips:
    description: Only certificates on an asset that has one of these as its primary address.
    type: list
    elements: str
  asset_names:
    description: Only certificates on an asset that has one of these names.
    type: list
    elements: str
  tags:
    description: Only certificates on an asset that has one of these tags.
    type: list
    elements: str
  types:
    description:
      - Only certificates of one of these kinds, such as V(Leaf), V(Intermediate) or V(Root). Not with V(v1), which
        tells none.
    type: list
    elements: str
  expiring_within_days:
    description: Only certificates that are still valid and end within so many days after O(as_of).
    type: float
  expired:
    description: Only certificates that have ended at O(as_of), or with V(false) only those that have not.
    type: bool
  self_signed:
    description: Only self-signed certificates, or with V(false) only others.
    type: bool
  key_size_below:
    description:
      - Only certificates whose key has fewer bits. An elliptic curve of 256 bits is strong; look at the algorithm
        before you call a key weak.
    type: int
  signature_algorithms:
    description:
      - Only certificates that are signed with one of these algorithms, named as the API does, such as V(SHA1withRSA).
    type: list
    elements: str
notes:
  - An empty list of conditions is the same as none. O(certhashes=[]) does not mean no certificate, but any; so does
    a template that gives an empty list.
  - Names are compared without regard to the case of letters. Qualys does not document whether its server does so, too.
    It is asked for each of O(asset_names) and O(tags) as it is given, in small letters, in capitals, and with a capital
    at the start of each word; as it is given only, where there are so many that this would take more calls. One that is
    written in yet another way may then be found with O(max_age) alone.
"""
