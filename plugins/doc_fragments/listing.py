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
"""

    WHERE = r"""
options:
  where:
    description:
      - Conditions that the server is to apply, all of which must hold.
    type: list
    elements: dict
    suboptions:
      field:
        description:
          - Name of the field as the API has it. A name that this collection does not know is passed on.
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
